"""The code and the style sheet of panels and pages, as strings, bundled from ``js/``.

Strings, not paths: an anywidget whose module is a path is never freed, even after ``close()``.
"""

from __future__ import annotations

from auralise_jax.document import static_bytes, static_text


def loader() -> str:
    """Return the small ES module that each panel brings: it loads `notebook_module` once a page."""
    return static_text("widgets", "loader.js")


def notebook_module() -> str:
    """Return the program of live panels, with their style sheet: an ES module without imports."""
    return static_text("widgets", "notebook.js")


def page_module(*, computes: bool = False) -> str:
    """Return the program of panels in an HTML page: an ES module without imports.

    `computes`: some of the panels compute, and bring a network along.
    """
    return static_text("widgets", "computing.js" if computes else "page.js")


def myst_module() -> str:
    """Return the program of a panel in a site made by MyST, which reads the constant AURALISE."""
    return static_text("widgets", "myst.js")


def engine_module() -> str:
    """Return the program of the worker in a page that computes, a classic script."""
    return static_text("widgets", "engine.js")


def engine_wasm() -> bytes:
    """Return the WebAssembly that it computes with."""
    return static_bytes("widgets", "engine.wasm")


def engine_licenses() -> str:
    """Return whose work both are, and the terms under which it is passed on."""
    return static_text("widgets", "LICENSES.txt")


def style() -> str:
    """Return the style sheet."""
    return static_text("widgets", "panel.css")
