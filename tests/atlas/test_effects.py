"""Atlases whose excerpts are ranked by what muting their feature does to the prediction."""

import json
import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import make_model, make_noise, with_tensors
from networks import convolved, draw

import auralise_jax as aj
from auralise_jax.atlas import Atlas, Excerpt, atlas
from auralise_jax.atlas import tables as names
from auralise_jax.atlas.cells import Cell, grids
from auralise_jax.atlas.effects import Effect, effects_in, pack_effects
from auralise_jax.atlas.hearing import model_key
from auralise_jax.atlas.store import unpacked
from auralise_jax.atlas.work import Answer, InProcess, mute_file
from auralise_jax.cli import main
from auralise_jax.insight.ablation import effects
from auralise_jax.network.traced import TracedNetwork

pytest.importorskip("pyarrow")

FRONT = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.6)
TABLES = (names.INDEX, names.FEATURES, names.FILES)


class Watching(Executor):
    """Does at once, in this thread, what it is given; counts the features that were muted."""

    def __init__(self, gone=""):
        self.muted, self._gone = 0, gone

    def submit(self, function, /, path, *rest):
        future = Future()
        if function is mute_file and Path(path).name == self._gone:
            future.set_result(Answer((), "it is gone"))
            return future
        if function is mute_file:
            self.muted += len(rest[-1])
        future.set_result(function(path, *rest))
        return future


