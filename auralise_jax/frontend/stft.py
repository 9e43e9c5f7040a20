"""The front end: from a waveform to the picture a network sees, and back.

The paper's front end (Choi, Fazekas and Sandler 2016, arXiv:1607.02444) is a magnitude STFT. A
picture is ``(freq, time)``, row 0 = DC. The transforms run in JAX under jit and agree with librosa.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from auralise_jax.choices import one_of
from auralise_jax.device import on_device
from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.framed import Framed
from auralise_jax.frontend.frontend import Picture, Rows, Spectrum
from auralise_jax.frontend.transform import Stft, few_columns, first

Compression = Literal["linear", "log1p"]


@dataclass(frozen=True)
class Frontend(Framed):
    """Centred STFT with a periodic Hann window and reflect padding, then a compression.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    n_fft, hop_length : int
        In samples; `hop_length` is at most half of `n_fft`, or the inverse would have gaps.
    duration : float
        Seconds of sound in one picture.
    compression : {"linear", "log1p"}
        ``gain * magnitude``, or ``log(1 + gain * magnitude)``.
    gain : float
        Positive.

    Raises
    ------
    ValueError
        If a setting is outside of its range.

    Examples
    --------
    >>> Frontend().shape
    (257, 173)
    """

    sample_rate: int = 11025
    n_fft: int = 512
    hop_length: int = 256
    duration: float = 4.0
    compression: Compression = "linear"
    gain: float = 1.0

    def __post_init__(self) -> None:
        self._check_frames()
        self._check_duration()
        self._set_numbers("gain")
        one_of("compression", self.compression, get_args(Compression))
        if not 0 < self.gain < float("inf"):
            raise ValueError(f"gain must be positive and finite, not {self.gain!r}")

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (freq, time) of one picture."""
        return self.n_fft // 2 + 1, self.columns(self.samples)

    @property
    def axes(self) -> Axes:
        """Hertz of rows and seconds of columns: rows are the bins of the STFT."""
        return self.bins

    @property
    def summary(self) -> str:
        """What pictures show, in words."""
        return f"{self.compression}, n_fft {self.n_fft}, hop {self.hop_length}"

    def floor(self, _spectrum: Spectrum) -> Float32[np.ndarray, " freq"]:
        """Return the picture of silence, by row: zeros."""
        return np.zeros(self.shape[0], np.float32)

    def compress(self, magnitude: Float[Array | np.ndarray, "..."]) -> Float32[Array, "..."]:
        """Turn magnitudes into the model's own domain."""
        gain = on_device(self.gain)
        compressed: Array = _compress(on_device(magnitude), gain, self.compression == "log1p")
        return compressed

    def expand(self, values: Float[Array | np.ndarray, "..."]) -> Float32[Array, "..."]:
        """Undo `compress`."""
        gain = on_device(self.gain)
        expanded: Array = _expand(on_device(values), gain, self.compression == "log1p")
        return expanded

    def analyse(self, samples: Float[Array | np.ndarray, " n"]) -> Spectrum:
        """Return the spectrum of samples (n,): their STFT, with a frame past the end."""
        return Spectrum(self.stft(samples, tail=1))

    def picture(self, sound: Spectrum | Float[Array | np.ndarray, " n"]) -> Picture:
        """Return the picture (freq, time) of a spectrum, or of samples (n,), at this rate."""
        if not isinstance(sound, Spectrum) and len(sound) == self.samples:
            sound = self.analyse(sound)  # as listening does, so that nothing more is compiled
        if isinstance(sound, Spectrum):
            frames = sound.stft.shape[1] - 1
            spectrum = few_columns(sound.stft, usual=self.shape[1] + 1)
        else:
            frames = self.columns(len(sound))
            spectrum = self._stft(sound, frames)
        return first(self.compress(_magnitude(spectrum)), frames)

    def to_magnitude(self, picture: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return magnitudes from values of the picture; see `AnyFrontend`."""
        return self.expand(self.spread(picture, spectrum))

    def spread(self, rows: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return factors on rows as factors on bins: rows are bins, the last column lasts on."""
        tail = spectrum.stft.shape[1] - rows.shape[1]
        return jnp.pad(on_device(rows), ((0, 0), (0, tail)), mode="edge")


def _leaves(frontend: Frontend) -> tuple[tuple[Any], tuple[int | float | str, ...]]:
    """Take a front end apart for JAX: the gain is traced, all else is static."""
    names = [field.name for field in fields(frontend) if field.name != "gain"]
    gain = frontend.gain
    sent = _sent(gain) if isinstance(gain, float) else gain
    return (sent,), tuple(getattr(frontend, name) for name in names)


@functools.lru_cache(1 << 8)
def _sent(gain: float) -> Float32[Array, ""]:
    """Return a gain where JAX computes; to send it takes a twentieth of a resynthesis."""
    with jax.ensure_compile_time_eval():  # kept, so it must not belong to a trace
        return on_device(gain)


def _joined(settings: tuple[int | float | str, ...], leaves: tuple[Any]) -> Frontend:
    frontend = object.__new__(Frontend)  # the checks are for numbers, not for what is traced
    for field, value in zip(fields(Frontend), (*settings, *leaves), strict=True):
        object.__setattr__(frontend, field.name, value)
    return frontend


jax.tree_util.register_pytree_node(Frontend, _leaves, _joined)

STFT = Frontend
"""`Frontend` by the name of its kind, beside `LogMel` and others."""


@jax.jit
def _magnitude(spectrum: Stft) -> Picture:
    return jnp.abs(spectrum)


@functools.partial(jax.jit, static_argnums=2)
def _compress(magnitude: Array, gain: Array, logarithm: bool) -> Array:
    return jnp.log1p(gain * magnitude) if logarithm else gain * magnitude


@functools.partial(jax.jit, static_argnums=2)
def _expand(values: Array, gain: Array, logarithm: bool) -> Array:
    return (jnp.expm1(values) if logarithm else values) / gain
