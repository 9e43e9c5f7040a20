"""Networks for longer pictures: the same layers, run over more of a sound at once.

Convolutions and pools take pictures of any length; a head often does not. The paper's CNN drops it
(`Streaming.headless`). A function is traced again: as a whole, or up to the layer in question.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from auralise_jax.network.edited import EditedNetwork
from auralise_jax.network.layer import find_layer
from auralise_jax.network.network import Network
from auralise_jax.network.streaming import Streaming
from auralise_jax.network.tap import Reached, stopping_at
from auralise_jax.network.traced import TracedNetwork


class FixedLength(ValueError):  # noqa: N818 (it says what the network is)
    """A network cannot be run on longer pictures; says why."""


_known: weakref.WeakKeyDictionary[Network, dict[tuple[Any, ...], Network | FixedLength]]
_known = weakref.WeakKeyDictionary()

_MOST = 16
"""Networks that are remembered for one."""


def lengthened(network: Network, layer: str, shape: tuple[int, ...]) -> Network:
    """Return a network for pictures of another length; it may lack what lies above a layer.

    What it returns is remembered as long as the network lives, and so is what it raises.

    Parameters
    ----------
    network : Network
        Made for pictures of one length.
    layer : str
        The name of a layer that is to be there.
    shape : tuple of int
        Shape of the pictures.

    Raises
    ------
    FixedLength
        If there is no such network, or the layer is not the same in it.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> longer = lengthened(aj.load_model("genre").network, "conv3", (257, 400))
    >>> longer.sizes((257, 400))["conv3"], longer.outputs_count
    ((32, 50), 0)
    """
    if isinstance(network, EditedNetwork):
        plain = lengthened(network.network, layer, shape)
        there = {one.name for one in plain.layers} - getattr(plain, "unread", frozenset())
        return EditedNetwork(
            plain, {which: gain for which, gain in network.gains.items() if which[0] in there}
        )
    if isinstance(network, Streaming):
        rows, columns = shape
        return _remembered(network, (shape,), lambda: network.headless((rows, columns)))
    if not isinstance(network, TracedNetwork):
        raise FixedLength(f"a {type(network).__name__} has no form for longer pictures")
    try:
        again = _remembered(network, (shape,), lambda: _traced(network, shape))
    except FixedLength as error:
        said = str(error)
        again = _remembered(network, (shape, layer), lambda: _traced(network, shape, layer, said))
    own, other = (one.layers[find_layer(one.layers, layer) - 1] for one in (network, again))
    for name in ("features", "axes", "stride", "field"):
        if getattr(own, name) != getattr(other, name):
            raise FixedLength(f"in longer pictures its layer {layer} has another {name}")
    return again


def _remembered(network: Network, key: tuple[Any, ...], make: Callable[[], Network]) -> Network:
    known = _known.setdefault(network, {})
    if key not in known:
        while len(known) >= _MOST:
            del known[next(iter(known))]
        try:
            known[key] = make()
        except FixedLength as error:
            known[key] = error
    found = known[key]
    if isinstance(found, FixedLength):
        raise found
    return found


def _traced(
    network: TracedNetwork, shape: tuple[int, ...], layer: str | None = None, said: str = ""
) -> TracedNetwork:
    """Trace a network's function for a longer picture, as a whole or up to a layer."""
    fn, params, layers, allow = network.opening
    if layer is not None:
        names = layers.items() if isinstance(layers, Mapping) else ()
        marks = {new: old for old, new in names}
        # With those below, since features of them may be muted.
        kept = [one.name for one in network.layers[: find_layer(network.layers, layer)]]
        fn = _up_to(fn, marks.get(layer, layer))
        layers = {marks.get(name, name): name for name in kept}
    noise = np.random.default_rng(0).uniform(0, 1, shape)
    example = jax.device_put(noise.astype(network.program.inputs[-1].dtype))
    try:
        made = TracedNetwork(fn, example, params, layers=layers, allow=allow)
    except Exception as error:  # whatever a network raises that takes one length only
        why = str(error).strip().split("\n")[0].rstrip(".")
        raise FixedLength(
            said or f"its function takes pictures of one length only ({why})"
        ) from None
    return _with_weights(made, network)


def _up_to(fn: Callable[..., Any], layer: str) -> Callable[..., Array]:
    def below(*args: Any) -> Array:
        with stopping_at(layer):
            try:
                fn(*args)
            except Reached as reached:
                return reached.value
        raise ValueError(f"layer {layer!r} is not marked by aj.tap")

    return below


def _with_weights(made: TracedNetwork, network: TracedNetwork) -> TracedNetwork:
    """Return what was traced anew with the weights that the network has by now."""
    old, new = network.segments, made.segments
    if all(one is own for one, own in zip(network.weights, old.weights, strict=True)):
        return made
    named = {
        old.params[value]: weight
        for value, weight in zip(old.captured, network.weights, strict=True)
        if value in old.params
    }
    held = {
        id(value.constant): weight
        for value, weight in zip(old.captured, network.weights, strict=True)
        if value not in old.params
    }
    weights = []
    for value in new.captured:
        own = named.get(new.params[value]) if value in new.params else held.get(id(value.constant))
        if own is None:
            raise FixedLength("its function makes other arrays of weights for longer pictures")
        weights.append(own)
    again: TracedNetwork = jax.tree.unflatten(jax.tree.structure(made), weights)
    return again
