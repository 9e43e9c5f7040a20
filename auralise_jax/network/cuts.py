"""A program cut at its layers: what is run to come back from each of them, planned once.

The steps between two layers are a segment. A boundary is whatever is alive there and something
comes back to: the layer, and what skips past it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from auralise_jax.network.evaluation import At, Plan, every_move, parts_of, plan
from auralise_jax.network.marks import Marked
from auralise_jax.network.patterns import Match
from auralise_jax.network.program import Program, Step, Value, every_step
from auralise_jax.network.refusal import UnsupportedOperation

Key: TypeAlias = tuple[int, tuple[Value, ...]]
"""A segment, and the values at its upper end that something comes back from."""


class Cuts:
    """The segments of a program, and the ways down through them.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    marked : sequence of Marked
        Its layers, from the picture up.

    Attributes
    ----------
    plans : dict of Key to Plan
        What is run of a segment for what comes back at its upper end.
    ways : dict of str to tuple of Key
        By a layer's name, the segments from the layer down to the picture.
    refused : dict of str to UnsupportedOperation
        Why a layer has no way down.
    found : dict of Step to Match
        The ReLUs and pools of all plans.
    kept_by : list of list of At
        The ReLUs and pools of each segment, in an order that does not change.
    """

    def __init__(self, program: Program, marked: Sequence[Marked]) -> None:
        self._program = program
        self._marked = marked
        self.plans: dict[Key, Plan] = {}
        self.refused: dict[str, UnsupportedOperation] = {}
        self.ways = {one.name: self._way_down(number) for number, one in enumerate(marked)}
        moves = (move for planned in self.plans.values() for move in every_move(planned))
        self.found: dict[Step, Match] = {
            move.step: move.found for move in moves if move.found is not None
        }
        self.kept_by = [self._keeps(segment) for segment in range(len(marked))]

    def decisive(self) -> set[Value]:
        """Return what a ReLU was found by, such as an array of zeros: with others it were none."""
        decisive = {value for step in self.found for value in step.inputs if not value.depends}
        for step in reversed(list(every_step(self._program.steps))):
            if not decisive.isdisjoint(step.outputs):
                decisive.update(step.inputs)
        return decisive

    def _steps(self, segment: int) -> list[Step]:
        """Return the steps between two layers, and all that do not depend on the picture."""
        cuts = [-1, *(one.at for one in self._marked)]
        return [
            step
            for number, step in enumerate(self._program.steps)
            if cuts[segment] < number <= cuts[segment + 1]
            or not any(value.depends for value in step.outputs)
        ]

    def _way_down(self, number: int) -> tuple[Key, ...]:
        """Return the segments from a layer down to the picture, planned."""
        keys: list[Key] = []
        wanted: tuple[Value, ...] = (self._marked[number].value,)
        for segment in range(number, -1, -1):
            key = (segment, wanted)
            if key not in self.plans:
                try:
                    self.plans[key] = plan(self._steps(segment), wanted)
                except UnsupportedOperation as error:
                    self.refused[self._marked[number].name] = error
                    return ()
            keys.append(key)
            wanted = self.plans[key].sources
        return tuple(keys)

    def _keeps(self, segment: int) -> list[At]:
        plans = (planned for key, planned in self.plans.items() if key[0] == segment)
        return list(dict.fromkeys(at for planned in plans for at in parts_of(planned)))
