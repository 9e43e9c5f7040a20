"""A variant: a model, a window of a clip and a rule, which the rows of a panel show."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from auralise_jax.insight.control import Control, control_of
from auralise_jax.insight.survey import Survey
from auralise_jax.listening import Listening, Projection
from auralise_jax.network.rules import RuleName
from auralise_jax.widgets import view

RANDOM = "random weights"
"""Name of a variant that is the control of another."""


class ViewSettings(NamedTuple):
    """How a layer is projected and made audible: the values of a panel's controls."""

    layer: int
    rule: str
    resynthesis: str
    position: str


@dataclass(frozen=True, eq=False)
class LayerFeatures:
    """Pictures and sounds of all features of a layer, and a survey of them."""

    pixels: tuple[bytes, ...]
    sounds: tuple[bytes, ...]
    """int16, see `view.pcm16`."""
    shown: tuple[dict[str, Any], ...]
    survey: Survey | None
    """None for random weights: their features are not ranked."""

    def ranked(
        self, control: float | None, no_control: str, among: tuple[float, float] | None
    ) -> LayerFeatures:
        """Return the same features, ranked against a control or, without one, by energy."""
        survey = self.survey and self.survey.against(control, no_control, among)
        return replace(self, survey=survey)

    @property
    def bytes(self) -> int:
        """Bytes of all pictures and sounds."""
        return sum(map(len, (*self.pixels, *self.sounds)))


@dataclass(frozen=True, eq=False)
class Variant:
    """A listening, a name and a rule: what stands side by side in a comparison.

    Parameters
    ----------
    heard : Listening
        The model and the window of the clip.
    name : str
        Stands beside the feature on the variant's rows; empty in a panel with a single variant.
    rule : {"deconvnet", "gradient", "guided"}, optional
        Rule of this variant; by default the panel's.
    own : Control, optional
        Of a variant that is the `control` of another: what its likenesses are kept by. It has no
        ranking and no control itself.
    """

    heard: Listening
    name: str = ""
    rule: RuleName | None = None
    own: Control | None = None

    @property
    def is_control(self) -> bool:
        """Whether this is the `control` of another variant."""
        return self.own is not None

    @functools.cached_property
    def control(self) -> Variant:
        """The same window in the same network with random weights; raise as `untrained` does."""
        own = control_of(self.heard)
        return Variant(own.heard, RANDOM, self.rule, own)

    @functools.cached_property
    def magnitude(self) -> np.ndarray:
        """The source's magnitudes that resynthesis inverts."""
        return self.heard.source_magnitude

    @functools.cached_property
    def peak(self) -> float:
        """0 dB of this variant's pictures."""
        return float(self.magnitude.max())

    @property
    def source(self) -> bytes:
        """The source's picture, then its sound."""
        return view.pixels(self.magnitude, self.peak) + view.pcm16(self.heard.clip)

    @property
    def bytes(self) -> int:
        """Bytes of both listenings, of the model and of its control: maps, switches, sound."""
        heard = self.heard
        # The picture on the device, on the host and expanded, and a complex STFT, a frame longer.
        return int(2 * (heard.nbytes + 6 * heard.picture.nbytes + heard.clip.samples.nbytes))

    def projection(self, settings: ViewSettings, feature: int) -> Projection:
        """Project a feature."""
        rule = self.rule or settings.rule
        return self.heard.project(settings.layer, feature, rule, settings.position)

    def projections(
        self, settings: ViewSettings, each: Callable[[], None] = lambda: None
    ) -> tuple[Projection, ...]:
        """Project every feature of a layer; `each` as in `Listening.projections`."""
        rule = self.rule or settings.rule
        return self.heard.projections(settings.layer, rule, settings.position, each=each)

    def survey(self, settings: ViewSettings, projections: Sequence[Projection]) -> Survey:
        """Rank and group the features of a layer, against the control if it is known."""
        rule = self.rule or settings.rule
        control = control_of(self.heard)
        return Survey.of(
            np.stack([projection.picture for projection in projections]),
            self.heard.picture,
            layer=settings.layer,
            rule=rule,
            position=settings.position,
            alike=view.ALIKE,
            control=control.known(settings.layer, rule, settings.position),
            no_control=control.why,
            control_range=control.among(settings.layer, rule, settings.position),
        )

    def control_likeness(
        self, settings: ViewSettings, each: Callable[[], None] = lambda: None
    ) -> float | None:
        """Return how much a layer of an untrained network is like the source; None without one."""
        if self.is_control:
            return None
        rule = self.rule or settings.rule
        return control_of(self.heard).likeness(settings.layer, rule, settings.position, each)

    def control_range(self, settings: ViewSettings) -> tuple[float, float] | None:
        """Return between which likenesses eight in ten features of random weights lie."""
        rule = self.rule or settings.rule
        known = control_of(self.heard).among(settings.layer, rule, settings.position)
        return None if self.is_control else known

    @property
    def no_control(self) -> str:
        """Why `control_likeness` gave None."""
        return "" if self.is_control else control_of(self.heard).why

    def show(self, settings: ViewSettings, feature: int) -> view.Shown:
        """Project a feature and make it visible and audible."""
        return view.show(self.projection(settings, feature), self.peak, settings.resynthesis)

    def layer(
        self, settings: ViewSettings, check: Callable[[], None], step: Callable[[], None]
    ) -> LayerFeatures:
        """Compute a whole layer; `check` may raise to end it, `step` is called twice a feature."""

        def each() -> None:
            check()
            step()

        projections = self.projections(settings, each)
        if self.own is not None:
            rule = self.rule or settings.rule
            self.own.take(settings.layer, rule, settings.position, projections)
        items = []
        for projection in projections:
            items.append(view.show(projection, self.peak, settings.resynthesis))
            each()
        return LayerFeatures(
            tuple(item.pixels for item in items),
            tuple(item.pcm for item in items),
            tuple(item.facts for item in items),
            None if self.is_control else self.survey(settings, projections),
        )
