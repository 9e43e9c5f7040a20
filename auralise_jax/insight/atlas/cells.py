"""Cells: where a place of a layer's map lies in time and frequency, and how much of it it sees."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from auralise_jax.audio import Frontend
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
    >>> span = grid.span(window=0, row=20, column=40, end=4.0)
    >>> round(span.start, 3), round(span.end, 3), round(span.low_hz), round(span.high_hz)
    (1.811, 1.927, 829, 915)
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
        _, frames = self.architecture.receptive_field(self.layer)
        return (frames - 1) * self.frontend.hop_length + self.frontend.n_fft

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.architecture.map_size(self.frontend.shape, self.layer)

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

    def on_edge(self, column: int) -> bool:
        """Tell whether a cell sees over begin or end of its window, where there are but zeros."""
        _, (first, last) = self.frames(0, column)
        return first < 0 or last >= self.frontend.shape[1]

    def span(self, window: int, row: int, column: int, end: float) -> Span:
        """Return what a cell of a window (from 0) sees of a file, clipped to window and file.

        Parameters
        ----------
        window, row, column : int
            Where the cell is.
        end : float
            Where the file ends, in seconds.
        """
        front = self.frontend
        (low, high), (first, last) = self.frames(row, column)
        begin = window * front.samples
        start = max(begin, begin + first * front.hop_length - front.n_fft // 2)
        stop = min(begin + front.samples, begin + last * front.hop_length + front.n_fft // 2)
        width = front.sample_rate / front.n_fft
        return Span(
            start / front.sample_rate,
            min(stop / front.sample_rate, end),
            max(0.0, (low - 0.5) * width),
            min(front.sample_rate / 2, (high + 0.5) * width),
        )


def grids(architecture: Architecture, frontend: Frontend) -> tuple[Grid, ...]:
    """Return the cells of every layer, layer 1 first."""
    return tuple(
        Grid(architecture, frontend, layer) for layer in range(1, len(architecture.layers) + 1)
    )
