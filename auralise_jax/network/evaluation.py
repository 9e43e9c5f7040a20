"""Which steps of a program can be passed backwards, and running them under a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr
from jaxtyping import Array

from auralise_jax.network.linear import complaint, hidden
from auralise_jax.network.patterns import Match, Pool, Rectify, match
from auralise_jax.network.program import Step, Value
from auralise_jax.network.refusal import UnsupportedOperation

HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class Move:
    """A step that is run."""

    step: Step
    found: Match | None
    """The ReLU or max-pool that is run instead."""
    flows: bool
    """Whether something comes back through it."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, in order, for some values to come out."""

    moves: tuple[Move, ...]
    sources: tuple[Value, ...]
    """What must be given: values, not made by the plan, to which something comes back."""


At = tuple[Step, int]
"""Which part of which step's match a ReLU or pool is."""


class Way(Protocol):
    """How ReLUs and max-pools are run."""

    def relu(self, x: Array, part: Rectify, at: At) -> Array:
        """Rectify."""

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Max-pool."""


def plan(steps: Sequence[Step], wanted: Iterable[Value]) -> Plan:
    """Find what must be run for values to come out and something to come back through them.

    Only what is wanted is looked at: a step that nothing depends on may be anything.

    Raises
    ------
    UnsupportedOperation
        If a step on the way is neither linear nor a ReLU or max-pool.
    """
    flowing: dict[Value, None] = {}  # dictionaries, since sets have no order
    still: dict[Value, None] = {}

    def want(values: Iterable[Value]) -> None:
        for value in values:
            (flowing if value.depends and value.differentiable else still)[value] = None

    want(wanted)
    moves: list[Move] = []
    for step in reversed(steps):
        if why := hidden(step):
            raise UnsupportedOperation(step.name, why, step.place)
        if any(value in flowing for value in step.outputs):
            found = match(step)
            if found is not None:
                want([found.source])
            elif why := complaint(step):
                raise UnsupportedOperation(step.name, why, step.place)
            else:
                want(step.inputs)
            moves.append(Move(step, found, flows=True))
        elif step.effects or any(value in still for value in step.outputs):
            still.update(dict.fromkeys(step.inputs))
            moves.append(Move(step, None, flows=False))
    made = {value for move in moves for value in move.step.outputs}
    sources = tuple(value for value in flowing if value not in made)
    return Plan(tuple(reversed(moves)), sources)


def plan_values(
    steps: Sequence[Step], wanted: Iterable[Value], found: Mapping[Step, Match]
) -> Plan:
    """Find what must be run for values to come out, nothing coming back; refuse nothing.

    Where a ReLU or pool was `found` it is run instead of its step.
    """
    needed = dict.fromkeys(wanted)
    moves = []
    for step in reversed(steps):
        if step.effects or any(value in needed for value in step.outputs):
            instead = found.get(step)
            needed.update(dict.fromkeys([instead.source] if instead else step.inputs))
            moves.append(Move(step, instead, flows=True))
    return Plan(tuple(reversed(moves)), ())


def run(plan: Plan, given: Mapping[Value, Array], wanted: Sequence[Value], way: Way) -> list[Array]:
    """Run a plan at full float32 precision.

    Parameters
    ----------
    plan : Plan
        What to run.
    given : mapping of Value to array
        What the plan starts from: inputs, and constants that are to be replaced.
    wanted : sequence of Value
        What to return.
    way : Way
        How ReLUs and pools are run.
    """
    known = dict(given)

    def flow(value: Value) -> Any:
        return known.get(value, value.constant)

    def still(value: Value) -> Any:
        array = flow(value)
        return lax.stop_gradient(array) if value.depends and value.differentiable else array

    for move in plan.moves:
        if move.found is not None:
            x = flow(move.found.source)
            for number, part in enumerate(move.found.parts):
                at = (move.step, number)
                x = way.relu(x, part, at) if isinstance(part, Rectify) else way.pool(x, part, at)
            known[move.step.outputs[0]] = x
        else:
            read = flow if move.flows else still
            operands = [read(value) for value in move.step.inputs]
            made = bind(move.step, move.step.params, operands)
            known.update(zip(move.step.outputs, made, strict=True))
    return [flow(value) for value in wanted]


def bind(step: Step, params: Mapping[str, Any], operands: Sequence[Any]) -> Sequence[Array]:
    """Run a step's operation at full float32 precision."""
    params = step.primitive.get_bind_params(at_full_precision(step.name, params))
    made = step.primitive.bind(*operands, **params)
    return made if step.primitive.multiple_results else (made,)


def at_full_precision(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's parameters with every product in it at full float32 precision."""
    found = {key: _inner(value) for key, value in params.items()}
    if name in ("dot_general", "conv_general_dilated"):
        found["precision"] = (HIGHEST, HIGHEST)
    return found


def _inner(value: Any) -> Any:
    jaxpr: Any = value  # JAX's replace has no types
    if isinstance(value, ClosedJaxpr):
        return ClosedJaxpr(_inner(value.jaxpr), value.consts)
    if isinstance(value, Jaxpr):
        return jaxpr.replace(
            eqns=[
                eqn.replace(params=at_full_precision(eqn.primitive.name, eqn.params))
                for eqn in value.eqns
            ]
        )
    if isinstance(value, (tuple, list)) and any(isinstance(one, ClosedJaxpr) for one in value):
        return type(value)(map(_inner, value))
    return value
