"""Runs a program and says what it took; medians and ratios over rounds."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# One worker: libraries that would take a thread for every core are asked not to.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}


class RunFailed(Exception):
    """A program that ended with an error, or not in time, or wrote nothing."""


@dataclass(frozen=True)
class Measure:
    """One run: seconds of wall-clock time, seconds of processor time of the process and its children, and the peak
    resident memory of the largest of them in megabytes."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str], log: Path, limit: float, environment: Mapping[str, str] | None = None) -> Measure:
    """Runs a command to its end, its messages in the file `log`. Nothing below this program's own memory can be seen,
    since a new process starts out with it."""
    with open(log, "wb") as messages:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            env={**os.environ, **ONE_THREAD, **(environment or {})},
            start_new_session=True,
        )
        status, usage = _wait(process.pid, begin + limit)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if wall >= limit:
        raise RunFailed(f"not done within {limit:.0f} s")
    if process.returncode < 0:
        raise RunFailed(f"ended by signal {-process.returncode}: {last_line(log)}")
    if process.returncode:
        raise RunFailed(f"status {process.returncode}: {last_line(log)}")
    return Measure(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3)


def _wait(process: int, end: float) -> tuple[int, os._UsageResult]:  # type: ignore[name-defined]
    """Waits as `wait4` does, and ends the process and its children when the time is over."""
    pause = 0.001
    while time.perf_counter() < end:
        found, status, usage = os.wait4(process, os.WNOHANG)
        if found:
            return status, usage
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)
    os.killpg(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    return status, usage


def last_line(log: Path) -> str:
    """The last thing that a program said, shortened: mostly the error that it ended with."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].strip()[:200] if lines else "no message"


@dataclass(frozen=True)
class Round:
    """One entry in one round: its run on the work, and on a single page, which is its start-up."""

    work: Measure
    start: Measure


@dataclass(frozen=True)
class Summary:
    """An entry over all rounds: medians, and the median of its ratios to others of the same round."""

    megabytes: float
    wall_rate: float
    cpu_rate: float
    memory: float
    start: float
    # How many times the processor time, and the wall-clock time, of the baseline for the same text; of the floor.
    cpu_of_baseline: float | None
    wall_of_baseline: float | None
    cpu_of_floor: float | None


def seconds(one: Round, kind: str) -> float:
    """Seconds of a kind, `wall` or `cpu`, without those of the start-up. Where noise makes that nearly nothing, a
    twentieth of the run is what it may not fall below."""
    whole: float = getattr(one.work, kind)
    start: float = getattr(one.start, kind)
    return max(whole - start, whole / 20.0, 1e-9)


def ratio(own: Sequence[Round], own_mb: float, other: Sequence[Round], other_mb: float, kind: str) -> float | None:
    """The median, over the rounds, of own time a megabyte over the other's; nothing if they share no round."""
    pairs = list(zip(own, other, strict=False))
    if not pairs:
        return None
    return median((seconds(a, kind) / own_mb) / (seconds(b, kind) / other_mb) for a, b in pairs)


def summarize(
    rounds: Sequence[Round],
    megabytes: float,
    baseline: tuple[Sequence[Round], float] | None,
    floor: tuple[Sequence[Round], float] | None,
) -> Summary:
    """What the table says of an entry; the baseline and the floor with the megabytes that they were measured on."""

    def against(other: tuple[Sequence[Round], float] | None, kind: str) -> float | None:
        return ratio(rounds, megabytes, other[0], other[1], kind) if other else None

    return Summary(
        megabytes=megabytes,
        wall_rate=megabytes / median(seconds(one, "wall") for one in rounds),
        cpu_rate=megabytes / median(seconds(one, "cpu") for one in rounds),
        memory=median(one.work.memory for one in rounds),
        start=median(one.start.cpu for one in rounds),
        cpu_of_baseline=against(baseline, "cpu"),
        wall_of_baseline=against(baseline, "wall"),
        cpu_of_floor=against(floor, "cpu"),
    )
