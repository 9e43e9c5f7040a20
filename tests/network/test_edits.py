"""Edits of a network: held equal to the same function with the multiplication written in."""

import functools
import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import make_model
from networks import (
    batch_norm,
    convolved,
    draw,
    flat_function,
    other_function,
    papers_function,
)

import auralise_jax as aj
from auralise_jax.network.edited import with_gains
from auralise_jax.network.edits import Edit, Edits, checked_edits, edits_for, in_turn, untouched
from auralise_jax.network.network import Cotangent, Feature, Network, project_many
from auralise_jax.network.rules import RULES
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

SHAPE = (33, 24)
Fn = Callable[..., jax.Array]


def residual_function(picture: jax.Array, mark: Callable = aj.tap) -> jax.Array:
    """Return scores by way of skip connections past a layer and past two, and BatchNorm."""
    x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 6, seed=1)))
    first = mark(jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (3, 2, 1), (2, 2, 1), "SAME"), "a")
    x = batch_norm(jax.nn.relu(convolved(first, draw(3, 3, 6, 6, seed=2)) - 0.1), 3)
    second = mark(x, "b")
    third = mark(jax.nn.relu(convolved(second, draw(3, 3, 6, 6, seed=4)) + first), "c")
    x = jax.nn.relu(convolved(third + second, draw(3, 3, 6, 5, seed=5)) + draw(1, 5, seed=6)[0])
    return mark(x + first[..., :5], "d").max((0, 1)) @ draw(5, 3, seed=7)


FUNCTIONS: dict[str, Fn] = {
    "residual": residual_function,
    "BatchNorm and pools": other_function,
    "without frequency": flat_function,
}


def by_hand(fn: Fn, edits: Edits, wanted: str | None = None) -> Fn:
    """Return a function with the multiplication written in: its scores, or a layer's maps."""

    def run(picture: jax.Array) -> jax.Array:
        maps = {}

        def mark(x: jax.Array, name: str, axes: object = None) -> jax.Array:
            maps[name] = x
            return x * edits[name].scale + edits[name].shift

        scores = fn(picture, mark)
        return scores if wanted is None else maps[wanted]

    return run


def some_gains(network: Network, seed: int = 0) -> dict[tuple[str, int], float]:
    """Return a gain of 0, one below 1 and one above for each layer, as far as it has features."""
    rng = np.random.default_rng(seed)
    return {
        (layer.name, int(feature)): gain
        for layer in network.layers
        for feature, gain in zip(rng.permutation(layer.features), (0.0, 0.25, 2.0), strict=False)
    }


def picture_of(shape: tuple[int, ...] = SHAPE, seed: int = 5) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).uniform(0, 1, shape).astype(np.float32))


def close(found: object, wanted: object, share: float = 1e-5) -> None:
    """Compare in float32, whose rounding is a share of the peak."""
    peak = float(np.abs(np.asarray(wanted)).max())
    np.testing.assert_allclose(found, wanted, atol=share * max(peak, 1e-6), rtol=0)


@functools.cache
def traced(name: str) -> TracedNetwork:
    return TracedNetwork(FUNCTIONS[name], picture_of(seed=0))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_traced_network_under_edits_is_the_function_with_them_written_in(name: str) -> None:
    network, fn, picture = traced(name), FUNCTIONS[name], picture_of()
    edits = edits_for(network, some_gains(network))
    state = network.forward(picture, edits)
    close(network.outputs(state), by_hand(fn, edits)(picture))
    plain = network.outputs(network.forward(picture))
    assert float(abs(network.outputs(state) - plain).max()) > 0.01 * float(abs(plain).max())
    for layer in network.layers:
        maps = by_hand(fn, edits, layer.name)(picture)
        close(network.activations(state, layer.name), maps)


HALF_OPEN = aj.Rule("half open", lambda positive, g: jnp.where(positive, g, g / 2))


@pytest.mark.parametrize("rule", [*RULES, HALF_OPEN])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_projections_of_a_traced_network_are_those_of_the_function(
    name: str, rule: str | aj.Rule
) -> None:
    """At the edited layers, and above all of them; of one feature, and of all."""
    network, fn, picture = traced(name), FUNCTIONS[name], picture_of()
    edits = edits_for(network, some_gains(network, seed=1))
    state, seen = network.forward(picture, edits), 0
    for layer in network.layers:
        under = jax.jit(aj.with_rule(by_hand(fn, edits, layer.name), rule))
        maps, back = jax.vjp(under, picture)
        (wanted,) = back(maps)
        close(network.project(state, layer, Cotangent(maps), rule), wanted)
        for feature in (0, layer.features - 1):
            alone = jnp.zeros_like(maps).at[..., feature].set(maps[..., feature])
            (wanted,) = back(alone)
            close(network.project(state, layer, Feature(feature), rule), wanted)
        plain = network.project(network.forward(picture), layer, Cotangent(maps), rule)
        seen += not np.allclose(plain, back(maps)[0], atol=1e-3 * float(abs(plain).max()))
    assert seen == len(network.layers) - 1  # all but the lowest


