"""Front ends whose rows are sums over the bins of an STFT: what they hold, and the way back.

From a picture to sound, a bin of the STFT keeps the source's fine structure at the levels that the
rows say: it is multiplied by the mean, over the rows that hold it, of what they shall hold over
what they held. So the source's own picture gives back the source's magnitudes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex64, Float, Float32

from auralise_jax.choices import one_of
from auralise_jax.device import on_device
from auralise_jax.frontend.domain import Domain, Scaling, Values
from auralise_jax.frontend.framed import PAD_MODES, Framed, PadMode
from auralise_jax.frontend.frontend import OTHERS, Picture, Rows, Spectrum, channel_of
from auralise_jax.frontend.transform import first, stft

Kind = TypeVar("Kind", bound="Banked")

Stft = Complex64[Array, "_bins frames"]
"""Of one channel."""

EMPTY = 1e-30
"""A row that holds less holds nothing: float32 has no ratio to it."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class RowSpectrum(Spectrum):
    """A spectrum, and what the rows of a filter bank hold of it.

    Parameters
    ----------
    rows : array of float32, shape (freq, frames) or (freq, frames, channels)
        Before compression, with the frame past the end.
    scaling : Scaling
        Where the model's domain lies for this sound.
    """

    rows: Float32[Array, "freq frames *channels"]
    scaling: Scaling


