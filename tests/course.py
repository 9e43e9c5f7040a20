"""The course's notebooks, their exercises, and what their sentences say."""

import re
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

COURSE = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
EXERCISES = {
    path.stem[:2]: path for path in COURSE if path.stem.startswith(("03", "04", "06", "07"))
}
"""Those with gaps to fill by code."""


class Claim(NamedTuple):
    """A sentence of a notebook, and an expression in its names that is true if the sentence is."""

    says: str
    holds: str
    later: bool = False
    """Whether the cells below the sentence show it, not those above."""


def tagged(cell: Any, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def solution(cell: Any) -> str:
    """Return the code of a folded solution, as a reader would have written it."""
    found = re.fullmatch(
        r"# Solution of exercise \d\. .+\nif not exercise\.solved:\n\n(.+)", cell.source, re.DOTALL
    )
    assert found, cell.source
    code = textwrap.dedent(found[1])
    assert code.count("@exercise.solution\n") == 1, cell.source
    return code.replace("@exercise.solution\n", "")


def solve(notebook: Any) -> None:
    """Put every solution in the place of its exercise."""
    exercise = None
    for cell in notebook.cells:
        if tagged(cell, "exercise"):
            exercise = cell
        elif tagged(cell, "solution"):
            exercise.source = solution(cell)


def prose(cell: Any) -> str:
    """Return what a cell says in words, on one line; nothing for code and for solutions."""
    if cell.cell_type != "markdown" or tagged(cell, "solution"):
        return ""
    return " ".join(re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL).split())


def check_claims(notebook: Any, claims: list[Claim]) -> None:
    """Insert a cell for each claim, above its sentence or, where it says so, below the next code.

    Raises
    ------
    AssertionError
        If a sentence does not stand in the notebook exactly once.
    """
    checks: dict[int, list[Any]] = {}
    for claim in claims:
        places = [n for n, cell in enumerate(notebook.cells) if claim.says in prose(cell)]
        assert len(places) == 1, (len(places), claim.says)
        place = places[0]
        if claim.later:
            rest = range(place + 1, len(notebook.cells))
            place = next((n for n in rest if prose(notebook.cells[n])), len(notebook.cells))
        check = nbformat.v4.new_code_cell(f"assert (\n{claim.holds}\n), {claim.says!r}")
        checks.setdefault(place, []).append(check)
    for place in sorted(checks, reverse=True):
        notebook.cells[place:place] = checks[place]


# What depends on the network, the clip or the synthesiser: a decimal, a share, a level, a feature.
DEPENDS = re.compile(r"(?<![\w.])\d*\.\d+\b|\d+ %|\d dB|\b[1-5]-\d+\b")


def not_checked(cell: Any, claims: list[Claim], facts: tuple[str, ...]) -> list[str]:
    """Return the numbers in a cell's prose that stand in no claim and in no known fact."""
    text = prose(cell)
    spans = [
        found.span()
        for words in (*(claim.says for claim in claims), *facts)
        for found in re.finditer(re.escape(words), text)
    ]
    return [
        text[max(0, found.start() - 60) : found.end() + 20]
        for found in DEPENDS.finditer(text)
        if not any(start <= found.start() and found.end() <= end for start, end in spans)
    ]
