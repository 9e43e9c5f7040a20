"""The K-weighting of ITU-R BS.1770, as a convolution: a shelf for the head, then a high-pass.

Both are recursive filters that forget. A convolution with what they make of a click, as long as
they remember it, gives the same but for rounding, and asks for no `scipy.signal`, whose import
takes longer than everything else between a file and its sound.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from jaxtyping import Complex, Float

_LASTS = 0.2
"""Seconds until less than 1e-17 of a click is left, at any rate: the high-pass decays by 38 Hz."""

_Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Coefficients (b, a) of a filter of second order."""


def k_weighted(
    samples: Float[np.ndarray, " n"], before: Float[np.ndarray, " lasting"], rate: int
) -> Float[np.ndarray, " n"]:
    """Weight samples (n,) at `rate`, with the `lasting(rate)` samples before them.

    Examples
    --------
    A tone of 60 Hz is weakened, one of 6 kHz is raised, both as the Recommendation has it:

    >>> t = np.arange(48_000) / 48_000
    >>> silence = np.zeros(lasting(48_000))
    >>> for hertz in (60, 6000):
    ...     weighted = k_weighted(np.sin(2 * np.pi * hertz * t), silence, 48_000)[24_000:]
    ...     print(round(20 * np.log10(weighted.std() * np.sqrt(2)), 1), "dB")
    -2.9 dB
    4.0 dB
    """
    size = _few(len(before) + len(samples))
    spectrum = np.fft.rfft(np.concatenate([before, samples]), size)
    weighted = np.fft.irfft(spectrum * _spectrum(rate, size), size)
    return weighted[len(before) : len(before) + len(samples)]


def lasting(rate: int) -> int:
    """Return how many samples before a sample count for its weighted value."""
    return math.ceil(_LASTS * rate)


def _few(count: int) -> int:
    """Round a length up to one of few, which are quick to transform."""
    step = 1 << max(0, count.bit_length() - 4)
    return -(-count // step) * step


@functools.lru_cache(8)
def _spectrum(rate: int, size: int) -> Complex[np.ndarray, " bins"]:
    return np.fft.rfft(_response(rate), size)


@functools.lru_cache(8)
def _response(rate: int) -> Float[np.ndarray, " lasting"]:
    """Return what the filters make of a click.

    By sampling their frequency response: so densely that what wraps around has decayed.
    """
    count = lasting(rate) + 1
    delay = np.exp(-1j * np.linspace(0, np.pi, count))  # by a sample, from 0 Hz to half the rate
    response = np.ones(count, complex)
    for b, a in (_shelf(2 * np.pi * 1500 / rate), _high_pass(2 * np.pi * 38 / rate)):
        response *= np.polyval(b[::-1], delay) / np.polyval(a[::-1], delay)
    return np.fft.irfft(response)[:count]


def _shelf(angle: float) -> _Biquad:
    """Return a high shelf of 4 dB, as pyloudnorm has it (R. Bristow-Johnson's cookbook)."""
    gain = 10 ** (4 / 40)
    cos, slope = math.cos(angle), math.sqrt(2 * gain) * math.sin(angle)
    high, low = gain + 1, gain - 1
    b = gain * (high + low * cos + slope), -2 * gain * (low + high * cos)
    a = high - low * cos + slope, 2 * (low - high * cos)
    return (*b, gain * (high + low * cos - slope)), (*a, high - low * cos - slope)


def _high_pass(angle: float) -> _Biquad:
    """Return a high-pass of Q = 0.5, from the same cookbook."""
    cos, alpha = math.cos(angle), math.sin(angle)
    return ((1 + cos) / 2, -(1 + cos), (1 + cos) / 2), (1 + alpha, -2 * cos, 1 - alpha)
