"""Resynthesis: from a projection back to sound, with the phase of the source.

Two ways. ``"phase"`` is the paper's (Choi, Fazekas and Sandler 2016, arXiv:1607.02444): the
rectified projection replaces the source's magnitude. ``"mask"`` is the authors' 2015 code: the
source's STFT is multiplied by the signed projection.

Where a network sees samples, a projection is itself a waveform. ``"phase"`` then keeps its sign and
its own phase, and scales it to the source's peak; ``"mask"`` multiplies the source's samples.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32

from auralise_jax.audio import Clip
from auralise_jax.device import on_device
from auralise_jax.frontend import AnyFrontend, Spectrum
from auralise_jax.frontend.frontend import channel_of

Resynthesis = Literal["phase", "mask"]
Loudness = Literal["match", "raw"]

RESYNTHESES: tuple[Resynthesis, ...] = get_args(Resynthesis)
LOUDNESSES: tuple[Loudness, ...] = get_args(Loudness)

Picture = Float32[Array, "..."]
"""Of shape (freq, time), (freq, time, channels) or (time,)."""

Inverted: TypeAlias = tuple[
    Float32[Array, " n"],
    Float32[Array, "bins time"],
    tuple[Float32[Array, ""], Float32[Array, ""]],
]


@dataclass(frozen=True, eq=False, repr=False)
class Auralised(Clip):
    """The sound of a projection: a clip that knows how loud it really was.

    Parameters
    ----------
    scale_db : float
        What was added to the projection so that its peak equals the picture's, in the model's own
        domain; 0 for ``"mask"`` and for silence.
    gain_db : float
        What was added to match the source's loudness.
    limited_db : float
        By how much `gain_db` was lowered so that the peak stays under 0.99.
    silent : bool
        True if the feature is silent for this clip.
    note : str
        A plain remark where something could not be done, or empty.
    """

    scale_db: float = 0.0
    gain_db: float = 0.0
    limited_db: float = 0.0
    silent: bool = False
    note: str = ""

    @property
    def level(self) -> str:
        """The loudness gain in words, such as ``+12.3 dB``, and what was held back of it."""
        text = f"{round(self.gain_db, 1) + 0.0:+.1f} dB"  # no minus before a zero
        if round(self.limited_db, 1):
            text += f" ({self.limited_db:.1f} dB held back, or it would clip)"
        return text


class Resynthesised(NamedTuple):
    """What a projection becomes before any loudness gain."""

    samples: Float32[np.ndarray, " n"]
    magnitude: Float32[np.ndarray, "bins time"]
    """What is inverted to sound, compression undone."""
    scale_db: float


def resynthesise(
    projection: Picture | Float32[np.ndarray, "..."],
    picture: Picture,
    spectrum: Spectrum,
    frontend: AnyFrontend,
    length: int,
    resynthesis: Resynthesis,
) -> Resynthesised:
    """Turn a projection into `length` samples and the magnitudes they are made of.

    Picture and spectrum are the source's.
    """
    made = _invert(on_device(projection), picture, spectrum, frontend, resynthesis)
    whole, magnitude, peaks = jax.device_get(made)
    # Cut here: a length that JAX knew of would be compiled anew for every clip.
    samples = np.pad(whole[:length], (0, max(0, length - len(whole))))
    wanted, own = map(float, peaks)
    scaled = resynthesis == "phase" and min(wanted, own) > 0
    scale_db = 20 * (math.log10(wanted) - math.log10(own)) if scaled else 0.0
    return Resynthesised(samples, magnitude, scale_db)


@functools.partial(jax.jit, static_argnames="resynthesis")
def _invert(
    projection: Picture,
    picture: Picture,
    spectrum: Spectrum,
    frontend: AnyFrontend,
    resynthesis: Resynthesis,
) -> Inverted:
    """Return samples, magnitudes, and the peak of the projection after and before scaling."""
    projection, picture = (channel_of(one, frontend.channel) for one in (projection, picture))
    if projection.ndim == 1:
        return _as_waveform(projection, picture, frontend, resynthesis)
    own = projection.max()
    magnitude, wanted = _magnitude(projection, spectrum, frontend, own, picture.max(), resynthesis)
    samples = frontend.synthesise(magnitude, spectrum)
    return samples, jnp.abs(magnitude[:, :-1]), (wanted, own)


@functools.partial(jax.jit, static_argnames="resynthesis")
def invert_piece(
    projection: Float32[Array, "freq time"],
    spectrum: Spectrum,
    frontend: AnyFrontend,
    own: Float32[Array, ""],
    peak: Float32[Array, ""],
    resynthesis: Resynthesis,
) -> tuple[Float32[Array, " n"], Float32[Array, "bins time"], Float32[Array, ""]]:
    """Return samples and magnitudes of a piece of a projection, and its peak after scaling.

    `own` and `peak` are the largest values of the whole projection and of the whole picture.
    """
    magnitude, wanted = _magnitude(projection, spectrum, frontend, own, peak, resynthesis)
    return frontend.synthesise(magnitude, spectrum), jnp.abs(magnitude[:, :-1]), wanted


def _magnitude(
    projection: Float32[Array, "freq time"],
    spectrum: Spectrum,
    frontend: AnyFrontend,
    own: Float32[Array, ""],
    peak: Float32[Array, ""],
    resynthesis: Resynthesis,
) -> tuple[Float32[Array, "bins frames"], Float32[Array, ""]]:
    """Return the magnitudes that are inverted, and the projection's peak after scaling."""
    if resynthesis == "mask":
        return frontend.spread(projection, spectrum) * jnp.abs(spectrum.stft), own
    floor = jnp.asarray(frontend.floor(spectrum))[:, None]
    # One after the other: what is faint would make the ratio of both overflow.
    share = jnp.maximum(projection, 0) / jnp.where(own > 0, own, 1)
    above = share * (peak - floor)
    return frontend.to_magnitude(floor + above, spectrum), above.max()


def _as_waveform(
    projection: Float32[Array, " n"],
    picture: Float32[Array, " n"],
    frontend: AnyFrontend,
    resynthesis: Resynthesis,
) -> Inverted:
    """Return the same of a projection to samples: it is a waveform, with a phase of its own."""
    own = jnp.abs(projection).max()
    if resynthesis == "mask":
        samples, wanted = projection * picture, own
    else:
        wanted = jnp.where(own > 0, jnp.abs(picture).max(), 0)
        samples = projection / jnp.where(own > 0, own, 1) * wanted
    magnitude = jnp.abs(frontend.analyse(samples).stft)
    return samples, magnitude[:, :-1], (wanted, own)
