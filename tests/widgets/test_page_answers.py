"""What a page that computes answers is what a kernel answers: mutes, row C, songs, effects."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from making import make_model, make_noise
from page_worker import PageWorker, assert_same_look, data, told, traits, values
from talking import Talk

import auralise_jax as aj
from auralise_jax.insight.control import untrained_of
from auralise_jax.widgets.effects import effects_message

CLASSES = 1e-4  # float32 in two libraries
HALF = 2**-10  # a step of float16 on either side
EFFECTS = 1e-3
PICTURE = 1e-4  # of the peak

MUTED = [[3, 20, 0], [4, 7, 1.5]]
PARTS = [{"band": [0, 150], "stretch": None}, {"band": None, "stretch": [1, 2]}]
RANDOM = [(1, 5, "guided"), (3, 7, "deconvnet"), (5, 2, "gradient")]

STEPS: dict[str, dict[str, Any]] = {
    "muted": {"set": {"muted": MUTED}},
    "song": {"song": {"feature": 21}},
    "a muted layer": {"ask": {"layer": 4}},
    "removed": {"set": {"removed": PARTS}},
    "moved": {"set": {"start": 2.0}},
    "back": {"set": {"muted": [], "removed": [], "start": 0.0}},
    "row C": {"set": {"control": True}},
    "both rows": {"ask": {"layer": 2}},
    "random weights": {"set": {"model": "genre, random weights"}},
}
DIRECT: dict[str, dict[str, Any]] = {"effects": {"effects": [3, 5]}, "random": {"random": RANDOM}}


@functools.cache
def steps() -> dict[str, dict[str, Any]]:
    """Return the steps, with features that sound where pictures are compared."""
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"])
    first = {layer: int(aj.survey(heard, layer).order[0]) for layer in (2, 4)}
    asked = {
        name: {"ask": {**step["ask"], "feature": first[step["ask"]["layer"]]}}
        for name, step in STEPS.items()
        if "ask" in step
    }
    return STEPS | asked


@pytest.fixture(scope="module")
def worker(tmp_path_factory) -> PageWorker:
    with aj.explore("genre", "hiphop", layer=3, feature=20) as panel:
        return PageWorker(panel, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def page(worker) -> dict[str, Any]:
    """What the page's worker sent in each step."""
    asked = steps() | DIRECT
    return dict(zip(["open", *asked], worker.answers(*asked.values()), strict=True))


@pytest.fixture(scope="module")
def clip(worker) -> aj.Clip:
    """The clip as the page decodes it."""
    return worker.clips["Hip-hop"]


@pytest.fixture(scope="module")
def kernel(clip) -> Iterator[dict[str, Any]]:
    """What a kernel's panel shows after each step."""
    found = {}
    with aj.explore("genre", clip, layer=3, feature=20, start=0.0) as panel:

        def note(name: str) -> None:
            found[name] = json.loads(json.dumps(panel.facts)), dict(panel.shown), panel.answer

        note("open")
        for name, step in steps().items():
            if "set" in step:
                panel.set_state(step["set"])
            elif "ask" in step:
                asked = panel._settings._asdict() | {"feature": panel.feature} | step["ask"]
                panel.set_state(step["ask"])
                revision = panel.facts["revisions"][asked["layer"] - 1]
                panel._handle_custom_msg({"kind": "ask", "revision": revision, **asked}, [])
            note(name)
        yield found


def classes(facts: dict[str, Any], name: str = "classes") -> list[Any]:
    return [
        value if isinstance(value, str) else pytest.approx(value, abs=CLASSES)
        for take in facts["takes"]
        for line in take.get(name) or []
        for value in line
    ]


