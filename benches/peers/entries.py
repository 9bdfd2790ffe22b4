"""What is run, as `peers.toml` says it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FLOOR = "passthrough.toml"
HTML = "Text out of HTML"


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the packages that go into it: what stands in one text is installed by one command."""

    name: str
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One program and the work that it does."""

    group: str
    name: str
    # What it does more or less than tamiz in the same group.
    beside: str
    # What the driver runs: the name of a piece of work in work.py, of a definition in pipelines/ or of a stage.
    work: str = ""
    # The distribution whose version is told, and the environment that it is in; empty for tamiz.
    package: str = ""
    environment: str = ""
    # The share of the corpus: slow programs get its beginning only.
    share: float = 1.0
    # The rate of the group's baseline is what the others are compared with.
    baseline: bool = False
    # Why it cannot be run at all, where that is known.
    out_of_reach: str = ""


with open(Path(__file__).resolve().parent / "peers.toml", "rb") as _content:
    _found = tomllib.load(_content)
ENVIRONMENTS = tuple(Environment(name, tuple(packages)) for name, packages in _found["environments"].items())
ENTRIES = tuple(Entry(**entry) for entry in _found["entry"])
GROUPS = tuple(dict.fromkeys(entry.group for entry in ENTRIES))
