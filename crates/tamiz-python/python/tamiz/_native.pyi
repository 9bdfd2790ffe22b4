"""The native half of the package. Import from `tamiz`."""

from collections.abc import Callable
from os import PathLike
from typing import Any, Protocol, final, overload

import pyarrow

__version__: str

class ArrowBatch(Protocol):
    """Anything that offers a record batch by the Arrow PyCapsule interface."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class TamizError(Exception):
    """A definition, a state or a document that tamiz cannot work with: what is wrong, where, and what to do."""

@final
class RecordBatch:
    """A record batch that any Arrow library can take over without a copy.

    Given back for batches that did not come from pyarrow; those that did come back as pyarrow's own.
    """

    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

@final
class Document:
    """A document on its way through a pipeline, as a stage written in Python sees it.

    All offsets are half-open and count code points of `text`, as Python strings do.
    """

    @property
    def text(self) -> str:
        """The source text; it never changes."""
    @property
    def site(self) -> str | None:
        """The host that the document comes from."""
    @property
    def language(self) -> str | None:
        """The language's code, where a stage before has told it."""
    def kept(self) -> list[tuple[int, int]]:
        """What is still kept and not blank: spans `(start, end)` in order, each within one line."""
    def cut(self, start: int, end: int, rule: str, kind: str = "rule") -> None:
        """Cuts what is still kept of a span, for a reason: a rule's name, and a kind of the output record."""
    def drop(self, rule: str, kind: str = "rule") -> None:
        """Drops the document whole, for a reason."""

@final
class Pipeline:
    """A pipeline, loaded from a definition file.

    One pipeline may be used from many threads: work runs without the interpreter's lock. It can be pickled, with what
    it has learned.
    """

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        state: bytes | str | PathLike[str] | None = None,
        allow_outside: bool = False,
    ) -> Pipeline:
        """Loads a definition file, and what its corpus-level stages have learned.

        Raises TamizError with every mistake of the definition, and OSError if it cannot be read.
        """
    @classmethod
    def from_text(
        cls,
        definition: str,
        *,
        path: str | PathLike[str] | None = None,
        state: bytes | str | PathLike[str] | None = None,
        allow_outside: bool = False,
    ) -> Pipeline:
        """Loads a definition from a string. Files that it names are relative to the folder of `path`."""
    @property
    def name(self) -> str:
        """What the pipeline is called."""
    @property
    def definition(self) -> str:
        """The definition's text."""
    @property
    def stages(self) -> list[str]:
        """The stages' names, in order."""
    @property
    def learns(self) -> str | None:
        """The corpus-level stage that has to learn next, or None once the pipeline is ready to clean."""
    def add_stage(
        self,
        stage: Callable[[Document], object],
        *,
        name: str | None = None,
        before: str | None = None,
        version: str = "",
    ) -> None:
        """Adds a stage that is written in Python: a callable that calls `cut` and `drop` of the Document it gets."""
    def clean(self, text: str, url: str | None = None) -> dict[str, Any]:
        """Cleans one text: a dict with `text`, `fate` ("kept" or "dropped") and `tamiz`, the record's marks."""
    @overload
    def process_batch(
        self, batch: pyarrow.RecordBatch, *, text: str = "text", url: str = "url"
    ) -> pyarrow.RecordBatch: ...
    @overload
    def process_batch(self, batch: ArrowBatch, *, text: str = "text", url: str = "url") -> RecordBatch:
        """Cleans a record batch: the same rows, with `text` replaced and `tamiz`, `tamiz_fate`, `tamiz_error` added.

        A row that cannot be worked on has the fate "error" and a reason; it never raises.
        """
    def fit(self, text: str, url: str | None = None) -> bool:
        """Lets the stage that learns next see one text. False if it cannot be worked on: then it teaches nothing."""
    def fit_batch(self, batch: ArrowBatch, *, text: str = "text", url: str = "url") -> int:
        """Lets the stage that learns next see a batch, in any order and from any thread: the number of rows that taught."""
    def state(self) -> bytes:
        """What was learned so far, as the bytes of a state file: the same for the same documents, however divided."""
    def merge(self, state: bytes | str | PathLike[str]) -> None:
        """Takes in what was learned elsewhere: the bytes of `state()`, or a file that `tamiz fit` wrote."""
    def finish(self) -> str | None:
        """The stage that learns has seen the whole corpus: the name of the next one that has to, or None."""
    def load(self, state: bytes | str | PathLike[str]) -> None:
        """Makes ready the stages that have learned in a state."""
    def state_of_batch(self, batch: ArrowBatch, *, text: str = "text", url: str = "url") -> bytes:
        """What the stage that learns next learns from a batch alone; the pipeline stays as it is."""
    def merge_states(self, states: list[bytes]) -> bytes:
        """Joins states, in any grouping and order; the pipeline stays as it is."""
