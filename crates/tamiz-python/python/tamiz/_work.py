"""What is the same in every engine: pipelines on their way to its workers, passes that learn, and a tree of joins.

An engine brings three things: how it pickles, how it maps a function over its batches, and how it groups states. All
else is here.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator

import pyarrow

from ._native import Pipeline
from ._parcel import Parcel

Source = Pipeline | str | os.PathLike[str]
Dumps = Callable[[object], bytes]

#: States that are joined in one task of a tree.
FAN_IN = 16


def learned(pipeline: Source, dumps: Dumps, aggregate: Callable[[Parcel], Iterable[bytes]]) -> Pipeline:
    """A copy of a pipeline whose corpus-level stages have learned, each in a pass of its own.

    `aggregate` makes the pass over the corpus with the pipeline in a parcel, and gives what has been learned as few
    states.
    """
    pipeline = pickle.loads(Parcel(pipeline, dumps).content)
    while pipeline.learns:
        for state in aggregate(Parcel(pipeline, dumps)):
            pipeline.merge(state)
        pipeline.finish()
    return pipeline


def levels(states: int) -> Iterator[int]:
    """How many states each level of a tree of joins leaves of so many, down to one."""
    while states > 1:
        states = -(-states // FAN_IN)
        yield states


class Worker:
    """What a task does with batches; it can be pickled, and opens its pipeline once in each process."""

    def __init__(self, parcel: Parcel, text: str = "text", url: str = "url") -> None:
        self.parcel, self.text, self.url = parcel, text, url

    def clean(self, batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        """The batches, cleaned."""
        pipeline = self.parcel.open()
        for batch in batches:
            yield pipeline.process_batch(batch, text=self.text, url=self.url)

    def learn(self, batches: Iterable[pyarrow.RecordBatch]) -> bytes | None:
        """What all batches teach, as one state; None if there are none."""
        pipeline = self.parcel.open()
        return self.join(pipeline.state_of_batch(batch, text=self.text, url=self.url) for batch in batches)

    def join(self, states: Iterable[bytes]) -> bytes | None:
        """The states as one, `FAN_IN` of them in memory at a time; None if there are none."""
        pipeline = self.parcel.open()
        held: list[bytes] = []
        for state in states:
            held.append(state)
            if len(held) == FAN_IN:
                held = [pipeline.merge_states(held)]
        if len(held) > 1:
            held = [pipeline.merge_states(held)]
        return held[0] if held else None
