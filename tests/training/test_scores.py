"""Scores: against scikit-learn, published intervals, hand-counted bins, and simulated truth."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from auralise_jax.text import columns, shorten
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.scores import Interval, bootstrap, reliability, scores, wilson


def make_predictions(
    classes: tuple[str, ...] = ("a", "b", "c"), pieces: int = 6, groups: bool = True, seed: int = 0
) -> Predictions:
    """Return predictions for clips of `pieces` pieces a class, three clips each, often right."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(classes)), 3 * pieces)
    numbers = np.repeat(np.arange(len(classes) * pieces), 3)
    odds = np.exp(rng.normal(size=(len(labels), len(classes))) + 1.5 * np.eye(len(classes))[labels])
    odds /= odds.sum(axis=1, keepdims=True)
    names = tuple(f"album {n % 4}" for n in numbers) if groups else ()
    return Predictions(classes, odds, labels, numbers, names)


# Against scikit-learn


@pytest.fixture(scope="module", params=range(3))
def told(request: pytest.FixtureRequest) -> Predictions:
    return make_predictions(seed=request.param)


def test_confusion_and_accuracy_agree(told: Predictions) -> None:
    found, guesses = scores(told), told.probabilities.argmax(axis=1)
    np.testing.assert_array_equal(found.confusion, metrics.confusion_matrix(told.labels, guesses))
    assert found.clip_accuracy.value == metrics.accuracy_score(told.labels, guesses)


def test_recall_precision_and_f1_agree(told: Predictions) -> None:
    found, guesses = scores(told), told.probabilities.argmax(axis=1)
    wanted = metrics.precision_recall_fscore_support(told.labels, guesses)
    rows = [(c.precision, c.recall, c.f1, c.clips) for c in found.per_class]
    np.testing.assert_allclose(np.transpose(rows), wanted)
    assert found.macro_f1 == pytest.approx(metrics.f1_score(told.labels, guesses, average="macro"))


def test_log_loss_and_brier_agree(told: Predictions) -> None:
    found = scores(told)
    assert found.log_loss == pytest.approx(metrics.log_loss(told.labels, told.probabilities))
    parts = [
        metrics.brier_score_loss(told.labels == number, told.probabilities[:, number])
        for number in range(3)
    ]
    assert found.brier == pytest.approx(sum(parts))


def test_class_without_clips_or_predictions() -> None:
    odds = np.array([[0.7, 0.3, 0.0], [0.8, 0.2, 0.0], [0.9, 0.1, 0.0]])
    found = scores(Predictions(("a", "b", "c"), odds, [0, 0, 1], [0, 1, 2]))
    a, b, c = found.per_class
    assert (a.recall, a.precision, a.f1) == (1.0, 2 / 3, 0.8)
    assert (b.recall, b.f1) == (0.0, 0.0)
    assert all(math.isnan(share) for share in (b.precision, c.recall, c.precision, c.f1))
    assert found.macro_f1 == pytest.approx(0.4)
    assert found.as_dict()["per_class"][2]["recall"] is None


def test_probability_zero_for_the_truth_is_finite() -> None:
    found = scores(Predictions(("a", "b"), np.array([[0.0, 1.0]]), [0], [0]))
    assert found.log_loss == pytest.approx(52 * math.log(2))  # of float64's epsilon, 2 ** -52
    assert found.brier == 2.0


# Calibration, counted by hand


def test_four_clips_by_hand() -> None:
    # Four bins of width 1/4: confidences 0.5 (right) in (1/4, 1/2]; 0.7 (wrong) and 0.75 (right)
    # in (1/2, 3/4]; 0.95 (right) in (3/4, 1].
    confidence, right = np.array([0.5, 0.7, 0.75, 0.95]), np.array([True, False, True, True])
    empty, second, third, last = reliability(confidence, right, bins=4)
    assert empty[:3] == (0.0, 0.25, 0)
    assert math.isnan(empty.confidence)
    assert math.isnan(empty.accuracy)
    assert second == (0.25, 0.5, 1, 0.5, 1.0)
    assert third[:3] == (0.5, 0.75, 2)
    assert third[3:] == pytest.approx((0.725, 0.5))
    assert last == (0.75, 1.0, 1, 0.95, 1.0)


