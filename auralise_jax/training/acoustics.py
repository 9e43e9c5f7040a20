"""What happens to the magnitudes of a batch of clips on their way: speed, pitch, a room, a filter.

Pure functions of arrays, without chance; `augment` draws their numbers.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Magnitudes = Float[Array, "batch freq time"]
Each = Float[Array, " batch"]
"""One number per clip."""


def stretched(magnitude: Float[Array, "batch freq more"], speed: Each, frames: int) -> Magnitudes:
    """Play clips at other speeds: frame t of the result is frame ``speed * t``, interpolated.

    Pitch stays, since rows stay. Beyond the last frame there is silence.
    """
    return _resampled(magnitude, speed[:, None] * jnp.arange(frames)[None], 2)


def transposed(magnitude: Magnitudes, ratio: Each) -> Magnitudes:
    """Multiply all frequencies by a ratio: row f of the result is row ``f / ratio``, interpolated.

    Speed stays, since frames stay. Above the highest row there is silence.
    """
    return _resampled(magnitude, jnp.arange(magnitude.shape[1])[None] / ratio[:, None], 1)


def reverberated(magnitude: Magnitudes, decay: Each, share: Each) -> Magnitudes:
    """Give clips a tail: a share of their power goes on, falling by `decay` (0 to 1) a frame.

    The envelope of a room's late response (Polack 1988; Moorer 1979), without its fine structure.
    A steady sound ends up as loud as it was, and no sound begins earlier.
    """
    frames = jnp.arange(magnitude.shape[2])
    age = frames[None] - frames[:, None]
    fallen = decay[:, None, None] ** jnp.maximum(age, 0)[None]
    smear = jnp.where(age[None] >= 0, (1 - decay)[:, None, None] * fallen, 0)
    power = magnitude**2
    part = share[:, None, None]
    return jnp.sqrt((1 - part) * power + part * jnp.einsum("bfs,bst->bft", power, smear))


def low_pass_gains(
    hertz: Float[Array, " freq"], corner: Each, order: Each
) -> Float[Array, "batch freq"]:
    """Return the gains of low-pass filters: flat, -3 dB at `corner`, then -6 `order` dB an octave.

    A Butterworth filter's magnitude; the order need not be whole.
    """
    octaves = (hertz[None] / corner[:, None]) ** (2 * order[:, None])
    return (1 + octaves) ** -0.5


def _resampled(values: Magnitudes, places: Float[Array, "batch n"], axis: int) -> Magnitudes:
    """Interpolate between the entries along an axis; those beyond its end are zeros."""
    below = jnp.floor(places).astype(jnp.int32)
    between = jnp.expand_dims(places - below, 3 - axis)

    def taken(index: Array) -> Array:
        def one(value: Array, index: Array) -> Array:
            return jnp.take(value, index, axis=axis - 1, mode="fill", fill_value=0)

        return jax.vmap(one)(values, index)

    return (1 - between) * taken(below) + between * taken(below + 1)
