"""Cells: where a place of a layer's map lies in time and frequency, and how much of it it sees.

The columns of every layer lie on one grid over the whole file. To be shown, a cell is put into a
window of which it sees neither beginning nor end: windows begin at each column of the top layer,
and overlap by at least that layer's receptive field.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from auralise_jax.frontend import Frontend
from auralise_jax.network import Architecture


@dataclass(frozen=True)
class Span:
    """A part of a file's time and frequency."""

    start: float
    end: float
    """In seconds from the file's beginning."""
    low_hz: float
    high_hz: float


@dataclass(frozen=True)
class Grid:
    """The cells of one layer's pooled maps.

    Parameters
    ----------
    architecture : Architecture
        Of the network.
    frontend : Frontend
        Makes its pictures.
    layer : int
        From 1.

    Examples
    --------
    >>> grid = Grid(Architecture(), Frontend(), layer=1)
    >>> grid.frames(row=20, column=40)  # 4 rows, 4 frames
    ((39, 42), (79, 82))
    >>> grid.place(np.array([1000]))  # a column at 46.4 s, near the middle of window 60
    (array([60]), array([40]))
    >>> span = grid.span(window=60, row=20, column=40, end=50.0)
    >>> round(span.start, 3), round(span.end, 3), round(span.low_hz), round(span.high_hz)
    (46.393, 46.51, 829, 915)
    """

    architecture: Architecture
    frontend: Frontend
    layer: int

    @property
    def step(self) -> int:
        """Samples from one column of cells to the next."""
        return int(self.architecture.pool[1] ** self.layer) * self.frontend.hop_length

    @functools.cached_property
    def reach(self) -> int:
        """Samples that a cell sees, its receptive field: (frames - 1) hops and one window."""
        return self._reach(self.layer)

    @property
    def stride(self) -> int:
        """Samples from one window's beginning to that of the next: a column of the top layer."""
        return top_step(self.architecture) * self.frontend.hop_length

    @functools.cached_property
    def length(self) -> int:
        """Samples of a window: the model's, or more if no cell of the top layer fits in that."""
        return max(self.frontend.samples, self._reach(len(self.architecture.layers)) + self.stride)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the maps of a window."""
        bands, _ = self.frontend.shape
        return self.architecture.map_size(
            (bands, 1 + self.length // self.frontend.hop_length), self.layer
        )

    def frames(self, row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return first and last row, first and last frame, of the picture that a cell sees.

        Not clipped: at the borders a cell sees zeros around the picture too.
        """
        seen = []
        fields = self.architecture.receptive_field(self.layer)
        sizes = zip(self.architecture.kernel_size, self.architecture.pool, strict=True)
        for (kernel, pool), field, place in zip(sizes, fields, (row, column), strict=True):
            before = sum(pool**n for n in range(self.layer)) * (kernel // 2)
            first = pool**self.layer * place - before
            seen.append((first, first + field - 1))
        return seen[0], seen[1]

    def samples(self, column: int) -> tuple[int, int]:
        """Return the first sample that a column's cells see, and the one after the last.

        Counted from where the columns are; not clipped.
        """
        _, (first, last) = self.frames(0, column)
        hop, half = self.frontend.hop_length, self.frontend.n_fft // 2
        return first * hop - half, last * hop + half

    def place(self, columns: Int64[np.ndarray, "..."]) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows to show columns of the file in, and where in those they are.

        Those are the windows in whose middle the cells see best; they see the beginning of one only
        if it is the file's, and never the end.
        """
        first, last = self.samples(0)
        middles = 2 * columns * self.step + first + last
        windows = np.maximum(0, (middles - self.length + self.stride) // (2 * self.stride))
        return windows, columns - windows * (self.stride // self.step)

    def whole(self, window: int) -> slice:
        """Return the columns of a window that see neither its end nor a beginning but the file's.

        Examples
        --------
        >>> [Grid(Architecture(), Frontend(), layer=5).whole(window) for window in (0, 1)]
        [slice(0, 4, None), slice(1, 4, None)]
        """
        inside = [
            column
            for column in range(self.shape[1])
            if (window == 0 or self.samples(column)[0] >= 0)
            and self.samples(column)[1] <= self.length
        ]
        return slice(inside[0], inside[-1] + 1)

    def on_edge(self, window: int, column: int, samples: int) -> bool:
        """Whether a cell sees past the beginning or the end of a file of so many samples."""
        first, last = self.samples(column)
        begin = window * self.stride
        return begin + first < 0 or begin + last > samples

    def span(self, window: int, row: int, column: int, end: float) -> Span:
        """Return what a cell of a window (from 0) sees of a file, clipped to the file.

        Parameters
        ----------
        window, row, column : int
            Where the cell is.
        end : float
            Where the file ends, in seconds.
        """
        front = self.frontend
        (low, high), _ = self.frames(row, column)
        begin = window * self.stride
        start, stop = (max(0, begin + there) for there in self.samples(column))
        bottom, top = front.axes.hz_at(np.array([low - 0.5, high + 0.5]))
        return Span(
            start / front.sample_rate,
            min(stop / front.sample_rate, end),
            max(0.0, float(bottom)),
            min(front.sample_rate / 2, float(top)),
        )

    def _reach(self, layer: int) -> int:
        _, frames = self.architecture.receptive_field(layer)
        return (frames - 1) * self.frontend.hop_length + self.frontend.n_fft


def top_step(architecture: Architecture) -> int:
    """Return how many frames lie between columns of the top layer."""
    return int(architecture.pool[1] ** len(architecture.layers))


def grids(architecture: Architecture, frontend: Frontend) -> tuple[Grid, ...]:
    """Return the cells of every layer, layer 1 first."""
    return tuple(
        Grid(architecture, frontend, layer) for layer in range(1, len(architecture.layers) + 1)
    )
