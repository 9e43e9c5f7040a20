"""Row C: the same layer and feature in the same network with random weights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import traitlets
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.audio.loudness import integrated
from auralise_jax.insight.control import untrained_of
from auralise_jax.widgets import view
from auralise_jax.widgets.page import Choice

MODEL = make_model()
CLIP = make_noise(0.37)


@pytest.fixture
def panel() -> Iterator[aj.Explorer]:
    with aj.explore(MODEL, CLIP, layer=2, feature=1) as panel:
        yield panel


@pytest.fixture
def random() -> aj.Listening:
    return aj.listen(untrained_of(MODEL), CLIP)


def takes(panel: aj.Explorer) -> list[bytes]:
    """Return the answer's picture and sound of each take."""
    count = len(panel.shown["takes"])
    size = len(panel.answer) // count
    return [panel.answer[n * size : (n + 1) * size] for n in range(count)]


def shown(panel: aj.Explorer, heard: aj.Listening) -> bytes:
    shot = heard.project(panel.layer, panel.feature, panel.rule)
    item = view.show(shot, panel._variants[0].peak, panel.resynthesis)
    return item.pixels + item.pcm


def test_row_c_is_the_feature_in_the_untrained_network(panel, random) -> None:
    assert panel.control is False
    assert [row["deck"] for row in panel.facts["rows"]] == ["a", "b"]
    panel.control = True
    rows = [(row["deck"], row["kind"], row["take"]) for row in panel.facts["rows"]]
    assert rows == [("a", "source", 0), ("b", "feature", 0), ("c", "feature", 1)]
    assert [take["control"] for take in panel.facts["takes"]] == [False, True]
    assert panel.facts["takes"][1]["name"] == "random weights"
    assert panel.facts["control"] == {"shown": True, "why": "", "seed": 0}
    for layer, feature in ((2, 3), (3, 0)):
        panel.layer, panel.feature = layer, feature
        Talk(panel).ask()
        assert takes(panel) == [shown(panel, heard) for heard in (panel.heard, random)]


def test_both_rows_are_as_loud_as_the_source() -> None:
    model = make_model(aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=0.5))
    with aj.explore(model, make_noise(0.5, 8000), layer=2, feature=1, control=True) as panel:
        assert [take["matched"] for take in panel.shown["takes"]] == [True, True]
        sounds = [one.show(panel._settings, panel.feature).sound for one in panel._variants]
        for sound in sounds:
            assert sound.limited_db == 0
            lufs = [integrated(one.samples, 8000) for one in (sound, panel.heard.clip)]
            assert lufs[0] == pytest.approx(lufs[1], abs=0.1)


def test_a_layer_has_both_rows_and_the_ranking_of_the_trained_network(panel, random) -> None:
    talk = Talk(panel)
    alone, buffers = talk.bank()
    (control,) = [told for told, _ in talk.sent if told["kind"] == "control"]
    panel.control = True
    talk.sent.clear()
    both, more = talk.bank()
    assert both["revision"] == panel.facts["revision"] != alone["revision"]
    assert more[:2] == buffers
    assert len(more) == 4
    assert both["takes"][0]["shown"] == alone["takes"][0]["shown"]
    assert both["takes"][1]["survey"] is None
    shot = random.project(2, 3)
    size = len(more[2]) // 5
    assert more[2][3 * size : 4 * size] == view.show(shot, panel._variants[0].peak).pixels
    (again,) = [told for told, _ in talk.sent if told["kind"] == "control"]
    assert again["takes"] == [*control["takes"], None]
    assert again["surveys"][0] == control["surveys"][0]


def test_closing_the_row_and_opening_it_again_computes_nothing(panel, monkeypatch) -> None:
    talk = Talk(panel)
    alone = talk.bank()
    panel.control = True
    both = talk.bank()
    control = panel._variants[1]
    monkeypatch.setattr(panel.heard, "projections", None)
    monkeypatch.setattr(control.heard, "projections", None)
    panel.control = False
    assert panel.facts["revision"] == alone[0]["revision"]
    assert len(panel.shown["takes"]) == 1
    assert talk.bank()[1] == alone[1]
    panel.control = True
    assert panel._variants[1] is control
    assert talk.bank()[1] == both[1]


