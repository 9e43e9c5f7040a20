"""Find a Chromium, Chrome or Edge on this machine; as a command, print where it is."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
FLAGS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
"""Of the command line: no web, no gesture before sound."""


def find_browser() -> str | None:
    """Return the path of the first browser found, or None."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    roots = (os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"))
    places = [Path(place) for place in _PLACES]
    places += [Path(root) / program for root in roots if root for program in _WINDOWS]
    return next((str(place) for place in places if place.exists()), None)


if __name__ == "__main__":
    found = find_browser()
    print(found or "no browser found")  # noqa: T201
    sys.exit(found is None)
