"""What is tested is what ships."""

import ast
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import auralise_jax as aj


def test_the_installed_package_is_tested(pytestconfig: pytest.Config) -> None:
    home = Path(aj.__file__).parent
    if home.parent == pytestconfig.rootpath and "AURALISE_TESTS_WHEEL" not in os.environ:
        pytest.skip("an editable install: tests/run.sh tests the wheel")
    assert home.parent.name == "site-packages"


def words_about(name: str) -> str:
    """Return the docstring of a public name; that of a constant stands under it in its module."""
    value = getattr(aj, name)
    if callable(value):
        return value.__doc__ or ""
    for path in (Path(aj.__file__).parent / aj._HOMES[name].replace(".", "/")).glob("*.py"):
        for made, below in itertools.pairwise(ast.parse(path.read_text("utf-8")).body):
            is_it = re.match(rf"{name}\b.* = ", ast.unparse(made))
            if is_it and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                return str(below.value.value)
    return ""


@pytest.mark.parametrize("name", aj.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert name in dir(aj)
    # A dataclass without a docstring has its signature for one.
    assert re.match(rf"(?!{name}\()\S.+ .+\.", words_about(name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'exlore'"):
        aj.exlore  # noqa: B018


def run_python(code: str) -> str:
    """Run code in an interpreter of its own, so that its imports are its own."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_importing_waits_with_everything_heavy() -> None:
    heavy = "{'jax', 'flax', 'librosa', 'matplotlib', 'anywidget', 'scipy', 'soundfile'}"
    assert run_python(f"import sys, auralise_jax; print({heavy} & set(sys.modules))") == "set()"


def test_listening_needs_no_flax_librosa_or_matplotlib() -> None:
    code = """
import sys, auralise_jax as aj
heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
heard.project(1, 0).auralise()
print({'flax', 'librosa', 'matplotlib', 'anywidget'} & set(sys.modules))
"""
    assert run_python(code) == "set()"


def test_rooms_import_only_from_those_above_them() -> None:
    rooms = ["audio", "network", "learning", "listening", "insight", "widgets"]
    home = Path(aj.__file__).parent
    for number, room in enumerate(rooms):
        for file in (home / room).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            for below in rooms[number + 1 :]:
                assert f"auralise_jax.{below}" not in text.replace("aj.", ""), (
                    f"{file.relative_to(home)} reaches down to {below}"
                )