@dataclass(frozen=True, eq=False)
class Banked(Framed, Domain):
    """A filter bank over an STFT: what `LogMel` and others share.

    It is a pytree: its gain, its filter bank, and means and deviations of rows are leaves.
    """

    sample_rate: int
    n_fft: int
    hop_length: int
    duration: float = field(default=None, kw_only=True)  # type: ignore[assignment]
    frames: int | None = field(default=None, kw_only=True)
    pad_mode: PadMode = field(default="constant", kw_only=True)

    @property
    def longest(self) -> int:
        """Samples that one column sees, in the channel that sees most."""
        return max(self.n_ffts)

    def _check_length(self) -> None:
        """Raise ValueError if the length of pictures is not given, or is outside of its range."""
        one_of("pad_mode", self.pad_mode, PAD_MODES)
        if self.frames is not None:
            self._set_whole("frames")
            if not 1 <= self.frames <= 600 * self.sample_rate // self.hop_length:
                raise ValueError(f"frames must be 1 or more, of at most 600 s, not {self.frames!r}")
            seconds = self.frames * self.hop_length / self.sample_rate
            if self.duration not in (None, seconds):
                raise ValueError("give duration or frames, not both")
            self._set("duration", seconds)
        if self.duration is None:
            raise ValueError("give the length of a picture: duration in seconds, or frames")
        self._check_duration()

    @functools.cached_property
    def banks(self) -> tuple[Float32[np.ndarray, "freq _bins"], ...]:
        """How much of each bin a row holds, for each channel of a picture."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one picture: (freq, time), or (freq, time, channels)."""
        size = len(self.banks[0]), self.columns(self.samples)
        return size if self.channel is None else (*size, len(self.banks))

    @property
    def channel(self) -> int | None:
        """Which channel is inverted to sound; None if pictures have no channels."""
        return None

    @property
    def n_ffts(self) -> tuple[int, ...]:
        """Samples in a frame, for each channel of a picture."""
        return (self.n_fft,)

    @property
    def _in_words(self) -> str:
        n_ffts = " and ".join(map(str, self.n_ffts))
        return f"{self.compression}, n_fft {n_ffts}, hop {self.hop_length}"

    def columns(self, count: int) -> int:
        """Return how many columns a picture of `count` samples has.

        librosa's number; where `frames` is given, a column for each hop that is begun.
        """
        return super().columns(count) if self.frames is None else -(-count // self.hop_length)

    def analyse(self, samples: Float[Array | np.ndarray, " n"]) -> RowSpectrum:
        """Return the spectrum of samples (n,), and what the rows hold of it."""
        frames = self.columns(len(samples)) + 1
        usual, mode = self.samples, self.pad_mode
        stfts = (
            stft(samples, n_fft, self.hop_length, frames, usual=usual, mode=mode)
            for n_fft in self.n_ffts
        )
        return known(self, [first(one, frames) for one in stfts])

    def picture(self, sound: Spectrum | Float[Array | np.ndarray, " n"]) -> Picture:
        """Return the picture of a spectrum, or of samples (n,), at this rate."""
        if not isinstance(sound, Spectrum):
            sound = self.analyse(sound)
        picture: Picture = _picture(self, _own(sound))
        return picture

    def floor(self, spectrum: Spectrum) -> Float32[Array, " freq"]:
        """Return the value of silence in the picture of a spectrum, by row."""
        return jnp.broadcast_to(_own(spectrum).scaling.floor[:, 0], self.shape[:1])

    def to_magnitude(self, picture: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return the magnitudes of bins that a picture stands for; see `AnyFrontend`."""
        own = _own(spectrum)
        rows = channel_of(own.rows, self.channel)
        wanted = self._held(
            _lasting(channel_of(on_device(picture), self.channel), own), own.scaling
        )
        is_empty = rows < EMPTY
        share = self._on_bins(jnp.where(is_empty, 0, wanted / jnp.where(is_empty, 1, rows)))
        return jnp.abs(own.stft) * (jnp.sqrt(share) if self.power == 2 else share)

    def spread(self, rows: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return factors on rows as factors on bins: the mean of the rows that hold a bin."""
        return self._on_bins(_lasting(channel_of(on_device(rows), self.channel), spectrum))

    def _on_bins(self, rows: Float32[Array, "freq frames"]) -> Float32[Array, "bins frames"]:
        bank = self._sent[-1][self.channel or 0]
        weight = bank.sum(axis=0)[:, None]
        summed = jnp.matmul(bank.T, rows, precision="highest")
        return summed / jnp.where(weight > 0, weight, 1)

    @functools.cached_property
    def _sent(self) -> tuple[Any, ...]:
        """The leaves, where JAX computes; kept, so they must not belong to a trace."""
        with jax.ensure_compile_time_eval():
            return tuple(_send(getattr(self, name)) for name in _LEAVES)

    @functools.cached_property
    def _settings(self) -> tuple[Any, ...]:
        return tuple(getattr(self, one.name) for one in fields(self) if one.name not in _LEAVES)

    @functools.cached_property
    def _identity(self) -> tuple[Any, ...]:
        leaves = b".".join(np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(self._sent))
        return type(self), self._settings, hashlib.sha256(leaves).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Banked) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


_LEAVES = ("gain", "mean", "std", "banks")


def register(kind: type[Kind]) -> type[Kind]:
    """Make JAX know a kind of `Banked` as a pytree; a class decorator."""
    names = [one.name for one in fields(kind) if one.name not in _LEAVES]

    def joined(settings: tuple[Any, ...], leaves: tuple[Any, ...]) -> Kind:
        made = object.__new__(kind)  # the checks are for numbers, not for what is traced
        made.__dict__.update(zip((*names, *_LEAVES), (*settings, *leaves), strict=True))
        return made

    jax.tree_util.register_pytree_node(kind, lambda one: (one._sent, one._settings), joined)
    return kind


def known(frontend: Banked, stfts: Sequence[Stft]) -> RowSpectrum:
    """Return the spectrum of STFTs, one a channel, that have a frame past the end."""
    rows, scaling = _rows(frontend, stfts)
    return RowSpectrum(stfts[frontend.channel or 0], rows, scaling)


@jax.jit
def _rows(frontend: Banked, stfts: Sequence[Stft]) -> tuple[Values, Scaling]:
    channels = []
    for bank, one in zip(frontend.banks, stfts, strict=True):
        level = jnp.abs(one)
        level = level**2 if frontend.power == 2 else level
        channels.append(jnp.matmul(bank, level, precision="highest"))
    rows = channels[0] if frontend.channel is None else jnp.stack(channels, axis=-1)
    return rows, frontend._scaling_of(rows[:, :-1])


@jax.jit
def _picture(frontend: Banked, spectrum: RowSpectrum) -> Values:
    return frontend._values(spectrum.rows[:, :-1], spectrum.scaling)


def _own(spectrum: Spectrum) -> RowSpectrum:
    if not isinstance(spectrum, RowSpectrum):
        raise TypeError(OTHERS)
    return spectrum


def _lasting(
    rows: Float32[Array, "freq time"], spectrum: Spectrum
) -> Float32[Array, "freq frames"]:
    """Let the last column last on, past the end."""
    more = spectrum.stft.shape[1] - rows.shape[1]
    return jnp.pad(rows, ((0, 0), (0, more)), mode="edge")


def _send(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_send, value))
    return on_device(value) if isinstance(value, (float, np.ndarray)) else value
