"""How well a feature's response detects a concept: AUC, correlation with its strength, p value.

The AUC is the chance that the response at a place with the concept exceeds that at a place without.
r is Pearson's, between the response's course in time and the concept's strength, where something
sounds. The p value comes from circular shifts of every sound's concepts against the responses: this
keeps the course of either, and breaks only what they have in common. Its statistic is that of the
AUC, the difference of mean ranks with and without the concept; for concepts of places, the product
of ranks and strength.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from auralise_jax.insight.evidence import Evidence, Level
from auralise_jax.insight.pearson import pearson, standardise

Maps = Float32[np.ndarray, "sounds freq time features"]
PerFeature = Float[np.ndarray, "concepts features"]

CHUNK = 500
"""Draws of shifts that are summed at once."""


class Scores(NamedTuple):
    """Scores of every concept and feature of a layer; NaN where a concept is not scored."""

    auc: PerFeature
    r: PerFeature


def score(evidence: Evidence, maps: list[Maps]) -> list[Scores]:
    """Score every layer's maps, as from `Evidence.maps`."""
    return [
        Scores(_auc(level, own), _r(level, _course(own)))
        for level, own in zip(evidence.levels, maps, strict=True)
    ]


def p_values(level: Level, maps: Maps, draws: int, seed: int) -> PerFeature:
    """Return how often shifted concepts follow a layer's features as closely; at least 1 / draws.

    Parameters
    ----------
    level : Level
        The evidence on the layer's grid.
    maps : array of float32, shape (sounds, freq, time, features)
        The layer's maps.
    draws : int
        Each draw shifts every sound by another amount.
    seed : int
        Seed of the draws.
    """
    from scipy.stats import rankdata

    sounds, columns, features = maps.shape[0], *maps.shape[2:]
    # Newer versions of SciPy rank float32 in float32.
    ranks = rankdata(_course(maps).reshape(-1, features), axis=0).astype(float)
    ranks = (ranks - ranks.mean(axis=0)).reshape(sounds, columns, features)
    responses = np.fft.rfft(ranks, axis=1)
    shifts = np.random.default_rng(seed).integers(columns, size=(draws, sounds))
    found = np.full((len(level.labels), features), np.nan)
    for number, contrast in enumerate(level.contrast):
        if not (level.labels[number].enough and contrast.any()):
            continue
        # Per sound, the sum of products at every shift: (sounds, shifts, features).
        spectrum = np.conj(np.fft.rfft(contrast, axis=1))[:, :, None]
        tables = np.fft.irfft(spectrum * responses, n=columns, axis=1).astype(np.float32)
        own = tables[:, 0].sum(axis=0)
        slack = 1e-6 * np.abs(tables).max(axis=(0, 1))  # of rounding, or equals would be missed
        as_large = np.ones(features, int)
        for first in range(0, draws, CHUNK):
            sums = _sums(tables, shifts[first : first + CHUNK])
            as_large += (sums >= own - slack).sum(axis=0)
        found[number] = as_large / (draws + 1)
    return found


def _sums(
    tables: Float32[np.ndarray, "sounds shifts features"], shifts: Int[np.ndarray, "draws sounds"]
) -> Float32[np.ndarray, "draws features"]:
    total = np.zeros((len(shifts), tables.shape[2]), np.float32)
    for table, own in zip(tables, shifts.T, strict=True):
        total += table[own]
    return total


def q_values(p: PerFeature) -> PerFeature:
    """Adjust a layer's p values for their number (Benjamini and Hochberg 1995); NaN stay.

    Examples
    --------
    >>> q_values(np.array([[0.01, 0.02, np.nan, 0.3]]))
    array([[0.03, 0.03,  nan, 0.3 ]])
    """
    from scipy.stats import false_discovery_control

    found = np.full(p.shape, np.nan)
    scored = np.isfinite(p)
    if scored.any():
        found[scored] = false_discovery_control(p[scored], method="bh")
    return found


def _course(maps: Maps) -> Float32[np.ndarray, "sounds time features"]:
    course: Float32[np.ndarray, "sounds time features"] = maps.mean(axis=1)
    return course


def _r(level: Level, course: Float32[np.ndarray, "sounds time features"]) -> PerFeature:
    found = np.full((len(level.labels), course.shape[2]), np.nan)
    for number, (strength, counts) in enumerate(zip(level.strength, level.counts, strict=True)):
        if level.labels[number].enough and strength.any():
            responses = course[counts].astype(float).T
            standardise(responses)
            r = pearson(strength[None, counts], responses)[0]
            found[number] = np.where(responses.any(axis=1), r, np.nan)
    return found


def _auc(level: Level, maps: Maps) -> PerFeature:
    from scipy.stats import rankdata

    features = maps.shape[3]
    columns = _course(maps).reshape(-1, features)
    dead = (maps == maps[0, 0, 0]).all(axis=(0, 1, 2))  # what is constant says nothing
    found = np.full((len(level.labels), features), np.nan)
    for number, labels in enumerate(level.labels):
        if not labels.enough:
            continue
        both = np.concatenate([labels.present, labels.absent])
        values = _near(maps, both, level.reach) if labels.of_places else columns[both]
        count, others = len(labels.present), len(labels.absent)
        ranks = rankdata(values, axis=0)[:count].sum(axis=0, dtype=float)
        auc = (ranks - count * (count + 1) / 2) / (count * others)
        found[number] = np.where(dead, np.nan, auc)
    return found


def _near(
    maps: Maps, places: Int[np.ndarray, " n"], reach: int
) -> Float32[np.ndarray, "n features"]:
    """Return the largest response at places, numbered through all maps, and so many rows beside."""
    sound, row, column = np.unravel_index(places, maps.shape[:3])
    rows = [np.clip(row + step, 0, maps.shape[1] - 1) for step in range(-reach, reach + 1)]
    largest: Float32[np.ndarray, "n features"] = np.max(
        [maps[sound, own, column] for own in rows], axis=0
    )
    return largest
