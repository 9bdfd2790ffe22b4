"""Cleans JSON Lines with Spark on this machine: `python with_spark.py PIPELINE IN.jsonl OUT`, a folder of Parquet."""

import os
import sys

from pyspark.sql import SparkSession

import tamiz.spark

if __name__ == "__main__":
    pipeline, pages, out = sys.argv[1:]
    # The workers' Python is this one, where tamiz is installed.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.master("local[2]").appName("tamiz")
    session = session.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4")
    spark = session.getOrCreate()
    # Partitions as they would be of many files, so that states are joined in a tree; leave it out for a corpus.
    pages = spark.read.schema("id string, text string, url string").json(pages).repartition(20)
    tamiz.spark.clean(pages, pipeline).write.parquet(out)
    spark.stop()
