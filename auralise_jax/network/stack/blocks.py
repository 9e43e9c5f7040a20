"""A block (convolution, ReLU, max-pool) as training wants it: values and gradients, fast on a CPU.

The plain form writes the maps before pooling to memory, four times the size of its result, and
comes back through all of them. With a 3 x 3 kernel and a 2 x 2 pool, a tile of Winograd's
F(4 x 4, 3 x 3) is just four pooling windows: their results are compared at once and never written.
Each window keeps one byte, the switch, or `OFF` where the ReLU was off. All this is done in
microbatches of a few clips, so that their tiles stay in the cache. Measured on two cores at batch
32, a training step of the paper's network takes 0.4 of the time.

Switches mean the same as in `pooling`, but the only backward rule here is the gradient: where the
ReLU was off nothing goes back, whatever the switch.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt8

from auralise_jax.network.pooling import pool_with_switches, unpool
from auralise_jax.network.stack import pictures
from auralise_jax.network.stack.microbatches import Microbatches
from auralise_jax.network.stack.winograd import F4, interleave, transform_both

OFF = 4
"""Stands for a switch where none of the four results was above zero: no gradient passes."""

MAX_WINDOWS = 5504
"""Pooling windows of a microbatch: with 64 maps, their transformed tiles take 13 MB."""

MIN_WINDOWS = 400
"""Pooling windows of a clip from which tiles are faster than XLA's convolution."""

Maps = Float[Array, "batch freq time inputs"]
Pooled = Float[Array, "batch pooled_freq pooled_time outputs"]
Codes = UInt8[Array, "batch pooled_freq pooled_time outputs"]
Kernel = Float[Array, "3 3 inputs outputs"]
Bias = Float[Array, " outputs"]


