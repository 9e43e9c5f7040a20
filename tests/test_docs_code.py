"""The Python that the documents show: whatever they call exists, and takes what they give it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import auralise_jax as aj

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"^```(?:python|\{code-cell\}[^\n]*)\n((?::[^\n]*\n)*)(.*?)^```", re.M | re.S)


def calls(page: Path) -> Iterator[ast.Call]:
    """Every call of a function of the package in the blocks of a page."""
    for block in CODE.finditer(page.read_text(encoding="utf-8")):
        code = re.sub(r"\A---\n.*?\n---\n", "", block[2], flags=re.S)  # options of a cell
        for node in ast.walk(ast.parse(code)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "aj"
            ):
                yield node


def takes_text(annotation: object) -> bool:
    """Whether a parameter takes a name or a path in quotes."""
    return any(word in str(annotation) for word in ("str", "Path", "Sounds", "Any", "object"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_calls_are_those_of_the_package(page: Path) -> None:
    for call in calls(page):
        function = getattr(aj, call.func.attr)
        options = {one.arg: one.value for one in call.keywords if one.arg}
        signature = inspect.signature(function)
        given = signature.bind(*call.args, **options)
        for name, value in given.arguments.items():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    annotation = signature.parameters[name].annotation
                    line = ast.unparse(call)
                    assert takes_text(annotation), f"{line}: {name} must be {annotation}"


def test_there_are_calls() -> None:
    found = [call.func.attr for page in PAGES for call in calls(page)]
    assert len(found) > 60
    assert {"listen", "explore", "Lesson", "dissect", "merge_marks"} <= set(found)
