"""tamiz on Spark: `clean(dataframe, pipeline)`.

Spark reads, schedules and writes; tamiz is a function on its Arrow batches. Corpus-level stages learn in a pass of their
own, by an aggregation of Spark's: each partition becomes a state, and states are joined in a tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow
from pyspark import cloudpickle
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType

from ._native import Pipeline
from ._parcel import Parcel
from ._work import FAN_IN, Source, Worker, learned, levels

__all__ = ["clean", "fit"]

_ADDED = ("tamiz", "tamiz_fate", "tamiz_error")
_STATES = StructType([StructField("node", LongType()), StructField("state", BinaryType())])


def clean(
    dataframe: DataFrame,
    pipeline: Source,
    *,
    text: str = "text",
    url: str = "url",
) -> DataFrame:
    """Cleans a data frame with a pipeline, or the definition file of one.

    Every row comes back: the column `text` holds the clean text, `tamiz` the marks as JSON, `tamiz_fate` is "kept",
    "dropped" or "error", and `tamiz_error` says why a row could not be worked on. The data frame is lazy, as Spark's own.

    If a stage of the pipeline has yet to learn, `fit` is called first, which reads the data frame once for each such
    stage. `url` is the column of addresses that tell a document's site; there need not be one.
    """
    pipeline = fit(dataframe, pipeline, text=text, url=url)
    worker = Worker(Parcel(pipeline, cloudpickle.dumps), text, url)
    fields = [field for field in dataframe.schema.fields if field.name not in _ADDED]
    schema = StructType([*fields, *(StructField(name, StringType()) for name in _ADDED)])
    return dataframe.mapInArrow(worker.clean, schema)


def fit(
    dataframe: DataFrame,
    pipeline: Source,
    *,
    text: str = "text",
    url: str = "url",
) -> Pipeline:
    """A pipeline whose corpus-level stages have learned from a data frame, each in a pass of its own.

    The pipeline that is given stays as it is; what comes back is a copy, even if there was nothing to learn.
    """

    def aggregate(parcel: Parcel) -> Iterable[bytes]:
        worker = Worker(parcel, text, url)
        states = dataframe.mapInArrow(_learner(worker), _STATES)
        # Spark Connect has no partitions to count; a tree of three levels does for any number.
        parts = dataframe.rdd.getNumPartitions() if hasattr(dataframe, "rdd") else FAN_IN**3
        for left in levels(parts):
            # Each level gives a node so many children, and so is small enough for one task, until one node is left.
            states = states.withColumn("node", F.col("node") % F.lit(left))
            states = states.groupBy("node").applyInArrow(_joiner(worker), _STATES)
        return (bytes(row["state"]) for row in states.collect())

    return learned(pipeline, cloudpickle.dumps, aggregate)


def _learner(worker: Worker):
    def learn(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        from pyspark import TaskContext

        state = worker.learn(batches)
        if state is not None:
            context = TaskContext.get()
            yield _batch(context.partitionId() if context else 0, state)

    return learn


def _joiner(worker: Worker):
    def join(table: pyarrow.Table) -> pyarrow.Table:
        state = worker.join(table.column("state").to_pylist())
        return pyarrow.Table.from_batches([_batch(table.column("node")[0].as_py(), state)])

    return join


def _batch(node: int, state: bytes | None) -> pyarrow.RecordBatch:
    return pyarrow.record_batch(
        {"node": pyarrow.array([node], pyarrow.int64()), "state": pyarrow.array([state], pyarrow.binary())}
    )
