"""The front end: from a waveform to the picture a network sees, and back.

The paper's front end (Choi, Fazekas and Sandler 2016, arXiv:1607.02444) is a magnitude STFT. A
picture is ``(freq, time)``, row 0 = DC. The transforms run in JAX under jit and agree with librosa.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32, Shaped

from auralise_jax.choices import one_of
from auralise_jax.device import on_device
from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.frontend import Picture, Rows, Spectrum
from auralise_jax.frontend.transform import Stft, few_columns, first, istft, stft, with_phase
from auralise_jax.frontend.windows import starts

Compression = Literal["linear", "log1p"]


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

    @property
    def axes(self) -> Axes:
        """Hertz of rows and seconds of columns; frames are centred, the first on sample 0."""
        hop = self.hop_length / self.sample_rate
        seconds = np.arange(self.shape[1]) * self.hop_length / self.sample_rate
        return Axes("linear", self.frequencies, seconds, hop, self.n_fft / self.sample_rate)

    @property
    def bins(self) -> Axes:
        """As `axes`: rows of a picture are the bins of the STFT."""
        return self.axes

    @property
    def floor(self) -> Float32[np.ndarray, " freq"]:
        """The picture of silence, by row: zeros."""
        return np.zeros(self.shape[0], np.float32)

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

    def stft(self, samples: Float[Array | np.ndarray, " n"], *, tail: int = 0) -> Stft:
        """Transform samples (n,) to an STFT of ``1 + n // hop_length + tail`` frames.

        With ``tail=1`` one more frame is taken, past the end. All samples then lie between two
        frame centres, and the inverse of a *changed* spectrum stays tame: without it the last
        samples are divided by the window's vanishing edge, and a mask turns them into a burst.
        """
        frames = self._frames(samples, tail)
        return first(self._stft(samples, frames), frames)

    def _frames(self, samples: Float[Array | np.ndarray, " n"], tail: int) -> int:
        return 1 + len(samples) // self.hop_length + tail

    def _stft(self, samples: Float[Array | np.ndarray, " n"], frames: int) -> Stft:
        """Return an STFT, maybe with more frames than were asked for."""
        return stft(samples, self.n_fft, self.hop_length, frames, usual=self.samples)

    def istft(self, spectrum: Stft, length: int) -> Float32[Array, " n"]:
        """Invert an STFT to `length` samples by weighted overlap-add (Griffin and Lim 1984)."""
        return istft(spectrum, self.n_fft, self.hop_length, length)

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
            frames = self._frames(sound, tail=0)
            spectrum = self._stft(sound, frames)
        return first(self.compress(_magnitude(spectrum)), frames)

    def to_magnitude(self, picture: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return magnitudes from values of the picture; see `AnyFrontend`."""
        return self.expand(self.spread(picture, spectrum))

    def spread(self, rows: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return factors on rows as factors on bins: rows are bins, the last column lasts on."""
        tail = spectrum.stft.shape[1] - rows.shape[1]
        return jnp.pad(on_device(rows), ((0, 0), (0, tail)), mode="edge")

    def synthesise(
        self,
        magnitude: Float32[Array, "bins frames"],
        spectrum: Spectrum,
        length: int | None = None,
    ) -> Float32[Array, " n"]:
        """Give magnitudes the source's phase and invert them; see `AnyFrontend`."""
        if length is None:
            length = (magnitude.shape[1] - 1) * self.hop_length + self.n_fft // 2
        return self.istft(with_phase(magnitude, spectrum.stft), length)


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


@jax.jit
def _magnitude(spectrum: Stft) -> Picture:
    return jnp.abs(spectrum)


@functools.partial(jax.jit, static_argnums=2)
def _compress(magnitude: Array, gain: Array, logarithm: bool) -> Array:
    return jnp.log1p(gain * magnitude) if logarithm else gain * magnitude


@functools.partial(jax.jit, static_argnums=2)
def _expand(values: Array, gain: Array, logarithm: bool) -> Array:
    return (jnp.expm1(values) if logarithm else values) / gain
