"""What each feature does to each class, as arrays, rows, text and a figure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from auralise_jax.choices import one_of
from auralise_jax.insight.ablation_control import AblationControl, relative_to
from auralise_jax.insight.ablation_figure import ablation_figure
from auralise_jax.network.layer import Layer
from auralise_jax.records import Records
from auralise_jax.text import Rows, aligned, listed, many

if TYPE_CHECKING:
    import pandas as pd

    from auralise_jax.audio.figure import ShownFigure

HOW = {
    "zero": "by zero: a muted map has the value that it has where its feature is silent, which the "
    "layers above may never have met throughout",
    "mean": "by mean: a muted map has the feature's mean over these windows everywhere, so that "
    "its level stays and what varies is gone",
}
"""What muting means."""

MOST = 6
"""Classes in a table or a figure: those with the largest effects."""

FEW = 10
"""Clips, or windows, below which an interval is no more than a hint."""

PerFeature = Float[np.ndarray, "rows classes"]
Outside = Bool[np.ndarray, "rows classes"]


class Row(NamedTuple):
    """A feature, or a group of features, and a class.

    Attributes
    ----------
    layer : str
        Its name.
    feature : int or str
        From 0; of a group, all its features, such as ``"3, 17"``.
    class_name : str
        The class.
    effect, low, high : float
        Change of the class's logit, and its interval; NaN where there is none.
    control_low, control_high : float
        Between which changes of logits the control lies; NaN without a control.
    relative, relative_control_low, relative_control_high : float
        The same in standard deviations of the logit over the windows, those of a random network
        over its own.
    outside : bool
        Whether the relative effect lies outside of the control's.
    """

    layer: str
    feature: int | str
    class_name: str
    effect: float
    low: float
    high: float
    control_low: float
    control_high: float
    relative: float
    relative_control_low: float
    relative_control_high: float
    outside: bool


@dataclass(frozen=True, eq=False, repr=False)
class Ablation:
    """What muting does to each class; made by `ablate`.

    An effect is the logit after muting less the logit before, the mean over windows: negative where
    the feature speaks for the class. It is the class's own logit, before softmax or sigmoid; in a
    softmax only differences between classes count.

    Attributes
    ----------
    model : str
        The network's name.
    layer : Layer
        The layer whose features are muted.
    by : str
        "zero" or "mean".
    classes : tuple of str
        Of the model.
    group : tuple of int or None
        Features that are muted together; None: every feature alone.
    effect, low, high : array of float, shape (features, classes)
        Mean change of each logit and the ends of its interval, NaN where there is none. Of a group
        there is one row.
    spread : array of float, shape (classes,)
        Standard deviation of each logit over the windows, with nothing muted.
    control : AblationControl
        Effects by chance: of the same layer of networks with random weights, or of random groups
        of as many other features.
    windows, silent : int
        How many there are, and how many of them are silent.
    clips : tuple of str
        Their titles.
    resampled : str
        What the intervals resample: "clips", or "windows" where there is one clip.
    confidence : float
        Of the intervals and of the control's band.
    """

    model: str
    layer: Layer
    by: str
    classes: tuple[str, ...]
    group: tuple[int, ...] | None
    effect: PerFeature
    low: PerFeature
    high: PerFeature
    spread: Float[np.ndarray, " classes"]
    control: AblationControl
    windows: int
    silent: int
    clips: tuple[str, ...]
    resampled: str
    confidence: float

    @functools.cached_property
    def relative(self) -> PerFeature:
        """Effects in standard deviations of each logit; NaN where it is the same in all windows."""
        return relative_to(self.effect, self.spread)

    def band(self, *, relative: bool = True) -> Float[np.ndarray, "2 classes"]:
        """Return between which effects most of the control lies; NaN without a control."""
        return self.control.band(self.confidence, relative=relative)

    @property
    def outside(self) -> Outside:
        """Whether relative effects lie outside of the control's; False without a control."""
        return _beyond(self.relative, self.band())

    def order(self, class_name: str) -> Int[np.ndarray, " features"]:
        """Return the features that speak most for a class first, those that speak against it last.

        Raises
        ------
        ValueError
            If there is no such class, or features were muted together.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> found = aj.ablate(
        ...     aj.load_model("genre"), "dance", layer=5, windows=1, controls=0, progress=False
        ... )
        >>> int(found.order("dance")[0]) == int(found.effect[:, 1].argmin())
        True
        """
        if self.group is not None:
            raise ValueError("features were muted together; leave features out to order them")
        column = self.classes.index(one_of("class_name", class_name, self.classes))
        return np.argsort(self.effect[:, column], kind="stable")

    def rows(self) -> Records[Row]:
        """Return a row for every feature and class; its ``to_frame()`` is a pandas table."""
        names: list[int | str] = list(range(len(self.effect)))
        if self.group is not None:
            names = [", ".join(map(str, self.group))]
        bands = np.concatenate([self.band(relative=False), self.band()]).tolist()
        outside = self.outside
        return Records(
            Row(
                self.layer.name,
                name,
                class_name,
                float(self.effect[k, c]),
                float(self.low[k, c]),
                float(self.high[k, c]),
                bands[0][c],
                bands[1][c],
                float(self.relative[k, c]),
                bands[2][c],
                bands[3][c],
                bool(outside[k, c]),
            )
            for k, name in enumerate(names)
            for c, class_name in enumerate(self.classes)
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `rows` as a pandas table."""
        return self.rows().to_frame()

    def shown(self, class_name: str | None = None) -> list[int]:
        """Return the numbers of the classes that a table or figure shows, in their order."""
        if class_name is not None:
            return [self.classes.index(one_of("class_name", class_name, self.classes))]
        largest = np.abs(self.effect).max(axis=0)
        return sorted(np.argsort(-largest, kind="stable")[:MOST].tolist())

    def table(self, n: int = 3, class_name: str | None = None) -> str:
        """Return the `n` features of each class with the largest effects, and the verdict, as text.

        Parameters
        ----------
        n : int
            Features per class.
        class_name : str, optional
            A single class; by default all, or the six with the largest effects.

        Raises
        ------
        ValueError
            If there is no such class, or `n` is no whole number of at least 1.
        """
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"n must be a whole number of at least 1, not {n!r}")
        percent = f"{100 * self.confidence:g} %"
        rows: Rows = [
            ("class", "feature", "speaks", "effect", percent, "by chance", "in sd", "by chance")
        ]
        bands = self.band(relative=False), self.band()
        for c in self.shown(class_name):
            strongest = np.argsort(-np.abs(self.effect[:, c]), kind="stable")[:n]
            for k in strongest.tolist():
                effect = self.effect[k, c]
                rows.append(
                    (
                        self.classes[c],
                        self._name(k),
                        "for" if effect < 0 else "against" if effect > 0 else "-",
                        f"{effect:+.2f}",
                        _interval(self.low[k, c], self.high[k, c]),
                        _interval(*bands[0][:, c]),
                        "-" if np.isnan(self.relative[k, c]) else f"{self.relative[k, c]:+.2f}",
                        _interval(*bands[1][:, c]),
                    )
                )
        left = len(self.classes) - len(self.shown())
        more = [f"without {many(left, 'class')} of smaller effects; name one"] if left else []
        if class_name is not None:
            more = []
        return "\n".join([self.title, *aligned(rows, left=3), *more, *self.verdict()])

    @property
    def title(self) -> str:
        """What was muted and on what, in a line."""
        what = f"a single feature of {self.layer} is"
        if self.group is not None:
            what = f"{listed([str(k) for k in self.group], 8)} of {self.layer} are"
            what = f"feature {what}" if len(self.group) == 1 else f"features {what}"
        return (
            f"{self.model}: change of the logit where {what} muted, mean of "
            f"{many(self.windows, 'window')} of {many(len(self.clips), 'clip')}"
        )

    def verdict(self) -> list[str]:
        """Return in words how much more this is than chance, and how it was found out."""
        lines = [*self._against_chance(), HOW[self.by]]
        if self.windows == 1:
            lines.append("no intervals and no spread (sd): there is a single window")
        elif self.resampled == "clips":
            few = ", which are few" if len(self.clips) < FEW else ""
            lines.append(f"intervals resample the {len(self.clips)} clips{few}; {_SD}")
        else:
            few = ", which are few" if self.windows < FEW else ""
            lines.append(f"intervals resample the {self.windows} windows of one clip{few}; {_SD}")
        if self.silent:
            lines.append(f"{self.silent} of {many(self.windows, 'window')} are silent")
        return lines

    def _against_chance(self) -> list[str]:
        control = self.control
        if control.no_control:
            return [f"no control: {control.no_control}"]
        if self.group is not None:
            return self._group_against_chance()
        count = len(self.effect)
        lines = [
            f"by chance: {100 * self.confidence:g} % of the features of {control.members} "
            f"lie between these, so that {count * (1 - self.confidence):.0f} of "
            f"{count} would lie outside"
        ]
        for unit, values, relative in (
            ("in logits", self.effect, False),
            ("in sd, as the figure has it", self.relative, True),
        ):
            band = self.band(relative=relative)
            if np.isfinite(values).any() and np.isfinite(band).any():
                beyond = _beyond(values, band).sum(axis=0)
                names = [f"{self.classes[c]} {beyond[c]}" for c in self.shown()]
                lines.append(f"outside, {unit}: {listed(names)} of {count} features")
        return lines

    def _group_against_chance(self) -> list[str]:
        control, own = self.control, np.abs(self.effect[0])
        weaker = (np.abs(control.effect) < own).sum(axis=0)
        names = [f"{self.classes[c]} {weaker[c]}" for c in self.shown()]
        size = many(len(self.group or ()), "other feature")
        return [
            f"by chance: {100 * self.confidence:g} % of {control.members} of {size} "
            "lie between these",
            f"groups with a smaller effect: {listed(names)} of {control.drawn}",
        ]

    def _name(self, row: int) -> str:
        if self.group is None:
            return str(row)
        return listed([str(k) for k in self.group], 4)

    def plot(self, class_name: str | None = None) -> ShownFigure:
        """Draw the effects per class with their intervals, and the control's band.

        Parameters
        ----------
        class_name : str, optional
            A single class; by default all, or the six with the largest effects.

        Returns
        -------
        matplotlib Figure
            In standard deviations of the logit, as the control; in logits without spread. Not tied
            to pyplot; save it with ``figure.savefig(path)``.
        """
        return ablation_figure(self, self.shown(class_name))

    def __repr__(self) -> str:
        what = many(len(self.effect), "feature")
        if self.group is not None:
            what = f"{many(len(self.group), 'feature')} together"
        return (
            f"<Ablation: {self.model!r}, {self.layer} by {self.by}: {what} on "
            f"{many(self.windows, 'window')} of {many(len(self.clips), 'clip')}; "
            f"{listed(self.classes, MOST)}>"
        )


def _beyond(values: PerFeature, band: Float[np.ndarray, "2 classes"]) -> Outside:
    return np.asarray((values < band[0]) | (values > band[1]))


_SD = "sd is the standard deviation of the logit over the windows"


def _interval(low: float, high: float) -> str:
    return "-" if np.isnan(low) or np.isnan(high) else f"{low:+.2f} to {high:+.2f}"
