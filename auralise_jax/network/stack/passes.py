"""The two halves of listening: forward once per clip, backward at each slider move.

The forward pass keeps, per block, what any backward rule will ask for. The backward pass takes that
pytree with layer and rule static and the feature traced, so that moving a slider does not compile.
Deconvolution as in Zeiler and Fergus 2013, applied to music by Choi, Fazekas and Sandler 2016
(arXiv:1607.02444).
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32, UInt8

from auralise_jax.device import on_device
from auralise_jax.network.network import Feature, Seed
from auralise_jax.network.pooling import pool_with_switches, unpool
from auralise_jax.network.rules import Rule, RuleName, as_rule, relu_backward
from auralise_jax.network.stack.blocks import block, is_faster
from auralise_jax.network.stack.convolution import convolve, convolve_back

# A leading underscore: sizes differ from block to block, so they are not compared.
Kernel = Float32[Array, "_freq _time _inputs _outputs"]
Bias = Float32[Array, " _outputs"]
Picture = Float32[Array, "freq time"]


class Block(NamedTuple):
    """Results of a block (convolution, ReLU, max-pool) that the backward pass needs."""

    maps: Float32[Array, "pooled_freq pooled_time features"]
    """Maps after ReLU and pooling."""
    switches: UInt8[Array, "pooled_freq pooled_time features"]
    """Place of each window's first maximum, row-major."""


@functools.partial(jax.jit, static_argnames=("pool",))
def forward(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    picture: Picture,
    *,
    pool: tuple[int, int],
) -> tuple[Block, ...]:
    """Run all convolution blocks on one picture and keep what the way back needs."""
    x = picture[..., None]
    blocks = []
    for kernel, bias in zip(kernels, biases, strict=True):
        x, switches = pool_with_switches(
            jnp.maximum(convolve(x, kernel) + bias[None, None], 0), pool
        )
        blocks.append(Block(x, switches))
    return tuple(blocks)


@functools.partial(jax.jit, static_argnames=("layer", "rule", "pool", "shape"))
def backward(
    kernels: tuple[Kernel, ...],
    blocks: tuple[Block, ...],
    seed: Seed,
    *,
    layer: int,
    rule: RuleName | Rule,
    pool: tuple[int, int],
    shape: tuple[int, int],
) -> Picture:
    """Bring a seed of a layer (from 1) back to the picture, of `shape`; the result is signed.

    A feature seeded with its own map after pooling is projected, and by the gradient rule gets the
    gradient of half the map's squared sum. On a seed that is one feature the top kernel is sliced.
    On a CPU a whole layer is best projected by a plain loop: under `jax.vmap` it was measured 1.5
    to 4 times slower there, since its matrix products leave XLA's fast path.
    """
    known = as_rule(rule)
    if known.needs_input:
        raise ValueError(
            f"rule {known.name!r} needs the input of the ReLUs, which is not kept; use aj.with_rule"
        )
    top, kernel = blocks[layer - 1], kernels[layer - 1]
    if isinstance(seed, Feature):

        def own(x: Array) -> Array:
            return jax.lax.dynamic_slice_in_dim(x, seed.index, 1, axis=-1)

        top, kernel = jax.tree.map(own, top), own(kernel)
        g = top.maps if seed.map is None else seed.map[..., None]
    else:
        g = seed.maps
    way = [(top, kernel)]
    way += zip(blocks[: layer - 1][::-1], kernels[: layer - 1][::-1], strict=True)
    shapes = [one.maps.shape[:2] for one in blocks[: layer - 1][::-1]] + [shape]
    for (there, weights), (freq, time) in zip(way, shapes, strict=True):
        # Unpooling only fills in zeros, so the rule can act before it, on a quarter of the places;
        # where a switch points, the input of ReLU was positive just if the pooled value is.
        g = relu_backward(known, there.maps > 0, g)
        g = convolve_back(unpool(g, there.switches, pool, (freq, time)), weights)
    return g[..., 0]


def maps_of(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    pictures: Float32[np.ndarray, "batch freq time"],
    *,
    pool: tuple[int, int],
) -> tuple[Float32[np.ndarray, "batch _freq _time _features"], ...]:
    """Return every block's maps of many pictures, by the forms that training uses.

    Several times as fast as `forward`, from which it differs by rounding, some 3e-6 of the peak.
    """
    count = len(pictures)
    padded = np.pad(pictures, [(0, _few(count) - count), (0, 0), (0, 0)])
    maps = jax.device_get(_maps_of(kernels, biases, on_device(padded), pool=pool))
    return tuple(one[:count] for one in maps)


def _few(count: int) -> int:
    """Round a number of pictures up to one of few values, since each value is compiled for."""
    step = 1 << max(0, count.bit_length() - 4)
    return -(-count // step) * step


@functools.partial(jax.jit, static_argnames=("pool",))
def _maps_of(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    pictures: Float32[Array, "batch freq time"],
    *,
    pool: tuple[int, int],
) -> tuple[Float32[Array, "batch _freq _time _features"], ...]:
    x = pictures[..., None]
    maps = []
    for kernel, bias in zip(kernels, biases, strict=True):
        x = fast_block(x, kernel, bias, pool)
        maps.append(x)
    return tuple(maps)


def fast_block(
    x: Float32[Array, "batch _freq _time _inputs"],
    kernel: Kernel,
    bias: Bias,
    pool: tuple[int, int],
) -> Float32[Array, "batch _pooled_freq _pooled_time _outputs"]:
    """Return one block's maps by the form that is fastest here; see `maps_of`."""
    if is_faster(x, (kernel.shape[0], kernel.shape[1]), pool):
        return block(x, kernel, bias)
    convolved = jax.vmap(convolve, in_axes=(0, None))(x, kernel)
    return pool_with_switches(jnp.maximum(convolved + bias[None, None, None], 0), pool)[0]
