"""A function's steps as one flat list: calls inlined, each value with the step it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from jaxtyping import Array

from auralise_jax.network.refusal import Place, first_of_user, is_library

CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "call": "call_jaxpr",
    "remat": "jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "custom_jvp_call": "call_jaxpr",
}
"""Primitives that only call a function, and under which parameter they hold it."""

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
    outputs: tuple[Value, ...] = field(default=(), init=False)

    @property
    def name(self) -> str:
        """Its operation, as JAX calls it."""
        return str(self.primitive.name)

    @property
    def place(self) -> Place | None:
        """The user's line that it comes from."""
        places = [
            first_of_user(Place(one.file_name, one.line_num) for one in _frames(source))
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
        values = (value for step in self.steps for value in step.inputs)
        for value in (*values, *self.outputs):
            if value.constant is not None and value not in seen:
                seen.add(value)
                yield value


def inline(closed: ClosedJaxpr, depends: Sequence[bool]) -> Program:
    """Return the steps of a jaxpr without its calls.

    Parameters
    ----------
    closed : ClosedJaxpr
        What tracing made.
    depends : sequence of bool
        Which inputs are the traced ones.
    """
    inputs = tuple(_value(var.aval, depends=bit) for var, bit in _pairs(closed, depends))
    steps: list[Step] = []
    outputs = _run(closed.jaxpr, closed.consts, inputs, (), steps)
    return Program(inputs, tuple(steps), outputs)


def inner(jaxpr: Jaxpr, consts: Sequence[Any] = ()) -> Program:
    """Return the steps of a function that a primitive holds, all inputs being traced."""
    return inline(ClosedJaxpr(jaxpr, consts), [True] * len(jaxpr.invars))


def _pairs(closed: ClosedJaxpr, depends: Sequence[bool]) -> Iterator[tuple[Any, bool]]:
    return zip(closed.jaxpr.invars, depends, strict=True)


def _value(aval: Any, **given: Any) -> Value:
    return Value(tuple(getattr(aval, "shape", ())), getattr(aval, "dtype", None), **given)


def _run(
    jaxpr: Jaxpr,
    consts: Sequence[Any],
    args: Sequence[Value],
    sources: tuple[Any, ...],
    steps: list[Step],
    within: str = "",
) -> tuple[Value, ...]:
    known: dict[Any, Value] = dict(zip(jaxpr.invars, args, strict=True))
    for var, const in zip(jaxpr.constvars, consts, strict=True):
        known[var] = _value(var.aval, constant=const)

    def read(atom: Any) -> Value:
        if isinstance(atom, Literal):
            return _value(atom.aval, constant=atom.val)
        return known[atom]

    for eqn in jaxpr.eqns:
        inputs = tuple(map(read, eqn.invars))
        # A library's function may have been traced elsewhere and kept with the lines of then.
        here = sources if within else (*sources, eqn.source_info)
        called = eqn.params.get(CALLS.get(eqn.primitive.name, ""))
        if called is not None:
            body, held = (
                (called.jaxpr, called.consts) if hasattr(called, "consts") else (called, ())
            )
            name = within or ("" if _is_users(body) else body.debug_info.func_name)
            outputs = _run(body, held, inputs, here, steps, name)
        else:
            step = Step(eqn.primitive, eqn.params, inputs, here, within, bool(eqn.effects))
            depends = any(value.depends for value in inputs)
            step.outputs = outputs = tuple(
                _value(var.aval, step=step, depends=depends) for var in eqn.outvars
            )
            steps.append(step)
        known.update(zip(eqn.outvars, outputs, strict=True))
    return tuple(map(read, jaxpr.outvars))


def _is_users(jaxpr: Jaxpr) -> bool:
    file = getattr(jaxpr.debug_info, "func_filename", None)
    return file is not None and not is_library(file)


def _frames(source: Any) -> Sequence[Any]:
    traceback = getattr(source, "traceback", None)
    return () if traceback is None else traceback.frames


def only_value(value: Value) -> complex | None:
    """Return the one number that an array is full of, or None if there is none that is known."""
    if value.constant is not None:
        return _only_value_of(value.constant)
    step = value.step
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
