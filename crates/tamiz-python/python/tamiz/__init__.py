"""Strips boilerplate from scraped text: pipelines over texts and Arrow record batches.

>>> import tamiz
>>> pipeline = tamiz.Pipeline.from_text('[[stage]]\\nuse = "boilerplate"\\n')
>>> pipeline.clean("Share on Facebook\\nThe river rose by two metres on Sunday night, the town said.")["fate"]
'kept'

`tamiz.ray`, `tamiz.spark` and `tamiz.datatrove` run a pipeline in those engines; each is imported by itself and needs
its engine.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from ._native import Document, Pipeline, RecordBatch, TamizError, __version__

__all__ = ["Document", "Pipeline", "RecordBatch", "TamizError", "__version__"]

# Engines unpickle a pipeline for every task, and loading one takes longer than many a task. So a process keeps the last
# few that it has restored.
_RESTORED: OrderedDict[tuple, Pipeline] = OrderedDict()
_RESTORED_LOCK = threading.Lock()
_RESTORED_MOST = 4


def _load(definition: str, path: str, allow_outside: bool, added: list) -> Pipeline:
    pipeline = Pipeline.from_text(definition, path=path, allow_outside=allow_outside)
    for stage, name, before, version in added:
        pipeline.add_stage(stage, name=name, before=before, version=version)
    return pipeline


def _restore(definition: str, path: str, allow_outside: bool, added: list) -> Pipeline:
    """The pipeline that pickle wrote down; see `Pipeline.__reduce__`."""
    if added:
        # Two callables that were unpickled are never known to be the same.
        return _load(definition, path, allow_outside, added)
    key = (definition, path, allow_outside)
    with _RESTORED_LOCK:
        pipeline = _RESTORED.pop(key, None)
        if pipeline is None:
            pipeline = _load(definition, path, allow_outside, added)
        _RESTORED[key] = pipeline
        while len(_RESTORED) > _RESTORED_MOST:
            _RESTORED.popitem(last=False)
    return pipeline
