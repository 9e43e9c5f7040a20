"""Names for an atlas: the model is dissected once, and what was found is kept beside the rest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from auralise_jax.atlas.indexing import Notes, checked_notes
from auralise_jax.files import make_folder, write_whole
from auralise_jax.insight.dissection import dissect
from auralise_jax.insight.evidence import dissectable
from auralise_jax.network import Model

VERSION = 3
"""Of how features get their names; raise it when that changes."""


def check_names(model: Model) -> None:
    """Raise ValueError if no feature can get a name; the message says what to do."""
    try:
        dissectable(model.layers)
    except ValueError as error:
        raise ValueError(
            f"{error}. For an atlas without names say names=False, on the command line --no-names"
        ) from None


def named(model: Model, kept: Path, key: str, *, progress: bool = True) -> Notes:
    """Return the names of a model's features as notes; see `dissect`.

    Parameters
    ----------
    model : Model
        The network with the features.
    kept : Path
        A folder where the results for this model are read, or written.
    key : str
        Identifies the model.
    progress : bool
        Whether to show bars.
    """
    place = kept / f"names-{VERSION}-{key[:16]}.json"
    if place.is_file():
        try:
            kept_names = json.loads(place.read_bytes())
            if kept_names["seal"] == _seal(key, kept_names["names"]):
                notes = {(layer, feature): facts for layer, feature, facts in kept_names["names"]}
                return checked_notes(notes, [layer.features for layer in model.layers])
        # A damaged file is only a cache.
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            pass
    found = dissect(model, progress=progress).notes()
    make_folder(kept)
    names = [[*place, dict(facts)] for place, facts in found.items()]
    write_whole(place, json.dumps({"names": names, "seal": _seal(key, names)}).encode())
    return found


def _seal(key: str, names: object) -> str:
    return hashlib.sha256(json.dumps([key, names], sort_keys=True).encode()).hexdigest()
