"""Cleans JSON Lines with Ray Data on this machine: `python with_ray.py PIPELINE IN.jsonl OUT`, a folder of Parquet."""

import sys

import ray

import tamiz.ray

if __name__ == "__main__":
    pipeline, pages, out = sys.argv[1:]
    # A cluster needs no options here: ray.init() finds it.
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    # Blocks finish in any order; this brings the rows out in that of the input.
    ray.data.DataContext.get_current().execution_options.preserve_order = True
    # Blocks as they would be of many files, so that states are joined; leave it out for a corpus of your own.
    dataset = ray.data.read_json(pages).repartition(40)
    tamiz.ray.clean(dataset, pipeline, batch_size=8).write_parquet(out)
