"""A model: an architecture, its weights, the front end it was trained with, and its classes."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32

from auralise_jax.audio import Clip
from auralise_jax.device import check_device, on_device
from auralise_jax.frontend import Frontend
from auralise_jax.network.cost import check_window
from auralise_jax.network.stack import passes
from auralise_jax.network.stack.architecture import Architecture

if TYPE_CHECKING:
    from auralise_jax.network.stack.cnn import CNN


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A network that can be listened to.

    Parameters
    ----------
    tensors : mapping of str to array
        float32 weights under the names of the model file: ``conv1.kernel`` (freq, time, in, out),
        ``conv1.bias``, ..., ``dense1.kernel`` (in, out), ...
    architecture : Architecture
        What the tensors belong to.
    frontend : Frontend
        How a clip becomes a picture.
    classes : tuple of str
        One name per output; empty if there is no head.
    training : mapping
        How it was trained, as stored in the file; may be empty.
    name : str
        What panels call it.

    Raises
    ------
    ValueError
        If a tensor is missing, left over, of the wrong shape or not finite, or the classes do not
        fit the head.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> model.layers
    ('conv1', 'conv2', 'conv3', 'conv4', 'conv5')
    >>> model.classes
    ('ballad', 'dance', 'hip-hop')
    """

    tensors: Mapping[str, Float32[np.ndarray, "..."]]
    architecture: Architecture = field(default_factory=Architecture)
    frontend: Frontend = field(default_factory=Frontend)
    classes: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    name: str = "model"

    def __post_init__(self) -> None:
        wanted = self.architecture.shapes(self.frontend.shape)
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
        outputs = self.architecture.dense[-1] if self.architecture.dense else 0
        if len(self.classes) != outputs:
            raise ValueError(
                f"classes must have {outputs} names, one per output, not {len(self.classes)}"
            )
        if len(set(self.classes)) < outputs:
            raise ValueError(f"classes must differ from each other, not {list(self.classes)}")

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the convolution layers; layer 1 is the first."""
        return self.architecture.layers

    @property
    def untrained(self) -> bool:
        """Whether its weights are those of `random_model`: what it calls a sound is chance."""
        return set(self.training) == {"seed"}

    @functools.cached_property
    def kernels(self) -> tuple[passes.Kernel, ...]:
        """Convolution kernels, layer 1 first."""
        return self._sent("kernel")

    @functools.cached_property
    def biases(self) -> tuple[passes.Bias, ...]:
        """Convolution biases, layer 1 first."""
        return self._sent("bias")

    def _sent(self, part: str) -> tuple[Array, ...]:
        with jax.ensure_compile_time_eval():  # kept, so they must not belong to a caller's trace
            return tuple(on_device(self.tensors[f"{name}.{part}"]) for name in self.layers)

    @functools.cached_property
    def module(self) -> CNN:
        """The same network as a `flax.nnx` module, with these weights."""
        from flax import nnx

        from auralise_jax.network.stack.cnn import CNN

        check_device()
        check_window(self.architecture, self.frontend)
        with jax.transfer_guard("allow"):  # Flax sends constants
            module = CNN(self.architecture, self.frontend.shape, rngs=nnx.Rngs(0))
            module.load_tensors(self.tensors)
        module.eval()  # type: ignore[no-untyped-call]
        return module

    def forward(self, picture: Float32[Array, "freq time"]) -> tuple[passes.Block, ...]:
        """Run the convolution blocks on a picture and keep what projecting needs."""
        blocks: tuple[passes.Block, ...] = passes.forward(
            self.kernels, self.biases, picture, pool=self.architecture.pool
        )
        return blocks

    def probabilities(self, blocks: tuple[passes.Block, ...]) -> dict[str, float]:
        """Return the class probabilities that follow from a forward pass."""
        if not self.classes:
            raise ValueError(
                f"model {self.name!r} has no dense layers, so it knows no classes; "
                "it can be listened to, not asked"
            )
        x = jax.device_get(blocks[-1].maps).ravel()
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            for number in range(1, len(self.architecture.dense) + 1):
                x = x @ self.tensors[f"dense{number}.kernel"] + self.tensors[f"dense{number}.bias"]
                if number < len(self.architecture.dense):
                    x = np.maximum(x, 0)
        self.check_finite(x, "its classes")
        odds = np.exp(x - x.max())
        return dict(zip(self.classes, (odds / odds.sum()).tolist(), strict=True))

    def check_finite(self, values: np.ndarray, where: str) -> float:
        """Make sure that a result fits float32, and return its largest magnitude.

        Parameters
        ----------
        values : array
            Of any shape, not empty.
        where : str
            What they are, for the message.

        Raises
        ------
        ValueError
            If a value is not finite: the model's weights or its gain are too large.
        """
        # Both are NaN where any value is; neither needs a copy.
        peak = max(float(values.max()), -float(values.min()))
        if not math.isfinite(peak):
            raise ValueError(
                f"model {self.name!r} overflows float32 in {where}: its weights or its gain, "
                f"{self.frontend.gain:g}, are too large for the sound"
            )
        return peak

    def predict(self, clip: Clip) -> dict[str, float]:
        """Return {class: probability}, the mean over consecutive windows.

        A last window under half length is dropped, unless it is the only one; a shorter one is
        padded with zeros.

        Raises
        ------
        ValueError
            If the model has no head.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> odds = aj.load_model("genre").predict(aj.example_clips()["dance"])
        >>> round(sum(odds.values()), 6)
        1.0
        """
        check_window(self.architecture, self.frontend)
        samples = clip.resample(self.frontend.sample_rate).samples
        size = self.frontend.samples
        starts = [n for n in range(0, len(samples), size) if len(samples) - n >= size / 2] or [0]
        windows = []
        for start in starts:
            window = samples[start : start + size]
            picture = self.frontend.picture(np.pad(window, (0, size - len(window))))
            windows.append(self.probabilities(self.forward(picture)))
        return {name: float(np.mean([w[name] for w in windows])) for name in self.classes}

    def __repr__(self) -> str:
        widths = " ".join(map(str, self.architecture.features))
        classes = ", ".join(self.classes) or "no classes"
        return f"<Model {self.name!r}: conv {widths}; {classes}>"


def stranger(model: Model) -> Model:
    """Return the same architecture with random weights that the model did not begin from.

    A network that is trained from seed 0 stays close to `random_model` with seed 0: the shipped
    one correlates with it by 0.9 and more. As a control that would say little; this takes the first
    seed that is not like it.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> stranger(aj.load_model("genre")).name
    'genre, random weights (seed 1)'
    """
    seed = 0
    while alike(control := random_model(model, seed), model):
        seed += 1
    return control


def alike(one: Model, other: Model) -> bool:
    """Tell whether two sets of weights have a common beginning: their largest tensors correlate."""
    largest = max(one.tensors, key=lambda name: one.tensors[name].size)
    a, b = (model.tensors[largest].ravel() for model in (one, other))
    return bool(np.abs(a @ b) > 0.5 * np.linalg.norm(a) * np.linalg.norm(b))


def random_model(model: Model, seed: int = 0) -> Model:
    """Return the same architecture freshly initialised: the control for any claim.

    Parameters
    ----------
    model : Model
        Gives architecture, front end and classes.
    seed : int
        Of the He-normal kernels; biases are zero. Training with the same seed begins from these
        very weights: a control for the shipped model wants another than 0.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> control = aj.random_model(aj.load_model("genre"), seed=1)
    >>> control.name
    'genre, random weights (seed 1)'
    """
    shapes = model.architecture.shapes(model.frontend.shape)
    tensors = dict(_drawn(tuple(shapes.items()), seed))
    return Model(
        tensors,
        model.architecture,
        model.frontend,
        model.classes,
        {"seed": seed},
        f"{model.name}, random weights (seed {seed})",
    )


@functools.lru_cache(4)  # 6 MB each for the paper's network
def _drawn(
    shapes: tuple[tuple[str, tuple[int, ...]], ...], seed: int
) -> Mapping[str, Float32[np.ndarray, "..."]]:
    """Return tensors that nobody can write to: kernels by He's normal initialisation, biases 0."""
    check_device()
    largest = max(math.prod(shape) for _, shape in shapes)
    tensors = {}
    # The generator is named, and transfers are allowed: users set both otherwise for their work.
    with jax.transfer_guard("allow"):
        keys = jax.random.split(jax.random.key(seed, impl="threefry2x32"), len(shapes))
        for (name, shape), key in zip(shapes, keys, strict=True):
            if len(shape) > 1:
                tensors[name] = _he_normal(key, shape, largest)
            else:
                tensors[name] = np.zeros(shape, np.float32)
            tensors[name].flags.writeable = False
    return tensors


def _he_normal(key: Array, shape: tuple[int, ...], largest: int) -> Float32[np.ndarray, "..."]:
    """Return what `jax.nn.initializers.he_normal` draws, without compiling for every shape.

    A number drawn depends on its key and its place alone where JAX's generator is partitionable, as
    it is by default: so the first ones of `largest` are the ones that are asked for.
    """
    count = math.prod(shape)
    by_place = jax.config.jax_threefry_partitionable  # type: ignore[attr-defined]
    drawn = _draw(key, largest if by_place else count)
    # 0.8796...: the standard deviation of a standard normal that is cut at -2 and 2.
    scale = np.sqrt(np.float32(2 / math.prod(shape[:-1]))) / np.float32(0.87962566103423978)
    kernel: Float32[np.ndarray, "..."] = np.asarray(drawn)[:count].reshape(shape) * scale
    return kernel


@functools.partial(jax.jit, static_argnums=1)
def _draw(key: Array, count: int) -> Float32[Array, " count"]:
    return jax.random.truncated_normal(key, -2.0, 2.0, (count,), jnp.float32)
