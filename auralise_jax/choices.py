"""Arguments that are one of a few words; an error lists the legal words."""

from __future__ import annotations

from typing import TypeVar

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
