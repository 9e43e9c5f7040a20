"""A network with some features muted or turned up, which takes the place of the network."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float, Float32

from auralise_jax.frontend import Frontend
from auralise_jax.network.cost import Cost
from auralise_jax.network.edits import (
    AnyGains,
    Edit,
    Edits,
    Gains,
    checked_gains,
    edits_for,
    in_turn,
)
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Network, Seed
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.rules import Rule, RuleName
from auralise_jax.network.streaming import Bounded, Columns, Stream, Streaming
from auralise_jax.network.summary import Explained
from auralise_jax.text import many

MUTED = (
    "features of it are muted or have gains; take model.with_gains(dict.fromkeys(model.gains, 1))"
)
"""Why a network cannot be what only one that is as it was trained can be, and what to do."""


@jax.tree_util.register_pytree_node_class
class EditedNetwork:
    """A network whose features have gains, wherever a network is asked for.

    Parameters
    ----------
    network : Network
        The network as it is.
    gains : mapping of (str, int) to float
        As `edits_for` takes them. Not part of the pytree, since what is computed follows from
        `edits`: a function compiled for some gains serves all others.

    Attributes
    ----------
    edits : dict of str to Edit
        What happens to each layer's maps on their way up.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> muted = EditedNetwork(aj.load_model("genre").network, {("conv3", 20): 0.0})
    >>> muted
    <EditedNetwork: <Stack: conv 64 64 64 64 64>, gains of 1 feature>
    """

    def __init__(self, network: Network, gains: Gains) -> None:
        self.network = network
        self.gains = checked_gains(network.layers, gains)
        self.edits: Edits = edits_for(network, self.gains)

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        """Return the network and the edits."""
        return (self.network, self.edits), None

    @classmethod
    def tree_unflatten(cls, _fixed: None, parts: tuple[Any, ...]) -> EditedNetwork:
        """Return a network of weights and edits that may be tracers."""
        made = object.__new__(cls)
        made.network, made.edits = parts
        return made

    @functools.cached_property
    def gains(self) -> Gains:
        """Gains of features; of a network that JAX took apart and put together, to float32.

        While a function is traced nobody knows them.
        """
        scales = {name: edit.scale for name, edit in self.edits.items()}
        if any(isinstance(scale, jax.core.Tracer) for scale in scales.values()):
            return {}
        return {
            (name, int(feature)): float(scale[feature])
            for name, scale in jax.device_get(scales).items()
            for feature in np.flatnonzero(scale != 1)
        }

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network's."""
        return self.network.layers

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """The network's."""
        return self.network.picture_shape

    @property
    def outputs_count(self) -> int:
        """The network's."""
        return self.network.outputs_count

    def sizes(self, picture_shape: tuple[int, ...]) -> Mapping[str, tuple[int, ...]]:
        """Return the size of every layer's maps, by its name, for pictures of some shape."""
        return self.network.sizes(picture_shape)

    def kernel(self, layer: str) -> Array | np.ndarray | None:
        """Return the kernels of a layer that sees the picture directly."""
        return self.network.kernel(layer)

    def off(self, layer: str) -> Float[Array | np.ndarray, " features"]:
        """Return the value that each map of a layer has where its feature is silent."""
        return self.network.off(layer)

    def cost(self) -> Cost:
        """Return what the network asks of a machine."""
        return self.network.cost()

    def forward(self, picture: Float[Array, "..."], edits: Edits | None = None) -> Any:
        """Run the network on a picture; edits that are given come after those of the gains."""
        return self.network.forward(picture, self.under(edits))

    def activations(self, state: Any, layer: str) -> Float[Array, "..."]:
        """Return a layer's maps, before its own edit."""
        return self.network.activations(state, layer)

    def maps(
        self, pictures: Float[np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> tuple[np.ndarray, ...]:
        """Return every layer's maps of many pictures."""
        return self.network.maps(pictures, self.under(edits))

    def scores(
        self, pictures: Float[Array | np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> Float[Array | np.ndarray, "batch outputs"]:
        """Return the scores of many pictures."""
        return self.network.scores(pictures, self.under(edits))

    def scores_alone(
        self, picture: Float[Array, "..."], layer: str, edit: Edit, others: Edits | None = None
    ) -> Float[Array | np.ndarray, "features outputs"]:
        """Return the scores where each feature of a layer is edited alone, instead of its gain."""
        return self.network.scores_alone(picture, layer, edit, self.under(others))

    def project(self, state: Any, layer: str, seed: Seed, rule: RuleName | Rule) -> Array:
        """Bring a seed back to the picture under a rule."""
        return self.network.project(state, layer, seed, rule)

    def outputs(self, state: Any) -> Float[Array | np.ndarray, " outputs"]:
        """Return the scores."""
        return self.network.outputs(state)

    def randomise(self, seed: int) -> EditedNetwork:
        """Return a network with fresh weights and the same gains: the control."""
        return EditedNetwork(self.network.randomise(seed), self.gains)

    def most(self, state: Any, layer: str, norms: Float32[np.ndarray, " features"]) -> float:
        """Return a value that no projection of a layer exceeds; infinity if none is known."""
        network: object = self.network
        return network.most(state, layer, norms) if isinstance(network, Bounded) else math.inf

    def operations(self, layer: str) -> tuple[str, ...]:
        """Return what a layer consists of, in words; nothing if the network does not say."""
        return self.network.operations(layer) if isinstance(self.network, Explained) else ()

    def refused(self, layer: str) -> UnsupportedOperation | None:
        """Return why a layer cannot be projected; None if it can."""
        return self.network.refused(layer) if isinstance(self.network, Explained) else None

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of what was found in the network and is no layer."""
        return tuple(getattr(self.network, "left_out", ()))

    def under(self, edits: Edits | None) -> Edits:
        """Return what happens to each layer where further edits come after those of the gains."""
        return self.edits if edits is None else in_turn(self.edits, edits)

    def __repr__(self) -> str:
        gains = f"gains of {many(len(self.gains), 'feature')}"
        return f"<{type(self).__name__}: {self.network!r}, {gains}>"


@jax.tree_util.register_pytree_node_class
class EditedStreaming(EditedNetwork):
    """An edited network that can hear a sound of any length."""

    network: Any

    def stream(self, frontend: Frontend) -> Stream:
        """Return how it is run over the pictures of a front end that come in pieces."""
        return _EditedStream(self.network.stream(frontend))

    def headless(self, picture_shape: tuple[int, int]) -> Network:
        """Return its layers without the scores, for pictures of another shape."""
        return with_gains(self.network.headless(picture_shape), self.gains)


class _EditedStream:
    """A stream of what `EditedStreaming` edits."""

    def __init__(self, stream: Stream) -> None:
        self.frames, self.short, self.margin = stream.frames, stream.short, stream.margin
        self.needed = stream.needed
        self._stream = stream

    def run(
        self,
        network: EditedStreaming,
        pieces: Iterable[tuple[Float[np.ndarray, " samples"], int]],
        edits: Edits | None = None,
    ) -> Iterator[tuple[tuple[Columns, ...], int]]:
        """Yield the new columns of every layer for each piece of a sound."""
        return self._stream.run(network.network, pieces, network.under(edits))


def with_gains(network: Network, gains: AnyGains) -> Network:
    """Return a network whose features have gains, beside those that they have already.

    Where a feature has a gain already, the new one replaces it. A gain of 1 leaves a feature as it
    is; where all gains are 1, the network itself is returned.
    """
    given = checked_gains(network.layers, gains)
    known = {**gains_of(network), **given}
    left = {which: gain for which, gain in known.items() if gain != 1}
    plain = network.network if isinstance(network, EditedNetwork) else network
    kind = EditedStreaming if isinstance(plain, Streaming) else EditedNetwork
    return kind(plain, left) if left else plain


def gains_of(network: Network) -> Gains:
    """Return the gains of a network's features; nothing where all are as they are."""
    return network.gains if isinstance(network, EditedNetwork) else {}