def is_faster(x: Array, kernel_size: tuple[int, int], pool: tuple[int, int]) -> bool:
    """Return whether `block` can replace the plain form, and saves time on a CPU."""
    large = (x.shape[1] // 2) * (x.shape[2] // 2) >= MIN_WINDOWS
    return large and (kernel_size, pool) == ((3, 3), (2, 2))


@jax.custom_vjp
def block(x: Maps, kernel: Kernel, bias: Bias) -> Pooled:
    """Convolve ('same', zeros around), add the bias, rectify, max-pool by 2 x 2.

    Rows and columns left over at the end are dropped, as `pooling.max_pool` does.
    """
    return _forward(x, kernel, bias)[0]


def _forward(x: Maps, kernel: Kernel, bias: Bias) -> tuple[Pooled, tuple[Maps, Kernel, Codes]]:
    # On other devices than a CPU the plain form is faster.
    best, codes = jax.lax.platform_dependent(
        x, kernel, bias, cpu=_forward_by_tiles, default=_forward_plainly
    )
    return best, (x, kernel, codes)


def _forward_plainly(x: Maps, kernel: Kernel, bias: Bias) -> tuple[Pooled, Codes]:
    best, codes = pool_with_switches(_convolve(x, kernel), (2, 2))
    best = best + bias.reshape(*[1] * (best.ndim - 1), -1)
    return jnp.maximum(best, 0), jnp.where(best > 0, codes, jnp.uint8(OFF))


def _convolve(x: Maps, kernel: Kernel) -> Float[Array, "batch freq time outputs"]:
    return jax.lax.conv_general_dilated(
        x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def _forward_by_tiles(x: Maps, kernel: Kernel, bias: Bias) -> tuple[Pooled, Codes]:
    if x.shape[-1] == 1:
        return _pool(pictures.results(x[..., 0], kernel[:, :, 0]), bias)
    weights = transform_both(F4.G, list(kernel))
    freq, time = x.shape[1] // 2, x.shape[2] // 2

    def forward(x: Array) -> list[Array]:
        products = [
            [tile @ weight for tile, weight in zip(*row, strict=True)]
            for row in zip(F4.cut(x, F4.tiling(2 * freq, 2 * time)), weights, strict=True)
        ]
        results = transform_both(F4.A_T, products)
        windows = [
            [_pool([*upper[n : n + 2], *lower[n : n + 2]], bias) for n in range(0, F4.tile, 2)]
            for upper, lower in zip(results[::2], results[1::2], strict=True)
        ]
        pooled = interleave([[best for best, _ in row] for row in windows])
        codes = interleave([[codes for _, codes in row] for row in windows])
        return [maps[..., :freq, :time, :] for maps in (pooled, codes)]

    pooled, codes = _microbatches(x).map(forward, x)
    return pooled, codes


def _backward(saved: tuple[Maps, Kernel, Codes], g: Pooled) -> tuple[Maps, Kernel, Bias]:
    gradients: tuple[Maps, Kernel, Bias] = jax.lax.platform_dependent(
        *saved, g, cpu=_backward_by_tiles, default=_backward_plainly
    )
    return gradients


def _backward_plainly(
    x: Maps, kernel: Kernel, codes: Codes, g: Pooled
) -> tuple[Maps, Kernel, Bias]:
    # OFF is no place of a window, so nothing passes there.
    unpooled = unpool(g, codes, (2, 2), (x.shape[1], x.shape[2]))
    x_grad, kernel_grad = jax.vjp(_convolve, x, kernel)[1](unpooled)
    return x_grad, kernel_grad, jnp.where(codes < OFF, g, 0).sum((0, 1, 2))


def _backward_by_tiles(
    x: Maps, kernel: Kernel, codes: Codes, g: Pooled
) -> tuple[Maps, Kernel, Bias]:
    microbatches = _microbatches(x)
    if x.shape[-1] == 1:

        def picture_grads(microbatch: tuple[Array, Array, Array]) -> tuple[Array, Array]:
            x, codes, g = microbatch
            windows = pictures.windows_of(x)
            return pictures.gradients([microbatches.product(windows, n) for n in _unpool(codes, g)])

        kernel_grad, bias_grad = microbatches.sum(picture_grads, (x[..., 0], codes, g))
        return _picture_grad(x, kernel, codes, g), kernel_grad[:, :, None], bias_grad
    weights = [[weight.T for weight in row] for row in transform_both(F4.G, list(kernel))]
    tiles = F4.tiling(2 * g.shape[1], 2 * g.shape[2])

    def backward(x: Array, rest: tuple[Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        codes, g = rest
        product_grads = transform_both(F4.A_T.T, _result_grads(codes, g, tiles))
        weight_grads = [
            jnp.stack([microbatches.product(*pair) for pair in zip(*row, strict=True)], axis=1)
            for row in zip(F4.cut(x, tiles), product_grads, strict=True)
        ]
        tile_grads = [
            [product_grad @ weight for product_grad, weight in zip(*row, strict=True)]
            for row in zip(product_grads, weights, strict=True)
        ]
        bias_grad = (
            jnp.where(codes < OFF, g, 0).reshape(microbatches.shards, -1, g.shape[-1]).sum(1)
        )
        x_grad = F4.cut_back(tile_grads, (x.shape[-3], x.shape[-2]))
        return x_grad, (jnp.stack(weight_grads, 1), bias_grad)

    x_grad, (weight_grads, bias_grad) = microbatches.replace_and_sum(backward, x, (codes, g))
    kernel_grad = transform_both(F4.G.T, list(weight_grads))
    return x_grad, jnp.stack([jnp.stack(row) for row in kernel_grad]), bias_grad


block.defvjp(_forward, _backward)


def _microbatches(x: Maps) -> Microbatches:
    # Pictures need little memory on the way, so more of them fit.
    windows = (4 if x.shape[-1] == 1 else 1) * MAX_WINDOWS
    return Microbatches(len(x), windows // max(1, (x.shape[1] // 2) * (x.shape[2] // 2)))


def _pool(results: Sequence[Array], bias: Bias) -> tuple[Array, Array]:
    """Return the largest of a window's four results, rectified, and its code."""
    best, codes = results[0], jnp.zeros(results[0].shape, jnp.uint8)
    for place, result in enumerate(results[1:], start=1):
        # Strictly greater: on a tie the first place keeps the switch.
        codes = jnp.where(result > best, jnp.uint8(place), codes)
        best = jnp.maximum(result, best)
    best = best + bias.reshape(*[1] * (best.ndim - 1), -1)
    return jnp.maximum(best, 0), jnp.where(best > 0, codes, jnp.uint8(OFF))


def _unpool(codes: Array, g: Array) -> list[Array]:
    """Return the gradients of a window's four results."""
    return [jnp.where(codes == place, g, 0) for place in range(4)]


def _result_grads(codes: Array, g: Array, tiles: tuple[int, int]) -> list[list[Array]]:
    """Return the gradients of every tile's results."""
    per_tile = F4.tile // 2
    margins = [(0, 0)] * (g.ndim - 3)
    margins += [(0, n * per_tile - m) for n, m in zip(tiles, g.shape[-3:-1], strict=True)]
    codes, g = (jnp.pad(array, [*margins, (0, 0)]) for array in (codes, g))
    rows: list[list[Array]] = []
    for i in range(per_tile):
        upper: list[Array] = []
        lower: list[Array] = []
        for j in range(per_tile):
            window = (..., slice(i, None, per_tile), slice(j, None, per_tile), slice(None))
            cells = _unpool(codes[window], g[window])
            upper += cells[:2]
            lower += cells[2:]
        rows += [upper, lower]
    return rows


def _picture_grad(x: Maps, kernel: Kernel, codes: Codes, g: Pooled) -> Maps:
    """Return the pictures' gradient; training does not use it, and XLA leaves it out."""
    unpooled = unpool(g, codes, (2, 2), (x.shape[1], x.shape[2]))  # OFF is no place of a window
    flipped = kernel[::-1, ::-1].swapaxes(2, 3)
    return _convolve(unpooled, flipped)
