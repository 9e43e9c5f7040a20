"""Baselines: each kind tells apart what differs in its own way, and nothing else."""

import warnings

import librosa
import numpy as np
import pytest
import scipy.fft
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import auralise_jax as aj
from auralise_jax.training.baseline import (
    COLUMNS,
    KINDS,
    features,
    fit_baseline,
)
from auralise_jax.training.baseline_files import read_baselines, write_baselines

RATE = 11025
SIZES = {"spectrum": 126, "rhythm": 202, "both": 328}


def hits(rng: np.random.Generator, *, swing: bool, bright: bool) -> np.ndarray:
    """Return 4 s of noise bursts, four a second: even or long-short, dull or bright.

    Even and swung have the same bursts, equally many, none of which overlap. Dull and bright are
    a constant filter apart, so that what rises in a band rises by as many decibels.
    """
    samples = 1e-2 * rng.normal(size=4 * RATE)
    decay = np.exp(-np.arange(0.06 * RATE) / (0.015 * RATE))
    start = rng.uniform(0.05, 0.2)
    for beat in range(7):
        for time in (0.0, 0.34 if swing else 0.25):
            first = int((start + 0.5 * beat + time + rng.normal(0, 0.003)) * RATE)
            samples[first:][: len(decay)] += decay * rng.normal(size=len(decay))
    return np.convolve(samples, [1, -0.5 if bright else 0.5]).astype(np.float32)


@pytest.fixture(scope="module")
def accuracy() -> dict[tuple[str, str], float]:
    """Held-out accuracy by (what the classes differ in, kind of the features)."""
    rng = np.random.default_rng(0)
    found = {}
    for differs in ("swing", "bright"):
        windows, labels = [], np.tile([0, 1], 60)
        for label in labels:
            by_chance = bool(rng.integers(2))  # the other trait tells nothing
            traits = {"swing": by_chance, "bright": by_chance, differs: bool(label)}
            windows.append(hits(rng, **traits))
        table = np.stack([features(window, RATE) for window in windows])
        for kind in KINDS:
            rows = table[:, COLUMNS[kind]]
            assert (rows[0] == features(windows[0], RATE, kind)).all()
            fitted = fit_baseline(rows[:80], labels[:80], 2, pieces=np.arange(80))
            told = fitted.probabilities(rows[80:]).argmax(axis=1)
            found[differs, kind] = float((told == labels[80:]).mean())
    return found


@pytest.mark.parametrize(
    ("differs", "kind"),
    [("bright", "spectrum"), ("bright", "both"), ("swing", "rhythm"), ("swing", "both")],
)
def test_what_differs_is_told(
    accuracy: dict[tuple[str, str], float], differs: str, kind: str
) -> None:
    assert accuracy[differs, kind] >= 0.9


@pytest.mark.parametrize(("differs", "kind"), [("swing", "spectrum"), ("bright", "rhythm")])
def test_the_other_kind_is_at_chance(
    accuracy: dict[tuple[str, str], float], differs: str, kind: str
) -> None:
    # 40 clips: chance has a standard deviation of 0.08, three of them are allowed.
    assert 0.26 <= accuracy[differs, kind] <= 0.74


# Features


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rate", "seconds"), [(8000, 1.0), (11025, 4.0), (44100, 2.5)])
def test_size_depends_on_the_kind_only(kind: str, rate: int, seconds: float) -> None:
    noise = np.random.default_rng(0).normal(size=int(rate * seconds)).astype(np.float32)
    found = features(noise, rate, kind)
    assert found.shape == (SIZES[kind],)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(44100, np.float32),
        np.ones(44100, np.float32),
        np.full(44100, 3e38, np.float32),
        np.full(44100, 1e-44, np.float32),
        np.eye(1, 44100, 100, dtype=np.float32)[0],
        np.ones(1, np.float32),
        np.sin(np.arange(300)),
    ],
    ids=["silence", "constant", "huge", "denormal", "click", "one sample", "short"],
)
def test_strange_sound_has_finite_features(samples: np.ndarray) -> None:
    assert np.isfinite(features(samples, RATE)).all()


def test_gain_changes_nothing() -> None:
    samples = hits(np.random.default_rng(1), swing=True, bright=False)
    # Powers of two: float32 rounds alike.
    np.testing.assert_array_equal(features(samples, RATE), features(samples / 64, RATE))


