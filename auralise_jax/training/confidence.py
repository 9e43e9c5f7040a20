"""Honest confidence: a temperature that calibrates, and a threshold below which there is no answer.

Networks that are trained for long are surer than they are right (Guo et al. 2017,
arXiv:1706.04599). One number fitted to music that was not trained on, by which all scores are
divided, mends most of that and changes no answer. A number per class that is added to its score
mends what it says too often of other people's music (Alexandari et al. 2020, arXiv:1901.06852).
Music of other people than the training's is the better choice for both: on more of the same a
network is right as often as it thinks.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Int16

from auralise_jax.network import Model
from auralise_jax.network.stack.network import stack_of
from auralise_jax.training.evaluation import BATCH, hearing
from auralise_jax.training.none_sounds import none_sounds
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.settings import plain_jax

_COLDEST, _HOTTEST = 0.01, 100.0
"""Temperatures that are looked through."""

_MOST_BIAS = 10.0
"""Of a class, whose odds it multiplies by 22,000 at most."""

_STEPS = 1000
"""To 1 of a threshold: what is rounded down to these is a number to read and to compare."""

_ROUNDING = 1e-9


class Calibration(NamedTuple):
    """Scores are to be divided by a temperature, then the biases of their classes are added."""

    temperature: float
    biases: Float[np.ndarray, " classes"]


class Threshold(NamedTuple):
    """A largest probability below which no class is said, and what it costs and brings."""

    none_below: float
    lost: float
    """Share of the clips of a class that get no answer."""
    refused: float
    """Share of the outliers that get none."""


def log_probabilities(predictions: Predictions) -> Float[np.ndarray, "clips classes"]:
    """Return the logarithms of predictions: scores, but for a constant in each row."""
    least = np.finfo(np.float64).tiny
    logs: Float[np.ndarray, "clips classes"] = np.log(np.maximum(predictions.probabilities, least))
    return logs


def fit_temperature(
    scores: Float[np.ndarray, "clips classes"], labels: Int[np.ndarray, " clips"]
) -> float:
    """Return the temperature at which scores give the least log loss.

    Parameters
    ----------
    scores : array of float, shape (clips, classes)
        Logits, or log probabilities: a constant in a row changes nothing.
    labels : array of int, shape (clips,)
        Numbers of the true classes.

    Returns
    -------
    float
        Scores are to be divided by it: above 1 for a classifier that is too sure. From 0.01, where
        every clip is right, to 100, where the scores say nothing.

    Raises
    ------
    ValueError
        If there are no clips, or a score or a label is none.

    Examples
    --------
    >>> scores = np.array([[4.0, 0.0]] * 4)  # 98 % sure, and right in three of four
    >>> round(fit_temperature(scores, np.array([0, 0, 0, 1])), 2)  # 4 / log(3)
    3.64
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    scores, labels = _checked(scores, labels)
    rows = np.arange(len(scores))

    def loss(log_temperature: float) -> float:
        odds = log_softmax(scores / math.exp(log_temperature), axis=1)
        return -float(odds[rows, labels].mean())

    # The loss is convex in 1 / temperature, so it has one minimum over the logarithm too.
    bounds = math.log(_COLDEST), math.log(_HOTTEST)
    return math.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x)


def fit_calibration(
    scores: Float[np.ndarray, "clips classes"], labels: Int[np.ndarray, " clips"]
) -> Calibration:
    """Return the temperature and biases at which scores give the least log loss.

    Parameters
    ----------
    scores, labels
        As in `fit_temperature`; every class has at least one clip.

    Returns
    -------
    Calibration
        Its biases add up to 0: a constant in a row changes nothing.

    Raises
    ------
    ValueError
        As `fit_temperature`; also if a class has no clip, since nothing would hold its bias.

    Examples
    --------
    >>> scores = np.array([[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4)
    >>> found = fit_calibration(scores, np.array([0, 0, 0, 1, 1, 1, 1, 1]))
    >>> bool(found.biases[1] > 0 > found.biases[0])
    True
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax, softmax

    scores, labels = _checked(scores, labels)
    clips, classes = scores.shape
    if len(np.unique(labels)) < classes:
        raise ValueError(f"labels must name each of the {classes} classes at least once")
    centred = scores - scores.mean(axis=1, keepdims=True)
    wanted = np.eye(classes)[labels]

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        shown = at[0] * centred + at[1:]
        wrong = (softmax(shown, axis=1) - wanted) / clips
        slopes = np.array([np.sum(wrong * centred), *wrong.sum(axis=0)])
        return -float(np.sum(wanted * log_softmax(shown, axis=1)) / clips), slopes

    # Convex in 1 / temperature and the biases.
    bounds = [(1 / _HOTTEST, 1 / _COLDEST), *[(-_MOST_BIAS, _MOST_BIAS)] * classes]
    start = np.array([1.0, *np.zeros(classes)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(1 / float(found[0]), found[1:] - found[1:].mean())


def _checked(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels)
    if scores.ndim != 2 or not len(scores) or not np.isfinite(scores).all():
        raise ValueError(
            "scores must be finite numbers of shape (clips, classes), at least one clip"
        )
    if labels.shape != scores.shape[:1] or not np.isin(labels, np.arange(scores.shape[1])).all():
        raise ValueError(
            f"labels must be {len(scores)} numbers from 0 to {scores.shape[1] - 1}, one per row"
        )
    return scores, labels


def with_temperature(
    model: Model, temperature: float, biases: Sequence[float] | np.ndarray | None = None
) -> Model:
    """Return the same model with its scores divided by a temperature, and biases added to them.

    The last dense layer's weights and biases take them in, so that nothing else has to know.
    Without biases, answers stay. The weights are float32 whatever they were stored as, and
    `none_below` is 0: a threshold is found after the temperature.

    Raises
    ------
    ValueError
        If the temperature is no number above 0, the biases are not a finite number per class, or
        the model is not the paper's CNN with a dense layer, for the task "classes".

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = {
    ...     t: aj.listen(with_temperature(aj.load_model("genre"), t), aj.example_clips()["bach"])
    ...     for t in (1.0, 4.0)
    ... }
    >>> max(heard[4.0].predict().values()) < max(heard[1.0].predict().values())
    True
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be a number above 0, not {temperature!r:.80}")
    network = stack_of(model, "given a temperature")
    if not network.architecture.dense or model.task != "classes":
        raise ValueError(
            f"model {model.name!r} cannot be given a temperature: that needs a dense layer whose "
            "scores are those of classes"
        )
    more = np.zeros(len(model.classes)) if biases is None else np.asarray(biases, np.float64)
    if more.shape != (len(model.classes),) or not np.isfinite(more).all():
        raise ValueError(f"biases must be {len(model.classes)} finite numbers, one per class")
    last = f"dense{len(network.architecture.dense)}."
    tensors = dict(network.tensors)
    tensors[f"{last}kernel"] = (tensors[f"{last}kernel"] / temperature).astype(np.float32)
    tensors[f"{last}bias"] = (tensors[f"{last}bias"] / temperature + more).astype(np.float32)
    return dataclasses.replace(model, network=network.replaced(tensors), none_below=0.0)