@pytest.fixture(scope="module")
def model():
    return replace(make_model(), classes=("<a>", "b", "c"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(5):
        make_noise(0.5 + 0.3 * number, seed=number).save(folder / f"{number}.wav")
    return folder


@pytest.fixture(scope="module")
def made(corpus, model, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "atlas"
    return atlas(corpus, out, model, excerpts=2, rank="effect", progress=False)


def ranked(corpus, out, model, **options):
    executor = options.setdefault("executor", Watching())
    return atlas(corpus, out, model, rank="effect", progress=False, **options), executor


def tables(folder):
    return {name: (folder / name).read_bytes() for name in TABLES}


def excerpts(made: Atlas) -> list[Excerpt]:
    return [one for feature in made.features for one in feature.excerpts]


def place(one: Excerpt) -> tuple:
    return one.layer, one.feature, one.file, one.window, one.row, one.column


def without(model: aj.Model, layer: int, feature: int) -> aj.Model:
    """Return a model that takes no notice of a feature: what sees its map has weights of 0."""
    tensors = {name: np.array(one) for name, one in model.network.tensors.items()}
    if f"conv{layer + 1}.kernel" in tensors:
        tensors[f"conv{layer + 1}.kernel"][:, :, feature] = 0
    else:
        tensors["dense1.kernel"][feature :: model.layers[-1].features] = 0
    return with_tensors(model, tensors)


def window_of(one: Excerpt, model: aj.Model, clip: aj.Clip) -> np.ndarray:
    """Return the window of the model's own length whose middle is nearest to the excerpt's."""
    grid = grids(model.network, model.frontend)[one.layer]
    seen = np.array(grid.samples(one.column)) + one.window * grid.stride
    starts = np.arange(0, len(clip.samples), grid.stride)
    apart = np.abs(starts + model.frontend.samples / 2 - seen.mean())
    start = starts[len(apart) - 1 - apart[::-1].argmin()]  # the later of two
    return model.frontend.picture(model.frontend.fit(clip.samples[start:]))


def test_an_effect_is_what_a_network_without_the_feature_says_less(made, corpus, model) -> None:
    """Beside it stands the same for random weights, each for the class that it predicts."""
    clips = {path.name: aj.load_clip(path) for path in corpus.iterdir()}
    control = aj.untrained(model)
    found = excerpts(made)
    assert len(found) > 20
    for one in found[::3]:
        picture = np.asarray(window_of(one, model, clips[one.file]))[None]
        for which, effect in ((model, one.effect), (control, one.control)):
            before = np.asarray(which.network.scores(picture))[0]
            after = np.asarray(without(which, one.layer, one.feature).network.scores(picture))[0]
            best = before.argmax()
            close = 1e-5 * float(np.abs(before).max())
            assert effect == pytest.approx(after[best] - before[best], abs=close)
            every = effects(which, picture, one.layer)[0, :, best]
            assert effect == pytest.approx(every[one.feature], abs=close)
            assert which is control or one.class_name == model.classes[best]
    assert len({one.effect for one in found}) > len(found) / 2
    assert {one.class_name for one in found} <= set(model.classes)


def test_excerpts_are_those_of_the_largest_effect_among_four_times_as_many(
    made, corpus, model, tmp_path
) -> None:
    whole, _ = ranked(corpus, tmp_path / "whole", model, excerpts=10, site=False)
    sizes = {place(one): abs(one.effect) for one in excerpts(whole)}
    strongest = atlas(corpus, tmp_path / "strongest", model, excerpts=8, site=False, progress=False)
    for ours, theirs in zip(made.features, strongest.features, strict=True):
        found = [place(one) for one in ours.excerpts]
        candidates = sorted(map(place, theirs.excerpts), key=lambda one: -sizes[one])
        assert [sizes[one] for one in found] == [sizes[one] for one in candidates[:2]]
        assert set(found) <= set(candidates)
        assert [one.rank for one in ours.excerpts] == list(range(1, len(found) + 1))
        assert (ours.dead, ours.strongest) == (theirs.dead, theirs.strongest)
        assert theirs.strongest == max((one.value for one in theirs.excerpts), default=0)
    shown = {place(one) for one in excerpts(made)}
    best = {place(one) for feature in strongest.features for one in feature.excerpts[:2]}
    assert shown != best


def test_ranked_by_activation_nothing_is_new(corpus, model, tmp_path) -> None:
    plain = atlas(corpus, tmp_path / "plain", model, site=False, progress=False)
    both = tmp_path / "both"
    ranked(corpus, both, model, site=False)
    again = atlas(corpus, both, model, rank="activation", site=False, progress=False)
    assert tables(both) == tables(plain.folder)
    assert (both / "atlas.json").read_bytes() == (plain.folder / "atlas.json").read_bytes()
    assert again.rank == "activation"
    assert {(one.effect, one.class_name, one.control) for one in excerpts(again)} == {
        (None, "", None)
    }


def test_no_feature_is_muted_twice_in_a_place(made, corpus, model, tmp_path) -> None:
    music, out = tmp_path / "music", tmp_path / "atlas"
    shutil.copytree(corpus, music)
    _, first = ranked(music, out, model, excerpts=2)
    assert tables(out) == tables(made.folder)
    for page in made.folder.rglob("*.html"):
        assert (out / page.relative_to(made.folder)).read_bytes() == page.read_bytes()
    _, again = ranked(music, out, model, excerpts=2)
    assert again.muted == 0
    assert tables(out) == tables(made.folder)
    # More of the same files: only what is new.
    _, more = ranked(music, out, model, excerpts=3, site=False)
    assert 0 < more.muted < first.muted
    make_noise(1.0, seed=9).save(music / "new.wav")
    _, new = ranked(music, out, model, excerpts=2, site=False)
    _, fresh = ranked(music, tmp_path / "fresh", model, excerpts=2, site=False)
    assert 0 < new.muted < fresh.muted
    assert tables(out) == tables(tmp_path / "fresh")
    # What is damaged is measured anew; another model has effects of its own.
    one, *_ = sorted((out / "kept" / "effects").rglob("*.safetensors"))
    one.write_bytes(one.read_bytes()[:-1])
    _, damaged = ranked(music, out, model, excerpts=2, site=False)
    assert 0 < damaged.muted < fresh.muted
    assert tables(out) == tables(tmp_path / "fresh")
    _, other = ranked(music, out, make_model(seed=5), excerpts=2, site=False)
    assert other.muted > fresh.muted / 2


def test_entries_are_read_as_they_were_written_or_not_at_all(model) -> None:
    found = {Cell(1, 2, 3, 4, 5): Effect(-0.5, 2, None), Cell(1, 0, 9, 4, 5): Effect(1.0, 0, 0.25)}
    assert effects_in(unpacked(pack_effects(found)), model) == found
    assert effects_in(None, model) == {}
    wrong = [Effect(np.nan, 0, None), Effect(0.0, 3, None), Effect(0.0, -1, None)]
    for one in (*wrong, Effect(0.0, 0, np.inf)):
        assert effects_in(unpacked(pack_effects(found | {Cell(1, 1, 0, 0, 0): one})), model) == {}
    arrays, facts = unpacked(pack_effects(found))
    for name in arrays:
        assert effects_in((arrays | {name: arrays[name][1:]}, facts), model) == {}
        assert effects_in((arrays | {name: arrays[name].astype("f8")}, facts), model) == {}
        assert effects_in(({n: a for n, a in arrays.items() if n != name}, facts), model) == {}


def test_pages_say_the_effect_and_the_control_of_every_excerpt(made) -> None:
    assert (made.rank, made.no_control) == ("effect", "")
    feature = next(one for one in made.features if not one.dead)
    text = (made.folder / "features" / f"{feature.name}.html").read_text("utf-8")
    assert "<h2>Excerpts by effect</h2>" in text
    for one in feature.excerpts:
        words = f"{one.effect:+.2f} on {one.class_name}".replace("-", "\N{MINUS SIGN}")
        assert f">effect {words.replace('<a>', '&lt;a&gt;')}</span>" in text
        assert f"random weights {one.control:+.2f}<".replace("-", "\N{MINUS SIGN}") in text
    index = made.page.read_text("utf-8")
    assert index.count("data-effect=") == len(made.features)
    sizes = [
        np.median([abs(getattr(one, name)) for one in excerpts(made)])
        for name in ("effect", "control")
    ]
    assert "median of its size is {:.2f}, and {:.2f} with random weights".format(*sizes) in index
    assert "<a>" not in text + index
    assert repr(feature).startswith(f"<Feature {feature.name}: responds in ")
    assert f"muted it changes {feature.excerpts[0].class_name!r} by " in repr(feature)


def test_a_file_that_changed_meanwhile_has_no_effects(corpus, model, tmp_path) -> None:
    executor = Watching(gone="4.wav")
    made, _ = ranked(corpus, tmp_path / "atlas", model, executor=executor, excerpts=10)
    found = [one for one in excerpts(made) if one.file == "4.wav"]
    assert found
    assert {(one.effect, one.class_name, one.control) for one in found} == {(None, "", None)}
    for feature in made.features:
        known = [one.effect is not None for one in feature.excerpts]
        assert known == sorted(known, reverse=True)
    page = made.folder / "features" / f"{found[0].layer}-{found[0].feature}.html"
    assert "Its effect is not known: the file changed" in page.read_text("utf-8")


def test_a_worker_says_that_a_file_changed(corpus, model, tmp_path) -> None:
    cell = Cell(1, 0, 200, 0, 4)
    answer = mute_file(str(corpus / "0.wav"), InProcess(model), model_key(model), [cell])
    assert answer == Answer((), "0.wav changed: it has no window 200 any more")


def test_a_network_without_scores_is_refused_before_any_work(corpus, tmp_path) -> None:
    model = make_model(dense=())
    with pytest.raises(
        ValueError, match=r"^model 'tiny' gives no scores, so that muting a feature changes no pred"
    ):
        atlas(corpus, tmp_path / "atlas", model, rank="effect", progress=False)
    with pytest.raises(ValueError, match="rank must be one of activation, effect, not 'loudness'"):
        atlas(corpus, tmp_path / "atlas", model, rank="loudness", progress=False)
    assert not (tmp_path / "atlas").exists()
    assert atlas(corpus, tmp_path / "atlas", model, site=False, progress=False).rank == "activation"


def test_scores_that_overflow_are_said(corpus, model, tmp_path) -> None:
    tensors = dict(model.network.tensors)
    tensors["dense2.kernel"] = np.full_like(tensors["dense2.kernel"], 3e38)
    with pytest.raises(ValueError, match=r"^model .* overflows float32 in its classes"):
        ranked(corpus, tmp_path / "atlas", with_tensors(model, tensors), site=False)


def test_tags_of_a_network_without_weights(corpus, tmp_path) -> None:
    """The most probable tag counts, and it is said that there is no control."""

    def network(picture: jax.Array) -> jax.Array:
        rise = jnp.diff(picture)[..., None]
        x = aj.tap(jax.nn.relu(jnp.concatenate([rise, -rise], -1)), "edges").mean((0, 1))
        return jnp.concatenate([x, -x])

    tags = ("rising", "falling", "no rise", "no fall")
    edges = TracedNetwork(network, jnp.zeros(FRONT.shape))
    model = aj.Model(edges, FRONT, tags, task="tags", name="edges")
    made, _ = ranked(corpus, tmp_path / "atlas", model)
    found = excerpts(made)
    assert found
    for one in found:
        tag = tags.index(one.class_name)
        assert tag < 2
        # Without the feature of the most probable tag its mean is 0; the other's is as it was.
        assert (one.effect < 0) == (one.feature == tag)
        assert one.effect < 0 or one.effect == 0
    assert {one.control for one in found} == {None}
    assert made.no_control
    assert f"Without a control: {made.no_control}" in made.page.read_text("utf-8")
    page = (made.folder / "features" / "1-0.html").read_text("utf-8")
    assert "random weights " not in page.replace(" with random weights", "")


def test_where_silence_is_not_0_a_muted_map_is_what_a_silent_one_is(corpus, tmp_path) -> None:
    kernel, shift = draw(3, 3, 1, 4, seed=1), jnp.array([0.5, -0.5, 0.25, 0.0])

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], kernel)) * 2 + shift
        return aj.tap(x, "low").mean((0, 1))

    model = aj.Model(TracedNetwork(network, jnp.zeros(FRONT.shape)), FRONT, tuple("abcd"))
    made, _ = ranked(corpus, tmp_path / "atlas", model, site=False)
    clips = {path.name: aj.load_clip(path) for path in corpus.iterdir()}
    for one in excerpts(made):
        scores = np.asarray(network(jnp.asarray(window_of(one, model, clips[one.file]))))
        best = scores.argmax()
        wanted = shift[best] - scores[best] if one.feature == best else 0
        assert one.effect == pytest.approx(float(wanted), abs=1e-5 * float(abs(scores[best])))
        assert one.class_name == "abcd"[best]


