"""Reading a pitch off the scores of equal steps of it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

LOWEST, HIGHEST = 46.875, 2093.75
"""Hertz of the first and the last step; those between are equally spaced in octaves."""


def read_pitch(
    pitch: Float[np.ndarray, "time steps"], voicing: Float[np.ndarray, "time 1"]
) -> dict[str, Float[np.ndarray, " time"]]:
    """Return pitch in hertz, and the probability that there is one, for every column.

    The pitch is the mean of the highest step and its two neighbours, in octaves and weighted by a
    softmax over these three.

    Examples
    --------
    >>> scores = np.full((1, 95), -50.0)
    >>> scores[0, 47] = 0.0  # the middle step
    >>> said = read_pitch(scores, np.zeros((1, 1)))
    >>> said["pitch_hz"].round(2), said["voicing"]
    (array([313.28]), array([0.5]))
    """
    steps = pitch.shape[1]
    places = pitch.argmax(1)[:, None] + np.arange(-1, 2)
    padded = np.pad(pitch.astype(float), ((0, 0), (1, 1)), constant_values=-np.inf)
    scores = np.take_along_axis(padded, places + 1, axis=1)
    weights = np.exp(scores - scores.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    octaves = np.linspace(np.log2(LOWEST), np.log2(HIGHEST), steps)
    mean = (weights * octaves[np.clip(places, 0, steps - 1)]).sum(1)
    return {"pitch_hz": 2**mean, "voicing": np.exp(-np.logaddexp(0, -voicing[:, 0].astype(float)))}
