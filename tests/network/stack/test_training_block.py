"""The fast block of training: the plain form's values and gradients, on one device and on four."""

import functools
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from auralise_jax.network import Architecture
from auralise_jax.network.pooling import max_pool
from auralise_jax.network.rules import RuleName, relu
from auralise_jax.network.stack import blocks, cnn
from auralise_jax.network.stack.blocks import block
from auralise_jax.network.stack.cnn import CNN
from auralise_jax.network.stack.microbatches import Microbatches
from auralise_jax.network.stack.winograd import F2, F4, Winograd

# LLVM takes twice as long to optimise these toys. Networks below are compiled as they ship.
QUICKLY = {"xla_backend_optimization_level": 0}

# Winograd's numbers grow to some ten times the inputs on the way, so rounding does too.
CLOSE = {"rtol": 1e-5, "atol": 1e-4}


def plain(x: jax.Array, kernel: jax.Array, bias: jax.Array) -> jax.Array:
    dimensions = ("NHWC", "HWIO", "NHWC")
    maps = jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=dimensions)
    return max_pool(relu(maps + bias), (2, 2))


@functools.partial(jax.jit, compiler_options=QUICKLY)
def values_and_gradients(
    x: jax.Array, kernel: jax.Array, bias: jax.Array
) -> tuple[tuple[jax.Array, tuple[jax.Array, ...]], ...]:
    results = []
    for form in (plain, block):
        y, back = jax.vjp(form, x, kernel, bias)
        g = jax.random.normal(jax.random.key(1), y.shape)
        results.append((y, back(g)))
    return tuple(results)


def draw(seed: int, *shapes: tuple[int, ...]) -> list[jax.Array]:
    rng = np.random.default_rng(seed)
    return [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]


