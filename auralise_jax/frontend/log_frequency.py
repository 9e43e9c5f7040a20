"""A front end of given filter banks, such as rows at equal steps of pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32

from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.banked import Banked, register

MOST_ROWS = 1024
MOST_BANKS = 8


@register
@dataclass(frozen=True, eq=False)
class LogFrequency(Banked):
    """Given filter banks over one or several STFTs, then a compression.

    All STFTs have centred frames of periodic Hann windows, at the same hop. Of one bank, pictures
    are (freq, time); of several (freq, time, channels), a channel a bank. The STFT of `n_fft` is
    the one that is inverted to sound: its channel of a projection is heard.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    n_fft, hop_length : int
        In samples; `hop_length` is at most half of `n_fft`.
    hz : sequence of float
        Centre of each row, in hertz, rising; 2 to 1024 of them.
    banks : sequence of array of float, shape (freq, bins)
        How much of each bin a row holds, 0 or more, at most eight. The number of bins says how long
        the frames of its STFT are, ``2 * (bins - 1)``; one of them is `n_fft` long.
    duration, frames, pad_mode
        As for `LogMel`.
    power, compression, gain, amin, ref, top_db, normalise, mean, std
        From powers or magnitudes to the values that the network sees; see `Domain`.

    Raises
    ------
    ValueError
        If a setting is outside of its range, or two exclude each other.

    Examples
    --------
    A row takes the bins that are nearest to it in pitch:

    >>> hz = 110 * 2 ** (np.arange(48) / 12)
    >>> bins = np.fft.rfftfreq(2048, 1 / 8000)[1:]
    >>> nearest = np.abs(np.log(bins) - np.log(hz)[:, None]).argmin(axis=0)
    >>> bank = np.pad(nearest == np.arange(48)[:, None], ((0, 0), (1, 0))).astype(np.float32)
    >>> frontend = LogFrequency(8000, 2048, 256, hz, [bank], duration=1, compression="db")
    >>> frontend.shape, frontend.axes.kind
    ((48, 32), 'log')
    """

    hz: Sequence[float]
    banks: tuple[Float32[np.ndarray, "freq _bins"], ...]

    def __post_init__(self) -> None:
        self._check_frames()
        self._set("hz", _rising(self.hz))
        self._set("banks", _checked(self.banks, len(self.hz)))
        if self.n_ffts.count(self.n_fft) != 1:
            raise ValueError(
                f"one of the banks must have {self.n_fft // 2 + 1} bins, as n_fft {self.n_fft} "
                f"says, not {self.n_ffts.count(self.n_fft)} of them"
            )
        self._check_length()
        self._check_domain(len(self.hz))

    @property
    def n_ffts(self) -> tuple[int, ...]:
        """Samples in a frame, for each channel of a picture."""
        return tuple(2 * (bank.shape[1] - 1) for bank in self.banks)

    @property
    def channel(self) -> int | None:
        """Which channel is inverted to sound; None if pictures have no channels."""
        return self.n_ffts.index(self.n_fft) if len(self.banks) > 1 else None

    @property
    def axes(self) -> Axes:
        """Hertz of rows and seconds of columns."""
        bins = self.bins
        window = self.longest / self.sample_rate
        return Axes("log", np.asarray(self.hz), bins.seconds, bins.hop, window)

    @property
    def summary(self) -> str:
        """What pictures show, in words."""
        return (
            f"{len(self.hz)} rows from {self.hz[0]:.3g} to {self.hz[-1]:.4g} Hz, {self._in_words}"
        )


def _rising(hz: Any) -> tuple[float, ...]:
    try:
        found = np.asarray(hz, float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 1 or not 2 <= len(found) <= MOST_ROWS:
        raise ValueError(f"hz must be 2 to {MOST_ROWS} numbers, one a row, not {hz!r:.80}")
    if not (np.isfinite(found).all() and found[0] >= 0 and (np.diff(found) > 0).all()):
        raise ValueError("hz must be finite, 0 or more, and rising")
    return tuple(found.tolist())


def _checked(banks: Any, rows: int) -> tuple[Float32[np.ndarray, "freq _bins"], ...]:
    if not (isinstance(banks, (tuple, list)) and 1 <= len(banks) <= MOST_BANKS):
        raise ValueError(f"banks must be 1 to {MOST_BANKS} arrays in a list")
    found = []
    for bank in banks:
        try:
            with np.errstate(over="ignore"):
                one = np.array(bank, np.float32)
        except (TypeError, ValueError):
            one = np.empty(0, np.float32)
        if one.ndim != 2 or len(one) != rows or not 2 <= one.shape[1] <= 32769:
            raise ValueError(
                f"a bank must have {rows} rows, as hz has, and 2 to 32769 bins, not the shape "
                f"{one.shape}"
            )
        if not (np.isfinite(one).all() and (one >= 0).all()):
            raise ValueError("a bank's weights must be finite, and 0 or more")
        one.setflags(write=False)
        found.append(one)
    return tuple(found)
