"""Models: classes against Flax and against the slow account, windows, and the random control."""

import copy
import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
from making import stack_model, with_tensors

from auralise_jax.audio import Clip
from auralise_jax.frontend import Frontend
from auralise_jax.network import Architecture, Model, random_model, untrained
from auralise_jax.network.stack.drawing import draw_tensors

RATE = 2000
FRONTEND = Frontend(sample_rate=RATE, n_fft=64, hop_length=32, duration=0.3)
SIZE = 600
"""Samples of a window: 0.3 s."""


def make(
    features: tuple[int, ...] = (4, 5), dense: tuple[int, ...] = (7, 3), seed: int = 0
) -> Model:
    """Return a model with weights large enough for decided opinions; its picture is 33 x 19."""
    architecture = Architecture(features=features, dense=dense)
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.normal(0, math.sqrt(2 / math.prod(shape[:-1])), shape).astype(np.float32)
        if len(shape) > 1
        else rng.uniform(-0.2, 0.2, shape).astype(np.float32)
        for name, shape in architecture.shapes(FRONTEND.shape).items()
    }
    classes = ("ballad", "dance", "hip-hop")[: dense[-1] if dense else 0]
    return stack_model(tensors, architecture, FRONTEND, classes, name="small")


MODEL = make()
HEADLESS = make(dense=())


def noise(count: int, seed: int = 0, colour: int = 1) -> np.ndarray:
    """Return noise; a longer running mean makes it darker, so that opinions differ."""
    rough = np.random.default_rng(seed).normal(0, 0.1, count + colour - 1)
    return np.convolve(rough, np.ones(colour), "valid").astype(np.float32)


def values(odds: dict[str, float]) -> np.ndarray:
    """Return probabilities in the order of the classes."""
    assert tuple(odds) == ("ballad", "dance", "hip-hop")
    return np.array(list(odds.values()))


def predict(*parts: np.ndarray) -> np.ndarray:
    """Return what the model thinks of these parts in a row."""
    return values(MODEL.predict(Clip(np.concatenate(parts), RATE)))


def pad(samples: np.ndarray) -> np.ndarray:
    """Fill up a window with zeros."""
    return np.pad(samples, (0, SIZE - len(samples)))


# What a model is


def test_layers_and_repr() -> None:
    assert MODEL.layers == ("conv1", "conv2")
    assert repr(MODEL) == "<Model 'small': conv1:4 conv2:5; ballad, dance, hip-hop>"
    assert repr(HEADLESS) == "<Model 'small': conv1:4 conv2:5; no classes>"


def test_kernels_and_biases_are_the_tensors() -> None:
    assert [kernel.shape for kernel in MODEL.network.kernels] == [(3, 3, 1, 4), (3, 3, 4, 5)]
    assert [bias.shape for bias in MODEL.network.biases] == [(4,), (5,)]
    np.testing.assert_array_equal(MODEL.network.kernels[1], MODEL.network.tensors["conv2.kernel"])
    np.testing.assert_array_equal(MODEL.network.biases[0], MODEL.network.tensors["conv1.bias"])


def changed(**tensors: np.ndarray | None) -> Model:
    """Return the model with other tensors, named with _ for the dot; None takes one away."""
    new = dict(MODEL.network.tensors)
    for name, value in tensors.items():
        key = name.replace("_", ".")
        if value is None:
            del new[key]
        else:
            new[key] = value
    return with_tensors(MODEL, new)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_number_are_refused(bad: float) -> None:
    weights = MODEL.network.tensors["conv2.kernel"].copy()
    weights[1, 2, 3, 4] = bad
    with pytest.raises(ValueError, match=r"tensor conv2\.kernel holds numbers that are not finite"):
        changed(conv2_kernel=weights)


def test_a_missing_tensor_is_named() -> None:
    with pytest.raises(ValueError, match=r"tensor conv2\.bias is missing; .* shape \(5,\)"):
        changed(conv2_bias=None)


def test_a_tensor_of_another_shape_is_named() -> None:
    with pytest.raises(ValueError, match=r"conv1\.bias has shape \(5,\);.* ask for \(4,\)"):
        changed(conv1_bias=np.zeros(5, np.float32))


def test_a_tensor_too_many_is_named() -> None:
    with pytest.raises(ValueError, match=r"architecture has no place for conv3\.bias"):
        changed(conv3_bias=np.zeros(5, np.float32))


@pytest.mark.parametrize("classes", [(), ("a", "b"), ("a", "b", "c", "d")])
def test_a_class_too_few_or_too_many_is_refused(classes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="classes must have 3 names, one per output, not"):
        dataclasses.replace(MODEL, classes=classes)


def test_a_class_named_twice_is_refused() -> None:
    # Probabilities are answered by name: one would overwrite the other.
    with pytest.raises(ValueError, match=r"classes must .*'a'"):
        dataclasses.replace(MODEL, classes=("a", "a", "b"))


