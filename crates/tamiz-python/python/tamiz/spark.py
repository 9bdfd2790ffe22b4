"""tamiz on Spark: `clean(dataframe, pipeline)`.

Spark reads, schedules and writes; tamiz is a function on its Arrow batches. Corpus-level stages learn in a pass of their
own, by an aggregation of Spark's: each partition becomes a state, and states are joined in a tree.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import pyarrow
from pyspark import cloudpickle
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType

from ._native import Pipeline
from ._parcel import Parcel

__all__ = ["clean", "fit"]

#: States that are joined in one task of the tree.
FAN_IN = 16

_ADDED = ("tamiz", "tamiz_fate", "tamiz_error")
_STATES = StructType([StructField("node", LongType()), StructField("state", BinaryType())])


def clean(
    dataframe: DataFrame,
    pipeline: Pipeline | str | os.PathLike[str],
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
    parcel = Parcel(pipeline, cloudpickle.dumps)

    def work(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        pipeline = parcel.open()
        for batch in batches:
            yield pipeline.process_batch(batch, text=text, url=url)

    fields = [field for field in dataframe.schema.fields if field.name not in _ADDED]
    schema = StructType([*fields, *(StructField(name, StringType()) for name in _ADDED)])
    return dataframe.mapInArrow(work, schema)


def fit(
    dataframe: DataFrame,
    pipeline: Pipeline | str | os.PathLike[str],
    *,
    text: str = "text",
    url: str = "url",
) -> Pipeline:
    """A pipeline whose corpus-level stages have learned from a data frame, each in a pass of its own.

    The pipeline that is given stays as it is, and comes back if there is nothing to learn.
    """
    parcel = Parcel(pipeline, cloudpickle.dumps)
    pipeline = cloudpickle.loads(parcel.content)
    while pipeline.learns:
        states = dataframe.mapInArrow(_learner(Parcel(pipeline, cloudpickle.dumps), text, url), _STATES)
        parts = dataframe.rdd.getNumPartitions() if hasattr(dataframe, "rdd") else FAN_IN**2
        while parts > 1:
            # Each level gives a node so many children, and so is small enough for one task, until one node is left.
            parts = -(-parts // FAN_IN)
            joined = states.withColumn("node", F.col("node") % F.lit(parts))
            states = joined.groupBy("node").applyInArrow(_joiner(Parcel(pipeline, cloudpickle.dumps)), _STATES)
        for row in states.collect():
            pipeline.merge(bytes(row["state"]))
        pipeline.finish()
    return pipeline


def _learner(parcel: Parcel, text: str, url: str):
    def learn(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        from pyspark import TaskContext

        pipeline = parcel.open()
        states = [pipeline.state_of_batch(batch, text=text, url=url) for batch in batches]
        if states:
            context = TaskContext.get()
            yield _batch(context.partitionId() if context else 0, pipeline.merge_states(states))

    return learn


def _joiner(parcel: Parcel):
    def join(table: pyarrow.Table) -> pyarrow.Table:
        states = parcel.open().merge_states(table.column("state").to_pylist())
        return pyarrow.Table.from_batches([_batch(table.column("node")[0].as_py(), states)])

    return join


def _batch(node: int, state: bytes) -> pyarrow.RecordBatch:
    return pyarrow.record_batch(
        {"node": pyarrow.array([node], pyarrow.int64()), "state": pyarrow.array([state], pyarrow.binary())}
    )
