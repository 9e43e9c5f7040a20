"""A take: one clip heard by one model, as one or more rows of a panel show it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from auralise_jax.insight.control import control_of
from auralise_jax.insight.survey import Survey
from auralise_jax.listening import Listening, Projection
from auralise_jax.network.rules import RuleName
from auralise_jax.widgets import view


class Wanted(NamedTuple):
    """How a layer is projected and made audible; what a bank is made for."""

    layer: int
    rule: str
    resynthesis: str
    position: str


@dataclass(frozen=True, eq=False)
class Bank:
    """Every feature of a layer, ready to be seen and heard, and numbers about them."""

    pixels: tuple[bytes, ...]
    sounds: tuple[bytes, ...]
    """int16, see `view.pcm16`."""
    shown: tuple[dict[str, Any], ...]
    survey: Survey

    def ranked(self, control: float) -> Bank:
        """Return it with its survey held against a control."""
        return replace(self, survey=self.survey.against(control))

    @property
    def bytes(self) -> int:
        """Size of its pictures and sounds."""
        return sum(len(one) for one in (*self.pixels, *self.sounds))


@dataclass(frozen=True, eq=False)
class Take:
    """A listening and what a panel calls it.

    Parameters
    ----------
    heard : Listening
        Who listened to what.
    name : str
        Stands on its rows beside the feature; empty for the only one.
    rule : {"deconvnet", "gradient", "guided"}, optional
        Its own rule; the panel's if not given.
    """

    heard: Listening
    name: str = ""
    rule: RuleName | None = None

    @functools.cached_property
    def magnitude(self) -> np.ndarray:
        """The source's magnitudes, compression undone, as resynthesis would invert them."""
        return np.asarray(self.heard.model.frontend.expand(self.heard.picture))

    @functools.cached_property
    def peak(self) -> float:
        """0 dB of this take's pictures."""
        return float(self.magnitude.max())

    @property
    def source(self) -> bytes:
        """The source's picture, then its sound."""
        return view.pixels(self.magnitude, self.peak) + view.pcm16(self.heard.clip)

    @property
    def bytes(self) -> int:
        """Size of what its model and the control heard: maps, switches, pictures and sound."""
        heard = self.heard
        # The picture on the device, on the host and expanded, and a complex STFT with a frame more.
        return int(2 * (heard.nbytes + 6 * heard.picture.nbytes + heard.clip.samples.nbytes))

    def shot(self, wanted: Wanted, feature: int) -> Projection:
        """Project one feature."""
        rule = self.rule or wanted.rule
        return self.heard.project(wanted.layer, feature, rule, wanted.position)

    def shots(
        self, wanted: Wanted, each: Callable[[], None] = lambda: None
    ) -> tuple[Projection, ...]:
        """Project every feature of a layer; `each` as in `Listening.projections`."""
        rule = self.rule or wanted.rule
        return self.heard.projections(wanted.layer, rule, wanted.position, each=each)

    def survey(self, wanted: Wanted, shots: Sequence[Projection]) -> Survey:
        """Rank and group a layer's features, which `shots` are; with the control if it is known."""
        rule = self.rule or wanted.rule
        return Survey.of(
            np.stack([shot.picture for shot in shots]),
            self.heard.picture,
            layer=wanted.layer,
            rule=rule,
            position=wanted.position,
            alike=view.ALIKE,
            control=control_of(self.heard).known(wanted.layer, rule, wanted.position),
        )

    def control_likeness(self, wanted: Wanted, each: Callable[[], None] = lambda: None) -> float:
        """Return how much a layer of an untrained network is like the source."""
        rule = self.rule or wanted.rule
        return control_of(self.heard).likeness(wanted.layer, rule, wanted.position, each)

    def show(self, wanted: Wanted, feature: int) -> view.Shown:
        """Project one feature and make it visible and audible."""
        return view.show(self.shot(wanted, feature), self.peak, wanted.resynthesis)

    def bank(self, wanted: Wanted, check: Callable[[], None], step: Callable[[], None]) -> Bank:
        """Make a layer's bank; `check` may end it, `step` is called twice for every feature."""

        def each() -> None:
            check()
            step()

        shots = self.shots(wanted, each)
        made = []
        for shot in shots:
            made.append(view.show(shot, self.peak, wanted.resynthesis))
            each()
        return Bank(
            tuple(one.pixels for one in made),
            tuple(one.pcm for one in made),
            tuple(one.facts for one in made),
            self.survey(wanted, shots),
        )
