"""Results of many rows: read like a sequence, and by pandas as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar, overload

if TYPE_CHECKING:
    import pandas as pd

Row_co = TypeVar("Row_co", bound="tuple[object, ...]", covariant=True)


class Records(Sequence[Row_co], Generic[Row_co]):
    """Named tuples of one kind, in order.

    Attributes
    ----------
    rows : tuple of NamedTuple
        All of them.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> class Response(NamedTuple):
    ...     layer: int
    ...     level: float
    >>> found = Records([Response(1, -3.0), Response(2, -6.0)])
    >>> len(found), found[1].level, [row.layer for row in found]
    (2, -6.0, [1, 2])
    >>> list(found.to_frame().columns)
    ['layer', 'level']
    """

    def __init__(self, rows: Iterable[Row_co]) -> None:
        self.rows = tuple(rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row_co: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Row_co, ...]: ...

    def __getitem__(self, index: int | slice) -> Row_co | tuple[Row_co, ...]:
        return self.rows[index]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas table, a column for each field.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError:
            raise ModuleNotFoundError("a data frame needs pandas: pip install pandas") from None
        return pd.DataFrame(list(self.rows))
