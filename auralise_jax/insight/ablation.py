"""What muting does to a network's scores: every feature of a layer alone, or several together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import jax
import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.choices import one_of
from auralise_jax.device import on_device
from auralise_jax.network import Model
from auralise_jax.network.edits import Edit, untouched
from auralise_jax.network.layer import Layer

By = Literal["zero", "mean"]

BY: tuple[By, ...] = get_args(By)

TOGETHER = 8
"""Pictures whose maps are in memory at once."""

Pictures = Float32[np.ndarray, "windows ..."]
Effects = Float32[np.ndarray, "windows features outputs"]


class Measured(NamedTuple):
    """Scores of pictures, and how muting changes them."""

    before: Float32[np.ndarray, "windows outputs"]
    """With nothing muted."""
    effects: Effects
    """The scores after muting, less those before."""

    @property
    def spread(self) -> Float[np.ndarray, " outputs"]:
        """Standard deviation of each score over the pictures, with nothing muted."""
        spread: Float[np.ndarray, " outputs"] = self.before.std(axis=0, dtype=float)
        return spread


def effects(
    model: Model,
    pictures: Pictures,
    layer: Layer | str | int,
    by: str = "zero",
    *,
    each: Callable[[], object] = lambda: None,
    check: Callable[[], object] = lambda: None,
) -> Effects:
    """Return how muting each feature of a layer alone changes the scores of pictures.

    Parameters
    ----------
    model : Model
        Of any network that gives scores.
    pictures : array of float32, shape (windows, freq, time)
        Pictures of sound, of the model's shape.
    layer : Layer, str or int
        By name, or by number from 1.
    by : {"zero", "mean"}
        What the feature's map becomes: its value where the feature is silent (`Network.off`, 0
        after a ReLU), or the feature's mean over the maps of all these pictures.
    each : callable
        Called after every picture.
    check : callable
        Called before every picture. An exception that it or `each` raises ends the work.

    Returns
    -------
    array of float32, shape (windows, features, outputs)
        The score after muting, less the score before: negative where the feature speaks for the
        class. Scores are logits, before softmax or sigmoid.

    Raises
    ------
    ValueError
        If the model gives no scores, there is no such layer, a choice is not legal, there are no
        pictures or they have another shape, or a result is not finite.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> picture = aj.listen(model, aj.example_clips()["dance"]).picture
    >>> effects(model, picture[None], layer=5).shape
    (1, 64, 3)
    """
    return measure(model, pictures, layer, by, each=each, check=check).effects


def measure(
    model: Model,
    pictures: Pictures,
    layer: Layer | str | int,
    by: str = "zero",
    *,
    each: Callable[[], object] = lambda: None,
    check: Callable[[], object] = lambda: None,
) -> Measured:
    """Return `effects`, and the scores with nothing muted."""
    pictures, number = _checked(model, pictures, layer)
    name = model.layers[number - 1].name
    edit = muting(model, pictures, number, by, check=check)
    before, found = [], []
    for window, picture in enumerate(pictures):
        check()
        before.append(_scores(model, picture, window))
        after = np.asarray(
            jax.device_get(model.network.scores_alone(on_device(picture), name, edit))
        )
        model.check_finite(after, f"window {window} with a feature of layer {number} muted")
        found.append(after - before[-1])
        each()
    return Measured(np.stack(before), np.stack(found))


def measure_groups(
    model: Model,
    pictures: Pictures,
    layer: Layer | str | int,
    groups: Sequence[Sequence[int]],
    by: str = "zero",
    *,
    each: Callable[[], object] = lambda: None,
) -> Measured:
    """Return how muting groups of a layer's features, each group together, changes the scores.

    Parameters
    ----------
    model, pictures, layer, by, each
        As in `effects`; `each` is called after every picture and group.
    groups : sequence of sequences of int
        Features from 0, at least one in each group; effects have an axis of groups.
    """
    pictures, number = _checked(model, pictures, layer)
    own, network = model.layers[number - 1], model.network
    edit = muting(model, pictures, number, by)
    edits = []
    for group in groups:
        muted = np.isin(np.arange(own.features), list(group))
        only = Edit(np.where(muted, edit.scale, 1), np.where(muted, edit.shift, 0))
        sent = Edit(*(on_device(one) for one in only))
        edits.append(untouched(network) | {own.name: sent})
    before = np.empty((len(pictures), network.outputs_count), np.float32)
    found = np.empty((len(pictures), len(edits), network.outputs_count), np.float32)
    for window, picture in enumerate(pictures):
        before[window] = _scores(model, picture, window)
        for place, one in enumerate(edits):
            after = np.asarray(jax.device_get(network.scores(picture[None], one)))[0]
            model.check_finite(after, f"window {window} with features of layer {number} muted")
            found[window, place] = after - before[window]
            each()
    return Measured(before, found)


def _scores(
    model: Model, picture: Float32[np.ndarray, "..."], window: int
) -> Float32[np.ndarray, " outputs"]:
    """Return the scores of a picture; raise ValueError, which names the window, if not finite."""
    rows = np.asarray(jax.device_get(model.network.scores(picture[None])))
    found: Float32[np.ndarray, " outputs"] = rows[0]
    model.check_finite(found, f"the scores of window {window}")
    return found


def muting(
    model: Model,
    pictures: Pictures,
    layer: int,
    by: str,
    *,
    check: Callable[[], object] = lambda: None,
) -> Edit:
    """Return the edit that sets every map of a layer, from 1, to one value; see `effects`."""
    own = model.layers[layer - 1]
    if one_of("by", by, BY) == "zero":
        values = np.asarray(jax.device_get(model.network.off(own.name)), np.float32)
    else:
        total = np.zeros(own.features)
        for first in range(0, len(pictures), TOGETHER):
            check()
            maps = model.network.maps(pictures[first : first + TOGETHER])[layer - 1]
            model.check_finite(maps, f"layer {layer}, in window {first} or soon after")
            total += maps.mean(axis=tuple(range(1, maps.ndim - 1)), dtype=float).sum(axis=0)
        values = (total / len(pictures)).astype(np.float32)
    return Edit(on_device(np.zeros_like(values)), on_device(values))


def check_scores(model: Model) -> None:
    """Raise ValueError if a model gives no scores; the message says what works instead."""
    if not model.network.outputs_count:
        raise ValueError(
            f"model {model.name!r} gives no scores, so muting a feature has no effect on a class; "
            "its features can be heard (aj.listen), surveyed (aj.survey) and dissected (aj.dissect)"
        )


def _checked(model: Model, pictures: Pictures, layer: Layer | str | int) -> tuple[Pictures, int]:
    number = model.number(layer)
    check_scores(model)
    pictures = np.asarray(pictures, np.float32)
    shape = model.network.picture_shape
    if pictures.shape[1:] != shape or not len(pictures):
        raise ValueError(
            f"pictures must be one or more of shape {shape}, so (windows, "
            f"{', '.join(map(str, shape))}), not {pictures.shape}"
        )
    return pictures, number
