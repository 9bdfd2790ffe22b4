"""tamiz on Ray Data: `clean(dataset, pipeline)`.

Ray reads, schedules and writes; tamiz is a function on its batches. Corpus-level stages learn in a pass of their own, by an
aggregation of Ray's: each block becomes a state, and states are joined in a tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow
import ray.cloudpickle
import ray.data

from ._native import Pipeline
from ._parcel import Parcel
from ._work import Source, Worker, learned, levels

__all__ = ["clean", "fit"]


def clean(
    dataset: ray.data.Dataset,
    pipeline: Source,
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
    work = _Clean(Worker(Parcel(pipeline, ray.cloudpickle.dumps), text, url))
    return _mapped(dataset, work, batch_size, **options)


def fit(
    dataset: ray.data.Dataset,
    pipeline: Source,
    *,
    text: str = "text",
    url: str = "url",
    batch_size: int | None = 1024,
) -> Pipeline:
    """A pipeline whose corpus-level stages have learned from a dataset, each in a pass of its own.

    The pipeline that is given stays as it is; what comes back is a copy, even if there was nothing to learn.
    """

    def aggregate(parcel: Parcel) -> Iterable[bytes]:
        worker = Worker(parcel, text, url)
        # What is left of a block is one state; then a tree of joins, until one is left.
        states = _mapped(_mapped(dataset, _Learn(worker), batch_size), _Join(worker), None).materialize()
        for left in levels(states.count()):
            states = _mapped(states.repartition(left), _Join(worker), None).materialize()
        return (row["state"] for row in states.take_all())

    return learned(pipeline, ray.cloudpickle.dumps, aggregate)


def _mapped(dataset: ray.data.Dataset, work: Any, batch_size: int | None, **options: Any) -> ray.data.Dataset:
    return dataset.map_batches(work, batch_format="pyarrow", batch_size=batch_size, zero_copy_batch=True, **options)


class _Clean:
    """Cleans a batch of Ray's, which is a table."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        batches = table.to_batches() or [pyarrow.RecordBatch.from_pylist([], schema=table.schema)]
        return pyarrow.Table.from_batches(list(self.worker.clean(batches)))


class _Learn(_Clean):
    """Makes a batch a state."""

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        return _states(self.worker.learn(table.to_batches()))


class _Join(_Clean):
    """Makes the states of a block one."""

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        return _states(self.worker.join(table.column("state").to_pylist() if table.num_rows else []))


def _states(state: bytes | None) -> pyarrow.Table:
    return pyarrow.table({"state": pyarrow.array([] if state is None else [state], pyarrow.large_binary())})
