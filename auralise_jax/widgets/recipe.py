"""How a page draws the control's random weights itself: the same numbers as `untrained` draws."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import jax
import numpy as np

from auralise_jax.network import Model, load_model, save_model, untrained
from auralise_jax.network.graph.writing import write_graph
from auralise_jax.network.network import NoControl
from auralise_jax.network.safe import open_file
from auralise_jax.network.stack.drawing import plan_tensors
from auralise_jax.network.stack.network import Stack
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.network.weights import ZERO, Draw, plan_weights
from auralise_jax.widgets.facts import kernels_of


def control_recipe(model: Model) -> dict[str, Any]:
    """Return how to draw the weights of the network that `untrained` makes of a saved model.

    Numbers are drawn by JAX's generator with its default settings: Threefry-2x32, one block for
    each place of an array; `jax.random.truncated_normal` from -2 to 2 in float32, times a scale.

    Parameters
    ----------
    model : Model
        As `save_model` takes it.

    Returns
    -------
    dict
        ``seed``, and lists of tensors by the names that they have in the model's file:
        ``draws``, each with its ``tensor``, ``shape``, ``key`` of two whole numbers and ``scale``;
        ``zeros``; ``held``, whose ``values`` depend on drawn weights and on sounds, such as the
        statistics of BatchNorm. Tensors that are not named stay as they are in the file.
        ``kernels``, by layer what the facts of a panel say of them; ``control``, the recipe of the
        network that the network with random weights is compared with itself.
        Or ``why`` alone, a sentence that says why there is no control.

    Raises
    ------
    ValueError
        If the model cannot be saved.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> recipe = control_recipe(aj.load_model("genre"))
    >>> recipe["draws"][0]["tensor"], recipe["draws"][0]["shape"]
    ('conv1.kernel', [3, 3, 1, 64])
    """
    shapes: Mapping[str, Sequence[int]] = {}
    if not isinstance(model.network, Stack):
        with tempfile.TemporaryDirectory() as folder:
            path = save_model(model, Path(folder) / "saved.safetensors")
            shapes = {name: one["shape"] for name, one in open_file(path).tensors.items()}
            model = load_model(path)
    try:
        control = untrained(model)
        recipe = _recipe(model, control, shapes)
    except NoControl as error:
        return {"why": str(error)}
    try:
        recipe["control"] = _recipe(control, untrained(control), shapes)
    except NoControl as error:
        recipe["control"] = {"why": str(error)}
    return recipe


def _recipe(model: Model, control: Model, shapes: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    seed = int(control.training["seed"])
    if isinstance(model.network, Stack):
        made = _of_stack(model.network, seed)
    else:
        networks = cast(tuple[TracedNetwork, TracedNetwork], (model.network, control.network))
        made = _of_list(*networks, seed, shapes)
    kernels = [kernels_of(control, layer.name) for layer in control.layers]
    return {"seed": seed, **made, "kernels": kernels}


def _of_stack(network: Stack, seed: int) -> dict[str, Any]:
    shapes = network.architecture.shapes(network.picture_shape)
    drawing = plan_tensors(tuple(shapes.items()), seed)
    return {
        "draws": [_draw(name, shapes[name], how) for name, how in drawing.items()],
        "zeros": [_tensor(name, one) for name, one in shapes.items() if name not in drawing],
        "held": [],
    }


def _of_list(
    network: TracedNetwork, control: TracedNetwork, seed: int, shapes: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """Return how the weights of a list of operations, read from its file, become the control's."""
    segments = network.segments
    captured = segments.captured[: len(segments.params) or None]
    drawing = plan_weights(segments.program, captured, seed)
    before, after = (list(map(np.asarray, one.weights)) for one in (network, control))
    made: dict[str, list[Any]] = {"draws": [], "zeros": [], "held": []}
    for number, name in _names(network):
        how = drawing[number] if number < len(drawing) else None
        shape, values = shapes[name], after[number]
        if isinstance(how, Draw):
            made["draws"].append(_draw(name, shape, how))
        elif how == ZERO and not values.any():
            made["zeros"].append(_tensor(name, shape))
        elif how == ZERO or not np.array_equal(before[number], values):
            exact = [float(f"{value:.9g}") for value in values.ravel()]
            made["held"].append({**_tensor(name, shape), "values": exact})
    return made


def _names(network: TracedNetwork) -> list[tuple[int, str]]:
    """Return the number of the weight that each tensor of a network's file is.

    The file is written once more, with the weights' own numbers in their place.
    """
    segments = network.segments
    given = {
        value: np.full(value.shape, number, np.float32) if _is_real(value) else weight
        for number, (value, weight) in enumerate(
            zip(segments.captured, network.weights, strict=True), start=1
        )
    }
    marked = list(segments.marked.values())
    graph = write_graph(segments.program, marked, segments.tree, given, segments.params)  # type: ignore[arg-type]
    numbers = {name: one.ravel()[:1] for name, one in graph.tensors.items() if one.shape}
    return [(int(one[0]) - 1, name) for name, one in numbers.items() if _is_real(one)]


def _is_real(array: Any) -> bool:
    return bool(jax.numpy.issubdtype(array.dtype, np.floating))


def _draw(name: str, shape: Sequence[int], how: Draw) -> dict[str, Any]:
    key = [int(one) for one in np.asarray(jax.random.key_data(how.key))]
    return {**_tensor(name, shape), "key": key, "scale": float(how.scale)}


def _tensor(name: str, shape: Sequence[int]) -> dict[str, Any]:
    return {"tensor": name, "shape": [*shape]}
