"""Pearson's correlation of rows with rows: each is standardised once, then a product gives r."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def standardise(rows: Float[np.ndarray, "rows places"]) -> None:
    """Give each row the mean 0 and the length 1, in place; a constant row becomes zeros.

    Scale float32 rows to a peak near 1 first: squares of very small numbers vanish.
    """
    rows -= rows.mean(axis=1, dtype=float, keepdims=True).astype(rows.dtype)
    lengths = np.sqrt(np.square(rows).sum(axis=1, dtype=float, keepdims=True))
    rows /= np.where(lengths > 0, lengths, 1).astype(rows.dtype)


def pearson(
    rows: Float[np.ndarray, "rows places"], others: Float[np.ndarray, "others places"]
) -> Float[np.ndarray, "rows others"]:
    """Return r of each row with each of the others, both from `standardise`; 0 for a constant row.

    Examples
    --------
    >>> rows = np.array([[1.0, 2, 3], [6, 4, 2], [5, 5, 5]])
    >>> standardise(rows)
    >>> pearson(rows[:1], rows).round(6)
    array([[ 1., -1.,  0.]])
    """
    r: Float[np.ndarray, "rows others"] = np.clip(rows @ others.T, -1, 1)
    return r
