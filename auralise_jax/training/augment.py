"""Augmentation: changes to a recording that leave its genre as it is.

Speed, pitch, room, level, tone and bandwidth change before the front end's compression, as they do
on the way from players to a file; mixup and SpecAugment change the picture. All run under jit, for
a whole batch at once, from one key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int16, PRNGKeyArray

from auralise_jax.corpus.cache import FULL_SCALE
from auralise_jax.frontend import Frontend
from auralise_jax.training.acoustics import (
    low_pass_gains,
    reverberated,
    stretched,
    transposed,
)

Pictures = Float[Array, "batch freq time"]
Targets = Float[Array, "batch classes"]

_DECAY = 0.15, 1.5
"""Seconds in which a random room's tail falls by 60 dB."""
_WET = 0.6
"""Largest share of a clip's power that a random room lets go on."""
_LOWEST_CORNER = 0.2
"""Lowest corner of a random low-pass, as a part of the highest frequency."""
_ORDER = 0.5, 8.0
"""Of a random low-pass: 3 to 48 dB an octave."""


@dataclass(frozen=True)
class Augmentation:
    """How much to change; zeros change nothing.

    Parameters
    ----------
    shift : float
        Crops start up to so many clip lengths earlier or later.
    gain_db : (float, float)
        Range of the level, in dB.
    tone_db : float
        Standard deviation, in dB, of a random tone curve with a knot per octave.
    mixup : float
        Both parameters of the beta distribution that mixes each picture with another (Zhang et
        al. 2018, arXiv:1710.09412).
    time_masks, freq_masks : (int, float)
        How many masks, and the widest as a fraction of the picture (SpecAugment; Park et al. 2019,
        arXiv:1904.08779, without time warping).
    stretch : float
        Clips play up to this share faster or slower, 0 to 0.5; their pitch stays.
    pitch : float
        Clips are transposed up or down by up to so many semitones, 0 to 24; their speed stays (as
        vocal tract length perturbation, Jaitly and Hinton 2013, with a straight line for a warp).
    room : float
        Chance, 0 to 1, of a reverberant tail: up to 0.6 of the power goes on and falls by 60 dB in
        0.15 to 1.5 s.
    low_pass : float
        Chance, 0 to 1, of a low-pass with its corner from a fifth of the highest frequency
        upwards, and 3 to 48 dB an octave.

    Raises
    ------
    ValueError
        If a value lies outside its range.
    """

    shift: float = 0.5
    gain_db: tuple[float, float] = (-24.0, 6.0)
    tone_db: float = 4.0
    mixup: float = 0.2
    time_masks: tuple[int, float] = (2, 0.1)
    freq_masks: tuple[int, float] = (2, 0.1)
    stretch: float = 0.08
    pitch: float = 2.0
    room: float = 0.3
    low_pass: float = 0.3

    def __post_init__(self) -> None:
        for name in ("shift", "tone_db", "mixup"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)!r}")
        for name, most in (("stretch", 0.5), ("pitch", 24), ("room", 1), ("low_pass", 1)):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be 0 to {most}, not {getattr(self, name)!r}")
        low, high = self.gain_db
        if not -np.inf < low <= high < np.inf:
            raise ValueError(f"gain_db must be (lowest, highest) in dB, not {self.gain_db!r}")
        for name in ("time_masks", "freq_masks"):
            count, widest = getattr(self, name)
            if not (count >= 0 and 0 <= widest < 1):
                raise ValueError(
                    f"{name} must be (how many, widest from 0 to below 1), "
                    f"not {getattr(self, name)!r}"
                )

    def samples(self, frontend: Frontend) -> int:
        """Return how many samples a clip must have, so that it fills a picture at any speed.

        Examples
        --------
        >>> from auralise_jax import Frontend
        >>> NO_AUGMENTATION.samples(Frontend()), Augmentation(stretch=0.08).samples(Frontend())
        (44100, 47616)
        """
        last = math.ceil((1 + self.stretch) * (frontend.shape[1] - 1))
        return max(frontend.samples, last * frontend.hop_length)


NO_AUGMENTATION = Augmentation(
    0.0, (0.0, 0.0), 0.0, 0.0, (0, 0.0), (0, 0.0), stretch=0.0, pitch=0.0, room=0.0, low_pass=0.0
)


