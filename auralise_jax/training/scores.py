"""Scores of a classifier from its predictions, with confidence intervals.

Clips of one piece are correlated, so they are no independent trials: the intervals here count
pieces. A score without an interval, or on clips whose pieces were trained on, says little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from auralise_jax.text import Rows, aligned, columns, percent, shorten
from auralise_jax.training.predictions import Predictions

_BINS = 15  # of the reliability diagram, as in Guo et al. 2017
_DRAWS = 2000  # of the bootstrap
_TAIL = 0.025  # on each side of a 95 % interval
_Z = 1.959963984540054  # the normal distribution's quantile at 1 - _TAIL
_WIDEST = 100  # columns of a terminal that a confusion matrix with named columns may take
_WORST = 10  # groups listed in the text


class Interval(NamedTuple):
    """A share and its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % ({100 * self.low:.1f}-{100 * self.high:.1f})"


class ClassScore(NamedTuple):
    """Scores of one class; ``nan`` where it has no clips, or was never predicted."""

    label: str
    clips: int
    recall: float
    precision: float
    f1: float


class Bin(NamedTuple):
    """The clips whose highest probability lies in (low, high]; means are ``nan`` if there are none.

    A calibrated classifier has `accuracy` near `confidence` in each bin.
    """

    low: float
    high: float
    clips: int
    confidence: float
    accuracy: float


class GroupScore(NamedTuple):
    """Accuracy on the clips of one group and class."""

    group: str
    label: str
    clips: int
    accuracy: float


class Answered(NamedTuple):
    """The clips that are not called "none of these" by a threshold on the largest probability."""

    none_below: float
    clips: int
    share: float
    accuracy: Interval
    """Among those; all ``nan`` if there are none."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of predictions; made by `scores`."""

    classes: tuple[str, ...]
    clips: int
    pieces: int
    clip_accuracy: Interval
    """With an interval by bootstrap over pieces."""
    piece_accuracy: Interval
    """Of the mean probabilities of each piece, with Wilson's interval."""
    majority: float
    """Accuracy of predicting the most common class for every clip."""
    macro_f1: float
    """Mean over the classes that occur, or were predicted."""
    per_class: tuple[ClassScore, ...]
    confusion: Int[np.ndarray, "true predicted"]
    """Counts of clips."""
    calibration_error: float
    """Expected calibration error: mean of |accuracy - confidence| over clips, by bins."""
    bins: tuple[Bin, ...]
    brier: float
    """Mean squared distance of the probabilities from the truth, 0 to 2 (Brier 1950)."""
    log_loss: float
    """Mean negative log-likelihood of the truth, in nats."""
    groups: tuple[GroupScore, ...]
    """Worst first; empty where no clip has a group."""
    answered: Answered | None = None
    """None without a threshold: all clips are."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain Python for JSON: floats to 4 digits, ``None`` where a score is undefined.

        Without a threshold there is no key "answered".
        """
        made = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return made if self.answered else {k: v for k, v in made.items() if k != "answered"}

    def table(self) -> str:
        """Return everything but the bins as aligned text, for a terminal."""
        accuracy: Rows = [("accuracy", "", "95 % interval")]
        for name, (value, low, high) in (
            ("of clips", self.clip_accuracy),
            ("of pieces", self.piece_accuracy),
        ):
            accuracy.append((name, percent(value), f"{percent(low)} to {percent(high)}"))
        accuracy.append(("most common class alone", percent(self.majority), ""))
        names = [shorten(name, 24) for name in self.classes]
        rows: Rows = [("class", "clips", "recall", "precision", "F1")]
        for name, score in zip(names, self.per_class, strict=True):
            rows.append((name, f"{score.clips}", *map(percent, score[2:])))
        calibration = f"calibration error {self.calibration_error:.3f} ({len(self.bins)} bins), "
        calibration += f"Brier score {self.brier:.3f}, log loss {self.log_loss:.3f} nats"
        lines = [f"{self.clips} clips of {self.pieces} pieces, {len(names)} classes"]
        lines += ["", *aligned(accuracy), "", *aligned(rows)]
        lines += ["", "confusion: a row per true class, a column per predicted"]
        lines += [*aligned(self._matrix(names)), "", calibration]
        if self.answered:
            lines.append(self.answered_line())
        if self.groups:
            worst: Rows = [("group", "class", "clips", "accuracy")]
            for group, label, clips, share in self.groups[:_WORST]:
                texts = shorten(group, 32), shorten(label, 24)
                worst.append((*texts, f"{clips}", percent(share)))
            lines += ["", f"worst of {len(self.groups)} groups", *aligned(worst, left=2)]
        return "\n".join(lines)

    def answered_line(self) -> str:
        """Return how many clips have an answer and how many of these are right; empty if all do."""
        if self.answered is None:
            return ""
        below, clips, share, (value, low, high) = self.answered
        right = f"; right {percent(value)} of these ({percent(low)} to {percent(high)})"
        return (
            f"answered: {clips} clips, {percent(share)}{right if clips else ''}; the others are "
            f"none of these, their largest probability below {percent(below)}"
        )

    def _matrix(self, names: list[str]) -> Rows:
        heads = [shorten(name, 12) for name in self.classes]
        longest = max(map(columns, names))
        if longest + sum(2 + max(5, columns(head)) for head in heads) > _WIDEST:
            heads = [f"{number}" for number in range(1, len(names) + 1)]
            names = [f"{number:>2} {name}" for number, name in enumerate(names, start=1)]
        counts = self.confusion.astype(str).tolist()
        return [("", *heads), *((n, *row) for n, row in zip(names, counts, strict=True))]


