"""Muting: by the long way, by laws, beside chance; what is printed and drawn; what is refused."""

import dataclasses
import math
from collections.abc import Callable

import jax
import numpy as np
import pytest
from making import TINY, make_model, make_noise, stack_model, with_tensors
from networks import make_other_network, papers_function, unlearnt_function

import auralise_jax as aj
from auralise_jax.insight.ablation import effects, measure_groups
from auralise_jax.insight.ablation_control import draw_groups
from auralise_jax.insight.ablation_making import ablate
from auralise_jax.insight.ablation_windows import windows_of
from auralise_jax.insight.resampling import mean_intervals
from auralise_jax.network import Architecture
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")


@pytest.fixture(scope="module")
def tiny() -> aj.Model:
    return make_model()


@pytest.fixture(scope="module")
def other() -> aj.Model:
    """Three layers and four tags; some maps are not 0 where their features are silent."""
    return aj.Model(make_other_network(), TINY, tuple("abcd"), name="other", task="tags")


@pytest.fixture(scope="module")
def pictures(tiny: aj.Model) -> np.ndarray:
    return windows_of(tiny, make_noise(1.11), 200, None).pictures


def group_effects(*arguments) -> np.ndarray:
    return measure_groups(*arguments).effects


def by_hand(model: aj.Model, picture: np.ndarray, layer: str, k: int, value: float) -> np.ndarray:
    """Return the scores of the paper's CNN with one map set to a value, as plain JAX."""
    network = model.network

    def muted(maps: jax.Array, name: str) -> jax.Array:
        return maps.at[..., k].set(value) if name == layer else maps

    return np.asarray(papers_function(network.tensors, network.architecture, muted)(picture))


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("by", ["zero", "mean"])
def test_plain_jax_says_the_same(tiny, pictures, layer: int, by: str) -> None:
    found = effects(tiny, pictures, layer, by)
    own = tiny.layer(layer)
    assert found.shape == (3, own.features, 3)
    maps = tiny.network.maps(pictures)[layer - 1]
    values = maps.mean((0, 1, 2)) if by == "mean" else np.zeros(own.features)
    nothing = papers_function(tiny.network.tensors, tiny.network.architecture, lambda x, _: x)
    for window, picture in enumerate(pictures):
        before = np.asarray(nothing(picture))
        wanted = [by_hand(tiny, picture, own.name, k, v) - before for k, v in enumerate(values)]
        # Float32, by other forms; far less than the 1e-4 of the logits that effects may be off.
        np.testing.assert_allclose(found[window], wanted, atol=1e-5 * np.ptp(before))


def test_the_fast_form_is_the_meaning(tiny, pictures) -> None:
    """The same function as anyone would write it, opened as such."""
    network = TracedNetwork(
        papers_function(tiny.network.tensors, tiny.network.architecture), pictures[0]
    )
    traced = dataclasses.replace(tiny, network=network)
    for layer in tiny.layers:
        found, wanted = (effects(model, pictures, layer.name) for model in (tiny, traced))
        np.testing.assert_allclose(found, wanted, atol=1e-4 * np.ptp(wanted))


@pytest.mark.parametrize("by", ["zero", "mean"])
@pytest.mark.parametrize("which", ["tiny", "other"])
def test_a_feature_alone_is_a_group_of_one(request, which: str, by: str, pictures) -> None:
    """Alone features go by a fast form or by a batch, groups by a forward pass for each."""
    model = request.getfixturevalue(which)
    for layer in model.layers:
        alone = effects(model, pictures[:2], layer, by)
        groups = group_effects(model, pictures[:2], layer, [[k] for k in range(layer.features)], by)
        np.testing.assert_allclose(alone, groups, atol=1e-4 * max(1e-3, np.abs(groups).max()))


