"""An ablation in words: the strongest features of each class, and what chance does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auralise_jax.insight.ablation_numbers import Numbers, beyond
from auralise_jax.tables import Table
from auralise_jax.text import Rows, listed, many, shorten

HOW = {
    "zero": "by zero: a muted map has the value that it has where its feature is silent, which the "
    "layers above may never have met throughout",
    "mean": "by mean: a muted map has the feature's mean over these windows everywhere, so that "
    "its level stays and what varies is gone",
}
"""What muting means."""

FEW = 10
"""Clips, or windows, below which an interval is no more than a hint."""

_SD = "sd is the standard deviation of the logit over the windows"


def ablation_table(found: Numbers, n: int, shown: Sequence[int]) -> Table:
    """Return the `n` features with the largest effects on some classes, and the verdict."""
    percent = f"{100 * found.confidence:g} %"
    rows: Rows = [
        ("class", "feature", "speaks", "effect", percent, "by chance", "in sd", "by chance")
    ]
    bands = found.band(relative=False), found.band()
    for c in shown:
        strongest = np.argsort(-np.abs(found.effect[:, c]), kind="stable")[:n]
        for k in strongest.tolist():
            effect = found.effect[k, c]
            rows.append(
                (
                    _short(found.classes[c]),
                    _name(found, k),
                    "for" if effect < 0 else "against" if effect > 0 else "-",
                    f"{effect:+.2f}",
                    _interval(found.low[k, c], found.high[k, c]),
                    _interval(*bands[0][:, c]),
                    "-" if np.isnan(found.relative[k, c]) else f"{found.relative[k, c]:+.2f}",
                    _interval(*bands[1][:, c]),
                )
            )
    left = len(found.classes) - len(shown)
    words = f"without {many(left, 'class')} of smaller effects; name one"
    more = [words] if left and len(shown) > 1 else []
    return Table.of_text(rows, left=3, above=[found.title], notes=[*more, *verdict(found)])


def verdict(found: Numbers) -> list[str]:
    """Return in words how much more this is than chance, and how it was found out."""
    lines = [*_against_chance(found), HOW[found.by]]
    if found.windows == 1:
        lines.append("no intervals and no spread (sd): there is a single window")
    elif found.resampled == "clips":
        few = ", which are few" if len(found.clips) < FEW else ""
        lines.append(f"intervals resample the {len(found.clips)} clips{few}; {_SD}")
    else:
        few = ", which are few" if found.windows < FEW else ""
        lines.append(f"intervals resample the {found.windows} windows of one clip{few}; {_SD}")
    if found.silent:
        lines.append(f"silent windows: {found.silent} of {found.windows}")
    return lines


def _against_chance(found: Numbers) -> list[str]:
    control = found.control
    if control.no_control:
        return [f"no control: {control.no_control}"]
    if found.group is not None:
        return _group_against_chance(found)
    count = len(found.effect)
    lines = [
        f"by chance: {100 * found.confidence:g} % of the features of {control.members} "
        f"lie between these, so that {count * (1 - found.confidence):.0f} of "
        f"{count} would lie outside"
    ]
    for unit, values, relative in (
        ("in logits", found.effect, False),
        ("in sd, as the figure has it", found.relative, True),
    ):
        band = found.band(relative=relative)
        if np.isfinite(values).any() and np.isfinite(band).any():
            outside = beyond(values, band).sum(axis=0)
            names = [f"{_short(found.classes[c])} {outside[c]}" for c in found.shown()]
            lines.append(f"outside, {unit}: {listed(names)} of {count} features")
    return lines


def _group_against_chance(found: Numbers) -> list[str]:
    control, own = found.control, np.abs(found.effect[0])
    weaker = (np.abs(control.effect) < own).sum(axis=0)
    names = [f"{_short(found.classes[c])} {weaker[c]}" for c in found.shown()]
    size = many(len(found.group or ()), "other feature")
    return [
        f"by chance: {100 * found.confidence:g} % of {control.members} of {size} lie between these",
        f"groups with a smaller effect: {listed(names)} of {control.drawn}",
    ]


def _name(found: Numbers, row: int) -> str:
    if found.group is None:
        return str(row)
    return listed([str(k) for k in found.group], 4)


def _short(class_name: str) -> str:
    return shorten(class_name, 30)


def _interval(low: float, high: float) -> str:
    return "-" if np.isnan(low) or np.isnan(high) else f"{low:+.2f} to {high:+.2f}"
