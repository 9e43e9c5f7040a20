"""Correlations under varied attributes, against NumPy pair by pair, and what is refused."""

import itertools
import math

import numpy as np
import pytest
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.insight.attribute_figure import features_figure
from auralise_jax.insight.attributes import correlate

CLOSE = 2e-5
MOODS = [{"who": who, "what": what} for who in "ab" for what in ("x", "y", "z")]


@pytest.fixture(scope="module")
def model() -> aj.Model:
    return make_model()


@pytest.fixture(scope="module")
def clips() -> list[aj.Clip]:
    return [make_noise(0.37, seed=seed) for seed in range(len(MOODS))]


def results(model: aj.Model, clip: aj.Clip, layer: int, by: str) -> np.ndarray:
    """Compute what a feature makes of a clip, feature by feature."""
    heard = aj.listen(model, clip)
    if by == "activation":
        return np.moveaxis(heard.activations(layer), -1, 0)
    projections = [
        heard.project(layer, k) for k in range(model.network.architecture.features[layer - 1])
    ]
    if by == "projection":
        return np.stack([one.picture for one in projections])
    front = model.frontend
    sounds = [one.auralise("phase", "raw").samples for one in projections]
    return np.stack(
        [np.asarray(front.picture(np.pad(x, (0, front.samples - len(x))))) for x in sounds]
    )


@pytest.mark.parametrize("by", ["projection", "activation", "auralised"])
def test_rows_are_those_of_numpy(model: aj.Model, clips: list[aj.Clip], by: str) -> None:
    found = aj.attribute_correlations(model, clips, MOODS, by, layers=[2, 3], progress=False)
    assert [(row.layer, row.attribute) for row in found] == [
        (2, "who"), (2, "what"), (3, "who"), (3, "what")
    ]  # fmt: skip
    for row in found:
        made = [results(model, clip, row.layer, by) for clip in clips]
        values, dropped, pairs = [], 0, 0
        for (i, one), (j, other) in itertools.combinations(enumerate(MOODS), 2):
            differ = [name for name in one if one[name] != other[name]]
            if differ != [row.attribute]:
                continue
            pairs += 1
            for a, b in zip(made[i], made[j], strict=True):
                if np.ptp(a) == 0 or np.ptp(b) == 0:
                    dropped += 1
                else:
                    values.append(np.corrcoef(a.ravel(), b.ravel())[0, 1])
        assert (row.pairs, row.dropped) == (pairs, dropped)
        assert row.mean == pytest.approx(np.mean(values), abs=CLOSE)
        assert row.spread == pytest.approx(np.std(values), abs=CLOSE)
        assert row.low <= row.mean <= row.high


def test_a_feature_that_does_not_respond_is_dropped_and_counted(clips: list[aj.Clip]) -> None:
    model = make_model()
    model.network.tensors["conv1.kernel"][..., 2] = 0
    model.network.tensors["conv1.bias"][:] = [0.1, 0.1, -1, 0.1]
    found = aj.attribute_correlations(model, clips, MOODS, layers=[1], progress=False)
    (who, what) = found
    made = np.stack([results(model, clip, 1, "projection") for clip in clips])
    living = np.ptp(made, axis=(2, 3)) > 0  # (clips, features)
    assert not living[:, 2].any()
    kept = [
        [int((living[i] & living[j]).sum()) for i, j in itertools.combinations(range(6), 2)
         if sum(MOODS[i][n] != MOODS[j][n] for n in MOODS[i]) == 1
         and MOODS[i][row.attribute] != MOODS[j][row.attribute]]
        for row in (who, what)
    ]  # fmt: skip
    assert [who.dropped, what.dropped] == [4 * len(some) - sum(some) for some in kept]
    assert who.features == 3
    dead = [row for row in found.features if row.feature == 2]
    assert all(row.pairs == 0 and math.isnan(row.mean) for row in dead)
    image = features_figure(found, 1).axes[0].images[0]
    assert image.get_array().mask.sum() == 2  # grey, last


def test_per_feature_rows_average_to_the_layer(model: aj.Model, clips: list[aj.Clip]) -> None:
    found = aj.attribute_correlations(model, clips, MOODS, "activation", layers=[1], progress=False)
    for row in found:
        own = [one for one in found.features if one.attribute == row.attribute]
        total = sum(one.mean * one.pairs for one in own if one.pairs)
        assert row.mean == pytest.approx(total / sum(one.pairs for one in own))


def test_the_same_clip_twice_is_invariant_and_the_interval_knows(model: aj.Model) -> None:
    noise = [make_noise(0.37, seed=seed) for seed in (0, 0, 1, 1)]
    told = [{"copy": copy, "noise": noise} for noise in "ab" for copy in (1, 2)]
    found = aj.attribute_correlations(model, noise, told, layers=[1], progress=False)
    copy, other = found
    assert copy.mean == pytest.approx(1, abs=CLOSE)
    assert other.mean < 0.9
    assert [row.mean for row in found.input] == [pytest.approx(1, abs=CLOSE), other_input(noise)]
    living = {row.feature for row in found.features if row.pairs}
    assert {row.feature for row in found.invariant("copy")} == living
    # A control that is as invariant takes the claim away.
    assert found.invariant("copy", control=found) == []


