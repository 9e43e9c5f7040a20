"""How sure a likeness is: an interval by resampling stretches of time."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from auralise_jax.insight.comparison import Compared, Picture
from auralise_jax.insight.resampling import DRAWS
from auralise_jax.training.scores import expanded_tail

STRETCHES = 16
"""Into how many stretches of time a picture is cut; a quarter of a second each in a window of 4 s,
so that neighbouring columns, which are alike, stay together."""

Ends = Float[np.ndarray, "features 2"]


def likeness_intervals(
    compared: Compared, source: Picture, *, confidence: float = 0.95, seed: int = 0
) -> Ends:
    """Return the low and the high end of an interval of each feature's likeness to the source.

    The block bootstrap (Künsch 1989): the picture is cut into `STRETCHES` stretches of time, these
    are drawn with replacement, and the correlation is computed again. Percentiles are widened as
    Student's t asks for so few stretches. The interval says how far the figure depends on which
    moments of this window were heard; it says nothing about other clips.

    Parameters
    ----------
    compared : Compared
        Projections, by `compare`.
    source : array of float, shape (freq, time), (freq, time, channels) or (time,)
        The picture that was projected.
    confidence : float
        Between 0 and 1.
    seed : int
        Of the 2,000 draws.

    Returns
    -------
    array of float, shape (features, 2)
        0 to 1. NaN for silent features, and where the picture has a single column.

    Examples
    --------
    >>> from auralise_jax.insight.comparison import compare
    >>> picture = np.random.default_rng(0).random((8, 64))
    >>> likeness_intervals(compare(picture[None], picture), picture).round(6)
    array([[1., 1.]])
    """
    source = np.asarray(source)
    time = min(source.ndim - 1, 1)
    columns = source.shape[time]
    count = min(STRETCHES, columns)
    if count < 2:
        return np.full((len(compared.unit), 2), np.nan)
    starts = np.arange(count) * columns // count
    others = tuple(axis for axis in range(source.ndim) if axis != time)

    def stretches(picture: Float[np.ndarray, "..."]) -> Float[np.ndarray, " stretches"]:
        found: Float[np.ndarray, " stretches"] = np.add.reduceat(
            picture.sum(axis=others, dtype=float), starts
        )
        return found

    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), DRAWS).astype(float)
    drawn /= (drawn @ np.diff([*starts, columns]))[:, None] * (source.size // columns)
    y = source / (np.abs(source).max() or 1)
    of_y, of_yy = (drawn @ stretches(one) for one in (y, np.square(y)))
    tail = expanded_tail(count, (1 - confidence) / 2)
    living = np.flatnonzero(~compared.silent)
    sums = np.empty((3, len(living), count))
    for place, k in enumerate(living):  # one at a time: a row fits a processor's cache
        x = compared.unit[k].reshape(source.shape)
        sums[:, place] = stretches(x), stretches(x * y), stretches(np.square(x))
    of_x, of_xy, of_xx = np.moveaxis(drawn @ sums.reshape(-1, count).T, 0, -1).reshape(
        3, len(living), DRAWS
    )
    spread = (of_xx - of_x**2) * (of_yy - of_y**2)
    r = (of_xy - of_x * of_y) / np.sqrt(np.where(spread > 0, spread, np.inf))
    sign = np.sign(sums[1].sum(axis=1) - sums[0].sum(axis=1) * y.mean())  # a likeness has none
    ends = np.full((len(compared.unit), 2), np.nan)
    ends[living] = np.clip(np.quantile(r * sign[:, None], [tail, 1 - tail], axis=1), 0, 1).T
    return ends
