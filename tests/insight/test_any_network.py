"""Numbers and figures about a network that is nothing like the paper's CNN."""

import math

import jax
import numpy as np
import pytest
from front_ends import MelDecibels
from making import HIGH_AND_LOW, TINY, make_music, make_noise
from networks import draw, make_other_network, papers_function

import auralise_jax as aj
from auralise_jax.corpus.cache import FULL_SCALE, SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.loader import Loader
from auralise_jax.insight import (
    attribute_correlations,
    dissect,
    fields,
    fields_table,
    kernels_figure,
    likeness,
    stability,
    survey,
    wall_figure,
)
from auralise_jax.insight.evidence import gather
from auralise_jax.insight.scores import score
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.training.evaluation import predict_clips

FEATURES = {"low": 10, "middle": 12, "high": 7}


@pytest.fixture(scope="module")
def model() -> aj.Model:
    """Three layers and four classes."""
    return aj.Model(make_other_network(), TINY, ("a", "b", "c", "d"), name="other")


@pytest.fixture(scope="module")
def heard(model: aj.Model) -> aj.Listening:
    return aj.listen(model, make_noise(0.37))


def test_a_clip_of_several_windows(model: aj.Model, heard: aj.Listening) -> None:
    clip = make_noise(0.74)
    windows = [aj.listen(model, clip, start).predict() for start in (0.0, 0.37)]
    for name, odds in model.predict(clip).items():
        assert odds == pytest.approx((windows[0][name] + windows[1][name]) / 2)
    assert sum(heard.predict().values()) == pytest.approx(1)


def test_fields_and_strides(model: aj.Model) -> None:
    low, middle, high = fields(model)
    assert (low.map, middle.map, high.map) == ((17, 12), (7, 4), (7, 4))
    assert (low.stride, middle.stride, high.stride) == ((2, 2), (4, 4), (4, 4))
    # By hand: 5 x 3 kernels, pooled 3 x 2; 3 x 5, then 2 x 2; 3 x 3, its columns two apart.
    for field, (rows, frames) in zip(
        (low, middle, high), [(7, 4), (15, 14), (23, 30)], strict=True
    ):
        assert field.ms == pytest.approx((frames - 1) * 16 + 32)
        assert field.hz == pytest.approx(rows * 2000 / 64)
        assert math.isnan(field.reported_ms)
        assert math.isnan(field.reported_hz)
    assert (low.before_pooling_ms, low.before_pooling_hz) == (2 * 16 + 32, 5 * 31.25)
    assert (high.before_pooling_ms, high.before_pooling_hz) == (high.ms, high.hz)  # no pooling
    assert [line.split()[1] for line in fields_table(model).splitlines()[1:4]] == ["-"] * 3


def test_fields_of_maps_without_rows() -> None:
    def network(picture: jax.Array) -> jax.Array:
        columns = picture.T.reshape(12, 2, 33).mean(1)
        return aj.tap(jax.nn.relu(columns @ draw(33, 5, seed=1)), "times", axes=("time",)).mean(0)

    traced = TracedNetwork(network, np.zeros(TINY.shape, np.float32))
    (field,) = fields(aj.Model(traced, TINY, tuple("abcde")))
    assert (field.map, field.stride) == ((12,), (2,))
    assert (field.ms, field.hz) == (16 + 32, pytest.approx(33 * 31.25))


def test_a_survey_and_its_control(model: aj.Model, heard: aj.Listening) -> None:
    for layer, count in FEATURES.items():
        found = survey(heard, layer)
        pictures = np.maximum(heard.project_layer(layer), 0)
        energy = np.square(pictures, dtype=float).sum((1, 2))
        np.testing.assert_allclose(found.energy, energy / energy.sum(), rtol=1e-4, atol=1e-9)
        assert sorted(found.order) == list(range(count))
        assert found.layer == heard.model.number(layer)
        assert str(count) in repr(found)
    control = aj.untrained(model)
    assert control.untrained
    other = aj.listen(control, heard.clip)
    alike = likeness(other.project_layer("high"), other.picture)
    assert survey(heard, "high").control == pytest.approx(alike)
    assert alike != pytest.approx(likeness(heard.project_layer("high"), heard.picture))


def test_little_noise_changes_little(heard: aj.Listening) -> None:
    living = ~survey(heard, "low").silent
    assert stability(heard, "low", noise_db=-120)[living] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("by", ["projection", "activation", "auralised"])
def test_correlations_under_an_attribute(model: aj.Model, by: str) -> None:
    clips = [make_noise(0.37, seed=seed) for seed in range(3)]
    told = [{"key": key} for key in "abc"]
    found = attribute_correlations(model, clips, told, by, layers=["high", 1], progress=False)
    assert [(row.layer, row.pairs) for row in found] == [(1, 3), (3, 3)]
    pictures = []
    for clip in clips[:2]:
        heard = aj.listen(model, clip)
        shot = heard.project("high", 2)
        pictures.append(
            {
                "projection": shot.picture,
                "activation": heard.activations("high")[..., 2],
                "auralised": TINY.picture(shot.resynthesise().samples),
            }[by]
        )
    r = np.corrcoef(*(np.ravel(picture) for picture in pictures))[0, 1]
    assert found.correlation[3][2, 0, 1] == pytest.approx(r, abs=1e-4)


