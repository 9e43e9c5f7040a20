"""Baselines: what plain logistic regression reaches on numbers that a textbook would list.

A network's accuracy means little alone. If the mean spectrum of a clip tells its class as well,
the classes differ in their sound, by instruments, by mastering or by codec, and the network need
not have learnt anything about music. Two views are kept apart on purpose: a spectrum without
order in time, and a rhythm without pitch.

What librosa and SciPy define in the same way is computed by them. Four numbers are not those that
librosa gives by the same name: flatness adds a floor to the power, where librosa raises only what
is below; onset strength is of log power as it is, without a frame before the first; autocorrelation
is divided by how much of the curve overlaps; tempo is the lag where that, under Ellis's prior, is
largest in the whole window, within an octave and a half of 120 beats a minute.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from auralise_jax.audio.clip import check_rate
from auralise_jax.choices import one_of

Kind = Literal["spectrum", "rhythm", "both"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMNS: dict[Kind, slice] = {
    "spectrum": slice(126),
    "rhythm": slice(126, None),
    "both": slice(None),
}
"""Where the features of each kind stand among those of both."""
LOWEST_RATE = 8000
"""In hertz; under it the mel bands narrow to a bin."""

_BANDS = 40  # of the mel spectrum
_REGISTERS = 4  # of adjacent bands, each with a rhythm of its own
_LAGS = np.geomspace(0.1, 2.0, 40)  # seconds
_FLOOR = 1e-7  # power re the clip's mean, -70 dB: what is quieter is neither timbre nor onset
_ROLLOFF = 0.85  # of the power
_TEMPO, _OCTAVES = 120.0, 1.0  # centre in beats a minute and width of the prior, as Ellis 2007
_STRENGTHS = (0.001, 0.01, 0.1, 1.0)  # values tried for C, strong regularisation first
_FIXED = 0.1  # where there are too few pieces to choose
_FOLDS = 4
_STEPS = 5000  # of L-BFGS; some hundreds are enough


def features(
    samples: Float[np.ndarray, " n"], sample_rate: int, kind: Kind = "both"
) -> Float[np.ndarray, " features"]:
    """Return statistics of a window of sound.

    The level is divided out first, so a gain changes nothing. Their number depends on `kind` only.

    Parameters
    ----------
    samples : array of float, shape (n,)
        Mono sound, finite; silence is legal. At least 4 s if lags of 2 s are to be seen twice.
    sample_rate : int
        In hertz, at least 8000.
    kind : {"spectrum", "rhythm", "both"}
        ``spectrum``: mean, standard deviation and skewness over time of 40 mel bands in dB;
        mean and standard deviation of centroid, rolloff (85 %) and flatness.
        ``rhythm``: autocorrelation of the onset strength, of all bands and of 4 registers, at 40
        lags from 0.1 to 2 s; tempo (Ellis 2007, doi:10.1080/09298210701653344), in octaves from
        120 beats a minute, and how much of the onsets recur after a beat.

    Returns
    -------
    array of float64
        126 numbers for ``spectrum``, 202 for ``rhythm``, 328 for ``both``. All finite.

    Raises
    ------
    ValueError
        If an argument is not as above.

    Examples
    --------
    >>> clicks = np.zeros(44100, np.float32)
    >>> clicks[::5512] = 1  # two a second
    >>> features(clicks, 11025, "rhythm").shape
    (202,)
    """
    one_of("kind", kind, KINDS)
    rate = check_rate(sample_rate)
    if rate < LOWEST_RATE:
        raise ValueError(
            f"sample_rate must be at least {LOWEST_RATE} Hz, not {rate}; resample the clip first"
        )
    samples = np.asarray(samples)
    if samples.ndim != 1 or not samples.size or not np.issubdtype(samples.dtype, np.floating):
        raise ValueError(
            "samples must be one non-empty row of floating point, "
            f"not {samples.dtype} of shape {samples.shape}"
        )
    if not np.isfinite(peak := float(np.abs(samples).max())):
        raise ValueError("samples must be finite; repair or leave out the clip")
    samples = samples.astype(np.float32) / np.float32(peak or 1)
    parts = []
    if kind != "rhythm":
        parts.append(_spectrum(samples, rate))
    if kind != "spectrum":
        parts.append(_rhythm(samples, rate))
    return np.concatenate(parts)


def _power(samples: np.ndarray, size: int, hop: int) -> np.ndarray:
    """Return power (time, freq) re the mean over all, 0 for silence; short sound is padded."""
    import librosa
    import scipy.fft

    padded = np.pad(samples, (0, max(0, size + 4 * hop - len(samples))))  # 5 frames at least
    frames = librosa.util.frame(padded, frame_length=size, hop_length=hop, axis=0)
    spectrum = scipy.fft.rfft(frames * np.hanning(size).astype(np.float32), axis=1)
    power: np.ndarray = spectrum.real**2 + spectrum.imag**2
    power /= power.mean() or 1
    return power


@functools.lru_cache
def _bank(rate: int, size: int) -> np.ndarray:
    import librosa.filters

    bank = librosa.filters.mel(sr=rate, n_fft=size, n_mels=_BANDS)
    return np.ascontiguousarray((bank / bank.sum(axis=1, keepdims=True)).T)


def _size(rate: int, seconds: float) -> int:
    import scipy.fft

    return int(scipy.fft.next_fast_len(round(seconds * rate), real=True))


def _spectrum(samples: np.ndarray, rate: int) -> np.ndarray:
    import librosa
    import scipy.stats

    size = _size(rate, 0.09)
    power = _power(samples, size, size // 4)
    bands = 10 * np.log10(np.maximum(power @ _bank(rate, size), _FLOOR)).astype(np.float64)
    mean, spread = bands.mean(axis=0), bands.std(axis=0)
    skewness, varies = np.zeros_like(mean), spread > 1e-3
    skewness[varies] = scipy.stats.skew(bands[:, varies], axis=0)
    sums = power.sum(axis=1)
    loud = power[sums > _FLOOR * size]  # shares of what is silent would be shares of nothing
    if not len(loud):
        return np.concatenate([mean, spread, skewness, np.zeros(6)])
    octave = np.log2(np.maximum(np.arange(power.shape[1]), 1) * rate / size / 1000)
    shapes = np.stack(
        [
            # In octaves from 1 kHz, as pitch is heard.
            librosa.feature.spectral_centroid(S=loud.T, freq=octave)[0],
            librosa.feature.spectral_rolloff(S=loud.T, freq=octave, roll_percent=_ROLLOFF)[0],
            np.log10(loud + _FLOOR).mean(axis=1) - np.log10(loud.mean(axis=1) + _FLOOR),
        ]
    )
    return np.concatenate([mean, spread, skewness, shapes.mean(axis=1), shapes.std(axis=1)])


def _rhythm(samples: np.ndarray, rate: int) -> np.ndarray:
    size = _size(rate, 0.045)
    hop = size // 4
    power = _power(samples, size, hop) @ _bank(rate, size)
    strength = np.maximum(np.diff(np.log10(np.maximum(power, _FLOOR)), axis=0), 0)
    registers = strength.reshape(len(strength), _REGISTERS, -1).mean(axis=2).T
    curves = np.vstack([registers.mean(axis=0), registers]).astype(np.float64)
    found = _autocorrelation(curves)
    frames = _LAGS * rate / hop
    places = np.arange(found.shape[1])
    lags = np.stack([np.interp(frames, places, row, right=0.0) for row in found])
    tempo, clarity = _tempo(found[0], rate / hop)
    return np.concatenate([lags.ravel(), [tempo, clarity]])


def _autocorrelation(curves: np.ndarray) -> np.ndarray:
    """Return (curves, lag) of curves (curves, time), 1 at lag 0; zeros for a constant curve."""
    import librosa

    count = curves.shape[1]
    centred = curves - curves.mean(axis=1, keepdims=True)
    # Beyond, too little overlaps.
    found = librosa.autocorrelate(centred, max_size=round(0.6 * count), axis=1)
    found = found * count / (count - np.arange(found.shape[1]))
    first = found[:, :1]
    return np.where(first > 1e-9 * count, found / np.maximum(first, 1e-9 * count), 0)


def _tempo(found: np.ndarray, frame_rate: float) -> tuple[float, float]:
    """Return octaves from 120 beats a minute and the autocorrelation there; 0, 0 without any."""
    places = np.arange(1, len(found))
    octaves = np.log2(60 * frame_rate / places / _TEMPO)
    near = np.abs(octaves) <= 1.5
    weighted = found[1:] * np.exp(-0.5 * (octaves / _OCTAVES) ** 2) * near
    if weighted.max(initial=0) <= 0:
        return 0.0, 0.0
    best = int(weighted.argmax())
    return float(octaves[best]), float(found[1 + best])


@dataclass(frozen=True, eq=False)
class Baseline:
    """A fitted logistic regression; `fit_baseline` makes it. Asking it needs no scikit-learn.

    Parameters
    ----------
    mean, scale : array, shape (features,)
        Subtracted from a row of features, and divided by.
    weights : array, shape (features, classes)
        Of the standardised features.
    bias : array, shape (classes,)
        ``-inf`` for a class that was not trained on.
    regularisation : float
        C, the inverse strength of the L2 penalty.
    chosen : bool
        Whether cross-validation chose C, or it was fixed.
    """

    mean: Float[np.ndarray, " features"]
    scale: Float[np.ndarray, " features"]
    weights: Float[np.ndarray, "features classes"]
    bias: Float[np.ndarray, " classes"]
    regularisation: float
    chosen: bool

    def probabilities(
        self, features: Float[np.ndarray, "clips features"]
    ) -> Float[np.ndarray, "clips classes"]:
        """Return a row of class probabilities per row of features."""
        import scipy.special

        rows = _checked_features(features)
        if rows.shape[1] != len(self.mean):
            raise ValueError(
                f"features must have {len(self.mean)} columns as in training, "
                f"not {rows.shape[1]}; use the same kind"
            )
        logits = (rows - self.mean) / self.scale @ self.weights + self.bias
        odds: np.ndarray = scipy.special.softmax(logits, axis=1)
        return odds


def fit_baseline(
    features: Float[np.ndarray, "clips features"],
    labels: Int[np.ndarray, " clips"],
    n_classes: int,
    *,
    pieces: Int[np.ndarray, " clips"] | None = None,
) -> Baseline:
    """Fit a logistic regression with an L2 penalty to standardised features.

    The penalty's strength is the one with the least log loss in cross-validation, which never has
    clips of one piece on both sides. Where a class has only one piece, or `pieces` is not given,
    it is fixed: C = 0.1.

    Parameters
    ----------
    features : array, shape (clips, features)
        Rows of `features`.
    labels : array of int, shape (clips,)
        0 to ``n_classes - 1``; two classes at least. One that has no clip gets probability 0.
    n_classes : int
        Columns of the probabilities.
    pieces : array of int, shape (clips,), optional
        Number of the piece each clip was cut from.

    Raises
    ------
    ValueError
        If an argument is not as above.

    Examples
    --------
    >>> rows = np.array([[0.0, 1.0], [0.1, 1.0], [0.9, 1.0], [1.0, 1.0]])
    >>> fitted = fit_baseline(rows, np.array([0, 0, 1, 1]), 2)
    >>> fitted.probabilities(rows).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    rows = _checked_features(features)
    labels = _checked_numbers("labels", labels, len(rows))
    if not ((labels >= 0) & (labels < n_classes)).all():
        raise ValueError(
            f"labels must be 0 to {n_classes - 1}, below n_classes, "
            f"not {labels.min()} to {labels.max()}"
        )
    if len(np.unique(labels)) < 2:
        raise ValueError("labels must hold two classes at least; one alone cannot be told apart")
    folds = np.zeros(len(rows), int)
    if pieces is not None:
        folds = _folds(labels, _checked_numbers("pieces", pieces, len(rows)))
    chosen = len(np.unique(folds)) > 1
    strength = _choose(rows, labels, n_classes, folds) if chosen else _FIXED
    return _fit(rows, labels, n_classes, (strength,), chosen=chosen)[0]


