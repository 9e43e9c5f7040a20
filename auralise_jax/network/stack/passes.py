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
from auralise_jax.network.edits import Edit
from auralise_jax.network.network import Feature, Seed
from auralise_jax.network.pooling import pool_with_switches, unpool
from auralise_jax.network.rules import Rule, RuleName, as_rule, relu_backward
from auralise_jax.network.stack.blocks import block, is_faster
from auralise_jax.network.stack.convolution import convolve, convolve_back

# A leading underscore: sizes differ from block to block, so they are not compared.
Kernel = Float32[Array, "_freq _time _inputs _outputs"]
Bias = Float32[Array, " _outputs"]
Picture = Float32[Array, "freq time"]
Below = Float32[Array, "..."]
"""What a block sees: maps, or the picture, which has no axis for its one map."""
Head = tuple[tuple[Float32[Array, "_inputs _outputs"], Float32[Array, " _outputs"]], ...]


class Block(NamedTuple):
    """Results of a block (convolution, ReLU, max-pool) that the backward pass needs."""

    maps: Float32[Array, "pooled_freq pooled_time features"]
    """Maps after ReLU and pooling."""
    switches: UInt8[Array, "pooled_freq pooled_time features"]
    """Place of each window's first maximum, row-major."""
    edit: Edit | None = None
    """What happened to the maps on their way up; None: nothing."""


@functools.partial(jax.jit, static_argnames=("pool",))
def forward(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    picture: Picture,
    edits: tuple[Edit, ...] | None = None,
    *,
    pool: tuple[int, int],
) -> tuple[Block, ...]:
    """Run all convolution blocks on one picture and keep what the way back needs."""
    x = picture[..., None]
    blocks = []
    for kernel, bias, edit in zip(kernels, biases, edits or [None] * len(kernels), strict=True):
        x, switches = pool_with_switches(
            jnp.maximum(convolve(x, kernel) + bias[None, None], 0), pool
        )
        blocks.append(Block(x, switches, edit))
        x = x if edit is None else edit.of(x)
    return tuple(blocks)


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

    What comes back to an edited block from above is multiplied by its edit's scale.
    A feature seeded with its own map after pooling is projected, and by the gradient rule gets the
    gradient of half the map's squared sum. On a seed that is one feature the top kernel is sliced.
    On a CPU a whole layer is best projected by a plain loop: under `jax.vmap` it was measured 1.5
    to 4 times slower there, since its matrix products leave XLA's fast path.

    Every block is compiled by itself: all layers above it share what is compiled.
    """
    known = as_rule(rule)
    if known.needs_input:
        raise ValueError(
            f"rule {known.name!r} needs the input of the ReLUs, which is not kept; use aj.with_rule"
        )
    shapes = [shape, *(one.maps.shape for one in blocks)]
    *below, (kernel, block, top) = zip(kernels[:layer], blocks[:layer], shapes[:layer], strict=True)
    g: Below = _from_top(kernel, block, seed, rule=rule, pool=pool, shape=top)
    for kernel, block, there in reversed(below):
        g = _down(kernel, block, g, rule=rule, pool=pool, shape=there)
    return g


_compiled = functools.partial(jax.jit, static_argnames=("rule", "pool", "shape"))


@_compiled
def _from_top(
    kernel: Kernel,
    block: Block,
    seed: Seed,
    *,
    rule: RuleName | Rule,
    pool: tuple[int, int],
    shape: tuple[int, ...],
) -> Below:
    """Bring a seed of a block back to what the block saw, of `shape`; its edit does nothing."""
    maps, switches = block.maps, block.switches
    if isinstance(seed, Feature):

        def own(x: Array) -> Array:
            return jax.lax.dynamic_slice_in_dim(x, seed.index, 1, axis=-1)

        maps, switches, kernel = own(maps), own(switches), own(kernel)
        g = maps if seed.map is None else seed.map[..., None]
    else:
        g = seed.maps
    return _through(kernel, Block(maps, switches), g, rule, pool, shape)


@_compiled
def _down(
    kernel: Kernel,
    block: Block,
    g: Float32[Array, "pooled_freq pooled_time features"],
    *,
    rule: RuleName | Rule,
    pool: tuple[int, int],
    shape: tuple[int, ...],
) -> Below:
    """Bring what comes from above back to what a block saw, of `shape`."""
    if block.edit is not None:
        g = g * block.edit.scale[None, None]
    return _through(kernel, block, g, rule, pool, shape)


def _through(
    kernel: Kernel,
    block: Block,
    g: Float32[Array, "pooled_freq pooled_time features"],
    rule: RuleName | Rule,
    pool: tuple[int, int],
    shape: tuple[int, ...],
) -> Below:
    """Bring what comes back to a block through its pool, its ReLU and its convolution."""
    # Unpooling only fills in zeros, so the rule can act before it, on a quarter of the places;
    # where a switch points, the input of ReLU was positive just if the pooled value is.
    g = relu_backward(rule, block.maps > 0, g)
    back = convolve_back(unpool(g, block.switches, pool, (shape[0], shape[1])), kernel)
    return back.reshape(shape)


def maps_of(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    pictures: Float32[np.ndarray, "batch freq time"],
    edits: tuple[Edit, ...] | None = None,
    *,
    pool: tuple[int, int],
) -> tuple[Float32[np.ndarray, "batch _freq _time _features"], ...]:
    """Return every block's maps of many pictures, by the forms that training uses.

    Several times as fast as `forward`, from which it differs by rounding, some 3e-6 of the peak.
    """
    count = len(pictures)
    padded = np.pad(pictures, [(0, _few(count) - count), (0, 0), (0, 0)])
    maps = jax.device_get(_maps_of(kernels, biases, on_device(padded), edits, pool=pool))
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
    edits: tuple[Edit, ...] | None,
    *,
    pool: tuple[int, int],
) -> tuple[Float32[Array, "batch _freq _time _features"], ...]:
    with jax.default_matmul_precision("highest"):  # on a GPU, less is the default
        return _run(kernels, biases, pictures, edits, pool)[0]


@functools.partial(jax.jit, static_argnames=("pool",))
def scores_of(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    head: Head,
    pictures: Float32[Array, "batch freq time"],
    edits: tuple[Edit, ...],
    *,
    pool: tuple[int, int],
) -> Float32[Array, "batch outputs"]:
    """Return the scores of many pictures under edits.

    Parameters
    ----------
    kernels, biases, pool
        Of the blocks.
    head : tuple of (kernel, bias)
        Of the dense layers.
    pictures : array
        The pictures.
    edits : tuple of Edit
        Of every block.
    """
    with jax.default_matmul_precision("highest"):  # what an edit changes may be little
        x = _run(kernels, biases, pictures, edits, pool)[1]
        x = x.reshape(len(x), -1)
        for number, (kernel, bias) in enumerate(head, start=1):
            x = x @ kernel + bias[None]
            x = jnp.maximum(x, 0) if number < len(head) else x
    return x


def _run(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    pictures: Float32[Array, "batch freq time"],
    edits: tuple[Edit, ...] | None,
    pool: tuple[int, int],
) -> tuple[tuple[Float32[Array, "batch _freq _time _features"], ...], Float32[Array, "..."]]:
    """Return every block's maps, and what passes up from the last."""
    x = pictures[..., None]
    maps = []
    for kernel, bias, edit in zip(kernels, biases, edits or [None] * len(kernels), strict=True):
        x = fast_block(x, kernel, bias, pool)
        maps.append(x)
        x = x if edit is None else edit.of(x)
    return tuple(maps), x


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
