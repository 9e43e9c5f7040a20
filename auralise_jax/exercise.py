"""An exercise of a notebook: a check that says what is right, or what to look at again."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from html import escape
from types import TracebackType
from typing import Any, TypeVar

Made = TypeVar("Made", bound=Callable[..., Any])

_GIVEN = "This is the given solution. Run your own cell above first, then this one."
_COLOURS = {"right": "#2e7d32", "open": "#757575", "look again": "#c77700"}


class Exercise:
    """Checks a reader's answer, and shows what it found; the notebook goes on either way.

    What stands below ``with`` is the check. An `AssertionError` there is shown as what to look at
    again, a `NotImplementedError` as not done yet, and any other error of the answer with its
    traceback. None of them stops the notebook.

    Parameters
    ----------
    number : int
        Which exercise of the notebook.
    answer : optional
        What is checked. If it is the solution that the notebook gives, it is not taken for the
        reader's.

    Attributes
    ----------
    solved : bool
        Whether the answer passed.
    state : {"right", "open", "look again"}
        What was found.
    says : str
        What is shown.

    Examples
    --------
    >>> def double(x):
    ...     return x + x if x else 1
    >>> with Exercise(1, double) as exercise:
    ...     assert double(3) == 6, "3 doubled is 6"
    ...     assert double(0) == 0, "0 doubled is 0"
    ...     exercise.right("numbers and 0")
    Exercise 1, look again: 0 doubled is 0
    >>> exercise.solved
    False
    """

    def __init__(self, number: int, answer: object = None) -> None:
        self.number = number
        self.state = "open"
        self.says = ""
        self._trace = ""
        self._given = getattr(answer, "is_given_solution", False)

    @property
    def solved(self) -> bool:
        """Whether the answer passed."""
        return self.state == "right"

    def right(self, words: str) -> None:
        """Say in words what is right; the last line of a check."""
        self.state, self.says = "right", words

    @staticmethod
    def solution(function: Made) -> Made:
        """Mark a function as the solution that the notebook gives."""
        function.is_given_solution = True  # type: ignore[attr-defined]
        return function

    def __enter__(self) -> Exercise:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None and not isinstance(error, Exception):
            return False  # an interrupt
        self._conclude(error)
        from IPython.display import display

        display(self)  # type: ignore[no-untyped-call]
        return True

    def _conclude(self, error: Exception | None) -> None:
        if self._given:
            self.state, self.says = "open", _GIVEN
        elif isinstance(error, NotImplementedError):
            self.state, self.says = "open", str(error)
        elif isinstance(error, AssertionError):
            self.state, self.says = "look again", str(error) or "the check does not hold"
        elif error is not None:
            self.state = "look again"
            self.says = f"your code stopped with {type(error).__name__}: {error}"
            self._trace = "".join(traceback.format_exception(error))
        elif not self.solved:
            raise RuntimeError(f"the check of exercise {self.number} ends without right(...)")

    def __repr__(self) -> str:
        said = f"Exercise {self.number}, {self.state}: {self.says}"
        return f"{said}\n{self._trace}".rstrip()

    def _repr_html_(self) -> str:
        trace = ""
        if self._trace:
            trace = f"<details><summary>Where</summary><pre>{escape(self._trace)}</pre></details>"
        return (
            f"<div role='status' style='border-left:6px solid {_COLOURS[self.state]};"
            f"padding:.4em .8em'><b>Exercise {self.number}, {self.state}:</b> "
            f"{escape(self.says)}{trace}</div>"
        )
