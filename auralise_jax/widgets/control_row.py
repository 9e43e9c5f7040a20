"""Row C of the explorer: the same layer and feature in the same network with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auralise_jax.network import Model
from auralise_jax.widgets.variant import Variant


def with_control(variant: Variant, wanted: bool) -> list[Variant]:
    """Return a variant, and its control behind it if that is wanted."""
    return [variant, variant.control] if wanted else [variant]


def why_no_row(model: Model, no_control: str) -> str:
    """Return why there is no row C beside a model; empty if there can be such a row.

    Parameters
    ----------
    model : Model
        The model that is shown.
    no_control : str
        Why its network has no control, if it has none.
    """
    if model.untrained:
        return "the network shown has random weights itself; choose the trained network"
    return no_control


def control_facts(variants: Sequence[Variant], no_control: str) -> dict[str, Any]:
    """Return what a page knows of row C: whether it is shown, or why it cannot be."""
    shown = variants[-1].is_control
    seed = variants[-1].heard.model.training.get("seed") if shown else None
    return {
        "shown": shown,
        "why": why_no_row(variants[0].heard.model, no_control),
        "seed": seed,
    }
