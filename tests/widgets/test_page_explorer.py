"""The explorer in the worker of a page against Python's panel: the same facts, pictures, sounds."""

from __future__ import annotations

import base64
import io
import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from page_worker import assert_same_look

import auralise_jax as aj
from auralise_jax.widgets import page
from auralise_jax.widgets.computing import Engine, Live
from auralise_jax.widgets.explorer import Explorer

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node")

# Each step sets traits, then asks for the feature; ``bank`` computes the layer, too.
STEPS: list[dict[str, Any]] = [
    {"set": {}},
    {"set": {"layer": 1, "feature": 3, "rule": "guided"}},
    {"set": {"layer": 3, "feature": 20, "rule": "gradient", "resynthesis": "mask"}},
    {"set": {"layer": 5, "feature": 0, "rule": "deconvnet", "resynthesis": "phase"}, "bank": True},
    {"set": {"start": 2.5, "position": "strongest", "layer": 4, "feature": 11}},
    {"set": {"clip": "noise", "layer": 2, "feature": 35, "position": "all"}},
    {"set": {"muted": [[2, 35, 0.0], [1, 4, 1.5]], "layer": 5, "feature": 9}},
    {
        "set": {
            "muted": [],
            "removed": [{"band": [100.0, 900.0], "stretch": [0.5, 1.5]}],
            "layer": 2,
            "feature": 14,
        }
    },
    {"set": {"removed": [], "control": True, "layer": 3, "feature": 7}},
    {"set": {"control": False, "model": "genre, random weights"}},
]


class Said:
    """What the worker said after each step, and Python's panel to compare it with."""

    def __init__(self, answers: list[dict[str, Any]], panel: Explorer) -> None:
        self.answers, self.panel = answers, panel


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    version = subprocess.check_output([NODE, "--version"], text=True) if NODE else "v0"
    if int(version[1:].split(".")[0]) < 20 or not (ROOT / "js/node_modules").is_dir():
        pytest.skip("needs Node 20 or later, and `npm ci` in js/")
    folder = tmp_path_factory.mktemp("worker")
    noise = np.random.default_rng(5).normal(0, 0.05, 4 * 22_050)
    noise[22_050:] *= 4
    clips = [aj.example_clips()["bach"], aj.Clip(noise.astype(np.float32), 22_050, "noise")]
    with aj.explore("genre", clips, layer=2, feature=14) as panel:
        found = panel.figure(
            page.Choice(live=True, clips=[clip.title for clip in clips], codec="flac")
        )
        assert isinstance(found, Live)
        engine = Engine()
        document = found.document(engine)
    elements = {name: data for data, name in engine._data.items()}
    songs, samples, weights = [], {}, {}
    for key, facts in engine._facts["clips"].items():
        decoded, rate = soundfile.read(io.BytesIO(elements[facts["data"]]), dtype="float32")
        decoded.tofile(folder / f"{key}.f32")
        samples[key] = str(folder / f"{key}.f32")
        songs.append(aj.Clip(decoded * np.float32(facts["scale"]), rate, facts["title"]))
    for key, facts in engine._facts["models"].items():
        (folder / f"{key}.gz").write_bytes(elements[facts["weights"]])
        weights[key] = str(folder / f"{key}.gz")
    job = {"live": document["live"], **engine._facts, "weights": weights, "samples": samples}
    (folder / "asked.json").write_text(json.dumps(job | {"steps": STEPS}), "utf-8")
    script = ROOT / "tests/js/worker_answers.mjs"
    subprocess.run(
        [str(NODE), script, folder / "asked.json", folder / "answers.json"], check=True, timeout=300
    )
    answers = json.loads((folder / "answers.json").read_text("utf-8"))
    with aj.explore("genre", songs, layer=2, feature=14) as panel:
        yield Said(answers, panel)


def numbered(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts without what every panel numbers by itself, and without lists of other clips."""
    left_out = ("revision", "revisions", "bank_bytes", "clips", "call", "no_call")
    facts = {name: value for name, value in facts.items() if name not in left_out}
    facts["effect"] = {name: facts["effect"][name] for name in ("name", "why")}
    song = facts["song"] or {}
    return facts | {"song": {k: v for k, v in song.items() if k not in ("number", "unmuted")}}


def assert_close(one: Any, other: Any, where: str, tolerance: float = 1e-4) -> None:
    """Assert that two JSON values are the same, numbers nearly so."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name in one:
            assert_close(one[name], other[name], f"{where}/{name}", tolerance)
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), where
        for number, pair in enumerate(zip(one, other, strict=True)):
            assert_close(*pair, f"{where}/{number}", tolerance)
    elif isinstance(one, float) or isinstance(other, float):
        assert math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance), (where, one, other)
    else:
        assert one == other, (where, one, other)


def test_the_worker_shows_what_the_panel_shows(said: Said) -> None:
    panel = said.panel
    for step, answer in zip(STEPS, said.answers, strict=True):
        where = json.dumps(step["set"])
        with panel.hold_trait_notifications():
            for name, value in step["set"].items():
                setattr(panel, name, value)
        panel._show(panel._settings, panel.feature)
        facts = numbered(answer["facts"])
        assert answer["error"] == "", where
        assert_close(facts, json.loads(json.dumps(numbered(panel.facts))), where)
        shown = [dict(one) for one in panel.shown["takes"]]
        # Loudness is held to 0.1 dB.
        assert_close(answer["shown"]["takes"], shown, where, tolerance=0.05)
        pixels, takes = facts["bins"] * facts["frames"], len(facts["takes"])
        assert_same_look(
            base64.b64decode(answer["source"]), panel.source, takes, pixels, f"source, {where}"
        )
        assert_same_look(
            base64.b64decode(answer["answer"]), panel.answer, takes, pixels, f"feature, {where}"
        )


def test_a_layer_comes_whole_and_is_ranked_as_the_panel_ranks_it(said: Said) -> None:
    (number,) = (n for n, step in enumerate(STEPS) if step.get("bank"))
    answer = said.answers[number]
    features = [one for one in answer["sent"] if one["kind"] == "feature"]
    assert sorted(one["feature"] for one in features) == list(range(64))
    first = [one["feature"] for one in features[:3]]
    assert first == [0, 1, 2]  # the nearest to the slider, which is at 0
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    expected = aj.survey(heard, 5)
    (control,) = (one for one in answer["sent"] if one["kind"] == "control")
    order = control["surveys"][0]["order"]
    assert sorted(order) == list(range(64))
    for falling in (expected.interest, np.where(expected.interest > 0, 1, expected.energy)):
        assert np.diff(falling[order]).max() <= 5e-4  # features that near may change places
    assert control["takes"][0] == pytest.approx(expected.control, abs=5e-4)  # such cells, too
