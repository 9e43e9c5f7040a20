"""Where a training starts: the recipe and the weights that a trained model lends to another."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np

from auralise_jax.network import Model
from auralise_jax.network.stack.network import stack_of
from auralise_jax.training.recipe import Recipe


def recipe_of(start: Model) -> Recipe:
    """Return the recipe for a training that starts from a model: its architecture and front end.

    Raises
    ------
    ValueError
        If the model is not the paper's CNN with dense layers on the pictures of an STFT.
    """
    network = stack_of(start, "trained further")
    return Recipe(architecture=network.architecture, frontend=start.frontend)  # type: ignore[arg-type]


def weights_of(start: Model, recipe: Recipe) -> dict[str, np.ndarray]:
    """Return the weights of a model, from the bottom up as far as the recipe has the same layers.

    The last dense layer is never the same, since its classes are others.

    Raises
    ------
    ValueError
        If the front end or the first layer is another, or the model is not the paper's CNN.
    """
    network = stack_of(start, "trained further")
    theirs, ours = network.architecture, recipe.architecture
    first = (theirs.features[0], theirs.kernel_size, theirs.pool, start.frontend)
    if first != (ours.features[0], ours.kernel_size, ours.pool, recipe.frontend):
        raise ValueError(
            f"the recipe's front end and first layer must be those of start, {start.name!r}: "
            f"{start.frontend} and {theirs}; recipe_of(start) has them"
        )
    names = [f"conv{n}" for n in range(1, 1 + min(len(ours.features), len(theirs.features)))]
    if ours.features == theirs.features:
        names += [f"dense{n}" for n in range(1, min(len(ours.dense), len(theirs.dense)))]
    shapes = ours.shapes(recipe.frontend.shape)
    tensors = network.tensors
    same = itertools.takewhile(
        lambda n: tensors[f"{n}.kernel"].shape == shapes[f"{n}.kernel"], names
    )
    return {f"{n}.{part}": tensors[f"{n}.{part}"] for n in same for part in ("kernel", "bias")}


def weights_hash(model: Model) -> str:
    """Return a hash of all weights, so that no training resumes from another start."""
    digest = hashlib.sha256()
    for name, value in sorted(stack_of(model, "trained further").tensors.items()):
        digest.update(name.encode() + np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()[:16]