def test_calibration_error_by_hand() -> None:
    odds = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.65, 0.35]])
    found = scores(Predictions(("a", "b"), odds, [0, 0, 1, 1], range(4)))
    # 3 clips at 0.9, of which 2 right; 1 clip at 0.65, wrong.
    assert found.calibration_error == pytest.approx(0.75 * (0.9 - 2 / 3) + 0.25 * 0.65)


def test_certain_and_right_is_perfect() -> None:
    found = scores(Predictions(("a", "b"), np.eye(2), [0, 1], [0, 1]))
    assert (found.calibration_error, found.brier, found.log_loss) == (0.0, 0.0, 0.0)


def test_bins_hold_every_clip(told: Predictions) -> None:
    assert sum(its.clips for its in scores(told).bins) == len(told.labels)


# Intervals


@pytest.mark.parametrize(
    ("right", "trials", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3, and the three below
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(right: int, trials: int, low: float, high: float) -> None:
    # Four digits are printed.
    assert wilson(right, trials)[1:] == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_symmetric() -> None:
    (_, low, high), (_, low2, high2) = wilson(3, 17), wilson(14, 17)
    assert (low, high) == pytest.approx((1 - high2, 1 - low2))


@pytest.mark.parametrize("pieces", [10, 40])
def test_bootstrap_holds_the_truth_in_95_of_100(pieces: int) -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for seed in range(200):
        clips = rng.integers(1, 8, pieces)
        right = rng.binomial(clips, rng.beta(3, 1, pieces))  # each piece has a rate of its own
        _, low, high = bootstrap(right, clips, seed=seed)
        hits += low <= 0.75 <= high
    # 0.95 of 200 is 190, with a standard deviation of 3; few pieces may cost some percent.
    assert 178 <= hits <= 199


def test_clips_as_if_independent_would_be_overconfident() -> None:
    # All 10 clips of a piece agree, so there are 12 trials and not 120.
    right, clips = np.array([10] * 8 + [0] * 4), np.full(12, 10)
    _, low, high = bootstrap(right, clips)
    _, low_wrong, high_wrong = wilson(80, 120)
    assert high - low > 2 * (high_wrong - low_wrong)


def test_bootstrap_is_seeded() -> None:
    clips = np.arange(1, 100)  # so unlike each other that no two draws agree
    right = np.random.default_rng(0).binomial(clips, 0.5)
    assert bootstrap(right, clips, seed=1) == bootstrap(right, clips, seed=1)
    assert bootstrap(right, clips, seed=1) != bootstrap(right, clips, seed=2)


@pytest.mark.parametrize("share", [0, 1, 2])
def test_pieces_that_fare_alike_have_wilsons_interval(share: int) -> None:
    found = bootstrap(np.full(9, share), np.full(9, 2))
    assert found == Interval(share / 2, *wilson(9 * share / 2, 9)[1:])


def test_one_piece_says_little() -> None:
    found = scores(Predictions(("a", "b"), np.eye(2)[[0, 0]], [0, 0], [5, 5]))
    assert found.clip_accuracy.low < 0.3
    assert found.clip_accuracy == found.piece_accuracy


# Pieces and groups


def test_piece_is_the_mean_of_its_clips() -> None:
    odds = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.45, 0.55]])
    told = Predictions(("a", "b"), odds, [0, 1, 0, 0], [9, 2, 9, 9], ("x", "y", "x", "x"))
    whole = told.by_piece()
    np.testing.assert_allclose(whole.probabilities, [[0.2, 0.8], [0.55, 0.45]])
    assert whole.pieces.tolist() == [2, 9]
    assert whole.groups == ("y", "x")
    found = scores(told)
    assert (found.clip_accuracy.value, found.piece_accuracy.value) == (0.5, 1.0)


