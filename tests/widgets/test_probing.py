"""Probing as Python sees it: which probe is heard, what is kept, and where the heat map is from."""

import gc
import threading
import weakref

import numpy as np
import pytest
import traitlets
from making import make_model, stack_model
from talking import Talk

import auralise_jax as aj
from auralise_jax.insight.attributes import attribute_correlations
from auralise_jax.probes.probes import CHORDS, INSTRUMENTS, KEYS, chord_probes
from auralise_jax.widgets import probe, probing, varied, view
from auralise_jax.widgets.page import Choice
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.worker import Worker

GRID = (("sine", "piano"), ("Bb3", "A4"), ("major", "minor"))

MODEL = make_model()


@pytest.fixture
def small(monkeypatch) -> tuple[varied.Probe, ...]:
    """Eight probes instead of 192."""
    monkeypatch.setattr(varied, "GRID", GRID)
    return chord_probes(instruments=GRID[0], keys=GRID[1], chords=GRID[2])


@pytest.fixture
def panel(small):
    with probe(MODEL, instrument="sine", layer=2, feature=3) as panel:
        yield panel


def heard(instrument: str, key: str = "Bb3", chord: str = "major") -> aj.Listening:
    (one,) = chord_probes(instruments=[instrument], keys=[key], chords=[chord])
    return aj.listen(MODEL, one.clip)


def source(one: aj.Listening) -> bytes:
    return Variant(one).source


def answer(one: aj.Listening, layer: int = 2, feature: int = 3) -> bytes:
    magnitude = np.asarray(one.model.frontend.expand(one.picture))
    shown = view.show(one.project(layer, feature), float(magnitude.max()))
    return shown.pixels + shown.pcm


def compared(probes, model=MODEL, **told):
    return attribute_correlations(
        model,
        [one.clip for one in probes],
        [one.attributes for one in probes],
        by="activation",
        progress=False,
        **told,
    )


def follow(panel) -> Talk:
    talk = Talk(panel)
    talk.say({"kind": "attributes"})
    panel._patient.join()
    return talk


def maps(talk: Talk) -> dict[int, tuple[dict, np.ndarray]]:
    found = [(told, buffers) for told, buffers in talk.sent if told["kind"] == "attributes"]
    return {
        told["layer"]: (told, np.frombuffer(buffers[0], "<f4").reshape(-1, 3, 4))
        for told, buffers in found
    }


def test_it_opens_where_it_was_told(panel) -> None:
    assert (panel.instrument, panel.key, panel.chord) == ("sine", "Bb3", "major")
    assert panel.source == source(heard("sine"))
    assert panel.answer == answer(heard("sine"))
    assert panel.facts["title"] == "tiny / sine, Bb3, major"
    assert repr(panel) == "<Probing: tiny / sine, Bb3, major, feature 2-3, deconvnet>"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"instrument": "strings"}, ("strings", "Bb3", "major")),
        ({"key": "G5"}, ("sine", "G5", "major")),
        ({"chord": "intervals"}, ("sine", "Bb3", "intervals")),
        ({"key": "Eb3", "chord": "minor7"}, ("sine", "Eb3", "minor7")),
    ],
)
def test_a_choice_in_the_page_is_heard_and_seen(panel, change, wanted) -> None:
    revision = panel.facts["revision"]
    panel.set_state(change)
    own = heard(*wanted)
    np.testing.assert_array_equal(panel.heard.picture, own.picture)
    np.testing.assert_array_equal(panel.heard.clip.samples, own.clip.samples)
    assert panel.source == source(own)
    assert panel.answer == answer(own)
    assert panel.facts["revision"] == panel.shown["revision"]
    assert panel.facts["revision"] == revision + 1  # once, however many traits changed
    assert tuple(one["value"] for one in panel.facts["choices"]) == wanted
    assert panel.facts["title"] == f"tiny / {', '.join(wanted)}"
    assert (panel.error, panel.status) == ("", "")