def test_the_papers_cnn_under_edits_is_its_traced_form() -> None:
    model = make_model()
    stack, picture = model.network, picture_of(model.frontend.shape)
    twin = TracedNetwork(papers_function(stack.tensors, stack.architecture), picture)
    # With a shift too, as a map's mean over a corpus has it.
    rng = np.random.default_rng(3)
    edits = {
        layer.name: Edit(*rng.uniform(0, 1, (2, layer.features)).astype(np.float32))
        for layer in stack.layers
    }
    state, same = stack.forward(picture, edits), twin.forward(picture, edits)
    close(stack.outputs(state), twin.outputs(same))
    close(stack.scores(picture[None], edits)[0], twin.outputs(same))
    for number, layer in enumerate(stack.layers):
        maps = twin.activations(same, layer.name)
        close(stack.activations(state, layer.name), maps)
        close(stack.maps(np.asarray(picture)[None], edits)[number][0], maps)
        for rule, seed in itertools.product(RULES, (Cotangent(maps), Feature(1))):
            close(
                stack.project(state, layer.name, seed, rule),
                twin.project(same, layer.name, seed, rule),
            )
    for rule in RULES:
        under = by_hand(papers_function_of(stack), edits, "conv3")
        maps, back = jax.vjp(aj.with_rule(under, rule), picture)
        close(stack.project(state, "conv3", Cotangent(maps), rule), back(maps)[0])


def papers_function_of(stack: aj.Stack) -> Fn:
    return lambda picture, mark: papers_function(stack.tensors, stack.architecture, mark)(picture)


NETWORKS: dict[str, Callable[[], Network]] = {
    "the paper's CNN": lambda: make_model().network,
    **{name: functools.partial(traced, name) for name in FUNCTIONS},
}


@functools.cache
def network_of(name: str) -> Network:
    return NETWORKS[name]()


@pytest.mark.parametrize("name", NETWORKS)
def test_edits_that_leave_all_as_it_is(name: str) -> None:
    network = network_of(name)
    picture = picture_of(network.picture_shape)
    plain, same = network.forward(picture), network.forward(picture, untouched(network))
    for layer in network.layers:
        np.testing.assert_array_equal(
            network.activations(same, layer.name), network.activations(plain, layer.name)
        )
        np.testing.assert_array_equal(
            network.project(same, layer.name, Feature(0), "guided"),
            network.project(plain, layer.name, Feature(0), "guided"),
        )
    np.testing.assert_array_equal(network.outputs(same), network.outputs(plain))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_edit_changes_nothing_below_it_nor_its_own_layer(name: str) -> None:
    network = network_of(name)
    picture = picture_of(network.picture_shape)
    *below, last = network.layers
    edits = edits_for(network, {(last.name, feature): 0.0 for feature in range(last.features)})
    plain, muted = network.forward(picture), network.forward(picture, edits)
    for layer in (*below, last):
        np.testing.assert_array_equal(
            network.activations(muted, layer.name), network.activations(plain, layer.name)
        )
        for rule in RULES:
            np.testing.assert_array_equal(
                network.project(muted, layer.name, Feature(1), rule),
                network.project(plain, layer.name, Feature(1), rule),
            )
    assert not np.array_equal(network.outputs(muted), network.outputs(plain))


@pytest.mark.parametrize("name", NETWORKS)
def test_with_all_features_muted_nothing_comes_through(name: str) -> None:
    """The scores are the same whatever the picture, and what is above comes back as nothing."""
    network = network_of(name)
    first, *_, top = network.layers
    whole = {(layer.name, k): 0.0 for layer in network.layers for k in range(layer.features)}
    alone = {(first.name, k): 0.0 for k in range(first.features)}
    for gains in (whole, alone):
        if gains is alone and name == "residual":
            continue  # what skips past a layer is not muted with it
        edits = edits_for(network, gains)
        states = [
            network.forward(picture_of(network.picture_shape, seed), edits) for seed in (1, 2)
        ]
        np.testing.assert_array_equal(*map(network.outputs, states))
        seed = Cotangent(network.activations(states[0], top.name))
        assert not np.any(network.project(states[0], top.name, seed, "gradient"))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_muted_map_passes_up_as_silence(name: str) -> None:
    """Which is `off`, and not 0 where BatchNorm follows the ReLU."""
    network = network_of(name)
    for layer in network.layers:
        edit = edits_for(network, {(layer.name, 0): 0.0, (layer.name, 1): 0.5})[layer.name]
        off = np.asarray(network.off(layer.name))
        maps = np.random.default_rng(0).normal(size=(3, 2, layer.features)).astype(np.float32)
        found = np.asarray(edit.of(maps))
        close(found[..., 0], np.full((3, 2), off[0]))
        close(found[..., 1], (maps[..., 1] + off[1]) / 2)
        np.testing.assert_array_equal(found[..., 2:], maps[..., 2:])


def test_silence_behind_batch_norm_is_not_zero() -> None:
    assert np.abs(np.asarray(traced("residual").off("b"))).min() > 0.01


