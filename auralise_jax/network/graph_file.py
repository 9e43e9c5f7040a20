"""Format 2 of model files: a network as a closed list of operations, and its front end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from auralise_jax.frontend.stored import restored, stored
from auralise_jax.network.cost import check_window
from auralise_jax.network.examples import example_pictures
from auralise_jax.network.facts import facts_of, read_facts
from auralise_jax.network.graph.graph import Graph
from auralise_jax.network.graph.reading import function_of, graph_cost, parse_graph, weights_of
from auralise_jax.network.graph.writing import write_graph
from auralise_jax.network.model import Model
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.safe import (
    DTYPES,
    Contents,
    packed,
    rounded,
    text_of,
    value_of,
    weights,
)
from auralise_jax.network.traced import TracedNetwork

FORMAT = "auralise-jax/2"

FRONTEND = "frontend."
"""How the names of a front end's arrays begin."""

_PLAIN = {"I32": np.int32, "BOOL": np.uint8}
"""Tensors that are no weights: places, and what is chosen by."""


def graph_of(network: TracedNetwork, *, tensors: bool = True) -> Graph:
    """Return a network as a list of operations; see `write_graph`."""
    segments = network.segments
    given = dict(zip(segments.captured, network.weights, strict=True))
    marked = list(segments.marked.values())
    return write_graph(
        segments.program, marked, segments.tree, given, segments.params, tensors=tensors
    )


def graph_if_any(network: Any) -> Graph | None:
    """Return a network as a list of operations if it is one that can be written so."""
    if not isinstance(network, TracedNetwork):
        return None
    try:
        return graph_of(network)
    except UnsupportedOperation:
        return None


def why_not_packed(model: Model) -> str | None:
    """Return what keeps a model of a traced network from being a file; None if nothing does."""
    try:
        stored(model.frontend)
        graph_of(cast(TracedNetwork, model.network), tensors=False)
    except ValueError as error:
        return str(error)
    return None


def pack_graph(model: Model, dtype: str | None) -> bytes:
    """Return a model of a traced network as a file; see `save_model`."""
    network = cast(TracedNetwork, model.network)
    graph = graph_of(network)
    settings, arrays = stored(model.frontend)
    tensors = {
        name: _laid_down(name, one, dtype or network.dtypes.get(name, one.dtype.name))
        for name, one in graph.tensors.items()
    }
    tensors |= {FRONTEND + name: one for name, one in arrays.items()}
    said: dict[str, Any] = {
        "network": graph.settings(),
        "frontend": settings,
        **facts_of(model, all_of_them=True),
    }
    texts = {key: text_of(key, value, compact=key == "network") for key, value in said.items()}
    # What could not be read is refused.
    parse_graph(value_of(texts, "network", dict), graph.tensors)
    return packed(tensors, {"format": FORMAT} | texts)


def read_graph(contents: Contents, name: str) -> Model:
    """Return the model of a file of format 2; raise ValueError or TypeError if it is not one."""
    metadata, held = contents
    settings = value_of(metadata, "network", dict)
    if (kind := settings.get("kind")) != "graph":
        raise ValueError(f"its network is of the kind {kind!r:.80}; this version reads 'graph'")
    arrays = {
        key.removeprefix(FRONTEND): weights(key, one)
        for key, one in held.items()
        if key.startswith(FRONTEND)
    }
    tensors = {
        key: _taken_up(key, one) for key, one in held.items() if not key.startswith(FRONTEND)
    }
    frontend = restored(value_of(metadata, "frontend", dict), arrays)
    graph = parse_graph(settings, tensors)
    if graph.shape != frontend.shape:
        raise ValueError(
            f"its network sees pictures of shape {graph.shape}, and its front end makes them of "
            f"shape {frontend.shape}"
        )
    check_window(graph_cost(graph), frontend)
    example, pictures = example_pictures(frontend)
    network = TracedNetwork(
        function_of(graph),
        example.astype(graph.dtype),
        weights_of(graph),
        pictures=lambda: [one.astype(graph.dtype) for one in pictures()],
    )
    network.dtypes = {
        key: DTYPES[one["dtype"]] for key, one in held.items() if one["dtype"] in DTYPES
    }
    return Model(network, frontend, name=name, **read_facts(metadata))


def _laid_down(name: str, values: np.ndarray, dtype: str) -> np.ndarray:
    """Return a tensor as it is stored; single numbers, places and choices are never rounded."""
    if not values.shape or values.dtype in (np.int32, np.bool_):
        return values
    return rounded(name, values, dtype)


def _taken_up(name: str, tensor: Mapping[str, Any]) -> np.ndarray:
    if tensor["dtype"] not in _PLAIN:
        return weights(name, tensor)
    values = np.frombuffer(tensor["data"], _PLAIN[tensor["dtype"]]).reshape(tensor["shape"])
    return values if tensor["dtype"] == "I32" else values != 0
