"""A function cut at its layers: run forward once, then back from any layer under any rule.

The steps between two marked layers (`tap`) are a segment. A boundary is whatever is alive there and
something comes back to: the layer, and what skips past it. The forward pass keeps what ReLUs and
max-pools need on the way back, whatever the rule (`replay`); the rule arrives as a number, so that
no change of it compiles. Projecting a layer runs the segments below it and none above, and what is
refused above a layer does not matter below.

A segment comes back as the VJP of its linear steps, with what was kept in the place of ReLUs and
pools. Linear steps need no values for that, so XLA drops the forward half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PyTree

from auralise_jax.network.activations import check_allow
from auralise_jax.network.cuts import Cuts, Key
from auralise_jax.network.edits import Edit, Edits
from auralise_jax.network.evaluation import plan_values, run
from auralise_jax.network.marks import Layers, Marked, marked_layers
from auralise_jax.network.narrow import run_narrow
from auralise_jax.network.network import Cotangent, Feature, Seed
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.replay import Editing, Keeping, Replaying
from auralise_jax.network.rules import RULES, Rule, RuleName, as_rule
from auralise_jax.network.tracing import trace_twice
from auralise_jax.text import listed

Picture = Float[Array, "..."]


class State(NamedTuple):
    """What a forward pass leaves behind; a pytree."""

    maps: dict[str, Array]
    """Each layer's, by name."""
    kept: tuple[tuple[Array, ...], ...]
    """Per segment: where ReLUs were open, and switches."""
    outputs: PyTree
    """What the function returned."""
    scales: dict[str, Array] | None = None
    """Of each layer's features on their way up; None: it was not edited."""


