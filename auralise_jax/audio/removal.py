"""A band, a stretch of time, or the rectangle of the two, taken out of a sound without a click."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float32

FADE = 0.01
"""Seconds of the fades at the ends of a stretch; both lie within it."""

FRAME = 0.05
"""Seconds of an STFT frame, about: the nearest power of two."""

EDGE = 2
"""Bins beyond a band over which it fades; as many as the main lobe of a tone is wide."""


class Removed(NamedTuple):
    """What was taken out of a sound."""

    band: tuple[float, float] | None
    """In hertz; None: all of them."""
    stretch: tuple[float, float] | None
    """In seconds; None: all the time."""

    @classmethod
    def of(cls, band: Any = None, stretch: Any = None) -> Removed:
        """Return what is to be taken out; raise ValueError if it is no pair of numbers.

        Examples
        --------
        >>> Removed.of(band=(200, 800))
        Removed(band=(200.0, 800.0), stretch=None)
        """
        if band is None and stretch is None:
            raise ValueError(
                "name a band, such as band=(200.0, 800.0) in hertz, or a stretch, such as "
                "stretch=(1.0, 2.0) in seconds, or both"
            )
        return cls(_pair("band", band), _pair("stretch", stretch))


def take_out(
    samples: Float[np.ndarray, " n"],
    sample_rate: int,
    band: tuple[float, float] | None = None,
    stretch: tuple[float, float] | None = None,
) -> Float32[np.ndarray, " n"]:
    """Return a sound without a band, a stretch, or the rectangle of the two.

    A stretch alone becomes silence, between fades of 10 ms that lie within it. Of a band the cells
    of an STFT are set to 0, in frames of about 50 ms; the cells of two bins beyond it, some 40 Hz,
    fade. Of a rectangle those cells are whose frames have their middle in the stretch, so that its
    ends are as soft as a frame is long. A tone in the middle of a band of 200 Hz or more is lowered
    by 70 dB, and one that is 150 Hz or further from a band is left to 1e-3. Within a frame of the
    ends of the sound that is less, since a tone that begins at once has all frequencies.

    Parameters
    ----------
    samples : array of float, shape (n,)
        One channel.
    sample_rate : int
        In hertz.
    band : (float, float), optional
        Hertz, from 0 to half the sampling rate.
    stretch : (float, float), optional
        Seconds, from 0 to the length of the sound.

    Returns
    -------
    array of float32, shape (n,)

    Raises
    ------
    ValueError
        If neither is given, or one is empty, reversed, out of range or no pair of numbers.

    Examples
    --------
    >>> seconds = np.arange(11025) / 11025
    >>> low, high = np.sin(2 * np.pi * 440 * seconds), np.sin(2 * np.pi * 2000 * seconds)
    >>> left = take_out(low + high, 11025, band=(300, 600))
    >>> bool(np.abs(left - high)[1000:-1000].max() < 1e-3)
    True
    """
    part = Removed.of(band, stretch)
    seconds = len(samples) / sample_rate
    band = within("band", part.band, sample_rate / 2, "Hz")
    stretch = within("stretch", part.stretch, seconds, "s", slack=1 / sample_rate)
    sound = np.asarray(samples, np.float32)
    if part.band is None:
        left = sound * _fades(len(sound), sample_rate, stretch)
    else:
        left = _without_cells(sound, sample_rate, band, stretch)
    return np.asarray(left, np.float32)


def _pair(name: str, given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    numbers = (int, float, np.integer, np.floating)
    if (
        not isinstance(given, (Sequence, np.ndarray))
        or len(given) != 2
        or not all(isinstance(one, numbers) and not isinstance(one, bool) for one in given)
    ):
        raise ValueError(f"{name} must be a pair of numbers, such as (1, 2), not {given!r:.80}")
    return float(given[0]), float(given[1])


def within(
    name: str, given: tuple[float, float] | None, most: float, unit: str, slack: float = 0.0
) -> tuple[float, float]:
    """Return a range that was given, or the whole; raise ValueError if it is not legal."""
    if given is None:
        return 0.0, most
    low, high = given
    if not 0 <= low < high <= most + slack:  # as NaN is not
        raise ValueError(
            f"{name} must begin at 0 {unit} or later, and end after its beginning and by "
            f"{most:g} {unit}, not be {low:g} to {high:g} {unit}"
        )
    return low, min(high, most)


def _fades(count: int, sample_rate: int, stretch: tuple[float, float]) -> np.ndarray:
    """Return a gain per sample: 0 within a stretch, 1 without, with fades that lie within.

    There is no fade at an end of the sound.
    """
    first, last = (round(second * sample_rate) for second in stretch)
    first = min(first, count - 1)
    last = max(last, first + 1)
    inside = np.arange(first, last)
    length = max(1.0, min(FADE * sample_rate, (last - first) / 4))
    before = np.full(len(inside), np.inf) if first == 0 else inside - first + 1
    after = np.full(len(inside), np.inf) if last == count else last - inside
    gains = np.ones(count)
    gains[inside] = _raised_cosine(1 - np.minimum(before, after) / length)
    return gains


def _without_cells(
    sound: np.ndarray, sample_rate: int, band: tuple[float, float], stretch: tuple[float, float]
) -> np.ndarray:
    from scipy.signal import ShortTimeFFT
    from scipy.signal.windows import hann

    n_fft = max(16, 2 ** round(math.log2(FRAME * sample_rate)))
    transform = ShortTimeFFT(hann(n_fft, sym=False), n_fft // 4, sample_rate)
    padded = np.pad(sound.astype(np.float64), (0, max(0, n_fft - len(sound))))
    stft = transform.stft(padded)
    beyond = np.maximum(band[0] - transform.f, transform.f - band[1]) / transform.delta_f
    seconds = transform.t(len(padded))
    begin = stretch[0] if stretch[0] > 0 else -math.inf  # frames reach beyond the sound
    end = stretch[1] if stretch[1] < len(sound) / sample_rate else math.inf
    inside = (seconds >= begin) & (seconds <= end)
    inside[np.argmin(abs(seconds - sum(stretch) / 2))] = True  # however short the stretch
    kept = _raised_cosine(beyond / (EDGE + 1))
    gains = np.where(inside[None], kept[:, None], 1)
    left: np.ndarray = transform.istft(stft * gains, k1=len(padded))
    return left[: len(sound)]


def _raised_cosine(x: np.ndarray) -> np.ndarray:
    """Return 0 up to 0, 1 from 1 on, and half a cosine between."""
    raised: np.ndarray = (1 - np.cos(np.pi * np.clip(x, 0, 1))) / 2
    return raised
