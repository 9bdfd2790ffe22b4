#!/usr/bin/env python3
"""Whether memory stays the same as the corpus grows: `just memory`, some minutes.

    python3 benches/memory.py               # 20 MB of text, and 20 times as much
    python3 benches/memory.py --mb 100      # 100 MB and 2 GB: parts of the output end within the large one

Pages are those of `benches/peers/corpus.py`, the small corpus once and again and again, so that nothing but the length
differs. The most memory of each run is printed, the larger of its rounds: with several threads it depends a little on which
of them waits for which. The status is 1 if a pipeline takes over a tenth more for the large corpus.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scaling import ROOT, tamiz

TIMES = 20
MOST_GROWTH = 0.10
PIPELINES = ("passthrough", "news")


def corpora(folder: Path, megabytes: float) -> dict[str, tuple[Path, Path]]:
    """For each ending, a small file and one of so many copies of it, which a Zstandard file may be too."""
    small = folder / "small.jsonl"
    make = [sys.executable, ROOT / "benches/peers/corpus.py", "--mb", str(megabytes), "-o", small]
    subprocess.run(make, check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["zstd", "-q", small], check=True)
    found = {}
    for ending in (".jsonl", ".jsonl.zst"):
        one, many = folder / f"small{ending}", folder / f"large{ending}"
        with many.open("wb") as out:
            for _ in range(TIMES):
                with one.open("rb") as source:
                    shutil.copyfileobj(source, out)
        found[ending] = one, many
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=20.0, help="megabytes of text of the small corpus")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    constant = True
    with tempfile.TemporaryDirectory(prefix="tamiz-memory-") as name:
        folder = Path(name)
        print(f"| pipeline | input | threads | {arguments.mb:g} MB | {TIMES * arguments.mb:g} MB | growth |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
        for ending, files in corpora(folder, arguments.mb).items():
            for pipeline in PIPELINES:
                for threads in (1, 2):
                    definition, out = ROOT / "pipelines" / f"{pipeline}.toml", folder / "out"
                    options = ["-o", out, "--overwrite", "--quiet", "--threads", str(threads)]
                    small, large = (
                        max(tamiz(["run", definition, file, *options]).memory for _ in range(arguments.rounds))
                        for file in files
                    )
                    growth = large / small - 1
                    constant &= growth <= MOST_GROWTH
                    row = f"{small:.1f} MB | {large:.1f} MB | {growth:+.0%}"
                    print(f"| `{pipeline}` | {ending} | {threads} | {row} |", flush=True)
    return 0 if constant else 1


if __name__ == "__main__":
    sys.exit(main())