def test_classes_without_a_head_are_refused() -> None:
    with pytest.raises(ValueError, match="classes must have 0 names"):
        dataclasses.replace(HEADLESS, classes=("a",))


# Probabilities


PICTURE = jnp.asarray(np.random.default_rng(0).uniform(0, 1, (33, 19)), jnp.float32)
AGREE = {"rtol": 0, "atol": 1e-5}
"""Maps and logits of about 1 are sums of some hundred float32 products, 1e-6 off each."""


def test_the_flax_module_has_the_same_weights_and_the_same_opinion() -> None:
    for name, value in MODEL.network.module.tensors().items():
        np.testing.assert_array_equal(value, MODEL.network.tensors[name])
    flax = jax.nn.softmax(jax.jit(MODEL.network.module.__call__)(PICTURE[None])[0])
    found = values(MODEL.probabilities(MODEL.network.forward(PICTURE)))
    np.testing.assert_allclose(found, flax, **AGREE)


@pytest.mark.parametrize("dense", [(3,), (7, 3), (8, 6, 3)])
def test_maps_and_probabilities_are_the_oracles(dense: tuple[int, ...]) -> None:
    model = make((4, 5), dense)
    found, wanted = (
        model.network.forward(PICTURE),
        oracle.forward(PICTURE, model.network.kernels, model.network.biases),
    )
    for mine, block in zip(found, wanted, strict=True):
        np.testing.assert_allclose(mine.maps, block.pooled, **AGREE)

    denses = [
        (model.network.tensors[f"dense{n}.kernel"], model.network.tensors[f"dense{n}.bias"])
        for n in range(1, len(dense) + 1)
    ]
    odds = np.exp(oracle.head(wanted[-1].pooled, denses))
    probabilities = values(model.probabilities(found))
    np.testing.assert_allclose(probabilities, odds / odds.sum(), **AGREE)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-6)  # float32
    # Else agreement would prove nothing.
    assert probabilities.max() - probabilities.min() > 0.01


def test_large_logits_do_not_overflow() -> None:
    model = changed(dense2_bias=np.array([0.0, 5e4, -5e4], np.float32))
    assert values(model.probabilities(model.network.forward(jnp.zeros((33, 19))))) == pytest.approx(
        [0.0, 1.0, 0.0]
    )


def test_a_model_without_a_head_listens_but_does_not_answer() -> None:
    clip = Clip(noise(SIZE), RATE)
    assert HEADLESS.classes == ()
    blocks = HEADLESS.network.forward(FRONTEND.picture(clip.samples))
    assert [block.maps.shape for block in blocks] == [(16, 9, 4), (8, 4, 5)]
    message = "model 'small' gives no scores, so it knows no classes; it can be listened to"
    with pytest.raises(ValueError, match=message):
        HEADLESS.predict(clip)
    with pytest.raises(ValueError, match=message):
        HEADLESS.probabilities(blocks)


# Windows

A, B, C = noise(SIZE, 1), noise(SIZE, 2, colour=8), 3 * noise(SIZE, 3, colour=3)
EXACT = {"rtol": 0, "atol": 1e-7}
"""The same float32 numbers, averaged in float64."""


def test_windows_differ() -> None:
    # Else what follows would prove nothing.
    a, b, c = (predict(x) for x in (A, B, C))
    assert min(np.abs(a - b).max(), np.abs(a - c).max(), np.abs(b - c).max()) > 0.01


def test_a_single_window_is_one_forward_pass() -> None:
    found = values(MODEL.probabilities(MODEL.network.forward(FRONTEND.picture(A))))
    np.testing.assert_allclose(predict(A), found, **EXACT)


def test_prediction_is_the_mean_over_consecutive_windows() -> None:
    wanted = np.mean([predict(A), predict(B), predict(C)], axis=0)
    np.testing.assert_allclose(predict(A, B, C), wanted, **EXACT)


@pytest.mark.parametrize("length", [1, 150, 299])
def test_a_last_window_under_half_length_is_dropped(length: int) -> None:
    np.testing.assert_array_equal(predict(A, B[:length]), predict(A))


@pytest.mark.parametrize("length", [300, 301, 599])
def test_a_last_window_of_half_length_counts_and_is_padded(length: int) -> None:
    wanted = (predict(A) + predict(pad(B[:length]))) / 2
    np.testing.assert_allclose(predict(A, B[:length]), wanted, **EXACT)


def test_half_of_an_odd_window_is_rounded_up() -> None:
    frontend = dataclasses.replace(FRONTEND, duration=0.3005)  # 601 samples
    model = dataclasses.replace(MODEL, frontend=frontend)
    first = np.append(A, np.float32(0.1))

    def ask(samples: np.ndarray) -> np.ndarray:
        return values(model.predict(Clip(samples, RATE)))

    np.testing.assert_array_equal(ask(np.append(first, B[:300])), ask(first))
    assert np.abs(ask(np.append(first, B[:301])) - ask(first)).max() > 1e-4


