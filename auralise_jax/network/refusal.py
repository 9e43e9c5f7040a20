"""What backward rules cannot pass, said with the line of the user's code that holds it."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

LIBRARIES = (
    "auralise_jax",
    "beartype",
    "equinox",
    "flax",
    "haiku",
    "jax",
    "jaxlib",
    "jaxtyping",
    "optax",
)
"""Whose lines are not the user's."""

WAYS_OUT = (
    "End the function before this step, mark a layer below it with aj.tap and project that one, "
    "or write the step with ReLUs, max-pools and linear operations"
)


class Place(NamedTuple):
    """A line of somebody's code: "net.py, line 7", or "In[3], line 7" of a notebook's cell."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{_cell(self.file) or self.file}, line {self.line}"


def _cell(file: str) -> str | None:
    """Name the cell of the notebook whose code IPython keeps in a temporary `file`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    name = getattr(getattr(shell, "compile", None), "format_code_name", None)  # not in every shell
    named = name(file) if name is not None else None
    return named[1] if named else None


class UnsupportedOperation(ValueError):  # noqa: N818 (the name is part of the interface)
    """A function holds an operation that has no backward rule.

    Linear operations have one way back, ReLUs and max-pools have the rule's. For anything else no
    rule says what should come back, and the plain gradient is not given instead.

    Attributes
    ----------
    operation : str
        The operation: an activation, a library's function or module by its name, else JAX's name.
    place : Place or None
        File and line of the user's code, where known.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from auralise_jax.network.reinterpret import with_rule
    >>> try:
    ...     with_rule(lambda x: jnp.tanh(x), "deconvnet")(jnp.ones(3))
    ... except UnsupportedOperation as error:
    ...     print(error.operation)
    tanh
    """

    def __init__(
        self, operation: str, why: str, place: Place | None = None, ways_out: str = WAYS_OUT
    ) -> None:
        self.operation = operation
        self.place = place
        self._words = f"{why}. {ways_out}."
        super().__init__(operation, why, place, ways_out)  # so that other processes can send it

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return where + self._words


def first_of_user(places: Iterable[Place]) -> Place | None:
    """Return the first place, innermost first, that is not a library's."""
    return next((place for place in places if not is_library(place.file)), None)


@functools.cache
def is_library(file: str) -> bool:
    """Tell whether a file belongs to Python, JAX or a library on the way to it."""
    return any(file.startswith(folder) for folder in _folders()) or file.startswith("<frozen")


def _folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    installed = [
        Path(module.__file__).parent
        for name in LIBRARIES
        if (module := sys.modules.get(name)) is not None and module.__file__
    ]
    beside = [Path(paths[kind]) / name for kind in ("purelib", "platlib") for name in LIBRARIES]
    standard = [Path(paths["stdlib"]) / name for name in ("functools.py", "contextlib.py")]
    return tuple(f"{path}{os.sep}" for path in {*installed, *beside}) + tuple(map(str, standard))