def threshold(
    in_class: Float[np.ndarray, " clips"],
    outliers: Float[np.ndarray, " sounds"],
    most_lost: float = 0.05,
) -> Threshold:
    """Return the largest threshold that leaves most clips of a class their answer.

    Parameters
    ----------
    in_class : array of float, shape (clips,)
        The largest probability of each clip that belongs to a class.
    outliers : array of float, shape (sounds,)
        The same of sounds that belong to none; they decide nothing.
    most_lost : float
        Share of `in_class` that may lose its answer, from 0 to below 1.

    Returns
    -------
    Threshold
        To a thousandth, rounded down.

    Raises
    ------
    ValueError
        If there are no clips or no outliers, or a value is not from 0 to 1.

    Examples
    --------
    >>> sure = np.linspace(0.5, 0.99, 50)
    >>> threshold(sure, np.array([0.4, 0.45, 0.5, 0.9]))
    Threshold(none_below=0.52, lost=0.04, refused=0.75)
    """
    given = {"in_class": in_class, "outliers": outliers}
    for name, values in given.items():
        if not np.size(values) or not ((np.asarray(values) >= 0) & (np.asarray(values) <= 1)).all():
            raise ValueError(f"{name} must be probabilities, at least one")
    if not 0 <= most_lost < 1:
        raise ValueError(f"most_lost must be a share from 0 to below 1, not {most_lost!r:.80}")
    lose = math.floor(most_lost * len(in_class) + _ROUNDING)
    first_kept = float(np.sort(in_class)[lose])
    none_below = min(math.floor(first_kept * _STEPS + _ROUNDING), _STEPS - 1) / _STEPS
    return Threshold(
        none_below,
        float((np.asarray(in_class) < none_below).mean()),
        float((np.asarray(outliers) < none_below).mean()),
    )


@plain_jax()
def confidences(
    model: Model, sounds: Int16[np.ndarray, "count samples"]
) -> Float[np.ndarray, " count"]:
    """Return the largest class probability of sounds that no manifest lists.

    Parameters
    ----------
    model : Model
        With classes.
    sounds : array of int16, shape (count, samples)
        Each as long as the model's window, at the model's rate, such as `outliers` makes.

    Raises
    ------
    ValueError
        If the model has no classes, or the sounds are of another length.
    """
    if model.task != "classes" or not model.classes:
        raise ValueError(f"model {model.name!r} has no classes, one of which would be said")
    size = model.frontend.samples
    if sounds.ndim != 2 or sounds.shape[1] != size:
        raise ValueError(f"sounds must have the shape (count, {size}), not {sounds.shape}")
    hear = hearing(model)
    found = []
    for first in range(0, len(sounds), BATCH):
        batch = sounds[first : first + BATCH]
        full = np.pad(batch, ((0, BATCH - len(batch)), (0, 0)))  # one shape, compiled once
        found.append(hear(full)[: len(batch)].max(axis=1))
    return np.concatenate([np.zeros(0), *found])


def none_shares(model: Model, *, count: int = 64, seed: int = 0) -> dict[str, float]:
    """Return the share of sounds that a model calls none of its classes, by kind of sound.

    Parameters
    ----------
    model : Model
        With classes; its `none_below` decides.
    count : int
        Sounds of each kind; see `none_sounds`.
    seed : int
        Of the sounds.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> sure = dataclasses.replace(aj.load_model("genre"), none_below=0.0)
    >>> none_shares(sure, count=2)
    {'sweeps': 0.0, 'noise': 0.0, 'speech': 0.0, 'silence': 0.0}
    """
    front = model.frontend
    sounds = none_sounds(count, front.sample_rate, front.samples, seed=seed)
    return {
        kind: float((confidences(model, one) < model.none_below).mean())
        for kind, one in sounds.items()
    }
