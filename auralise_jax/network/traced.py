"""Anyone's network: a JAX function from a picture to scores, its layers marked or found."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from auralise_jax.network.cost import Cost
from auralise_jax.network.edits import Edit, Edits, checked_edits
from auralise_jax.network.found import layers_of
from auralise_jax.network.layer import Layer, find_layer
from auralise_jax.network.marks import Marked
from auralise_jax.network.network import Feature, Network, Seed
from auralise_jax.network.norms import batch_norms, estimated
from auralise_jax.network.operations import operations
from auralise_jax.network.program import Program, Step
from auralise_jax.network.reach import reaches
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.rules import Rule, RuleName
from auralise_jax.network.segments import Picture, Segments, State
from auralise_jax.network.structure import (
    Silence,
    direct_convolution,
    evaluate,
    lay_out,
    layer_of,
    pooled,
)
from auralise_jax.network.weights import draw_weights


class Opening(NamedTuple):
    """What a network was opened with, to be opened again for pictures of another length."""

    fn: Callable[..., PyTree]
    params: Mapping[str, Array] | None
    layers: Sequence[str] | Mapping[str, str] | None
    allow: Mapping[str, Rule | str] | None


@jax.tree_util.register_pytree_node_class
class TracedNetwork:
    """A function as a network that can be listened to, by the meaning of the rules.

    Opening it compiles the forward pass; `warm` compiles the ways back too.

    Parameters
    ----------
    fn : function
        From a picture to scores (or another pytree of arrays). Its layers are marked by `aj.tap`;
        where none is, they are found, as `aj.wrap` says.
    picture : array
        An example, (freq, time), (freq, time, channels) or (time,): pictures have its shape and
        dtype.
    params : mapping of str to array, optional
        Weights by name; `fn` is then a function of these and of a picture.
    layers : sequence of str, or mapping of str to str, optional
        Which layers are kept, and what they are called; see `layers_of`.
    allow : mapping, optional
        What comes back through activations that no rule was made for; see `with_rule`.
    pictures : function, optional
        Returns pictures that BatchNorm's statistics are estimated on when weights are drawn anew;
        the example alone, if not given.

    Attributes
    ----------
    weights : tuple of array
        Those of `params`, and what the function captured; the leaves of this pytree.
    layers : tuple of Layer
        In the order in which they are computed.

    Raises
    ------
    UnsupportedOperation
        If the function cannot be traced. What has no backward rule is refused when a layer above it
        is projected.
    ValueError
        If there is no layer, none of a name in `layers`, or two have the same name; if a layer's
        maps have other axes, no features or no relation to the picture; if a weight or the outputs
        hold NaN, or the outputs change their shape from call to call.
    TypeError
        If the function returns something else than arrays.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> from auralise_jax.network.tap import tap
    >>> def network(picture):
    ...     pairs = picture.reshape(4, 2, 3, 2).sum((1, 3))
    ...     maps = tap(jax.nn.relu(pairs[..., None] * jnp.array([1.0, -1.0])), "pairs")
    ...     return maps.mean((0, 1)) @ jnp.ones((2, 3))
    >>> traced = TracedNetwork(network, jnp.ones((8, 6)))
    >>> (layer,) = traced.layers
    >>> print(layer, layer.features, layer.stride, layer.field)
    pairs 2 (2, 2) (2, 2)
    >>> traced.outputs(traced.forward(jnp.ones((8, 6)))).shape
    (3,)
    """

    weights: tuple[Array, ...]
    layers: tuple[Layer, ...]
    dtypes: Mapping[str, str] = MappingProxyType({})
    """What a file stored tensors as, by their names. Not part of the pytree."""
    _opened: _Opened

    def __init__(
        self,
        fn: Callable[..., PyTree],
        picture: Picture,
        params: Mapping[str, Array] | None = None,
        *,
        layers: Sequence[str] | Mapping[str, str] | None = None,
        allow: Mapping[str, Rule | str] | None = None,
        pictures: Callable[[], Sequence[Picture]] | None = None,
    ) -> None:
        find = functools.partial(layers_of, wanted=layers)
        segments = Segments(fn, picture, params, find=find, allow=allow)
        opening = Opening(fn, params, layers, allow)
        self._opened = _Opened(segments, pictures or (lambda: [picture]), opening)
        self.weights = self._opened.segments.weights
        self.layers = self._opened.layers

    def tree_flatten(self) -> tuple[tuple[tuple[Array, ...]], _Opened]:
        """Return the weights, and what does not change."""
        return (self.weights,), self._opened

    @classmethod
    def tree_unflatten(cls, opened: _Opened, weights: tuple[tuple[Array, ...]]) -> TracedNetwork:
        """Return a network of weights that may be tracers."""
        made = object.__new__(cls)
        made._opened, made.layers = opened, opened.layers
        (made.weights,) = weights
        return made

    def warm(self) -> TracedNetwork:
        """Compile each layer's way back from a feature, for all built-in rules; return itself."""
        state = self.forward(jnp.zeros(self.picture_shape, self._opened.segments.picture.dtype))
        for layer in self.layers:
            if self._opened.segments.refused(layer.name) is None:
                self.project(state, layer, Feature(0), "deconvnet").block_until_ready()
        return self

    @property
    def program(self) -> Program:
        """The function's steps."""
        return self._opened.segments.program

    @property
    def opening(self) -> Opening:
        """What the network was opened with."""
        return self._opened.opening

    @property
    def segments(self) -> Segments:
        """The function's program, cut at its layers."""
        return self._opened.segments

    @property
    def picture_shape(self) -> tuple[int, ...]:
        """Shape of the pictures."""
        return self._opened.segments.picture.shape

    @property
    def outputs_count(self) -> int:
        """How many scores the function returns; 0 if it returns anything but one list of them."""
        made, tree = self._opened.segments.program.outputs, self._opened.segments.tree
        if tree != jax.tree.structure(0) or len(made[0].shape) != 1:
            return 0
        return made[0].shape[0] if jnp.issubdtype(made[0].dtype, jnp.floating) else 0

    def sizes(self, picture_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """Return the size of every layer's maps, without features.

        Raises
        ------
        ValueError
            For pictures of another shape than the example's.
        """
        if tuple(picture_shape) != self.picture_shape:
            raise ValueError(
                f"the network was opened with a picture of shape {self.picture_shape}, and has no "
                f"sizes for others, such as {tuple(picture_shape)}"
            )
        marked = self._opened.segments.marked
        return {name: one.value.shape[:-1] for name, one in marked.items()}

    def kernel(self, layer: Layer | str | int) -> Float[Array, "freq time features"] | None:
        """Return the kernels of a layer that is one convolution of the picture; None for others."""
        program, reach = self._opened.segments.program, self._opened.reach
        step = direct_convolution(program, self._marked(layer).value, reach)
        if step is None:
            return None
        with jax.transfer_guard("allow"):
            return lay_out(evaluate(program, step.inputs[1], self._given()), step, reach)

    def forward(self, picture: Picture, edits: Edits | None = None) -> State:
        """Run the function on a picture and keep what any later projection needs.

        Parameters
        ----------
        picture : array
            Of the example's shape and dtype.
        edits : mapping of str to Edit, optional
            What happens to each layer's maps on their way up: see `Network.forward`.

        Raises
        ------
        ValueError
            If the picture is not of the example's shape and dtype, or the edits are those of a
            network of other layers.
        """
        known = None if edits is None else checked_edits(self.layers, edits)
        return self._opened.segments.forward(self.weights, picture, known)

    def activations(self, state: State, layer: Layer | str | int) -> Float[Array, "..."]:
        """Return a layer's maps, features last."""
        return state.maps[self._marked(layer).name]

    def maps(
        self, pictures: Float[np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> tuple[np.ndarray, ...]:
        """Return every layer's maps of many pictures, each of shape (batch, *size, features)."""
        return Network.maps(self, pictures, edits)

    def scores(
        self, pictures: Float[Array | np.ndarray, "batch ..."], edits: Edits | None = None
    ) -> Float[Array | np.ndarray, "batch outputs"]:
        """Return the scores of many pictures."""
        return Network.scores(self, pictures, edits)

    def scores_alone(
        self, picture: Picture, layer: Layer | str | int, edit: Edit, others: Edits | None = None
    ) -> Float[Array | np.ndarray, "features outputs"]:
        """Return the scores where each feature of a layer is edited alone; see `Network`."""
        return Network.scores_alone(self, picture, self._marked(layer).name, edit, others)

    def project(
        self, state: State, layer: Layer | str | int, seed: Seed, rule: RuleName | Rule
    ) -> Picture:
        """Bring a seed back to the picture under a rule; see `Segments.project`.

        Raises
        ------
        UnsupportedOperation
            If a step below the layer is neither linear nor a ReLU or max-pool.
        ValueError
            If there is no such layer or feature, or the seed or the rule does not fit.
        """
        number = find_layer(self.layers, layer)
        known = self.layers[number - 1]
        if isinstance(seed, Feature) and not isinstance(seed.index, jax.Array):
            known.check_feature(seed.index)
        return self._opened.segments.project(self.weights, state, known.name, seed, rule)

    def outputs(self, state: State) -> Float[Array, " outputs"]:
        """Return the scores.

        Raises
        ------
        ValueError
            If the function returns none.
        """
        if not self.outputs_count:
            shapes = jax.tree.map(jnp.shape, state.outputs)
            raise ValueError(
                "the network gives no scores: its function returns arrays of shape "
                f"{shapes}, not one array of one axis"
            )
        scores: Array = state.outputs
        return scores

    def off(self, layer: Layer | str | int) -> Float[Array, " features"]:
        """Return the value of each map where its feature is silent; see `Silence`."""
        name = self._marked(layer).name
        if name not in self._opened.silences:
            silence = Silence(self._opened.segments.program, self._marked(layer).value)
            self._opened.silences[name] = silence
        with jax.transfer_guard("allow"):  # of zeros; users set it otherwise for their work
            return self._opened.silences[name](self._given())

    def randomise(self, seed: int) -> TracedNetwork:
        """Return a network with fresh weights.

        `draw_weights` says what is drawn. Where the network was opened with `params`, those alone
        count as weights, and the means and variances of BatchNorm among them are estimated again;
        what the function captured stays as it is, such as the matrix of a front end. Where it was
        not, what it captured is looked at.
        """
        opened = self._opened
        program, captured, params = opened.segments.program, opened.segments.captured, opened.params
        fresh = draw_weights(program, captured[:params], self.weights[:params], seed)
        fresh += self.weights[params:]
        if opened.norms:
            with jax.transfer_guard("allow"):
                fresh = opened.settled(fresh, jnp.stack([*opened.pictures()]))
        return TracedNetwork.tree_unflatten(opened, (fresh,))

    def operations(self, layer: Layer | str | int) -> tuple[str, ...]:
        """Return what a layer consists of, in words, from its first operation to its last."""
        opened, own = self._opened, self._marked(layer)
        marked = opened.segments.marked.values()
        others = [one.source or one.value for one in marked]
        value = own.source or own.value
        return operations(self.program, value, others, opened.reach, opened.norms)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of what was found and is no layer, since its cells follow no axis of pictures."""
        return self._opened.segments.left_out

    @property
    def unread(self) -> frozenset[str]:
        """Names of layers that nothing else depends on, so that no edit of theirs has an effect."""
        return self._opened.unread

    def refused(self, layer: Layer | str | int) -> UnsupportedOperation | None:
        """Return why a layer cannot be projected; None if it can."""
        return self._opened.segments.refused(self._marked(layer).name)

    def cost(self) -> Cost:
        """Return what the network asks of a machine, from shapes alone."""
        program, marked = self._opened.segments.program, self._opened.segments.marked
        last = max(one.at for one in marked.values())
        work = [_products(step) for step in program.steps]
        flop = 2 * sum(work[: last + 1]) + sum(work[last + 1 :])  # forward, and back from the last
        values = [one for step in program.steps for one in step.outputs if one.depends]
        largest = max(_bytes(one) for one in values)
        picture = self._opened.segments.picture
        kept = sum(map(_bytes, jax.tree.leaves(jax.eval_shape(self.forward, picture))))
        features = max(layer.features for layer in self.layers)
        return Cost(kept + 3 * largest, _bytes(picture) * features, flop)

    def _marked(self, layer: Layer | str | int) -> Marked:
        name = self.layers[find_layer(self.layers, layer) - 1].name
        return self._opened.segments.marked[name]

    def _given(self) -> dict[Any, Array]:
        return dict(zip(self._opened.segments.captured, self.weights, strict=True))

    def __repr__(self) -> str:
        widths = " ".join(f"{layer.name}:{layer.features}" for layer in self.layers)
        return f"<TracedNetwork: {widths}>"


class _Opened:
    """What networks of one function share, whatever their weights; equal to itself only."""

    def __init__(
        self, segments: Segments, pictures: Callable[[], Sequence[Picture]], opening: Opening
    ) -> None:
        self.segments = segments
        self.pictures = pictures
        self.opening = opening
        self.params = len(segments.params) or len(segments.captured)
        """How many of the weights may be drawn."""
        self.norms = batch_norms(segments.program, segments.params)
        self.settled = jax.jit(self._settled)
        self.reach = reaches(segments.program)
        self.layers = tuple(
            layer_of(one, self.reach, pooled(segments.program, one.value))
            for one in segments.marked.values()
        )
        self.unread = segments.unread
        self.silences: dict[str, Silence] = {}

    def _settled(
        self, weights: tuple[Array, ...], pictures: Float[Array, "batch ..."]
    ) -> tuple[Array, ...]:
        program, captured = self.segments.program, self.segments.captured
        given = dict(zip(captured, weights, strict=True))
        found = estimated(program, self.norms, given, pictures)
        return tuple(found.get(value, given[value]) for value in captured)


def _products(step: Step) -> int:
    """Return the floating-point operations of a convolution or dense step."""
    if step.name == "conv_general_dilated":
        kernel = step.inputs[1].shape
        outputs: int = kernel[step.params["dimension_numbers"].rhs_spec[0]]
        return 2 * math.prod(step.outputs[0].shape) * math.prod(kernel) // max(1, outputs)
    if step.name == "dot_general":
        summed: tuple[int, ...] = step.params["dimension_numbers"][0][0]
        given = step.inputs[0].shape
        return 2 * math.prod(step.outputs[0].shape) * math.prod(given[axis] for axis in summed)
    return 0


def _bytes(value: Any) -> int:
    size: int = math.prod(value.shape) * np.dtype(value.dtype).itemsize
    return size
