"""Findings: facts for a bug report, what is wrong, and what is missing but not needed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PIP = f"{sys.executable} -m pip"
"""How packages are installed where this package runs."""


@dataclass
class Findings:
    """What one look found.

    Attributes
    ----------
    facts : dict of str to str
        What there is, by name.
    problems : list of str
        What is wrong, each with what to do.
    missing : list of str
        What is not there and need not be, each with what it is for.
    """

    facts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take in what another look found."""
        self.facts |= other.facts
        self.problems += other.problems
        self.missing += other.missing

    def as_dict(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        return {"facts": self.facts, "problems": self.problems, "missing": self.missing}


def looked(name: str, look: Callable[[], Findings]) -> Findings:
    """Return what a look finds; that it fails is a finding, too.

    Examples
    --------
    >>> looked("sound", lambda: Findings(problems=[1 / 0])).problems
    ['sound: cannot be looked at (ZeroDivisionError: division by zero); report this']
    """
    try:
        return look()
    except Exception as error:
        problem = f"{name}: cannot be looked at ({described(error)}); report this"
        return Findings(problems=[problem])


def described(error: BaseException) -> str:
    """Return the kind of an error and the first line of what it says.

    Examples
    --------
    >>> described(OSError("no library" + chr(10) + "here"))
    'OSError: no library'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def size(count: float) -> str:
    """Return a number of bytes for people.

    Examples
    --------
    >>> size(0), size(2_500), size(12_345_678_901)
    ('0 bytes', '2.5 kB', '12.3 GB')
    """
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"


def without_names(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return a text in which home folders are written as ~, so that it names no person.

    Parameters
    ----------
    text : str
        Any text with paths in it.
    environment : mapping of str to str, optional
        Of the process, by default that of this one.

    Examples
    --------
    >>> without_names("in /home/ada/x, not /home/adam/x", {"HOME": "/home/ada"})
    'in ~/x, not ~/x'
    >>> without_names("/srv/people/ada/x", {"HOME": "/srv/people/ada"})
    '~/x'
    """
    variables = os.environ if environment is None else environment
    homes = {
        variables.get("HOME", ""),
        variables.get("USERPROFILE", ""),
        str(Path("~").expanduser()),
    }
    homes |= {os.path.realpath(home) for home in homes if home}
    homes |= {home.replace("\\", "\\\\") for home in homes}  # as Python writes them in messages
    for home in sorted(homes, key=len, reverse=True):
        kept = home.rstrip("/\\")
        if len(kept) > 1 and kept != "~":
            text = re.sub(rf"(?<![\w.~/\\-]){re.escape(kept)}(?![\w-]|\.\w)", "~", text)
    # Of other people, too, as where one name stands for another's files.
    return re.sub(r"(?<![\w.~-])(?:[A-Za-z]:)?([/\\]+)(?:home|Users)\1[^/\\\s:;,'\"]+", "~", text)
