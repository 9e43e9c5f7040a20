"""The cost of a model is known before it runs, and what overflows is the model's fault."""

import dataclasses
import functools
import math
import tracemalloc

import jax
import numpy as np
import pytest
from making import TINY, make_model, make_noise, stack_model

import auralise_jax as aj
from auralise_jax.network import Architecture
from auralise_jax.network.cost import Cost, check_layer, check_window, with_frontend
from auralise_jax.network.network import Feature
from auralise_jax.network.stack.convolution import convolve, convolve_back
from auralise_jax.network.stack.cost import cost as stack_cost


def filled(value: float, front: aj.Frontend = TINY, **settings: object) -> aj.Model:
    """Return a model whose every weight is the same."""
    architecture = Architecture(**({"features": (2, 2), "dense": ()} | settings))
    shapes = architecture.shapes(front.shape)
    tensors = {name: np.full(shape, value, np.float32) for name, shape in shapes.items()}
    classes = ("a", "b")[: (architecture.dense or (0,))[-1]]
    return stack_model(tensors, architecture, front, classes, {}, "mine")


def cost_of(architecture: Architecture, front: aj.Frontend) -> Cost:
    """Return what a network costs with its front end."""
    return with_frontend(stack_cost(architecture, front.shape), front)


def test_operations_by_hand() -> None:
    # Two layers of 3 x 3 kernels on 33 x 24 and 16 x 12 cells, there and back; the head once; and
    # 24 frames of 64 samples, 6 stages of a transform there and back.
    architecture = Architecture(features=(4, 5), dense=(7,))
    layers = 4 * 9 * (1 * 4 * 33 * 24 + 4 * 5 * 16 * 12)
    head = 2 * (8 * 6 * 5) * 7
    assert cost_of(architecture, TINY).flop == layers + head + 10 * 24 * 64 * 6
    assert cost_of(architecture, TINY).layer == 4 * 5 * 33 * 24


@pytest.mark.parametrize("features", [(64,), (64, 64, 64), (8, 256)])
def test_the_estimate_holds_what_xla_needs(features: tuple[int, ...]) -> None:
    # Upper bound: XLA's own count of what forward and backward hold at once, and not 30 times it.
    front = dataclasses.replace(TINY, n_fft=256, duration=2.0)
    model = filled(0.01, front, features=features)
    from auralise_jax.network.stack import passes

    picture = jax.device_put(np.zeros(front.shape, np.float32))
    pool = model.network.architecture.pool
    there = passes.forward.lower(
        model.network.kernels, model.network.biases, picture, pool=pool
    ).compile()
    blocks = model.network.forward(picture)
    settings = {"layer": len(features), "rule": "deconvnet", "pool": pool, "shape": front.shape}
    back = (
        jax.jit(functools.partial(passes.backward, **settings))
        .lower(model.network.kernels, blocks, Feature(0, blocks[-1].maps[..., 0]))
        .compile()
    )
    needed = sum(
        one.memory_analysis().temp_size_in_bytes + one.memory_analysis().output_size_in_bytes
        for one in (there, back)
    )
    estimate = cost_of(model.network.architecture, front).window
    assert needed <= estimate <= 30 * needed


def test_the_cost_of_settings_that_no_machine_holds_takes_neither_time_nor_memory() -> None:
    front = aj.Frontend(768_000, 65_536, 1, 600.0)
    tracemalloc.start()
    huge = cost_of(Architecture(features=(65_536,) * 3, kernel_size=(99, 99), dense=()), front)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert huge.window > 10**18
    assert huge.flop > 10**25
    assert peak < 1e6  # its axes alone would take 7 GB


ABSURD = {
    "600 s at 768 kHz": (aj.Frontend(768_000, 64, 32, 600.0), {"features": (1,)}),
    "hop 1": (aj.Frontend(n_fft=65_536, hop_length=1), {"features": (1,), "pool": (1, 1)}),
    "65,536 maps": (aj.Frontend(), {"features": (65_536,), "kernel_size": (1, 1)}),
    "kernels of 99": (aj.Frontend(), {"features": (64, 64), "kernel_size": (99, 99)}),
}


@pytest.mark.parametrize("name", ABSURD)
def test_work_that_no_machine_holds_is_refused(name: str) -> None:
    front, settings = ABSURD[name]
    architecture = Architecture(**({"dense": ()} | settings))
    unit = "MAX_GFLOP" if name == "kernels of 99" else "MAX_GB"
    with pytest.raises(ValueError, match=f"more than the limit of .*AURALISE_{unit} higher"):
        check_window(stack_cost(architecture, front.shape), front)


