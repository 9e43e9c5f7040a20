"""Ranking: each feature's strongest places over a corpus, kept while the files go by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64

from auralise_jax.atlas.hearing import FileResponses


class Ranked(NamedTuple):
    """Places of every feature, strongest first; of value 0 where there are no more."""

    value: Float32[np.ndarray, "features excerpts"]
    file: Int64[np.ndarray, "features excerpts"]
    """Number of the file, in the order in which they came."""
    window: Int64[np.ndarray, "features excerpts"]
    row: Int64[np.ndarray, "features excerpts"]
    column: Int64[np.ndarray, "features excerpts"]


class Ranking:
    """The strongest places of all files that came by.

    Of equal values the earlier file is stronger.

    Parameters
    ----------
    features, excerpts : int
        How many there are, and how many places each keeps.

    Examples
    --------
    >>> place = np.array([[2, 1]])
    >>> ranking = Ranking(features=1, excerpts=2)
    >>> for loud in (1, 3, 2):
    ...     means = np.ones((1, 1), np.float32)
    ...     ranking.add(FileResponses(1.0, means, np.float32(loud * place), *[place] * 3))
    >>> ranking.ranked.value, ranking.ranked.file
    (array([[6., 4.]], dtype=float32), array([[1, 2]]))
    """

    def __init__(self, features: int, excerpts: int) -> None:
        self._excerpts = excerpts
        places = [np.zeros((features, excerpts), int) for _ in range(4)]
        self.ranked = Ranked(np.zeros((features, excerpts), np.float32), *places)
        self._files = 0

    def add(self, found: FileResponses) -> None:
        """Take how features responded to the next file."""
        file = np.full(found.value.shape, self._files)
        self._files += 1
        new = Ranked(found.value, file, found.window, found.row, found.column)
        both = [np.concatenate(pair, axis=1) for pair in zip(self.ranked, new, strict=True)]
        order = np.argsort(-both[0], axis=1, kind="stable")[:, : self._excerpts]
        self.ranked = Ranked(*(np.take_along_axis(part, order, axis=1) for part in both))
