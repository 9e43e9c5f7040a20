"""A window taken apart: the picture, and which of its frames and places sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from auralise_jax.audio import Clip
from auralise_jax.frontend import AnyFrontend
from auralise_jax.frontend.frontend import channel_of

Frames = Bool[np.ndarray, " time"]
Picture = Float[np.ndarray, "freq time"]
Parts = Float[np.ndarray, "_parts freq time"]
Moments = Iterable[tuple[float, float]]

SILENT_DB = -50.0
"""Re the clip's loudest frame or place: below this nothing sounds."""
FAINT_DB = -30.0
"""Re a frame's loudest place: below this a place is no partial."""
_SMOOTH = (0.3, 0.4, 0.3)
"""Across an edge: between Prewitt's (all alike) and Sobel's (1, 2, 1)."""


class Analysis(NamedTuple):
    """A window as the model sees it, with facts about every frame and place."""

    picture: Float[np.ndarray, "..."]
    magnitude: Picture
    """Magnitudes on the rows of the picture."""
    bins: Float[np.ndarray, "bins time"]
    """Magnitudes on the bins of the STFT."""
    frontend: AnyFrontend
    floor: Float[np.ndarray, " freq"]
    """The picture of silence."""
    times: Float[np.ndarray, " time"]
    sounding: Frames
    """Frames within `SILENT_DB` of the loudest frame."""
    loud: Bool[np.ndarray, "freq time"]
    """Places within `SILENT_DB` of the loudest place and `FAINT_DB` of the frame's loudest."""

    @property
    def hop(self) -> float:
        """Seconds from frame to frame."""
        return self.frontend.axes.hop

    @property
    def rows(self) -> Float[np.ndarray, " freq"]:
        """Centre of each row, in hertz."""
        return self.frontend.axes.hz

    @property
    def above(self) -> Picture:
        """The picture above that of silence: 0 or more."""
        return np.asarray(channel_of(self.picture, self.frontend.channel) - self.floor[:, None])

    @property
    def flux(self) -> Picture:
        """Growth from the frame before to the frame after."""
        grown: Picture = np.maximum(self._edge(axis=1), 0)
        return grown

    @property
    def edges(self) -> Parts:
        """Growth and fall from the row below to the row above: the two sides of a partial."""
        edge = self._edge(axis=0)
        return np.stack([np.maximum(edge, 0), np.maximum(-edge, 0)])

    def _edge(self, axis: int) -> Picture:
        from scipy.ndimage import correlate1d

        smooth = correlate1d(self.above, _SMOOTH, axis=1 - axis, mode="constant")
        found: Picture = correlate1d(smooth, [-1.0, 0.0, 1.0], axis=axis, mode="nearest")
        return found

    def near(self, moments: Moments, before: float = 0.0, after: float = 0.0) -> Frames:
        """Mark frames from some hops before the start of a span to some hops after its end."""
        found = np.zeros(len(self.times), bool)
        for start, end in moments:
            after_start = self.times >= start - before * self.hop - 1e-9
            found |= after_start & (self.times <= end + after * self.hop + 1e-9)
        return found


def analyse(clip: Clip, frontend: AnyFrontend) -> Analysis:
    """Analyse the first window of a clip."""
    window = clip.window(0.0, frontend.duration or clip.duration).resample(frontend.sample_rate)
    spectrum = frontend.analyse(frontend.fit(window.samples))
    bins = np.abs(np.asarray(spectrum.stft))[:, :-1]
    magnitude = _on_rows(bins, frontend)
    bar = 10 ** (SILENT_DB / 20)
    frames = np.sqrt(np.square(magnitude).sum(axis=0))
    peaks = magnitude.max(axis=0, keepdims=True)
    return Analysis(
        np.asarray(frontend.picture(spectrum)),
        magnitude,
        bins,
        frontend,
        np.asarray(frontend.floor(spectrum)),
        frontend.axes.seconds,
        frames > bar * (frames.max() or 1),
        (magnitude > bar * (magnitude.max() or 1)) & (magnitude > 10 ** (FAINT_DB / 20) * peaks),
    )


def _on_rows(bins: Float[np.ndarray, "bins time"], frontend: AnyFrontend) -> Picture:
    """Return magnitudes on the rows of the picture: the root mean square of each row's bins."""
    rows, stft = frontend.axes, frontend.bins
    if np.array_equal(rows.hz, stft.hz):
        return bins
    edges = stft.row_at(rows.hz_at(np.arange(len(rows.hz) + 1) - 0.5))
    low, high = np.ceil(np.clip([edges[:-1], edges[1:]], 0, len(bins) - 1)).astype(int)
    power = np.square(bins)
    return np.sqrt([power[a : max(b, a + 1)].mean(axis=0) for a, b in zip(low, high, strict=True)])
