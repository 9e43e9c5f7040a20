"""Rows of a dissection: a feature's name, and how well the feature follows a concept."""

from __future__ import annotations

from typing import NamedTuple

NO_CONCEPT = "no clear concept"
"""What a feature is called that stands out by no concept."""


class Name(NamedTuple):
    """The name of a feature.

    Attributes
    ----------
    layer, feature : int
        From 1 and from 0.
    name : str
        Such as ``"onset detector, AUC .93"``, or ``"no clear concept"``.
    concept : str
        The concept by which the feature stands out most, or the concept with the largest AUC if
        the feature has no name.
    auc, r, q : float
        See `Row`.
    excess : float
        How far the feature stands out from random networks; above 1 for features with a name, NaN
        without a control.
    named : bool
        Whether the feature has a name.
    """

    layer: int
    feature: int
    name: str
    concept: str
    auc: float
    r: float
    q: float
    excess: float
    named: bool


class Row(NamedTuple):
    """A feature and a concept.

    Attributes
    ----------
    layer, feature, concept
        Which.
    auc : float
        Chance that the response where the concept is present exceeds that where it is absent, as
        a measure of effect: .5 says nothing.
    r : float
        Pearson's, of the response's course and the concept's strength.
    p, q : float
        By circular time shifts, see `scores`; q for all concepts and features of the layer
        together.
    auc_bar, r_bar : float
        What 99 % of random networks stay below, see `Chance.thresholds`; NaN without a control.
    """

    layer: int
    feature: int
    concept: str
    auc: float
    r: float
    p: float
    q: float
    auc_bar: float
    r_bar: float
