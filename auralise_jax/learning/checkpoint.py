"""Checkpoints: all that a training needs to go on as if nothing had happened, by Orbax.

A step's folder appears whole or not at all, so a run may be killed at any moment.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import orbax.checkpoint as ocp

_KEEP = 2


class Saved(NamedTuple):
    """One checkpoint."""

    arrays: Any
    """Pytree: the state, and the parameters of the best look so far."""
    loader: dict[str, Any]
    """State of the loader's iterator."""
    notes: dict[str, Any]
    """History and counters, as JSON holds them."""


class Checkpoints:
    """A folder of checkpoints of one training; the newest two are kept.

    Parameters
    ----------
    folder : Path
        Made if missing.
    settings : dict
        What the training depends on. A folder that was begun with others is refused.

    Raises
    ------
    ValueError
        If the folder belongs to a training with other settings; the message lists them.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder.absolute()
        self._settings = json.loads(json.dumps(settings))
        self._manager = ocp.CheckpointManager(
            self.folder,
            options=ocp.CheckpointManagerOptions(
                max_to_keep=_KEEP, enable_async_checkpointing=False
            ),
        )

    @staticmethod
    def clear(folder: Path) -> None:
        """Delete the checkpoints in a folder, if it holds nothing else.

        Raises
        ------
        ValueError
            If something else stands there.
        """
        if not folder.is_dir():
            return
        for place in folder.iterdir():
            if not (place.name.isdecimal() or ".orbax-checkpoint-tmp" in place.name):
                raise ValueError(
                    f"{folder} holds {place.name}, which is no checkpoint; nothing was deleted. "
                    "Name another folder for the checkpoints"
                )
        shutil.rmtree(folder)

    def newest(self, like: Any) -> Saved | None:
        """Return the newest checkpoint, its arrays as `like` describes them; None if none is."""
        step = self.latest()
        if step is None:
            return None
        notes = self._manager.restore(step, args=ocp.args.Composite(notes=ocp.args.JsonRestore()))
        self._check(notes.notes["settings"])
        restored = self._manager.restore(
            step,
            args=ocp.args.Composite(
                arrays=ocp.args.StandardRestore(like), loader=ocp.args.JsonRestore()
            ),
        )
        return Saved(restored.arrays, restored.loader, notes.notes)

    def save(self, step: int, saved: Saved) -> None:
        """Write the checkpoint of a step."""
        self._manager.save(
            step,
            args=ocp.args.Composite(
                arrays=ocp.args.StandardSave(saved.arrays),
                loader=ocp.args.JsonSave(saved.loader),
                notes=ocp.args.JsonSave(saved.notes | {"settings": self._settings}),
            ),
        )

    def latest(self) -> int | None:
        """Return the step of the newest checkpoint, None if there is none."""
        step: int | None = self._manager.latest_step()
        return step

    def close(self) -> None:
        """Let go of the folder."""
        self._manager.close()

    def _check(self, theirs: dict[str, Any]) -> None:
        mine = self._settings
        differing = [key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)]
        if differing:
            told = "; ".join(
                f"{key}: {theirs.get(key)} then, {mine.get(key)} now" for key in sorted(differing)
            )
            raise ValueError(
                f"the checkpoints in {self.folder} belong to another training ({told[:600]}); "
                "name another file for the model (--out), or begin anew (--restart, restart=True)"
            )