def test_order_of_clips_does_not_matter(told: Predictions) -> None:
    order = np.random.default_rng(0).permutation(len(told.labels))
    mixed = Predictions(
        told.classes,
        told.probabilities[order],
        told.labels[order],
        told.pieces[order],
        tuple(told.groups[n] for n in order),
    )
    assert scores(mixed).as_dict() == scores(told).as_dict()


def test_worst_group_comes_first() -> None:
    odds = np.eye(2)[[0, 0, 1, 1, 0]]
    groups = ("swing", "swing", "swing", "", "waltz")
    found = scores(Predictions(("a", "b"), odds, [0, 0, 0, 1, 1], range(5), groups)).groups
    assert [tuple(row) for row in found] == [
        ("waltz", "b", 1, 0.0),
        ("swing", "a", 3, 2 / 3),
    ]


def test_no_groups_no_table() -> None:
    found = scores(make_predictions(groups=False))
    assert found.groups == ()
    assert "group" not in found.table()


# What is handed out


def test_dictionary_is_json(told: Predictions) -> None:
    found = scores(told).as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["confusion"][0][0] == scores(told).confusion[0, 0]
    assert found["brier"] == round(scores(told).brier, 4)


def test_table_says_it_all() -> None:
    odds = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    told = Predictions(("waltz", "jig"), odds, [0, 0, 1, 0], [0, 0, 1, 2], ("x", "x", "", "y"))
    assert scores(told).table() == "\n".join(
        [
            "4 clips of 3 pieces, 2 classes",
            "",
            "accuracy                            95 % interval",
            "of clips                 75.0 %  0.0 % to 100.0 %",
            "of pieces                66.7 %  20.8 % to 93.9 %",
            "most common class alone  75.0 %",
            "",
            "class  clips   recall  precision      F1",
            "waltz      3   66.7 %    100.0 %  80.0 %",
            "jig        1  100.0 %     50.0 %  66.7 %",
            "",
            "confusion: a row per true class, a column per predicted",
            "       waltz  jig",
            "waltz      2    1",
            "jig        0    1",
            "",
            "calibration error 0.400 (15 bins), Brier score 0.450, log loss 0.646 nats",
            "",
            "worst of 2 groups",
            "group  class  clips  accuracy",
            "y      waltz      1     0.0 %",
            "x      waltz      2   100.0 %",
        ]
    )


def test_clips_without_an_answer_are_counted_beside_the_scores(told: Predictions) -> None:
    plain = scores(told)
    assert plain.answered is None
    assert "answered" not in plain.as_dict()
    found = scores(told, none_below=0.6)
    said = told.probabilities.max(axis=1) >= 0.6
    assert found.answered is not None
    assert found.answered.clips == said.sum()
    assert found.answered.share == said.mean()
    assert found.answered.accuracy.value == pytest.approx(told.right[said].mean())
    made = found.as_dict()
    assert made.pop("answered")["clips"] == said.sum()
    assert made == plain.as_dict()
    first, *_ = found.table().split("\nanswered: ")
    assert plain.table().startswith(first)


def test_accuracy_of_no_answers_is_undefined(told: Predictions) -> None:
    found = scores(told, none_below=0.99999)
    assert found.answered is not None
    assert found.answered.clips == 0
    assert math.isnan(found.answered.accuracy.value)
    assert json.loads(json.dumps(found.as_dict()["answered"]))["accuracy"]["value"] is None
    assert "\nanswered: 0 clips, 0.0 %; the others are none of these" in found.table()


def test_table_with_odd_names_is_aligned_and_safe() -> None:
    names = ("🎸", "音楽", "a\nb", "\x1b[31mred", "x" * 80)
    table = scores(make_predictions(names)).table()
    assert "\x1b" not in table
    assert table.splitlines()[7].startswith("class ")
    rows = table.splitlines()[8:13]
    assert [row.split()[0] for row in rows] == [
        "🎸",
        "音楽",
        "a",
        "�[31mred",
        f"{'x' * 12}…{'x' * 11}",
    ]
    # Wide characters take two columns each, so such a row has as many characters less.
    assert [len(row) for row in rows] == [len(rows[4]) - less for less in (1, 2, 0, 0, 0)]


