"""Names for an atlas: the model is dissected once, and what was found is kept beside the rest."""

from __future__ import annotations

import json
from pathlib import Path

from auralise_jax.files import write_whole
from auralise_jax.insight.atlas.indexing import Notes, checked_notes
from auralise_jax.insight.dissection import dissect
from auralise_jax.network import Model

VERSION = 1
"""Of how features get their names; raise it when that changes."""


def named(model: Model, kept: Path, key: str, *, progress: bool = True) -> Notes:
    """Return the names of a model's features as notes; see `dissect`.

    Parameters
    ----------
    model : Model
        Whose features.
    kept : Path
        A folder; what was found for this model is read there, or written.
    key : str
        Tells models apart.
    progress : bool
        Whether to show bars.
    """
    place = kept / f"names-{VERSION}-{key[:16]}.json"
    if place.is_file():
        try:
            told = json.loads(place.read_bytes())
            notes = {(layer, feature): facts for layer, feature, facts in told}
            return checked_notes(notes, model.architecture.features)
        except (ValueError, TypeError):  # a damaged file is only a cache
            pass
    found = dissect(model, progress=progress).notes()
    kept.mkdir(parents=True, exist_ok=True)
    write_whole(place, json.dumps([[*place, facts] for place, facts in found.items()]).encode())
    return found
