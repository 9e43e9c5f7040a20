"""A panel in which features can be marked, with a student's words."""

from __future__ import annotations

import dataclasses
import hashlib
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import numpy as np
import traitlets

from auralise_jax.insight.marks import MarkList, checked_marks, checked_student
from auralise_jax.network import Model
from auralise_jax.widgets import page
from auralise_jax.widgets.chosen import Chosen
from auralise_jax.widgets.computing import Live
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.effect_panel import EffectPanel
from auralise_jax.widgets.variant import Variant

_DIGITS = 16
"""Of a digest: enough to tell the models of a class apart."""

_MOST_BYTES = 256_000_000
"""Of weights that are read for it: a panel does not wait for larger ones."""

_digests: weakref.WeakKeyDictionary[Model, str] = weakref.WeakKeyDictionary()


class MarkingPanel(EffectPanel):
    """Traits that hold the marks.

    Attributes
    ----------
    marks : list of dict
        Features that were marked, each with the fields of `Mark`. A layer and a feature will do:
        ``panel.marks = [{"layer": 3, "feature": 20, "words": "kick, I think"}]``.
    student : str
        Who marked them; empty if no name was given.
    marking : dict
        The model whose features they are, and the first digits of its weights' SHA-256.
    """

    marks: traitlets.List[Any] = traitlets.List().tag(sync=True)
    student = traitlets.Unicode().tag(sync=True)
    marking: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)

    _settable: ClassVar[frozenset[str]] = EffectPanel._settable | {"marks", "student"}

    _chosen: Chosen
    _models: dict[str, Callable[[], Model]]
    """By name; the trained network comes first."""

    def __init__(self, variants: Sequence[Variant], **traits: Any) -> None:
        super().__init__(variants, marking=self._marking_of(), **traits)

    def marked(self) -> MarkList:
        """Return the marks as a list that can be saved; see `merge_marks`."""
        marks = checked_marks(self.marks)
        return MarkList(self.marking["model"], self.marking["weights"], self.student, marks)

    def _marking_of(self) -> dict[str, str]:
        name, model = next(iter(self._models.items()))
        return {"model": name[:255], "weights": weights_digest(model())}

    def _check_changes(self, changes: Mapping[str, Any]) -> None:
        super()._check_changes(changes)
        if "marks" in changes:
            checked_marks(changes["marks"])
        if "student" in changes:
            checked_student(changes["student"])

    @traitlets.validate("marks")
    def _check_marks(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        return [mark.as_dict() for mark in checked(checked_marks, proposal["value"])]

    @traitlets.validate("student")
    def _check_student(self, proposal: dict[str, Any]) -> str:
        return str(checked(checked_student, proposal["value"]))

    def _page_marks(self) -> dict[str, Any]:
        """Return what a page has of the marks; none are made of random weights."""
        if self._chosen.model != self.marking["model"]:
            return {}
        return {"marks": self.marks, "student": self.student, "marking": self.marking}

    def figure(self, choice: page.Choice) -> page.Figure | Live:
        """Return the panel as it is now, to be put in a page; see `Lesson`."""
        figure = super().figure(choice)
        assert isinstance(figure, page.Figure)  # noqa: S101  # what computes is made elsewhere
        return dataclasses.replace(figure, opens=self._page_marks())


def weights_digest(model: Model) -> str:
    """Return the first digits of the SHA-256 of a model's weights; empty if there are none.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> weights_digest(model) == weights_digest(aj.load_model("genre"))
    True
    >>> weights_digest(model) == weights_digest(aj.random_model(model))
    False
    """
    if model not in _digests:
        leaves = [leaf for leaf in jax.tree.leaves(model.network) if hasattr(leaf, "dtype")]
        digest = hashlib.sha256()
        known = 0 < sum(leaf.nbytes for leaf in leaves) <= _MOST_BYTES
        for leaf in leaves if known else ():
            array = np.ascontiguousarray(jax.device_get(leaf))
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(array.tobytes())
        _digests[model] = digest.hexdigest()[:_DIGITS] if known else ""
    return _digests[model]
