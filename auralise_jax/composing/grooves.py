"""Made-up pieces in three genres, from a seed: the training data of the shipped model.

A genre is a grammar, written down as musicians would say it: see `ballads`, `dances`, `hiphop`.
Instruments are shared and tempo ranges overlap, though no more than in life: the tempo alone tells
the genre of nearly four pieces in five, see `tempo_alone`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

import numpy as np

from auralise_jax.composing import ballads, dances, hiphop
from auralise_jax.composing.arranging import arrange
from auralise_jax.composing.families import Family
from auralise_jax.composing.pattern import pick
from auralise_jax.synth.score import Score

GENRES = ("ballad", "dance", "hip-hop")
FAMILIES = 384
UNSEEN_FAMILIES = range(72, 96)
"""Kept out of training, for a score on grooves that were never heard."""
_OTHER_DRUMMER = 0.3
TEMPI = {"ballad": ballads.TEMPO, "dance": dances.TEMPO, "hip-hop": hiphop.TEMPO}
_DRAW: dict[str, Callable[[np.random.Generator, int], Family]] = {
    "ballad": ballads.draw,
    "dance": dances.draw,
    "hip-hop": hiphop.draw,
}


def groove(genre: str, seed: int, family: int | None = None) -> Score:
    """Make up a piece.

    Parameters
    ----------
    genre : str
        One of `GENRES`: "ballad", "dance", "hip-hop".
    seed : int
        At least 0; the same seed and family give the same piece.
    family : int, optional
        Groove family, 0 to `FAMILIES` - 1: pieces of one family share the skeleton of their
        rhythm, and all else differs; three in ten have the drums of another family that suits,
        of the same side of `UNSEEN_FAMILIES`. Drawn by the seed if not given.

    Returns
    -------
    Score
        Whole bars, 10 to 16 s.

    Raises
    ------
    ValueError
        If the genre is unknown, the seed negative or the family out of range.

    Examples
    --------
    >>> piece = groove("dance", seed=3)
    >>> piece == groove("dance", seed=3, family=piece.family), piece == groove("dance", seed=4)
    (True, False)
    """
    _check(genre)
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    number = GENRES.index(genre)
    if family is None:
        family = int(np.random.default_rng([number, seed]).integers(FAMILIES))
    skeleton = groove_family(genre, family)
    rng = np.random.default_rng([number, family, seed])
    if rng.random() < _OTHER_DRUMMER:
        drummer = groove_family(genre, pick(rng, drummers(genre, family)))
        skeleton = replace(skeleton, drumming=drummer.drumming, swing=drummer.swing)
    score = arrange(skeleton, genre, rng, f"{genre} {seed}: {skeleton.style} {family}")
    return replace(score, family=family)


@cache
def groove_family(genre: str, number: int) -> Family:
    """Return the skeleton of a groove family.

    Parameters
    ----------
    genre : str
        One of `GENRES`.
    number : int
        0 to `FAMILIES` - 1.

    Returns
    -------
    Family

    Raises
    ------
    ValueError
        If the genre is unknown or the number out of range.

    Examples
    --------
    >>> groove_family("hip-hop", 5).style
    'trap'
    """
    _check(genre)
    if not 0 <= number < FAMILIES:
        raise ValueError(f"family must be 0 to {FAMILIES - 1}, got {number}")
    # The 1 keeps these numbers apart from those that draw pieces.
    rng = np.random.default_rng([GENRES.index(genre), number, 0, 1])
    return _DRAW[genre](rng, number)


@cache
def drummers(genre: str, number: int) -> tuple[int, ...]:
    """Return the families whose drums suit a family: its metre, its tempo, and seen as it is.

    Parameters
    ----------
    genre, number
        As in `groove_family`.

    Returns
    -------
    tuple of int
        Numbers of families, its own among them; all of them of `UNSEEN_FAMILIES`, or none.

    Examples
    --------
    >>> 5 in drummers("hip-hop", 5), set(drummers("hip-hop", 5)) & set(UNSEEN_FAMILIES)
    (True, set())
    """
    mine = groove_family(genre, number)
    middle = sum(mine.tempo) / 2

    def suits(other: Family) -> bool:
        same_bar = (other.meter, other.drumming.in_triplets) == (
            mine.meter, mine.drumming.in_triplets
        )  # fmt: skip
        return same_bar and other.tempo[0] <= middle <= other.tempo[1]

    side = [n for n in range(FAMILIES) if (n in UNSEEN_FAMILIES) == (number in UNSEEN_FAMILIES)]
    return tuple(n for n in side if suits(groove_family(genre, n)))


def tempo_alone(pieces: Iterable[tuple[str, Score]], *, width: float = 8.0) -> float:
    """Return the accuracy of the best guess of the genre from the tempo, and nothing else.

    Parameters
    ----------
    pieces : iterable of (str, Score)
        Genre and piece; many, equally often of each genre.
    width : float
        Beats a minute in one bin of the histograms that the guess rests on.

    Returns
    -------
    float
        0-1, measured on every second piece, guessed from the others.

    Raises
    ------
    ValueError
        If there are fewer than two pieces.

    Examples
    --------
    >>> tempo_alone([(genre, groove(genre, seed)) for seed in range(60) for genre in GENRES]) < 0.9
    True
    """
    pairs = list(pieces)
    if len(pairs) < 2:
        raise ValueError(f"pieces must be at least 2, got {len(pairs)}")
    names = sorted({genre for genre, _ in pairs})
    bins = [int(piece.tempo // width) for _, piece in pairs]
    labels = [names.index(genre) for genre, _ in pairs]
    # Halves are taken by pairs of rounds, so each has every genre.
    in_first = [index // len(names) % 2 == 0 for index in range(len(pairs))]
    counts = np.zeros((max(bins) + 1, len(names)))
    for where, label, first in zip(bins, labels, in_first, strict=True):
        counts[where, label] += first
    guesses = counts.argmax(axis=1)
    right = [
        guesses[where] == label
        for where, label, first in zip(bins, labels, in_first, strict=True)
        if not first
    ]
    return float(np.mean(right))


def _check(genre: str) -> None:
    if genre not in GENRES:
        raise ValueError(f"genre must be one of {', '.join(map(repr, GENRES))}; got {genre!r}")
