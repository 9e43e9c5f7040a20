"""What a dissection says of a feature: its name, and how it follows each concept."""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """What a feature may be called.

    Attributes
    ----------
    layer, feature : int
        From 1 and from 0.
    name : str
        Such as ``"onset detector, AUC .93"``, or ``"no clear concept"``.
    concept : str
        The concept that the feature stands out by most, or the one with the largest AUC if there
        is no name.
    auc, r, q : float
        See `Row`.
    excess : float
        By how much it stands out of random networks; above 1 for those with a name.
    named : bool
        Whether it has a name.
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
        What 99 % of random networks stay below; see `Chance.thresholds`.
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
