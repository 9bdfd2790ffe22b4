"""The table, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from entries import GROUPS, Entry
from measure import Summary

COLUMNS = (
    "program",
    "MB/s",
    "MB per CPU s",
    "× tamiz's CPU time",
    "× its wall-clock time",
    "× the floor",
    "start-up, CPU s",
    "memory, MB",
    "measured on, MB",
)


def figure(value: float | None) -> str:
    """A number with two digits that count, or three where it starts with a one; a dash for none."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 20:
        return f"{value:.0f}"
    if value >= 2:
        return f"{value:.1f}"
    return f"{value:.2f}"


def row(name: str, summary: Summary, baseline: bool) -> str:
    """One line of the table; the baseline of a group in bold, without a ratio to itself."""
    shown = f"**{name}**" if baseline else name
    cells = [
        shown,
        figure(summary.wall_rate),
        figure(summary.cpu_rate),
        "1" if baseline else figure(summary.cpu_of_baseline),
        "1" if baseline else figure(summary.wall_of_baseline),
        figure(summary.cpu_of_floor),
        f"{summary.start:.2f}",
        f"{summary.memory:.0f}",
        figure(summary.megabytes),
    ]
    return "| " + " | ".join(cells) + " |"


def table(
    entries: Sequence[Entry],
    summaries: Mapping[Entry, Summary],
    faults: Mapping[Entry, str],
    versions: Mapping[str, str],
) -> str:
    """A table for every group, under each what its programs do more or less, and last what could not be measured."""
    parts: list[str] = []
    for group in GROUPS:
        own = [entry for entry in entries if entry.group == group]
        measured = [entry for entry in own if entry in summaries]
        parts.append(f"### {group}\n")
        if measured:
            parts.append(f"| {' | '.join(COLUMNS)} |")
            parts.append("| --- |" + " ---: |" * (len(COLUMNS) - 1))
            parts.extend(row(named(entry, versions), summaries[entry], entry.baseline) for entry in measured)
            parts.append("")
        parts.extend(f"- {named(entry, versions)}: {entry.beside}." for entry in own if entry.beside)
        for entry in own:
            if entry in faults:
                parts.append(f"- **Not measured**: {named(entry, versions)}: {faults[entry]}.")
        parts.append("")
    return "\n".join(parts)


def named(entry: Entry, versions: Mapping[str, str]) -> str:
    """An entry's name with the version of its package."""
    version = versions.get(entry.package.lower().replace("_", "-"), "") if entry.package else ""
    # Where the name is not the package's own, the version would be taken for that of the wrong thing.
    if not version:
        return entry.name
    if entry.package.lower() in entry.name.lower():
        return f"{entry.name} ({version})"
    return f"{entry.name} ({entry.package} {version})"


def machine() -> str:
    """The machine in one line: processor, cores, memory, system, Python, and how busy it was."""
    processor = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
        memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    except OSError:
        memory = 0.0
    parts = [f"{processor}, {os.cpu_count()} cores"]
    if memory:
        parts.append(f"{memory:.0f} GB of memory")
    parts.append(f"{platform.system()} {platform.release()}")
    parts.append(f"Python {platform.python_version()}")
    parts.append(f"load average {os.getloadavg()[1]:.1f}")
    return ", ".join(parts)
