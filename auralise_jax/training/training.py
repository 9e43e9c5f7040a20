"""Training: from a manifest of clips to a model, on all devices, resumed after a kill.

A run that is killed at any step and started again ends with the same bits as an uninterrupted run:
the randomness of a step comes from its number, and a checkpoint holds the rest, the loader's
position included.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Int16
from tqdm.auto import tqdm

from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.loader import Loader, Others
from auralise_jax.corpus.manifest import SPLITS, Manifest
from auralise_jax.network import Model
from auralise_jax.network.cost import check_window
from auralise_jax.network.stack.cost import cost
from auralise_jax.network.stack.network import Stack
from auralise_jax.training.checkpoint import Checkpoints, Saved
from auralise_jax.training.devices import Devices, check_same, is_first
from auralise_jax.training.fixed import MapLoader, sees_the_same
from auralise_jax.training.outliers import OFTEN, outliers
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.settings import plain_jax
from auralise_jax.training.start import recipe_of, weights_hash, weights_of
from auralise_jax.training.step import State, Trainer

_VALIDATION_BATCH = 32
_RECORDS = 200  # points of the training curves
_OUTLIERS = 1_000  # different sounds of no class, at most: 95 MB of the paper's clips

Watch = Callable[[int, Model], None]


class DivergedError(FloatingPointError):
    """The loss stopped being a number."""


@dataclass
class Course:
    """Progress of a training: counters, and the points of its curves."""

    step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_step: int = 0
    best_loss: float = math.inf
    stale: int = 0
    """Validations since the best."""
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0])
    """Sums of loss and accuracy since the last point, and the number of steps."""


@dataclass(frozen=True)
class Trained:
    """The result of a training."""

    model: Model
    history: list[dict[str, float]]
    """Points of the training curves; see `report.curves_figure`."""
    best_step: int
    steps: int
    """How many were taken; fewer than the recipe's if the training stopped early."""


@plain_jax()
def train_on(
    manifest: Manifest,
    cache: SoundCache,
    recipe: Recipe | None = None,
    *,
    start: Model | None = None,
    outlier_sounds: Int16[np.ndarray, "sounds n"] | None = None,
    checkpoints: Path | None = None,
    watch: Watch | None = None,
    progress: bool = True,
    name: str = "model",
) -> Trained:
    """Train a network on the training clips of a manifest.

    Parameters
    ----------
    manifest : Manifest
        From `folder.scan`, at the recipe's rate and duration.
    cache : SoundCache
        Holds its sound.
    recipe : Recipe, optional
        How to train; by default the paper's network, or the one of `start`.
    start : Model, optional
        A trained model of the same front end, whatever its classes. Weights start as they are
        there, from the bottom up as far as the recipe has the same layers; all others, and always
        those of the last dense layer, are drawn.
        `Recipe.fixed` keeps the lowest layers as they are; without augmentation and outliers their
        maps are computed once, so that a step costs only what is above them.
    outlier_sounds : array of int16, shape (sounds, n), optional
        Sounds of no class, such as speech, of ``recipe.augmentation.samples(recipe.frontend)``
        samples each, that are met as often as those that are made up; see `outliers.sounds_of`.
    checkpoints : Path, optional
        A folder for checkpoints, written at each validation; a training resumes from the newest
        checkpoint in it. None: no checkpoints.
    watch : callable, optional
        Called as ``watch(step, model)`` before the first step and at each validation.
    progress : bool
        Whether to show a bar with loss, accuracy and the time left.
    name : str
        The model's name.

    Returns
    -------
    Trained
        Its model is the model with the lowest validation loss; the last model if there are no
        validation clips.

    Raises
    ------
    ValueError
        If there is nothing to train on, the checkpoints belong to another training, or
        `outlier_sounds` have another shape or a recipe without outliers.
    DivergedError
        If the loss is no longer finite; the message says at which step. Checkpoints stay.
    """
    recipe = recipe or (recipe_of(start) if start else Recipe())
    recipe = recipe.with_steps(len(manifest.clips("train")))
    check_window(cost(recipe.architecture, recipe.frontend.shape), recipe.frontend)
    if (manifest.sample_rate, manifest.duration) != (
        recipe.frontend.sample_rate,
        recipe.frontend.duration,
    ):
        raise ValueError(
            f"the manifest's clips are {manifest.duration:g} s at {manifest.sample_rate} Hz, "
            f"the recipe's {recipe.frontend.duration:g} s at {recipe.frontend.sample_rate} Hz"
        )
    if outlier_sounds is not None:
        _check_outlier_sounds(outlier_sounds, recipe)
    run = _Run(manifest, cache, recipe, name, start, outlier_sounds)
    settings = json.loads(json.dumps(recipe.as_dict())) | {"clips": _fingerprint(manifest)}
    if start:
        settings["start"] = weights_hash(start)
    if outlier_sounds is not None:
        settings["outlier_sounds"] = hashlib.sha256(outlier_sounds.tobytes()).hexdigest()[:16]
    check_same("clips and settings", json.dumps(settings))
    store = None if checkpoints is None else Checkpoints(checkpoints, settings)
    try:
        return run.go(store, watch, progress and is_first())
    except DivergedError:
        raise
    except FloatingPointError as error:  # jax_debug_nans found it before the loss
        raise DivergedError(
            f"{str(error).splitlines()[0]}: training stopped. Begin anew (--restart) with a lower "
            f"rate, now {recipe.rate:g}"
        ) from error
    finally:
        if store is not None:
            store.close()


