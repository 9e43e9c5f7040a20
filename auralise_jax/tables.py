"""A table: aligned text where text is wanted, an HTML table where a notebook shows it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from numbers import Integral, Real

from auralise_jax.text import Rows, aligned

_NUMBER = re.compile(r"|-|[+-]?[\d.,]+( ?(%|[numk]?s|k?Hz|dB|kB|MB|GB))?")


class Table(str):
    """Rows that print as aligned text, and that a notebook shows as a table.

    It is text in all else: `print`, ``splitlines`` and files take it as it is.

    Parameters
    ----------
    rows : iterable of mapping
        Cells by the names of their columns; all rows have the same columns. A number with a
        fraction is written with two decimals, one that is not defined as a dash. What else is
        wanted is given as text, such as ``f"{share:.0%}"``.
    notes : iterable of str
        Lines of text below the table.

    Raises
    ------
    ValueError
        If there are no rows, or they differ in their columns.

    Examples
    --------
    >>> print(Table([{"network": "trained", "r": 0.318}, {"network": "random", "r": 0.5}]))
    network     r
    trained  0.32
    random   0.50
    """

    head: tuple[str, ...]
    """The names of the columns."""
    cells: Rows
    """The rows as text, without the head."""
    above: tuple[str, ...]
    notes: tuple[str, ...]
    _left: int | Collection[int]

    def __new__(  # noqa: D102 - the class says what it takes
        cls, rows: Iterable[Mapping[str, object]], *, notes: Iterable[str] = ()
    ) -> Table:
        found = list(rows)
        if not found:
            raise ValueError("a table needs at least one row")
        head = list(found[0])
        for number, row in enumerate(found):
            if list(row) != head:
                raise ValueError(
                    f"all rows must have the same columns: row 0 has {', '.join(head)}; "
                    f"row {number} has {', '.join(row)}"
                )
        texts: Rows = [tuple(head), *(tuple(map(_text, row.values())) for row in found)]
        plain = [not all(map(_is_number, column[1:])) for column in zip(*texts, strict=True)]
        return cls.of_text(texts, left=[*plain, False].index(False), notes=notes)

    @classmethod
    def of_text(
        cls,
        rows: Rows,
        left: int | Collection[int] = 1,
        above: Iterable[str] = (),
        notes: Iterable[str] = (),
    ) -> Table:
        """Return a table of cells that are text already, the head first.

        Parameters
        ----------
        rows : list of tuple of str
            The head and at least no row.
        left : int or collection of int
            How many columns are flush left in the text, or which; in a notebook those with words
            are.
        above, notes : iterable of str
            Lines of text above and below.

        Examples
        --------
        >>> print(Table.of_text([("layer", "r"), ("conv1", ".3")], notes=["r: correlation"]))
        layer   r
        conv1  .3
        r: correlation
        """
        above, notes = tuple(above), tuple(notes)
        made = str.__new__(cls, "\n".join([*above, *aligned(rows, left), *notes]))
        made.head, made.cells, made._left = rows[0], rows[1:], left
        made.above, made.notes = above, notes
        return made

    def __reduce__(self) -> tuple[object, ...]:
        rows = [self.head, *self.cells]
        return type(self).of_text, (rows, self._left, self.above, self.notes)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        words = [
            not all(_is_number(row[column]) for row in self.cells)
            for column in range(len(self.head))
        ]
        head = _row("th scope='col'", self.head, words)
        body = "\n".join(_row("td", row, words) for row in self.cells)
        return "\n".join(
            [
                _lines(self.above),
                f"<table style='font-variant-numeric:tabular-nums'><thead>{head}</thead>",
                f"<tbody>{body}</tbody></table>",
                _lines(self.notes),
            ]
        )


def _lines(texts: tuple[str, ...]) -> str:
    shown = [escape(text) for text in texts if text]
    return f"<p>{'<br>'.join(shown)}</p>" if shown else ""


def _text(cell: object) -> str:
    if isinstance(cell, Real) and not isinstance(cell, Integral):
        return "-" if math.isnan(cell) else f"{float(cell):.2f}"
    return str(cell)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def _row(element: str, cells: tuple[str, ...], words: list[bool]) -> str:
    made = [
        f"<{element} style='text-align:{'left' if is_words else 'right'}'>{escape(cell)}"
        f"</{element.split(maxsplit=1)[0]}>"
        for cell, is_words in zip(cells, words, strict=True)
    ]
    return f"<tr>{''.join(made)}</tr>"
