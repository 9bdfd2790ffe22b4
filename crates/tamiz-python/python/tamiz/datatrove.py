"""tamiz in datatrove: the block `Tamiz` cleans; `Learn` and `Join` are the passes before it, for stages that learn.

datatrove reads, schedules and writes; tamiz is a block between a reader and a writer:

    LocalPipelineExecutor([JsonlReader("pages"), Tamiz("pipeline.toml"), JsonlWriter("clean")], tasks=8).run()

Corpus-level stages learn as datatrove's own blocks for deduplication do, in executors before that one: each task of `Learn`
writes a state, and `Join` makes them one.
"""

from __future__ import annotations

from typing import Any

import dill
from datatrove.data import Document, DocumentsPipeline
from datatrove.io import DataFolderLike, get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.writers.disk_base import DiskWriter
from datatrove.utils.logging import logger
from datatrove.utils.typeshelper import StatHints

from ._native import Pipeline, TamizError
from ._parcel import Parcel
from ._work import Source

__all__ = ["Join", "Learn", "Tamiz", "record"]

#: The key of a document's metadata with its marks.
MARKS = "tamiz"


class _Block(PipelineStep):
    """What the blocks share: a pipeline that travels, and the state that it is to be given where it arrives."""

    def __init__(self, pipeline: Source, states: DataFolderLike | None, state: str) -> None:
        super().__init__()
        self.parcel = Parcel(pipeline, dill.dumps)
        self.states = None if states is None else get_datafolder(states)
        self.state = state

    def pipeline(self, state: str | None) -> Pipeline:
        """A pipeline of this task's own, with what that file of the states' folder says."""
        pipeline: Pipeline = dill.loads(self.parcel.content)
        if self.states is not None and state is not None:
            with self.states.open(state, "rb") as file:
                pipeline.load(file.read())
        return pipeline


class Tamiz(_Block):
    """Cleans documents.

    The text of a document is replaced by the clean one, and `metadata["tamiz"]` holds its marks, as `tamiz run` writes
    them. Documents that a stage drops whole, and those that could not be worked on, go no further: they are counted, and
    go to `exclusion_writer` as they came, with `metadata["filter_reason"]`.

    Args:
        pipeline: a pipeline, or the path of its definition.
        states: the folder that `Join` wrote to, for a pipeline with stages that learn.
        url: the key of the metadata with the address that tells a document's site; there need not be one.
        exclusion_writer: where documents that are not kept go.
        state: the state's file in `states`.
    """

    type = "🔻 - FILTER"
    name = "⌗ tamiz"

    def __init__(
        self,
        pipeline: Source,
        states: DataFolderLike | None = None,
        *,
        url: str = "url",
        exclusion_writer: DiskWriter | None = None,
        state: str = "all.state",
    ) -> None:
        super().__init__(pipeline, states, state)
        self.url = url
        self.exclusion_writer = exclusion_writer

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        pipeline = self.parcel.open() if self.states is None else self.pipeline(self.state)
        if pipeline.learns:
            raise TamizError(
                f"the stage `{pipeline.learns}` has not learned: run Learn and Join first, "
                "and give their folder as `states`"
            )
        if self.exclusion_writer is None:
            yield from self._clean(pipeline, data, rank, None)
        else:
            with self.exclusion_writer as writer:
                yield from self._clean(pipeline, data, rank, writer)

    def _clean(self, pipeline: Pipeline, data: DocumentsPipeline, rank: int, writer: Any) -> DocumentsPipeline:
        for document in data or ():
            self.stat_update(StatHints.total)
            with self.track_time():
                reason = self._mark(pipeline, document)
            if reason is None:
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document
                continue
            self.stat_update(StatHints.dropped, f"dropped_{reason}")
            if writer is not None:
                document.metadata["filter_reason"] = reason
                writer.write(document, rank)

    def _mark(self, pipeline: Pipeline, document: Document) -> str | None:
        """Cleans a document in its place; gives the reason if it is not to be kept."""
        # Offsets of an earlier run do not fit this text.
        document.metadata.pop(MARKS, None)
        url = document.metadata.get(self.url)
        try:
            cleaned = pipeline.clean(document.text, url=url if isinstance(url, str) else None)
        except (TamizError, UnicodeError, TypeError) as error:
            logger.warning(f"document {document.id} could not be worked on: {error}")
            document.metadata["tamiz_error"] = str(error)
            return "error"
        document.metadata[MARKS] = cleaned["tamiz"]
        if cleaned["fate"] == "kept":
            document.text = cleaned["text"]
            return None
        dropped = cleaned["tamiz"]["dropped"]
        return f"{dropped['stage']}-{dropped['rule']}"


