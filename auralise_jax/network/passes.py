"""The two halves of listening: forward once per clip, backward at each slider move.

The forward pass keeps, per block, what any backward rule will ask for. The backward pass takes that
pytree with layer and rule static and the features traced, so that moving a slider never
compiles.
Deconvolution as in Zeiler and Fergus 2013, applied to music by Choi, Fazekas and Sandler 2016
(arXiv:1607.02444).
"""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Float32, Int, UInt8

from auralise_jax.network.rules import Rule, pool_with_switches, relu_backward, unpool

Position = Literal["all", "strongest"]

POSITIONS: tuple[Position, ...] = get_args(Position)

# A leading underscore: sizes differ from block to block, so they are not compared.
Kernel = Float32[Array, "_freq _time _inputs _outputs"]
Bias = Float32[Array, " _outputs"]
Picture = Float32[Array, "freq time"]


class Block(NamedTuple):
    """What one block (convolution, ReLU, max-pool) leaves behind for the way back."""

    maps: Float32[Array, "pooled_freq pooled_time features"]
    """After ReLU and pooling."""
    positive: Bool[Array, "freq time features"]
    """Where the convolution's result is above zero."""
    switches: UInt8[Array, "pooled_freq pooled_time features"]
    """Place of each window's first maximum, row-major."""


def convolve(
    x: Float[Array, "freq time inputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time outputs"]:
    """Convolve maps with a kernel, zero padding to the same size.

    With one channel on either side a matrix product beats XLA's CPU convolution three- to
    eightfold, and so does its transpose, which is all the backward pass uses.
    """
    high, wide, inputs, outputs = kernel.shape
    freq, time = x.shape[:2]
    margin = [((n - 1) // 2, n // 2) for n in (high, wide)]
    shifts = [(i, j) for i in range(high) for j in range(wide)]
    if inputs == 1:
        padded = jnp.pad(x[..., 0], margin)
        patches = jnp.stack([padded[i : i + freq, j : j + time] for i, j in shifts], axis=-1)
        return patches @ kernel.reshape(high * wide, outputs)
    if outputs == 1:
        taps = x @ kernel.reshape(high * wide, inputs).T
        padded = jnp.pad(taps, [*margin, (0, 0)])
        parts = [padded[i : i + freq, j : j + time, n] for n, (i, j) in enumerate(shifts)]
        return sum(parts[1:], parts[0])[..., None]
    return jax.lax.conv_general_dilated(
        x[None], kernel, (1, 1), margin, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )[0]


def convolve_back(
    g: Float[Array, "freq time outputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time inputs"]:
    """Apply the adjoint of `convolve`, which JAX derives."""
    like = jnp.zeros((*g.shape[:2], kernel.shape[2]), g.dtype)  # only its shape is used
    (x,) = jax.linear_transpose(lambda x: convolve(x, kernel), like)(g)
    return cast(Array, x)


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
        before = convolve(x, kernel) + bias
        x, switches = pool_with_switches(jnp.maximum(before, 0), pool)
        blocks.append(Block(x, before > 0, switches))
    return tuple(blocks)


@functools.partial(jax.jit, static_argnames=("layer", "rule", "position", "pool"))
def backward(
    kernels: tuple[Kernel, ...],
    blocks: tuple[Block, ...],
    feature: Int[Array, ""] | np.integer | int,
    *,
    layer: int,
    rule: Rule,
    position: Position,
    pool: tuple[int, int],
) -> Picture:
    """Project a feature (from 0) of a layer (from 1) back to the picture; the result is signed.

    Seeded with the feature's own map after pooling, so that the gradient rule is the gradient of
    half the map's squared sum. The top kernel is sliced to the one feature. A whole layer is best
    projected by a plain loop: on a CPU, batching features under vmap was measured 1.5 to 4 times
    slower, since the batched matrix products leave XLA's fast path.
    """

    def own(x: Array) -> Array:
        return jax.lax.dynamic_slice_in_dim(x, feature, 1, axis=-1)

    top: Block = jax.tree.map(own, blocks[layer - 1])
    g = top.maps
    if position == "strongest":
        g = jnp.zeros(g.size, g.dtype).at[jnp.argmax(g)].set(g.max()).reshape(g.shape)
    way = [(top, own(kernels[layer - 1]))]
    way += zip(blocks[: layer - 1][::-1], kernels[: layer - 1][::-1], strict=True)
    for block, kernel in way:
        freq, time, _ = block.positive.shape
        g = unpool(g, block.switches, pool, (freq, time))
        g = convolve_back(relu_backward(rule, block.positive, g), kernel)
    return g[..., 0]
