"""A sound under a network in the page against the same in Python: classes, pictures, sounds."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from asking_node import SCRIPTS, run_node
from making import make_model

import auralise_jax as aj
from auralise_jax.audio import Clip
from auralise_jax.listening import Listening
from auralise_jax.widgets import view
from auralise_jax.widgets.recipe import control_recipe

FRONTEND = aj.Frontend(8000, 128, 64, 0.8, "log1p")
LAYER = 2
MUTED = [(1, 0, 0.0), (2, 3, 2.0)]
# None of them leaves silence, whose phase is that of rounding.
PARTS = [{"band": [100, 900], "stretch": None}, {"band": [2000, 3000], "stretch": [0.5, 0.8]}]

Told = tuple[Mapping[str, Any], bytes, Mapping[str, Listening]]


def model_of(task: str) -> aj.Model:
    model = make_model(FRONTEND, (3, 5), (3,), seed=4)
    return dataclasses.replace(model, task=task)


def sound() -> Clip:
    """Return a sound a little shorter than the window, so that it is padded."""
    rng = np.random.default_rng(1)
    seconds = np.arange(5800) / 8000
    tones = 0.2 * np.sin(2 * np.pi * 440 * seconds) + 0.1 * np.sin(2 * np.pi * 1500 * seconds)
    return Clip((tones + rng.normal(0, 0.02, 5800)).astype(np.float32), 8000, "tones")


def padded(model: aj.Model) -> Listening:
    with pytest.warns(UserWarning, match="padded"):
        return aj.listen(model, sound())


def without(heard: Listening, part: Mapping[str, Any]) -> Listening:
    return heard.without(**part)


@pytest.fixture(scope="module", params=["classes", "tags"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("heard")
    model = model_of(request.param)
    path = aj.save_model(model, folder / "model.safetensors")
    sound().samples.astype("<f4").tofile(folder / "sound.f32")
    doc = {
        "name": model.name,
        "random": "random",
        "task": model.task,
        "classes": list(model.classes),
        "untrained": False,
        "seconds": model.seconds,
        "layers": [{"name": one.name, "features": one.features} for one in model.layers],
        "control": control_recipe(model),
    }
    asked = {"doc": doc, "weights": str(path), "samples": str(folder / "sound.f32")}
    asked |= {"muted": MUTED, "parts": PARTS, "layer": LAYER}
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    run_node(SCRIPTS / "heard_answers.mjs", folder / "asked.json", folder)
    said = json.loads((folder / "heard.json").read_text("utf-8"))
    gains = {(layer, feature): gain for layer, feature, gain in MUTED}
    plain, random = padded(model), padded(aj.untrained(model))
    muted = plain.edited(gains=gains)
    heard = {
        "plain": plain,
        "muted": muted,
        "without": functools.reduce(without, PARTS, plain),
        "both": functools.reduce(without, PARTS, muted),
        "random": random,
    }
    return said, (folder / "heard.bin").read_bytes(), heard


VARIANTS = ("plain", "muted", "without", "both", "random")


@pytest.mark.parametrize("name", VARIANTS)
def test_the_page_says_what_python_says(name: str, told: Told) -> None:
    said, data, heard = told
    found, wanted = said[name], heard[name]
    odds = wanted.predict()
    assert [one for one, _ in found["odds"]] == list(odds)
    np.testing.assert_allclose([p for _, p in found["odds"]], [*odds.values()], atol=1e-4)
    picture = np.frombuffer(data[slice(*found["picture"])], np.float32)
    peak = float(np.abs(wanted.picture).max())
    np.testing.assert_allclose(picture, wanted.picture.ravel(), atol=1e-5 * peak)
    assert found["start"] == 1.5
    assert found["padded"] == pytest.approx(wanted.padded)
    assert found["bytes"] > wanted.picture.nbytes
    assert [one["band"] for one in found["removed"]] == [
        one.band and list(one.band) for one in wanted.removed
    ]
    assert {(layer, k): gain for layer, k, gain in found["gains"]} == {
        (wanted.model.number(layer), k): gain for (layer, k), gain in wanted.gains.items()
    }
    magnitude = wanted.source_magnitude
    close_pixels(data, found["pixels"], view.pixels(magnitude, float(magnitude.max())))
    close_samples(data, found["pcm"], view.pcm16(wanted.clip))


@pytest.mark.parametrize("name", VARIANTS)
def test_features_look_and_sound_as_in_python(name: str, told: Told) -> None:
    said, data, heard = told
    wanted = heard[name]
    peak = float(wanted.source_magnitude.max())
    for one in said[name]["shown"]:
        feature = one["facts"]["feature"]
        projection = wanted.project(LAYER, feature, "guided", one["position"])
        shown = view.show(projection, peak, one["resynthesis"])
        assert one["facts"].keys() == shown.facts.keys()
        for key, value in shown.facts.items():
            same = value if isinstance(value, (str, bool)) else pytest.approx(value, abs=0.01)
            assert one["facts"][key] == same, (feature, key)
        close_pixels(data, one["pixels"], shown.pixels)
        close_samples(data, one["pcm"], shown.pcm)


def close_pixels(data: bytes, where: list[int], wanted: bytes) -> None:
    """Assert that bytes of decibels are the same, but for some on the edge between two."""
    found = np.frombuffer(data[slice(*where)], np.uint8).astype(int)
    apart = np.abs(found - np.frombuffer(wanted, np.uint8))
    # Far below the peak, where the picture's rounding is as large as its values, steps may differ.
    assert (apart[found > 100] <= 1).all()
    assert (apart > 0).mean() < 0.02


def close_samples(data: bytes, where: list[int], wanted: bytes) -> None:
    """Assert that samples differ by -60 dB of the peak at most."""
    found = np.frombuffer(data[slice(*where)], "<i2").astype(int)
    samples = np.frombuffer(wanted, "<i2").astype(int)
    assert np.abs(found - samples).max() <= max(1, 1e-3 * np.abs(samples).max())