@pytest.mark.parametrize("name", ["open", *(name for name in STEPS if "set" in STEPS[name])])
def test_the_facts_of_every_change_are_those_of_a_kernel(page, kernel, name) -> None:
    found, expected = traits(page[name])["facts"], kernel[name][0]
    for each in ("classes", "unmuted"):
        said = [one for take in found["takes"] for line in take.get(each) or [] for one in line]
        assert said == classes(expected, each)
    for take in (*found["takes"], *expected["takes"]):
        take.pop("classes")
        take.pop("unmuted", None)
        take["source_scale"] = pytest.approx(take["source_scale"], rel=1e-5)
    for song in (found["song"], expected["song"]):  # numbered from 1 in a page
        numbers = song.pop("number"), song.pop("unmuted")
        song["numbers"] = [number is not None for number in numbers], numbers[0] == numbers[1]
    for each in ("takes", "rows", "muted", "removed", "chosen", "control", "notes", "song"):
        assert found[each] == expected[each], each
    assert found["effect"]["name"] == expected["effect"]["name"]
    ours, theirs = (facts["revisions"] for facts in (found, expected))
    assert [one == two for one in ours for two in ours] == [
        one == two for one in theirs for two in theirs
    ]
    assert traits(page[name]).get("error", "") == ""


@pytest.mark.parametrize("name", ["a muted layer", "both rows"])
def test_the_pictures_of_every_row_are_those_of_a_kernel(page, kernel, name) -> None:
    sent = traits(page[name])
    facts, shown, answer = kernel[name]
    size = facts["bins"] * facts["frames"]
    takes = len(facts["takes"])
    assert len(sent["shown"]["takes"]) == len(shown["takes"]) == takes
    assert_same_look(data(sent["answer"]), answer, takes, size, name)


def test_the_song_is_heard_as_a_kernel_hears_it_with_the_mute_and_without(page, clip) -> None:
    sent = told(page["song"], "song")
    model = aj.load_model("genre")
    gains = {(layer, feature): gain for layer, feature, gain in MUTED}
    assert len(sent) == 2
    for (message, buffers), under in zip(sent, (model, model.with_gains(gains)), strict=True):
        heard = aj.listen_song(under, clip, 1.0, progress=False)
        assert (message["hop"], message["seconds"], message["classes"]) == (
            1,
            4,
            list(model.classes),
        )
        assert message["duration"] == heard.duration
        np.testing.assert_array_equal(message["times"], heard.times)
        odds = np.frombuffer(buffers[0], "<f4").reshape(-1, len(model.classes))
        np.testing.assert_allclose(odds, heard.probabilities, atol=CLASSES)
        for number, (layer, packed) in enumerate(zip(message["layers"], buffers[1:], strict=True)):
            values = np.frombuffer(packed, "<f2").reshape(-1, layer["features"]) * layer["scale"]
            expected = heard.activity(number + 1)
            np.testing.assert_allclose(values, expected, rtol=HALF, atol=1e-6 * expected.max())
    shares = [told_["share"] for told_, _ in told(page["song"], "song-progress")]
    assert shares[-1] is None
    assert shares[0] == 0


def test_a_move_is_answered_before_the_next_window_of_the_song(page) -> None:
    kinds = [one.get("content", one)["kind"] for one in page["song"]]
    asked = kinds.index("asked")
    answered = next(n for n, one in enumerate(page["song"]) if "shown" in one.get("state", ()))
    assert page["song"][answered]["state"]["shown"]["feature"] == 21
    assert kinds[asked:answered].count("song-progress") <= 1
    assert kinds[answered:].count("song-progress") > 3  # and the song goes on


def test_effects_are_those_that_a_kernel_measures(page, clip) -> None:
    with aj.explore("genre", clip, start=0.0, feature=0) as panel:
        for layer, found in zip(DIRECT["effects"]["effects"], values(page["effects"]), strict=True):
            expected = effects_message(panel.heard, panel._song, layer, lambda: None)
            assert (found["kind"], found["layer"], found["windows"]) == ("effects", layer, 2)
            for each in ("here", "mean"):
                np.testing.assert_allclose(found[each], expected[each], atol=EFFECTS)
            assert sorted(found["order"]) == sorted(expected["order"])


