"""The steps that networks of other people are made of, on one picture at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.text import listed

NORM = ("gamma", "beta", "moving_mean", "moving_variance")
"""What a BatchNorm holds, by Keras's names and TensorFlow's."""

_EPSILON = 1e-3
"""That is added to variances, in Keras and TensorFlow."""

Tensors = Mapping[str, np.ndarray]
"""As a file names them."""
Weights = Mapping[str, Array]
"""As they are named in `Tensors`, for functions of them and of a picture."""
Maps = Float[Array, "freq time features"]


def convolved(x: Maps, kernel: Array, **how: Any) -> Maps:
    """Convolve maps with kernels (freq, time, inputs, outputs); their size stays, if not said."""
    settings = {"window_strides": (1, 1), "padding": "SAME"} | how
    made: Array = jax.lax.conv_general_dilated(
        x[None], kernel, dimension_numbers=("NHWC", "HWIO", "NHWC"), **settings
    )[0]
    return made


def pooled(x: Maps, window: tuple[int, int], stride: tuple[int, int]) -> Maps:
    """Return the maxima of windows that lie in the maps as a whole."""
    return jax.lax.reduce_window(  # type: ignore[no-any-return]
        x, -jnp.inf, jax.lax.max, (*window, 1), (*stride, 1), "VALID"
    )


def normed(x: Maps, weights: Weights, name: str) -> Maps:
    """Normalise by a BatchNorm's statistics, step by step, so that they are known as such."""
    gamma, beta, mean, variance = (weights[f"{name}/{part}"] for part in NORM)
    return (x - mean) / jnp.sqrt(variance + _EPSILON) * gamma + beta


def checked(tensors: Tensors, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Return the tensors of these names as float32.

    Raises
    ------
    ValueError
        If one is missing, has another shape, or holds what is not finite.
    """
    found = {}
    for name, shape in shapes.items():
        if name not in tensors:
            raise ValueError(f"there is no tensor {name!r}; there are {_some(tensors)}")
        if tensors[name].shape != shape:
            raise ValueError(f"tensor {name!r} has shape {tensors[name].shape}, not {shape}")
        with np.errstate(over="ignore"):
            found[name] = np.asarray(tensors[name], np.float32)
        if not np.isfinite(found[name]).all():
            raise ValueError(f"tensor {name!r} holds NaN or what does not fit float32")
    return found


def _some(names: Iterable[str]) -> str:
    return listed([name[:60] for name in sorted(names)]) or "none"