def test_the_page_is_told_what_can_be_chosen_and_that_the_sound_goes_on(panel) -> None:
    told = {one["label"]: one["options"] for one in panel.facts["choices"]}
    expected = {"Instrument": INSTRUMENTS, "Key": KEYS, "Chord": CHORDS}
    assert told == {label: list(names) for label, names in expected.items()}
    assert panel.facts["steady"] is True


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("instrument", "organ", "instrument must be one of sine, piano, .*strings, not 'organ'"),
        ("key", "C4", "key must be one of Eb3, Bb3, A4, G5, not 'C4'"),
        ("chord", "maj", "chord must be one of intervals, major, .*diminished7, not 'maj'"),
    ],
)
def test_what_is_not_legal_is_refused_and_said(panel, name, value, message) -> None:
    before = panel.answer
    with pytest.raises(traitlets.TraitError, match=message):
        panel.set_state({name: value})
    assert f"{name} must be one of" in panel.error
    assert panel.answer == before
    with pytest.raises(ValueError, match=message):
        probe(MODEL, **{name: value})


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"layer": 4}, "layer must be 1 to 3"),
        ({"layer": 2, "feature": 5}, "feature must be 0 to 4 in layer conv2"),
        ({"rule": "relu"}, "rule must be one of deconvnet, gradient, guided"),
        ({"position": "x"}, "position must be one of all, strongest"),
    ],
)
def test_what_cannot_be_opened_is_said(told, message) -> None:
    with pytest.raises(ValueError, match=message):
        probe(MODEL, instrument="sine", **told)


def test_a_probe_that_cannot_be_played_is_told_and_taken_back(panel, monkeypatch) -> None:
    before = panel.source, panel.answer

    def broken(_choice):
        raise OSError("the soundfont is gone")

    monkeypatch.setattr(probing, "play", broken)
    with pytest.raises(OSError, match="gone"):
        panel.set_state({"instrument": "piano", "chord": "minor"})
    assert panel.error == "OSError: the soundfont is gone"
    assert (panel.instrument, panel.key, panel.chord) == ("sine", "Bb3", "major")
    assert (panel.source, panel.answer, panel.status) == (*before, "")
    monkeypatch.undo()
    panel.chord = "minor"
    assert panel.error == ""
    assert panel.answer == answer(heard("sine", chord="minor"))


def test_the_last_dozen_listenings_are_kept(panel, monkeypatch) -> None:
    played = []

    def play(choice):
        played.append(choice)
        return varied.play(choice)

    monkeypatch.setattr(probing, "play", play)
    first = panel.heard
    for chord in [*CHORDS, "major"]:
        panel.chord = chord
    assert panel.heard is first
    assert len(played) == len(CHORDS) - 1
    for chord in CHORDS:  # eight more: the oldest have to go
        panel.set_state({"key": "A4", "chord": chord})
    assert len(played) == 2 * len(CHORDS) - 1
    panel.set_state({"key": "Bb3", "chord": "intervals"})
    assert len(played) == 2 * len(CHORDS)
    assert len(panel._kept) == 12


def test_the_latest_choice_wins_whatever_thread_it_comes_from(panel, monkeypatch) -> None:
    begun, go, played = threading.Event(), threading.Event(), []

    def slow(choice):
        played.append(choice)
        if len(played) == 1:
            begun.set()
            go.wait()
        return varied.play(choice)

    monkeypatch.setattr(probing, "play", slow)
    threads = [threading.Thread(target=panel.set_state, args=({"chord": "minor"},))]
    threads[0].start()
    begun.wait()
    # While the first is played, three more choices: only one of them is heard, and it is the last.
    for chord in ("sus4", "minor7", "major7"):
        threads.append(threading.Thread(target=setattr, args=(panel, "chord", chord)))
        threads[-1].start()
        while panel.chord != chord:
            threading.Event().wait(0.001)
    go.set()
    for one in threads:
        one.join()
    assert len(played) == 2
    assert (panel.instrument, panel.key, panel.chord) == panel._choice == played[1]
    assert panel.source == source(heard("sine", chord=panel.chord))
    assert panel.facts["choices"][2]["value"] == panel.chord
    assert panel.shown["revision"] == panel.facts["revision"]


def test_a_call_that_comes_late_does_nothing(panel, monkeypatch) -> None:
    panel.chord = "minor"
    revision = panel.facts["revision"]
    panel._listen({"name": "chord", "new": "sus4"})
    assert panel.facts["revision"] == revision


