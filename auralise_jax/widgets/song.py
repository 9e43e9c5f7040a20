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
"""Share of the busiest window's flux that lets the beginning of a song stand."""

EQUAL = 0.97
"""Share of it that makes a window as good: the earliest of these is proposed."""

_FRAME = 0.046
"""Seconds of a spectrum of the look, about: 512 samples at 11,025 Hz."""

_BLOCK = 1 << 18

_HEAD = 0.1
"""Seconds of a file that are decoded to see whether it is one."""


class Look(NamedTuple):
    """What was seen of a song; made by `look_over`."""

    seconds: float
    """How much of it was looked over."""
    step: float
    """Seconds between two values of the flux."""
    flux: Float[np.ndarray, " frames"]
    """How much each spectrum has that the one before had not."""
    peaks: Float[np.ndarray, " pieces"]
    """Largest magnitudes of eighths of a frame."""

    def busiest(self, window: float, last: float) -> float:
        """Return where most is going on in a window, in seconds, up to `last`.

        The window with the largest sum of spectral flux (what magnitudes gain from one short
        spectrum to the next, summed over frequency), of those that begin at whole half seconds,
        or an earlier one with at least `EQUAL` of it; 0.0 if the first one has at least `ENOUGH`
        of it, or nothing changes at all. Applause and noise are going on, too: flux knows nothing
        of music.
        """
        total = np.concatenate([[0.0], np.cumsum(self.flux)])
        starts = np.arange(0.0, max(0.0, min(last, self.seconds - window)) + 1e-9, STEP)
        # Not the first frame: what it gained, it gained from before the window.
        first = np.minimum(np.ceil(starts / self.step).astype(int) + 1, len(self.flux))
        end = np.clip(((starts + window) / self.step).astype(int), first, len(self.flux))
        sums = total[end] - total[first]
        most = sums.max()
        good = sums >= np.where(starts > 0, EQUAL, ENOUGH) * most
        return float(starts[good.argmax()])

    def overview(self, duration: float) -> list[int]:
        """Return the largest magnitude in each column of a song, 255 for the largest of all.

        Columns beyond what was looked over are 0.
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
    """Look over a sound as it streams past; of more than `LOOKED` seconds the rest is not read.

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
    """A clip, or a sound file that stays on disk: its windows, and a look over the whole.

    Parameters
    ----------
    source : Clip or Path
        Its sound.
    title : str
        What its windows are called.
    opens : float, optional
        Where panels open it, in seconds; by default where most is going on.

    Attributes
    ----------
    title : str
        As given.
    """

    def __init__(self, source: Clip | Path, title: str, opens: float | None = None) -> None:
        self._source, self.title, self._opens = source, title, opens

    @classmethod
    def of(cls, source: Clip | str | Path) -> Song:
        """Return a clip, or the sound file of that path, under its own name.

        Raises
        ------
        FileNotFoundError, ValueError
            As `load_clip`, as far as that shows at a file's beginning.
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
        """Length in seconds; a file that does not say it is read to its end for this, once."""
        if isinstance(self._source, Clip):
            return self._source.duration
        with open_sound(self._source) as sound:
            if math.isfinite(sound.duration):
                return sound.duration
            return sum(map(len, sound.blocks())) / sound.sample_rate

    def window(self, start: float, duration: float) -> Clip:
        """Return a part, as `Clip.window` does; of a file only that part is kept in memory.

        Parameters
        ----------
        start, duration : float
            In seconds; where the song ends before, the part is shorter.

        Returns
        -------
        Clip
            At the song's sampling rate, and under the title of the song.

        Raises
        ------
        ValueError
            If `start` lies outside the song, or `duration` holds no sample; of a file also if that
            part is damaged, or cut off.
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
        """The look over it, taken when it is first asked for."""
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
            In seconds: what was given as `opens`, otherwise as `Look.busiest` finds it.

        Raises
        ------
        FileNotFoundError, OSError, ValueError
            If a file cannot be read; the first `LOOKED` seconds of it are, once.

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
