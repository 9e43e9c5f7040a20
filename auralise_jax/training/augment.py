"""Augmentation: changes to a recording that leave its genre as it is.

Level and tone change before the front end's compression, as by a mixing desk; mixup and SpecAugment
change the picture. All run under jit, for a whole batch at once, from one key.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int16, PRNGKeyArray

from auralise_jax.corpus.cache import FULL_SCALE
from auralise_jax.frontend import Frontend

Pictures = Float[Array, "batch freq time"]
Targets = Float[Array, "batch classes"]


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

    def __post_init__(self) -> None:
        for name in ("shift", "tone_db", "mixup"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)!r}")
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


NO_AUGMENTATION = Augmentation(0.0, (0.0, 0.0), 0.0, 0.0, (0, 0.0), (0, 0.0))


def pictures(
    samples: Int16[Array, "batch n"],
    frontend: Frontend,
    augmentation: Augmentation = NO_AUGMENTATION,
    key: PRNGKeyArray | None = None,
) -> Pictures:
    """Return the pictures of cached clips; with a key, their level and tone are changed."""
    sound = samples.astype(jnp.float32) / FULL_SCALE
    magnitude = jnp.abs(jax.vmap(frontend.stft)(sound))
    if key is not None:
        level_key, tone_key = jax.random.split(key)
        low, high = augmentation.gain_db
        level_db = jax.random.uniform(level_key, (len(samples), 1), minval=low, maxval=high)
        knots = _knots(frontend)
        curve_db = augmentation.tone_db * jax.random.normal(tone_key, (len(samples), len(knots)))
        magnitude *= (10 ** ((level_db + curve_db @ knots) / 20))[..., None]
    return frontend.compress(magnitude)


def _knots(frontend: Frontend) -> Float[np.ndarray, "knots freq"]:
    """Return the weights of a tone curve's knots on each bin: triangles over octaves from 43 Hz."""
    hz = frontend.bins.hz
    lowest = max(43.0, hz[1])
    octave = np.log2(np.maximum(hz, lowest) / lowest)
    places = np.arange(1 + int(np.ceil(octave[-1])))
    hats: Float[np.ndarray, "knots freq"] = np.maximum(0, 1 - np.abs(octave - places[:, None]))
    return hats.astype(np.float32)


def mix_up(
    pictures: Pictures, targets: Targets, strength: float, key: PRNGKeyArray
) -> tuple[Pictures, Targets]:
    """Mix each picture, and its target, with the previous picture of the batch and its target.

    Batches are shuffled, so the previous picture is of any clip; the larger share goes to the
    picture itself, so that the largest entry of `targets` stays the largest.
    """
    if strength == 0:
        return pictures, targets
    share = jax.random.beta(key, strength, strength, (len(pictures),))
    share = jnp.maximum(share, 1 - share)
    kept, rest = share[:, None], 1 - share[:, None]
    mixed = kept[..., None] * pictures + rest[..., None] * jnp.roll(pictures, 1, axis=0)
    return mixed, kept * targets + rest * jnp.roll(targets, 1, axis=0)


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
