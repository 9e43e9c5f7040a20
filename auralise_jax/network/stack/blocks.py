"""A block (convolution, ReLU, max-pool) as training wants it: values and gradients, fast on a CPU.

The plain form writes the maps before pooling to memory, four times the size of its result, and
comes back through all of them. With a 3 x 3 kernel and a 2 x 2 pool, a tile of Winograd's
convolution is just four pooling windows: their results are compared at once and never written.
Kept per window is one byte, the switch, or `OFF` where ReLU was off. All this for a few clips at a
time, so that their tiles stay in the cache. Measured on two cores at batch 32, a training step of
the paper's network takes 0.4 of the time.

Switches mean the same as in `pooling`, but only the gradient is offered: where ReLU was off it
sends nothing back, whatever the switch.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt8

from auralise_jax.network.pooling import pool_with_switches, unpool
from auralise_jax.network.stack import pictures
from auralise_jax.network.stack.groups import Groups
from auralise_jax.network.stack.winograd import (
    GATHER,
    TILE,
    WEIGH,
    combine_both,
    interleave,
    tiles_back,
    tiles_of,
    tiling,
)

OFF = 4
"""Instead of a switch: none of the four results was above zero, so no gradient passes."""

WINDOWS = 5504
"""Pooling windows in a group, at most: with 64 maps, the forms of their tiles take 13 MB."""

WORTH = 400
"""Pooling windows of a clip from which tiles are faster than XLA's convolution."""

Maps = Float[Array, "batch freq time inputs"]
Pooled = Float[Array, "batch pooled_freq pooled_time outputs"]
Codes = UInt8[Array, "batch pooled_freq pooled_time outputs"]
Kernel = Float[Array, "3 3 inputs outputs"]
Bias = Float[Array, " outputs"]


