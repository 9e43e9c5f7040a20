"""Networks that are functions with marked layers: the paper's, and one that is nothing like it."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import auralise_jax as aj
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.traced import TracedNetwork

Fn = Callable[[jax.Array], Any]


def convolved(x: jax.Array, kernel: np.ndarray, **how: Any) -> jax.Array:
    """Convolve maps (freq, time, inputs) with (freq, time, inputs, outputs)."""
    settings = {"window_strides": (1, 1), "padding": "SAME"} | how
    return lax.conv_general_dilated(
        x[None], kernel, dimension_numbers=("NHWC", "HWIO", "NHWC"), **settings
    )[0]


def papers_function(
    tensors: Mapping[str, Any], architecture: Architecture, mark: Callable = aj.tap
) -> Fn:
    """Return the paper's CNN as anyone would write it, with the layers of `architecture`."""
    window = (*architecture.pool, 1)

    def network(picture: jax.Array) -> jax.Array:
        x = picture[..., None]
        for name in architecture.layers:
            x = jax.nn.relu(convolved(x, tensors[f"{name}.kernel"]) + tensors[f"{name}.bias"])
            x = mark(lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID"), name)
        x = x.ravel()
        for number in range(1, len(architecture.dense) + 1):
            x = x @ tensors[f"dense{number}.kernel"] + tensors[f"dense{number}.bias"]
            x = jax.nn.relu(x) if number < len(architecture.dense) else x
        return x

    return network


def draw(*shape: int, seed: int) -> np.ndarray:
    """Return a kernel by He's initialisation."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype(np.float32)


def batch_norm(x: jax.Array, seed: int) -> jax.Array:
    """Normalise in inference; a third of the scales are negative."""
    rng = np.random.default_rng(seed)
    mean, spread = rng.uniform(0.1, 0.5, (2, x.shape[-1])).astype(np.float32)
    scale, shift = rng.uniform(0.5, 1.5, (2, x.shape[-1])).astype(np.float32)
    scale[::3] *= -1
    return (x - mean) / jnp.sqrt(jnp.asarray(spread)) * scale + shift


def other_function(picture: jax.Array, mark: Callable = aj.tap) -> jax.Array:
    """Return four scores of a picture (freq, time), by way of 10, 12 and 7 features.

    Three layers, "low", "middle" and "high": kernels, strides and pools of several shapes, with
    padding, without and with holes; BatchNorm before and after pooling; averages.
    """
    x = jax.nn.relu(convolved(picture[..., None], draw(5, 3, 1, 10, seed=1)) + 0.05)
    x = lax.reduce_window(
        batch_norm(x, 2), -jnp.inf, lax.max, (3, 2, 1), (2, 2, 1), ((1, 1), (0, 1), (0, 0))
    )
    x = mark(x, "low")
    x = convolved(x, draw(3, 5, 10, 12, seed=3), window_strides=(2, 1), padding="VALID")
    x = jnp.maximum(0, x - 0.1)
    x = lax.reduce_window(x, 0.0, lax.add, (2, 2, 1), (1, 2, 1), "VALID") / 4
    x = mark(x, "middle", axes=("freq", "time"))
    x = jnp.where((x := convolved(x, draw(3, 3, 12, 7, seed=4), rhs_dilation=(1, 2))) > 0, x, 0)
    x = mark(batch_norm(x, 5), "high")
    return x.mean((0, 1)) @ draw(7, 4, seed=6) + draw(1, 4, seed=7)[0]


def flat_function(picture: jax.Array, mark: Callable = aj.tap) -> jax.Array:
    """Return two scores of a picture, by way of maps without a frequency axis.

    Layers "frames" and "steps" have time only; a cell of "whole" sees all of the picture, and its
    maps have no place in it.
    """
    rows = picture.shape[0]
    x = convolved(picture[..., None], draw(rows, 5, 1, 6, seed=1), padding=((0, 0), (2, 2)))
    x = mark(jax.nn.relu(x[0]), "frames")
    x = lax.reduce_window(x, -jnp.inf, lax.max, (3, 1), (3, 1), "VALID")
    x = mark(jax.nn.relu(x @ draw(6, 5, seed=2)), "steps")
    x = jax.nn.relu(x.ravel() @ draw(x.size, 18, seed=3))
    x = mark(x.reshape(3, 3, 2), "whole")
    return x.ravel() @ draw(18, 2, seed=4)


def unlearnt_function(picture: jax.Array) -> jax.Array:
    """Return four scores of a picture, how much it changes; there is no weight in it.

    Layers "edges" and "blocks": rising and falling over time and frequency, and their means.
    """
    rise, climb = jnp.diff(picture, axis=1)[:-1], jnp.diff(picture, axis=0)[:, :-1]
    x = aj.tap(jax.nn.relu(jnp.stack([rise, -rise, climb, -climb], -1)), "edges")
    x = lax.reduce_window(x, 0.0, lax.add, (4, 2, 1), (4, 2, 1), "VALID") / 8
    return aj.tap(x, "blocks").mean((0, 1))


def make_flat_network(shape: tuple[int, int] = (33, 24)) -> TracedNetwork:
    """Return `flat_function` as a network."""
    example = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
    return TracedNetwork(flat_function, example).warm()


def make_other_network(shape: tuple[int, int] = (33, 24)) -> TracedNetwork:
    """Return `other_function` as a network, with what XLA makes of every layer."""
    example = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
    return TracedNetwork(other_function, example).warm()
