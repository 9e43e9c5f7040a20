"""From a jaxpr to a flat list of steps: calls are inlined, loops and branches keep bodies."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal, jaxprs_in_params

from auralise_jax.network.program import Program, Step, Value, loop_sizes, only_value
from auralise_jax.network.reach import ELEMENTWISE
from auralise_jax.network.refusal import is_library

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

WRITTEN_OUT = 64
"""Turns, at most, of a loop that is written out."""


@dataclass(frozen=True)
class _Around:
    """What encloses the steps that are being read."""

    allow: Mapping[str, Any]
    write_out: bool = False
    sources: tuple[Any, ...] = ()
    within: str = ""


def inline(
    closed: ClosedJaxpr,
    depends: Sequence[bool],
    allow: Mapping[str, Any] = MappingProxyType({}),
    *,
    write_out: bool = False,
) -> Program:
    """Return the steps of a jaxpr without its calls.

    Parameters
    ----------
    closed : ClosedJaxpr
        What tracing made.
    depends : sequence of bool
        Which inputs are the traced ones.
    allow : mapping
        What is stated of activations, by name: see `activations.check_allow`. Calls of a function
        of such a name, which treats each cell by itself, are left as they are.
    write_out : bool
        Whether to write short loops over layers out, turn by turn, so that each layer can be seen.
    """
    inputs = _values([var.aval for var in closed.jaxpr.invars], depends)
    return _read(closed, inputs, inputs, _Around(allow, write_out))


def inner(jaxpr: Jaxpr, consts: Sequence[Any] = ()) -> Program:
    """Return the steps of a function that a primitive holds, all inputs being traced."""
    # Since JAX 0.11 a jaxpr may hold its constants itself.
    closed = ClosedJaxpr(jaxpr, consts or getattr(jaxpr, "consts", ()))
    return inline(closed, [True] * len(closed.jaxpr.invars))


def _value(aval: Any, **given: Any) -> Value:
    return Value(tuple(getattr(aval, "shape", ())), getattr(aval, "dtype", None), **given)


def _values(avals: Sequence[Any], depends: Sequence[bool]) -> tuple[Value, ...]:
    return tuple(_value(aval, depends=bit) for aval, bit in zip(avals, depends, strict=True))


def _read(
    closed: Any, args: Sequence[Value], inputs: tuple[Value, ...], around: _Around
) -> Program:
    """Return a jaxpr's program for these arguments, of which `inputs` are its own."""
    jaxpr, consts = (closed.jaxpr, closed.consts) if hasattr(closed, "consts") else (closed, ())
    known: dict[Any, Value] = dict(zip(jaxpr.invars, args, strict=True))
    for var, const in zip(jaxpr.constvars, consts, strict=True):
        known[var] = _value(var.aval, constant=const)
    steps: list[Step] = []

    def read(atom: Any) -> Value:
        if isinstance(atom, Literal):
            return _value(atom.aval, constant=atom.val)
        return known[atom]

    for eqn in jaxpr.eqns:
        given = tuple(map(read, eqn.invars))
        # A library's function may have been traced elsewhere and kept with the lines of then.
        here = around
        if not around.within:
            here = replace(around, sources=(*around.sources, eqn.source_info))
        body, operands = _called(eqn, given)
        if around.write_out and _is_of_layers(eqn, given):
            written, outputs = _written_out(eqn.params, given, here)
            steps.extend(written)
        elif body is None or _is_stated(body, operands, len(eqn.outvars), here):
            step = _step(eqn, given, here, body)
            steps.append(step)
            outputs = step.outputs
        else:
            name = here.within or ("" if _is_users(body) else _name(body))
            called = _read(body, operands, operands, replace(here, within=name))
            steps.extend(called.steps)
            outputs = called.outputs
        known.update(zip(eqn.outvars, outputs, strict=True))
    return Program(inputs, tuple(steps), tuple(map(read, jaxpr.outvars)))


def _called(eqn: Any, given: tuple[Value, ...]) -> tuple[Any, tuple[Value, ...]]:
    """Return what a call calls, and with what; of branches the only one that can be taken."""
    if eqn.primitive.name == "cond":
        number = only_value(given[0])
        if number is None:
            return None, ()
        branches = eqn.params["branches"]
        return branches[min(max(int(number.real), 0), len(branches) - 1)], given[1:]
    return eqn.params.get(CALLS.get(eqn.primitive.name, "")), given


