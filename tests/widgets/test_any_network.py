"""Panels, pages and lessons of networks that are nothing like the paper's.

The networks are functions with marked layers: three of 10, 12 and 7 features, with maps of 17 x 12
and 7 x 4 cells; and three of 6, 5 and 2, the first two without a frequency axis, the last without a
place in the picture.
"""

import json
import math

import numpy as np
import pytest
from front_ends import MelDecibels
from making import TINY, make_model, make_noise
from networks import make_flat_network, make_other_network
from pages import assert_levels
from talking import Talk

import auralise_jax as aj
from auralise_jax.insight.fields import fields, fields_table
from auralise_jax.insight.figure import kernels_figure, wall_figure
from auralise_jax.widgets import probe, varied, view
from auralise_jax.widgets.page import Choice

OTHER = aj.Model(make_other_network(TINY.shape), TINY, tuple("abcd"), name="other")
FLAT = aj.Model(make_flat_network(TINY.shape), TINY, ("a", "b"), name="flat")
CLIP = make_noise(TINY.duration)

both = pytest.mark.parametrize("model", [OTHER, FLAT], ids=lambda model: model.name)


def expected(heard: aj.Listening, layer: int, feature: int, rule: str = "deconvnet") -> bytes:
    source = np.asarray(heard.model.frontend.expand(heard.picture))
    shown = view.show(heard.project(layer, feature, rule), float(source.max()))
    return shown.pixels + shown.pcm


def strict(value: object) -> str:
    """Return JSON as a browser reads it: NaN is none."""
    return json.dumps(value, allow_nan=False)


@both
def test_the_explorer_answers_for_every_feature_of_every_layer(model: aj.Model) -> None:
    with aj.explore(model, CLIP) as panel:
        talk = Talk(panel)
        for number, layer in enumerate(model.layers, start=1):
            panel.layer = number
            message, (pictures, sounds) = talk.bank()
            size, sound = math.prod(TINY.shape), 2 * len(CLIP.samples)
            for feature in range(layer.features):
                panel.feature = feature
                talk.ask()
                assert panel.answer == expected(panel.heard, number, feature)
                assert panel.answer == (
                    pictures[feature * size : (feature + 1) * size]
                    + sounds[feature * sound : (feature + 1) * sound]
                )
            (take,) = message["takes"]
            assert sorted(take["survey"]["similar"]) == list(range(layer.features))
            strict(message)
            with pytest.raises(Exception, match=f"feature must be 0 to {layer.features - 1}"):
                panel.feature = layer.features
        with pytest.raises(Exception, match="layer must be 1 to 3, or one of "):
            panel.layer = 4
        assert not panel.error


@both
def test_the_explorer_has_the_control_and_opens_at_a_name(model: aj.Model) -> None:
    last = model.layers[-1].name
    with aj.explore(model, CLIP, layer=last, rule="guided", position="strongest") as panel:
        assert panel.layer == 3
        assert panel.heard.model is model
        panel.model = f"{model.name}, random weights"
        assert panel.heard.model.untrained
        assert [layer.name for layer in panel.heard.model.layers] == list(model.layers)
        assert panel.facts["call"] == ""
        assert "aj.save_model(model, path) writes it" in panel.facts["no_call"]


def test_facts_leave_out_what_no_number_says() -> None:
    with aj.explore(OTHER, CLIP) as panel:
        low, middle, high = panel.facts["layers"]
        assert [one["name"] for one in (low, middle, high)] == ["low", "middle", "high"]
        assert [one["map"] for one in (low, middle, high)] == [[17, 12], [7, 4], [7, 4]]
        assert all(one["reported"] is None for one in (low, middle, high))
        assert np.shape(low["kernels"]) == (10, 5, 3)
        assert middle["kernels"] is high["kernels"] is None
        # Low: 7 rows of 31.25 Hz; 4 columns of 16 ms, each of which sees 32 ms.
        assert low["sees"] == {"ms": 3 * 16 + 32, "hz": 7 * 31.25}
        strict(panel.facts)
    with aj.explore(FLAT, CLIP) as panel:
        frames, steps, whole = panel.facts["layers"]
        assert [one["axes"] for one in (frames, steps)] == [["time"], ["time"]]
        assert [one["map"] for one in (frames, steps, whole)] == [[24], [8], [3, 3]]
        # Without a frequency axis a cell sees all rows.
        assert frames["sees"] == {"ms": 4 * 16 + 32, "hz": 33 * 31.25}
        assert whole["sees"] is None
        strict(panel.facts)
    with aj.explore(make_model(), CLIP) as panel:  # the paper's CNN is what the paper reports on
        assert all(one["reported"]["ms"] > 0 for one in panel.facts["layers"])


@both
def test_a_page_holds_what_python_shows(model: aj.Model, tmp_path) -> None:
    with aj.explore(model, CLIP, layer=2) as panel:
        document = panel.figure(Choice(features=2)).document()
        assert panel.to_html(tmp_path / "page.html").stat().st_size > 100_000
        strict(document)
        assert sorted(document["surveys"]) == sorted(document["controls"]) == [1, 2, 3]
        for name, (item,) in document["features"].items():
            layer, feature = map(int, name.split("/"))
            assert_levels(item, expected(panel.heard, layer, feature))
        for layer, found in zip(model.layers, document["facts"]["layers"], strict=True):
            assert len(found["available"]) >= min(2, layer.features)
            assert max(found["available"]) < layer.features


