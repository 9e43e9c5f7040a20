"""The command ``doctor``: what is here, and what is wrong, for a bug report."""

from __future__ import annotations

import argparse
import json
import textwrap
from typing import Any

from auralise_jax.cli.checks.findings import Findings
from auralise_jax.text import aligned

_DESCRIPTION = """\
Look at versions, devices, sound libraries, browser, Jupyter and caches, and try a projection of the
shipped model. What is wrong stands at the end, a line each, with what to do.
"""

_EPILOG = """\
Put the output into a bug report. Nothing is sent, and home folders are written as ~. It takes a
few seconds, in which libraries are loaded in a process of their own, so that a broken one does not
end this one.

exit codes: 0 nothing is wrong (what is only missing for some uses may be listed), 1 something is

examples:
  auralise-jax doctor
  auralise-jax doctor --json > report.json
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``doctor``."""
    made = argparse.ArgumentParser(description=_DESCRIPTION, epilog=_EPILOG, **settings)
    made.add_argument("--json", action="store_true", help="print JSON, for programs")
    return made


def run(options: argparse.Namespace) -> int:
    """Look at everything, and print what was found; return 1 if something is wrong."""
    from auralise_jax.cli.checks.findings import without_names

    found = examine()
    wrong = any(one.problems for one in found.values())
    report = _as_json(found) if options.json else _as_text(found)
    print(without_names(report))
    return int(wrong)


def examine() -> dict[str, Findings]:
    """Return what there is and what is wrong, by section."""
    from auralise_jax.cli.checks import caches, child, machine, notebooks
    from auralise_jax.cli.checks.findings import looked
    from auralise_jax.cli.checks.working import IMPORT

    found = {
        "system": looked("system", machine.package),
        "dependencies": looked("dependencies", machine.dependencies),
    }
    there = {name for name, version in found["dependencies"].facts.items() if version[0].isdigit()}
    imports = [
        f"{IMPORT}{machine.module_of(name)} of {name}" for name in machine.needed() if name in there
    ]
    answers = child.look([*imports, "JAX", "a projection", "sound", "synthesiser", "places"])
    for name in imports:
        found["dependencies"].add(answers[name])
    for name in ("JAX", "a projection", "sound"):
        found[name] = answers[name]
    found["sound"].add(answers["synthesiser"])
    places = answers["places"]
    found["caches"] = Findings(problems=places.problems)
    found["caches"].add(looked("caches", lambda: caches.caches(places.facts)))
    found["browser"] = looked("browser", machine.browsers)
    found["Jupyter"] = looked("Jupyter", notebooks.notebooks)
    found["environment variables"] = looked("environment variables", machine.variables)
    return found


def _as_text(found: dict[str, Findings]) -> str:
    lines: list[str] = []
    for name, one in found.items():
        if one.facts:
            rows = [(f"  {key}", " ".join(value.split())) for key, value in one.facts.items()]
            lines += [name, *aligned(list(rows), left=2), ""]
    missing = [line for one in found.values() for line in one.missing]
    if missing:
        lines += ["not here, and needed for some uses only", *map(_item, missing), ""]
    problems = [line for one in found.values() for line in one.problems]
    lines += ["wrong", *map(_item, problems)] if problems else ["nothing is wrong"]
    return "\n".join(lines)


def _item(text: str) -> str:
    """Return a line of a list; it stays one line, so that commands in it can be copied."""
    return textwrap.indent(" ".join(text.split()), "  - ")


def _as_json(found: dict[str, Findings]) -> str:
    return json.dumps(
        {
            "ok": not any(one.problems for one in found.values()),
            "sections": {name: one.facts for name, one in found.items()},
            "problems": [line for one in found.values() for line in one.problems],
            "missing": [line for one in found.values() for line in one.missing],
        },
        indent=2,
        ensure_ascii=False,
    )
