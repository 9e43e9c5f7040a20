"""The page's code: ``js/`` holds to its types and its linter, passes its own tests, and is bundled.

These run where Node and what ``npm ci`` brings to ``js/`` are; a user needs neither.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

JS = Path(__file__).parents[1] / "js"
NPM = shutil.which("npm")
LIMIT = 300  # s; a test that hangs in Node would hang the suite


def skip_without_node() -> None:
    """Skip where Node is missing or old, or has nothing to work with."""
    if os.environ.get("AURALISE_TESTS_PAGE_CODE") == "checked":
        pytest.skip("tests/run.sh has done this")
    node = shutil.which("node")
    version = subprocess.check_output([node, "--version"], text=True) if node and NPM else "v0"
    if int(version[1:].split(".")[0]) < 20 or not (JS / "node_modules").is_dir():
        pytest.skip("needs Node 20 or later, and `npm ci` in js/")


@pytest.mark.parametrize("what", ["types", "lint", "test", "build -- --check"])
def test_page_code(what: str) -> None:
    skip_without_node()
    done = subprocess.run(
        [str(NPM), "run", "--silent", *what.split()],
        cwd=JS,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_versions_are_exact() -> None:
    told = json.loads((JS / "package.json").read_text("utf-8"))
    assert "dependencies" not in told
    assert all(re.fullmatch(r"[\d.]+", version) for version in told["devDependencies"].values())
    lock = json.loads((JS / "package-lock.json").read_text("utf-8"))["packages"]
    assert lock[""]["devDependencies"] == told["devDependencies"]
    assert not any("resolved" in one for one in lock.values())


def test_modules_hold_one_concept() -> None:
    lengths = {
        str(path.relative_to(JS)): len(path.read_text("utf-8").splitlines())
        for path in JS.rglob("*.js")
        if "node_modules" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_bundles_import_nothing_and_say_where_they_come_from() -> None:
    for package in ("auralise_jax.widgets", "auralise_jax.atlas"):
        for path in resources.files(package).joinpath("static").iterdir():
            if path.name.endswith(".js"):
                text = path.read_text("utf-8")
                assert text.startswith("/* Made by js/build.js from js/: change that. */\n")
                imports = r"^import\b|\bfrom\s*\"[.\w@]|\bimport\(\""
                assert not re.search(imports, text, re.MULTILINE)
                assert "</script" not in text
