"""musicnn's VGG that was trained on MagnaTagATune: fifty tags of three seconds of music.

Five times convolution, ReLU, BatchNorm and max-pool, in this order: a feature with a negative scale
is silent at the largest value that its map has. The first pool overlaps in time and takes every
second mel band, leaving out those between.

References
----------
Pons and Serra 2019, arXiv:1909.06654; https://github.com/jordipons/musicnn (ISC licence).
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from auralise_jax.frontend import LogMel
from auralise_jax.network.foreign.operations import (
    NORM,
    Tensors,
    checked,
    convolved,
    folded,
    pooled,
)
from auralise_jax.network.foreign.tensorflow_bundle import read_bundle
from auralise_jax.network.model import Model
from auralise_jax.network.tap import tap
from auralise_jax.network.traced import TracedNetwork

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

_EPSILON = 1e-3


def tensor_shapes(features: int = 128, tags: int = len(TAGS)) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the checkpoint's tensors, by the names that they have in it."""
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = 1
    for number in range(1 + len(POOLS)):
        width = features if number else 1
        shapes |= {f"{_norm(number)}/{part}": (width,) for part in NORM}
        if number:
            shapes |= {f"{number}CNN/kernel": (3, 3, inputs, features)}
            shapes |= {f"{number}CNN/bias": (features,)}
            inputs = features
    return shapes | {"dense/kernel": (2 * features, tags), "dense/bias": (tags,)}


def network(tensors: Tensors) -> Callable[[Float[Array, "mel time"]], Float[Array, " tags"]]:
    """Return the network as a function from a log-mel picture (96, 187) to scores.

    Its layers, conv1 to conv5, end at the pools. In the checkpoint time is the axis of rows;
    kernels are turned here, so that it is the axis of columns.

    Parameters
    ----------
    tensors : mapping of str to array
        As they are named in the checkpoint, of any number of features and tags.

    Raises
    ------
    ValueError
        If one is missing, has another shape or holds what is not finite.
    """
    bias = tensors.get("dense/bias")
    features = tensors.get("1CNN/bias")
    widths = (len(one) if one is not None and one.ndim == 1 else 0 for one in (features, bias))
    found = checked(tensors, tensor_shapes(*widths))

    norms = [folded(found, _norm(number), _EPSILON) for number in range(1 + len(POOLS))]
    kernels = [found[f"{n}CNN/kernel"].transpose(1, 0, 2, 3) for n in range(1, 1 + len(POOLS))]
    biases = [found[f"{n}CNN/bias"] for n in range(1, 1 + len(POOLS))]
    # What comes out of the last pool is one row of two columns, so that no axes need turning.
    dense = found["dense/kernel"]

    def tagger(picture: Float[Array, "mel time"]) -> Float[Array, " tags"]:
        x = picture[..., None] * norms[0][0] + norms[0][1]
        steps = zip(kernels, biases, norms[1:], POOLS, strict=True)
        for number, (kernel, bias, (scale, shift), (window, stride)) in enumerate(steps, 1):
            x = jax.nn.relu(convolved(x, kernel) + bias) * scale + shift
            x = tap(pooled(x, window, stride), f"conv{number}")
        return x.ravel() @ dense + found["dense/bias"]

    return tagger


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
    tagger = network(read_bundle(index, [data], tensor_shapes()))
    traced = TracedNetwork(tagger, jnp.zeros(frontend.shape))
    return Model(traced, frontend, TAGS, name=name, task="tags")


def _norm(number: int) -> str:
    return "batch_normalization" + (f"_{number}" if number else "")
