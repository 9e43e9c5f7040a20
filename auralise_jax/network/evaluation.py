"""Which steps of a program can be passed backwards, and running them under a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from auralise_jax.network.activations import Stated
from auralise_jax.network.binding import bind
from auralise_jax.network.linear import complaint, hidden
from auralise_jax.network.naming import refusal
from auralise_jax.network.patterns import Match, Pool, Rectify, match
from auralise_jax.network.program import Step, Value, every_step, loop_sizes


@dataclass(frozen=True)
class Inside:
    """How the bodies of a loop or of branches are run."""

    plans: tuple[Plan, ...]
    flows: tuple[bool, ...]
    """Through which of the step's outputs something comes back."""


@dataclass(frozen=True)
class Move:
    """A step that is run."""

    step: Step
    found: Match | None
    """The ReLU, max-pool or stated activation that is run instead."""
    flows: bool
    """Whether something comes back through it."""
    inside: Inside | None = None
    """How its bodies are run, if they are; else the step is run as it is."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, in order, for some values to come out."""

    moves: tuple[Move, ...]
    sources: tuple[Value, ...]
    """What must be given: values, not made by the plan, to which something comes back."""


At: TypeAlias = tuple[Step, int]
"""Which part of which step's match a ReLU or pool is."""


class Way:
    """How ReLUs and max-pools are run; this one keeps nothing between turns of a loop."""

    def relu(self, x: Array, part: Rectify, at: At) -> Array:
        """Rectify."""
        raise NotImplementedError

    def pool(self, x: Array, part: Pool, at: At) -> Array:
        """Max-pool."""
        raise NotImplementedError

    def activate(self, x: Array, others: Sequence[Array], part: Stated, at: At) -> Array:
        """Run an activation of which the user states what comes back."""
        raise NotImplementedError

    def kept_for(self, ats: Sequence[At]) -> tuple[Array, ...]:  # noqa: ARG002
        """Return what was kept of some ReLUs and pools."""
        return ()

    def keep(self, ats: Sequence[At], kept: Sequence[Array]) -> None:
        """Keep what was kept inside of a loop, turn by turn, or of a branch."""

    def after(self, step: Step, known: dict[Value, Any]) -> None:
        """Change what a step has made, before what lies above reads it."""

    def inside(self, ats: Sequence[At], kept: Sequence[Array]) -> Way:  # noqa: ARG002
        """Return the way of one turn or branch, which gets its part of what `kept_for` returned."""
        return self


def plan(steps: Sequence[Step], wanted: Iterable[Value], seen: Iterable[Value] = ()) -> Plan:
    """Find what must be run for values to come out and something to come back through them.

    Only what is wanted is looked at: a step that nothing depends on may be anything.

    Parameters
    ----------
    steps : sequence of Step
        In an order in which they can be run.
    wanted : iterable of Value
        What something comes back from, where it depends on the input.
    seen : iterable of Value
        What is to be computed too; nothing comes back from it.

    Raises
    ------
    UnsupportedOperation
        If a step on the way is neither linear nor a ReLU, max-pool or stated activation.
    """
    flowing: dict[Value, None] = {}  # dictionaries, since sets have no order
    still: dict[Value, None] = dict.fromkeys(seen)

    def want(values: Iterable[Value]) -> None:
        for value in values:
            (flowing if value.depends and value.differentiable else still)[value] = None

    want(wanted)
    moves: list[Move] = []
    for step in reversed(steps):
        if why := hidden(step):
            raise refusal(step, why)
        back = tuple(value in flowing for value in step.outputs)
        if any(back):
            found, inside = match(step), None
            if found is not None:
                want([found.source])
                still.update(dict.fromkeys(found.others))
            elif why := complaint(step):
                raise refusal(step, why)
            elif step.bodies:
                inside = (_loop if step.name == "scan" else _branches)(step, back)
                want(_read_inside(step, inside))
                still.update(dict.fromkeys(step.inputs))
            else:
                want(step.inputs)
            moves.append(Move(step, found, True, inside))
        elif step.effects or any(value in still for value in step.outputs):
            still.update(dict.fromkeys(step.inputs))
            moves.append(Move(step, None, flows=False))
    made = {value for move in moves for value in move.step.outputs}
    sources = tuple(value for value in flowing if value not in made)
    return Plan(tuple(reversed(moves)), sources)


def _loop(step: Step, back: tuple[bool, ...]) -> Inside:
    """Plan a loop: what comes back to what is carried comes back from it the turn before."""
    (body,) = step.bodies
    _, carries = loop_sizes(step.params)
    while True:
        wanted = [value for value, bit in zip(body.outputs, back, strict=True) if bit]
        planned = plan(body.steps, wanted, body.outputs)
        grown = tuple(
            bit or (number < carries and body.inputs[number] in planned.sources)
            for number, bit in enumerate(back)
        )
        if grown == back:
            return Inside((planned,), back)
        back = grown


def _branches(step: Step, back: tuple[bool, ...]) -> Inside:
    plans = []
    for body in step.bodies:
        wanted = [value for value, bit in zip(body.outputs, back, strict=True) if bit]
        plans.append(plan(body.steps, wanted, body.outputs))
    return Inside(tuple(plans), back)


