"""Text tables for a terminal, in which names of any script take the columns they need."""

from __future__ import annotations

import math
import unicodedata
from typing import TypeAlias

Rows: TypeAlias = list[tuple[str, ...]]


def shorten(text: str, width: int) -> str:
    """Return `text` on one line, its middle replaced by … where it is wider than `width` columns.

    What cannot be printed becomes �; wide characters, such as emoji, take two columns.
    """
    text = " ".join(text.split())
    text = "".join(c if c.isprintable() or c == "\u200d" else "\ufffd" for c in text)
    if columns(text) <= width:
        return text
    kept = len(text)
    while True:  # the first half of what is kept, rounded up, and the last
        kept -= 1
        short = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if kept == 0 or columns(short) <= width:
            return short


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    unseen = sum(unicodedata.category(character) in ("Mn", "Me", "Cf") for character in text)
    return len(text) + wide - unseen


def percent(share: float) -> str:
    """Return a share in percent, or a dash where it is not defined."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def aligned(rows: Rows, left: int = 1) -> list[str]:
    """Return rows as lines of equal columns, the first `left` of them flush left."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for number, (text, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - columns(text))
            cells.append(text + pad if number < left else pad + text)
        lines.append("  ".join(cells).rstrip())
    return lines
