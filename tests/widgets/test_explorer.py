"""The explorer as Python sees it: traits, errors, linking, threads, and the end of its life."""

import gc
import threading
import weakref

import ipywidgets
import numpy as np
import pytest
import traitlets
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.widgets import view


@pytest.fixture
def panel():
    with aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as panel:
        yield panel


def expected(panel: aj.Explorer) -> bytes:
    shot = panel.heard.project(panel.layer, panel.feature, panel.rule)
    magnitude = np.asarray(shot.resynthesise().magnitude)
    return view.pixels(magnitude, view.source_magnitude(panel.heard).max())


def test_it_opens_where_it_was_told(panel) -> None:
    assert (panel.layer, panel.feature, panel.rule) == (2, 3, "deconvnet")
    assert panel.feature_pixels == expected(panel)
    assert panel.shown["layer"] == 2
    assert panel.shown["feature"] == 3
    assert panel.error == panel.status == ""


def test_every_move_shows_the_feature_asked_for(panel) -> None:
    seen = set()
    for layer, feature, rule in ((1, 0, "deconvnet"), (3, 5, "gradient"), (2, 4, "guided")):
        panel.layer, panel.feature, panel.rule = layer, feature, rule
        assert [panel.shown[k] for k in ("layer", "feature", "rule")] == [layer, feature, rule]
        assert panel.feature_pixels == expected(panel)
        seen.add(panel.feature_pixels)
    assert len(seen) == 3


def test_the_sound_sent_is_the_auralised_feature(panel) -> None:
    sound = panel.heard.project(2, 3).auralise()
    sent = np.frombuffer(panel.feature_sound, "<i2") / 32767 * panel.shown["scale"]
    np.testing.assert_allclose(sent, sound.samples, atol=0.6 / 32767)  # half a step, rounded
    source = np.frombuffer(panel.source_sound, "<i2") / 32767 * panel.facts["source_scale"]
    np.testing.assert_allclose(source, panel.heard.clip.samples, atol=0.6 / 32767)


def test_a_source_above_full_scale_is_not_clipped() -> None:
    loud = aj.Clip(make_noise(0.37).samples * 20, 2000)
    with aj.explore(make_model(), loud) as panel:
        sent = np.frombuffer(panel.source_sound, "<i2") / 32767 * panel.facts["source_scale"]
        np.testing.assert_allclose(sent, loud.samples, atol=0.6 * loud.peak / 32767)


def test_pixels_are_decibels_re_the_peak_of_the_source() -> None:
    steps = np.frombuffer(view.pixels(np.array([[1.0, 0.1], [1e-4, 0.0]]), 1.0), np.uint8)
    # -80..0 dB in 255 steps: 0 dB, -20 dB, -80 dB, nothing.
    np.testing.assert_array_equal(steps, [255, 191, 0, 0])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("layer", 4, "layer must be 1 to 3"),
        ("feature", 5, "feature must be 0 to 4 in layer 2"),
        ("rule", "relu", "rule must be one of deconvnet, gradient, guided"),
    ],
)
def test_what_is_not_legal_is_refused_and_nothing_changes(panel, name, value, message) -> None:
    before = panel.feature_pixels
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(panel, name, value)
    assert (panel.layer, panel.feature, panel.rule) == (2, 3, "deconvnet")
    assert panel.feature_pixels == before


def test_what_is_not_legal_from_the_browser_is_shown_there(panel) -> None:
    with pytest.raises(traitlets.TraitError, match="feature must be 0 to 4"):
        panel.set_state({"feature": 99})
    assert "feature must be 0 to 4" in panel.error
    assert panel.feature == 3
    panel.feature = 4
    assert panel.error == ""


def test_an_error_while_computing_is_shown_and_raised(panel, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory <left>")

    if (warming := panel._warming) is not None:  # it projects too
        warming.join()
    monkeypatch.setattr(panel.heard, "project", broken)
    with pytest.raises(RuntimeError, match="no memory"):
        panel.feature = 1
    assert panel.error == "RuntimeError: no memory <left>"
    assert panel.status == ""
    panel.feature = 3  # what is shown still: nothing to compute, and nothing wrong with it
    assert panel.error == ""


def test_a_new_rule_is_compiled_for_every_layer_in_the_background(panel) -> None:
    panel.rule = "guided"
    if (warming := panel._warming) is not None:
        warming.join()
    assert {(n, "guided") for n in (1, 2, 3)} <= panel._compiled


def test_a_layer_with_fewer_features_moves_the_feature_into_range(panel) -> None:
    panel.feature = 4
    panel.layer = 1
    assert (panel.layer, panel.feature) == (1, 3)
    panel.set_state({"layer": 3, "feature": 5})
    assert (panel.shown["layer"], panel.shown["feature"]) == (3, 5)


def test_it_is_an_ipywidgets_widget(panel) -> None:
    slider = ipywidgets.IntSlider(value=1, min=0, max=4)
    ipywidgets.link((slider, "value"), (panel, "feature"))
    assert panel.feature == 1
    slider.value = 2
    assert panel.shown["feature"] == 2
    seen = []
    panel.observe(lambda change: seen.append(change["new"]), names="feature")
    panel.feature = 0
    assert seen == [0]
    assert slider.value == 0
    assert panel in ipywidgets.VBox([panel, slider]).children


def test_moves_from_many_threads_end_consistent(panel) -> None:
    def move(start: int) -> None:
        for n in range(12):
            panel.feature = (start + n) % 5

    threads = [threading.Thread(target=move, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert panel.shown["feature"] == panel.feature
    assert panel.feature_pixels == expected(panel)


def test_closed_it_is_freed() -> None:
    panel = aj.explore(make_model(), make_noise(0.37))
    gone = weakref.ref(panel)
    panel.close()
    del panel
    gc.collect()
    assert gone() is None


def test_facts_say_what_a_layer_sees() -> None:
    with aj.explore("genre", "bach") as panel:
        layers = panel.facts["layers"]
        # Exact, after pooling: 4, 10, 22, 46, 94 rows and frames of the picture.
        exact = [(one["sees"]["ms"], one["sees"]["hz"]) for one in layers]
        np.testing.assert_allclose(exact[2], [1000 * (21 * 256 + 512) / 11025, 22 * 11025 / 512])
        # As the paper reports them.
        reported = [(round(one["reported"]["ms"]), round(one["reported"]["hz"])) for one in layers]
        assert reported == [(93, 86), (163, 151), (302, 280), (580, 538), (1138, 1055)]
        assert [one["map"] for one in layers] == [[128, 86], [64, 43], [32, 21], [16, 10], [8, 5]]
        assert sum(share for _, share in panel.facts["classes"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer": 9}, "layer must be 1 to 5"),
        ({"feature": 64}, "feature must be 0 to 63 in layer 1"),
        ({"rule": "x"}, "rule must be one of"),
        ({"start": 99.0}, "start must lie in"),
    ],
)
def test_explore_says_what_is_legal(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        aj.explore("genre", "bach", **arguments)


def test_explore_takes_paths_and_objects(tmp_path) -> None:
    clip = make_noise(0.37).save(tmp_path / "my song.wav")
    model = aj.save_model(make_model(), tmp_path / "my model.safetensors")
    with aj.explore(model, str(clip)) as panel:
        assert panel.facts["model"] == "my model"
        assert panel.facts["clip"] == "my song"
    with pytest.raises(FileNotFoundError, match="there is no file"):
        aj.explore("genre", "bachh")
