"""Functions under a rule: the paper's CNN, Flax modules, what is refused and in which words."""

import gc
import re
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from configured import settings
from flax import linen, nnx
from IPython.core.compilerop import CachingCompiler

import auralise_jax as aj
from auralise_jax.network.network import Feature
from auralise_jax.network.refusal import Place
from auralise_jax.network.rules import RULES
from auralise_jax.network.stack import passes

pytestmark = pytest.mark.usefixtures("compiled_quickly")

Weights = list[np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def papers_cnn(features: tuple[int, ...], kernel: tuple[int, int]) -> tuple[Weights, Weights]:
    """Return kernels and biases; negative biases leave windows of zeros."""
    rng = np.random.default_rng(1)
    kernels, biases, inputs = [], [], 1
    for number in features:
        scale = np.sqrt(2 / (kernel[0] * kernel[1] * inputs))
        kernels.append(rng.normal(0, scale, (*kernel, inputs, number)).astype(np.float32))
        biases.append(rng.uniform(-0.3, 0.1, number).astype(np.float32))
        inputs = number
    return kernels, biases


def plain(
    kernels: Weights, biases: Weights, pool: tuple[int, int]
) -> Callable[[jax.Array], jax.Array]:
    """Return the same network as anybody would write it."""

    def maps(picture: jax.Array) -> jax.Array:
        x = picture[None, :, :, None]
        for kernel, bias in zip(kernels, biases, strict=True):
            x = jax.lax.conv_general_dilated(
                x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = linen.max_pool(jax.nn.relu(x + bias.reshape(1, 1, 1, -1)), pool, pool)
        return x[0]

    return maps


@pytest.mark.parametrize(
    ("size", "kernel", "pool"),
    [((33, 24), (3, 3), (2, 2)), ((29, 31), (5, 3), (3, 2)), ((17, 40), (1, 7), (1, 4))],
)
def test_the_papers_cnn_is_projected_as_its_fast_form_does(
    size: tuple[int, int], kernel: tuple[int, int], pool: tuple[int, int]
) -> None:
    kernels, biases = papers_cnn((4, 5), kernel)
    picture = abs(normal(*size))
    for layer in (1, 2) if pool == (2, 2) else (2,):
        below, above = kernels[:layer], biases[:layer]
        blocks = passes.forward(
            tuple(map(jnp.asarray, below)), tuple(map(jnp.asarray, above)), picture, pool=pool
        )
        fn = plain(below, above, pool)
        for rule in RULES:
            values, pull = jax.vjp(jax.jit(aj.with_rule(fn, rule)), picture)
            fast, slow, found = [], [], []
            for feature in range(values.shape[-1]):
                only = np.zeros_like(values)
                only[..., feature] = values[..., feature]
                found.append(pull(jnp.asarray(only))[0])
                settings = {"layer": layer, "rule": rule, "pool": pool, "shape": size}
                seed = Feature(feature, jnp.asarray(only[..., feature]))
                fast.append(
                    passes.backward(tuple(map(jnp.asarray, below)), blocks, seed, **settings)
                )
                slow.append(oracle.project(picture, below, above, layer, feature, rule, pool=pool))
            peak = np.abs(slow).max()
            np.testing.assert_allclose(values, blocks[-1].maps, atol=1e-5 * float(values.max()))
            np.testing.assert_allclose(found, fast, atol=1e-5 * peak)
            np.testing.assert_allclose(found, slow, atol=1e-5 * peak)


class Net(nnx.Module):
    """Two blocks of convolution, BatchNorm, ReLU and overlapping max-pool; average pool, dense."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.conv = nnx.List([nnx.Conv(1, 3, (3, 3), rngs=rngs), nnx.Conv(3, 4, (3, 2), rngs=rngs)])
        self.norm = nnx.List([nnx.BatchNorm(3, rngs=rngs), nnx.BatchNorm(4, rngs=rngs)])
        self.drop = nnx.Dropout(0.5, rngs=rngs)
        self.dense = nnx.Linear(4, 2, rngs=rngs)
        for number, norm in enumerate(self.norm):
            norm.mean[...] = normal(*norm.mean.shape, seed=number) / 4
            norm.var[...] = 1 + normal(*norm.var.shape, seed=number) ** 2
            norm.scale[...] = normal(*norm.scale.shape, seed=number + 5)  # negative ones, too

    def __call__(self, picture: jax.Array) -> jax.Array:
        x = picture[None, ..., None]
        for conv, norm in zip(self.conv, self.norm, strict=True):
            x = nnx.max_pool(nnx.relu(norm(conv(x))), (3, 2), (2, 2), "SAME")
        x = nnx.avg_pool(x, (2, 2), (1, 1))
        return self.dense(self.drop(x.mean((1, 2))))[0]


class LinenNet(linen.Module):
    """The same in linen, without the average pool."""

    train: bool = False

    @linen.compact
    def __call__(self, picture: jax.Array) -> jax.Array:
        x = linen.Conv(4, (3, 3), padding="VALID")(picture[None, ..., None])
        x = linen.relu(linen.BatchNorm(use_running_average=not self.train)(x))
        return linen.Dense(2)(linen.max_pool(x, (2, 3), (2, 3)).reshape(1, -1))[0]


def slowly(net: Net, rule: str, picture: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return outputs and projection of a `Net` in float64, step by step and window by window."""

    def array(variable: nnx.Variable) -> np.ndarray:
        return np.asarray(variable[...], np.float64)

    def convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        high, wide = kernel.shape[:2]
        low = [((n - 1) // 2, n - 1 - (n - 1) // 2) for n in (high, wide)]
        padded = np.pad(x, [*low, (0, 0)])
        return sum(
            padded[i : i + x.shape[0], j : j + x.shape[1]] @ kernel[i, j]
            for i in range(high)
            for j in range(wide)
        )

    def back(g: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        high, wide = kernel.shape[:2]
        top, left = (high - 1) // 2, (wide - 1) // 2
        padded = np.zeros((g.shape[0] + high - 1, g.shape[1] + wide - 1, kernel.shape[2]))
        for i in range(high):
            for j in range(wide):
                padded[i : i + g.shape[0], j : j + g.shape[1]] += g @ kernel[i, j].T
        return padded[top : top + g.shape[0], left : left + g.shape[1]]

    def cells(n: int, size: int) -> list[range]:
        count = -(-n // 2)
        low = max(0, (count - 1) * 2 + size - n) // 2
        return [range(max(0, 2 * at - low), min(n, 2 * at - low + size)) for at in range(count)]

    x, kept = picture[..., None].astype(np.float64), []
    for conv, norm in zip(net.conv, net.norm, strict=True):
        factor = array(norm.scale) / np.sqrt(array(norm.var) + 1e-5)
        pre = (convolved(x, array(conv.kernel)) + array(conv.bias) - array(norm.mean)) * factor
        pre = pre + array(norm.bias)
        rows, columns = cells(pre.shape[0], 3), cells(pre.shape[1], 2)
        x = np.zeros((len(rows), len(columns), pre.shape[-1]))
        won = {}
        for (i, there), (j, here) in [(a, b) for a in enumerate(rows) for b in enumerate(columns)]:
            for c in range(pre.shape[-1]):
                window = np.maximum(pre[there.start : there.stop, here.start : here.stop, c], 0)
                row, column = divmod(int(window.argmax()), len(here))
                won[i, j, c] = (there[row], here[column], c)
                x[i, j, c] = window.max()
        kept.append((conv, factor, pre, won))
    means = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (0, 1)).mean((-2, -1))
    outputs = means.mean((0, 1)) @ array(net.dense.kernel) + array(net.dense.bias)
    of_means = np.broadcast_to(g @ array(net.dense.kernel).T, means.shape) / means[..., 0].size
    flow = np.zeros_like(x)
    for i in range(means.shape[0]):
        for j in range(means.shape[1]):
            flow[i : i + 2, j : j + 2] += of_means[i, j] / 4
    for conv, factor, pre, won in reversed(kept):
        spread = np.zeros_like(pre)
        for place, to in won.items():
            spread[to] += flow[place]
        flow = back(oracle.apply_rule(spread, pre, rule) * factor, array(conv.kernel))
    return outputs, flow[..., 0]


@pytest.mark.parametrize("rule", RULES)
def test_an_nnx_module(rule: str) -> None:
    net, picture, g = Net(nnx.Rngs(0)), normal(9, 11), normal(2)
    net.eval()
    values, pull = jax.vjp(jax.jit(aj.with_rule(net, rule)), picture)
    wanted, back = slowly(net, rule, picture, g)
    np.testing.assert_allclose(values, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(pull(jnp.asarray(g))[0], back, atol=1e-5 * np.abs(back).max())


def test_a_linen_module() -> None:
    net, picture = LinenNet(), normal(10, 8)
    variables = net.init(jax.random.key(0), picture)
    values, pull = jax.vjp(aj.with_rule(lambda x: net.apply(variables, x), "gradient"), picture)
    wanted, plain_pull = jax.vjp(lambda x: net.apply(variables, x), picture)
    np.testing.assert_allclose(values, wanted, rtol=1e-5)
    # No two values of a window are equal here, so max-pooling has the ordinary gradient.
    np.testing.assert_allclose(pull(values)[0], plain_pull(wanted)[0], rtol=1e-4, atol=1e-6)


STEPS: dict[str, tuple[tuple[int, ...], Callable[[jax.Array], object]]] = {
    "1-D, strided and dilated": (
        (1, 2, 19),
        lambda x: jax.lax.conv_general_dilated(x, normal(3, 2, 4), (2,), "SAME", None, (2,)),
    ),
    "3-D, in groups": (
        (1, 2, 4, 5, 3),
        lambda x: jax.lax.conv_general_dilated(
            x, normal(4, 1, 2, 2, 2), (1, 1, 1), "VALID", feature_group_count=2
        ),
    ),
    "transposed": (
        (1, 4, 5, 2),
        lambda x: jax.lax.conv_transpose(x, normal(3, 3, 2, 3), (2, 2), "SAME"),
    ),
    "power spectrum's halves": (
        (2, 9),
        lambda x: [(y := jnp.fft.rfft(x)).real, y.imag * 2, jnp.fft.irfft(y * (1 + 2j)).real],
    ),
    "slices and places": (
        (5, 6),
        lambda x: jax.lax.dynamic_update_slice(x, jax.lax.dynamic_slice(x, (1, 2), (2, 2)), (3, 4)),
    ),
    "sums into places": ((5,), lambda x: jnp.ones(3).at[np.array([0, 2, 2, 1, 0])].add(2 * x)),
    "resized": ((4, 3), lambda x: jax.image.resize(x, (7, 5), "linear")),
    "batched product": ((2, 3, 4), lambda x: jnp.einsum("bij,bjk->ikb", x, normal(2, 4, 3))),
    "two bytes": ((3,), lambda x: x.astype(jnp.bfloat16) * 2),
}


@pytest.mark.parametrize("name", STEPS)
def test_linear_steps_have_the_gradient_under_every_rule(name: str) -> None:
    shape, fn = STEPS[name]
    x = normal(*shape, seed=1)
    wanted, plain_pull = jax.vjp(fn, x)
    g = jax.tree.map(lambda one: jnp.asarray(normal(*one.shape), one.dtype), wanted)
    for rule in RULES:
        values, pull = jax.vjp(aj.with_rule(fn, rule), x)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), values, wanted)
        np.testing.assert_allclose(pull(g)[0], plain_pull(g)[0], rtol=1e-4, atol=1e-5)


def test_modules_in_training_mode_are_refused_with_what_to_do() -> None:
    net, picture = Net(nnx.Rngs(0)), normal(9, 11)
    with pytest.raises(aj.UnsupportedOperation, match=r"training mode.*Call \.eval\(\)"):
        aj.with_rule(net, "deconvnet")(picture)
    net = LinenNet(train=True)
    variables = net.init(jax.random.key(0), picture)
    with pytest.raises(aj.UnsupportedOperation, match="use_running_average=True"):
        aj.with_rule(lambda x: net.apply(variables, x), "deconvnet")(picture)

    def mutable(x: jax.Array) -> jax.Array:
        return net.apply(variables, x, mutable=["batch_stats"])[0]

    with pytest.raises(aj.UnsupportedOperation, match=r"BatchNorm in training mode: call \.eval"):
        aj.with_rule(mutable, "deconvnet")(picture)


def line_of(text: str) -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if line.strip() == text]
    return found


def test_a_refusal_names_operation_file_and_line() -> None:
    def network(x: jax.Array) -> jax.Array:
        x = jax.nn.relu(x)
        x = jax.jit(inner)(x)
        return x + 1

    def inner(x: jax.Array) -> jax.Array:
        y = x * 2
        return jnp.tanh(y)

    with pytest.raises(aj.UnsupportedOperation) as caught:
        aj.with_rule(network, "guided")(normal(3))
    assert caught.value.operation == "tanh"
    assert caught.value.place is not None
    assert Path(caught.value.place.file) == Path(__file__)
    assert caught.value.place.line == line_of("return jnp.tanh(y)")
    assert str(caught.value).startswith(f"{__file__}, line {caught.value.place.line}: tanh is ")


def test_a_line_of_a_notebook_is_named_by_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """And by no temporary file, which is where IPython keeps the code."""
    compiler = CachingCompiler()
    code = "def network(x):\n    y = x * 2\n    return jnp.tanh(y)\n"
    cell = {"jnp": jnp}
    exec(compile(code, compiler.cache(code, 17), "exec"), cell)  # noqa: S102 (as IPython does)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(compile=compiler))
    with pytest.raises(aj.UnsupportedOperation) as caught:
        aj.with_rule(cell["network"], "guided")(normal(3))
    assert str(caught.value).startswith("In[17], line 3: tanh is ")
    assert str(Place(__file__, 3)) == f"{__file__}, line 3"


def test_a_librarys_function_that_was_traced_before_is_named_where_it_is_called_now() -> None:
    jnp.linalg.norm(normal(4))  # kept by JAX, with this line

    def network(x: jax.Array) -> jax.Array:
        return x / jnp.linalg.norm(x)  # here

    with pytest.raises(aj.UnsupportedOperation, match="divides by a value") as caught:
        aj.with_rule(network, "gradient")(normal(4))
    assert caught.value.place.line == line_of("return x / jnp.linalg.norm(x)  # here")

    def norm(x: jax.Array) -> jax.Array:
        return jnp.linalg.norm(x)

    with pytest.raises(aj.UnsupportedOperation, match=r"sqrt \(in norm\)") as caught:
        aj.with_rule(jax.jit(norm), "gradient")(normal(4))
    assert caught.value.place.line == line_of("return jnp.linalg.norm(x)")


def branching(x: jax.Array) -> jax.Array:
    return x if x.sum() > 0 else -x


class Drifting:
    """Another shape at each call."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: jax.Array) -> jax.Array:
        self.calls += 1
        return jnp.stack([x] * self.calls)


BAD = {
    "branches on values": (branching, aj.UnsupportedOperation, "cannot be traced, since it looks"),
    "uses numpy": (lambda x: np.maximum(x, 0), aj.UnsupportedOperation, "Use jnp instead of numpy"),
    "boolean index": (lambda x: x[x > 0], aj.UnsupportedOperation, "cannot be traced"),
    "strings": (lambda _: ["a", "b"], TypeError, "must return arrays, not str 'a'"),
    "NaN": (lambda x: x * np.float32(np.nan), ValueError, "holds NaN, in an array that is one"),
    "NaN in weights": (
        lambda x: x @ np.where(np.eye(3), np.nan, 0).astype(np.float32),
        ValueError,
        r"holds NaN, in an array of shape \(3, 3\)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_functions_that_will_not_do(name: str) -> None:
    fn, kind, message = BAD[name]
    with pytest.raises(kind, match=message):
        aj.with_rule(fn, "deconvnet")(normal(3))


def test_other_bad_input() -> None:
    with pytest.raises(TypeError, match="needs a function, not str"):
        aj.with_rule("network", "deconvnet")
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided, not 'deconv'"):
        aj.with_rule(jax.nn.relu, "deconv")
    with pytest.raises(ValueError, match="makes something of 0"):
        aj.with_rule(jax.nn.relu, aj.Rule("odd", lambda _, g: g + 1))
    with pytest.raises(ValueError, match="argument 2 is the traced one; relu was given 1"):
        aj.with_rule(jax.nn.relu, "deconvnet", argnums=2)(normal(3))
    drifting = aj.with_rule(Drifting(), "deconvnet")
    drifting(normal(3))
    with pytest.raises(ValueError, match=r"shapes \[\(1, 3\)\] before and \[\(2, 3\)\] now"):
        drifting(normal(3))


def test_what_a_rule_is_not_followed_to_is_an_error_not_a_gradient() -> None:
    x, weights = normal(3), normal(3, 2)

    def loss(x: jax.Array, weights: jax.Array) -> jax.Array:
        return jax.nn.relu(x @ jax.nn.relu(weights)).sum()

    with pytest.raises(aj.UnsupportedOperation, match="gradient by another argument"):
        jax.grad(aj.with_rule(loss, "deconvnet"), argnums=1)(x, weights)
    with pytest.raises(aj.UnsupportedOperation, match="an array that the function captures"):
        jax.grad(lambda w: aj.with_rule(lambda x: loss(x, w), "deconvnet")(x))(weights)
    with pytest.raises(aj.UnsupportedOperation, match="multiplies two values"):
        aj.with_rule(loss, "deconvnet", argnums=(0, 1))(x, weights)
    of_weights = jax.grad(aj.with_rule(loss, "gradient", argnums=1), argnums=1)(x, weights)
    np.testing.assert_allclose(of_weights, jax.grad(loss, argnums=1)(x, weights), rtol=1e-6)


def test_arguments_of_every_kind() -> None:
    def fn(data: dict[str, jax.Array], n: int, *, how: str, shift: np.ndarray) -> dict:
        assert (how, n) == ("sum", 2)
        y = jax.nn.relu(data["a"] * n - data["b"] + shift)
        return {"score": y.sum(), "best": jnp.argmax(y), "none": None}

    data = {"a": normal(4), "b": normal(4, seed=1)}
    shift = normal(4, seed=2)

    def call(fn: Callable, data: dict) -> jax.Array:
        return fn(data, 2, how="sum", shift=shift)["score"]

    ruled = aj.with_rule(fn, "gradient")
    found = jax.grad(lambda data: call(ruled, data))(data)
    wanted = jax.grad(lambda data: call(fn, data))(data)
    jax.tree.map(np.testing.assert_array_equal, found, wanted)
    best = ruled(data, 2, how="sum", shift=shift)["best"]
    assert best == jnp.argmax(2 * data["a"] - data["b"] + shift)


def test_under_vmap_and_jit() -> None:
    weights = normal(4, 4)
    fn = aj.with_rule(lambda x: jnp.maximum(x @ weights, 0).max(-1), "guided")

    def project(x: jax.Array) -> jax.Array:
        values, pull = jax.vjp(fn, x)
        return pull(values)[0]

    x = jnp.asarray(normal(5, 3, 4))
    wanted = jnp.stack([project(one) for one in x])
    for other in (jax.vmap(project), jax.jit(jax.vmap(project)), jax.vmap(jax.jit(project))):
        np.testing.assert_allclose(other(x), wanted, rtol=1e-6)
    inside = aj.with_rule(
        jax.vmap(jax.jit(lambda x: jnp.maximum(x @ weights, 0).max(-1))), "guided"
    )
    values, pull = jax.vjp(inside, x)
    np.testing.assert_allclose(pull(values)[0], wanted, rtol=1e-6)


def test_everything_is_computed_at_full_precision() -> None:
    weights = normal(4, 4)
    bank = normal(1, 1, 3)

    def network(x: jax.Array) -> jax.Array:
        x = jnp.matmul(x, weights, precision="bfloat16")
        x = jnp.einsum("i,ij->j", jax.nn.relu(x), jnp.dot(weights, weights))
        x = jax.lax.conv_general_dilated(x[None, None], bank, (1,), "SAME", precision="default")
        scanned = jax.lax.scan(lambda c, w: (c @ w, None), weights, jnp.stack([weights]))[0]
        return x[0, 0] @ scanned

    fn = aj.with_rule(network, "deconvnet")
    text = str(jax.make_jaxpr(lambda x: jax.vjp(fn, x)[1](x))(normal(4)))
    products = len(re.findall("= (?:dot_general|conv_general_dilated)", text))
    assert products >= 8
    assert text.count("precision=(Precision.HIGHEST, Precision.HIGHEST)") == products


def test_printing_and_what_is_not_reached_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def network(x: jax.Array) -> jax.Array:
        jnp.tanh(x)
        jax.debug.print("peak {}", x.max())
        return jax.nn.relu(x)

    aj.with_rule(network, "deconvnet")(jnp.array([1.0, 3.0]))
    jax.effects_barrier()
    assert capsys.readouterr().out == "peak 3.0\n"

    def hiding(x: jax.Array) -> jax.Array:
        box = jax.new_ref(jnp.zeros(2))
        box[...] = jnp.tanh(x)
        return box[...] + jax.nn.relu(x)

    with pytest.raises(aj.UnsupportedOperation, match="side effect"):
        aj.with_rule(hiding, "deconvnet")(jnp.array([1.0, 3.0]))


def test_the_same_function_and_rule_give_the_same_object_while_it_lives() -> None:
    def fn(x: jax.Array) -> jax.Array:
        return jax.nn.relu(x)

    ruled = aj.with_rule(fn, "deconvnet")
    assert aj.with_rule(fn, "deconvnet") is ruled
    assert aj.with_rule(fn, "guided") is not ruled
    assert aj.with_rule(fn, "deconvnet", argnums=(0,)) is ruled
    traced = []

    def counted(x: jax.Array) -> jax.Array:
        traced.append(1)
        return fn(x)

    kept = aj.with_rule(counted, "guided")
    for _ in range(3):
        jax.jit(aj.with_rule(counted, "guided"))(normal(3))
    assert len(traced) == 1
    assert repr(kept) == "with_rule(counted, 'guided')"
    forgotten = jax.tree_util.Partial(fn)  # no hash, so it is not remembered
    assert aj.with_rule(forgotten, "guided")(normal(3)).shape == (3,)
    reference = weakref.ref(ruled)
    del ruled
    gc.collect()
    assert reference() is None


def test_values_at_infinity_and_nan_are_those_of_the_spelling() -> None:
    x = jnp.array([np.nan, np.inf, -np.inf, -0.0, 1])
    for fn in (
        jax.nn.relu,
        lambda x: jnp.where(x > 0, x, 0),
        lambda x: jnp.where(x <= 0, 0, x),
        lambda x: (x + abs(x)) / 2,
    ):
        np.testing.assert_array_equal(aj.with_rule(fn, "deconvnet")(x), fn(x))


def test_a_layer_may_be_marked() -> None:
    def network(x: jax.Array) -> jax.Array:
        return aj.tap(jax.nn.relu(aj.tap(x, "in") * 2), "out", axes=("time",)).sum()

    x = normal(2, 5)
    for fn in (network, jax.jit(network), aj.with_rule(network, "gradient")):
        np.testing.assert_array_equal(jax.grad(fn)(x), 2 * (x > 0))
        np.testing.assert_array_equal(jax.vmap(fn)(x), 2 * np.maximum(x, 0).sum(1))
    _, tangent = jax.jvp(network, (x,), (np.ones_like(x),))
    np.testing.assert_allclose(tangent, 2 * (x > 0).sum())
    (back,) = jax.linear_transpose(lambda x: 3 * aj.tap(x, "here"), x)(x)
    np.testing.assert_array_equal(back, 3 * x)
    assert "tap[axes=('time',) name=out]" in str(jax.make_jaxpr(network)(x))
    for bad, kind, message in [
        ((x, ""), ValueError, "needs a name, such as 'conv1', not ''"),
        ((x, 3), ValueError, "needs a name"),
        ((x, "a", "time"), ValueError, "axes must be names"),
        ((x, "a", (1,)), ValueError, "axes must be names"),
        (([x], "a"), TypeError, "tap marks one array, not list"),
    ]:
        with pytest.raises(kind, match=message):
            aj.tap(*bad)


@pytest.mark.parametrize(
    "names",
    [
        {
            "jax_numpy_rank_promotion": "raise",
            "jax_numpy_dtype_promotion": "strict",
            "jax_transfer_guard": "disallow",
            "jax_debug_nans": True,
            "jax_default_matmul_precision": "bfloat16",
            "jax_enable_x64": True,
        },
        {"jax_check_tracer_leaks": True},
        {"jax_disable_jit": True},
    ],
    ids=["strict", "leaks", "without compiling"],
)
def test_results_do_not_depend_on_settings(names: dict[str, object]) -> None:
    kernels, biases = papers_cnn((3,), (3, 3))
    picture = jax.device_put(abs(normal(12, 10)))

    def projected() -> np.ndarray:
        with jax.transfer_guard("allow"):  # the function's own constants
            sent = [jnp.asarray(kernels[0])], [biases[0]]
        fn = aj.with_rule(plain(*sent, (3, 2)), "deconvnet")

        def project(x: jax.Array) -> jax.Array:
            values, pull = jax.vjp(fn, x)
            return pull(values)[0]

        return jax.device_get(jax.jit(project)(picture))

    wanted = projected()
    with settings(**names):
        found = projected()
    assert found.dtype == wanted.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=1e-6 * np.abs(wanted).max())
