"""Checkpoints, by Orbax: everything that a training needs to go on as if it had not stopped.

The folder of a step appears whole or not at all, so a run may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import orbax.checkpoint as ocp

from auralise_jax.text import shorten
from auralise_jax.training.devices import is_first

_KEEP = 2


class Saved(NamedTuple):
    """One checkpoint."""

    arrays: Any
    """Pytree: the state, and the parameters of the best validation so far."""
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
        Everything that the training depends on. A folder with other settings is refused.

    Raises
    ------
    ValueError
        If the folder belongs to a training with other settings; the message lists them.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder.absolute()
        self._settings = json.loads(json.dumps(settings))
        if is_first():
            for unfinished in self.folder.glob(
                "*.orbax-checkpoint-tmp*"
            ):  # of a run that was killed
                shutil.rmtree(unfinished, ignore_errors=True)
        self._writer = ThreadPoolExecutor(1)  # a thread that Ctrl-C does not interrupt
        self._writer.submit(int).result()  # starts the thread, so that `close` waits for it
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
        # In one step, since half a checkpoint would be taken up by the next run.
        cleared = folder.with_name(f".{folder.name}.cleared")
        shutil.rmtree(cleared, ignore_errors=True)
        folder.rename(cleared)
        shutil.rmtree(cleared)

    def newest(self, like: Any) -> Saved | None:
        """Return the newest checkpoint, its arrays as `like` describes them; None if there is none.

        Raises
        ------
        ValueError
            If the checkpoint belongs to another training, or is damaged.
        """
        step = self.latest()
        if step is None:
            return None
        notes = self._read(step, notes=ocp.args.JsonRestore()).notes
        self._check(notes["settings"])
        restored = self._read(
            step, arrays=ocp.args.StandardRestore(like), loader=ocp.args.JsonRestore()
        )
        return Saved(restored.arrays, restored.loader, notes)

    def _read(self, step: int, **parts: Any) -> Any:
        try:
            return self._manager.restore(step, args=ocp.args.Composite(**parts))
        except Exception as error:  # Orbax and TensorStore raise many kinds for damage
            raise ValueError(
                f"the checkpoint {self.folder / str(step)} is damaged: delete it to go on from the "
                f"one before, or start again (--restart, restart=True). {_brief(error)}"
            ) from error

    def save(self, step: int, saved: Saved) -> None:
        """Write the checkpoint of a step.

        Raises
        ------
        OSError
            If the checkpoint cannot be written; earlier checkpoints stay good.
        """
        parts = ocp.args.Composite(
            arrays=ocp.args.StandardSave(saved.arrays),
            loader=ocp.args.JsonSave(saved.loader),
            notes=ocp.args.JsonSave(saved.notes | {"settings": self._settings}),
        )
        try:
            with _quiet():
                self._writer.submit(self._manager.save, step, args=parts).result()
        except Exception as error:  # Orbax and TensorStore raise many kinds for a full disk
            raise OSError(
                f"the checkpoint of step {step} cannot be written in {self.folder}; the one before "
                "stays good. Make room, or name another folder (--checkpoints), and run it again. "
                f"{_brief(error)}"
            ) from error

    def latest(self) -> int | None:
        """Return the step of the newest checkpoint, None if there is none."""
        step: int | None = self._manager.latest_step()
        return step

    def close(self) -> None:
        """Finish writing, and release the folder."""
        self._writer.shutdown()
        self._manager.close()

    def _check(self, theirs: dict[str, Any]) -> None:
        ours = self._settings
        differing = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        if differing:
            differences = "; ".join(
                f"{key}: {theirs.get(key)} then, {ours.get(key)} now" for key in sorted(differing)
            )
            raise ValueError(
                f"the checkpoints in {self.folder} belong to another training "
                f"({differences[:600]}); name another file for the model (--out), or start again "
                "(--restart, restart=True)"
            )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Orbax from printing a traceback of each of its threads; the error is raised as well."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def _brief(error: Exception) -> str:
    return f"({type(error).__name__}: {shorten(str(error), 300)})"