@both
def test_a_lesson_knows_how_large_it_will_be(model: aj.Model, tmp_path) -> None:
    with aj.explore(model, CLIP) as one, aj.compare(model, CLIP, layer=2) as other:
        lesson = aj.Lesson(["# Others", one, "and", other], layers=[1, 3], features=2)
        size = lesson.save(tmp_path / "lesson.html").stat().st_size
    assert size < 1.3 * lesson.size
    assert lesson.size < 1.3 * size


def test_networks_of_one_front_end_stand_side_by_side() -> None:
    """A layer is the one of that number in each; only what both have can be chosen."""
    papers = make_model(features=(4, 5, 6, 3))
    with aj.compare([papers, OTHER], CLIP, layer=2, feature=4) as panel:
        wanted = [expected(aj.listen(model, CLIP), 2, 4) for model in (papers, OTHER)]
        assert panel.answer == b"".join(wanted)
        assert [one["features"] for one in panel.facts["layers"]] == [4, 5, 6]
        before = (panel.layer, panel.feature)
        with pytest.raises(Exception, match="layer must be 1 to 3, or one of low, middle, high"):
            panel.layer = 4
        with pytest.raises(Exception, match="layer must be 1 to 3, or one of low, middle, high"):
            panel.set_state({"layer": 4})
        assert (panel.layer, panel.feature) == before
        panel.error = ""
        talk = Talk(panel)
        message, (pictures, *_) = talk.bank(3)
        assert [len(take["shown"]) for take in message["takes"]] == [6, 7]
        assert len(pictures) == 6 * math.prod(TINY.shape)
        assert panel.error == ""  # nor did compiling the other layers fail in the background
        document = panel.figure(Choice(features=1)).document()
        assert sorted(document["surveys"]) == [1, 2, 3]
        strict(document)
        strict(panel.facts)
    with aj.compare([OTHER, papers], CLIP, layer="high") as panel:
        assert panel.layer == 3
    with pytest.raises(ValueError, match="layer must be 1 to 3, or one of low, middle, high"):
        aj.compare([papers, OTHER], CLIP, layer=4)
    with pytest.raises(ValueError, match="feature must be 0 to 3 in layer conv1"):
        aj.compare([OTHER, papers], CLIP, layer=1, feature=7)
    wider = make_model(aj.Frontend(sample_rate=2000, n_fft=128, hop_length=32, duration=0.37))
    with pytest.raises(ValueError, match="need the same front end; 'other' and 'tiny' differ"):
        aj.compare([OTHER, wider], CLIP)


@both
def test_probing_measures_every_layer(model: aj.Model, monkeypatch) -> None:
    monkeypatch.setattr(varied, "GRID", (("sine", "piano"), ("Bb3", "A4"), ("major", "minor")))
    with probe(model, instrument="sine", layer=model.layers[1].name) as panel:
        talk = Talk(panel)
        talk.say({"kind": "attributes"})
        panel._patient.join()
        assert not panel.error
        found = {
            told["layer"]: np.frombuffer(buffers[0], "<f4")
            for told, buffers in talk.sent
            if told["kind"] == "attributes"
        }
        for number, layer in enumerate(model.layers, start=1):
            assert found[number].size == layer.features * 3 * 4
        controls = [told for told, _ in talk.sent if told["kind"] == "attributes-control"]
        assert sorted(told["layer"] for told in controls) == [1, 2, 3]
        strict([told for told, _ in talk.sent])
        strict(panel.figure(Choice(features=1)).document())


def test_probes_are_as_long_as_the_model_hears(monkeypatch) -> None:
    """A front end need not say how long its pictures last."""

    class AnyLength(MelDecibels):
        duration = None

    monkeypatch.setattr(varied, "GRID", (("sine",), ("Bb3", "A4"), ("major",)))
    front = AnyLength()
    model = aj.Model(make_other_network(front.shape), front, tuple("abcd"))
    followed = varied.Varied(model).layer(2)
    assert followed.features.shape == (12, 1, 4)
    probes = [varied.play(varied.Choice("sine", key, "major")).clip for key in ("Bb3", "A4")]
    maps = [aj.listen(model, one).activations(2) for one in probes]
    living = int(maps[0].std((0, 1)).argmax())
    r = np.corrcoef(*(one[..., living].ravel() for one in maps))[0, 1]
    assert followed.features[living, 0, 0] == pytest.approx(r, abs=1e-3)


@both
def test_figures_are_drawn_of_any_network(model: aj.Model) -> None:
    heard = aj.listen(model, CLIP)
    for layer in model.layers:
        assert len(wall_figure(heard, layer.name, columns=3).axes) == layer.features + 1
    assert len(kernels_figure(model).axes) == model.layers[0].features + 1
    with pytest.raises(ValueError, match=f"layer must be {model.layers[0]}, not 2"):
        kernels_figure(model, 2)


def test_a_table_of_fields_has_no_figure_where_there_is_none() -> None:
    for model in (OTHER, FLAT):
        lines = fields_table(model).splitlines()
        assert len(lines) == 1 + 3 + 3
        assert not any("nan" in line for line in lines)
    assert fields_table(FLAT).splitlines()[1].split() == (
        "frames - 96 ms x 1031 Hz 96 ms x 1031 Hz 1 24".split()
    )
    assert [field.stride for field in fields(FLAT)] == [(1,), (3,), TINY.shape]
