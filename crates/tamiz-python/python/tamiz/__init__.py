"""Strips boilerplate from scraped text: pipelines over texts and Arrow record batches.

>>> import tamiz
>>> pipeline = tamiz.Pipeline.from_text('[[stage]]\\nuse = "boilerplate"\\n')
>>> pipeline.clean("Share on Facebook\\nThe river rose by two metres on Sunday night, the town said.")["fate"]
'kept'

`tamiz.ray`, `tamiz.spark` and `tamiz.datatrove` run a pipeline in those engines; each is imported by itself and needs its
engine.
"""

from __future__ import annotations

from ._native import Document, Pipeline, RecordBatch, TamizError, __version__

__all__ = ["Document", "Pipeline", "RecordBatch", "TamizError", "__version__"]


def _restore(definition: str, path: str, allow_outside: bool, added: list, state: bytes) -> Pipeline:
    """The pipeline that pickle wrote down; see `Pipeline.__reduce__`."""
    pipeline = Pipeline.from_text(definition, path=path, allow_outside=allow_outside)
    for stage, name, before, version in added:
        pipeline.add_stage(stage, name=name, before=before, version=version)
    pipeline.load(state)
    return pipeline
