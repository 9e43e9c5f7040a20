"""Projections of a layer compared by correlation: with each other and with the source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from auralise_jax.insight.leaves import leaf_order
from auralise_jax.insight.pearson import pearson, standardise
from auralise_jax.listening.projection import SILENT

Picture = Float[np.ndarray, "..."]
Projections = Float[np.ndarray, "features ..."]
Correlation = Float[np.ndarray, "features features"]

_ROUNDING = 1e-5
"""By how much a correlation of float32 pictures may be off; equal pictures must stay equal."""


class Compared(NamedTuple):
    """Projections, rectified unless they are waveforms, ready for products; made by `compare`."""

    unit: Float[np.ndarray, "features places"]
    """Of mean 0 and length 1, so that products are correlations; zeros where nothing varies."""
    energy: Float[np.ndarray, " features"]
    """Shares of the layer's sum of squares; 0 for silent features."""
    silent: Bool[np.ndarray, " features"]
    sparseness: Float[np.ndarray, " features"]
    """Hoyer's, 0 to 1; 0 for silent features."""


def compare(projections: Projections, source: Picture) -> Compared:
    """Rectify signed projections, and make them comparable; waveforms are left as they are.

    Raises
    ------
    ValueError
        If shapes do not fit, or a number is not finite.
    """
    projections, source = np.asarray(projections), np.asarray(source)  # also from JAX
    if projections.ndim not in (2, 3, 4) or 0 in projections.shape:
        raise ValueError(
            "projections must have shape (features, freq, time), maybe with channels behind, or "
            f"(features, time), not {projections.shape}"
        )
    if source.shape != projections.shape[1:]:
        raise ValueError(
            f"source must have the shape of a projection, {projections.shape[1:]}, "
            f"not {source.shape}"
        )
    flat = projections.reshape(len(projections), -1)
    # Both ends, not the largest magnitude: that would copy the layer once more.
    high, low = flat.max(axis=1).astype(float), flat.min(axis=1).astype(float)
    peaks = np.maximum(high, -low)
    is_waveform = projections.ndim == 2
    high = peaks if is_waveform else high
    if not (np.isfinite(peaks).all() and np.isfinite(source).all()):
        raise ValueError("projections and source must be finite")
    silent = (peaks == 0) | (peaks < SILENT * peaks.max())
    heard = ~silent & (high > 0)
    # Rows over their peaks: in float32, small squares vanish and large squares overflow.
    scale = np.where(heard, high, np.inf)[:, None].astype(flat.dtype)
    unit, squares, sums = np.empty_like(flat), np.empty(len(flat)), np.empty(len(flat))
    for k in range(len(flat)):  # a row fits a processor's cache: twice as fast
        least = -np.inf if is_waveform else 0
        row = np.maximum(flat[k : k + 1], least, out=unit[k : k + 1])
        row /= scale[k]
        squares[k : k + 1] = np.square(row).sum(axis=1, dtype=float)
        sums[k : k + 1] = (np.abs(row) if is_waveform else row).sum(axis=1, dtype=float)
        standardise(row)
    share = np.where(heard, high, 0) / (peaks.max() or 1)
    energy = squares * share**2
    # Hoyer 2004 (JMLR 5): 1 if all lies in a single place, 0 if all places have the same.
    root = np.sqrt(unit.shape[1])
    even = sums / np.sqrt(np.where(squares > 0, squares, 1))
    sparseness = np.where(squares > 0, np.clip((root - even) / max(root - 1, 1), 0, 1), 0)
    return Compared(unit, energy / (energy.sum() or 1), silent, sparseness)


def correlations(compared: Compared) -> Correlation:
    """Return Pearson's r of all pairs; 1 on the diagonal of the living, 0 where undefined."""
    found: Correlation = pearson(compared.unit, compared.unit).astype(float)
    np.fill_diagonal(found, ~compared.silent)
    return found


def source_correlations(compared: Compared, source: Picture) -> Float[np.ndarray, " features"]:
    """Return the magnitude of each feature's correlation with the source; 0 where undefined."""
    picture = np.reshape(source, (1, -1)) / (np.abs(source).max() or 1)
    standardise(picture)
    found: Float[np.ndarray, " features"] = np.abs(pearson(compared.unit, picture)[:, 0])
    return found.astype(float)


def grouped(
    correlation: Correlation, silent: Bool[np.ndarray, " features"], alike: float
) -> tuple[Int[np.ndarray, " features"], Int[np.ndarray, " features"]]:
    """Return each feature's group, and the features ordered by similarity; see `Survey`."""
    living = np.flatnonzero(~silent)
    found, leaves = np.zeros(len(living), int), np.arange(len(living))
    if len(living) > 1:  # a tree needs two leaves
        from scipy.cluster.hierarchy import fcluster, linkage

        distance = 1 - correlation[np.ix_(living, living)]
        tree = linkage(distance[np.triu_indices(len(living), 1)], "average")
        found = fcluster(tree, 1 - alike + _ROUNDING, "distance")
        leaves = leaf_order(tree, distance)
    _, first, place, size = np.unique(
        found, return_index=True, return_inverse=True, return_counts=True
    )
    number = np.empty_like(first)
    number[np.lexsort((first, -size))] = np.arange(len(first))
    group = np.full(len(silent), -1)
    group[living] = number[place]
    return group, np.concatenate([living[leaves], np.flatnonzero(silent)])
