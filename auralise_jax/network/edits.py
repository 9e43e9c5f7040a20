"""Edits of a network: features taken out, turned down or turned up, everything above run again.

Muting a feature asks what it is there for: its map is set to what it is where the feature is silent
(`Network.off`; 0 after a ReLU), and what lies above hears the rest. An edit acts on what passes up
from a layer. The layer's own maps stay as they were, so that a muted feature can still be seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from auralise_jax.network.layer import Layer, find_layer
from auralise_jax.text import listed

LOUDEST = 2.0
"""The largest gain of a feature."""

NUMBERS = (int, float, np.integer, np.floating)
"""Types of a gain; bool is an int, and is none."""


class Edit(NamedTuple):
    """What happens to a layer's maps on their way up: each is scaled, then shifted."""

    scale: Float32[Array | np.ndarray, " features"]
    shift: Float32[Array | np.ndarray, " features"]

    def of(self, maps: Any) -> Any:
        """Return maps, features last, as they pass up."""
        shape = (1,) * (maps.ndim - 1) + (-1,)
        return maps * self.scale.reshape(shape) + self.shift.reshape(shape)


Edits: TypeAlias = Mapping[str, Edit]
"""An edit for each layer, by name. It is always complete, so that other edits compile nothing."""

Gains: TypeAlias = Mapping[tuple[str, int], float]
"""Gains of features, by the name of their layer and their number from 0."""

AnyGains: TypeAlias = Mapping[tuple[Any, int], float]
"""Gains as a user gives them: layers by name, by number from 1, or themselves."""

Features: TypeAlias = Iterable[tuple[Any, int]]
"""Features as a user gives them."""


class Editable(Protocol):
    """What edits need to know of a network."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, from the picture up."""

    def off(self, layer: str) -> Float[Array | np.ndarray, " features"]:
        """Return the value that each map of a layer has where its feature is silent."""


def untouched(network: Editable) -> dict[str, Edit]:
    """Return edits that leave every layer as it is.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> edits = untouched(aj.load_model("genre").network)
    >>> print(*edits, edits["conv1"].scale.shape)
    conv1 conv2 conv3 conv4 conv5 (64,)
    """
    return edits_for(network, {})


def edits_for(network: Editable, gains: Gains) -> dict[str, Edit]:
    """Return the edits that give features their gains.

    Parameters
    ----------
    network : Network
        Whose layers are edited.
    gains : mapping of (str, int) to float
        Of layers' names and features, from 0 to 2. A map passes up as
        ``off + gain * (map - off)``, with `off` its value where the feature is silent: 0 mutes the
        feature, 1 leaves it as it is.

    Returns
    -------
    dict of str to Edit
        One for every layer, where JAX computes.

    Raises
    ------
    ValueError
        If there is no such layer or feature, or a gain is not a number from 0 to 2; if nothing
        reads the layer's maps.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> edit = edits_for(aj.load_model("genre").network, {("conv3", 1): 0.5})["conv3"]
    >>> edit.scale[:3].tolist(), edit.shift[:3].tolist()
    ([1.0, 0.5, 1.0], [0.0, 0.0, 0.0])
    """
    made = {layer.name: np.ones(layer.features, np.float32) for layer in network.layers}
    known = checked_gains(network.layers, gains)
    for (layer, feature), gain in known.items():
        made[layer][feature] = gain
    edits = {layer: Edit(scale, np.zeros_like(scale)) for layer, scale in made.items()}
    for name in {layer for layer, _ in known}:
        if name in getattr(network, "unread", ()):
            raise ValueError(
                f"no other layer and no output reads {name!r}, so that muting a feature of it "
                "would do nothing; if aj.tap marks it, go on with what aj.tap returns"
            )
        scale, off = made[name], np.asarray(jax.device_get(network.off(name)), np.float32)
        edits[name] = Edit(scale, np.where(scale == 1, 0, (1 - scale) * off).astype(np.float32))
    sent: dict[str, Edit] = jax.device_put(edits)
    return sent


def checked_gains(layers: Sequence[Layer], gains: AnyGains) -> dict[tuple[str, int], float]:
    """Return gains by the names of their layers, in the order of layers and features.

    Parameters
    ----------
    layers : sequence of Layer
        Of the network.
    gains : mapping
        From 0 to 2, by a layer, its name or its number from 1, and a feature from 0.

    Raises
    ------
    ValueError
        If a key is no layer and feature of the network, or a gain is not a number from 0 to 2.

    Examples
    --------
    >>> checked_gains([Layer("low", 8), Layer("high", 16)], {(2, 11): 0.5, ("low", 3): 0})
    {('low', 3): 0.0, ('high', 11): 0.5}
    """
    if not isinstance(gains, Mapping):
        raise ValueError(f"gains must be a dict such as {{(3, 20): 0.5}}, not {gains!r:.80}")
    known: dict[tuple[int, int], float] = {}
    for which, gain in gains.items():
        number, feature = place(layers, which)
        shown = f"the gain of feature {number}-{feature}"
        if isinstance(gain, (bool, np.bool_)) or not isinstance(gain, NUMBERS):
            raise ValueError(f"{shown} must be a number from 0 to {LOUDEST:g}, not {gain!r:.80}")
        if not 0 <= gain <= LOUDEST:  # as NaN is not
            raise ValueError(f"{shown} must be from 0 (muted) to {LOUDEST:g}, not {gain!r:.80}")
        known[number, feature] = float(gain)
    return {
        (layers[number - 1].name, feature): gain
        for (number, feature), gain in sorted(known.items())
    }


