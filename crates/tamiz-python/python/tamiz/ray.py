"""tamiz on Ray Data: `clean(dataset, pipeline)`.

Ray reads, schedules and writes; tamiz is a function on its batches. Corpus-level stages learn in a pass of their own, by an
aggregation of Ray's: each block becomes a state, and states are joined in a tree.
"""

from __future__ import annotations

import os
from typing import Any

import pyarrow
import ray.cloudpickle
import ray.data

from ._native import Pipeline
from ._parcel import Parcel

__all__ = ["clean", "fit"]

#: States that are joined in one task of the tree.
FAN_IN = 16


def clean(
    dataset: ray.data.Dataset,
    pipeline: Pipeline | str | os.PathLike[str],
    *,
    text: str = "text",
    url: str = "url",
    batch_size: int | None = 1024,
    **options: Any,
) -> ray.data.Dataset:
    """Cleans a dataset with a pipeline, or the definition file of one.

    Every row comes back: the column `text` holds the clean text, `tamiz` the marks as JSON, `tamiz_fate` is "kept",
    "dropped" or "error", and `tamiz_error` says why a row could not be worked on. The dataset is lazy, as Ray's own.

    If a stage of the pipeline has yet to learn, `fit` is called first, which reads the dataset once for each such stage.
    `url` is the column of addresses that tell a document's site; there need not be one. `options` go to Ray's
    `map_batches`, such as `num_cpus` or `concurrency`.
    """
    pipeline = fit(dataset, pipeline, text=text, url=url, batch_size=batch_size)
    work = _Clean(Parcel(pipeline, ray.cloudpickle.dumps), text, url)
    return dataset.map_batches(work, batch_format="pyarrow", batch_size=batch_size, zero_copy_batch=True, **options)


def fit(
    dataset: ray.data.Dataset,
    pipeline: Pipeline | str | os.PathLike[str],
    *,
    text: str = "text",
    url: str = "url",
    batch_size: int | None = 1024,
) -> Pipeline:
    """A pipeline whose corpus-level stages have learned from a dataset, each in a pass of its own.

    The pipeline that is given stays as it is, and comes back if there is nothing to learn.
    """
    parcel = Parcel(pipeline, ray.cloudpickle.dumps)
    pipeline = ray.cloudpickle.loads(parcel.content)
    while pipeline.learns:
        parcel = Parcel(pipeline, ray.cloudpickle.dumps)
        states = dataset.map_batches(
            _Learn(parcel, text, url), batch_format="pyarrow", batch_size=batch_size, zero_copy_batch=True
        )
        # What is left of a block is one state; then a tree of joins, until one is left.
        states = states.map_batches(_Join(parcel), batch_format="pyarrow", batch_size=None).materialize()
        while states.count() > 1:
            states = states.repartition(-(-states.count() // FAN_IN))
            states = states.map_batches(_Join(parcel), batch_format="pyarrow", batch_size=None).materialize()
        for row in states.take_all():
            pipeline.merge(row["state"])
        pipeline.finish()
    return pipeline


class _Clean:
    """Cleans a batch."""

    def __init__(self, parcel: Parcel, text: str, url: str) -> None:
        self.parcel, self.text, self.url = parcel, text, url

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        pipeline = self.parcel.open()
        batches = table.to_batches() or [pyarrow.RecordBatch.from_pylist([], schema=table.schema)]
        return pyarrow.Table.from_batches(
            [pipeline.process_batch(batch, text=self.text, url=self.url) for batch in batches]
        )


class _Learn(_Clean):
    """Makes a batch a state."""

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        pipeline = self.parcel.open()
        return _states(
            [pipeline.state_of_batch(batch, text=self.text, url=self.url) for batch in table.to_batches()]
        )


class _Join:
    """Makes the states of a block one."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        states = table.column("state").to_pylist() if table.num_rows else []
        return _states([self.parcel.open().merge_states(states)] if states else [])


def _states(states: list[bytes]) -> pyarrow.Table:
    return pyarrow.table({"state": pyarrow.array(states, pyarrow.large_binary())})
