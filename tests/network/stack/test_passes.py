"""Projection: by hand, by an independent oracle, by captum, by JAX's own gradient, and by laws."""

from collections.abc import Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from flax import nnx

from auralise_jax.listening.position import as_start
from auralise_jax.network import Architecture
from auralise_jax.network.network import Cotangent, Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.stack.cnn import CNN
from auralise_jax.network.stack.passes import backward, forward

pytestmark = pytest.mark.usefixtures("compiled_quickly")

POSITIONS = ("all", "strongest")


def project(kernels, biases, picture, layer, feature, rule, position="all", pool=(2, 2)):
    kernels = tuple(jnp.asarray(k, jnp.float32) for k in kernels)
    biases = tuple(jnp.asarray(b, jnp.float32) for b in biases)
    blocks = forward(kernels, biases, jnp.asarray(picture, jnp.float32), pool=pool)
    settings = {"layer": layer, "rule": rule, "pool": pool, "shape": np.shape(picture)}
    return np.asarray(backward(kernels, blocks, seed(blocks, layer, feature, position), **settings))


def seed(blocks, layer, feature, position="all"):
    """Return a feature's map as the seed of its projection."""
    maps = np.asarray(blocks[layer - 1].maps)
    start = as_start(position, maps.shape[:-1])
    return Feature(feature, jnp.asarray(start.seed(maps[..., feature], 0.0)))


# By hand: 1 x 1 kernels, so that a pencil is enough.
#
# Layer 1 has three maps of the picture P: A = P, B = P - 100 (all negative: its windows are zero
# and switch to their first place) and C = 10 - P. Layer 2 has one map, 2 A + 3 B - C + 4 after
# pooling, which is [[3, -6], [-6, 4]]; pooling keeps the 4, at the lower right window. Going back,
# A gets 8 at (2, 3), B 12 and C -4 at (2, 2), and each rule lets another part of that through.
HAND_PICTURE = [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 0, 5], [0, 0, 0, 0]]
HAND_KERNELS = [np.array([[[[1, 1, -1]]]]), np.array([[[[2], [3], [-1]]]])]
HAND_BIASES = [np.array([0, -100, 10]), np.array([4])]
HAND = {"gradient": (8, 4), "deconvnet": (8, 12), "guided": (8, 0)}  # at (2, 3) and (2, 2)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("position", POSITIONS)
def test_by_hand(rule: str, position: str) -> None:
    wanted = np.zeros((4, 4))
    wanted[2, 3], wanted[2, 2] = HAND[rule]
    found = project(HAND_KERNELS, HAND_BIASES, HAND_PICTURE, 2, 0, rule, position)
    np.testing.assert_array_equal(found, wanted)


def test_by_hand_each_wrong_rule_would_be_seen() -> None:
    assert len(set(HAND.values())) == len(RULES)


def test_switches_are_taken_after_relu() -> None:
    """Map B is negative throughout; an argmax before ReLU would switch it to (2, 3)."""
    found = project(HAND_KERNELS, HAND_BIASES, HAND_PICTURE, 2, 0, "deconvnet")
    assert found[2, 2] == 12
    assert found[2, 3] == 8


def random_net(seed: int, features: tuple[int, ...], kernel_size=(3, 3)):
    rng = np.random.default_rng(seed)
    widths = (1, *features)
    kernels = [
        rng.normal(0, 1 / np.sqrt(widths[n]), (*kernel_size, widths[n], widths[n + 1]))
        for n in range(len(features))
    ]
    # Strongly negative: many pooling windows are all zero.
    return kernels, [rng.uniform(-1.5, 0.3, n) for n in features]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(
    ("shape", "features", "kernel_size", "pool"),
    [
        ((29, 23), (3, 4, 5), (3, 3), (2, 2)),
        ((17, 31), (2, 3), (5, 3), (3, 2)),
        ((13, 14), (4, 1), (3, 3), (2, 3)),
        ((12, 9), (3,), (1, 5), (2, 2)),
    ],
)
def test_against_the_oracle(rule, position, shape, features, kernel_size, pool) -> None:
    kernels, biases = random_net(3, features, kernel_size)
    picture = np.abs(np.random.default_rng(4).normal(size=shape))
    blocks = oracle.forward(picture, kernels, biases, pool)
    empty = sum(int((block.pooled == 0).sum()) for block in blocks)
    assert empty > 0, "the net has no all-zero window, so this would show little"
    for layer, count in enumerate(features, start=1):
        for feature in range(count):
            wanted = oracle.project(picture, kernels, biases, layer, feature, rule, position, pool)
            found = project(kernels, biases, picture, layer, feature, rule, position, pool)
            # float32 against float64: sums of a few hundred products.
            peak = np.abs(wanted).max()
            np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-5 * max(peak, 1e-3))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("position", POSITIONS)
