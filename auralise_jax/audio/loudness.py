"""Loudness as ITU-R BS.1770 measures it, and the gain that matches two sounds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from auralise_jax.audio.weighting import k_weighted, lasting

SHORTEST = 0.4
"""Seconds; the standard's block length, under which loudness is not defined."""

LOWEST_RATE = 8000
"""Hertz; sound at lower rates is resampled first: the shelf filter at 1.7 kHz is unstable there."""

CEILING = 0.99
"""Largest peak a matched sound may have."""

_AGAIN = 4
"""How often a sound is measured again at the level that it is brought to."""

_BLOCK = 1 << 18
"""Samples that are filtered at once."""


class Match(NamedTuple):
    """A sound matched to the loudness of another, with the gain in dB."""

    samples: np.ndarray
    gain_db: float
    limited_db: float
    note: str


def integrated(samples: np.ndarray, sample_rate: int) -> float:
    """Return the integrated loudness in LUFS; ``-inf`` for silence, ``nan`` under 0.4 s."""
    return _measured(samples, sample_rate).integrated()


def _measured(samples: np.ndarray, sample_rate: int) -> Meter:
    meter = Meter(sample_rate)
    for first in range(0, len(samples), _BLOCK):
        meter.add(samples[first : first + _BLOCK])
    return meter


class Meter:
    """Integrated loudness of a sound that comes block by block: of hours, in little memory.

    It reads what pyloudnorm reads, which needs the whole sound at once.

    Parameters
    ----------
    sample_rate : int
        In hertz.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(0, 0.1, 30_000)
    >>> meter = Meter(8000)
    >>> for block in np.split(noise, [7, 11_111]):
    ...     meter.add(block)
    >>> abs(meter.integrated() - integrated(noise, 8000)) < 0.01
    True
    """

    def __init__(self, sample_rate: int) -> None:
        import soxr

        low = sample_rate < LOWEST_RATE
        self._rate = 2 * LOWEST_RATE if low else sample_rate
        self._resampler = (
            soxr.ResampleStream(sample_rate, self._rate, 1, "float32") if low else None
        )
        self._waiting: list[np.ndarray] = []
        self._before = np.zeros(lasting(self._rate))
        self._held = np.zeros(0)
        self._sums: list[float] = []
        """Squares, summed over tenths of a second."""
        self._count = 0

    def add(self, block: np.ndarray, *, last: bool = False) -> None:
        """Measure the next samples (n,)."""
        samples = block
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(block.astype(np.float32), last=last)
        self._waiting.append(samples.astype(np.float64))
        if last or sum(map(len, self._waiting)) >= _BLOCK:
            self._weigh()

    def _weigh(self) -> None:
        """Measure what waits: small blocks together, since each needs what was before."""
        samples = np.concatenate([np.zeros(0), *self._waiting])
        self._waiting = []
        for first in range(0, len(samples), _BLOCK):
            block = samples[first : first + _BLOCK]
            weighted = k_weighted(block, self._before, self._rate)
            self._before = np.concatenate([self._before, block])[-len(self._before) :]
            self._sum(weighted**2)

    def _sum(self, squares: np.ndarray) -> None:
        self._count += len(squares)
        held = np.concatenate([self._held, squares])
        first = self._begin(len(self._sums))
        while (end := self._begin(len(self._sums) + 1)) <= self._count:
            start = self._begin(len(self._sums))
            self._sums.append(float(held[start - first : end - first].sum()))
        self._held = held[self._begin(len(self._sums)) - first :]

    def integrated(self, gain_db: float = 0.0) -> float:
        """Return the loudness of all that was added, in LUFS; nothing can be added after.

        With a gain, it is that of the sound with this gain: not just so much more, since the
        standard leaves out blocks under -70 LUFS, and a gain brings some of them above it.
        """
        if self._resampler is not None:
            self.add(np.zeros(0, np.float32), last=True)
            self._resampler = None
        self._weigh()
        if self._count < SHORTEST * self._rate:
            return math.nan
        # As pyloudnorm counts: a last block that is nearly whole is a block.
        blocks = round((self._count / self._rate - SHORTEST) / (SHORTEST / 4)) + 1
        parts = np.append(self._sums, [self._held.sum(), 0.0])[: blocks + 3]
        powers = np.convolve(parts, np.ones(4), "valid") / (SHORTEST * self._rate)
        powers = powers * 10 ** (gain_db / 10)
        with np.errstate(divide="ignore"):  # silence: the log of zero is -inf, as wanted
            levels = _lufs(powers)
            loud = powers[levels >= -70]
            if len(loud):
                loud = powers[(levels > -70) & (levels > _lufs(loud.mean()) - 10)]
            return float(_lufs(loud.mean() if len(loud) else np.float64(0)))

    def _begin(self, part: int) -> int:
        """Return the first sample of a tenth of a second."""
        return int(SHORTEST / 4 * part * self._rate)


def _lufs(power: np.ndarray | np.float64) -> np.ndarray:
    return np.asarray(-0.691 + 10 * np.log10(power))


def match(samples: np.ndarray, target: float, sample_rate: int) -> Match:
    """Bring `samples` (n,) at `sample_rate` to `target` LUFS, the source's `integrated` loudness.

    Where either has no loudness (silence, or under 0.4 s) the gain is 0 dB and `note` says why.
    A peak above 0.99 after matching lowers the gain; `limited_db` is by how much.
    """
    note = ""
    meter = _measured(samples, sample_rate)
    gain_db = target - meter.integrated()
    if math.isnan(gain_db) and len(samples) < SHORTEST * sample_rate:
        note = f"shorter than {SHORTEST} s, too short to measure loudness: level not matched"
    elif not math.isfinite(gain_db):
        silent = "the source" if not math.isfinite(target) else "the sound"
        note = f"{silent} is silent: level not matched"
    if note:
        gain_db = 0.0
    else:
        for _ in range(_AGAIN):
            missing = target - meter.integrated(gain_db)
            gain_db += missing if math.isfinite(missing) else 0.0  # at -70 LUFS rounding decides
    peak = float(np.abs(samples).max()) * 10 ** (gain_db / 20)
    limited_db = 20 * math.log10(peak / CEILING) if peak > CEILING else 0.0
    gain_db -= limited_db
    return Match((samples * 10 ** (gain_db / 20)).astype(np.float32), gain_db, limited_db, note)
