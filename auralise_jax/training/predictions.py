"""Predictions: a classifier's class probabilities for clips, and the true classes."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """A classifier's class probabilities for clips, and the true classes.

    Parameters
    ----------
    classes : tuple of str
        At least two different names.
    probabilities : array of float, shape (clips, classes)
        Each row sums to 1, within 0.001; it is divided by its sum. Kept as read-only float64.
    labels : array of int, shape (clips,)
        Number of the true class.
    pieces : array of int, shape (clips,)
        Number of the piece that each clip was cut from; the clips of a piece share a label.
    groups : tuple of str, optional
        A name per clip, such as the album or the family of the groove; ``""`` for no group.

    Raises
    ------
    ValueError
        If a length, a range or a type does not fit; the message names the argument.

    Examples
    --------
    >>> import numpy as np
    >>> predictions = Predictions(("a", "b"), np.array([[0.9, 0.1], [0.4, 0.6]]), [0, 0], [7, 7])
    >>> predictions.right.tolist()
    [True, False]
    >>> predictions.by_piece().right.tolist()  # the mean, 0.65 to 0.35
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
        probabilities = _checked_probabilities(self.probabilities, len(classes))
        whole = {name: np.array(getattr(self, name)) for name in ("labels", "pieces")}
        for name, numbers in whole.items():
            if numbers.shape != probabilities.shape[:1] or not np.issubdtype(
                numbers.dtype, np.integer
            ):
                raise ValueError(
                    f"{name} must be {len(probabilities)} whole numbers, one per row of "
                    f"probabilities, not {numbers.dtype} of shape {numbers.shape}"
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
        groups = tuple(self.groups) or ("",) * len(probabilities)
        if len(groups) != len(probabilities):
            raise ValueError(
                f"groups must be {len(probabilities)} names, one per clip, not {len(groups)}"
            )
        for array in (probabilities, labels, pieces):
            array.flags.writeable = False
        checked = (classes, probabilities, labels, pieces, groups)
        for field, value in zip(fields(self), checked, strict=True):
            object.__setattr__(self, field.name, value)

    @property
    def right(self) -> np.ndarray:
        """Whether the most probable class, or the first of several, is true, shape (clips,)."""
        right: np.ndarray = self.probabilities.argmax(axis=1) == self.labels
        return right

    @property
    def confidence(self) -> Float[np.ndarray, " clips"]:
        """The largest probability of each clip."""
        confidence: Float[np.ndarray, " clips"] = self.probabilities.max(axis=1)
        return confidence

    def by_piece(self) -> Predictions:
        """Return a row per piece: mean probabilities of its clips, group of its first clip."""
        pieces, first, place = np.unique(self.pieces, return_index=True, return_inverse=True)
        sums = np.zeros((len(pieces), len(self.classes)))
        np.add.at(sums, place, self.probabilities)
        means = sums / np.bincount(place)[:, None]
        groups = tuple(self.groups[n] for n in first)
        return Predictions(self.classes, means, self.labels[first], pieces, groups)

    def __repr__(self) -> str:
        pieces = len(np.unique(self.pieces))
        return f"<Predictions: {len(self.labels)} clips of {pieces} pieces>"


def _checked_probabilities(probabilities: object, classes: int) -> np.ndarray:
    probabilities = np.array(probabilities)
    if (
        probabilities.ndim != 2
        or probabilities.shape[1] != classes
        or not np.issubdtype(probabilities.dtype, np.floating)
    ):
        raise ValueError(
            f"probabilities must be floating point of shape (clips, {classes}), "
            f"a column per class, not {probabilities.dtype} of shape {probabilities.shape}"
        )
    if len(probabilities) == 0:
        raise ValueError("probabilities is empty; scores need at least one clip")
    probabilities = probabilities.astype(np.float64)
    sums = probabilities.sum(axis=1, keepdims=True)
    fits = (probabilities >= 0).all(axis=1) & (np.abs(sums[:, 0] - 1) <= 1e-3)  # nan does not fit
    if not fits.all():
        bad = int(np.flatnonzero(~fits)[0])
        raise ValueError(
            f"probabilities must be at least 0 and sum to 1 in each row, but row {bad} sums to "
            f"{sums[bad, 0]:.4g}, its least is {probabilities[bad].min():.4g}; "
            "apply a softmax to logits"
        )
    normal: np.ndarray = probabilities / sums
    return normal
