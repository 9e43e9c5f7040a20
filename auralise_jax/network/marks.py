"""The layers that a function marks with `tap`, found in its program."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jax.extend.core import ClosedJaxpr, Jaxpr
from jaxtyping import Array, Float

from auralise_jax.network.program import Program, Step, Value


class Marked(NamedTuple):
    """A layer as it was marked."""

    name: str
    axes: tuple[str, ...] | None
    value: Value
    at: int
    """The number of its step."""
    source: Value | None = None
    """What it was laid out of; None: it is as the function made it."""
    order: tuple[int, ...] = ()
    """How the axes of `source` were transposed, the features' last; then axes were merged."""

    @property
    def own(self) -> Value:
        """The layer's value in the function: what lies above reads this, not maps of it."""
        return self.source or self.value

    def along(self, numbers: Float[Array, " features"]) -> Float[Array, "..."]:
        """Return a number per feature as the features lie in the layer's own value."""
        shape, order = self.own.shape, self.order or tuple(range(len(self.own.shape)))
        moved = [shape[axis] for axis in order]
        lead = next(n for n in range(len(moved), -1, -1) if math.prod(moved[n:]) == numbers.size)
        laid = numbers.reshape(*[1] * lead, *moved[lead:])
        return laid.transpose([order.index(axis) for axis in range(len(order))]).astype(
            self.own.dtype
        )


class Layers(NamedTuple):
    """The layers of a program."""

    program: Program
    """In which their values are made."""
    marked: tuple[Marked, ...]
    """In its order."""
    left_out: tuple[str, ...] = ()
    """Names of those that were found beside them, and are none."""


def marked_layers(program: Program, _params: Mapping[Value, str] | None = None) -> Layers:
    """Return the layers that are marked in a program; there may be none.

    Raises
    ------
    ValueError
        If two have the same name, or one is inside a loop or a branch.
    """
    found: dict[str, Marked] = {}
    for number, step in enumerate(program.steps):
        for name in _names_inside(list(step.params.values())):
            raise ValueError(
                f"layer {name!r} is marked inside {step.name}{_where(step)}, which may run several "
                "times or never; mark what comes out of it"
            )
        if step.name != "tap":
            continue
        name = step.params["name"]
        if name in found:
            first = found[name].value.step
            raise ValueError(
                f"two layers are marked as {name!r}{_where(first)}{_where(step)}; give each a name "
                "that no other has"
            )
        found[name] = Marked(name, step.params["axes"], step.outputs[0], number)
    return Layers(program, tuple(found.values()))


def _where(step: Step | None) -> str:
    place = step.place if step is not None else None
    return f" ({place})" if place else ""


def _names_inside(held: Any) -> Iterator[str]:
    """Go through the marks inside of what a primitive holds."""
    if isinstance(held, (list, tuple)):
        for one in held:
            yield from _names_inside(one)
    elif isinstance(held, (ClosedJaxpr, Jaxpr)):
        for eqn in held.eqns:
            if eqn.primitive.name == "tap":
                yield eqn.params["name"]
            yield from _names_inside(list(eqn.params.values()))
