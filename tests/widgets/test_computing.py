"""Pages that compute: what they hold of networks and clips, and who can have such a page."""

import base64
import gzip
import io
import json
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import soundfile
from making import TINY, make_model, make_noise
from networks import other_function
from pages import Parts
from safetensors.numpy import load

import auralise_jax as aj
from auralise_jax.frontend.stored import KINDS
from auralise_jax.network.graph.operations import OPERATIONS
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.widgets import assets
from auralise_jax.widgets.computing_clips import LEAST_RATE, CodedClip
from auralise_jax.widgets.computing_models import (
    PAGE_FRONTENDS,
    PAGE_OPERATIONS,
    why_no_page,
)
from auralise_jax.widgets.song import Song

BROKEN = np.full((TINY.shape[0], 1, 1), np.inf, np.float32)
JS = Path(__file__).parents[2] / "js"
SHOWN = ("facts", "shown", "source", "answer")


def read(path: Path) -> tuple[list[dict], dict, dict[str, str]]:
    """Return a page's documents, what its panels share, and its elements by id."""
    scripts = Parts(path.read_text("utf-8")).scripts
    return json.loads(scripts["auralise-page"]), json.loads(scripts["auralise-engine"]), scripts


def unpacked(text: str) -> bytes:
    return gzip.decompress(base64.b64decode(text))


@pytest.fixture(scope="module")
def panel():
    clips = [make_noise(0.37), aj.Clip(make_noise(1.0, seed=1).samples, 2000, "long")]
    with aj.explore(make_model(), clips, layer=2, feature=3) as panel:
        yield panel


@pytest.fixture(scope="module")
def page(panel, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("page") / "page.html"
    return panel.to_html(place, live=True, clips=["long"])


def test_code_and_weights_and_clips_are_those_of_the_package(panel, page) -> None:
    (document,), engine, elements = read(page)
    assert unpacked(elements[engine["code"]]).decode() == assets.engine_module()
    assert unpacked(elements[engine["wasm"]]) == assets.engine_wasm()
    model = engine["models"][document["live"]["model"]]
    stored = load(unpacked(elements[model["weights"]]))
    for name, tensor in panel.heard.model.network.tensors.items():
        np.testing.assert_array_equal(stored[name], tensor)
    clips = [engine["clips"][key] for key in document["live"]["clips"]]
    assert [clip["title"] for clip in clips] == ["noise", "long"]
    for clip in clips:
        info = soundfile.info(io.BytesIO(base64.b64decode(elements[clip["data"]])))
        assert (info.samplerate, info.channels) == (clip["sample_rate"], 1)
        assert info.format.lower() == clip["codec"]
        assert info.frames / info.samplerate == clip["duration"]
        assert clip["sample_rate"] == LEAST_RATE  # the clips have less, and browsers refuse that


def test_a_model_is_described_as_its_panel_has_it(panel, page) -> None:
    (document,), engine, _ = read(page)
    model = engine["models"][document["live"]["model"]]
    same = {name: panel.facts[name] for name in ("layers", "axes", "scale", "bins", "frames")}
    assert same == {name: model[name] for name in same}
    assert [model["name"], model["random"]] == panel.facts["models"]
    frontend = panel.heard.model.frontend
    assert (model["samples"], model["sample_rate"]) == (frontend.samples, frontend.sample_rate)
    assert (model["task"], model["classes"]) == ("classes", ["a", "b", "c"])
    assert (model["untrained"], model["seconds"], model["no_effects"]) == (False, 0.37, "")
    assert model["code"]["model"] == "" != model["code"]["why"]


def test_the_panel_is_there_before_the_network_is_and_shows_what_the_page_decodes(page) -> None:
    (document,), engine, elements = read(page)
    live, state = document["live"], document["state"]
    assert sorted(state) == sorted(SHOWN)
    assert live["asked"] == {
        "layer": 2,
        "feature": 3,
        "rule": "deconvnet",
        "resynthesis": "phase",
        "position": "all",
    }
    assert live["page"] is True
    clip = engine["clips"][live["clips"][0]]
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(elements[clip["data"]])))
    # The same computed anew from what the page will decode.
    with aj.explore(make_model(), aj.Clip(samples, rate, "noise"), layer=2, feature=3) as again:
        assert unpacked(state["source"]) == again.source
        assert unpacked(state["answer"]) == again.answer
        assert state["shown"] == json.loads(json.dumps(again.shown))
        facts = json.loads(json.dumps(again.facts))
    assert state["facts"] == facts | {
        "clips": ["noise", "long"],
        "no_call": state["facts"]["no_call"],
    }


