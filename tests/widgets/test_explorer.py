"""The explorer as Python sees it: traits, errors, linking, threads, and the end of its life."""

import gc
import threading
import weakref

import ipywidgets
import jax
import numpy as np
import pytest
import traitlets
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.options import Options
from auralise_jax.widgets import view
from auralise_jax.widgets.kept import LISTENING_BYTES, LISTENINGS
from auralise_jax.widgets.page import Choice
from auralise_jax.widgets.still import still_html

BINS, FRAMES = 33, 24


@pytest.fixture
def panel():
    with aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as panel:
        yield panel


def expected(panel: aj.Explorer) -> bytes:
    source = np.asarray(panel.heard.model.frontend.expand(panel.heard.picture))
    shown = view.show(panel.shot, float(source.max()), panel.resynthesis)
    return shown.pixels + view.pcm16(panel.shot.auralise(panel.resynthesis))


def test_it_opens_where_it_was_told(panel) -> None:
    assert (panel.layer, panel.feature, panel.rule) == (2, 3, "deconvnet")
    assert panel.answer == expected(panel)
    assert (panel.shown["layer"], panel.shown["feature"]) == (2, 3)
    assert panel.error == panel.status == ""
    assert panel.shot.title == "feature 2-3, deconvnet"


def test_every_feature_is_answered_that_is_asked_for(panel) -> None:
    talk = Talk(panel)
    seen = set()
    for asked in (
        {"layer": 1, "feature": 0},
        {"layer": 3, "feature": 5, "rule": "gradient"},
        {"layer": 2, "feature": 4, "rule": "guided", "position": "strongest"},
        {"layer": 2, "feature": 4, "resynthesis": "mask"},
    ):
        panel.set_state(asked)
        talk.ask()
        assert {name: panel.shown[name] for name in asked} == asked
        assert panel.answer == expected(panel)
        assert talk.sent[-1][0] == {"kind": "done", "what": "ask"}
        seen.add(panel.answer)
    assert len(seen) == 4


def test_the_sound_sent_is_the_auralised_feature(panel) -> None:
    sound = panel.heard.project(2, 3).auralise()
    pcm = panel.answer[BINS * FRAMES :]
    sent = np.frombuffer(pcm, "<i2") / 32767 * panel.shown["takes"][0]["scale"]
    np.testing.assert_allclose(sent, sound.samples, atol=0.6 / 32767)  # half a step, rounded
    source = np.frombuffer(panel.source[BINS * FRAMES :], "<i2") / 32767
    source = source * panel.facts["takes"][0]["source_scale"]
    np.testing.assert_allclose(source, panel.heard.clip.samples, atol=0.6 / 32767)


def test_a_source_above_full_scale_is_not_clipped() -> None:
    loud = aj.Clip(make_noise(0.37).samples * 20, 2000)
    with aj.explore(make_model(), loud) as panel:
        sent = np.frombuffer(panel.source[BINS * FRAMES :], "<i2") / 32767
        sent = sent * panel.facts["takes"][0]["source_scale"]
        np.testing.assert_allclose(sent, loud.samples, atol=0.6 * loud.peak / 32767)


def test_pixels_are_decibels_re_the_peak_of_the_source() -> None:
    steps = np.frombuffer(view.pixels(np.array([[1.0, 0.1], [1e-5, 0.0]]), 1.0), np.uint8)
    # -100..0 dB in 255 steps: 0 dB, -20 dB, -100 dB, nothing.
    np.testing.assert_array_equal(steps, [255, 204, 0, 0])