@pytest.mark.parametrize(
    "work",
    [
        aj.listen,
        lambda model, clip: model.predict(clip),
        lambda model, clip: aj.dissect(model, [clip], progress=False),
        aj.explore,
        lambda model, clip: aj.attribute_correlations(
            model, [clip, clip], [{"a": "b"}, {"a": "c"}], progress=False
        ),
        lambda model, _clip: model.network.module,
    ],
    ids=["listen", "predict", "dissect", "explore", "attributes", "module"],
)
def test_all_work_begins_with_the_limit_that_an_option_lifts(work, monkeypatch) -> None:
    model, clip = make_model(), make_noise(0.37)
    monkeypatch.setenv("AURALISE_MAX_GB", "0.00001")
    with pytest.raises(ValueError, match=r"limit of 1e-05; .* AURALISE_MAX_GB higher"):
        work(model, clip)


def test_a_limit_is_lifted(monkeypatch) -> None:
    model = make_model()
    monkeypatch.setenv("AURALISE_MAX_GFLOP", "1e-6")
    with pytest.raises(ValueError, match="GFLOP, more than the limit"):
        aj.listen(model, make_noise(0.37))
    monkeypatch.setenv("AURALISE_MAX_GFLOP", "1")
    heard = aj.listen(model, make_noise(0.37))
    monkeypatch.setenv("AURALISE_MAX_GB", "1e-6")
    with pytest.raises(ValueError, match="projecting layer conv2 with this model takes about"):
        heard.projections(2)
    monkeypatch.setenv("AURALISE_MAX_GB", "plenty")
    with pytest.raises(ValueError, match="AURALISE_MAX_GB must be a number above 0, not 'plenty'"):
        heard.projections(2)


def test_a_layer_alone_may_be_too_large() -> None:
    with pytest.raises(ValueError, match=r"projecting layer 2 .* takes about 7\.11 GB"):
        check_layer(aj.Layer("2", 40_000), aj.Frontend().shape)
    check_layer(aj.Layer("1", 1), aj.Frontend().shape)


# Overflow


@pytest.mark.parametrize("gain", [1e308, 1e-320])
def test_a_gain_that_float32_does_not_hold_is_the_models_fault(gain: float) -> None:
    model = filled(0.1, dataclasses.replace(TINY, gain=gain))
    with pytest.raises(ValueError, match=r"this model.s gain, .*, is outside of what"):
        aj.listen(model, make_noise(0.37))


def test_weights_that_overflow_are_named_with_the_model() -> None:
    with pytest.raises(ValueError, match="model 'mine' overflows float32 in layer 2: its weights"):
        aj.listen(filled(1e25), make_noise(0.37))
    with pytest.raises(ValueError, match="model 'mine' overflows float32 in its front end"):
        aj.listen(filled(0.1, dataclasses.replace(TINY, gain=3e38)), make_noise(0.37))
    with pytest.raises(ValueError, match="model 'mine' overflows float32 in its classes"):
        filled(3e37, features=(1,), dense=(2, 2)).predict(make_noise(0.37))
    heard = aj.listen(filled(1e5), make_noise(0.37))
    with pytest.raises(ValueError, match="'mine' overflows float32 in the projection of feature 2"):
        aj.listen(filled(1e18), make_noise(0.37)).project(2, 0)
    assert np.isfinite(heard.project(2, 0).auralise("phase", "raw").samples).all()


@pytest.mark.parametrize("weight", [1e-38, 1e-19, 1e-12, 1e15])
@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
def test_faint_and_strong_weights_sound_finite(weight: float, resynthesis: str) -> None:
    shot = aj.listen(filled(weight, features=(2,)), make_noise(0.37)).project(1, 0)
    sound = shot.auralise(resynthesis)
    assert np.isfinite(sound.samples).all()
    assert math.isfinite(sound.scale_db)


# Huge kernels


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 3), (3, 1)])
def test_huge_kernels_are_the_plain_convolution(inputs: int, outputs: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 17, inputs)).astype(np.float32)
    kernel = rng.normal(size=(13, 11, inputs, outputs)).astype(np.float32)
    wanted = jax.lax.conv_general_dilated(
        x[None], kernel, (1, 1), [(6, 6), (5, 5)], dimension_numbers=("NHWC", "HWIO", "NHWC")
    )[0]
    found = convolve(x, kernel)
    # float32 sums of 143 products, by way of Fourier transforms.
    np.testing.assert_allclose(found, wanted, atol=1e-6 * float(np.abs(wanted).max()))
    g = rng.normal(size=wanted.shape).astype(np.float32)
    back = convolve_back(g, kernel)
    assert float((back * x).sum()) == pytest.approx(float((g * wanted).sum()), rel=1e-4)