def in_microbatches_of_two(shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a microbatch hold two clips of that shape."""
    monkeypatch.setattr(blocks, "MAX_WINDOWS", 2 * (shape[1] // 2) * (shape[2] // 2))


# One block


@pytest.mark.parametrize("inputs", [1, 3])
def test_what_is_no_cpu_gives_the_same(inputs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax.lax, "platform_dependent", lambda *x, default, **_: default(*x))
    x, kernel, bias = draw(2, (3, 13, 11, inputs), (3, 3, inputs, 5), (5,))
    found = [jax.vjp(form, x, kernel, bias) for form in (plain, block)]
    g = draw(3, found[0][0].shape)[0]
    for wanted, got in zip(*[(y, *back(g)) for y, back in found], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("inputs", [1, 3])
@pytest.mark.parametrize(
    "shape", [(4, 12, 16), (3, 13, 10), (2, 10, 13), (1, 11, 9), (5, 3, 2), (2, 2, 2)]
)
def test_values_and_gradients_are_the_plain_forms(
    shape: tuple[int, int, int], inputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_microbatches_of_two(shape, monkeypatch)
    arguments = draw(0, (*shape, inputs), (3, 3, inputs, 5), (5,))
    (wanted, gradients), (found, mine) = values_and_gradients(*arguments)
    np.testing.assert_allclose(found, wanted, **CLOSE)
    for name, a, b in zip(("x", "kernel", "bias"), mine, gradients, strict=True):
        np.testing.assert_allclose(a, b, **CLOSE, err_msg=name)


def test_the_gradient_is_also_right_where_most_windows_are_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_microbatches_of_two((4, 12, 16), monkeypatch)  # sizes as above: nothing new is compiled
    x, kernel, _ = draw(2, (4, 12, 16, 3), (3, 3, 3, 5), (5,))
    arguments = (x, kernel, jnp.full(5, -9, x.dtype))
    (wanted, gradients), (found, mine) = values_and_gradients(*arguments)
    assert 0.01 < (wanted > 0).mean() < 0.5
    np.testing.assert_allclose(found, wanted, **CLOSE)
    for a, b in zip(mine, gradients, strict=True):
        np.testing.assert_allclose(a, b, **CLOSE)


def test_a_tie_goes_to_the_first_place_and_a_window_that_is_off_sends_nothing() -> None:
    # Whole numbers and the kernel that copies: no rounding, as pictures' sums are written out.
    picture = jnp.array([[1, 1, 0, 0], [1, 1, 0, 0], [-2, -1, 3, 0], [-3, -4, 0, 3]], jnp.float32)
    kernel = jnp.zeros((3, 3, 1, 1)).at[1, 1].set(1)
    y, back = jax.vjp(block, picture[None, ..., None], kernel, jnp.zeros(1))
    np.testing.assert_array_equal(y[0, ..., 0], [[1, 0], [0, 3]])
    x_grad, _, bias_grad = back(jnp.array([[[[10.0], [20.0]], [[30.0], [40.0]]]]))
    wanted = np.zeros((4, 4))
    wanted[0, 0], wanted[2, 2] = 10, 40
    np.testing.assert_array_equal(x_grad[0, ..., 0], wanted)
    np.testing.assert_array_equal(bias_grad, [50])


def test_the_same_again_is_the_same_bit_for_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    in_microbatches_of_two((4, 12, 16), monkeypatch)
    arguments = draw(3, (4, 12, 16, 3), (3, 3, 3, 5), (5,))
    for a, b in zip(
        jax.tree.leaves(values_and_gradients(*arguments)),
        jax.tree.leaves(values_and_gradients(*arguments)),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


# Its parts


@pytest.mark.parametrize("shape", [(8, 12), (9, 10), (7, 5)])
def test_cut_back_is_the_adjoint(shape: tuple[int, int]) -> None:
    tiles = F4.tiling(*shape)
    (x,) = draw(4, (2, *shape, 3))
    there = F4.cut(x, tiles)
    table = [[draw(10 * i + j, y.shape)[0] for j, y in enumerate(r)] for i, r in enumerate(there)]
    back = F4.cut_back(table, shape)
    pairs = zip(jax.tree.leaves(there), jax.tree.leaves(table), strict=True)
    # Sums of some thousand products, a few of them large.
    np.testing.assert_allclose(sum((a * b).sum() for a, b in pairs), (x * back).sum(), rtol=1e-3)


@pytest.mark.parametrize("form", [F2, F4], ids=["F2", "F4"])
def test_the_matrices_make_a_correlation(form: Winograd) -> None:
    inputs = np.random.default_rng(5).normal(size=form.tile + 2)
    taps = np.array([0.5, -1.0, 2.0])
    found = form.A_T @ ((form.B_T @ inputs) * (form.G @ taps))
    np.testing.assert_allclose(found, np.correlate(inputs, taps, "valid"), atol=1e-12)


@pytest.mark.parametrize(("batch", "most", "size"), [(32, 2, 2), (33, 2, 1), (6, 4, 3), (5, 0, 1)])
def test_a_batch_is_cut_into_microbatches_that_fit(batch: int, most: int, size: int) -> None:
    assert Microbatches(batch, most).size == size


# In the network


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({}, [(97, 99), (48, 49)]),  # 24 x 24 is too small to be worth it
        ({"kernel_size": (5, 3)}, []),
        ({"pool": (3, 2)}, []),
        ({"rule": "deconvnet"}, []),
    ],
)
def test_the_network_takes_the_fast_block_where_it_fits(
    settings: dict[str, tuple[int, int] | RuleName],
    taken: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def watched(x: jax.Array, *weights: jax.Array) -> jax.Array:
        seen.append(x.shape[1:3])
        return block(x, *weights)

    sizes = {"kernel_size": (3, 3), "pool": (2, 2)} | settings
    rule = sizes.pop("rule", "gradient")
    network = CNN(Architecture((2, 2, 2), **sizes, dense=(3,)), (97, 99), rngs=nnx.Rngs(0))
    monkeypatch.setattr(cnn, "block", watched)
    jax.eval_shape(lambda x: network.maps(x, rule), jnp.zeros((1, 97, 99)))
    assert seen == taken


@pytest.mark.parametrize("sizes", [((3, 3), (2, 2)), ((5, 3), (2, 2)), ((3, 3), (3, 2))])
def test_gradients_of_the_network_are_the_plain_ones(
    sizes: tuple[tuple[int, int], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = CNN(Architecture((4, 5), *sizes, dense=(3,)), (49, 45), rngs=nnx.Rngs(0))
    (pictures,) = draw(6, (4, 49, 45))

    def gradients(fast: Callable[..., bool]) -> list[jax.Array]:
        monkeypatch.setattr(cnn, "is_faster", fast)
        loss = nnx.grad(lambda network: -jax.nn.log_softmax(network(pictures))[:, 0].mean())
        return jax.tree.leaves(nnx.jit(loss)(network))

    monkeypatch.setattr(blocks, "MIN_WINDOWS", 0)  # however small
    for a, b in zip(gradients(blocks.is_faster), gradients(lambda *_: False), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5 * float(jnp.abs(b).max()))


def test_dropout_draws_from_what_the_call_is_given() -> None:
    network = CNN(
        Architecture((4,), dense=(64, 64, 3)),
        (12, 10),
        rngs=nnx.Rngs(0),
        conv_dropout=0.5,
        dense_dropout=0.5,
    )
    (pictures,) = draw(7, (2, 12, 10))
    key = jax.random.key(1)
    once, again = (network(pictures, rngs=nnx.Rngs(dropout=key)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(network(pictures, rngs=key), once)
    assert (network(pictures, rngs=jax.random.key(2)) != once).any()
    own, own_again = network(pictures), network(pictures)
    assert (own != own_again).any()
    maps = network.maps(pictures)[-1]
    np.testing.assert_array_equal(network.head(maps, rngs=key), network.head(maps, rngs=key))
    network.eval()
    np.testing.assert_array_equal(network(pictures, rngs=key), network(pictures))


SPLIT = """
    import re
    import jax, jax.numpy as jnp, numpy as np
    from flax import nnx
    from jax.sharding import Mesh, NamedSharding, PartitionSpec
    from auralise_jax.network import Architecture
    from auralise_jax.network.stack.cnn import CNN

    network = CNN(Architecture((4, 4, 4), dense=(3,)), (97, 99), rngs=nnx.Rngs(0))
    graph, weights, rest = nnx.split(network, nnx.Param, ...)
    pictures = jax.random.normal(jax.random.key(0), (8, 97, 99))

    @jax.jit
    def step(weights, pictures):
        def loss(weights):
            logits = nnx.merge(graph, weights, rest)(pictures)
            return -jax.nn.log_softmax(logits)[:, 0].mean()
        return jax.value_and_grad(loss)(weights)

    mesh = Mesh(jax.devices(), ("clips",))
    split = jax.device_put(pictures, NamedSharding(mesh, PartitionSpec("clips")))
    copied = jax.device_put(weights, NamedSharding(mesh, PartitionSpec()))
    text = step.lower(copied, split).compile().as_text()
    moves = re.findall(r"all-gather|all-to-all|collective-permute|all-reduce", text)
    assert set(moves) == {"all-reduce"}, set(moves)
    whole, parts = step(jax.device_put(weights, jax.devices()[0]), pictures), step(copied, split)
    for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(parts), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max(), (a, b)
    print(len(jax.devices()), "devices agree")
"""


def test_a_batch_split_over_four_devices_gives_the_same_and_stays_where_it_is() -> None:
    flags = "--xla_force_host_platform_device_count=4"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SPLIT)],
        env=os.environ
        | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "4 devices agree" in done.stdout, done.stderr
