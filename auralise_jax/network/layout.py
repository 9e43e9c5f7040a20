"""Maps however a function lays them out, brought to (freq, time, features) or (time, features)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
from jax import lax
from jaxtyping import Array

from auralise_jax.network.inlining import inline
from auralise_jax.network.marks import Layers, Marked
from auralise_jax.network.places import Places, picture_axes, places
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import Reach, reaches


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
    found, reach = places(layers.program), reaches(layers.program)
    added: dict[Value, tuple[tuple[Step, ...], Value]] = {}
    orders: dict[Value, tuple[int, ...]] = {}
    (picture,) = layers.program.inputs
    for one in layers.marked:
        axes = found.get(one.value)
        if axes is not None and _sees_all_rows(one.value, reach[one.value], picture.shape[0]):
            axes = (None, *axes[1:])
        way = layout(one.value.shape, axes)
        if one.axes is None and way is not None:
            added[one.value], orders[one.value] = _applied(way, one.value), way.order
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
        Marked(
            one.name,
            one.axes,
            added[one.value][1],
            at[one.value],
            one.value,
            orders[one.value],
        )
        if one.value in added
        else one._replace(at=at[one.value])
        for one in layers.marked
    ]
    marked.sort(key=lambda one: one.at)
    return layers._replace(program=program, marked=tuple(marked))


def layout(shape: tuple[int, ...], found: Places | None) -> Layout | None:
    """Return how a value becomes maps, or None where it is so already or nothing says how.

    Parameters
    ----------
    shape : tuple of int
        Of the value.
    found : Places or None
        Where the picture's axes lie in it; None if it does not depend on the picture.
    """
    if found is None or not math.prod(shape):
        return None
    freq, time = picture_axes(found)
    if freq is not None and freq == time:
        return None
    rest = [n for n in range(len(shape)) if n not in (freq, time)]
    wide = [n for n in rest if shape[n] > 1]
    thin = [n for n in rest if shape[n] == 1]
    if freq is not None and time is not None and rest:
        order = [freq, time, *rest]
        size = [shape[freq], shape[time]]
    elif time is not None and rest and (len(wide) < 2 or len(found) == 1):
        order, size = [time, *rest], [shape[time]]
    elif time is not None and len(wide) == 2:  # nothing says what the rows of the maps see
        order = [*thin, wide[0], time, wide[1]]
        size = [shape[wide[0]], shape[time]]
    elif freq is not None and time is None and rest:
        order, size = [freq, *rest], [shape[freq], 1]
    elif freq is None and time is None and len(shape) not in (2, 3):
        order, size = list(range(len(shape))), [1]
    else:
        return None
    made = (*size, math.prod(shape) // math.prod(size))
    if order == sorted(order) and made == shape:
        return None
    return Layout(tuple(order), made)


def _sees_all_rows(value: Value, reach: Reach, rows: int) -> bool:
    """Tell whether a value has a single row, whose cells see all rows of a picture with several."""
    if len(reach) == 1 or rows == 1:
        return False
    freq = reach[0]
    if freq is None:
        return False
    return value.shape[freq.axis] == 1 and freq.low <= 0 and freq.high >= rows - 1


def _applied(way: Layout, value: Value) -> tuple[tuple[Step, ...], Value]:
    """Return the steps that make maps of a value, and the maps."""
    like: Any = jax.ShapeDtypeStruct  # JAX's has no types
    program = inline(jax.make_jaxpr(way.maps)(like(value.shape, value.dtype)), [True])
    (given,) = program.inputs
    for step in program.steps:
        step.inputs = tuple(value if one is given else one for one in step.inputs)
    return program.steps, program.outputs[0]