def test_row_c_is_of_the_weights_that_a_kernel_draws(page, clip) -> None:
    """But for cells in the quiet, where rounding decides whether a ReLU of random weights is open.

    Where a kernel's picture is disturbed by 1e-7 of the peak, its own differ by as much.
    """
    heard = aj.listen(untrained_of(aj.load_model("genre")), clip, 0.0)
    for asked, found in zip(RANDOM, values(page["random"]), strict=True):
        expected = heard.project(*asked).picture
        picture = np.frombuffer(data(found), np.float32).reshape(expected.shape)
        off = abs(picture - expected)
        assert (off > PICTURE * abs(expected).max()).mean() < 0.005
        assert np.linalg.norm(off) < 0.01 * np.linalg.norm(expected)


TINY = make_model(aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=0.5))
OWN = aj.Clip(make_noise(3.3, 6000, seed=5).resample(44100).samples, 44100, "own")
"""Without what is near half the lower rate, where resamplers differ."""
RESAMPLED = 3e-3  # of the largest: two resamplers, of which neither is exact


@pytest.fixture(scope="module")
def taken(tmp_path_factory) -> dict[str, Any]:
    """What the worker of a page with a small network sent about a person's own sound."""
    with aj.explore(TINY, make_noise(0.5, 8000), layer=2, feature=3) as panel:
        worker = PageWorker(panel, tmp_path_factory.mktemp("tiny"))
    steps = {
        "own": worker.own(OWN),
        "layer": {"bank": "effects"},
        "muted": {"set": {"muted": [[1, 2, 0.0]]}},
        "muted layer": {"bank": "effects"},
        "song": {"song": True},
        "unmuted": {"set": {"muted": []}},
    }
    return dict(zip(["open", *steps], worker.answers(*steps.values()), strict=True))


@pytest.fixture(scope="module")
def talk() -> Iterator[Talk]:
    """A kernel's panel on the same sound."""
    with aj.explore(TINY, OWN, layer=2, feature=3) as panel:
        yield Talk(panel)


def test_a_layer_of_an_own_sound_has_the_effects_that_a_kernel_measures(taken, talk) -> None:
    for name, muted in (("layer", []), ("muted layer", [[1, 2, 0.0]])):
        talk.panel.muted = muted
        talk.bank_of(talk.panel.facts["revisions"][1])
        expected = [one for one, _ in talk.sent if one["kind"] == "effects"][-1]
        ((found, _),) = told(taken[name], "effects")
        assert found["windows"] == expected["windows"] == 6
        largest = max(map(abs, expected["here"]))
        for each in ("here", "mean"):
            np.testing.assert_allclose(found[each], expected[each], atol=RESAMPLED * largest)
        assert all(map(np.less_equal, found["low"], found["mean"]))
        assert all(map(np.less_equal, found["mean"], found["high"]))
        kinds = [one["content"]["kind"] for one in taken[name] if one["kind"] == "custom"]
        assert [kind for kind in kinds if kind not in ("progress", "done")] == [
            *["feature"] * 5,
            "bank",
            "control",
            "effects",
        ]
    before, muted, after = (traits(taken[name])["facts"] for name in ("own", "muted", "unmuted"))
    assert before["effect"] == after["effect"] != muted["effect"]
    assert before["takes"] == after["takes"] != muted["takes"]
    assert before["revisions"] == after["revisions"]
    assert before["revisions"][0] == muted["revisions"][0]


def test_an_own_song_is_resampled_and_heard_as_a_kernel_does(taken) -> None:
    plain, muted = told(taken["song"], "song")
    for (message, buffers), under in (
        (plain, TINY),
        (muted, TINY.with_gains({(1, 2): 0.0})),
    ):
        heard = aj.listen_song(under, OWN, message["hop"], progress=False)
        np.testing.assert_allclose(message["times"], heard.times, atol=1e-4)
        odds = np.frombuffer(buffers[0], "<f4").reshape(-1, 3)
        np.testing.assert_allclose(odds, heard.probabilities, atol=CLASSES)
        for number, (layer, packed) in enumerate(zip(message["layers"], buffers[1:], strict=True)):
            found = np.frombuffer(packed, "<f2").reshape(-1, layer["features"]) * layer["scale"]
            expected = heard.activity(number + 1)
            np.testing.assert_allclose(found, expected, atol=RESAMPLED * expected.max())
