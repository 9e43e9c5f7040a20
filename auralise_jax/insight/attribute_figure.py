"""Correlations under varied attributes as a figure, and as a heat map of single features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from auralise_jax.audio.display import new_figure
from auralise_jax.insight.attribute_rows import FeatureRow, Row

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, which the colour-blind can distinguish."""

_NOTE = (
    "thin: standard deviation over pairs and features; thick: 95 % interval of the mean; "
    "dotted: the clips' own pictures"
)


class Compared(Protocol):
    """What is drawn of `AttributeCorrelations`."""

    model: str
    by: str
    rule: str
    attributes: tuple[str, ...]
    input: tuple[Row, ...]

    @property
    def correlation(self) -> Mapping[int, np.ndarray]:
        """Pearson's r by layer, shape (features, clips, clips)."""

    @property
    def features(self) -> Sequence[FeatureRow]:
        """A row per layer, feature and attribute."""

    def __iter__(self) -> Iterator[Row]: ...


def attributes_figure(found: Compared, control: Compared | None = None) -> ShownFigure:
    """Draw the mean correlation per layer and attribute; whiskers are the spread.

    Parameters
    ----------
    found : AttributeCorrelations
        Filled marks.
    control : AttributeCorrelations, optional
        The same clips and attributes by a network with random weights: open marks.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ValueError
        If the control has other attributes, or was made in another way.
    """
    if control is not None and (control.attributes, control.by) != (found.attributes, found.by):
        raise ValueError(
            f"the control must vary {', '.join(found.attributes)} by {found.by}, not "
            f"{', '.join(control.attributes)} by {control.by}"
        )
    figure = new_figure(8, 4)
    axes = figure.add_subplot()
    series = [(found, True)] + ([(control, False)] if control is not None else [])
    width = 0.8 / (len(series) * len(found.attributes))
    layers = list(found.correlation)
    place = {layer: n for n, layer in enumerate(layers)}
    number = 0
    for index, name in enumerate(found.attributes):
        colour = _COLOURS[index % len(_COLOURS)]
        for table, is_own in series:
            rows = [row for row in table if row.attribute == name and row.layer in place]
            x = [place[row.layer] + (number + 0.5) * width - 0.4 for row in rows]
            axes.errorbar(
                x,
                [row.mean for row in rows],
                [row.spread for row in rows],
                fmt="o" if is_own else "s",
                color=colour,
                markerfacecolor=colour if is_own else "white",
                markersize=6,
                elinewidth=1,
                capsize=2,
                label=f"{name}, {table.model if is_own else 'random weights'}",
            )
            # The interval of the mean, short and thick on the long whisker of the spread.
            axes.vlines(x, [row.low for row in rows], [row.high for row in rows], colour, lw=3)
            number += 1
        axes.axhline(found.input[index].mean, color=colour, ls=":", lw=1)
    axes.set_xticks(range(len(layers)), [str(layer) for layer in layers])
    axes.set_xlim(-0.5, len(layers) - 0.5)
    axes.set(xlabel="Layer", ylabel="Pearson's r between clips")
    axes.grid(axis="y", alpha=0.3)
    clips = found.correlation[layers[0]].shape[-1]
    how = "activations" if found.by == "activation" else f"{found.by}s, rule {found.rule}"
    if found.by == "auralised":
        how = f"spectrograms of auralised sound, rule {found.rule}"
    axes.set_title(f"One attribute varied: {how}, {clips} clips", loc="left", parse_math=False)
    figure.legend(fontsize=8, ncols=len(found.attributes), loc="outside upper right")
    figure.supxlabel(_NOTE, size=7)
    return figure


def features_figure(found: Compared, layer: int) -> ShownFigure:
    """Draw each feature's mean correlation under each attribute as a heat map.

    Parameters
    ----------
    found : AttributeCorrelations
        Of which a layer is drawn.
    layer : int
        From 1. Features are ordered by their mean over the attributes, most alike first; those
        that are constant throughout are grey.

    Raises
    ------
    ValueError
        If that layer was not compared.
    """
    if layer not in found.correlation:
        raise ValueError(f"layer {layer!r} was not compared; there are {list(found.correlation)}")
    rows = [row for row in found.features if row.layer == layer]
    means = np.array([row.mean for row in rows]).reshape(-1, len(found.attributes))
    known = np.isfinite(means)
    level = np.where(known, means, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    order = np.argsort(-np.where(known.any(axis=1), level, -2), kind="stable")
    figure = new_figure(9, 1.2 + 0.4 * len(found.attributes))
    axes = figure.add_subplot()
    axes.set_facecolor("0.8")
    # The largest rounded up to a tenth: few features come near 1.
    top = np.ceil(10 * np.nanmax(means, initial=0.1)) / 10
    image = axes.imshow(means[order].T, cmap="viridis", vmin=0, vmax=top, aspect="auto")
    axes.set_yticks(range(len(found.attributes)), found.attributes, parse_math=False)
    axes.set_xticks(range(len(order)), [str(k) for k in order], size=6, rotation=90)
    axes.set(xlabel="Feature")
    axes.set_title(f"Layer {layer}: r between clips that differ in one attribute", loc="left")
    figure.colorbar(image, ax=axes, label="Pearson's r", extend="min")
    return figure
