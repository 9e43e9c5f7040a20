"""Maps however a function lays them out, brought to (freq, time, features) or (time, features)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
from jax import lax
from jaxtyping import Array

from auralise_jax.network.inlining import inline
from auralise_jax.network.marks import Layers, Marked
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import Along, Reach, reaches


class Layout(NamedTuple):
    """How a value becomes maps: transposed, then reshaped."""

    order: tuple[int, ...]
    shape: tuple[int, ...]

    def maps(self, x: Array) -> Array:
        """Return a value as maps."""
        return lax.reshape(lax.transpose(x, self.order), self.shape)


def laid_out(layers: Layers) -> Layers:
    """Return layers with maps of features last, and no axis of a batch.

    Which axis of a value is frequency and which is time follows from what its cells can see; all
    others are its features. A value of which nothing is known, and one whose mark names its axes,
    stays as it is. Steps are added to the program that make the maps of the value; what the
    function computes goes on as it was.
    """
    reach = reaches(layers.program)
    added: dict[Value, tuple[tuple[Step, ...], Value]] = {}
    (picture,) = layers.program.inputs
    for one in layers.marked:
        way = layout(one.value.shape, reach.get(one.value), picture.shape[0])
        if one.axes is None and way is not None:
            added[one.value] = _applied(way, one.value)
    if not added:
        return layers
    steps: list[Step] = []
    at: dict[Value, int] = {}
    for step in layers.program.steps:
        steps.append(step)
        for value in step.outputs:
            steps.extend(added[value][0] if value in added else ())
            at[value] = len(steps) - 1
    program = Program(layers.program.inputs, tuple(steps), layers.program.outputs)
    marked = [
        Marked(one.name, one.axes, added[one.value][1], at[one.value], one.value)
        if one.value in added
        else one._replace(at=at[one.value])
        for one in layers.marked
    ]
    return Layers(program, tuple(sorted(marked, key=lambda one: one.at)))


def layout(shape: tuple[int, ...], reach: Reach | None, rows: int) -> Layout | None:
    """Return how a value becomes maps, or None where it is so already or nothing says how.

    Parameters
    ----------
    shape : tuple of int
        Of the value.
    reach : Reach or None
        What its cells can see; None if that is nothing of the picture.
    rows : int
        Of the picture. A single row of cells that see them all has no frequency.
    """
    if reach is None or not math.prod(shape):
        return None
    freq, time = picture_axes(reach)
    if freq is not None and time is not None and shape[freq.axis] == 1 < rows:
        freq = None if freq.low <= 0 and freq.high >= rows - 1 else freq
    if freq is not None and time is not None and freq.axis == time.axis:
        return None
    rest = [n for n in range(len(shape)) if n not in {one.axis for one in (freq, time) if one}]
    wide = [n for n in rest if shape[n] > 1]
    thin = [n for n in rest if shape[n] == 1]
    if freq is not None and time is not None and rest:
        order = [freq.axis, time.axis, *rest]
        size = [shape[freq.axis], shape[time.axis]]
    elif time is not None and rest and (len(wide) < 2 or len(reach) == 1):
        order, size = [time.axis, *rest], [shape[time.axis]]
    elif time is not None and len(wide) == 2:  # nothing says what the rows of the maps see
        order = [*thin, wide[0], time.axis, wide[1]]
        size = [shape[wide[0]], shape[time.axis]]
    elif freq is not None and time is None and rest:
        order, size = [freq.axis, *rest], [shape[freq.axis], 1]
    elif freq is None and time is None and len(shape) not in (2, 3):
        order, size = list(range(len(shape))), [1]
    else:
        return None
    made = (*size, math.prod(shape) // math.prod(size))
    if order == sorted(order) and made == shape:
        return None
    return Layout(tuple(order), made)


def _applied(way: Layout, value: Value) -> tuple[tuple[Step, ...], Value]:
    """Return the steps that make maps of a value, and the maps."""
    like: Any = jax.ShapeDtypeStruct  # JAX's has no types
    program = inline(jax.make_jaxpr(way.maps)(like(value.shape, value.dtype)), [True])
    (given,) = program.inputs
    for step in program.steps:
        step.inputs = tuple(value if one is given else one for one in step.inputs)
    return program.steps, program.outputs[0]


def picture_axes(reach: Reach) -> tuple[Along | None, Along | None]:
    """Return how a value follows the frequency and the time of the picture."""
    return (None, reach[0]) if len(reach) == 1 else (reach[0], reach[1])


def placed(value: Value, reach: Reach | None) -> bool:
    """Tell whether the cells of a value lie along the picture's frequency or time."""
    if reach is None:
        return False
    return any(one is not None and value.shape[one.axis] > 1 for one in picture_axes(reach))
