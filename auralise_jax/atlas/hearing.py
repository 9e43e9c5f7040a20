"""Analysing a file for an atlas: where every feature of every layer responds most.

A pure function of file, model and settings. A file is a long picture with edges only at its
beginning and end; see `columns` for its way through a network. All files are computed in blocks of
the same shape, so nothing compiles per file and no result depends on the other files: processors of
the same kind give the same bytes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import threading
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float32, Int16, Int32

from auralise_jax.atlas.cells import Grid, grids
from auralise_jax.atlas.columns import form
from auralise_jax.atlas.strongest import Strongest
from auralise_jax.device import on_device
from auralise_jax.frontend import AnyFrontend, Frontend, stored
from auralise_jax.frontend.windows import starts
from auralise_jax.network import Model
from auralise_jax.network.cost import check_window
from auralise_jax.network.graph_file import graph_if_any
from auralise_jax.network.streaming import Columns, Described

VERSION = 2
"""Version of the analysis; raise it when results change, and all files are analysed anew."""

CHUNK = 8
"""Pieces of the sound whose places are sought at once."""


class FileResponses(NamedTuple):
    """How every feature responded to a file; layers follow each other along `features`.

    A response is how far a map is from its value where the feature is silent, which is 0 after a
    ReLU.
    """

    seconds: float
    means: Float32[np.ndarray, "pieces features"]
    """Over the maps of each piece of the file, about as long as the model's window."""
    value: Float32[np.ndarray, "features two"]
    """At the strongest places; 0 where there is none."""
    window: Int32[np.ndarray, "features two"]
    row: Int16[np.ndarray, "features two"]
    column: Int16[np.ndarray, "features two"]


