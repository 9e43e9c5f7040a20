"""Effects of muting as a figure: every feature or a group, with intervals, against chance."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.audio.display import new_figure
from auralise_jax.insight.ablation_numbers import Numbers, beyond
from auralise_jax.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from auralise_jax.audio.figure import ShownFigure

_FOR, _AGAINST, _INSIDE = "#0072B2", "#D55E00", "0.55"
"""Okabe and Ito's blue and vermilion, which the colour-blind can distinguish, and grey."""

_NAMED = 3
"""Features at either end whose numbers are written."""


def ablation_figure(found: Numbers, shown: Sequence[int]) -> ShownFigure:
    """Draw the effects on some classes, a panel for each.

    Marks are features from the one that speaks most for the class to the one that speaks most
    against it, whiskers their intervals, the grey band is where the control's features lie. What
    lies outside has a colour. Of a group there is one mark beside the control's groups.

    Parameters
    ----------
    found : Ablation
        Of one layer.
    shown : sequence of int
        Numbers of the classes.
    """
    scale = np.where(found.spread > 0, found.spread, np.nan)
    in_sd = bool(np.isfinite(scale[list(shown)]).all())
    scale = scale if in_sd else np.ones_like(scale)
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure = new_figure(1.2 + 3.2 * across, 1.3 + 2.6 * down)
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    band = found.control.band(found.confidence, relative=in_sd)
    members = found.control.relative if in_sd else found.control.effect
    outside = beyond(found.effect / scale, band)
    draw = _features if found.group is None else _group
    for axes, c in zip(panels, shown, strict=False):
        values = [one[:, c] / scale[c] for one in (found.effect, found.low, found.high)]
        if np.isfinite(band[:, c]).all():
            axes.axhspan(*band[:, c], color="0.88", zorder=0)
        axes.axhline(0, color="0.3", lw=0.8)
        draw(axes, values, outside[:, c], members[:, c])
        axes.set_title(shorten(found.classes[c], 40), loc="left", size=10, parse_math=False)
    for axes in panels[len(shown) :]:
        axes.remove()
    unit = "standard deviations of the logit" if in_sd else "change of the logit"
    figure.supylabel(f"Effect of muting ({unit})", size=9)
    plain: dict[str, Any] = {"parse_math": False}  # names of models may hold a $
    title = textwrap.fill(found.title, 40 * across)
    figure.suptitle(title, x=0.01, ha="left", size=10, **plain)
    figure.supxlabel(textwrap.fill(_note(found), 48 * across), size=8, **plain)
    return figure


def _features(
    axes: Axes, values: Sequence[np.ndarray], outside: np.ndarray, _members: np.ndarray
) -> None:
    effect, low, high = values
    order = np.argsort(effect, kind="stable")
    x = np.arange(len(order))
    for place, k in zip(x, order, strict=True):
        colour = (_FOR if effect[k] < 0 else _AGAINST) if outside[k] else _INSIDE
        axes.plot(place, effect[k], "o", ms=3.5, color=colour)
        if np.isfinite(low[k]):
            axes.vlines(place, low[k], high[k], color=colour, lw=1)
    corner: dict[str, Any] = {"size": 8, "transform": axes.transAxes}
    first, last = order[:_NAMED], order[::-1][:_NAMED]
    axes.text(0.02, 0.03, f"most for: {', '.join(map(str, first))}", **corner)
    axes.text(0.98, 0.93, f"most against: {', '.join(map(str, last))}", ha="right", **corner)
    axes.set_xticks([])
    axes.set_xlabel("features, for to against", size=8)
    axes.margins(x=0.03, y=0.12)


def _group(
    axes: Axes, values: Sequence[np.ndarray], outside: np.ndarray, members: np.ndarray
) -> None:
    effect, low, high = (float(one[0]) for one in values)
    axes.plot(np.linspace(-0.3, 0.3, len(members)), members, "o", ms=3, color=_INSIDE)
    colour = (_FOR if effect < 0 else _AGAINST) if outside[0] else "0.2"
    axes.plot(1, effect, "o", color=colour)
    if np.isfinite(low):
        axes.vlines(1, low, high, color=colour)
    axes.set_xticks([0, 1], ["random groups", "the group"], size=8)
    axes.set_xlim(-0.6, 1.6)


def _note(found: Numbers) -> str:
    control, percent = found.control, f"{100 * found.confidence:g} %"
    if control.no_control:
        return f"whiskers: {percent} intervals; no control: {control.no_control}"
    band = f"features of {control.members}" if found.group is None else control.members
    below = "below 0: speaks for the class"
    whiskers = f"whiskers: {percent} intervals"
    return f"{below}; {whiskers}; band: {percent} of the {band}; in colour: outside of it"