def test_effects_of_a_linear_head_add_up(pictures) -> None:
    """Above the last layer there is nothing but a single dense layer."""
    model = make_model(dense=(3,))
    alone = effects(model, pictures, 3)
    together = group_effects(model, pictures, 3, [[0, 2, 3], range(6)])
    np.testing.assert_allclose(together[:, 0], alone[:, [0, 2, 3]].sum(axis=1), atol=1e-5)
    bias = model.network.tensors["dense1.bias"]
    before = np.asarray(model.network.scores(pictures))
    np.testing.assert_allclose(together[:, 1], bias - before, atol=1e-5)


def test_a_feature_that_is_off_has_no_effect(tiny, pictures) -> None:
    tensors = dict(tiny.network.tensors)
    tensors["conv2.bias"] = np.where(np.arange(5) == 3, np.float32(-100), tensors["conv2.bias"])
    found = effects(with_tensors(tiny, tensors), pictures, 2)
    assert np.abs(found[:, 3]).max() < 1e-5 < np.abs(found).max()


def test_gains_stay_in_force(tiny, pictures) -> None:
    """What is muted already changes the rest, and has no effect any more."""
    muted = tiny.with_gains({(1, 2): 0.0})
    found = effects(muted, pictures, 1)
    assert np.abs(found[:, 2]).max() < 1e-5
    pairs = group_effects(tiny, pictures, 1, [[2, 0], [2]])
    np.testing.assert_allclose(found[:, 0], pairs[:, 0] - pairs[:, 1], atol=1e-5)


def test_a_muted_model_has_a_muted_control(tiny, clips) -> None:
    found = ablate(tiny.with_gains({(1, 2): 0.0}), clips[:1], 1, controls=2, progress=False)
    assert np.abs(found.control.effect.reshape(2, 4, 3)[:, 2]).max() < 1e-5