@pytest.mark.parametrize("length", [1, 100, 299, 300])
def test_the_only_window_counts_however_short(length: int) -> None:
    np.testing.assert_allclose(predict(B[:length]), predict(pad(B[:length])), **EXACT)


def test_a_clip_is_resampled_first() -> None:
    clip = Clip(np.repeat(np.concatenate([A, B]), 4), 4 * RATE)
    wanted = predict(clip.resample(RATE).samples)
    np.testing.assert_allclose(values(MODEL.predict(clip)), wanted, **EXACT)
    assert np.abs(wanted - values(MODEL.predict(Clip(clip.samples, RATE)))).max() > 1e-3


def test_silence_has_an_answer() -> None:
    odds = predict(np.zeros(SIZE, np.float32))
    assert odds.sum() == pytest.approx(1.0, abs=1e-6)  # float32


# The control

TWO = make((4,), (3,))
"""As few shapes as can be: each is compiled."""


def test_a_random_model_has_the_same_shape_and_other_weights() -> None:
    before = copy.deepcopy(dict(TWO.network.tensors))
    control = random_model(TWO, seed=3)
    assert control.network.architecture == TWO.network.architecture
    assert control.frontend == TWO.frontend
    assert control.classes == TWO.classes
    assert control.training == {"seed": 3}
    assert control.name == "small, random weights (seed 3)"
    assert set(control.network.tensors) == set(TWO.network.tensors)
    for name, value in control.network.tensors.items():
        assert (value.shape, value.dtype) == (TWO.network.tensors[name].shape, np.float32)
        assert not np.array_equal(value, TWO.network.tensors[name])
        np.testing.assert_array_equal(
            TWO.network.tensors[name], before[name]
        )  # the model is left alone


def test_random_weights_depend_on_the_seed_alone() -> None:
    one, again, other = (
        random_model(TWO, 1),
        random_model(make((4,), (3,), seed=9), 1),
        random_model(TWO),
    )
    for name, value in one.network.tensors.items():
        np.testing.assert_array_equal(value, again.network.tensors[name])
        if name.endswith("kernel"):
            assert not np.array_equal(value, other.network.tensors[name])


@pytest.mark.parametrize("users", [True, False])
def test_kernels_are_those_of_jax_s_own_initialiser_whatever_users_set(users: bool) -> None:
    shapes = TWO.network.architecture.shapes(TWO.frontend.shape)
    draw_tensors.cache_clear()
    with jax.threefry_partitionable(users):
        control = random_model(TWO, 5)
    with jax.threefry_partitionable(True):  # JAX's default
        keys = jax.random.split(jax.random.key(5), len(shapes))
        for (name, shape), key in zip(shapes.items(), keys, strict=True):
            if len(shape) > 1:
                wanted = jax.nn.initializers.he_normal()(key, shape, np.float32)
                # To the last place: XLA fuses both in its own ways.
                np.testing.assert_allclose(control.network.tensors[name], wanted, rtol=3e-7)


def test_an_untrained_control_is_not_what_the_model_began_from() -> None:
    for seed in (0, 1):
        began = random_model(TWO, seed)
        moved = with_tensors(
            TWO, {name: 0.9 * value + 1e-3 for name, value in began.network.tensors.items()}
        )
        assert untrained(moved).training == {"seed": 1 - seed}
    assert untrained(TWO).training == {"seed": 0}


def test_random_weights_are_he_normal() -> None:
    architecture = Architecture(features=(32, 32, 32), dense=(3,))
    shapes = architecture.shapes(FRONTEND.shape)
    zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    start = stack_model(zeros, architecture, FRONTEND, ("a", "b", "c"))
    tensors = random_model(start, seed=5).network.tensors
    for name, inputs in (("conv2", 9 * 32), ("conv3", 9 * 32), ("dense1", 4 * 2 * 32)):
        weights = tensors[f"{name}.kernel"]
        wanted = math.sqrt(2 / inputs)  # He et al. 2015
        share = 1 / math.sqrt(weights.size)
        # Standard errors of a mean and of a deviation (the latter 0.71 of it), five times.
        assert weights.mean() == pytest.approx(0.0, abs=5 * wanted * share)
        assert weights.std() == pytest.approx(wanted, rel=5 * 0.71 * share)
        # A normal, perhaps cut at two deviations (2.27 after rescaling): a fifth to a third of the
        # weights lie above one; of a uniform it would be 0.42.
        assert 0.2 < np.mean(np.abs(weights) > wanted) < 0.38
        assert np.abs(weights).max() > 2 * wanted  # a uniform ends at 1.73
        assert not tensors[f"{name}.bias"].any()
    assert not np.array_equal(tensors["conv2.kernel"], tensors["conv3.kernel"])