def _step(eqn: Any, given: tuple[Value, ...], around: _Around, called: Any = None) -> Step:
    """Return an operation that is not inlined, with the bodies that it holds."""
    name = eqn.primitive.name
    step = Step(eqn.primitive, eqn.params, given, around.sources, around.within, bool(eqn.effects))
    step.allow = around.allow
    depends = [any(value.depends for value in given)] * len(eqn.outvars)
    if called is not None:
        step.called = _name(called)
    elif name == "custom_vjp_call":
        body = eqn.params["call_jaxpr"]
        if _is_stated(body, given, len(eqn.outvars), around):
            step.called = _name(body)
    elif name == "scan":
        step.bodies = (_turn(eqn.params, given, around),)
        (body,) = step.bodies
        carried = [value.depends for value in body.inputs]
        depends = [
            value.depends or (number < loop_sizes(eqn.params)[1] and carried[number])
            for number, value in enumerate(body.outputs)
        ]
    elif name == "cond":
        step.bodies = tuple(_read(one, given[1:], (), around) for one in eqn.params["branches"])
        depends = [
            given[0].depends or any(value.depends for value in values)
            for values in zip(*(body.outputs for body in step.bodies), strict=True)
        ]
    step.outputs = tuple(
        _value(var.aval, step=step, depends=bit)
        for var, bit in zip(eqn.outvars, depends, strict=True)
    )
    return step


def _turn(params: Mapping[str, Any], given: tuple[Value, ...], around: _Around) -> Program:
    """Return what a `scan` does at each turn: what is carried and the slices are its inputs."""
    consts, carries = loop_sizes(params)
    avals = [var.aval for var in params["jaxpr"].jaxpr.invars[consts:]]
    depends = [value.depends for value in given[consts:]]
    while True:
        inputs = _values(avals, depends)
        turn = _read(params["jaxpr"], (*given[:consts], *inputs), inputs, around)
        carried = [value.depends for value in turn.outputs[:carries]]
        grown = [a or b for a, b in zip(depends, carried, strict=False)] + depends[carries:]
        if grown == depends:
            return turn
        depends = grown


def _is_of_layers(eqn: Any, given: tuple[Value, ...]) -> bool:
    """Tell whether a loop goes over layers, not over the picture, and has few turns."""
    if eqn.primitive.name != "scan" or not 0 < eqn.params["length"] <= WRITTEN_OUT:
        return False
    if any(value.depends for value in given[sum(loop_sizes(eqn.params)) :]):
        return False
    # A layer that is marked inside would have several places.
    return "tap" not in _primitives(eqn.params["jaxpr"].jaxpr)


def _primitives(jaxpr: Jaxpr) -> Iterator[str]:
    for eqn in jaxpr.eqns:
        yield eqn.primitive.name
        for inner in jaxprs_in_params(eqn.params):
            yield from _primitives(inner)


def _written_out(
    params: Mapping[str, Any], given: tuple[Value, ...], around: _Around
) -> tuple[list[Step], tuple[Value, ...]]:
    """Return the steps of all turns of a loop, one after the other, and its outputs."""
    (consts, carries), length = loop_sizes(params), params["length"]
    fixed, carried, slices = (
        given[:consts],
        given[consts : consts + carries],
        given[consts + carries :],
    )
    steps: list[Step] = []

    def applied(fn: Callable[..., Any], *values: Value) -> Value:
        like: Any = jax.ShapeDtypeStruct  # JAX's has no types
        closed = jax.make_jaxpr(fn)(*(like(value.shape, value.dtype) for value in values))
        made = _read(closed, values, (), around)
        steps.extend(made.steps)
        return made.outputs[0]

    each: dict[int, tuple[Value, ...]] = {}
    for number in reversed(range(length)) if params["reverse"] else range(length):
        at = functools.partial(lax.index_in_dim, index=number, keepdims=False)
        here = [applied(at, value) for value in slices]
        turn = _read(params["jaxpr"], (*fixed, *carried, *here), (), around)
        steps.extend(turn.steps)
        carried, each[number] = turn.outputs[:carries], turn.outputs[carries:]
    made = zip(*(each[number] for number in range(length)), strict=True)
    return steps, (*carried, *(applied(lambda *values: jnp.stack(values), *one) for one in made))


def _is_stated(body: Any, given: Sequence[Value], outputs: int, around: _Around) -> bool:
    """Tell whether a function is an activation of which the user states what comes back."""
    how = around.allow.get(_name(body))
    if how is None or outputs != 1 or sum(value.depends for value in given) != 1:
        return False
    if how == "gradient":
        return True
    program = _read(body, given, (), replace(around, allow=MappingProxyType({})))
    (made,) = program.outputs
    return made.depends and all(_is_cellwise(step, made.shape) for step in program.steps)


def _is_cellwise(step: Step, shape: tuple[int, ...]) -> bool:
    """Tell whether a step keeps cells of that shape apart."""
    traced = [value for value in (*step.inputs, *step.outputs) if value.depends]
    return not traced or (
        step.name in ELEMENTWISE and all(value.shape == shape for value in traced)
    )


def _name(body: Any) -> str:
    jaxpr: Jaxpr = getattr(body, "jaxpr", body)
    return str(jaxpr.debug_info.func_name)


def _is_users(body: Any) -> bool:
    file = getattr(getattr(body, "jaxpr", body).debug_info, "func_filename", None)
    return file is not None and not is_library(file)
