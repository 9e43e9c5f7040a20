"""Results of `attribute_correlations`: tables of layers and of features, and a figure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Float32

from auralise_jax.insight.attribute_figure import attributes_figure
from auralise_jax.insight.attribute_rows import FeatureRow, Row
from auralise_jax.records import Records
from auralise_jax.tables import Table

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure

Correlations = Float32[np.ndarray, "features clips clips"]
Pairs = Mapping[str, Bool[np.ndarray, "clips clips"]]


_ROUNDING = 1e-5
"""By how much correlations of float32 pictures may be off."""


class AttributeCorrelations(Records[Row]):
    """Rows of `attribute_correlations`, layer by layer; ``to_frame()`` gives a pandas table.

    Attributes
    ----------
    model, by, rule, position : str
        What was compared.
    attributes : tuple of str
        In the order of the rows.
    correlation : dict of int to array of float32, shape (features, clips, clips)
        Per layer, Pearson's r of each feature's results; NaN where a result is constant.
    input : tuple of Row
        The same of the clips' own pictures, layer 0.
    """

    def __init__(
        self,
        model: str,
        by: str,
        rule: str,
        position: str,
        pairs: Pairs,
        correlation: Mapping[int, Correlations],
        source: Correlations,
        draws: int,
        seed: int,
    ) -> None:
        self.model, self.by, self.rule, self.position = model, by, rule, position
        self.attributes = tuple(pairs)
        self.correlation = dict(correlation)
        self._pairs = dict(pairs)
        clips = source.shape[-1]
        # How often each clip is drawn.
        self._weights = np.random.default_rng(seed).multinomial(
            clips, np.full(clips, 1 / clips), draws
        )
        super().__init__(
            self._row(layer, name, found)
            for layer, found in self.correlation.items()
            for name in self.attributes
        )
        self.input = tuple(self._row(0, name, source) for name in self.attributes)

    @functools.cached_property
    def features(self) -> list[FeatureRow]:
        """A row per layer, feature and attribute, a table like this one."""
        rows = []
        for layer, found in self.correlation.items():
            for feature, correlation in enumerate(found):
                for name in self.attributes:
                    row = self._row(layer, name, correlation[None])
                    rows.append(
                        FeatureRow(
                            layer,
                            feature,
                            name,
                            row.mean,
                            row.spread,
                            row.pairs - row.dropped,
                            row.low,
                            row.high,
                            row.dropped,
                        )
                    )
        return rows

    def invariant(
        self, attribute: str, *, at_least: float = 0.7, control: AttributeCorrelations | None = None
    ) -> list[FeatureRow]:
        """Return the features that hardly depend on an attribute, the least dependent first.

        Parameters
        ----------
        attribute : str
            One of `attributes`.
        at_least : float
            The least value for the low end of the interval.
        control : AttributeCorrelations, optional
            Results of a network with random weights: a feature's mean must then also exceed the
            mean of 95 % of the control's features in the same layer.

        Raises
        ------
        ValueError
            If the attribute is unknown.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> clips = aj.example_clips()
        >>> found = aj.attribute_correlations(
        ...     aj.load_model("genre"), clips.values(), [{"song": name} for name in clips],
        ...     by="activation", layers=[5], progress=False,
        ... )
        >>> all(row.low >= 0.9 for row in found.invariant("song", at_least=0.9))
        True
        """
        if attribute not in self.attributes:
            raise ValueError(
                f"attribute must be one of {', '.join(self.attributes)}, not {attribute!r}"
            )
        bars: dict[int, float] = {}
        if control is not None:
            for layer in control.correlation:
                means = control._means(layer, attribute)
                means = means[np.isfinite(means)]
                bars[layer] = float(np.percentile(means, 95)) if len(means) else -1.0
        rows = [
            row
            for row in self.features
            if row.attribute == attribute
            and row.low >= at_least
            and row.mean > bars.get(row.layer, -np.inf) + _ROUNDING
        ]
        return sorted(rows, key=lambda row: -row.mean)

    def figure(self, control: AttributeCorrelations | None = None) -> ShownFigure:
        """Draw means and spreads per layer and attribute, beside a control's if there is one.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> clips = aj.example_clips()
        >>> found = aj.attribute_correlations(
        ...     aj.load_model("genre"), clips.values(), [{"song": name} for name in clips],
        ...     by="activation", layers=[5], progress=False,
        ... )
        >>> len(found.figure().axes)
        1
        """
        return attributes_figure(self, control)

    def table(self) -> Table:
        """Return the rows as a table, the clips' own pictures first."""
        from auralise_jax.text import Rows

        rows: Rows = [
            ("layer", "attribute", "mean", "95 %", "spread", "pairs", "features", "dropped")
        ]
        for row in (*self.input, *self):
            interval = f"{row.low:.2f} to {row.high:.2f}"
            layer = f"{row.layer}" if row.layer else "input"
            figures = (f"{row.spread:.2f}", f"{row.pairs}", f"{row.features}", f"{row.dropped}")
            rows.append((layer, row.attribute, f"{row.mean:.2f}", interval, *figures))
        return Table.of_text(rows, left=2)

    def _means(self, layer: int, name: str) -> Float[np.ndarray, " features"]:
        """Return each feature's mean, NaN for those without pairs; without intervals, so fast."""
        found = self.correlation[layer]
        kept = np.isfinite(found) & self._pairs[name]
        counts = kept.sum(axis=(1, 2))
        sums = np.where(kept, found, 0).sum(axis=(1, 2), dtype=float)
        means: Float[np.ndarray, " features"] = sums / np.where(counts, counts, np.nan)
        return means

    def _row(self, layer: int, name: str, found: Correlations) -> Row:
        pairs = self._pairs[name]
        kept = np.isfinite(found) & pairs
        values = np.where(kept, found, 0).astype(float)
        counts, sums = kept.sum(axis=0).astype(float), values.sum(axis=0)
        total = counts.sum()
        mean = spread = low = high = float("nan")
        if total:
            mean = float(sums.sum() / total)
            spread = float(np.sqrt(np.square(np.where(kept, found - mean, 0)).sum() / total))
            drawn = [
                ((self._weights @ matrix) * self._weights).sum(axis=1) for matrix in (sums, counts)
            ]
            means: Float[np.ndarray, " draws"] = drawn[0][drawn[1] > 0] / drawn[1][drawn[1] > 0]
            if len(means):
                low, high = (float(x) for x in np.percentile(means, [2.5, 97.5]))
        count = int(pairs.sum()) // 2
        living = int(kept.any(axis=(1, 2)).sum())
        dropped = count * len(found) - int(total) // 2
        return Row(layer, name, mean, spread, count, low, high, living, dropped)

    def __repr__(self) -> str:
        layers = ", ".join(str(layer) for layer in self.correlation)
        clips = self._weights.shape[1]
        return (
            f"<AttributeCorrelations: {self.model!r}, {clips} clips by {self.by}: "
            f"{', '.join(self.attributes)}; layers {layers}>"
        )
