"""What is tested is what ships."""

import ast
import graphlib
import importlib
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
    for path in Path(aj.__file__).parent.rglob("*.py"):
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
    with pytest.raises(AttributeError, match="attribute exlore"):
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


ROOMS = (
    "audio frontend network synth probes composing corpus training listening insight atlas widgets "
    "cli"
).split()
"""From the lowest to the highest; the files at the root lie below them all."""


def modules() -> dict[str, Path]:
    """Return the package's files by their dotted names, rooms by theirs."""
    home = Path(aj.__file__).parent
    names = {}
    for path in home.rglob("*.py"):
        parts = path.relative_to(home).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def handed_on(files: dict[str, Path]) -> dict[str, str]:
    """Return where each name is defined that a room, or the package, hands on, by dotted names."""
    homes = {}
    for room, path in files.items():
        stub = path.with_suffix(".pyi")
        if path.stem == "__init__" and stub.exists():
            for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        name = f"{room}.{alias.name}".strip(".")
                        homes[name] = f"{room}.{node.module}.{alias.name}".strip(".")
    return homes


def resolved(name: str, homes: dict[str, str]) -> str:
    """Return the dotted name of what `name` is where it is defined."""
    return resolved(homes[name], homes) if name in homes else name


def imports() -> dict[str, set[str]]:
    """Return which files of the package each of its files imports, for types or late, too.

    A room loads what it hands on when a name is first used: whoever imports the name from the
    room imports the file that it comes from.
    """
    files = modules()
    homes = handed_on(files)
    found = {}
    for module, path in files.items():
        names = []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module} imports relatively"
                names += [f"{node.module}.{alias.name}" for alias in node.names]
        found[module] = set()
        for name in names:
            if name.split(".")[0] == "auralise_jax":
                one = resolved(name.removeprefix("auralise_jax").removeprefix("."), homes)
                found[module].add(one if one in files else one.rpartition(".")[0])
    return found


def test_rooms_import_only_from_those_below_them() -> None:
    graph = imports()
    assert set(ROOMS) <= {module.split(".")[0] for module in graph}
    for module, others in graph.items():
        room = module.split(".")[0]
        height = ROOMS.index(room) if room in ROOMS else -1
        for other in others - {""}:
            below = other.split(".")[0]
            assert below not in ROOMS or ROOMS.index(below) <= height, (
                f"{module} imports {other}, from a room above it"
            )


def test_no_files_import_each_other() -> None:
    graph = imports()
    assert graph["listening.listening"] >= {"listening.projection", "network.model"}
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError


def test_every_name_that_a_room_hands_on_is_where_its_stub_says() -> None:
    homes = handed_on(modules())
    for name in homes:
        room, _, own = f"auralise_jax.{name}".rpartition(".")
        home = f"auralise_jax.{resolved(name, homes)}".rpartition(".")[0]
        defined = getattr(importlib.import_module(home), own)
        assert getattr(importlib.import_module(room), own) is defined


@pytest.mark.parametrize(
    "before", ["pass", "import auralise_jax.atlas.making", "from auralise_jax import atlas"]
)
def test_atlas_is_a_function_and_a_room(before: str) -> None:
    code = f"""
import auralise_jax as aj
{before}
assert callable(aj.atlas) and aj.atlas.__name__ == "atlas"
from auralise_jax.atlas import Atlas
assert Atlas is aj.Atlas and callable(aj.atlas)
"""
    assert run_python(code) == ""
