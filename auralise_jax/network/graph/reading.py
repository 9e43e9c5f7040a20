"""From a list of operations, which may be anybody's, to a network that can be listened to.

Shapes are found and bounded while the list is traced, before any array of theirs is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from auralise_jax.network.cost import Cost
from auralise_jax.network.graph.graph import OWN, PICTURE, WEIGHTS, Graph, Node, each
from auralise_jax.network.graph.operations import (
    LARGEST,
    MOST_AXES,
    OPERATIONS,
    SIZES,
    UNARY,
    dtype_name,
)

MOST_NODES = 10_000
"""Of a list."""

DEEPEST = 8
"""How deep the outputs may be nested."""

_MISTAKES = (TypeError, ValueError, IndexError, OverflowError, NotImplementedError, AssertionError)
"""What JAX raises for an operation that does not fit its operands."""


def parse_graph(settings: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> Graph:
    """Return the graph that a file's settings describe.

    Parameters
    ----------
    settings : mapping
        As `Graph.settings` returns it, but from anybody.
    tensors : mapping of str to array
        As they are stored.

    Raises
    ------
    ValueError
        If a node is not on the list of operations, refers to what does not stand before it, or
        has other attributes than its operation; if anything is larger than a network is.
    """
    picture = settings.get("picture")
    if not isinstance(picture, dict):
        raise ValueError("its picture must have a shape and a dtype")
    shape = _said("picture", "shape", SIZES, picture.get("shape"))
    dtype = _said("picture", "dtype", dtype_name, picture.get("dtype"))
    _check_shape("the picture", shape)
    given = settings.get("nodes")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_NODES:
        raise ValueError(f"its nodes must be a list of 1 to {MOST_NODES}")
    if given[0] != {"op": PICTURE, "inputs": []}:
        raise ValueError(f"node 0 must be the {PICTURE}, not {given[0]!r:.80}")
    nodes = [
        Node(PICTURE),
        *(_node(number, one, tensors) for number, one in enumerate(given) if number),
    ]
    outputs = settings.get("outputs")
    used = {name for node in nodes for name in node.inputs if isinstance(name, str)}
    _check_outputs(outputs, len(nodes), tensors, used)
    if left := sorted(set(tensors) - used):
        raise ValueError(f"the list of operations has no place for tensor {', '.join(left[:5])}")
    return Graph(shape, dtype, tuple(nodes), outputs, _typed(settings.get("dtypes", {}), tensors))


def function_of(graph: Graph) -> Callable[..., Any]:
    """Return a graph as a function from a picture to what the network returns, layers marked.

    Weights may be given first, by name, in the place of the graph's own; see `weights_of`.
    """
    own = _held(graph)

    def network(*given: Any) -> Any:
        *params, picture = given
        held = {**own, **{WEIGHTS + name: one for some in params for name, one in some.items()}}
        values = [picture]
        for number, node in enumerate(graph.nodes[1:], start=1):
            try:
                operands = _operands(node, values, graph.tensors, held)
                made = OPERATIONS[node.op].run(*operands, **node.attributes)
            except _MISTAKES as error:
                why = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise ValueError(f"node {number} ({node.op}) does not fit: {why}") from None
            _check_shape(f"node {number} ({node.op})", made.shape)
            values.append(made)
        return each(
            graph.outputs,
            lambda at: (
                held[at].reshape(graph.tensors[at].shape) if isinstance(at, str) else values[at]
            ),
        )

    return network


def weights_of(graph: Graph) -> dict[str, Array] | None:
    """Return the weights of a graph by name, as `function_of` takes them; None if it names none."""
    found = {
        name.removeprefix(WEIGHTS): jnp.asarray(one)
        for name, one in _held(graph).items()
        if name.startswith(WEIGHTS) and one.dtype not in (np.int32, np.bool_)
    }
    return found or None


def _held(graph: Graph) -> dict[str, np.ndarray]:
    """Return tensors as the function holds them.

    What only meets other arrays cell by cell is held without its axes of 1: a bias is then an array
    of one axis, wherever it stands.
    """
    whole = {
        name
        for node in graph.nodes
        if node.op != PICTURE and not OPERATIONS[node.op].elementwise
        for name in node.inputs
    }
    return {name: one if name in whole else _flat(one) for name, one in graph.tensors.items()}


def _flat(tensor: np.ndarray) -> np.ndarray:
    return tensor.reshape([size for size in tensor.shape if size != 1] or tensor.shape[:1])


def graph_cost(graph: Graph) -> Cost:
    """Return roughly what opening a graph asks of a machine; nothing is computed.

    Raises
    ------
    ValueError
        If an operation does not fit its operands, or makes an array that is out of bounds.
    """
    picture: Any = jax.ShapeDtypeStruct(graph.shape, graph.dtype)  # type: ignore[no-untyped-call]
    closed = jax.make_jaxpr(function_of(graph))(picture)
    largest, layers, work = math.prod(graph.shape), 0, 0
    for eqn in _equations(closed.jaxpr):
        made = sum(math.prod(one.aval.shape) for one in eqn.outvars)
        largest = max(largest, made)
        layers += made if eqn.primitive.name == "tap" else 0
        work += made * _terms(eqn)
    return Cost(4 * (layers + 3 * largest), 0, work)


def _terms(eqn: Any) -> int:
    """Return of how many terms each number is made that an equation makes."""
    shapes: list[tuple[int, ...]] = [one.aval.shape for one in eqn.invars]
    if eqn.primitive.name == "conv_general_dilated":
        return 2 * math.prod(shapes[1][:-1])
    if eqn.primitive.name == "dot_general":
        summed: tuple[int, ...] = eqn.params["dimension_numbers"][0][0]
        return 2 * math.prod(shapes[0][axis] for axis in summed)
    window: tuple[int, ...] = eqn.params.get("window_dimensions", ())
    return math.prod(window)


def _equations(jaxpr: Any) -> Iterator[Any]:
    for eqn in jaxpr.eqns:
        called = eqn.params.get("jaxpr")
        if called is None:
            yield eqn
        else:
            yield from _equations(getattr(called, "jaxpr", called))


def _said(where: str, key: str, kind: Callable[[Any], Any], value: Any) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise ValueError(f"{where}: {key} {error}, not {value!r:.80}") from None


def _check_shape(what: str, shape: tuple[int, ...]) -> None:
    if len(shape) > MOST_AXES or not 0 < math.prod(shape) <= LARGEST:
        raise ValueError(
            f"{what} has shape {shape}; there is room for 1 to {LARGEST} cells on {MOST_AXES} axes "
            "at most"
        )


def _node(number: int, given: Any, tensors: Mapping[str, np.ndarray]) -> Node:
    op = given.get("op") if isinstance(given, dict) else None
    operation = OPERATIONS.get(op) if isinstance(op, str) else None
    if op is None or operation is None:
        raise ValueError(
            f"node {number} is {op!r:.80}, which is no operation that this version knows: "
            f"{', '.join(sorted(OPERATIONS))}"
        )
    where = f"node {number} ({op})"
    inputs = given.get("inputs")
    if not isinstance(inputs, list) or not operation.least <= len(inputs) <= operation.most:
        count = f"{operation.least}" + (" or more" if operation.most > operation.least else "")
        raise ValueError(f"{where}: inputs must be a list of {count}, not {inputs!r:.80}")
    for one in inputs:
        _check_input(where, one, number, tensors)
    apart = op in UNARY or operation.elementwise
    if all(isinstance(one, str) for one in inputs) and not apart:
        raise ValueError(f"{where} has no node among its inputs, so it depends on no picture")
    kinds = {**operation.needed, **operation.optional}
    attributes = {}
    for key, value in given.items():
        if key in kinds:
            attributes[key] = _said(where, key, kinds[key], value)
        elif key not in OWN:
            raise ValueError(
                f"{where} has an attribute that this version does not know: {key!r:.80}"
            )
    if missing := sorted(operation.needed.keys() - attributes.keys()):
        raise ValueError(f"{where} says nothing of its {missing[0]}")
    return Node(op, tuple(inputs), attributes)


def _check_input(where: str, one: Any, number: int, tensors: Mapping[str, np.ndarray]) -> None:
    if isinstance(one, str):
        if one not in tensors:
            raise ValueError(f"{where}: there is no tensor {one!r:.80}")
    elif isinstance(one, bool) or not isinstance(one, int) or not 0 <= one < number:
        raise ValueError(
            f"{where}: an input must be the number of an earlier node or the name of a tensor, not "
            f"{one!r:.80}"
        )


def _check_outputs(
    outputs: Any, count: int, tensors: Mapping[str, np.ndarray], used: set[str], depth: int = 0
) -> None:
    """Raise ValueError if outputs are none; note the tensors among them."""
    if isinstance(outputs, (list, dict)):
        if depth == DEEPEST or len(outputs) > MOST_NODES:
            raise ValueError(f"its outputs are nested more than {DEEPEST} deep, or too many")
        for one in outputs.values() if isinstance(outputs, dict) else outputs:
            _check_outputs(one, count, tensors, used, depth + 1)
    elif outputs is not None or depth == 0:
        _check_input("outputs", outputs, count, tensors)
        if isinstance(outputs, str):
            used.add(outputs)


def _typed(dtypes: Any, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return tensors in the types in which they take part: real numbers as float32, if not said."""
    if not isinstance(dtypes, dict):
        raise ValueError(f"its dtypes must be those of tensors by name, not {dtypes!r:.80}")
    found = {}
    for name, one in tensors.items():
        if one.dtype in (np.int32, np.bool_):
            found[name] = one
            continue
        as_ = _said(f"tensor {name}", "dtype", dtype_name, dtypes.get(name, "float32"))
        found[name] = one.astype(as_)
        if np.isnan(one).any() or (one.shape and not np.isfinite(found[name]).all()):
            raise ValueError(f"tensor {name} holds numbers that are not finite")
    return found


