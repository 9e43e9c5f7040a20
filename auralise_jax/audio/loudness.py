"""Loudness as ITU-R BS.1770 measures it, and the gain that matches two sounds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

SHORTEST = 0.4
"""Seconds; the standard's block length, under which loudness is not defined."""

LOWEST_RATE = 8000
"""Hertz; sound at lower rates is resampled first: the shelf filter at 1.7 kHz is unstable there."""

CEILING = 0.99
"""Largest peak a matched sound may have."""


class Match(NamedTuple):
    """A sound matched to the loudness of another, with the gain in dB."""

    samples: np.ndarray
    gain_db: float
    limited_db: float
    note: str


def integrated(samples: np.ndarray, sample_rate: int) -> float:
    """Return the integrated loudness in LUFS; ``-inf`` for silence, ``nan`` under 0.4 s."""
    if len(samples) < SHORTEST * sample_rate:
        return math.nan
    import pyloudnorm

    if sample_rate < LOWEST_RATE:
        import soxr

        samples = soxr.resample(samples, sample_rate, 2 * LOWEST_RATE)
        sample_rate = 2 * LOWEST_RATE
    with np.errstate(divide="ignore"):  # silence: the log of zero is -inf, as wanted
        return float(pyloudnorm.Meter(sample_rate).integrated_loudness(samples.astype(np.float64)))


def match(samples: np.ndarray, target: float, sample_rate: int) -> Match:
    """Bring `samples` (n,) at `sample_rate` to `target` LUFS, the source's `integrated` loudness.

    Where either has no loudness (silence, or under 0.4 s) the gain is 0 dB and `note` says why.
    A peak above 0.99 after matching lowers the gain; `limited_db` is by how much.
    """
    note = ""
    measured = integrated(samples, sample_rate)
    gain_db = target - measured
    if math.isnan(gain_db) and len(samples) < SHORTEST * sample_rate:
        note = f"shorter than {SHORTEST} s, too short to measure loudness: level not matched"
    elif not math.isfinite(gain_db):
        silent = "the source" if not math.isfinite(target) else "the sound"
        note = f"{silent} is silent: level not matched"
    if note:
        gain_db = 0.0
    peak = float(np.abs(samples).max()) * 10 ** (gain_db / 20)
    limited_db = 20 * math.log10(peak / CEILING) if peak > CEILING else 0.0
    gain_db -= limited_db
    return Match((samples * 10 ** (gain_db / 20)).astype(np.float32), gain_db, limited_db, note)
