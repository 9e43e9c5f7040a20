"""What a stress test found: rows of scores, as text, as Markdown, as plain Python."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auralise_jax.insight.resampling import mean_intervals
from auralise_jax.text import aligned
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.scores import Interval, Scores, scores

Piece = tuple[str, int]
"""Genre and number of a piece."""
Answers = Mapping[Piece, NDArray[np.float64]]
"""Of each piece, the probabilities of its clips, shape (clips, classes)."""

_NUMBERS = ("pieces", "by clip, %", "by piece, %", "points")
_ERRORS = "errors, and their mean confidence"
_SHOWN = 3  # kinds of error in a row


class Called(NamedTuple):
    """How often clips of a class were called another, and how sure of it the model was."""

    true: str
    called: str
    clips: int
    confidence: float

    def __str__(self) -> str:
        return f"{self.true} as {self.called} {self.clips} ({self.confidence:.2f})"


class Row(NamedTuple):
    """A line of the table: a change, and what became of the answers."""

    section: str
    name: str
    scores: Scores
    difference: Interval | None
    """Accuracy after the change less that of the same pieces before, the mean over pieces."""
    errors: tuple[Called, ...]
    """Most frequent first."""
    unsaid: float = 0.0
    """Share of the clips for which the model names no class."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain Python for JSON."""
        found = self.scores
        return {
            "section": self.section,
            "change": self.name,
            "pieces": found.pieces,
            "clips": found.clips,
            "by clip": _plain(found.clip_accuracy),
            "by piece": _plain(found.piece_accuracy),
            "difference": self.difference and _plain(self.difference),
            "recall": {c.label: round(c.recall, 4) for c in found.per_class if c.clips},
            "calibration error": round(found.calibration_error, 4),
            "none of these": round(self.unsaid, 4),
            "errors": [
                {**error._asdict(), "confidence": round(error.confidence, 4)}
                for error in self.errors
            ],
        }


def row_of(
    section: str,
    name: str,
    classes: tuple[str, ...],
    after: Answers,
    before: Answers | None = None,
    *,
    none_below: float = 0.0,
    seed: int = 0,
) -> Row:
    """Score the answers to changed pieces.

    Parameters
    ----------
    section, name : str
        Of the row.
    classes : tuple of str
        Of the columns of the answers; those of the pieces are among them.
    after : mapping of (str, int) to array, shape (clips, classes)
        Probabilities of the clips of each piece; not empty.
    before : mapping, optional
        The same of the same pieces without the change; it may hold others as well.
    none_below : float
        See `Model.none_below`.
    seed : int
        Of the bootstraps.

    Examples
    --------
    >>> sure, wrong = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    >>> row = row_of("parts", "without drums", ("a", "b"), {("a", 1): wrong}, {("a", 1): sure})
    >>> str(row.errors[0]), row.difference.value
    ('a as b 1 (0.80)', -1.0)
    """
    pieces = list(after)
    clips = [len(after[piece]) for piece in pieces]
    numbers = [classes.index(genre) for genre, _ in pieces]
    odds = np.concatenate([after[piece] for piece in pieces])
    labels = np.repeat(numbers, clips)
    found = Predictions(classes, odds, labels, np.repeat(np.arange(len(pieces)), clips))
    return Row(
        section,
        name,
        scores(found, seed=seed),
        None if before is None else _difference(classes, after, before, seed),
        _errors(found),
        float(np.mean(found.probabilities.max(axis=1) < none_below)),
    )


def _difference(
    classes: tuple[str, ...], after: Answers, before: Answers, seed: int
) -> Interval | None:
    def right(answers: Answers, piece: Piece) -> float:
        return float(np.mean(answers[piece].argmax(axis=1) == classes.index(piece[0])))

    pieces = [piece for piece in after if piece in before]
    if not pieces:
        return None
    values = np.array([right(after, piece) - right(before, piece) for piece in pieces])
    low, high = mean_intervals(values, np.arange(len(values)), seed=seed)
    return Interval(float(values.mean()), float(low), float(high))


