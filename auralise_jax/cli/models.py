"""The command ``models``: lists the shipped models, or describes one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from auralise_jax.cli.loading import find_model
from auralise_jax.text import shorten

_DEEPEST = 8
"""Levels of a file's notes that are shown: anybody may have written them."""

_WIDEST = 1000
"""Columns of one line of them."""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``models``."""
    made = argparse.ArgumentParser(**settings)
    made.add_argument("name", nargs="?", help="shipped name, model file, or MODULE:OBJECT")
    return made


def run(options: argparse.Namespace) -> int:
    """Print what each model knows, or all about the one that is named."""
    from auralise_jax.frontend import Frontend
    from auralise_jax.network import shipped_models

    names = shipped_models() if options.name is None else (options.name,)
    for name in names:
        model = find_model(name)
        front = model.frontend
        print(name)
        print(f"  layers    {', '.join(map(str, model.layers))}")
        print(f"  features  {', '.join(str(layer.features) for layer in model.layers)}")
        classes = ", ".join(shorten(name, 60) for name in model.classes)
        print(f"  classes   {classes or 'none: it can be listened to, not asked'}")
        kind = type(front).__name__
        if isinstance(front, Frontend):
            kind = f"{front.compression}, n_fft {front.n_fft}, hop {front.hop_length}"
        print(f"  hears     {model.seconds:g} s at {front.sample_rate} Hz, {kind}")
        if options.name is not None:
            for line in _outline(model.training):
                print(f"  {line}")
    if options.name is None:
        print(f"how one was trained and how well it does: auralise-jax models {names[0]}")
    return 0


def _outline(told: Mapping[Any, Any], depth: int = _DEEPEST) -> Iterator[str]:
    """Yield what a file says of its training as lines, the inner ones indented."""
    for key, value in told.items():
        name = shorten(str(key), _WIDEST)
        if isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
            value = dict(enumerate(value, 1))  # noqa: PLW2901
        if isinstance(value, dict):
            yield name
            yield from (f"  {line}" for line in (_outline(value, depth - 1) if depth else "…"))
        elif isinstance(value, list) and any(isinstance(one, str) for one in value):
            yield name
            yield from (f"  {shorten(str(one), _WIDEST)}" for one in value)
        else:
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{name:<9} {shorten(words, _WIDEST)}"
