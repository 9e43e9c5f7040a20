"""ReLUs and max-pools, however they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array

from auralise_jax.network.pooling import Window
from auralise_jax.network.program import Step, Value, inner, only_value, origin
from auralise_jax.network.rules import rectified


@dataclass(frozen=True)
class Rectify:
    """A ReLU, and how its values are computed."""

    values: Callable[[Array], Array]


@dataclass(frozen=True)
class Pool:
    """A max-pool, and the shape that it leaves."""

    window: Window
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Match:
    """What a step comes to: ReLUs and pools, one after the other, of one value."""

    source: Value
    parts: tuple[Rectify | Pool, ...]


def match(step: Step) -> Match | None:
    """Return the ReLU or max-pool that a step completes, or None."""
    for found in _found(step):
        if found.source.depends and found.source.differentiable:
            return found
    return None


def _found(step: Step) -> Iterator[Match]:
    name, inputs = step.name, step.inputs
    if name == "max":
        for x, other in (inputs, inputs[::-1]):
            if x.shape == step.outputs[0].shape and only_value(other) == 0:
                yield Match(x, (Rectify(rectified),))
    elif name == "select_n" and len(inputs) == 3:
        yield from _selection(*inputs)
    elif name in ("mul", "div"):
        yield from _product(step)
    elif name == "reduce_window_max":
        yield from _window(step, -jnp.inf)
    elif name == "reduce_max":
        yield from _over_cells(step, step.params["axes"], -jnp.inf)
    elif name in ("reduce_window", "reduce") and len(inputs) == 2 and _takes_maximum(step):
        start = only_value(inputs[1])
        if name == "reduce":
            yield from _over_cells(step, step.params["dimensions"], start)
        else:
            yield from _window(step, start)


def selected(x: Array) -> Array:
    """Return ``where(x > 0, x, 0)``."""
    return jnp.where(x > 0, x, 0)


def replaced(x: Array) -> Array:
    """Return ``where(x <= 0, 0, x)``, which keeps NaN."""
    return jnp.where(x <= 0, 0, x)


def masked(x: Array) -> Array:
    """Return ``x * (x > 0)``."""
    return x * (x > 0).astype(x.dtype)


def halved(x: Array) -> Array:
    """Return ``(x + abs(x)) / 2``."""
    return (x + abs(x)) / 2


def _selection(condition: Value, if_false: Value, if_true: Value) -> Iterator[Match]:
    for x, when in _comparison(condition):
        kept, dropped = (if_true, if_false) if when else (if_false, if_true)
        if origin(kept) is origin(x) and only_value(dropped) == 0:
            yield Match(x, (Rectify(selected if when else replaced),))


def _product(step: Step) -> Iterator[Match]:
    for x, other in (step.inputs, step.inputs[::-1]):
        mask = origin(other)
        if mask.step is not None and mask.step.name == "convert_element_type":
            for compared, when in _comparison(mask.step.inputs[0]):
                if when and step.name == "mul" and origin(compared) is origin(x):
                    yield Match(compared, (Rectify(masked),))
        half = 2 if step.name == "div" else 0.5
        total = origin(x)
        if total.step is not None and total.step.name == "add" and only_value(other) == half:
            if step.name == "div" and other is step.inputs[0]:
                continue
            for one, size in (total.step.inputs, total.step.inputs[::-1]):
                made = origin(size).step
                if made is None or made.name != "abs" or made.inputs[0].shape != x.shape:
                    continue
                if origin(made.inputs[0]) is origin(one):
                    yield Match(one, (Rectify(halved),))


def _comparison(condition: Value) -> Iterator[tuple[Value, bool]]:
    """Give the value that a condition compares with 0, and whether it holds where that is larger.

    Whether it holds at 0 makes no difference: a ReLU is 0 there either way.
    """
    condition, holds = origin(condition), True
    while condition.step is not None and condition.step.name == "not":
        condition, holds = origin(condition.step.inputs[0]), not holds
    step = condition.step
    if step is None or step.name not in ("gt", "ge", "lt", "le"):
        return
    left, right = step.inputs
    larger = step.name in ("gt", "ge")
    if only_value(right) == 0 and left.shape == condition.shape:
        yield left, holds == larger
    if only_value(left) == 0 and right.shape == condition.shape:
        yield right, holds != larger


def _window(step: Step, start: complex | None) -> Iterator[Match]:
    params = step.params
    if {*params["base_dilation"], *params["window_dilation"]} == {1}:
        window = Window(
            tuple(map(int, params["window_dimensions"])),
            tuple(map(int, params["window_strides"])),
            tuple((int(low), int(high)) for low, high in params["padding"]),
        )
        yield from _started(step, window, start)


def _over_cells(step: Step, axes: tuple[int, ...], start: complex | None) -> Iterator[Match]:
    yield from _started(step, Window.of(step.inputs[0].shape, tuple(axes)), start)


def _started(step: Step, window: Window, start: complex | None) -> Iterator[Match]:
    """Give a max-pool; one that starts from 0 rectifies what it finds."""
    source, pool = step.inputs[0], Pool(window, step.outputs[0].shape)
    if 0 in source.shape:
        return
    if start == -jnp.inf:
        yield Match(source, (pool,))
    elif start == 0:
        yield Match(source, (pool, Rectify(rectified)))


def _takes_maximum(step: Step) -> bool:
    body = inner(step.params["jaxpr"], step.params.get("consts", ()))
    if len(body.steps) != 1 or body.steps[0].name != "max":
        return False
    return body.outputs == body.steps[0].outputs and set(body.steps[0].inputs) == set(body.inputs)
