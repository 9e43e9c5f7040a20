"""Hearing a file for an atlas: where it made every feature of every layer respond most.

One pure function of file, model and settings. A file is one long picture, heard as a stream: each
block of the network keeps the last columns it saw, as many as its next ones need, so that every
cell is computed once and from all that it sees, however long the file is. Only at the beginning
and at the end of the file do cells see the zeros beyond. It is the forward pass that training uses
(Winograd's F(4 x 4, 3 x 3)), in pieces of one shape, so nothing compiles per file and nothing
depends on what stands beside it. Sums over a map are written out as a tree, since XLA's own sum
depends on how many threads it has. So the same kind of processor gives the same bytes, whoever
computes and beside whatever.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float32, Int16, Int32

from auralise_jax.atlas.cells import Grid, grids, top_step
from auralise_jax.atlas.strongest import Strongest
from auralise_jax.atlas.windows import Window, pieces
from auralise_jax.device import on_device
from auralise_jax.frontend import Frontend
from auralise_jax.frontend.windows import starts
from auralise_jax.network import Architecture, Model
from auralise_jax.network.cost import check_window
from auralise_jax.network.stack.network import stack_of
from auralise_jax.network.stack.passes import Bias, Kernel, fast_block

VERSION = 2
"""Of how a file is heard; raise it when that changes, and everything is heard anew."""

CHUNK = 8
"""Pieces of the sound whose places are sought at once."""


class Heard(NamedTuple):
    """What one file did to every feature; layers follow each other along the axis `features`."""

    seconds: float
    means: Float32[np.ndarray, "pieces features"]
    """Of the maps of each piece of the file, about as long as the model's window."""
    value: Float32[np.ndarray, "features two"]
    """After ReLU and pooling, at the strongest places; 0 where there is none."""
    window: Int32[np.ndarray, "features two"]
    row: Int16[np.ndarray, "features two"]
    column: Int16[np.ndarray, "features two"]


class Stage(NamedTuple):
    """What a block of the network does at each step of the stream, in columns."""

    kept: int
    """Of its input, kept for the next step."""
    lead: int
    """Of its output, which see the zeros before what was kept, and are dropped."""
    late: int
    """By which its output is behind."""


