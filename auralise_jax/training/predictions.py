"""Predictions: what a classifier said about clips, and what is true."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """What a classifier said about clips, and what is true.

    Parameters
    ----------
    classes : tuple of str
        Names, at least two, all different.
    probabilities : array of float, shape (clips, classes)
        Each row sums to 1, within 0.001; it is divided by its sum. Kept as read-only float64.
    labels : array of int, shape (clips,)
        Number of the true class.
    pieces : array of int, shape (clips,)
        Number of the piece that each clip was cut from; the clips of a piece share a label.
    groups : tuple of str, optional
        One per clip, such as its album or the family of its groove; ``""`` for none.

    Raises
    ------
    ValueError
        If a length, a range or a type does not fit; the message names the argument.

    Examples
    --------
    >>> import numpy as np
    >>> told = Predictions(("a", "b"), np.array([[0.9, 0.1], [0.4, 0.6]]), [0, 0], [7, 7])
    >>> told.right.tolist()
    [True, False]
    >>> told.by_piece().right.tolist()  # the mean, 0.65 to 0.35
    [True]
    """

    classes: tuple[str, ...]
    probabilities: Float[np.ndarray, "clips classes"]
    labels: Int[np.ndarray, " clips"]
    pieces: Int[np.ndarray, " clips"]
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        classes = tuple(self.classes)
        if len(classes) < 2 or len(set(classes)) < len(classes):
            raise ValueError(f"classes must be two or more different names, not {list(classes)}")
        odds = _checked_odds(self.probabilities, len(classes))
        whole = {name: np.array(getattr(self, name)) for name in ("labels", "pieces")}
        for name, numbers in whole.items():
            if numbers.shape != odds.shape[:1] or not np.issubdtype(numbers.dtype, np.integer):
                raise ValueError(
                    f"{name} must be {len(odds)} whole numbers, one per row of probabilities, "
                    f"not {numbers.dtype} of shape {numbers.shape}"
                )
        labels, pieces = whole["labels"], whole["pieces"]
        if not ((labels >= 0) & (labels < len(classes))).all():
            raise ValueError(
                f"labels must be 0 to {len(classes) - 1}, numbers of the {len(classes)} classes, "
                f"not {labels.min()} to {labels.max()}"
            )
        label_of = dict(zip(pieces.tolist(), labels.tolist(), strict=True))
        if mixed := [p for p, k in zip(pieces, labels, strict=True) if label_of[int(p)] != k]:
            raise ValueError(
                f"pieces must have one class each, but piece {mixed[0]} has clips of two; "
                "number the pieces across all classes"
            )
        groups = tuple(self.groups) or ("",) * len(odds)
        if len(groups) != len(odds):
            raise ValueError(f"groups must be {len(odds)} names, one per clip, not {len(groups)}")
        for array in (odds, labels, pieces):
            array.flags.writeable = False
        checked = (classes, odds, labels, pieces, groups)
        for field, value in zip(fields(self), checked, strict=True):
            object.__setattr__(self, field.name, value)

    @property
    def right(self) -> np.ndarray:
        """Whether the most probable class is the true one (the first of equals), shape (clips,)."""
        right: np.ndarray = self.probabilities.argmax(axis=1) == self.labels
        return right

    def by_piece(self) -> Predictions:
        """Return one row per piece, the mean of its clips' probabilities; group of its first."""
        pieces, first, place = np.unique(self.pieces, return_index=True, return_inverse=True)
        sums = np.zeros((len(pieces), len(self.classes)))
        np.add.at(sums, place, self.probabilities)
        means = sums / np.bincount(place)[:, None]
        groups = tuple(self.groups[n] for n in first)
        return Predictions(self.classes, means, self.labels[first], pieces, groups)

    def __repr__(self) -> str:
        pieces = len(np.unique(self.pieces))
        return f"<Predictions: {len(self.labels)} clips of {pieces} pieces>"


def _checked_odds(probabilities: object, classes: int) -> np.ndarray:
    odds = np.array(probabilities)
    if odds.ndim != 2 or odds.shape[1] != classes or not np.issubdtype(odds.dtype, np.floating):
        raise ValueError(
            f"probabilities must be floating point of shape (clips, {classes}), "
            f"a column per class, not {odds.dtype} of shape {odds.shape}"
        )
    if len(odds) == 0:
        raise ValueError("probabilities is empty; scores need at least one clip")
    odds = odds.astype(np.float64)
    sums = odds.sum(axis=1, keepdims=True)
    fits = (odds >= 0).all(axis=1) & (np.abs(sums[:, 0] - 1) <= 1e-3)  # nan does not fit
    if not fits.all():
        bad = int(np.flatnonzero(~fits)[0])
        raise ValueError(
            f"probabilities must be at least 0 and sum to 1 in each row, but row {bad} sums to "
            f"{sums[bad, 0]:.4g}, its least is {odds[bad].min():.4g}; apply a softmax to logits"
        )
    normal: np.ndarray = odds / sums
    return normal
