"""Tempo by convolution: 256 tempi of twelve seconds of music.

Six times two convolutions and a max-pool, every convolution with a ReLU and then BatchNorm. In
deeptemp kernels lie along time only; in deepsquare they are as high as they are wide.

References
----------
Schreiber and Müller 2019, "Musical tempo and key estimation using convolutional neural networks
with directional filters", arXiv:1903.10839; https://github.com/hendriks73/tempo-cnn (AGPL-3, source
code and models).
"""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.frontend import LogMel
from auralise_jax.network.foreign.keras_hdf5 import read_keras
from auralise_jax.network.foreign.operations import (
    NORM,
    Tensors,
    Weights,
    checked,
    convolved,
    normed,
    pooled,
)
from auralise_jax.network.model import Model
from auralise_jax.network.tap import tap
from auralise_jax.network.task import BPM
from auralise_jax.network.wrapping import wrap

SLOWEST, TEMPI = 30, 256
"""Beats per minute of the first class, and how many there are, each faster by 1."""

PAIRS = 6
WIDTHS = (1, 2, 4, 4, 8, 8)
"""Features of the pairs, in those of the first."""

POOLS = (*[(2, 2)] * (PAIRS - 1), (1, 2))


def tensor_shapes(kernel_rows: tuple[int, int], features: int = 8) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the file's tensors, by layer and name.

    Parameters
    ----------
    kernel_rows : (int, int)
        Mel bands that the kernels of a pair see: (5, 3) in deepsquare, (1, 1) in deeptemp.
    features : int
        Of the first pair.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = 1
    for number in range(2 * PAIRS):
        width = features * WIDTHS[number // 2]
        size = (kernel_rows[number % 2], (5, 3)[number % 2])
        shapes |= {f"Conv{number}/kernel": (*size, inputs, width), f"Conv{number}/bias": (width,)}
        shapes |= {f"BN{number}/{part}": (width,) for part in NORM}
        inputs = width
    return shapes | {"1x1/kernel": (1, 1, inputs, TEMPI), "1x1/bias": (TEMPI,)}


def weights(tensors: Tensors, kernel_rows: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return the weights that `tempi` takes.

    Raises
    ------
    ValueError
        If a tensor is missing, has another shape or holds what is not finite.
    """
    bias = tensors.get("Conv0/bias")
    features = len(bias) if bias is not None and bias.ndim == 1 else 0
    return checked(tensors, tensor_shapes(kernel_rows, features))


def tempi(weights: Weights, picture: Float[Array, "mel time"]) -> Float[Array, " tempi"]:
    """Return scores of tempi for a mel picture (40, 256).

    Layers are conv1 to conv12, every second of which ends at a pool, and tempi, which has a map for
    each tempo.
    """
    x = picture[..., None]
    for number in range(2 * PAIRS):
        x = convolved(x, weights[f"Conv{number}/kernel"]) + weights[f"Conv{number}/bias"]
        x = normed(jax.nn.relu(x), weights, f"BN{number}")
        if number % 2:
            x = pooled(x, POOLS[number // 2], POOLS[number // 2])
        x = tap(x, f"conv{number + 1}")
    scores = jax.nn.relu(convolved(x, weights["1x1/kernel"]) + weights["1x1/bias"])
    return tap(scores, "tempi").mean((0, 1))


def model(data: bytes, name: str, kernel_rows: tuple[int, int]) -> Model:
    """Return the network with its front end: 12 s at 11,025 Hz, 40 mel bands of magnitudes."""
    frontend = LogMel(
        11_025,
        1024,
        512,
        40,
        fmin=20,
        fmax=5000,
        frames=256,
        power=1,
        normalise="picture",
    )
    tensors = {
        f"{layer.name}/{part}": value
        for layer in read_keras(data)
        for part, value in layer.weights.items()
    }
    params = weights(tensors, kernel_rows)
    classes = tuple(f"{SLOWEST + number}{BPM}" for number in range(TEMPI))
    made = wrap(tempi, params=params, frontend=frontend, classes=classes, name=name)
    return replace(made, task="tempo")


def deepsquare(data: bytes, name: str) -> Model:
    """Return a model of deepsquare from its file."""
    return model(data, name, (5, 3))


def deeptemp(data: bytes, name: str) -> Model:
    """Return a model of deeptemp from its file."""
    return model(data, name, (1, 1))