def test_both_is_one_after_the_other() -> None:
    samples = hits(np.random.default_rng(1), swing=True, bright=False)
    parts = [features(samples, RATE, kind) for kind in ("spectrum", "rhythm")]
    np.testing.assert_array_equal(np.concatenate(parts), features(samples, RATE, "both"))


def test_loudest_band_is_that_of_the_sine() -> None:
    for hertz in (200.0, 1000.0, 4000.0):
        sine = np.sin(2 * np.pi * hertz * np.arange(4 * RATE) / RATE).astype(np.float32)
        bands = features(sine, RATE, "spectrum")[:40]
        centres = librosa.mel_frequencies(42, fmin=0, fmax=RATE / 2)[1:-1]
        assert bands.argmax() == np.abs(centres - hertz).argmin()


def test_centroid_and_rolloff_of_a_sine_are_its_pitch() -> None:
    sine = np.sin(2 * np.pi * 2000 * np.arange(4 * RATE) / RATE).astype(np.float32)
    centroid, rolloff, _ = features(sine, RATE, "spectrum")[120:123]
    assert centroid == pytest.approx(1.0, abs=0.01)  # octaves from 1 kHz
    assert rolloff == pytest.approx(1.0, abs=0.02)  # a bin is 0.008 octaves there


def test_noise_is_flatter_than_a_sine() -> None:
    noise = np.random.default_rng(0).normal(size=4 * RATE)
    sine = np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)
    flatness = [features(samples, RATE, "spectrum")[122] for samples in (noise, sine)]
    # The mean of log10 of exponentially distributed power is -0.25 (Euler's constant / ln 10).
    assert flatness[0] == pytest.approx(-0.25, abs=0.02)
    assert flatness[1] < -3


@pytest.mark.parametrize("tempo", [80.0, 100.0, 120.0, 150.0])
def test_tempo_of_clicks(tempo: float) -> None:
    samples = np.zeros(4 * RATE, np.float32)
    samples[(np.arange(0.1, 3.95, 60 / tempo) * RATE).astype(int)] = 1
    octaves, clarity = features(samples, RATE, "rhythm")[-2:]
    # A frame of 11 ms is 3 % of the shortest beat here, so 0.04 octaves.
    assert 120 * 2**octaves == pytest.approx(tempo, rel=0.03)
    assert clarity > 0.6