def _operands(
    node: Node,
    values: Sequence[Array],
    tensors: Mapping[str, np.ndarray],
    held: Mapping[str, Any],
) -> list[Any]:
    operation = OPERATIONS[node.op]
    shapes = [tensors[at].shape if isinstance(at, str) else values[at].shape for at in node.inputs]
    rank = max(map(len, shapes))
    found: list[Any] = []
    for at, shape in zip(node.inputs, shapes, strict=True):
        one = held[at] if isinstance(at, str) else values[at]
        found.append(_spread(shape, one, rank) if operation.elementwise else one)
    chooses = {"take": 1, "where": 0}.get(node.op)
    kinds = {str(one.dtype) for place, one in enumerate(found) if place != chooses}
    if len(kinds) > 1 or not kinds <= {"float32", "float16", "bfloat16"}:
        raise ValueError(f"its inputs are of types {', '.join(sorted(kinds))}")
    return found


def _spread(shape: tuple[int, ...], held: Any, rank: int) -> Any:
    """Return an array of some shape, which may be held without axes of 1, with so many axes."""
    if not shape or held.ndim == rank:
        return held
    lead = rank - len(shape)
    places = [
        lead + axis for axis, size in enumerate(shape) if size != 1 or held.ndim == len(shape)
    ]
    return lax.broadcast_in_dim(held, (1,) * lead + shape, places)
