"""What workers do: hear one file, render some of its excerpts. Each is told all it needs.

A worker may be a thread, a process or another machine. It reads the model from the atlas's folder,
so that a task is a few words, and keeps it between tasks.
"""

from __future__ import annotations

import functools
import struct
from pathlib import Path
from typing import NamedTuple

import soundfile

from auralise_jax.atlas.hearing import Ear, model_key
from auralise_jax.atlas.rendering import Ask, render
from auralise_jax.atlas.store import pack_heard
from auralise_jax.network import load_model

_UNREADABLE = OSError, ValueError, EOFError, OverflowError, struct.error, soundfile.SoundFileError


class Answer(NamedTuple):
    """What came of a file: entries for the store, or why there are none."""

    entries: tuple[bytes, ...]
    reason: str = ""


def hear_file(path: str, model: str, key: str) -> Answer:
    """Hear a file by the model file `model`, whose `model_key` is `key`.

    Raises
    ------
    OSError, ValueError
        If the model cannot be read, or is another; never for the sound's sake.
    """
    ear = _ear(model, key)
    try:
        return Answer((pack_heard(ear.hear(Path(path))),))
    except _UNREADABLE as error:
        return Answer((), reason(Path(path), error))


def render_file(path: str, model: str, key: str, asks: tuple[Ask, ...]) -> Answer:
    """Render excerpts of a file; see `hear_file`."""
    ear = _ear(model, key)
    try:
        return Answer(tuple(render(Path(path), ear.model, asks)))
    except _UNREADABLE as error:
        return Answer((), reason(Path(path), error))


def reason(path: Path, error: BaseException) -> str:
    """Return on one line what was wrong with a file, without the folders it stands in."""
    return " ".join(str(error).replace(str(path), path.name).split()) or type(error).__name__


@functools.lru_cache(maxsize=2)
def _ear(place: str, key: str) -> Ear:
    model = load_model(place)
    if model_key(model) != key:
        raise ValueError(f"{place} is not the model of this atlas; make the atlas again")
    return Ear(model)