def test_the_terms_of_other_peoples_work_travel_along(page) -> None:
    _, engine, elements = read(page)
    terms = elements["auralise-licenses"]
    package = json.loads((JS / "package.json").read_text("utf-8"))["devDependencies"]
    for name in ("@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "fft.js"):
        assert f"{name} {package[name]}" in terms
    for words in ("Apache License", "END OF TERMS AND CONDITIONS", "Fedor Indutny", "XNNPACK"):
        assert words in terms
    code = unpacked(elements[engine["code"]]).decode()
    bundled = set(re.findall(r"^((?:@\w+/)?[\w.-]+)/\S+\.js:$", code, re.MULTILINE))
    assert "@tensorflow/tfjs-core" in bundled
    assert [name for name in bundled if f"{name} " not in terms] == []


def test_the_same_panel_gives_the_same_page(panel, page, tmp_path) -> None:
    again = panel.to_html(tmp_path / "again.html", live=True, clips=["long"])
    assert again.read_bytes() == page.read_bytes()


def test_the_policy_lets_the_page_compute_and_nothing_else(page) -> None:
    text = page.read_text("utf-8")
    parts = Parts(text)
    (policy,) = (a["content"] for t, a in parts.elements if t == "meta" and "http-equiv" in a)
    digest = "'sha256-[A-Za-z0-9+/]{43}='"
    assert re.fullmatch(
        f"default-src 'none'; script-src {digest} 'wasm-unsafe-eval'; style-src {digest}; "
        "worker-src blob:; img-src data: blob:; base-uri 'none'; form-action 'none'",
        policy,
    )
    for tag, attributes in parts.elements:
        if tag == "link":  # the empty icon: without it a host is asked for another
            assert attributes == {"rel": "icon", "href": "data:,"}
            continue
        assert tag not in ("iframe", "object", "embed")
        assert not {"src", "href"} & set(attributes)


def test_the_script_stands_before_the_data_and_a_mark_behind_them(page) -> None:
    text = page.read_text("utf-8")
    places = [
        text.index(mark)
        for mark in (
            '<script type="module">',
            "</head>",
            'class="auralise-host"',
            'id="auralise-page"',
            'id="auralise-engine"',
            'id="auralise-end"></script>\n</body>',
        )
    ]
    assert places == sorted(places)
    assert text.count('<script type="module">') == 1


def test_names_are_escaped(tmp_path) -> None:
    evil = "</script><script>alert('&amp;')</script><!--"
    clip = aj.Clip(make_noise(0.37).samples, 2000, evil)
    with aj.explore(make_model(), clip, layer=2, feature=3) as panel:
        path = panel.to_html(tmp_path / "page.html", live=True, clips=())
    documents, engine, _ = read(path)
    assert documents[0]["state"]["facts"]["takes"][0]["clip"] == evil
    assert [clip["title"] for clip in engine["clips"].values()] == [evil]
    text = path.read_text("utf-8")
    assert "<script>alert" not in text
    # The module, the documents, what is shared (and is: code, WebAssembly, a model and a clip),
    # licences, and the mark.
    assert sum(tag == "script" for tag, _ in Parts(text).elements) == 9


def test_what_several_panels_share_is_there_once(panel, tmp_path) -> None:
    with aj.explore(make_model(), "dance", layer=1, feature=0) as other:
        lesson = aj.Lesson(["# Two", panel, "and", other, panel], live=True)
    said = lesson.size
    path = lesson.save(tmp_path / "lesson.html")
    documents, engine, elements = read(path)
    assert len(engine["models"]) == 1
    assert [clip["title"] for clip in engine["clips"].values()] == ["noise", "Dance"]
    assert [len(one["live"]["clips"]) for one in documents] == [1, 1, 1]
    assert not any("page" in one["live"] for one in documents)
    assert sum(bool(re.fullmatch(r"auralise-d\d+", name)) for name in elements) == 5
    assert said == pytest.approx(path.stat().st_size, rel=0.05)


def test_panels_that_cannot_compute_hold_what_is_computed_beforehand(panel, tmp_path) -> None:
    with aj.compare(make_model(), make_noise(0.37), rule=["deconvnet", "guided"]) as both:
        lesson = aj.Lesson([both, panel], layers=[1], features=[2], live=True)
        with pytest.raises(ValueError, match="only a panel made by explore can compute"):
            aj.Lesson([both], live=True)
        with pytest.raises(ValueError, match="only a panel made by explore can compute"):
            both.to_html(tmp_path / "page.html", live=True)
    (first, second), _, _ = read(lesson.save(tmp_path / "lesson.html"))
    assert "1/2" in first["features"]
    assert sorted(second) == ["live", "state"]


def test_a_page_goes_on_where_the_panel_is(tmp_path) -> None:
    model = make_model().with_gains({(1, 2): 0.5, (2, 4): 0.0})
    sound = aj.Clip(make_noise(1.0).samples, 2000, "long")
    options = {"start": 0.25, "rule": "guided", "position": "strongest", "resynthesis": "mask"}
    with aj.explore(model, sound, layer=3, feature=1, control=True, **options) as panel:
        panel.muted = [(2, 4, 2.0), (3, 0)]
        panel.removed = [{"band": [100, 400]}]
        path = panel.to_html(tmp_path / "page.html", live=True, clips=())
    (document,), engine, elements = read(path)
    live = document["live"]
    assert live["muted"] == [[1, 2, 0.5], [2, 4, 2.0], [3, 0, 0.0]]
    assert live["removed"] == [{"band": [100, 400], "stretch": None}]
    assert (live["start"], live["control"], live["order"], live["wall"]) == (
        0.25,
        True,
        "interest",
        False,
    )
    assert live["asked"] == {
        "layer": 3,
        "feature": 1,
        "rule": "guided",
        "position": "strongest",
        "resynthesis": "mask",
    }
    assert len(document["state"]["facts"]["takes"]) == 2
    # The network is that without gains; with them it says what the page says.
    model = engine["models"][live["model"]]
    stored = load(unpacked(elements[model["weights"]]))
    kernel = make_model().network.tensors["conv2.kernel"]
    np.testing.assert_array_equal(stored["conv2.kernel"], kernel)
    samples, rate = soundfile.read(
        io.BytesIO(base64.b64decode(elements[engine["clips"]["clip0"]["data"]]))
    )
    heard = aj.listen(make_model(), aj.Clip(samples, rate), start=0.25).without(band=(100, 400))
    gains = {(layer, feature): gain for layer, feature, gain in live["muted"]}
    said = dict(document["state"]["facts"]["takes"][0]["classes"])
    assert said == pytest.approx(heard.predict(gains=gains))


def test_random_weights_that_were_chosen_stay_so(tmp_path) -> None:
    with aj.explore(make_model(), make_noise(0.37), layer=1, feature=0) as panel:
        trained = panel.facts["layers"]
        panel.model = panel.facts["models"][1]
        drawn = panel.facts["layers"]
        path = panel.to_html(tmp_path / "page.html", live=True, clips=())
    (document,), engine, _ = read(path)
    assert document["live"]["random"] is True
    assert document["state"]["facts"]["layers"] == drawn
    assert engine["models"]["model0"]["layers"] == trained != drawn
    chosen = document["state"]["facts"]["chosen"]["model"]
    assert chosen == engine["models"]["model0"]["random"] == "tiny, random weights"


def test_paths_of_this_machine_stay_here(tmp_path) -> None:
    aj.save_model(make_model(), tmp_path / "mine.safetensors")
    make_noise(1.0).save(tmp_path / "song.wav")
    with aj.explore(tmp_path / "mine.safetensors", tmp_path / "song.wav") as panel:
        assert str(tmp_path) in panel.facts["call"]
        path = panel.to_html(tmp_path / "page.html", live=True, clips=["bach"])
    assert str(tmp_path) not in path.read_text("utf-8")
    (document,), engine, _ = read(path)
    assert document["state"]["facts"]["call"] == ""
    own, bach = engine["clips"].values()
    assert (own["code"], bach["code"]) == ("", '"bach"')
    assert "does not say where its files are" in own["why"]


def test_the_four_clips_and_the_shipped_model_take_less_than_six_megabytes(tmp_path) -> None:
    with aj.explore("genre", feature=0) as panel:
        path = panel.to_html(tmp_path / "page.html", live=True)
        lesson = aj.Lesson(["# One", panel], live=True, clips=aj.example_clips())
    assert path.stat().st_size < 6e6
    assert lesson.size == pytest.approx(path.stat().st_size, rel=0.02)
    _, engine, _ = read(path)
    titles = [clip["title"] for clip in engine["clips"].values()]
    assert titles == ["Hip-hop", "Bach, Prelude in C", "Ballad", "Dance"]
    assert {clip["sample_rate"] for clip in engine["clips"].values()} == {11025}


# Clips ------------------------------------------------------------------------------------------


def test_a_clip_is_coded_at_the_rate_that_is_heard() -> None:
    song = Song(make_noise(0.5, 44100), "noise", opens=0.25)
    for codec, floor in (("ogg", 0.15), ("flac", 2e-4)):  # noise is hard on Vorbis; 16 bits
        coded = CodedClip.of(song, "name", codec, 16000)
        clip = coded.song().window(0.0, 1.0)
        assert (clip.sample_rate, clip.title, coded.song().opens) == (16000, "name", 0.25)
        wanted = make_noise(0.5, 44100).resample(16000).samples
        assert len(clip.samples) == len(wanted)
        rms = np.sqrt(np.mean((clip.samples - wanted) ** 2) / np.mean(wanted**2))
        assert rms < floor


@pytest.mark.parametrize(
    ("samples", "codec"),
    [
        (make_noise(0.0005, 8000), "flac"),
        (make_noise(0.5, 8000), "flac"),
        (aj.Clip(np.zeros(40000), 8000), "flac"),
        (make_noise(2.0, 8000), "ogg"),
    ],
    ids=["four samples", "half a second", "5 s of silence", "2 s"],
)
def test_vorbis_on_a_single_page_of_which_browsers_lose_the_end_is_not_used(samples, codec) -> None:
    coded = CodedClip.of(Song(samples, "short"), "short", "ogg", 8000)
    assert coded.codec == coded.facts("id", {})["codec"] == codec
    assert len(coded.song().window(0.0, 9.0).samples) == len(samples.samples)
    info = soundfile.info(io.BytesIO(coded.data))
    assert info.format == codec.upper()


@pytest.mark.parametrize("codec", ["ogg", "flac"])
def test_a_clip_above_full_scale_keeps_its_level(codec) -> None:
    loud = aj.Clip(make_noise(0.5, 8000).samples * 20, 8000)
    coded = CodedClip.of(Song(loud, "loud"), "loud", codec, 8000)
    assert coded.scale == pytest.approx(loud.peak)
    level = np.std(coded.song().window(0.0, 1.0).samples)
    assert level == pytest.approx(np.std(loud.samples), rel=0.02)
    assert coded.facts("id", {})["scale"] == coded.scale


def test_what_is_said_of_a_clip_is_said_in_the_page(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("auralise_jax.widgets.computing_clips.LONGEST", 0.5)
    long = aj.Clip(make_noise(0.8).samples, 2000, "long")
    with aj.explore(make_model(), long, layer=1, feature=0, start=0.0) as panel:
        path = panel.to_html(tmp_path / "page.html", live=True, clips=())
    (document,), engine, _ = read(path)
    (said,) = engine["clips"]["clip0"]["notes"]
    assert said in document["state"]["facts"]["notes"]


def test_of_a_long_clip_the_beginning_is_kept_and_that_is_said(monkeypatch) -> None:
    monkeypatch.setattr("auralise_jax.widgets.computing_clips.LONGEST", 0.5)
    coded = CodedClip.of(Song(make_noise(0.8, 8000), "song"), "song", "ogg", 8000)
    assert coded.facts("id", {})["duration"] == 0.5
    assert coded.notes[0].startswith("of song the first ")
    assert CodedClip.of(Song(make_noise(0.5, 8000), "song"), "song", "ogg", 8000).notes == ()


def test_a_clip_that_takes_too_much_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("auralise_jax.widgets.computing_clips.MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="song takes 0 MB in the page, more than 0 MB: cut it"):
        CodedClip.of(Song(make_noise(0.5, 8000), "song"), "song", "flac", 8000)


# What cannot be -----------------------------------------------------------------------------------


def sorting(picture: jax.Array) -> jax.Array:
    return jnp.sort(aj.tap(jax.nn.relu(picture[..., None]), "only").mean((0, 1)))


def solid(picture: jax.Array) -> jax.Array:
    x = picture[None, ..., None, None]
    x = jax.lax.conv_general_dilated(
        x,
        np.ones((1, 1, 1, 1, 1), np.float32),
        (1, 1, 1),
        "SAME",
        dimension_numbers=("NHWDC", "HWDIO", "NHWDC"),
    )
    return aj.tap(jax.nn.relu(x[0, :, :, 0]), "only").mean((0, 1))


def halved(picture: jax.Array) -> jax.Array:
    x = picture.astype(jnp.bfloat16)[..., None] * jnp.bfloat16(2)
    return aj.tap(jax.nn.relu(x), "only").astype(jnp.float32).mean((0, 1))


def broken(picture: jax.Array) -> jax.Array:
    return aj.tap(jax.nn.relu(BROKEN * picture[..., None]), "only").mean((0, 1))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda: aj.wrap(sorting, frontend=TINY, classes=("a",)),
            r"test_computing.py, line \d+: sort .* is not among the operations",
        ),
        (
            lambda: aj.wrap(solid, frontend=TINY, classes=("a",)),
            "its network convolves over more than 2 axes",
        ),
        (
            lambda: aj.Model(TracedNetwork(halved, jnp.zeros(TINY.shape)), TINY, ("a",)),
            "its network computes in bfloat16, and a page in float32 alone",
        ),
        (lambda: aj.wrap(broken, frontend=TINY, classes=("a",)), "weights are not finite numbers"),
    ],
    ids=["operation", "axes", "other numbers", "not finite"],
)
def test_networks_that_a_page_cannot_run_are_refused_with_the_reason(make, why) -> None:
    assert re.search(why, why_no_page(make()))


