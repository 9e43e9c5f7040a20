"""Convolution by 3 x 3 kernels as matrix products of tiles: Winograd's F(4 x 4, 3 x 3).

Along an axis a tile of four results comes from six inputs, and neighbouring tiles overlap by two:
the results are ``GATHER @ ((SPREAD @ inputs) * (WEIGH @ taps))``, and in two dimensions the same
along both axes (Lavin and Gray 2015, arXiv:1509.09308). That takes 36 products where the plain form
takes 144. All three matrices, transposed, make the gradients by input and by kernel of the same
products. Values differ from the plain form's by rounding, some 3e-6 of the peak.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

TILE = 4
"""Results of a tile, along either axis."""

SPREAD = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
WEIGH = (
    np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], float) / 24
)
GATHER = np.array(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
)

Table = Sequence[Sequence[Array] | Array]
"""A matrix of arrays: rows along freq, columns along time."""


def combine(matrix: np.ndarray, arrays: Sequence[Array]) -> list[Array]:
    """Multiply a matrix of numbers by a vector of arrays."""

    def row(numbers: np.ndarray) -> Array:
        terms = [float(n) * x for n, x in zip(numbers, arrays, strict=True) if n]
        return sum(terms[1:], terms[0])

    return [row(numbers) for numbers in matrix]


def combine_both(matrix: np.ndarray, table: Table) -> list[list[Array]]:
    """Multiply a matrix of numbers by a table's columns, then by its rows."""
    columns = [combine(matrix, column) for column in zip(*table, strict=True)]
    return [combine(matrix, row) for row in zip(*columns, strict=True)]


def tiling(freq: int, time: int) -> tuple[int, int]:
    """Return how many tiles, along either axis, hold so many results."""
    return -(-freq // TILE), -(-time // TILE)


def tiles_of(
    x: Float[Array, "*batch freq time inputs"], tiles: tuple[int, int]
) -> list[list[Array]]:
    """Cut maps, zeros around them, into overlapping `tiles` (freq, time), and spread each."""
    margins = [(0, 0)] * (x.ndim - 3)
    for number, there in zip(tiles, x.shape[-3:-1], strict=True):
        margins.append((1, max(0, TILE * number + 1 - there)))
    padded = jnp.pad(x, [*margins, (0, 0)])

    def cut(x: Array, number: int, axis: int) -> list[Array]:
        inputs = [
            jax.lax.slice_in_dim(x, n, n + TILE * (number - 1) + 1, TILE, axis)
            for n in range(TILE + 2)
        ]
        return combine(SPREAD, inputs)

    return [cut(row, tiles[1], axis=-2) for row in cut(padded, tiles[0], axis=-3)]


def tiles_back(table: Table, shape: tuple[int, int]) -> Float[Array, "*batch freq time inputs"]:
    """Apply the adjoint of `tiles_of` for maps of `shape` (freq, time)."""

    def overlap(forms: Sequence[Array], axis: int) -> list[Array]:
        inputs = combine(SPREAD.T, forms)
        own, before = ([(0, 0, 0)] * inputs[0].ndim for _ in range(2))
        own[axis], before[axis] = (0, 1, 0), (1, 0, 0)
        zero = jnp.zeros((), inputs[0].dtype)
        places = [jax.lax.pad(x, zero, own) for x in inputs[:TILE]]
        for place, x in enumerate(inputs[TILE:]):  # the tile before reaches into the first two
            places[place] += jax.lax.pad(x, zero, before)
        return places

    columns = [overlap(column, axis=-3) for column in zip(*table, strict=True)]
    whole = interleave([overlap(row, axis=-2) for row in zip(*columns, strict=True)])
    inside: Array = whole[..., 1 : 1 + shape[0], 1 : 1 + shape[1], :]
    missing = [(0, there - got) for there, got in zip(shape, inside.shape[-3:-1], strict=True)]
    return jnp.pad(inside, [(0, 0)] * (whole.ndim - 3) + [*missing, (0, 0)])


def interleave(table: Table) -> Float[Array, "*batch freq time features"]:
    """Make one array of maps of a table of arrays with one place per tile."""
    stacked = jnp.stack([jnp.stack(list(row), axis=-2) for row in table], axis=-4)
    *batch, freq, high, time, wide, features = stacked.shape
    return stacked.reshape(*batch, freq * high, time * wide, features)