def test_the_command_ranks_by_effect(made, corpus, model, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("auralise_jax.cli.atlas.find_model", lambda _: model)
    out = tmp_path / "atlas"
    words = ["atlas", str(corpus), "--out", str(out), "--no-names", "--no-site", "--excerpts", "2"]
    assert main([*words, "--rank", "effect"]) == 0
    assert "<Atlas of 'tiny' over 5 files" in capsys.readouterr().out
    for ours, theirs in zip(excerpts(Atlas(out)), excerpts(made), strict=True):
        assert replace(ours, cell=theirs.cell) == theirs
    with pytest.raises(SystemExit):
        main([*words, "--rank", "volume"])
    assert "invalid choice: 'volume'" in capsys.readouterr().err


@pytest.mark.parametrize("change", [{"rank": 3}, {"rank": "volume"}, {"no_control": None}])
def test_a_damaged_mark_is_said(made, tmp_path, change) -> None:
    shutil.copytree(made.folder, tmp_path / "atlas")
    place = tmp_path / "atlas" / "atlas.json"
    place.write_text(json.dumps(json.loads(place.read_bytes()) | change))
    with pytest.raises(ValueError, match="make the atlas again"):
        Atlas(tmp_path / "atlas")


def test_effects_that_cannot_be_are_damage(made, tmp_path) -> None:
    rows = names.Table(made.folder / names.INDEX).rows()
    for name, value in (("effect", float("nan")), ("control", float("inf")), ("class_name", None)):
        names.write(tmp_path / names.INDEX, [rows[0] | {name: value}, *rows[1:]], effects=True)
        with pytest.raises(ValueError, match=f"is damaged: {name} is "):
            names.Table(tmp_path / names.INDEX).rows()
    names.write(tmp_path / names.INDEX, rows)
    assert "effect" not in names.Table(tmp_path / names.INDEX).rows()[0]