def test_what_a_page_lacks_is_named(monkeypatch) -> None:
    models = "auralise_jax.widgets.computing_models"
    monkeypatch.setattr(f"{models}.PAGE_OPERATIONS", ("conv", "relu"))
    model = aj.wrap(other_function, frontend=TINY, classes=tuple("abcd"))
    assert re.match(r"its network has the operations add, .*, which a page", why_no_page(model))
    monkeypatch.setattr(f"{models}.PAGE_FRONTENDS", ("raw", "log-mel"))
    why = "its front end is of the kind stft, and a page has raw, log-mel"
    assert why_no_page(make_model()) == why


def test_a_network_that_asks_for_too_much_of_a_page_is_refused(monkeypatch) -> None:
    models = "auralise_jax.widgets.computing_models"
    model = make_model()
    monkeypatch.setattr(f"{models}._MOST_FLOP", 1e3)
    assert re.match(r"a window of it takes \d+ GFLOP, and a page does 0 at", why_no_page(model))
    monkeypatch.setattr(f"{models}._MOST_BYTES", 1e3)
    assert re.match(r"a window of it takes \d+ MB of memory, and a page has 0", why_no_page(model))


def test_a_refusal_comes_when_the_page_is_made_and_says_what_to_do(tmp_path) -> None:
    model = aj.wrap(sorting, frontend=TINY, classes=("a",), name="mine")
    with aj.explore(model, make_noise(0.37), feature=0) as panel:
        with pytest.raises(ValueError, match=r"model 'mine' cannot compute in a page: .*sort.*"):
            panel.to_html(tmp_path / "page.html", live=True)
        with pytest.raises(ValueError, match=r"Without live=True .* computed beforehand"):
            aj.Lesson([panel], live=True)
    assert list(tmp_path.iterdir()) == []


