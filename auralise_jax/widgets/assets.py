"""The code and the style sheet of panels and pages, as strings, bundled from ``js/``.

Strings, not paths: an anywidget whose module is a path is never freed, even after ``close()``.
"""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def _read(name: str) -> str:
    folder = resources.files("auralise_jax.widgets").joinpath("static")
    return folder.joinpath(name).read_text(encoding="utf-8")


def loader() -> str:
    """Return the small ES module of each panel, that loads `notebook_module` once a page."""
    return _read("loader.js")


def notebook_module() -> str:
    """Return live panels, with their style sheet, as one ES module that imports nothing."""
    return _read("notebook.js")


def page_module() -> str:
    """Return the panels of a page of its own as one ES module that imports nothing."""
    return _read("page.js")


def style() -> str:
    """Return the style sheet."""
    return _read("panel.css")
