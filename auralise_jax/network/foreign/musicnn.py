"""musicnn's VGG that was trained on MagnaTagATune: fifty tags of three seconds of music.

Five times convolution, ReLU, BatchNorm and max-pool, in this order: a feature with a negative scale
is silent at the largest value that its map has. The first pool overlaps in time and takes every
second mel band, leaving out those between.

References
----------
Pons and Serra 2019, arXiv:1909.06654; https://github.com/jordipons/musicnn (ISC licence).
"""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.frontend import LogMel
from auralise_jax.network.foreign.operations import (
    NORM,
    Tensors,
    Weights,
    checked,
    convolved,
    normed,
    pooled,
)
from auralise_jax.network.foreign.tensorflow_bundle import read_bundle
from auralise_jax.network.model import Model
from auralise_jax.network.tap import tap
from auralise_jax.network.wrapping import wrap

TAGS = tuple(
    "guitar,classical,slow,techno,strings,drums,electronic,rock,fast,piano,ambient,beat,violin,"
    "vocal,synth,female,indian,opera,male,singing,vocals,no vocals,harpsichord,loud,quiet,flute,"
    "woman,male vocal,no vocal,pop,soft,sitar,solo,man,classic,choir,voice,new age,dance,"
    "male voice,female vocal,beats,harp,cello,no voice,weird,country,metal,female voice,"
    "choral".split(",")
)
"""The names of the outputs."""

POOLS = (((1, 4), (2, 2)), *[((2, 2), (2, 2))] * 3, ((4, 4), (4, 4)))
"""Window and stride of each pool, (mel, time)."""


def tensor_shapes(features: int = 128, tags: int = len(TAGS)) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the checkpoint's tensors, by the names that they have in it."""
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = 1
    for number in range(1 + len(POOLS)):
        width = features if number else 1
        shapes |= {f"{norm_name(number)}/{part}": (width,) for part in NORM}
        if number:
            shapes |= {f"{number}CNN/kernel": (3, 3, inputs, features)}
            shapes |= {f"{number}CNN/bias": (features,)}
            inputs = features
    return shapes | {"dense/kernel": (2 * features, tags), "dense/bias": (tags,)}


def weights(tensors: Tensors) -> dict[str, np.ndarray]:
    """Return the weights that `tagger` takes, by the names of a checkpoint's tensors.

    In the checkpoint time is the axis of rows. Kernels are turned here, so that it is the axis of
    columns; what comes out of the last pool is a single row, which needs no turning.

    Parameters
    ----------
    tensors : mapping of str to array
        Of any number of features and tags.

    Raises
    ------
    ValueError
        If one is missing, has another shape or holds what is not finite.
    """
    bias = tensors.get("dense/bias")
    features = tensors.get("1CNN/bias")
    widths = (len(one) if one is not None and one.ndim == 1 else 0 for one in (features, bias))
    found = checked(tensors, tensor_shapes(*widths))
    return {
        name: one.transpose(1, 0, 2, 3) if one.ndim == 4 else one for name, one in found.items()
    }


def tagger(weights: Weights, picture: Float[Array, "mel time"]) -> Float[Array, " tags"]:
    """Return scores of a log-mel picture (96, 187); layers conv1 to conv5 end at the pools."""
    x = normed(picture[..., None], weights, norm_name(0))
    for number, (window, stride) in enumerate(POOLS, 1):
        x = convolved(x, weights[f"{number}CNN/kernel"]) + weights[f"{number}CNN/bias"]
        x = pooled(normed(jax.nn.relu(x), weights, norm_name(number)), window, stride)
        x = tap(x, f"conv{number}")
    return x.ravel() @ weights["dense/kernel"] + weights["dense/bias"]


def model(index: bytes, data: bytes, name: str) -> Model:
    """Return the network with its front end: 3 s at 16 kHz, 96 mel bands.

    musicnn's own front end rounds powers to float16, in which 10,000 times more than 6.5 is
    infinite; this one does not round.
    """
    frontend = LogMel(
        16_000,
        512,
        256,
        96,
        frames=187,
        pad_mode="reflect",  # as librosa had it when the network was trained
        compression="log10",
        gain=10_000,
    )
    params = weights(read_bundle(index, [data], tensor_shapes()))
    made = wrap(tagger, params=params, frontend=frontend, classes=TAGS, name=name)
    return replace(made, task="tags")


def norm_name(number: int) -> str:
    """Return what a BatchNorm is called in the checkpoint; number 0 is of the picture."""
    return "batch_normalization" + (f"_{number}" if number else "")
