"""The control's weights, drawn by a page's code from a recipe: those that `untrained` draws."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from asking_node import Asked
from making import TINY, make_model, make_noise
from networks import flat_function, other_function, unlearnt_function
from wrapped import Small, SmallLinen, linen_variables, small_weights

import auralise_jax as aj
from auralise_jax.insight.survey import survey
from auralise_jax.network.foreign import musicnn
from auralise_jax.network.graph_file import graph_of
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.widgets.facts import facts
from auralise_jax.widgets.recipe import control_recipe
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.view import ALIKE
from auralise_jax.widgets.view import survey as surveyed

pytestmark = pytest.mark.usefixtures("compiled_quickly")

CLOSE = 1e-6  # XLA evaluates a polynomial in float32, on some machines with fewer roundings


def flax() -> aj.Model:
    module = Small(small_weights())
    module.eval()
    return aj.wrap(Small.of_picture, params=module, frontend=TINY, classes=("a", "b", "c"))


def linen() -> aj.Model:
    params = linen_variables(small_weights())
    return aj.wrap(SmallLinen(), frontend=TINY, params=params, classes=("a", "b", "c"))


def tagger() -> aj.Model:
    """Return musicnn with four features a layer."""
    rng = np.random.default_rng(5)
    tensors = {
        name: rng.uniform(0.5, 2, shape).astype(np.float32)
        for name, shape in musicnn.tensor_shapes(4).items()
    }
    frontend = aj.LogMel(16_000, 512, 256, 96, frames=187, compression="log10", gain=10_000)
    params, tags = musicnn.weights(tensors), musicnn.TAGS
    return aj.wrap(musicnn.tagger, params=params, frontend=frontend, classes=tags)


def closure(function: Callable[[jax.Array], Any]) -> aj.Model:
    network = TracedNetwork(function, jnp.ones(TINY.shape))
    return aj.Model(network, TINY, tuple("abcd"[: network.outputs_count]), name="own")


MODELS: dict[str, Callable[[], aj.Model]] = {
    "shipped": lambda: aj.load_model("genre"),
    "small": make_model,
    "headless": lambda: make_model(dense=()),
    "flax": flax,
    "linen": linen,
    "tagger": tagger,
    "several shapes": lambda: closure(other_function),
    "no frequency": lambda: closure(flat_function),
}


def tensors_of(model: aj.Model) -> dict[str, np.ndarray]:
    """Return weights by the names of the model's file."""
    if isinstance(model.network, aj.Stack):
        return dict(model.network.tensors)
    assert isinstance(model.network, TracedNetwork)
    return dict(graph_of(model.network).tensors)


def test_a_page_draws_the_same_weights(tmp_path: Path) -> None:
    asked, wanted, sound = Asked(tmp_path), [], make_noise(4.1)
    for name, make in MODELS.items():
        model = make()
        recipe = control_recipe(model)
        before = aj.load_model(aj.save_model(model, tmp_path / f"{name}.safetensors"))
        for time in (1, 2):  # the control, and what that is compared with itself
            after = aj.untrained(before)
            assert recipe["seed"] == after.training["seed"]
            assert recipe["kernels"] == [
                one["kernels"] for one in facts([Variant(aj.listen(after, sound))])["layers"]
            ]
            file = f"{name} {time}.bin"
            asked.ask("drawn", recipe=recipe, file=file)
            wanted.append((file, tensors_of(before), tensors_of(after)))
            before, recipe = after, recipe.get("control")
        assert recipe is None
    for (name, before, after), told in zip(wanted, asked.answers(), strict=True):
        numbers = np.fromfile(tmp_path / name, np.float32)
        found = dict(before)
        for tensor, shape in told:
            size = int(np.prod(shape))
            found[tensor], numbers = numbers[:size].reshape(shape), numbers[size:]
            assert tuple(shape) == before[tensor].shape
        assert not len(numbers)
        assert found.keys() == after.keys()
        assert any(not np.array_equal(before[key], after[key]) for key in after)
        for key, values in after.items():
            close = {"rtol": CLOSE, "atol": CLOSE * abs(values).max()}
            np.testing.assert_allclose(found[key], values, **close, err_msg=f"{name} {key}")


def test_batch_norms_statistics_are_stated() -> None:
    recipe = control_recipe(flax())
    assert [one["tensor"] for one in recipe["held"]] == ["weights.norm.mean", "weights.norm.var"]
    assert all(len(one["values"]) == 6 for one in recipe["held"])
    assert not any("norm" in one["tensor"] for one in recipe["draws"])


def test_a_network_without_weights_has_no_recipe() -> None:
    model = closure(unlearnt_function)
    with pytest.raises(aj.NoControl) as refused:
        aj.untrained(model)
    assert control_recipe(model) == {"why": str(refused.value)}


def test_a_page_ranks_as_a_kernel_does(tmp_path: Path) -> None:
    """From weights and a picture to the order of features, with random weights of its own."""
    asked, wanted = Asked(tmp_path), []
    bach, noise = aj.example_clips()["bach"], make_noise(0.5)
    for name, clip, layer, rule in (
        ("shipped", bach, 1, "deconvnet"),
        ("small", noise, 3, "guided"),
        ("flax", noise, 2, "gradient"),
    ):
        path = aj.save_model(MODELS[name](), tmp_path / f"{name}.safetensors")
        model = aj.load_model(path)
        heard = aj.listen(model, clip)
        view = {"model": str(path), "recipe": control_recipe(model), "layer": layer, "rule": rule}
        asked.ask("ranked", picture=np.asarray(heard.picture), **view)
        wanted.append(surveyed(survey(heard, layer, rule, alike=ALIKE)))
    for theirs, ours in zip(wanted, asked.answers(), strict=True):
        for key in ("order", "similar", "group", "verdict", "twin", "copies"):
            assert ours[key] == theirs[key], key
        for key in ("energy", "likeness", "interest", "control_range"):
            np.testing.assert_allclose(ours[key], theirs[key], atol=2e-3)