def _checked_features(features: object) -> np.ndarray:
    rows = np.asarray(features, np.float64)
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise ValueError(
            f"features must be finite, of shape (clips, features), not of shape {rows.shape}"
            + (" with nan or inf" if rows.ndim == 2 and rows.size else "")
        )
    return rows


def _checked_numbers(name: str, numbers: object, count: int) -> np.ndarray:
    array = np.asarray(numbers)
    if array.shape != (count,) or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"{name} must be {count} whole numbers, one per row of features, "
            f"not {array.dtype} of shape {array.shape}"
        )
    return array


def _folds(labels: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """Deal the pieces of each class to folds in turn, so that each fold has pieces of each class.

    One fold only if a class has one piece. A piece with clips of two classes goes where the first
    put it.
    """
    whole = [np.unique(pieces[labels == label]) for label in np.unique(labels)]
    count = min(_FOLDS, *map(len, whole))
    fold: dict[int, int] = {}
    for names in whole:
        for number, piece in enumerate(names.tolist()):
            fold.setdefault(piece, number % count)
    return np.array([fold[piece] for piece in pieces.tolist()])


def _choose(rows: np.ndarray, labels: np.ndarray, n_classes: int, folds: np.ndarray) -> float:
    losses = np.zeros(len(_STRENGTHS))
    for fold in np.unique(folds):
        held = folds == fold
        fitted = _fit(rows[~held], labels[~held], n_classes, _STRENGTHS, chosen=True)
        for number, model in enumerate(fitted):
            odds = model.probabilities(rows[held])[np.arange(held.sum()), labels[held]]
            losses[number] -= np.log(np.maximum(odds, np.finfo(float).eps)).sum()
    return _STRENGTHS[int(losses.argmin())]


def _fit(
    rows: np.ndarray,
    labels: np.ndarray,
    n_classes: int,
    strengths: tuple[float, ...],
    *,
    chosen: bool,
) -> list[Baseline]:
    """Fit at each strength, each from where the one before arrived."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    standard = scaler.transform(rows)
    model: Any = LogisticRegression(max_iter=_STEPS, warm_start=True)
    made = []
    for strength in strengths:
        model.set_params(C=strength).fit(standard, labels)
        slopes, bias = model.coef_.T, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps the second class's logit only
            slopes = np.hstack([np.zeros_like(slopes), slopes])
            bias = np.append(0.0, bias)
        weights, biases = np.zeros((rows.shape[1], n_classes)), np.full(n_classes, -np.inf)
        weights[:, model.classes_], biases[model.classes_] = slopes, bias
        made.append(Baseline(scaler.mean_, scaler.scale_, weights, biases, strength, chosen))
    return made
