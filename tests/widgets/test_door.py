"""What a page may say and set: checked whole before any of it is done, and always answered."""

import itertools
import random

import numpy as np
import pytest
import traitlets
from IPython.core.interactiveshell import InteractiveShell
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets import varied

MODEL = make_model()

ODD = (
    None, True, False, -1, 0, 1, 2, 3, 99, 2**53 + 1, -(2**200), 10**5000, 0.5, -1.0, 1e400,
    float("nan"), "", "1", "x" * 300, "9" * 5000, "deconvnet", "mask", "all", "noise", "sine",
    [], [1], {}, {"kind": "ask"}, set(), b"ask", (1, 2),
)  # fmt: skip


@pytest.fixture
def explorer():
    with aj.explore(MODEL, make_noise(0.6), layer=2, feature=3) as panel:
        yield panel


@pytest.fixture(params=["explore", "compare", "probe"])
def panel(request, monkeypatch):
    monkeypatch.setattr(varied, "GRID", (("sine", "piano"), ("Bb3",), ("major",)))
    made = {
        "explore": lambda: aj.explore(MODEL, make_noise(0.6), layer=2, feature=3),
        "compare": lambda: aj.compare(MODEL, make_noise(0.6), layer=2, feature=3),
        "probe": lambda: aj.probe(MODEL, instrument="sine", layer=2, feature=3),
    }
    with made[request.param]() as panel:
        yield panel


def asked(panel) -> dict:
    named = {"revision": panel.facts["revision"], **panel._settings._asdict()}
    return {"kind": "ask", **named, "feature": panel.feature}


def alive(panel) -> None:
    """A panel answers, shows what it is asked for, and all that it is asked for is legal."""
    talk = Talk(panel)
    for feature in (4, 0):
        panel.set_state({"layer": 2, "feature": feature})
        talk.say({**asked(panel), "request": "last"})
        done = {"kind": "done", "what": "ask", "request": "last", "error": ""}
        assert talk.sent[-1] == (done, [])
        assert panel.shown["feature"] == panel.shot.feature == feature
    legal(panel)


def legal(panel) -> None:
    assert type(panel.layer) is int
    assert type(panel.feature) is int
    for take in panel._variants:
        take.heard.model.number(panel.layer)
        take.heard.model.layer(panel.layer).check_feature(panel.feature)
    assert panel.rule in aj.RULES
    assert panel.facts["revision"] == panel._revision


def test_ten_thousand_messages_are_answered_and_the_panel_lives(panel) -> None:
    rng = random.Random(0)  # noqa: S311
    talk, good = Talk(panel), asked(panel)
    names = [*good, "id", "name", "size", "at", "start", "clip", "model", "facts", "instrument"]
    kinds = [*panel._handlers(), "done", "x"]
    refused = 0
    for n in range(3400):
        told = {**good, "id": "1", "name": "a.wav", "size": 10**6, "at": 0, "request": f"{n}"}
        told["kind"] = rng.choice(kinds)
        for name in rng.sample(names, rng.choice((0, 1, 1, 2, 5))):
            told[name] = rng.choice(ODD)
        if rng.random() < 0.3:
            told.pop(rng.choice(names), None)
        talk.sent.clear()
        panel.error = ""
        buffers = [b"abc"] * rng.choice((0, 1, 1, 2))
        panel._on_message(panel, told, [memoryview(one) for one in buffers])
        (answer,) = [one for one, _ in talk.sent if one.get("request") == f"{n}"]
        assert answer["error"] == panel.error
        known = isinstance(told.get("kind"), str) and told["kind"] in panel._handlers()
        assert answer["what"] == (told["kind"] if known else "")
        assert known or answer["error"]
        refused += bool(answer["error"])
        assert len(panel.error) < 1000
        if n % 5 == 0:
            changes = {
                rng.choice(panel.keys if rng.random() < 0.2 else names): rng.choice(ODD)
                for _ in range(3)
            }
            before = {name: getattr(panel, name) for name in panel.keys if name in changes}
            said = panel.error
            try:
                panel.set_state(changes)
            except traitlets.TraitError as error:
                said = str(error)
                for name in set(before) - {"error"}:
                    assert getattr(panel, name) == before[name]
            assert panel.error in (said, "")  # a change that was taken may dismiss it
        legal(panel)
    assert 1000 < refused < 3300
    alive(panel)


@pytest.mark.parametrize(
    "told", [None, [], "ask", 3, {1: 2}, {"kind": []}, {"kind": {}}, {"kind": None}]
)
def test_what_is_no_message_is_answered(explorer, told) -> None:
    talk = Talk(explorer)
    talk.say(told)
    assert talk.sent == [({"kind": "done", "what": ""}, [])]
    assert "not known here" in explorer.error


@pytest.mark.parametrize("name", [7, None, [], "x" * 1000])
def test_a_request_that_has_no_name_is_refused(explorer, name) -> None:
    talk = Talk(explorer)
    before = explorer.answer
    talk.say({**asked(explorer), "feature": 1, "request": name})
    assert explorer.error.startswith("ValueError: request must")
    assert talk.sent == [({"kind": "done", "what": ""}, [])]
    assert explorer.answer == before


