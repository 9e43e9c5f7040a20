"""The steps that networks of other people are made of, on one picture at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

NORM = ("gamma", "beta", "moving_mean", "moving_variance")
"""What a BatchNorm holds, by Keras's names and TensorFlow's."""

Tensors = Mapping[str, np.ndarray]
Maps = Float[Array, "freq time features"]


def convolved(x: Maps, kernel: Any, **how: Any) -> Maps:
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


def folded(tensors: Tensors, name: str, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what a BatchNorm multiplies by and adds when its statistics do not change."""
    gamma, beta, mean, variance = (tensors[f"{name}/{part}"].astype(float) for part in NORM)
    scale = gamma / np.sqrt(variance + epsilon)
    return scale.astype(np.float32), (beta - mean * scale).astype(np.float32)


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
    shown = [name[:60] for name in sorted(names)]
    return ", ".join(shown[:12] + ["…"] * (len(shown) > 12)) or "none"
