"""The mel front end, as most networks that tag music have it."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.banked import Banked, register

MOST_MELS = 1024


@register
@dataclass(frozen=True, eq=False)
class LogMel(Banked):
    """librosa's mel spectrogram, compressed: pictures are (freq, time), row 0 lowest.

    Frames are centred, windows are periodic Hann windows. A network that wants (time, freq) turns
    its picture over: ``picture.T``.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    n_fft, hop_length : int
        In samples; `hop_length` is at most half of `n_fft`.
    n_mels : int
        Rows, 2 to 1024.
    fmin, fmax : float, optional
        The lowest and highest frequency in hertz; `fmax` is half of the rate by default.
    htk : bool
        HTK's formula for mels rather than Slaney's.
    norm : {"slaney", None}
        Whether each row's weights are divided by its width.
    duration : float, optional
        Seconds of sound in one picture, which has librosa's ``1 + samples // hop_length`` columns.
    frames : int, optional
        Columns of a picture, in place of `duration`: a window is then so many hops of sound.
    pad_mode : {"constant", "reflect"}
        How the sound goes on beyond its ends: with zeros, as in librosa since 0.10, or reflected,
        as before that.
    power, compression, gain, amin, ref, top_db, normalise, mean, std
        From powers or magnitudes to the values that the network sees; see `Domain`. By default
        plain powers. The shipped model's ``log1p`` is there, too.

    Raises
    ------
    ValueError
        If a setting is outside of its range, or two exclude each other.

    Examples
    --------
    What musicnn sees of 3 s:

    >>> frontend = LogMel(16_000, 512, 256, 96, frames=187, compression="log10", gain=10_000)
    >>> frontend.shape, frontend.samples
    ((96, 187), 47872)

    librosa's usual decibels, of noise that sets in after a second:

    >>> decibels = LogMel(22_050, 2048, 512, 128, duration=2, compression="db", top_db=80)
    >>> samples = np.random.default_rng(0).normal(size=decibels.samples)
    >>> samples[:22_050] = 0
    >>> round(float(np.ptp(decibels.picture(samples))))
    80
    """

    n_mels: int
    fmin: float = field(default=0.0, kw_only=True)
    fmax: float | None = field(default=None, kw_only=True)
    htk: bool = field(default=False, kw_only=True)
    norm: Literal["slaney"] | None = field(default="slaney", kw_only=True)

    def __post_init__(self) -> None:
        self._check_frames()
        self._set_whole("n_mels")
        if not 2 <= self.n_mels <= MOST_MELS:
            raise ValueError(f"n_mels must be 2 to {MOST_MELS}, not {self.n_mels!r}")
        half = self.sample_rate / 2
        if self.fmax is None:
            self._set("fmax", half)
        self._set_numbers("fmin", "fmax")
        if not 0 <= self.fmin < self._top <= half:
            raise ValueError(
                f"fmin and fmax must be 0 to {half:g} Hz, and fmin the lower, not {self.fmin:g} "
                f"and {self.fmax:g}"
            )
        if not isinstance(self.htk, bool):
            raise ValueError(f"htk must be True or False, not {self.htk!r}")
        if self.norm not in (None, "slaney"):
            raise ValueError(f"norm must be 'slaney' or None, not {self.norm!r}")
        self._check_length()
        self._check_domain(self.n_mels)

    @property
    def _top(self) -> float:
        return self.sample_rate / 2 if self.fmax is None else self.fmax

    @property
    def axes(self) -> Axes:
        """Hertz of rows, each at the peak of its triangle, and seconds of columns."""
        bins = self.bins
        hz = _edges(self.n_mels, self.fmin, self._top, self.htk)[1:-1]
        return Axes("mel", hz, bins.seconds, bins.hop, bins.window)

    @property
    def summary(self) -> str:
        """What pictures show, in words."""
        return f"{self.n_mels} mel bands, {self._in_words}"

    @functools.cached_property
    def banks(self) -> tuple[Float32[np.ndarray, "freq bins"]]:
        """How much of each bin a row holds: librosa's triangles."""
        settings = self.n_mels, self.fmin, self._top, self.htk, self.norm
        return (_triangles(self.sample_rate, self.n_fft, *settings),)


@functools.lru_cache(16)
def _edges(n_mels: int, fmin: float, fmax: float, htk: bool) -> Float[np.ndarray, " edges"]:
    import librosa  # late: it takes long

    edges: np.ndarray = librosa.mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    return edges


@functools.lru_cache(16)
def _triangles(
    rate: int,
    n_fft: int,
    n_mels: int,
    fmin: float,
    fmax: float,
    htk: bool,
    norm: Literal["slaney"] | None,
) -> Float32[np.ndarray, "freq bins"]:
    import librosa

    with warnings.catch_warnings():
        # Some networks were trained with rows that hold no bin; such rows stay silent.
        warnings.filterwarnings("ignore", message="Empty filters detected")
        bank: np.ndarray = librosa.filters.mel(
            sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm
        )
    bank.setflags(write=False)
    return bank
