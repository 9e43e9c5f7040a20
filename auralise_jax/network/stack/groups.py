"""A batch taken a few clips at a time, so that what is computed on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array


class Groups:
    """How a batch is cut into groups.

    With several devices every group takes clips of each, so that a batch split over the devices
    stays where it is; the clips of a device are its lane.

    Parameters
    ----------
    batch : int
        Clips in the batch.
    most : int
        Clips in a group, for each device, at most.
    """

    def __init__(self, batch: int, most: int) -> None:
        devices = jax.device_count()
        self.lanes = devices if batch % devices == 0 else 1
        each = batch // self.lanes
        self.size = max(n for n in range(1, max(1, min(most, each)) + 1) if each % n == 0)

    def map(self, function: Callable[[Any], Any], tree: Any) -> Any:
        """Apply `function` group by group and join what it returns."""
        return jax.tree.map(self._join, jax.lax.map(function, jax.tree.map(self._split, tree)))

    def sum(self, function: Callable[[Any], Any], tree: Any) -> Any:
        """Apply `function` group by group and add up what it returns.

        That has the axis ``lane`` first, as `product` makes it: devices add up their own, and only
        at the end each other's.
        """
        split = jax.tree.map(self._split, tree)
        zero = _zeros(function, jax.tree.map(lambda x: x[0], split))

        def add(total: Any, group: Any) -> tuple[Any, None]:
            return jax.tree.map(jnp.add, total, function(group)), None

        return _total(jax.lax.scan(add, zero, split)[0])

    def replace_and_sum(
        self, function: Callable[[Any, Any], tuple[Any, Any]], x: Array, tree: Any
    ) -> tuple[Array, Any]:
        """Replace `x` group by group by the first result of `function`; add up the second.

        Writing over `x` saves a second array of its size, and that its pages be made anew.
        """
        split = self._split(x), jax.tree.map(self._split, tree)
        zero = _zeros(lambda group: function(*group)[1], jax.tree.map(lambda x: x[0], split))

        def step(state: tuple[Array, Any], here: tuple[Array, Any]) -> tuple[Any, None]:
            x, total = state
            number, group = here
            new, part = function(jax.lax.dynamic_index_in_dim(x, number, keepdims=False), group)
            # A write that could come before the last read makes XLA copy all of x, each time.
            last = sum(leaf.reshape(self.lanes, -1)[:, :1] for leaf in jax.tree.leaves(part))
            after = jnp.broadcast_to(0 * last, (self.lanes, self.size))
            new = new + after.reshape(-1, *[1] * (new.ndim - 1))
            x = jax.lax.dynamic_update_index_in_dim(x, new, number, 0)
            return (x, jax.tree.map(jnp.add, total, part)), None

        numbers = jnp.arange(len(split[0]))
        (x, total), _ = jax.lax.scan(step, (split[0], zero), (numbers, split[1]))
        return self._join(x), _total(total)

    def product(self, a: Array, b: Array) -> Array:
        """Multiply ``rows inputs`` transposed by ``rows outputs``: ``lane inputs outputs``."""
        flat = [x.reshape(self.lanes, -1, x.shape[-1]) for x in (a, b)]
        return jnp.einsum("lri,lro->lio", *flat)

    def _split(self, x: Array) -> Array:
        """Reshape ``batch ...`` to ``group clips ...``."""
        if self.lanes == 1:
            return x.reshape(-1, self.size, *x.shape[1:])
        lanes = x.reshape(self.lanes, -1, self.size, *x.shape[1:])
        return jnp.moveaxis(lanes, 1, 0).reshape(-1, self.lanes * self.size, *x.shape[1:])

    def _join(self, x: Array) -> Array:
        if self.lanes == 1:
            return x.reshape(-1, *x.shape[2:])
        lanes = x.reshape(-1, self.lanes, self.size, *x.shape[2:])
        return jnp.moveaxis(lanes, 0, 1).reshape(-1, *x.shape[2:])


def _zeros(function: Callable[[Any], Any], group: Any) -> Any:
    shapes = jax.eval_shape(function, group)
    return jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)


def _total(of_lanes: Any) -> Any:
    return jax.tree.map(lambda x: x.sum(0), of_lanes)