def test_the_address_opens_the_same_view() -> None:
    with probe("genre", instrument="sine") as panel:
        panel.key = "A4"
        call = 'aj.probe("genre", instrument="sine", key="A4", chord="major"'
        assert panel.facts["call"] == call
        with eval(f"{call}, layer=1, feature=0)", {"aj": aj}) as other:  # noqa: S307
            assert other.answer == panel.answer


def test_the_heat_maps_are_the_correlations_of_the_features(panel, small) -> None:
    found = maps(follow(panel))
    assert list(found) == [2, 1, 3]  # first the layer that is looked at
    for layer, (told, values) in found.items():
        table = compared(small, layers=[layer])
        assert told["names"] == list(table.attributes) == ["instrument", "key", "chord"]
        assert values.shape[0] == MODEL.network.architecture.features[layer - 1]
        for row in table.features:
            cell = values[row.feature, told["names"].index(row.attribute)]
            # The panel hears the same samples, already cut and at the model's rate.
            np.testing.assert_allclose(cell, row[3:4] + row[6:8] + row[5:6], atol=1e-5)
        np.testing.assert_allclose(told["own"], [row.mean for row in table], atol=1e-4)
        np.testing.assert_allclose(told["probes"], [row.mean for row in table.input], atol=1e-4)
        assert told["control"] is None
    assert np.isfinite(found[2][1]).any()


def test_the_control_comes_after_and_is_the_untrained_networks(panel, small) -> None:
    talk = follow(panel)
    kinds = [(told["kind"], told["layer"]) for told, _ in talk.sent if "layer" in told]
    assert kinds[:2] == [("attributes", 2), ("attributes-control", 2)]
    told = {t["layer"]: t["control"] for t, _ in talk.sent if t["kind"] == "attributes-control"}
    table = compared(small, aj.untrained(MODEL))
    for layer in (1, 2, 3):
        means = [row.mean for row in table if row.layer == layer]
        np.testing.assert_allclose(told[layer], means, atol=1e-4)


def test_progress_grows_and_ends(panel) -> None:
    told = [told for told, _ in follow(panel).sent if told["kind"] == "attributes-progress"]
    shares = [one["share"] for one in told]
    assert shares[-1] is None
    assert shares[:-1] == sorted(shares[:-1])
    assert 0 <= shares[0] <= shares[-2] < 1
    assert "playing 8 probes" in {one["words"] for one in told}


def test_it_is_computed_once_and_told_again(panel, monkeypatch) -> None:
    first = follow(panel)
    monkeypatch.setattr(varied, "attribute_correlations", None)
    again = follow(panel)
    assert panel.error == ""
    before, after = maps(first), maps(again)
    assert sorted(after) == [1, 2, 3]
    for layer, (told, values) in after.items():
        np.testing.assert_array_equal(values, before[layer][1])
        assert None not in told["control"]
    assert panel._varied._clips == {}  # nothing left to be found


def test_a_dead_feature_has_no_figures(small) -> None:
    model = make_model()
    tensors = {name: np.array(value) for name, value in model.network.tensors.items()}
    tensors["conv2.bias"][1] = -1e6
    silenced = stack_model(
        tensors, model.network.architecture, model.frontend, model.classes, {}, "silenced"
    )
    with probe(silenced, instrument="sine", layer=2) as panel:
        _, values = maps(follow(panel))[2]
    assert np.isnan(values[1, :, :3]).all()
    assert (values[1, :, 3] == 0).all()
    assert np.isfinite(values[[0, 2]]).any()


def test_what_fails_in_the_background_is_shown_and_can_be_asked_again(panel, monkeypatch) -> None:
    failed = []
    monkeypatch.setattr(threading, "excepthook", lambda told: failed.append(told.exc_value))

    def broken(*_, **__):
        raise MemoryError("no memory left")

    monkeypatch.setattr(varied, "attribute_correlations", broken)
    talk = follow(panel)
    assert panel.error == "MemoryError: no memory left"
    assert [str(one) for one in failed] == ["no memory left"]
    assert talk.sent[-1][0]["share"] is None
    monkeypatch.undo()
    monkeypatch.setattr(varied, "GRID", GRID)
    assert sorted(maps(follow(panel))) == [1, 2, 3]


