"""The banks that a panel keeps: as many as a budget of bytes allows, the one used last stays."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from auralise_jax.widgets.take import Bank, Wanted

BANK_BYTES = 128_000_000
"""Bytes of banks that a panel keeps, in Python and once more in the page: 15 layers of 64 features
and 4 s. The newest is kept whatever its size."""

Key = tuple[int, Wanted]
"""The edition of what is heard, and how a layer is projected."""


class Banks:
    """Banks by what they were made for; putting one in may drop those that were used longest ago.

    Examples
    --------
    >>> banks = Banks(most=10)
    >>> wanted = [Wanted(layer, "deconvnet", "phase", "all") for layer in (1, 2, 3)]
    >>> for one in wanted:
    ...     banks.put((0, one), (Bank((b"1234",), (), (), {}),))
    >>> [key.layer for _, key in banks]
    [2, 3]
    >>> banks.bytes
    8
    """

    def __init__(self, most: int = BANK_BYTES) -> None:
        self.most = most
        self._kept: OrderedDict[Key, tuple[Bank, ...]] = OrderedDict()

    def get(self, key: Key) -> tuple[Bank, ...] | None:
        """Return the banks of all takes, which are then the last that go."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Key, banks: Sequence[Bank]) -> None:
        """Keep the banks of all takes."""
        self._kept[key] = tuple(banks)
        self._kept.move_to_end(key)
        while self.bytes > self.most and len(self._kept) > 1:
            self._kept.popitem(last=False)

    @property
    def bytes(self) -> int:
        """What is kept, in bytes."""
        return sum(bank.bytes for banks in self._kept.values() for bank in banks)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def __iter__(self) -> Iterator[Key]:
        """Iterate over the keys, the one used longest ago first."""
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
