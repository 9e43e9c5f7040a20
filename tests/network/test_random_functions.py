"""Random functions under a rule: each answer is the slow interpreter's, or an error; never a guess.

The interpreter knows a linear step by its values only: the matrix of the step is found by trying
it on unit pictures, and its transpose is the way back. ReLUs follow the table of the papers, pools
are searched cell by cell. Numbers are small dyadic fractions, so that float32 is exact, ties and
zeros are common, and results must be equal.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import auralise_jax as aj
from auralise_jax.network.segments import Segments

pytestmark = pytest.mark.usefixtures("compiled_quickly")

SIDE = 4
Fn = Callable[..., object]


def windows(x: np.ndarray, size: tuple[int, int], step: int, low: int) -> np.ndarray:
    """Return what every window sees, minus infinity outside; (rows, columns, places)."""
    wide = np.pad(x, max(size), constant_values=-np.inf)
    at = max(size) - low
    rows = [
        [
            wide[at + step * i : at + step * i + size[0], at + step * j : at + step * j + size[1]]
            for j in range(SIDE // step)
        ]
        for i in range(SIDE // step)
    ]
    return np.array(rows).reshape(SIDE // step, SIDE // step, -1)


class Pooling(NamedTuple):
    """A max-pool that the interpreter goes through cell by cell."""

    fn: Fn
    size: tuple[int, int]
    step: int
    low: int

    def forward(self, x: np.ndarray) -> np.ndarray:
        seen = windows(x, self.size, self.step, self.low).max(-1)
        return np.repeat(np.repeat(seen, self.step, 0), self.step, 1)

    def backward(self, x: np.ndarray, g: np.ndarray) -> np.ndarray:
        places = windows(x, self.size, self.step, self.low).argmax(-1)
        back = np.zeros_like(x)
        for i, j in itertools.product(range(SIDE), repeat=2):
            a, b = i // self.step, j // self.step
            row, column = np.divmod(places[a, b], self.size[1])
            back[a * self.step - self.low + row, b * self.step - self.low + column] += g[i, j]
        return back


def spread(x: jax.Array, step: int) -> jax.Array:
    return jnp.repeat(jnp.repeat(x, step, 0), step, 1)


def pooled(
    size: tuple[int, int], step: int, low: int, high: int, body: Fn = jax.lax.max
) -> Pooling:
    def fn(x: jax.Array) -> jax.Array:
        margin = ((low, high), (low, high))
        y = jax.lax.reduce_window(x, -jnp.inf, body, size, (step, step), margin)
        return spread(y[: SIDE // step, : SIDE // step], step)

    return Pooling(fn, size, step, low)


def over_blocks(x: jax.Array) -> jax.Array:
    return spread(x.reshape(2, 2, 2, 2).max((1, 3)), 2)


def over_all(x: jax.Array) -> jax.Array:
    return jnp.broadcast_to(x.max(), x.shape)


ALWAYS = jnp.ones(())
RELUS: dict[str, Fn] = {
    "jax.nn.relu": jax.nn.relu,
    "maximum(x, 0)": lambda x: jnp.maximum(x, 0),
    "maximum(0, x)": lambda x: jnp.maximum(0, x),
    "maximum(x, zeros)": lambda x: jnp.maximum(x, jnp.zeros_like(x)),
    "maximum(captured, x)": lambda x: jnp.maximum(np.zeros((SIDE, SIDE), np.float32), x),
    "where(x > 0, x, 0)": lambda x: jnp.where(x > 0, x, 0),
    "where(0 <= x, x, zeros)": lambda x: jnp.where(jnp.zeros(()) <= x, x, jnp.zeros_like(x)),
    "where(x <= 0, 0, x)": lambda x: jnp.where(x <= 0, 0.0, x),
    "where(~(x > 0), 0, x)": lambda x: jnp.where(~(x > 0), 0, x),
    "clip(x, 0)": lambda x: jnp.clip(x, 0),
    "x * (x > 0)": lambda x: x * (x > 0),
    "(x >= 0) * x": lambda x: (x >= 0).astype(x.dtype) * x,
    "(x + |x|) / 2": lambda x: (x + abs(x)) / 2,
    "0.5 * (|x| + x)": lambda x: 0.5 * (jnp.abs(x) + x),
    "checkpoint": jax.checkpoint(jax.nn.relu),
    "vmap": jax.vmap(lambda x: jnp.maximum(x, 0)),
    "vmap of vmap": jax.vmap(jax.vmap(lambda x: jnp.where(x > 0, x, 0)), 1, 1),
    "vmap of vmap, a mask": jax.vmap(jax.vmap(lambda x: x * (x > 0)), 1, 1),
    "clip(x, min=0)": lambda x: jnp.clip(x, min=0.0, max=None),
    "fmax(x, 0)": lambda x: jnp.fmax(x, 0),
    "lax.max": lambda x: jax.lax.max(jnp.zeros_like(x), x),
    "x * where(x > 0, 1, 0)": lambda x: x * jnp.where(x > 0, 1.0, 0.0),
    "where(x < 0, 0, 1) * x": lambda x: jnp.where(x < 0, 0, 1) * x,
    "map": lambda x: jax.lax.map(jax.nn.relu, x),
    "scan": lambda x: jax.lax.scan(lambda _, row: (None, jnp.where(row > 0, row, 0)), None, x)[1],
    "fori_loop": lambda x: jax.lax.fori_loop(0, 2, lambda _, x: jax.nn.relu(x), x),
    "cond, of a constant": lambda x: jax.lax.cond(ALWAYS > 0, jax.nn.relu, lambda x: -x, x),
    "cond, fixed": lambda x: jax.lax.cond(True, jax.nn.relu, jnp.tanh, x),
    "jit": jax.jit(lambda x: jax.jit(lambda x, zero: jnp.where(x > zero, x, zero))(x, 0.0)),
}
CAPS: dict[str, tuple[Fn, float]] = {
    "relu6": (lambda x: jax.nn.relu6(4 * x) / 4, 1.5),
    "clip(x, 0, 2)": (lambda x: jnp.clip(x, 0, 2), 2),
    "minimum(2, where(x > 0, x, 0))": (lambda x: jnp.minimum(2, jnp.where(x > 0, x, 0)), 2),
    "clamp, in a map": (lambda x: jax.lax.map(lambda x: jax.lax.clamp(0.0, x, 1.0), x), 1),
}
POOLS = {
    "2 x 2": pooled((2, 2), 2, 0, 0),
    "3 x 3, overlapping": pooled((3, 3), 1, 1, 1),
    "3 x 1, padded": pooled((3, 1), 2, 0, 1),
    "jnp.maximum as body": pooled((2, 2), 1, 0, 1, jnp.maximum),
    "reshape and max": Pooling(over_blocks, (2, 2), 2, 0),
    "max of all": Pooling(over_all, (SIDE, SIDE), SIDE, 0),
}


def turned(x: jax.Array) -> jax.Array:
    """Carry rows along, with a step that is linear."""
    return jax.lax.scan(lambda above, row: (above + 2 * row, above - row), x[0], x)[1]


def turned_slowly(x: np.ndarray) -> np.ndarray:
    above = x[0] + 2 * np.concatenate([0 * x[:1], np.cumsum(x, 0)[:-1]])
    return above - x


MATRIX = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [-1, 0, 0, 1], [0, -1, 0, 1]], np.float32)
TAPS = np.array([1, -1, 0.5], np.float32)
MASK = np.array([1, 0, 1, 1]) > 0
FOURIER = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 0, -1, 0], [1, 1, 1, 1]], np.float32)
TABLE = np.array([3, 0, 0, 2])


def convolved(x: jax.Array) -> jax.Array:
    return jax.lax.conv_general_dilated(x.T[:, None], TAPS[None, None], (1,), "SAME")[:, 0].T


def convolved_slowly(x: np.ndarray) -> np.ndarray:
    wide = np.pad(x, ((1, 1), (0, 0)))
    return sum(tap * wide[n : n + SIDE] for n, tap in enumerate(TAPS))


def averaged(x: jax.Array) -> jax.Array:
    return jax.lax.reduce_window(x, 0.0, jax.lax.add, (1, 2), (1, 1), ((0, 0), (0, 1))) / 2


LINEAR: dict[str, tuple[Fn, Fn]] = {
    "neg": (lambda x: -x, lambda x: -x),
    "affine": (lambda x: (x * 2 - 3) / 4 + 1, lambda x: (x * 2 - 3) / 4 + 1),
    "matmul": (lambda x: x @ MATRIX, lambda x: x @ MATRIX),
    "einsum": (lambda x: jnp.einsum("ij,kj->ik", x, MATRIX), lambda x: x @ MATRIX.T),
    "convolution": (convolved, convolved_slowly),
    "average pool": (averaged, lambda x: (x + np.pad(x, ((0, 0), (0, 1)))[:, 1:]) / 2),
    "mean": (lambda x: x - x.mean(0, keepdims=True), lambda x: x - x.mean(0, keepdims=True)),
    "cumsum": (lambda x: jnp.cumsum(x, 1), lambda x: np.cumsum(x, 1)),
    "roll": (lambda x: jnp.roll(x, 1, 0), lambda x: np.roll(x, 1, 0)),
    "flip, transpose": (lambda x: x[::-1].T, lambda x: x[::-1].T),
    "gather": (lambda x: x[TABLE], lambda x: x[TABLE]),
    "reflect": (
        lambda x: jnp.pad(x, 1, mode="reflect")[:SIDE, :SIDE],
        lambda x: np.pad(x, 1, mode="reflect")[:SIDE, :SIDE],
    ),
    "mask": (lambda x: jnp.where(MASK, x, 1), lambda x: np.where(MASK, x, 1)),
    "set": (lambda x: x.at[1].set(2.0), lambda x: np.concatenate([x[:1], 0 * x[:1] + 2, x[2:]])),
    "stack, tile": (
        lambda x: jnp.tile(jnp.stack([x[0], x[3]]) + jnp.unstack(x)[1], (2, 1)),
        lambda x: np.tile(np.stack([x[0], x[3]]) + x[1], (2, 1)),
    ),
    "scan, carried": (turned, turned_slowly),
    "real Fourier transform": (
        lambda x: jnp.fft.rfft(x, axis=0).real[np.array([0, 2, 1, 0])],
        lambda x: FOURIER @ x,
    ),
    "split": (
        lambda x: jnp.concatenate(jnp.split(x, 2)[::-1]),
        lambda x: np.concatenate([x[2:], x[:2]]),
    ),
}


@jax.custom_vjp
def reversed_gradient(x: jax.Array) -> jax.Array:
    return x


reversed_gradient.defvjp(lambda x: (x, None), lambda _, g: (-g,))


REFUSED: dict[str, Fn] = {
    "tanh": jnp.tanh,
    "square": lambda x: x**2,
    "product": lambda x: x * x[::-1],
    "abs": abs,
    "sort": lambda x: jnp.sort(x, 0),
    "round": jnp.round,
    "floor division": lambda x: x // 2,
    "stop_gradient": lambda x: jax.lax.stop_gradient(x) + 0,
    "hidden ReLU": lambda x: x * jax.lax.stop_gradient(jnp.float32(1) * (x > 0)),
    "straight through": lambda x: x + jax.lax.stop_gradient(jax.nn.relu(x) - x),
    "leaky": lambda x: jax.nn.leaky_relu(x, 0.5),
    "elu": jax.nn.elu,
    "gelu": jax.nn.gelu,
    "silu": jax.nn.silu,
    "softmax": jax.nn.softmax,
    "hard_tanh": jax.nn.hard_tanh,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "clip(x, -1, 1)": lambda x: jnp.clip(x, -1, 1),
    "clip(x, None, -1)": lambda x: jnp.clip(x, max=-1),
    "clamp(1, x, 6)": lambda x: jax.lax.clamp(1.0, x, 6.0),
    "clip between values": lambda x: jnp.clip(x, 0, x[::-1]),
    "celu": jax.nn.celu,
    "softplus": jax.nn.softplus,
    "sigmoid": jax.nn.sigmoid,
    "prelu": lambda x: jnp.where(x > 0, x, x * MATRIX),
    "layer norm": lambda x: (x - x.mean()) / (x.std() + 1),
    "attention": lambda x: jax.nn.softmax(x @ x.T) @ x,
    "top_k": lambda x: jax.lax.top_k(x, SIDE)[0],
    "magnitudes": lambda x: abs(jnp.fft.fft(x)),
    "power": lambda x: jnp.fft.fft(x).real ** 2,
    "tanh in a map": lambda x: jax.lax.map(jnp.tanh, x),
    "gate in a scan": lambda x: jax.lax.scan(lambda c, x: (c * x, c + x), x[0], x)[1],
    "while_loop": lambda x: jax.lax.while_loop(lambda x: x.sum() < 9, lambda x: x + 1, x),
    "tanh in a branch": lambda x: jax.lax.cond(ALWAYS > 0, jax.nn.relu, jnp.tanh, x),
    "maximum(x, 1)": lambda x: jnp.maximum(x, 1),
    "maxout": lambda x: jnp.maximum(x, x[::-1]),
    "minimum": lambda x: jnp.minimum(x, 0),
    "where, shifted": lambda x: jnp.where(x > 1, x, 0),
    "where, of another": lambda x: jnp.where(x > 0, x[::-1], 0),
    "where, of one": lambda x: jnp.where(x > 0, x, 1),
    "mask of another": lambda x: x * (x[::-1] > 0),
    "mask of where it is not": lambda x: x * (x < 0),
    "half of another": lambda x: (x + abs(x[::-1])) / 2,
    "half, twice": lambda x: (x + abs(x)) * 2,
    "two over": lambda x: 2 / (x + abs(x) + 1),
    "division": lambda x: 1 / (x * 0 + 2),
    "index": lambda x: x[jnp.argmax(x[0])] + x * 0,
    "to integers": lambda x: x.astype(jnp.int32).astype(jnp.float32),
    "apply": lambda x: x.at[0].apply(jnp.sin),
    "at max": lambda x: x.at[0].max(0.0),
    "cummax": lambda x: jax.lax.cummax(x, 0),
    "cond": lambda x: jax.lax.cond(x[0, 0] > 0, lambda x: x, lambda x: -x, x),
    "pool of dilated windows": lambda x: jax.lax.reduce_window(
        x, -jnp.inf, jax.lax.max, (2, 2), (1, 1), ((1, 1), (1, 1)), window_dilation=(2, 2)
    ),
    "pool from 1": lambda x: jax.lax.reduce_window(
        x, 1.0, jax.lax.max, (2, 1), (1, 1), ((0, 1), (0, 0))
    ),
    "custom VJP": reversed_gradient,
    "gradient of a network": jax.grad(lambda x: (jax.nn.relu(x @ MATRIX) ** 2).sum()),
    "callback": lambda x: jax.pure_callback(
        np.tanh, jax.ShapeDtypeStruct(x.shape, x.dtype), x, vmap_method="sequential"
    ),
}


def passed_by(rule: str, x: np.ndarray, g: np.ndarray, cap: float = np.inf) -> np.ndarray:
    gated = np.where((x > 0) & (x < cap), g, 0)
    return {"gradient": gated, "deconvnet": np.maximum(g, 0), "guided": np.maximum(gated, 0)}[rule]


class Node(NamedTuple):
    """An operation on earlier values."""

    name: str
    inputs: tuple[int, ...]

    def fast(self, *x: jax.Array) -> jax.Array:
        if self.name == "add":
            return x[0] + x[1]
        if self.name == "subtract":
            return x[0] - x[1]
        if self.name in RELUS:
            return RELUS[self.name](x[0])
        if self.name in CAPS:
            return CAPS[self.name][0](x[0])
        if self.name in POOLS:
            return POOLS[self.name].fn(x[0])
        return LINEAR[self.name][0](x[0]) if self.name in LINEAR else REFUSED[self.name](x[0])

    def slow(self, *x: np.ndarray) -> np.ndarray:
        if self.name in ("add", "subtract"):
            return x[0] + x[1] if self.name == "add" else x[0] - x[1]
        if self.name in RELUS:
            return np.maximum(x[0], 0)
        if self.name in CAPS:
            return np.clip(x[0], 0, CAPS[self.name][1])
        if self.name in POOLS:
            return POOLS[self.name].forward(x[0])
        if self.name in REFUSED:  # the result does not depend on it
            return np.full_like(x[0], np.nan)
        return np.asarray(LINEAR[self.name][1](x[0]), np.float64)

    def back(self, rule: str, x: list[np.ndarray], g: np.ndarray) -> list[np.ndarray]:
        if self.name in ("add", "subtract"):
            return [g, g if self.name == "add" else -g]
        if self.name in RELUS:
            return [passed_by(rule, x[0], g)]
        if self.name in CAPS:
            return [passed_by(rule, x[0], g, CAPS[self.name][1])]
        if self.name in POOLS:
            return [POOLS[self.name].backward(x[0], g)]
        if self.name in REFUSED:
            return [0 * g]
        units = np.eye(SIDE * SIDE).reshape(-1, SIDE, SIDE)
        rows = [(self.slow(unit) - self.slow(0 * unit)).ravel() for unit in units]
        return [(np.array(rows) @ g.ravel()).reshape(SIDE, SIDE)]


def network(nodes: list[Node]) -> Callable[[jax.Array], jax.Array]:
    def fn(x: jax.Array) -> jax.Array:
        values = [x]
        for node in nodes:
            values.append(node.fast(*(values[n] for n in node.inputs)))
        return values[-1]

    return fn


def interpret(
    nodes: list[Node], rule: str, x: np.ndarray, g: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    values = [x]
    for node in nodes:
        values.append(node.slow(*(values[n] for n in node.inputs)))
    flows = [np.zeros_like(x) for _ in values]
    flows[-1] = g
    for number in range(len(nodes), 0, -1):
        node = nodes[number - 1]
        back = node.back(rule, [values[n] for n in node.inputs], flows[number])
        for n, one in zip(node.inputs, back, strict=True):
            flows[n] = flows[n] + one
    return values[-1], flows[0]


def reached(nodes: list[Node]) -> set[str]:
    """Return the operations that the result depends on."""
    wanted, names = {len(nodes)}, set()
    for number in range(len(nodes), 0, -1):
        if number in wanted:
            names.add(nodes[number - 1].name)
            wanted.update(nodes[number - 1].inputs)
    return names


AROUND: dict[str, Callable[[Fn], Fn]] = {
    "jit": jax.jit,
    "checkpoint": jax.checkpoint,
    "vmap": lambda fn: lambda x: jax.vmap(fn)(jnp.stack([x, x]))[1],
    "map": lambda fn: lambda x: jax.lax.map(fn, x[None])[0],
    "scan": lambda fn: lambda x: jax.lax.scan(lambda x, _: (fn(x), None), x, None, length=1)[0],
    "cond": lambda fn: lambda x: jax.lax.cond(ALWAYS > 0, fn, lambda x: -x, x),
}
"""What a function may stand in without being another."""


def check(
    nodes: list[Node],
    rule: str,
    x: np.ndarray,
    g: np.ndarray,
    around: Sequence[str] = (),
    cut: bool = False,
) -> None:
    inner = network(nodes)
    for name in around:
        inner = AROUND[name](inner)
    fn = aj.with_rule(inner, rule)
    if reached(nodes) & REFUSED.keys():
        with pytest.raises(aj.UnsupportedOperation, match="End the function before this step"):
            jax.vjp(fn, x)
        return
    values, pull = jax.vjp(fn, x)
    wanted, back = interpret(nodes, rule, x.astype(np.float64), g.astype(np.float64))
    np.testing.assert_array_equal(values, wanted)
    np.testing.assert_array_equal(pull(g)[0], back)
    if cut:
        segments = Segments(lambda x: aj.tap(inner(x), "all"), x)
        state = segments.forward(segments.weights, x)
        np.testing.assert_array_equal(state.maps["all"], wanted)
        found = segments.project(segments.weights, state, "all", g, rule)
        np.testing.assert_array_equal(found, back)


NUMBERS = np.random.default_rng(0).integers(-2, 3, (2, SIDE, SIDE)).astype(np.float32)
RULES = ("gradient", "deconvnet", "guided")


@pytest.mark.parametrize("name", [*RELUS, *CAPS, *POOLS, *LINEAR])
def test_each_operation_that_passes(name: str) -> None:
    for rule in RULES:
        check([Node(name, (0,)), Node("matmul", (1,)), Node(name, (2,))], rule, *NUMBERS)


@pytest.mark.parametrize("name", REFUSED)
def test_each_operation_that_is_refused(name: str) -> None:
    check([Node("neg", (0,)), Node(name, (1,))], "gradient", *NUMBERS)
    # What the result does not depend on may be anything.
    check([Node(name, (0,)), Node("jax.nn.relu", (0,))], "deconvnet", *NUMBERS)


@st.composite
def functions(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    passing = [*RELUS, *CAPS, *POOLS, *LINEAR, "add", "subtract"]
    odd = draw(st.sampled_from([0, 0, 1]))
    for number in range(draw(st.integers(2, 6))):
        names = list(REFUSED) if odd and number == 1 else passing
        name = draw(st.sampled_from(names))
        inputs = tuple(
            draw(st.integers(max(0, number - 2), number))
            for _ in range(2 if name in ("add", "subtract") else 1)
        )
        nodes.append(Node(name, inputs))
    return nodes


@settings(max_examples=40, deadline=None)
@given(
    functions(),
    st.sampled_from(RULES),
    st.integers(0, 9),
    st.lists(st.sampled_from(list(AROUND)), max_size=2),
)
def test_random_functions(nodes: list[Node], rule: str, seed: int, around: list[str]) -> None:
    rng = np.random.default_rng(seed)
    x, g = rng.integers(-2, 3, (2, SIDE, SIDE)).astype(np.float32)
    check(nodes, rule, x, g, around, cut=seed < 2)
