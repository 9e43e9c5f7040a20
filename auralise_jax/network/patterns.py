"""ReLUs and max-pools, however they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

import jax.numpy as jnp
from jaxtyping import Array

from auralise_jax.network.activations import Stated, stated
from auralise_jax.network.inlining import inner
from auralise_jax.network.pooling import Window
from auralise_jax.network.program import Step, Value, compares, only_value, origin
from auralise_jax.network.rules import rectified


@dataclass(frozen=True)
class Rectify:
    """A ReLU, and how its values are computed."""

    values: Callable[[Array], Array]
    cap: float | None = None
    """What its values do not exceed, as 6 in ReLU6; from there on it is closed."""


@dataclass(frozen=True)
class Pool:
    """A max-pool, and the shape that it leaves."""

    window: Window
    shape: tuple[int, ...]


Part: TypeAlias = Rectify | Pool | Stated


@dataclass(frozen=True)
class Match:
    """What a step comes to: ReLUs, pools or an activation, one after the other, of one value."""

    source: Value
    parts: tuple[Part, ...]
    others: tuple[Value, ...] = ()
    """What an activation reads beside its source."""


def match(step: Step) -> Match | None:
    """Return the ReLU, max-pool or stated activation that a step completes, or None."""
    curve = stated(step)
    if curve is not None and curve.source.differentiable:
        return Match(curve.source, (curve,), curve.others)
    for found in _found(step):
        if found.source.depends and found.source.differentiable:
            return found
    return None


def _found(step: Step) -> Iterator[Match]:
    name, inputs = step.name, step.inputs
    if name in ("max", "min"):
        for x, other in (inputs, inputs[::-1]):
            if x.shape == step.outputs[0].shape:
                yield from _bounded(name, x, only_value(other))
    elif name == "clamp":
        low, x, high = inputs
        if only_value(low) == 0 and _is_cap(cap := only_value(high)):
            yield Match(x, (Rectify(Capped(cap), cap),))
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


@dataclass(frozen=True)
class Capped:
    """The values of a ReLU that is capped."""

    cap: float
    below: Callable[[Array], Array] = rectified

    def __call__(self, x: Array) -> Array:
        """Return ``minimum(below(x), cap)``."""
        return jnp.minimum(self.below(x), jnp.asarray(self.cap, x.dtype))


GATES = {"hard_sigmoid", "hard_silu", "hard_swish"}
"""Functions of JAX that are written with ReLU6 and are none."""


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


def _bounded(name: str, x: Value, bound: complex | None) -> Iterator[Match]:
    """Give what the larger, or smaller, of `x` and a number comes to."""
    made = origin(x).step
    if name == "min" and _is_cap(bound) and made is not None and made.within not in GATES:
        for found in _found(made):
            *first, last = found.parts
            if isinstance(last, Rectify) and last.cap is None:
                capped = Rectify(Capped(bound, last.values), bound)
                yield Match(found.source, (*first, capped))
    if name == "max" and bound == 0:
        if made is not None and made.name == "min":
            for one, other in (made.inputs, made.inputs[::-1]):
                if one.shape == x.shape and _is_cap(cap := only_value(other)):
                    yield Match(one, (Rectify(Capped(cap), cap),))
        yield Match(x, (Rectify(rectified),))


def _is_cap(number: complex | None) -> TypeGuard[float]:
    return number is not None and 0 < number.real < jnp.inf


def _selection(condition: Value, if_false: Value, if_true: Value) -> Iterator[Match]:
    for kept, dropped, when in ((if_true, if_false, True), (if_false, if_true, False)):
        if only_value(dropped) == 0 and when in compares(condition, kept):
            yield Match(kept, (Rectify(selected if when else replaced),))


def _product(step: Step) -> Iterator[Match]:
    for x, other in (step.inputs, step.inputs[::-1]):
        if step.name == "mul" and x.shape == step.outputs[0].shape and _is_mask(other, x):
            yield Match(x, (Rectify(masked),))
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


def _is_mask(value: Value, x: Value) -> bool:
    """Tell whether a value is 1 where another is larger than 0, and 0 elsewhere."""
    step = origin(value).step
    while step is not None and step.name == "convert_element_type":
        value = step.inputs[0]
        step = origin(value).step
    if value.dtype == bool:
        return True in compares(value, x)
    if step is None or step.name != "select_n" or len(step.inputs) != 3:
        return False
    condition, if_false, if_true = step.inputs
    numbers = [only_value(if_false), only_value(if_true)]
    return numbers in ([0, 1], [1, 0]) and (numbers == [0, 1]) in compares(condition, x)


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
