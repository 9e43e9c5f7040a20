"""Temperature and threshold: laws, a closed form, and a classifier made too sure on purpose."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import make_model, make_noise
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import auralise_jax as aj
from auralise_jax.corpus.cache import FULL_SCALE
from auralise_jax.training.confidence import (
    confidences,
    fit_calibration,
    fit_temperature,
    log_probabilities,
    none_shares,
    threshold,
    with_temperature,
)
from auralise_jax.training.none_sounds import none_sounds
from auralise_jax.training.outliers import outliers
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.scores import scores

pytestmark = pytest.mark.usefixtures("compiled_quickly")

MODEL = make_model()


def softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def too_sure(temperature: float, clips: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and the labels drawn from their probabilities at another temperature."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (clips, 3))
    draws = rng.random((clips, 1))
    labels = (softmax(logits).cumsum(axis=1) < draws).sum(axis=1).clip(max=2)
    return temperature * logits, labels


def test_a_classifier_that_is_too_sure_becomes_as_sure_as_it_is_right() -> None:
    logits, labels = too_sure(3.0)
    fitted = fit_temperature(logits, labels)
    assert fitted == pytest.approx(3.0, rel=0.05)  # a standard error of 6,000 draws is 2 %
    before, after = (
        scores(Predictions(("a", "b", "c"), softmax(one), labels, np.arange(len(labels))))
        for one in (logits, logits / fitted)
    )
    assert before.calibration_error > 0.1
    assert after.calibration_error < 0.02
    assert after.log_loss < before.log_loss
    np.testing.assert_array_equal(after.confusion, before.confusion)


def test_of_two_classes_the_temperature_has_a_closed_form() -> None:
    # Scores that differ by d and are right in the share p: d / t = log(p / (1 - p)).
    logits = np.tile([2.5, 0.0], (10, 1))
    labels = np.array([0] * 8 + [1] * 2)
    assert fit_temperature(logits, labels) == pytest.approx(2.5 / np.log(4), rel=1e-4)


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_scores_may_be_shifted_and_scale_the_temperature(scale: float, shift: float) -> None:
    logits, labels = too_sure(1.0, clips=100)
    plain = fit_temperature(logits, labels)
    found = fit_temperature(scale * logits + shift, labels)
    assert found == pytest.approx(scale * plain, rel=1e-3)  # SciPy's tolerance on the logarithm


def test_probabilities_serve_as_scores() -> None:
    logits, labels = too_sure(2.0, clips=200)
    told = Predictions(("a", "b", "c"), softmax(logits), labels, np.arange(200))
    assert fit_temperature(log_probabilities(told), labels) == pytest.approx(
        fit_temperature(logits, labels), rel=1e-6
    )
    certain = Predictions(("a", "b"), np.eye(2), [0, 1], [0, 1])
    assert np.isfinite(log_probabilities(certain)).all()
    assert fit_temperature(log_probabilities(certain), certain.labels) > 0


def test_what_is_said_too_often_is_said_less_often() -> None:
    logits, labels = too_sure(2.0)
    leaning = logits + np.array([1.0, -2.0, 1.0])
    temperature, biases = fit_calibration(leaning, labels)
    assert temperature == pytest.approx(2.0, rel=0.05)
    np.testing.assert_allclose(biases, [-0.5, 1.0, -0.5], atol=0.1)
    # The least log loss that any model of this kind has: an independent fit finds no other.
    fitted = LogisticRegression(C=1e6, fit_intercept=True).fit(leaning, labels)
    free = log_loss(labels, fitted.predict_proba(leaning))
    ours = log_loss(labels, softmax(leaning / temperature + biases))
    assert free - 1e-4 < ours < free + 1e-3
    assert ours < log_loss(labels, softmax(leaning / fit_temperature(leaning, labels))) - 0.05


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_a_calibration_follows_scale_and_shift(scale: float, shift: float) -> None:
    logits, labels = too_sure(1.0, clips=100)
    plain, found = fit_calibration(logits, labels), fit_calibration(scale * logits + shift, labels)
    assert found.temperature == pytest.approx(scale * plain.temperature, rel=1e-2)
    np.testing.assert_allclose(found.biases, plain.biases, atol=1e-2)
    assert abs(found.biases.sum()) < 1e-9


def test_without_clips_of_a_class_there_is_no_bias() -> None:
    with pytest.raises(ValueError, match="each of the 3 classes at least once"):
        fit_calibration(np.zeros((2, 3)), np.array([0, 2]))
    certain = fit_calibration(np.diag([800.0, 800.0]), np.array([0, 1]))
    assert np.isfinite([certain.temperature, *certain.biases]).all()


def test_folded_biases_are_added_after_the_temperature() -> None:
    pictures = np.random.default_rng(1).uniform(0, 1, (5, *MODEL.frontend.shape)).astype("f4")
    biases = np.linspace(-1, 1, len(MODEL.classes))
    folded = with_temperature(MODEL, 2.0, biases)
    plain, found = (np.asarray(one.network.scores(pictures)) for one in (MODEL, folded))
    np.testing.assert_allclose(found, plain / 2 + biases, atol=1e-5)
    for bad in ([0.0], [[0.0]] * len(MODEL.classes), [float("nan")] * len(MODEL.classes)):
        with pytest.raises(ValueError, match=r"biases must be \d finite numbers, one per class"):
            with_temperature(MODEL, 2.0, bad)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.7])
def test_a_folded_temperature_divides_scores(temperature: float) -> None:
    pictures = np.random.default_rng(1).uniform(0, 1, (20, *MODEL.frontend.shape)).astype("f4")
    folded = with_temperature(dataclasses.replace(MODEL, none_below=0.5), temperature)
    plain, found = (np.asarray(one.network.scores(pictures)) for one in (MODEL, folded))
    size = np.abs(plain).max() / temperature
    np.testing.assert_allclose(found, plain / temperature, atol=1e-6 * size, rtol=1e-6)
    np.testing.assert_array_equal(found.argmax(axis=1), plain.argmax(axis=1))
    assert folded.none_below == 0
    assert (folded.classes, folded.frontend, folded.name) == (
        MODEL.classes,
        MODEL.frontend,
        MODEL.name,
    )
    one, other = (aj.listen(model, make_noise(1.0)) for model in (MODEL, folded))
    np.testing.assert_array_equal(one.activations(3), other.activations(3))


def test_what_has_no_scores_of_classes_gets_no_temperature() -> None:
    with pytest.raises(
        ValueError, match="'tiny' cannot be given a temperature: that needs a dense"
    ):
        with_temperature(make_model(dense=()), 2.0)
    with pytest.raises(ValueError, match="cannot be given a temperature: that needs a dense"):
        with_temperature(dataclasses.replace(MODEL, task="tags"), 2.0)
    with pytest.raises(ValueError, match=r"cannot be given a temperature: .*muted"):
        with_temperature(MODEL.with_gains({(1, 0): 0}), 2.0)
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="temperature must be a number above 0"):
            with_temperature(MODEL, bad)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60),
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(0, 0.5),
)
def test_a_threshold_keeps_what_it_must_and_no_more(
    sure: list[float], outliers: list[float], most_lost: float
) -> None:
    found = threshold(np.array(sure), np.array(outliers), most_lost)
    assert 0 <= found.none_below < 1
    assert found.lost == np.mean(np.array(sure) < found.none_below) <= most_lost + 1e-9
    assert found.refused == np.mean(np.array(outliers) < found.none_below)
    higher = found.none_below + 0.001
    assert higher >= 1 or np.mean(np.array(sure) < higher + 1e-9) > most_lost - 1e-9


def test_a_share_of_clips_is_counted_exactly() -> None:
    sure = np.arange(1, 101) / 100
    for most_lost in (
        0.29,
        0.57,
        0.58,
    ):  # 100 times these lie a little below a whole number, or not
        assert threshold(sure, sure, most_lost).lost == most_lost


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [0.5]), "in_class must be probabilities, at least one"),
        (([0.5], []), "outliers must be probabilities, at least one"),
        (([0.5, 1.5], [0.5]), "in_class must be"),
        (([0.5], [np.nan]), "outliers must be"),
        (([0.5], [0.5], 1.0), "most_lost must be a share from 0 to below 1"),
    ],
)
def test_what_is_no_probability_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        threshold(*arguments)


@pytest.mark.parametrize(
    ("given_scores", "labels", "message"),
    [
        (np.zeros((0, 2)), [], "scores must be finite numbers"),
        (np.zeros(3), [0, 0, 0], "scores must be finite numbers"),
        ([[np.inf, 0.0]], [0], "scores must be finite numbers"),
        (np.zeros((2, 2)), [0], "labels must be 2 numbers from 0 to 1"),
        (np.zeros((2, 2)), [0, 2], "labels must be 2 numbers from 0 to 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(given_scores: object, labels: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_temperature(given_scores, labels)


def test_confidences_are_those_of_listening() -> None:
    front = MODEL.frontend
    sounds = none_sounds(9, front.sample_rate, front.samples)  # 36: more than a batch
    found = confidences(MODEL, np.concatenate([*sounds.values()]))
    for one, sound in zip(found, np.concatenate([*sounds.values()]), strict=True):
        clip = aj.Clip(sound / np.float32(FULL_SCALE), front.sample_rate)
        assert one == pytest.approx(max(aj.listen(MODEL, clip).predict().values()), abs=1e-5)
    assert confidences(MODEL, np.zeros((0, front.samples), np.int16)).shape == (0,)
    none_below = float(np.median(found))
    shares = none_shares(dataclasses.replace(MODEL, none_below=none_below), count=9)
    assert list(shares) == ["sweeps", "noise", "speech", "silence"]
    assert np.mean([*shares.values()]) == pytest.approx(np.mean(found < none_below))


def test_confidences_are_of_classes_and_whole_windows() -> None:
    with pytest.raises(ValueError, match="'tiny' has no classes, one of which would be said"):
        confidences(make_model(dense=()), np.zeros((1, 740), np.int16))
    with pytest.raises(
        ValueError, match=r"sounds must have the shape \(count, 740\), not \(1, 5\)"
    ):
        confidences(MODEL, np.zeros((1, 5), np.int16))


@pytest.mark.parametrize(("rate", "size"), [(4000, 6000), (2000, 740), (8000, 1)])
def test_sounds_of_no_class_are_others_than_those_of_training(rate: int, size: int) -> None:
    one, again, other = (none_sounds(6, rate, size, seed=seed) for seed in (0, 0, 1))
    for kind, sounds in one.items():
        assert (sounds.shape, sounds.dtype) == ((6, size), np.int16)
        np.testing.assert_array_equal(sounds, again[kind])
        if kind != "silence" and size > 1:
            assert (sounds != other[kind]).any()
            assert len({sound.tobytes() for sound in sounds}) == 6
            known = outliers(6, rate, size, kinds=[kind])
            assert (np.abs(sounds.astype(int)).max(axis=1) > 0).all()
            assert not {sound.tobytes() for sound in sounds} & {sound.tobytes() for sound in known}