def _errors(found: Predictions) -> tuple[Called, ...]:
    called, sure = found.probabilities.argmax(axis=1), found.probabilities.max(axis=1)
    pairs = Counter(zip(found.labels.tolist(), called.tolist(), strict=True))
    return tuple(
        Called(
            found.classes[true], found.classes[other], count,
            float(sure[(found.labels == true) & (called == other)].mean()),
        )
        for (true, other), count in pairs.most_common()
        if true != other
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class StressTest:
    """What controlled changes do to a model's answers; made by `stress_test.stress`."""

    model: str
    rows: tuple[Row, ...]
    settings: Mapping[str, Any]
    """Pieces, seed, families, soundfonts: whatever the numbers depend on."""
    notes: tuple[str, ...] = ()
    """Caveats, such as soundfonts that are missing."""

    def table(self) -> str:
        """Return everything as aligned text, for a terminal."""
        lines = [f"stress test of the model {self.model!r}", *self._preface()]
        for head, rows in self._sections():
            cells = [self._cells(row) for row in rows]
            numbers = aligned([head[:-1], *(cell[:-1] for cell in cells)])
            errors = [head[-1], *(cell[-1] for cell in cells)]
            width = max(map(len, numbers))
            lines.append("")
            lines += [
                f"{line:<{width}}  {error}".rstrip()
                for line, error in zip(numbers, errors, strict=True)
            ]
        return "\n".join(lines)

    def markdown(self) -> str:
        """Return everything as Markdown: a table for each section."""
        lines = [*self._preface()]
        for head, rows in self._sections():
            lines += ["", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
            lines += [f"| {' | '.join(self._cells(row))} |" for row in rows]
        return "\n".join(lines) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return plain Python for JSON."""
        return {
            "model": self.model,
            "settings": dict(self.settings),
            "notes": list(self.notes),
            "rows": [row.as_dict() for row in self.rows],
        }

    def _preface(self) -> list[str]:
        what = "; ".join(f"{name}: {value}" for name, value in self.settings.items())
        return [what, *(f"note: {note}" for note in self.notes)]

    def _sections(self) -> list[tuple[tuple[str, ...], list[Row]]]:
        """List each section's head and rows."""
        unsaid = ("none of these, %",) * self._leaves_unsaid
        return [
            ((section, *_NUMBERS, *self.rows[0].scores.classes, *unsaid, _ERRORS), list(rows))
            for section, rows in itertools.groupby(self.rows, lambda row: row.section)
        ]

    @property
    def _leaves_unsaid(self) -> bool:
        return any(row.unsaid for row in self.rows)

    def _cells(self, row: Row) -> tuple[str, ...]:
        found, points = row.scores, row.difference
        shown = "; ".join(map(str, row.errors[:_SHOWN]))
        return (
            row.name, f"{found.pieces}", _share(found.clip_accuracy), _share(found.piece_accuracy),
            _points(points) if points else "",
            *(f"{100 * c.recall:.0f}" if c.clips else "" for c in found.per_class),
            *(f"{100 * row.unsaid:.0f}",) * self._leaves_unsaid, shown,
        )  # fmt: skip


def _plain(share: Interval) -> list[float | None]:
    return [None if np.isnan(x) else round(x, 4) for x in share]


def _share(share: Interval) -> str:
    return f"{100 * share.value:.0f} ({100 * share.low:.0f}-{100 * share.high:.0f})"


def _points(share: Interval) -> str:
    if np.isnan(share.low):  # a single piece
        return f"{100 * share.value:+.0f}"
    return f"{100 * share.value:+.0f} ({100 * share.low:+.0f} to {100 * share.high:+.0f})"


def merged(every: Sequence[Answers]) -> Answers:
    """Return the clips of several takes of the same pieces together.

    Examples
    --------
    >>> take = {("a", 1): np.ones((2, 1))}
    >>> merged([take, take])[("a", 1)].shape
    (4, 1)
    """
    together: dict[Piece, list[NDArray[np.float64]]] = {}
    for answers in every:
        for piece, odds in answers.items():
            together.setdefault(piece, []).append(odds)
    return {piece: np.concatenate(parts) for piece, parts in together.items()}
