"""From a traced network to a list of operations, or to the step that is on no list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from auralise_jax.network.graph.building import WAYS_OUT, Builder
from auralise_jax.network.graph.curves import Curve, curve_of
from auralise_jax.network.graph.graph import Graph, each
from auralise_jax.network.graph.steps import (
    APART,
    COMPUTING,
    write_apart,
    write_curve,
    write_match,
    write_step,
)
from auralise_jax.network.marks import Marked
from auralise_jax.network.norms import batch_norms
from auralise_jax.network.patterns import Match, match
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.refusal import UnsupportedOperation


def write_graph(
    program: Program,
    marked: Sequence[Marked],
    tree: Any,
    given: Mapping[Value, Array],
    params: Mapping[Value, str],
    *,
    tensors: bool = True,
) -> Graph:
    """Return a program as a list of operations.

    What does not depend on the picture is computed once, and becomes a tensor, but for what is
    made of BatchNorm's statistics: those are estimated again where weights are drawn anew.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    marked : sequence of Marked
        Its layers.
    tree : PyTreeDef
        How its outputs are put together.
    given : mapping of Value to array
        What its captured arrays are.
    params : mapping of Value to str
        Names of those that are weights; tensors are called after the weights they are made of.
    tensors : bool
        Whether to compute the tensors; without, the list alone is looked at.

    Raises
    ------
    UnsupportedOperation
        If a step is on no list of operations; the message says which, and where.
    """
    builder = Builder(program, given, params)
    matches: dict[Step, Match | Curve] = {}
    apart = _of_statistics(program, params)
    needed = _needed(program, [one.value for one in marked], matches, apart)
    layers = {one.at: one for one in marked}
    for number, step in enumerate(program.steps):
        found = matches.get(step)
        if isinstance(found, Match):
            write_match(builder, step, found)
        elif found is not None:
            write_curve(builder, step, found)
        elif step in apart and step in needed:
            write_apart(builder, step)
        elif step in needed and any(one.differentiable for one in step.outputs):
            write_step(builder, step)  # of a comparison, what it is for will be refused
        if number in layers:
            one = layers[number]
            axes = None if one.axes is None else [*one.axes]
            at = builder.places[one.value]
            builder.places[one.value] = builder.add("tap", at, name=one.name, axes=axes)
    outputs = [builder.any(value) for value in program.outputs]
    (picture,) = program.inputs
    return Graph(
        picture.shape,
        np.dtype(picture.dtype).name,
        tuple(builder.nodes),
        _put_together(tree, outputs),
        builder.tensors() if tensors else {},
    )


def _of_statistics(program: Program, params: Mapping[Value, str]) -> set[Step]:
    """Return the steps that scale and shift by means and variances, before they meet a picture."""
    statistics = {one for norm in batch_norms(program, params) for one in norm[:2]}
    apart: set[Step] = set()
    written: set[Value] = set()
    for step in program.steps:
        if any(one.depends for one in step.outputs) or statistics.isdisjoint(step.inputs):
            continue
        if step.name in COMPUTING or (step.name in APART and not written.isdisjoint(step.inputs)):
            apart.add(step)
            written.update(step.outputs)
        if step.name in APART or step.name == "broadcast_in_dim":
            statistics.update(step.outputs)
            if not written.isdisjoint(step.inputs):
                written.update(step.outputs)
    return apart


def _needed(
    program: Program, layers: Sequence[Value], matches: dict[Step, Match | Curve], apart: set[Step]
) -> set[Step]:
    """Return the steps that carry the picture to an output or a layer, and those apart from it.

    Note the ReLUs, pools and other activations.
    """
    wanted = {*program.outputs, *layers}
    needed = set()
    for step in reversed(program.steps):
        if wanted.isdisjoint(step.outputs):
            continue
        if not any(one.depends for one in step.outputs):
            if step in apart or step.name == "broadcast_in_dim":
                wanted.update(step.inputs)
            needed.update({step} & apart)
            continue
        needed.add(step)
        found = match(step) or curve_of(step)
        if found is not None:
            matches[step] = found
        wanted.update([found.source] if found is not None else step.inputs)
    return needed


def _put_together(tree: Any, leaves: Sequence[int | str]) -> Any:
    outputs = jax.tree.unflatten(tree, leaves)
    _check_outputs(outputs)
    return each(outputs, lambda at: at)


def _check_outputs(outputs: Any) -> None:
    if isinstance(outputs, Mapping) and all(isinstance(key, str) for key in outputs):
        for one in outputs.values():
            _check_outputs(one)
    elif isinstance(outputs, (list, tuple)):
        for one in outputs:
            _check_outputs(one)
    elif outputs is not None and not isinstance(outputs, (int, str)):
        raise UnsupportedOperation(
            "return",
            f"the network returns a {type(outputs).__name__}; a model file holds arrays, and lists "
            "and dictionaries of them",
            None,
            WAYS_OUT,
        )
