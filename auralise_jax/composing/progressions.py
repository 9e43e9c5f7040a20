"""Chord progressions: the common ones, and new ones from a small grammar of what follows what."""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.harmony import Changes
from auralise_jax.composing.pattern import pick

_COMMON = {
    "major": (
        "I V vi IV", "vi IV I V", "I vi IV V", "IV V iii vi", "I IV vi V", "I iii IV V",
        "I IV I V", "ii V I I", "IV I V vi", "I V IV IV", "vi V IV V", "I bVII IV I",
    ),
    "minor": (
        "i bVI bIII bVII", "i bVII bVI bVII", "i bVII bVI V", "i iv bVI V", "bVI bVII i i",
        "i bIII bVII iv", "i iv i V", "i v bVI iv", "bVI bIII bVII i", "i i bVI bVII",
    ),
}  # fmt: skip
_FOLLOWS = {
    "major": {
        "I": ("IV", "V", "vi", "ii", "iii", "IV", "vi"), "ii": ("V", "V", "IV", "I"),
        "iii": ("vi", "IV", "vi"), "IV": ("V", "I", "ii", "vi", "iv", "V"), "iv": ("I", "V"),
        "V": ("I", "vi", "IV"), "vi": ("IV", "ii", "V", "iii", "IV"), "bVII": ("IV", "I"),
    },
    "minor": {
        "i": ("bVI", "iv", "bVII", "bIII", "v", "bVI"), "bIII": ("bVII", "bVI", "iv"),
        "iv": ("i", "V", "bVII", "bVI"), "v": ("i", "bVI", "iv"), "V": ("i", "bVI"),
        "bVI": ("bVII", "bIII", "V", "iv", "i"), "bVII": ("i", "bVI", "bIII"),
    },
}  # fmt: skip
_STARTS = {"major": ("I", "I", "I", "vi", "IV", "ii"), "minor": ("i", "i", "i", "bVI", "iv")}


def progression(
    rng: np.random.Generator, mode: str, length: int = 4, *, colour: float = 0.0
) -> str:
    """Draw a progression.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws it.
    mode : str
        "major" or "minor".
    length : int
        How many chords, at least 1.
    colour : float
        Chance 0-1 that a chord gets a seventh, a ninth or a suspension.

    Returns
    -------
    str
        Roman numerals as `Changes.read` takes them.

    Examples
    --------
    >>> len(progression(np.random.default_rng(0), "minor", 4).split())
    4
    """
    if length == 4 and rng.random() < 0.45:
        numerals = pick(rng, _COMMON[mode]).split()
    else:
        numerals = [pick(rng, _STARTS[mode])]
        while len(numerals) < length:
            numerals.append(pick(rng, _FOLLOWS[mode][numerals[-1]]))
    return " ".join(numeral + _quality(rng, numeral, colour) for numeral in numerals)


def changes(
    rng: np.random.Generator, mode: str, key: int, *, beats: int = 4, length: int = 4, colour: float
) -> Changes:
    """Draw a progression in a key, each chord lasting `beats` beats; see `progression`.

    Examples
    --------
    >>> changes(np.random.default_rng(0), "major", key=2, beats=2, colour=0.5).beats
    2
    """
    return Changes.read(progression(rng, mode, length, colour=colour), key, beats)


def _quality(rng: np.random.Generator, numeral: str, colour: float) -> str:
    if rng.random() >= colour:
        return ""
    if numeral == "V":
        return pick(rng, ("7", "7", "sus4", "9"))
    if numeral.islower():
        return pick(rng, ("7", "7", "9", "add9"))
    return pick(rng, ("maj7", "maj7", "maj9", "add9"))
