"""Along which axes of a value the picture's axes lie, whatever its cells see.

`reach` says which cells of the picture a cell can see, and gives up where that is no window: behind
a mean over the picture, a gate, an upsampling. The axes of a map are frequency and time all the
same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import KNOWN, WINDOWED, Along, carried

Places: TypeAlias = tuple[int | None, ...]
"""Per axis of the picture, the axis of the value; None: it has none that lies along it."""


def places(program: Program) -> dict[Value, Places]:
    """Return, for each value that depends on the picture, where the picture's axes lie in it.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    """
    (picture,) = program.inputs
    axes = range(len(picture.shape))
    known: dict[Value, Places] = {picture: tuple(axes)}
    for step in program.steps:
        for number, made in enumerate(step.outputs):
            if made.depends:
                known[made] = tuple(_place(step, number, known, axis) for axis in axes)
    return known


def picture_axes(found: Places) -> tuple[int | None, int | None]:
    """Return the axes of frequency and of time."""
    return (None, found[0]) if len(found) == 1 else (found[0], found[1])


def placed(value: Value, found: Places | None) -> bool:
    """Tell whether the cells of a value lie along the picture's frequency or time."""
    axes = picture_axes(found) if found else ()
    return any(axis is not None and value.shape[axis] > 1 for axis in axes)


def _place(step: Step, number: int, known: Mapping[Value, Places], picture_axis: int) -> int | None:
    """Return the axis of one output that an axis of the picture goes on to."""
    found = set()
    for place, value in enumerate(step.inputs):
        axis = known[value][picture_axis] if value.depends else None
        if axis is not None:
            found.add(_onwards(step, axis, place, number))
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _onwards(step: Step, axis: int, place: int, number: int) -> int | None:
    along = carried(step, Along(axis), place, number)
    if along is not None:
        return along.axis
    if (spread := _SPREADING.get(step.name)) is not None:
        return spread(step, axis) if place == 0 else None
    same = step.inputs[place].shape == step.outputs[number].shape
    return axis if same and step.name not in KNOWN else None


def _convolution(step: Step, axis: int) -> int | None:
    cells, _, made = step.params["dimension_numbers"]
    spatial = cells.index(axis)
    return int(made[spatial]) if spatial >= 2 else None


def _reshape(step: Step, axis: int) -> int | None:
    """Follow an axis whose cells are repeated: spread over a new axis, then both made one."""
    before, after = step.inputs[0].shape, step.outputs[0].shape
    made = step.inputs[0].step
    if made is None or made.name != "broadcast_in_dim":
        return None
    if axis + 1 >= len(before) or axis + 1 in made.params["broadcast_dimensions"]:
        return None
    for new, size in enumerate(after):
        first = math.prod(after[:new]) == math.prod(before[:axis])
        if first and size == before[axis] * before[axis + 1]:
            return new
    return None


def _gather(step: Step, axis: int) -> int | None:
    """Follow all axes where cells of one are picked, each by a number."""
    numbers = step.params["dimension_numbers"]
    made = len(step.outputs[0].shape)
    kept = [n for n in range(len(step.inputs[0].shape)) if n not in numbers.collapsed_slice_dims]
    if numbers.operand_batching_dims or len(kept) != len(numbers.offset_dims):
        return None
    if axis in kept:
        return int(numbers.offset_dims[kept.index(axis)])
    others = [n for n in range(made) if n not in numbers.offset_dims]
    return others[0] if len(others) == len(numbers.collapsed_slice_dims) == 1 else None


_SPREADING: dict[str, Callable[[Step, int], int | None]] = {
    "conv_general_dilated": _convolution,
    "dynamic_slice": lambda _, axis: axis,
    "gather": _gather,
    "pad": lambda _, axis: axis,
    "reshape": _reshape,
    "rev": lambda _, axis: axis,
    **dict.fromkeys(WINDOWED, lambda _, axis: axis),
}
"""Where an axis goes on to, though its cells see no window of it; of the first operand."""
