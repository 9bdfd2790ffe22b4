#!/usr/bin/env python3
"""What the page crates/tamiz-run/SCALING.md reckons with, measured on this machine: `just scaling`, about five minutes.

    python3 benches/scaling.py                  # efficiency on cores and processes, the speed of Python, states
    python3 benches/scaling.py --lines 10       # states of a million and of ten million distinct lines

Pages are those of `benches/peers/corpus.py`. Every figure is the best of its rounds, since what else runs on a machine can
only make a round slower; the rounds of all things to be compared take turns. Python is measured where the interpreter that
runs this has the package `tamiz` and pyarrow.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAMIZ = ROOT / "target" / "release" / "tamiz"


class Took:
    """Wall-clock and processor seconds, and the most memory that a process had, in MB."""

    def __init__(self, wall: float, processor: float, memory: float) -> None:
        self.wall, self.processor, self.memory = wall, processor, memory


def tamiz(*lines: list[str | Path]) -> Took:
    """Runs commands side by side; their time is that of the last to end, their memory that of the largest."""
    start = time.perf_counter()
    started = [subprocess.Popen([TAMIZ, *line]) for line in lines]
    processor = memory = 0.0
    for process in started:
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"tamiz ended with status {status >> 8}: {process.args}")
        processor += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss / 1024)
    return Took(time.perf_counter() - start, processor, memory)


def best(rounds: int, works: dict[str, Callable[[], Took]]) -> dict[str, Took]:
    """Takes turns; gives each work's least wall-clock and processor time, and most memory."""
    all_of: dict[str, list[Took]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            all_of[name].append(work())
    return {
        name: Took(min(t.wall for t in took), min(t.processor for t in took), max(t.memory for t in took))
        for name, took in all_of.items()
    }


def cores(pages: Path, megabytes: float, folder: Path, rounds: int) -> None:
    """One and two threads, two processes of one thread with a shard each."""

    def run(name: str, threads: int, shard: str | None = None) -> list[str | Path]:
        out = folder / f"out{shard or ''}".replace("/", "-")
        options = ["--overwrite", "--quiet", "--threads", str(threads), *(["--shard", shard] if shard else [])]
        return ["run", ROOT / "pipelines" / f"{name}.toml", pages, "-o", out, *options]

    print(f"\n| {megabytes:.0f} MB of text | MB/s | processor seconds | efficiency |\n| --- | ---: | ---: | ---: |")
    for name in ("passthrough", "news"):
        took = best(
            rounds,
            {
                "1 thread": lambda: tamiz(run(name, 1)),
                "2 threads": lambda: tamiz(run(name, 2)),
                "2 processes": lambda: tamiz(run(name, 1, "1/2"), run(name, 1, "2/2")),
            },
        )
        one = took["1 thread"]
        for what, t in took.items():
            part = one.wall / t.wall / int(what[0])
            print(f"| `{name}`, {what} | {megabytes / t.wall:.1f} | {t.processor:.2f} | {part:.2f} |", flush=True)


def python(pages: Path, megabytes: float, folder: Path, rounds: int) -> None:
    """Batches in Python against the command line with one thread, in processor time, without start-up."""
    try:
        import pyarrow

        import tamiz as package
    except ImportError as error:
        print(f"\nPython is not measured: {error}")
        return
    records = [json.loads(line) for line in pages.open(encoding="utf-8")]
    batches = [pyarrow.RecordBatch.from_pylist(records[at : at + 1024]) for at in range(0, len(records), 1024)]
    few = folder / "few.jsonl"
    few.write_text(json.dumps(records[0]) + "\n", encoding="utf-8")
    print("\n| from Python | batches, processor seconds | command line | speed |\n| --- | ---: | ---: | ---: |")
    for name in ("passthrough", "boilerplate", "news"):
        path = ROOT / "pipelines" / f"{name}.toml"
        pipeline = package.Pipeline.from_file(path)

        def native() -> Took:
            before = os.times()
            start = time.perf_counter()
            for batch in batches:
                pipeline.process_batch(batch)
            after = os.times()
            return Took(time.perf_counter() - start, after.user + after.system - before.user - before.system, 0)

        def line(source: Path) -> Took:
            out = ["-o", folder / "native", "--overwrite", "--quiet", "--threads", "1"]
            return tamiz(["run", path, source, *out])

        native()
        took = best(rounds, {"batches": native, "line": lambda: line(pages), "start": lambda: line(few)})
        command = took["line"].processor - took["start"].processor
        own = took["batches"].processor
        print(f"| `{name}` | {own:.2f} | {command:.2f} | {command / own:.2f} |", flush=True)


def states(millions: int, folder: Path, bound: str) -> None:
    """A corpus of so many distinct lines, fifty a page, of a thousand sites: learned, merged with itself, used."""
    pages = folder / "lines.jsonl"
    letters = [chr(ord("a") + n % 26) + chr(ord("a") + n // 26 % 26) for n in range(676)]
    megabytes = 0.0
    with pages.open("w", encoding="utf-8") as file:
        for page in range(millions * 20_000):
            numbers = range(page * 50, page * 50 + 50)
            rows = [
                f"Line {letters[n % 676]}{letters[n // 676 % 676]}{letters[n // 456976 % 676]} of this page alone"
                for n in numbers
            ]
            text = "\n".join(["Also on this site", *rows])
            megabytes += len(text) / 1e6
            file.write(json.dumps({"id": page, "text": text, "url": f"https://s{page % 1000}.example/{page}"}) + "\n")
    definition = folder / "repeats.toml"
    definition.write_text('[[stage]]\nuse = "repeats"\n', encoding="utf-8")
    state, joined = folder / "a.state", folder / "b.state"
    bounded = ["--memory", bound, "--spill", folder]
    fit = tamiz(["fit", definition, pages, "-o", state, "--threads", "2", "--quiet", *bounded])
    merge = tamiz(["merge", state, state, "-o", joined, *bounded])
    out = ["-o", folder / "out", "--overwrite", "--quiet", "--state", state, "--threads", "2"]
    run = tamiz(["run", definition, pages, *out])
    size = state.stat().st_size
    counts = millions * 1_000_000 + 2000
    print(
        f"| {millions} M | {megabytes:.0f} MB | {size / 1e6:.1f} MB | {size / counts:.1f} | {fit.processor:.1f} s | "
        f"{fit.memory:.0f} MB | {merge.processor:.1f} s | {merge.memory:.0f} MB | {run.memory:.0f} MB |",
        flush=True,
    )
    pages.unlink()


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=100, help="megabytes of pages; 0 to skip")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, nargs="*", default=[1, 10], help="millions of distinct lines; none to skip")
    parser.add_argument("--memory", default="32MB", help="the bound of a state's memory")
    arguments = parser.parse_args()
    if not TAMIZ.exists():
        raise SystemExit(f"{TAMIZ} is not there: cargo build --release")
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.2f} at the start")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # First, while this process is small: a child is said to have had the memory of its parent before it began.
        if arguments.lines:
            print(f"\n`--memory {arguments.memory}`, 2 threads\n")
            print("| distinct lines | text | state | bytes a line | fit | memory | merge of two | memory | run, memory |")
            print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for millions in arguments.lines:
            states(millions, folder, arguments.memory)
        if arguments.mb > 0:
            pages = folder / "pages.jsonl"
            make = [sys.executable, ROOT / "benches/peers/corpus.py", "--mb", str(arguments.mb), "-o", pages]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            megabytes = sum(len(json.loads(line)["text"].encode()) for line in pages.open(encoding="utf-8")) / 1e6
            cores(pages, megabytes, folder, arguments.rounds)
            python(pages, megabytes, folder, arguments.rounds)


if __name__ == "__main__":
    main()
