#!/usr/bin/env python3
"""tamiz beside the programs that do a part of the same work, on the same pages in the same run.

    python3 benches/peers/bench.py                     # all of it, about a quarter of an hour; also `just peers`
    python3 benches/peers/bench.py --mb 100 --rounds 5
    python3 benches/peers/bench.py --only tamiz        # entries whose name or group has the word
    python3 benches/peers/bench.py --memory 2          # nothing but tamiz on 2 GB of text and two threads

Makes a corpus by a seed (corpus.py), installs the peers into virtual environments (entries.py), and runs everything in
turn, round after round, each on one worker. Prints a table in Markdown. A peer that cannot be installed or run is in
the list below the table with the reason.

Needs Python 3.11, the program zstd and a release build of tamiz; everything it makes stays in target/peers.

What the columns say, each the median over the rounds:
MB/s                  megabytes (10^6 bytes of UTF-8) of the pages' text per second of wall-clock time
MB per CPU s          the same per second of processor time, of all processes: on a busy machine, the one to look at
x tamiz's CPU time    processor time for the same text, as a multiple of what tamiz takes (the row in bold)
x its wall-clock time the same in wall-clock time
x the floor           processor time as a multiple of tamiz passthrough.toml, which reads and writes alone
start-up              processor time for one page; it is taken off everything to the left
memory                peak resident memory of the largest process
measured on           slow programs get the beginning of the corpus only
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import environments
import report
from entries import ENTRIES, ENVIRONMENTS, FLOOR, HTML, Entry
from measure import Measure, Round, RunFailed, Summary, run, summarize

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STAGE = 'name = "stage"\n\n[[stage]]\nuse = "{}"\n'
# Seconds after which a run is given up.
LIMIT = 300.0


class Corpus:
    """The pages, in the sizes and forms that the entries want, made when first asked for and kept for the next time."""

    def __init__(self, folder: Path, megabytes: float, seed: int) -> None:
        self.folder = folder / f"corpus-{seed}"
        self.megabytes = megabytes
        self.seed = seed

    def input(self, entry: Entry, share: float) -> tuple[Path, float]:
        """An entry's input, and the megabytes of text in it. A share of nought is a single page."""
        form = "html" if entry.group == HTML else "gz" if entry.environment == "dolma" else "zst"
        return self.made(form, share * self.megabytes)

    def made(self, form: str, megabytes: float) -> tuple[Path, float]:
        """A corpus of a form, `html`, `zst` or `gz`, and its megabytes of text."""
        # A folder for every file, since some peers can only be given a folder.
        place = self.folder / f"{form}-{megabytes:g}"
        size = place / "size.json"
        target = place / "pages" if form == "html" else place / "documents" / "pages.jsonl.zst"
        if not size.exists():
            shutil.rmtree(place, ignore_errors=True)
            target.parent.mkdir(parents=True)
            print(f"making {megabytes:g} MB of pages ({form}) …", file=sys.stderr, flush=True)
            command = [sys.executable, str(HERE / "corpus.py"), "--mb", str(megabytes), "--seed", str(self.seed)]
            # By a process of its own, so that this one stays small: what it runs starts out with its memory.
            command += ["--html", str(target)] if form == "html" else ["-o", str(target)]
            result = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True)
            if form == "gz":
                packed = target.with_suffix(".gz")
                with open(packed, "wb") as output:
                    unpack = subprocess.Popen(["zstd", "-dcq", str(target)], stdout=subprocess.PIPE)
                    subprocess.run(["gzip", "-c"], stdin=unpack.stdout, stdout=output, check=True)
                    unpack.wait()
                target.unlink()
            size.write_text(result.stderr.strip().splitlines()[-1])
        return target.with_suffix(".gz") if form == "gz" else target, json.loads(size.read_text())["bytes"] / 1e6


def tamiz(arguments: argparse.Namespace, definition: Path, source: Path, output: str, threads: int) -> list[str]:
    """A run of tamiz over one input, compressed as the peers' outputs are."""
    built = [str(arguments.tamiz), "run", str(definition), str(source), "-o", output]
    return [*built, "--threads", str(threads), "--quiet", "--format", "jsonl.zst"]


def command(entry: Entry, source: Path, scratch: Path, arguments: argparse.Namespace) -> list[str]:
    """What is run for an entry, its output below `scratch`."""
    if not entry.environment:
        definition = ROOT / "pipelines" / entry.work
        if not entry.work.endswith(".toml"):
            definition = scratch / "stage.toml"
            definition.write_text(STAGE.format(entry.work))
        output = str(scratch / "out")
        return tamiz(arguments, definition, source, output, threads=1)
    folder = arguments.folder
    if entry.environment == "dolma":
        program = str(environments.python("dolma", folder).with_name("dolma"))
        built = [program, "tag", "--documents", str(source), "--destination", str(scratch / "out")]
        return [*built, "--experiment", "peers", "--taggers", "c4_v2", "cld2_doc_v2", "--processes", "1"]
    (scratch / "out").mkdir()
    python = str(environments.python(entry.environment, folder))
    built = [python, str(HERE / "work.py"), entry.work, str(source), str(scratch / "out" / "pages.jsonl.zst")]
    model = environments.model(folder)
    return built + (["--model", str(model)] if model else [])


def once(entry: Entry, source: Path, arguments: argparse.Namespace) -> Measure:
    """One run of an entry, into a fresh folder; it has to leave something there."""
    scratch = arguments.folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    measure = run(command(entry, source, scratch, arguments), arguments.folder / "last.log", LIMIT)
    if not any(path.stat().st_size for path in (scratch / "out").rglob("*.jsonl*") if path.is_file()):
        raise RunFailed("it ended well and wrote nothing")
    return measure


