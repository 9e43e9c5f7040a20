"""A song: a sound of which a panel hears windows, and a look over the whole of it.

What is looked over streams past, block by block.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording
from auralise_jax.audio.stream import open_sound

OVERVIEW = 400
"""Columns of the overview."""

LOOKED = 900.0
"""Seconds of a song that are looked over, at most; what comes later can be chosen all the same."""

STEP = 0.5
"""Seconds between the places where a window may be proposed to begin."""

ENOUGH = 0.75
"""Share of the busiest window's flux at which a song opens at its beginning."""

EQUAL = 0.97
"""Share of that flux that makes a window as good; the earliest such window is proposed."""

_FRAME = 0.046
"""Seconds of a spectrum of the look, about: 512 samples at 11,025 Hz."""

_BLOCK = 1 << 18


class Look(NamedTuple):
    """A song's level and activity over time; made by `look_over`."""

    seconds: float
    """How much of the song was read."""
    step: float
    """Seconds between two values of the flux."""
    flux: Float[np.ndarray, " frames"]
    """Spectral flux: what the magnitudes gain from each spectrum to the next, summed."""
    peaks: Float[np.ndarray, " pieces"]
    """Largest magnitudes of eighths of a frame."""

    def busiest(self, window: float, last: float) -> float:
        """Return where the busiest window begins, in seconds, at most `last`.

        Of the windows that begin at whole half seconds the busiest has the largest sum of spectral
        flux (what magnitudes gain from one short spectrum to the next, summed over frequency). An
        earlier window with at least `EQUAL` of that sum is preferred, and 0.0 if the first window
        has at least `ENOUGH` of it, or if nothing changes at all. Applause and noise count as
        busy, too: flux knows nothing of music.
        """
        total = np.concatenate([[0.0], np.cumsum(self.flux)])
        starts = np.arange(0.0, max(0.0, min(last, self.seconds - window)) + 1e-9, STEP)
        # Without the first frame: its gain is over the sound before the window.
        first = np.minimum(np.ceil(starts / self.step).astype(int) + 1, len(self.flux))
        end = np.clip(((starts + window) / self.step).astype(int), first, len(self.flux))
        sums = total[end] - total[first]
        most = sums.max()
        good = sums >= np.where(starts > 0, EQUAL, ENOUGH) * most
        return float(starts[good.argmax()])

    def overview(self, duration: float) -> list[int]:
        """Return the largest magnitude in each column of a song, 255 for the largest of all.

        Columns beyond the part that was read are 0.
        """
        return columns(self.peaks, np.arange(len(self.peaks)) * self.step / 8 / duration)


def columns(peaks: Float[np.ndarray, " pieces"], places: Float[np.ndarray, " pieces"]) -> list[int]:
    """Return the largest value in each of `OVERVIEW` columns, 255 for the largest of all.

    Parameters
    ----------
    peaks : array of float, shape (pieces,)
        Largest magnitudes of pieces of a sound.
    places : array of float, shape (pieces,)
        Where each piece begins, from 0 to 1.

    Examples
    --------
    >>> columns(np.array([0.5, 0.1, 1.0]), np.array([0.0, 0.4, 0.8]))
    [128, 26, 255]
    """
    count = min(OVERVIEW, len(peaks))
    levels = np.zeros(count)
    np.maximum.at(levels, np.minimum(places * count, count - 1).astype(int), peaks)
    whole: list[int] = np.round(255 * levels / (levels.max() or 1)).astype(int).tolist()
    return whole


def look_over(blocks: Iterable[Float[np.ndarray, " samples"]], rate: int) -> Look:
    """Look over a sound block by block; nothing is read beyond `LOOKED` seconds.

    Examples
    --------
    >>> quiet, loud = np.zeros(20000), np.random.default_rng(0).normal(0, 0.1, 20000)
    >>> look_over([quiet, loud], 2000).busiest(window=4.0, last=16.0) >= 10
    True
    """
    size = max(8, 2 ** round(math.log2(rate * _FRAME)))
    hann = np.hanning(size).astype(np.float32)
    left, before = np.zeros(0, np.float32), np.zeros(size // 2 + 1, np.float32)
    flux, peaks, seen = [np.zeros(0)], [np.zeros(0)], 0

    def take(samples: Float[np.ndarray, " samples"]) -> None:
        nonlocal before
        frames = samples.reshape(-1, size)
        magnitudes = np.abs(np.fft.rfft(frames * hann, axis=1))
        gains = np.diff(magnitudes, axis=0, prepend=before[None])
        before = magnitudes[-1]
        flux.append(np.maximum(gains, 0).sum(axis=1, dtype=float))
        peaks.append(np.abs(samples).reshape(-1, size // 8).max(axis=1))

    for block in blocks:
        for part in np.split(block, range(_BLOCK, len(block), _BLOCK)):
            held = np.concatenate([left, part])
            whole = len(held) - len(held) % size
            left = held[whole:]
            if whole:
                take(held[:whole])
        seen += len(block)
        if seen >= LOOKED * rate:
            break
    if len(left):
        take(np.pad(left, (0, -len(left) % size)))
    return Look(seen / rate, size / rate, np.concatenate(flux), np.concatenate(peaks))


class Song(Recording):
    """Windows of a clip, or of a sound file that stays on disk, and a look over the whole.

    Parameters
    ----------
    source : Clip or Path
        The sound.
    title : str
        Title of every window.
    opens : float, optional
        Where panels open the song, in seconds; by default at its busiest window.
    """

    def __init__(self, source: Clip | Path, title: str, opens: float | None = None) -> None:
        super().__init__(source, title)
        self.opens = opens

    def named(self, title: str) -> Song:
        """Return the same song under another name."""
        return Song(self._source, title, self.opens)

    @functools.cached_property
    def look(self) -> Look:
        """Level and activity over time, computed when first asked for."""
        if isinstance(self._source, Clip):
            return look_over([self._source.samples], self._source.sample_rate)
        with open_sound(self._source) as sound:
            return look_over(sound.blocks(), sound.sample_rate)

    def opening(self, window: float) -> float:
        """Return where panels open the song.

        Parameters
        ----------
        window : float
            Seconds that the panel's model hears.

        Returns
        -------
        float
            In seconds: `opens` where given, otherwise `Look.busiest`.

        Raises
        ------
        FileNotFoundError, OSError, ValueError
            If a file cannot be read; its first `LOOKED` seconds are read once.

        Examples
        --------
        >>> noise = np.random.default_rng(0).normal(0, 0.1, 8000)
        >>> Song(Clip(np.pad(noise, (10_000, 0)), 1000), "late").opening(4.0) >= 9.5
        True
        """
        if self.opens is not None:
            return self.opens
        return self.look.busiest(window, self.duration - window)

    @property
    def overview(self) -> list[int]:
        """What the start slider shows; see `Look.overview`."""
        return self.look.overview(self.duration)
