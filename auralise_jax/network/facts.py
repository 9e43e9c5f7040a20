"""What a model file says of a model besides its network and front end: the same in every format."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from auralise_jax.network.model import Model
from auralise_jax.network.safe import value_of

_APART = ("network", "frontend", "classes", "training", "name")

_LATER = ("none_below",)
"""Plain fields that no format always had: those that are as usual are left out of any."""


def facts_of(model: Model, *, all_of_them: bool) -> dict[str, Any]:
    """Return the names of a model's outputs, the notes on its training, and its plain fields.

    Parameters
    ----------
    model : Model
        What is saved.
    all_of_them : bool
        Whether to give plain fields that are as usual too, but for those that came later.
    """
    facts = {"classes": list(model.classes), "training": dict(model.training)}
    plain = {one.name: getattr(model, one.name) for one in _plain_fields().values()}
    usual = {name: one.default for name, one in _plain_fields().items()}
    return facts | {
        name: value
        for name, value in plain.items()
        if value != usual[name] or (all_of_them and name not in _LATER)
    }


def read_facts(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a model that a file says, but for its network and front end.

    Raises
    ------
    ValueError
        If what it says is of another kind.
    """
    classes = value_of(metadata, "classes", list)
    if not all(isinstance(item, str) for item in classes):
        raise ValueError("its classes must be a list of names")
    found = {"classes": tuple(classes), "training": value_of(metadata, "training", dict)}
    return found | {
        name: value_of(metadata, name, type(one.default))
        for name, one in _plain_fields().items()
        if name in metadata
    }


def _plain_fields() -> dict[str, dataclasses.Field[Any]]:
    return {one.name: one for one in dataclasses.fields(Model) if one.name not in _APART}
