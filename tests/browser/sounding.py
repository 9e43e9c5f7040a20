"""Features of the shipped model that sound, whatever its weights are."""

from __future__ import annotations

import auralise_jax as aj


def sounding(heard: aj.Listening, *places: tuple[int, int]) -> int:
    """Return the first feature k for which feature k + step sounds in each (layer, step)."""
    silent = {layer: aj.survey(heard, layer).silent for layer, _ in places}
    return next(k for k in range(63) if not any(silent[layer][k + step] for layer, step in places))
