"""Names of features in a panel: what a dissection found, or a table of one's own."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from auralise_jax.insight.dissection_rows import NO_CONCEPT
from auralise_jax.insight.names_table import NamedFeature, read_names
from auralise_jax.network import Model
from auralise_jax.widgets.address import Address

if TYPE_CHECKING:
    from auralise_jax.insight.dissection import Dissection

Names: TypeAlias = Mapping[tuple[int, int], NamedFeature]
"""By layer, from 1, and feature, from 0."""
NO_NAMES: Names = MappingProxyType({})


def names_of(given: Dissection | str | Path | None, model: Model, address: Address) -> Names:
    """Return the names of a model's features.

    Parameters
    ----------
    given : Dissection, str or Path, optional
        A dissection, or a table as `Dissection.save` writes it. By default the table that is
        shipped with a shipped model; other models have no names then.
    model : Model
        As it was trained.
    address : Address
        How code names it.

    Raises
    ------
    ValueError
        If a file is no such table, or names a feature that the model does not have.
    OSError
        If a file cannot be read.
    """
    if given is None:
        return NO_NAMES if address.is_path else _shipped(address.code.strip('"'))
    if isinstance(given, (str, Path)):
        what, found = str(given), read_names(Path(given))
    else:
        what, found = "the dissection", named_by(given)
    for layer, feature in found:
        if not 1 <= layer <= len(model.layers):
            why = f"the model has {len(model.layers)} layers"
        elif not 0 <= feature < model.layer(layer).features:
            why = f"the model's layer {layer} has {model.layer(layer).features} features"
        else:
            continue
        raise ValueError(
            f"names must be of this model: {what} names feature {layer}-{feature}, and {why}"
        )
    return found


def named_by(found: Dissection) -> dict[tuple[int, int], NamedFeature]:
    """Return what a dissection found, in the form of its table."""
    return {
        key: NamedFeature(found.model, one.name, one.concept, one.auc)
        for key, one in found.names.items()
    }


def name_facts(names: Names, layer: int, features: int) -> list[dict[str, Any]] | None:
    """Return the named features of a layer as a page shows them; None if nobody looked for names.

    Examples
    --------
    >>> found = {(3, 5): NamedFeature("genre", "kick detector, AUC .93", "kick", 0.93)}
    >>> name_facts(found, 3, 8)
    [{'feature': 5, 'name': 'kick detector', 'auc': 0.93}]
    >>> name_facts(found, 4, 8) is None
    True
    """
    here = {k: one for (number, k), one in names.items() if number == layer and k < features}
    if not here:
        return None
    return [
        {
            "feature": k,
            "name": one.name.partition(", AUC ")[0],
            "auc": round(one.auc, 2) if one.auc == one.auc else None,  # NaN: not known
        }
        for k, one in sorted(here.items())
        if one.name and one.name != NO_CONCEPT
    ]


@functools.cache
def _shipped(model: str) -> Names:
    table = resources.files("auralise_jax").joinpath("data", "models", f"{model}-names.csv")
    if not model or not table.is_file():
        return NO_NAMES
    with resources.as_file(table) as path:
        return read_names(Path(path))
