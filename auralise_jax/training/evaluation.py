"""Evaluation: a model's scores on clips that it was not trained on, beside baselines.

The clips of a manifest go through the model in batches; statistics of the same clips go through a
logistic regression, so that a reader sees what the network adds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32, Int, Int16
from tqdm.auto import tqdm

from auralise_jax.corpus.cache import FULL_SCALE, SoundCache
from auralise_jax.corpus.loader import Loader
from auralise_jax.corpus.manifest import Manifest, Row, Split, label_numbers
from auralise_jax.corpus.threads import in_threads
from auralise_jax.corpus.tree import composed
from auralise_jax.network import Model
from auralise_jax.network.cost import check_cost
from auralise_jax.text import shorten
from auralise_jax.training.baseline import (
    COLUMNS,
    LOWEST_RATE,
    Baseline,
    Kind,
    features,
    fit_baseline,
)
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.scores import Scores, scores
from auralise_jax.training.settings import plain_jax

BATCH = 32
"""Clips that go through a model together."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model and of the baselines beside it."""

    model: Scores
    baselines: Mapping[str, Scores] = field(default_factory=dict)
    """By name; empty if no baseline was fitted."""
    notes: tuple[str, ...] = ()
    """Caveats that a reader of these scores must know."""

    def table(self) -> str:
        """Return everything as text, for a terminal."""
        lines = [f"note: {note}" for note in self.notes]
        lines.append(self.model.table())
        if self.baselines:
            lines += ["", "baselines: logistic regression, fitted to the training clips"]
            width = max(map(len, self.baselines))
            lines += [
                f"{name:<{width}}  clips {scores.clip_accuracy}, pieces {scores.piece_accuracy}"
                for name, scores in self.baselines.items()
            ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Return plain Python for JSON."""
        return {
            "model": self.model.as_dict(),
            "baselines": {name: scores.as_dict() for name, scores in self.baselines.items()},
            "notes": list(self.notes),
        }


@plain_jax()
def predict_clips(
    model: Model, rows: Sequence[Row], cache: SoundCache, *, progress: bool = True
) -> Predictions:
    """Predict the classes of clips.

    Parameters
    ----------
    model : Model
        With dense layers; its classes must include those of the clips.
    rows : sequence of Row
        The clips, not empty.
    cache : SoundCache
        Holds their sound, at the model's rate.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Predictions

    Raises
    ------
    ValueError
        If the model lacks a class; the message lists the classes of both.
    """
    model = _composed(model)
    check_classes(model, rows)
    if cache.sample_rate != model.frontend.sample_rate:
        raise ValueError(
            f"the cache holds sound at {cache.sample_rate} Hz, the model hears "
            f"{model.frontend.sample_rate} Hz"
        )
    hear = hearing(model)
    batches = Loader(rows, model.classes, cache, model.frontend.samples, BATCH).in_order()
    bar = tqdm(total=len(rows), desc="listening", unit="clip", disable=not progress)
    probabilities = []
    with bar:
        for samples, labels in batches:
            probabilities.append(hear(samples)[labels >= 0])
            bar.update(len(probabilities[-1]))
    return _predictions(model.classes, np.concatenate(probabilities), rows)


def hearing(model: Model) -> Callable[[Int16[np.ndarray, "batch n"]], Float32[np.ndarray, "..."]]:
    """Return what gives the class probabilities of a batch of sounds, at the model's rate."""
    check_cost(model.network.cost())

    @jax.jit
    def look(samples: Int16[Array, "batch n"]) -> Float32[Array, "batch freq time"]:
        return jax.vmap(model.frontend.picture)(samples.astype(jnp.float32) / FULL_SCALE)

    return lambda samples: np.asarray(jax.nn.softmax(model.network.scores(look(samples))))


def check_classes(model: Model, rows: Sequence[Row]) -> None:
    """Raise ValueError if a model does not know the class of a clip."""
    if not model.classes:
        raise ValueError(f"model {model.name!r} gives no scores, so it knows no classes")
    labels = sorted({row.label for row in rows})
    unknown = sorted(set(labels) - set(_composed(model).classes))
    if unknown:
        known, found, missing = (
            shorten(", ".join(map(repr, names)), 300) for names in (model.classes, labels, unknown)
        )
        raise ValueError(
            f"the model knows {known}, but the data hold {found}: no {missing} in the model. "
            "Rename the folders, or train a model on these classes"
        )


def _composed(model: Model) -> Model:
    """Return a model whose classes are spelt as `folder.scan` spells them."""
    classes = tuple(map(composed, model.classes))
    return model if classes == model.classes else dataclasses.replace(model, classes=classes)


def evaluate_on(
    model: Model,
    manifest: Manifest,
    cache: SoundCache,
    *,
    split: Split | None = "test",
    training: Manifest | Mapping[Kind, Baseline] | None = None,
    progress: bool = True,
) -> Evaluation:
    """Score a model, and baselines beside it, on the clips of a manifest.

    Parameters
    ----------
    model : Model
        To be scored.
    manifest : Manifest
        Of clips at the model's rate and duration.
    cache : SoundCache
        Holds their sound, and that of `training`.
    split : {"train", "validation", "test"} or None
        Which clips; None takes all.
    training : Manifest or mapping of str to Baseline, optional
        The baselines are fitted to its training clips, or are those of `fit_baselines`; without
        it there are no baselines.
    progress : bool
        Whether to show bars.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If there is no clip, or the model lacks the class of a clip.
    """
    model = _composed(model)
    rows = manifest.clips(split)
    if not rows:
        raise ValueError(f"there is no clip in the split {split!r}; name another, or add files")
    predicted = predict_clips(model, rows, cache, progress=progress)
    model_scores = scores(predicted, none_below=model.none_below)
    if training is None:
        return Evaluation(model_scores)
    if isinstance(training, Manifest):
        training_rows = training.clips("train")
        reason = _no_baselines(training_rows, cache.sample_rate)
        if reason:
            return Evaluation(model_scores, {}, (f"no baselines: {reason}",))
        size = model.frontend.samples
        training = fit_baselines(training_rows, model.classes, cache, size, progress=progress)
    statistics = _statistics(rows, cache, model.frontend.samples, "clips scored", progress)
    beside: dict[str, Scores] = {}
    for kind, fitted in training.items():
        odds = fitted.probabilities(statistics[:, COLUMNS[kind]])
        beside[kind] = scores(_predictions(model.classes, odds, rows))
    return Evaluation(model_scores, beside)


def fit_baselines(
    rows: Sequence[Row],
    classes: tuple[str, ...],
    cache: SoundCache,
    size: int,
    *,
    progress: bool = True,
) -> dict[Kind, Baseline]:
    """Fit a logistic regression of each kind to clips.

    Parameters
    ----------
    rows : sequence of Row
        The clips, of two classes at least.
    classes : tuple of str
        All classes, in the order of the probabilities.
    cache : SoundCache
        Holds their sound.
    size : int
        Samples in a clip.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict of str to Baseline
        By kind; see `baseline.features`.

    Raises
    ------
    ValueError
        If the clips are of one class, or the cache holds sound at less than 8000 Hz.
    """
    statistics = _statistics(rows, cache, size, "training clips", progress)
    labels, pieces = np.array(label_numbers(rows, classes)), _pieces(rows)
    return {
        kind: fit_baseline(statistics[:, part], labels, len(classes), pieces=pieces)
        for kind, part in COLUMNS.items()
    }


def _no_baselines(training_rows: Sequence[Row], sample_rate: int) -> str:
    """Return why no baselines can be fitted, "" if they can."""
    if len({row.label for row in training_rows}) < 2:
        return "no training clips of two classes to fit them to (--training)"
    if sample_rate < LOWEST_RATE:
        return f"they need sound of {LOWEST_RATE} Hz or more"
    try:
        import librosa.feature
        import librosa.filters  # noqa: F401
    except (ImportError, RuntimeError) as error:  # for one, Numba finds no folder for its cache
        message = shorten(str(error), 200)
        return (
            f"librosa cannot be loaded here ({message}); NUMBA_CACHE_DIR may name a folder for it"
        )
    return ""


def _statistics(
    rows: Sequence[Row], cache: SoundCache, size: int, what: str, progress: bool
) -> np.ndarray:
    clips = Loader(rows, tuple(sorted({row.label for row in rows})), cache, size, 1)

    def describe(index: int) -> np.ndarray:
        return features(clips.clip(index)[0] / np.float32(FULL_SCALE), cache.sample_rate)

    found = in_threads(describe, range(len(rows)), f"baseline: {what}", "clip", progress=progress)
    return np.stack(found)


def _pieces(rows: Sequence[Row]) -> Int[np.ndarray, " clips"]:
    number: dict[str, int] = {}
    return np.array([number.setdefault(row.file, len(number)) for row in rows])


def _predictions(
    classes: tuple[str, ...], probabilities: np.ndarray, rows: Sequence[Row]
) -> Predictions:
    groups = tuple("" if row.group == row.file else row.group for row in rows)
    labels = np.array(label_numbers(rows, classes))
    return Predictions(classes, probabilities, labels, _pieces(rows), groups)
