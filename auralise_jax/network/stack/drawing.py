"""Random weights for the paper's CNN, the same on every machine."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32

from auralise_jax.device import check_device
from auralise_jax.network.weights import CUT, Draw, keys_of, one_generator


@functools.lru_cache(4)  # 6 MB each for the paper's network
def draw_tensors(
    shapes: tuple[tuple[str, tuple[int, ...]], ...], seed: int
) -> Mapping[str, Float32[np.ndarray, "..."]]:
    """Return tensors that nobody can write to: kernels by He's normal initialisation, biases 0."""
    check_device()
    largest = max(math.prod(shape) for _, shape in shapes)
    drawing = plan_tensors(shapes, seed)
    tensors = {}
    with one_generator():
        for name, shape in shapes:
            if name in drawing:
                tensors[name] = _he_normal(drawing[name], shape, largest)
            else:
                tensors[name] = np.zeros(shape, np.float32)
            tensors[name].flags.writeable = False
    return tensors


def plan_tensors(shapes: tuple[tuple[str, tuple[int, ...]], ...], seed: int) -> Mapping[str, Draw]:
    """Return how `draw_tensors` makes each kernel, by name; biases are 0."""
    keys = keys_of(seed, len(shapes))
    return {
        name: Draw(key, np.sqrt(np.float32(2 / math.prod(shape[:-1]))) / np.float32(CUT))
        for (name, shape), key in zip(shapes, keys, strict=True)
        if len(shape) > 1
    }


def _he_normal(how: Draw, shape: tuple[int, ...], largest: int) -> Float32[np.ndarray, "..."]:
    """Return what `jax.nn.initializers.he_normal` draws, without compiling for every shape.

    A number drawn depends on its key and its place alone, see `one_generator`: so the first ones of
    `largest` are the ones that are asked for.
    """
    drawn = np.asarray(_draw(how.key, largest))[: math.prod(shape)]
    kernel: Float32[np.ndarray, "..."] = drawn.reshape(shape) * how.scale
    return kernel


@functools.partial(jax.jit, static_argnums=1)
def _draw(key: Array, count: int) -> Float32[Array, " count"]:
    return jax.random.truncated_normal(key, -2.0, 2.0, (count,), jnp.float32)