def merged_gains(
    layers: Sequence[Layer], mute: Features, gains: AnyGains
) -> dict[tuple[str, int], float]:
    """Return gains together with a gain of 0 for features that are muted.

    Muting a feature twice is muting it.

    Raises
    ------
    ValueError
        As `checked_gains` does; if a feature is muted and has another gain than 0.

    Examples
    --------
    >>> layers = [Layer("low", 8), Layer("high", 16)]
    >>> merged_gains(layers, [(2, 11), ("high", 11)], {(1, 3): 0.5})
    {('low', 3): 0.5, ('high', 11): 0.0}
    """
    given: Any = mute
    lone = isinstance(given, tuple) and len(given) == 2 and not isinstance(given[0], (tuple, list))
    if lone or not isinstance(given, Iterable):
        raise ValueError(f"mute must be a list of features such as [(3, 20)], not {mute!r:.80}")
    known = checked_gains(layers, gains)
    muted = [place(layers, which) for which in mute]
    for number, feature in muted:
        if (gain := known.get((layers[number - 1].name, feature), 0)) != 0:
            raise ValueError(
                f"feature {number}-{feature} is muted and has a gain of {gain:g} as well; leave "
                "out one of the two"
            )
    return checked_gains(layers, known | dict.fromkeys(muted, 0.0))


def place(layers: Sequence[Layer], which: object) -> tuple[int, int]:
    """Return a layer's number, from 1, and a feature's, from 0, that were given as a pair.

    Raises
    ------
    ValueError
        If it is no pair, or there is no such layer or feature.

    Examples
    --------
    >>> place([Layer("low", 8), Layer("high", 16)], ("high", 11))
    (2, 11)
    """
    if not isinstance(which, (tuple, list)) or len(which) != 2:
        raise ValueError(
            f"a feature is given as its layer and its number, such as (3, 20), not {which!r:.80}"
        )
    number = find_layer(layers, which[0])
    return number, layers[number - 1].check_feature(which[1])


def checked_edits(layers: Sequence[Layer], edits: Edits) -> dict[str, Edit]:
    """Return edits in the order of the layers; raise ValueError if they are another network's.

    Examples
    --------
    >>> try:
    ...     checked_edits([Layer("low", 8)], {"high": Edit(np.ones(8), np.zeros(8))})
    ... except ValueError as error:
    ...     print(error)
    edits name the layers high, and the network has low; begin with untouched(network)
    """
    names = [layer.name for layer in layers]
    if not isinstance(edits, Mapping) or set(edits) != set(names):
        have = listed(list(map(str, edits))) if isinstance(edits, Mapping) else repr(edits)[:80]
        raise ValueError(
            f"edits name the layers {have or 'of none'}, and the network has {listed(names)}; "
            "begin with untouched(network)"
        )
    for layer in layers:
        shapes = [np.shape(one) for one in edits[layer.name]]
        if shapes != [(layer.features,)] * 2:
            raise ValueError(
                f"the edit of layer {layer.name!r} has shapes {shapes}; its scale and shift are "
                f"arrays of {layer.features} numbers, a number per feature"
            )
    return {name: edits[name] for name in names}


def in_turn(first: Edits, then: Edits) -> dict[str, Edit]:
    """Return edits that do what the one does, then what the other does.

    Examples
    --------
    >>> halve, add = Edit(np.array([0.5]), np.array([0.0])), Edit(np.array([1.0]), np.array([3.0]))
    >>> in_turn({"low": add}, {"low": halve})["low"].shift.tolist()
    [1.5]
    """
    return {
        name: Edit(one.scale * then[name].scale, one.shift * then[name].scale + then[name].shift)
        for name, one in first.items()
    }


def alone(feature: Any, edit: Edit, others: Edit) -> Edit:
    """Return a layer's edit where only one feature, which may be traced, has its own of `edit`."""
    own = np.arange(others.scale.shape[0]) == feature
    return Edit(*(jnp.where(own, *pair) for pair in zip(edit, others, strict=True)))


def groups(features: int, together: int) -> list[np.ndarray]:
    """Return the numbers of all features in groups of one size; the last repeats its last.

    Examples
    --------
    >>> [group.tolist() for group in groups(5, 3)]
    [[0, 1, 2], [3, 4, 4]]
    """
    size = min(features, math.ceil(features / math.ceil(features / together)))
    starts = range(0, features, size)
    return [np.minimum(np.arange(start, start + size), features - 1) for start in starts]
