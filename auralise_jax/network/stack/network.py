"""The paper's CNN as a network that can be listened to, by its fast forms."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Array, Float32

from auralise_jax.device import check_device, on_device, to_host
from auralise_jax.frontend import Frontend
from auralise_jax.network.cost import Cost, check_cost
from auralise_jax.network.edited import MUTED
from auralise_jax.network.edits import Edit, Edits, checked_edits, untouched
from auralise_jax.network.layer import Layer, find_layer
from auralise_jax.network.network import Seed, check_scores
from auralise_jax.network.rules import Rule, RuleName
from auralise_jax.network.stack import ablation, passes
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.bound import projection_bound
from auralise_jax.network.stack.cost import cost
from auralise_jax.network.stack.drawing import draw_tensors
from auralise_jax.network.stack.streaming import Stream

if TYPE_CHECKING:
    from auralise_jax.network.model import Model
    from auralise_jax.network.stack.cnn import CNN


@jax.tree_util.register_pytree_node_class
@dataclass(frozen=True, eq=False, repr=False)
class Stack:
    """Blocks of convolution, ReLU and max-pool, then dense layers: the paper's CNN.

    Parameters
    ----------
    tensors : mapping of str to array
        float32 weights under the names of the model file: ``conv1.kernel`` (freq, time, in, out),
        ``conv1.bias``, ..., ``dense1.kernel`` (in, out), ...
    architecture : Architecture
        Architecture of the tensors.
    picture_shape : (int, int)
        (freq, time) of the pictures.
    dtypes : mapping of str to str, optional
        Dtypes that a file stored tensors in, by their names; float32 for all others. Not part of
        the pytree, since no result depends on them.

    Raises
    ------
    ValueError
        If a tensor is missing, left over, of the wrong shape or not finite.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> network = aj.load_model("genre").network
    >>> print(*network.layers)
    conv1 conv2 conv3 conv4 conv5
    """

    tensors: Mapping[str, Float32[np.ndarray, "..."]]
    architecture: Architecture
    picture_shape: tuple[int, int]
    dtypes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = self.architecture.shapes(self.picture_shape)
        for name, shape in wanted.items():
            if name not in self.tensors:
                raise ValueError(f"tensor {name} is missing; expected {name} of shape {shape}")
            if self.tensors[name].shape != shape:
                raise ValueError(
                    f"tensor {name} has shape {self.tensors[name].shape}; the architecture and "
                    f"front end ask for {shape}"
                )
            if not np.isfinite(self.tensors[name]).all():
                raise ValueError(f"tensor {name} holds numbers that are not finite")
        if left := sorted(set(self.tensors) - set(wanted)):
            raise ValueError(f"the architecture has no place for {', '.join(left[:5])}")

    def tree_flatten(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the weights where JAX computes, and what does not change."""
        head = {name: one for name, one in self.tensors.items() if name.startswith("dense")}
        return (self.kernels, self.biases, head), (self.architecture, self.picture_shape)

    @classmethod
    def tree_unflatten(cls, fixed: tuple[Any, ...], weights: tuple[Any, ...]) -> Stack:
        """Return a network of weights that may be tracers."""
        made = object.__new__(cls)
        kernels, biases, head = weights
        made.__dict__.update(architecture=fixed[0], picture_shape=fixed[1], dtypes={})
        made.__dict__.update(kernels=kernels, biases=biases)
        convolutions: dict[str, Any] = {}
        for name, kernel, bias in zip(fixed[0].layers, kernels, biases, strict=True):
            convolutions |= {f"{name}.kernel": kernel, f"{name}.bias": bias}
        made.__dict__.update(tensors=convolutions | head)
        return made

    @functools.cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Its blocks, from the picture up."""
        made = self.architecture
        return tuple(
            Layer(
                name,
                made.features[number - 1],
                stride=(made.pool[0] ** number, made.pool[1] ** number),
                field=made.receptive_field(number),
                before=made.before(number),
                unpooled=made.unpooled_field(number),
                reported=made.reported_field(number),
            )
            for number, name in enumerate(made.layers, start=1)
        )

    @property
    def outputs_count(self) -> int:
        """How many scores it gives; 0 without dense layers."""
        return self.architecture.dense[-1] if self.architecture.dense else 0

    @functools.cached_property
    def kernels(self) -> tuple[passes.Kernel, ...]:
        """Convolution kernels where JAX computes, layer 1 first."""
        return self._sent("kernel")

    @functools.cached_property
    def biases(self) -> tuple[passes.Bias, ...]:
        """Convolution biases where JAX computes, layer 1 first."""
        return self._sent("bias")

    def _sent(self, part: str) -> tuple[Array, ...]:
        with jax.ensure_compile_time_eval():  # kept, so they must not belong to a caller's trace
            names = self.architecture.layers
            return tuple(on_device(self.tensors[f"{name}.{part}"]) for name in names)

    @functools.cached_property
    def module(self) -> CNN:
        """The same network as a `flax.nnx` module, with these weights."""
        from flax import nnx

        from auralise_jax.network.stack.cnn import CNN

        check_device()
        check_cost(self.cost())
        with jax.transfer_guard("allow"):  # Flax sends constants
            module = CNN(self.architecture, self.picture_shape, rngs=nnx.Rngs(0))
            module.load_tensors(self.tensors)
        module.eval()  # type: ignore[no-untyped-call]
        return module

    def sizes(self, picture_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """Return the size (freq, time) of every layer's maps for pictures of some shape."""
        rows, frames = picture_shape
        return {
            name: self.architecture.map_size((rows, frames), number)
            for number, name in enumerate(self.architecture.layers, start=1)
        }

    def kernel(self, layer: str) -> Float32[Array | np.ndarray, "freq time features"] | None:
        """Return the kernels of the first layer; None for others, which see maps."""
        if find_layer(self.layers, layer) > 1:
            return None
        return self.tensors[f"{self.architecture.layers[0]}.kernel"][:, :, 0]

    def forward(
        self, picture: Float32[Array, "freq time"], edits: Edits | None = None
    ) -> tuple[passes.Block, ...]:
        """Run the convolution blocks on a picture and keep what projecting needs."""
        blocks: tuple[passes.Block, ...] = passes.forward(
            self.kernels, self.biases, picture, self._edits(edits), pool=self.architecture.pool
        )
        return blocks

    def _edits(self, edits: Edits | None) -> tuple[Edit, ...] | None:
        return None if edits is None else tuple(checked_edits(self.layers, edits).values())

    def activations(
        self, state: tuple[passes.Block, ...], layer: str
    ) -> Float32[Array, "freq time features"]:
        """Return a layer's maps after ReLU and pooling."""
        return state[find_layer(self.layers, layer) - 1].maps

    def maps(
        self, pictures: Float32[np.ndarray, "batch freq time"], edits: Edits | None = None
    ) -> tuple[np.ndarray, ...]:
        """Return every layer's maps of many pictures, by the forms that training uses."""
        return passes.maps_of(
            self.kernels, self.biases, pictures, self._edits(edits), pool=self.architecture.pool
        )

    def scores(
        self,
        pictures: Float32[Array | np.ndarray, "batch freq time"],
        edits: Edits | None = None,
    ) -> Float32[Array, "batch outputs"]:
        """Return the scores of many pictures, by the Flax module; under edits by `passes`."""
        if (edited := self._edits(edits)) is not None:
            return self._scores(on_device(pictures), edited)
        from auralise_jax.network.stack.cnn import logits

        scores: Float32[Array, "batch outputs"] = logits(*self._split, on_device(pictures))
        return scores

    def scores_alone(
        self,
        picture: Float32[Array, "freq time"],
        layer: str,
        edit: Edit,
        others: Edits | None = None,
    ) -> Float32[np.ndarray, "features outputs"]:
        """Return the scores where each feature of a layer is edited alone; see `Network`."""
        check_scores(self)
        edits = checked_edits(self.layers, untouched(self) if others is None else others)
        rows = ablation.scores_alone(
            self.kernels,
            self.biases,
            self._head,
            on_device(picture),
            jax.tree.map(on_device, edit),
            tuple(edits.values()),
            layer=find_layer(self.layers, layer),
            pool=self.architecture.pool,
        )
        return to_host(rows)

    def _scores(
        self, pictures: Float32[Array, "batch freq time"], edits: tuple[Edit, ...]
    ) -> Float32[Array, "batch outputs"]:
        check_scores(self)
        scores: Float32[Array, "batch outputs"] = passes.scores_of(
            self.kernels, self.biases, self._head, pictures, edits, pool=self.architecture.pool
        )
        return scores

    @functools.cached_property
    def _head(self) -> passes.Head:
        with jax.ensure_compile_time_eval():
            names = [f"dense{number}" for number, _ in enumerate(self.architecture.dense, start=1)]
            parts = ("kernel", "bias")
            kernels, biases = (
                [on_device(self.tensors[f"{name}.{part}"]) for name in names] for part in parts
            )
            return tuple(zip(kernels, biases, strict=True))

    @functools.cached_property
    def _split(self) -> tuple[Any, Any]:
        from flax import nnx

        graph, weights = nnx.split(self.module)
        return graph, weights

    def project(
        self, state: tuple[passes.Block, ...], layer: str, seed: Seed, rule: RuleName | Rule
    ) -> Float32[Array, "freq time"]:
        """Bring a seed back to the picture; see `passes.backward`."""
        blocks = tuple(
            block._replace(edit=edit) if block.edit is None else block
            for block, edit in zip(state, self._untouched, strict=True)
        )
        projected: Float32[Array, "freq time"] = passes.backward(
            self.kernels,
            blocks,
            seed,
            layer=find_layer(self.layers, layer),
            rule=rule,
            pool=self.architecture.pool,
            shape=self.picture_shape,
        )
        return projected

    @functools.cached_property
    def _untouched(self) -> tuple[Edit, ...]:
        """Edits that do nothing: with them a projection under others compiles nothing."""
        with jax.ensure_compile_time_eval():
            return tuple(untouched(self).values())

    def most(
        self,
        state: tuple[passes.Block, ...],
        layer: str,
        norms: Float32[np.ndarray, " features"],
    ) -> float:
        """Return a value that no projection of a layer exceeds; see `Bounded`."""
        number = find_layer(self.layers, layer)
        kernels = [self.tensors[f"{name}.kernel"] for name in self.architecture.layers[:number]]
        edits = [block.edit for block in state[:number]]
        scales = [None if edit is None else jax.device_get(edit.scale) for edit in edits]
        return projection_bound(kernels, scales, norms)

    def outputs(self, state: tuple[passes.Block, ...]) -> Float32[np.ndarray, " outputs"]:
        """Return the scores before softmax; computed where the process is, as they are few."""
        top = state[-1]
        x = to_host(top.maps)
        if top.edit is not None:
            x = jax.device_get(top.edit).of(x)
        x = x.ravel()
        count = len(self.architecture.dense)
        with np.errstate(over="ignore", invalid="ignore"):  # who asks checks that they are finite
            for number in range(1, count + 1):
                x = x @ self.tensors[f"dense{number}.kernel"] + self.tensors[f"dense{number}.bias"]
                if number < count:
                    x = np.maximum(x, 0)
        return x

    def cost(self) -> Cost:
        """Return what the network asks of a machine."""
        return cost(self.architecture, self.picture_shape)

    def off(self, layer: str) -> Float32[np.ndarray, " features"]:
        """Return zeros: a ReLU's map is 0 where its feature is silent."""
        return np.zeros(self.layers[find_layer(self.layers, layer) - 1].features, np.float32)

    def replaced(self, tensors: Mapping[str, Float32[np.ndarray, "..."]]) -> Stack:
        """Return the same architecture with other weights."""
        return Stack(tensors, self.architecture, self.picture_shape)

    def operations(self, layer: Layer | str | int) -> tuple[str, ...]:
        """Return what a layer consists of, in words, from its first operation to its last."""
        find_layer(self.layers, layer)
        shapes = self.architecture.kernel_size, self.architecture.pool
        kernel, pool = (" x ".join(map(str, shape)) for shape in shapes)
        return f"conv {kernel}", "ReLU", f"max-pool {pool}"

    def refused(self, layer: Layer | str | int) -> None:
        """Return None: each layer can be projected."""
        find_layer(self.layers, layer)

    def description(self) -> tuple[dict[str, Any], dict[str, Float32[np.ndarray, "..."]]]:
        """Return settings and weights, as the same numbers whatever the machine."""
        tensors = {name: self.tensors[name].astype("<f4") for name in sorted(self.tensors)}
        return dataclasses.asdict(self.architecture), tensors

    def stream(self, frontend: Frontend) -> Stream:
        """Return how the blocks are run over a picture that comes in pieces."""
        return Stream(self.architecture, frontend)

    def headless(self, picture_shape: tuple[int, int]) -> Stack:
        """Return the blocks alone, for pictures of another shape: dense layers fix it."""
        tensors = {name: one for name, one in self.tensors.items() if name.startswith("conv")}
        return Stack(tensors, dataclasses.replace(self.architecture, dense=()), picture_shape)

    def randomise(self, seed: int) -> Stack:
        """Return the same architecture with kernels by He's normal initialisation, biases 0."""
        shapes = self.architecture.shapes(self.picture_shape)
        return self.replaced(draw_tensors(tuple(shapes.items()), seed))

    def __repr__(self) -> str:
        return f"<Stack: conv {' '.join(map(str, self.architecture.features))}>"


def stack_of(model: Model, verb: str) -> Stack:
    """Return a model's network if it is the paper's CNN.

    Raises
    ------
    ValueError
        If it is another; the message says that such a network cannot be `verb`.
    """
    if model.gains:
        raise ValueError(f"model {model.name!r} cannot be {verb}: {MUTED}")
    if not isinstance(model.network, Stack):
        raise ValueError(
            f"model {model.name!r} cannot be {verb}: that needs the paper's CNN, and its network "
            f"is a {type(model.network).__name__}"
        )
    return model.network
