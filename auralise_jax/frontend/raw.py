"""The front end of networks that see samples: a picture is the waveform itself."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from auralise_jax.device import on_device
from auralise_jax.frontend.axes import Axes
from auralise_jax.frontend.framed import Framed
from auralise_jax.frontend.frontend import OTHERS, Rows, Spectrum


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class RawSpectrum(Spectrum):
    """A spectrum, and the samples that it is of.

    Parameters
    ----------
    samples : array of float32, shape (n,)
        At the front end's rate.
    """

    samples: Float32[Array, " n"]


@functools.partial(
    jax.tree_util.register_dataclass,
    data_fields=[],
    meta_fields=["sample_rate", "duration", "n_fft", "hop_length"],
)
@dataclass(frozen=True)
class Raw(Framed):
    """Samples as they are: pictures are (time,), a column a sample.

    A projection then is itself a waveform: it is heard as it is, sign and all, and takes no phase
    from the source. Panels show the STFT of both.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    duration : float
        Seconds of sound in one picture; of n samples, ``n / sample_rate``.
    n_fft, hop_length : int
        Of the STFT that panels show, in samples; `hop_length` is at most half of `n_fft`.

    Raises
    ------
    ValueError
        If a setting is outside of its range.

    Examples
    --------
    >>> Raw(16_000, 0.5).shape
    (8000,)
    """

    sample_rate: int
    duration: float
    n_fft: int = 512
    hop_length: int = 128

    def __post_init__(self) -> None:
        self._check_frames()
        self._check_duration()

    @property
    def shape(self) -> tuple[int]:
        """Shape (time,) of one picture."""
        return (self.samples,)

    @property
    def axes(self) -> Axes:
        """Seconds of samples; a single row of all frequencies, its centre a quarter of the rate."""
        seconds = np.arange(self.samples) / self.sample_rate
        rate = self.sample_rate
        return Axes("linear", np.array([rate / 4]), seconds, 1 / rate, 1 / rate)

    @property
    def summary(self) -> str:
        """What pictures show, in words."""
        return "samples"

    def floor(self, _spectrum: Spectrum) -> Float32[np.ndarray, "1"]:
        """Return the sample of silence: 0."""
        return np.zeros(1, np.float32)

    def analyse(self, samples: Float[Array | np.ndarray, " n"]) -> RawSpectrum:
        """Return the samples (n,) and their STFT, with a frame past the end."""
        return RawSpectrum(self.stft(samples, tail=1), on_device(samples))

    def picture(self, sound: Spectrum | Float[Array | np.ndarray, " n"]) -> Float32[Array, " time"]:
        """Return the samples of a spectrum, or samples (n,) themselves."""
        if not isinstance(sound, Spectrum):
            return on_device(sound)
        if not isinstance(sound, RawSpectrum):
            raise TypeError(OTHERS)
        return sound.samples

    def to_magnitude(self, picture: Rows, _spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return the magnitudes of the STFT of a picture, which is a waveform."""
        return jnp.abs(self.stft(picture, tail=1))

    def spread(self, rows: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return factors on samples as factors on bins: those at the centres of the frames."""
        bins, frames = spectrum.stft.shape
        centres = np.minimum(np.arange(frames) * self.hop_length, rows.shape[0] - 1)
        return jnp.broadcast_to(on_device(rows)[centres], (bins, frames))
