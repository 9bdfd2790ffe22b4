"""Pipelines on their way to an engine's workers."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
from collections import OrderedDict
from typing import Any

from ._native import Pipeline


class Parcel:
    """A pipeline, packed once and opened once in each process that works with it.

    Engines unpickle their functions for every task, and loading a pipeline takes longer than many a task. What comes out
    of a parcel is shared by all tasks of the process, so nobody may teach it or add a stage.
    """

    _opened: OrderedDict[bytes, Pipeline] = OrderedDict()
    _lock = threading.Lock()
    _most = 4

    def __init__(self, pipeline: Pipeline | str | os.PathLike[str], dumps: Any = pickle.dumps) -> None:
        if not isinstance(pipeline, Pipeline):
            pipeline = Pipeline.from_file(pipeline)
        self.content: bytes = dumps(pipeline)
        self.digest = hashlib.sha256(self.content).digest()

    def open(self) -> Pipeline:
        with Parcel._lock:
            pipeline = Parcel._opened.pop(self.digest, None)
            if pipeline is None:
                pipeline = pickle.loads(self.content)
            Parcel._opened[self.digest] = pipeline
            while len(Parcel._opened) > Parcel._most:
                Parcel._opened.popitem(last=False)
            return pipeline