def scores(predictions: Predictions, *, seed: int = 0, none_below: float = 0.0) -> Scores:
    """Score predictions.

    Parameters
    ----------
    predictions : Predictions
        Of clips that were not trained on.
    seed : int
        Of the bootstrap.
    none_below : float
        `Model.none_below`: clips whose largest probability is below it count as "none of these" in
        `Scores.answered`, and as any other in all else. With 0 there is no such score.

    Returns
    -------
    Scores
        Accuracies, confusion, calibration (Guo et al. 2017, arXiv:1706.04599), worst groups.

    Examples
    --------
    >>> import numpy as np
    >>> odds = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    >>> found = scores(Predictions(("a", "b"), odds, [0, 0, 1, 0], [0, 0, 1, 2]))
    >>> found.clip_accuracy.value, found.confusion.tolist()
    (0.75, [[2, 1], [0, 1]])
    """
    labels, odds = predictions.labels, predictions.probabilities
    truth = np.eye(len(predictions.classes))[labels]
    count = len(labels)
    confusion = np.zeros((len(predictions.classes),) * 2, np.int64)
    np.add.at(confusion, (labels, odds.argmax(axis=1)), 1)
    per_class = _per_class(predictions.classes, confusion)
    right = predictions.right
    place = np.unique(predictions.pieces, return_inverse=True)[1]
    whole = predictions.by_piece().right
    bins = reliability(predictions.confidence, right)
    gaps = [b.clips * abs(b.accuracy - b.confidence) for b in bins if b.clips]
    likely = np.maximum(odds[np.arange(count), labels], np.finfo(np.float64).eps)
    confusion.flags.writeable = False
    return Scores(
        classes=predictions.classes,
        clips=count,
        pieces=len(whole),
        clip_accuracy=bootstrap(np.bincount(place, right), np.bincount(place), seed=seed),
        piece_accuracy=wilson(int(whole.sum()), len(whole)),
        majority=float(confusion.sum(axis=1).max() / count),
        macro_f1=float(np.nanmean([score.f1 for score in per_class])),
        per_class=per_class,
        confusion=confusion,
        calibration_error=sum(gaps) / count,
        bins=bins,
        brier=float(((odds - truth) ** 2).sum(axis=1).mean()),
        log_loss=float(-np.log(likely).mean()),
        groups=_by_group(predictions, right),
        answered=_answered(predictions, none_below, seed) if none_below else None,
    )


