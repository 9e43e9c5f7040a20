"""Where the windows of a longer sound begin: the same everywhere, from training to the atlas."""

from __future__ import annotations


def starts(count: int, size: int) -> range:
    """Return where consecutive windows of `size` samples begin in a sound of `count` samples.

    A last window with less than half its length of sound is left out, unless it is the only one.

    Examples
    --------
    >>> list(starts(249, 100)), list(starts(250, 100)), list(starts(10, 100))
    ([0, 100], [0, 100, 200], [0])
    """
    whole, rest = divmod(count, size)
    return range(0, max(1, whole + (2 * rest >= size)) * size, size)


def check_length(count: int, size: int, sample_rate: int) -> None:
    """Raise ValueError if `count` samples are less than half a window of `size` samples.

    Examples
    --------
    >>> check_length(10, 100, 50)
    Traceback (most recent call last):
        ...
    ValueError: too short: 0.20 s, under half of 2 s
    """
    if 2 * count < size:
        seconds = count / sample_rate
        raise ValueError(f"too short: {seconds:.2f} s, under half of {size / sample_rate:.4g} s")
