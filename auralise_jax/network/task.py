"""What a network's scores say: one class of several, tags, a tempo or a pitch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from jaxtyping import Float

Task: TypeAlias = Literal["classes", "tags", "tempo", "pitch"]
TASKS: tuple[Task, ...] = get_args(Task)

BPM = " BPM"
"""How the name of a tempo ends."""

SHOWN = 6
"""Tags or tempi that are shown, at most."""

_NEAR = 5
"""Tempi on either side that a peak of a tempo curve is larger than."""


_LEAST = 0.01
"""Probability of a tempo that is shown; of the others the most probable, if none has it."""


def check_classes(task: Task, classes: Sequence[str]) -> None:
    """Raise ValueError if the names of outputs are not those that the task has."""
    if task == "pitch" and classes:
        raise ValueError("a network for pitch has no classes: its layers say the pitch")
    if task == "tempo" and not all(_is_tempo(name) for name in classes):
        raise ValueError("the classes of a network for tempo are named as '120 BPM' is")


def probabilities(task: Task, scores: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return what scores say: tags each by its own sigmoid, other classes by a softmax.

    Examples
    --------
    >>> probabilities("tags", np.zeros(2)), probabilities("classes", np.zeros(2))
    (array([0.5, 0.5]), array([0.5, 0.5]))
    """
    if task == "tags":
        return np.asarray(np.exp(-np.logaddexp(0, -scores)))
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def shown(task: Task, odds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the names and probabilities that a panel shows.

    All classes, in their order; the most probable tags; the peaks of a tempo curve.

    Examples
    --------
    >>> shown("tags", {"flute": 0.1, "piano": 0.9})
    [('piano', 0.9), ('flute', 0.1)]
    """
    named = list(odds.items())
    if task == "classes":
        return named
    if task == "tempo":
        curve = list(odds.values())
        named = [
            one
            for place, one in enumerate(named)
            if one[1] == max(curve[max(0, place - _NEAR) : place + _NEAR + 1])
        ]
        named = [one for one in named if one[1] >= _LEAST] or [max(named, key=lambda one: one[1])]
    return sorted(named, key=lambda one: -one[1])[:SHOWN]


def tempi(classes: Sequence[str]) -> Float[np.ndarray, " n"]:
    """Return the tempi that classes are named by, in beats per minute."""
    return np.array([float(name.removesuffix(BPM)) for name in classes])


def _is_tempo(name: str) -> bool:
    number = name.removesuffix(BPM)
    return number != name and number.replace(".", "", 1).isdecimal() and number.isascii()
