"""`train` and `evaluate`: a folder of music becomes a model, and a model gets scores."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from auralise_jax.choices import one_of
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import LABELS, scan
from auralise_jax.corpus.manifest import SPLITS, Manifest, Row, Split, read_hashes
from auralise_jax.device import check_device
from auralise_jax.figures import save_figure
from auralise_jax.files import check_outputs, make_folder
from auralise_jax.frontend.stft import Compression
from auralise_jax.lock import sole_writer
from auralise_jax.network import Model, load_model, save_model
from auralise_jax.network.stack.network import stack_of
from auralise_jax.text import percent
from auralise_jax.training.baseline import Baseline, Kind
from auralise_jax.training.checkpoint import Checkpoints
from auralise_jax.training.devices import is_first
from auralise_jax.training.evaluation import Evaluation, check_classes, evaluate_on
from auralise_jax.training.outliers import sounds_of
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.report import curves_figure
from auralise_jax.training.start import recipe_of
from auralise_jax.training.training import Trained, Watch, train_on

GAINS: Mapping[str, float] = {"log1p": 1.0, "linear": 0.05}
"""Gain of the front end for each compression, so that music gives values of about the same size."""

MANIFEST, CURVES = ".manifest.csv", ".curves.png"
"""Endings of the files beside a model file."""


def train(
    folder: str | Path,
    out: str | Path | None = None,
    *,
    recipe: Recipe | None = None,
    start: Model | str | Path | None = None,
    compressions: Sequence[str] | None = None,
    validation: float = 0.1,
    test: float = 0.1,
    dtype: str = "float32",
    outlier_sounds: str | Path | None = None,
    cache: str | Path | None = None,
    checkpoints: str | Path | None = None,
    restart: bool = False,
    watch: Watch | None = None,
    progress: bool = True,
) -> Trained:
    """Train a network on a folder of music, a sub-folder per class.

    Parameters
    ----------
    folder : str or Path
        See `corpus.folder.scan`, also for how files that cannot be used are handled.
    out : str or Path, optional
        Model file to write, ``.safetensors``. Beside it go the manifest, ``.manifest.csv``, and
        the training curves, ``.curves.png``.
    recipe : Recipe, optional
        How to train; by default the paper's network, or the one of `start`, with a number of steps
        that suits the data.
    start : Model, str or Path, optional
        A trained model, a shipped name, or the path of a model file, whose weights the training
        starts from; see `training.train_on`.
    compressions : sequence of {"log1p", "linear"}, optional
        Of the front end; by default the recipe's. If there are several, a model is trained with
        each; the model with the lowest validation loss is kept, and all losses are reported.
    validation, test : float
        Fractions of each class's files, split by group.
    dtype : {"float32", "float16"}
        Of the weights in the file. The rounded weights are the model that is returned and scored.
    outlier_sounds : str or Path, optional
        Folder of sounds that belong to no class, such as speech, for which no class is to be sure.
        They are met as often as the sounds of no class that are made up; see `Recipe.outliers`.
    cache : str or Path, optional
        Folder for decoded sound; by default the user's cache folder.
    checkpoints : str or Path, optional
        Folder for checkpoints; by default ``.checkpoints`` beside `out`, none without it. A run
        that was stopped goes on from there.
    restart : bool
        Whether to delete the checkpoints and start again.
    watch : callable, optional
        Called as ``watch(step, model)`` before the first step and at each validation.
    progress : bool
        Whether to show progress bars.

    Returns
    -------
    Trained
        ``.model``, with its scores on the test clips in ``.model.training``, and ``.history``.

    Raises
    ------
    ValueError, OSError
        If the folder cannot be used, a setting is wrong, or a place cannot be written.
    BlockingIOError
        If another training writes the same model file or checkpoints.
    DivergedError
        If the loss is no longer finite.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> trained = aj.train("my_genres", "my_genres.safetensors")  # doctest: +SKIP

    A small network, in minutes:

    >>> from auralise_jax.training.recipe import SMALL, Recipe
    >>> recipe = Recipe(architecture=SMALL, steps=600)
    >>> trained = aj.train("my_genres", "small.safetensors", recipe=recipe)  # doctest: +SKIP

    From the weights of a model that knows other music:

    >>> trained = aj.train("my_genres", "mine.safetensors", start="genre")  # doctest: +SKIP
    """
    start = load_model(start) if isinstance(start, str | Path) else start
    recipe = recipe or (recipe_of(start) if start else Recipe())
    compressions = compressions or (recipe.frontend.compression,)
    recipes = {name: with_compression(recipe, name) for name in compressions}
    if dtype not in ("float32", "float16"):
        raise ValueError(f"dtype must be float32 or float16, not {dtype!r}")
    out = None if out is None else Path(out)
    if out is not None:
        _check_out(out, Path(folder))
        checkpoints = checkpoints or out.with_suffix(".checkpoints")
    check_device()
    store = SoundCache(recipe.frontend.sample_rate, None if cache is None else Path(cache))
    with contextlib.ExitStack() as locks:
        if out is not None and is_first():
            target = Path(os.path.realpath(out))
            lock = target.with_name(f".{target.name}.lock")
            locks.enter_context(sole_writer(lock, f"another training writes {out}"))
        manifest = scan(
            folder, recipe.frontend, store, validation=validation, test=test, seed=recipe.seed,
            progress=progress and is_first(),
        )  # fmt: skip
        if progress and is_first():
            print(manifest.table())
        if len(recipes) > 1 and not manifest.clips("validation"):
            raise ValueError(
                "without validation clips there is no telling which compression is better"
            )
        own = None
        if outlier_sounds is not None:
            length = recipe.augmentation.samples(recipe.frontend)
            own = sounds_of(outlier_sounds, store, length, progress=progress and is_first())
        place = None if checkpoints is None else Path(checkpoints)
        if place is not None and is_first():
            locks.enter_context(_locked_checkpoints(place, recipes if restart else ()))
        runs = {
            compression: train_on(
                manifest, store, variant, start=start, outlier_sounds=own,
                checkpoints=place and place / compression, watch=watch, progress=progress,
                name=Path(folder).name if out is None else out.stem,
            )
            for compression, variant in recipes.items()
        }  # fmt: skip
        validations = {name: best_validation(run) for name, run in runs.items()}
        trained = runs[
            min(validations, key=lambda name: validations[name].get("validation_loss", 0.0))
        ]
        model = rounded(trained.model, dtype, {"compressions": validations})
        if not is_first():
            return dataclasses.replace(trained, model=model)
        if out is not None:  # first without scores, which take a while
            manifest.write(beside(out, MANIFEST))
            save_model(model, out, dtype=dtype)
            save_figure(curves_figure(trained.history), beside(out, CURVES))
        if manifest.clips("test"):
            evaluation = evaluate_on(model, manifest, store, training=manifest, progress=progress)
            model = with_training_facts(
                model, {"scores": {"test clips of the same folder": brief(evaluation)}}
            )
            if progress:
                print(evaluation.table())
            if out is not None:
                save_model(model, out, dtype=dtype)
        return dataclasses.replace(trained, model=model)


def evaluate(
    model: Model | str | Path,
    folder: str | Path,
    *,
    manifest: str | Path | None = None,
    training: str | Path | Mapping[Kind, Baseline] | None = None,
    cache: str | Path | None = None,
    progress: bool = True,
) -> Evaluation:
    """Score a model on a folder of music, a sub-folder per class.

    Files that the model was trained or chosen on do not count. The manifest that `train` wrote
    lists them by a hash of their content, so they are recognised wherever they lie.

    Parameters
    ----------
    model : Model, str or Path
        A model, a shipped name, or the path of a model file.
    folder : str or Path
        See `corpus.folder.scan`.
    manifest : str or Path, optional
        By default the manifest beside the model file, if `model` is a path. A `Model` does not
        know its file: name its manifest, or its training clips are scored, too.
    training : str or Path, or mapping of str to Baseline, optional
        Folder of the training music, to which the baselines are fitted, or baselines that are
        fitted already (`evaluation.fit_baselines`); by default the training clips that are in
        `folder`.
    cache : str or Path, optional
        Folder for decoded sound; by default the user's cache folder.
    progress : bool
        Whether to show progress bars.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError, OSError
        If the model or the folder cannot be used, or the model lacks a class of the folder.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> print(aj.evaluate("genre", "my_genres").table())  # doctest: +SKIP
    """
    if manifest is None and not isinstance(model, Model) and Path(model).is_file():
        sibling = beside(Path(model), MANIFEST)
        manifest = sibling if sibling.is_file() else None
    model = model if isinstance(model, Model) else load_model(model)
    sides = {} if manifest is None else read_hashes(Path(manifest))
    check_device()
    store = SoundCache(model.frontend.sample_rate, None if cache is None else Path(cache))

    def read(place: str | Path, default: Split) -> Manifest:
        found = scan(
            place, model.frontend, store, validation=0, test=0, min_classes=1, progress=progress
        )
        check_classes(model, found.rows)
        rows = (row._replace(split=_side(row, sides, default)) for row in found.rows)
        return dataclasses.replace(found, rows=tuple(rows))

    tested = read(folder, "test")
    if not tested.clips("test"):
        raise ValueError(
            f"the model was trained or chosen on all {len(tested.rows)} clips of {folder}; "
            "give it music that it has not met"
        )
    fitted_on: Manifest | Mapping[Kind, Baseline] = tested
    if isinstance(training, Mapping):
        fitted_on = training
    elif training is not None:
        tested_sounds = {row.sound for row in tested.clips("test")}
        learned = read(training, "train")
        rows = tuple(row for row in learned.rows if row.sound not in tested_sounds)
        fitted_on = dataclasses.replace(learned, rows=rows)
    evaluation = evaluate_on(model, tested, store, training=fitted_on, progress=progress)
    notes = list(evaluation.notes)
    left_out = sum(row.split != "test" for row in tested.rows)
    if left_out:
        notes.append(f"{left_out} clips that the model was trained or chosen on were left out")
    elif not sides:
        notes.append(
            "no manifest of the model's training: whether it met these files is not known "
            "(manifest=, --manifest)"
        )
    return dataclasses.replace(evaluation, notes=tuple(notes))


def beside(model_file: Path, ending: str) -> Path:
    """Return the path of a file that belongs to a model file."""
    return model_file.with_name(model_file.stem + ending)


def _check_out(out: Path, folder: Path) -> None:
    """Raise ValueError or OSError if a model, or a file beside it, cannot be written."""
    if out.suffix != ".safetensors":
        raise ValueError(f"a model file's name must end in .safetensors, not {out.name!r}")
    for path in (out, beside(out, MANIFEST), beside(out, CURVES)):
        check_outputs({"out": path}, [folder / LABELS])


@contextlib.contextmanager
def _locked_checkpoints(place: Path, cleared: Iterable[str]) -> Iterator[None]:
    """Hold a folder of checkpoints, and clear some of its sub-folders."""
    make_folder(place)
    with sole_writer(place / ".lock", f"another training keeps its checkpoints in {place}"):
        for name in cleared:
            Checkpoints.clear(place / name)
        yield


def _side(row: Row, sides: Mapping[str, str], default: Split) -> Split:
    side = sides.get(row.sound) or sides.get(row.sha256) or default
    return one_of("split", side, SPLITS)


def with_compression(recipe: Recipe, compression: str) -> Recipe:
    """Return a recipe whose front end has another compression, at the gain that suits it."""
    word = one_of("compression", compression, get_args(Compression))
    if word == recipe.frontend.compression:
        return recipe
    changed = dataclasses.replace(recipe.frontend, compression=word, gain=GAINS[word])
    return dataclasses.replace(recipe, frontend=changed)


def rounded(model: Model, dtype: str, facts: Mapping[str, Any]) -> Model:
    """Return a model with its weights rounded to a dtype, and further facts on its training."""
    network = stack_of(model, "rounded")
    tensors = {
        name: value.astype(dtype).astype(np.float32) for name, value in network.tensors.items()
    }
    rounded = dataclasses.replace(model, network=network.replaced(tensors))
    return with_training_facts(rounded, facts)


def brief(evaluation: Evaluation) -> dict[str, Any]:
    """Return the scores that a model file keeps: of the model and of each baseline.

    Accuracies, the calibration error, and the share of clips that have an answer if not all do.
    """

    def line(name: str) -> dict[str, Any]:
        scores = evaluation.model if name == "model" else evaluation.baselines[name]
        return {
            "clips": f"{scores.clip_accuracy} of {scores.clips}",
            "pieces": f"{scores.piece_accuracy} of {scores.pieces}",
            "calibration": f"{scores.calibration_error:.3f}",
            **({"answered": percent(scores.answered.share)} if scores.answered else {}),
        }

    return {name: line(name) for name in ("model", *evaluation.baselines)}


def with_training_facts(model: Model, facts: Mapping[str, Any]) -> Model:
    """Return a model whose metadata hold further facts on its training."""
    training = json.loads(json.dumps(dict(model.training) | dict(facts)))
    return dataclasses.replace(model, training=training)


def best_validation(trained: Trained) -> dict[str, float]:
    """Return step, loss and accuracy of the best validation, {} if there was none."""
    validations = [point for point in trained.history if "validation_loss" in point]
    best: dict[str, float] = min(
        validations, key=lambda point: point["validation_loss"], default={}
    )
    keys = "step", "validation_loss", "validation_accuracy"
    return {key: round(best[key], 4) for key in keys if key in best}