def _answered(predictions: Predictions, none_below: float, seed: int) -> Answered:
    said = predictions.confidence >= none_below
    accuracy = Interval(math.nan, math.nan, math.nan)
    if said.any():
        place = np.unique(predictions.pieces[said], return_inverse=True)[1]
        right = np.bincount(place, predictions.right[said])
        accuracy = bootstrap(right, np.bincount(place), seed=seed)
    return Answered(none_below, int(said.sum()), float(said.mean()), accuracy)


def wilson(right: float, trials: int) -> Interval:
    """Return the share `right` of `trials` with Wilson's 95 % interval (Wilson 1927).

    Examples
    --------
    >>> print(wilson(8, 10))
    80.0 % (49.0-94.3)
    """
    share, spread = right / trials, _Z**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def bootstrap(right: np.ndarray, clips: np.ndarray, *, seed: int = 0) -> Interval:
    """Return the accuracy of clips with a 95 % interval by resampling whole pieces.

    The percentiles are widened as Student's t asks (Hesterberg 2015, arXiv:1411.5279, "expanded
    percentile"): plain ones are too narrow for few pieces. Where all pieces have the same accuracy,
    the draws cannot differ, and Wilson's interval for that many pieces is taken instead.

    Parameters
    ----------
    right, clips : array, shape (pieces,)
        Correctly classified clips of each piece, and all clips of it, at least 1.
    seed : int
        Of the 2,000 draws.
    """
    n = len(clips)
    accuracy = float(right.sum() / clips.sum())
    if np.ptp(right / clips) == 0:
        return Interval(accuracy, *wilson(accuracy * n, n)[1:])
    rng = np.random.default_rng(seed)
    block = max(1, 1_000_000 // n)  # draws at once, for the memory
    shares = []
    for first in range(0, _DRAWS, block):
        chosen = rng.integers(n, size=(min(block, _DRAWS - first), n))
        shares.append(right[chosen].sum(axis=1) / clips[chosen].sum(axis=1))
    tail = expanded_tail(n)
    low, high = np.quantile(np.concatenate(shares), [tail, 1 - tail])
    return Interval(accuracy, float(low), float(high))


def expanded_tail(pieces: int, tail: float = _TAIL) -> float:
    """Return the share of bootstrap draws to leave out on either side for a tail; see `bootstrap`.

    Examples
    --------
    >>> round(expanded_tail(5), 4), round(expanded_tail(1000), 4)
    (0.001, 0.0248)
    """
    from scipy.special import ndtr, stdtrit

    return float(ndtr(math.sqrt(pieces / (pieces - 1)) * stdtrit(pieces - 1, tail)))


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = _BINS) -> tuple[Bin, ...]:
    """Sort clips into `bins` of equal width by their highest probability (Guo et al. 2017)."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    made = []
    for number in range(bins):
        inside = place == number
        means = (confidence[inside].mean(), right[inside].mean()) if inside.any() else (np.nan,) * 2
        low, high = edges[number : number + 2]
        made.append(Bin(float(low), float(high), int(inside.sum()), *map(float, means)))
    return tuple(made)


def _per_class(classes: tuple[str, ...], confusion: np.ndarray) -> tuple[ClassScore, ...]:
    made = []
    for number, label in enumerate(classes):
        hit = int(confusion[number, number])
        true, predicted = int(confusion[number].sum()), int(confusion[:, number].sum())
        parts = ((hit, true), (hit, predicted), (2 * hit, true + predicted))
        made.append(ClassScore(label, true, *(a / b if b else math.nan for a, b in parts)))
    return tuple(made)


def _by_group(predictions: Predictions, right: np.ndarray) -> tuple[GroupScore, ...]:
    found: dict[tuple[str, str], list[bool]] = {}
    for group, label, hit in zip(predictions.groups, predictions.labels, right, strict=True):
        if group:
            found.setdefault((group, predictions.classes[label]), []).append(bool(hit))
    made = (GroupScore(*key, len(hits), sum(hits) / len(hits)) for key, hits in found.items())
    return tuple(sorted(made, key=lambda s: (s.accuracy, -s.clips, s.group, s.label)))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
