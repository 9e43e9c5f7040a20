"""A panel in which features of the network, and parts of the source, can be muted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from auralise_jax.widgets.chosen import Chosen
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.facts import take
from auralise_jax.widgets.muting import Muted, as_traits, below, mutes, parts, take_facts
from auralise_jax.widgets.panel import Panel
from auralise_jax.widgets.variant import Variant


class MutingPanel(Panel):
    """Traits that say what is muted, and numbers of the layers under it; see `Explorer`.

    The first variant shown is the window under what is muted; those beside it are not.
    """

    muted: traitlets.List[Any] = traitlets.List().tag(sync=True)
    removed: traitlets.List[Any] = traitlets.List().tag(sync=True)

    _settable: ClassVar[frozenset[str]] = Panel._settable | {"muted", "removed"}
    _edits: ClassVar[bool] = True

    _chosen: Chosen
    _plain: Variant
    """The whole window, and the network as it was trained."""
    _window: Variant
    """The window without the parts that are taken out, and the network as it was trained."""

    def __init__(self, variants: Sequence[Variant], **traits: Any) -> None:
        self._below: dict[tuple[int, frozenset[Muted]], int] = {}
        super().__init__(variants, **traits)

    def _muting_facts(self) -> dict[str, Any]:
        """Return the facts that change with what is muted."""
        first, *others = [take(variant) for variant in self._variants]
        return {
            "takes": [take_facts(first, self.heard, self._plain.heard), *others],
            **as_traits(self._chosen.muted, self._chosen.removed),
            "revisions": [
                self._layer_revision(number + 1) for number in range(len(self.heard.model.layers))
            ],
        }

    def _check_changes(self, changes: Mapping[str, Any]) -> None:
        super()._check_changes(changes)
        if "muted" in changes:
            mutes(changes["muted"], self._window.heard.model)
        if "removed" in changes:
            parts(changes["removed"], self._window.heard.model)

    @traitlets.validate("muted")
    def _check_muted(self, proposal: dict[str, Any]) -> list[list[float]]:
        found = checked(mutes, proposal["value"], self._window.heard.model)
        return as_traits(found, ())["muted"]

    @traitlets.validate("removed")
    def _check_removed(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        return as_traits((), checked(parts, proposal["value"], self._window.heard.model))["removed"]

    def _numbered(self) -> list[Variant]:
        return [self._window, *self._variants[1:]]

    def _layer_number(self, number: int, layer: int) -> int:
        key = number, below(self._chosen.muted, layer)
        if key[1] and key not in self._below:
            self._below[key] = next(self._next_number)
        return self._below.get(key, number)
