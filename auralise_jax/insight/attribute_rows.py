"""Rows of a table: the correlations of a layer, or of a feature, under an attribute."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A layer under an attribute.

    Attributes
    ----------
    layer : int
        From 1; 0 for the clips' own pictures.
    attribute : str
        The attribute in which the clips of a pair differ.
    mean : float
        Of Pearson's r over all pairs and features that are kept, -1 to 1; NaN if none are.
    spread : float
        Their standard deviation.
    pairs : int
        Pairs of clips.
    low, high : float
        95 % interval of the mean: clips are resampled, not pairs, which share clips.
    features : int
        Features with at least one pair that is kept.
    dropped : int
        Pairs times features of which one result is constant.
    """

    layer: int
    attribute: str
    mean: float
    spread: float
    pairs: int
    low: float
    high: float
    features: int
    dropped: int


class FeatureRow(NamedTuple):
    """A feature under one attribute; numbers as in `Row`, over its pairs alone."""

    layer: int
    feature: int
    attribute: str
    mean: float
    spread: float
    pairs: int
    low: float
    high: float
    dropped: int
