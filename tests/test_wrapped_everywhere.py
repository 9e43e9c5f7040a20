"""A wrapped network in every room: its maps are batched and channels first, one has no rows."""

import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from jax import lax
from making import make_noise
from networks import draw
from talking import Talk

import auralise_jax as aj
from auralise_jax.atlas import Atlas, atlas
from auralise_jax.cli import main
from auralise_jax.insight import dissect, survey, wall_figure
from auralise_jax.network.network import Feature, project_many
from auralise_jax.widgets.page import Choice

FRONT = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.6)
ORDER = ("NCHW", "OIHW", "NCHW")

PARAMS = {
    "blocks": [
        {"kernel": draw(3, 3, 1, 5, seed=1), "bias": np.full(5, 0.1, np.float32)},
        {"kernel": draw(FRONT.shape[0], 3, 5, 4, seed=2), "bias": np.zeros(4, np.float32)},
    ],
    "head": {"kernel": draw(4, 2, seed=3)},
}


def scores(params: Any, batch: jax.Array) -> jax.Array:
    """Return two scores for each picture of a batch (n, 1, freq, time)."""
    x = batch
    for number, one in enumerate(params["blocks"]):
        kernel, bias = one["kernel"].transpose(3, 2, 0, 1), one["bias"][:, None, None]
        padding = [((1, 1), (1, 1)), ((0, 0), (1, 1))][number]
        x = lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=ORDER)
        x = jax.nn.relu(x + bias)
    return x.mean((2, 3)) @ params["head"]["kernel"]


def make() -> aj.Model:
    return aj.wrap(
        lambda params, picture: scores(params, picture[None, None])[0],
        params=PARAMS,
        frontend=FRONT,
        classes=("a", "b"),
        name="mine",
    )


@pytest.fixture(scope="module")
def model() -> aj.Model:
    return make()


CLIP = make_noise(FRONT.samples / 2000)


def test_layers(model: aj.Model) -> None:
    high, flat = model.layers
    assert (high.name, high.features, high.axes, high.field) == (
        "blocks.0", 5, ("freq", "time"), (3, 3)
    )  # fmt: skip
    assert (flat.name, flat.features, flat.axes, flat.field) == ("blocks.1", 4, ("time",), (5,))
    assert model.network.sizes(FRONT.shape) == {"blocks.0": (33, 38), "blocks.1": (38,)}


def test_panels_pages_and_a_lesson(model: aj.Model, tmp_path: Path) -> None:
    with aj.explore(model, CLIP, layer="blocks.1", feature=2) as panel:
        assert panel.layer == 2
        talk = Talk(panel)
        for number, layer in enumerate(model.layers, start=1):
            panel.layer = number
            panel.feature = layer.features - 1
            talk.ask()
            assert panel.answer
        panel.model = "mine, random weights"
        assert panel.heard.model.untrained
        assert not panel.error
        panel.to_html(tmp_path / "page.html")
    with aj.compare([model, aj.random_model(model, 1)], CLIP, layer=1) as both:
        assert [layer["features"] for layer in both.facts["layers"]] == [5, 4]
        lesson = aj.Lesson(["# Mine", both], features=1)
        lesson.save(tmp_path / "lesson.html")
        document = both.figure(Choice(features=1)).document()
        assert sorted(document["surveys"]) == [1, 2]


def test_numbers_with_their_control(model: aj.Model) -> None:
    heard = aj.listen(model, CLIP)
    for layer in model.layers:
        found = survey(heard, layer)
        assert found.control is not None
        assert len(wall_figure(heard, layer.name, columns=3).axes) == layer.features + 1
        maps = model.network.activations(heard.state, layer)
        seeds = Feature(np.arange(2), np.moveaxis(np.asarray(maps), -1, 0)[:2])
        several = project_many(
            model.network, heard.state, seeds, layer=layer.name, rule="deconvnet"
        )
        for feature in range(2):
            one = np.asarray(heard.project(layer, feature).picture)
            np.testing.assert_allclose(several[feature], one, atol=1e-5 * float(abs(one).max()))
    assert heard.predict().keys() == {"a", "b"}
    picture = FRONT.picture(CLIP.samples)
    wanted = scores(PARAMS, picture[None, None])[0]
    np.testing.assert_allclose(model.network.outputs(heard.state), wanted, atol=1e-5)


def test_what_its_features_do(model: aj.Model) -> None:
    """The head is linear in the mean of each map, and that is what a feature gives to a class."""
    clips = [CLIP, make_noise(0.6, seed=1)]
    found = aj.ablate(model, clips, "blocks.1", controls=1, progress=False)
    maps = [aj.listen(model, clip).activations("blocks.1").mean(axis=0) for clip in clips]
    wanted = -np.mean(maps, axis=0)[:, None] * PARAMS["head"]["kernel"]
    np.testing.assert_allclose(found.effect, wanted, atol=1e-5 * np.abs(wanted).max())
    constant = aj.ablate(model, CLIP, "blocks.1", "mean", controls=0, progress=False)
    np.testing.assert_allclose(constant.effect, 0, atol=1e-5 * np.abs(wanted).max())
    below = aj.ablate(model, clips, "blocks.0", features=[0, 4], draws=3, progress=False)
    assert below.effect.shape == (1, 2)


def test_dissection_with_random_networks(model: aj.Model) -> None:
    only = aj.wrap(
        lambda params, picture: scores(params, picture[None, None])[0],
        params=PARAMS,
        frontend=FRONT,
        layers=["blocks.0"],
    )
    sounds = [make_noise(0.6, seed=seed) for seed in range(3)]
    found = dissect(only, sounds, networks=20, draws=100, progress=False)
    assert sorted(found.names) == [(1, feature) for feature in range(5)]
    assert np.nanmax(np.ptp(found.chance.best, axis=1)) > 0  # the networks differ


def test_an_atlas(model: aj.Model, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    make_noise(1.4).save(folder / "0.wav")
    made = atlas(folder, tmp_path / "atlas", model, names=False, progress=False)
    assert Atlas(made.folder).layers == ("blocks.0", "blocks.1")
    assert {one.layer for feature in made.features for one in feature.excerpts} == {1, 2}


def test_the_command_line(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = "from test_wrapped_everywhere import make\n\nmine = make()\n"
    Path("auralised_wrapped.py").write_text(module, "utf-8")
    CLIP.save("song.wav")
    own = ["--model", "auralised_wrapped:mine"]
    try:
        assert main(["models", "show", own[1]]) == 0
        assert "2  blocks.1  time" in capsys.readouterr().out
        assert main(["listen", "song.wav", "--layer", "blocks.1", "--feature", "3", *own]) == 0
        assert "feature.wav: feature 2-3, deconvnet" in capsys.readouterr().out
        assert main(["demo", "song.wav", "--no-open", "--features", "1", *own]) == 0
    finally:
        sys.modules.pop("auralised_wrapped", None)