def pictures(
    samples: Int16[Array, "batch n"],
    frontend: Frontend,
    augmentation: Augmentation = NO_AUGMENTATION,
    key: PRNGKeyArray | None = None,
) -> Pictures:
    """Return the pictures of cached clips; with a key, they are changed as by players and a desk.

    Augmented clips have ``augmentation.samples(frontend)`` samples.
    """
    sound = samples.astype(jnp.float32) / FULL_SCALE
    magnitude = jnp.abs(jax.vmap(frontend.stft)(sound))
    if key is not None:
        level_key, tone_key, way_key = jax.random.split(key, 3)
        magnitude = _played(magnitude, frontend, augmentation, way_key)
        low, high = augmentation.gain_db
        level_db = jax.random.uniform(level_key, (len(samples), 1), minval=low, maxval=high)
        knots = _knots(frontend)
        curve_db = augmentation.tone_db * jax.random.normal(tone_key, (len(samples), len(knots)))
        magnitude *= (10 ** ((level_db + curve_db @ knots) / 20))[..., None]
    return frontend.compress(magnitude)


def _played(
    magnitude: Pictures, frontend: Frontend, augmentation: Augmentation, key: PRNGKeyArray
) -> Pictures:
    """Change speed and pitch, and put a room and a dull channel between players and desk."""
    count = len(magnitude)

    def draw(number: int, low: float, high: float) -> Array:
        uniform = jax.random.uniform(jax.random.fold_in(key, number), (count,))
        return low + (high - low) * uniform

    if augmentation.stretch:
        speed = draw(0, 1 - augmentation.stretch, 1 + augmentation.stretch)
        magnitude = stretched(magnitude, speed, frontend.shape[1])
    if augmentation.pitch:
        magnitude = transposed(
            magnitude, 2 ** (draw(1, -augmentation.pitch, augmentation.pitch) / 12)
        )
    if augmentation.room:
        seconds = jnp.exp(draw(2, *map(math.log, _DECAY)))
        decay = 10 ** (-6 * frontend.hop_length / frontend.sample_rate / seconds)
        share = jnp.where(draw(3, 0, 1) < augmentation.room, draw(4, 0, _WET), 0)
        magnitude = reverberated(magnitude, decay, share)
    if augmentation.low_pass:
        hertz = frontend.bins.hz.astype(np.float32)
        corner = hertz[-1] * jnp.exp(draw(5, math.log(_LOWEST_CORNER), 0))
        order = jnp.exp(draw(6, *map(math.log, _ORDER)))
        gains = low_pass_gains(jnp.asarray(hertz), corner, order)
        is_dull = draw(7, 0, 1) < augmentation.low_pass
        magnitude *= jnp.where(is_dull[:, None], gains, 1)[..., None]
    return magnitude


def _knots(frontend: Frontend) -> Float[np.ndarray, "knots freq"]:
    """Return the weights of a tone curve's knots on each bin: triangles over octaves from 43 Hz."""
    hz = frontend.bins.hz
    lowest = max(43.0, hz[1])
    octave = np.log2(np.maximum(hz, lowest) / lowest)
    places = np.arange(1 + int(np.ceil(octave[-1])))
    hats: Float[np.ndarray, "knots freq"] = np.maximum(0, 1 - np.abs(octave - places[:, None]))
    return hats.astype(np.float32)


def mix_up(
    pictures: Pictures,
    targets: Targets,
    strength: float,
    key: PRNGKeyArray,
    clips: int | None = None,
) -> tuple[Pictures, Targets]:
    """Mix each picture, and its target, with the previous picture of the batch and its target.

    Batches are shuffled, so the previous picture is of any clip; the larger share goes to the
    picture itself, so that the largest entry of `targets` stays the largest. Only the first `clips`
    pictures are mixed, by default all.
    """
    if strength == 0:
        return pictures, targets
    share = jax.random.beta(key, strength, strength, (len(pictures),))
    share = jnp.maximum(share, 1 - share)
    kept, rest = share[:, None], 1 - share[:, None]
    partner = np.arange(len(pictures))  # not slices that are joined: XLA is slow at those
    partner[:clips] = np.roll(partner[:clips], 1)
    mixed = kept[..., None] * pictures + rest[..., None] * pictures[partner]
    return mixed, kept * targets + rest * targets[partner]


def mask(pictures: Pictures, augmentation: Augmentation, key: PRNGKeyArray) -> Pictures:
    """Silence bands of frames and of rows, drawn for each picture."""
    batch, freq, time = pictures.shape
    for axis, (count, widest), size in (
        (1, augmentation.freq_masks, freq),
        (2, augmentation.time_masks, time),
    ):
        for number in range(count):
            mask_key = jax.random.fold_in(key, 100 * axis + number)
            is_hidden = _band(mask_key, batch, size, widest)
            pictures = jnp.where(jnp.expand_dims(is_hidden, 3 - axis), 0, pictures)
    return pictures


def _band(key: PRNGKeyArray, batch: int, size: int, widest: float) -> Array:
    width_key, start_key = jax.random.split(key)
    width = jax.random.uniform(width_key, (batch, 1)) * widest * size
    start = jax.random.uniform(start_key, (batch, 1)) * (size - width)
    places = jnp.arange(size)
    return (places >= start) & (places < start + width)