def test_a_mask_is_shown_at_the_peak_of_the_source_and_says_by_how_much(panel) -> None:
    panel.resynthesis = "mask"
    Talk(panel).ask()
    levels = np.frombuffer(panel.answer[: BINS * FRAMES], np.uint8)
    assert levels.max() == 255
    magnitude = np.asarray(panel.shot.resynthesise("mask").magnitude)
    peak = np.asarray(panel.heard.model.frontend.expand(panel.heard.picture)).max()
    told = panel.shown["takes"][0]["picture_db"]
    assert told == pytest.approx(20 * np.log10(peak / magnitude.max()), abs=1e-3)
    assert told != 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("layer", 4, "layer must be 1 to 3"),
        ("feature", 5, "feature must be 0 to 4 in layer conv2"),
        ("rule", "relu", "rule must be one of deconvnet, gradient, guided"),
        ("resynthesis", "x", "resynthesis must be one of phase, mask"),
        ("position", "x", "position must be one of all, strongest"),
        ("model", "x", "model must be one of tiny, tiny, random weights, not 'x'"),
        ("clip", "x", "clip must be one of noise, Bach"),
        (
            "start",
            0.37,
            "start must be at least 0 s and less than 0.370 s, the length of the clip, not 0.37",
        ),
        ("start", float("nan"), "start must be at least 0 s and less than 0.370 s, .* not nan"),
    ],
)
def test_what_is_not_legal_is_refused_and_nothing_changes(panel, name, value, message) -> None:
    before = panel.answer, getattr(panel, name)
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(panel, name, value)
    assert (panel.layer, panel.feature, panel.rule) == (2, 3, "deconvnet")
    assert (panel.answer, getattr(panel, name)) == before


def test_what_is_not_legal_from_the_browser_is_shown_there(panel) -> None:
    with pytest.raises(traitlets.TraitError, match="feature must be 0 to 4"):
        panel.set_state({"feature": 99})
    assert "feature must be 0 to 4" in panel.error
    assert panel.feature == 3
    panel.feature = 4
    Talk(panel).ask()
    assert panel.error == ""


@pytest.mark.parametrize("told", [{"kind": "format the disk"}, {}, None, [], "ask"])
def test_an_unknown_message_is_told_and_does_nothing(panel, told) -> None:
    before = panel.answer
    Talk(panel).say(told)
    assert "not known here" in panel.error
    assert panel.answer == before


