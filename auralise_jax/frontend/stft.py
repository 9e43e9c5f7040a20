"""The front end: from a waveform to the picture a network sees, and back.

The paper's front end (Choi, Fazekas and Sandler 2016, arXiv:1607.02444) is a magnitude STFT. A
picture is ``(freq, time)``, row 0 = DC. The transforms run in JAX under jit and agree with librosa.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex64, Float, Float32, Shaped

from auralise_jax.choices import one_of
from auralise_jax.device import on_device
from auralise_jax.frontend.windows import starts

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

    def fit(self, samples: Shaped[np.ndarray, " n"]) -> Shaped[np.ndarray, " samples"]:
        """Return the first window of samples (n,), padded with zeros where they end before.

        Examples
        --------
        >>> import numpy as np
        >>> frontend = Frontend(sample_rate=4, n_fft=2, hop_length=1, duration=1.0)
        >>> frontend.fit(np.array([1, 2, 3])).tolist(), frontend.fit(np.arange(9)).tolist()
        ([1, 2, 3, 0], [0, 1, 2, 3])
        """
        window = samples[: self.samples]
        return np.pad(window, (0, self.samples - len(window)))

    def windows(self, samples: Shaped[np.ndarray, " n"]) -> Iterator[Shaped[np.ndarray, " m"]]:
        """Yield consecutive windows of samples (n,), each as `fit` makes it.

        A last window under half length is dropped, unless it is the only one.

        Examples
        --------
        >>> import numpy as np
        >>> frontend = Frontend(sample_rate=4, n_fft=2, hop_length=1, duration=1.0)
        >>> [len(list(frontend.windows(np.ones(n)))) for n in (1, 4, 5, 6, 9)]
        [1, 1, 1, 2, 2]
        """
        for start in starts(len(samples), self.samples):
            yield self.fit(samples[start:])

    def stft(self, samples: Float[Array | np.ndarray, " n"], *, tail: int = 0) -> Spectrum:
        """Transform samples (n,) to a spectrum of ``1 + n // hop_length + tail`` frames.

        With ``tail=1`` one more frame is taken, past the end. All samples then lie between two
        frame centres, and the inverse of a *changed* spectrum stays tame: without it the last
        samples are divided by the window's vanishing edge, and a mask turns them into a burst.
        """
        spectrum, frames = self._stft(samples, tail)
        return _first(spectrum, frames)

    def _stft(self, samples: Float[Array | np.ndarray, " n"], tail: int) -> tuple[Spectrum, int]:
        """Return a spectrum, maybe with more frames than were asked for, and how many were."""
        count = len(samples)
        frames = 1 + count // self.hop_length + tail
        settings = self.n_fft, self.hop_length
        if count == self.samples or isinstance(samples, jax.core.Tracer):
            return _transform(on_device(samples), *settings, frames), frames
        # Sound of any other length has one of a few, or each would be compiled anew, and kept.
        reflected = _reflected(jax.device_get(samples), *settings, frames)
        size = (_few(frames) - 1) * self.hop_length + self.n_fft
        padded = np.pad(reflected, (0, size - len(reflected)))
        return _frames(on_device(padded), *settings), frames

    def istft(self, spectrum: Spectrum, length: int) -> Float32[Array, " n"]:
        """Invert a spectrum to `length` samples by weighted overlap-add (Griffin and Lim 1984)."""
        frames, settings = spectrum.shape[1], (self.n_fft, self.hop_length)
        weight = _weight(frames, *settings)
        if isinstance(spectrum, jax.core.Tracer):
            inverse = _overlap_add(spectrum, jnp.asarray(weight), *settings)[self.n_fft // 2 :]
            return jnp.pad(inverse[:length], (0, max(0, length - len(inverse))))
        more = _few(frames) - frames  # as in `_stft`
        padded = np.pad(jax.device_get(spectrum), ((0, 0), (0, more)))
        weight = np.pad(weight, (0, more * self.hop_length), constant_values=1)
        whole = _overlap_add(jax.device_put(padded), on_device(weight), *settings)
        inverse = jax.device_get(whole)[self.n_fft // 2 :][:length]
        return on_device(np.pad(inverse, (0, length - len(inverse))))

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

    def picture(self, samples: Float[Array | np.ndarray, " n"]) -> Picture:
        """Return the picture (freq, time) of samples (n,) at this front end's rate."""
        spectrum, frames = self._stft(samples, tail=0)
        return _first(self.compress(_magnitude(spectrum)), frames)


