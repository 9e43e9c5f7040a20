"""How a step of a program is written as operations of a list."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax.numpy as jnp
import numpy as np

from auralise_jax.network.binding import bind
from auralise_jax.network.graph.building import WAYS_OUT, Builder, refusal, without_lead
from auralise_jax.network.graph.curves import Curve
from auralise_jax.network.patterns import Match, Pool, Rectify
from auralise_jax.network.program import Step
from auralise_jax.network.refusal import UnsupportedOperation

FUNCTIONS = {"logistic": "sigmoid"} | {
    name: name
    for name in (
        *("abs", "erf", "exp", "expm1", "log", "log1p", "neg", "rsqrt", "sqrt", "square"),
        *("stop_gradient", "tanh"),
    )
}
"""Primitives of one array, cell by cell, and the operations that they are."""

PAIRS = {"add": "add", "add_any": "add", "div": "div", "max": "maximum", "min": "minimum"}
PAIRS |= {"mul": "mul", "sub": "sub"}
"""Primitives of two."""

PASSING = {"copy", "copy_p", "device_put", "name", "optimization_barrier", "sharding_constraint"}
PASSING |= {"tap"}
"""Primitives that pass all their operands on; layers are written by what is marked, not by taps."""

COMPUTING = {*FUNCTIONS, *PAIRS}
APART = {*COMPUTING, "expand_dims", "reshape", "squeeze"}
"""Primitives that may be written although they depend on no picture."""

SIDES = {"float16", "bfloat16", "float32"}


def write_step(builder: Builder, step: Step) -> None:
    """Write a step; raise UnsupportedOperation if it is on no list of operations."""
    write = _WRITERS.get(step.name)
    if step.name in PASSING:
        made: Sequence[int | str] = [builder.any(value) for value in step.inputs]
    elif step.name in FUNCTIONS:
        made = [builder.add(FUNCTIONS[step.name], builder.at(step, step.inputs[0]))]
    elif step.name in PAIRS:
        made = [builder.add(PAIRS[step.name], *map(builder.operand, step.inputs))]
    elif write is not None:
        made = write(builder, step)
    else:
        raise refusal(step)
    for value, at in zip(step.outputs, made, strict=True):
        if not isinstance(at, str):
            builder.places[value] = at


def write_apart(builder: Builder, step: Step) -> None:
    """Write a step that depends on no picture, of those that `APART` names."""
    at = [builder.operand(value) for value in step.inputs]
    (made,) = step.outputs
    if step.name in PAIRS or step.name in FUNCTIONS:
        builder.apart[made] = builder.add({**PAIRS, **FUNCTIONS}[step.name], *at)
    elif not isinstance(at[0], str):
        shape = without_lead(made.shape)
        same = shape == without_lead(step.inputs[0].shape)
        builder.apart[made] = at[0] if same else builder.add("reshape", at[0], shape=shape)


def write_match(builder: Builder, step: Step, found: Match) -> None:
    """Write the ReLUs and max-pools that a step comes to."""
    at, shape = builder.at(step, found.source), found.source.shape
    for part in found.parts:
        if isinstance(part, Rectify):
            at = builder.add("relu", at, cap=part.cap)
        elif not isinstance(part, Pool):
            why = "has a way back that `allow` states, which no model file holds"
            raise UnsupportedOperation(part.name, f"{part.name} {why}", step.place, WAYS_OUT)
        elif part.shape == part.window.pooled(shape):
            size, strides, padding = part.window
            at = builder.add("max_pool", at, window=size, strides=strides, padding=padding)
        else:
            axes = step.params["axes" if "axes" in step.params else "dimensions"]
            at = builder.add("max", at, axes=axes)
    builder.places[step.outputs[0]] = at


def write_curve(builder: Builder, step: Step, found: Curve) -> None:
    """Write the leaky ReLU or ELU that a step completes."""
    one = np.array(1, found.source.dtype)
    factor = builder.made(one) if found.factor is None else builder.operand(found.factor)
    builder.places[step.outputs[0]] = builder.add(found.op, builder.at(step, found.source), factor)


def _broadcast(builder: Builder, step: Step) -> list[int]:
    (value, *_), (made,) = step.inputs, step.outputs
    at, axes = builder.at(step, value), step.params["broadcast_dimensions"]
    new = [axis for axis in range(len(made.shape)) if axis not in axes]
    if new:
        at = builder.add("expand", at, axes=new)
    within = [1] * len(made.shape)
    for axis, size in zip(axes, value.shape, strict=True):
        within[axis] = size
    return [at if tuple(within) == made.shape else builder.add("broadcast", at, shape=made.shape)]


def _cast(builder: Builder, step: Step) -> list[int]:
    (value,), (made,) = step.inputs, step.outputs
    at, kinds = builder.at(step, value), [np.dtype(one.dtype).name for one in (value, made)]
    if kinds[0] == kinds[1]:
        return [at]
    if not SIDES.issuperset(kinds):
        raise refusal(step, f"makes {kinds[1]} of {kinds[0]}, which no model file holds")
    return [builder.add("cast", at, dtype=kinds[1])]


def _clamp(builder: Builder, step: Step) -> list[int]:
    low, value, high = step.inputs
    at = builder.at(step, value)
    at = builder.add("maximum", at, builder.operand(low))
    return [builder.add("minimum", at, builder.operand(high))]


def _concatenate(builder: Builder, step: Step) -> list[int]:
    parts = map(builder.any, step.inputs)
    return [builder.add("concat", *parts, axis=step.params["dimension"])]


def _convolve(builder: Builder, step: Step) -> list[int]:
    params, (x, kernel) = step.params, step.inputs
    if kernel.depends or params["batch_group_count"] != 1:
        raise refusal(step, "has a kernel that depends on the picture, or groups of a batch")
    cells, taps, made = params["dimension_numbers"]
    at = builder.add(
        "conv",
        builder.turned(builder.at(step, x), (cells[0], *cells[2:], cells[1])),
        builder.tensor(kernel, (*taps[2:], taps[1], taps[0])),
        strides=params["window_strides"],
        padding=params["padding"],
        dilation=_unless_ones(params["rhs_dilation"]),
        input_dilation=_unless_ones(params["lhs_dilation"]),
        groups=None if params["feature_group_count"] == 1 else params["feature_group_count"],
        dtype=_other_dtype(step),
    )
    return [builder.turned(at, np.argsort([made[0], *made[2:], made[1]]).tolist())]


def _multiply(builder: Builder, step: Step) -> list[int]:
    axes, batch = step.params["dimension_numbers"]
    return [
        builder.add(
            "dot",
            *map(builder.any, step.inputs),
            axes=axes,
            batch=batch if batch[0] else None,
            dtype=_other_dtype(step),
        )
    ]


def _dynamic_slice(builder: Builder, step: Step) -> list[int]:
    value, *starts = step.inputs
    if any(one.depends for one in starts):
        raise refusal(step, "slices at a place that depends on the picture")
    sizes = step.params["slice_sizes"]
    room = [have - size for have, size in zip(value.shape, sizes, strict=True)]
    given = (int(one) for one in builder.known(starts))
    start = [min(max(0, at), most) for at, most in zip(given, room, strict=True)]
    stop = [at + size for at, size in zip(start, sizes, strict=True)]
    return [_cut(builder, builder.at(step, value), value.shape, start, stop)]


def _expand(builder: Builder, step: Step) -> list[int]:
    at = builder.at(step, step.inputs[0])
    return [builder.add("expand", at, axes=step.params["dimensions"])]


def _gather(builder: Builder, step: Step) -> list[int]:
    value, indices = step.inputs
    if indices.depends:
        raise refusal(step, "picks cells by indices that depend on the picture")
    at, (made,) = builder.at(step, value), step.outputs
    cells = jnp.arange(math.prod(value.shape), dtype=jnp.int32).reshape(value.shape)
    (picked,) = builder.known([indices])
    params = {**step.params, "fill_value": -1}  # of what lies outside
    found = np.asarray(bind(step, params, [cells, jnp.asarray(picked)])[0])
    if found.size and (found.min() < 0 or found.max() >= cells.size):
        raise refusal(step, "picks cells outside of the array")
    places = _along_axes(found, value.shape)
    if places is None:
        at = builder.add("reshape", at, shape=[cells.size])
        at = builder.add("take", at, builder.made(found.ravel()), axis=0)
        return [builder.add("reshape", at, shape=made.shape)]
    for axis, along in enumerate(places):
        if not np.array_equal(along, np.arange(value.shape[axis])):
            at = builder.add("take", at, builder.made(along.astype(np.int32)), axis=axis)
    return [at]


def _along_axes(found: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray] | None:
    """Return which places of each axis are picked, if axes are picked from one by one."""
    if found.ndim != len(shape) or not found.size:
        return None
    places = [
        np.moveaxis(one, axis, 0).reshape(found.shape[axis], -1)[:, 0]
        for axis, one in enumerate(np.unravel_index(found, shape))
    ]
    return places if np.array_equal(np.ravel_multi_index(np.ix_(*places), shape), found) else None


def _pad(builder: Builder, step: Step) -> list[int]:
    value, filled = step.inputs
    config = step.params["padding_config"]
    if any(between for _, _, between in config) or filled.depends:
        raise refusal(step, "pads between cells, or with what depends on the picture")
    padding = [(low, high) for low, high, _ in config]
    return [builder.add("pad", builder.at(step, value), builder.tensor(filled), padding=padding)]


def _power(builder: Builder, step: Step) -> list[int]:
    at = builder.at(step, step.inputs[0])
    return [builder.add("power", at, exponent=step.params["y"])]


def _reshape(builder: Builder, step: Step) -> list[int]:
    at, (made,) = builder.at(step, step.inputs[0]), step.outputs
    if step.params.get("dimensions") is not None:
        at = builder.turned(at, step.params["dimensions"])
    same = made.shape == step.inputs[0].shape
    return [at if same else builder.add("reshape", at, shape=made.shape)]


def _reverse(builder: Builder, step: Step) -> list[int]:
    at = builder.at(step, step.inputs[0])
    return [builder.add("reverse", at, axes=step.params["dimensions"])]


def _select(builder: Builder, step: Step) -> list[int]:
    condition, *choices = step.inputs
    if condition.depends or len(choices) != 2 or condition.dtype != np.bool_:
        raise refusal(step, "selects by what depends on the picture, and is no ReLU")
    if not condition.shape:
        (chosen,) = builder.known([condition])
        value, other = choices[int(chosen)], choices[1 - int(chosen)]
        if value.depends and not other.depends and np.isnan(builder.known([other])).all():
            return [builder.at(step, value)]  # as of jnp.std, which is NaN of nothing
    if_false, if_true = map(builder.operand, choices)
    return [builder.add("where", builder.operand(condition), if_true, if_false)]


def _slice(builder: Builder, step: Step) -> list[int]:
    params, value = step.params, step.inputs[0]
    start, stop = params["start_indices"], params["limit_indices"]
    return [_cut(builder, builder.at(step, value), value.shape, start, stop, params["strides"])]


def _cut(
    builder: Builder,
    at: int,
    shape: Sequence[int],
    start: Sequence[int],
    stop: Sequence[int],
    strides: Sequence[int] | None = None,
) -> int:
    strides = None if strides is None else _unless_ones(strides)
    if strides is None and tuple(stop) == tuple(shape) and not any(start):
        return at
    return builder.add("slice", at, start=start, stop=stop, strides=strides)


def _split(builder: Builder, step: Step) -> list[int]:
    value, axis = step.inputs[0], step.params["axis"]
    at, found, low = builder.at(step, value), [], 0
    for size in step.params["sizes"]:
        start, stop = [0] * len(value.shape), list(value.shape)
        start[axis], stop[axis] = low, low + size
        found.append(_cut(builder, at, value.shape, start, stop))
        low += size
    return found


def _squeeze(builder: Builder, step: Step) -> list[int]:
    at = builder.at(step, step.inputs[0])
    return [builder.add("squeeze", at, axes=step.params["dimensions"])]


def _stack(builder: Builder, step: Step) -> list[int]:
    axis = step.params["axis"]
    shape = list(step.outputs[0].shape)
    shape[axis] = 1
    parts = [
        builder.add("expand", builder.places[value], axes=[axis])
        if value in builder.places
        else builder.tensor(value, shape=tuple(shape))
        for value in step.inputs
    ]
    return [builder.add("concat", *parts, axis=axis)]


def _sum(builder: Builder, step: Step) -> list[int]:
    return [builder.add("sum", builder.at(step, step.inputs[0]), axes=step.params["axes"])]


def _sum_pool(builder: Builder, step: Step) -> list[int]:
    params = step.params
    if {*params["base_dilation"], *params["window_dilation"]} != {1}:
        raise refusal(step, "sums over dilated windows, which no model file holds")
    return [
        builder.add(
            "sum_pool",
            builder.at(step, step.inputs[0]),
            window=params["window_dimensions"],
            strides=params["window_strides"],
            padding=params["padding"],
        )
    ]


def _tile(builder: Builder, step: Step) -> list[int]:
    at, shape = builder.at(step, step.inputs[0]), list(step.inputs[0].shape)
    for axis, times in enumerate(step.params["reps"]):
        if times != 1:
            at = builder.add("expand", at, axes=[axis])
            at = builder.add("broadcast", at, shape=[*shape[:axis], times, *shape[axis:]])
            shape[axis] *= times
            at = builder.add("reshape", at, shape=shape)
    return [at]


def _transpose(builder: Builder, step: Step) -> list[int]:
    return [builder.turned(builder.at(step, step.inputs[0]), step.params["permutation"])]


def _unstack(builder: Builder, step: Step) -> list[int]:
    value, axis = step.inputs[0], step.params["axis"]
    at, found = builder.at(step, value), []
    for number in range(value.shape[axis]):
        start, stop = [0] * len(value.shape), list(value.shape)
        start[axis], stop[axis] = number, number + 1
        part = _cut(builder, at, value.shape, start, stop)
        found.append(builder.add("squeeze", part, axes=[axis]))
    return found


def _unless_ones(sizes: Sequence[int]) -> Sequence[int] | None:
    return None if {*sizes} <= {1} else sizes


def _other_dtype(step: Step) -> str | None:
    """Return the type of a product that is not of its operands' type."""
    made, given = step.outputs[0].dtype, step.inputs[0].dtype
    return None if made == given else np.dtype(made).name


_WRITERS: dict[str, Callable[[Builder, Step], list[int]]] = {
    "broadcast_in_dim": _broadcast,
    "clamp": _clamp,
    "concatenate": _concatenate,
    "conv_general_dilated": _convolve,
    "convert_element_type": _cast,
    "dot_general": _multiply,
    "dynamic_slice": _dynamic_slice,
    "expand_dims": _expand,
    "gather": _gather,
    "integer_pow": _power,
    "pad": _pad,
    "reduce_sum": _sum,
    "reduce_window_sum": _sum_pool,
    "reshape": _reshape,
    "rev": _reverse,
    "select_n": _select,
    "slice": _slice,
    "split": _split,
    "squeeze": _squeeze,
    "stack": _stack,
    "tile": _tile,
    "transpose": _transpose,
    "unstack": _unstack,
}
"""By primitive, for those that are no mere change of name."""
