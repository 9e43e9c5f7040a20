"""Cells: where a place of a layer's map lies in time and frequency, and how much of it it sees.

The columns of every layer lie on one grid over the whole file. To be shown, a cell is put into a
window of which it sees neither beginning nor end: windows begin where all layers have a column, and
overlap by at least the longest receptive field.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from auralise_jax.frontend import AnyFrontend, Frontend
from auralise_jax.frontend.banked import Banked
from auralise_jax.frontend.framed import Framed
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Network
from auralise_jax.network.streaming import Streaming


class Cell(NamedTuple):
    """A cell of a feature's map in a window of a file."""

    layer: int
    """From 1."""
    feature: int
    window: int
    row: int
    column: int


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
    """The cells of a layer's maps; made by `grids`.

    Parameters
    ----------
    layer : Layer
        With stride, field and an axis of time.
    frontend : Framed
        Makes the network's pictures.
    stride : int
        Samples from a window's beginning to the next window's: a whole number of columns of every
        layer in the atlas.
    length : int
        Samples of a window.
    shape : (int, int)
        Rows and columns of the maps of a window; maps without frequency have one row.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> grid = grids(model.network, model.frontend)[1]
    >>> grid.frames(row=20, column=40)  # 4 rows, 4 frames
    ((39, 42), (79, 82))
    >>> grid.place(np.array([1000]))  # a column at 46.4 s, near the middle of window 60
    (array([60]), array([40]))
    >>> span = grid.span(window=60, row=20, column=40, end=50.0)
    >>> round(span.start, 3), round(span.end, 3), round(span.low_hz), round(span.high_hz)
    (46.393, 46.51, 829, 915)
    """

    layer: Layer
    frontend: Framed
    stride: int
    length: int
    shape: tuple[int, int]

    @property
    def step(self) -> int:
        """Samples from one column of cells to the next."""
        return _step(self.layer) * self.frontend.hop_length

    @property
    def reach(self) -> int:
        """Samples that a cell sees, its receptive field: (frames - 1) hops and one window."""
        return _reach(self.layer, self.frontend)

    def frames(self, row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return first and last row, first and last frame, of the picture that a cell sees.

        Not clipped: at the borders a cell sees zeros around the picture too.
        """
        return self._seen("freq", row), self._seen("time", column)

    def _seen(self, axis: str, place: int) -> tuple[int, int]:
        if axis not in self.layer.axes:  # maps without rows see all of them
            return 0, self.frontend.shape[0] - 1
        along = _along(self.layer, axis)
        first = along.stride * place - along.before
        return first, first + along.field - 1

    def samples(self, column: int) -> tuple[int, int]:
        """Return the first sample that a column's cells see, and the sample after the last.

        Counted from where the columns are; not clipped.
        """
        _, (first, last) = self.frames(0, column)
        hop, half = self.frontend.hop_length, self.frontend.longest // 2
        return first * hop - half, last * hop + half

    def place(self, columns: Int64[np.ndarray, "..."]) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows that show columns of the file best, and the columns' places in them.

        The cells look at the middle of such a window; they see the window's beginning only where it
        is the file's, and never its end.
        """
        first, last = self.samples(0)
        middles = 2 * columns * self.step + first + last
        windows = np.maximum(0, (middles - self.length + self.stride) // (2 * self.stride))
        return windows, columns - windows * (self.stride // self.step)

    def whole(self, window: int) -> slice:
        """Return the columns of a window that see neither its end nor a beginning but the file's.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> model = aj.load_model("genre")
        >>> top = grids(model.network, model.frontend)[5]
        >>> [top.whole(window) for window in (0, 1)]
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


def grids(network: Network, frontend: AnyFrontend) -> dict[int, Grid]:
    """Return the cells of the layers that an atlas has excerpts for, by the layer's number, from 1.

    Windows last as long as the network's pictures. Where a cell does not fit into that, they are
    longer, if the network can see longer pictures; the layer is left out if not, see `left_out`.

    Raises
    ------
    ValueError
        If all layers are left out; the message says why each of them is. If the front end has no
        frames, or normalises each picture by itself.
    """
    front = framed(frontend)
    kept, without = _sorted_out(network, frontend)
    if not kept:
        reasons = (f"{network.layers[number - 1]}: {why}" for number, why in without.items())
        raise ValueError(
            f"an atlas has no excerpts for any layer of this network. {'. '.join(reasons)}"
        )
    stride = _stride(kept.values(), front)
    length = max(front.samples, _length(kept.values(), front))
    rows, _, *channels = front.shape
    sizes = network.sizes((rows, front.columns(length), *channels))
    return {
        number: Grid(layer, front, stride, length, _rows_and_columns(sizes[layer.name]))
        for number, layer in kept.items()
    }


def left_out(network: Network, frontend: AnyFrontend) -> dict[int, str]:
    """Return why an atlas has no excerpts for a layer, by the layer's number, from 1.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> left_out(model.network, model.frontend)
    {}
    """
    return _sorted_out(network, frontend)[1]


def _sorted_out(network: Network, frontend: AnyFrontend) -> tuple[dict[int, Layer], dict[int, str]]:
    """Return the layers of an atlas, and why the others are left out, by number."""
    front = framed(frontend)
    rate = front.sample_rate
    any_length = isinstance(network, Streaming) and isinstance(frontend, Frontend)
    kept, without = dict[int, Layer](), dict[int, str]()
    for number, layer in enumerate(network.layers, start=1):
        try:
            length = _length([*kept.values(), layer], front)
        except ValueError as error:
            without[number] = str(error)
            continue
        if length <= front.samples or any_length:
            kept[number] = layer
        else:
            without[number] = (
                f"a cell sees {_reach(layer, front) / rate:.3g} s, for which windows must last "
                f"{length / rate:.3g} s or more, not {front.samples / rate:.3g} s; open the "
                "network with pictures of that length, and a front end of that duration"
            )
    return kept, without


def framed(frontend: AnyFrontend) -> Framed:
    """Return a front end if a cell of its pictures is the same in every window that holds it.

    Raises
    ------
    ValueError
        If its columns are no frames of an STFT, or what a cell shows depends on the whole picture.
    """
    kind = type(frontend).__name__
    if not isinstance(frontend, (Frontend, Banked)):
        raise ValueError(
            "an atlas needs a front end whose frames are those of an STFT, such as aj.Frontend(), "
            f"not a {kind}"
        )
    if isinstance(frontend, Banked) and frontend.scales_each_picture:
        raise ValueError(
            f"an atlas needs a front end that treats every frame alike; this {kind} scales each "
            "picture by itself (normalise='picture', ref='max' or top_db), so that one place of a "
            "file has other values in every window"
        )
    return frontend


def _rows_and_columns(size: tuple[int, ...]) -> tuple[int, int]:
    rows, columns = (1, *size)[-2:]
    return rows, columns


class _Along(NamedTuple):
    """What a layer's cells see along one axis of the picture."""

    stride: int
    field: int
    before: int


def _along(layer: Layer, axis: str) -> _Along:
    stride, field, before = layer.stride, layer.field, layer.before
    if axis not in layer.axes or stride is None or field is None or before is None:
        raise ValueError(
            "it is not known where in the picture a cell lies; mark layers of convolutions and "
            "pools only, before any dense step or pool over all of time"
        )
    at = layer.axes.index(axis)
    return _Along(stride[at], field[at], before[at])


def _step(layer: Layer) -> int:
    """Return how many frames lie between a layer's columns."""
    return _along(layer, "time").stride


def _stride(layers: Iterable[Layer], frontend: Framed) -> int:
    """Return how many samples lie between places where all layers have a column."""
    return math.lcm(*map(_step, layers)) * frontend.hop_length


def _length(layers: Collection[Layer], frontend: Framed) -> int:
    """Return how many samples a window must have, so that one holds all that any cell sees."""
    return max(_reach(layer, frontend) for layer in layers) + _stride(layers, frontend)


def _reach(layer: Layer, frontend: Framed) -> int:
    return (_along(layer, "time").field - 1) * frontend.hop_length + frontend.longest
