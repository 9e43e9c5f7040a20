"""The front end: from a waveform to the picture a network sees, and back.

The paper's front end (Choi, Fazekas and Sandler 2016, arXiv:1607.02444) is a magnitude STFT. A
picture is ``(freq, time)``, row 0 = DC. The transforms run in JAX under jit and agree with librosa.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex64, Float, Float32

from auralise_jax.choices import one_of

Compression = Literal["linear", "log1p"]

Spectrum = Complex64[Array, "freq time"]
Picture = Float32[Array, "freq time"]


@dataclass(frozen=True)
class Frontend:
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
        for name in ("sample_rate", "n_fft", "hop_length"):
            value = getattr(self, name)
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise ValueError(f"{name} must be a whole number, not {value!r}")
            object.__setattr__(self, name, operator.index(value))
        for name in ("duration", "gain"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise ValueError(f"{name} must be a number, not {value!r}")
            object.__setattr__(self, name, float(value))
        if not 1 <= self.sample_rate <= 768_000:
            raise ValueError(f"sample_rate must be 1 to 768000 Hz, not {self.sample_rate!r}")
        if not (2 <= self.n_fft <= 65536 and self.n_fft % 2 == 0):
            raise ValueError(f"n_fft must be even, 2 to 65536, not {self.n_fft!r}")
        if not 1 <= self.hop_length <= self.n_fft // 2:
            raise ValueError(
                f"hop_length must be 1 to {self.n_fft // 2}, half of n_fft, not {self.hop_length!r}"
            )
        if not 0 < self.duration <= 600:
            raise ValueError(f"duration must be above 0 and at most 600 s, not {self.duration!r}")
        one_of("compression", self.compression, get_args(Compression))
        if not 0 < self.gain < float("inf"):
            raise ValueError(f"gain must be positive and finite, not {self.gain!r}")

    @property
    def samples(self) -> int:
        """Samples in one picture."""
        return max(1, round(self.duration * self.sample_rate))

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (freq, time) of one picture."""
        return self.n_fft // 2 + 1, 1 + self.samples // self.hop_length

    @property
    def seconds(self) -> float:
        """Width of one picture: its frames times the hop."""
        return self.shape[1] * self.hop_length / self.sample_rate

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each row, in hertz."""
        return np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate)

    def stft(self, samples: Float[Array | np.ndarray, " n"], *, tail: int = 0) -> Spectrum:
        """Transform samples (n,) to a spectrum of ``1 + n // hop_length + tail`` frames.

        With ``tail=1`` one more frame is taken, past the end. All samples then lie between two
        frame centres, and the inverse of a *changed* spectrum stays tame: without it the last
        samples are divided by the window's vanishing edge, and a mask turns them into a burst.
        """
        spectrum: Spectrum = _stft(
            jnp.asarray(samples, jnp.float32), self.n_fft, self.hop_length, tail
        )
        return spectrum

    def istft(self, spectrum: Spectrum, length: int) -> Float32[Array, " n"]:
        """Invert a spectrum to `length` samples by weighted overlap-add (Griffin and Lim 1984)."""
        samples: Array = _istft(spectrum, self.n_fft, self.hop_length, length)
        return samples

    def compress(self, magnitude: Float[Array | np.ndarray, "..."]) -> Float[Array, "..."]:
        """Turn magnitudes into the model's own domain."""
        scaled = self.gain * jnp.asarray(magnitude)
        return jnp.log1p(scaled) if self.compression == "log1p" else scaled

    def expand(self, values: Float[Array | np.ndarray, "..."]) -> Float[Array, "..."]:
        """Undo `compress`."""
        values = jnp.asarray(values)
        return (jnp.expm1(values) if self.compression == "log1p" else values) / self.gain

    def picture(self, samples: Float[Array | np.ndarray, " n"]) -> Picture:
        """Return the picture (freq, time) of samples (n,) at this front end's rate."""
        return self.compress(jnp.abs(self.stft(samples)))


def _window(n_fft: int) -> Float32[np.ndarray, " n_fft"]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


@functools.partial(jax.jit, static_argnums=(1, 2, 3))
def _stft(samples: Float32[Array, " n"], n_fft: int, hop: int, tail: int) -> Spectrum:
    n = samples.shape[0]
    frames = 1 + n // hop + tail
    after = (frames - 1) * hop + n_fft // 2 - n
    # Which sample each place of each frame shows; numpy reflects signals of any length.
    places = np.pad(np.arange(n), (n_fft // 2, after), mode="reflect")
    index = hop * np.arange(frames)[:, None] + np.arange(n_fft)
    return jnp.fft.rfft(samples[places[index]] * _window(n_fft), axis=1).T


@functools.partial(jax.jit, static_argnums=(1, 2, 3))
def _istft(spectrum: Spectrum, n_fft: int, hop: int, length: int) -> Float32[Array, " n"]:
    count = spectrum.shape[1]
    window = _window(n_fft)
    frames = jnp.fft.irfft(spectrum.T, n=n_fft, axis=1) * window
    index = hop * np.arange(count)[:, None] + np.arange(n_fft)
    whole = (count - 1) * hop + n_fft
    summed = jnp.zeros(whole, jnp.float32).at[index].add(frames)
    weight = np.zeros(whole, np.float32)
    for first in index[:, 0]:
        weight[first : first + n_fft] += window**2
    inverse = summed / np.where(weight > np.finfo(np.float32).tiny, weight, 1)
    inverse = inverse[n_fft // 2 :][:length]
    return jnp.pad(inverse, (0, length - inverse.shape[0]))
