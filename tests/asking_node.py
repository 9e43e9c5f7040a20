"""The page's code, asked from Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPTS = Path(__file__).parent / "js"
MODULES = Path(__file__).parents[1] / "js" / "node_modules"
LIMIT = 300  # s; a script that hangs in Node would hang the suite


def run_node(script: Path, *arguments: Path) -> str:
    """Return what a script of the page's tests prints; skip where there is no Node."""
    node = shutil.which("node")
    version = subprocess.check_output([node, "--version"], text=True) if node else "v0"
    if not node or int(version[1:].split(".")[0]) < 20 or not MODULES.is_dir():
        pytest.skip("needs Node 20 or later, and `npm ci` in js/")
    done = subprocess.run(
        [node, str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Asked:
    """Questions to the page's code, answered together by one process of Node."""

    def __init__(self, folder: Path, script: str = "insight_answers.mjs") -> None:
        self.folder, self.script = folder, SCRIPTS / script
        self._cases: list[dict[str, Any]] = []
        self._arrays = bytearray()

    def ask(self, kind: str, **of: Any) -> int:
        """Add a question; return its number. Arrays travel as float32."""
        self._cases.append(
            {
                "kind": kind,
                **{
                    key: self._kept(one) if isinstance(one, np.ndarray) else one
                    for key, one in of.items()
                },
            }
        )
        return len(self._cases) - 1

    def _kept(self, array: np.ndarray) -> tuple[int, int]:
        at = len(self._arrays)
        self._arrays += np.ascontiguousarray(array, np.float32).tobytes()
        return at, array.size

    def answers(self) -> Sequence[Any]:
        """Return what Node says to each question; skip where there is no Node."""
        self.folder.joinpath("cases.json").write_text(json.dumps(self._cases), "utf-8")
        self.folder.joinpath("arrays.bin").write_bytes(self._arrays)
        answers: list[Any] = json.loads(run_node(self.script, self.folder))
        return answers
