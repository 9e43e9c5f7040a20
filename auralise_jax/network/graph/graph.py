"""A network as a list of operations and its tensors, and what a file says of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

PICTURE = "picture"
"""What node 0 is."""

WEIGHTS = "weights."
"""How the names of weights begin."""

CONSTANTS = "constants."
"""How the names of other tensors begin."""

OWN = ("op", "inputs")
"""What a node says besides its attributes."""


@dataclass(frozen=True)
class Node:
    """One operation of a list."""

    op: str
    inputs: tuple[int | str, ...] = ()
    """Numbers of earlier nodes, or names of tensors."""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A network as a list of operations."""

    shape: tuple[int, ...]
    dtype: str
    """Of the picture."""
    nodes: tuple[Node, ...]
    """The first is the picture."""
    outputs: Any
    """What the network returns: a node's number, a tensor's name, or lists and mappings of them."""
    tensors: Mapping[str, np.ndarray]
    """In the types in which they take part."""

    def settings(self) -> dict[str, Any]:
        """Return all but the tensors, as JSON has it."""
        types = {name: one.dtype.name for name, one in self.tensors.items()}
        other = {name: type_ for name, type_ in types.items() if type_ in ("float16", "bfloat16")}
        return {
            "kind": "graph",
            "picture": {"shape": [*self.shape], "dtype": self.dtype},
            "nodes": [
                {"op": node.op, "inputs": [*node.inputs], **node.attributes} for node in self.nodes
            ],
            "outputs": self.outputs,
            **({"dtypes": other} if other else {}),
        }


def each(outputs: Any, change: Callable[[int | str], Any]) -> Any:
    """Return outputs with every number and name changed; None stays."""
    if isinstance(outputs, Mapping):
        return {key: each(one, change) for key, one in outputs.items()}
    if isinstance(outputs, (list, tuple)):
        return [each(one, change) for one in outputs]
    return None if outputs is None else change(outputs)
