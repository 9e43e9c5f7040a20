"""One feature of a layer alone, as far down as its steps keep features apart.

What comes back from a single feature is zero in all others. Down to the next convolution or dense
step, whose kernel mixes the features, the steps run on that feature's slice only, and the kernel is
sliced to it. A value that is also used whole is run whole, or a rule that is not linear would be
applied to parts of what comes back. The result is the same, sooner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int

from auralise_jax.network.binding import bind
from auralise_jax.network.evaluation import Move, Plan, run
from auralise_jax.network.patterns import Match, Pool, Rectify
from auralise_jax.network.program import Step, Value
from auralise_jax.network.replay import Replaying

Index = Int[Array, ""] | int

ELEMENTWISE = {
    "add",
    "add_any",
    "convert_element_type",
    "copy",
    "copy_p",
    "div",
    "mul",
    "neg",
    "select_n",
    "sub",
    "tap",
}


class Sliced(NamedTuple):
    """How a step is run on one feature."""

    axes: tuple[int | None, ...]
    """Along which axis each operand is sliced; None: it is taken whole."""
    params: Mapping[str, Any]
    """The step's, for the slice."""
    axis: int
    """Along which axis of the result the features lie."""


def run_narrow(
    plan: Plan, given: Mapping[Value, Array], wanted: Value, index: Index, way: Replaying
) -> Array:
    """Return one feature of a value, features last, by running as little as possible.

    Parameters
    ----------
    plan, given, way
        As for `evaluation.run`.
    wanted : Value
        A layer.
    index : int
        The feature, which may be traced.
    """
    sliced = _decide(plan, wanted)
    known = dict(given)
    slices: dict[Value, Array] = {}

    def part(value: Value, axis: int | None) -> Any:
        whole = known.get(value, value.constant)
        if axis is None:
            return whole
        if value in slices:
            return slices[value]
        return lax.dynamic_slice_in_dim(jnp.asarray(whole), index, 1, axis)

    for move in plan.moves:
        how = sliced.get(move.step)
        if how is None:
            made = run(Plan((move,), ()), known, move.step.outputs, way)
            known.update(zip(move.step.outputs, made, strict=True))
        elif move.found is None:
            operands = map(part, move.step.inputs, how.axes)
            (slices[move.step.outputs[0]],) = bind(move.step, how.params, list(operands))
        else:
            x = part(move.found.source, how.axis)
            slices[move.step.outputs[0]] = _replay(move.step, move.found, x, index, how.axis, way)
    found: Array = part(wanted, len(wanted.shape) - 1)
    return found


def _replay(step: Step, found: Match, x: Array, index: Index, axis: int, way: Replaying) -> Array:
    kept = {
        at: lax.dynamic_slice_in_dim(array, index, 1, axis)
        for at, array in way.kept.items()
        if at[0] is step
    }
    own = Replaying(kept, way.number, way.rule)
    for number, part in enumerate(found.parts):
        if isinstance(part, Pool):
            x = own.pool(x, Pool(part.window, part.window.pooled(x.shape)), (step, number))
        elif isinstance(part, Rectify):
            x = own.relu(x, part, (step, number))
    return x


def _decide(plan: Plan, wanted: Value) -> dict[Step, Sliced]:
    """Return which steps are run on one feature: those whose results nothing needs whole."""
    features = {wanted: len(wanted.shape) - 1}
    whole: set[Value] = set()
    sliced: dict[Step, Sliced] = {}
    for move in reversed(plan.moves):
        (value, *others) = move.step.outputs
        how = None
        if move.flows and not others and value in features and value not in whole:
            how = _slicing(move, features[value])
        if how is None:
            whole.update([move.found.source] if move.found else move.step.inputs)
            continue
        sliced[move.step] = how
        if move.found is not None:
            operands: list[tuple[Value, int | None]] = [(move.found.source, how.axis)]
        else:
            operands = list(zip(move.step.inputs, how.axes, strict=True))
        for operand, axis in operands:
            if axis is None or not operand.depends or features.setdefault(operand, axis) != axis:
                whole.add(operand)
    return sliced


