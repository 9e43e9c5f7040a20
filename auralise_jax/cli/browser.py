"""Open a page in the user's browser."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path


def open_page(page: Path) -> None:
    """Open a page in the browser, or say that none was found."""
    if not webbrowser.open(page.resolve().as_uri()):
        print("no browser was found here: open the file in a browser", file=sys.stderr)
