"""Whether a feature keeps attacks or what goes on between them, as a number."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Pictures = Float[np.ndarray, "*features freq time"]


def attack_db(
    pictures: Pictures, source: Float[np.ndarray, "freq time"]
) -> Float[np.ndarray, "*features"]:
    """Return how much more of its energy lies at attacks than of the source's, in dB.

    Attacks are the fifth of the frames in which the source's picture rises most. Above 0 a feature
    keeps attacks, below 0 what goes on between them. A picture without energy has -60 dB.

    Parameters
    ----------
    pictures : array of float, shape (..., freq, time)
        Rectified projections, or other pictures without negative values.
    source : array of float, shape (freq, time)
        The picture that was projected, `Listening.picture`; it must not be constant in time.

    Returns
    -------
    array of float, shape (...)
        The energy at attacks over the energy in all other frames, relative to that of the source.

    Examples
    --------
    >>> source = np.array([[1.0, 1.0, 1.0, 3.0, 1.0]])  # one row; an attack in the fourth frame
    >>> attack_db(np.stack([source, source**2, source**0.5]), source).round(1).tolist()
    [0.0, 9.5, -4.8]
    """
    rise = np.maximum(np.diff(source, axis=1, prepend=source[:, :1]), 0).sum(axis=0)
    onset = rise >= np.quantile(rise, 0.8)

    def ratio(these: Pictures) -> Float[np.ndarray, "*features"]:
        energy = np.square(these).sum(axis=-2)
        found: Float[np.ndarray, "*features"] = energy[..., onset].sum(axis=-1) / (
            energy[..., ~onset].sum(axis=-1) + 1e-30
        )
        return found

    found: Float[np.ndarray, "*features"] = 10 * np.log10(ratio(pictures) / ratio(source) + 1e-6)
    return found
