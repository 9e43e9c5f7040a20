"""Augmentation: what may change in a recording without changing its genre.

Level and tone before the front end's compression, as a mixing desk would change them; then mixup
and SpecAugment on the picture. All in JAX under jit, for a whole batch at once, from one key.
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
        Crops start up to this many clip lengths earlier or later.
    gain_db : (float, float)
        Range of the level, in dB.
    tone_db : float
        Standard deviation, in dB, of a random tone curve of one knot an octave.
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
    """Return the pictures of cached clips, changed in level and tone if there is a key."""
    sound = samples.astype(jnp.float32) / FULL_SCALE
    magnitude = jnp.abs(jax.vmap(frontend.stft)(sound))
    if key is not None:
        of_level, of_tone = jax.random.split(key)
        low, high = augmentation.gain_db
        level_db = jax.random.uniform(of_level, (len(samples), 1), minval=low, maxval=high)
        knots = _knots(frontend)
        curve_db = augmentation.tone_db * jax.random.normal(of_tone, (len(samples), len(knots)))
        magnitude *= (10 ** ((level_db + curve_db @ knots) / 20))[..., None]
    return frontend.compress(magnitude)


def _knots(frontend: Frontend) -> Float[np.ndarray, "knots freq"]:
    """Return what each knot of a tone curve adds to each row: hats over octaves from 43 Hz."""
    lowest = max(43.0, frontend.frequencies[1])
    octave = np.log2(np.maximum(frontend.frequencies, lowest) / lowest)
    places = np.arange(1 + int(np.ceil(octave[-1])))
    hats: Float[np.ndarray, "knots freq"] = np.maximum(0, 1 - np.abs(octave - places[:, None]))
    return hats.astype(np.float32)


def mix_up(
    pictures: Pictures, targets: Targets, strength: float, key: PRNGKeyArray
) -> tuple[Pictures, Targets]:
    """Blend each picture, and what it should be called, with the one before it in the batch.

    Batches are shuffled, so the neighbour is any clip; the larger share stays with the picture's
    own, so that `targets` keeps its largest entry.
    """
    if strength == 0:
        return pictures, targets
    share = jax.random.beta(key, strength, strength, (len(pictures),))
    share = jnp.maximum(share, 1 - share)
    own, other = share[:, None], 1 - share[:, None]
    mixed = own[..., None] * pictures + other[..., None] * jnp.roll(pictures, 1, axis=0)
    return mixed, own * targets + other * jnp.roll(targets, 1, axis=0)


def mask(pictures: Pictures, augmentation: Augmentation, key: PRNGKeyArray) -> Pictures:
    """Silence some bands of frames and of rows, drawn anew for each picture."""
    batch, freq, time = pictures.shape
    for axis, (count, widest), size in (
        (1, augmentation.freq_masks, freq),
        (2, augmentation.time_masks, time),
    ):
        for number in range(count):
            here = jax.random.fold_in(key, 100 * axis + number)
            hidden = _band(here, batch, size, widest)
            pictures = jnp.where(jnp.expand_dims(hidden, 3 - axis), 0, pictures)
    return pictures


def _band(key: PRNGKeyArray, batch: int, size: int, widest: float) -> Array:
    of_width, of_start = jax.random.split(key)
    width = jax.random.uniform(of_width, (batch, 1)) * widest * size
    start = jax.random.uniform(of_start, (batch, 1)) * (size - width)
    places = jnp.arange(size)
    return (places >= start) & (places < start + width)
