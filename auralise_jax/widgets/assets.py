"""The code and the style sheet of panels and pages, as strings, bundled from ``js/``.

Strings, not paths: an anywidget whose module is a path is never freed, even after ``close()``.
"""

from __future__ import annotations

from auralise_jax.document import static_text


def loader() -> str:
    """Return the small ES module of each panel, that loads `notebook_module` once a page."""
    return static_text("widgets", "loader.js")


def notebook_module() -> str:
    """Return live panels, with their style sheet, as one ES module that imports nothing."""
    return static_text("widgets", "notebook.js")


def page_module() -> str:
    """Return the panels of a page of its own as one ES module that imports nothing."""
    return static_text("widgets", "page.js")


def style() -> str:
    """Return the style sheet."""
    return static_text("widgets", "panel.css")
