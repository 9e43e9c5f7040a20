"""The panel's JavaScript and style sheet, as strings.

Strings, not paths: an anywidget whose module is a path is never freed, even after ``close()``.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

# In this order they make one ES module; only the last has exports.
_MODULE = (
    "dom.js",
    "colours.js",
    "scale.js",
    "mixer.js",
    "player.js",
    "spectrogram.js",
    "figure.js",
    "controls.js",
    "wall.js",
    "heat.js",
    "saving.js",
    "panel.js",
    "live.js",
)


def _read(name: str) -> str:
    folder = resources.files("auralise_jax.widgets").joinpath("static")
    return folder.joinpath(name).read_text(encoding="utf-8")


@functools.cache
def module() -> str:
    """Return the panel as one ES module that imports nothing."""
    return "\n".join(_read(name) for name in _MODULE)


@functools.cache
def stub() -> str:
    """Return a small ES module that loads `module`, the widget's trait ``_code``, once a page."""
    version = hashlib.sha256(module().encode()).hexdigest()
    return _read("stub.js").replace("VERSION", version)


@functools.cache
def page_module() -> str:
    """Return the panel together with what feeds it in a page of its own."""
    return f"{module()}\n{_read('page.js')}"


@functools.cache
def style() -> str:
    """Return the style sheet."""
    return _read("panel.css")