def test_many_classes_are_numbered() -> None:
    table = scores(make_predictions(tuple(f"genre {n}" for n in range(30)), 1)).table()
    assert "\n30 genre 29 " in table
    # A number needs four columns: two digits, and two of space.
    assert max(map(len, table.splitlines())) <= 12 + 30 * 4


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [("abc", 3, "abc"), ("abcdef", 5, "ab…ef"), ("abcdef", 1, "…"), ("音楽音楽", 5, "音…楽")],
)
def test_shorten(text: str, width: int, short: str) -> None:
    assert shorten(text, width) == short


@given(st.text(st.sampled_from("ab音\u0301\u200d🎻"), max_size=40), st.integers(1, 12))
def test_a_shortened_text_keeps_as_much_of_both_ends_as_fits(text: str, width: int) -> None:
    short = shorten(text, width)
    if columns(text) <= width and len(text) <= 8 * width:
        assert short == text
        return
    fitting = [  # tried one by one, the most characters first
        whole
        for kept in reversed(range(min(len(text), 8 * width)))
        if columns(whole := text[: -(-kept // 2)] + "…" + text[len(text) - kept // 2 :]) <= width
    ]
    assert short == fitting[0]


@pytest.mark.parametrize("text", ["x" * 10**5, "🎵" * 10**5, "e" + "\u0301" * 10**5])
def test_texts_of_any_length_are_shortened(text: str) -> None:
    short = shorten(text, 80)  # a text that is measured once per character would take hours
    assert columns(short) <= 80
    assert len(short) <= 8 * 80 + 1


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ("a",)}, r"classes must be two or more different names, not \['a'\]"),
        ({"classes": ("a", "a")}, "classes must be two or more different names"),
        ({"probabilities": np.ones((3, 3)) / 3}, r"of shape \(clips, 2\), .* not float64 .*3, 3"),
        ({"probabilities": np.eye(2, dtype=int)[[0, 1, 1]]}, "probabilities must be floating"),
        ({"probabilities": np.ones((0, 2))}, "probabilities is empty"),
        ({"probabilities": np.ones((3, 2))}, "row 0 sums to 2, .* apply a softmax to logits"),
        ({"probabilities": np.array([[1.0, 0], [1.5, -0.5], [1, 0]])}, "row 1 .* least is -0.5"),
        ({"probabilities": np.array([[1.0, 0], [1, 0], [np.nan, 0]])}, "row 2 sums to nan"),
        ({"labels": [0, 1]}, "labels must be 3 whole numbers, one per row of probabilities"),
        ({"labels": [0.0, 1.0, 1.0]}, "labels must be 3 whole numbers.* not float64"),
        ({"labels": [0, 1, 2]}, "labels must be 0 to 1, numbers of the 2 classes, not 0 to 2"),
        ({"pieces": [0, 1]}, "pieces must be 3 whole numbers"),
        ({"pieces": [4, 4, 5]}, "piece 4 has clips of two; number the pieces across all classes"),
        ({"groups": ("x",)}, "groups must be 3 names, one per clip, not 1"),
    ],
)
def test_impossible_predictions_are_refused(change: dict[str, object], message: str) -> None:
    legal = {
        "classes": ("a", "b"),
        "probabilities": np.eye(2)[[0, 1, 1]],
        "labels": [0, 1, 1],
        "pieces": [0, 1, 1],
    }
    Predictions(**legal)
    with pytest.raises(ValueError, match=message):
        Predictions(**(legal | change))


def test_predictions_cannot_be_changed(told: Predictions) -> None:
    with pytest.raises(ValueError, match="read-only"):
        told.probabilities[0, 0] = 1
    assert repr(told) == "<Predictions: 54 clips of 18 pieces>"


def test_single_precision_is_accepted() -> None:
    odds = make_predictions().probabilities.astype(np.float32)
    told = make_predictions()
    single = Predictions(told.classes, odds, told.labels, told.pieces)
    np.testing.assert_allclose(single.probabilities.sum(axis=1), 1, rtol=1e-15)
