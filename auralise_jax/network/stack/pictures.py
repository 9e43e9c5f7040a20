"""The first block's convolution: of pictures, that is of one map, by 3 x 3 kernels.

There are so few products for so many results that memory sets the pace: written-out sums are
faster than matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The cells of a 2 x 2 pooling window, in the order of its switches."""


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
    weights = kernel.reshape(3, 3, *[1] * pictures.ndim, -1)
    zero = jnp.zeros((), pictures.dtype)
    taps = [(i, j) for i in range(3) for j in range(3)]
    return [
        sum((cells[a + i][b + j][..., None] * weights[i, j] for i, j in taps), zero)
        for a, b in PLACES
    ]


def windows_of(pictures: Float[Array, "clips freq time"]) -> Float[Array, "windows 17"]:
    """Return the 16 cells that each pooling window sees, and a 1, which multiplies the bias."""
    cells = [cell for row in _cells(pictures) for cell in row]
    return jnp.stack([*cells, jnp.ones_like(cells[0])], axis=-1).reshape(-1, 17)


def gradients(
    products: Sequence[Float[Array, "shards 17 outputs"]],
) -> tuple[Float[Array, "shards 3 3 outputs"], Float[Array, "shards outputs"]]:
    """Return the gradients of kernel and bias.

    Parameters
    ----------
    products : sequence of (shards, 17, outputs)
        `windows_of`, transposed, times the gradients of each of the four `results`.
    """
    kernel_grad = bias_grad = jnp.zeros((), products[0].dtype)
    for (a, b), product in zip(PLACES, products, strict=True):
        cell_grads = product[:, :16].reshape(len(product), 4, 4, -1)
        kernel_grad = kernel_grad + cell_grads[:, a : a + 3, b : b + 3]
        bias_grad = bias_grad + product[:, 16]
    return kernel_grad, bias_grad
