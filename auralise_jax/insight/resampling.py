"""Intervals of means by resampling whole groups, such as clips, whose members are alike."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from auralise_jax.training.scores import expanded_tail

DRAWS = 2000


def mean_intervals(
    values: Float[np.ndarray, "members ..."],
    groups: Int[np.ndarray, " members"],
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """Return the low and the high end of an interval of each column's mean, by the bootstrap.

    Groups are drawn whole, since their members are no independent trials. As in
    `training.scores.bootstrap`, percentiles are widened as Student's t asks.

    Parameters
    ----------
    values : array of float, shape (members, ...)
        Finite.
    groups : array of int, shape (members,)
        Which group each member is of.
    confidence : float
        Between 0 and 1.
    seed : int
        Of the 2,000 draws.

    Returns
    -------
    two arrays of float, shape (...)
        NaN where there is a single group, which says nothing about others.

    Examples
    --------
    >>> low, high = mean_intervals(np.array([1.0, 2.0, 3.0, 4.0]), np.arange(4))
    >>> float(low), float(high)
    (1.0, 4.0)
    """
    names, place = np.unique(groups, return_inverse=True)
    count = len(names)
    shape = values.shape[1:]
    if count < 2:
        return np.full(shape, np.nan), np.full(shape, np.nan)
    flat = values.reshape(len(values), -1).astype(float)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), DRAWS)
    members = drawn @ np.bincount(place)
    tail = expanded_tail(count, (1 - confidence) / 2)
    ends = np.empty((2, flat.shape[1]))
    step = max(1, 10_000_000 // DRAWS)  # columns at once, for the memory
    for first in range(0, flat.shape[1], step):
        own = flat[:, first : first + step]
        sums = np.zeros((count, own.shape[1]))
        np.add.at(sums, place, own)
        means = (drawn @ sums) / members[:, None]
        ends[:, first : first + step] = np.quantile(means, [tail, 1 - tail], axis=0)
    return ends[0].reshape(shape), ends[1].reshape(shape)
