"""Run looks in a child: a library that ends its process, or never returns, is a finding."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from auralise_jax.cli.checks.findings import PIP, Findings

PATIENCE = 600.0
"""Seconds for the looks together; a busy machine compiles for a minute."""

_AGAIN = f"install the package and all that it needs again: {PIP} install --force-reinstall PACKAGE"

# The child's package is this one, and nothing is taken from the current folder.
_CODE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from auralise_jax.cli.checks.working import main
del sys.path[0]
main(sys.argv[1:])
"""


def look(names: Sequence[str], patience: float = PATIENCE) -> dict[str, Findings]:
    """Return what each look of `working` found.

    A look that ends the process is a problem, and those after it begin in a new one.

    Parameters
    ----------
    names : sequence of str
        Looks, in their order.
    patience : float
        Seconds until a child is given up.
    """
    found: dict[str, Findings] = {}
    while left := [name for name in names if name not in found]:
        ended, broken, outcome = _run(left, patience)
        found |= ended
        if broken is not None:
            what, _, distribution = broken.partition(" of ")
            again = f"{PIP} install --force-reinstall --no-deps {distribution}"
            problem = f"{what}: {outcome}; {again if distribution else 'report this'}"
            found[broken] = Findings(problems=[problem])
        elif len(ended) < len(left):
            problem = f"what is installed cannot be tried: {outcome}; {_AGAIN}"
            found |= {name: Findings() for name in left} | ended
            found[left[-1]] = Findings(problems=[problem])
    return found


def _run(names: Sequence[str], patience: float) -> tuple[dict[str, Findings], str | None, str]:
    """Return what was found, the look that the child ended in if it did, and how it ended."""
    home = str(Path(__file__).parents[3])
    command = [sys.executable, "-P", "-c", _CODE, home, *names]
    try:
        ran = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=patience
        )
        out, errors, code = ran.stdout, ran.stderr, ran.returncode
        outcome = f"Python ends in it ({_ending(code)}), {_last(errors)}"
    except subprocess.TimeoutExpired as error:
        out = error.stdout or b""
        outcome = f"it has not come back after {patience:g} s"
    lines = list(_lines(out))
    ended = {
        line["ended"]: Findings(line["facts"], line["problems"], line["missing"])
        for line in lines
        if "ended" in line
    }
    begun = next((line["begins"] for line in reversed(lines) if "begins" in line), None)
    return ended, None if begun in ended else begun, outcome


def _lines(out: bytes) -> Iterator[dict[str, Any]]:
    for line in out.decode("utf-8", "replace").splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict):
            yield read


def _ending(code: int) -> str:
    try:
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
    except ValueError:
        return f"signal {-code}"


def _last(errors: bytes) -> str:
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines()]
    said = next((line for line in reversed(lines) if line), "")
    return f"saying: {said}" if said else "saying nothing"