class FileListener:
    """A model made ready to listen to many files, in several threads too.

    Parameters
    ----------
    model : Model
        Whose network listens.

    Raises
    ------
    ValueError
        If listening costs too much, or an atlas has excerpts of no layer; see `grids`.
    """

    def __init__(self, model: Model) -> None:
        check_window(model.network.cost(), model.frontend)
        self.model = model
        self._grids = grids(model.network, model.frontend)
        first = next(iter(self._grids.values()))
        stride, hop = first.stride, first.frontend.hop_length
        # As long as the model's window, in whole columns of all layers.
        self._piece = -(-model.frontend.shape[1] * hop // stride) * stride
        self._form = form(model)
        self._compiling = threading.Lock()
        self._compiled = False

    def listen(self, path: Path) -> FileResponses:
        """Listen to a sound file from beginning to end.

        Raises
        ------
        OSError, ValueError
            As `windows.blocks` does, or if the file lasts less than half of the model's window, or
            the model's numbers overflow on it.

        Examples
        --------
        >>> import tempfile
        >>> import auralise_jax as aj
        >>> path = Path(tempfile.mkdtemp()) / "bach.wav"
        >>> _ = aj.example_clips()["bach"].save(path)
        >>> found = FileListener(aj.load_model("genre")).listen(path)
        >>> found.means.shape, found.value.shape
        ((3, 320), (320, 2))
        """
        layers = {
            number: _LayerResponses(grid, self._piece // grid.step)
            for number, grid in self._grids.items()
        }
        steps = self._form.columns(path)
        samples, waiting = 0, list[tuple[Columns, ...]]()
        while True:
            with contextlib.nullcontext() if self._compiled else self._compiling:
                columns, read = next(steps, (None, samples))
                self._compiled = True
            samples = read
            if columns is None:
                break
            waiting.append(columns)
            if len(waiting) == CHUNK:
                self._take(layers, waiting, samples)
        self._take(layers, waiting, samples)
        count = len(starts(samples, self._piece))
        places = [layer.places() for layer in layers.values()]
        return FileResponses(
            samples / self.model.frontend.sample_rate,
            np.concatenate([layer.means(count) for layer in layers.values()], axis=1),
            *(np.concatenate(part) for part in zip(*places, strict=True)),
        )

    def _take(
        self, layers: dict[int, _LayerResponses], waiting: list[tuple[Columns, ...]], samples: int
    ) -> None:
        """Hand steps on to the layers, and forget them."""
        for (number, layer), steps in zip(layers.items(), zip(*waiting, strict=True), strict=False):
            columns = Columns(*(np.concatenate(parts) for parts in zip(*steps, strict=True)))
            # Sums of what is 0 or more: if they are finite, so are all values.
            self.model.check_finite(columns.sums, f"layer {number}")
            layer.add(columns, samples)
        waiting.clear()


class _LayerResponses:
    """How one layer responds to a file, while the columns of its maps come by."""

    def __init__(self, grid: Grid, piece: int) -> None:
        features = grid.layer.features
        self._grid = grid
        self._strongest = Strongest(features, 1, grid.step, grid.step, grid.reach)
        self._means: list[np.ndarray] = []
        self._piece = piece
        self._sums = np.zeros((0, features), np.float32)
        self._next = 0  # the number of the next column in the file

    def add(self, columns: Columns, samples: int) -> None:
        """Take the next columns, of a file of which so many samples were read."""
        numbers = self._next + np.arange(len(columns.sums))
        self._next += len(numbers)
        inside = numbers * self._grid.step < samples  # what comes after the file is not of it
        largest = np.where(inside[:, None], columns.largest, 0)
        self._strongest.add(largest[:, None], columns.rows[:, None])
        self._sums = np.concatenate([self._sums, columns.sums[inside]])
        while len(self._sums) >= self._piece:
            self._mean(self._piece)

    def means(self, count: int) -> Float32[np.ndarray, "pieces features"]:
        """Return the means of the first so many pieces of the file."""
        if len(self._means) < count:
            self._mean(len(self._sums))
        return np.stack(self._means[:count])

    def places(self) -> tuple[np.ndarray, ...]:
        """Return value, window, row and column of the strongest places."""
        found = self._strongest.places()
        windows, columns = self._grid.place(found.column)
        there = found.value > 0
        return (
            found.value,
            np.where(there, windows, 0).astype(np.int32),
            found.row.astype(np.int16),
            np.where(there, columns, 0).astype(np.int16),
        )

    def _mean(self, columns: int) -> None:
        # Added column by column, in this order.
        total = np.add.reduce(self._sums[:columns], axis=0, dtype=float)
        self._means.append((total / (columns * self._grid.shape[0])).astype(np.float32))
        self._sums = self._sums[columns:]


def model_key(model: Model) -> str:
    """Return the SHA-256 of what hearing depends on: weights, network, front end, settings.

    Examples
    --------
    >>> import dataclasses
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> model_key(model) == model_key(dataclasses.replace(model, name="another"))
    True
    """
    digest = hashlib.sha256()
    program, weights = _identity(model)
    frontend, arrays = _taken_apart(model.frontend)
    weights |= {f"frontend {name}": array for name, array in arrays.items()}
    settings = [VERSION, program, frontend]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    for name, tensor in weights.items():
        digest.update(f"{name} {tensor.shape}".encode())
        digest.update(np.ascontiguousarray(tensor).tobytes())
    return digest.hexdigest()


def _taken_apart(frontend: AnyFrontend) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    if isinstance(frontend, Frontend):  # as keys were made before there were other kinds
        return dataclasses.asdict(frontend), {}
    return stored(frontend)


def _identity(model: Model) -> tuple[object, dict[str, np.ndarray]]:
    """Return what a network's program is known by, and its weights by name."""
    network = model.network
    if isinstance(network, Described):
        settings, tensors = network.description()
        return settings, dict(tensors)
    if (graph := graph_if_any(network)) is not None:
        return graph.settings(), dict(graph.tensors)
    # Lowered, since there the constants are spelt out that are no weights.
    picture = on_device(np.zeros(network.picture_shape, np.float32))
    program = jax.jit(lambda network, picture: network.forward(picture)).lower(network, picture)
    leaves = map(np.asarray, jax.device_get(jax.tree.leaves(network)))
    layers = [dataclasses.astuple(layer) for layer in model.layers]
    return [layers, program.as_text()], {
        f"{number} {leaf.dtype}": leaf for number, leaf in enumerate(leaves)
    }
