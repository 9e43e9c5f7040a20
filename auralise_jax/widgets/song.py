"""A song: a sound of which a panel hears windows, and a look over the whole of it.

A file stays on disk. What is looked over streams past, block by block; a window is decoded when it
is asked for.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip, load_clip
from auralise_jax.audio.clip import check_start
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

_HEAD = 0.1
"""Seconds decoded to see whether a file is a sound file."""


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
        columns = min(OVERVIEW, len(self.peaks))
        levels = np.zeros(columns)
        at = np.arange(len(self.peaks)) * self.step / 8
        np.maximum.at(
            levels, np.minimum(at / duration * columns, columns - 1).astype(int), self.peaks
        )
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


class Song:
    """Windows of a clip, or of a sound file that stays on disk, and a look over the whole.

    Parameters
    ----------
    source : Clip or Path
        The sound.
    title : str
        Title of every window.
    opens : float, optional
        Where panels open the song, in seconds; by default at its busiest window.

    Attributes
    ----------
    title : str
        As given.
    """

    def __init__(self, source: Clip | Path, title: str, opens: float | None = None) -> None:
        self._source, self.title, self._opens = source, title, opens

    @classmethod
    def of(cls, source: Clip | str | Path) -> Song:
        """Return a clip or a sound file as a song under its own title.

        Raises
        ------
        FileNotFoundError, ValueError
            As `load_clip`, if the beginning of the file shows it.
        """
        if isinstance(source, Clip):
            return cls(source, source.title)
        head = load_clip(source, duration=_HEAD)
        return cls(Path(source).absolute(), head.title)

    def named(self, title: str) -> Song:
        """Return the same song under another name."""
        return Song(self._source, title, self._opens)

    @functools.cached_property
    def duration(self) -> float:
        """Length in seconds; a file whose header lacks the length is read to its end, once."""
        if isinstance(self._source, Clip):
            return self._source.duration
        with open_sound(self._source) as sound:
            if math.isfinite(sound.duration):
                return sound.duration
            return sum(map(len, sound.blocks())) / sound.sample_rate

    def window(self, start: float, duration: float) -> Clip:
        """Return a part, as `Clip.window` does; only that part of a file is held in memory.

        Parameters
        ----------
        start, duration : float
            In seconds; the part is shorter where the song ends earlier.

        Returns
        -------
        Clip
            At the song's sampling rate, under the song's title.

        Raises
        ------
        ValueError
            If `start` lies outside the song, `duration` holds no sample, or that part of a file is
            damaged or cut off.
        FileNotFoundError, OSError
            If the file is gone by now, or cannot be read.

        Examples
        --------
        >>> Song(Clip(np.zeros(9000), 1000), "silence").window(7.0, 4.0)
        <Clip 'silence': 2.00 s at 1000 Hz>
        """
        if isinstance(self._source, Clip):
            part = self._source.window(start, duration)
        else:
            check_start(start, self.duration)
            part = load_clip(self._source, offset=start, duration=duration)
        return Clip(part.samples, part.sample_rate, self.title)

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
        if self._opens is not None:
            return self._opens
        return self.look.busiest(window, self.duration - window)

    @property
    def overview(self) -> list[int]:
        """What the start slider shows; see `Look.overview`."""
        return self.look.overview(self.duration)