def other_input(clips: list[aj.Clip]) -> object:
    front = make_model().frontend
    pictures = [np.asarray(front.picture(clip.samples[: front.samples])).ravel() for clip in clips]
    return pytest.approx(np.corrcoef(pictures[0], pictures[2])[0, 1], abs=CLOSE)


def test_intervals_cover_as_often_as_they_say() -> None:
    """Of results whose true correlation is known, 95 % intervals over clips hold it mostly."""
    from auralise_jax.insight.attribute_table import AttributeCorrelations

    rng = np.random.default_rng(0)
    truth, held, clips = 0.5, 0, 40
    pairs = {"any": ~np.eye(clips, dtype=bool)}
    for turn in range(60):
        shared = rng.standard_normal(400)
        rows = np.sqrt(truth) * shared + np.sqrt(1 - truth) * rng.standard_normal((clips, 400))
        # Clips vary in how much they share, so pairs are not independent.
        rows += rng.normal(0, 0.5, (clips, 1)) * rng.standard_normal(400)
        found = correlate(rows.astype(np.float32))[None]
        (row,) = AttributeCorrelations(
            "m", "projection", "deconvnet", "all", pairs, {1: found}, found, 300, turn
        )
        wide = row.high - row.low
        assert 0 < wide < 0.5
        held += row.low <= row.mean <= row.high
    assert held == 60


def test_correlate_scales_and_marks_constants() -> None:
    rows = np.array([[1, 2, 4], [2, 4, 8], [-1, -2, -4], [5, 5, 5]], np.float32)
    found = correlate(1e-25 * rows)
    np.testing.assert_allclose(found[:3, :3], [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], atol=1e-6)
    assert np.isnan(found[3]).all()
    assert np.isnan(found[:, 3]).all()


def test_pandas_reads_both_tables(model: aj.Model, clips: list[aj.Clip]) -> None:
    pandas = pytest.importorskip("pandas")
    found = aj.attribute_correlations(model, clips, MOODS, "activation", layers=[1], progress=False)
    table = pandas.DataFrame(found)
    assert found.to_frame().equals(table)
    assert list(table.columns[:5]) == ["layer", "attribute", "mean", "spread", "pairs"]
    assert len(table) == 2
    assert len(pandas.DataFrame(found.features)) == 2 * 4


def test_figure_shows_the_control_and_refuses_another(
    model: aj.Model, clips: list[aj.Clip]
) -> None:
    told = {"layers": [1, 2], "progress": False}
    found = aj.attribute_correlations(model, clips, MOODS, "activation", **told)
    other = aj.attribute_correlations(model, clips, MOODS, "projection", **told)
    control = aj.attribute_correlations(make_model(seed=1), clips, MOODS, "activation", **told)
    figure = found.figure(control)
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["who, tiny", "who, random weights", "what, tiny", "what, random weights"]
    with pytest.raises(ValueError, match="by activation, not"):
        found.figure(other)
    assert "who" in found.table()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"attributes": MOODS[:-1]}, "6 clips, 5 attributes"),
        ({"attributes": [{}] * 6}, "attributes are empty"),
        ({"attributes": [*MOODS[:-1], {"who": "a"}]}, "same keys"),
        ({"attributes": [{"who": "a"}] * 6}, "nothing to compare"),
        ({"attributes": [{"a": n, "b": n} for n in range(6)]}, "differ in just one"),
        ({"by": "maps"}, "projection, activation, auralised"),
        ({"rule": "lrp"}, "deconvnet"),
        ({"position": "first"}, "all, strongest"),
        ({"layers": []}, "layers is empty"),
        ({"layers": [9]}, "layer"),
        ({"draws": 3}, "100 or more"),
        ({"clips": []}, "0 clips"),
    ],
)
def test_bad_input_is_refused_in_words(
    model: aj.Model, clips: list[aj.Clip], change: dict, words: str
) -> None:
    told = {"clips": clips, "attributes": MOODS, "by": "activation", "progress": False} | change
    with pytest.raises(ValueError, match=words):
        aj.attribute_correlations(model, **told)


def test_an_attribute_that_never_varies_alone_is_said(
    model: aj.Model, clips: list[aj.Clip]
) -> None:
    told = [{"a": n % 2, "b": n // 2, "c": n // 2} for n in range(6)]
    with pytest.warns(UserWarning, match="differ in b or in c alone"):
        found = aj.attribute_correlations(
            model, clips, told, "activation", layers=[1], progress=False
        )
    assert [row.pairs for row in found] == [3, 0, 0]
    assert math.isnan(found[1].mean)
