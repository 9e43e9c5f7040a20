"""Front ends that the laws are tested on: those of the package, and two that show what may come."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import librosa
import numpy as np

from auralise_jax.frontend import AnyFrontend, Axes, Frontend, LogFrequency, LogMel, Raw, Spectrum
from auralise_jax.frontend.banked import Banked, known
from auralise_jax.frontend.frontend import channel_of

SMALL = Frontend(sample_rate=8000, n_fft=64, hop_length=16, duration=0.1)
LOG = dataclasses.replace(SMALL, compression="log1p", gain=30.0)


@functools.partial(jax.tree_util.register_dataclass, data_fields=[], meta_fields=["bands"])
@dataclasses.dataclass(frozen=True)
class MelDecibels:
    """Powers of mel bands in dB, not below -80; silence is no zero, and rows are no bins."""

    bands: int = 12

    sample_rate = SMALL.sample_rate
    duration = SMALL.duration
    samples = SMALL.samples
    bins = SMALL.bins
    fit = staticmethod(SMALL.fit)
    windows = staticmethod(SMALL.windows)
    analyse = staticmethod(SMALL.analyse)
    synthesise = staticmethod(SMALL.synthesise)
    channel = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.bands, SMALL.shape[1]

    @property
    def axes(self) -> Axes:
        hz = librosa.mel_frequencies(self.bands + 2, fmax=4000.0)[1:-1]
        return Axes("mel", hz, self.bins.seconds, self.bins.hop, self.bins.window)

    def floor(self, _spectrum: Spectrum) -> np.ndarray:
        return np.full(self.bands, -80, np.float32)

    @property
    def bank(self) -> np.ndarray:
        return librosa.filters.mel(sr=8000, n_fft=64, n_mels=self.bands, norm=None)

    def powers(self, spectrum: Spectrum) -> jax.Array:
        return self.bank @ jnp.abs(spectrum.stft) ** 2

    def picture(self, sound: Spectrum | np.ndarray) -> jax.Array:
        spectrum = sound if isinstance(sound, Spectrum) else self.analyse(sound)
        return 10 * jnp.log10(jnp.maximum(self.powers(spectrum)[:, :-1], 1e-8))

    def to_magnitude(self, picture: jax.Array, spectrum: Spectrum) -> jax.Array:
        wide = jnp.pad(picture, ((0, 0), (0, 1)), mode="edge")
        wanted = jnp.where(wide > -80, 10 ** (wide / 10), 0)
        own = self.powers(spectrum)
        ratio = jnp.where(own > 0, wanted / jnp.where(own > 0, own, 1), 0)
        return jnp.abs(spectrum.stft) * jnp.sqrt(self._shared(ratio))

    def spread(self, rows: jax.Array, _spectrum: Spectrum) -> jax.Array:
        return self._shared(jnp.pad(rows, ((0, 0), (0, 1)), mode="edge"))

    def _shared(self, rows: jax.Array) -> jax.Array:
        weight = self.bank.sum(axis=0)[:, None]
        return (self.bank.T @ rows) / np.where(weight > 0, weight, 1)


def small_mel(**settings: object) -> LogMel:
    """Return a mel front end of 0.1 s at 8 kHz."""
    return LogMel(8000, 64, 16, 12, **({"duration": 0.1} | settings))


def small_log(*n_ffts: int, **settings: object) -> LogFrequency:
    """Return a front end of 0.1 s at 8 kHz, with rows of a third of an octave or a bin."""
    hz = 125 * 2 ** (np.arange(15) / 3)
    banks = []
    for n_fft in n_ffts:
        bins = np.fft.rfftfreq(n_fft, 1 / 8000)
        apart = np.abs(bins - hz[:, None]) / np.maximum(hz[:, None] / 3, 8000 / n_fft)
        banks.append(np.maximum(1 - apart, 0))
    return LogFrequency(8000, 64, 16, hz, banks, **({"duration": 0.1} | settings))


FRONTENDS: dict[str, AnyFrontend] = {
    "linear": SMALL,
    "log1p": LOG,
    "mel decibels": MelDecibels(),
    "log-mel log10": LogMel(
        16_000, 128, 64, 24, frames=31, compression="log10", gain=1e4, pad_mode="reflect"
    ),
    "log-mel db": small_mel(compression="db", ref="max", top_db=60, fmax=3000),
    "log-mel amplitude db": small_mel(compression="db", power=1, norm=None, htk=True),
    "log-mel log": small_mel(compression="log", mean=np.linspace(-3, 2, 12), std=np.full(12, 2.5)),
    "log-mel of one picture": small_mel(power=1, normalise="picture", fmin=20.0, duration=0.2),
    "log-frequency": small_log(64, compression="db"),
    "log-frequency of three": small_log(
        32, 64, 128, power=1, compression="log", amin=1e-8, duration=None, frames=50
    ),
    "raw": Raw(8000, 0.1, 64, 16),
}


def seen(frontend: AnyFrontend, magnitude: np.ndarray) -> np.ndarray:
    """Return the picture of magnitudes (bins, time)."""
    stft = np.pad(magnitude, ((0, 0), (0, 1))) + np.complex64(0)
    if not isinstance(frontend, Banked):
        return np.asarray(frontend.picture(Spectrum(stft)))
    # Channels that are not inverted are not looked at.
    stfts = [
        stft if n_fft == frontend.n_fft else np.zeros((n_fft // 2 + 1, stft.shape[1]), np.complex64)
        for n_fft in frontend.n_ffts
    ]
    spectrum = known(frontend, jax.device_put(stfts))
    return np.asarray(channel_of(frontend.picture(spectrum), frontend.channel))