def test_it_can_be_stopped_and_goes_on(panel, monkeypatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(choice):
        begun.set()
        go.wait()
        return real(choice)

    real = varied.play
    monkeypatch.setattr(varied, "play", slow)
    talk = Talk(panel)
    talk.say({"kind": "attributes"})
    begun.wait()
    talk.say({"kind": "attributes-stop"})
    go.set()
    panel._patient.join()
    assert maps(talk) == {}
    assert len(panel._varied._clips) == 1
    assert panel.error == ""
    talk.say({"kind": "attributes"})
    panel._patient.join()
    assert sorted(maps(talk)) == [1, 2, 3]


def test_a_page_holds_the_heat_maps_of_its_layers(panel, small) -> None:
    document = panel.figure(Choice([1, 2], 2)).document()
    told = document["facts"]["attributes"]
    assert sorted(told["layers"]) == ["1", "2"]
    assert told["probes"] == 8
    assert document["facts"]["live"] is False
    table = compared(small, layers=[2])
    values = np.array(told["layers"]["2"]["values"], float).reshape(5, 3, 4)
    means = np.array([row.mean for row in table.features]).reshape(5, 3)
    np.testing.assert_allclose(values[:, :, 0], means, atol=1e-4)  # four figures
    assert len(told["layers"]["2"]["control"]) == 3


def test_nothing_of_it_is_saved_in_notebooks(panel) -> None:
    before = panel.get_state()
    follow(panel)
    after = panel.get_state()
    assert {name: value for name, value in after.items() if before[name] != value} == {}


def test_closed_it_is_freed_and_nothing_goes_on(small) -> None:
    panel = probe(MODEL, instrument="sine")
    Talk(panel).say({"kind": "attributes"})
    panel.close()
    threads = [one for one in threading.enumerate() if one.name == "auralise-background"]
    assert panel._patient._last not in threads
    told = [weakref.ref(panel), weakref.ref(panel.heard), weakref.ref(panel._varied)]
    del panel
    gc.collect()
    assert [one() for one in told] == [None, None, None]


def test_a_patient_job_lets_others_go_first_in_the_middle() -> None:
    told: list[str] = []
    begun = threading.Event()
    patient, hurried = Worker(failed=print, patient=True), Worker(failed=print)

    def long(check) -> None:
        begun.set()
        told.append("begun")
        while "hurried" not in told:
            check()
        told.append("ended")

    patient.run(long)
    begun.wait()
    hurried.run(lambda _: told.append("hurried"))
    for one in (hurried, patient):
        one.join()
    assert told == ["begun", "hurried", "ended"]


def test_a_patient_job_that_gave_way_can_be_cancelled() -> None:
    patient, hurried = Worker(failed=print, patient=True), Worker(failed=print)
    begun, inside, go, told = threading.Event(), threading.Event(), threading.Event(), []

    def long(check) -> None:
        begun.set()
        while True:
            check()

    def holds(_check) -> None:
        inside.set()
        go.wait()
        told.append("held")

    patient.run(long)
    begun.wait()
    hurried.run(holds)
    inside.wait()
    patient.close()  # while the other has the turn
    go.set()
    hurried.join()
    hurried.run(lambda _: told.append("next"))  # the turn was given back just once
    hurried.join()
    assert told == ["held", "next"]


@pytest.mark.parametrize("broken", ["play", "view.show"])
def test_a_probe_that_is_interrupted_is_taken_back(panel, monkeypatch, broken) -> None:
    before = panel.source, panel.answer, panel.facts, panel.shown, panel.heard

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        f"auralise_jax.widgets.{'probing.play' if broken == 'play' else broken}", interrupted
    )
    with pytest.raises(KeyboardInterrupt):
        panel.chord = "minor"
    assert (panel.chord, panel.error, panel.status) == ("major", "KeyboardInterrupt", "")
    assert (panel.source, panel.answer, panel.facts, panel.shown, panel.heard) == before
    monkeypatch.undo()
    panel.chord = "minor"
    assert panel.facts["chosen"]["chord"] == "minor"