def test_against_captum(rule: str, position: str) -> None:
    path = Path(__file__).parents[2] / "data" / "captum.npz"
    with np.load(path, allow_pickle=False) as stored:
        kernels = [stored[f"kernel{n}"] for n in (1, 2, 3)]
        biases = [stored[f"bias{n}"] for n in (1, 2, 3)]
        for layer in (1, 2, 3):
            theirs = stored[f"{rule}.{position}.{layer}"]
            for feature, wanted in enumerate(theirs):
                found = project(kernels, biases, stored["picture"], layer, feature, rule, position)
                # Both in float32, summed in another order.
                np.testing.assert_allclose(
                    found, wanted, atol=1e-5 * max(np.abs(wanted).max(), 1e-3)
                )


def test_the_gradient_rule_is_the_gradient_of_half_the_maps_squared_sum() -> None:
    kernels, biases = random_net(5, (3, 4))
    picture = jnp.asarray(np.abs(np.random.default_rng(6).normal(size=(15, 18))), jnp.float32)

    def plain(picture, feature):
        x = picture[None, :, :, None]
        for kernel, bias in zip(kernels, biases, strict=True):
            x = jax.lax.conv_general_dilated(
                x,
                jnp.asarray(kernel, jnp.float32),
                (1, 1),
                "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            )
            x = jax.nn.relu(x + bias.astype(np.float32))
            window = (1, 2, 2, 1)
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
        return 0.5 * (x[..., feature] ** 2).sum()

    for feature in range(4):
        wanted = jax.grad(plain)(picture, feature)
        found = project(kernels, biases, picture, 2, feature, "gradient")
        np.testing.assert_allclose(found, wanted, atol=1e-5 * float(jnp.abs(wanted).max()))


@pytest.mark.parametrize("rule", RULES)
def test_the_flax_module_differentiated_by_the_rule_gives_the_same(tiny_model, rule: str) -> None:
    """Two ways through one network: custom VJPs of the module, and the stored residuals."""
    module = tiny_model.network.module
    picture = jnp.asarray(np.abs(np.random.default_rng(7).normal(size=tiny_model.frontend.shape)))
    blocks = tiny_model.network.forward(picture.astype(jnp.float32))
    for layer, feature in ((1, 2), (2, 4), (3, 0)):
        maps, back = jax.vjp(lambda p, n=layer: module.maps(p[None], rule)[n - 1][0], picture)
        np.testing.assert_allclose(blocks[layer - 1].maps, maps, atol=1e-5)
        only = jnp.zeros_like(maps).at[..., feature].set(maps[..., feature])
        wanted = back(only)[0]
        for one in (seed(blocks, layer, feature), Cotangent(only)):
            found = tiny_model.network.project(blocks, f"conv{layer}", one, rule)
            peak = float(jnp.abs(wanted).max() + 1e-3)
            np.testing.assert_allclose(found, wanted, atol=1e-5 * peak)


def test_without_anything_negative_all_rules_agree() -> None:
    kernels, biases = random_net(8, (3, 4))
    kernels, biases = [np.abs(k) for k in kernels], [np.abs(b) + 1 for b in biases]
    picture = np.abs(np.random.default_rng(9).normal(size=(14, 11)))
    one, two, three = (project(kernels, biases, picture, 2, 1, rule) for rule in RULES)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("rule", RULES)
def test_eager_is_jit_is_batched(rule: str) -> None:
    kernels, biases = random_net(10, (3, 4, 2))
    picture = np.abs(np.random.default_rng(11).normal(size=(19, 21)))
    jitted = [project(kernels, biases, picture, 2, k, rule) for k in range(4)]
    with jax.disable_jit():
        eager = [project(kernels, biases, picture, 2, k, rule) for k in range(4)]
    arrays = tuple(jnp.asarray(k, jnp.float32) for k in kernels)
    shifts = tuple(jnp.asarray(b, jnp.float32) for b in biases)
    blocks = forward(arrays, shifts, jnp.asarray(picture, jnp.float32), pool=(2, 2))
    maps = jnp.moveaxis(blocks[1].maps, -1, 0)
    settings = {"layer": 2, "rule": rule, "pool": (2, 2), "shape": picture.shape}
    batched = jax.vmap(lambda k, own: backward(arrays, blocks, Feature(k, own), **settings))(
        jnp.arange(4), maps
    )
    peak = np.abs(jitted).max()
    np.testing.assert_allclose(eager, jitted, atol=1e-5 * peak)
    np.testing.assert_allclose(batched, jitted, atol=1e-5 * peak)


def test_strongest_starts_from_the_first_maximum_only() -> None:
    kernels, biases = [np.ones((1, 1, 1, 1))], [np.zeros(1)]
    picture = np.array([[1.0, 0, 0, 5], [0, 0, 0, 0], [0, 5, 2, 0], [0, 0, 0, 0]])
    found = project(kernels, biases, picture, 1, 0, "deconvnet", "strongest")
    wanted = np.zeros((4, 4))
    wanted[0, 3] = 5
    np.testing.assert_array_equal(found, wanted)


def test_the_head_flattens_freq_time_channel() -> None:
    architecture = Architecture(features=(3, 4), dense=(6, 2))
    module = CNN(architecture, (13, 10), rngs=nnx.Rngs(1))
    tensors = module.tensors()
    picture = np.abs(np.random.default_rng(12).normal(size=(13, 10)))
    kernels = [tensors[f"conv{n}.kernel"] for n in (1, 2)]
    biases = [tensors[f"conv{n}.bias"] for n in (1, 2)]
    pooled = oracle.forward(picture, kernels, biases)[-1].pooled
    denses = [(tensors[f"dense{n}.kernel"], tensors[f"dense{n}.bias"]) for n in (1, 2)]
    wanted = oracle.head(pooled, denses)
    found = module(jnp.asarray(picture[None], jnp.float32))[0]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def multiplications(jaxpr) -> Iterator:
    """Yield what multiplies and adds up, in all that a jaxpr calls, too."""
    for equation in jaxpr.eqns:
        if equation.primitive.name in ("dot_general", "conv_general_dilated"):
            yield equation
        for inner in jax.tree.leaves(tuple(equation.params.values())):
            if hasattr(inner, "eqns") or hasattr(inner, "jaxpr"):
                yield from multiplications(getattr(inner, "jaxpr", inner))


@pytest.mark.parametrize("size", [(3, 3), (5, 3), (1, 1), (13, 11)])
def test_all_that_decides_a_switch_or_makes_a_projection_is_in_full_float32(size) -> None:
    kernels = tuple(jnp.ones((*size, *some)) for some in ((1, 4), (4, 5), (5, 1), (1, 2)))
    biases = tuple(jnp.zeros(n) for n in (4, 5, 1, 2))
    picture, pool = jnp.ones((33, 35)), (2, 2)
    blocks = forward(kernels, biases, picture, pool=pool)
    settings = {"layer": 4, "rule": "deconvnet", "pool": pool, "shape": picture.shape}

    def back(blocks):
        return backward(kernels, blocks, Feature(0, blocks[3].maps[..., 0]), **settings)

    there = jax.make_jaxpr(lambda x: forward(kernels, biases, x, pool=pool))(picture)
    highest = (jax.lax.Precision.HIGHEST,) * 2
    for jaxpr in (there, jax.make_jaxpr(back)(blocks)):
        found = list(multiplications(jaxpr.jaxpr))
        assert len(found) >= 4
        assert {one.params["precision"] for one in found} == {highest}