def test_an_error_while_computing_is_shown_and_logged(panel, monkeypatch, caplog) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory <left>")

    talk = Talk(panel)
    monkeypatch.setattr(panel.heard, "project", broken)
    panel.feature = 1
    talk.ask()
    assert "RuntimeError: no memory <left>" in caplog.text
    assert panel.error == "RuntimeError: no memory <left>"
    assert panel.status == ""
    assert talk.sent[-1][0] == {"kind": "done", "what": "ask"}  # the page may ask again


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_in_the_background_is_shown(panel, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(panel.heard, "projections", broken)
    Talk(panel).bank()
    assert panel.error == "RuntimeError: no memory left"


def test_a_bank_is_what_every_feature_is(panel) -> None:
    talk = Talk(panel)
    told, (pixels, sounds) = talk.bank()
    wide, long = BINS * FRAMES, len(sounds) // 5
    assert len(pixels) == 5 * wide
    for feature in range(5):
        panel.feature = feature
        one = pixels[feature * wide : (feature + 1) * wide]
        assert one + sounds[feature * long : (feature + 1) * long] == expected(panel)
        talk.ask()
        assert told["takes"][0]["shown"][feature] == panel.shown["takes"][0]
    found = aj.survey(panel.heard, 2)
    assert told["takes"][0]["survey"]["similar"] == found.similar.tolist()
    assert told["takes"][0]["survey"]["order"] is None  # the control is not there yet
    (control,) = [content for content, _ in talk.sent if content["kind"] == "control"]
    assert control["surveys"][0]["order"] == found.order.tolist()
    assert control["surveys"][0]["verdict"] == found.verdict
    again, _ = talk.bank()
    assert again["takes"][0]["survey"] == control["surveys"][0]
    done = [content["done"] for content, _ in talk.sent if content["kind"] == "progress"]
    assert done[-1] == 10
    assert done == sorted(done)


def test_the_control_is_a_network_that_learnt_nothing(panel) -> None:
    talk = Talk(panel)
    talk.bank()
    (told,) = [content for content, _ in talk.sent if content["kind"] == "control"]
    control = aj.listen(aj.random_model(panel.heard.model, 0), panel.heard.clip)
    source = control.picture.ravel()
    wanted = [
        abs(np.corrcoef(np.maximum(picture, 0).ravel(), source)[0, 1])
        for picture in control.project_layer(2)
        if picture.max() > 0
    ]
    assert told["takes"] == [pytest.approx(np.mean(wanted), abs=1e-4)]


def test_banks_are_kept_within_a_budget_and_a_kept_one_is_not_made_again(
    panel, monkeypatch
) -> None:
    talk = Talk(panel)
    told = {layer: talk.bank(layer) for layer in (1, 2, 3)}
    assert [wanted.layer for _, wanted in panel._layers] == [1, 2, 3]
    sizes = {layer: sum(map(len, buffers)) for layer, (_, buffers) in told.items()}
    assert panel._layers.bytes == sum(sizes.values())
    monkeypatch.setattr(panel.heard, "projections", None)  # nothing is computed any more
    again, buffers = talk.bank(2)
    assert again["layer"] == 2
    assert again["takes"][0]["shown"] == told[2][0]["takes"][0]["shown"]
    assert buffers == told[2][1]
    panel._layers.most = sizes[1] + sizes[2]  # room for no more than two
    talk.bank(1)
    assert [wanted.layer for _, wanted in panel._layers] == [2, 1]  # the oldest goes first
    panel._layers.most = 0
    talk.bank(2)
    assert [wanted.layer for _, wanted in panel._layers] == [2]  # the newest stays


def test_listenings_are_kept_within_a_budget() -> None:
    with aj.explore(make_model(), make_noise(1.5)) as panel:
        take = panel._variants[0]
        heard = take.heard
        arrays = [heard.picture, heard.clip.samples, take.magnitude, heard._source.spectrum.stft]
        arrays += [heard._source.picture, *jax.tree.leaves(heard.state)]
        assert take.bytes >= 2 * sum(one.nbytes for one in arrays)  # and the control's
        assert take.bytes <= 2.4 * sum(one.nbytes for one in arrays)
        panel._kept.most = 3 * take.bytes
        for start in (0.1, 0.2, 0.3, 0.4):
            panel.start = start
            assert panel._kept.bytes <= 3 * take.bytes
        assert [chosen.start for chosen in panel._kept] == [0.2, 0.3, 0.4]
        panel._kept.most = 1
        panel.start = 0.2
        assert [chosen.start for chosen in panel._kept] == [0.2]  # what is heard stays
    with aj.explore("genre", "bach", layer=1, feature=0, start=0.0) as panel:
        assert LISTENINGS * panel._variants[0].bytes <= LISTENING_BYTES  # as its documentation says


def test_going_back_to_a_model_computes_nothing_anew(panel, monkeypatch) -> None:
    talk, trained, random = Talk(panel), panel.model, "tiny, random weights"
    first, heard = panel.facts["revision"], panel.heard
    _, buffers = talk.bank()
    panel.model = random
    assert panel.facts["chosen"] == {"model": random, "clip": "noise", "start": 0}
    assert panel.heard.picture is not heard.picture
    talk.bank()
    monkeypatch.setattr(aj.widgets.explorer, "Listening", None)
    panel.model = trained
    assert panel.heard is heard
    assert panel.facts["revision"] == panel.shown["revision"] == first
    monkeypatch.setattr(heard, "projections", None)
    again, kept = talk.bank()
    assert again["revision"] == first
    assert kept == buffers


def test_another_layer_cancels_the_bank_of_the_one_before(panel, monkeypatch) -> None:
    talk, begun, go = Talk(panel), threading.Event(), threading.Event()
    projections = panel.heard.projections

    def slow(layer: int, *rest: object, each) -> object:
        def waits() -> None:
            begun.set()
            go.wait()
            each()

        return projections(layer, *rest, each=waits if layer == 1 else each)

    monkeypatch.setattr(panel.heard, "projections", slow)
    talk.want(1)
    begun.wait()
    talk.want(3)
    go.set()
    panel._worker.join()
    assert [told["layer"] for told, _ in talk.sent if told["kind"] == "bank"] == [3]


def test_a_new_rule_is_compiled_for_every_layer_in_the_background(panel) -> None:
    panel.rule = "guided"
    Talk(panel).bank()
    assert {(n, "guided", "all") for n in (1, 2, 3)} <= panel._compiled


def test_a_layer_with_fewer_features_moves_the_feature_into_range(panel) -> None:
    panel.feature = 4
    panel.layer = 1
    assert (panel.layer, panel.feature) == (1, 3)
    panel.set_state({"layer": 3, "feature": 5})
    assert (panel.layer, panel.feature) == (3, 5)


def test_another_clip_is_heard_from_its_start(panel) -> None:
    revision = panel.facts["revision"]
    panel.start = 0.1
    assert panel.heard.start == pytest.approx(0.1)
    panel.clip = "Dance"
    assert panel.heard.clip.title == "Dance"
    assert (panel.start, panel.heard.start) == (0, 0)
    assert panel.facts["revision"] == revision + 2
    assert panel.facts["song"]["duration"] > 3
    assert max(panel.facts["song"]["overview"]) == 255
    assert panel.answer == expected(panel)
    panel.model = "tiny, random weights"
    assert panel.heard.model.name == "tiny, random weights (seed 0)"
    assert panel.heard.clip.title == "Dance"


def test_an_answer_to_an_old_question_is_not_given(panel) -> None:
    talk = Talk(panel)
    panel.clip = "Dance"
    before = panel.answer
    panel.feature = 0
    talk.ask(revision=0)
    assert panel.answer == before


def test_it_is_an_ipywidgets_widget(panel) -> None:
    slider = ipywidgets.IntSlider(value=1, min=0, max=4)
    ipywidgets.link((slider, "value"), (panel, "feature"))
    assert panel.feature == 1
    slider.value = 2
    assert panel.shot.feature == 2
    seen = []
    panel.observe(lambda change: seen.append(change["new"]), names="feature")
    panel.feature = 0
    assert seen == [0]
    assert slider.value == 0
    assert panel in ipywidgets.VBox([panel, slider]).children


def test_moves_from_many_threads_end_consistent(panel) -> None:
    talk = Talk(panel)

    def move(start: int) -> None:
        for n in range(12):
            panel.feature = (start + n) % 5
            talk.ask()

    threads = [threading.Thread(target=move, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    talk.ask()
    assert panel.shown["feature"] == panel.feature
    assert panel.answer == expected(panel)


def test_closed_it_is_freed() -> None:
    panel = aj.explore(make_model(), make_noise(0.37))
    Talk(panel).bank()
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
        assert sum(share for _, share in panel.facts["takes"][0]["classes"]) == pytest.approx(1)
        kernels = np.array(layers[0]["kernels"])
        wanted = panel.heard.model.network.tensors["conv1.kernel"][:, :, 0].transpose(2, 0, 1)
        np.testing.assert_allclose(kernels, wanted, atol=1e-4)
        assert layers[1]["kernels"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer": 9}, "layer must be 1 to 5"),
        ({"feature": 64}, "feature must be 0 to 63 in layer conv1"),
        ({"rule": "x"}, "rule must be one of"),
        ({"start": 99.0}, "start must be at least 0 s and less than"),
        ({"resynthesis": "x"}, "resynthesis must be one of phase, mask"),
        ({"position": "x"}, "position must be one of all, strongest"),
        ({"clip": []}, "clip must be a clip, a name, a path, or a list"),
    ],
)
def test_explore_says_what_is_legal(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        aj.explore("genre", **({"clip": "bach"} | arguments))


def test_explore_takes_paths_objects_and_lists(tmp_path) -> None:
    clip = make_noise(0.37).save(tmp_path / "my song.wav")
    model = aj.save_model(make_model(), tmp_path / "my model.safetensors")
    with aj.explore(model, [str(clip), "dance", clip]) as panel:
        assert panel.facts["title"] == "my model / my song"
        assert panel.facts["clips"][:3] == ["my song", "Dance", "my song (2)"]
        assert panel.facts["call"] == f'aj.explore("{model}", "{clip}"'
    with pytest.raises(FileNotFoundError, match="there is no file"):
        aj.explore("genre", "bachh")


def test_the_address_opens_the_same_view() -> None:
    with aj.explore("genre", "bach", layer=2, feature=5) as panel:
        panel.clip = "Dance"
        with eval(f"{panel.facts['call']}, layer=2, feature=5)", {"aj": aj}) as other:  # noqa: S307
            assert other.answer == panel.answer
            assert other.facts["title"] == panel.facts["title"] == "genre / Dance"


def test_its_still_has_a_picture_and_two_players(panel) -> None:
    panel.clip = "Dance"
    text = still_html(panel.figure(Choice()), Options(still="picture"))
    assert text.count("data:audio/ogg;base64,") == 2
    assert text.count("data:image/png;base64,") == 1
    assert "Dance, feature 2-3, deconvnet: a still" in text
    assert text.count("preload='metadata'") == 2  # or they say that they last 0:00


def test_a_model_and_a_clip_of_one_name_keep_their_own_addresses(tmp_path) -> None:
    clip = make_noise(0.37).save(tmp_path / "tiny.wav")
    model = aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    with aj.explore(model, clip) as panel:
        assert (panel.model, panel.clip) == ("tiny", "tiny")
        assert panel.facts["call"] == f'aj.explore("{model}", "{clip}"'


def state(panel) -> tuple:
    """What a page knows of a panel, and what is heard."""
    asked = panel.model, panel.clip, panel.start, panel.layer, panel.feature
    told = panel.facts, panel.source, panel.shown, panel.answer, panel.status
    return asked, told, panel.heard, panel._song, panel._revision


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError("no memory left")])
@pytest.mark.parametrize("where", ["exploring.untrained_of", "explorer.Listening"])
def test_a_model_that_is_interrupted_or_fails_is_taken_back(
    panel, monkeypatch, where, failure
) -> None:
    before = state(panel)

    def broken(*_: object) -> None:
        raise failure

    monkeypatch.setattr(f"auralise_jax.widgets.{where}", broken)
    with pytest.raises(type(failure) if isinstance(failure, Exception) else failure):
        panel.model = "tiny, random weights"
    assert state(panel) == before
    assert panel.error in ("KeyboardInterrupt", "MemoryError: no memory left")
    monkeypatch.undo()
    panel.model = "tiny, random weights"
    assert panel.facts["chosen"]["model"] == "tiny, random weights"
    assert panel.error == ""


def test_what_can_be_heard_but_not_shown_is_not_chosen(panel, monkeypatch) -> None:
    before = state(panel)
    show = view.show

    def broken(*_: object) -> None:
        raise RuntimeError("no picture")

    monkeypatch.setattr(view, "show", broken)
    with pytest.raises(RuntimeError, match="no picture"):
        panel.clip = "Dance"
    assert state(panel) == before
    monkeypatch.setattr(view, "show", show)
    panel.start = 0.1
    assert (panel.clip, panel.heard.start) == ("noise", pytest.approx(0.1))
    panel.clip = "Dance"
    assert panel.heard.clip.title == "Dance"


def test_an_interrupted_message_is_answered_with_an_error(panel, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(panel.heard, "project", interrupted)
    talk = Talk(panel)
    with pytest.raises(KeyboardInterrupt):
        panel._on_message(panel, {"kind": "ask", "request": "1", **talk._named(), "feature": 2}, [])
    done = {"kind": "done", "what": "ask", "request": "1", "error": "KeyboardInterrupt"}
    assert [told for told, _ in talk.sent] == [done]


def test_an_answer_keeps_its_error_though_another_thread_dismisses_it(panel) -> None:
    panel.observe(lambda _: panel.set_trait("error", ""), "error")
    talk = Talk(panel)
    talk.say({"kind": "no such", "request": "1"})
    assert panel.error == ""
    assert "not known here" in talk.sent[-1][0]["error"]


def test_a_file_that_is_gone_is_said_and_the_page_gets_the_true_state(
    tmp_path, monkeypatch
) -> None:
    gone = make_noise(0.6).save(tmp_path / "gone.wav")
    with aj.explore(make_model(), [make_noise(0.37), gone]) as panel:
        before = state(panel)
        gone.unlink()
        sent: list[str] = []
        monkeypatch.setattr(panel, "send_state", lambda key=None: sent.extend(key or ()))
        for asked in ({"clip": "gone"}, {"clip": "gone", "start": 0.1}):
            sent.clear()
            with pytest.raises((FileNotFoundError, traitlets.TraitError), match="there is no file"):
                panel.set_state(asked)
            assert "there is no file" in panel.error
            assert state(panel) == before
            assert set(asked) <= set(sent)


def test_an_unknown_clip_with_a_start_is_refused_by_its_name(panel) -> None:
    with (
        pytest.raises(traitlets.TraitError, match="clip must be one of noise, Bach"),
        panel.hold_trait_notifications(),
    ):
        panel.start, panel.clip = 0.1, "x"
    assert (panel.clip, panel.start) == ("noise", 0)


def test_the_control_is_drawn_once(panel) -> None:
    panel.model = "tiny, random weights"
    model = panel.heard.model
    panel.model = "tiny"
    panel.start, panel.model = 0.1, "tiny, random weights"
    assert panel.heard.model is model