@dataclass(frozen=True)
class Stream:
    """How a network of convolutions and pools is run over a picture that comes in pieces.

    Parameters
    ----------
    architecture : Architecture
        Of the network.
    frontend : Frontend
        Makes its pictures.

    Examples
    --------
    >>> stream = Stream(Architecture(), Frontend())
    >>> stream.frames, stream.stages[:2]
    (192, (Stage(kept=4, lead=1, late=1), Stage(kept=3, lead=1, late=1)))
    """

    architecture: Architecture
    frontend: Frontend

    @property
    def frames(self) -> int:
        """Frames of a piece: as many as the model's window has, in whole columns of all layers."""
        step = top_step(self.architecture)
        return -(-self.frontend.shape[1] // step) * step

    @property
    def short(self) -> int:
        """Frames of the pieces at the end of a file, so that little is computed for nothing."""
        step = top_step(self.architecture)
        return -(-self.frames // (3 * step)) * step

    @property
    def margin(self) -> int:
        """Frames of sound before and after a piece that its own frames see."""
        return -(-self.frontend.n_fft // (2 * self.frontend.hop_length))

    @functools.cached_property
    def stages(self) -> tuple[Stage, ...]:
        """One per block of the network."""
        half, pool = self.architecture.kernel_size[1] // 2, self.architecture.pool[1]
        lead, late = -(-half // pool), 0
        found = []
        for _ in self.architecture.layers:
            before, late = late, -(-(late + half) // pool)
            found.append(Stage(pool * (late + lead) - before, lead, late))
        return tuple(found)

    def needed(self, samples: int) -> int:
        """Return how many frames it takes until every layer's columns of the sound are out."""
        hop, pool = self.frontend.hop_length, self.architecture.pool[1]
        return max(
            int(pool**layer) * (-(-samples // (int(pool**layer) * hop)) + stage.late)
            for layer, stage in enumerate(self.stages, start=1)
        )

    def start(self) -> tuple[Array, ...]:
        """Return what every block has kept before the first step: zeros."""
        rows, _ = self.frontend.shape
        kept = []
        inputs = (1, *self.architecture.features)
        for layer, stage in enumerate(self.stages):
            own = rows // self.architecture.pool[0] ** layer
            kept.append(on_device(np.zeros((1, own, stage.kept, inputs[layer]), np.float32)))
        return tuple(kept)


class Ear:
    """A model made ready to hear many files, in several threads too.

    Parameters
    ----------
    model : Model
        Who listens.
    """

    def __init__(self, model: Model) -> None:
        check_window(model.network.cost(), model.frontend)
        self.model = model
        self.network = stack_of(model, "made an atlas of")
        self.stream = Stream(self.network.architecture, model.frontend)
        self._compiling = threading.Lock()
        self._compiled = False

    def hear(self, path: Path) -> Heard:
        """Hear a sound file from beginning to end.

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
        >>> heard = Ear(aj.load_model("genre")).hear(path)
        >>> heard.means.shape, heard.value.shape
        ((3, 320), (320, 2))
        """
        front, stream = self.model.frontend, self.stream
        layers = [
            _Layer(count, grid, stage.late, stream.frames * front.hop_length // grid.step)
            for count, grid, stage in zip(
                self.network.architecture.features,
                grids(self.network.architecture, front),
                stream.stages,
                strict=True,
            )
        ]
        samples = 0
        kept, waiting = stream.start(), list[list[tuple[np.ndarray, ...]]]()
        for number, (piece, samples) in enumerate(
            pieces(path, front, (stream.frames, stream.short), stream.margin, stream.needed)
        ):
            told, kept = self._respond(kept, piece, number == 0)
            waiting.append(told)
            if len(waiting) == CHUNK:
                self._take(layers, waiting, samples)
        self._take(layers, waiting, samples)
        count = len(starts(samples, stream.frames * front.hop_length))
        places = [layer.places() for layer in layers]
        return Heard(
            samples / front.sample_rate,
            np.concatenate([layer.means(count) for layer in layers], axis=1),
            *(np.concatenate(part) for part in zip(*places, strict=True)),
        )

    def _respond(
        self, kept: tuple[Array, ...], piece: Window, is_first: bool
    ) -> tuple[list[tuple[np.ndarray, ...]], tuple[Array, ...]]:
        """Take a step: return, per layer, each new column's sum, largest value and its row."""
        network = self.network
        with contextlib.nullcontext() if self._compiled else self._compiling:
            # Sent on purpose: users may forbid JAX to send anything unasked.
            sent = on_device(piece), jax.device_put(np.bool_(is_first))
            told, kept = _step(network.kernels, network.biases, kept, *sent, self.stream)
            self._compiled = True
        return jax.device_get(told), kept

    def _take(
        self, layers: list[_Layer], waiting: list[list[tuple[np.ndarray, ...]]], samples: int
    ) -> None:
        """Hand steps on to the layers, and forget them."""
        for number, (layer, steps) in enumerate(
            zip(layers, zip(*waiting, strict=True), strict=False), start=1
        ):
            sums, best, rows = (np.concatenate(parts) for parts in zip(*steps, strict=True))
            self.model.check_finite(sums, f"layer {number}")  # of what is 0 or more: so all is
            layer.add(sums, best, rows, samples)
        waiting.clear()


class _Layer:
    """What a file does to one layer while its columns come by."""

    def __init__(self, features: int, grid: Grid, late: int, columns: int) -> None:
        self._grid, self._late = grid, late
        self._strongest = Strongest(features, 1, grid.step, grid.step, grid.reach)
        self._means: list[np.ndarray] = []
        self._of_piece = columns
        self._sums = np.zeros((0, features), np.float32)
        self._next = -late  # the number of the next column in the file

    def add(self, sums: np.ndarray, best: np.ndarray, rows: np.ndarray, samples: int) -> None:
        """Take the next columns, shape (columns, features), of so many samples in all."""
        columns = self._next + np.arange(len(best))
        self._next += len(best)
        # What comes before the file and after it is not of it.
        own = (columns >= 0) & (columns * self._grid.step < samples)
        self._strongest.add(np.where(own[:, None], best, 0)[:, None], rows[:, None])
        self._sums = np.concatenate([self._sums, sums[own]])
        while len(self._sums) >= self._of_piece:
            self._mean(self._of_piece)

    def means(self, count: int) -> Float32[np.ndarray, "pieces features"]:
        """Return the means of the first so many pieces of the file."""
        if len(self._means) < count:
            self._mean(len(self._sums))
        return np.stack(self._means[:count])

    def places(self) -> tuple[np.ndarray, ...]:
        """Return value, window, row and column of the strongest places."""
        found = self._strongest.places()
        windows, columns = self._grid.place(found.column - self._late)
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
    network = stack_of(model, "made an atlas of")
    told = [VERSION, asdict(network.architecture), asdict(model.frontend)]
    digest.update(json.dumps(told, sort_keys=True).encode())
    for name in sorted(network.tensors):
        tensor = np.ascontiguousarray(network.tensors[name], "<f4")
        digest.update(f"{name} {tensor.shape}".encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()


@functools.partial(jax.jit, static_argnames=("stream",))
def _step(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    kept: tuple[Array, ...],
    samples: Float32[Array, " samples"],
    is_first: Bool[Array, ""],
    stream: Stream,
) -> tuple[list[tuple[Array, Array, Array]], tuple[Array, ...]]:
    picture = stream.frontend.picture(samples)
    new = picture.shape[1] - 2 * stream.margin
    x = picture[None, :, stream.margin : stream.margin + new, None]
    told, keep = [], []
    for kernel, bias, before, stage in zip(kernels, biases, kept, stream.stages, strict=True):
        x = jnp.concatenate([before, x], axis=2)
        keep.append(x[:, :, x.shape[2] - stage.kept :])
        x = fast_block(x, kernel, bias, stream.architecture.pool)
        new //= stream.architecture.pool[1]
        x = x[:, :, stage.lead : stage.lead + new]
        # Before the first column of the file the next block sees zeros, as in any picture.
        before_file = is_first & (jnp.arange(new) < stage.late)
        x = jnp.where(before_file[None, None, :, None], 0, x)
        told.append(_summary(x[0]))
    return told, tuple(keep)


def _summary(x: Float32[Array, "rows columns features"]) -> tuple[Array, Array, Array]:
    best = x.max(axis=0)
    # The first row of the largest value: an argmax that is as fast as a maximum.
    ahead = (len(x) - jnp.arange(len(x), dtype=jnp.int32))[:, None, None]
    rows = len(x) - jnp.where(x == best[None], ahead, 0).max(axis=0)
    return _sum_rows(x), best, rows


def _sum_rows(x: Float32[Array, "rows columns features"]) -> Float32[Array, "columns features"]:
    """Add rows up by halves, in an order that is fixed."""
    x = jnp.pad(x, [(0, (1 << (len(x) - 1).bit_length()) - len(x)), (0, 0), (0, 0)])
    while len(x) > 1:
        half = len(x) // 2
        x = x[:half] + x[half:]
    return x[0]
