"""What a program says of a layer: its axes and field, its kernels, its value when silent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.network.activations import AT_REST, Stated
from auralise_jax.network.evaluation import plan_values, run
from auralise_jax.network.layer import Layer
from auralise_jax.network.marks import Marked
from auralise_jax.network.patterns import Rectify, match
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import KNOWN, MIXING, WINDOWED, Along, Reach
from auralise_jax.network.replay import Keeping

AXES = {1: ("time",), 2: ("freq", "time")}
"""Of pictures and maps, by how many there are; a picture may have channels behind them."""


def direct_convolution(program: Program, value: Value, reach: Mapping[Value, Reach]) -> Step | None:
    """Return the convolution of a layer that has a single one, of a picture of one channel.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    value : Value
        The layer.
    reach : mapping
        As `reaches` returns it.

    Returns
    -------
    Step or None
        None if the layer sees other maps, or several channels.
    """
    steps = _upstream(program, value, lambda _: False)
    products = [step for step in steps if step.name in MIXING]
    if len(products) != 1 or any(step.name not in KNOWN for step in steps):
        return None
    (step,) = products
    if step.name != "conv_general_dilated" or step.inputs[1].depends:
        return None
    seen, numbers = step.inputs[0], step.params["dimension_numbers"]
    if len(reach[seen]) != 2 or not all(
        along
        and along.axis in numbers.lhs_spec[2:]
        and along.stride == 1
        and along.low == along.high
        for along in reach[seen]
    ):
        return None
    shape = step.inputs[1].shape
    if (shape[numbers.rhs_spec[0]], shape[numbers.rhs_spec[1]]) != (value.shape[-1], 1):
        return None
    return step if seen.shape[numbers.lhs_spec[1]] == 1 else None


def lay_out(
    kernel: Float[Array, "..."], step: Step, reach: Mapping[Value, Reach]
) -> Float[Array, "freq time features"]:
    """Return a convolution's kernel of one input channel as (freq, time, features)."""
    numbers = step.params["dimension_numbers"]
    spatial = [numbers.lhs_spec.index(along.axis) for along in reach[step.inputs[0]] if along]
    order = [numbers.rhs_spec[place] for place in (*spatial, 0, 1)]
    return kernel.transpose(order)[..., 0]


def pooled(program: Program, value: Value) -> Value | None:
    """Return what a layer's own pools pool: those above its last convolution or dense step."""
    steps = _upstream(program, value, lambda step: step.name in MIXING)
    return next((step.inputs[0] for step in steps if step.name in WINDOWED), None)


class Silence:
    """The value that a layer's maps have where the ReLUs they come out of are 0.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    value : Value
        The layer. Between it and the ReLUs may stand what treats each cell or window by itself,
        such as BatchNorm and pools; where it comes out of a convolution or a dense step, nothing
        says when it is silent, and 0 is taken.
    """

    def __init__(self, program: Program, value: Value) -> None:
        self._value = value
        steps = _upstream(program, value, _rectifies)
        self._zeros = [step.outputs[0] for step in steps if _rectifies(step)]
        after = [step for step in steps if not _rectifies(step)]
        closed = not any(value is program.inputs[0] for step in after for value in step.inputs)
        known = all(step.name in KNOWN and step.name not in MIXING for step in after)
        self._found = closed and known and bool(after) and value not in self._zeros
        still = [step for step in program.steps if not any(one.depends for one in step.outputs)]
        self._plan = plan_values([*still, *after], [value], {})

    def __call__(self, given: Mapping[Value, Array]) -> Float[Array, " features"]:
        """Return each feature's value, in the middle of its map, for these constants."""
        shape, dtype = self._value.shape, self._value.dtype
        if not self._found:
            return jnp.zeros(shape[-1], dtype)
        zeros = {value: jnp.zeros(value.shape, value.dtype) for value in self._zeros}
        (maps,) = run(self._plan, {**given, **zeros}, [self._value], Keeping())
        return maps[tuple(size // 2 for size in shape[:-1])]


def layer_of(marked: Marked, reached: Mapping[Value, Reach], pooled: Value | None) -> Layer:
    """Return a marked value as a layer.

    Parameters
    ----------
    marked : Marked
        The value and its name.
    reached : mapping
        As `reaches` returns it.
    pooled : Value or None
        What the layer's own pools pool.

    Raises
    ------
    ValueError
        If the value is no maps of features, or does not depend on the picture.
    """
    name, shape = marked.name, marked.value.shape
    reach = reached.get(marked.value)
    if reach is None:
        raise ValueError(f"layer {name!r} does not depend on the picture; mark what does")
    if not jnp.issubdtype(marked.value.dtype, np.floating):
        raise ValueError(f"layer {name!r} holds {marked.value.dtype}, not real numbers")
    if len(shape) - 1 not in AXES or not math.prod(shape):
        raise ValueError(
            f"layer {name!r} has shape {shape}; maps are (freq, time, features) or (time, "
            "features), none of them 0: mark them without a batch axis, or mark another value"
        )
    # The first axis of the picture that an axis of the maps follows.
    ways = [
        next(((n, one) for n, one in enumerate(reach) if one and one.axis == axis), None)
        for axis in range(len(shape) - 1)
    ]
    followed = [way for way in ways if way is not None]
    names = AXES[min(len(reach), 2)]
    axes = marked.axes
    if axes is None and len(followed) == len(ways) and all(n < len(names) for n, _ in followed):
        axes = tuple(names[n] for n, _ in followed)
    axes = axes or AXES[len(ways)]
    if axes != AXES[len(ways)]:
        raise ValueError(
            f"layer {name!r} has maps over {axes}; they must lie over {AXES[len(ways)]}, with "
            "features last: mark them transposed, or name other axes in aj.tap"
        )
    if len(followed) < len(ways):
        return Layer(name, shape[-1], axes)
    return Layer(
        name,
        shape[-1],
        axes,
        stride=tuple(one.stride for _, one in followed),
        field=_field([one for _, one in followed]),
        before=tuple(-one.low for _, one in followed),
        unpooled=_field([reached[pooled][n] for n, _ in followed]) if pooled else None,
    )


def _field(ways: Sequence[Along | None]) -> tuple[int, ...] | None:
    fields = tuple(one.high - one.low + 1 for one in ways if one is not None)
    return fields if len(fields) == len(ways) else None


def evaluate(program: Program, value: Value, given: Mapping[Value, Array]) -> Array:
    """Return a value that does not depend on the picture, for these constants."""
    (found,) = run(plan_values(program.steps, [value], {}), given, [value], Keeping())
    return jnp.asarray(found)


def _rectifies(step: Step) -> bool:
    """Tell whether a step is a ReLU, or an activation that is silent at 0 as well."""
    found = match(step)
    return found is not None and any(
        isinstance(part, Rectify) or (isinstance(part, Stated) and part.name in AT_REST)
        for part in found.parts
    )


def _upstream(program: Program, value: Value, ends: Callable[[Step], bool]) -> Sequence[Step]:
    """Return the steps that carry the picture to a value, from those on where one `ends`."""
    needed: set[Any] = {value}
    found = []
    for step in reversed(program.steps):
        if any(one.depends and one in needed for one in step.outputs):
            found.append(step)
            if not ends(step):
                needed.update(step.inputs)
    return found[::-1]
