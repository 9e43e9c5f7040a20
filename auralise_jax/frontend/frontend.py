"""What a front end is: from samples to the picture that a network sees, and back to sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Complex64, Float, Float32, Shaped

from auralise_jax.frontend.axes import Axes

Picture = Float32[Array, "..."]
"""Of shape (freq, time), (freq, time, channels) or (time,)."""
AnyArray = TypeVar("AnyArray", Array, np.ndarray)
Rows = Float32[Array | np.ndarray, "..."]


OTHERS = "the spectrum is of another front end: take the one that analyse returned"
"""What is wrong with a spectrum that lacks what a front end needs."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True, eq=False)
class Spectrum:
    """What a front end knows of a sound: all that it needs to make a picture, and to go back.

    A front end that needs more than this derives a class of its own.

    Parameters
    ----------
    stft : array of complex64, shape (bins, frames)
        The STFT that is inverted to sound. It has one frame more than pictures have columns, past
        the end: all samples then lie between two frame centres, and the inverse of a *changed*
        spectrum stays tame.
    """

    stft: Complex64[Array, "bins frames"]


@runtime_checkable
class AnyFrontend(Protocol):
    """What a model needs of a front end; `Frontend` is one, of the STFT.

    A front end is a pytree and its methods are pure functions. Numbers that may change without a
    new compilation (a gain, a filter bank, means) are its leaves, already where JAX computes;
    settings that shapes follow from are in its structure. It is hashable too.
    """

    @property
    def sample_rate(self) -> int:
        """In hertz, of the samples that come in and of those that come out."""
        ...

    @property
    def duration(self) -> float | None:
        """Seconds of sound in one picture; None for any length."""
        ...

    @property
    def samples(self) -> int:
        """Samples in one picture."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one picture: (freq, time), (freq, time, channels) or, of samples, (time,)."""
        ...

    @property
    def channel(self) -> int | None:
        """Which channel of a picture is inverted to sound; None if there are no channels."""
        ...

    @property
    def axes(self) -> Axes:
        """Hertz of a picture's rows and seconds of its columns."""
        ...

    @property
    def bins(self) -> Axes:
        """Of the magnitudes that are inverted to sound, without the frame past the end."""
        ...

    def fit(self, samples: Shaped[np.ndarray, " n"]) -> Shaped[np.ndarray, " m"]:
        """Return the first window of samples (n,), padded with zeros where they end before."""
        ...

    def windows(self, samples: Shaped[np.ndarray, " n"]) -> Iterator[Shaped[np.ndarray, " m"]]:
        """Yield consecutive windows of samples (n,), each as `fit` makes it."""
        ...

    def analyse(self, samples: Float[Array | np.ndarray, " n"]) -> Spectrum:
        """Return the spectrum of samples (n,)."""
        ...

    def picture(self, sound: Spectrum | Float[Array | np.ndarray, " n"]) -> Picture:
        """Return the picture of a spectrum, or of samples (n,)."""
        ...

    def floor(self, spectrum: Spectrum) -> Float32[np.ndarray | Array, " freq"]:
        """Return the value of silence in the picture of a spectrum, by row.

        It is 0 for magnitudes, negative for decibels, and depends on the spectrum where each
        picture is normalised by its own mean.
        """
        ...

    def to_magnitude(self, picture: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return the magnitudes on the bins of the STFT that a picture stands for.

        `picture` is in the model's own domain, such as a projection that was scaled; `spectrum` is
        the source's, whose fine structure fills rows that are wider than a bin. Its frame past the
        end is as the picture's last column says. A picture equal to `floor` gives zeros, the
        source's own picture the source's magnitudes.
        """
        ...

    def spread(self, rows: Rows, spectrum: Spectrum) -> Float32[Array, "bins frames"]:
        """Return signed factors on the rows of a picture as factors on the bins of the STFT."""
        ...

    def synthesise(
        self,
        magnitude: Float32[Array, "bins frames"],
        spectrum: Spectrum,
        length: int | None = None,
    ) -> Float32[Array, " n"]:
        """Give magnitudes the source's phase and invert them to `length` samples.

        A negative magnitude turns the phase over. Without a length, to as many samples as the
        frames reach: that one is compiled once for all lengths of a clip.
        """
        ...


def channel_of(picture: AnyArray, channel: int | None) -> AnyArray:
    """Return the channel of a picture that is inverted to sound; the picture if it has none.

    Examples
    --------
    >>> channel_of(np.zeros((96, 187, 3)), 0).shape, channel_of(np.zeros((96, 187)), None).shape
    ((96, 187), (96, 187))
    """
    return picture if channel is None or picture.ndim < 3 else picture[..., channel]
