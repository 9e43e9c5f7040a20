"""The line of code that opens a panel again: what it calls a model and a clip, or why it cannot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from auralise_jax.audio import Clip, example_clips
from auralise_jax.network import Model, load_model, shipped_models
from auralise_jax.network.files import can_be_saved


class Address(NamedTuple):
    """How code names something."""

    code: str
    """An expression that runs wherever `auralise_jax` is imported as ``aj``; empty if none does."""
    why: str = ""
    """Without an expression: why, and what to do."""
    is_path: bool = False
    """Whether the expression names a place on this machine, which is nobody else's business."""


def model_address(model: Model | str | Path) -> Address:
    """Return how code names a model.

    Examples
    --------
    >>> model_address("genre")
    Address(code='"genre"', why='', is_path=False)
    >>> import auralise_jax as aj
    >>> model_address(aj.random_model(aj.load_model("genre"))).code
    ''
    """
    if isinstance(model, Model):
        if model.name in shipped_models() and _same_weights(model, load_model(model.name)):
            return Address(_quoted(model.name))
        way = "aj.save_model(model, path) writes it, then open that path"
        if not can_be_saved(model):
            way = "its network cannot be saved, so the code that makes the model must run first"
        return Address("", f"the model is not a file: {way}")
    return _named(model, model in shipped_models())


def untrained_address(model: Model | str | Path) -> Address:
    """Return how code names the control of a model.

    Examples
    --------
    >>> untrained_address("genre").code
    'aj.untrained(aj.load_model("genre"))'
    """
    given = model_address(model)
    code = f"aj.untrained(aj.load_model({given.code}))" if given.code else ""
    return given._replace(code=code)


def clip_address(clip: Clip | str | Path) -> Address:
    """Return how code names a clip; a path is made absolute.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> clip_address(aj.example_clips()["dance"])
    Address(code='"dance"', why='', is_path=False)
    """
    shipped = example_clips()
    if isinstance(clip, Clip):
        for name in shipped:
            if clip.title == shipped.title(name) and np.array_equal(
                clip.samples, shipped[name].samples
            ):
                return Address(_quoted(name))
        return Address("", "the clip is not a file: clip.save(path) writes it, then open that path")
    return _named(clip, clip in shipped)


def upload_address(name: str) -> Address:
    """Return how code names a file of that name that came from the page: not at all."""
    return Address(
        "", f"{name} was uploaded in the panel, and Python does not know its path: open it by path"
    )


def call(function: str, parts: Sequence[Address]) -> dict[str, str]:
    """Return two facts: the call, without its closing bracket, and why there is no call.

    ``no_call`` also stands beside a call that names files of this machine: pages go to other
    people, so they leave that call out and say why.

    Examples
    --------
    >>> call("aj.explore", [model_address("genre"), clip_address("bach")])
    {'call': 'aj.explore("genre", "bach"', 'no_call': ''}
    >>> call("aj.explore", [model_address("genre"), upload_address("song.mp3")])["call"]
    ''
    """
    missing = [part.why for part in parts if not part.code]
    if missing:
        return {"call": "", "no_call": f"No line of code opens this: {'; '.join(missing)}"}
    local = any(part.is_path for part in parts)
    return {
        "call": f"{function}({', '.join(part.code for part in parts)}",
        "no_call": "This page does not say where its files are: open your own" if local else "",
    }


def listed(parts: Sequence[Address]) -> Address:
    """Return how code names several models or clips: as a list, or without one if single."""
    if len(parts) == 1 or not all(part.code for part in parts):
        return next((part for part in parts if not part.code), parts[0])
    code = f"[{', '.join(part.code for part in parts)}]"
    return Address(code, is_path=any(part.is_path for part in parts))


def _named(given: str | Path, shipped: bool) -> Address:
    return Address(_quoted(str(given if shipped else Path(given).absolute())), is_path=not shipped)


def _quoted(text: str) -> str:
    # A name that is no UTF-8 has surrogates, which no clipboard takes.
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _same_weights(first: Model, second: Model) -> bool:
    (a, of_a), (b, of_b) = (jax.tree.flatten(model.network) for model in (first, second))
    return bool(of_a == of_b) and all(map(np.array_equal, a, b))  # type: ignore[operator]
