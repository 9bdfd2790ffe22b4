#!/usr/bin/env python3
"""Counts how the work of reading a page grows with its length, for usual pages and hostile ones.

Each kind of page is made at 1, 2, 4 and 8 times a length and read by the release program, under valgrind's callgrind and
without a stage. What an empty page takes is subtracted, so that start-up does not count. What is printed is instructions
a byte at each length: of a reader whose time is linear, these stay as they are. A kind that takes more than half as many
again a byte at eight times the length fails.

`--quick` measures the shortest and the longest alone. Names of kinds measure those alone.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LENGTH = 32_000
FACTORS = (1, 2, 4, 8)
TOLERANCE = 0.5

PARAGRAPH = (
    "<div class='card item-{n}'><h3 class=title>The fair of {n}</h3><p>It <b>rained</b> on all days of the fair, and "
    "<a href='/weather/{n}'>the weather service</a> sees no end of it before Friday.</p><img src='/{n}.jpg' alt=''>"
    "<ul><li>Rain</li><li>Wind &amp; cloud</li></ul></div>\n"
)


def repeat(piece: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """A page of that length of the same piece again and again; `{n}` in it becomes its number."""

    def page(length: int) -> str:
        if "{n}" not in piece:
            return before + piece * (length // len(piece)) + after
        pieces, size, number = [], 0, 0
        while size < length:
            pieces.append(piece.replace("{n}", str(number)))
            size += len(pieces[-1])
            number += 1
        return before + "".join(pieces) + after

    return page


KINDS: dict[str, Callable[[int], str]] = {
    "usual page": repeat(PARAGRAPH, "<html lang=en><title>Fair</title><body>", "</body></html>"),
    "long text": repeat("some words of a text without any tag ", "<p>"),
    "one word": repeat("w", "<p>"),
    "blanks": repeat(" \n", "<p>", "x"),
    "nesting": repeat("<div>", after="text"),
    "nested lists": repeat("<ul><li>", after="text"),
    "nested tables": repeat("<table><tr><td>", after="text"),
    "cells of a row": repeat("<td>a", "<table><tr>"),
    "unclosed paragraphs": repeat("<p>word"),
    "unclosed formatting": repeat("<b>word"),
    "unclosed links": repeat("<a href=x>word"),
    "end tags of nothing": repeat("</b></section>", "<div>" * 250, "text"),
    "attributes": repeat(" a{n}=\"x\"", "<p", ">text"),
    "attributes alike": repeat(" a=\"x\"", "<p", ">text"),
    "one long attribute": repeat("nav ", "<p class='", "'>text"),
    "many classes": repeat("<p class='nav menu a b c'>x"),
    "beginnings of tags": repeat("<a", after="text"),
    "signs of less": repeat("<"),
    "quotation marks": repeat("\"", "<a ", ">text"),
    "one long comment": repeat("-", "<!--"),
    "comments": repeat("<!-- a -->", after="text"),
    "comments in comments": repeat("<!-- a <!--", after="text"),
    "entities": repeat("&amp;", "<p>"),
    "entities that are none": repeat("&notit", "<p>"),
    "script that never ends": repeat("</", "<script>"),
    "scripts in a script": repeat("<!--<script", "<script>"),
    "scripts": repeat("<script>a</script>", after="text"),
    "pictures in pictures": repeat("<svg><svg></svg>", after="text"),
    "lists to choose from": repeat("<select>", after="text"),
    "hidden elements": repeat("<div hidden>", after="text"),
    "hidden pieces": repeat("<p>a<span hidden>b</span>"),
    "films without an end": repeat("<p>a<video>"),
    "descriptions in JSON": repeat("<script type='application/ld+json'>[[[]]]</script>", after="text"),
    "JSON without an end": repeat("[", "<script type='application/ld+json'>"),
    "styles": repeat("a:b;", "<p style='", "'>text"),
    "preformatted lines": repeat("a\n", "<pre>"),
    "line breaks": repeat("<br>", after="text"),
    "crossed formatting": repeat("<b><i>a</b></i>"),
}


def count(program: Path, page: str, folder: Path, name: str) -> int:
    """The instructions of reading a page."""
    path = folder / f"{name}.html"
    path.write_text(page, encoding="utf-8")
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), "run"]
    command += [str(ROOT / "pipelines/passthrough.toml"), str(path), "-o", "-", "--threads", "1", "--quiet"]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=600)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not found:
        sys.exit(f"html_growth: {name}: status {result.returncode}\n{result.stderr[-2000:]}")
    return int(found[1])


def grows(by_length: list[float]) -> bool:
    """Whether instructions a byte, from the shortest page to the longest, grow with the length."""
    # A page that costs next to nothing is all rounding.
    return by_length[-1] > (1 + TOLERANCE) * by_length[0] + 2


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--quick"]
    factors = (FACTORS[0], FACTORS[-1]) if "--quick" in sys.argv else FACTORS
    program = ROOT / "target/release/tamiz"
    if not shutil.which("valgrind") or platform.machine() != "x86_64":
        print("html_growth: skipped, for there is no valgrind here, or this is no x86-64 machine")
        return 0
    kinds = {name: make for name, make in KINDS.items() if not arguments or name in arguments}
    failed = []
    with tempfile.TemporaryDirectory(prefix="tamiz-growth-") as folder_name, ThreadPoolExecutor(2) as pool:
        folder = Path(folder_name)
        empty = count(program, "<p>x", folder, "empty")
        print("instructions a byte at " + ", ".join(f"{LENGTH * factor // 1000} kB" for factor in factors))

        def measure(name: str) -> list[float]:
            pages = [kinds[name](LENGTH * factor) for factor in factors]
            return [(count(program, page, folder, name) - empty) / len(page) for page in pages]

        for name, by_length in zip(kinds, pool.map(measure, kinds)):
            fails = grows(by_length)
            failed += [name] if fails else []
            figures = "".join(f"{figure:9.1f}" for figure in by_length)
            print(f"{name:<24}{figures}{'  GROWS' if fails else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
