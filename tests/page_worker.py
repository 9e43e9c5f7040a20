"""The worker of a page that computes, run by Node and asked from Python."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from pages import Parts

import auralise_jax as aj

SCRIPT = Path(__file__).parent / "js" / "page_worker.mjs"
LIMIT = 300  # s; a script that hangs in Node would hang the suite

Sent = list[dict[str, Any]]
"""What the worker sent in a step."""


class PageWorker:
    """What a page of a panel holds, in a folder; `answers` says what its worker answers."""

    def __init__(self, panel: aj.Explorer, folder: Path, clips: Sequence[str] = ()) -> None:
        page = panel.to_html(folder / "page.html", live=True, clips=clips)
        scripts = Parts(page.read_text("utf-8")).scripts
        (document,), engine = (
            json.loads(scripts[name]) for name in ("auralise-page", "auralise-engine")
        )
        self.folder = folder
        self.held = {"live": document["live"], "models": engine["models"], "clips": engine["clips"]}
        self.clips: dict[str, aj.Clip] = {}
        for key, model in engine["models"].items():
            folder.joinpath(f"{key}.gz").write_bytes(base64.b64decode(scripts[model["weights"]]))
        for key, clip in engine["clips"].items():
            samples, rate = soundfile.read(
                io.BytesIO(base64.b64decode(scripts[clip["data"]])), dtype="float32"
            )
            folder.joinpath(f"{key}.f32").write_bytes(samples.astype("<f4").tobytes())
            self.clips[clip["title"]] = aj.Clip(samples * clip["scale"], rate, clip["title"])

    def own(self, clip: aj.Clip) -> dict[str, Any]:
        """Return the step in which a person's own sound is taken."""
        self.folder.joinpath(f"{clip.title}.f32").write_bytes(clip.samples.astype("<f4").tobytes())
        return {"take": {"name": clip.title, "rate": clip.sample_rate}}

    def answers(self, *steps: dict[str, Any]) -> list[Sent]:
        """Return what the worker sends when it is opened, and at each step; skip without Node."""
        node = shutil.which("node")
        version = subprocess.check_output([node, "--version"], text=True) if node else "v0"
        if node is None or int(version[1:].split(".")[0]) < 20:
            pytest.skip("needs Node 20 or later")
        held = self.held | {"steps": [{"open": True}, *steps]}
        self.folder.joinpath("page.json").write_text(json.dumps(held), "utf-8")
        done = subprocess.run(
            [node, str(SCRIPT), str(self.folder)],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        found: list[Sent] = json.loads(done.stdout)
        return found


def traits(sent: Sent) -> dict[str, Any]:
    """Return the traits that changed in a step."""
    changed: dict[str, Any] = {}
    for message in sent:
        if message["kind"] == "state":
            changed |= message["state"]
    return changed


def told(sent: Sent, kind: str) -> list[tuple[dict[str, Any], list[bytes]]]:
    """Return the messages of a kind in a step, with their buffers."""
    return [
        (message["content"], [data(one) for one in message["buffers"]])
        for message in sent
        if message["kind"] == "custom" and message["content"]["kind"] == kind
    ]


def values(sent: Sent) -> list[Any]:
    """Return what the worker's code said without a panel."""
    return [message["value"] for message in sent if message["kind"] == "answer"]


def data(packed: dict[str, str]) -> bytes:
    """Return bytes that travelled as text."""
    return base64.b64decode(packed["base64"])


def pictures(answer: dict[str, str], count: int, size: int) -> list[np.ndarray]:
    """Return the pictures of `count` takes in an answer, each of `size` bytes."""
    packed = np.frombuffer(data(answer), np.uint8)
    return [part[:size] for part in np.split(packed, count)]


def assert_same_look(one: bytes, other: bytes, takes: int, pixels: int, where: str) -> None:
    """Assert that pictures differ by a step at most, and sounds by what rounding makes.

    Both are, for each take, the picture and then the sound.
    """
    assert len(one) == len(other), where
    for ours, theirs in zip(np.split(_u8(one), takes), np.split(_u8(other), takes), strict=True):
        # A step is 0.39 dB. Projections agree within 1e-4 of the peak: by 0.1 dB down to -40 dB.
        steps = np.abs(ours[:pixels].astype(int) - theirs[:pixels].astype(int))
        loud = steps[theirs[:pixels] > 153]
        # Cells of a pool that differ by rounding only: another may be the largest.
        assert np.sum(loud > 1) <= 0.005 * loud.size, (where, loud.max(), np.mean(loud > 1))
        assert np.quantile(steps, 0.99) <= 1, where
        a, b = (half[pixels:].view("<i2").astype(float) for half in (ours, theirs))
        # -60 dB of the peak; where such a cell sounds, -40 dB of the whole.
        near = np.abs(a - b).max() <= 1e-3 * np.abs(b).max() + 1
        assert near or np.linalg.norm(a - b) <= 0.01 * np.linalg.norm(b), where


def _u8(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8).copy()
