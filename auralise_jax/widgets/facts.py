"""The facts of a panel: clips and models, rows, axes and layers."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from auralise_jax.frontend import Axes
from auralise_jax.insight.fields import fields
from auralise_jax.listening import Listening
from auralise_jax.listening.position import POSITIONS
from auralise_jax.listening.resynthesis import RESYNTHESES
from auralise_jax.network import Model
from auralise_jax.network.answer import why_none
from auralise_jax.network.rules import RULES
from auralise_jax.network.task import shown
from auralise_jax.widgets import view
from auralise_jax.widgets.names import NO_NAMES, Names, name_facts
from auralise_jax.widgets.receptive import field_facts
from auralise_jax.widgets.variant import Variant

_DECKS = "abcdefgh"

Said: TypeAlias = list[tuple[str, float]] | None
"""What a network calls a sound and how probable that is; None if it calls it nothing."""

_VOICED = 0.5
"""Probability from which on there is a pitch."""


def facts(variants: Sequence[Variant], names: Names = NO_NAMES) -> dict[str, Any]:
    """Return the facts, which stay while layer, feature, rule, resynthesis and position change."""
    heard = variants[0].heard
    frontend = heard.model.frontend
    rows = []
    for number, variant in enumerate(variants):
        if not any(_same_sound(variant, other) for other in variants[:number]):
            rows.append({"kind": "source", "take": number})
        rows.append({"kind": "feature", "take": number})
    return {
        "takes": [take(variant) for variant in variants],
        "rows": [{"deck": _DECKS[n], **row} for n, row in enumerate(rows)],
        "layers": _layers(variants, names),
        "rules": list(RULES),
        "resyntheses": list(RESYNTHESES),
        "positions": list(POSITIONS),
        "sample_rate": frontend.sample_rate,
        "axes": _axes(frontend.bins),
        "scale": frontend.axes.kind,
        "bins": len(frontend.bins.hz),
        "frames": len(frontend.bins.seconds),
        "start": heard.start,
        "duration": heard.clip.duration,
        "db_range": list(view.DB_RANGE),
        "codec": "pcm16",
        "notes": notes(heard),
    }


def _axes(axes: Axes) -> dict[str, Any]:
    """Return the spacing of rows in hertz, or each row's hertz, and of columns in seconds."""
    hz = axes.hz.round(3).tolist() if axes.spacing is None else axes.spacing
    return {"kind": axes.kind, "hz": hz, "hop": axes.hop}


def _same_sound(first: Variant, second: Variant) -> bool:
    return np.array_equal(first.heard.clip.samples, second.heard.clip.samples)


def take(variant: Variant) -> dict[str, Any]:
    """Return the facts about a variant."""
    model, clip = variant.heard.model, variant.heard.clip
    none = why_none(_odds(variant.heard), model.none_below) if model.none_below else ""
    return {
        "name": variant.name,
        "model": model.name,
        "clip": clip.title or "clip",
        "rule": variant.rule,
        "task": model.task,
        "classes": said(variant.heard),
        "untrained": model.untrained,
        "control": variant.is_control,
        "source_scale": view.full_scale(clip),
        **({"none": none} if none else {}),
    }


def said(heard: Listening) -> Said:
    """Return what the network calls the sound, and how probable; or how often it has a pitch."""
    if heard.model.task == "pitch":
        outputs = heard.outputs()
        voiced = outputs["voicing"] >= _VOICED
        hz = f", median {np.median(outputs['pitch_hz'][voiced]):.0f} Hz" if voiced.any() else ""
        return [(f"voiced{hz}", float(voiced.mean()))]
    return shown(heard.model.task, _odds(heard)) if heard.model.classes else None


_ODDS: weakref.WeakKeyDictionary[Listening, dict[str, float]] = weakref.WeakKeyDictionary()


def _odds(heard: Listening) -> dict[str, float]:
    """Return a listening's probabilities, computed once: they are said again at every mute."""
    if heard not in _ODDS:
        _ODDS[heard] = heard.predict()
    return _ODDS[heard]


def said_beside(heard: Listening, other: Listening) -> tuple[Said, Said]:
    """Return what a network says of two windows, such as with and without a mute, line by line.

    What is shown of either, such as a most probable tag, is shown of both.
    """
    one, two = said(heard), said(other)
    if heard.model.task in ("tags", "tempo") and one and two:
        odds = _odds(heard), _odds(other)
        names = list(dict(one) | dict(two))
        one, two = ([(name, each[name]) for name in names] for each in odds)
    return one, two


def notes(heard: Listening) -> list[str]:
    """Return the sentences that stand below the rows of a window."""
    if not heard.padded:
        return []
    return [
        f"the clip has {heard.clip.duration:.2f} s here; padded with silence to "
        f"{heard.model.seconds:g} s"
    ]


def _layers(variants: Sequence[Variant], names: Names) -> list[dict[str, Any]]:
    """Return facts about the layers that all variants have; None where a number is unknown."""
    model = variants[0].heard.model
    common = min(len(variant.heard.model.layers) for variant in variants)
    found = []
    for layer, field in list(zip(model.layers, fields(model), strict=True))[:common]:
        features = min(variant.heard.model.layer(field.layer).features for variant in variants)
        one = {
            "name": layer.name,
            "features": features,
            "axes": list(layer.axes),
            "map": list(field.map),
            "sees": None if layer.field is None else {"ms": field.ms, "hz": field.hz},
            "field": field_facts(layer, model.frontend.axes, field.map),
            "reported": layer.reported and {"ms": field.reported_ms, "hz": field.reported_hz},
            "kernels": kernels_of(model, layer.name),
            "available": None,
        }
        named = name_facts(names, field.layer, features)
        found.append(one if named is None else one | {"names": named})
    return found


def kernels_of(model: Model, layer: str) -> list[list[list[float]]] | None:
    """Return the kernels of a layer on the picture, lowest frequency first; None for others."""
    kernel = model.network.kernel(layer)
    if kernel is None:
        return None
    kernels = np.moveaxis(np.asarray(kernel), -1, 0)  # as Python's floats: .1 is not .10000000149
    numbers: list[list[list[float]]] = kernels.astype(float).round(4).tolist()
    return numbers
