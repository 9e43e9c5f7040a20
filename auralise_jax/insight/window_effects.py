"""What each feature of a layer does to one class: in one window, and over windows of a sound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from auralise_jax.insight.resampling import mean_intervals

MOST = 12
"""The largest number of windows of a sound."""

PerFeature = Float[np.ndarray, " features"]


class WindowEffects(NamedTuple):
    """How muting each feature of a layer changes the logit of a class.

    Negative where the feature speaks for the class; see `insight.ablation.effects`.

    Attributes
    ----------
    here : array of float, shape (features,)
        In the window that is shown.
    mean, low, high : array of float, shape (features,)
        The mean over windows of the sound, and a 95 % interval of it by the bootstrap over these
        windows; the interval is NaN with a single window.
    windows : int
        How many these are.
    """

    here: PerFeature
    mean: PerFeature
    low: PerFeature
    high: PerFeature
    windows: int

    @classmethod
    def of(
        cls, here: PerFeature, elsewhere: Float[np.ndarray, "windows features"]
    ) -> WindowEffects:
        """Return effects in the window shown, together with those in windows of the sound.

        Parameters
        ----------
        here : array of float, shape (features,)
            In the window that is shown.
        elsewhere : array of float, shape (windows, features)
            In windows of the sound, which may overlap the window shown, but not each other. With
            less than two, the window shown stands for the sound.

        Examples
        --------
        >>> found = WindowEffects.of(np.array([-1.0, 2.0]), np.array([[-2.0, 2.0], [-1.0, 3.0]]))
        >>> found.mean, found.order
        (array([-1.5,  2.5]), array([0, 1]))
        """
        rows = elsewhere if len(elsewhere) > 1 else here[None]
        low, high = mean_intervals(rows, np.arange(len(rows)))
        return cls(here, rows.mean(axis=0, dtype=float), low, high, len(rows))

    @property
    def order(self) -> Int[np.ndarray, " features"]:
        """Features that speak most for the class first, those that speak against it last."""
        return np.argsort(self.mean, kind="stable")


def spread_over(duration: float, window: float, most: int = MOST) -> Float[np.ndarray, " windows"]:
    """Return where windows begin that are spread over a sound and do not overlap, in seconds.

    Parameters
    ----------
    duration, window : float
        Seconds of the sound, and of a window.
    most : int
        Windows at most.

    Examples
    --------
    >>> spread_over(10.0, 4.0), spread_over(4.0, 4.0)
    (array([0., 6.]), array([0.]))
    """
    count = max(1, min(most, int(duration / window + 1e-9)))
    return np.linspace(0, max(0.0, duration - window), count)
