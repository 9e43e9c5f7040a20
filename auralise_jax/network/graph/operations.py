"""The operations that a model file may name, and what each of them computes.

The list is closed: it owes nothing to JAX's names, so that a file outlives them, and a program that
is no Python can run it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from auralise_jax.network.rules import rectified
from auralise_jax.network.safe import DTYPES
from auralise_jax.network.tap import tap

MOST_AXES = 8
"""Of an array."""

LARGEST = 2**31 - 1
"""Magnitude of a whole number in a node, at most."""

Kind: TypeAlias = Callable[[Any], Any]
"""Returns an attribute as the operation takes it, or raises ValueError that says what it must be"""


def whole(value: Any, least: int = -LARGEST) -> int:
    """Return a whole number that is not too small or large."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        raise ValueError(f"must be a whole number from {least} to {LARGEST}")
    return value


def wholes(least: int) -> Kind:
    """Return the kind of lists of whole numbers, one per axis."""

    def kind(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > MOST_AXES:
            raise ValueError(f"must be a list of at most {MOST_AXES} whole numbers")
        return tuple(whole(one, least) for one in value)

    return kind


def several(kind: Kind, count: int | None = None) -> Kind:
    """Return the kind of lists of lists."""

    def kinds(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > MOST_AXES:
            raise ValueError(f"must be a list of at most {MOST_AXES} lists")
        found = tuple(map(kind, value))
        if count is not None and len(found) != count:
            raise ValueError(f"must have {count} lists")
        return found

    return kinds


def margins(value: Any) -> tuple[tuple[int, int], ...]:
    """Return pairs of whole numbers, one per axis."""
    pairs: tuple[tuple[int, ...], ...] = several(wholes(-LARGEST))(value)
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("must be a list of pairs")
    return tuple((low, high) for low, high in pairs)


def dtype_name(value: Any) -> str:
    """Return the name of a type of real numbers."""
    if not isinstance(value, str) or value not in DTYPES.values():
        raise ValueError(f"must be one of {', '.join(DTYPES.values())}")
    return value


def _above_0(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValueError("must be a number above 0")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 1000:
        raise ValueError("must be a text of 1 to 1000 characters")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_AXES:
        raise ValueError(f"must be a list of at most {MOST_AXES} texts")
    return tuple(map(_name, value))


AXES = wholes(0)
SIZES = wholes(1)
COUNTS = wholes(0)


@dataclass(frozen=True)
class Operation:
    """What a node may do."""

    run: Callable[..., Any]
    """Of arrays, and of attributes by name."""
    least: int = 1
    most: int = 1
    """How many inputs there are."""
    needed: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
    """Attributes."""
    elementwise: bool = False
    """Whether shapes of inputs are brought to each other, as in NumPy."""


def _conv(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...] | None = None,
    input_dilation: tuple[int, ...] | None = None,
    groups: int = 1,
    dtype: str | None = None,
) -> Array:
    last = jnp.ndim(x) - 1
    cells = (0, last, *range(1, last))
    return lax.conv_general_dilated(
        x,
        kernel,
        strides,
        padding,
        lhs_dilation=input_dilation,
        rhs_dilation=dilation,
        dimension_numbers=lax.ConvDimensionNumbers(
            cells, (last, last - 1, *range(last - 1)), cells
        ),
        feature_group_count=groups,
        preferred_element_type=None if dtype is None else jnp.dtype(dtype),
    )


def _dot(
    x: Array,
    y: Array,
    axes: tuple[tuple[int, ...], tuple[int, ...]],
    batch: tuple[tuple[int, ...], tuple[int, ...]] = ((), ()),
    dtype: str | None = None,
) -> Array:
    kind = None if dtype is None else jnp.dtype(dtype)
    return lax.dot_general(x, y, (axes, batch), preferred_element_type=kind)


def _max_pool(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    lowest = np.array(-np.inf, x.dtype)
    return lax.reduce_window(x, lowest, lax.max, window, strides, padding)  # type: ignore[no-any-return]


def _sum_pool(
    x: Array,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    zero = np.array(0, x.dtype)
    return lax.reduce_window(x, zero, lax.add, window, strides, padding)  # type: ignore[no-any-return]


def _broadcast(x: Array, shape: tuple[int, ...]) -> Array:
    return lax.broadcast_in_dim(x, shape, range(x.ndim))


def _pad(x: Array, value: Array, padding: tuple[tuple[int, int], ...]) -> Array:
    return lax.pad(x, value, [(low, high, 0) for low, high in padding])


def _concat(*x: Array, axis: int) -> Array:
    return lax.concatenate(x, axis)


def _take(x: Array, places: np.ndarray, axis: int) -> Array:
    if np.ndim(places) != 1 or np.dtype(places.dtype) != np.int32:
        raise ValueError("places must be a list of int32")
    if places.size and not (places.min() >= 0 and places.max() < x.shape[axis]):
        raise ValueError(f"places must be 0 to {x.shape[axis] - 1}")
    return jnp.take(x, places, axis, mode="clip")


def _where(condition: Array, x: Array, y: Array) -> Array:
    shape = jnp.broadcast_shapes(*map(jnp.shape, (condition, x, y)))
    which, x, y = (jnp.broadcast_to(one, shape) for one in (condition, x, y))
    return lax.select(which, x, y)


def _slice(
    x: Array, start: tuple[int, ...], stop: tuple[int, ...], strides: tuple[int, ...] | None = None
) -> Array:
    return lax.slice(x, start, stop, strides)


def _of_one(run: Callable[[Array, Any], Array]) -> Callable[..., Array]:
    """Return a function of an array and of its one attribute, whatever that is called."""
    return lambda x, **attributes: run(x, *attributes.values())


def _relu(x: Array, cap: float | None = None) -> Array:
    return rectified(x) if cap is None else jnp.minimum(rectified(x), jnp.asarray(cap, x.dtype))


def _leaky_relu(x: Array, slope: Array) -> Array:
    return jnp.where(x >= 0, x, slope * x)


def _elu(x: Array, scale: Array) -> Array:
    return jnp.where(x > 0, x, scale * jnp.expm1(jnp.where(x > 0, 0, x)))


def _sum(x: Array, axes: tuple[int, ...]) -> Array:
    return lax.reduce(x, np.array(0, x.dtype), lax.add, axes)  # type: ignore[no-any-return]


def _max(x: Array, axes: tuple[int, ...]) -> Array:
    return lax.reduce(x, np.array(-np.inf, x.dtype), lax.max, axes)  # type: ignore[no-any-return]


_WINDOW = {"window": SIZES, "strides": SIZES, "padding": margins}

UNARY: dict[str, Callable[[Array], Array]] = {
    "abs": lax.abs,
    "erf": lax.erf,
    "exp": lax.exp,
    "expm1": lax.expm1,
    "log": lax.log,
    "log1p": lax.log1p,
    "neg": lax.neg,
    "rsqrt": lax.rsqrt,
    "sigmoid": lax.logistic,
    "sqrt": lax.sqrt,
    "square": lax.square,
    "stop_gradient": lax.stop_gradient,
    "tanh": lax.tanh,
}
"""Of one array, cell by cell."""

_PAIRS: dict[str, Callable[[Array, Array], Array]] = {
    "add": jnp.add,
    "div": jnp.divide,
    "elu": _elu,
    "leaky_relu": _leaky_relu,
    "maximum": jnp.maximum,
    "minimum": jnp.minimum,
    "mul": jnp.multiply,
    "sub": jnp.subtract,
}

OPERATIONS: dict[str, Operation] = {
    **{name: Operation(run) for name, run in UNARY.items()},
    **{name: Operation(run, 2, 2, elementwise=True) for name, run in _PAIRS.items()},
    "broadcast": Operation(_broadcast, needed={"shape": SIZES}),
    "cast": Operation(_of_one(lax.convert_element_type), needed={"dtype": dtype_name}),
    "concat": Operation(_concat, 1, 2**16, {"axis": lambda one: whole(one, 0)}),
    "conv": Operation(
        _conv,
        2,
        2,
        {"strides": SIZES, "padding": margins},
        {
            "dilation": SIZES,
            "input_dilation": SIZES,
            "groups": lambda one: whole(one, 1),
            "dtype": dtype_name,
        },
    ),
    "dot": Operation(
        _dot, 2, 2, {"axes": several(AXES, 2)}, {"batch": several(AXES, 2), "dtype": dtype_name}
    ),
    "expand": Operation(_of_one(lax.expand_dims), needed={"axes": AXES}),
    "max": Operation(_max, needed={"axes": AXES}),
    "max_pool": Operation(_max_pool, needed=_WINDOW),
    "pad": Operation(_pad, 2, 2, {"padding": margins}),
    "power": Operation(_of_one(lax.integer_pow), needed={"exponent": whole}),
    "relu": Operation(_relu, optional={"cap": _above_0}),
    "reshape": Operation(_of_one(lax.reshape), needed={"shape": SIZES}),
    "reverse": Operation(_of_one(lax.rev), needed={"axes": AXES}),
    "slice": Operation(
        _slice,
        needed={"start": COUNTS, "stop": COUNTS},
        optional={"strides": SIZES},
    ),
    "squeeze": Operation(_of_one(lax.squeeze), needed={"axes": AXES}),
    "sum": Operation(_sum, needed={"axes": AXES}),
    "sum_pool": Operation(_sum_pool, needed=_WINDOW),
    "take": Operation(_take, 2, 2, {"axis": lambda one: whole(one, 0)}),
    "tap": Operation(tap, needed={"name": _name}, optional={"axes": _names}),
    "transpose": Operation(_of_one(lax.transpose), needed={"order": AXES}),
    "where": Operation(_where, 3, 3, elementwise=True),
}
"""What a node may be, but for the first one, which is the picture."""
