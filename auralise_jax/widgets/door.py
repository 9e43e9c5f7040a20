"""The door for what comes from a page: every value is checked before any of them is applied.

A page is another program, maybe of another version, so Python reads messages like foreign files:
types are exact, texts and numbers bounded.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

import traitlets

LARGEST_WHOLE = 2**53
"""JavaScript counts exactly up to here."""

LONGEST_TEXT = 255
"""Characters of a name: no file system has longer ones."""


def message(received: object) -> Mapping[str, Any]:
    """Return a message as a mapping, or raise ValueError.

    Examples
    --------
    >>> message({"kind": "ask"})
    {'kind': 'ask'}
    """
    if not isinstance(received, dict) or not all(isinstance(name, str) for name in received):
        raise ValueError(
            f"a message must be a JSON object; this one is not known here: {short(received)}"
        )
    return received


def whole(sent: Mapping[str, Any], name: str) -> int:
    """Return a whole number of a message, or raise ValueError.

    Examples
    --------
    >>> whole({"layer": 2}, "layer")
    2
    >>> whole({"layer": True}, "layer")
    Traceback (most recent call last):
    ValueError: layer must be a whole number, not True
    """
    value = sent.get(name)
    if type(value) is not int or abs(value) > LARGEST_WHOLE:
        raise ValueError(f"{name} must be a whole number, not {short(value)}")
    return value


def number(sent: Mapping[str, Any], name: str) -> float:
    """Return a number of a message, or raise ValueError; NaN and infinity are numbers here."""
    value = sent.get(name)
    if type(value) is float:
        return value
    return float(whole(sent, name))


def truth(sent: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no of a message, or raise ValueError.

    Examples
    --------
    >>> truth({"control": True}, "control")
    True
    """
    value = sent.get(name)
    if type(value) is not bool:
        raise ValueError(f"{name} must be true or false, not {short(value)}")
    return value


def text(sent: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text of a message, or raise ValueError.

    Examples
    --------
    >>> text({"name": "a.wav"}, "name")
    'a.wav'
    >>> text({"name": "a" * 1000}, "name")
    Traceback (most recent call last):
    ValueError: name must have at most 255 characters, not 1000
    """
    value = sent.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, not {short(value)}")
    if len(value) > longest:
        raise ValueError(f"{name} must have at most {longest} characters, not {len(value)}")
    return value


def short(value: object) -> str:
    """Return a value for a sentence: what is long is cut."""
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        return "a number of more than 53 bits"
    return reprlib.repr(value)


def checked(check: Any, *values: Any) -> Any:
    """Turn the error of a check into the TraitError that traitlets expects."""
    try:
        return check(*values)
    except (TypeError, ValueError, OSError) as error:
        raise traitlets.TraitError(str(error)) from None
