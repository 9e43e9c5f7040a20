"""The network in the page against the network in Python: the same maps, projections and scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from asking_node import SCRIPTS, run_node
from jax import lax
from making import TINY, make_model, stack_model, with_tensors
from networks import (
    batch_norm,
    convolved,
    draw,
    flat_function,
    other_function,
    unlearnt_function,
)
from wrapped import Small, small_weights

import auralise_jax as aj
from auralise_jax.network.edits import Edit, edits_for
from auralise_jax.network.network import Feature
from auralise_jax.network.rules import RULES
from auralise_jax.widgets.computing_models import PAGE_OPERATIONS

TOLERANCE = 1e-4  # of the peak: float32 in two libraries, sums in another order


class Asked(NamedTuple):
    model: Any
    gains: Mapping[tuple[str, int], float] = {}
    dtype: str | None = None


class Answers(NamedTuple):
    said: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    left: int
    operations: list[str]


def ask(asked: Mapping[str, Asked], folder: Path) -> tuple[Answers, dict[str, Any]]:
    """Return what the page's network says of saved models, and the models as Python reads them."""
    jobs, models = [], {}
    for name, (model, gains, dtype) in asked.items():
        path = aj.save_model(model, folder / f"{name}.safetensors", dtype=dtype)
        loaded = aj.load_model(path)
        models[name] = loaded, gains
        picture_of(loaded).tofile(folder / f"{name}.f32")
        edits = edits_for(loaded.network, gains)
        changed = {
            str(number): {part: getattr(edits[layer.name], part).tolist() for part in Edit._fields}
            for number, layer in enumerate(loaded.layers, start=1)
            if any(layer == name for name, _ in gains)
        }
        jobs.append(
            {"name": name, "model": str(path), "picture": str(folder / f"{name}.f32")}
            | {"edits": changed}
        )
    return answered(jobs, folder), models


def answered(jobs: list[dict[str, Any]], folder: Path) -> Answers:
    (folder / "asked.json").write_text(json.dumps(jobs), "utf-8")
    run_node(SCRIPTS / "network_answers.mjs", folder / "asked.json", folder)
    told = json.loads((folder / "answers.json").read_text("utf-8"))
    numbers = np.fromfile(folder / "answers.f32", np.float32)
    arrays, at = {}, 0
    for one in told["index"]:
        size = int(np.prod(one["shape"], dtype=int))
        arrays[one["name"]] = numbers[at : at + size].reshape(one["shape"])
        at += size
    assert at == len(numbers)
    return Answers(told["said"], arrays, told["left"], told["operations"])


def picture_of(model: Any) -> np.ndarray:
    rng = np.random.default_rng(7)
    return rng.uniform(0, 1, model.network.picture_shape).astype(np.float32)


def own_model(fn: Callable[[jax.Array], Any], classes: int = 0) -> aj.Model:
    return aj.wrap(fn, frontend=TINY, classes=tuple("abcd"[:classes]), name="own")


def everything(picture: jax.Array) -> jax.Array:
    """Return scores by way of most operations of a list, those that have a way back."""
    x = jax.nn.relu6(4 * convolved(picture[..., None], draw(3, 3, 1, 8, seed=1)) + 1)
    x = aj.tap(lax.reduce_window(x, -jnp.inf, lax.max, (3, 3, 1), (2, 2, 1), "SAME"), "overlapping")
    # In groups, with strides and holes, and a margin that cuts off.
    y = convolved(x, draw(2, 3, 4, 6, seed=2), feature_group_count=2, padding=((1, -1), (2, 1)))
    how = {"lhs_dilation": (2, 1), "window_strides": (2, 1), "padding": ((1, 2), (1, 0))}
    y = convolved(y, draw(3, 2, 6, 5, seed=3), **how)
    y = jnp.pad(jax.nn.relu(batch_norm(y, 4)), ((1, 0), (0, 2), (0, 0)), mode="reflect")
    y = aj.tap(jnp.concatenate([y, -y[::-1]], -1) - 0.5, "both ways")
    y = jnp.where(np.arange(y.shape[1])[:, None] % 3 > 0, y, 1.0)
    y = jnp.roll(y, 1, 1)[:, 1:] / np.linspace(1, 2, y.shape[-1], dtype=np.float32)
    z = jnp.einsum("ck,ftc->ftk", draw(10, 6, seed=5), y)
    z = z - jax.nn.relu(z @ draw(6, 6, seed=6))[..., :1]
    z = jnp.repeat(jnp.take(z, np.arange(z.shape[0])[::2], axis=0), 2, axis=1)
    z = lax.reduce_window(z, 0.0, lax.add, (2, 1, 1), (1, 1, 1), "SAME") / 2
    z = aj.tap(z.transpose(1, 0, 2), "turned", ("freq", "time"))
    best, total = jax.nn.relu(z).max((0, 1)), z.sum((0, 1))
    return jnp.tanh(best) * jax.nn.sigmoid(total) + jnp.expm1(-jnp.abs(best)) + jax.nn.elu(total)


