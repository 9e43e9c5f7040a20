"""A cache within a budget of bytes, so that going back in a panel costs nothing."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, Self, TypeVar

LAYERS_BYTES = 128_000_000
"""Bytes of computed layers that a panel keeps, in Python and once more in the page: 15 layers of 64
features and 4 s."""

LISTENING_BYTES = 150_000_000
"""Bytes of listenings that a panel keeps: a dozen of the shipped model's, which hears 4 s."""

LISTENINGS = 12
"""The largest number of listenings kept, however small they are."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key within a budget; a new value may drop those that were used longest ago.

    The newest value is kept whatever its size.

    Parameters
    ----------
    size : callable
        Returns the bytes of a value.
    most : int
        Bytes of all values together.
    count : int, optional
        Values at most; by default any number.

    Examples
    --------
    >>> kept = Kept(len, most=10)
    >>> for name in "abc":
    ...     kept.put(name, b"1234")
    >>> list(kept), kept.bytes
    (['b', 'c'], 8)
    """

    def __init__(self, size: Callable[[V], int], most: int, count: int | None = None) -> None:
        self.most, self.count, self._size = most, count, size
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return a value, which becomes the most recently used."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self) > 1 and (self.bytes > self.most or len(self) > (self.count or len(self))):
            self._values.popitem(last=False)

    @property
    def bytes(self) -> int:
        """Bytes of all values."""
        return sum(map(self._size, self._values.values()))

    def copy(self) -> Self:
        """Return a copy with the same values."""
        other = copy.copy(self)
        other._values = self._values.copy()
        return other

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys; the key used longest ago comes first."""
        return iter(self._values.copy())

    def __len__(self) -> int:
        return len(self._values)
