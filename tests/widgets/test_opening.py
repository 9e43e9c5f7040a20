"""How a panel opens: where, with which feature, and the line of code that opens it again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import make_model, make_noise, stack_model, with_tensors
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets.address import model_address


def after_silence(folder: Path, name: str = "my song.wav") -> Path:
    """Write a file of 12 s of silence, then a shipped clip."""
    clip = aj.example_clips()["dance"]
    samples = np.concatenate([np.zeros(12 * clip.sample_rate), clip.samples])
    return aj.Clip(samples, clip.sample_rate).save(folder / name)


def run(line: str) -> aj.Explorer:
    """Run a line as it stands, where nothing was imported or named before."""
    namespace: dict[str, Any] = {}
    exec(f"import auralise_jax as aj; panel = {line}", namespace)  # noqa: S102
    return namespace["panel"]


@pytest.mark.parametrize("layer", [1, 2])
def test_own_music_opens_where_there_is_some(tmp_path: Path, layer: int) -> None:
    path = after_silence(tmp_path)
    with aj.explore("genre", path, layer=layer) as panel:
        assert 12 <= panel.start <= 16.5
        assert panel.heard.start == panel.facts["start"] == panel.start
        assert panel.facts["notes"] == [f"opened at {panel.start:g} s, where most is going on"]
        found = aj.survey(panel.heard, layer)
        assert panel.feature == found.order[0]
        assert not panel.shot.silent
        line = f"{panel.facts['call']}, start={panel.start}, layer={layer})"
        with run(line) as again:
            assert again.answer == panel.answer
        panel.start = 0.0
        assert panel.heard.start == 0
        assert panel.facts["notes"] == []


def test_what_is_given_is_kept(tmp_path: Path) -> None:
    path = after_silence(tmp_path)
    with aj.explore("genre", str(path), start=0.0, feature=7) as panel:
        assert (panel.start, panel.feature) == (0.0, 7)
    with aj.explore("genre", str(path), start=13.25, feature=7) as panel:
        assert (panel.facts["start"], panel.facts["duration"]) == (13.25, 4.0)
        whole = aj.load_clip(path)
        wanted = aj.listen(aj.load_model("genre"), whole, start=13.25)
        np.testing.assert_array_equal(panel.heard.clip.samples, wanted.clip.samples)
        assert panel.facts["song"]["duration"] == pytest.approx(whole.duration)
    with pytest.raises(ValueError, match=r"start must be at least 0 s .* not 99"):
        aj.explore("genre", path, start=99.0)


@pytest.mark.parametrize("clip", ["bach", "ballad", "dance", "hiphop"])
def test_the_shipped_clips_open_at_their_beginning(clip: str) -> None:
    with aj.explore(make_model(), clip) as panel:
        assert panel.start == 0
        assert panel.facts["notes"] == []


def test_the_default_clip_is_one_that_the_control_calls_by_another_name() -> None:
    with aj.explore(feature=0) as panel:
        trained, told = panel.heard.predict(), panel.facts["takes"][0]
        assert not told["untrained"]
        panel.model = "genre, random weights"
        random, told = panel.heard.predict(), panel.facts["takes"][0]
        assert told["untrained"]
        assert max(trained, key=trained.get) != max(random, key=random.get)
        assert max(abs(trained[name] - random[name]) for name in trained) > 0.2


def test_a_clip_that_is_chosen_opens_where_most_is_going_on(tmp_path: Path) -> None:
    path = after_silence(tmp_path)
    with aj.explore("genre", ["bach", path], feature=3) as panel:
        panel.clip = "my song"
        assert 12 <= panel.start <= 16.5
        assert panel.heard.start == panel.start
        assert panel.feature == 3  # to compare the same feature of two clips
        panel.clip = "Bach, Prelude in C"
        assert panel.start == 0


def test_a_file_that_is_added_is_heard_at_once(tmp_path: Path) -> None:
    path = after_silence(tmp_path, "mine.flac")
    genre, silent = aj.load_model("genre"), 5
    bias = genre.network.tensors["conv3.bias"].copy()
    bias[silent] = -1e6
    tensors = {**genre.network.tensors, "conv3.bias": bias}
    model = aj.save_model(
        with_tensors(genre, tensors), tmp_path / "genre.safetensors", dtype="float32"
    )
    with aj.explore(model, "bach", layer=3, feature=silent) as panel:
        Talk(panel).upload("mine.flac", path.read_bytes())
        assert panel.clip == panel.facts["takes"][0]["clip"] == "mine"
        assert panel.facts["title"] == "genre / mine"
        assert panel.start >= 12
        assert panel.feature != silent
        assert panel.feature == aj.survey(panel.heard, 3).order[0]
        assert panel.facts["call"] == ""
        assert panel.facts["no_call"] == (
            "No line of code opens this: mine.flac was uploaded in the panel, and Python does not "
            "know its path: open it by path"
        )


def test_names_are_the_same_everywhere(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        make_noise(0.37).save(tmp_path / folder / "big20.wav")
    make_noise(0.37).save(tmp_path / " .wav")
    paths = [tmp_path / "one" / "big20.wav", tmp_path / "other" / "big20.wav", tmp_path / " .wav"]
    with aj.explore(make_model(), paths) as panel:
        assert panel.facts["clips"][:3] == ["big20", "big20 (2)", "clip"]
        for name in panel.facts["clips"][:3]:
            panel.clip = name
            assert panel.facts["title"] == f"tiny / {name}"
            assert panel.facts["takes"][0]["clip"] == panel.heard.clip.title == name


def test_the_line_of_code_runs_as_it_stands(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_noise(0.6).save('my "song" \\ \N{SNOWMAN}.wav')
    aj.save_model(make_model(), "my model.safetensors")
    with aj.explore("my model.safetensors", ['my "song" \\ \N{SNOWMAN}.wav', "dance"]) as panel:
        for clip, model in [
            (panel.clip, "my model"),
            ("Dance", "my model"),
            ("Dance", "my model, random weights"),
        ]:
            panel.clip, panel.model = clip, model
            line = f"{panel.facts['call']}, start={panel.start}, feature={panel.feature})"
            monkeypatch.chdir("/")
            with run(line) as again:
                assert again.answer == panel.answer
                assert again.heard.clip.title == panel.heard.clip.title
            monkeypatch.chdir(tmp_path)


def test_a_page_does_not_say_where_files_are(tmp_path: Path) -> None:
    make_noise(0.6).save(tmp_path / "song.wav")
    model = aj.save_model(make_model(), tmp_path / "mine.safetensors")
    for clip, is_named in (("dance", True), (tmp_path / "song.wav", False)):
        for panel in (aj.explore("genre", clip, feature=0), aj.compare("genre", [clip, "bach"])):
            with panel:
                assert json.dumps(str(clip)) in panel.facts["call"]
                page = panel.to_html(tmp_path / "page.html", layers=[1], features=[0]).read_text()
                assert str(tmp_path) not in page
                assert (r'"call":"",' not in page.replace(" ", "")) == is_named
    with aj.explore(model, "dance", feature=0) as panel:
        panel.model = "mine, random weights"
        assert str(tmp_path) in panel.facts["call"]
        assert str(tmp_path) not in panel.to_html(tmp_path / "page.html", layers=[1]).read_text()


def test_shipped_objects_are_named_too() -> None:
    model, clip = aj.load_model("genre"), aj.example_clips()["dance"]
    with aj.explore(model, clip, feature=0) as panel:
        assert panel.facts["call"] == 'aj.explore("genre", "dance"'
    with aj.compare(model, [clip, "bach"], rule="guided") as panel:
        assert panel.facts["call"] == 'aj.compare("genre", ["dance", "bach"]'
    tensors = model.network.tensors | {"conv1.bias": model.network.tensors["conv1.bias"] + 1}
    other = stack_model(
        tensors, model.network.architecture, model.frontend, model.classes, {}, "genre"
    )
    assert model_address(other).code == ""


@pytest.mark.parametrize("kind", ["explore", "compare", "probe"])
def test_what_has_no_line_says_why(kind: str) -> None:
    clip = () if kind == "probe" else (make_noise(0.37),)
    with getattr(aj, kind)(make_model(), *clip) as panel:
        assert panel.facts["call"] == ""
        why = panel.facts["no_call"]
        assert why.startswith("No line of code opens this: the model is not a file: aj.save_model(")
        assert ("clip.save(path)" in why) == (kind != "probe")
