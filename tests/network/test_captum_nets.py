"""Projections of nine networks as PyTorch and captum compute them, with the same weights.

The networks are those of ``tests/data/make_captum_nets.py``, written again with JAX in PyTorch's
layouts: batched, channels first. Both the marked layers and those that are found are projected.
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import auralise_jax as aj
from auralise_jax.network.network import Cotangent
from auralise_jax.network.rules import RULES
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

PATH = Path(__file__).parents[1] / "data" / "captum_nets.npz"

Weights = Mapping[str, jax.Array]
Mark = Callable[[jax.Array], jax.Array]
relu = jax.nn.relu


def conv(x: jax.Array, kernel: jax.Array, padding: tuple[int, ...] = (), **how: Any) -> jax.Array:
    letters = "HW"[-(kernel.ndim - 2) :]
    names = (f"NC{letters}", f"OI{letters}", f"NC{letters}")
    sides = [(one, one) for one in padding or (0,) * len(letters)]
    settings = {"window_strides": (1,) * len(letters)} | how
    return lax.conv_general_dilated(x, kernel, padding=sides, dimension_numbers=names, **settings)


def windows(
    x: jax.Array, size: tuple[int, ...], strides: tuple[int, ...], pad: int = 0, how: Any = lax.max
) -> jax.Array:
    padding = [(0, 0), (0, 0), *[(pad, pad)] * len(size)]
    start = -jnp.inf if how is lax.max else 0.0
    return lax.reduce_window(x, start, how, (1, 1, *size), (1, 1, *strides), padding)


def column(bias: jax.Array) -> jax.Array:
    return bias[:, None, None]


def reused(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(relu(conv(x, w["a"], (1, 1)) + column(w["a_bias"])))
    two = mark(windows(relu(conv(one, w["b"], (1, 1))), (2, 2), (2, 2)))
    return mark(relu(conv(two, w["c"], (1, 1))))


def functional(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(windows(jnp.maximum(conv(x, w["a"]) + column(w["a_bias"]), 0), (2, 3), (2, 3)))
    return mark(jnp.maximum(0, conv(one, w["b"], (1, 1)) + column(w["b_bias"])))


def residual(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(relu(conv(x, w["a"], (1, 1))))
    y = conv(relu(conv(one, w["b"], (1, 1), window_strides=(2, 2))), w["c"], (1, 1))
    two = mark(relu(y + conv(one, w["shortcut"], window_strides=(2, 2))))
    return mark(relu(two + conv(two, w["d"], (1, 1))))


def norm(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    def normalised(x: jax.Array, name: str) -> jax.Array:
        mean, var, scale, shift = map(column, w[name])
        return (x - mean) / jnp.sqrt(var + 1e-5) * scale + shift

    one = mark(relu(normalised(conv(x, w["a"], (1, 1)), "first")))
    two = mark(windows(normalised(relu(conv(one, w["b"], (1, 1))), "second"), (2, 2), (2, 2)))
    return mark(relu(conv(two, w["c"], (1, 1))))


def overlapping(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(windows(relu(conv(x, w["a"], (1, 1))), (3, 3), (2, 2), pad=1))
    return mark(windows(relu(conv(one, w["b"], (1, 1))), (4, 1), (2, 1)))


def strided(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(relu(conv(x, w["a"], (2, 1), window_strides=(2, 1))))
    holes = {"rhs_dilation": (2, 1), "feature_group_count": 2}
    two = mark(relu(conv(one, w["b"], (2, 1), **holes)))
    return mark(relu(conv(two, w["c"], window_strides=(2, 2))))


def lines(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = relu(conv(x[:, 0], w["a"], (1,)) + w["a_bias"][:, None])
    one = mark(windows(one, (3,), (1,)))
    return mark(relu(conv(one, w["b"], window_strides=(2,))))


def averages(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = windows(relu(conv(x, w["a"], (1, 1))), (3, 3), (2, 2), pad=1, how=lax.add)
    one = mark(one / 9)
    two = relu(conv(one, w["b"]) + column(w["b_bias"]))
    two = mark(windows(two, (2, 1), (2, 1), how=lax.add) / 2)
    return mark(relu(two.mean((2, 3)) @ w["head"].T))


def branches(x: jax.Array, w: Weights, mark: Mark) -> jax.Array:
    one = mark(relu(conv(x, w["a"], (1, 1))))
    both = [relu(conv(one, w["wide"], (0, 2))), windows(one, (3, 3), (1, 1), pad=1)]
    two = mark(relu(conv(jnp.concatenate(both, 1), w["b"], (1, 1))))
    return mark(two.max((2, 3)))


NETWORKS: dict[Callable, list[str]] = {
    reused: ["a", "b", "c"],
    functional: ["a", "b"],
    residual: ["a", "b", "c", "d"],
    norm: ["a", "b", "c"],
    overlapping: ["a", "b"],
    strided: ["a", "b", "c"],
    lines: ["a", "b"],
    averages: ["a", "b"],
    branches: ["a", "wide", "b"],
}
"""With the layers that are found, by the names of their kernels."""

FOUND = {"residual": [0, 2, 3], "branches": [0, 2]}
"""Which of those are the marked ones, where others are found too."""


@pytest.fixture(scope="module")
def stored() -> Mapping[str, np.ndarray]:
    with np.load(PATH, allow_pickle=False) as file:
        return dict(file)


def open_network(fn: Callable, stored: Mapping[str, np.ndarray], mark: Mark) -> TracedNetwork:
    """Return a network of a picture, its weights those of the file."""
    parts = {key: key.split(".") for key in stored if key.startswith(f"{fn.__name__}.")}
    params = {names[1]: jnp.asarray(stored[key]) for key, names in parts.items() if len(names) == 2}

    def network(w: Weights, picture: jax.Array) -> jax.Array:
        return fn(picture[None, None], w, mark)[0]

    return TracedNetwork(network, stored["pictures"][0], params)


def last(values: np.ndarray) -> np.ndarray:
    """Return maps (features, ...) with features last; of a list of features, those of one cell."""
    return np.moveaxis(values, 0, -1) if values.ndim > 1 else values[None]


@pytest.mark.parametrize("way", ["marked", "found"])
@pytest.mark.parametrize("fn", NETWORKS, ids=lambda fn: fn.__name__)
def test_projections_are_those_of_pytorch_and_captum(
    fn: Callable, way: str, stored: Mapping[str, np.ndarray]
) -> None:
    name = fn.__name__
    if way == "marked":
        names = itertools.count()  # a function is traced more than once
        network = open_network(fn, stored, lambda x: aj.tap(x, f"{next(names)}"))
        layers = list(network.layers)
    else:
        network = open_network(fn, stored, lambda x: x)
        assert [layer.name for layer in network.layers] == NETWORKS[fn]
        layers = [network.layers[one] for one in FOUND.get(name, range(len(network.layers)))]
    for example, picture in enumerate(stored["pictures"]):
        state = network.forward(picture)
        for place, layer in enumerate(layers, start=1):
            maps = last(stored[f"{name}.maps.{place}"][example])
            np.testing.assert_allclose(network.activations(state, layer), maps, atol=1e-5)
            seed = Cotangent(jnp.asarray(last(stored[f"{name}.seed.{place}"])))
            for rule in RULES:
                wanted = stored[f"{name}.{rule}.{place}"][example]
                found = network.project(state, layer, seed, rule)
                peak = float(abs(wanted).max())
                np.testing.assert_allclose(found, wanted, atol=1e-5 * peak)
