#!/usr/bin/env python3
"""Makes synthetic web pages in eight languages, with the furniture of real ones around each article, by a seed.

    python3 benches/peers/corpus.py --mb 50 -o pages.jsonl.zst     # compressed by the program zstd
    python3 benches/peers/corpus.py --mb 2000 --seed 7 -o -        # JSONL on standard output
    python3 benches/peers/corpus.py --mb 5 --html DIR              # the same pages as HTML files

The same seed gives the same bytes, on any machine and at any size: page N depends on the seed and on N alone, so a
small corpus is the beginning of a large one. Pages are written one after the other and none is kept: memory stays at
about 20 MB for a corpus of any size.

In lengths the pages are like the web's: about 60 bytes a line, 180 lines and 11 KB a page, and the one line in eight
that is a paragraph holds two thirds of the bytes. In words they are poorer: some 300 phrases a language, in the files
`words/*.toml`, put together at random. That is enough to time a program on, and not enough to judge one by.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Any

WORDS = Path(__file__).resolve().parent / "words"
# How many of a hundred pages are in each language.
SHARES = {"en": 32, "es": 18, "de": 10, "fr": 10, "pt": 8, "it": 6, "ru": 9, "zh": 7}
SEED = 10

# A part of a phrase is text as it stands, a number to draw below, or a list of phrases to draw one from.
Part = str | int | list[Any]
NUMBERS = {"n": 97, "day": 28, "hour": 22}


@dataclass(frozen=True)
class Block:
    """One line of a page: the zone that it stands in, the tag that it has in HTML, and its text."""

    zone: str
    tag: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page in one language."""

    number: int
    language: str
    url: str
    blocks: list[Block]

    @property
    def text(self) -> str:
        """The page as it comes out of a plain HTML-to-text converter: a line for every block."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def record(self) -> str:
        """The page as a line of JSONL."""
        value = {"id": f"page-{self.number:08}", "text": self.text, "url": self.url}
        return json.dumps(value, ensure_ascii=False) + "\n"


class Grammar:
    """The phrases of one language, ready to be drawn from."""

    def __init__(self, language: str) -> None:
        with open(WORDS / f"{language}.toml", "rb") as content:
            lists: dict[str, list[str]] = tomllib.load(content)
        self.lists: dict[str, list[Any]] = {name: [] for name in lists}
        for name, phrases in lists.items():
            self.lists[name].extend(self._parts(phrase) for phrase in phrases)
        # In Chinese, sentences follow one another without a blank.
        self.between = "" if language == "zh" else " "

    def _parts(self, phrase: str) -> list[Part]:
        parts: list[Part] = []
        for number, piece in enumerate(phrase.replace("}", "{").split("{")):
            if number % 2 == 0:
                if piece:
                    parts.append(piece)
            elif piece in NUMBERS:
                parts.append(NUMBERS[piece])
            else:
                parts.append(self.lists[piece])
        return parts

    def draw(self, name: str, chance: Callable[[], float]) -> str:
        """A phrase of a list, its slots filled and its first letter large, unless a number comes before it."""
        pieces: list[str] = []
        _fill(self.lists[name], chance, pieces)
        text = "".join(pieces)
        for place, letter in enumerate(text):
            if letter.isalnum():
                return text[:place] + letter.upper() + text[place + 1 :]
        return text


def _fill(phrases: list[Any], chance: Callable[[], float], pieces: list[str]) -> None:
    for part in phrases[int(chance() * len(phrases))]:
        if part.__class__ is str:
            pieces.append(part)
        elif part.__class__ is int:
            pieces.append(str(2 + int(chance() * part)))
        else:
            _fill(part, chance, pieces)


def pages(seed: int, grammars: dict[str, Grammar] | None = None) -> Iterator[Page]:
    """All pages of a seed, without an end."""
    grammars = grammars or {language: Grammar(language) for language in SHARES}
    languages = [language for language, share in SHARES.items() for _ in range(share)]
    number = 0
    while True:
        # A text as seed: Python promises the same numbers of `random()` for it on every platform and version.
        random = Random(f"{seed}/{number}")
        chance = random.random
        language = languages[int(chance() * len(languages))]
        yield _page(number, language, grammars[language], chance)
        number += 1


def _about(mean: float, spread: float, chance: Callable[[], float]) -> int:
    """A count around a mean, skewed as lengths on the web are: log-normal, by the method of Box and Muller."""
    normal = math.sqrt(-2.0 * math.log(1.0 - chance())) * math.cos(2.0 * math.pi * chance())
    return max(1, round(mean * math.exp(spread * normal - spread * spread / 2.0)))


def _page(number: int, language: str, grammar: Grammar, chance: Callable[[], float]) -> Page:
    blocks: list[Block] = []
    size = _about(1.0e3, 0.55, chance) / 1.0e3

    def add(zone: str, tag: str, name: str, count: float = 1.0) -> None:
        blocks.extend(Block(zone, tag, grammar.draw(name, chance)) for _ in range(round(count)))

    def paragraph() -> None:
        wanted = _about(290.0, 0.6, chance)
        sentences: list[str] = []
        while wanted > 0:
            sentences.append(grammar.draw("sentence", chance))
            wanted -= len(sentences[-1].encode())
        blocks.append(Block("article", "p", grammar.between.join(sentences)))

    add("header", "a", "account", 4)
    add("header", "li", "menu", 10 + 20 * chance())
    add("article", "h1", "headline")
    add("article", "span", "byline")
    add("article", "time", "date")
    add("article", "button", "share", 3 + 3 * chance())
    add("article", "figcaption", "caption")
    for place in range(_about(22.0 * size, 0.35, chance)):
        paragraph()
        luck = chance()
        if luck < 0.10:
            add("article", "h2", "subhead")
        elif luck < 0.18:
            add("article", "aside", "promo")
        elif luck < 0.22:
            add("article", "figcaption", "caption")
        elif place and luck < 0.25:
            add("article", "blockquote", "claim")
    add("article", "button", "share", 4)
    for _ in range(2 + int(2 * chance())):
        add("aside", "h3", "related")
        add("aside", "li", "headline", 4 + 12 * size * chance())
        add("aside", "time", "date", 3 * size)
        add("aside", "p", "promo", 1)
    add("comments", "p", "comment", 48 * size * chance())
    add("footer", "li", "menu", 26 * size)
    add("footer", "li", "footer", 8 + 22 * size)
    add("footer", "p", "notice", 1 + 2 * chance())
    url = f"https://www.site-{int(chance() * 400):03}.example/{language}/{number}.html"
    return Page(number, language, url, blocks)


def as_html(page: Page) -> str:
    """The page as HTML: what its text says, in the landmarks and tags of real sites, with scripts and styles around."""
    title = next(block.text for block in page.blocks if block.tag == "h1")
    parts = [
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head>\n<meta charset="utf-8">\n',
        f"<title>{html.escape(title)}</title>\n",
        '<link rel="stylesheet" href="/static/site.css">\n<style>.nav{display:flex}.promo{color:#777}</style>\n',
        "<script>window.dataLayer=window.dataLayer||[];function tag(){dataLayer.push(arguments);}",
        'tag("js",new Date());</script>\n',
        f'<link rel="canonical" href="{page.url}">\n</head>\n<body class="page page-{page.number % 7}">\n',
    ]
    opened, wrapped = "", ""
    wrappers = {"header": ("nav", "ul"), "aside": ("aside", "ul"), "footer": ("footer", "ul")}
    for number, block in enumerate(page.blocks):
        if block.zone != opened:
            parts.append(_close(opened, wrapped))
            opened, wrapped = block.zone, ""
            parts.append(_open(opened))
        wanted = wrappers.get(opened, ("", ""))[1] if block.tag == "li" else ""
        if wanted != wrapped:
            parts.append(f"</{wrapped}>\n" if wrapped else f'<{wanted} class="list">\n')
            wrapped = wanted
        parts.append(_element(block, number))
    parts.append(_close(opened, wrapped))
    parts.append('<script async src="/static/app.js"></script>\n</body>\n</html>\n')
    return "".join(parts)


LANDMARKS = {
    "header": ("<header><nav>\n", "</nav></header>\n"),
    "article": ('<main><article class="story">\n', "</article></main>\n"),
    "aside": ('<aside class="related">\n', "</aside>\n"),
    "comments": ('<section id="comments" class="comments">\n', "</section>\n"),
    "footer": ("<footer>\n", "</footer>\n"),
}


def _open(zone: str) -> str:
    return LANDMARKS[zone][0]


def _close(zone: str, wrapped: str) -> str:
    return (f"</{wrapped}>\n" if wrapped else "") + (LANDMARKS[zone][1] if zone else "")


def _element(block: Block, number: int) -> str:
    text = html.escape(block.text, quote=False)
    if block.tag in ("li", "a"):
        link = f'<a href="/{block.zone}/{number}">{text}</a>'
        return f"<li>{link}</li>\n" if block.tag == "li" else f"{link}\n"
    if block.tag == "aside":
        return f'<div class="promo"><a href="/promo/{number}">{text}</a></div>\n'
    if block.tag == "figcaption":
        return f'<figure><img src="/img/{number}.jpg" alt=""><figcaption>{text}</figcaption></figure>\n'
    if block.tag in ("button", "span"):
        return f'<div class="meta"><{block.tag} class="{block.zone}">{text}</{block.tag}></div>\n'
    return f"<{block.tag}>{text}</{block.tag}>\n"


@contextmanager
def sink(path: str) -> Iterator[IO[str]]:
    """Where records go: standard output for `-`, through the program zstd for a name that ends in .zst."""
    if path == "-":
        yield sys.stdout
    elif path.endswith(".zst"):
        command = ["zstd", "-3", "-q", "-f", "-o", path]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="utf-8")
        assert process.stdin is not None
        with process.stdin as stream:
            yield stream
        if process.wait():
            raise OSError(f"zstd could not write {path}")
    else:
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            yield stream


def write_jsonl(path: str, megabytes: float, seed: int = SEED) -> dict[str, int]:
    """Writes pages until their text has the asked size; says how many pages, lines and bytes of text there are."""
    written = {"pages": 0, "lines": 0, "bytes": 0}
    with sink(path) as stream:
        for page in pages(seed):
            stream.write(page.record)
            written["pages"] += 1
            written["lines"] += len(page.blocks)
            written["bytes"] += len(page.text.encode())
            if written["bytes"] >= megabytes * 1e6:
                break
    return written


def write_html(folder: Path, megabytes: float, seed: int = SEED) -> dict[str, int]:
    """Writes the same pages as files of HTML, until their *text* has the asked size; counts as `write_jsonl` does."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {"pages": 0, "lines": 0, "bytes": 0, "html_bytes": 0}
    for page in pages(seed):
        content = as_html(page).encode()
        (folder / f"page-{page.number:08}.html").write_bytes(content)
        written["pages"] += 1
        written["lines"] += len(page.blocks)
        written["bytes"] += len(page.text.encode())
        written["html_bytes"] += len(content)
        if written["bytes"] >= megabytes * 1e6:
            break
    return written


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=50.0, help="megabytes of text (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--html", type=Path, help="write HTML files into this folder instead")
    parser.add_argument("-o", "--output", default="-", help="a .jsonl or .jsonl.zst file, or - (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.html:
        written = write_html(arguments.html, arguments.mb, arguments.seed)
    else:
        written = write_jsonl(arguments.output, arguments.mb, arguments.seed)
    print(json.dumps(written), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
