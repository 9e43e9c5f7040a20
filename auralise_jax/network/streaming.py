"""What a network may answer beyond `Network`: sounds of any length, bounds, and its name.

Networks that answer none of this go by windows of their own length, compute what others have a
bound of, and are known by their program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Int32

from auralise_jax.frontend import Frontend
from auralise_jax.network.edits import Edits
from auralise_jax.network.network import Network


class Columns(NamedTuple):
    """What is asked of some columns of a layer's maps, over all their rows."""

    sums: Float32[np.ndarray, "columns features"]
    largest: Float32[np.ndarray, "columns features"]
    rows: Int32[np.ndarray, "columns features"]
    """Where the largest value is; the first of equals."""


class Stream(Protocol):
    """How a network is run over a picture that comes in pieces; every cell is computed once."""

    @property
    def frames(self) -> int:
        """Frames of a piece."""

    @property
    def short(self) -> int:
        """Frames of the pieces at the end of a sound."""

    @property
    def margin(self) -> int:
        """Frames of sound before and after a piece that its own frames see."""

    def needed(self, samples: int) -> int:
        """Return how many frames it takes until every layer's columns of the sound are out."""

    def run(
        self,
        network: Any,
        pieces: Iterable[tuple[Float32[np.ndarray, " samples"], int]],
        edits: Edits | None = None,
    ) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the new columns of every layer for each piece of a sound.

        Parameters
        ----------
        network : Network
            Whose stream this is.
        pieces : iterable of (array, int)
            Each of `frames` frames, or of `short` ones, and `margin` more on either side. Before
            the sound stands its reflection, as in any picture; after it, silence. With each comes
            how many samples were read by then, which is yielded with its columns.
        edits : mapping of str to Edit, optional
            What happens to each layer's maps on their way up.
        """


@runtime_checkable
class Streaming(Protocol):
    """A network that can hear a sound of any length."""

    def stream(self, frontend: Frontend) -> Stream:
        """Return how it is run over the pictures of a front end that come in pieces."""

    def headless(self, picture_shape: tuple[int, int]) -> Network:
        """Return its layers without the scores, for pictures of another shape."""


@runtime_checkable
class Bounded(Protocol):
    """A network that knows a bound of its projections without computing them."""

    def most(self, state: Any, layer: str, norms: Float32[np.ndarray, " features"]) -> float:
        """Return a value that no cell of a projection of one of a layer's features exceeds.

        Parameters
        ----------
        state
            Result of `Network.forward`.
        layer : str
            Whose features are projected, under a rule that passes on no more than comes back.
        norms : array, shape (features,)
            The root of the summed squares of each feature's seed.
        """


@runtime_checkable
class Described(Protocol):
    """A network that is known by its settings and weights, whatever program they make."""

    def description(self) -> tuple[Any, Mapping[str, np.ndarray]]:
        """Return settings, as JSON has them, and weights by name."""
