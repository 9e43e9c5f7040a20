"""Networks for longer pictures compute what networks made for these compute."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY, make_model
from networks import convolved, draw, other_function, papers_function

import auralise_jax as aj
from auralise_jax.network.edited import gains_of, with_gains
from auralise_jax.network.lengthening import FixedLength, lengthened
from auralise_jax.network.network import Feature, Network
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

SHAPE, LONGER = (33, 24), (33, 61)


def picture(shape: tuple[int, ...]) -> jax.Array:
    """Return noise above 0."""
    return jax.device_put(np.random.default_rng(1).gamma(1, 1, shape).astype(np.float32))


def assert_same(found: Network, wanted: Network, layer: str) -> None:
    seen = picture(LONGER)
    states = found.forward(seen), wanted.forward(seen)
    for ask in (
        lambda network, state: network.activations(state, layer),
        lambda network, state: network.project(state, layer, Feature(1), "deconvnet"),
    ):
        one, other = (np.asarray(ask(*pair)) for pair in zip((found, wanted), states, strict=True))
        np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(other).max())


def test_the_papers_cnn_drops_its_head() -> None:
    model = make_model()
    longer = dataclasses.replace(TINY, duration=60 * 32 / 2000)
    wanted = make_model(longer, dense=()).network
    tensors = {name: model.network.tensors[name] for name in wanted.tensors}
    assert_same(lengthened(model.network, "conv3", LONGER), wanted.replaced(tensors), "conv3")


@pytest.mark.parametrize("layer", ["low", "middle", "high"])
def test_a_function_of_any_length_is_traced_again(layer: str) -> None:
    network = TracedNetwork(other_function, picture(SHAPE))
    found = lengthened(network, layer, LONGER)
    assert found.outputs_count == 4
    assert_same(found, TracedNetwork(other_function, picture(LONGER)), layer)
    assert lengthened(network, layer, LONGER) is found


def test_where_the_head_has_one_length_only_what_is_below_is_traced() -> None:
    stack = make_model().network
    fn = papers_function(stack.tensors, stack.architecture)
    network = TracedNetwork(fn, picture(SHAPE), layers={"conv2": "second", "conv3": "third"})
    found = lengthened(network, "second", LONGER)
    assert [*map(str, found.layers)] == ["second"]
    wanted = lengthened(stack, "conv2", LONGER)
    seen = picture(LONGER)
    one = found.project(found.forward(seen), "second", Feature(1), "guided")
    other = wanted.project(wanted.forward(seen), "conv2", Feature(1), "guided")
    np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(other).max())


def test_weights_of_now_are_taken_along() -> None:
    params = {"first": draw(3, 3, 1, 4, seed=1), "second": draw(3, 3, 4, 5, seed=2)}

    def network(weights: dict[str, jax.Array], picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(convolved(picture[..., None], weights["first"])), "first")
        return aj.tap(jax.nn.relu(convolved(x, weights["second"])), "second").mean((0, 1))

    for fn, given in ((network, params), (functools.partial(network, params), None)):
        fresh = TracedNetwork(fn, picture(SHAPE), given).randomise(3)
        found = lengthened(fresh, "second", LONGER)
        seen = picture(LONGER)
        maps = np.asarray(found.activations(found.forward(seen), "second"))
        own = np.asarray(fresh.activations(fresh.forward(seen[:, :24]), "second"))
        np.testing.assert_allclose(maps[:, :20], own[:, :20], atol=1e-5)


def test_gains_go_along() -> None:
    model = make_model().with_gains({(1, 2): 0.0, (3, 1): 0.5})
    found = lengthened(model.network, "conv2", LONGER)
    assert found.gains == model.gains
    plain = lengthened(make_model().network, "conv2", LONGER)
    seen = picture(LONGER)
    one, other = (
        np.asarray(network.activations(network.forward(seen), "conv2"))
        for network in (found, plain)
    )
    assert np.abs(one - other).max() > 0.1 * np.abs(other).max()


def test_gains_below_a_layer_go_along_where_the_head_is_dropped() -> None:
    """Those beside it, which it does not depend on, do not."""
    kernels = draw(3, 3, 1, 4, seed=1), draw(3, 3, 4, 5, seed=2)

    def network(picture: jax.Array) -> jax.Array:
        first = aj.tap(jax.nn.relu(convolved(picture[..., None], kernels[0])), "first")
        beside = aj.tap(jax.nn.relu(convolved(first, kernels[1])), "beside")
        x = aj.tap(jax.nn.relu(convolved(first, kernels[1][::-1])), "second")
        return (x + beside).ravel() @ jnp.ones((24 * 33 * 5, 2))

    names = {"first": "1st", "beside": "beside", "second": "second"}
    traced = TracedNetwork(network, picture(SHAPE), layers=names)
    muted = with_gains(traced, {("1st", 1): 0.0, ("beside", 0): 0.0})
    found = lengthened(muted, "second", LONGER)
    assert gains_of(found) == {("1st", 1): 0.0}
    seen = picture(LONGER)
    maps = np.asarray(found.activations(found.forward(seen), "second"))
    own = np.asarray(muted.activations(muted.forward(seen[:, :24]), "second"))
    np.testing.assert_allclose(maps[:, :20], own[:, :20], atol=1e-5)


def test_a_network_of_one_length_says_so() -> None:
    kernel = draw(3, 3, 1, 4, seed=1)

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], kernel))
        return x.ravel() @ jnp.ones((24 * 33 * 4, 2))

    made = TracedNetwork(network, picture(SHAPE))
    for _ in range(2):  # the second time from memory
        with pytest.raises(FixedLength, match="pictures of one length only"):
            lengthened(made, made.layers[0].name, LONGER)


def test_a_layer_that_sees_otherwise_in_longer_pictures_is_refused() -> None:
    def network(picture: jax.Array) -> jax.Array:
        gap = picture.shape[1] // 24
        x = convolved(picture[..., None], draw(3, 3, 1, 4, seed=1), rhs_dilation=(1, gap))
        return aj.tap(jax.nn.relu(x), "own").mean((0, 1))

    made = TracedNetwork(network, picture(SHAPE))
    with pytest.raises(FixedLength, match="has another field"):
        lengthened(made, "own", LONGER)


def test_other_networks_have_no_longer_form() -> None:
    class Other:
        layers = make_model().layers

    with pytest.raises(FixedLength, match="a Other has no form for longer pictures"):
        lengthened(Other(), "conv1", LONGER)