def test_what_was_computed_without_the_row_is_not_computed_again(panel, monkeypatch) -> None:
    talk = Talk(panel)
    talk.bank()
    panel.control = True
    monkeypatch.setattr(panel.heard, "projections", None)
    assert len(talk.bank()[1]) == 4


def test_both_rows_count_in_the_budget(panel) -> None:
    panel.control = True
    _, buffers = Talk(panel).bank()
    assert panel._layers.bytes == sum(map(len, buffers))


def test_the_row_follows_another_window_and_another_clip(panel) -> None:
    panel.control = True
    first = panel.facts["revision"]
    panel.clip = "Dance"
    assert panel.control
    assert [variant.heard.clip.title for variant in panel._variants] == ["Dance", "Dance"]
    random = aj.listen(untrained_of(MODEL), panel._song, 0.0)
    assert takes(panel)[1] == shown(panel, random)
    panel.clip = "noise"
    assert panel.facts["revision"] == first


def test_random_weights_have_no_row_c_of_their_own(panel) -> None:
    panel.control = True
    panel.model = "tiny, random weights"
    assert panel.control is False
    assert len(panel._variants) == 1
    assert panel.facts["control"]["why"].startswith("the network shown has random weights itself")
    with pytest.raises(traitlets.TraitError, match="no row C: the network shown has random"):
        panel.control = True
    assert len(panel._variants) == 1
    panel.model = "tiny"
    panel.control = True
    assert len(panel._variants) == 2
    with pytest.raises(ValueError, match="control must be False here: the network shown has"):
        aj.explore(untrained_of(MODEL), CLIP, layer=1, feature=0, control=True)


def test_a_failure_leaves_the_panel_without_the_row(panel, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no memory left")

    before = panel.facts, panel.source, panel.shown, panel.answer, panel._variants
    monkeypatch.setattr("auralise_jax.insight.control.untrained_of", broken)
    with pytest.raises(MemoryError):
        panel.control = True
    assert panel.control is False
    assert (panel.facts, panel.source, panel.shown, panel.answer, panel._variants) == before
    assert panel.error == "MemoryError: no memory left"
    monkeypatch.undo()
    panel.control = True
    assert panel.error == ""


@pytest.mark.parametrize("value", [1, "yes", None, [True]])
def test_a_page_can_ask_for_the_row_by_a_yes_or_no_only(panel, value) -> None:
    with pytest.raises(traitlets.TraitError, match="control must be true or false, not"):
        panel.set_state({"control": value})
    assert panel.control is False
    panel.set_state({"control": True})
    assert len(panel._variants) == 2
    panel.set_state({"control": False})
    assert len(panel._variants) == 1


def test_a_page_written_with_the_row_has_it() -> None:
    with aj.explore(MODEL, CLIP, layer=2, feature=1, control=True) as panel:
        assert panel.control
        document = panel.figure(Choice([2], [1])).document()
        alone = aj.explore(MODEL, CLIP, layer=2, feature=1)
        with alone:
            plain = alone.figure(Choice([2], [1])).document()
    assert [row["deck"] for row in document["facts"]["rows"]] == ["a", "b", "c"]
    assert document["facts"]["control"]["shown"]
    (pair,) = document["features"].values()
    assert len(pair) == 2
    assert pair[0] == plain["features"]["2/1"][0]
    assert document["surveys"] == plain["surveys"]
    assert document["controls"][2][0] == plain["controls"][2][0]


def test_comparisons_and_probing_know_no_row_c() -> None:
    with aj.compare(MODEL, CLIP, layer=2, feature=1) as panel:
        assert "control" not in panel.facts
        assert not panel.has_trait("control")
