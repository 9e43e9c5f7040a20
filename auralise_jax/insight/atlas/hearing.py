"""Hearing a file for an atlas: where it made every feature of every layer respond most.

One pure function of file, model and settings. Windows are heard one at a time, by the forward pass
that training uses (Winograd's F(4 x 4, 3 x 3)): one shape, so nothing compiles per file and nothing
depends on which windows stand together; on a CPU a batch was no faster. Sums over a map are written
out as a tree, since XLA's own sum depends on how many threads it has. So the same kind of processor
gives the same bytes, whoever computes and beside whatever.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import json
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32, Int16, Int32

from auralise_jax.audio import Frontend
from auralise_jax.insight.atlas.cells import grids
from auralise_jax.insight.atlas.strongest import Strongest
from auralise_jax.insight.atlas.windows import Window, windows
from auralise_jax.network import Model

VERSION = 1
"""Of how a file is heard; raise it when that changes, and everything is heard anew."""

CHUNK = 8
"""Windows whose places are sought at once."""


class Heard(NamedTuple):
    """What one file did to every feature; layers follow each other along the axis `features`."""

    seconds: float
    means: Float32[np.ndarray, "windows features"]
    """Of each window's maps."""
    value: Float32[np.ndarray, "features two"]
    """After ReLU and pooling, at the strongest places; 0 where there is none."""
    window: Int32[np.ndarray, "features two"]
    row: Int16[np.ndarray, "features two"]
    column: Int16[np.ndarray, "features two"]


class Ear:
    """A model made ready to hear many files, in several threads too.

    Parameters
    ----------
    model : Model
        Who listens.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._compiling = threading.Lock()
        self._compiled = False

    def hear(self, path: Path) -> Heard:
        """Hear a sound file from begin to end.

        Raises
        ------
        OSError, ValueError
            As `windows` does.

        Examples
        --------
        >>> import tempfile
        >>> import auralise_jax as aj
        >>> path = Path(tempfile.mkdtemp()) / "bach.wav"
        >>> _ = aj.example_clips()["bach"].save(path)
        >>> heard = Ear(aj.load_model("genre")).hear(path)
        >>> heard.means.shape, heard.value.shape
        ((4, 320), (320, 2))
        """
        front, architecture = self.model.frontend, self.model.architecture
        cells = grids(architecture, front)
        found = [
            Strongest(count, grid.shape[1], front.samples, grid.step, grid.reach)
            for count, grid in zip(architecture.features, cells, strict=True)
        ]
        means: list[np.ndarray] = []
        samples = 0
        for chunk in _chunks(windows(path, front)):
            samples += sum(map(len, chunk))
            layers = zip(*(self.respond(window) for window in chunk), strict=True)
            of_layers = []
            for seeker, grid, layer in zip(found, cells, layers, strict=True):
                sums, best, rows = (np.stack(parts) for parts in zip(*layer, strict=True))
                seeker.add(best, rows)
                # Added column by column, in this order.
                of_layers.append(np.add.reduce(sums, axis=1, dtype=float) / np.prod(grid.shape))
            means.append(np.concatenate(of_layers, axis=1).astype(np.float32))
        places = [seeker.places() for seeker in found]
        windows_and_columns = [
            np.divmod(place.column, grid.shape[1])
            for place, grid in zip(places, cells, strict=True)
        ]
        return Heard(
            samples / front.sample_rate,
            np.concatenate(means),
            np.concatenate([place.value for place in places]),
            np.concatenate([window for window, _ in windows_and_columns]).astype(np.int32),
            np.concatenate([place.row for place in places]).astype(np.int16),
            np.concatenate([column for _, column in windows_and_columns]).astype(np.int16),
        )

    def respond(self, window: Window) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Return, per layer, each column's sum, largest value and its row, (columns, features)."""
        front = self.model.frontend
        with self._compiling:
            graph, state = self._module
        padded = np.pad(window, (0, front.samples - len(window)))
        with contextlib.nullcontext() if self._compiled else self._compiling:
            told = _respond(graph, state, padded, front)
            self._compiled = True
        return [(np.asarray(a), np.asarray(b), np.asarray(c)) for a, b, c in told]

    @functools.cached_property
    def _module(self) -> tuple[Any, Any]:
        from flax import nnx

        return nnx.split(self.model.module)


def model_key(model: Model) -> str:
    """Return the SHA-256 of what hearing depends on: weights, architecture, front end, settings.

    Examples
    --------
    >>> import dataclasses
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> model_key(model) == model_key(dataclasses.replace(model, name="another"))
    True
    """
    digest = hashlib.sha256()
    told = [VERSION, asdict(model.architecture), asdict(model.frontend)]
    digest.update(json.dumps(told, sort_keys=True).encode())
    for name in sorted(model.tensors):
        tensor = np.ascontiguousarray(model.tensors[name], "<f4")
        digest.update(f"{name} {tensor.shape}".encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()


def _chunks(one_by_one: Iterable[Window]) -> Iterable[list[Window]]:
    waiting = iter(one_by_one)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk


@functools.partial(jax.jit, static_argnums=(0, 3))
def _respond(
    graph: Any, state: Any, samples: Float32[Array, " samples"], front: Frontend
) -> list[tuple[Array, Array, Array]]:
    from flax import nnx

    told = []
    for maps in nnx.merge(graph, state).maps(front.picture(samples)[None]):
        x = maps[0]
        best = x.max(axis=0)
        # The first row of the largest value: an argmax that is as fast as a maximum.
        ahead = (len(x) - jnp.arange(len(x), dtype=jnp.int32))[:, None, None]
        rows = len(x) - jnp.where(x == best, ahead, 0).max(axis=0)
        told.append((_sum_rows(x), best, rows))
    return told


def _sum_rows(x: Float32[Array, "rows columns features"]) -> Float32[Array, "columns features"]:
    """Add rows up by halves, in an order that is fixed."""
    x = jnp.pad(x, [(0, (1 << (len(x) - 1).bit_length()) - len(x)), (0, 0), (0, 0)])
    while len(x) > 1:
        half = len(x) // 2
        x = x[:half] + x[half:]
    return x[0]
