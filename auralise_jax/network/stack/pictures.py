"""The first block's convolution: from pictures, that is from one map, by 3 x 3 kernels.

So few products for so many results that memory sets the pace: sums are better written out than
made by matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Of a 2 x 2 pooling window, in the order of its switches."""


def _cells(pictures: Float[Array, "*batch freq time"]) -> list[list[Array]]:
    """Return the 4 x 4 cells that a pooling window sees, each for all windows."""
    freq, time = (n // 2 for n in pictures.shape[-2:])
    margins = [(0, 0)] * (pictures.ndim - 2) + [(1, 1 - n % 2) for n in pictures.shape[-2:]]
    padded = jnp.pad(pictures, margins)
    return [
        [padded[..., i : i + 2 * freq - 1 : 2, j : j + 2 * time - 1 : 2] for j in range(4)]
        for i in range(4)
    ]


def results(
    pictures: Float[Array, "*batch freq time"], kernel: Float[Array, "3 3 outputs"]
) -> list[Float[Array, "*batch pooled_freq pooled_time outputs"]]:
    """Convolve; return the four results of every pooling window."""
    cells = _cells(pictures)
    taps_of = kernel.reshape(3, 3, *[1] * pictures.ndim, -1)
    zero = jnp.zeros((), pictures.dtype)
    taps = [(i, j) for i in range(3) for j in range(3)]
    return [
        sum((cells[a + i][b + j][..., None] * taps_of[i, j] for i, j in taps), zero)
        for a, b in PLACES
    ]


def windows_of(pictures: Float[Array, "clips freq time"]) -> Float[Array, "windows 17"]:
    """Return what each pooling window sees, and a one, which the bias is multiplied by."""
    cells = [cell for row in _cells(pictures) for cell in row]
    return jnp.stack([*cells, jnp.ones_like(cells[0])], axis=-1).reshape(-1, 17)


def gradients(
    products: Sequence[Float[Array, "lane 17 outputs"]],
) -> tuple[Float[Array, "lane 3 3 outputs"], Float[Array, "lane outputs"]]:
    """Return the gradients by kernel and bias.

    Parameters
    ----------
    products : sequence of (lane, 17, outputs)
        `windows_of` transposed, times the gradient by each of the four `results`.
    """
    of_kernel = of_bias = jnp.zeros((), products[0].dtype)
    for (a, b), product in zip(PLACES, products, strict=True):
        of_cells = product[:, :16].reshape(len(product), 4, 4, -1)
        of_kernel = of_kernel + of_cells[:, a : a + 3, b : b + 3]
        of_bias = of_bias + product[:, 16]
    return of_kernel, of_bias
