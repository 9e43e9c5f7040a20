"""Hear what the features of a music-classifying convolutional network respond to.

    import auralise_jax as aj

    aj.explore("genre", "bach")                      # in a notebook: drag layer and feature
    heard = aj.listen(aj.load_model("genre"), aj.load_clip("song.mp3"))
    heard.project(3, 20).auralise().save("feature.wav")

Names load when they are first used, so that importing the package costs little more than JAX.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from auralise_jax.atlas import Atlas as Atlas
    from auralise_jax.atlas import atlas as atlas
    from auralise_jax.audio import Clip as Clip
    from auralise_jax.audio import example_clips as example_clips
    from auralise_jax.audio import load_clip as load_clip
    from auralise_jax.composing.compose import compose as compose
    from auralise_jax.frontend import Frontend as Frontend
    from auralise_jax.insight import Survey as Survey
    from auralise_jax.insight import attribute_correlations as attribute_correlations
    from auralise_jax.insight import dissect as dissect
    from auralise_jax.insight import survey as survey
    from auralise_jax.listening import Listening as Listening
    from auralise_jax.listening import Projection as Projection
    from auralise_jax.listening import listen as listen
    from auralise_jax.network import RULES as RULES
    from auralise_jax.network import Architecture as Architecture
    from auralise_jax.network import Model as Model
    from auralise_jax.network import Rule as Rule
    from auralise_jax.network import UnsupportedOperation as UnsupportedOperation
    from auralise_jax.network import load_model as load_model
    from auralise_jax.network import random_model as random_model
    from auralise_jax.network import save_model as save_model
    from auralise_jax.network import stranger as stranger
    from auralise_jax.network import tap as tap
    from auralise_jax.network import with_rule as with_rule
    from auralise_jax.probes.probes import chord_probes as chord_probes
    from auralise_jax.probes.stimuli import stimuli as stimuli
    from auralise_jax.training.commands import evaluate as evaluate
    from auralise_jax.training.commands import train as train
    from auralise_jax.widgets import Comparison as Comparison
    from auralise_jax.widgets import Explorer as Explorer
    from auralise_jax.widgets import Lesson as Lesson
    from auralise_jax.widgets import Probing as Probing
    from auralise_jax.widgets import compare as compare
    from auralise_jax.widgets import explore as explore
    from auralise_jax.widgets import probe as probe

_ROOMS = {
    "audio": ("Clip", "example_clips", "load_clip"),
    "frontend": ("Frontend",),
    "network": (
        "RULES",
        "Architecture",
        "Model",
        "Rule",
        "UnsupportedOperation",
        "load_model",
        "random_model",
        "save_model",
        "stranger",
        "tap",
        "with_rule",
    ),
    "insight": ("Survey", "attribute_correlations", "dissect", "survey"),
    "atlas": ("Atlas", "atlas"),
    "training.commands": ("evaluate", "train"),
    "composing.compose": ("compose",),
    "probes.probes": ("chord_probes",),
    "probes.stimuli": ("stimuli",),
    "listening": ("Listening", "Projection", "listen"),
    "widgets": ("Comparison", "Explorer", "Lesson", "Probing", "compare", "explore", "probe"),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'auralise_jax' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"auralise_jax.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
