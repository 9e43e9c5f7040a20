"""An atlas of a network that is not the paper's: other strides, fields, layers and silences."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from front_ends import MelDecibels
from making import TINY, make_noise
from networks import convolved, draw, make_flat_network, make_other_network, other_function
from pages import Parts

import auralise_jax as aj
from auralise_jax.atlas import Atlas, atlas, naming
from auralise_jax.atlas.cells import Cell, grids, left_out
from auralise_jax.atlas.columns import Windowed, responses
from auralise_jax.atlas.hearing import FileListener, model_key
from auralise_jax.atlas.work import InProcess, render_file
from auralise_jax.cli import main
from auralise_jax.network.layer import Layer
from auralise_jax.network.traced import TracedNetwork

pytest.importorskip("pyarrow")

FRONT = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.6)


def other_model(frontend=FRONT):
    return aj.Model(make_other_network(frontend.shape), frontend, ("a", "b", "c", "d"), name="<o>")


@pytest.fixture(scope="module")
def model():
    return other_model()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(3):
        make_noise(0.5 + 0.7 * number, seed=number).save(folder / f"{number}.wav")
    return folder


@pytest.fixture(scope="module")
def made(corpus, model, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "atlas"
    return atlas(corpus, out, model, excerpts=3, progress=False)


def test_cells_lie_where_the_layers_say(model) -> None:
    cells = list(grids(model.network, FRONT).values())
    assert [grid.step for grid in cells] == [2 * 32, 4 * 32, 4 * 32]
    assert [grid.reach for grid in cells] == [3 * 32 + 64, 13 * 32 + 64, 29 * 32 + 64]
    assert {grid.stride for grid in cells} == {4 * 32}
    assert {grid.length for grid in cells} == {FRONT.samples}
    assert [grid.shape for grid in cells] == [*model.network.sizes(FRONT.shape).values()]
    assert cells[1].frames(row=2, column=3) == ((5, 19), (11, 24))


def test_tables_tell_what_the_network_does_in_each_window(made, corpus, model) -> None:
    opened = Atlas(made.folder)
    assert repr(opened) == (
        "<Atlas of '<o>' over 3 files, 6 windows: 3 layers, 29 features, "
        f"{sum(one.dead for one in opened.features)} dead>"
    )
    assert opened.layers == ("low", "middle", "high")
    assert opened.left_out == {}
    found = [one for feature in opened.features for one in feature.excerpts]
    assert len(found) > 60
    assert {one.cell for one in found} == {"same", "second"}
    assert {one.edge for one in found} == {True, False}
    check_excerpts(opened, corpus, model)


def check_excerpts(made: Atlas, corpus: Path, model: aj.Model) -> None:
    """Compare every excerpt with what the network makes of its window."""
    cells = grids(model.network, model.frontend)
    for one in (one for feature in made.features for one in feature.excerpts):
        grid = cells[one.layer]
        start = one.window * grid.stride
        clip = aj.load_clip(corpus / one.file)
        samples = model.frontend.fit(clip.samples[start:])
        maps = aj.listen(model, aj.Clip(samples, 2000)).activations(one.layer)
        apart = responses(maps, np.asarray(model.network.off(model.layer(one.layer).name)))
        own = apart[:, grid.whole(one.window), one.feature]
        value = apart[one.row, one.column, one.feature]
        assert value == pytest.approx(one.value, rel=1e-4)
        assert (one.cell == "same") == (own.max() == value)


def test_the_site_opens_and_names_the_layers(made) -> None:
    pages = sorted((made.folder / "features").iterdir())
    assert [path.stem for path in pages] == sorted(one.name for one in made.features)
    for path in [made.page, *pages]:
        text = path.read_text("utf-8")
        assert "<o>" not in text
        for tag, one in Parts(text).elements:
            if tag == "a":
                assert (path.parent / one["href"]).is_file()
    assert "Layer 3, high, of &lt;o&gt;" in (made.folder / "features" / "3-0.html").read_text()
    cards = [one for tag, one in Parts(made.page.read_text()).elements if "data-words" in one]
    assert [card["data-words"].split()[1] for card in cards] == (
        ["low"] * 10 + ["middle"] * 12 + ["high"] * 7
    )


def test_a_feature_is_silent_where_its_map_is_what_a_silent_one_is() -> None:
    """After a BatchNorm that turns a map over, the strongest cell is the lowest."""
    off = np.float32([2.0, 0.0])
    maps = np.float32([[[2.0, 0.0], [2.0 + 1e-6, 0.5], [1.0, 0.0]]])
    found = responses(maps, off)
    np.testing.assert_array_equal(found, np.float32([[[0, 0], [0, 0.5], [1, 0]]]))


def test_maps_without_frequency_have_one_row(tmp_path) -> None:
    kernel = draw(3, FRONT.shape[0], 6, seed=1)

    def network(picture: jax.Array) -> jax.Array:
        x = jax.lax.conv_general_dilated(
            picture.T[None], kernel, (2,), "SAME", dimension_numbers=("NWC", "WIO", "NWC")
        )[0]
        return aj.tap(jax.nn.relu(x), "only").mean(0)

    names = tuple("abcdef")
    model = aj.Model(TracedNetwork(network, jnp.zeros(FRONT.shape)), FRONT, names)
    (grid,) = grids(model.network, FRONT).values()
    assert grid.layer.axes == ("time",)
    assert grid.shape == (1, 19)
    assert grid.frames(0, 4)[0] == (0, 32)
    (tmp_path / "music").mkdir()
    make_noise(2.0).save(tmp_path / "music" / "0.wav")
    made = atlas(tmp_path / "music", tmp_path / "atlas", model, progress=False)
    found = [one for feature in made.features for one in feature.excerpts]
    assert {(one.low_hz, one.high_hz, one.row) for one in found} == {(0.0, 1000.0, 0)}
    assert {one.cell for one in found} <= {"same", "second"}


def test_what_is_heard_is_the_same_each_time(model, corpus) -> None:
    one, two = (FileListener(model).listen(corpus / "2.wav") for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_key_is_of_the_weights_and_of_the_program(model) -> None:
    key = model_key(model)
    assert model_key(other_model()) == key
    network = model.network
    changed = aj.Model(network.randomise(1), FRONT, model.classes)
    assert model_key(changed) != key

    def louder(picture: jax.Array) -> jax.Array:
        return other_function(picture * 2)

    again = TracedNetwork(louder, jnp.ones(FRONT.shape))
    assert model_key(aj.Model(again, FRONT, model.classes)) != key


def test_a_layer_that_does_not_fit_into_the_window_is_left_out(corpus, tmp_path) -> None:
    model = other_model(TINY)
    made = atlas(corpus, tmp_path / "atlas", model, progress=False)
    assert {feature.layer for feature in made.features} == {1, 2}
    check_excerpts(made, corpus, model)
    why = (
        "a cell sees 0.496 s, for which windows must last 0.56 s or more, not 0.37 s; open the "
        "network with pictures of that length, and a front end of that duration"
    )
    assert made.left_out == {3: why}
    assert repr(made).endswith(" dead; left out: high>")
    assert f"Layer 3, high, is left out: {why}." in made.page.read_text("utf-8")
    longer = other_model(replace(TINY, duration=0.56))
    assert left_out(longer.network, longer.frontend) == {}


def branched_model() -> aj.Model:
    """Return a model whose second of three layers has no place in the picture."""

    def network(picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 3, seed=1))), "low")
        # No rule leads back through this step, nor has to.
        y = jnp.sort(x.mean(0).ravel()) @ draw(3 * FRONT.shape[1], 8, seed=2)
        y = aj.tap(jax.nn.relu(y).reshape(2, 4), "<dense>")
        z = aj.tap(jax.nn.relu(convolved(x, draw(3, 5, 3, 5, seed=3))), "high")
        return jnp.concatenate([y.mean(0), z.mean((0, 1))])

    names = tuple("abcdefghi")
    return aj.Model(TracedNetwork(network, jnp.ones(FRONT.shape)), FRONT, names, name="<b>")


def test_layers_above_one_that_is_left_out_keep_their_numbers(
    corpus, tmp_path, monkeypatch, capsys
) -> None:
    model = branched_model()
    monkeypatch.setattr("auralise_jax.cli.atlas.find_model", lambda _: model)
    out = tmp_path / "atlas"
    assert main(["atlas", str(corpus), "--out", str(out), "--no-names"]) == 0
    said = capsys.readouterr()
    assert "left out layer 2, <dense>: it is not known where in the picture a cell " in said.err
    assert "dead; left out: <dense>>\n" in said.out
    made = Atlas(out)
    assert made.layers == ("low", "<dense>", "high")
    assert list(made.left_out) == [2]
    assert [one.name for one in made.features] == [
        *(f"1-{feature}" for feature in range(3)),
        *(f"3-{feature}" for feature in range(5)),
    ]
    check_excerpts(made, corpus, model)
    assert {one.cell for feature in made.features for one in feature.excerpts} <= {"same", "second"}
    text = made.page.read_text("utf-8")
    assert "Layer 2, &lt;dense&gt;, is left out: it is not known where" in text
    assert "<dense>" not in text
    assert "Layer 3, high, of" in (out / "features" / "3-0.html").read_text("utf-8")
    with pytest.raises(ValueError, match=r"no feature 2-0; there are 1-0 to 1-2, 3-0 to 3-4$"):
        made.feature(2, 0)


def test_notes_of_a_layer_that_is_left_out_are_not_used(corpus, tmp_path) -> None:
    notes = {(2, 1): {"name": "nothing"}, (3, 4): {"name": "something"}}
    made = atlas(
        corpus, tmp_path / "atlas", branched_model(), notes=notes, site=False, progress=False
    )
    assert [one.name for one in made.features if one.notes] == ["3-4"]


def test_a_network_without_any_layer_for_an_atlas_is_refused(corpus, tmp_path) -> None:
    rows, frames = FRONT.shape

    def network(picture: jax.Array) -> jax.Array:
        wide = jax.nn.relu(convolved(picture[..., None], draw(1, frames, 1, 2, seed=1)))
        dense = jax.nn.relu(picture.ravel() @ draw(rows * frames, 5 * 4, seed=2)).reshape(5, 4)
        return aj.tap(wide, "wide").mean() + aj.tap(dense, "dense").mean(0)

    model = aj.Model(TracedNetwork(network, jnp.zeros(FRONT.shape)), FRONT, tuple("abcd"))
    with pytest.raises(
        ValueError,
        match=r"^an atlas has no excerpts for any layer of this network\. wide: a cell sees .* of "
        r"that duration\. dense: it is not known where in the picture a cell lies; mark layers of ",
    ):
        atlas(corpus, tmp_path / "atlas", model, progress=False)
    assert not (tmp_path / "atlas").exists()


@pytest.mark.parametrize("seed", range(5))
def test_as_many_layers_as_fit_are_in_an_atlas(seed) -> None:
    """Whatever strides there are: those inside fit together, and none outside fits with them."""
    rng = np.random.default_rng(seed)
    steps, fields = rng.integers(1, 8, 6), rng.integers(1, 45, 6)
    layers = tuple(
        Layer(f"{number}", 1, ("time",), (step,), (field,), (0,))
        for number, (step, field) in enumerate(zip(steps.tolist(), fields.tolist(), strict=True))
    )
    network = SimpleNamespace(layers=layers, sizes=lambda _: {f"{n}": (9,) for n in range(6)})
    inside, outside = grids(network, FRONT), left_out(network, FRONT)

    def fit(*numbers: int) -> bool:
        at = np.array(numbers) - 1
        return (fields[at].max() - 1 + np.lcm.reduce(steps[at])) * 32 + 64 <= FRONT.samples

    assert sorted([*inside, *outside]) == [1, 2, 3, 4, 5, 6]
    assert fit(*inside)
    assert not any(fit(*inside, number) for number in outside)
    assert len({(grid.stride, grid.length) for grid in inside.values()}) == 1


def gelu_model(*, below: bool) -> aj.Model:
    """Return a model with a GELU below its only layer, or above."""

    def network(picture: jax.Array) -> jax.Array:
        x = convolved(picture[..., None], draw(5, 3, 1, 4, seed=1))
        x = aj.tap(jax.nn.relu(jax.nn.gelu(x) if below else x), "only")
        return x.mean((0, 1)) if below else jax.nn.gelu(x).mean((0, 1))

    return aj.Model(TracedNetwork(network, jnp.zeros(FRONT.shape)), FRONT, tuple("abcd"))


def test_a_layer_that_no_rule_leads_back_from_is_refused_before_any_work(corpus, tmp_path) -> None:
    model = gelu_model(below=True)
    with pytest.raises(aj.UnsupportedOperation, match="End the function before this step") as no:
        atlas(corpus, tmp_path / "atlas", model, progress=False)
    assert no.value.place is not None
    assert Path(no.value.place.file).name == Path(__file__).name
    assert not (tmp_path / "atlas").exists()
    tables = atlas(corpus, tmp_path / "atlas", model, site=False, progress=False)
    assert {one.cell for one in tables.features[0].excerpts} == {"unchecked"}
    grid = grids(model.network, FRONT)[1]
    cell = Cell(1, 0, 0, 0, grid.whole(0).start)
    with pytest.raises(aj.UnsupportedOperation):
        render_file(str(corpus / "2.wav"), InProcess(model), model_key(model), [cell])
    copy = pickle.loads(pickle.dumps(no.value))  # noqa: S301 (as processes send errors)
    assert (str(copy), copy.operation, copy.place) == (
        str(no.value),
        no.value.operation,
        no.value.place,
    )


def test_what_no_rule_leads_back_through_may_stand_above_the_layers(corpus, tmp_path) -> None:
    made = atlas(corpus, tmp_path / "atlas", gelu_model(below=False), progress=False)
    found = [one.cell for feature in made.features for one in feature.excerpts]
    assert len(found) > 10
    assert set(found) <= {"same", "second"}


def test_names_are_refused_where_no_layer_can_be_dissected(corpus, tmp_path) -> None:
    network = make_flat_network(FRONT.shape)
    network.layers = network.layers[:2]  # the last has no place in the picture
    model = aj.Model(network, FRONT, ("a", "b"))
    with pytest.raises(ValueError, match=r"^no layer can be dissected: .* of frames nor of") as no:
        atlas(corpus, tmp_path / "atlas", model, names=True, progress=False)
    assert "atlas without names say names=False, on the command line --no-n" in str(no.value)
    assert not (tmp_path / "atlas").exists()


def test_a_layer_that_cannot_be_dissected_goes_without_names(tmp_path, monkeypatch) -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], draw(5, 3, 1, 4, seed=1)))
        x = aj.tap(x, "cells").mean(0)
        return aj.tap(jax.nn.relu(x @ draw(4, 3, seed=2)), "frames").mean(0)

    model = aj.Model(TracedNetwork(network, jnp.zeros(FRONT.shape)), FRONT, tuple("abc"))
    sounds = [make_noise(0.6, seed=seed) for seed in range(2)]
    found = aj.dissect(model, sounds, networks=20, draws=100, progress=False)
    assert sorted(found.names) == [(1, 0), (1, 1), (1, 2), (1, 3)]
    assert list(found.left_out) == [2]
    assert found.table().endswith("\nwithout frames: maps on no grid of frequency and time")
    assert len(found.figure().axes) == 2
    monkeypatch.setattr(naming, "dissect", lambda *_, **__: found)
    (tmp_path / "music").mkdir()
    make_noise(1.0).save(tmp_path / "music" / "0.wav")
    made = atlas(tmp_path / "music", tmp_path / "atlas", model, names=True, progress=False)
    assert "nearest concept" in made.feature(1, 3).notes
    assert made.feature(2, 0).notes == {
        "nearest concept": "not looked for in layer frames: maps on no grid of frequency and time"
    }


def test_a_front_end_that_is_no_stft_is_refused(corpus, tmp_path) -> None:
    network = make_other_network(MelDecibels().shape)
    model = aj.Model(network, MelDecibels(), tuple("abcd"))
    with pytest.raises(
        ValueError, match=r"^an atlas needs a front end whose frames .* MelDecibels$"
    ):
        atlas(corpus, tmp_path / "atlas", model, progress=False)
    assert not (tmp_path / "atlas").exists()


def test_a_function_that_is_no_list_of_operations_stays_in_its_process(corpus, tmp_path) -> None:
    def network(picture: jax.Array) -> jax.Array:
        return jnp.sort(other_function(picture))

    model = aj.Model(
        TracedNetwork(network, jnp.ones(FRONT.shape)), FRONT, tuple("abcd"), name="<o>"
    )
    words = r"model '<o>' cannot be sent to other processes or machines: .*, line \d+: sort \("
    with (
        ProcessPoolExecutor(1) as executor,
        pytest.raises(ValueError, match=words),
    ):
        atlas(corpus, tmp_path / "atlas", model, executor=executor, progress=False)
    with pytest.raises(ValueError, match="give no executor and no scheduler, and threads of this"):
        pickle.dumps(InProcess(model))


def test_processes_read_the_network_from_its_file(made, model, corpus, tmp_path) -> None:
    path = aj.save_model(model, tmp_path / "own.safetensors")
    assert model_key(aj.load_model(path)) == model_key(model)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = atlas(corpus, tmp_path / "atlas", path, excerpts=1, features=1, executor=executor)
    for ours, theirs in zip(found.features, made.features, strict=True):
        assert [one.value for one in ours.excerpts] == [one.value for one in theirs.excerpts[:1]]


def test_each_column_is_taken_from_a_window_that_it_sees_whole(model, corpus) -> None:
    """The network itself, opened for the whole file at once, says the same."""
    path = corpus / "2.wav"
    samples = aj.load_clip(path).samples
    whole = aj.Frontend(2000, 64, 32, 3.0)
    long = make_other_network(whole.shape)
    picture = np.asarray(whole.picture(whole.fit(samples)))
    steps = [columns for columns, _ in Windowed(model).columns(path)]
    for number, grid in enumerate(grids(model.network, FRONT).values()):
        (maps,) = long.maps(picture[None])[number]
        wanted = responses(maps, np.asarray(long.off(grid.layer.name)))
        found = np.concatenate([step[number].largest for step in steps])
        count = -(-len(samples) // grid.step)
        close = 1e-5 * wanted.max()
        np.testing.assert_allclose(found[:count], wanted.max(axis=0)[:count], atol=close)


def mel_model(**settings: object) -> aj.Model:
    """Return a model of mel bands, in 38 columns."""
    mel = aj.LogMel(2000, 64, 32, 24, frames=38, compression="log10", gain=1e4, **settings)
    return aj.Model(make_other_network(mel.shape), mel, tuple("abcd"), name="mel")


def test_an_atlas_of_mel_bands(corpus, tmp_path) -> None:
    model = mel_model()
    made = atlas(corpus, tmp_path / "atlas", model, progress=False)
    cells = grids(model.network, model.frontend)
    found = [one for feature in made.features for one in feature.excerpts]
    assert len(found) > 60
    assert {one.cell for one in found} <= {"same", "second"}
    for one in found:
        grid = cells[one.layer]
        (low, high), _ = grid.frames(one.row, one.column)
        hz = model.frontend.axes.hz_at(np.array([low - 0.5, high + 0.5]))
        assert (one.low_hz, one.high_hz) == pytest.approx(np.clip(hz, 0, 1000))
        clip = aj.load_clip(corpus / one.file)
        samples = model.frontend.fit(clip.samples[one.window * grid.stride :])
        maps = aj.listen(model, aj.Clip(samples, 2000)).activations(one.layer)
        apart = responses(maps, np.asarray(model.network.off(model.layer(one.layer).name)))
        assert apart[one.row, one.column, one.feature] == pytest.approx(one.value, rel=1e-4)
    assert model_key(model) != model_key(mel_model(fmin=10.0))
    assert model_key(model) == model_key(mel_model())


def test_pictures_that_are_scaled_one_by_one_are_refused(corpus, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"^an atlas needs .* this LogMel scales each picture by"):
        atlas(corpus, tmp_path / "atlas", mel_model(normalise="picture"), progress=False)
    assert not (tmp_path / "atlas").exists()
