"""A list of operations in the making: its nodes, and the tensors that they refer to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array

from auralise_jax.network.evaluation import plan_values, run
from auralise_jax.network.graph.graph import CONSTANTS, PICTURE, WEIGHTS, Node
from auralise_jax.network.program import Program, Step, Value, only_value
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.replay import Keeping

WAYS_OUT = (
    "A model with such a step cannot be a file; give commands the code that makes it instead, as "
    "--model module:object"
)


def refusal(step: Step, why: str = "") -> UnsupportedOperation:
    """Return an error that says which step cannot be written, where it stands and what to do."""
    name = f"{step.name} (in {step.within})" if step.within else step.name
    why = why or "is not among the operations that a model file holds"
    return UnsupportedOperation(step.name, f"{name} {why}", step.place, WAYS_OUT)


def without_lead(shape: Sequence[int]) -> tuple[int, ...]:
    """Return a shape without its leading axes of 1, which any array is spread over; one stays."""
    return tuple(itertools.dropwhile(lambda size: size == 1, shape)) or tuple(shape[-1:])


class Still(NamedTuple):
    """A value that does not depend on the picture, and how it is laid out as a tensor."""

    value: Value
    order: tuple[int, ...]
    """Of its axes."""
    shape: tuple[int, ...]
    """Without axes of 1, or with more."""


class Builder:
    """A list of operations in the making.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    given : mapping of Value to array
        What its captured arrays are.
    params : mapping of Value to str
        Names of those that are weights.
    """

    def __init__(
        self, program: Program, given: Mapping[Value, Array], params: Mapping[Value, str]
    ) -> None:
        self.nodes = [Node(PICTURE)]
        self.places = {program.inputs[0]: 0}
        """The node of each value that was written."""
        self.apart: dict[Value, int] = {}
        """The node of each value that was written although it depends on no picture.

        Such a node makes the value without its leading axes of 1.
        """
        self._program, self._given = program, given
        self._sources = _sources(program, params)
        self._stills: dict[Any, tuple[str, Still]] = {}
        self._names: set[str] = set()

    def add(self, op: str, *inputs: int | str, **attributes: Any) -> int:
        """Add a node, without the attributes that are None; return its number."""
        said = {key: _plain(one) for key, one in attributes.items() if one is not None}
        self.nodes.append(Node(op, inputs, said))
        return len(self.nodes) - 1

    def turned(self, at: int, order: Sequence[int]) -> int:
        """Transpose what a node makes, if that does anything."""
        same = list(order) == sorted(order)
        return at if same else self.add("transpose", at, order=order)

    def at(self, step: Step, value: Value) -> int:
        """Return the node of a value that must depend on the picture."""
        if value not in self.places:
            raise refusal(step)
        return self.places[value]

    def any(self, value: Value) -> int | str:
        """Return the node of a value, or the name of the tensor that it is."""
        if value in self.places:
            return self.places[value]
        if value.step is not None and value.depends:
            raise refusal(value.step)
        return self.tensor(value)

    def operand(self, value: Value) -> int | str:
        """Return what `any` does, for an operation cell by cell, which spreads a tensor's axes."""
        if value in self.places or value.depends:
            return self.any(value)
        axes = list(range(len(value.shape)))
        within = [1] * len(axes)
        while value.step is not None and value.step.name == "broadcast_in_dim":
            axes = [axes[place] for place in value.step.params["broadcast_dimensions"]]
            value = value.step.inputs[0]
        for axis, size in zip(axes, value.shape, strict=True):
            within[axis] = size
        shape = without_lead(within) if value.shape else ()
        if value not in self.apart:
            return self.tensor(value, shape=shape)
        at, made = self.apart[value], without_lead(value.shape)
        return at if made == shape else self.add("reshape", at, shape=shape)

    def tensor(
        self,
        value: Value,
        order: Sequence[int] | None = None,
        shape: tuple[int, ...] | None = None,
    ) -> str:
        """Return the name of a value that does not depend on the picture, as a tensor."""
        order = tuple(range(len(value.shape)) if order is None else order)
        shape = tuple(value.shape[axis] for axis in order) if shape is None else shape
        key: Any = (value, order, shape)
        number = None if value.shape else only_value(value)
        if number is not None:  # equal numbers are one tensor
            kind = np.dtype(value.dtype)
            key = (kind, np.asarray(number, kind).tobytes(), shape)
        if key not in self._stills:
            name = self._name(value)
            self._names.add(name)
            self._stills[key] = (name, Still(value, order, shape))
        return self._stills[key][0]

    def made(self, array: np.ndarray) -> str:
        """Return the name of an array that becomes a tensor as it is."""
        value = Value(array.shape, array.dtype, constant=array)
        return self.tensor(value)

    def _name(self, value: Value) -> str:
        """Return a name that no other tensor has: that of the largest weight it is made of."""
        sizes = self._sources.get(value, {})
        largest = [name for name, size in sizes.items() if size == max(sizes.values())]
        if len(largest) != 1:
            return f"{CONSTANTS}{sum(name.startswith(CONSTANTS) for name in self._names)}"
        (source,) = largest
        name, number = WEIGHTS + source, 2
        while name in self._names:
            name, number = f"{WEIGHTS}{source}-{number}", number + 1
        return name

    def tensors(self) -> dict[str, np.ndarray]:
        """Compute the tensors that nodes refer to."""
        arrays = self.known([still.value for _, still in self._stills.values()])
        return {
            name: np.ascontiguousarray(np.transpose(one, still.order)).reshape(still.shape)
            for (name, still), one in zip(self._stills.values(), arrays, strict=True)
        }

    def known(self, values: Sequence[Value]) -> list[np.ndarray]:
        """Compute values that do not depend on the picture."""
        quiet = [step for step in self._program.steps if not step.effects]
        planned = plan_values(quiet, values, {})
        with jax.transfer_guard("allow"):
            made = run(planned, self._given, values, Keeping())
            return [
                np.asarray(jax.device_get(one), value.dtype)
                for one, value in zip(made, values, strict=True)
            ]


def _plain(one: Any) -> Any:
    """Return an attribute as JSON has it."""
    if isinstance(one, (tuple, list)):
        return [_plain(inner) for inner in one]
    return one if isinstance(one, (str, float)) else int(one)


def _sources(program: Program, params: Mapping[Value, str]) -> dict[Value, dict[str, int]]:
    """Return the weights that each value is made of which does not depend on the picture."""
    sources = {value: {name: math.prod(value.shape)} for value, name in params.items()}
    for step in program.steps:
        made = [value for value in step.outputs if not value.depends]
        below = [sources[value] for value in step.inputs if value in sources] if made else []
        if below:
            merged = {name: size for one in below for name, size in one.items()}
            sources.update((value, merged) for value in made)
    return sources
