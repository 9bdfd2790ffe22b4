#!/usr/bin/env python3
"""Holds the number of instructions that every stage takes against .ci/instructions.json.

Counted by valgrind's callgrind, for the release program on one thread, over the sample pages of tests/corpus: what a
text five times as long takes more than the text once, in instructions a byte of text. So start-up does not count, and
neither does what else the machine is doing. A pipeline may take 5 % more than is recorded.

The counts depend on the compiler and on the processor's vector unit: with another compiler than the recorded one they
are printed and hold nobody to anything. `--write` records those of this state.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / ".ci/instructions.json"
TOLERANCE = 0.05
LONGER = 5
RULE = """\n[[stage.rule]]\nname = "agency-tag"\npattern = '^\\((EFE|Lusa)\\)\\s*[.–-]*'\ncut = "match"\n"""
STAGES = ("language", "boilerplate", "repeats", "rules", "sentences", "names")


def definitions(folder: Path) -> dict[str, Path]:
    """A pipeline without a stage, one for each stage, and the whole of pipelines/news.toml."""
    found = {"passthrough": ROOT / "pipelines/passthrough.toml"}
    for stage in STAGES:
        found[stage] = folder / f"{stage}.toml"
        text = f'name = "{stage}"\n\n[[stage]]\nuse = "{stage}"\n' + (RULE if stage == "rules" else "")
        found[stage].write_text(text, encoding="utf-8")
    return found | {"news": ROOT / "pipelines/news.toml"}


def sample(folder: Path, copies: int) -> tuple[Path, int]:
    """A JSONL file with the sample pages, each so many times, and its bytes of text."""
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/corpus").glob("*.txt"))]
    path = folder / f"sample-{copies}.jsonl"
    records = [{"id": f"{copy}-{number}", "text": page} for copy in range(copies) for number, page in enumerate(pages)]
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path, sum(len(record["text"].encode()) for record in records)


def count(program: Path, pipeline: Path, inputs: Path, folder: Path) -> int:
    """The instructions of one run on a stream, which writes no report."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), "run", str(pipeline)]
    command += ["-", "-o", "-", "--threads", "1", "--quiet"]
    if pipeline.stem == "repeats":
        state = folder / "repeats.state"
        subprocess.run([program, "fit", pipeline, inputs, "-o", state, "--quiet"], check=True, capture_output=True)
        command += ["--state", str(state)]
    with open(inputs, "rb") as stream:
        result = subprocess.run(command, stdin=stream, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not found:
        sys.exit(f"instructions: {pipeline.name}: status {result.returncode}\n{result.stderr[-2000:]}")
    return int(found[1])


def compiler() -> str:
    return subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def verdicts(recorded: dict[str, float], measured: dict[str, float]) -> list[tuple[str, bool]]:
    """A line for every pipeline, and whether it is in order."""
    lines = []
    for name, now in measured.items():
        before = recorded.get(name)
        if before is None:
            lines.append((f"{name:<12} {now:8.1f} instructions a byte, not recorded: run with --write", False))
            continue
        change = now / before - 1
        fails = change > TOLERANCE
        hint = "  TOO MANY" if fails else "  fewer: record them with --write" if change < -TOLERANCE else ""
        lines.append((f"{name:<12} {now:8.1f} instructions a byte, {change:+.1%}{hint}", not fails))
    lines += [(f"{name:<12} is recorded but was not measured", False) for name in recorded if name not in measured]
    return lines


def main() -> int:
    write = "--write" in sys.argv[1:]
    program = ROOT / "target/release/tamiz"
    if not shutil.which("valgrind") or platform.machine() != "x86_64":
        print("instructions: skipped, for there is no valgrind here, or this is no x86-64 machine")
        return 0
    with tempfile.TemporaryDirectory(prefix="tamiz-instructions-") as name:
        folder = Path(name)
        (short, size), (long, longer) = sample(folder, 4), sample(folder, 4 * LONGER)
        measured = {}
        for name, pipeline in definitions(folder).items():
            more = count(program, pipeline, long, folder) - count(program, pipeline, short, folder)
            measured[name] = round(more / (longer - size), 1)
    if write:
        record = {"compiler": compiler(), "instructions_a_byte": measured}
        RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        print(f"instructions: written to {RECORD.relative_to(ROOT)}")
        return 0
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    lines = verdicts(record["instructions_a_byte"], measured)
    print("\n".join(line for line, _ in lines))
    if record["compiler"] != compiler():
        print(f"instructions: recorded with {record['compiler']}, this is {compiler()}: not held; record with --write")
        return 0
    return 0 if all(fine for _, fine in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
