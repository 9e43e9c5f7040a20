"""ReLUs and max-pools in two halves: forward they keep what is needed, backward it is played back.

Kept are, per ReLU, where its input was above zero, and per max-pool its switches. That serves every
rule, so none has to be known on the way forward.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array

from auralise_jax.network.evaluation import At
from auralise_jax.network.patterns import Pool, Rectify
from auralise_jax.network.pooling import search, spread


class Keeping:
    """Forward: values, and what a way back needs."""

    def __init__(self) -> None:
        self.kept: dict[At, Array] = {}

    def relu(self, x: Array, part: Rectify, at: At) -> Array:
        """Rectify, and keep where `x` is above zero."""
        self.kept[at] = x > 0
        return part.values(x)

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Max-pool, and keep the switches."""
        best, self.kept[at] = search(x, part.window)
        return best.reshape(part.shape)


class Replaying:
    """Backward: what was kept, in the place of ReLUs and pools."""

    def __init__(
        self,
        kept: dict[At, Array],
        backward: Callable[[Array, Array], Array],
    ) -> None:
        self.kept = kept
        self.backward = backward

    def relu(self, x: Array, _part: Rectify, at: At) -> Array:
        """Pass `x`, and back by the rule."""
        return _instead(lambda g, positive: self.backward(positive, g), x, x, self.kept[at])

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Pass zeros of the pooled shape, and back by the switches."""
        window, shape = part.window, x.shape
        pooled = jnp.zeros(part.shape, x.dtype)

        def back(g: Array, switches: Array) -> Array:
            return spread(g.reshape(window.pooled(shape)), switches, window, shape)

        return _instead(back, x, pooled, self.kept[at])


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _instead(_back: Callable[[Array, Array], Array], _x: Array, y: Array, _kept: Array) -> Array:
    return y


def _instead_forward(
    _back: Callable[[Array, Array], Array], _x: Array, y: Array, kept: Array
) -> tuple[Array, tuple[Array]]:
    return y, (kept,)


def _instead_backward(
    back: Callable[[Array, Array], Array], kept: tuple[Array], g: Array
) -> tuple[Array | None, ...]:
    return back(g, *kept), None, None


_instead.defvjp(_instead_forward, _instead_backward)
