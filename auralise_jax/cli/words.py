"""The text of a lesson: a Markdown file, and its lines that panels replace."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from auralise_jax.text import many

Panel = TypeVar("Panel")

_LARGEST = 10_000_000
"""Bytes of a text, at most."""

_MARK = re.compile(r"^[ \t]*\{panel\}[ \t]*$", re.MULTILINE)


def read_words(path: Path) -> str:
    """Return a text in UTF-8, or in UTF-16 with the byte order mark that Windows writes.

    Raises
    ------
    ValueError
        If the file is no such text, or too large.
    OSError
        If the file cannot be read.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a Markdown file in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(f"{path} has more than {_LARGEST / 1e6:g} MB; a text is shorter")
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        # Line ends of every system become "\n".
        text = io.TextIOWrapper(io.BytesIO(data), "utf-16" if marked else "utf-8-sig").read()
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{path} is not a UTF-8 text; save it as UTF-8 in your editor")
    return text


def place_panels(words: str, panels: Sequence[Panel]) -> Iterator[str | Panel]:
    r"""Yield texts and panels in turn: a panel for each line {panel}, those left at the end.

    Raises
    ------
    ValueError
        If there are more such lines than panels.

    Examples
    --------
    >>> list(place_panels("hear\n{panel}\nthis", ["first", "second"]))
    ['hear\n', 'first', '\nthis', 'second']
    """
    parts = _MARK.split(words)
    if len(parts) - 1 > len(panels):
        raise ValueError(
            f"the text has {many(len(parts) - 1, 'line')} {{panel}}, but there "
            f"{'is' if len(panels) == 1 else 'are'} {many(len(panels), 'clip')}: name a clip for "
            "each, the same twice for two panels of it"
        )
    left = list(panels)
    for number, part in enumerate(parts):
        if number and left:
            yield left.pop(0)
        if part.strip():
            yield part
    yield from left
