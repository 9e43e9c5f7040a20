"""Effects: what muting a feature does to the prediction in the window of each of its excerpts.

A feature is muted in the whole window: its map gets the value that it has where the feature is
silent. The effect is the logit of the class that is predicted there (of tags, the most probable
one) after muting, less the logit before; a feature that speaks for the class has an effect below 0.
Beside it stands the control: the same in the same network with random weights, for what that
network predicts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from auralise_jax.atlas.cells import Cell, grids
from auralise_jax.atlas.store import Entry, packed
from auralise_jax.atlas.windows import stretches
from auralise_jax.insight.control import untrained_of
from auralise_jax.network import Model, NoControl
from auralise_jax.network.edits import Edits, edits_for, untouched

VERSION = 1
"""Of how an effect is measured; raise it when that changes."""

CANDIDATES = 4
"""Places per excerpt, a feature's strongest, of which those with the largest effects are taken."""

Window = Float32[np.ndarray, " samples"]


class Effect(NamedTuple):
    """The effect of muting a feature in the window of one of its excerpts."""

    effect: float
    """Change of a logit; below 0 if the feature speaks for what is predicted."""
    predicted: int
    """Number of the class that is predicted there, from 0."""
    control: float | None
    """The same with random weights; None if there is no such network."""


class Muting:
    """A model made ready to have its features muted, in several threads too.

    Parameters
    ----------
    model : Model
        With classes, see `check_scores`.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._front = model.frontend
        # In windows of the model's own length; those of excerpts may be longer.
        self._grids = {
            number: dataclasses.replace(grid, length=model.frontend.samples)
            for number, grid in grids(model.network, model.frontend).items()
        }
        self._models = [model, *_control(model)]

    def read(self, path: Path, cells: Sequence[Cell]) -> dict[int, Window]:
        """Return the windows of a file that show cells best, by their numbers.

        Raises
        ------
        OSError, ValueError
            As `windows.blocks` does, or if the file has no such window any more.
        """
        numbers = sorted(set(map(self._window, cells)))
        stride = next(iter(self._grids.values())).stride
        starts = [number * stride for number in numbers]
        read = stretches(path, self._front.sample_rate, starts, self._front.samples)
        found = dict(zip(numbers, read, strict=True))
        for number, samples in found.items():
            if not len(samples):
                raise ValueError(f"{path} changed: it has no window {number} any more")
        return found

    def effects(self, windows: Mapping[int, Window], cells: Sequence[Cell]) -> dict[Cell, Effect]:
        """Return the effect of muting each cell's feature in its window.

        Raises
        ------
        ValueError
            If the scores overflow.
        """
        by_window: dict[int, list[Cell]] = {}
        for cell in cells:
            by_window.setdefault(self._window(cell), []).append(cell)
        return {
            cell: effect
            for number, inside in by_window.items()
            for cell, effect in self._effects(windows[number], inside)
        }

    def _effects(self, samples: Window, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Effect]]:
        picture = np.asarray(self._front.picture(self._front.fit(samples)))[None]
        before = [_scores(model, picture, untouched(model.network)) for model in self._models]
        for cell in cells:
            muted = {(self._model.layers[cell.layer - 1].name, cell.feature): 0.0}
            changes = []
            for model, scores in zip(self._models, before, strict=True):
                after = _scores(model, picture, edits_for(model.network, muted))
                changes.append(float((after - scores)[scores.argmax()]))
            own, *control = changes
            yield cell, Effect(own, int(before[0].argmax()), control[0] if control else None)

    def _window(self, cell: Cell) -> int:
        grid = self._grids[cell.layer]
        column = cell.window * (grid.stride // grid.step) + cell.column
        return int(grid.place(np.array([column]))[0][0])


def check_scores(model: Model) -> None:
    """Raise ValueError if a model predicts nothing that muting a feature could change."""
    if not model.classes:
        raise ValueError(
            f"model {model.name!r} gives no scores, so that muting a feature changes no "
            "prediction; rank its excerpts by activation, which is the default"
        )


def _scores(
    model: Model, picture: Float32[np.ndarray, "1 ..."], edits: Edits
) -> Float32[np.ndarray, " classes"]:
    scores: np.ndarray = np.asarray(model.network.scores(picture, edits))[0]
    model.check_finite(scores, "its classes")
    return scores


def _control(model: Model) -> list[Model]:
    try:
        return [untrained_of(model)]
    except NoControl:
        return []


def effects_key(model_key: str, sha256: str) -> str:
    """Return what names the effects of a model's features in a file: all that they follow from."""
    origin = json.dumps([VERSION, model_key, sha256])
    return hashlib.sha256(origin.encode()).hexdigest()


def pack_effects(effects: Mapping[Cell, Effect]) -> bytes:
    """Return the effects in a file as the bytes of an entry."""
    rows = sorted(effects.items())
    control = [math.nan if one.control is None else one.control for _, one in rows]
    return packed(
        {
            "cell": np.array([cell for cell, _ in rows], np.int32).reshape(-1, len(Cell._fields)),
            "effect": np.array([one.effect for _, one in rows], np.float32),
            "predicted": np.array([one.predicted for _, one in rows], np.int32),
            "control": np.array(control, np.float32),
        },
        {},
    )


def effects_in(entry: Entry | None, model: Model) -> dict[Cell, Effect]:
    """Return the effects that an entry holds; none if it is missing, or of something else."""
    if entry is None:
        return {}
    arrays, _ = entry
    kinds = {name: array.dtype.kind + str(array.dtype.itemsize) for name, array in arrays.items()}
    if kinds != _KINDS:
        return {}
    cells, effect, predicted, control = (arrays[name] for name in _KINDS)
    fits = (
        cells.shape == (len(effect), len(Cell._fields))
        and effect.shape == predicted.shape == control.shape == (len(effect),)
        and np.isfinite(effect).all()
        and not np.isinf(control).any()
        and ((predicted >= 0) & (predicted < len(model.classes))).all()
    )
    if not fits:
        return {}
    rows = zip(cells.tolist(), effect.tolist(), predicted.tolist(), control.tolist(), strict=True)
    return {
        Cell(*cell): Effect(change, number, None if math.isnan(other) else other)
        for cell, change, number, other in rows
    }


_KINDS = {"cell": "i4", "effect": "f4", "predicted": "i4", "control": "f4"}