def test_dissection_against_random_networks(model: aj.Model) -> None:
    sounds = [make_noise(0.37, seed=seed) for seed in range(4)]
    found = dissect(model, sounds, networks=20, draws=100, progress=False)
    assert sorted(found.names) == [
        (number, feature)
        for number, count in enumerate(FEATURES.values(), start=1)
        for feature in range(count)
    ]
    assert found.chance.best.shape[1:3] == (20, 3)
    assert np.nanmax(np.ptp(found.chance.best, axis=1)) > 0  # they differ
    assert f"of {sum(FEATURES.values())}: no clear concept" in found.table()
    assert len(found.figure().axes) == 2
    again = dissect(model, sounds, draws=100, chance_of=found.chance, progress=False)
    assert again.rows == found.rows


def test_evidence_is_the_same_for_the_same_network_in_other_words() -> None:
    front = aj.Frontend(duration=1.0)
    architecture = aj.Architecture((4, 3), dense=(3,))
    stack = aj.random_model(
        aj.Model(
            aj.Stack(
                {n: np.ones(s, np.float32) for n, s in architecture.shapes(front.shape).items()},
                architecture,
                front.shape,
            ),
            front,
            ("a", "b", "c"),
        )
    )
    network = papers_function(stack.network.tensors, architecture)
    traced = TracedNetwork(network, np.zeros(front.shape, np.float32))
    sounds = list(aj.example_clips().values())[:2]
    pairs = [gather(sounds, front, one) for one in (stack.network, traced)]
    for ours, theirs in zip(*(one.levels for one in pairs), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            jax.tree.map(np.testing.assert_array_equal, one, other)
    models = stack, aj.Model(traced, front, stack.classes)
    maps = [one.maps(by) for one, by in zip(pairs, models, strict=True)]
    for ours, theirs in zip(*map(score, pairs, maps), strict=True):
        np.testing.assert_allclose(theirs.auc, ours.auc, atol=1e-3)
        np.testing.assert_allclose(theirs.r, ours.r, atol=1e-3)


@pytest.mark.parametrize("layer", FEATURES)
def test_marks_lie_amid_what_a_cell_sees(model: aj.Model, layer: str) -> None:
    """Of a moment at one frame, the column has it whose field lies around that frame."""
    from auralise_jax.insight.evidence import _blocks, _first_places

    known = model.layer(layer)
    size, first = model.network.sizes(TINY.shape)[layer], _first_places(known)
    centre = (np.array(known.field) - 1) / 2 - known.before
    for frame in range(TINY.shape[1]):
        picture = np.zeros((1, *TINY.shape), bool)
        picture[0, 16, frame] = True
        cells = np.argwhere(_blocks(picture, known.stride, size, first).any(axis=(0, 2, 4)))
        for cell in cells:
            place = centre + cell * known.stride
            assert (np.abs(place - (16, frame)) <= np.array(known.stride) / 2).all()
        if 4 <= frame < 12:
            assert len(cells) == 1


def test_figures(model: aj.Model, heard: aj.Listening) -> None:
    *tiles, _ = wall_figure(heard, "middle").axes
    assert len(tiles) == 12
    *tiles, _ = kernels_figure(model, "low").axes
    assert len(tiles) == 10
    shown = np.asarray(tiles[3].images[0].get_array())
    np.testing.assert_array_equal(shown, draw(5, 3, 1, 10, seed=1)[:, :, 0, 3])
    with pytest.raises(ValueError, match="layer must be low, not 'high'"):
        kernels_figure(model, "high")


def test_clips_are_classified_as_they_are_one_by_one(tmp_path) -> None:
    make_music(tmp_path / "music", HIGH_AND_LOW, files=3)
    cache = SoundCache(2000, tmp_path / "cache")
    rows = scan(tmp_path / "music", TINY, cache, progress=False).rows
    model = aj.Model(make_other_network(), TINY, ("high", "low", "neither", "both"))
    found = predict_clips(model, rows, cache, progress=False)
    assert len(found.probabilities) == len(rows) > 6
    for row, odds in zip(rows[:4], found.probabilities, strict=False):
        offset = {"offset": row.offset, "duration": TINY.duration}
        theirs = model.predict(aj.load_clip(tmp_path / "music" / row.file, **offset))
        np.testing.assert_allclose(odds, list(theirs.values()), atol=1e-3)  # 16-bit sound


def test_clips_are_classified_through_a_front_end_that_is_no_stft(tmp_path) -> None:
    class AnyLength(MelDecibels):
        """Says nothing of how long its pictures last."""

        duration = None

    front = AnyLength()
    make_music(tmp_path / "music", HIGH_AND_LOW, files=2)
    cache = SoundCache(front.sample_rate, tmp_path / "cache")
    manifest = scan(tmp_path / "music", front, cache, progress=False)
    names = ("high", "low", "neither", "both")
    model = aj.Model(make_other_network(front.shape), front, names)
    assert manifest.duration == model.seconds == 0.1
    found = predict_clips(model, manifest.rows, cache, progress=False)
    loader = Loader(manifest.rows, names, cache, front.samples, 1)
    for index in range(3):
        samples = loader.clip(index)[0] / np.float32(FULL_SCALE)
        theirs = model.predict(aj.Clip(samples, front.sample_rate))
        np.testing.assert_allclose(found.probabilities[index], list(theirs.values()), atol=1e-4)
