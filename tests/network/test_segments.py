"""Functions cut at their layers: held equal to `with_rule`; what compiles, what is refused."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import auralise_jax as aj
from auralise_jax.network.network import Cotangent, Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.segments import Segments, State

pytestmark = pytest.mark.usefixtures("compiled_quickly")

ODD = (13, 10)
LAYERS = ("conv1", "conv2", "pooled", "scores")


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


KERNELS = [normal(3, 3, 1, 4) / 3, normal(3, 2, 4, 3, seed=1) / 5, normal(3, 3, 3, 4, seed=2) / 5]
DENSE = normal(4, 3, seed=3)


def network(picture: jax.Array, mark: Callable = aj.tap) -> dict[str, jax.Array]:
    """Overlapping pools, a skip past a layer, a global maximum; then what has no rule."""

    def convolved(x: jax.Array, kernel: np.ndarray) -> jax.Array:
        return jax.lax.conv_general_dilated(
            x[None], kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )[0]

    x = jax.nn.relu(convolved(picture[..., None], KERNELS[0]) + 0.1)
    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (3, 2, 1), (2, 2, 1), "SAME")
    first = mark(x, "conv1", axes=("freq", "time"))
    second = mark(jnp.maximum(convolved(first, KERNELS[1]), 0), "conv2")
    x = mark(jax.nn.relu(convolved(second, KERNELS[2]) - first).max((0, 1)), "pooled")
    return {"odds": jax.nn.softmax(mark(jnp.tanh(x) @ DENSE, "scores"))}


def up_to(layer: str) -> Callable[[jax.Array], jax.Array]:
    def fn(picture: jax.Array) -> jax.Array:
        maps = {}

        def mark(x: jax.Array, name: str, axes: object = None) -> jax.Array:
            return maps.setdefault(name, x)

        network(picture, mark)
        return maps[layer]

    return fn


@pytest.fixture(scope="module")
def segments() -> Segments:
    return Segments(network, normal(*ODD))


@pytest.fixture(scope="module")
def state(segments: Segments) -> State:
    return segments.forward(segments.weights, normal(*ODD, seed=9))


def test_layers_maps_and_outputs(segments: Segments, state: State) -> None:
    assert segments.layers == LAYERS
    assert segments.axes("conv1") == ("freq", "time")
    assert segments.axes("conv2") is None
    picture = normal(*ODD, seed=9)
    for layer in LAYERS:
        np.testing.assert_allclose(state.maps[layer], up_to(layer)(picture), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(state.outputs["odds"], network(picture)["odds"], rtol=1e-5)


def half_open(positive: jax.Array, g: jax.Array) -> jax.Array:
    return jnp.where(positive, g, g / 2)


@pytest.mark.parametrize("layer", LAYERS[:3])
def test_projections_are_those_of_with_rule(segments: Segments, state: State, layer: str) -> None:
    picture, maps = normal(*ODD, seed=9), state.maps[layer]
    g = jnp.asarray(normal(*maps.shape, seed=4))
    for rule in (*RULES, aj.Rule("half open", half_open)):
        pull = jax.vjp(jax.jit(aj.with_rule(up_to(layer), rule)), picture)[1]
        for cotangent in (g, maps):
            wanted = pull(cotangent)[0]
            found = segments.project(segments.weights, state, layer, cotangent, rule)
            peak = float(abs(wanted).max())
            np.testing.assert_allclose(found, wanted, atol=1e-5 * peak)
            assert peak > 0
            same = segments.project(segments.weights, state, layer, Cotangent(cotangent), rule)
            np.testing.assert_array_equal(same, found)


def flat(x: jax.Array) -> jax.Array:
    x = jax.nn.relu(x.reshape(-1) @ normal(12, 5))
    return aj.tap(jnp.maximum(x @ normal(5, 4) - 0.3, 0), "a")


def shared(x: jax.Array) -> jax.Array:
    """What goes into the layer is also used whole, below two more products and a ReLU."""
    y = jax.nn.relu(x @ normal(4, 4))
    return aj.tap(jax.nn.relu(y / 2 + jax.nn.relu(y @ normal(4, 4, seed=1)) * 0.5), "a")


def grouped(x: jax.Array) -> jax.Array:
    x = jax.lax.conv_general_dilated(
        (x @ normal(4, 4))[None, :, None] * jnp.ones((1, 1, 4, 1)),
        normal(2, 1, 2, 4) + 1,
        (1, 1),
        "SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=2,
    )
    return aj.tap(jax.nn.relu(x[0].transpose(2, 1, 0)), "a")


def moved(x: jax.Array) -> jax.Array:
    y = jnp.einsum("ij,jkl->kil", x, normal(4, 2, 3)) + normal(2, 1, 3)
    y = jax.nn.relu(jnp.where(normal(3, 3) > 0, y, -y)).max(1)
    y = jnp.broadcast_to(y[None, :, None], (2, 2, 5, 3)).reshape(4, 5, 3)
    return aj.tap(y * normal(4, 5, 3) - y[::-1], "a")


def across(x: jax.Array) -> jax.Array:
    y = jax.lax.reduce_window(
        jax.nn.relu(x @ normal(4, 6)), -jnp.inf, jax.lax.max, (1, 3), (1, 2), "SAME"
    )
    return aj.tap(y, "a")


@pytest.mark.parametrize("fn", [flat, shared, grouped, moved, across])
def test_one_feature_is_projected_as_its_map_among_zeros_is(fn: Callable) -> None:
    picture = jnp.asarray(normal(3, 4, seed=7))
    segments = Segments(fn, picture)
    state = segments.forward(segments.weights, picture)
    maps = state.maps["a"]
    for rule in RULES:
        for index in range(maps.shape[-1]):
            g = jnp.asarray(normal(*maps.shape[:-1], seed=index))
            alone = jnp.zeros_like(maps).at[..., index].set(g)
            wanted = jax.vjp(aj.with_rule(fn, rule), picture)[1](alone)[0]
            seed = Feature(jnp.int32(index), g)
            found = segments.project(segments.weights, state, "a", seed, rule)
            np.testing.assert_allclose(found, wanted, atol=1e-5 * (1e-6 + float(abs(wanted).max())))
    assert segments._back_from._cache_size() == 1


def test_features_of_every_layer(segments: Segments, state: State) -> None:
    for layer in LAYERS[:3]:
        maps = state.maps[layer]
        for index in (0, maps.shape[-1] - 1):
            alone = jnp.zeros_like(maps).at[..., index].set(maps[..., index])
            wanted = segments.project(segments.weights, state, layer, alone, "deconvnet")
            seed = Feature(jnp.int32(index), maps[..., index])
            found = segments.project(segments.weights, state, layer, seed, "deconvnet")
            np.testing.assert_allclose(found, wanted, atol=1e-5 * float(abs(wanted).max()))
    key = segments._ways["conv2"][0]
    args = (segments.weights, state.kept[1], (jnp.int32(0), state.maps["conv2"][..., 0]))
    back = jax.make_jaxpr(lambda *args: segments._back_from(*args, key=key, rule=None))
    text = str(back(*args, segments._numbers["guided"]))
    assert "f32[3,2,4,1]" in text  # the kernel of one feature


def test_a_change_of_rule_or_picture_compiles_nothing(segments: Segments) -> None:
    def everything(seed: int) -> list[jax.Array]:
        state = segments.forward(segments.weights, jnp.asarray(normal(*ODD, seed=seed)))
        return [
            segments.project(segments.weights, state, layer, state.maps[layer], rule)
            for layer in LAYERS[:3]
            for rule in RULES[seed : seed + 1]
        ]

    everything(0)
    compiled = segments._back._cache_size(), segments._forward._cache_size()
    first, second = everything(1), everything(2)
    assert (segments._back._cache_size(), segments._forward._cache_size()) == compiled
    assert all(not np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_layer_runs_the_segments_below_it_only(segments: Segments) -> None:
    ways = {layer: [number for number, _ in segments._ways[layer]] for layer in LAYERS[:3]}
    assert ways == {"conv1": [0], "conv2": [1, 0], "pooled": [2, 1, 0]}
    # The segment of conv2 is run for conv2 alone, and for conv2 and what skips past it.
    assert len(segments._plans) == 4


def test_what_is_refused_above_a_layer_does_not_matter_below(
    segments: Segments, state: State
) -> None:
    with pytest.raises(aj.UnsupportedOperation, match=r"test_segments.py, line \d+: tanh is"):
        segments.project(segments.weights, state, "scores", state.maps["scores"], "guided")


def test_many_features_at_once(segments: Segments, state: State) -> None:
    maps = state.maps["conv2"]
    seeds = jnp.eye(maps.shape[-1])[:, None, None] * maps

    def project(seed: jax.Array) -> jax.Array:
        return segments.project(segments.weights, state, "conv2", seed, "deconvnet")

    single = jnp.stack([project(seed) for seed in seeds])
    np.testing.assert_allclose(jax.vmap(project)(seeds), single, atol=1e-6 * abs(single).max())


def test_other_weights_in_the_place_of_those_captured(segments: Segments) -> None:
    picture = normal(*ODD, seed=9)
    doubled = tuple(2 * one for one in segments.weights)
    state = segments.forward(doubled, picture)
    assert not np.allclose(state.maps["conv2"], up_to("conv2")(picture))
    g = jnp.asarray(normal(*state.maps["conv1"].shape))
    found = segments.project(doubled, state, "conv1", g, "deconvnet")
    before = segments.project(segments.weights, state, "conv1", g, "deconvnet")
    np.testing.assert_allclose(found, 2 * before, rtol=1e-5)


def test_an_array_of_zeros_by_which_a_relu_was_found_is_no_weight() -> None:
    zeros, kernel = jnp.zeros(4), jnp.asarray(normal(4, 4))

    def fn(x: jax.Array) -> jax.Array:
        return aj.tap(jnp.maximum(x @ kernel, zeros[::-1].reshape(1, 4)), "a")

    segments = Segments(fn, normal(3, 4))
    (weight,) = segments.weights
    np.testing.assert_array_equal(weight, kernel)


def test_products_are_at_full_precision(segments: Segments) -> None:
    state = segments.forward(segments.weights, normal(*ODD))
    (key,) = segments._ways["conv1"]
    number = segments._numbers["guided"]
    args = (segments.weights, state.kept[0], (state.maps["conv1"],), number)
    texts = [
        str(jax.make_jaxpr(segments._forward)(segments.weights, normal(*ODD))),
        str(jax.make_jaxpr(lambda *args: segments._back(*args, key=key, rule=None))(*args)),
    ]
    for text, products in zip(texts, (4, 2), strict=True):
        assert text.count("= dot_general[") + text.count("= conv_general_dilated[") == products
        assert text.count("precision=(Precision.HIGHEST, Precision.HIGHEST)") == products


def twice(x: jax.Array) -> jax.Array:
    return aj.tap(aj.tap(x, "same") + 1, "same")


def within_a_loop(x: jax.Array) -> jax.Array:
    return jax.lax.map(lambda x: aj.tap(jnp.tanh(x), "inside"), x)


CALLS = []


def drifting(x: jax.Array) -> jax.Array:
    CALLS.append(x)
    return aj.tap(jnp.stack([x] * len(CALLS)), "a")


BAD = {
    "no mark": (jax.nn.relu, "no layer is marked; mark some with aj.tap"),
    "a name twice": (twice, r"two layers are marked as 'same' \(.*test_segments.py, line \d+\)"),
    "in a loop": (within_a_loop, r"layer 'inside' is marked inside scan \(.*line \d+\)"),
    "NaN": (lambda x: aj.tap(x - jnp.inf, "a") * 0, "NaN of the example, in its result"),
    "NaN inside": (lambda x: aj.tap(jnp.sqrt(-1 - x**2), "a"), "NaN of the example, in layer 'a'"),
    "another shape": (drifting, r"shapes \[\(1, 3\)\] and then \[\(2, 3\)\]"),
}


@pytest.mark.parametrize("name", BAD)
def test_functions_that_will_not_do(name: str) -> None:
    fn, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        Segments(fn, normal(3))


def test_other_bad_input(segments: Segments, state: State) -> None:
    weights, maps = segments.weights, state.maps["conv1"]
    with pytest.raises(ValueError, match=r"opened with a picture of shape \(13, 10\)"):
        segments.forward(weights, normal(10, 13))
    with pytest.raises(ValueError, match="and dtype int32"):
        segments.forward(weights, np.zeros(ODD, np.int32))
    with pytest.raises(ValueError, match="holds real numbers, not int32"):
        Segments(network, np.zeros(ODD, np.int32))
    with pytest.raises(TypeError, match="must return arrays, not str 'a'"):
        Segments(lambda _: ["a"], normal(3))
    with pytest.raises(ValueError, match="layer must be one of conv1, conv2, pooled, scores, not"):
        segments.project(weights, state, "conv3", maps, "guided")
    with pytest.raises(ValueError, match=r"must have shape \(7, 5, 4\), as its maps"):
        segments.project(weights, state, "conv1", maps[0], "guided")
    with pytest.raises(ValueError, match=r"must have shape \(7, 5\), as its map, "):
        segments.project(weights, state, "conv1", Feature(0, maps), "guided")
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided"):
        segments.project(weights, state, "conv1", maps, "guide")
    by_input = aj.Rule("by input", lambda x, g: x * g, needs_input=True)
    with pytest.raises(ValueError, match="'by input' needs the input of the ReLUs"):
        segments.project(weights, state, "conv1", maps, by_input)


def test_under_strict_settings() -> None:
    picture = jax.device_put(normal(*ODD))
    with (
        jax.numpy_rank_promotion("raise"),
        jax.numpy_dtype_promotion("strict"),
        jax.transfer_guard("disallow"),
        jax.enable_x64(True),
        jax.default_matmul_precision("bfloat16"),
    ):
        with jax.transfer_guard("allow"):  # tracing sends the function's own constants
            segments = Segments(network, picture)
        state = segments.forward(segments.weights, picture)
        found = segments.project(segments.weights, state, "pooled", state.maps["pooled"], "guided")
    pull = jax.vjp(aj.with_rule(up_to("pooled"), "guided"), picture)[1]
    wanted = pull(state.maps["pooled"])[0]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=1e-5 * float(abs(wanted).max()))