def test_work_is_counted_and_can_be_ended(tiny, pictures) -> None:
    calls: list[str] = []
    effects(tiny, pictures, 2, each=lambda: calls.append("each"), check=lambda: calls.append("?"))
    assert calls == ["?", "each"] * 3

    def cancel() -> None:
        raise InterruptedError

    calls.clear()
    with pytest.raises(InterruptedError):
        effects(tiny, pictures, 2, each=lambda: calls.append("each"), check=cancel)
    assert not calls


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: (p, 4), "layer must be 1 to 3, or one of conv1, conv2, conv3, not 4"),
        (lambda p: (p, 1, "noise"), "by must be one of zero, mean, not 'noise'"),
        (lambda p: (p[:0], 1), r"pictures must be one or more of shape \(33, 24\)"),
        (lambda p: (p[0], 1), r"so \(windows, 33, 24\), not \(33, 24\)"),
    ],
)
def test_what_effects_refuse(tiny, pictures, make: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        effects(tiny, *make(pictures))


def test_numbers_that_are_not_finite_name_the_place(tiny, pictures) -> None:
    tensors = dict(tiny.network.tensors)
    tensors["conv1.kernel"] = 1e10 * tensors["conv1.kernel"]
    model, bad = with_tensors(tiny, tensors), pictures * np.float32([[[1]], [[1e35]], [[1]]])
    with pytest.raises(ValueError, match=r"overflows float32 in the scores of window 1: its weig"):
        effects(model, bad, 2)
    with pytest.raises(ValueError, match=r"overflows float32 in layer 1, in window 0 or soon aft"):
        effects(model, bad, 1, "mean")


@pytest.fixture(scope="module")
def clips() -> list[aj.Clip]:
    sounds = [make_noise(seconds, seed=n) for n, seconds in enumerate((0.74, 0.37, 1.2))]
    return [
        aj.Clip(one.samples, one.sample_rate, title)
        for one, title in zip(sounds, "xyz", strict=True)
    ]


@pytest.fixture(scope="module")
def found(tiny, clips):
    return ablate(tiny, clips, "conv2", controls=2, progress=False)


def test_means_intervals_and_spread(found, tiny, clips) -> None:
    windows = windows_of(tiny, clips, 200, None)
    assert windows.clip.tolist() == [0, 0, 1, 2, 2, 2]
    each = effects(tiny, windows.pictures, 2)
    np.testing.assert_allclose(found.effect, each.mean(0), rtol=1e-5)
    assert (found.low <= found.effect + 1e-7).all()
    assert (found.high >= found.effect - 1e-7).all()
    assert (found.windows, found.clips, found.resampled) == (6, ("x", "y", "z"), "clips")
    # Of three clips an interval spans about all of their means.
    means = np.stack([each[windows.clip == n].mean(axis=0) for n in range(3)])
    np.testing.assert_allclose(found.low, means.min(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.high, means.max(axis=0), atol=1e-6)
    logits = np.asarray(tiny.network.scores(windows.pictures))
    np.testing.assert_allclose(found.spread, logits.std(axis=0), rtol=1e-4)
    np.testing.assert_allclose(found.relative, found.effect / found.spread)


def test_random_networks_are_the_control(found, tiny, clips) -> None:
    pictures = windows_of(tiny, clips, 200, None).pictures
    nets = [aj.random_model(tiny, seed) for seed in (1, 2)]
    wanted = [effects(net, pictures, 2).mean(axis=0) for net in nets]
    np.testing.assert_allclose(found.control.effect, np.concatenate(wanted), rtol=1e-5, atol=1e-7)
    spreads = [np.asarray(net.network.scores(pictures)).std(axis=0) for net in nets]
    relative = [one / spread for one, spread in zip(wanted, spreads, strict=True)]
    np.testing.assert_allclose(found.control.relative, np.concatenate(relative), rtol=1e-3)
    low, high = np.quantile(found.control.relative, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(found.band(), [low, high])
    np.testing.assert_array_equal(found.outside, (found.relative < low) | (found.relative > high))


def test_order_and_rows(found) -> None:
    order = found.order("b")
    assert sorted(order.tolist()) == list(range(5))
    assert (np.diff(found.effect[order, 1]) >= 0).all()
    with pytest.raises(ValueError, match="class_name must be one of a, b, c, not 'd'"):
        found.order("d")
    rows = found.rows()
    assert len(rows) == 15
    row = rows[3 * 4 + 1]
    assert (row.layer, row.feature, row.class_name) == ("conv2", 4, "b")
    assert row.effect == found.effect[4, 1]
    assert row.outside == found.outside[4, 1]
    assert row.control_low < row.control_high
    frame = found.to_frame()
    assert list(frame.columns) == list(row._fields)
    assert frame.groupby("class_name").size().tolist() == [5, 5, 5]


def test_the_table_in_words(found) -> None:
    lines = found.table(n=2).splitlines()
    assert lines[0] == (
        "tiny: change of the logit where a single feature of conv2 is muted, mean of 6 windows of "
        "3 clips"
    )
    assert len(lines) == 1 + 1 + 2 * 3 + 3 + 2
    strongest = int(np.abs(found.effect[:, 0]).argmax())
    side = "for" if found.effect[strongest, 0] < 0 else "against"
    effect = f"{found.effect[strongest, 0]:+.2f}"
    assert lines[2].split()[:4] == ["a", f"{strongest}", side, effect]
    assert lines[8] == (
        "by chance: 95 % of the features of 2 random networks lie between these, so that 0 of 5 "
        "would lie outside"
    )
    outside = found.outside.sum(axis=0)
    assert lines[10] == (
        "outside, in sd, as the figure has it: "
        f"a {outside[0]}, b {outside[1]}, c {outside[2]} of 5 features"
    )
    assert "by zero: a muted map" in lines[-2]
    assert lines[-1].startswith("intervals resample the 3 clips, which are few; sd is the")
    assert found.table(1, "b").splitlines()[2].startswith("b ")
    assert repr(found) == (
        "<Ablation: 'tiny', conv2 by zero: 5 features on 6 windows of 3 clips; a, b, c>"
    )
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, not 0"):
        found.table(0)


def test_the_figure(found) -> None:
    figure = found.plot()
    assert [axes.get_title("left") for axes in figure.axes] == ["a", "b", "c"]
    assert "standard deviations of the logit" in figure.get_supylabel()
    assert "band: 95 % of the features of 2 random" in " ".join(figure.get_supxlabel().split())
    assert len(found.plot("b").axes) == 1
    assert figure.png()[1:4] == b"PNG"
    y = [line.get_ydata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_allclose(y, np.sort(found.relative[:, 0]))


def test_names_are_no_formulas(tiny, clips) -> None:
    """Nor do they break a line: both the model's and the classes' come from files."""
    odd = dataclasses.replace(tiny, name="$x_{", classes=("$a_{", "b\nb", "c" * 99))
    found = ablate(odd, clips[:2], 2, controls=0, progress=False)
    found.plot().png()
    assert max(map(len, found.table(1).splitlines()[:5])) < 150


def test_by_mean_says_so(tiny, clips) -> None:
    found = ablate(tiny, clips[:1], 3, "mean", controls=0, progress=False)
    text = found.table()
    assert "by mean: a muted map has the feature's mean over these windows everywhere" in text
    assert "no control: none was asked for (controls=0)" in text
    assert "intervals resample the 2 windows of one clip, which are few" in text
    assert found.resampled == "windows"
    assert np.isfinite(found.low).all()
    assert not found.outside.any()


def test_a_group_beside_random_groups(tiny, clips) -> None:
    found = ablate(tiny, clips, 3, features=[1, 4], draws=5, progress=False)
    pictures = windows_of(tiny, clips, 200, None).pictures
    wanted = group_effects(tiny, pictures, 3, [[1, 4]]).mean(axis=0)
    np.testing.assert_allclose(found.effect, wanted, rtol=1e-5)
    assert found.control.effect.shape == (5, 3)
    assert found.control.members == "5 random groups"
    (label,) = {row.feature for row in found.rows()}
    assert label == "1, 4"
    text = found.table()
    assert "where features 1, 4 of conv3 are muted" in text
    weaker = (np.abs(found.control.effect[:, 0]) < abs(found.effect[0, 0])).sum()
    assert f"groups with a smaller effect: a {weaker}, " in text
    assert "95 % of 5 random groups of 2 other features lie between these" in text
    assert "2 features together" in repr(found)
    assert len(found.plot().axes) == 3
    with pytest.raises(ValueError, match="leave features out to order them"):
        found.order("a")


def test_random_groups_hold_other_features() -> None:
    others = np.array([0, 2, 3, 5, 6])
    groups = draw_groups(others, 3, 8, seed=1)
    assert len(set(groups)) == 8
    assert all(len(set(group)) == 3 and set(group) <= set(others.tolist()) for group in groups)
    assert groups == draw_groups(others, 3, 8, seed=1) != draw_groups(others, 3, 8, seed=2)
    assert len(draw_groups(others, 3, 100, seed=0)) == math.comb(5, 3)


@pytest.mark.parametrize("features", [range(6), [0, 1, 2, 3]])
def test_no_others_are_left_for_a_group(tiny, clips, features) -> None:
    found = ablate(tiny, clips[:2], 3, features=features, progress=False)
    left = 6 - len(features)
    assert f"no control: {len(features)} of the layer's 6 features are muted, so that" in (
        found.table()
    )
    assert f"{left or 'no'} others are left" in found.control.no_control
    assert np.isnan(found.band()).all()
    assert "no control" in found.plot().get_supxlabel()


def test_all_features_of_a_layer_leave_what_biases_give(tiny, clips) -> None:
    """Then no sound gets through: the scores are the same in all windows."""
    pictures = windows_of(tiny, clips, 200, None).pictures
    after = group_effects(tiny, pictures, 1, [range(4)])[:, 0] + tiny.network.scores(pictures)
    np.testing.assert_allclose(after, np.broadcast_to(after[0], after.shape), atol=1e-5)


def test_a_single_window_has_no_interval(tiny) -> None:
    found = ablate(tiny, make_noise(0.37), 1, controls=1, progress=False)
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()
    assert np.isnan(found.relative).all()
    assert math.isnan(found.rows()[0].low)
    text = found.table()
    assert "no intervals and no spread (sd): there is a single window" in text
    assert "outside, in logits" in text
    assert "outside, in sd" not in text
    figure = found.plot()
    assert "change of the logit" in figure.get_supylabel()
    figure.png()


def test_a_network_without_weights_goes_on(clips) -> None:
    network = TracedNetwork(unlearnt_function, np.zeros(TINY.shape, np.float32))
    model = aj.Model(network, TINY, tuple("abcd"), name="edges")
    found = ablate(model, clips, 1, progress=False)
    assert "no control: the function captures no array that the picture is" in found.table()
    assert np.isfinite(found.effect).all()
    assert found.control.drawn == 0
    # The mean of each pair of blocks is a score of its own.
    layer = ablate(model, clips, 2, progress=False)
    off_diagonal = layer.effect[~np.eye(4, dtype=bool)]
    assert np.abs(off_diagonal).max() < 1e-6
    assert (np.diag(layer.effect) < 0).all()


def test_tags_and_other_networks(other, clips) -> None:
    found = ablate(other, clips, "middle", controls=1, progress=False)
    assert found.effect.shape == (12, 4)
    assert found.control.effect.shape == (12, 4)


def test_many_tags_are_cut(tiny, clips) -> None:
    made = Architecture(features=(4, 5, 6), dense=(9,))
    rng = np.random.default_rng(0)
    shapes = made.shapes(TINY.shape).items()
    tensors = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes}
    model = stack_model(tensors, made, TINY, tuple("abcdefghi"))
    found = ablate(model, clips, 3, controls=0, progress=False)
    assert len(found.plot().axes) == 6
    assert "without 3 classes of smaller effects; name one" in found.table()
    assert found.table(class_name="i").splitlines()[2].startswith("i ")


def test_tempi_are_classes(clips) -> None:
    model = make_model()
    model = dataclasses.replace(model, classes=("60 BPM", "61 BPM", "62 BPM"), task="tempo")
    assert ablate(model, clips, 3, controls=0, progress=False).order("61 BPM").shape == (6,)


@pytest.mark.parametrize("task", ["classes", "pitch"])
def test_a_model_without_scores_says_what_works(clips, task: str) -> None:
    model = dataclasses.replace(make_model(dense=()), task=task)
    for work in (
        lambda: ablate(model, clips, 1, progress=False),
        lambda: effects(model, np.zeros((1, 33, 24), np.float32), 1),
    ):
        with pytest.raises(ValueError, match=r"'tiny' gives no scores, .* can be heard \(aj.lis"):
            work()


def test_numbers_may_be_numpys(tiny) -> None:
    whole, given = np.int64(1), {"progress": False, "controls": 0}
    own = ablate(tiny, make_noise(0.74), 2, windows=1, seed=1, confidence=0.75, **given)
    theirs = ablate(
        tiny, make_noise(0.74), 2, windows=whole, seed=whole, confidence=np.float32(0.75), **given
    )
    np.testing.assert_array_equal(own.effect, theirs.effect)
    assert own.table() == theirs.table()


REFUSED = [
    ({"layer": "conv9"}, "layer must be 1 to 3, or one of conv1, conv2, conv3, not 'conv9'"),
    ({"by": "noise"}, "by must be one of zero, mean, not 'noise'"),
    ({"clips": []}, "there are no clips to mute features on"),
    ({"clips": 3}, "clips must be clips, names of shipped clips or paths, not 3"),
    ({"clips": [make_noise(1), None]}, "names of shipped clips or paths, not None"),
    ({"windows": 0}, "windows must be a whole number of at least 1, not 0"),
    ({"windows": 2.0}, "windows must be a whole number of at least 1, not 2.0"),
    ({"hop": 0.0}, "hop must be seconds from one window to the next, such as 0.37, not 0.0"),
    ({"hop": math.nan}, "hop must be seconds"),
    ({"hop": "1"}, "hop must be seconds"),
    ({"controls": -1}, "controls must be a whole number of at least 0, not -1"),
    ({"draws": 0, "features": [1]}, "draws must be a whole number of at least 1, not 0"),
    ({"seed": -1}, "seed must be a whole number of at least 0, not -1"),
    ({"seed": "a"}, "seed must be a whole number of at least 0, not 'a'"),
    ({"confidence": 1.0}, "confidence must lie between 0 and 1, not 1.0"),
    ({"confidence": "95 %"}, "confidence must lie between 0 and 1, not '95 %'"),
    ({"features": [1, 1]}, "feature 1 is named twice in features"),
    ({"features": [5]}, "feature must be 0 to 4 in layer conv2, which has 5 features, not 5"),
    ({"features": []}, "features is empty; leave it out to mute every feature alone"),
    ({"features": "12"}, r"features must be a list of numbers such as \[3, 20\], not '12'"),
    ({"features": 3}, "features must be a list of numbers"),
    ({"clips": aj.Clip(np.zeros(2000), 2000)}, "all windows are silent, so there is nothing to"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED)
def test_what_is_refused(tiny, settings: dict, message: str) -> None:
    usual = {"clips": make_noise(0.37), "layer": 2, "progress": False}
    with pytest.raises(ValueError, match=message):
        ablate(tiny, **(usual | settings))


def test_some_silence_is_counted(tiny) -> None:
    found = ablate(
        tiny, [make_noise(0.74), aj.Clip(np.zeros(740), 2000)], 2, controls=0, progress=False
    )
    assert (found.windows, found.silent) == (3, 1)
    assert "silent windows: 1 of 3" in found.table()


def test_windows_are_shared_out(tiny, tmp_path) -> None:
    path = make_noise(3.7).save(tmp_path / "long.wav")
    short, long = make_noise(0.1, seed=1), make_noise(1.48, seed=2)

    def clip(clips, most: int, hop: float | None = None) -> list[int]:
        return windows_of(tiny, clips, most, hop).clip.tolist()

    assert clip([short, long, path], 9) == [0] + [1] * 4 + [2] * 4
    assert clip([path, short], 4) == [0, 0, 1]
    assert clip([short, long, str(path)], 2) == [0, 1]
    assert clip(path, 200) == [0] * 10
    assert clip(long, 200, hop=0.185) == [0] * 8  # the last has half of its sound
    assert clip({"one": short, "two": long}, 3) == [0, 1, 1]
    assert windows_of(tiny, ["bach", path], 2, None).titles == ("Bach, Prelude in C", "long")
    # What is missing of a short clip is silence.
    padded = np.pad(short.samples, (0, TINY.samples - len(short.samples)))
    np.testing.assert_array_equal(
        windows_of(tiny, short, 1, None).pictures[0], TINY.picture(padded)
    )


def test_intervals_by_resampling() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(2.0, 1.0, (400, 2, 3))
    low, high = mean_intervals(values, np.arange(400))
    # By the normal distribution, whose error for so many is far below a tenth of the width.
    half = 1.96 * values.std(axis=0) / 20
    np.testing.assert_allclose(low, values.mean(axis=0) - half, atol=0.02)
    np.testing.assert_allclose(high, values.mean(axis=0) + half, atol=0.02)
    wide = mean_intervals(np.repeat(values[:20], 20, axis=0), np.repeat(np.arange(20), 20))
    assert (wide[1] - wide[0] > 3 * (high - low)).all()
    narrow = mean_intervals(values, np.arange(400), confidence=0.5)
    assert (narrow[1] - narrow[0] < 0.5 * (high - low)).all()
    assert np.isnan(mean_intervals(values, np.zeros(400, int))).all()


def test_one_program_serves_all_features_and_windows(tiny, pictures, compiled) -> None:
    first, other = (aj.random_model(tiny, seed) for seed in (4, 5))
    effects(first, pictures[:1], 2)
    before = compiled()
    effects(first, pictures, 2)
    effects(other, pictures, 2)
    assert compiled() == before