class Segments:
    """A function's program, cut at its layers.

    Parameters
    ----------
    fn : function
        From a picture to a pytree of arrays, with layers marked by `aj.tap`.
    picture : array
        An example: its shape and dtype are the pictures', and what the function makes of it must
        not hold NaN.
    params : mapping of str to array, optional
        Weights by name; the function is then one of these and of a picture.
    find : function, optional
        Which layers a program has, given its weights by name; those marked by `aj.tap`, if not
        given.
    allow : mapping, optional
        What comes back through activations that no rule was made for, by name: see `with_rule`.

    Attributes
    ----------
    program : Program
        The function's steps; `picture` is the input in it, `captured` the arrays that the function
        is given or holds and `marked` the layers, by name.
    left_out : tuple of str
        What `find` found beside the layers.
    params : dict of Value to str
        The names of those among `captured` that were given as `params`; they come first.
    tree : PyTreeDef
        How the function's outputs are put together.
    weights : tuple of array
        The arrays of `captured`, where JAX computes.

    Raises
    ------
    UnsupportedOperation
        If the function cannot be traced. What has no backward rule is refused later, when a layer
        above it is projected.
    ValueError
        If no layer is marked, or two have the same name; if the outputs hold NaN, or differ in
        shape when the function is traced again.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from auralise_jax.network.tap import tap
    >>> kernel = jnp.array([[1.0, -1.0], [2.0, 1.0]])
    >>> def network(x):
    ...     return jnp.tanh(tap(jnp.maximum(x @ kernel, 0), "first"))
    >>> x = jnp.array([1.0, 0.0])
    >>> segments = Segments(network, x)
    >>> state = segments.forward(segments.weights, x)
    >>> g = jnp.ones(2)
    >>> print(state.maps["first"], segments.project(segments.weights, state, "first", g, "guided"))
    [1. 0.] [1. 2.]
    """

    def __init__(
        self,
        fn: Callable[..., PyTree],
        picture: Picture,
        params: Mapping[str, Array] | None = None,
        *,
        find: Callable[[Program, Mapping[Value, str]], Layers] = marked_layers,
        allow: Mapping[str, Rule | str] | None = None,
    ) -> None:
        traced = trace_twice(fn, picture, params, check_allow(allow))
        *given, self.picture = traced.program.inputs
        self.tree = traced.tree
        self.params = dict(zip(given, sorted(params or ()), strict=True))
        steps, outputs = traced.program.steps, traced.program.outputs
        found = find(Program((self.picture,), steps, outputs), self.params)
        self.program, marked, self.left_out = found
        program = self.program
        if not marked:
            raise ValueError(
                "no layer is marked; mark some with aj.tap(x, name) inside the function"
            )
        self.marked = {one.name: one for one in marked}
        self._cuts = Cuts(program, marked)
        self._plans, self._ways = self._cuts.plans, self._cuts.ways
        decisive = self._cuts.decisive()
        held = [
            value
            for value in program.constants()
            if isinstance(value.constant, (jax.Array, np.ndarray))
            and value.shape
            and value not in decisive
        ]
        self.captured = (*given, *held)
        self.weights: tuple[Array, ...] = tuple(
            map(jax.device_put, (*traced.arrays[:-1], *(value.constant for value in held)))
        )
        self._ends: dict[Step, list[Marked]] = {}
        for one in marked:
            self._ends.setdefault(program.steps[one.at], []).append(one)
        ones = {one.name: np.ones(one.value.shape[-1:], np.float32) for one in marked}
        self._unscaled: dict[str, Array] = jax.device_put(ones)
        self._numbers = {name: jax.device_put(np.int32(n)) for n, name in enumerate(RULES)}
        self._forward = jax.jit(self._run_forward)
        self._back = jax.jit(self._run_back, static_argnames=("key", "rule"))
        self._back_from = jax.jit(self._run_back_from, static_argnames=("key", "rule"))
        self._try(picture)

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from the picture up."""
        return tuple(self.marked)

    @property
    def unread(self) -> frozenset[str]:
        """Names of layers that neither another layer nor what the function returns depends on."""
        own = {one.own for one in self.marked.values()}
        read = set(self.program.outputs)
        for step in reversed(self.program.steps):
            if not (read.isdisjoint(step.outputs) and own.isdisjoint(step.outputs)):
                read.update(step.inputs)
        return frozenset(name for name, one in self.marked.items() if one.own not in read)

    def axes(self, layer: str) -> tuple[str, ...] | None:
        """Return what the axes of a layer's maps are, if its mark says so."""
        return self._layer(layer).axes

    def forward(
        self, weights: Sequence[Array], picture: Picture, edits: Edits | None = None
    ) -> State:
        """Run the function on a picture and keep what any later projection needs.

        Parameters
        ----------
        weights : sequence of array
            The arrays that the function is given or holds: `weights`, or others in their place.
        picture : array
            Of the shape and dtype of the example.
        edits : mapping of str to Edit, optional
            One for every layer, by name: what happens to what passes up from it.
        """
        want = (self.picture.shape, str(self.picture.dtype))
        have = (jnp.shape(picture), str(jnp.result_type(picture)))
        if have != want:
            raise ValueError(
                f"the function was opened with a picture of shape {want[0]} and dtype {want[1]}; "
                f"this one has shape {have[0]} and dtype {have[1]}"
            )
        given = None if edits is None else dict(edits)
        state: State = self._forward(tuple(weights), picture, given)
        return state

    def project(
        self,
        weights: Sequence[Array],
        state: State,
        layer: str,
        seed: Seed | Float[Array, "..."],
        rule: RuleName | Rule,
    ) -> Picture:
        """Bring a cotangent of a layer's maps back to the picture under a rule.

        Parameters
        ----------
        weights, state
            As given to `forward`, and what came out.
        layer : str
            Where to start.
        seed : Feature, Cotangent or array
            One feature's number and map, which is faster; or all maps, of the shape and dtype of
            the layer's.
        rule : str or Rule
            Once a layer was projected, the built-in rules compile nothing; a rule of your own
            compiles when it is new.

        Raises
        ------
        UnsupportedOperation
            If a step below the layer is neither linear nor a ReLU or max-pool.
        ValueError
            If there is no such layer, the seed does not fit its maps, or the rule needs the input
            of the ReLUs, which is not kept.
        """
        value = self._layer(layer).value
        if isinstance(seed, Cotangent):
            seed = seed.maps
        single = isinstance(seed, Feature)
        shape = value.shape[:-1] if single else value.shape
        index: Array | None = None
        if isinstance(seed, Feature):  # an int would compile once more than an array
            number = seed.index
            index = number if isinstance(number, jax.Array) else jax.device_put(np.int32(number))
            seed = _feature_map(state.maps[layer], index) if seed.map is None else seed.map
        cotangent: Array = seed
        have = (jnp.shape(cotangent), str(jnp.result_type(cotangent)))
        if have != (shape, str(value.dtype)):
            raise ValueError(
                f"the seed of a projection of {layer!r} must have shape {shape}, as its "
                f"{'map' if single else 'maps'}, and dtype {value.dtype}; this one has shape "
                f"{have[0]} and dtype {have[1]}"
            )
        which, own = self._number(rule)
        if layer in self._cuts.refused:
            raise self._cuts.refused[layer]
        given, ways = tuple(weights), list(self._ways[layer])
        flows: tuple[Array, ...] = (cotangent,)
        if index is not None:
            key, top = ways.pop(0), (index, cotangent)
            flows = self._back_from(given, state.kept[key[0]], top, which, key=key, rule=own)
        scales = self._unscaled if state.scales is None else state.scales
        for key in ways:
            end = self.layers[key[0]]
            scale = (self._unscaled if end == layer else scales)[end]
            flows = self._back(given, state.kept[key[0]], flows, which, scale, key=key, rule=own)
        if not flows:  # the layer does not depend on the picture
            return jnp.zeros(self.picture.shape, self.picture.dtype)
        return flows[0]

    def refused(self, layer: str) -> UnsupportedOperation | None:
        """Return why a layer cannot be projected; None if it can."""
        return self._cuts.refused.get(layer)

    def _layer(self, name: str) -> Marked:
        if name not in self.marked:
            raise ValueError(f"layer must be one of {listed(self.layers)}, not {name!r}")
        return self.marked[name]

    def _number(self, rule: RuleName | Rule) -> tuple[Int[Array, ""], Rule | None]:
        """Return a built-in rule as a number, any other as it is."""
        known = as_rule(rule)
        for name, number in self._numbers.items():
            if known == as_rule(name):
                return number, None
        if known.needs_input:
            raise ValueError(
                f"rule {known.name!r} needs the input of the ReLUs, which is not kept; use "
                "aj.with_rule"
            )
        return self._numbers[RULES[0]], known

    def _given(self, weights: Sequence[Array]) -> dict[Value, Array]:
        return dict(zip(self.captured, weights, strict=True))

    def _run_forward(
        self, weights: tuple[Array, ...], picture: Array, edits: dict[str, Edit] | None = None
    ) -> State:
        program = self.program
        maps = [one.value for one in self.marked.values()]
        wanted = (*maps, *program.outputs)
        way = Keeping() if edits is None else Editing(self._ends, edits)
        given = self._given(weights) | {self.picture: picture}
        values = run(plan_values(program.steps, wanted, self._cuts.found), given, wanted, way)
        as_they_are = dict(zip(self.layers, values, strict=False))
        return State(
            way.maps if isinstance(way, Editing) else as_they_are,
            tuple(tuple(way.kept[at] for at in keeps) for keeps in self._cuts.kept_by),
            jax.tree.unflatten(self.tree, map(jnp.asarray, values[len(maps) :])),
            None
            if edits is None
            else {name: jnp.asarray(edit.scale) for name, edit in edits.items()},
        )

    def _run_back(
        self,
        weights: tuple[Array, ...],
        kept: tuple[Array, ...],
        flows: tuple[Array, ...],
        number: Int[Array, ""],
        scale: Float[Array, " features"] | None = None,
        *,
        key: Key,
        rule: Rule | None,
    ) -> tuple[Array, ...]:
        planned, way = self._plans[key], self._way(key, kept, number, rule)
        end = list(self.marked.values())[key[0]]
        if scale is not None:  # what came back to the layer is complete here, and passes it once
            flows = tuple(
                flow * end.along(scale) if value is end.own else flow
                for value, flow in zip(key[1], flows, strict=True)
            )

        def upper_end(given: dict[Value, Array]) -> tuple[Array, ...]:
            return tuple(run(planned, given, key[1], way))

        return self._pull(key, weights, upper_end, flows)

    def _run_back_from(
        self,
        weights: tuple[Array, ...],
        kept: tuple[Array, ...],
        top: tuple[Array, Array],
        number: Int[Array, ""],
        *,
        key: Key,
        rule: Rule | None,
    ) -> tuple[Array, ...]:
        planned, way = self._plans[key], self._way(key, kept, number, rule)

        def upper_end(given: dict[Value, Array]) -> Array:
            return run_narrow(planned, given, key[1][0], top[0], way)

        return self._pull(key, weights, upper_end, top[1][..., None])

    def _way(
        self, key: Key, kept: tuple[Array, ...], number: Int[Array, ""], rule: Rule | None
    ) -> Replaying:
        return Replaying(dict(zip(self._cuts.kept_by[key[0]], kept, strict=True)), number, rule)

    def _pull(
        self,
        key: Key,
        weights: tuple[Array, ...],
        upper_end: Callable[[dict[Value, Array]], Any],
        flows: Any,
    ) -> tuple[Array, ...]:
        """Bring what comes back at the upper end of a segment to its lower end."""
        sources = self._plans[key].sources

        def segment(*values: Array) -> Any:
            return upper_end(self._given(weights) | dict(zip(sources, values, strict=True)))

        like = [jnp.zeros(value.shape, value.dtype) for value in sources]
        return tuple(jax.vjp(segment, *like)[1](flows)) if like else ()

    def _try(self, picture: Picture) -> None:
        """Raise ValueError if the function makes NaN of the example."""
        state = self.forward(self.weights, picture)
        for name, values in {**state.maps, "its result": state.outputs}.items():
            for one in jax.device_get(jax.tree.leaves(values)):
                if jnp.issubdtype(one.dtype, jnp.inexact) and np.isnan(one).any():
                    where = name if name == "its result" else f"layer {name!r}"
                    raise ValueError(
                        f"the function makes NaN of the example, in {where}; look at the "
                        "example's values and at the weights"
                    )


@jax.jit
def _feature_map(maps: Float[Array, "..."], index: Int[Array, ""]) -> Float[Array, "..."]:
    feature_map: Array = jax.lax.dynamic_index_in_dim(maps, index, axis=-1, keepdims=False)
    return feature_map