class Learn(_Block):
    """Lets the stage that learns next see the documents of a task, and writes what it has learned to a folder.

    Args:
        pipeline: a pipeline, or the path of its definition.
        states: the folder for the states, one a task.
        url: as in `Tamiz`; it has to be the same.
        state: for the second stage that learns, and all after it: the file in `states` that `Join` wrote before.
    """

    type = "🔬 - LEARN"
    name = "⌗ tamiz"

    def __init__(
        self, pipeline: Source, states: DataFolderLike, *, url: str = "url", state: str | None = None
    ) -> None:
        super().__init__(pipeline, states, state)
        self.url = url

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        pipeline = self.pipeline(self.state)
        for document in data or ():
            self.stat_update(StatHints.total)
            url = document.metadata.get(self.url)
            with self.track_time():
                # What cannot be worked on teaches nothing; `Tamiz` tells of it.
                pipeline.fit(document.text, url=url if isinstance(url, str) else None)
            yield document
        with self.states.open(f"{rank:05d}.state", "wb") as file:
            file.write(pipeline.state())


class Join(_Block):
    """Makes one state of those that the tasks of `Learn` wrote. In an executor of its own, with one task.

    With a great many states run it twice: `tasks=64` leaves 64 states, named after the task, in the folder `joined`.

    Args:
        pipeline: a pipeline, or the path of its definition.
        states: the folder that `Learn` wrote to.
        joined: the folder to write to; that of the states if it is not given.
        state: the file to write if there is one task; in a second round another one than in the first.
        before: for the second stage that learns: the file that `Join` wrote before, as for `Learn`.
    """

    type = "🫂 - JOIN"
    name = "⌗ tamiz"

    def __init__(
        self,
        pipeline: Source,
        states: DataFolderLike,
        joined: DataFolderLike | None = None,
        *,
        state: str = "all.state",
        before: str | None = None,
    ) -> None:
        super().__init__(pipeline, states, state)
        self.joined = self.states if joined is None else get_datafolder(joined)
        self.before = before

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        if world_size > 1 and self.joined.path == self.states.path:
            raise ValueError("several tasks that join need a folder of their own for what they write: give `joined`")
        pipeline = self.pipeline(self.before)
        files = sorted(file for file in self.states.list_files(glob_pattern="[0-9]*.state"))
        if not files:
            raise FileNotFoundError(f"there is no state in {self.states.path}: run Learn before Join")
        for file in files[rank::world_size]:
            with self.track_time("state"), self.states.open(file, "rb") as content:
                pipeline.merge(content.read())
        name = self.state if world_size == 1 else f"{rank:05d}.state"
        with self.joined.open(name, "wb") as file:
            file.write(pipeline.state())
        yield from data or ()


def record(writer: Any, document: Document) -> dict[str, Any]:
    """For `JsonlWriter(…, adapter=record)`: the record that `tamiz run` writes, with the marks at its end."""
    head = {"id": document.id, "text": document.text}
    marks = {MARKS: document.metadata[MARKS]} if MARKS in document.metadata else {}
    return head | {key: value for key, value in document.metadata.items() if key != MARKS} | marks
