"""Axes: what the rows and columns of a picture stand for, in hertz and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

Scale = Literal["linear", "mel", "log"]


@dataclass(frozen=True, eq=False)
class Axes:
    """What the rows and columns of a picture (freq, time) stand for.

    Places between rows count as well: row -0.5 is the lower edge of row 0.

    Parameters
    ----------
    kind : {"linear", "mel", "log"}
        What the rows are equally spaced in: hertz, mel or octaves.
    hz : array of float, shape (freq,)
        Centre of each row, in hertz, rising.
    seconds : array of float, shape (time,)
        Centre of each column, from the first sample on; empty if pictures are of any length.
    hop : float
        Seconds from one column to the next.
    window : float
        Seconds of sound that one column sees.

    Examples
    --------
    >>> axes = Axes("log", np.array([110.0, 220.0, 440.0]), np.arange(3) / 10, 0.1, 0.2)
    >>> float(axes.hz_at(1.5)), float(axes.row_at(330.0))
    (330.0, 1.5)
    """

    kind: Scale
    hz: Float[np.ndarray, " freq"]
    seconds: Float[np.ndarray, " time"]
    hop: float
    window: float

    @property
    def spacing(self) -> float | None:
        """Hertz from one row to the next; None if it is not the same for all rows.

        A row that is alone begins at 0 Hz.
        """
        if self.kind != "linear":
            return None
        return float(self.hz[1] - self.hz[0] if len(self.hz) > 1 else 2 * self.hz[0])

    def hz_at(self, row: Float[np.ndarray, "*n"] | float) -> Float[np.ndarray, "*n"]:
        """Return the frequency at a place, in rows; beyond the ends, the spacing goes on."""
        if self.spacing is not None:
            return np.asarray(self.hz[0] + np.asarray(row, float) * self.spacing)
        return _along(np.asarray(row, float), np.arange(len(self.hz), dtype=float), self.hz)

    def row_at(self, hz: Float[np.ndarray, "*n"] | float) -> Float[np.ndarray, "*n"]:
        """Return the place of a frequency, in rows; the inverse of `hz_at`."""
        if self.spacing is not None:
            return np.asarray((np.asarray(hz, float) - self.hz[0]) / self.spacing)
        return _along(np.asarray(hz, float), self.hz, np.arange(len(self.hz), dtype=float))

    def width(self, rows: float) -> float:
        """Return how many hertz so many rows span; in the middle of an axis that is not linear."""
        if self.spacing is not None:
            return rows * self.spacing
        low, high = self.hz_at((len(self.hz) - 1) / 2 + np.array([-0.5, 0.5]) * rows)
        return float(high - low)


def _along(place: np.ndarray, places: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Interpolate, and go on beyond both ends as between the last two."""
    left = np.clip(np.searchsorted(places, place, side="right") - 1, 0, len(places) - 2)
    slope = (values[left + 1] - values[left]) / (places[left + 1] - places[left])
    return np.asarray(values[left] + (place - places[left]) * slope)
