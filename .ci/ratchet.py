#!/usr/bin/env python3
"""Holds the quality figures on the development sets against `.ci/figures.json`: none may fall.

    python3 .ci/ratchet.py [--shared DIR] [--tamiz PROGRAM] [--write]

Where the development sets are not at hand (DIR, by default ../shared) it says that it skipped, and ends with 0. With
--write it raises the recorded figures to what is measured, and never lowers one: to lower a figure, edit the file and
say why in the commit. Exit status: 0 no figure fell, 1 one fell or the contract was broken, 2 it could not measure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "figures.json"
# Figures are printed with three or four digits; what is below this is rounding.
TOLERANCE = 0.0005


def compare(recorded: dict[str, float], measured: dict[str, float]) -> list[str]:
    """What is worse than recorded, a line each."""
    faults = []
    for name, bar in sorted(recorded.items()):
        value = measured.get(name)
        if value is None:
            faults.append(f"{name}: recorded {bar}, not measured")
        elif value < bar - TOLERANCE:
            faults.append(f"{name}: recorded {bar}, now {value:.4f}")
    return faults


def raised(recorded: dict[str, float], measured: dict[str, float]) -> dict[str, float]:
    """The recorded figures, each raised to what is measured where that is better, and those that are new."""
    return {
        name: round(max(recorded.get(name, value), value), 4)
        for name, value in sorted({**recorded, **measured}.items())
    }


def figures(reports: list[dict]) -> dict[str, float]:
    """The figures of evaluation reports by name: those that have a goal or a peer, as numbers."""
    found = {}
    for report in reports:
        for figure in report.get("figures", []):
            value = figure.get("value")
            if (figure.get("goal") or figure.get("peer") is not None) and isinstance(value, (int, float)):
                found[figure["metric"]] = value
    return found


def measure(shared: Path, tamiz: Path) -> tuple[list[dict], int]:
    """The evaluation's reports over every area, and its exit status."""
    command = [sys.executable, str(shared / "eval" / "evaluate.py"), "all", "--json"]
    command += ["--tamiz", str(tamiz), "--data", str(shared / "data"), "--pipeline", str(HERE.parent / "pipelines/news-es.toml")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    sys.stderr.write(done.stderr)
    return json.loads(done.stdout), done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--tamiz", type=Path, default=HERE.parent / "target/release/tamiz")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.shared / "eval" / "evaluate.py").is_file():
        print(f"ratchet: skipped: the development sets are not at hand ({arguments.shared})")
        return 0
    try:
        reports, status = measure(arguments.shared, arguments.tamiz)
    except (OSError, ValueError) as error:
        print(f"ratchet: cannot measure: {error}", file=sys.stderr)
        return 2
    for report in reports:
        for violation, seen in report.get("violations", {}).items():
            print(f"ratchet: {report['area']}: contract broken: {violation}: {seen['count']}, such as {seen['examples'][:1]}")
    measured = figures(reports)
    recorded = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    if arguments.write:
        FIGURES.write_text(json.dumps(raised(recorded, measured), indent=1) + "\n", encoding="utf-8")
        print(f"ratchet: {FIGURES.name} holds {len(measured)} figures")
        return status
    faults = compare(recorded, measured)
    for fault in faults:
        print(f"ratchet: {fault}")
    print(f"ratchet: {len(recorded)} figures held, {len(faults)} fell")
    return 1 if faults or status else 0


if __name__ == "__main__":
    sys.exit(main())
