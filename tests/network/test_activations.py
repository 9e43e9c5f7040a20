"""ReLU6 by its truth table; activations for which the user states what comes back."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

import auralise_jax as aj
from auralise_jax.network.network import Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.segments import Segments
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

Fn = Callable[[jax.Array], jax.Array]

X = jnp.array([-1.0, -1.0, 3.0, 3.0, 7.0, 7.0, 0.0, 0.0, 6.0, 6.0])
G = jnp.array([-2.0, 2.0] * 5)
RELU6_TABLE = {
    # x:        -1        3          7        0        6
    "gradient": [0, 0, -2, 2, 0, 0, 0, 0, 0, 0],
    "deconvnet": [0, 2, 0, 2, 0, 2, 0, 2, 0, 2],
    "guided": [0, 0, 0, 2, 0, 0, 0, 0, 0, 0],
}

RELU6: dict[str, Fn] = {
    "jax.nn.relu6": jax.nn.relu6,
    "clip": lambda x: jnp.clip(x, 0, 6),
    "clip, by name": lambda x: jnp.clip(x, min=0.0, max=6.0),
    "minimum of maximum": lambda x: jnp.minimum(jnp.maximum(x, 0), 6),
    "minimum of where": lambda x: jnp.minimum(6, jnp.where(x > 0, x, 0)),
    "maximum of minimum": lambda x: jnp.maximum(0, jnp.minimum(jnp.full(1, 6.0), x)),
    "lax.clamp": lambda x: jax.lax.clamp(0.0, x, 6.0),
    "in a loop": lambda x: jax.lax.map(jax.nn.relu6, x),
}


@pytest.mark.parametrize("name", RELU6)
def test_relu6_truth_table(name: str) -> None:
    fn = RELU6[name]
    for rule in RULES:
        values, pull = jax.vjp(aj.with_rule(fn, rule), X)
        np.testing.assert_array_equal(values, np.clip(X, 0, 6))
        np.testing.assert_array_equal(pull(G)[0], RELU6_TABLE[rule])


def test_relu6_in_segments_and_under_rules_of_ones_own() -> None:
    segments = Segments(lambda x: aj.tap(jax.nn.relu6(x), "a"), X)
    state = segments.forward(segments.weights, X)
    for rule in RULES:
        found = segments.project(segments.weights, state, "a", G, rule)
        np.testing.assert_array_equal(found, RELU6_TABLE[rule])
    half = aj.Rule("half", lambda positive, g: jnp.where(positive, g, g / 2))
    wanted = np.where((X > 0) & (X < 6), G, G / 2)
    np.testing.assert_array_equal(jax.vjp(aj.with_rule(jax.nn.relu6, half), X)[1](G)[0], wanted)
    found = segments.project(segments.weights, state, "a", G, half)
    np.testing.assert_array_equal(found, wanted)
    by_input = aj.Rule("by input", lambda x, g: x * g, needs_input=True)
    found = jax.vjp(aj.with_rule(jax.nn.relu6, by_input), X)[1](G)[0]
    np.testing.assert_array_equal(found, np.where(X < 6, X * G, 0))


def test_infinities_and_nan_through_relu6() -> None:
    x = jnp.array([np.nan, np.inf, -np.inf, 7.0, 1.0])
    for fn in RELU6.values():
        np.testing.assert_array_equal(aj.with_rule(fn, "deconvnet")(x), fn(x))


@jax.jit
def snake(x: jax.Array) -> jax.Array:
    return x + jnp.sin(x) ** 2


@jax.custom_vjp
def surrogate(x: jax.Array) -> jax.Array:
    return (x > 1) * 1.0


surrogate.defvjp(lambda x: (surrogate(x), x), lambda x, g: (g * jnp.exp(-(x**2)),))

SLOPES = jnp.array([0.1, 0.2, 0.0, 0.3])
ACTIVATIONS: dict[str, tuple[str, Fn]] = {
    "leaky_relu": ("leaky_relu", jax.nn.leaky_relu),
    "leaky, of two": ("leaky_relu", lambda x: jnp.maximum(x, 0.2 * x)),
    "leaky, chosen": ("leaky_relu", lambda x: jnp.where(x < 0, x / 4, x)),
    "PReLU": ("prelu", lambda x: jnp.where(x > 0, x, SLOPES * x)),
    "nnx.PReLU": ("prelu", nnx.PReLU(0.1)),
    "linen.PReLU": (
        "prelu",
        lambda x: linen.PReLU().apply({"params": {"negative_slope": jnp.float32(0.1)}}, x),
    ),
    "elu": ("elu", jax.nn.elu),
    "elu, by hand": ("elu", lambda x: jnp.where(x > 0, x, 0.5 * (jnp.exp(x) - 1))),
    "celu": ("celu", jax.nn.celu),
    "gelu": ("gelu", jax.nn.gelu),
    "exact gelu": ("gelu", lambda x: jax.nn.gelu(x, approximate=False)),
    "silu": ("silu", nnx.silu),
    "tanh": ("tanh", jnp.tanh),
    "sigmoid": ("sigmoid", jax.nn.sigmoid),
    "a jitted function": ("snake", snake),
    "a custom VJP": ("surrogate", surrogate),
}
KERNEL = np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32)
PICTURE = jnp.asarray(np.random.default_rng(1).normal(size=(3, 4)), jnp.float32)
UP = jnp.asarray(np.random.default_rng(2).normal(size=(3, 4)), jnp.float32)


def passed(fn: Fn, how: object, rule: str, x: jax.Array, g: jax.Array) -> np.ndarray:
    """Return what is to come back through an activation."""
    if how == "gradient":
        return jax.vjp(fn, x)[1](g)[0]
    if isinstance(how, aj.Rule):
        return how.backward(x, g)
    positive, rule = np.asarray(x) > 0, rule if how == "relu" else how
    kept = np.where(positive, g, 0)
    return {"gradient": kept, "deconvnet": np.maximum(g, 0), "guided": np.maximum(kept, 0)}[rule]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_comes_back_is_what_is_stated(name: str) -> None:
    key, fn = ACTIVATIONS[name]
    own = aj.Rule("own", lambda x, g: x * g, needs_input=True)

    def network(x: jax.Array) -> jax.Array:
        return fn(x @ KERNEL) @ KERNEL.T

    before = PICTURE @ KERNEL
    for how, rule in [
        ("relu", "deconvnet"),
        ("relu", "guided"),
        ("gradient", "deconvnet"),
        ("deconvnet", "gradient"),
        (own, "guided"),
    ]:
        wanted = passed(fn, how, rule, before, UP @ KERNEL) @ KERNEL.T
        allow = {key: how}
        values, pull = jax.vjp(aj.with_rule(network, rule, allow=allow), PICTURE)
        np.testing.assert_allclose(values, network(PICTURE), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(pull(UP)[0], wanted, rtol=1e-4, atol=1e-5)
        segments = Segments(lambda x: aj.tap(network(x), "a"), PICTURE, allow=allow)
        state = segments.forward(segments.weights, PICTURE)
        np.testing.assert_allclose(state.maps["a"], values, rtol=1e-5, atol=1e-6)
        found = segments.project(segments.weights, state, "a", UP, rule)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_not_stated_is_refused_and_the_message_says_how_to_state_it(name: str) -> None:
    key, fn = ACTIVATIONS[name]
    with pytest.raises(aj.UnsupportedOperation) as caught:
        aj.with_rule(lambda x: fn(x) + 1, "deconvnet", allow={"other": "relu"})(PICTURE)
    if key == "snake":  # a function of the user's own is known by its steps
        assert caught.value.operation == "integer_pow"
        return
    named = "leaky_relu" if name == "PReLU" else key
    assert caught.value.operation == named
    assert f'with_rule(fn, rule, allow={{"{named}": "relu"}})' in str(caught.value)
    place = caught.value.place
    assert place is not None
    assert place.file == __file__


def test_an_activation_in_a_loop_and_one_feature_of_it() -> None:
    def looped(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, 2, lambda _, x: jax.nn.elu(x @ KERNEL), x)

    def written_out(x: jax.Array) -> jax.Array:
        return jax.nn.elu(jax.nn.elu(x @ KERNEL) @ KERNEL)

    for how in ("relu", "gradient"):
        allow = {"elu": how}
        wanted = jax.vjp(aj.with_rule(written_out, "guided", allow=allow), PICTURE)[1]
        found = jax.vjp(aj.with_rule(looped, "guided", allow=allow), PICTURE)[1]
        np.testing.assert_allclose(found(UP)[0], wanted(UP)[0], rtol=1e-5, atol=1e-6)
        segments = Segments(lambda x: aj.tap(looped(x), "a"), PICTURE, allow=allow)
        state = segments.forward(segments.weights, PICTURE)
        seed = Feature(2, UP[..., 2])
        alone = jnp.zeros_like(UP).at[..., 2].set(UP[..., 2])
        found = segments.project(segments.weights, state, "a", seed, "guided")
        np.testing.assert_allclose(found, wanted(alone)[0], rtol=1e-5, atol=1e-6)


def test_weights_of_an_activation_may_be_replaced() -> None:
    segments = Segments(
        lambda x: aj.tap(jnp.where(x > 0, x, SLOPES * x), "a"), PICTURE, allow={"prelu": "gradient"}
    )
    (slopes,) = segments.weights
    np.testing.assert_array_equal(slopes, SLOPES)
    state = segments.forward((4 * slopes,), PICTURE)
    np.testing.assert_allclose(
        state.maps["a"], np.where(PICTURE > 0, PICTURE, 4 * slopes * PICTURE)
    )
    found = segments.project((4 * slopes,), state, "a", UP, "deconvnet")
    np.testing.assert_allclose(found, np.where(PICTURE > 0, UP, 4 * slopes * UP), rtol=1e-6)


def test_what_mixes_cells_can_only_have_its_own_derivative() -> None:
    fn = jax.nn.softmax
    for how in ("relu", "deconvnet"):
        with pytest.raises(aj.UnsupportedOperation, match="softmax is neither"):
            aj.with_rule(fn, "deconvnet", allow={"softmax": how})(PICTURE)
    found = jax.vjp(aj.with_rule(fn, "deconvnet", allow={"softmax": "gradient"}), PICTURE)[1](UP)
    np.testing.assert_allclose(found[0], jax.vjp(fn, PICTURE)[1](UP)[0], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("allow", "kind", "message"),
    [
        ("elu", TypeError, r'as \{"elu": "relu"\}; it cannot be \'elu\''),
        ({"": "relu"}, ValueError, "needs names of activations, such as 'elu', not ''"),
        ({"relu": "gradient"}, ValueError, "cannot change what comes back through relu"),
        ({"elu": "linear"}, ValueError, r"allow\['elu'\] must be 'relu'"),
        ({"elu": aj.Rule("odd", lambda _, g: g + 1)}, ValueError, "makes something of 0"),
    ],
)
def test_statements_that_will_not_do(allow: object, kind: type, message: str) -> None:
    for made in (
        lambda: aj.with_rule(jax.nn.elu, "deconvnet", allow=allow),
        lambda: Segments(lambda x: aj.tap(x, "a"), PICTURE, allow=allow),
    ):
        with pytest.raises(kind, match=message):
            made()


def test_the_same_statement_gives_the_same_object() -> None:
    ruled = aj.with_rule(snake, "deconvnet", allow={"snake": "relu"})
    assert aj.with_rule(snake, "deconvnet", allow={"snake": "relu"}) is ruled
    assert aj.with_rule(snake, "deconvnet", allow={"snake": "gradient"}) is not ruled
    assert aj.with_rule(snake, "deconvnet") is not ruled


def test_a_layer_of_stated_activations_is_silent_where_one_of_relus_is() -> None:
    scale, shift = np.float32([1, -1, 2, -0.5]), np.float32([0.1, 0.2, 0.3, 0.4])

    def network(x: jax.Array, activation: Fn) -> jax.Array:
        return activation(x[..., None] * jnp.ones(4) - 1) * scale + shift

    for activation in (jax.nn.relu, jax.nn.relu6, jax.nn.elu, nnx.PReLU(0.1)):
        traced = TracedNetwork(
            lambda x, activation=activation: aj.tap(network(x, activation), "a"),
            PICTURE,
            allow={"elu": "relu", "prelu": "gradient"},
        )
        np.testing.assert_array_equal(traced.off("a"), shift)
