"""Numbers of an ablation: effects, intervals and what chance does, as arrays and as rows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from auralise_jax.choices import one_of
from auralise_jax.insight.ablation_control import AblationControl, relative_to
from auralise_jax.network.layer import Layer
from auralise_jax.records import Records
from auralise_jax.text import listed, many, shorten

if TYPE_CHECKING:
    import pandas as pd

MOST = 6
"""Classes in a table or a figure: those with the largest effects."""

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
class Numbers:
    """What an `Ablation` holds, which says more of each."""

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
        return beyond(self.relative, self.band())

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

    @property
    def title(self) -> str:
        """What was muted and on what, in a line."""
        what = f"a single feature of {self.layer} is"
        if self.group is not None:
            what = f"{listed([str(k) for k in self.group], 8)} of {self.layer} are"
            what = f"feature {what}" if len(self.group) == 1 else f"features {what}"
        return (
            f"{shorten(self.model, 60)}: change of the logit where {what} muted, mean of "
            f"{many(self.windows, 'window')} of {many(len(self.clips), 'clip')}"
        )


def beyond(values: PerFeature, band: Float[np.ndarray, "2 classes"]) -> Outside:
    """Return which values lie outside of a band; none where it is NaN."""
    return np.asarray((values < band[0]) | (values > band[1]))
