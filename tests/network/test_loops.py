"""Loops and branches under a rule: held equal to the same network written out."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import auralise_jax as aj
from auralise_jax.network.network import Feature
from auralise_jax.network.program import every_step
from auralise_jax.network.rules import RULES
from auralise_jax.network.segments import Segments
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

Fn = Callable[[jax.Array], jax.Array]


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    """Return small dyadic numbers, so that sums are exact and zeros and ties common."""
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 3, shape).astype(np.float32) / 2


KERNELS = draw(3, 4, 4, seed=1)
UPPER = jnp.asarray(2.0)


def deep(x: jax.Array) -> jax.Array:
    """Scan over layers, each with a skip and a ReLU6."""

    def layer(x: jax.Array, kernel: jax.Array) -> tuple[jax.Array, None]:
        return x + jnp.clip(x @ kernel, 0, 2), None

    return lax.scan(layer, x, KERNELS)[0]


def deep_written_out(x: jax.Array) -> jax.Array:
    for kernel in KERNELS:
        x = x + jnp.clip(x @ kernel, 0, 2)
    return x


def recurrent(x: jax.Array) -> jax.Array:
    """Go backwards in time, with a count that nothing comes back from, and pool each turn."""

    def turn(carried: tuple, x: jax.Array) -> tuple:
        count, h, unused = carried
        h = jax.nn.relu(x @ KERNELS[0] + h @ KERNELS[1])
        return (count + 1, h, jnp.tanh(unused + x)), (h.reshape(2, 2).max(1), jnp.sort(x))

    (count, h, _), (maxima, _) = lax.scan(turn, (0, jnp.zeros(4), x[0]), x, reverse=True)
    return jnp.concatenate([maxima * count, h.reshape(2, 2)])


def recurrent_written_out(x: jax.Array) -> jax.Array:
    h, maxima = jnp.zeros(4), []
    for row in x[::-1]:
        h = jax.nn.relu(row @ KERNELS[0] + h @ KERNELS[1])
        maxima.append(h.reshape(2, 2).max(1))
    return jnp.concatenate([jnp.stack(maxima[::-1]) * 3, h.reshape(2, 2)])


def mapped(x: jax.Array) -> jax.Array:
    """Map over rows, with a loop of three turns inside."""

    def row(x: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 3, lambda n, x: jnp.maximum(x @ KERNELS[0] + 1 - n, 0.0), x)

    return lax.map(jax.checkpoint(row), x)


def mapped_written_out(x: jax.Array) -> jax.Array:
    for n in range(3):
        x = jnp.maximum(x @ KERNELS[0] + 1 - n, 0.0)
    return x


def branched(x: jax.Array) -> jax.Array:
    """Choose by what does not depend on the picture; what the other branches hold is pooled too."""
    x = lax.cond(UPPER > 1, lambda x: jax.nn.relu(x @ KERNELS[0]), lambda x: x.max() + 0 * x, x)
    x = lax.cond(False, jnp.tanh, lambda x: jax.nn.relu(x - 1), x)

    def turn(x: jax.Array, n: jax.Array) -> tuple[jax.Array, jax.Array]:
        x = lax.switch(n, [jnp.negative, lambda x: jax.nn.relu(x @ KERNELS[1]), lambda x: x], x)
        return x, x

    return lax.scan(turn, x, jnp.array([1, 0, 2, 1]))[1][-1]


def branched_written_out(x: jax.Array) -> jax.Array:
    x = jax.nn.relu(jax.nn.relu(x @ KERNELS[0]) - 1)
    return jax.nn.relu(-jax.nn.relu(x @ KERNELS[1]) @ KERNELS[1])


def shared(x: jax.Array) -> jax.Array:
    """Read one value of the input in every turn, and gather from what is stacked."""

    def turn(total: jax.Array, n: jax.Array) -> tuple[jax.Array, jax.Array]:
        return total + jax.nn.relu(x - n), x[n]

    total, rows = lax.scan(turn, x, jnp.arange(3))
    return jax.nn.relu(total) + rows[::-1]


def shared_written_out(x: jax.Array) -> jax.Array:
    return jax.nn.relu(x + sum(jax.nn.relu(x - n) for n in range(3))) + x[::-1]


PAIRS: dict[str, tuple[Fn, Fn]] = {
    "scan over layers": (deep, deep_written_out),
    "scan over time": (recurrent, recurrent_written_out),
    "map, with a loop inside": (mapped, mapped_written_out),
    "branches": (branched, branched_written_out),
    "a value from outside": (shared, shared_written_out),
}
X = draw(3, 4)


@pytest.mark.parametrize("name", PAIRS)
def test_a_loop_is_projected_as_the_loop_written_out(name: str) -> None:
    looped, written_out = PAIRS[name]
    picture = jnp.asarray(X)
    segments = Segments(lambda x: aj.tap(looped(x), "a"), picture)
    state = segments.forward(segments.weights, picture)
    g = jnp.asarray(draw(*looped(picture).shape, seed=3))
    half = aj.Rule("half", lambda positive, g: jnp.where(positive, g, g / 2))
    for rule in ("deconvnet", "guided", half):
        wanted, pull = jax.vjp(aj.with_rule(written_out, rule), picture)
        back = pull(g)[0]
        assert np.abs(back).max() > 0
        values, pull = jax.vjp(jax.jit(aj.with_rule(jax.jit(looped), rule)), picture)
        np.testing.assert_array_equal(values, wanted)
        np.testing.assert_array_equal(pull(g)[0], back)
        np.testing.assert_array_equal(state.maps["a"], wanted)
        found = segments.project(segments.weights, state, "a", g, rule)
        np.testing.assert_array_equal(found, back)
        alone = jnp.zeros_like(g).at[..., 1].set(g[..., 1])
        seed = Feature(1, g[..., 1])
        found = segments.project(segments.weights, state, "a", seed, rule)
        np.testing.assert_array_equal(found, pull(alone)[0])


def test_many_pictures_at_once() -> None:
    pictures = jnp.asarray(draw(5, 3, 4))
    for name in ("scan over time", "branches"):
        looped, written_out = PAIRS[name]

        def project(x: jax.Array, fn: Fn) -> jax.Array:
            values, pull = jax.vjp(aj.with_rule(fn, "guided"), x)
            return pull(values)[0]

        found = jax.vmap(lambda x: project(x, looped))(pictures)  # noqa: B023
        wanted = jax.vmap(lambda x: project(x, written_out))(pictures)  # noqa: B023
        np.testing.assert_array_equal(found, wanted)


REFUSED: dict[str, tuple[Fn, str]] = {
    "tanh": (lambda x: lax.map(jnp.tanh, x), "tanh"),
    "tanh of what is carried": (
        lambda x: lax.scan(lambda c, x: (jnp.tanh(c + x), None), x[0], x)[0],
        "tanh",
    ),
    "in a branch that is not taken": (
        lambda x: lax.cond(UPPER > 1, jax.nn.relu, jnp.tanh, x),
        "tanh",
    ),
    "gated": (lambda x: lax.scan(lambda c, x: (c * x, c), x[0], x)[1], "mul"),
    "predicate": (lambda x: lax.cond(x[0, 0] > 0, lambda x: x, jnp.negative, x), "cond"),
    "predicate inside": (
        lambda x: lax.map(lambda x: lax.cond(x[0] > 0, lambda x: x, jnp.negative, x), x),
        "cond",
    ),
    "number of turns": (
        lambda x: lax.while_loop(lambda x: x.sum() < 9, lambda x: jax.nn.relu(x) + 1, x),
        "while",
    ),
    "sorted inside": (lambda x: lax.map(jnp.sort, x), "sort"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_inside_of_a_loop_is_named_with_its_line(name: str) -> None:
    fn, operation = REFUSED[name]
    with pytest.raises(aj.UnsupportedOperation, match=r"test_loops.py, line \d+: ") as caught:
        aj.with_rule(fn, "deconvnet")(X)
    assert caught.value.operation == operation


def test_printing_inside_of_a_loop_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def turn(x: jax.Array) -> jax.Array:
        jax.debug.print("peak {}", x.max())
        return jax.nn.relu(x)

    aj.with_rule(lambda x: lax.map(turn, x), "deconvnet")(jnp.array([[1.0], [3.0]]))
    jax.effects_barrier()
    assert capsys.readouterr().out == "peak 1.0\npeak 3.0\n"


def test_products_inside_are_at_full_precision() -> None:
    def network(x: jax.Array) -> jax.Array:
        kernel = jnp.asarray(KERNELS[0])
        return lax.map(lambda x: jax.nn.relu(jnp.matmul(x, kernel, precision="bfloat16")), x)

    fn = aj.with_rule(network, "deconvnet")
    text = str(jax.make_jaxpr(lambda x: jax.vjp(fn, x)[1](x))(X))
    assert text.count("= dot_general") == 2
    assert text.count("precision=(Precision.HIGHEST, Precision.HIGHEST)") == 2


def test_a_change_of_rule_compiles_nothing() -> None:
    picture = jnp.asarray(X)
    segments = Segments(lambda x: aj.tap(deep(x), "a"), picture)
    state = segments.forward(segments.weights, picture)
    for rule in RULES:
        segments.project(segments.weights, state, "a", state.maps["a"], rule)
    assert segments._back._cache_size() == 1


def test_layers_in_a_loop_are_layers_like_others() -> None:
    kernels = jnp.asarray(np.random.default_rng(0).normal(size=(3, 3, 3, 2, 2)), jnp.float32)
    biases = jnp.asarray(draw(3, 2, seed=5))

    def layer(x: jax.Array, weights: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        kernel, bias = weights
        numbers = ("NHWC", "HWIO", "NHWC")
        y = lax.conv_general_dilated(x[None], kernel, (1, 1), "SAME", dimension_numbers=numbers)
        return jax.nn.relu(y[0] + bias), y.sum()

    def network(picture: jax.Array) -> jax.Array:
        maps, sums = lax.scan(layer, picture[..., None] * jnp.ones(2), (kernels, biases))
        return maps.sum((0, 1)) + sums[1]

    picture = jnp.asarray(draw(8, 9))
    traced = TracedNetwork(network, picture)
    layers = [layer for layer in traced.layers if layer.name.startswith("conv")]
    assert [layer.field for layer in layers] == [(3, 3), (5, 5), (7, 7)]
    state = traced.forward(picture)
    np.testing.assert_allclose(state.outputs, network(picture), rtol=1e-5)
    assert_fresh(traced)


def assert_fresh(traced: TracedNetwork) -> None:
    """Assert that a network of fresh weights shares none with this one, and has biases of 0."""
    for now, fresh in zip(traced.weights, traced.randomise(0).weights, strict=True):
        assert now.any()
        assert not np.isclose(now, fresh).any() or not fresh.any()


def test_a_control_has_fresh_weights_in_a_loop_over_time_too() -> None:
    kernels, bias = [jnp.asarray(draw(4, 4, seed=n)) + 0.25 for n in (1, 2)], jnp.ones(4)

    def network(picture: jax.Array) -> jax.Array:
        def turn(h: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
            h = jax.nn.relu(x @ kernels[0] + h @ kernels[1] + bias)
            return h, h

        return aj.tap(lax.scan(turn, jnp.zeros(4), picture.T)[1], "h", axes=("time",)).mean(0)

    assert_fresh(TracedNetwork(network, jnp.asarray(draw(4, 6))))


def test_what_a_loop_holds_is_looked_up_once_for_many_turns() -> None:
    def network(picture: jax.Array) -> jax.Array:
        return lax.fori_loop(0, 99, lambda _, x: jax.nn.relu(x @ KERNELS[0] / 8 + X), picture)

    segments = Segments(lambda x: aj.tap(network(x), "a"), jnp.asarray(X))
    assert sum(step.name == "dot_general" for step in every_step(segments.program.steps)) == 1