def _slicing(move: Move, axis: int) -> Sliced | None:
    step = move.step
    if move.found is not None:
        apart = all(_keeps_apart(part, move.found.source.shape, axis) for part in move.found.parts)
        return Sliced((), {}, axis) if apart else None
    if step.name in ELEMENTWISE:
        return _elementwise(step, axis)
    if step.name in _MOVED:
        return _MOVED[step.name](step, axis)
    return None


def _keeps_apart(part: Any, shape: tuple[int, ...], axis: int) -> bool:
    """Tell whether a ReLU or pool keeps features and axes apart."""
    if not isinstance(part, Pool):
        return isinstance(part, Rectify)
    window = part.window
    lone = (window.size[axis], window.strides[axis], window.padding[axis]) == (1, 1, (0, 0))
    return lone and part.shape == window.pooled(shape)


def _elementwise(step: Step, axis: int) -> Sliced | None:
    made = step.outputs[0].shape
    if any(one.shape and len(one.shape) != len(made) for one in step.inputs):
        return None
    axes = tuple(
        axis if one.shape and one.shape[axis] == made[axis] else None for one in step.inputs
    )
    return Sliced(axes, step.params, axis)


def _squeeze(step: Step, axis: int) -> Sliced:
    given = step.inputs[0].shape
    left = [n for n in range(len(given)) if n not in step.params["dimensions"]]
    return Sliced((left[axis],), step.params, axis)


def _transpose(step: Step, axis: int) -> Sliced:
    return Sliced((step.params["permutation"][axis],), step.params, axis)


def _reshape(step: Step, axis: int) -> Sliced | None:
    given, made = step.inputs[0].shape, step.outputs[0].shape
    for number, size in enumerate(given):
        around = (math.prod(given[:number]), math.prod(given[number + 1 :]))
        if size == made[axis] and around == (math.prod(made[:axis]), math.prod(made[axis + 1 :])):
            sizes = (*made[:axis], 1, *made[axis + 1 :])
            return Sliced((number,), {**step.params, "new_sizes": sizes}, axis)
    return None


def _broadcast(step: Step, axis: int) -> Sliced | None:
    given, made = step.inputs[0].shape, step.outputs[0].shape
    dimensions = step.params["broadcast_dimensions"]
    if axis not in dimensions or len(step.inputs) != 1:
        return None
    number = dimensions.index(axis)
    if given[number] != made[axis]:
        return None
    shape = (*made[:axis], 1, *made[axis + 1 :])
    return Sliced((number,), {**step.params, "shape": shape}, axis)


def _convolution(step: Step, axis: int) -> Sliced | None:
    numbers, params = step.params["dimension_numbers"], step.params
    groups = (params["feature_group_count"], params["batch_group_count"])
    if axis != numbers.out_spec[1] or groups != (1, 1) or step.inputs[1].depends:
        return None
    return Sliced((None, numbers.rhs_spec[0]), params, axis)


def _product(step: Step, axis: int) -> Sliced | None:
    contracted, batched = step.params["dimension_numbers"]
    free = [
        [n for n in range(len(one.shape)) if n not in (*contracted[side], *batched[side])]
        for side, one in enumerate(step.inputs)
    ]
    rest = axis - len(batched[0])
    if rest < 0:
        return None
    if rest < len(free[0]):
        return Sliced((free[0][rest], None), step.params, axis)
    return Sliced((None, free[1][rest - len(free[0])]), step.params, axis)


_MOVED = {
    "squeeze": _squeeze,
    "transpose": _transpose,
    "reshape": _reshape,
    "broadcast_in_dim": _broadcast,
    "conv_general_dilated": _convolution,
    "dot_general": _product,
}
