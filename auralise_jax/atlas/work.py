"""What workers do: hear a file, mute features in it, render excerpts. Each is given all it needs.

A worker may be a thread, a process or another machine. It reads the model from the atlas's folder,
so that a task is a few words, and keeps it between tasks. A model that cannot be saved goes to the
threads of this process only.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeAlias

import soundfile

from auralise_jax.atlas.cells import Cell
from auralise_jax.atlas.effects import Muting, pack_effects
from auralise_jax.atlas.hearing import FileListener, model_key
from auralise_jax.atlas.rendering import render
from auralise_jax.atlas.store import pack_responses
from auralise_jax.network import Model, UnsupportedOperation, load_model
from auralise_jax.network.files import why_not_saved

_UNREADABLE = OSError, ValueError, EOFError, OverflowError, struct.error, soundfile.SoundFileError


class Answer(NamedTuple):
    """The results for a file: entries for the store, or the reason why there are none."""

    entries: tuple[bytes, ...]
    reason: str = ""


@dataclass(frozen=True, eq=False)
class InProcess:
    """A model for threads of this process: it cannot be saved, nor sent to others."""

    model: Model

    def __reduce__(self) -> NoReturn:
        """Raise ValueError that says who can work: an executor tried to send it."""
        raise ValueError(
            f"model {self.model.name!r} cannot be sent to other processes or machines: "
            f"{why_not_saved(self.model)} Or give no executor and no scheduler, and threads of "
            "this process do the work"
        )


Source: TypeAlias = str | InProcess
"""Where a worker has a model from: a file, or this process."""


def hear_file(path: str, source: Source, key: str) -> Answer:
    """Hear a file by a model whose `model_key` is `key`.

    Raises
    ------
    OSError, ValueError
        If the model cannot be read, or is another; never for the sound's sake.
    """
    listener = _listener(source, key)
    try:
        return Answer((pack_responses(listener.listen(Path(path))),))
    except _UNREADABLE as error:
        return Answer((), reason(Path(path), error))


def render_file(path: str, source: Source, key: str, cells: Sequence[Cell]) -> Answer:
    """Render excerpts of a file; see `hear_file`.

    Raises
    ------
    UnsupportedOperation
        If the rule has no way back from a cell's layer.
    OSError, ValueError
        As `hear_file` does.
    """
    listener = _listener(source, key)
    try:
        return Answer(tuple(render(Path(path), listener.model, cells)))
    except UnsupportedOperation:  # it is the network's fault, not the sound's
        raise
    except _UNREADABLE as error:
        return Answer((), reason(Path(path), error))


def mute_file(path: str, source: Source, key: str, cells: Sequence[Cell]) -> Answer:
    """Measure what muting the feature of each of some cells of a file does; see `hear_file`.

    Raises
    ------
    OSError, ValueError
        As `hear_file` does, or if the model's scores overflow.
    """
    muting = _muting(source, key)
    try:
        windows = muting.read(Path(path), cells)
    except _UNREADABLE as error:
        return Answer((), reason(Path(path), error))
    return Answer((pack_effects(muting.effects(windows, cells)),))


def reason(path: Path, error: BaseException) -> str:
    """Return on one line what was wrong with a file, without the folders it stands in."""
    return " ".join(str(error).replace(str(path), path.name).split()) or type(error).__name__


@functools.lru_cache(maxsize=2)
def _listener(source: Source, key: str) -> FileListener:
    if isinstance(source, InProcess):
        return FileListener(source.model)
    model = load_model(source)
    if model_key(model) != key:
        raise ValueError(f"{source} is not the model of this atlas; make the atlas again")
    return FileListener(model)


@functools.lru_cache(maxsize=2)
def _muting(source: Source, key: str) -> Muting:
    return Muting(_listener(source, key).model)
