"""Mute in the explorer, as Python sees it: what changes, what stays, what is refused."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import traitlets
from making import TINY, make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.audio.removal import Removed
from auralise_jax.widgets import view
from auralise_jax.widgets.chosen import Chosen
from auralise_jax.widgets.muting import Muted, mutes, part_words

BINS, FRAMES = 33, 24
OUT = [[2, 3, 0.0]]
"""Feature 2-3, muted."""


@pytest.fixture(scope="module")
def model() -> aj.Model:
    return make_model()


@pytest.fixture
def panel(model):
    with aj.explore(model, make_noise(0.37), layer=2, feature=3) as panel:
        yield panel


def said(panel: aj.Explorer) -> dict[str, float]:
    return dict(panel.facts["takes"][0]["classes"])


def before(panel: aj.Explorer) -> dict[str, float]:
    return dict(panel.facts["takes"][0]["unmuted"])


def revision(panel: aj.Explorer, layer: int) -> int:
    return panel.facts["revisions"][layer - 1]


def answered(panel: aj.Explorer, layer: int, feature: int = 3) -> bytes:
    """Ask as a page does for a feature of what is shown now."""
    panel.layer, panel.feature = layer, feature
    Talk(panel).ask(revision=revision(panel, layer))
    assert panel.shown["revision"] == revision(panel, layer)
    return panel.answer


def expected(heard: aj.Listening, layer: int, feature: int = 3) -> bytes:
    source = np.asarray(heard.model.frontend.expand(heard.picture))
    shown = view.show(heard.project(layer, feature), float(source.max()))
    return shown.pixels + shown.pcm


def test_muting_is_the_network_without_the_feature(panel, model) -> None:
    plain = said(panel)
    assert "unmuted" not in panel.facts["takes"][0]
    panel.muted = [(2, 3)]
    heard = aj.listen(model.with_gains({(2, 3): 0}), make_noise(0.37))
    assert panel.muted == panel.facts["muted"] == OUT
    assert said(panel) == pytest.approx(heard.predict())
    assert said(panel) != plain
    assert before(panel) == plain
    assert panel.heard.gains == {("conv2", 3): 0.0}
    assert answered(panel, 3) == expected(heard, 3)
    panel.muted = []
    assert said(panel) == plain
    assert "unmuted" not in panel.facts["takes"][0]
    assert panel.heard.gains == {}


def test_the_layers_up_to_the_lowest_muted_one_stay(panel, model) -> None:
    """The muted feature too: it can be seen and heard as it was."""
    talk, heard = Talk(panel), panel.heard
    first, kept = talk.bank()
    plain = {layer: answered(panel, layer) for layer in (1, 2, 3)}
    panel.layer = 2
    panel.muted = [(3, 1), (2, 3)]
    assert panel.facts["revision"] == revision(panel, 1) == revision(panel, 2) == 0
    assert revision(panel, 3) > 0
    assert {layer: answered(panel, layer) == plain[layer] for layer in (1, 2, 3)} == {
        1: True,
        2: True,
        3: False,
    }
    panel.layer = 2
    assert heard is not panel.heard
    panel.heard.projections = None  # not computed again
    again, same = Talk(panel).bank()
    assert again["revision"] == first["revision"]
    assert same == kept


def test_the_layers_above_have_banks_of_their_own_which_are_good_again(panel) -> None:
    panel.layer = 3
    found = {}
    for muted in ([], [(2, 3)], [(1, 0)], [(2, 3), (1, 0)]):
        panel.muted = muted
        found[revision(panel, 3)] = b"".join(Talk(panel).bank_of(revision(panel, 3)))
    assert len(set(found.values())) == len(found) == 4
    for muted in ([(2, 3)], [(3, 4), (2, 3)]):  # what lies beside or above the layer is the same
        panel.muted = muted
        panel.heard.projections = None
        number = revision(panel, 3)
        assert b"".join(Talk(panel).bank_of(number)) == found[number]


def test_no_mute_and_no_gain_compiles_anything(panel, compiled) -> None:
    Talk(panel).bank()  # the background compiles what muting needs
    panel.muted = [(1, 0)]
    for layer in (1, 2, 3):
        answered(panel, layer)
    begun = compiled()
    for muted in ([(2, 3)], [(2, 3, 1.5), (1, 2)], [(3, 5)], [], [(1, k) for k in range(4)]):
        panel.muted = muted
        for layer in (1, 2, 3):
            answered(panel, layer)
    assert compiled() == begun


def test_the_background_compiles_muting_before_anyone_mutes(panel, compiled) -> None:
    Talk(panel).bank()
    begun = compiled()
    panel.muted = [(1, 0)]
    for layer in (1, 2, 3):
        answered(panel, layer)
    assert compiled() == begun


def test_what_the_network_says_is_sent_before_any_picture(panel, monkeypatch) -> None:
    panel.layer = 3
    order: list[str] = []
    monkeypatch.setattr(aj.Listening, "project", lambda *_: order.append("picture"))
    panel.observe(lambda _: order.append("classes"), names="facts")
    panel.muted = [(1, 0)]
    assert order == ["classes"]  # pictures come when the page asks for those that it lacks


def test_every_gain_is_another_network_and_1_is_the_one_that_was_trained(panel, model) -> None:
    plain = panel.heard
    for gain in (0.0, 0.5, 2.0, 1.0):
        panel.muted = [(2, 3, gain)]
        heard = aj.listen(model.with_gains({(2, 3): gain}), make_noise(0.37))
        assert said(panel) == pytest.approx(heard.predict())
        assert panel.muted == [[2, 3, gain]]  # also 1: a slider may rest there
    assert panel.heard is plain
    assert revision(panel, 3) == panel.facts["revision"]


def test_muting_twice_is_muting_once_and_the_last_gain_counts(panel) -> None:
    panel.muted = [(2, 3, 2.0), ("conv1", 1), ("conv2", 3)]
    assert panel.muted == [[1, 1, 0.0], [2, 3, 0.0]]
    once = said(panel)
    panel.set_state({"muted": [[2, 3, 0], [1, 1, 0], [2, 3, 0]]})
    assert said(panel) == once


def test_all_features_of_a_layer_leave_nothing_above(panel, model) -> None:
    panel.muted = [(2, k) for k in range(model.layer(2).features)]
    assert sum(said(panel).values()) == pytest.approx(1)
    answered(panel, 3, 0)
    assert panel.shown["takes"][0]["silent"]
    answered(panel, 2, 3)
    assert not panel.shown["takes"][0]["silent"]


def test_a_layer_above_the_shown_one_changes_what_the_network_says_only(panel) -> None:
    plain, shown = said(panel), answered(panel, 2)
    panel.muted = [(3, 4)]
    assert said(panel) != plain
    assert answered(panel, 2) == shown


@pytest.mark.parametrize(
    ("muted", "message"),
    [
        ([[9, 0, 0]], "layer must be 1 to 3"),
        ([[2, 5, 0]], "feature must be 0 to 4 in layer conv2"),
        ([[2, 3, 2.5]], r"the gain of feature 2-3 must be from 0 \(muted\) to 2"),
        ([[2, 3, -1]], "the gain of feature 2-3 must be from 0"),
        ([[2, 3, float("nan")]], "the gain of feature 2-3 must be from 0"),
        ([[2, 3, "loud"]], "the gain of feature 2-3 must be a number"),
        ([[2, 3, None]], "the gain of feature 2-3 must be a number"),
        ([[2]], r"by its layer and number, as \(3, 20\)"),
        ([{"layer": 2}], r"by its layer and number, as \(3, 20\)"),
        ([[[2], [3], 0]], "layer"),
        ([[1, 0, 0]] * 16, "muted must be a list of at most 15, not 16"),
        ({"a": 1}, "muted must be a list"),
        (3, "muted must be a list"),
        (None, "muted must be a list"),
    ],
)
def test_what_a_page_cannot_mute_is_refused_whole(panel, muted: Any, message: str) -> None:
    panel.muted = OUT
    there, heard = said(panel), panel.heard
    with pytest.raises(traitlets.TraitError, match=message):
        panel.set_state({"feature": 1, "muted": muted})
    assert panel.muted == OUT
    assert panel.feature == 3
    assert panel.heard is heard
    assert said(panel) == there
    assert panel.error


def test_what_fails_on_the_way_is_taken_back(panel, monkeypatch) -> None:
    panel.muted = OUT
    facts = panel.facts

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(aj.Listening, "edited", fails)
    with pytest.raises(RuntimeError):
        panel.muted = [(1, 0)]
    assert panel.muted == OUT
    assert panel.facts == facts
    assert panel.error == "RuntimeError: no memory left"


def test_a_mute_below_ends_the_work_on_a_layer_and_another_does_not(panel, monkeypatch) -> None:
    begun, go = threading.Event(), threading.Event()
    projections = panel.heard.projections

    def slow(*rest: object, each) -> object:
        begun.set()
        go.wait()
        return projections(*rest, each=each)

    panel.heard.projections = slow
    panel.layer = 3
    talk = Talk(panel)
    talk.want()
    begun.wait()
    panel.muted = [(3, 0)]  # the layer's own features stay
    go.set()
    panel._worker.join()
    assert [told["revision"] for told, _ in talk.sent if told["kind"] == "bank"] == [0]
    begun.clear()
    go.clear()
    talk.sent.clear()
    panel._layers.clear()
    panel.muted = []
    panel.heard.projections = slow
    talk.want()
    begun.wait()
    panel.muted = [(1, 0)]
    go.set()
    panel._worker.join()
    assert [told for told, _ in talk.sent if told["kind"] == "bank"] == []


def test_random_weights_are_those_of_the_network_without_mutes(panel) -> None:
    """One control for all: what is muted does not change what random weights make of the source."""
    panel.layer = 3
    talk = Talk(panel)
    talk.bank()
    panel.muted = [(1, 0)]
    talk.bank_of(revision(panel, 3))
    first, second = (told["takes"] for told, _ in talk.sent if told["kind"] == "control")
    assert first == second
    assert None not in first


def test_another_model_keeps_what_it_has_and_says_what_it_lacks(model, monkeypatch) -> None:
    small = make_model(features=(4, 2), seed=3)
    with aj.explore(model, make_noise(0.37), mute=[(2, 4), (1, 3), (3, 0)]) as panel:
        panel._models["small"] = lambda: small
        panel._addresses["model", "small"] = panel._addresses["model", "tiny"]
        panel.model = "tiny, random weights"
        assert len(panel.muted) == 3
        assert len(panel.heard.gains) == 3
        assert not any("brought back" in note for note in panel.facts["notes"])
        panel.model = "small"
        assert panel.muted == panel.facts["muted"] == [[1, 3, 0.0]]
        assert panel.facts["notes"][-1] == "not muted here, so brought back: 2-4, 3-0"
        assert panel.heard.gains == {("conv1", 3): 0.0}
        panel.muted = []
        assert not any("brought back" in note for note in panel.facts["notes"])


def test_a_part_of_the_source_is_not_heard_by_anyone(panel, model) -> None:
    plain, source = said(panel), panel.source
    panel.removed = [{"band": [200, 500]}, {"stretch": (0.1, 0.2), "band": None}]
    assert (
        panel.removed
        == panel.facts["removed"]
        == [
            {"band": [200.0, 500.0], "stretch": None},
            {"band": None, "stretch": [0.1, 0.2]},
        ]
    )
    heard = aj.listen(model, make_noise(0.37)).without(band=(200, 500)).without(stretch=(0.1, 0.2))
    assert panel.heard.removed == heard.removed
    assert said(panel) == pytest.approx(heard.predict())
    assert before(panel) == plain
    assert panel.source != source
    assert panel.source[BINS * FRAMES :] == view.pcm16(heard.clip)
    assert panel.answer == expected(heard, 2)
    panel.muted = OUT
    assert said(panel) == pytest.approx(heard.edited([(2, 3)]).predict())
    assert before(panel) == plain
    panel.removed = []
    assert panel.source == source
    assert panel.heard.gains == {("conv2", 3): 0.0}
    panel.muted = []
    assert said(panel) == plain


def test_a_band_goes_along_and_a_stretch_stays_in_its_window(model) -> None:
    with aj.explore(model, make_noise(2.0), start=0.0) as panel:
        panel.removed = [{"band": [200, 500]}, {"stretch": [0.1, 0.2]}]
        panel.start = 1.0
        assert (
            panel.removed == panel.facts["removed"] == [{"band": [200.0, 500.0], "stretch": None}]
        )
        assert panel.facts["notes"][-1] == "not muted here, so brought back: 0.1 to 0.2 s"
        heard = aj.listen(model, make_noise(2.0), 1.0).without(band=(200, 500))
        assert said(panel) == pytest.approx(heard.predict())
        panel.set_state({"start": 0.5, "removed": [{"stretch": [0.1, 0.3]}]})  # asked for anew
        assert panel.removed == [{"band": None, "stretch": [0.1, 0.3]}]
        assert not any("brought back" in note for note in panel.facts["notes"])


def test_going_back_to_the_whole_source_computes_nothing_anew(panel, monkeypatch) -> None:
    Talk(panel).bank()
    first = panel.facts["revision"]
    panel.removed = [{"band": [200, 500]}]
    second = panel.facts["revision"]
    assert second != first
    monkeypatch.setattr(aj.widgets.explorer, "Listening", None)
    monkeypatch.setattr(aj.Listening, "without", None)
    for removed, number in (([], first), ([{"band": [200, 500]}], second)):
        panel.removed = removed
        assert panel.facts["revision"] == number


def test_row_c_hears_what_is_left_of_the_source_under_weights_of_its_own(panel, model) -> None:
    panel.control = True
    panel.layer = 3
    Talk(panel).ask(revision=revision(panel, 3))
    random = panel._variants[1].heard
    panel.muted = [(1, 0)]
    assert panel._variants[1].heard is random
    assert random.gains == {}
    Talk(panel).ask(revision=revision(panel, 3))
    heard = aj.listen(model.with_gains({(1, 0): 0}), make_noise(0.37))
    size = len(panel.answer) // 2
    assert panel.answer[:size] == expected(heard, 3)
    panel.removed = [{"stretch": [0.1, 0.2]}]
    assert panel._variants[1].heard.clip.samples == pytest.approx(panel.heard.clip.samples)
    assert panel.heard.gains == {("conv1", 0): 0.0}


def test_a_network_without_classes_says_what_muting_still_does(model) -> None:
    bare = make_model(dense=())
    with aj.explore(bare, make_noise(0.37), layer=1, feature=0) as panel:
        assert panel.facts["notes"] == []
        panel.muted = [(1, 0)]
        assert panel.facts["takes"][0]["classes"] is None
        assert panel.facts["notes"] == [
            "this network gives no classes: muting changes pictures and sounds of the layers above"
        ]
        heard = aj.listen(bare.with_gains({(1, 0): 0}), make_noise(0.37))
        assert answered(panel, 3) == expected(heard, 3)


def test_explore_opens_muted(model) -> None:
    with aj.explore(
        model, make_noise(0.37), layer=3, feature=3, mute=[(1, 0), (2, 3, 1.5)]
    ) as panel:
        assert panel.muted == [[1, 0, 0.0], [2, 3, 1.5]]
        heard = aj.listen(model.with_gains({(1, 0): 0, (2, 3): 1.5}), make_noise(0.37))
        assert panel.answer == expected(heard, 3)
        assert panel.shot.picture == pytest.approx(heard.project(3, 3).picture)
        assert said(panel) == pytest.approx(heard.predict())
        assert before(panel) == aj.listen(model, make_noise(0.37)).predict()
        panel.muted = []
        assert said(panel) == aj.listen(model, make_noise(0.37)).predict()
    with pytest.raises(ValueError, match="layer must be 1 to 3"):
        aj.explore(model, make_noise(0.37), mute=[(4, 0)])


def test_a_page_of_its_own_holds_what_is_muted(panel, tmp_path) -> None:
    panel.muted = [(1, 0), (2, 3, 1.5)]
    figure = panel.figure(aj.widgets.page.Choice(None, [3], "flac"))
    document = figure.document()
    assert document["facts"]["muted"] == [[1, 0, 0.0], [2, 3, 1.5]]
    assert len(document["facts"]["takes"][0]["unmuted"]) == 3
    panel.muted = []
    other = panel.figure(aj.widgets.page.Choice(None, [3], "flac")).document()
    assert "unmuted" not in other["facts"]["takes"][0]
    same = [document["features"][key] == other["features"][key] for key in ("1/3", "2/3", "3/3")]
    assert same == [True, False, False]


def test_top_tags_of_both_are_shown() -> None:
    rng = np.random.default_rng(1)
    architecture = aj.Architecture(features=(4, 5), dense=(9,))
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in architecture.shapes(TINY.shape).items()
    }
    network = aj.Stack(tensors, architecture, TINY.shape)
    tags = aj.Model(network, TINY, tuple("abcdefghi"), name="tags", task="tags")
    with aj.explore(tags, make_noise(0.37), layer=1, feature=0) as panel:
        top = list(said(panel))
        assert len(top) < 9
        panel.muted = [(2, k) for k in range(5)]
        now, was = said(panel), before(panel)
        assert list(now) == list(was)
        assert set(top) <= set(now)
        odds = panel.heard.predict()
        assert now == {name: odds[name] for name in now}
        assert max(odds, key=lambda name: odds[name]) == next(iter(now))


# Words and values ---------------------------------------------------------------------------------


def test_features_are_checked_against_the_model(model) -> None:
    assert mutes([("conv3", 2), (1, 0, 2)], model) == (Muted(3, 2, 0.0), Muted(1, 0, 2.0))
    assert mutes([], model) == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"band": [800, 200]}], "band must begin at 0 Hz or later, and end after its beginning"),
        ([{"band": [500, 500]}], "band must begin at 0 Hz or later, and end after its beginning"),
        ([{"band": [200]}], "band must be a pair of numbers"),
        ([{"band": ["low", "high"]}], "band must be a pair of numbers"),
        ([{"band": [True, 300]}], "band must be a pair of numbers"),
        ([{"band": [0, 1001]}], "and by 1000 Hz, not be 0 to 1001 Hz"),
        ([{"band": [0, float("inf")]}], "and by 1000 Hz"),
        ([{"stretch": [float("nan"), 0.2]}], "stretch must begin at 0 s or later"),
        ([{"stretch": [-1, 0.2]}], "stretch must begin at 0 s or later"),
        ([{"stretch": [0, 1]}], "and by 0.37 s, not be 0 to 1 s"),
        ([{}], "name a band, .*, or a stretch, .* or both"),
        ([{"band": None, "stretch": None}], "name a band"),
        ([{"bend": [1, 2]}], "a part of the source is named as"),
        (["loud"], "a part of the source is named as"),
        ([{"band": [0, 1]}] * 25, "removed must be a list of at most 24, not 25"),
        (5, "removed must be a list"),
    ],
)
def test_a_part_that_is_none_is_refused_whole(panel, given: Any, message: str) -> None:
    with pytest.raises(traitlets.TraitError, match=message):
        panel.set_state({"feature": 1, "removed": given})
    assert (panel.feature, panel.removed) == (3, [])
    assert panel.error


def test_parts_in_words() -> None:
    assert part_words(Removed((200.0, 800.0), None)) == "200 to 800 Hz"
    assert part_words(Removed(None, (1.0, 2.0)), start=10.0) == "11.0 to 12.0 s"
    assert part_words(Removed((200.0, 800.0), (1.0, 2.0))) == "200 to 800 Hz from 1.0 to 2.0 s"


def test_what_is_shown_can_be_a_key() -> None:
    one = Chosen("genre", "bach", 0.0, (Muted(3, 20),), (Removed((200.0, 800.0), None),))
    assert {one: 1}[one._replace()] == 1
    assert one.window.muted == ()
    assert one.window.removed == one.removed
