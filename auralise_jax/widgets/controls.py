"""The controls of a panel: which feature is asked for, and which values are legal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import anywidget
import traitlets

from auralise_jax.choices import one_of
from auralise_jax.languages import language, words
from auralise_jax.listening import Listening, Projection
from auralise_jax.listening.position import POSITIONS
from auralise_jax.listening.resynthesis import RESYNTHESES
from auralise_jax.network.rules import RULES, check_rule
from auralise_jax.widgets import door
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.variant import Variant, ViewSettings

_CHOICES = {"rule": RULES, "resynthesis": RESYNTHESES, "position": POSITIONS}
"""The traits that are a choice among a few words, and these words."""


class Controls(anywidget.AnyWidget):
    """Traits that ask for a feature of every variant, from Python or from the page."""

    layer = traitlets.Int(1).tag(sync=True)
    feature = traitlets.Int(0).tag(sync=True)
    rule = traitlets.Unicode(RULES[0]).tag(sync=True)
    resynthesis = traitlets.Unicode(RESYNTHESES[0]).tag(sync=True)
    position = traitlets.Unicode(POSITIONS[0]).tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    _lang = traitlets.Unicode().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)
    """The words of that language; none of English, which the page's program has itself."""

    _settable: ClassVar[frozenset[str]] = frozenset(
        ("layer", "feature", "rule", "resynthesis", "position", "error")
    )
    """Traits that a page may change; ``error`` can only be dismissed."""

    _variants: tuple[Variant, ...]

    @property
    def lang(self) -> str:
        """Language of the controls: ``"en"``, ``"de"`` or ``"fr"``."""
        return str(self._lang)

    @staticmethod
    def _speech(lang: str | None) -> dict[str, Any]:
        """Return the traits by which the controls speak a language; None is the option's."""
        spoken = language(lang)
        return {"_lang": spoken, "_words": {} if spoken == "en" else words(spoken)}

    @property
    def heard(self) -> Listening:
        """The listening, of the first variant if there are several."""
        return self._variants[0].heard

    @property
    def shot(self) -> Projection:
        """The projection that is asked for now, of the first variant."""
        return self._variants[0].projection(self._settings, self.feature)

    @property
    def _settings(self) -> ViewSettings:
        return ViewSettings(self.layer, self.rule, self.resynthesis, self.position)

    # From Python: each trait alone --------------------------------------------------------------

    def _legal_layer(self, value: object) -> int:
        number = self.heard.model.number(value)  # type: ignore[arg-type]
        for variant in self._variants[1:]:
            variant.heard.model.number(number)
        return number

    def _legal_feature(self, layer: int, value: object) -> int:
        for variant in self._variants:
            legal = variant.heard.model.layer(layer).check_feature(value)  # type: ignore[arg-type]
        return legal

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> int:
        return int(checked(self._legal_layer, proposal["value"]))

    @traitlets.validate("feature")
    def _check_feature(self, proposal: dict[str, Any]) -> int:
        return int(checked(self._legal_feature, self.layer, proposal["value"]))

    @traitlets.validate("rule")
    def _check_rule(self, proposal: dict[str, Any]) -> str:
        return str(checked(check_rule, proposal["value"]))

    @traitlets.validate("resynthesis", "position")
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name = proposal["trait"].name
        return str(checked(one_of, name, proposal["value"], _CHOICES[name]))

    @traitlets.observe("layer")
    def _keep_feature_legal(self, _change: object = None) -> None:
        counts = [variant.heard.model.layer(self.layer).features for variant in self._variants]
        self.feature = min(self.feature, min(counts) - 1)

    # From the page: all changes together, before any of them is applied --------------------------

    def _check_changes(self, changes: Mapping[str, Any]) -> None:
        """Raise ValueError if the values that a page wants to set are not legal together."""
        for name in door.message(changes):
            if name not in self._settable:
                raise ValueError(f"{door.short(name)} cannot be set by the page")
        self._check_choices(changes)
        layer = self.layer
        if "layer" in changes:
            layer = self._legal_layer(door.whole(changes, "layer"))
        if "feature" in changes:
            self._legal_feature(layer, door.whole(changes, "feature"))
        if "error" in changes and door.text(changes, "error"):
            raise ValueError("error can only be dismissed by the page")

    def _check_choices(self, changes: Mapping[str, Any]) -> None:
        """Raise ValueError if a word is not one of those that can be chosen."""
        for name, known in _CHOICES.items():
            if name in changes:
                one_of(name, door.text(changes, name), known)
