"""What every network that can be listened to answers, whoever wrote it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from auralise_jax.device import on_device
from auralise_jax.network.cost import Cost
from auralise_jax.network.edits import Edit, Edits, alone, checked_edits, groups, untouched
from auralise_jax.network.layer import Layer, find_layer
from auralise_jax.network.rules import Rule, RuleName


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Feature:
    """A feature of a layer as the seed of a projection."""

    index: Int[Array, ""] | int
    """Number of the feature, from 0; may be traced."""
    map: Float[Array, "..."] | None = None
    """Values to project, of the shape of the feature's map; None: the map itself."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Cotangent:
    """Values at all maps of a layer as the seed of a projection."""

    maps: Float[Array, "..."]
    """Values to project, of the shape of the layer's maps, features last."""


Seed: TypeAlias = Feature | Cotangent

TOGETHER = 16
"""Features edited in one call of `scores_alone`."""


class NoControl(ValueError):  # noqa: N818 (the name is part of the interface)
    """There is no network of random weights that another can be compared with; says why.

    Measures that would be compared with a control go on without it, and repeat the reason.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> import auralise_jax as aj
    >>> from auralise_jax.network.traced import TracedNetwork
    >>> front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.4)
    >>> def edges(picture):  # nothing in it was learnt
    ...     rise = jnp.diff(picture)[..., None]
    ...     return aj.tap(jax.nn.relu(jnp.concatenate([rise, -rise], -1)), "edges").mean((0, 1))
    >>> network = TracedNetwork(edges, jnp.zeros(front.shape))
    >>> try:
    ...     aj.untrained(aj.Model(network, front, ("rising", "falling")))
    ... except NoControl as error:
    ...     print(f"no control: {error}"[:58])
    no control: the function captures no array that the pictur
    """


class Network(Protocol):
    """A network as a pytree of its weights, with methods that are pure functions.

    A `State` is whatever `forward` leaves behind for later questions, a pytree.
    """

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that can be projected, from the picture up."""

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """Shape of the pictures that the network was made for."""

    @property
    def outputs_count(self) -> int:
        """The number of scores; 0 without a head."""

    def sizes(self, picture_shape: tuple[int, ...]) -> Mapping[str, tuple[int, ...]]:
        """Return the size of every layer's maps, by its name, for pictures of some shape."""

    def kernel(self, layer: str) -> Array | np.ndarray | None:
        """Return the kernels, (freq, time, features), of a layer that sees the picture directly."""

    def forward(self, picture: Float[Array, "..."], edits: Edits | None = None) -> Any:
        """Run the network on one picture and keep what later questions need.

        Parameters
        ----------
        picture : array
            Of the shape of `picture_shape`.
        edits : mapping of str to Edit, optional
            What happens to each layer's maps on their way up: see `untouched`. The first edits
            compile, others do not.
        """

    def activations(self, state: Any, layer: str) -> Float[Array, "..."]:
        """Return a layer's maps, features last, before the layer's own edit."""

    def maps(
        self, pictures: Float[np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> tuple[np.ndarray, ...]:
        """Return every layer's maps of many pictures, each of shape (batch, *size, features)."""
        states = [self.forward(on_device(picture), edits) for picture in pictures]
        return tuple(
            np.stack([jax.device_get(self.activations(one, layer.name)) for one in states])
            for layer in self.layers
        )

    def scores(
        self, pictures: Float[Array | np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> Float[Array | np.ndarray, "batch outputs"]:
        """Return the scores of many pictures."""
        states = [self.forward(on_device(picture), edits) for picture in pictures]
        return np.stack([jax.device_get(self.outputs(state)) for state in states])

    def scores_alone(
        self, picture: Float[Array, "..."], layer: str, edit: Edit, others: Edits | None = None
    ) -> Float[Array | np.ndarray, "features outputs"]:
        """Return the scores where a single feature of a layer is edited, for each feature.

        What lies below the layer is computed once for several features. This form needs `forward`
        and `outputs` that can be traced.

        Parameters
        ----------
        picture : array
            As for `forward`.
        layer : str
            Whose features are edited, one at a time.
        edit : Edit
            Row k of the result are the scores where feature k alone is scaled and shifted by the
            k-th numbers of this, instead of what `others` say of it.
        others : mapping of str to Edit, optional
            What happens besides; nothing, if not given.

        Raises
        ------
        ValueError
            If the network gives no scores.
        """
        check_scores(self)
        features = self.layers[find_layer(self.layers, layer) - 1].features
        edits = checked_edits(self.layers, untouched(self) if others is None else others)
        edit = jax.tree.map(on_device, edit)
        found = [
            scores_of_some(self, picture, edits, edit, jax.device_put(group), layer=str(layer))
            for group in groups(features, TOGETHER)
        ]
        return np.concatenate(jax.device_get(found))[:features]

    def project(self, state: Any, layer: str, seed: Seed, rule: RuleName | Rule) -> Array:
        """Bring a seed back to the picture under a rule; the result is signed.

        Where the network was run under edits, what comes back to a layer from above is multiplied
        by the scale of the layer's edit. The layer that the seed belongs to is not edited.
        """

    def outputs(self, state: Any) -> Float[Array | np.ndarray, " outputs"]:
        """Return the scores, under the edits of the forward pass."""

    def cost(self) -> Cost:
        """Return what the network asks of a machine, from shapes alone."""

    def off(self, layer: str) -> Float[Array | np.ndarray, " features"]:
        """Return the value that each map of a layer has where its feature is silent."""

    def randomise(self, seed: int) -> Network:
        """Return a network of the same shapes with fresh weights: the control.

        Raises
        ------
        NoControl
            If it has no weights.
        """


def check_scores(network: Network) -> None:
    """Raise ValueError if a network gives no scores."""
    if not network.outputs_count:
        raise ValueError(
            "the network gives no scores, so that no feature has an effect on them; its layers can "
            "be heard under edits"
        )


@functools.partial(jax.jit, static_argnames=("layer",))
def scores_of_some(
    network: Network,
    picture: Float[Array, "..."],
    edits: dict[str, Edit],
    edit: Edit,
    features: Int[Array, " edited"],
    *,
    layer: str,
) -> Float[Array, "edited outputs"]:
    """Return the scores where each of some features of a layer is edited alone."""

    def edited(feature: Array) -> Array:
        own = edits | {layer: alone(feature, edit, edits[layer])}
        scores: Any = network.outputs(network.forward(picture, own))
        return jnp.asarray(scores)

    scores: Array = jax.vmap(edited)(features)
    return scores


@functools.partial(jax.jit, static_argnames=("layer", "rule"))
def project_many(
    network: Network, state: Any, seeds: Seed, *, layer: str, rule: RuleName | Rule
) -> Float[Array, "projected ..."]:
    """Project several seeds of a layer at once, as an accelerator wants it.

    On an H200 a layer of 64 of the paper's CNN was measured 6 to 9 ms, one after the other 24 to
    32 ms.
    """

    def project(seed: Seed) -> Array:
        return network.project(state, layer, seed, rule)

    projected: Array = jax.vmap(project)(seeds)
    return projected