def one_axis(picture: jax.Array) -> jax.Array:
    """Return scores by convolutions over time alone, rows being features."""
    x = lax.conv_general_dilated(
        picture.T[None],
        draw(5, 33, 9, seed=1),
        (2,),
        [(1, 3)],
        dimension_numbers=("NWC", "WIO", "NWC"),
    )[0]
    x = aj.tap(jax.nn.relu(x - 0.2), "frames")
    x = lax.reduce_window(x, -jnp.inf, lax.max, (3, 1), (2, 1), ((1, 1), (0, 0)))
    x = aj.tap(jax.nn.relu(batch_norm(x @ draw(9, 4, seed=2), 3)), "steps")
    return x.ravel() @ draw(x.size, 2, seed=4)


def rounded_stack() -> aj.Model:
    """Return a model of small whole numbers, on whose pictures windows have ties."""
    model = make_model(features=(3, 4), dense=())
    rng = np.random.default_rng(3)
    return with_tensors(
        model,
        {
            name: rng.integers(-1, 2, one.shape).astype(np.float32)
            for name, one in model.network.tensors.items()
        },
    )


def odd_stack() -> aj.Model:
    """Return a model of a deep stack with kernels and pools of two sizes, on odd pictures."""
    frontend = aj.Frontend(sample_rate=2000, n_fft=134, hop_length=40, duration=0.9)
    architecture = aj.Architecture(features=(5, 1, 6), kernel_size=(5, 1), pool=(3, 2), dense=(2,))
    rng = np.random.default_rng(5)
    shapes = architecture.shapes(frontend.shape)
    tensors = {name: rng.normal(0, 0.4, one).astype(np.float32) for name, one in shapes.items()}
    return stack_model(tensors, architecture, frontend, ("a", "b"), name="odd")


def small_flax() -> aj.Model:
    """Return a Flax module with BatchNorm behind its ReLU; layers are found."""
    module = Small(small_weights())
    module.eval()
    return aj.wrap(module, frontend=TINY, call="of_picture", classes=("a", "b", "c"))


MUTED = {("conv1", 1): 0.0, ("conv2", 2): 1.5}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answers, dict[str, Any]]:
    asked = {
        "stack": Asked(make_model()),
        "half": Asked(make_model(seed=1), MUTED, "float16"),
        "odd": Asked(odd_stack(), {}, "bfloat16"),
        "ties": Asked(rounded_stack()),
        "other": Asked(own_model(other_function, 4), {("low", 3): 0.0, ("middle", 5): 0.5}),
        "flat": Asked(own_model(flat_function, 2)),
        "unlearnt": Asked(own_model(unlearnt_function, 4)),
        "everything": Asked(own_model(everything), {("both ways", 4): 0.0}),
        "one axis": Asked(own_model(one_axis, 2)),
        "flax": Asked(small_flax()),
    }
    return ask(asked, tmp_path_factory.mktemp("asked"))


NAMES = ("stack", "half", "odd", "ties", "other", "flat", "unlearnt", "everything", "one axis")


@pytest.mark.parametrize("name", [*NAMES, "flax"])
def test_the_page_answers_as_python_does(name: str, told: tuple[Answers, dict[str, Any]]) -> None:
    answers, models = told
    said, (model, gains) = answers.said[name], models[name]
    assert "error" not in said, said
    assert said["layers"] == [layer.name for layer in model.layers]
    assert said["facts"]["classes"] == list(model.classes)
    network = model.network
    picture = jnp.asarray(picture_of(model))
    state = network.forward(picture, edits_for(network, gains) if gains else None)

    def same(what: str, wanted: Any) -> None:
        found, wanted = answers.arrays[f"{name} {what}"], np.asarray(jax.device_get(wanted))
        peak = max(float(np.abs(wanted).max()), 1e-3)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE * peak, err_msg=what)

    for number, layer in enumerate(model.layers, start=1):
        same(f"maps {number}", network.activations(state, layer.name))
        same(f"off {number}", network.off(layer.name))
        assert not said["refused"][number - 1]
        for rule in RULES:
            for feature in {0, layer.features // 2, layer.features - 1}:
                same(
                    f"{rule} {number} {feature}",
                    network.project(state, layer.name, Feature(feature), rule),
                )
    if network.outputs_count:
        outputs = (
            network.scores(picture[None], edits_for(network, gains))[0]
            if gains
            else network.outputs(state)
        )
        same("scores", outputs)


def test_no_array_stays_on_the_heap(told: tuple[Answers, dict[str, Any]]) -> None:
    assert told[0].left == 0


def test_python_knows_what_a_page_can_compute(told: tuple[Answers, dict[str, Any]]) -> None:
    assert told[0].operations == sorted(PAGE_OPERATIONS)