def test_two_changes_of_which_one_is_not_legal_change_nothing(explorer) -> None:
    wrong = {
        "layer": [1, 99, True, "2"],
        "feature": [1, -1, False, 99, 1.0],
        "rule": ["guided", "x", []],
        "start": [0.1, -1.0, float("nan"), "0"],
        "model": ["tiny, random weights", "x"],
        "error": ["", "x"],
    }
    items = [(name, value) for name, values in wrong.items() for value in values]
    first = {name: values[0] for name, values in wrong.items()}
    opened = {name: getattr(explorer, name) for name in wrong}
    applied = 0
    for pair in itertools.permutations(items, 2):
        if pair[0][0] == pair[1][0]:
            continue
        before = {name: getattr(explorer, name) for name in wrong}
        good = all(value is first[name] for name, value in pair)
        try:
            explorer.set_state(dict(pair))
        except traitlets.TraitError:
            assert not good
            before["error"] = explorer.error
            assert {name: getattr(explorer, name) for name in wrong} == before
        else:
            assert good
            applied += 1
            assert {name: getattr(explorer, name) for name in dict(pair)} == dict(pair)
            explorer.set_state(opened | {"error": ""})
        legal(explorer)
    assert applied == 6 * 5


def test_layer_and_feature_are_legal_together(explorer) -> None:
    explorer.set_state({"feature": 5, "layer": 3})
    assert (explorer.layer, explorer.feature) == (3, 5)
    with pytest.raises(traitlets.TraitError, match="feature must be 0 to 4 in layer conv2"):
        explorer.set_state({"feature": 5, "layer": 2})
    assert (explorer.layer, explorer.feature) == (3, 5)
    explorer.set_state({"layer": 1})
    assert (explorer.layer, explorer.feature) == (1, 3)


def test_another_clip_and_a_start_in_it_come_together() -> None:
    with aj.explore(MODEL, [make_noise(0.6), make_noise(3.0, seed=2)]) as panel:
        revision = panel.facts["revision"]
        panel.set_state({"start": 2.0, "clip": "noise (2)"})  # beyond the end of the first
        assert (panel.clip, panel.start, panel.heard.start) == ("noise (2)", 2.0, 2.0)
        assert panel.facts["revision"] == revision + 1  # heard once
        with pytest.raises(
            traitlets.TraitError, match=r"start must be at least 0 s and less than 0\.600 s"
        ):
            panel.set_state({"clip": "noise", "start": 2.0})
        assert (panel.clip, panel.start, panel.heard.start) == ("noise (2)", 2.0, 2.0)


@pytest.mark.parametrize(
    "name", ["facts", "source", "shown", "answer", "status", "wall", "_code", "layout", "x"]
)
def test_what_is_not_the_pages_to_set_is_refused(panel, name) -> None:
    before = getattr(panel, name, None)
    feature = panel.feature
    with pytest.raises(traitlets.TraitError, match=f"{name}' cannot be set by the page"):
        panel.set_state({"feature": 1, name: {}})
    assert getattr(panel, name, None) == before
    assert panel.feature == feature
    assert "cannot be set" in panel.error


def test_the_page_can_dismiss_an_error_and_say_none(explorer) -> None:
    explorer.error = "something"
    explorer.set_state({"error": ""})
    assert explorer.error == ""
    with pytest.raises(traitlets.TraitError, match="error can only be dismissed"):
        explorer.set_state({"error": "all your files are lost"})


def test_a_question_about_what_was_heard_before_is_answered_and_nothing_done(explorer) -> None:
    talk, old = Talk(explorer), asked(explorer)
    explorer.model = "tiny, random weights"
    before = explorer.answer
    talk.say({**old, "layer": 99, "feature": 99, "request": "1"})  # legal in another model, maybe
    assert talk.sent[-1][0] == {"kind": "done", "what": "ask", "request": "1", "error": ""}
    assert explorer.answer == before


def test_a_closed_panel_that_is_asked_for_anything_does_not_raise(
    panel, tmp_path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(InteractiveShell, "initialized", lambda: True)
    said = asked(panel)
    panel.close()
    panel.close()
    panel._ipython_display_()
    assert "closed: run the cell again" in capsys.readouterr().out
    assert repr(panel).endswith(", closed: run the cell again for a new one>")
    with panel, panel:
        assert panel.shot.feature == 3
    for kind in panel._handlers():
        panel._on_message(panel, {**said, "kind": kind}, [])
    panel.set_state({"feature": 1})
    panel.set_state({"feature": 99})
    panel.feature = 1
    assert panel.shot.feature == 1
    np.testing.assert_array_equal(panel.shot.picture, panel.heard.project(2, 1).picture)
    assert panel.to_html(tmp_path / "page.html", layers=[2], features=[1]).exists()