def test_a_network_of_operations_that_a_page_has_can_go() -> None:
    model = aj.wrap(other_function, frontend=TINY, classes=tuple("abcd"))
    assert why_no_page(model) == ""
    assert list(PAGE_OPERATIONS) == sorted(OPERATIONS)
    assert sorted(PAGE_FRONTENDS) == sorted(KINDS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"live": True, "features": 3}, "features cannot go with live=True"),
        ({"live": True, "layers": [1], "timeline": True}, "timeline and layers cannot go with"),
        ({"live": True, "windows": [0.0]}, "timeline and windows cannot go with live=True"),
        ({"live": True, "clips": ["techno"]}, "clips must be one of noise, long, .*, not 'techno'"),
        ({"live": True, "codec": "mp3"}, "codec must be one of ogg, flac"),
        ({"clips": ["bach"]}, "clips are for pages that compute: ask for live=True, too"),
    ],
)
def test_what_does_not_go_together_is_said_and_writes_nothing(
    panel, tmp_path, options, message
) -> None:
    with pytest.raises(ValueError, match=message):
        panel.to_html(tmp_path / "page.html", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_window_behind_what_a_page_holds_is_refused(panel, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("auralise_jax.widgets.computing_panel.LONGEST", 0.2)
    refused = pytest.raises(ValueError, match=r"the window shown begins at 0\.3 s: choose another")
    with aj.explore(make_model(), make_noise(1.0), start=0.3, feature=0) as late, refused:
        late.to_html(tmp_path / "page.html", live=True)