def _few(frames: int) -> int:
    return 1 << (frames - 1).bit_length()


def _first(columns: Array, count: int) -> Array:
    """Cut columns off outside of JAX, which would compile that for every number of them."""
    if columns.shape[1] == count:
        return columns
    cut: Array = jax.device_put(jax.device_get(columns)[:, :count])
    return cut


def _window(n_fft: int) -> Float32[np.ndarray, " n_fft"]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


def _reflected(samples: np.ndarray, n_fft: int, hop: int, frames: int) -> np.ndarray:
    """Reflect at both ends, so that `frames` frames are full; numpy does so for any length."""
    after = (frames - 1) * hop + n_fft // 2 - len(samples)
    return np.pad(samples, (n_fft // 2, after), mode="reflect")


@functools.partial(jax.jit, static_argnums=(1, 2, 3))
def _transform(samples: Float32[Array, " n"], n_fft: int, hop: int, frames: int) -> Spectrum:
    places = _reflected(np.arange(samples.shape[0]), n_fft, hop, frames)
    spectrum: Array = _frames(samples[places], n_fft, hop)
    return spectrum


@functools.partial(jax.jit, static_argnums=(1, 2))
def _frames(padded: Float32[Array, " n"], n_fft: int, hop: int) -> Spectrum:
    count = 1 + (padded.shape[0] - n_fft) // hop
    index = hop * np.arange(count)[:, None] + np.arange(n_fft)
    return jnp.fft.rfft(padded[index] * _window(n_fft)[None], axis=1).T


def _weight(count: int, n_fft: int, hop: int) -> Float32[np.ndarray, " n"]:
    """Return what overlap-add divides by: the sum of the squared windows."""
    blocks = -(-n_fft // hop)
    square = np.zeros((blocks, hop), np.float32)
    square.reshape(-1)[:n_fft] = _window(n_fft) ** 2
    weight = np.zeros((count + blocks - 1, hop), np.float32)
    for block in range(blocks)[::-1]:  # a block of all frames at once; the first frame first
        weight[block : block + count] += square[block]
    whole = weight.reshape(-1)[: (count - 1) * hop + n_fft]
    return np.where(whole > np.finfo(np.float32).tiny, whole, np.float32(1))


@functools.partial(jax.jit, static_argnums=(2, 3))
def _overlap_add(
    spectrum: Spectrum, weight: Float32[Array, " n"], n_fft: int, hop: int
) -> Float32[Array, " n"]:
    frames = jnp.fft.irfft(spectrum.T, n=n_fft, axis=1) * _window(n_fft)[None]
    index = hop * np.arange(spectrum.shape[1])[:, None] + np.arange(n_fft)
    return jnp.zeros(weight.shape, jnp.float32).at[index].add(frames) / weight


@jax.jit
def _magnitude(spectrum: Spectrum) -> Picture:
    return jnp.abs(spectrum)


@functools.partial(jax.jit, static_argnums=2)
def _compress(magnitude: Array, gain: Array, logarithm: bool) -> Array:
    return jnp.log1p(gain * magnitude) if logarithm else gain * magnitude


@functools.partial(jax.jit, static_argnums=2)
def _expand(values: Array, gain: Array, logarithm: bool) -> Array:
    return (jnp.expm1(values) if logarithm else values) / gain
