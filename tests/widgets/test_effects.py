"""What features do to the prediction, in a panel: computed in the background, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import traitlets
from making import make_model, make_noise
from networks import make_other_network
from talking import Talk

import auralise_jax as aj
from auralise_jax.insight.ablation import effects
from auralise_jax.insight.resampling import mean_intervals
from auralise_jax.widgets import effects as module

MODEL = make_model()
WINDOW = make_noise(0.37)
LONG = make_noise(2.0, seed=3)  # five windows


@pytest.fixture
def panel() -> Iterator[aj.Explorer]:
    with aj.explore(MODEL, WINDOW, layer=2, feature=1) as panel:
        yield panel


def sent(talk: Talk) -> list[dict[str, Any]]:
    return [told for told, _ in talk.sent if told["kind"] == "effects"]


def change(model: aj.Model, picture: np.ndarray, layer: int, feature: int, place: int) -> float:
    """Mute one feature by the public way, and compare logits."""
    muted = model.with_gains({(layer, feature): 0.0})
    before, after = (np.asarray(one.network.scores(picture[None]))[0] for one in (model, muted))
    return float(after[place] - before[place])


def test_effects_come_after_the_layer_and_its_control(panel) -> None:
    talk = Talk(panel)
    talk.bank()
    kinds = [told["kind"] for told, _ in talk.sent if told["kind"] not in ("progress", "done")]
    assert kinds == ["bank", "control", "effects"]
    (told,) = sent(talk)
    assert (told["of"], told["layer"], told["why"]) == (panel.facts["effect"]["of"], 2, "")
    odds = panel.heard.predict()
    name = max(odds, key=odds.get)
    assert panel.facts["effect"]["name"] == name
    place = MODEL.classes.index(name)
    wanted = [change(MODEL, panel.heard.picture, 2, k, place) for k in range(5)]
    np.testing.assert_allclose(told["mean"], wanted, atol=1e-4)
    assert told["here"] == told["mean"]
    assert (told["windows"], told["low"], told["high"]) == (1, None, None)
    assert told["order"] == np.argsort(told["mean"], kind="stable").tolist()


def test_a_song_has_an_interval_over_windows_spread_over_it() -> None:
    with aj.explore(MODEL, LONG, layer=2, feature=1, start=0.5) as panel:
        talk = Talk(panel)
        talk.bank()
        (told,) = sent(talk)
        place = MODEL.classes.index(panel.facts["effect"]["name"])
        windows = [aj.listen(MODEL, LONG, start) for start in np.linspace(0, 2.0 - 0.37, 5)]
        rows = np.array(
            [[change(MODEL, one.picture, 2, k, place) for k in range(5)] for one in windows]
        )
        np.testing.assert_allclose(told["mean"], rows.mean(axis=0), atol=1e-4)
        ends = mean_intervals(rows, np.arange(5))
        np.testing.assert_allclose([told["low"], told["high"]], ends, atol=1e-4)
        here = [change(MODEL, panel.heard.picture, 2, k, place) for k in range(5)]
        np.testing.assert_allclose(told["here"], here, atol=1e-4)
        assert told["windows"] == 5


def test_what_was_computed_is_not_computed_again(monkeypatch) -> None:
    with aj.explore(MODEL, LONG, layer=2, feature=1, start=0.0) as panel:
        talk = Talk(panel)
        counted = []

        def counting(model: aj.Model, pictures: np.ndarray, *rest: Any, **more: Any) -> Any:
            counted.append(len(pictures))
            return effects(model, pictures, *rest, **more)

        monkeypatch.setattr(module, "effects", counting)
        talk.bank()
        assert counted == [1] * 6  # the window shown, and five of the song
        talk.bank()
        assert len(counted) == 6
        assert sent(talk)[0] == sent(talk)[1]
        panel.start = 0.25  # another window of the same song
        talk.bank()
        assert len(counted) == 7
        assert sent(talk)[2]["of"] != sent(talk)[0]["of"]
        assert sent(talk)[2]["mean"] == sent(talk)[0]["mean"]
        panel.control = True  # row C changes nothing of it
        talk.bank()
        assert len(counted) == 7
        assert sent(talk)[3] == sent(talk)[2]
        panel.model = "tiny, random weights"
        talk.bank()
        assert len(counted) == 13


def test_another_layer_ends_the_work_and_what_was_done_is_kept(monkeypatch) -> None:
    with aj.explore(MODEL, LONG, layer=2, feature=1, start=0.0) as panel:
        talk, begun, go, done = Talk(panel), threading.Event(), threading.Event(), []

        def slow(model: aj.Model, pictures: np.ndarray, layer: int, *, check: Any) -> Any:
            found = effects(model, pictures, layer, check=check)
            done.append(layer)
            if len(done) == 3:
                begun.set()
                go.wait()
            return found

        monkeypatch.setattr(module, "effects", slow)
        talk.want(2)
        begun.wait()
        talk.want(3)
        go.set()
        panel._worker.join()
        assert [told["layer"] for told in sent(talk)] == [3]
        assert done.count(2) == 3
        talk.bank(2)
        assert done.count(2) == 1 + 5 + 1  # the window shown once more, and what was missing


def test_effects_come_on_top_of_what_is_muted() -> None:
    muted = MODEL.with_gains({(1, 0): 0.0, (2, 1): 0.0})
    heard = aj.listen(muted, WINDOW)
    song = aj.widgets.song.Song(WINDOW, "noise")
    told = module.effects_message(heard, song, 2, lambda: None)
    place = MODEL.classes.index(module.effect_facts(heard)["name"])
    wanted = [change(muted, heard.picture, 2, k, place) for k in range(5)]
    np.testing.assert_allclose(told["mean"], wanted, atol=1e-4)
    assert abs(told["mean"][1]) < 1e-6  # muted already


def test_of_a_source_that_lacks_a_band_the_window_shown_is_all_there_is() -> None:
    song = aj.widgets.song.Song(LONG, "noise")
    heard = aj.listen(MODEL, LONG).without(band=(200.0, 400.0))
    assert module.effects_message(heard, song, 2, lambda: None)["windows"] == 1


def test_tags_have_effects_on_the_most_probable_tag() -> None:
    frontend = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.37)
    names = ("harp", "flute", "slow", "loud")
    model = aj.Model(make_other_network(frontend.shape), frontend, names, task="tags")
    with aj.explore(model, WINDOW, layer=1, feature=0) as panel:
        talk = Talk(panel)
        talk.bank()
        odds = panel.heard.predict()
        assert panel.facts["effect"]["name"] == max(odds, key=odds.get)
        (told,) = sent(talk)
        assert len(told["mean"]) == model.layers[0].features


def test_a_network_without_classes_has_none_and_says_why() -> None:
    model = make_model(dense=())
    with aj.explore(model, WINDOW, layer=2, feature=1) as panel:
        talk = Talk(panel)
        talk.bank()
        assert sent(talk) == []
        assert panel.facts["effect"]["name"] == ""
        assert panel.facts["effect"]["why"].startswith("this network gives no classes")
        with pytest.raises(traitlets.TraitError, match="order cannot be by effect: this network"):
            panel.order = "effect"
        with pytest.raises(traitlets.TraitError, match="order cannot be by effect: this network"):
            panel.set_state({"order": "effect"})


def test_a_network_that_cannot_be_muted_says_why(panel, monkeypatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ValueError("what lies above conv2 cannot be run alone")

    monkeypatch.setattr(module, "effects", refused)
    talk = Talk(panel)
    talk.bank()
    (told,) = sent(talk)
    assert told["why"] == "what lies above conv2 cannot be run alone"
    assert panel.error == ""


def test_the_order_is_a_word_that_is_known(panel) -> None:
    assert panel.order == "interest"
    panel.set_state({"order": "effect"})
    assert panel.order == "effect"
    with pytest.raises(traitlets.TraitError, match="order must be"):
        panel.order = "beauty"
    with pytest.raises(traitlets.TraitError, match="order must be"):
        panel.set_state({"order": "beauty"})
    assert panel.order == "effect"


def test_comparisons_measure_no_effects() -> None:
    with aj.compare(MODEL, WINDOW, layer=2, feature=1) as panel:
        talk = Talk(panel)
        talk.bank()
        assert "effect" not in panel.facts
        assert sent(talk) == []