class _Run:
    """A training while it runs."""

    def __init__(
        self,
        manifest: Manifest,
        cache: SoundCache,
        recipe: Recipe,
        name: str,
        start: Model | None = None,
        outlier_sounds: Int16[np.ndarray, "sounds n"] | None = None,
    ) -> None:
        if len(manifest.classes) < 2:
            raise ValueError(
                f"the manifest must hold at least two classes, not {len(manifest.classes)}"
            )
        counts = Counter(row.label for row in manifest.clips("train"))
        missing = [name for name in manifest.classes if not counts[name]]
        if missing:
            raise ValueError(f"no training clip of {', '.join(missing)}; add files of that class")
        self.manifest, self.recipe, self.name, self.start = manifest, recipe, name, start
        self.outlier_sounds = outlier_sounds
        weights = None if start is None else weights_of(start, recipe)
        clips = manifest.clips("train")
        from_maps = sees_the_same(recipe, len(clips))
        numbers = [counts[name] for name in manifest.classes]
        self.trainer = Trainer(recipe, numbers, weights, from_maps=from_maps)
        self.devices = Devices(recipe.batch)
        part: dict[str, Any] = {
            "process": jax.process_index(),
            "processes": jax.process_count(),
        }
        count, extra = len(jax.devices()), recipe.outliers_per_batch
        self.padding = -extra % count
        size = recipe.augmentation.samples(recipe.frontend)
        batch = recipe.batch + extra + self.padding
        kind = functools.partial(MapLoader, self.trainer.fixed_maps) if from_maps else Loader
        self.loader = kind(clips, manifest.classes, cache, size, batch, **part)
        rows = manifest.clips("validation")
        settings = manifest.classes, cache, recipe.frontend.samples
        size = math.ceil(_VALIDATION_BATCH / count) * count
        self.validation_batches = Loader(rows, *settings, size, **part).in_order() if rows else None

    def go(self, store: Checkpoints | None, watch: Watch | None, progress: bool) -> Trained:
        recipe, course = self.recipe, Course()
        state = State(*self.devices.copy(tuple(self.trainer.start)))
        best = self._copy(state.chosen)
        batches = iter(self.loader.shuffled(
            recipe.steps, recipe.seed, recipe.augmentation.shift, self._others(progress)
        ))  # fmt: skip
        saved = store and store.newest(self.devices.like({"state": state, "best": best}))
        if saved:
            state, best = State(*saved.arrays["state"]), saved.arrays["best"]
            batches.set_state(saved.loader)
            course = Course(**saved.notes["course"])
        elif watch:
            watch(0, self._model(state.chosen, course))
        bar = tqdm(
            desc="training", total=recipe.steps, initial=course.step, unit="step",
            disable=not progress,
        )  # fmt: skip
        with bar:
            while course.step < recipe.steps and course.stale < recipe.patience:
                state = self._step(state, batches, course, store)
                bar.update()
                bar.set_postfix(**_postfix(course), refresh=False)
                if not self._is_validation_step(course):
                    continue
                if self._validate(state.chosen, course, store):
                    best = self._copy(state.chosen)
                bar.set_postfix(**_postfix(course))
                if store:
                    notes = {"course": dataclasses.asdict(course)}
                    arrays = {"state": state, "best": best}
                    store.save(course.step, Saved(arrays, batches.get_state(), notes))
                if watch:
                    watch(course.step, self._model(state.chosen, course))
        model = self._model(best, course)
        return Trained(model, course.history, course.best_step, course.step)

    def _others(self, progress: bool) -> Others | None:
        """Make the sounds of no class that stand behind the clips of each batch."""
        recipe, each = self.recipe, self.recipe.outliers_per_batch
        if not each:
            return None
        size = recipe.augmentation.samples(recipe.frontend)
        count = min(each * recipe.steps, _OUTLIERS)
        rate = recipe.frontend.sample_rate
        sounds = outliers(count, rate, size, seed=recipe.seed, kinds=OFTEN, progress=progress)
        if self.outlier_sounds is not None:
            own = _as_many(self.outlier_sounds, count)
            sounds = np.stack([sounds, own], axis=1).reshape(-1, size)
        return Others(sounds, each, self.padding)

    def _step(
        self, state: State, batches: Iterator[Any], course: Course, store: Checkpoints | None
    ) -> State:
        samples, labels = self.devices.split(tuple(next(batches)))
        state, metrics = self.trainer.step(state, samples, labels, np.int32(course.step))
        loss, accuracy, norm = (float(x) for x in metrics)
        course.step += 1
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise self._diverged(f"the loss is {loss:g} and its gradient {norm:g}", course, store)
        sums = course.sums
        course.sums = [sums[0] + loss, sums[1] + accuracy, sums[2] + 1]
        every = max(1, self.recipe.steps // _RECORDS)
        if not course.step % every or self._is_validation_step(course):
            total, right, count = course.sums
            course.history.append({
                "step": course.step,
                "loss": total / count,
                "accuracy": right / count,
                "learning_rate": float(self.trainer.schedule(course.step - 1)),
            })  # fmt: skip
            course.sums = [0.0, 0.0, 0]
        return state

    def _validate(self, params: Any, course: Course, store: Checkpoints | None) -> bool:
        """Compute and record the validation loss; return whether it is the lowest so far."""
        if self.validation_batches is None:
            course.best_step = course.step
            return True
        totals = np.zeros(3)
        for batch in self.validation_batches:
            totals += np.asarray(self.trainer.validate(params, *self.devices.split(tuple(batch))))
        loss, accuracy = (float(total / totals[2]) for total in totals[:2])
        if not math.isfinite(loss):
            raise self._diverged(f"the validation loss is {loss:g}", course, store)
        course.history[-1] |= {"validation_loss": loss, "validation_accuracy": accuracy}
        if loss < course.best_loss:
            course.best_loss, course.best_step, course.stale = loss, course.step, 0
            return True
        course.stale += 1
        return False

    def _diverged(self, what: str, course: Course, store: Checkpoints | None) -> DivergedError:
        step = store.latest() if store else None
        kept = (
            f"; the checkpoint of step {step} is kept in {store.folder}" if store and step else ""
        )
        return DivergedError(
            f"at step {course.step} {what}: training stopped{kept}. "
            f"Begin anew (--restart) with a lower rate, now {self.recipe.rate:g}"
        )

    def _is_validation_step(self, course: Course) -> bool:
        return course.step % self.recipe.validate_every == 0 or course.step == self.recipe.steps

    def _copy(self, params: Any) -> Any:
        """Copy parameters, since a step donates the memory of its state."""
        return jax.tree.map(lambda x: x.copy(), params)

    def _model(self, params: Any, course: Course) -> Model:
        local = jax.tree.map(lambda x: np.asarray(x.addressable_data(0)), params)
        counts = self.manifest.counts()
        facts = {
            "data": {
                split: {name: f"{files} files, {clips} clips" for name, (files, clips) in
                        counts[split].items()}
                for split in SPLITS if any(map(sum, counts[split].values()))
            },
            "split": "by group (sub-folder, or file), never by clip",
            **({"start": self.start.name} if self.start else {}),
            "recipe": {k: v for k, v in self.recipe.as_dict().items()
                       if k not in ("architecture", "frontend")},
            "steps": course.step,
            "best_step": course.best_step,
            "versions": {name: importlib.metadata.version(name)
                         for name in ("jax", "flax", "optax", "numpy")},
        }  # fmt: skip
        frontend = self.recipe.frontend
        return Model(
            Stack(self.trainer.tensors(local), self.trainer.architecture, frontend.shape),
            frontend,
            self.manifest.classes,
            json.loads(json.dumps(facts)),
            self.name,
        )


def _check_outlier_sounds(sounds: np.ndarray, recipe: Recipe) -> None:
    size = recipe.augmentation.samples(recipe.frontend)
    if not recipe.outliers_per_batch:
        raise ValueError(
            "outlier_sounds need a recipe with outliers, the share of sounds of no class; give "
            "outliers above 0, such as 0.1, or no outlier_sounds"
        )
    if sounds.dtype != np.int16 or sounds.ndim != 2 or sounds.shape[1] != size or not len(sounds):
        raise ValueError(
            f"outlier_sounds must be int16 of shape (sounds, {size}), at least one, not "
            f"{sounds.dtype} of shape {sounds.shape}; outliers.sounds_of(folder, cache, {size}) "
            "makes them"
        )


def _as_many(sounds: np.ndarray, count: int) -> np.ndarray:
    """Return as many sounds: few of them repeated, of many some from everywhere among them."""
    if len(sounds) > count:
        return np.asarray(sounds[np.linspace(0, len(sounds) - 1, count).round().astype(int)])
    return np.asarray(sounds[np.arange(count) % len(sounds)])


def _postfix(course: Course) -> dict[str, str]:
    numbers = {}
    if course.history:
        last = course.history[-1]
        numbers = {"loss": f"{last['loss']:.3f}", "accuracy": f"{last['accuracy']:.2f}"}
    validations = [point for point in course.history if "validation_accuracy" in point]
    if validations:
        numbers["validation"] = f"{validations[-1]['validation_accuracy']:.2f}"
    return numbers


def _fingerprint(manifest: Manifest) -> str:
    """Return a hash of clips and split, so that no training resumes on other data."""
    text = repr([(row.sha256, row.offset, row.label, row.split) for row in manifest.rows])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
