"""Neighbours: which features of a layer respond to the same windows, by Pearson's correlation."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32

NEIGHBOURS = 5


class Correlating:
    """Means and correlations of a layer's features over windows that come by.

    Sums are taken in the order of the windows, in double precision, and merged by the rule of Chan,
    Golub and LeVeque 1983 (The American Statistician 37, 242); no library with threads of its own
    takes part, so the same windows give the same numbers.

    Parameters
    ----------
    features : int
        How many there are.

    Examples
    --------
    >>> found = Correlating(3)
    >>> found.add(np.array([[1, 2, 0], [2, 4, 0]], np.float32))
    >>> found.add(np.array([[3, 6, 0], [6, 12, 0]], np.float32))
    >>> found.correlation.round(3)  # a feature that never changes correlates with nothing
    array([[ 1.,  1., nan],
           [ 1.,  1., nan],
           [nan, nan, nan]])
    >>> found.share
    array([1., 1., 0.])
    """

    def __init__(self, features: int) -> None:
        self.count = 0
        self.mean = np.zeros(features)
        self._responding = np.zeros(features, int)
        self._products = np.zeros((features, features))

    def add(self, means: Float32[np.ndarray, "windows features"]) -> None:
        """Take the mean activations of some more windows."""
        if len(means) == 0:
            return
        x = means.astype(float)
        new, mean = len(x), x.mean(axis=0)
        apart = x - mean
        step = mean - self.mean
        total = self.count + new
        self._products += np.einsum("wi,wj->ij", apart, apart)
        self._products += np.einsum("i,j->ij", step, step) * (self.count * new / total)
        self.mean = self.mean + step * (new / total)
        self._responding += (means > 0).sum(axis=0)
        self.count = total

    @property
    def share(self) -> Float[np.ndarray, " features"]:
        """Share of the windows in which a feature responded at all."""
        return self._responding / max(1, self.count)

    @property
    def correlation(self) -> Float[np.ndarray, "features features"]:
        """Pearson's r of each with each; nan where one of the two never changes."""
        deviation = np.sqrt(np.diag(self._products))
        with np.errstate(invalid="ignore", divide="ignore"):
            r = self._products / deviation[:, None] / deviation
        return np.clip(r, -1, 1)

    def neighbours(self, many: int = NEIGHBOURS) -> list[list[tuple[int, float]]]:
        """Return, per feature, those that correlate most, with r to six decimals, best first."""
        r = self.correlation.round(6)
        np.fill_diagonal(r, np.nan)
        found = []
        for row in r:
            known = np.flatnonzero(~np.isnan(row))
            best = known[np.argsort(-row[known], kind="stable")[:many]]
            found.append([(int(feature), float(row[feature])) for feature in best])
        return found
