"""Text for people: counts, and tables aligned by the width of names in any script."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import TypeAlias

Rows: TypeAlias = list[tuple[str, ...]]
_DENSEST = 8
"""Characters to a column: enough for any emoji, too few for a tower of accents."""


def shorten(text: str, width: int) -> str:
    """Return `text` on one line, its middle replaced by … where it is wider than `width` columns.

    What cannot be printed becomes �; wide characters, such as emoji, take two columns. Time and
    memory grow with the length of the text, no faster.
    """
    text = " ".join(text.split())
    text = "".join(c if c.isprintable() or c == "\u200d" else "\ufffd" for c in text)
    if columns(text) <= width and len(text) <= _DENSEST * width:
        return text

    def kept(count: int) -> str:  # the first half of so many characters, rounded up, and the last
        return f"{text[: (count + 1) // 2]}…{text[len(text) - count // 2 :]}"

    counts = range(min(len(text), _DENSEST * width))
    fitting = bisect_right(counts, width, key=lambda count: columns(kept(count)))
    return kept(max(0, fitting - 1))


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    unseen = sum(unicodedata.category(character) in ("Mn", "Me", "Cf") for character in text)
    return len(text) + wide - unseen


def percent(share: float) -> str:
    """Return a share in percent, or a dash where it is not defined."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def many(count: int, what: str) -> str:
    """Return a count and its noun.

    Examples
    --------
    >>> many(1, "file"), many(2000, "file"), many(3, "class")
    ('1 file', '2,000 files', '3 classes')
    """
    ending = "es" if what.endswith("s") else "s"
    return f"{count:,} {what}{ending * (count != 1)}"


def aligned(rows: Rows, left: int | Collection[int] = 1) -> list[str]:
    """Return rows as lines of equal columns, the first `left` of them, or those, flush left."""
    flush = range(left) if isinstance(left, int) else left
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for number, (text, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - columns(text))
            cells.append(text + pad if number in flush else pad + text)
        lines.append("  ".join(cells).rstrip())
    return lines


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names as text; of a long list, the first.

    Examples
    --------
    >>> listed(["conv1", "conv2"])
    'conv1, conv2'
    >>> listed(["a", "b", "c", "d"], most=3)
    'a, b, ...'
    """
    return ", ".join(names if len(names) <= most else [*names[: most - 1], "..."])