def measure_all(
    entries: list[Entry], faults: dict[Entry, str], corpus: Corpus, arguments: argparse.Namespace
) -> tuple[dict[Entry, list[Round]], dict[Entry, float]]:
    """All rounds of all entries, in turn; who fails is out of the following rounds, with the reason in `faults`."""
    rounds: dict[Entry, list[Round]] = {entry: [] for entry in entries}
    sizes: dict[Entry, float] = {}
    for number in range(arguments.rounds):
        for entry in entries:
            if entry in faults:
                continue
            page, _ = corpus.input(entry, 0.0)
            source, sizes[entry] = corpus.input(entry, entry.share)
            print(f"round {number + 1} of {arguments.rounds}: {entry.name} …", file=sys.stderr, flush=True)
            try:
                if number == 0:
                    once(entry, page, arguments)  # Warms the caches of files, and is not counted.
                start = once(entry, page, arguments)
                rounds[entry].append(Round(once(entry, source, arguments), start))
            except (RunFailed, OSError) as fault:
                faults[entry] = str(fault)
                print(f"  failed: {fault}", file=sys.stderr, flush=True)
    return rounds, sizes


def summaries_of(
    rounds: dict[Entry, list[Round]], sizes: dict[Entry, float], faults: dict[Entry, str]
) -> dict[Entry, Summary]:
    """The summary of every entry that came through all rounds."""
    whole = {entry: (own, sizes[entry]) for entry, own in rounds.items() if own and entry not in faults}
    floor = next((found for entry, found in whole.items() if entry.work == FLOOR), None)
    found: dict[Entry, Summary] = {}
    for entry, (own, megabytes) in whole.items():
        baseline = next((other for one, other in whole.items() if one.group == entry.group and one.baseline), None)
        found[entry] = summarize(own, megabytes, baseline, floor)
    return found


def memory_check(arguments: argparse.Namespace) -> int:
    """tamiz news.toml on so many gigabytes of text, in one file and on two threads: time and peak memory."""
    corpus = Corpus(arguments.folder, arguments.memory * 1000.0, arguments.seed)
    source, megabytes = corpus.made("zst", corpus.megabytes)
    output = arguments.folder / "scratch" / "out"
    shutil.rmtree(output.parent, ignore_errors=True)
    output.parent.mkdir(parents=True)
    built = tamiz(arguments, ROOT / "pipelines" / "news.toml", source, str(output), threads=2)
    measure = run(built, arguments.folder / "last.log", 3600.0)
    shutil.rmtree(output.parent)
    print(
        f"news.toml, {megabytes:,.0f} MB of text in one file, 2 threads: peak memory {measure.memory:.0f} MB, "
        f"{megabytes / measure.wall:.1f} MB/s of wall-clock time, {megabytes / measure.cpu:.1f} MB per CPU second"
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tamiz", type=Path, default=ROOT / "target" / "release" / "tamiz")
    parser.add_argument("--mb", type=float, default=40.0, help="megabytes of text (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=10, help="(default: %(default)s)")
    parser.add_argument("--only", action="append", help="entries whose name or group has this word; may be repeated")
    parser.add_argument("--memory", type=float, metavar="GB", help="check the memory of a large file, nothing else")
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "peers", help="where everything is kept")
    parser.add_argument("--output", type=Path, help="write the table there as well")
    parser.add_argument("--json", type=Path, help="write every single measurement there")
    arguments = parser.parse_args()
    arguments.folder = arguments.folder.resolve()
    arguments.tamiz = arguments.tamiz.resolve()
    if not arguments.tamiz.exists():
        print(f"error: there is no {arguments.tamiz}; build it with `cargo build --release`", file=sys.stderr)
        return 2
    if not shutil.which("zstd"):
        print("error: the program zstd is not installed; it is in the package `zstd` of most systems", file=sys.stderr)
        return 2
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.memory:
        return memory_check(arguments)

    words = [word.lower() for word in arguments.only or [""]]
    entries = [one for one in ENTRIES if any(word in f"{one.name} {one.group}".lower() for word in words)]
    faults = {entry: entry.out_of_reach for entry in entries if entry.out_of_reach}
    versions: dict[str, str] = {}
    for environment in ENVIRONMENTS:
        own = [entry for entry in entries if entry.environment == environment.name]
        # The model that datatrove needs comes with one of the libraries.
        if not own and not (environment.name == "libraries" and any(one.environment for one in entries)):
            continue
        missing = environments.install(environment, arguments.folder)
        faults.update({one: missing[one.package.lower()] for one in own if one.package.lower() in missing})
        versions.update(environments.versions(environment.name, arguments.folder))
    rounds, sizes = measure_all(entries, faults, Corpus(arguments.folder, arguments.mb, arguments.seed), arguments)
    summaries = summaries_of(rounds, sizes, faults)

    head = f"{report.machine()}. {arguments.mb:g} MB of synthetic pages, seed {arguments.seed}, one worker each, "
    head += f"medians of {arguments.rounds} rounds."
    text = f"{head}\n\n{report.table(entries, summaries, faults, versions)}"
    print(text)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.json:
        found = [
            asdict(entry)
            | {"fault": faults.get(entry), "rounds": [asdict(one) for one in rounds[entry]]}
            | {"summary": asdict(summaries[entry]) if entry in summaries else None}
            for entry in entries
        ]
        arguments.json.write_text(json.dumps({"head": head, "entries": found}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
