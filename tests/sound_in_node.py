"""The page's sound, asked from Python: what js/engine/sound makes of arrays, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
SCRIPT = HERE / "js" / "sound_here.mjs"
LIMIT = 300  # s; a script that hangs in Node would hang the suite


class Asked:
    """Calls that one process of Node answers together."""

    def __init__(self, folder: Path) -> None:
        node = shutil.which("node")
        version = subprocess.check_output([node, "--version"], text=True) if node else "v0"
        fft = HERE.parent / "js" / "node_modules" / "fft.js"
        if node is None or int(version[1:].split(".")[0]) < 20 or not fft.is_dir():
            pytest.skip("needs Node 20 or later, and `npm ci` in js/")
        self._node, self._folder = node, folder
        self._jobs: list[dict[str, Any]] = []
        self._answers: list[dict[str, Any]] | None = None
        self._files = 0

    def ask(self, call: str, *arguments: Any) -> int:
        """Note a call; return its number."""
        self._jobs.append({"call": call, "arguments": self._sent(list(arguments))})
        return len(self._jobs) - 1

    def answer(self, number: int) -> Any:
        """Return what a call gave; raise ValueError with the words of an error."""
        if self._answers is None:
            self._folder.joinpath("jobs.json").write_text(json.dumps(self._jobs), "utf-8")
            command = [self._node, str(SCRIPT), str(self._folder)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT, check=False
            )
            assert done.returncode == 0, done.stderr
            self._answers = json.loads(self._folder.joinpath("answers.json").read_text("utf-8"))
        found = self._answers[number]
        if "error" in found:
            raise ValueError(found["error"])
        return self._brought(found["answer"])

    def _sent(self, given: Any) -> Any:
        """Write arrays to files; name the files where the arrays stand."""
        if isinstance(given, np.ndarray):
            name = f"array{self._files}.f4"
            self._files += 1
            self._folder.joinpath(name).write_bytes(np.asarray(given, "<f4").tobytes())
            return {"file": name}
        if isinstance(given, list | tuple):
            return [self._sent(one) for one in given]
        if isinstance(given, dict):
            return {name: self._sent(one) for name, one in given.items()}
        return given

    def _brought(self, found: Any) -> Any:
        if isinstance(found, list):
            return [self._brought(one) for one in found]
        if not isinstance(found, dict):
            return found
        if "file" in found:
            data = self._folder.joinpath(found["file"]).read_bytes()
            return np.frombuffer(data, f"<{found['file'][-2:]}")
        return {name: self._brought(one) for name, one in found.items()}
