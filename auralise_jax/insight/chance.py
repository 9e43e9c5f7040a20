"""The null distribution: scores of networks with random weights, and thresholds from them."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from tqdm.auto import tqdm

from auralise_jax.insight.concepts import CONCEPTS
from auralise_jax.insight.evidence import Evidence
from auralise_jax.insight.scores import PerFeature, Scores, score
from auralise_jax.network import Model
from auralise_jax.network.model import controls
from auralise_jax.network.network import NoControl

Array = Float[np.ndarray, "*shape"]
Cells = Float[np.ndarray, "layers concepts"]

LEAST_NETWORKS = 20
"""Fewer networks say too little about a percentile."""


class Thresholds(NamedTuple):
    """Scores that features must exceed to stand out, and the means of random networks."""

    auc: Cells
    r: Cells
    mean_auc: Cells
    mean_r: Cells


class Chance(NamedTuple):
    """The best scores of random networks; made by `chance`.

    Attributes
    ----------
    best : array of float, shape (2, networks, layers, concepts)
        The largest AUC and the largest r among a layer's features, on scales without an end:
        log odds and Fisher's z. NaN where a concept is not scored.
    eligible : array of float, shape (2, networks, layers, concepts)
        The same among features with an AUC high enough for a name; -inf if there are none.
    no_control : str
        Why there are no networks, if there are none.
    """

    best: Float[np.ndarray, "2 networks layers concepts"]
    eligible: Float[np.ndarray, "2 networks layers concepts"]
    no_control: str = ""

    def thresholds(self, percentile: float = 99.0) -> Thresholds:
        """Return the AUC or r that a feature must exceed to stand out from random networks.

        Many concepts are scored in many layers, and most networks meet some by chance. So the
        thresholds count whole networks. All scores are measured in standard deviations above their
        mean over the networks; the thresholds lie at the same height for all scores, such that in
        `percentile` of the networks no feature with an AUC high enough for a name exceeds any. At
        least one network may lie above: 20 networks allow 95 % at most, and 99 % needs 100.

        Parameters
        ----------
        percentile : float
            Share of networks, 0 to 100.

        Returns
        -------
        Thresholds
            NaN throughout if there are no networks.
        """
        if not self.best.shape[1]:
            return Thresholds(*np.full((4, *self.best.shape[2:]), np.nan))
        mean, spread = self.best.mean(axis=1), self.best.std(axis=1)
        safe = np.where(spread > 0, spread, np.inf)[:, None]
        excess = (self.eligible - mean[:, None]) / safe
        each = np.moveaxis(excess, 1, 0).reshape(excess.shape[1], -1)
        largest = np.max(np.where(np.isfinite(each), each, -np.inf), axis=1)
        height = np.percentile(largest, percentile, method="lower")
        height = height if np.isfinite(height) else 0.0
        thresholds = mean + height * spread
        return Thresholds(
            _chances(thresholds[0]), np.tanh(thresholds[1]), _chances(mean[0]), np.tanh(mean[1])
        )


def excess_over(thresholds: Thresholds, scores: Scores, layer: int) -> PerFeature:
    """Return how far features stand out: 0 at the mean of random networks, 1 at the thresholds.

    The larger value of AUC and r; NaN where nothing is scored.

    Parameters
    ----------
    thresholds : Thresholds
        Thresholds of all layers.
    scores : Scores
        Scores of the layer.
    layer : int
        From 0.
    """
    found = []
    for scale, own, threshold, mean in (
        (_odds, scores.auc, thresholds.auc, thresholds.mean_auc),
        (_fisher, scores.r, thresholds.r, thresholds.mean_r),
    ):
        high, low = scale(threshold[layer])[:, None], scale(mean[layer])[:, None]
        found.append((scale(own) - low) / np.where(high > low, high - low, np.inf))
    larger: PerFeature = np.fmax(*found)
    return larger


def chance(
    model: Model,
    evidence: Evidence,
    networks: int = 100,
    *,
    least_auc: float = 0.75,
    progress: bool = False,
) -> Chance:
    """Score networks of the same network with random weights.

    Parameters
    ----------
    model : Model
        The trained model. Seeds count from 1, as in `random_model`; seeds whose weights are like
        the model's are left out: its training may have begun from them.
    evidence : Evidence
        The sounds on which the model is scored, too.
    networks : int
        Number of networks, at least 20.
    least_auc : float
        The AUC that a name needs.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Chance
        Without networks if the model has no control.

    Raises
    ------
    ValueError
        If `networks` is too small.
    """
    if networks < LEAST_NETWORKS:
        raise ValueError(f"networks must be {LEAST_NETWORKS} or more, not {networks!r}")
    best, eligible = [], []
    drawn = controls(model, first_seed=1)
    try:
        drawn = itertools.chain([next(drawn)], drawn)
    except NoControl as error:
        none = np.zeros((2, 0, len(evidence.levels), len(CONCEPTS)))
        return Chance(none, none, str(error))
    for control in tqdm(
        itertools.islice(drawn, networks),
        "random networks",
        total=networks,
        unit="network",
        disable=not progress,
    ):
        scores = score(evidence, evidence.maps(control))
        figures = [(_odds(one.auc), _fisher(one.r)) for one in scores]
        would_do = [one.auc >= least_auc for one in scores]
        best.append([[_largest(x) for x in pair] for pair in figures])
        eligible.append(
            [
                [np.max(np.where(some, x, -np.inf), axis=1) for x in pair]
                for pair, some in zip(figures, would_do, strict=True)
            ]
        )
    # (networks, layers, 2, concepts) so far.
    found = [np.moveaxis(np.array(one), 2, 0) for one in (best, eligible)]
    return Chance(found[0], found[1])


def _fisher(r: Array) -> Array:
    """Return Fisher's z, finite at 1."""
    z: Array = np.arctanh(np.clip(r, -1 + 1e-9, 1 - 1e-9))
    return z


def _odds(auc: Array) -> Array:
    """Return log odds, finite at 0 and 1."""
    inside = np.clip(auc, 1e-4, 1 - 1e-4)
    odds: Array = np.log(inside / (1 - inside))
    return odds


def _chances(odds: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-odds))
    return found


def _largest(figures: PerFeature) -> Float[np.ndarray, " concepts"]:
    """Return the best feature's, NaN where nothing is scored."""
    scored = np.isfinite(figures)
    best = np.max(np.where(scored, figures, -np.inf), axis=1)
    return np.where(scored.any(axis=1), best, np.nan)
