"""The survey against NumPy pair by pair, a case done by hand, laws, and what is refused."""

import re
import tracemalloc

import numpy as np
import pytest
from making import make_model, make_noise, with_tensors

import auralise_jax as aj
from auralise_jax.insight.control import likeness
from auralise_jax.insight.survey import Survey, survey
from auralise_jax.network import untrained

# Float32 products of some hundred numbers.
CLOSE = 1e-6


def survey_of(
    projections: np.ndarray,
    source: np.ndarray,
    alike: float = 0.7,
    control: float | None = None,
) -> Survey:
    how = {"layer": 2, "rule": "guided", "position": "all"}
    return Survey.of(projections, source, **how, alike=alike, control=control)


def make_layer(seed: int, features: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Return signed pictures that share three ingredients, and a source that holds them all."""
    rng = np.random.default_rng(seed)
    shared = rng.gamma(0.5, size=(3, 11, 13))
    mixed = np.tensordot(rng.dirichlet([0.3] * 3, features), shared, 1)
    loudness = rng.lognormal(0, 2, (features, 1, 1))
    layer = loudness * (mixed + rng.normal(0, 0.5, mixed.shape))
    return layer.astype(np.float32), shared.sum(axis=0).astype(np.float32)


@pytest.fixture
def by_hand() -> Survey:
    """Four features of four cells: 0 echoes the source, 1 and 2 are one elsewhere, 3 is silent."""
    source = np.array([[1.0, 0], [0, 0]])
    layer = np.zeros((4, 2, 2))
    layer[0, 0, 0], layer[1, 0, 1], layer[2, 0, 1] = 3, 2, 1
    layer[1, 1, 1] = -5  # the loudest of all, but rectified away
    return survey_of(layer, source, control=0.4)


def test_by_hand(by_hand: Survey) -> None:
    np.testing.assert_allclose(by_hand.energy, [9 / 14, 4 / 14, 1 / 14, 0])
    # Of one-hot pictures of four cells: 1 if it is the same cell, else -1/3.
    np.testing.assert_allclose(by_hand.likeness, [1, 1 / 3, 1 / 3, 0])
    np.testing.assert_allclose(by_hand.selectivity, [0, 2 / 3, 2 / 3, 0], atol=1e-12)
    wanted = [[1, -1 / 3, -1 / 3, 0], [-1 / 3, 1, 1, 0], [-1 / 3, 1, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(by_hand.correlation, wanted)
    assert by_hand.silent.tolist() == [False, False, False, True]
    assert by_hand.beyond.tolist() == [False, True, True, True]  # of 0.4
    assert by_hand.strong.tolist() == [True, True, False, False]  # a quarter or more
    np.testing.assert_allclose(by_hand.interest, [0, 4 / 14, 0, 0])
    assert by_hand.order.tolist() == [1, 0, 2, 3]
    assert by_hand.rank.tolist() == [2, 1, 3, 4]
    assert by_hand.copies.tolist() == [-1, -1, 1, -1]
    assert by_hand.twin.tolist() == [-1, 2, 1, -1]
    np.testing.assert_allclose(by_hand.redundancy, [0, 1, 1, 0])
    np.testing.assert_allclose(by_hand.sparseness, [1, 1, 1, 0])  # all in one place
    assert by_hand.group.tolist() == [1, 0, 0, -1]
    assert by_hand.similar.tolist() in ([0, 1, 2, 3], [0, 2, 1, 3], [1, 2, 0, 3], [2, 1, 0, 3])


def test_it_shows_itself(by_hand: Survey) -> None:
    assert repr(by_hand) == (
        "<Survey: layer 2, guided, position all: 4 features in 2 groups, 1 silent; first 1, 0, 2>"
    )
    assert by_hand.table() == (
        "rank  feature  interest  energy  likeness  sparseness  group      twin\n"
        "   1        1     0.286  28.6 %      0.33        1.00      0  2 (1.00)\n"
        "   2        0         -  64.3 %      1.00        1.00      1         -\n"
        "   3        2         -   7.1 %      0.33        1.00      0  1 (1.00)\n"
        "   4        3    silent       -         -           -      -         -\n"
        "1 feature has 25.0 % of the energy or more and is less like the source than random "
        "weights (0.40): first in the ranking."
    )
    lines = by_hand.table().splitlines()
    assert by_hand.table(2).splitlines() == [*lines[:3], lines[-1]]


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_those_of_numpy_pair_by_pair(seed: int) -> None:
    layer, source = make_layer(seed)
    found = survey_of(layer, source)
    rectified = np.maximum(layer.astype(float), 0)
    for one, k in zip(rectified, range(len(layer)), strict=True):
        against = np.corrcoef(one.ravel(), source.ravel())[0, 1]
        assert found.likeness[k] == pytest.approx(abs(against), abs=CLOSE)
        for other, m in zip(rectified, range(len(layer)), strict=True):
            r = np.corrcoef(one.ravel(), other.ravel())[0, 1]
            assert found.correlation[k, m] == pytest.approx(r, abs=CLOSE)
    energy = (rectified**2).sum(axis=(1, 2))
    np.testing.assert_allclose(found.energy, energy / energy.sum(), rtol=1e-6)
    wanted = np.mean(found.likeness)
    assert likeness(layer, source) == pytest.approx(wanted)
    silent_too = np.concatenate([layer, np.zeros_like(layer)])
    assert likeness(silent_too, source) == pytest.approx(wanted)  # the mean of the living


def slow_groups(correlation: np.ndarray, alike: float) -> list[list[int]]:
    """Join the two groups that correlate best on average, as long as they do so by `alike`."""
    groups = [[k] for k in range(len(correlation))]
    while len(groups) > 1:
        pairs = [(i, j) for j in range(len(groups)) for i in range(j)]
        averages = [correlation[np.ix_(groups[i], groups[j])].mean() for i, j in pairs]
        if max(averages) < alike:
            break
        i, j = pairs[int(np.argmax(averages))]
        groups[i] = sorted(groups[i] + groups.pop(j))
    return sorted(groups, key=lambda group: (-len(group), group[0]))


@pytest.mark.parametrize("alike", [0.2, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_of_average_linkage(seed: int, alike: float) -> None:
    layer, source = make_layer(seed, features=14)
    found = survey_of(layer, source, alike)
    wanted = slow_groups(found.correlation, alike)
    assert [np.flatnonzero(found.group == n).tolist() for n in range(len(wanted))] == wanted
    assert found.group.max() == len(wanted) - 1


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_sound_alike(seed: int) -> None:
    layer, source = make_layer(seed, features=14)
    layer[[3, 8]] = 0
    found = survey_of(layer, source)
    assert sorted(found.similar) == list(range(14))
    assert found.similar[-2:].tolist() == [3, 8]
    living = found.similar[:-2]
    runs = 1 + np.count_nonzero(np.diff(found.group[living]))
    assert runs == found.group.max() + 1  # a group stands together

    def alike(order: np.ndarray) -> float:
        return float(found.correlation[order[1:], order[:-1]].sum())

    assert alike(living) > alike(np.sort(living))


def test_equal_pictures_are_one_group_whatever_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    layer = rng.normal(size=(3, 90, 70)).astype(np.float32)
    layer = np.concatenate([layer, layer / 3, layer * 7])  # scaled copies differ by rounding
    found = survey_of(layer, layer[0], alike=1.0)
    assert found.correlation[0, [3, 6]].min() < 1, "nothing was rounded"
    assert found.group.tolist() == [0, 1, 2] * 3


@pytest.mark.parametrize("scale", [1e-30, 0.3, 8.0, 1e30])
def test_loudness_of_a_layer_changes_nothing(scale: float) -> None:
    layer, source = make_layer(1)
    plain, scaled = survey_of(layer, source), survey_of(layer * np.float32(scale), source)
    for name in ("energy", "likeness", "correlation", "interest"):
        np.testing.assert_allclose(getattr(scaled, name), getattr(plain, name), atol=CLOSE)
    for name in ("silent", "order", "rank", "group"):
        np.testing.assert_array_equal(getattr(scaled, name), getattr(plain, name))


def test_loudness_of_single_features_changes_energy_alone() -> None:
    layer, source = make_layer(2)
    plain = survey_of(layer, source)
    gains = np.random.default_rng(0).uniform(0.1, 10, (len(layer), 1, 1)).astype(np.float32)
    other = survey_of(layer * gains, source)
    np.testing.assert_allclose(other.correlation, plain.correlation, atol=CLOSE)
    np.testing.assert_allclose(other.likeness, plain.likeness, atol=CLOSE)
    np.testing.assert_array_equal(other.group, plain.group)
    assert not np.allclose(other.energy, plain.energy)


@pytest.mark.parametrize("seed", range(3))
def test_renumbered_features_get_the_same_answers(seed: int) -> None:
    layer, source = make_layer(seed)
    layer[4] = 0
    way = np.random.default_rng(seed).permutation(len(layer))
    plain, moved = survey_of(layer, source), survey_of(layer[way], source)
    for name in ("energy", "likeness", "interest"):
        np.testing.assert_allclose(getattr(moved, name), getattr(plain, name)[way], atol=CLOSE)
    np.testing.assert_array_equal(moved.silent, plain.silent[way])
    np.testing.assert_allclose(moved.correlation, plain.correlation[np.ix_(way, way)], atol=CLOSE)
    equal = np.equal.outer
    np.testing.assert_array_equal(
        equal(moved.group, moved.group), equal(plain.group[way], plain.group[way])
    )


@pytest.mark.parametrize("control", [0.0, 0.2, 0.4, 1.1, None])
def test_order_rank_and_interest_agree(control: float | None) -> None:
    layer, source = make_layer(3, features=30)
    layer[[0, 7]] = 0
    layer[9] = 0.9 * layer[4]
    found = survey_of(layer, source, control=control)
    assert found.order[-2:].tolist() == [0, 7]
    assert (np.diff(found.interest[found.order]) <= 0).all()
    assert found.rank[found.order].tolist() == list(range(1, 31))
    assert found.interest.max() <= 1
    first = [
        k
        for k in range(30)
        if found.energy[k] >= 1 / 30 and (control is None or found.likeness[k] < control)
    ]
    assert np.flatnonzero(found.interest).tolist() == first
    assert set(found.order[: len(first)]) == set(first)
    counts = np.where(found.copies < 0, 1.0, 0.5)
    for part in (found.order[: len(first)], found.order[len(first) :]):
        assert (np.diff((counts * found.energy)[part]) <= 0).all()


@pytest.mark.parametrize(
    ("control", "words"),
    [
        (0.01, "No feature has 25.0 % of the energy or more and is less like the source than"),
        (1.1, "2 features have 25.0 % of the energy or more and are less like the source than"),
        (None, "No control: ranked by energy."),
    ],
)
def test_the_table_says_how_many_stand_out(by_hand: Survey, control, words: str) -> None:
    found = by_hand.against(control)
    assert found.table().splitlines()[-1].startswith(words)


def test_equal_shares_are_all_strong() -> None:
    layer = np.zeros((7, 3, 7), np.float32)
    layer[np.arange(7), 1, np.arange(7)] = 0.3
    assert survey_of(layer, np.ones((3, 7))).strong.all()


@pytest.mark.parametrize("clip", ["bach", "ballad", "dance", "hiphop"])
def test_the_first_of_each_layer_is_strong_and_beyond_its_control_if_any_is(clip: str) -> None:
    model, sound = aj.load_model("genre"), aj.example_clips()[clip]
    heard, control = aj.listen(model, sound), aj.listen(untrained(model), sound)
    for layer in range(1, 6):
        found = survey(heard, layer)
        first = found.order[0]
        # From the pictures alone: shares of energy, and correlations with the source.
        pictures = np.maximum(heard.project_layer(layer), 0).astype(float).reshape(64, -1)
        share = np.square(pictures[first]).sum() / np.square(pictures).sum()
        own = np.corrcoef(pictures[first], heard.picture.ravel())[0, 1]
        random = [
            np.corrcoef(np.maximum(one, 0).ravel(), control.picture.ravel())[0, 1]
            for one in control.project_layer(layer)
            if one.max() > 0
        ]
        assert found.control == pytest.approx(np.mean(np.abs(random)), abs=1e-5)
        stands_out = share >= 1 / 64 and abs(own) < np.mean(np.abs(random))
        assert stands_out or found.verdict.startswith("No feature has 1.6 % of the energy or more")


def test_one_feature_alone() -> None:
    layer, source = make_layer(0, features=1)
    found = survey_of(layer, source)
    assert found.energy.tolist() == [1]
    assert found.interest.tolist() == [1]
    assert found.correlation.tolist() == [[1]]
    assert found.group.tolist() == found.similar.tolist() == found.order.tolist() == [0]
    assert "1 feature in 1 group, 0 silent; first 0>" in repr(found)


@pytest.mark.parametrize(("alike", "groups"), [(0.7, [0, 1]), (0.1, [0, 0])])
def test_two_features(alike: float, groups: list[int]) -> None:
    source = np.array([[1.0, 2, 3, 5]])
    found = survey_of(np.array([[[1.0, 2, 3, 4]], [[4.0, 1, 2, 6]]]), source, alike)
    assert found.correlation[0, 1] == pytest.approx(3.5 / np.sqrt(5 * 14.75))  # 0.41
    assert found.group.tolist() == groups


@pytest.mark.parametrize("features", [1, 2, 5])
def test_a_silent_layer(features: int) -> None:
    found = survey_of(np.zeros((features, 3, 4), np.float32), np.ones((3, 4)))
    assert found.silent.all()
    for name in ("energy", "likeness", "correlation", "selectivity", "interest"):
        assert not getattr(found, name).any(), name
    assert found.order.tolist() == found.similar.tolist() == list(range(features))
    assert (found.group == -1).all()
    assert repr(found).endswith("all silent>")
    assert found.table().count("silent") == features
    assert likeness(np.zeros((features, 3, 4)), np.ones((3, 4))) == 0


@pytest.mark.parametrize("level", [0.0, 0.1, -3.0])
def test_a_constant_source_resembles_nothing(level: float) -> None:
    layer, source = make_layer(0)
    constant = np.full_like(source, level)
    found = survey_of(layer, constant)
    assert not found.likeness.any()
    assert (found.selectivity == 1).all()
    assert likeness(layer, constant) == 0


def test_a_feature_that_is_nowhere_positive_has_nothing_to_hear() -> None:
    layer, source = make_layer(0)
    layer[2] = -np.abs(layer[2])
    found = survey_of(layer, source)
    assert not found.silent[2]  # as Projection.silent has it, which looks at both signs
    assert found.energy[2] == found.likeness[2] == found.selectivity[2] == 0
    assert found.correlation[2, 2] == 1
    assert np.count_nonzero(found.correlation[2]) == 1
    assert found.order[-1] == 2
    assert np.count_nonzero(found.group == found.group[2]) == 1


def test_silence_is_that_of_a_projection(tiny_model: aj.Model) -> None:
    bias = tiny_model.network.tensors["conv2.bias"].copy()
    bias[1] = -1e6
    dead = with_tensors(tiny_model, {**tiny_model.network.tensors, "conv2.bias": bias})
    heard = aj.listen(dead, make_noise(0.37))
    found = survey(heard, 2)
    assert found.silent.tolist() == [heard.project(2, k).silent for k in range(5)]
    assert found.silent[1]


@pytest.mark.parametrize(("share", "silent"), [(0.5e-6, True), (2e-6, False)])
def test_silent_is_below_a_millionth_of_the_layers_peak(share: float, silent: bool) -> None:
    layer, source = make_layer(0)
    layer[3] *= share * np.abs(layer).max() / np.abs(layer[3]).max()
    found = survey_of(layer, source)
    assert found.silent[3] == silent
    assert found.silent.sum() == silent
    numbers = (found.energy, found.likeness, found.selectivity, found.correlation)
    assert [bool(values[3].any()) for values in numbers] == [not silent] * 4


def test_a_listening_is_surveyed(tiny_heard: aj.Listening) -> None:
    for rule, position in (("deconvnet", "all"), ("guided", "strongest")):
        found = survey(tiny_heard, "conv3", rule, position, alike=0.4)
        assert (found.layer, found.rule, found.position) == (3, rule, position)
        wanted = survey_of(
            tiny_heard.project_layer(3, rule, position), tiny_heard.picture, alike=0.4
        )
        np.testing.assert_array_equal(found.correlation, wanted.correlation)
        np.testing.assert_array_equal(found.group, wanted.group)
        np.testing.assert_array_equal(found.order, wanted.order)


def test_silence_is_surveyed() -> None:
    heard = aj.listen(make_model(), aj.Clip(np.zeros(740), 2000))
    assert np.isfinite(survey(heard, 1).interest).all()
    assert not survey(heard, 1).likeness.any()


def test_what_is_given_stays_as_it_was() -> None:
    layer, source = make_layer(0)
    before = layer.copy(), source.copy()
    survey_of(layer, source)
    np.testing.assert_array_equal(layer, before[0])
    np.testing.assert_array_equal(source, before[1])


def test_memory_is_two_more_copies_at_most() -> None:
    layer = np.random.default_rng(0).normal(size=(16, 257, 173)).astype(np.float32)
    survey_of(layer[:2], layer[0])  # imports
    tracemalloc.start()
    survey_of(layer, layer[0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2.2 * layer.nbytes


@pytest.mark.parametrize("alike", [0, -0.1, 1.01, float("nan")])
def test_alike_out_of_range_is_refused(tiny_heard: aj.Listening, alike: float) -> None:
    message = rf"^alike must be above 0 and at most 1, not {re.escape(repr(alike))}$"
    with pytest.raises(ValueError, match=message):
        survey(tiny_heard, 1, alike=alike)
    with pytest.raises(ValueError, match=message):
        survey_of(*make_layer(0), alike=alike)


@pytest.mark.parametrize(
    ("layer", "source", "message"),
    [
        (np.ones(4), np.ones(4), r"projections .*\(features, freq, time\), .* not \(4,\)"),
        (np.ones((0, 3, 4)), np.ones((3, 4)), r"projections must .*, not \(0, 3, 4\)"),
        (
            np.ones((2, 3, 4)),
            np.ones((4, 3)),
            r"source must have the shape of a projection, \(3, 4\), not \(4, 3\)",
        ),
        (np.full((1, 1, 2), np.nan), np.ones((1, 2)), "projections and source must be finite"),
        (np.full((1, 1, 2), -np.inf), np.ones((1, 2)), "projections and source must be finite"),
        (np.ones((1, 1, 2)), np.full((1, 2), np.inf), "projections and source must be finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(layer, source, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        survey_of(layer, source)
    with pytest.raises(ValueError, match=f"^{message}$"):
        likeness(layer, source)


def test_other_choices_are_the_listenings(tiny_heard: aj.Listening) -> None:
    with pytest.raises(
        ValueError, match=r"^layer must be 1 to 3, or one of conv1, conv2, conv3, not 4$"
    ):
        survey(tiny_heard, 4)
    with pytest.raises(
        ValueError, match=r"^rule must be one of deconvnet, gradient, guided, not 'x'$"
    ):
        survey(tiny_heard, 1, "x")
    with pytest.raises(ValueError, match=r"^position must be one of all, strongest, not 'x'$"):
        survey(tiny_heard, 1, position="x")


@pytest.mark.parametrize("n", [0, -1])
def test_a_table_of_nothing_is_refused(by_hand: Survey, n: int) -> None:
    with pytest.raises(ValueError, match=rf"^n must be 1 or more, not {n}$"):
        by_hand.table(n)


@pytest.mark.parametrize("seed", range(3))
def test_copies_and_twins_hold_what_they_promise(seed: int) -> None:
    layer, source = make_layer(seed)
    rng = np.random.default_rng(seed)
    layer = np.concatenate([layer, 0.5 * layer[:3], layer[:2] + 1e-3 * rng.random(layer[:2].shape)])
    found = survey_of(layer.astype(np.float32), source)
    for k, original in enumerate(found.copies):
        others = [found.correlation[k, m] for m in range(len(layer)) if m != k]
        assert found.redundancy[k] == pytest.approx(max(0, *others))
        if original >= 0:
            assert found.copies[original] == -1  # an original is no copy
            assert found.correlation[k, original] >= 0.95
            assert found.energy[original] >= found.energy[k]
            assert found.interest[k] <= 0.5
    for k in range(3):
        assert found.copies[9 + k] == k or found.copies[k] >= 0
    rectified = np.maximum(layer, 0).reshape(len(layer), -1).astype(float)
    norms = np.abs(rectified).sum(axis=1) / np.sqrt(np.square(rectified).sum(axis=1))
    root = np.sqrt(rectified.shape[1])
    np.testing.assert_allclose(found.sparseness, (root - norms) / (root - 1), rtol=1e-5)