def _read_inside(step: Step, inside: Inside) -> Iterator[Value]:
    """Give the values outside to which something comes back from inside."""
    if step.name == "scan":
        (body,), (planned,) = step.bodies, inside.plans
        consts, carries = loop_sizes(step.params)
        outside = step.inputs[consts:]
        for number, (value, within) in enumerate(zip(outside, body.inputs, strict=True)):
            if within in planned.sources or (number < carries and inside.flows[number]):
                yield value
    own = {value for body in step.bodies for value in body.inputs}
    for planned in inside.plans:
        yield from (value for value in planned.sources if value not in own)


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
            instead, inside = found.get(step), None
            if instead is not None:
                needed.update(dict.fromkeys([instead.source, *instead.others]))
            else:
                needed.update(dict.fromkeys(step.inputs))
                if any(one in found for body in step.bodies for one in every_step(body.steps)):
                    plans = (plan_values(one.steps, one.outputs, found) for one in step.bodies)
                    inside = Inside(tuple(plans), (True,) * len(step.outputs))
            moves.append(Move(step, instead, True, inside))
    return Plan(tuple(reversed(moves)), ())


def every_move(planned: Plan) -> Iterator[Move]:
    """Go through a plan's moves, and those inside of loops and branches."""
    for move in planned.moves:
        yield move
        for inner in move.inside.plans if move.inside else ():
            yield from every_move(inner)


def parts_of(planned: Plan) -> tuple[At, ...]:
    """Return the ReLUs, pools and stated activations of a plan."""
    return tuple(
        (move.step, number)
        for move in every_move(planned)
        if move.found is not None
        for number in range(len(move.found.parts))
    )


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
    _run_moves(plan, known, way)
    return [_flow(value, known) for value in wanted]


def _run_moves(plan: Plan, known: dict[Value, Any], way: Way) -> None:
    for move in plan.moves:
        if move.found is not None:
            x = known.get(move.found.source, move.found.source.constant)
            others = [_still(value, known) for value in move.found.others]
            for number, part in enumerate(move.found.parts):
                at = (move.step, number)
                if isinstance(part, Rectify):
                    x = way.relu(x, part, at)
                elif isinstance(part, Pool):
                    x = way.pool(x, part, at)
                else:
                    x = way.activate(x, others, part, at)
            known[move.step.outputs[0]] = x
        elif move.inside is not None:
            turn = _run_loop if move.step.name == "scan" else _run_branches
            known.update(
                zip(move.step.outputs, turn(move.step, move.inside, known, way), strict=True)
            )
        else:
            read = _flow if move.flows else _still
            operands = [read(value, known) for value in move.step.inputs]
            made = bind(move.step, move.step.params, operands)
            known.update(zip(move.step.outputs, made, strict=True))
        way.after(move.step, known)


def _flow(value: Value, known: Mapping[Value, Any]) -> Any:
    return known.get(value, value.constant)


def _still(value: Value, known: Mapping[Value, Any], flows: bool = False) -> Any:
    array = known.get(value, value.constant)
    if value.depends and value.differentiable and not flows:
        return lax.stop_gradient(array)
    return array


def _run_loop(step: Step, inside: Inside, known: Mapping[Value, Any], way: Way) -> list[Array]:
    (body,), (planned,) = step.bodies, inside.plans
    params, (consts, carries) = step.params, loop_sizes(step.params)
    outside, ats = step.inputs[consts:], parts_of(planned)
    start = [
        _array(value, _still(value, known, flows))
        for value, flows in zip(outside[:carries], inside.flows, strict=False)
    ]
    slices = [
        _array(value, _still(value, known, within in planned.sources))
        for value, within in zip(outside[carries:], body.inputs[carries:], strict=True)
    ]

    def turn(carried: list[Array], given: tuple[list[Array], Any]) -> tuple[list[Array], Any]:
        here, kept = given
        there = way.inside(ats, kept)
        inner = {**known, **dict(zip(body.inputs, [*carried, *here], strict=True))}
        made = _run_body(body.outputs, planned, inside, inner, there)
        return made[:carries], (made[carries:], there.kept_for(ats))

    last, (each, kept) = lax.scan(
        turn,
        start,
        (slices, way.kept_for(ats)),
        length=params["length"],
        reverse=params["reverse"],
        unroll=params["unroll"],
    )
    way.keep(ats, kept)
    return [*last, *each]


def _run_branches(step: Step, inside: Inside, known: Mapping[Value, Any], way: Way) -> list[Array]:
    parts = [parts_of(planned) for planned in inside.plans]

    def branch(number: int) -> tuple[list[Array], tuple[Array, ...]]:
        there = way.inside(parts[number], way.kept_for(parts[number]))
        outputs = step.bodies[number].outputs
        made = _run_body(outputs, inside.plans[number], inside, known, there)
        return made, there.kept_for(parts[number])

    numbers = range(len(parts))
    shapes = [jax.eval_shape(lambda n=number: branch(n)[1]) for number in numbers]

    def taken(number: int) -> tuple[list[Array], list[Any]]:
        """Keep zeros for the branches that are not taken."""
        made, kept = branch(number)
        nothing = [[jnp.zeros(one.shape, one.dtype) for one in shape] for shape in shapes]
        return made, [kept if n == number else tuple(nothing[n]) for n in numbers]

    index = _flow(step.inputs[0], known)
    made: list[Array]
    made, kept = lax.switch(index, [lambda n=number: taken(n) for number in numbers])
    for ats, one in zip(parts, kept, strict=True):
        way.keep(ats, one)
    return made


def _run_body(
    outputs: Sequence[Value], planned: Plan, inside: Inside, known: Mapping[Value, Any], way: Way
) -> list[Array]:
    inner = dict(known)
    _run_moves(planned, inner, way)
    return [
        _array(value, _still(value, inner, flows))
        for value, flows in zip(outputs, inside.flows, strict=True)
    ]


def _array(value: Value, array: Any) -> Any:
    return array if isinstance(array, jax.Array) else jnp.asarray(array, value.dtype)
