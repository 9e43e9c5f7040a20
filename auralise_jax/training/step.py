"""The training step and the validation step: pure functions of arrays, each jitted once.

Randomness comes from the seed and the number of the step alone, so a step can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Float, Float32, Int, Int16

from auralise_jax.network.stack.cnn import CNN
from auralise_jax.training.augment import mask, mix_up, pictures
from auralise_jax.training.recipe import Recipe

Samples = Int16[Array, "batch n"]
Maps = Float[Array, "batch _freq _time _features"]
Labels = Int[Array, " batch"]


class State(NamedTuple):
    """Everything that changes from step to step: pytrees of arrays."""

    params: Any
    moments: Any
    mean: Any = None
    """Exponential mean of the parameters; None if the recipe asks for none."""

    @property
    def chosen(self) -> Any:
        """The parameters that are validated and kept."""
        return self.params if self.mean is None else self.mean


class Metrics(NamedTuple):
    """Of one training step."""

    loss: Float[Array, ""]
    """Of the augmented clips of music, with dropout; so is the accuracy."""
    accuracy: Float[Array, ""]
    norm: Float[Array, ""]
    """Norm of the gradient; finite only if every entry is."""


class Trainer:
    """The jitted functions of a recipe.

    Parameters
    ----------
    recipe : Recipe
        With the number of steps set.
    counts : sequence of int
        Training clips of each class.
    start : mapping of str to array, optional
        Weights to start from, under the names of the model file; those that are not there are
        drawn.
    from_maps : bool
        Whether a step is given the maps of the fixed layers, see `fixed`, instead of samples.
    """

    def __init__(
        self,
        recipe: Recipe,
        counts: Sequence[int],
        start: Mapping[str, Float32[np.ndarray, "..."]] | None = None,
        *,
        from_maps: bool = False,
    ) -> None:
        self.recipe = recipe
        self.architecture = recipe.for_classes(len(counts))
        module = CNN(
            self.architecture,
            recipe.frontend.shape,
            rngs=nnx.Rngs(recipe.seed),
            conv_dropout=recipe.conv_dropout,
            dense_dropout=recipe.dense_dropout,
        )
        if start:
            module.load_tensors({**module.tensors(), **start})
        self._module = module

        training, inference, params, rest = _taken_apart(module, recipe.fixed)
        warm_up = max(1, recipe.steps // 20)
        self.schedule = optax.warmup_cosine_decay_schedule(
            recipe.rate / warm_up, recipe.rate, warm_up, max(2, recipe.steps)
        )
        optimizer = optax.chain(
            optax.clip_by_global_norm(1.0),
            optax.adamw(self.schedule, weight_decay=recipe.weight_decay),
        )
        mean = jax.tree.map(jnp.copy, params) if recipe.average else None
        self.start = State(params, optimizer.init(params), mean)
        weights = _weights(counts) if recipe.balance else np.ones(len(counts), np.float32)
        key = jax.random.key(recipe.seed)
        augmentation, frontend = recipe.augmentation, recipe.frontend
        music, end = recipe.batch, recipe.batch + recipe.outliers_per_batch
        below = recipe.fixed if from_maps else 0

        def step(
            state: State, samples: Samples | Maps, labels: Labels, number: Int[Array, ""]
        ) -> tuple[State, Metrics]:
            sound_key, mixup_key, mask_key, dropout_key = jax.random.split(
                jax.random.fold_in(key, number), 4
            )
            inputs, targets = samples, jax.nn.one_hot(labels, len(weights))
            if not from_maps:
                looks = pictures(samples, frontend, augmentation, sound_key)
                looks, targets = mix_up(looks, targets, augmentation.mixup, mixup_key, music)
                inputs = mask(looks, augmentation, mask_key)[..., None]
            targets = targets[:music]

            def loss(params: Any) -> tuple[Array, tuple[Array, Array]]:
                net = nnx.merge(training, params, rest)
                logits = net.above(inputs, below, rngs=nnx.Rngs(dropout=dropout_key))
                log_odds = jax.nn.log_softmax(logits)
                value = -(targets * weights * log_odds[:music]).sum(-1).mean()
                doubt = -log_odds[music:end].mean(-1).sum() / music
                accuracy = (log_odds[:music].argmax(-1) == targets.argmax(-1)).mean()
                return value + doubt, (value, accuracy)

            (_, (value, accuracy)), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
            updates, moments = optimizer.update(gradient, state.moments, state.params)
            params = optax.apply_updates(state.params, updates)
            mean = (
                None if state.mean is None else _nearer(state.mean, params, number, recipe.average)
            )
            metrics = Metrics(value, accuracy, optax.tree.norm(gradient))
            return State(params, moments, mean), metrics

        def predict(params: Any, samples: Samples) -> Float[Array, "batch classes"]:
            net = nnx.merge(inference, params, rest)
            return jax.nn.log_softmax(net(pictures(samples, frontend)))

        def validate(params: Any, samples: Samples, labels: Labels) -> Float[Array, " 3"]:
            log_probabilities = predict(params, samples)
            is_clip = labels >= 0
            losses = -jnp.take_along_axis(
                log_probabilities, jnp.maximum(labels, 0)[:, None], axis=1
            )[:, 0]
            is_right = log_probabilities.argmax(-1) == labels
            return jnp.stack(
                [jnp.where(is_clip, losses, 0).sum(), (is_right & is_clip).sum(), is_clip.sum()]
            )

        def fixed_maps(samples: Samples) -> Maps:
            net = nnx.merge(inference, params, rest)
            found: Maps = net.maps(pictures(samples, frontend))[recipe.fixed - 1]
            return found

        self.fixed_maps: Callable[[Samples], Maps] = jax.jit(fixed_maps)
        self.step: Callable[[State, Samples | Maps, Labels, Any], tuple[State, Metrics]] = jax.jit(
            step, donate_argnums=0
        )
        self.validate: Callable[[Any, Samples, Labels], Float[Array, " 3"]] = jax.jit(validate)

    def tensors(self, params: Any) -> dict[str, np.ndarray]:
        """Return parameters under the names of the model file."""
        nnx.update(self._module, params)
        return self._module.tensors()


def _taken_apart(module: CNN, fixed: int) -> tuple[Any, Any, Any, Any]:
    """Return the graph for training and for inference, what learns, and what stays.

    What is fixed is no parameter, so no gradient is computed below the lowest layer that learns.
    """

    def learns(path: tuple[Any, ...], value: Any) -> bool:
        return isinstance(value, nnx.Param) and not (path[0] == "conv" and path[1] < fixed)

    training, params, rest = nnx.split(module, learns, ...)  # type: ignore[misc]
    module.eval()  # type: ignore[no-untyped-call]
    inference, _, _ = nnx.split(module, learns, ...)  # type: ignore[misc]
    return training, inference, params, rest


def _nearer(mean: Any, params: Any, number: Array, average: float) -> Any:
    """Move a mean towards parameters; its memory grows with the number of steps."""
    share = 1 - jnp.minimum(average, (1 + number) / (10 + number))
    return jax.tree.map(lambda old, new: old + share * (new - old), mean, params)


def _weights(counts: Sequence[int]) -> Float[np.ndarray, " classes"]:
    """Weigh classes so that all count the same and the mean weight of a clip is 1."""
    number = np.asarray(counts, np.float32)
    weights: Float[np.ndarray, " classes"] = number.sum() / (len(number) * np.maximum(number, 1))
    return weights
