"""Convolution by 3 x 3 kernels as matrix products of tiles (Winograd's minimal filtering).

Along an axis a tile of m results comes from m + 2 inputs, and neighbouring tiles overlap by two:
the results are ``A.T @ ((B.T @ inputs) * (G @ taps))``, and in two dimensions the same along both
axes. Names are those of Lavin and Gray (2015, arXiv:1509.09308). F(2 x 2, 3 x 3) takes 16 products
where the plain form takes 36, F(4 x 4, 3 x 3) takes 36 where the plain form takes 144, but rounds
more: its values differ from the plain form's by some 3e-6 of the peak, those of F(2 x 2) by 7e-7.
The same matrices, transposed, make the gradients by input and by kernel of the same products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Table = Sequence[Sequence[Array] | Array]
"""A matrix of arrays: rows along freq, columns along time."""


def transform(matrix: np.ndarray, arrays: Sequence[Array]) -> list[Array]:
    """Multiply a matrix of numbers by a vector of arrays."""

    def row(numbers: np.ndarray) -> Array:
        terms = [float(n) * x for n, x in zip(numbers, arrays, strict=True) if n]
        return sum(terms[1:], terms[0])

    return [row(numbers) for numbers in matrix]


def transform_both(matrix: np.ndarray, table: Table) -> list[list[Array]]:
    """Multiply a matrix of numbers by a table's columns, then by its rows."""
    columns = [transform(matrix, column) for column in zip(*table, strict=True)]
    return [transform(matrix, row) for row in zip(*columns, strict=True)]


def interleave(table: Table) -> Float[Array, "*batch freq time features"]:
    """Make one array of maps of a table of arrays with one cell per tile."""
    stacked = jnp.stack([jnp.stack(list(row), axis=-2) for row in table], axis=-4)
    *batch, freq, high, time, wide, features = stacked.shape
    return stacked.reshape(*batch, freq * high, time * wide, features)


@dataclass(frozen=True, eq=False)
class Winograd:
    """The algorithm F(m x m, 3 x 3).

    Attributes
    ----------
    B_T : array, shape (m + 2, m + 2)
        Transforms the inputs of a tile.
    G : array, shape (m + 2, 3)
        Transforms the taps of a kernel.
    A_T : array, shape (m, m + 2)
        Transforms the products back into results.
    """

    B_T: np.ndarray
    G: np.ndarray
    A_T: np.ndarray

    @property
    def tile(self) -> int:
        """Results of a tile along either axis, m."""
        return len(self.A_T)

    def tiling(self, freq: int, time: int) -> tuple[int, int]:
        """Return how many tiles, along either axis, hold so many results."""
        return -(-freq // self.tile), -(-time // self.tile)

    def cut(
        self, x: Float[Array, "*batch freq time inputs"], tiles: tuple[int, int]
    ) -> list[list[Array]]:
        """Cut maps, zeros around them, into overlapping `tiles` (freq, time); transform each."""
        margins = [(0, 0)] * (x.ndim - 3)
        for number, there in zip(tiles, x.shape[-3:-1], strict=True):
            margins.append((1, max(0, self.tile * number + 1 - there)))
        padded = jnp.pad(x, [*margins, (0, 0)])

        rows = self._along(padded, tiles[0], axis=-3)
        return [self._along(row, tiles[1], axis=-2) for row in rows]

    def cut_back(
        self, table: Table, shape: tuple[int, int]
    ) -> Float[Array, "*batch freq time inputs"]:
        """Apply the adjoint of `cut` for maps of `shape` (freq, time)."""

        def overlap(transformed: Sequence[Array], axis: int) -> list[Array]:
            inputs = transform(self.B_T.T, transformed)
            this, previous = ([(0, 0, 0)] * inputs[0].ndim for _ in range(2))
            this[axis], previous[axis] = (0, 1, 0), (1, 0, 0)
            zero = jnp.zeros((), inputs[0].dtype)
            cells = [jax.lax.pad(x, zero, this) for x in inputs[: self.tile]]
            for cell, x in enumerate(inputs[self.tile :]):  # the previous tile reaches into two
                cells[cell] += jax.lax.pad(x, zero, previous)
            return cells

        columns = [overlap(column, axis=-3) for column in zip(*table, strict=True)]
        whole = interleave([overlap(row, axis=-2) for row in zip(*columns, strict=True)])
        inside: Array = whole[..., 1 : 1 + shape[0], 1 : 1 + shape[1], :]
        missing = [(0, there - got) for there, got in zip(shape, inside.shape[-3:-1], strict=True)]
        return jnp.pad(inside, [(0, 0)] * (whole.ndim - 3) + [*missing, (0, 0)])

    def convolve(
        self, x: Float[Array, "freq time inputs"], kernel: Float[Array, "3 3 inputs outputs"]
    ) -> Float[Array, "freq time outputs"]:
        """Cross-correlate in full float32, zeros around, so that the size stays.

        In few and large operations, since their number is what XLA's time to compile depends on.
        """
        freq, time, inputs = x.shape
        high, wide = self.tiling(freq, time)
        margins = [
            (1, self.tile * tiles + 1 - there) for tiles, there in ((high, freq), (wide, time))
        ]
        padded = jnp.pad(x, [*margins, (0, 0)])
        rows = jnp.stack(self._along(padded, high, axis=0))
        tiles = jnp.stack(self._along(rows, wide, axis=2), axis=1).reshape(-1, high * wide, inputs)
        weights = _product(np.kron(self.G, self.G), kernel.reshape(9, -1))
        products = _product(tiles, weights.reshape(len(tiles), inputs, -1))
        table = products.reshape(self.tile + 2, self.tile + 2, high, wide, -1)
        return interleave(transform_both(self.A_T, [list(row) for row in table]))[:freq, :time]

    def _along(self, x: Array, number: int, axis: int) -> list[Array]:
        """Cut overlapping tiles along an axis, and transform each."""
        inputs = [
            jax.lax.slice_in_dim(x, n, n + self.tile * (number - 1) + 1, self.tile, axis)
            for n in range(self.tile + 2)
        ]
        return transform(self.B_T, inputs)


def _product(a: Array | np.ndarray, b: Array) -> Array:
    return jnp.matmul(jnp.asarray(a, b.dtype), b, precision=jax.lax.Precision.HIGHEST)


F2 = Winograd(
    B_T=np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]),
    G=np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]) / 2,
    A_T=np.array([[1, 1, 1, 0], [0, 1, -1, -1]]),
)
"""F(2 x 2, 3 x 3)."""

F4 = Winograd(
    B_T=np.array(
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ]
    ),
    G=np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24,
    A_T=np.array(
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    ),
)
"""F(4 x 4, 3 x 3)."""
