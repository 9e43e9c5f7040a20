"""A page in a file of its own, and the browser that is asked to show it."""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path

_TERMINALS = ("www-browser", "links", "elinks", "lynx", "w3m")
"""Browsers that would take the terminal."""

_STAYS = 'panel.to_html("panel.html") writes one that stays.'


def slug(title: str) -> str:
    """Return a title as the name of a file, without its ending.

    Examples
    --------
    >>> slug("genre: Bach, Prelude in C"), slug("../::")
    ('genre-bach-prelude-in-c', 'panel')
    """
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:60].strip("-") or "panel"


def new_place(title: str) -> Path:
    """Return the path of a page in a new folder that only this user may read.

    Nobody deletes the page: a browser may load it again. The system clears temporary files.
    """
    return Path(tempfile.mkdtemp(prefix="auralise-")) / f"{slug(title)}.html"


def show(path: Path) -> str:
    """Ask a browser to show a page, wait for nothing, and return a sentence on what was asked.

    In Colab, whose kernel is far from any browser, the page is offered as a download.
    """
    where = f"{path} ({path.stat().st_size / 1e6:.1f} MB)"
    if colab := sys.modules.get("google.colab"):
        colab.files.download(str(path))
        return f"The page is {where}, and your browser downloads it: open it from there."
    if not _has_browser():
        return f"The page is {where}, and no browser was found here: copy it and open it. {_STAYS}"
    # Some browsers are waited for until they are closed.
    threading.Thread(target=_open, args=(path.as_uri(),), daemon=True).start()
    return f"The page is {where}, and your browser is asked to open it. {_STAYS}"


def _has_browser() -> bool:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    return Path(getattr(found, "name", "")).name not in _TERMINALS


def _open(address: str) -> None:
    webbrowser.open(address)