@pytest.mark.parametrize("name", NETWORKS)
def test_scores_where_each_feature_is_edited_alone(name: str) -> None:
    network = network_of(name)
    picture = picture_of(network.picture_shape)
    for layer in network.layers:
        off = np.asarray(network.off(layer.name), np.float32)
        edit = Edit(np.zeros(layer.features, np.float32), off)
        others = edits_for(network, {(network.layers[0].name, 1): 0.0, (layer.name, 0): 2.0})
        for besides in (None, others):
            found = network.scores_alone(picture, layer.name, edit, besides)
            assert found.shape == (layer.features, network.outputs_count)
            for feature in range(layer.features):
                edits = untouched(network) if besides is None else dict(besides)
                scale, shift = (np.array(one) for one in edits[layer.name])
                scale[feature], shift[feature] = 0, off[feature]
                edits[layer.name] = Edit(scale, shift)
                wanted = network.outputs(network.forward(picture, edits))
                close(found[feature], wanted, 2e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_other_edits_compile_nothing(name: str, compiled: Callable[[], int]) -> None:
    network = network_of(name)
    picture = picture_of(network.picture_shape)

    def all_of_it(edits: Edits | None) -> None:
        state = network.forward(picture, edits)
        network.outputs(state)
        for layer in network.layers:
            for rule in RULES:
                network.project(state, layer.name, Feature(0), rule).block_until_ready()

    all_of_it(None)
    first = edits_for(network, some_gains(network))
    others = edits_for(network, some_gains(network, seed=1))
    network.off(network.layers[0].name)
    before = compiled()
    state = network.forward(picture, first)
    network.outputs(state)
    assert compiled() <= before + 1  # the forward pass, with edits in it
    before = compiled()
    all_of_it(first)  # the ways back are those of the network without edits
    all_of_it(others)
    assert compiled() == before


@pytest.mark.parametrize("name", NETWORKS)
def test_features_projected_together_under_edits(name: str) -> None:
    network = network_of(name)
    picture, top = picture_of(network.picture_shape), network.layers[-1]
    state = network.forward(picture, edits_for(network, some_gains(network)))
    together = project_many(
        network, state, Feature(jnp.arange(2)), layer=top.name, rule="deconvnet"
    )
    for feature, found in enumerate(together):
        close(found, network.project(state, top.name, Feature(feature), "deconvnet"))


@pytest.mark.parametrize("name", NETWORKS)
def test_under_strict_settings(name: str) -> None:
    network = network_of(name)
    picture, top = picture_of(network.picture_shape), network.layers[-1]
    gains = some_gains(network)
    edits = edits_for(network, gains)
    zero = Edit(*np.zeros((2, top.features), np.float32))
    second = jax.device_put(np.int32(1))

    def everything() -> list[np.ndarray]:
        state = network.forward(picture, edits_for(network, gains))
        found = [
            network.outputs(state),
            network.project(state, top.name, Feature(second), "guided"),
            network.scores(picture[None], edits)[0],
            network.scores_alone(picture, top.name, zero)[0],
            with_gains(network, gains).scores(jax.device_get(picture)[None], edits)[0],
        ]
        return jax.device_get(found)

    wanted = everything()
    with (
        jax.numpy_rank_promotion("raise"),
        jax.numpy_dtype_promotion("strict"),
        jax.transfer_guard("disallow"),
        jax.enable_x64(True),
        jax.default_matmul_precision("bfloat16"),
    ):
        found = everything()
    for one, same in zip(found, wanted, strict=True):
        assert one.dtype == np.float32
        close(one, same)


def test_edits_of_a_network_of_another_shape() -> None:
    network, picture = traced("residual"), picture_of()
    other = untouched(make_model().network)
    with pytest.raises(ValueError, match="edits name the layers conv1, conv2, conv3, and the netw"):
        network.forward(picture, other)
    with pytest.raises(ValueError, match="begin with untouched"):
        make_model().network.forward(picture_of((33, 24)), {})
    wide = {name: Edit(np.ones(9), np.zeros(9)) for name in "abcd"}
    with pytest.raises(
        ValueError, match=r"the edit of layer 'a' has shapes \[\(9,\), \(9,\)\]; its"
    ):
        network.forward(picture, wide)
    with pytest.raises(ValueError, match="edits name the layers 3, and"):
        checked_edits(network.layers, 3)  # type: ignore[arg-type]


def test_a_network_without_scores_has_no_effects() -> None:
    network = make_model(dense=()).network
    edit = untouched(network)["conv1"]
    with pytest.raises(ValueError, match="gives no scores"):
        network.scores_alone(picture_of((33, 24)), "conv1", edit)
    with pytest.raises(ValueError, match="gives no scores"):
        network.scores(picture_of((1, 33, 24)), untouched(network))


def test_edits_in_turn() -> None:
    rng = np.random.default_rng(0)
    first, then = ({"a": Edit(*rng.normal(size=(2, 4)))} for _ in range(2))
    maps = rng.normal(size=(3, 2, 4))
    wanted = then["a"].of(first["a"].of(maps))
    np.testing.assert_allclose(in_turn(first, then)["a"].of(maps), wanted, rtol=1e-12)
