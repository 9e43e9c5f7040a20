"""Arguments that are one of a few words; an error lists the legal words."""

from __future__ import annotations

import operator
from typing import Any, TypeVar

T = TypeVar("T", bound=str)


def one_of(name: str, value: str, legal: tuple[T, ...]) -> T:
    """Return `value` as one of the `legal` words, or raise ValueError that lists them.

    Examples
    --------
    >>> one_of("loudness", "raw", ("match", "raw"))
    'raw'
    """
    for word in legal:
        if value == word:
            return word
    raise ValueError(f"{name} must be one of {', '.join(legal)}, not {value!r}")


def whole(value: Any) -> int:
    """Return a whole number as an int; -1, which is legal nowhere, for anything else.

    Examples
    --------
    >>> whole(3), whole(True), whole("3")
    (3, -1, -1)
    """
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    return operator.index(value) if is_whole else -1
