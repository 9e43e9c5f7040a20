"""The network as a Flax module, for training and for whoever wants it in Flax."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Float32, PyTree

from auralise_jax.network.pooling import max_pool
from auralise_jax.network.rules import RuleName, relu
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.blocks import block, is_faster

Randomness = nnx.Rngs | jax.Array | None
"""What dropout draws from: streams, a key, or nothing in particular."""


class CNN(nnx.Module):
    """The paper's CNN; depth, widths and head come from its `Architecture`.

    Parameters
    ----------
    architecture : Architecture
        Depth, widths and head.
    picture : (int, int)
        Shape (freq, time) of the pictures; only the head depends on it.
    rngs : nnx.Rngs
        Streams ``params`` and, for training, ``dropout``.
    conv_dropout, dense_dropout : float
        Dropped after the last block's pooling, and after each hidden dense layer.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from flax import nnx
    >>> small = Architecture(features=(4, 4), dense=(3,))
    >>> CNN(small, (16, 12), rngs=nnx.Rngs(0))(jnp.zeros((5, 16, 12))).shape
    (5, 3)
    """

    def __init__(
        self,
        architecture: Architecture,
        picture: tuple[int, int],
        *,
        rngs: nnx.Rngs,
        conv_dropout: float = 0.0,
        dense_dropout: float = 0.0,
    ) -> None:
        self.architecture = architecture
        he = nnx.initializers.he_normal()
        widths = itertools.pairwise((1, *architecture.features))
        self.conv = nnx.List(
            nnx.Conv(i, o, architecture.kernel_size, kernel_init=he, rngs=rngs) for i, o in widths
        )
        freq, time = architecture.map_size(picture, len(architecture.features))
        widths = itertools.pairwise((freq * time * architecture.features[-1], *architecture.dense))
        self.dense = nnx.List(nnx.Linear(i, o, kernel_init=he, rngs=rngs) for i, o in widths)
        self.conv_dropout = nnx.Dropout(conv_dropout, rngs=rngs)
        self.dense_dropout = nnx.Dropout(dense_dropout, rngs=rngs)

    def maps(
        self, pictures: Float[Array, "batch freq time"], rule: RuleName = "gradient"
    ) -> list[Float[Array, "batch _freq _time _features"]]:
        """Return each block's maps after ReLU and pooling; differentiating follows `rule`."""
        return self.maps_above(pictures[..., None], 0, rule)

    def maps_above(
        self,
        x: Float[Array, "batch _freq _time _features"],
        below: int,
        rule: RuleName = "gradient",
    ) -> list[Float[Array, "batch _freq _time _features"]]:
        """Return the maps of the blocks above the first `below`, whose maps `x` are."""
        size, pool = self.architecture.kernel_size, self.architecture.pool
        maps = []
        for conv in list(self.conv)[below:]:
            if rule == "gradient" and conv.bias is not None and is_faster(x, size, pool):
                x = block(x, conv.kernel[...], conv.bias[...])
            else:
                x = max_pool(relu(conv(x), rule), pool)
            maps.append(x)
        return maps

    def __call__(
        self,
        pictures: Float[Array, "batch freq time"],
        rule: RuleName = "gradient",
        *,
        rngs: Randomness = None,
    ) -> Float[Array, "batch classes"]:
        """Return logits, before softmax.

        Parameters
        ----------
        pictures : (batch, freq, time)
            Pictures to classify.
        rule : str
            Backward rule of the ReLUs.
        rngs : nnx.Rngs or key, optional
            Source of dropout's randomness, instead of the stream given when the module was made.
            With a key made from the step's number, a training step can be repeated.
        """
        return self.above(pictures[..., None], 0, rule, rngs=rngs)

    def above(
        self,
        x: Float[Array, "batch _freq _time _features"],
        below: int,
        rule: RuleName = "gradient",
        *,
        rngs: Randomness = None,
    ) -> Float[Array, "batch classes"]:
        """Return the logits of what the first `below` blocks give: their last maps, `x`."""
        rngs = _streams(rngs)
        maps = [x, *self.maps_above(x, below, rule)]
        return self.head(self.conv_dropout(maps[-1], rngs=rngs), rngs=rngs)

    def head(
        self,
        maps: Float[Array, "batch map_freq map_time features"],
        *,
        rngs: Randomness = None,
    ) -> Float[Array, "batch classes"]:
        """Return the logits of the last block's maps, flattened (freq, time, channel)."""
        rngs = _streams(rngs)
        x = maps.reshape(len(maps), -1)
        for number, dense in enumerate(self.dense, start=1):
            x = dense(x)
            if number < len(self.dense):
                x = self.dense_dropout(jax.nn.relu(x), rngs=rngs)
        return x

    def tensors(self) -> dict[str, Float32[np.ndarray, "..."]]:
        """Return the parameters under the names of the model file."""
        return {
            f"{name}.{part}": np.asarray(getattr(module, part)[...], np.float32)
            for name, module in self._named()
            for part in ("kernel", "bias")
        }

    def load_tensors(self, tensors: Mapping[str, Float32[np.ndarray, "..."]]) -> None:
        """Set the parameters from the names of the model file."""
        for name, module in self._named():
            for part in ("kernel", "bias"):
                getattr(module, part)[...] = jnp.asarray(tensors[f"{name}.{part}"])

    def _named(self) -> Iterator[tuple[str, nnx.Module]]:
        for kind, modules in (("conv", self.conv), ("dense", self.dense)):
            for number, module in enumerate(modules, start=1):
                yield f"{kind}{number}", module


@functools.partial(jax.jit, static_argnums=0)
def logits(
    graph: nnx.GraphDef[CNN], weights: PyTree, pictures: Float[Array, "batch freq time"]
) -> Float[Array, "batch classes"]:
    """Return the logits of a module that `nnx.split` took apart, at full precision on a GPU too."""
    with jax.default_matmul_precision("highest"):
        scores: Array = nnx.merge(graph, weights)(pictures)
    return scores


def _streams(rngs: Randomness) -> nnx.Rngs | None:
    # A bare key would give every dropout layer the same draw.
    return nnx.Rngs(dropout=rngs) if isinstance(rngs, jax.Array) else rngs
