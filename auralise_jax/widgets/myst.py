"""A panel as one ES module, which a site made by MyST shows by its directive ``{anywidget}``.

The module is the bundle of ``js/entries/myst.js`` with one constant before it: the panel's
document, and for a panel that computes what `Engine` holds. MyST copies a module as it is and
alone, so nothing may lie beside it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auralise_jax.files import check_place, write_whole
from auralise_jax.languages import words
from auralise_jax.widgets import assets
from auralise_jax.widgets.computing import Engine, Live
from auralise_jax.widgets.page import Figure

ENDING = ".mjs"


@dataclass(frozen=True)
class Widget:
    """A module that is written, and how a chapter shows it.

    Attributes
    ----------
    path : Path
        The module.
    directive : str
        Lines of MyST Markdown, for a chapter in the module's folder.
    """

    path: Path
    directive: str

    def __str__(self) -> str:
        return self.directive


def place(folder: Path, name: str, *, replace: bool) -> Path:
    """Return where the module will stand; make the folder. Raise before any long work."""
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", name):
        raise ValueError(
            f"name must be of letters from a to z, digits, '-', '_' and '.', as the directive "
            f"names it, not {name!r}"
        )
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"cannot write into {folder}: it is a file; name a folder")
    path = folder / f"{name.removesuffix(ENDING)}{ENDING}"
    if path.exists() and not path.is_dir() and not replace:
        raise FileExistsError(
            f"{path} is there already: choose another name, or replace it with replace=True"
        )
    folder.mkdir(parents=True, exist_ok=True)
    check_place(path)
    return path


def write(path: Path, figure: Figure | Live, *, lang: str) -> Widget:
    """Compute what the panel shows and write the module."""
    column, engine = words(lang), Engine()
    document = figure.document(engine) if isinstance(figure, Live) else figure.document()
    text = module(
        {
            "lang": lang,
            "words": None if lang == "en" else column,
            "page": document,
            "elements": engine.texts() if engine.is_needed else {},
        }
    )
    write_whole(path, text.encode("utf-8", "replace"))
    return Widget(path, f"```{{anywidget}} ./{path.name}\n```")


def module(held: dict[str, Any]) -> str:
    """Return the text of the module.

    The data are JSON in a string: an object's literal would give a name such as ``__proto__``
    another meaning.

    Examples
    --------
    >>> text = module({"page": {"facts": {"title": "'"}}})
    >>> text.startswith('const AURALISE = JSON.parse("{')
    True
    """
    text = json.dumps(json.dumps(held, allow_nan=False))
    return f"const AURALISE = JSON.parse({text});\n{assets.myst_module()}"
