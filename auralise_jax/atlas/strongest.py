"""Where a file made each feature of a layer respond most: its strongest place, and a second.

Two places nearer in time than the layer's receptive field see the same sound, and count once: the
second is the strongest of those that lie at least a field away from the first. Files come in
chunks, and what of the past could still be the second is kept: a field's length of columns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int32, Int64

PER_FILE = 2
"""Places in a file, at most, so that nine excerpts come from five files or more."""


class Places(NamedTuple):
    """Places of a layer's features, the strongest first; value 0 where there is no place.

    Of equal values the earlier counts as stronger, then the value in the lower row.
    """

    value: Float32[np.ndarray, "features two"]
    column: Int64[np.ndarray, "features two"]
    """Counted through all windows of the file."""
    row: Int32[np.ndarray, "features two"]


class _Best(NamedTuple):
    value: np.ndarray
    column: np.ndarray
    row: np.ndarray

    def where(self, chosen: np.ndarray, other: _Best) -> _Best:
        return _Best(*(np.where(chosen, a, b) for a, b in zip(self, other, strict=True)))

    def or_later(self, later: _Best) -> _Best:
        """Return the stronger of the two; the earlier, self, if they are equal."""
        return self.where(self.value >= later.value, later)


class Strongest:
    """Finds a layer's two strongest places while a file's columns come by.

    Parameters
    ----------
    features : int
        How many there are.
    width : int
        Columns of a window.
    window, step, reach : int
        Samples of a window, from column to column, and of a receptive field.

    Examples
    --------
    >>> found = Strongest(features=1, width=4, window=8, step=2, reach=4)
    >>> values = np.array([[[0], [5], [6], [5]], [[4], [0], [0], [1]]], np.float32)
    >>> found.add(values, np.zeros_like(values, np.int32))
    >>> found.places().column  # beside the 6 stand two 5s, one step away: the 4 is two
    array([[2, 4]])
    """

    def __init__(self, features: int, width: int, window: int, step: int, reach: int) -> None:
        self._width, self._window, self._step, self._reach = width, window, step, reach
        nothing = np.zeros(features, np.float32), np.zeros(features, int), np.zeros(features, int)
        self._first = self._before = self._after = self._old = _Best(*nothing)
        self._columns = 0
        self._values = np.zeros((0, features), np.float32)  # of the last `reach` samples
        self._rows = np.zeros((0, features), np.int32)

    def add(
        self,
        values: Float32[np.ndarray, "windows width features"],
        rows: Int32[np.ndarray, "windows width features"],
    ) -> None:
        """Take the next windows: the largest value of each column of their maps, and its row."""
        new = len(values) * self._width
        kept = len(self._values)
        self._values = np.concatenate([self._values, values.reshape(new, -1)])
        self._rows = np.concatenate([self._rows, rows.reshape(new, -1)])
        columns = np.arange(self._columns - kept, self._columns + new)
        self._columns += new
        times = self._time(columns)[:, None]

        best = self._best(columns, np.arange(len(columns))[:, None] >= kept)
        changed = best.value > self._first.value
        here = self._time(best.column)
        if changed.any():
            before = self._best(columns, times <= here - self._reach)
            before = self._old.or_later(before)
            self._before = before.where(changed, self._before)
            none = _Best(*(np.zeros_like(part) for part in self._after))
            self._after = none.where(changed, self._after)
            self._first = best.where(changed, self._first)
        is_after = times >= self._time(self._first.column) + self._reach
        self._after = self._after.or_later(self._best(columns, is_after))

        # A later first can leave out what lies less than a field before it; the rest is old.
        oldest = self._time(columns[-1:] + 1)[0] - self._reach
        drop = int(np.searchsorted(times[:, 0], oldest, side="right"))
        if drop:
            passed = np.arange(len(columns))[:, None] < drop
            self._old = self._old.or_later(self._best(columns, passed))
            self._values, self._rows = self._values[drop:], self._rows[drop:]

    def places(self) -> Places:
        """Return what was found by now."""
        second = self._before.or_later(self._after)
        pairs = zip(self._first, second, strict=True)
        value, column, row = (np.stack(pair, axis=1) for pair in pairs)
        return Places(value, column, row.astype(np.int32))

    def _time(self, columns: np.ndarray) -> np.ndarray:
        window, column = np.divmod(columns, self._width)
        times: np.ndarray = window * self._window + column * self._step
        return times

    def _best(self, columns: np.ndarray, among: np.ndarray) -> _Best:
        """Return each feature's first largest value among some columns; 0 if there are none."""
        values = np.where(among, self._values, 0)
        place = values.argmax(axis=0)
        every = np.arange(values.shape[1])
        value = values[place, every]
        return _Best(
            value,
            np.where(value > 0, columns[place], 0),
            np.where(value > 0, self._rows[place, every], 0),
        )
