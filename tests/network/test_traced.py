"""Anyone's function as a network: equal to the paper's fast form, and of any other shape."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY
from networks import (
    batch_norm,
    convolved,
    draw,
    make_other_network,
    other_function,
    papers_function,
)

import auralise_jax as aj
from auralise_jax.network.network import Cotangent, Feature
from auralise_jax.network.rules import RULES, Rule
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.network import Stack
from auralise_jax.network.traced import TracedNetwork

SHAPE = (33, 41)
PAPERS = Architecture((4, 5, 6), (3, 5), (2, 3), (7, 3))
OTHER = (33, 24)


def picture(*shape: int, seed: int = 0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).uniform(0, 1, shape), jnp.float32)


@pytest.fixture(scope="module")
def stack() -> Stack:
    rng = np.random.default_rng(0)
    tensors = {
        name: draw(*shape, seed=number)
        if len(shape) > 1
        else rng.uniform(-0.3, 0.1, shape).astype(np.float32)
        for number, (name, shape) in enumerate(PAPERS.shapes(SHAPE).items())
    }
    return Stack(tensors, PAPERS, SHAPE)


@pytest.fixture(scope="module")
def same(stack: Stack) -> TracedNetwork:
    return TracedNetwork(papers_function(stack.tensors, PAPERS), picture(*SHAPE))


@pytest.fixture(scope="module")
def other() -> TracedNetwork:
    return make_other_network(OTHER)


HALF = Rule("half open", lambda positive, g: jnp.where(positive, g, g / 2))


def test_the_papers_cnn_is_what_its_fast_form_says(stack: Stack, same: TracedNetwork) -> None:
    # What the paper reports is no property of a function.
    assert same.layers == tuple(dataclasses.replace(one, reported=None) for one in stack.layers)
    assert same.layers[2].stride == (8, 27)
    assert same.sizes(SHAPE) == stack.sizes(SHAPE)
    assert same.outputs_count == stack.outputs_count == 3
    np.testing.assert_array_equal(same.kernel("conv1"), stack.kernel("conv1"))
    assert same.kernel("conv2") is None
    for layer in same.layers:
        np.testing.assert_array_equal(same.off(layer), stack.off(layer.name))
    seen = picture(*SHAPE, seed=1)
    ours, theirs = same.forward(seen), stack.forward(seen)
    np.testing.assert_allclose(same.outputs(ours), stack.outputs(theirs), rtol=1e-4, atol=1e-5)


def test_the_shipped_shape_has_the_fields_of_the_architecture() -> None:
    made = Architecture((1,) * 5, dense=(2,))
    tensors = {
        name: np.ones(shape, np.float32) / 9 for name, shape in made.shapes((257, 173)).items()
    }
    fn = papers_function(tensors, made)
    assert [
        layer.field for layer in TracedNetwork(fn, np.zeros((257, 173), np.float32)).layers
    ] == [made.receptive_field(number) for number in range(1, 6)]


@pytest.mark.parametrize("rule", [*RULES, HALF], ids=[*RULES, "half open"])
def test_projections_are_those_of_the_fast_form(
    stack: Stack, same: TracedNetwork, rule: Rule | str
) -> None:
    seen = picture(*SHAPE, seed=1)
    ours, theirs = same.forward(seen), stack.forward(seen)
    for layer in same.layers:
        maps = stack.activations(theirs, layer.name)
        np.testing.assert_allclose(same.activations(ours, layer), maps, atol=1e-5)
        seeds = [Feature(n, maps[..., n]) for n in range(layer.features)]
        seeds.append(Cotangent(jnp.asarray(draw(*maps.shape, seed=3))))
        wanted = [stack.project(theirs, layer.name, seed, rule) for seed in seeds]
        peak = max(float(abs(one).max()) for one in wanted)
        assert peak > 0
        for seed, one in zip(seeds, wanted, strict=True):
            found = same.project(ours, layer, seed, rule)
            np.testing.assert_allclose(found, one, atol=1e-5 * peak)


def test_the_other_network(other: TracedNetwork) -> None:
    low, middle, high = other.layers
    assert (str(low), low.features, low.stride, low.field) == ("low", 10, (2, 2), (7, 4))
    assert (str(middle), middle.features, middle.stride) == ("middle", 12, (4, 4))
    assert (low.before, low.unpooled) == ((3, 1), (5, 3))
    assert (middle.before, middle.unpooled) == ((3, 1), (7 + 2 * 2, 4 + 2 * 4))
    assert (high.before, high.unpooled) == ((3 + 4, 1 + 8), None)
    assert middle.field == (7 + 2 * (2 + 2), 4 + 2 * (4 + 1))
    assert (str(high), high.features, high.stride) == ("high", 7, (4, 4))
    assert high.field == (15 + 4 * 2, 14 + 4 * 4)
    assert other.sizes(OTHER) == {"low": (17, 12), "middle": (7, 4), "high": (7, 4)}
    assert other.outputs_count == 4
    np.testing.assert_array_equal(other.kernel("low"), draw(5, 3, 1, 10, seed=1)[:, :, 0])
    assert other.kernel("middle") is None
    seen = picture(*OTHER, seed=1)
    state = other.forward(seen)
    np.testing.assert_allclose(other.outputs(state), other_function(seen), rtol=1e-4, atol=1e-5)
    for layer, maps in zip(other.layers, other.maps(np.stack([seen, seen + 1])), strict=True):
        assert maps.shape[0] == 2
        np.testing.assert_array_equal(maps[0], other.activations(state, layer))


@pytest.mark.parametrize("rule", RULES)
def test_the_others_projections_are_those_of_with_rule(other: TracedNetwork, rule: str) -> None:
    seen = picture(*OTHER, seed=2)
    state = other.forward(seen)
    wanted = jax.vjp(aj.with_rule(up_to_low, rule), seen)
    np.testing.assert_allclose(other.activations(state, "low"), wanted[0], atol=1e-5)
    alone = jnp.zeros_like(wanted[0]).at[..., 3].set(wanted[0][..., 3])
    found = other.project(state, "low", Feature(3, wanted[0][..., 3]), rule)
    peak = float(abs(found).max())
    np.testing.assert_allclose(found, wanted[1](alone)[0], atol=1e-5 * peak)


def up_to_low(seen: jax.Array) -> jax.Array:
    x = jax.nn.relu(convolved(seen[..., None], draw(5, 3, 1, 10, seed=1)) + 0.05)
    return jax.lax.reduce_window(
        batch_norm(x, 2), -jnp.inf, jax.lax.max, (3, 2, 1), (2, 2, 1), ((1, 1), (0, 1), (0, 0))
    )


def test_a_map_is_off_where_its_relu_is(other: TracedNetwork) -> None:
    for layer, seed in (("low", 2), ("high", 5)):
        features = other.layers[0 if layer == "low" else 2].features
        wanted = batch_norm(jnp.zeros((1, 1, features)), seed)[0, 0]
        np.testing.assert_allclose(other.off(layer), wanted, rtol=1e-5)
        assert abs(wanted).min() > 0
    np.testing.assert_array_equal(other.off("middle"), np.zeros(12))

    def linear(x: jax.Array) -> jax.Array:
        x = convolved(jax.nn.relu(x)[..., None], draw(3, 3, 1, 2, seed=0)) + 1
        return aj.tap(x, "linear")

    np.testing.assert_array_equal(TracedNetwork(linear, picture(4, 4)).off("linear"), [0, 0])


def test_fresh_weights(other: TracedNetwork) -> None:
    fresh, again, third = (other.randomise(seed) for seed in (1, 1, 2))
    for before, one, two, three in zip(
        other.weights, fresh.weights, again.weights, third.weights, strict=True
    ):
        assert (one.shape, one.dtype) == (before.shape, before.dtype)
        np.testing.assert_array_equal(one, two)
        if before.ndim > 1:  # truncated at two standard deviations of what it is cut from
            assert not np.array_equal(one, before)
            assert not np.array_equal(one, three)
            inputs = before.size // before.shape[-1]
            assert abs(one).max() <= 2 * np.sqrt(2 / inputs) / 0.8796
            assert 0.7 < float(one.std()) / np.sqrt(2 / inputs) < 1.3
        else:
            assert np.array_equal(one, before) or not np.any(one)
    untouched = [one.ndim == 1 and bool(one.any()) for one in fresh.weights]
    assert sum(untouched) == 6  # mean, spread and scale of two BatchNorms
    seen = picture(*OTHER)
    assert not np.allclose(fresh.outputs(fresh.forward(seen)), other.outputs(other.forward(seen)))
    np.testing.assert_array_equal(
        fresh.kernel("low"), fresh.weights[[one.ndim for one in other.weights].index(4)][:, :, 0]
    )
    with pytest.raises(ValueError, match="no array that the picture is convolved with"):
        TracedNetwork(lambda x: aj.tap(x[..., None], "a"), picture(3, 3)).randomise(0)


def test_under_jit_and_vmap(other: TracedNetwork) -> None:
    seen = picture(*OTHER, seed=4)
    state = jax.jit(lambda network, seen: network.forward(seen))(other, seen)
    maps = other.activations(state, "middle")
    seeds = Feature(jnp.arange(12), jnp.moveaxis(maps, -1, 0))

    @jax.jit
    def many(network: TracedNetwork, seeds: Feature) -> jax.Array:
        return jax.vmap(lambda seed: network.project(state, "middle", seed, "guided"))(seeds)

    found = many(other, seeds)
    for n in (0, 7, 11):
        single = other.project(state, 2, Feature(n, maps[..., n]), "guided")
        np.testing.assert_allclose(found[n], single, atol=1e-5 * float(abs(found).max()))
    assert jax.tree.structure(other.randomise(1)) == jax.tree.structure(other)


def test_once_warm_neither_features_nor_rules_nor_weights_compile(
    compiled: Callable[[], int],
) -> None:
    seen = np.asarray(picture(*OTHER, seed=3))
    network = make_other_network(OTHER)
    opened = compiled()
    assert opened > 0
    control = TracedNetwork.tree_unflatten(network.tree_flatten()[1], (network.weights,))
    state = control.forward(seen)
    maps = {name: np.asarray(one) for name, one in state.maps.items()}
    for layer in network.layers:
        for rule in RULES:
            for feature in (0, jax.device_put(np.int32(layer.features - 1))):
                g = maps[layer.name][..., int(feature)].copy()
                control.project(state, layer, Feature(feature, g), rule)
    assert compiled() == opened


def test_cost_is_counted_from_shapes(other: TracedNetwork) -> None:
    low, middle = 33 * 24 * 10 * 15, 8 * 8 * 12 * 150
    high, head = 7 * 4 * 7 * 108, 28
    cost = other.cost()
    assert cost.flop == 4 * (low + middle + high) + 2 * head
    assert cost.layer == 4 * 33 * 24 * 12
    kept = sum(one.nbytes for one in jax.tree.leaves(other.forward(picture(*OTHER))))
    assert cost.window == kept + 3 * 4 * 33 * 24 * 10


def test_maps_over_time_only() -> None:
    def fn(x: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(x.T @ draw(6, 4, seed=0)), "frames")
        x = aj.tap(jax.nn.relu(x @ draw(4, 3, seed=1) - x.mean()), "norm")
        return {"scores": x.mean(0)}

    network = TracedNetwork(fn, picture(6, 9))
    frames, norm = network.layers
    assert (frames.axes, frames.stride, frames.field) == (("time",), (1,), (1,))
    assert (norm.axes, norm.stride, norm.field) == (("time",), None, None)
    assert network.outputs_count == 0
    state = network.forward(picture(6, 9))
    assert network.project(state, 1, Feature(0, state.maps["frames"][:, 0]), "guided").shape == (
        6,
        9,
    )
    with pytest.raises(ValueError, match=r"no scores: its function returns .*'scores': \(3,\)"):
        network.outputs(state)


BAD = {
    "looks at values": (
        lambda x: aj.tap(x[..., None], "a") if float(x.sum()) > 0 else x,
        "cannot be traced, since it looks at values of its input",
    ),
    "strings": (lambda _: ["a", "b"], "must return arrays, not str 'a'"),
    "NaN": (lambda x: aj.tap(x[..., None], "a") * np.nan, "NaN"),
    "no layer": (lambda x: x, "no layer is marked; mark some with aj.tap"),
    "twice": (
        lambda x: aj.tap(aj.tap(x[..., None], "a"), "a"),
        "two layers are marked as 'a'",
    ),
    "batch": (
        lambda x: aj.tap(jnp.stack([x, x])[..., None, None], "a", ("time",)),
        "without a batch",
    ),
    "dense": (lambda x: aj.tap(x.mean(0), "a"), r"'a' has shape \(5,\); maps are"),
    "turned": (
        lambda x: aj.tap(x.T[..., None], "a", axes=("time", "freq")),
        r"over \('time', 'freq'\); they must lie",
    ),
    "axes": (lambda x: aj.tap(x[..., None], "a", axes=("time",)), r"over \('time',\); they must"),
    "apart": (lambda x: aj.tap(jnp.ones((2, 2, 2)), "a") + x.sum(), "does not depend on the pic"),
    "whole numbers": (
        lambda x: aj.tap((x[..., None] > 0).astype(int), "a"),
        "'a' holds int32, not real numbers",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_functions_that_will_not_do(name: str) -> None:
    fn, message = BAD[name]
    with pytest.raises((ValueError, TypeError, aj.UnsupportedOperation), match=message):
        TracedNetwork(fn, picture(4, 5))


def test_a_function_that_changes_its_shape() -> None:
    calls: list[int] = []

    def drifting(x: jax.Array) -> jax.Array:
        calls.append(1)
        return aj.tap(x[..., None], "a")[: len(calls)]

    with pytest.raises(ValueError, match=r"shapes \[\(1, 5, 1\)\] and then \[\(2, 5, 1\)\]"):
        TracedNetwork(drifting, picture(4, 5))


def test_other_bad_input(other: TracedNetwork) -> None:
    state = other.forward(picture(*OTHER))
    one = Feature(0, state.maps["low"][..., 0])
    with pytest.raises(ValueError, match=r"opened with a picture of shape \(33, 24\)"):
        other.forward(picture(24, 33))
    with pytest.raises(ValueError, match=r"has no sizes for others, such as \(24, 33\)"):
        other.sizes((24, 33))
    for call in (other.off, other.kernel, lambda name: other.activations(state, name)):
        with pytest.raises(ValueError, match="layer must be 1 to 3, or one of low, middle, high"):
            call("lowest")
    with pytest.raises(ValueError, match="not 'lowest'"):
        other.project(state, "lowest", one, "guided")
    with pytest.raises(ValueError, match="feature must be 0 to 9 in layer low"):
        other.project(state, "low", Feature(10, one.map), "guided")
    with pytest.raises(ValueError, match="a rule needs a name"):
        other.project(state, "low", one, Rule("", lambda _, g: g))
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided"):
        other.project(state, "low", one, "guide")


def test_of_many_layers_the_message_names_some() -> None:
    def deep(x: jax.Array) -> jax.Array:
        x = x[..., None]
        for number in range(30):
            x = aj.tap(jax.nn.relu(x), f"layer{number}")
        return x

    with pytest.raises(ValueError, match=r"one of layer0, .*layer10, \.\.\., not 'layer99'"):
        TracedNetwork(deep, picture(2, 3)).off("layer99")


def test_a_control_is_found_where_the_largest_array_is_no_weight() -> None:
    """A mean that the function takes off stays as it is: it says nothing of a common beginning."""
    mean, kernel = np.ones(TINY.shape, np.float32), draw(3, 3, 1, 4, seed=1)

    def network(picture):
        x = jax.lax.conv_general_dilated(
            (picture - mean)[None, ..., None], kernel, (1, 1), "SAME",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )  # fmt: skip
        return aj.tap(jax.nn.relu(x[0]), "low").mean((0, 1))

    model = aj.Model(TracedNetwork(network, picture(*TINY.shape)), TINY, tuple("abcd"))
    assert aj.untrained(model).untrained
    assert aj.untrained(aj.random_model(model, 0)).training == {"seed": 1}
