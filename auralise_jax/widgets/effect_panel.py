"""A panel that measures what features do to the prediction, and can order them by that."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from auralise_jax.choices import one_of
from auralise_jax.listening import Listening
from auralise_jax.network import Model
from auralise_jax.widgets import door
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.effects import effect_facts, effects_message, why_no_effects
from auralise_jax.widgets.muting_panel import MutingPanel
from auralise_jax.widgets.song import Song
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.worker import Check

ORDERS = ("interest", "effect")
"""What features can be ordered by."""


class EffectPanel(MutingPanel):
    """The trait that says which features come first, and effects in the background.

    Attributes
    ----------
    order : {"interest", "effect"}
        Which features come first, for the keys ``P`` and ``N``, the wall and the ranks: the most
        interesting, as in `Survey.order`, or those that speak most for the class that the network
        predicts. Networks without classes know interest only.
    """

    order = traitlets.Unicode(ORDERS[0]).tag(sync=True)

    _settable: ClassVar[frozenset[str]] = MutingPanel._settable | {"order"}

    _song: Song
    """The whole clip."""

    def __init__(self, variants: Sequence[Variant], **traits: Any) -> None:
        self._measured: weakref.WeakKeyDictionary[Listening, int] = weakref.WeakKeyDictionary()
        self._next_measured = itertools.count()
        super().__init__(variants, **traits)

    def _muting_facts(self) -> dict[str, Any]:
        effect = {"of": self._number_of(self.heard), **effect_facts(self.heard)}
        return super()._muting_facts() | {"effect": effect}

    def _number_of(self, heard: Listening) -> int:
        """Return the number by which the page knows effects in a window."""
        if heard not in self._measured:
            self._measured[heard] = next(self._next_measured)
        return self._measured[heard]

    def _more_of_layer(self) -> Callable[[int, Check], dict[str, Any] | None]:
        heard, song, number = self.heard, self._song, self._number_of(self.heard)

        def more(layer: int, check: Check) -> dict[str, Any] | None:
            found = effects_message(heard, song, layer, check)
            return found and found | {"of": number}

        return more

    def _check_changes(self, changes: Mapping[str, Any]) -> None:
        super()._check_changes(changes)
        if "order" in changes:
            self._legal_order(door.text(changes, "order"))

    @traitlets.validate("order")
    def _check_order(self, proposal: dict[str, Any]) -> str:
        return str(checked(self._legal_order, proposal["value"]))

    def _legal_order(self, order: str) -> str:
        why = why_no_effects(self.heard.model) if order == "effect" else ""
        if why:
            raise ValueError(f"order cannot be by effect: {why}")
        return one_of("order", order, ORDERS)

    def _order_for(self, model: Model) -> None:
        """Order features by interest if a model has no classes."""
        if why_no_effects(model):
            self.order = ORDERS[0]
