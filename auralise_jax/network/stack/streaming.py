"""The paper's CNN over a picture of any length that comes in pieces: its fast form for long files.

Each block keeps the last columns that it saw, as many as its next ones need, so that every cell is
computed once and from all that it sees. It is the forward pass that training uses (Winograd's
F(4 x 4, 3 x 3)), in pieces of one shape, so nothing compiles per file. Sums over a map are written
out as a tree, since XLA's own sum depends on how many threads it has. So the same kind of processor
gives the same bytes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float32

from auralise_jax.device import on_device
from auralise_jax.frontend import Frontend
from auralise_jax.network.edits import Edit, Edits
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.passes import Bias, Kernel, fast_block
from auralise_jax.network.streaming import Columns


class Stage(NamedTuple):
    """A block of the network at each step of the stream, in columns."""

    kept: int
    """Input columns kept for the next step."""
    lead: int
    """Output columns that are dropped, since they see the zeros before the kept input."""
    late: int
    """Columns by which the output lags behind the input."""


class Convolutions(Protocol):
    """The kernels and biases of a network's blocks."""

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Kernels of all blocks, the first block first."""

    @property
    def biases(self) -> tuple[Bias, ...]:
        """Biases of all blocks."""


@dataclass(frozen=True)
class Stream:
    """How a network of convolutions and pools is run over a picture that comes in pieces.

    Parameters
    ----------
    architecture : Architecture
        Architecture of the network.
    frontend : Frontend
        Makes the network's pictures.

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
        return -(-self.frontend.shape[1] // self._top_step) * self._top_step

    @property
    def short(self) -> int:
        """Frames of the short pieces at the end of a file, which waste little."""
        return -(-self.frames // (3 * self._top_step)) * self._top_step

    @property
    def margin(self) -> int:
        """Frames of sound before and after a piece that the frames of the piece overlap."""
        return -(-self.frontend.n_fft // (2 * self.frontend.hop_length))

    @functools.cached_property
    def stages(self) -> tuple[Stage, ...]:
        """A stage per block of the network."""
        half, pool = self.architecture.kernel_size[1] // 2, self.architecture.pool[1]
        lead, late = -(-half // pool), 0
        found = []
        for _ in self.architecture.layers:
            before, late = late, -(-(late + half) // pool)
            found.append(Stage(pool * (late + lead) - before, lead, late))
        return tuple(found)

    @property
    def _top_step(self) -> int:
        """Frames between columns of the top layer."""
        return int(self.architecture.pool[1] ** len(self.architecture.layers))

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

    def run(
        self,
        network: Convolutions,
        pieces: Iterable[tuple[Float32[np.ndarray, " samples"], int]],
        edits: Edits | None = None,
    ) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the new columns of every layer; see `network.streaming.Stream`."""
        kept, is_first = self.start(), True
        edited = edits and tuple(edits[name] for name in self.architecture.layers)
        early = [stage.late for stage in self.stages]  # columns to come before the sound's first
        for piece, read in pieces:
            # Sent on purpose: users may forbid JAX to send anything unasked.
            sent = on_device(piece), jax.device_put(np.bool_(is_first))
            columns, kept = _step(network.kernels, network.biases, kept, *sent, edited, self)
            is_first = False
            found = []
            for layer, parts in enumerate(jax.device_get(columns)):
                found.append(Columns(*(part[early[layer] :] for part in parts)))
                early[layer] = max(0, early[layer] - len(parts[0]))
            yield tuple(found), read


@functools.partial(jax.jit, static_argnames=("stream",))
def _step(
    kernels: tuple[Kernel, ...],
    biases: tuple[Bias, ...],
    kept: tuple[Array, ...],
    samples: Float32[Array, " samples"],
    is_first: Bool[Array, ""],
    edits: tuple[Edit, ...] | None,
    stream: Stream,
) -> tuple[list[tuple[Array, Array, Array]], tuple[Array, ...]]:
    picture = stream.frontend.picture(samples)
    new = picture.shape[1] - 2 * stream.margin
    x = picture[None, :, stream.margin : stream.margin + new, None]
    columns, keep = [], []
    blocks = zip(kernels, biases, kept, edits or [None] * len(kept), stream.stages, strict=True)
    for kernel, bias, before, edit, stage in blocks:
        x = jnp.concatenate([before, x], axis=2)
        keep.append(x[:, :, x.shape[2] - stage.kept :])
        x = fast_block(x, kernel, bias, stream.architecture.pool)
        new //= stream.architecture.pool[1]
        x = x[:, :, stage.lead : stage.lead + new]
        # Before the first column of the file the next block sees zeros, as in any picture.
        before_file = is_first & (jnp.arange(new) < stage.late)
        before_file = before_file[None, None, :, None]
        own = jnp.where(before_file, 0, x)
        columns.append(_summary(own[0]))
        x = own if edit is None else jnp.where(before_file, 0, edit.of(x))
    return columns, tuple(keep)


def _summary(x: Float32[Array, "rows columns features"]) -> tuple[Array, Array, Array]:
    largest = x.max(axis=0)
    # The first row of the largest value: an argmax that is as fast as a maximum.
    ahead = (len(x) - jnp.arange(len(x), dtype=jnp.int32))[:, None, None]
    rows = len(x) - jnp.where(x == largest[None], ahead, 0).max(axis=0)
    return _sum_rows(x), largest, rows


def _sum_rows(x: Float32[Array, "rows columns features"]) -> Float32[Array, "columns features"]:
    """Add rows up by halves, in an order that is fixed."""
    x = jnp.pad(x, [(0, (1 << (len(x) - 1).bit_length()) - len(x)), (0, 0), (0, 0)])
    while len(x) > 1:
        half = len(x) // 2
        x = x[:half] + x[half:]
    return x[0]
