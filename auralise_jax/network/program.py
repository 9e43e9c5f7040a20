"""A function's steps as one flat list, each value with the step that it comes from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from auralise_jax.network.refusal import Place, first_of_user, is_library

STRUCTURAL = {"broadcast_in_dim", "copy", "copy_p", "reshape", "rev", "slice", "squeeze", "tile"}
STRUCTURAL |= {"transpose"}
"""Primitives that make an array of one value of an array of that one value."""

COPIES = {"broadcast_in_dim", "reshape", "copy", "copy_p", "name", "convert_element_type"}
"""Primitives that only copy where they keep shape and dtype."""


@dataclass(eq=False)
class Value:
    """An input, a constant, or what a step makes."""

    shape: tuple[int, ...]
    dtype: Any
    step: Step | None = None
    constant: Any = None
    """A literal, or a captured array; None for everything else."""
    depends: bool = False
    """On the traced input."""

    @property
    def differentiable(self) -> bool:
        """Whether something can come back to it."""
        return bool(jnp.issubdtype(self.dtype, np.inexact))


@dataclass(eq=False)
class Step:
    """One operation."""

    primitive: Any
    params: dict[str, Any]
    inputs: tuple[Value, ...]
    sources: tuple[Any, ...] = ()
    """Where it was written: source information, of the calls around it first."""
    within: str = ""
    """The library's function that it is a part of, if that is known."""
    effects: bool = False
    bodies: tuple[Program, ...] = ()
    """What a loop does at each turn, or the branches; they read the values outside directly."""
    called: str = ""
    """The function that it is a call of, where that is left as it is."""
    allow: Mapping[str, Any] = field(default_factory=dict)
    """What is stated of activations, by their names."""
    outputs: tuple[Value, ...] = field(default=(), init=False)

    @property
    def name(self) -> str:
        """Its operation, as JAX calls it."""
        return str(self.primitive.name)

    @property
    def place(self) -> Place | None:
        """The user's line that it comes from."""
        places = [
            first_of_user(Place(one.file_name, one.line_num) for one in frames(source))
            for source in self.sources
        ]
        return next((place for place in reversed(places) if place is not None), None)


@dataclass(eq=False)
class Program:
    """A function's steps, in an order in which they can be run."""

    inputs: tuple[Value, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Value, ...]

    def constants(self) -> Iterator[Value]:
        """Go through the arrays that the function captured, each once."""
        seen = set()
        steps = list(every_step(self.steps))
        made = (value for step in steps for body in step.bodies for value in body.outputs)
        for value in (*(value for step in steps for value in step.inputs), *made, *self.outputs):
            if value.constant is not None and value not in seen:
                seen.add(value)
                yield value


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """Go through steps, and those inside of loops and branches."""
    for step in steps:
        yield step
        for body in step.bodies:
            yield from every_step(body.steps)


def frames(source: Any) -> Sequence[Any]:
    """Return the lines of a source, innermost first."""
    traceback = getattr(source, "traceback", None)
    return () if traceback is None else traceback.frames


def function_of(step: Step, names: Container[str]) -> str:
    """Return which of some library functions a step is a part of, the outermost; or ""."""
    found = step.within.lstrip("_")
    if found in names:
        return found
    found = ""
    for source in reversed(step.sources):
        for frame in frames(source):
            if not is_library(frame.file_name):
                return found
            if frame.function_name in names:
                found = str(frame.function_name)
    return found


def only_value(value: Value) -> complex | None:
    """Return the one number that an array is full of, or None if there is none that is known."""
    if value.constant is not None:
        return _only_value_of(value.constant)
    step = value.step
    if step is not None and step.name == "ne":
        left, right = map(only_value, step.inputs)
        return None if left is None or right is None else left != right
    if step is None or not (
        step.name in STRUCTURAL or step.name in ("convert_element_type", "neg")
    ):
        return None
    number = only_value(step.inputs[0])
    if number is None:
        return None
    with np.errstate(all="ignore"):
        cast = np.asarray(-number if step.name == "neg" else number).astype(value.dtype)
    return cast.item()  # type: ignore[no-any-return]


def _only_value_of(constant: Any) -> complex | None:
    if isinstance(constant, jax.core.Tracer) or np.size(constant) == 0:
        return None
    if isinstance(constant, Array) and not constant.is_fully_addressable:
        return None
    if isinstance(constant, Array) and jnp.issubdtype(constant.dtype, jax.dtypes.extended):
        return None
    numbers = np.asarray(jax.device_get(constant))
    first = numbers.reshape(-1)[0]
    return first.item() if (numbers == first).all() else None


def origin(value: Value) -> Value:
    """Return the value that this one is a mere copy of: same numbers, same shape and dtype."""
    while value.step is not None and value.step.name in COPIES:
        given = value.step.inputs[0]
        if (given.shape, given.dtype) != (value.shape, value.dtype):
            break
        value = given
    return value


def compared(condition: Value) -> Iterator[tuple[Value, bool]]:
    """Give the value that a condition compares with 0, and whether it holds where that is larger.

    Whether it holds at 0 makes no difference: a ReLU is 0 there either way.
    """
    holds = True
    while (step := (condition := origin(condition)).step) is not None:
        if step.name == "not":
            condition, holds = step.inputs[0], not holds
        elif step.name == "or" and only_value(step.inputs[1]) == 0:  # as in jnp.fmax
            condition = step.inputs[0]
        else:
            break
    if step is None or step.name not in ("gt", "ge", "lt", "le"):
        return
    left, right = step.inputs
    larger = step.name in ("gt", "ge")
    if only_value(right) == 0 and left.shape == condition.shape:
        yield left, holds == larger
    if only_value(left) == 0 and right.shape == condition.shape:
        yield right, holds != larger


def compares(condition: Value, x: Value) -> Iterator[bool]:
    """Tell whether a condition that compares `x` with 0 holds where `x` is larger."""
    condition, x = origin(condition), origin(x)
    step, made = condition.step, x.step
    # Nested vmaps transpose a condition and what it compares alike.
    alike = step and made and (step.name, step.params) == (made.name, made.params)
    if step is not None and made is not None and alike and step.name in STRUCTURAL:
        yield from compares(step.inputs[0], made.inputs[0])
    else:
        yield from (when for seen, when in compared(condition) if origin(seen) is x)


def loop_sizes(params: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many constants a `scan` has, and how many values it carries.

    The slices are the rest of its inputs.
    """
    if "num_carry" in params:
        return params["num_consts"], params["num_carry"]
    consts, carries, _ = params["ft_in"].unpack()  # since JAX 0.11
    return len(consts), len(carries)
