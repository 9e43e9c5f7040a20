"""Leaky ReLUs and ELUs, which are several steps in a program and one operation in a file."""

from __future__ import annotations

from typing import NamedTuple

from auralise_jax.network.program import Step, Value, compared, origin


class Curve(NamedTuple):
    """An activation that is the identity above 0."""

    op: str
    source: Value
    factor: Value | None
    """What the values below 0 are multiplied by, if anything."""


def curve_of(step: Step) -> Curve | None:
    """Return the leaky ReLU or ELU that a step completes, or None."""
    if step.name != "select_n" or len(step.inputs) != 3:
        return None
    condition, if_false, if_true = step.inputs
    for x, when in compared(condition):
        kept, below = (if_true, if_false) if when else (if_false, if_true)
        if not x.depends or origin(kept) is not origin(x):
            continue
        if _is_expm1(below, x):
            return Curve("elu", x, None)
        made = origin(below).step
        for factor, other in _factors(made):
            if origin(other) is origin(x):
                return Curve("leaky_relu", x, factor)
            if _is_expm1(other, x):
                return Curve("elu", x, factor)
    return None


def _factors(step: Step | None) -> list[tuple[Value, Value]]:
    """Return what does not depend on the picture, of a product, and the other factor."""
    if step is None or step.name != "mul":
        return []
    one, other = step.inputs
    return [pair for pair in ((one, other), (other, one)) if not pair[0].depends]


def _is_expm1(value: Value, x: Value) -> bool:
    """Tell whether a value is e^x - 1, at least where x is below 0."""
    made = origin(value).step
    if made is None or made.name != "expm1":
        return False
    inside = origin(made.inputs[0])
    if inside is origin(x):
        return True
    if inside.step is None or inside.step.name != "select_n" or len(inside.step.inputs) != 3:
        return False
    condition, if_false, if_true = inside.step.inputs
    return any(
        origin(seen) is origin(x) and origin(if_false if when else if_true) is origin(x)
        for seen, when in compared(condition)
    )
