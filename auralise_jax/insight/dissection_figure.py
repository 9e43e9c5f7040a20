"""A dissection as a figure: every concept in every layer, against random networks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

from auralise_jax.audio.display import new_figure
from auralise_jax.insight.chance import Chance
from auralise_jax.insight.concepts import CONCEPTS
from auralise_jax.insight.dissection_rows import Name, Row

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure


class Dissected(Protocol):
    """What is drawn of a `Dissection`."""

    model: str
    sounds: int
    names: dict[tuple[int, int], Name]
    chance: Chance

    @property
    def named(self) -> list[Name]:
        """The features that have a name."""

    def __iter__(self) -> Iterator[Row]: ...


def dissection_figure(found: Dissected) -> ShownFigure:
    """Draw how many features of each layer have each name, and the best AUC beside.

    A cell gives the largest AUC of its layer's features for the concept; its colour how far that
    lies above the best of random networks, in steps of AUC. Framed cells have features with that
    name: they give the largest AUC of these, and how many they are. Empty cells were not scored:
    too few places. Without a control no cell has a colour, and the caption says why.

    Parameters
    ----------
    found : Dissection
        Of one model.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with ``figure.savefig(path)``.
    """
    layers = sorted({layer for layer, _ in found.names})
    mean_best = found.chance.thresholds().mean_auc
    best = np.full((len(CONCEPTS), len(layers)), np.nan)
    places = {concept.name: number for number, concept in enumerate(CONCEPTS)}
    for row in found:
        cell = places[row.concept], layers.index(row.layer)
        best[cell] = np.fmax(best[cell], row.auc)
    named = np.zeros(best.shape, int)
    own = np.full(best.shape, -np.inf)
    for name in found.named:
        cell = places[name.concept], layers.index(name.layer)
        named[cell] += 1
        own[cell] = max(own[cell], name.auc)
    best = np.where(named > 0, own, best)
    figure = new_figure(7.5, 0.8 + 0.28 * len(CONCEPTS))
    axes = figure.add_subplot()
    axes.set_facecolor("0.92")
    image = axes.imshow(best - mean_best.T, cmap="PuOr_r", vmin=-0.25, vmax=0.25, aspect="auto")
    for (row, column), auc in np.ndenumerate(best):
        if np.isfinite(auc):
            count = named[row, column]
            text = f"{auc:.2f}" + (f" ({count})" if count else "")
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                size=8,
                weight="bold" if count else "normal",
                bbox={"boxstyle": "round", "fc": "white", "ec": "black"} if count else None,
            )
    axes.set_yticks(range(len(CONCEPTS)), [concept.name for concept in CONCEPTS])
    axes.set_xticks(range(len(layers)), [f"layer {layer}" for layer in layers])
    axes.set_title(
        f"{found.model}: best AUC per concept (features with that name), {found.sounds} sounds",
        loc="left",
        parse_math=False,
        size=10,
    )
    if found.chance.no_control:
        words = f"no control: {found.chance.no_control}"
        axes.set_xlabel(textwrap.fill(words, 90), size=8, parse_math=False)
    else:
        figure.colorbar(image, ax=axes, label="above the mean best of random networks (AUC)")
    return figure
