"""The answer of a network that knows a few classes: the most probable of them, or none of these.

Probabilities of classes sum to 1 whatever is heard, so the sound of a siren has a most probable
class, too. A threshold on the largest probability lets a model keep that answer to itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
from jaxtyping import Float, Int

from auralise_jax.network.task import Task

NONE = "none of these"
"""What is said in the place of a class."""

_NAMED = 6
"""Classes that a sentence names, at most."""

_WIDEST = 40
"""Characters of such a name."""

_DIGITS = 12
"""Decimals by which two percentages are told apart, at most."""


def check_none_below(none_below: object, task: Task, classes: Sequence[str]) -> float:
    """Return the probability below which none of the classes is said; 0 where one always is.

    Raises
    ------
    ValueError
        If it is not a number from 0 to below 1, or above 0 where outputs are no classes.
    """
    number = isinstance(none_below, Real) and not isinstance(none_below, bool)
    if not (number and 0 <= float(none_below) < 1):  # type: ignore[arg-type]
        raise ValueError(
            f"none_below must be a probability from 0 to below 1, not {none_below!r:.80}"
        )
    value = float(none_below)  # type: ignore[arg-type]
    if value and task != "classes":
        raise ValueError(
            f"none_below belongs to the task 'classes', whose probabilities sum to 1; with the "
            f"task {task!r} leave it at 0"
        )
    if value and not classes:
        raise ValueError("none_below belongs to a model that knows classes; leave it at 0")
    return value


def answers(
    probabilities: Float[np.ndarray, "windows classes"], none_below: float
) -> Int[np.ndarray, " windows"]:
    """Return the number of the most probable class of each window, -1 for none of these.

    Examples
    --------
    >>> answers(np.array([[0.9, 0.1], [0.4, 0.6]]), 0.7).tolist()
    [0, -1]
    """
    best: Int[np.ndarray, " windows"] = probabilities.argmax(axis=1)
    return np.where(probabilities.max(axis=1) < none_below, -1, best)


def why_none(odds: Mapping[str, float], none_below: float) -> str:
    """Return why none of the classes is said, as a sentence; empty where one is.

    Examples
    --------
    >>> why_none({"ballad": 0.41, "dance": 0.39, "hip-hop": 0.2}, 0.5)[:48]
    'The largest probability, 41 %, is below 50 %: th'
    >>> why_none({"ballad": 0.81, "dance": 0.09, "hip-hop": 0.1}, 0.5)
    ''
    """
    most = max(odds.values(), default=math.inf)
    if not most < none_below:
        return ""
    low, high = _apart(most, none_below)
    return (
        f"The largest probability, {low} %, is below {high} %: the model knows {_and(list(odds))}, "
        "and this sounds like none of them."
    )


def _apart(low: float, high: float) -> tuple[str, str]:
    """Return two shares in percent, with as many decimals as tell one from the other."""
    for digits in range(_DIGITS):
        texts = [
            f"{math.floor(100 * one * 10**digits + 0.5) / 10**digits:.{digits}f}"
            for one in (low, high)
        ]
        if texts[0] != texts[1]:
            break
    return texts[0], texts[1]


def _and(names: Sequence[str]) -> str:
    """Return names as a list in words; of many, the first and the number of the others."""
    shown = [
        name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}\u2026" for name in names[:_NAMED]
    ]
    if len(names) > _NAMED:
        shown = [*shown[: _NAMED - 1], f"{len(names) - _NAMED + 1} others"]
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last
