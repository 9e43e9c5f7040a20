"""Random networks, written as a list of operations and read back: the same, and the same again."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from networks import batch_norm, draw

import auralise_jax as aj
from auralise_jax.network.graph.graph import Graph
from auralise_jax.network.graph.reading import function_of, graph_cost, parse_graph, weights_of
from auralise_jax.network.graph.writing import write_graph
from auralise_jax.network.marks import marked_layers
from auralise_jax.network.program import Program
from auralise_jax.network.reach import Reach, reaches
from auralise_jax.network.tracing import trace

pytestmark = pytest.mark.usefixtures("compiled_quickly")

PICTURE = (12, 10)
LAYOUTS = (("NHWC", "HWIO", "NHWC"), ("NCHW", "OIHW", "NCHW"), ("HWNC", "IOHW", "NHWC"))
TURNS = {"NHWC": (0, 1, 2, 3), "NCHW": (0, 3, 1, 2), "HWNC": (1, 2, 0, 3)}


class Step(NamedTuple):
    """An operation on maps (freq, time, features), with what it draws."""

    name: str
    number: int
    choice: int


def convolution(x: jax.Array, step: Step) -> jax.Array:
    rng = np.random.default_rng(step.choice)
    wide = 2 * (1 + step.choice % 3)
    groups = 2 if x.shape[-1] % 2 == 0 and step.choice % 2 else 1
    cells, taps, made = LAYOUTS[step.choice % 3]
    size = tuple(rng.integers(1, 4, 2))
    kernel = draw(*size, x.shape[-1] // groups, wide, seed=step.number)
    kernel = kernel.transpose(["HWIO".index(axis) for axis in taps])
    y = lax.conv_general_dilated(
        x[None].transpose(TURNS[cells]),
        kernel,
        tuple(rng.integers(1, 3, 2)) if min(x.shape[:2]) > 4 else (1, 1),
        [tuple(map(int, rng.integers(1, 3, 2))) for _ in range(2)],
        rhs_dilation=(1, 1 + step.choice % 2),
        lhs_dilation=(1 + (step.choice % 5 == 0), 1),
        dimension_numbers=(cells, taps, made),
        feature_group_count=groups,
    )
    return y.transpose(np.argsort(TURNS[made]).tolist())[0]


def max_pool(x: jax.Array, step: Step) -> jax.Array:
    size = (2 + step.choice % 2, 2)
    margin = ((step.choice % 2, 1), (0, step.choice % 2))
    window = (*size, 1), (2 if x.shape[0] > 3 else 1, 1, 1), (*margin, (0, 0))
    return lax.reduce_window(x, -jnp.inf, lax.max, *window)


def average(x: jax.Array, step: Step) -> jax.Array:
    return lax.reduce_window(x, 0.0, lax.add, (2, 1, 1), (1, 1, 1), "SAME") / (2.0 + step.choice)


def dense(x: jax.Array, step: Step) -> jax.Array:
    kernel = draw(x.shape[-1], 3, seed=step.number)
    return x @ kernel if step.choice % 2 else jnp.einsum("ck,ftc->ftk", kernel, x)


def scaled(x: jax.Array, step: Step) -> jax.Array:
    rows = draw(x.shape[0], seed=step.number).reshape(-1, 1, 1)
    return x * rows + 0.5 if step.choice % 2 else batch_norm(x, step.number)


def moved(x: jax.Array, step: Step) -> jax.Array:
    ways: list[Callable[[jax.Array], jax.Array]] = [
        lambda x: jnp.pad(x, ((1, 0), (0, 2), (0, 0)), mode="reflect"),
        lambda x: jnp.concatenate([x, x[::-1] * 2], -1),
        lambda x: jnp.roll(x, 1, 1)[:, : max(2, x.shape[1] - 1)],
        lambda x: jnp.take(x, np.arange(x.shape[0])[::2], axis=0),
        lambda x: jnp.where(np.arange(x.shape[1])[:, None] > 0, x, 1.0),
        lambda x: x.transpose(1, 0, 2),
        lambda x: jnp.repeat(x, 2, axis=1),
    ]
    return ways[step.choice % len(ways)](x)


RELUS = (
    jax.nn.relu,
    lambda x: jnp.where(x > 0, x, 0),
    lambda x: x * (x > 0),
    lambda x: (x + abs(x)) / 2,
    lambda x: jnp.maximum(0, x),
)
ACTIVATIONS = (
    lambda x: jax.nn.leaky_relu(x, 0.25),
    lambda x: jnp.where(x <= 0, np.linspace(0, 1, x.shape[-1], dtype=np.float32) * x, x),
    jax.nn.elu,
    jax.nn.selu,
    jax.nn.relu6,
)
STEPS: dict[str, Callable[[jax.Array, Step], jax.Array]] = {
    "activation": lambda x, step: ACTIVATIONS[step.choice % len(ACTIVATIONS)](x),
    "average": average,
    "convolution": convolution,
    "dense": dense,
    "max_pool": max_pool,
    "moved": moved,
    "relu": lambda x, step: RELUS[step.choice % len(RELUS)](x),
    "residual": lambda x, step: x - jax.nn.relu(dense(dense(x, step), step))[..., :1],
    "scaled": scaled,
}


def network(steps: list[Step]) -> Callable[[jax.Array], Any]:
    def fn(picture: jax.Array) -> Any:
        x = picture[..., None]
        for number, step in enumerate(steps):
            x = STEPS[step.name](x, step)
            if step.choice % 3 == 0 or number == len(steps) - 1:
                x = aj.tap(x, f"layer{number}", ("freq", "time") if step.choice % 2 else None)
        return {"scores": jax.nn.softmax(x.mean((0, 1))), "largest": [x.max((0, 1)), x.sum()]}

    return fn


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    names = draw(st.lists(st.sampled_from([*STEPS, "convolution"]), min_size=1, max_size=5))
    return [Step(name, n, draw(st.integers(0, 29))) for n, name in enumerate(names)]


def written(fn: Callable[..., Any], picture: jax.Array, *params: Any) -> tuple[Graph, list[Reach]]:
    traced = trace(fn, (*params, picture), {}, (len(params),))
    *weights, seen = traced.program.inputs
    program = Program((seen,), traced.program.steps, traced.program.outputs)
    names = sorted(params[0]) if params else ()
    given = dict(zip(weights, traced.arrays, strict=False))
    marked = marked_layers(program).marked
    graph = write_graph(program, marked, traced.tree, given, dict(zip(weights, names, strict=True)))
    reach = reaches(program)
    return graph, [reach[one.value] for one in marked]


def back(fn: Callable[[jax.Array], Any], rule: str, picture: jax.Array) -> tuple[Any, jax.Array]:
    """Return the outputs, and what comes back from two of them."""

    def run(picture: jax.Array) -> tuple[Any, jax.Array]:
        def linear(picture: jax.Array) -> jax.Array:
            largest, total = fn(picture)["largest"]
            return largest.sum() + total

        _, pull = jax.vjp(
            aj.with_rule(linear, rule, allow={"elu": "relu", "leaky_relu": "gradient"}), picture
        )
        return fn(picture), pull(jnp.ones(()))[0]

    outputs, projected = jax.jit(run)(picture)
    return outputs, projected


@settings(max_examples=8, deadline=None, database=None)
@given(steps(), st.sampled_from(["gradient", "deconvnet", "guided"]))
def test_random_networks_are_read_back_as_they_were(steps: list[Step], rule: str) -> None:
    picture = jnp.asarray(np.random.default_rng(0).normal(0, 1, PICTURE), jnp.float32)
    fn = network(steps)
    graph, reach = written(fn, picture)
    text = json.dumps(graph.settings())
    parsed = parse_graph(json.loads(text), graph.tensors)
    assert graph_cost(parsed).flop > 0
    again = function_of(parsed)
    params = weights_of(parsed)
    assert params is None
    for one, two in zip(
        jax.tree.leaves(back(fn, rule, picture)),
        jax.tree.leaves(back(again, rule, picture)),
        strict=True,
    ):
        # The same operations in float32, which XLA may add up in another order.
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5 * max(1, abs(one).max()))
    twice, reach_again = written(again, picture)
    assert json.dumps(twice.settings()) == text
    assert reach_again == reach
    assert [*twice.tensors] == [*graph.tensors]
    for name, one in graph.tensors.items():
        np.testing.assert_array_equal(twice.tensors[name], one)