def is_faster(x: Array, kernel_size: tuple[int, int], pool: tuple[int, int]) -> bool:
    """Tell whether `block` can stand for the plain form, and saves time on a CPU."""
    large = (x.shape[1] // 2) * (x.shape[2] // 2) >= WORTH
    return large and (kernel_size, pool) == ((3, 3), (2, 2))


@jax.custom_vjp
def block(x: Maps, kernel: Kernel, bias: Bias) -> Pooled:
    """Convolve ('same', zeros around), add the bias, rectify, max-pool by 2 x 2.

    Rows and columns left over at the end are dropped, as `pooling.max_pool` does.
    """
    return _forward(x, kernel, bias)[0]


def _forward(x: Maps, kernel: Kernel, bias: Bias) -> tuple[Pooled, tuple[Maps, Kernel, Codes]]:
    # What is no CPU is faster in the plain form.
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
    weights = combine_both(WEIGH, list(kernel))
    freq, time = x.shape[1] // 2, x.shape[2] // 2

    def some(x: Array) -> list[Array]:
        products = [
            [tile @ weight for tile, weight in zip(*row, strict=True)]
            for row in zip(tiles_of(x, tiling(2 * freq, 2 * time)), weights, strict=True)
        ]
        results = combine_both(GATHER, products)
        windows = [
            [_pool([*upper[n : n + 2], *lower[n : n + 2]], bias) for n in range(0, TILE, 2)]
            for upper, lower in zip(results[::2], results[1::2], strict=True)
        ]
        both = [interleave([[one[n] for one in row] for row in windows]) for n in (0, 1)]
        return [maps[..., :freq, :time, :] for maps in both]

    best, codes = _groups(x).map(some, x)
    return best, codes


def _backward(saved: tuple[Maps, Kernel, Codes], g: Pooled) -> tuple[Maps, Kernel, Bias]:
    gradients: tuple[Maps, Kernel, Bias] = jax.lax.platform_dependent(
        *saved, g, cpu=_backward_by_tiles, default=_backward_plainly
    )
    return gradients


def _backward_plainly(
    x: Maps, kernel: Kernel, codes: Codes, g: Pooled
) -> tuple[Maps, Kernel, Bias]:
    # A code of OFF is no place, so nothing passes there.
    unpooled = unpool(g, codes, (2, 2), (x.shape[1], x.shape[2]))
    of_x, of_kernel = jax.vjp(_convolve, x, kernel)[1](unpooled)
    return of_x, of_kernel, jnp.where(codes < OFF, g, 0).sum((0, 1, 2))


def _backward_by_tiles(
    x: Maps, kernel: Kernel, codes: Codes, g: Pooled
) -> tuple[Maps, Kernel, Bias]:
    groups = _groups(x)
    if x.shape[-1] == 1:

        def of_pictures(group: tuple[Array, Array, Array]) -> tuple[Array, Array]:
            x, codes, g = group
            windows = pictures.windows_of(x)
            return pictures.gradients([groups.product(windows, n) for n in _unpool(codes, g)])

        of_kernel, of_bias = groups.sum(of_pictures, (x[..., 0], codes, g))
        return _picture_gradient(x, kernel, codes, g), of_kernel[:, :, None], of_bias
    weights = [[weight.T for weight in row] for row in combine_both(WEIGH, list(kernel))]
    tiles = tiling(2 * g.shape[1], 2 * g.shape[2])

    def some(x: Array, rest: tuple[Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        codes, g = rest
        results = _results_back(codes, g, tiles)
        spread = combine_both(GATHER.T, results)
        of_weights = [
            jnp.stack([groups.product(*pair) for pair in zip(*row, strict=True)], axis=1)
            for row in zip(tiles_of(x, tiles), spread, strict=True)
        ]
        forms = [
            [back @ weight for back, weight in zip(*row, strict=True)]
            for row in zip(spread, weights, strict=True)
        ]
        of_bias = jnp.where(codes < OFF, g, 0).reshape(groups.lanes, -1, g.shape[-1]).sum(1)
        return tiles_back(forms, (x.shape[-3], x.shape[-2])), (jnp.stack(of_weights, 1), of_bias)

    of_x, (of_weights, of_bias) = groups.replace_and_sum(some, x, (codes, g))
    of_kernel = combine_both(WEIGH.T, list(of_weights))
    return of_x, jnp.stack([jnp.stack(row) for row in of_kernel]), of_bias


block.defvjp(_forward, _backward)


def _groups(x: Maps) -> Groups:
    # Of pictures little is made on the way, so more of them fit.
    windows = (4 if x.shape[-1] == 1 else 1) * WINDOWS
    return Groups(len(x), windows // max(1, (x.shape[1] // 2) * (x.shape[2] // 2)))


def _pool(results: Sequence[Array], bias: Bias) -> tuple[Array, Array]:
    """Return the largest of a window's four results, rectified, and its code."""
    best, codes = results[0], jnp.zeros(results[0].shape, jnp.uint8)
    for place, there in enumerate(results[1:], start=1):
        # Strictly greater: on a tie the first place keeps the switch.
        codes = jnp.where(there > best, jnp.uint8(place), codes)
        best = jnp.maximum(there, best)
    best = best + bias.reshape(*[1] * (best.ndim - 1), -1)
    return jnp.maximum(best, 0), jnp.where(best > 0, codes, jnp.uint8(OFF))


def _unpool(codes: Array, g: Array) -> list[Array]:
    """Return what goes back to a window's four results."""
    return [jnp.where(codes == place, g, 0) for place in range(4)]


def _results_back(codes: Array, g: Array, tiles: tuple[int, int]) -> list[list[Array]]:
    """Return what goes back to the results of every tile."""
    per_tile = TILE // 2
    margins = [(0, 0)] * (g.ndim - 3)
    margins += [(0, n * per_tile - m) for n, m in zip(tiles, g.shape[-3:-1], strict=True)]
    codes, g = (jnp.pad(array, [*margins, (0, 0)]) for array in (codes, g))
    rows: list[list[Array]] = []
    for a in range(per_tile):
        upper: list[Array] = []
        lower: list[Array] = []
        for b in range(per_tile):
            own = (..., slice(a, None, per_tile), slice(b, None, per_tile), slice(None))
            cells = _unpool(codes[own], g[own])
            upper += cells[:2]
            lower += cells[2:]
        rows += [upper, lower]
    return rows


def _picture_gradient(x: Maps, kernel: Kernel, codes: Codes, g: Pooled) -> Maps:
    """Send the gradient back to pictures; training does not ask for it, and XLA leaves it out."""
    unpooled = unpool(g, codes, (2, 2), (x.shape[1], x.shape[2]))  # a code of OFF is no place
    flipped = kernel[::-1, ::-1].swapaxes(2, 3)
    return _convolve(unpooled, flipped)
