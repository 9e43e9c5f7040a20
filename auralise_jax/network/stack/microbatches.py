"""A batch taken a few clips at a time, so that intermediate results stay in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array


class Microbatches:
    """How a batch is cut into microbatches.

    With several devices every microbatch takes clips of each, so that a batch split over the
    devices stays where it is; the clips of a device are its shard.

    Parameters
    ----------
    batch : int
        Clips in the batch.
    most : int
        Clips in a microbatch, for each device, at most.
    """

    def __init__(self, batch: int, most: int) -> None:
        devices = jax.device_count()
        self.shards = devices if batch % devices == 0 else 1
        shard = batch // self.shards
        self.size = max(n for n in range(1, max(1, min(most, shard)) + 1) if shard % n == 0)

    def map(self, function: Callable[[Any], Any], tree: Any) -> Any:
        """Apply `function` to each microbatch and join the results."""
        return jax.tree.map(self._join, jax.lax.map(function, jax.tree.map(self._split, tree)))

    def sum(self, function: Callable[[Any], Any], tree: Any) -> Any:
        """Apply `function` to each microbatch and add up the results.

        They have the axis ``shards`` first, as `product` makes it: every device adds up its own
        results, and only the totals are added across devices.
        """
        split = jax.tree.map(self._split, tree)
        zero = _zeros(function, jax.tree.map(lambda x: x[0], split))

        def add(total: Any, microbatch: Any) -> tuple[Any, None]:
            return jax.tree.map(jnp.add, total, function(microbatch)), None

        return _total(jax.lax.scan(add, zero, split)[0])

    def replace_and_sum(
        self, function: Callable[[Any, Any], tuple[Any, Any]], x: Array, tree: Any
    ) -> tuple[Array, Any]:
        """Replace each microbatch of `x` by the first result of `function`; add up the second.

        Overwriting `x` saves a second array of its size, and the time for new pages of memory.
        """
        split = self._split(x), jax.tree.map(self._split, tree)
        zero = _zeros(
            lambda microbatch: function(*microbatch)[1], jax.tree.map(lambda x: x[0], split)
        )

        def step(state: tuple[Array, Any], item: tuple[Array, Any]) -> tuple[Any, None]:
            x, total = state
            number, microbatch = item
            new, terms = function(
                jax.lax.dynamic_index_in_dim(x, number, keepdims=False), microbatch
            )
            # A write that could come before the last read makes XLA copy all of x, each time.
            last = sum(leaf.reshape(self.shards, -1)[:, :1] for leaf in jax.tree.leaves(terms))
            after = jnp.broadcast_to(0 * last, (self.shards, self.size))
            new = new + after.reshape(-1, *[1] * (new.ndim - 1))
            x = jax.lax.dynamic_update_index_in_dim(x, new, number, 0)
            return (x, jax.tree.map(jnp.add, total, terms)), None

        numbers = jnp.arange(len(split[0]))
        (x, total), _ = jax.lax.scan(step, (split[0], zero), (numbers, split[1]))
        return self._join(x), _total(total)

    def product(self, a: Array, b: Array) -> Array:
        """Multiply ``rows inputs``, transposed, by ``rows outputs``: ``shards inputs outputs``."""
        flat = [x.reshape(self.shards, -1, x.shape[-1]) for x in (a, b)]
        return jnp.einsum("sri,sro->sio", *flat)

    def _split(self, x: Array) -> Array:
        """Reshape ``batch ...`` to ``microbatches clips ...``."""
        if self.shards == 1:
            return x.reshape(-1, self.size, *x.shape[1:])
        shards = x.reshape(self.shards, -1, self.size, *x.shape[1:])
        return jnp.moveaxis(shards, 1, 0).reshape(-1, self.shards * self.size, *x.shape[1:])

    def _join(self, x: Array) -> Array:
        if self.shards == 1:
            return x.reshape(-1, *x.shape[2:])
        shards = x.reshape(-1, self.shards, self.size, *x.shape[2:])
        return jnp.moveaxis(shards, 0, 1).reshape(-1, *x.shape[2:])


def _zeros(function: Callable[[Any], Any], microbatch: Any) -> Any:
    shapes = jax.eval_shape(function, microbatch)
    return jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)


def _total(per_shard: Any) -> Any:
    return jax.tree.map(lambda x: x.sum(0), per_shard)
