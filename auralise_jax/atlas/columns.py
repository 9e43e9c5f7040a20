"""The columns of a sound file: what every layer of a network makes of it, from begin to end.

A file is one long picture: only at its beginning and at its end do cells see what is beyond. A
network may have a form of its own for that, see `Streaming`. Any other listens to windows of the
length that it was made for, which overlap, so that each column is taken from a window of which it
sees no rim but the file's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.atlas.cells import grids
from auralise_jax.atlas.windows import overlapping, pieces
from auralise_jax.frontend import Frontend
from auralise_jax.network import Model
from auralise_jax.network.streaming import Columns, Streaming

NOTHING = 1e-5
"""Share of a silent map's value below which a difference from it is rounding."""


class Form(Protocol):
    """A way to find the columns of a file."""

    def columns(self, path: Path) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the next columns of every layer in `grids`, and how many samples were read.

        Raises
        ------
        OSError, ValueError
            As `windows.pieces` does.
        """


def form(model: Model) -> Form:
    """Return the fastest form that a model's network has."""
    network, frontend = model.network, model.frontend
    if isinstance(network, Streaming) and isinstance(frontend, Frontend):
        return Streamed(network, frontend)
    return Windowed(model)


class Streamed:
    """A network that can hear a stream of pieces; every cell is computed once.

    Parameters
    ----------
    network : Streaming
        The model's.
    frontend : Frontend
        The model's.
    """

    def __init__(self, network: Streaming, frontend: Frontend) -> None:
        self._network, self._frontend = network, frontend
        self._stream = network.stream(self._frontend)

    def columns(self, path: Path) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the next columns; see `Form`."""
        stream = self._stream
        sizes = stream.frames, stream.short
        found = pieces(path, self._frontend, sizes, stream.margin, stream.needed)
        return stream.run(self._network, found)


class Windowed:
    """Any network over windows of its own length.

    Parameters
    ----------
    model : Model
        Of whose layers those in `grids` are heard.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        network = model.network
        self._grids = grids(network, model.frontend)
        grids_of = self._grids.values()
        self._off = [np.asarray(network.off(grid.layer.name)) for grid in grids_of]
        self._ends = [grid.whole(1).stop for grid in grids_of]
        stride = next(iter(grids_of)).stride
        # How many columns of the top step a window adds to what those before it had.
        added = (
            (grid.whole(1).stop - grid.whole(1).start) // (stride // grid.step) for grid in grids_of
        )
        self._hop = min(added) * stride

    def columns(self, path: Path) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the next columns; see `Form`."""
        model, begin = self._model, 0
        for window, read in overlapping(path, model.frontend, self._hop):
            picture = np.asarray(model.frontend.picture(window))
            found = []
            maps = model.network.maps(picture[None])
            layers = zip(self._grids.items(), self._off, self._ends, strict=True)
            for (number, grid), off, end in layers:
                first = end - self._hop // grid.step if begin else 0
                found.append(_summary(responses(maps[number - 1][0], off)[:, first:end]))
            yield tuple(found), read
            begin += self._hop


def responses(
    maps: Float[np.ndarray, "*size features"], off: Float[np.ndarray, " features"]
) -> Float32[np.ndarray, "rows columns features"]:
    """Return how far maps are from the value that they have where their feature is silent.

    Maps of a ReLU stay as they are. Maps without frequency become maps of one row.

    Examples
    --------
    >>> responses(np.float32([[0.5, 2], [0.2, 3]]), np.float32([0.5, 0])).tolist()
    [[[0.0, 2.0], [0.30000001192092896, 3.0]]]
    """
    apart = np.abs(maps - off, dtype=np.float32)
    apart = np.where(apart > NOTHING * np.abs(off), apart, np.float32(0))
    found: np.ndarray = apart if apart.ndim == 3 else apart[None]
    return found


def _summary(x: Float32[np.ndarray, "rows columns features"]) -> Columns:
    # NumPy adds rows one by one, in this order.
    sums = np.add.reduce(x, axis=0, dtype=float).astype(np.float32)
    return Columns(sums, x.max(axis=0), x.argmax(axis=0).astype(np.int32))
