"""Layers that nobody marked: where they end, what they are called, what their cells see."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jax import lax
from networks import convolved, draw

from auralise_jax.network.network import Cotangent
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.network.tracing import trace

SHAPE = (20, 16)


def pooled(x: jax.Array, size: int = 2) -> jax.Array:
    window = (size, size, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


def head(x: jax.Array) -> jax.Array:
    return x.mean((0, 1)) @ draw(x.shape[-1], 2, seed=9)


def plain(picture: jax.Array) -> jax.Array:
    x = pooled(jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)) + 0.1) * 2)
    x = jnp.maximum(0, pooled(convolved(x, draw(3, 3, 4, 5, seed=1))))
    x = jax.nn.relu(x.ravel() @ draw(x.size, 7, seed=2))
    return x @ draw(7, 2, seed=3)


def residual(picture: jax.Array) -> jax.Array:
    """A block with a projection on its shortcut, whose ReLU stands after the sum."""
    x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)))
    y = jax.nn.relu(convolved(x, draw(3, 3, 4, 4, seed=1), window_strides=(2, 2)))
    y = convolved(y, draw(3, 3, 4, 6, seed=2))
    shortcut = convolved(x, draw(1, 1, 4, 6, seed=3), window_strides=(2, 2))
    return head(jax.nn.relu(y + shortcut))


def before_activation(picture: jax.Array) -> jax.Array:
    """BatchNorm and ReLU stand before the convolution, behind a branch."""
    x = convolved(picture[..., None], draw(3, 3, 1, 4, seed=0))
    y = jax.nn.relu(x * draw(4, 1, seed=5)[:, 0] + 0.3)
    return head(x + convolved(y, draw(3, 3, 4, 4, seed=1)))


def several_ways(picture: jax.Array) -> jax.Array:
    x = jnp.where((x := convolved(picture[..., None], draw(3, 3, 1, 4, seed=0))) > 0, x, 0)
    one = jax.nn.relu(convolved(x, draw(1, 1, 4, 3, seed=1)))
    two = pooled(jax.nn.relu(convolved(x, draw(5, 5, 4, 2, seed=2))), 1)
    x = jnp.concatenate([one, two], -1)
    return head(jax.nn.relu(convolved(x, draw(3, 3, 5, 6, seed=3))))


def apart(picture: jax.Array) -> jax.Array:
    """A depthwise convolution, then one of single cells, padded by hand."""
    x = convolved(picture[..., None], draw(3, 3, 1, 4, seed=0))
    x = jnp.pad(jax.nn.relu(x), ((1, 1), (1, 1), (0, 0)))
    x = convolved(x, draw(3, 3, 1, 4, seed=1), feature_group_count=4, padding="VALID")
    return head(jax.nn.relu(jnp.einsum("ftc,cd->ftd", x, draw(4, 6, seed=2))))


def over_time(picture: jax.Array) -> jax.Array:
    """Rows are channels; then a kernel over all rows, and a maximum over them."""
    x = lax.conv_general_dilated(
        picture.T[None],
        draw(3, 20, 4, seed=0),
        (2,),
        "SAME",
        dimension_numbers=("NHC", "HIO", "NHC"),
    )
    x = jax.nn.relu(x)
    y = jax.nn.relu(convolved(picture[..., None], draw(5, 3, 1, 6, seed=1))).max(0)
    return x.mean((0, 1)) @ draw(4, 2, seed=2) + y.mean(0) @ draw(6, 2, seed=3)


def channels_first(picture: jax.Array) -> jax.Array:
    """A batch of one, channels first, time before frequency."""
    x, how = picture.T[None, None], {"dimension_numbers": ("NCHW", "OIHW", "NCHW")}
    for number, (size, out) in enumerate(((1, 4), (4, 5))):
        kernel = draw(3, 5, size, out, seed=number).transpose(3, 2, 0, 1)
        x = jax.nn.relu(lax.conv_general_dilated(x, kernel, (1, 2), "SAME", **how))
    return x.mean((0, 2, 3)) @ draw(5, 2, seed=9)


def smooth(picture: jax.Array) -> jax.Array:
    """A GELU has no rule: its convolution is a layer as far as it goes."""
    x = convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)) + 0.1
    return head(jax.nn.relu(convolved(jax.nn.gelu(x), draw(3, 3, 4, 5, seed=1))))


def reshaped(picture: jax.Array) -> jax.Array:
    x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)))
    return head(x.reshape(10, 2, 8, 2, 4).max((1, 3)))


Layers = dict[str, tuple[int, tuple[int, ...], tuple[int, ...] | None, tuple[int, ...] | None]]

FOUND: dict[Callable, Layers] = {
    plain: {"conv1": (4, (10, 8), (2, 2), (4, 4)), "conv2": (5, (5, 4), (4, 4), (10, 10))},
    residual: {
        "conv1": (4, (20, 16), (1, 1), (3, 3)),
        "conv2": (4, (10, 8), (2, 2), (5, 5)),
        "conv3": (6, (10, 8), (2, 2), (9, 9)),
    },
    before_activation: {
        "conv1": (4, (20, 16), (1, 1), (3, 3)),
        "relu1": (4, (20, 16), (1, 1), (3, 3)),
        "conv2": (4, (20, 16), (1, 1), (5, 5)),
    },
    several_ways: {
        "conv1": (4, (20, 16), (1, 1), (3, 3)),
        "conv2": (3, (20, 16), (1, 1), (3, 3)),
        "conv3": (2, (20, 16), (1, 1), (7, 7)),
        "conv4": (6, (20, 16), (1, 1), (9, 9)),
    },
    apart: {
        "conv1": (4, (20, 16), (1, 1), (3, 3)),
        "conv2": (4, (20, 16), (1, 1), (5, 5)),
        "dense1": (6, (20, 16), (1, 1), (5, 5)),
    },
    over_time: {"conv1": (4, (8,), (2,), (3,)), "conv2": (6, (16,), (1,), (3,))},
    channels_first: {
        "conv1": (4, (10, 16), (2, 1), (5, 3)),
        "conv2": (5, (5, 16), (4, 1), (13, 5)),
    },
    smooth: {"conv1": (4, (20, 16), (1, 1), (3, 3)), "conv2": (5, (20, 16), (1, 1), (5, 5))},
    reshaped: {"conv1": (4, (10, 8), (2, 2), (4, 4))},
}


@pytest.mark.parametrize("fn", FOUND, ids=lambda fn: fn.__name__)
def test_layers_are_found(fn: Callable) -> None:
    network = TracedNetwork(fn, np.random.default_rng(0).uniform(0, 1, SHAPE).astype(np.float32))
    sizes = network.sizes(SHAPE)
    found = {
        layer.name: (layer.features, sizes[layer.name], layer.stride, layer.field)
        for layer in network.layers
    }
    assert found == FOUND[fn]
    for layer in network.layers:
        assert layer.axes == (("freq", "time") if len(sizes[layer.name]) == 2 else ("time",))


def test_a_layer_without_a_place_can_be_asked_for() -> None:
    network = TracedNetwork(plain, np.ones(SHAPE, np.float32), layers=["dense1", "dense2"])
    assert network.sizes(SHAPE) == {"dense1": (1,), "dense2": (1,)}
    state = network.forward(np.ones(SHAPE, np.float32))
    np.testing.assert_array_equal(network.activations(state, "dense2")[0], network.outputs(state))
    assert float(network.activations(state, "dense1").min()) == 0  # behind its ReLU


def test_layers_are_called_by_the_paths_of_their_kernels() -> None:
    """Twice the same kernel, two kernels in one place, one without a place."""

    def network(w: Any, picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], w["first.kernel"]))
        x = jax.nn.relu(convolved(x, w["shared.kernel"]))
        x = jax.nn.relu(convolved(x, w["shared.kernel"]))
        x = jax.nn.relu(convolved(x, w["both.a"]))
        x = jax.nn.relu(convolved(x, w["both.b"]) + w["both.bias"])
        x = jax.nn.relu(convolved(x, w["last"] * w["gain"]))
        return x.mean((0, 1))

    params = {
        "first.kernel": draw(3, 3, 1, 4, seed=0),
        **{
            name: draw(3, 3, 4, 4, seed=1) for name in ("shared.kernel", "both.a", "both.b", "last")
        },
        "both.bias": np.ones(4, np.float32),
        "gain": np.ones(4, np.float32),
    }
    traced = TracedNetwork(network, np.ones(SHAPE, np.float32), params)
    names = ["first", "shared", "shared-2", "both.a", "both.b", "last"]
    assert [layer.name for layer in traced.layers] == names
    assert len(traced.weights) == len(params)


KINDS = ("conv", "strided", "holes", "pool", "average", "residual", "norm")


@st.composite
def networks(draw_one: Any) -> tuple[list[tuple[str, int, int, int]], str]:
    size = st.integers(1, 3)
    kinds = draw_one(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    return (
        [(kind, draw_one(size), draw_one(size), draw_one(st.integers(1, 2))) for kind in kinds],
        draw_one(st.sampled_from(("SAME", "VALID"))),
    )


def build(plan: list[tuple[str, int, int, int]], padding: str) -> Callable:
    """Return a network of positive kernels, so that nothing cancels."""

    def conv(x: jax.Array, high: int, wide: int, **how: Any) -> jax.Array:
        kernel = np.full((high, wide, x.shape[-1], 2), 0.5, np.float32)
        return convolved(x, kernel, **{"padding": padding} | how)

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(conv(picture[..., None], 1, 2))
        for kind, high, wide, stride in plan:
            strides = (stride, 3 - stride)
            if kind in ("pool", "average"):
                window = (high, wide, 1)
                how = (window, (*strides, 1), padding)
                x = (
                    lax.reduce_window(x, -jnp.inf, lax.max, *how)
                    if kind == "pool"
                    else lax.reduce_window(x, 0.0, lax.add, *how) / (high * wide)
                )
            elif kind == "residual":
                y = conv(jax.nn.relu(conv(x, high, wide, padding="SAME")), wide, 1, padding="SAME")
                x = jax.nn.relu(x + y)
            elif kind == "norm":
                x = jax.nn.relu(x * 0.5 + 0.25)
            else:
                how = {"strided": {"window_strides": strides}, "holes": {"rhs_dilation": strides}}
                x = jax.nn.relu(conv(x, high, wide, **how.get(kind, {})))
        return x.sum((0, 1))

    return network


def _is_left(fn: Callable) -> bool:
    """Tell whether every step leaves some cells."""
    program = trace(fn, (np.ones(SHAPE, np.float32),), {}).program
    return all(0 not in one.shape for step in program.steps for one in step.outputs)


@settings(max_examples=10, deadline=None)
@given(networks())
def test_fields_of_random_networks_are_what_a_change_of_the_picture_reaches(drawn: Any) -> None:
    """Every cell of every layer, each row and column of the picture changed by itself."""
    fn = build(*drawn)
    assume(_is_left(fn))
    with jax.debug_nans(False):
        network = TracedNetwork(fn, np.ones(SHAPE, np.float32))
        for axis, length in enumerate(SHAPE):
            pictures = np.ones((length, *SHAPE), np.float32)
            for place in range(length):
                np.moveaxis(pictures[place], axis, 0)[place] = np.nan
            changed = network.maps(pictures)
            for layer, maps in zip(network.layers, changed, strict=True):
                assert layer.stride is not None
                assert layer.field is not None
                assert layer.before is not None
                # What a row of cells sees: all its columns and features together.
                seen = np.isnan(np.moveaxis(maps, axis + 1, 1)).any((2, 3))
                for cell in range(seen.shape[1]):
                    low = layer.stride[axis] * cell - layer.before[axis]
                    high = low + layer.field[axis] - 1
                    there = np.flatnonzero(seen[:, cell])
                    inside = low >= 0 and high < length
                    assert there.size == 0 or low <= there[0] <= there[-1] <= high
                    assert not inside or (there[0], there[-1]) == (low, high)


@pytest.mark.parametrize("fn", [residual, channels_first, over_time], ids=lambda fn: fn.__name__)
def test_a_gradient_through_found_layers_is_jaxs_own(fn: Callable) -> None:
    """What the maps sum to, as a function of the picture, is differentiated by JAX."""
    picture = np.random.default_rng(0).uniform(0, 1, SHAPE).astype(np.float32)
    network = TracedNetwork(fn, picture)
    state = network.forward(picture)

    def maps_of(name: str) -> Callable:
        def value(x: jax.Array) -> jax.Array:
            return network.activations(network.forward(x), name)

        return value

    for layer in network.layers:
        seed = jnp.asarray(draw(*network.activations(state, layer).shape, seed=7))
        wanted = jax.vjp(maps_of(layer.name), picture)[1](seed)[0]
        found = network.project(state, layer, Cotangent(seed), "gradient")
        np.testing.assert_allclose(found, wanted, atol=1e-5 * float(abs(wanted).max()))


def test_layers_whose_cells_see_everything_lie_along_the_axes_all_the_same() -> None:
    """Behind a gate, an upsampling, a turn; a normalisation's own ReLU is no layer."""
    kernels = [draw(3, 3, 1, 4, seed=0), *(draw(3, 3, 4, 4, seed=n) for n in range(1, 6))]

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], kernels[0]))
        x = x * jax.nn.sigmoid(x.mean((0, 1)))
        x = jax.nn.relu(convolved(x, kernels[1]))[::-1]
        x = jax.nn.relu(convolved(jnp.repeat(x, 2, axis=0)[:, :8], kernels[2]))
        x = jax.nn.relu(lax.conv_transpose(x[None], kernels[3], (1, 2), "SAME")[0])
        spread = jax.nn.relu((x**2).mean(-1, keepdims=True) - x.mean(-1, keepdims=True) ** 2)
        x = (x - x.mean(-1, keepdims=True)) / jnp.sqrt(spread + 1)
        return jax.nn.relu(convolved(x[jnp.array([3, 1, 5])], kernels[4])).mean((0, 1))

    traced = TracedNetwork(network, np.ones(SHAPE, np.float32))
    assert traced.sizes(SHAPE) == {
        "conv1": (20, 16), "conv2": (20, 16), "conv3": (40, 8), "conv4": (40, 16), "conv5": (3, 16)
    }  # fmt: skip
    assert [layer.axes for layer in traced.layers] == [("freq", "time")] * 5
    first, *others = traced.layers
    assert first.field == (3, 3)
    assert {(layer.stride, layer.field) for layer in others} == {(None, None)}
    assert traced.refused("conv1") is None
    assert traced.refused("conv2") is not None
