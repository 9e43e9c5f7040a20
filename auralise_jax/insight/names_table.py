"""The names of a dissection as a table in CSV: written by `Dissection.save`, read for a class."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, nan
from pathlib import Path
from typing import NamedTuple

from auralise_jax.corpus.table import read_table, write_table
from auralise_jax.insight.dissection_rows import Name

COLUMNS = ("model", *Name._fields)

_MOST_BYTES = 20_000_000
_LONGEST = 255
_COMPLAINT = (
    "is no table of a dissection's names: it lacks a column of model, layer, feature, name, "
    "concept and auc; write it by aj.dissect(model).save(path)"
)


class NamedFeature(NamedTuple):
    """What a dissection found of a feature."""

    model: str
    name: str
    concept: str
    auc: float


def names_table(model: str, names: Iterable[Name]) -> bytes:
    """Return the names of a model's features as CSV; what is not known is empty."""
    return write_table(COLUMNS, ([model, *map(_cell, name)] for name in names))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if isfinite(value) else ""
    return str(value)


def read_names(path: Path) -> dict[tuple[int, int], NamedFeature]:
    """Return the names in a table by layer and feature.

    Raises
    ------
    ValueError
        If the file is no such table.
    OSError
        If it cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path} has more than {_MOST_BYTES / 1e6:g} MB; {_COMPLAINT}")
    found = {}
    columns = ("model", "layer", "feature", "name", "concept", "auc")
    for number, line in read_table(path, columns, _COMPLAINT):
        try:
            layer, feature = int(line["layer"]), int(line["feature"])
            auc = float(line["auc"]) if line["auc"] else nan
            if line["auc"] and not 0 <= auc <= 1:
                raise ValueError
        except ValueError:
            raise ValueError(
                f"{path} cannot be read: line {number} needs whole numbers as layer and feature, "
                "and an auc from 0 to 1"
            ) from None
        model, name, concept = (line[key][:_LONGEST] for key in ("model", "name", "concept"))
        found[layer, feature] = NamedFeature(model, name, concept, auc)
    return found