@pytest.mark.parametrize("name", ["bach", "ballad", "dance", "hiphop"])
def test_shipped_clips_by_the_formulas(name: str) -> None:
    """The definitions written out, which the libraries' are to agree with."""
    samples = aj.example_clips()[name].resample(RATE).samples[: 4 * RATE]
    found = features(samples, RATE)

    def power(seconds: float) -> tuple[np.ndarray, np.ndarray]:
        size = scipy.fft.next_fast_len(round(seconds * RATE), real=True)
        starts = range(0, len(samples) - size + 1, size // 4)
        frames = np.stack([samples[start : start + size] for start in starts])
        frames = frames.astype(float) / np.abs(samples).max() * np.hanning(size)
        squares = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        bank = librosa.filters.mel(sr=RATE, n_fft=size, n_mels=40, dtype=float)
        return squares / squares.mean(), (bank / bank.sum(axis=1, keepdims=True)).T

    squares, bank = power(0.09)
    bands = 10 * np.log10(np.maximum(squares @ bank, 1e-7))
    apart = bands - bands.mean(axis=0)
    skewness = (apart**3).mean(axis=0) / (apart**2).mean(axis=0) ** 1.5
    np.testing.assert_allclose(found[80:120], skewness, rtol=1e-3, atol=1e-3)  # float32 there
    loud = squares[squares.sum(axis=1) > 1e-7 * 2 * (squares.shape[1] - 1)]
    hertz = np.maximum(np.arange(loud.shape[1]), 1) * RATE / (2 * (loud.shape[1] - 1))
    centroid = (loud @ np.log2(hertz / 1000)) / loud.sum(axis=1)
    running = np.cumsum(loud, axis=1) / loud.sum(axis=1, keepdims=True)
    rolloff = np.log2(hertz[(running < 0.85).sum(axis=1)] / 1000)
    np.testing.assert_allclose(found[120:122], [centroid.mean(), rolloff.mean()], atol=1e-3)

    squares, bank = power(0.045)
    rises = np.maximum(np.diff(np.log10(np.maximum(squares @ bank, 1e-7)), axis=0), 0)
    curve = rises.mean(axis=1) - rises.mean()
    count = len(curve)
    lags = [curve[: count - lag] @ curve[lag:] / (count - lag) for lag in range(round(0.6 * count))]
    size = scipy.fft.next_fast_len(round(0.045 * RATE), real=True)
    frames = np.geomspace(0.1, 2.0, 40) * RATE / (size // 4)
    wanted = np.interp(frames, np.arange(len(lags)), np.array(lags) / lags[0], right=0.0)
    np.testing.assert_allclose(found[126:166], wanted, atol=1e-3)


def test_silence_has_no_rhythm() -> None:
    np.testing.assert_array_equal(features(np.zeros(44100, np.float32), RATE, "rhythm"), 0)


@pytest.mark.parametrize(
    ("samples", "rate", "kind", "message"),
    [
        (np.zeros(9), RATE, "pitch", "kind must be one of spectrum, rhythm, both, not 'pitch'"),
        (np.zeros(9), 4000, "both", "sample_rate must be at least 8000 Hz, not 4000; resample"),
        (np.zeros(9), 0, "both", "sample_rate must be a positive whole number of hertz, not 0"),
        (np.zeros((2, 9)), RATE, "both", "samples must be one non-empty row of floating point"),
        (np.zeros(0), RATE, "both", "samples must be one non-empty row of floating point"),
        (np.zeros(9, int), RATE, "both", "samples must be .* not int64"),
        (np.array([0.0, np.nan]), RATE, "both", "samples must be finite"),
    ],
)
def test_impossible_sound_is_refused(
    samples: np.ndarray, rate: int, kind: str, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        features(samples, rate, kind)


# Fitting


def clouds(clips: int, n_classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels of overlapping clouds."""
    rng = np.random.default_rng(seed)
    labels = np.arange(clips) % n_classes
    centres = rng.normal(size=(n_classes, 6))
    return 10 + 3 * (centres[labels] + rng.normal(size=(clips, 6))), labels


@pytest.mark.parametrize("n_classes", [2, 4])
def test_probabilities_are_those_of_scikit_learn(n_classes: int) -> None:
    rows, labels = clouds(80, n_classes)
    oracle = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    oracle.fit(rows, labels)
    found = fit_baseline(rows, labels, n_classes)
    assert (found.regularisation, found.chosen) == (0.1, False)
    # The same optimiser on the same numbers; only the softmax is written anew.
    np.testing.assert_allclose(found.probabilities(rows), oracle.predict_proba(rows), rtol=1e-9)


def test_noise_is_regularised_more_than_signal() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 2
    noise = rng.normal(size=(120, 40))
    signal = noise + 3 * np.eye(40)[0] * labels[:, None]
    strengths = [
        fit_baseline(rows, labels, 2, pieces=np.arange(120)).regularisation
        for rows in (noise, signal)
    ]
    assert strengths[0] == 0.001
    assert strengths[1] > strengths[0]


def test_pieces_are_never_split() -> None:
    # A row is a fingerprint of its piece and says nothing of the class: clips of one piece on both
    # sides would reward weak regularisation.
    rng = np.random.default_rng(0)
    pieces = np.repeat(np.arange(20), 6)
    labels = pieces % 2
    rows = rng.normal(size=(20, 60))[pieces] + 0.01 * rng.normal(size=(120, 60))
    assert fit_baseline(rows, labels, 2, pieces=pieces).regularisation == 0.001
    assert fit_baseline(rows, labels, 2, pieces=np.arange(120)).regularisation == 1.0


def test_one_piece_in_a_class_means_a_fixed_strength() -> None:
    rows, labels = clouds(12, 2)
    pieces = np.where(labels == 0, 0, np.arange(12))
    assert not fit_baseline(rows, labels, 2, pieces=pieces).chosen


@pytest.mark.parametrize("pieces", [None, np.arange(6)], ids=["fixed", "chosen"])
def test_two_clips_a_class(pieces: np.ndarray | None) -> None:
    rows = np.repeat(np.eye(3), 2, axis=0) + 0.01 * np.arange(6)[:, None]
    found = fit_baseline(rows, np.repeat(np.arange(3), 2), 3, pieces=pieces)
    assert found.probabilities(rows).argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]


def test_class_without_clips_has_probability_zero() -> None:
    rows, labels = clouds(20, 2)
    odds = fit_baseline(rows, 2 * labels, 4).probabilities(rows)
    np.testing.assert_array_equal(odds[:, [1, 3]], 0)
    np.testing.assert_allclose(odds.sum(axis=1), 1)


def test_constant_features_tell_the_shares_of_the_classes() -> None:
    odds = fit_baseline(np.ones((8, 3)), np.array([0] * 6 + [1] * 2), 2).probabilities(
        np.ones((1, 3))
    )
    np.testing.assert_allclose(odds, [[0.75, 0.25]], atol=1e-3)  # L-BFGS stops at 1e-4


def test_constant_feature_that_moves_later_changes_nothing() -> None:
    rows, labels = clouds(20, 2)
    rows[:, 3] = 5.0
    found = fit_baseline(rows, labels, 2)
    moved = rows.copy()
    moved[:, 3] = 1e6
    np.testing.assert_array_equal(found.probabilities(rows), found.probabilities(moved))


def test_collinear_and_separable_features_converge_quietly() -> None:
    rows, labels = clouds(200, 5)
    rows = np.hstack([rows, rows + 1e-9, 1e6 * rows, 100 * np.eye(5)[labels]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_baseline(rows, labels, 5, pieces=np.arange(200))
    np.testing.assert_array_equal(found.probabilities(rows).argmax(axis=1), labels)


def test_fitting_is_deterministic() -> None:
    rows, labels = clouds(60, 3)
    one, two = (fit_baseline(rows, labels, 3, pieces=np.arange(60)) for _ in range(2))
    np.testing.assert_array_equal(one.weights, two.weights)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": np.zeros(4)}, r"features must be finite, of shape .* not of shape \(4,\)"),
        ({"features": np.full((4, 2), np.nan)}, r"shape \(4, 2\) with nan or inf"),
        ({"labels": np.zeros(4)}, "labels must be 4 whole numbers.* not float64"),
        ({"labels": np.array([0, 1])}, "labels must be 4 whole numbers, one per row"),
        ({"labels": np.array([0, 1, 2, 0])}, "labels must be 0 to 1, below n_classes, not 0 to 2"),
        ({"labels": np.zeros(4, int)}, "labels must hold two classes at least"),
        ({"pieces": np.array([0])}, "pieces must be 4 whole numbers"),
    ],
)
def test_impossible_data_is_refused(change: dict[str, np.ndarray], message: str) -> None:
    legal = {"features": np.eye(4), "labels": np.array([0, 1, 0, 1]), "n_classes": 2}
    with pytest.raises(ValueError, match=message):
        fit_baseline(**(legal | change))


def test_features_of_another_kind_are_refused() -> None:
    fitted = fit_baseline(np.eye(4), np.array([0, 1, 0, 1]), 2)
    with pytest.raises(ValueError, match="must have 4 columns as in training, not 3; use the same"):
        fitted.probabilities(np.zeros((1, 3)))


def test_fitted_baselines_come_back_as_they_were(tmp_path):
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(40, 6)), np.arange(40) % 2
    fitted = {kind: fit_baseline(rows, labels, 3) for kind in ("rhythm", "both")}
    write_baselines(tmp_path / "fitted.npz", fitted)
    again = read_baselines(tmp_path / "fitted.npz")
    assert list(again) == ["rhythm", "both"]
    for kind, one in again.items():
        np.testing.assert_array_equal(one.probabilities(rows), fitted[kind].probabilities(rows))
        assert (one.regularisation, one.chosen) == (0.1, False)


def test_an_archive_of_something_else_holds_no_baselines(tmp_path):
    (tmp_path / "no.npz").write_bytes(b"no archive")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "half.npz", **{"both.mean": np.zeros(2)})
    np.savez(tmp_path / "other.npz", weights=np.zeros(2))
    np.save(tmp_path / "array.npy", np.zeros(2))
    for name in ("no.npz", "empty.npz", "half.npz", "other.npz", "array.npy"):
        with pytest.raises(ValueError, match="holds no fitted baselines"):
            read_baselines(tmp_path / name)
