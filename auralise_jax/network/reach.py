"""Which cells of the picture a value can depend on: receptive fields, read off a program.

Counted is what a step may look at, whatever the weights are: a kernel of zeros has the field of any
other, and a ReLU that is closed hides nothing. Fields are those of a cell far from every edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from jax.extend.core import ClosedJaxpr, Jaxpr

from auralise_jax.network.program import Program, Step, Value

ELEMENTWISE = {
    *(
        "abs",
        "acos",
        "acosh",
        "add",
        "add_any",
        "and",
        "ceil",
        "clamp",
        "convert_element_type",
        "copy",
        "copy_p",
    ),
    *("cos", "div", "eq", "erf", "exp", "expm1", "floor", "ge", "gt", "integer_pow", "is_finite"),
    *("le", "log", "log1p", "logistic", "lt", "max", "min", "mul", "name", "ne", "neg", "not"),
    *("optimization_barrier", "or", "pow", "round", "rsqrt", "select_n", "sign", "sin", "sqrt"),
    *("square", "stop_gradient", "sub", "tan", "tanh", "tap"),
    *("asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cosh", "erf_inv", "erfc", "exp2"),
    *("lgamma", "rem", "sinh", "xor"),
}
"""Operations that make each cell of the same cell of their operands."""

WINDOWED = {"reduce_window", "reduce_window_max", "reduce_window_min", "reduce_window_sum"}

REDUCING = {"argmax", "argmin", "reduce", "reduce_and", "reduce_max", "reduce_min", "reduce_or"}
REDUCING |= {"reduce_prod", "reduce_sum"}


class Along(NamedTuple):
    """How a value follows one axis of the picture: cell i sees cells stride * i + low to high."""

    axis: int
    """Of the value."""
    stride: int = 1
    low: int = 0
    high: int = 0

    def window(self, axis: int, size: int, stride: int, before: int) -> Along:
        """Return what a window of some size sees that begins at stride * i - before."""
        low = self.low - int(before) * self.stride  # JAX has NumPy's numbers here
        high = low + self.high - self.low + (size - 1) * self.stride
        return Along(axis, self.stride * stride, low, high)


Reach: TypeAlias = tuple[Along | None, ...]
"""Per axis of the picture; None: each cell may see all of that axis."""


def reaches(program: Program) -> dict[Value, Reach]:
    """Return, for each value that depends on the picture, which of its cells it can see.

    What no rule here knows sees the whole picture.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    """
    (picture,) = program.inputs
    axes = range(len(picture.shape))
    known: dict[Value, Reach] = {picture: tuple(Along(axis) for axis in axes)}
    for step in program.steps:
        for number, made in enumerate(step.outputs):
            if made.depends:
                known[made] = tuple(_along(step, number, known, axis) for axis in axes)
    return known


def _along(
    step: Step, number: int, known: Mapping[Value, Reach], picture_axis: int
) -> Along | None:
    """Return how one output of a step follows one axis of the picture."""
    places = [place for place, value in enumerate(step.inputs) if value.depends]
    if step.name == "concatenate":
        places = _inside(step, places, [known[step.inputs[n]][picture_axis] for n in places])
    found: list[Along] = []
    for place in places:
        given = known[step.inputs[place]][picture_axis]
        passed = None if given is None else carried(step, given, place, number)
        if passed is None:
            return None
        found.append(passed)
    if len({(one.axis, one.stride) for one in found}) != 1:
        return None
    low, high = min(one.low for one in found), max(one.high for one in found)
    return found[0]._replace(low=low, high=high)


def carried(step: Step, given: Along, place: int, number: int) -> Along | None:
    """Return how an axis of one operand of a step goes on in one output, if that is known."""
    apart = step.name in ELEMENTWISE or (step.called and _keeps_apart(step.params))
    rule = _RULES.get("elementwise" if apart else step.name)
    return None if rule is None else rule(step, given, place, number)


def _inside(step: Step, places: list[int], given: list[Along | None]) -> list[int]:
    """Leave out margins that are made of the picture itself; nothing is left of equal parts."""
    axis = step.params["dimension"]
    sizes = [step.inputs[place].shape[axis] for place in places]
    longest = sizes.index(max(sizes))
    along = given[longest]
    if along is None or along.axis != axis:
        return places
    return [places[longest]] if 2 * max(sizes) > sum(sizes) else []


def _keeps_apart(params: Mapping[str, Any]) -> bool:
    """Tell whether a function that a call holds makes each cell of the same cell."""
    bodies: list[Any] = [one for one in params.values() if isinstance(one, (ClosedJaxpr, Jaxpr))]
    return bool(bodies) and all(
        eqn.primitive.name in ELEMENTWISE
        or (eqn.primitive.name == "broadcast_in_dim" and not eqn.invars[0].aval.shape)
        or _keeps_apart(eqn.params)
        for body in bodies
        for eqn in body.eqns
    )


def _elementwise(step: Step, given: Along, place: int, number: int) -> Along | None:
    one, made = step.inputs[place].shape, step.outputs[number].shape
    return given if len(one) == len(made) and one[given.axis] == made[given.axis] else None


def _convolution(step: Step, given: Along, place: int, _number: int) -> Along | None:
    params = step.params
    cells, kernel, made = params["dimension_numbers"]
    spatial = cells.index(given.axis) - 2
    if place != 0 or spatial == -1:
        return None
    if spatial == -2:
        return given._replace(axis=made[0]) if params["batch_group_count"] == 1 else None
    if params["lhs_dilation"][spatial] != 1:
        return None
    taps = step.inputs[1].shape[kernel[2 + spatial]]
    size = 1 + (taps - 1) * params["rhs_dilation"][spatial]
    before, _ = params["padding"][spatial]
    return given.window(made[2 + spatial], size, params["window_strides"][spatial], before)


def _window(step: Step, given: Along, place: int, _number: int) -> Along | None:
    params, axis = step.params, given.axis
    if place != 0 or params["base_dilation"][axis] != 1:
        return None
    size = 1 + (params["window_dimensions"][axis] - 1) * params["window_dilation"][axis]
    before, _ = params["padding"][axis]
    return given.window(axis, size, params["window_strides"][axis], before)


def _reduction(step: Step, given: Along, _place: int, _number: int) -> Along | None:
    gone = step.params["axes" if "axes" in step.params else "dimensions"]
    return _without(given, gone)


def _squeeze(step: Step, given: Along, _place: int, _number: int) -> Along | None:
    return _without(given, step.params["dimensions"])


def _without(given: Along, gone: Sequence[int]) -> Along | None:
    if given.axis in gone:
        return None
    return given._replace(axis=given.axis - sum(axis < given.axis for axis in gone))


def _transpose(step: Step, given: Along, _place: int, _number: int) -> Along:
    return given._replace(axis=step.params["permutation"].index(given.axis))


def _reshape(step: Step, given: Along, _place: int, _number: int) -> Along | None:
    """Follow an axis that stays, or is split into blocks: then to the first part."""
    before, after = step.inputs[0].shape, step.outputs[0].shape
    size = before[given.axis]
    for axis, blocks in enumerate(after):
        if math.prod(after[:axis]) == math.prod(before[: given.axis]) and blocks > 0:
            for end in range(axis + 1, len(after) + 1):
                if math.prod(after[axis:end]) == size and (blocks > 1 or size == 1):
                    cells = size // blocks
                    return given.window(axis, cells, cells, 0)
    return None


def _broadcast(step: Step, given: Along, _place: int, _number: int) -> Along | None:
    axis = step.params["broadcast_dimensions"][given.axis]
    same = step.inputs[0].shape[given.axis] == step.outputs[0].shape[axis]
    return given._replace(axis=axis) if same else None


def _slice(step: Step, given: Along, _place: int, _number: int) -> Along:
    strides = step.params["strides"] or (1,) * len(step.inputs[0].shape)
    return given.window(
        given.axis, 1, strides[given.axis], -step.params["start_indices"][given.axis]
    )


def _dynamic_slice(step: Step, given: Along, place: int, _number: int) -> Along | None:
    whole = step.inputs[0].shape[given.axis] == step.params["slice_sizes"][given.axis]
    return given if place == 0 and whole else None


def _pad(step: Step, given: Along, place: int, _number: int) -> Along | None:
    before, _, inside = step.params["padding_config"][given.axis]
    return given.window(given.axis, 1, 1, before) if place == 0 and inside == 0 else None


def _reverse(step: Step, given: Along, _place: int, _number: int) -> Along | None:
    return None if given.axis in step.params["dimensions"] else given


def _concatenate(step: Step, given: Along, place: int, _number: int) -> Along:
    if given.axis != step.params["dimension"]:
        return given
    before = sum(value.shape[given.axis] for value in step.inputs[:place])
    return given.window(given.axis, 1, 1, before)


def _split(step: Step, given: Along, _place: int, number: int) -> Along:
    if given.axis != step.params["axis"]:
        return given
    return given.window(given.axis, 1, 1, -sum(step.params["sizes"][:number]))


def _stack(step: Step, given: Along, _place: int, _number: int) -> Along:
    return given._replace(axis=given.axis + (step.params["axis"] <= given.axis))


def _product(step: Step, given: Along, place: int, _number: int) -> Along | None:
    contracted, batched = step.params["dimension_numbers"]
    if given.axis in contracted[place]:
        return None
    if given.axis in batched[place]:
        return given._replace(axis=batched[place].index(given.axis))
    free = [
        (side, axis)
        for side, value in enumerate(step.inputs)
        for axis in range(len(value.shape))
        if axis not in (*contracted[side], *batched[side])
    ]
    return given._replace(axis=len(batched[0]) + free.index((place, given.axis)))


_RULES: dict[str, Callable[[Step, Along, int, int], Along | None]] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": _concatenate,
    "conv_general_dilated": _convolution,
    "dot_general": _product,
    "dynamic_slice": _dynamic_slice,
    "elementwise": _elementwise,
    "pad": _pad,
    "reshape": _reshape,
    "rev": _reverse,
    "slice": _slice,
    "split": _split,
    "squeeze": _squeeze,
    "stack": _stack,
    "transpose": _transpose,
    **dict.fromkeys(REDUCING, _reduction),
    **dict.fromkeys(WINDOWED, _window),
}

KNOWN = {*ELEMENTWISE, *_RULES} - {"elementwise"}
"""Operations of which it is known what a cell sees."""

MIXING = {"conv_general_dilated", "dot_general"}
"""Those among them that sum over features."""
