"""Looks at folders that the package writes on its own: where they are, and how large."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from auralise_jax.cli.checks.findings import Findings, size
from auralise_jax.text import many

_LITTLE = 1_000_000_000
"""Free bytes below which a folder is nearly full."""

_ELSEWHERE = {
    "decoded sound": "name another folder in the variable AURALISE_CACHE",
    "networks of other people": "name another folder in the variable AURALISE_MODELS",
    "what JAX compiled": "name another folder in the variable JAX_COMPILATION_CACHE_DIR",
}


def caches(places: dict[str, str]) -> Findings:
    """Look at folders, by what they hold; the name of none is empty."""
    found = Findings()
    for what, name in places.items():
        if not name:
            found.facts[what] = "kept for the process only"
        elif "://" in name:
            found.facts[what] = name
        else:
            _look_at(found, what, Path(name))
    return found


def _look_at(found: Findings, what: str, folder: Path) -> None:
    elsewhere = _ELSEWHERE.get(what, "choose another folder")
    problems: list[str] = []
    files = total = 0

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # or it is not there yet
            reason = error.strerror or error
            problems.append(f"{what}: {error.filename} cannot be read ({reason}): {elsewhere}")

    for place, _, names in os.walk(folder, onerror=note):
        for name in names:
            try:
                total += os.lstat(Path(place) / name).st_size
                files += 1
            except OSError as error:
                note(error)
    there = _existing(folder)
    if not there.is_dir():
        problems = [f"{what}: {there} is a file, no folder: {elsewhere}"]
    elif not problems and not os.access(there, os.W_OK | os.X_OK):
        problems = [f"{what}: {there} cannot be written: {elsewhere}"]
    held = f"{size(total)} in {many(files, 'file')}" if folder.is_dir() else "nothing yet"
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        note(error)
    else:
        held += f", {size(free)} free"
        if free < _LITTLE and not problems:
            problems.append(
                f"{what}: the disk of {there} is nearly full: free some, or {elsewhere}"
            )
    found.facts[what] = f"{folder}: {held}"
    # Of a folder full of files that cannot be read, one is enough.
    found.problems += problems[:1]


def _existing(folder: Path) -> Path:
    """Return the folder, or the closest above it that is there."""
    for place in (folder, *folder.absolute().parents):
        try:
            if place.exists():
                return place
        except OSError:
            continue
    return folder
