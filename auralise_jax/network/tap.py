"""Marks in a function: this value is a layer, and this is what it is called."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array, ArrayLike, Shaped

tap_p: Any = Primitive("tap")
"""The identity, with a name that is found again in a jaxpr."""


def tap(
    x: Shaped[ArrayLike, "*shape"], name: str, axes: tuple[str, ...] | None = None
) -> Shaped[Array, "*shape"]:
    """Mark a value inside a JAX function as a layer.

    The value passes unchanged, as do gradients, batches and compilation: a function with marks
    computes what it computes without them.

    Parameters
    ----------
    x : array
        The layer's maps, features last.
    name : str
        What the layer is called; used once in a function.
    axes : tuple of str, optional
        What the axes of a map are, such as ``("freq", "time")``.

    Returns
    -------
    array
        `x`.

    Raises
    ------
    ValueError
        If the name is empty, or the axes are not names.
    TypeError
        If `x` is not an array.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> def network(picture):
    ...     maps = tap(jax.nn.relu(picture - 1), "first", axes=("freq", "time"))
    ...     return maps.sum()
    >>> print(jax.grad(network)(jnp.array([0.0, 3.0])))
    [0. 1.]
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a tapped layer needs a name, such as 'conv1', not {name!r}")
    if isinstance(axes, str) or not (
        axes is None or all(isinstance(axis, str) and axis for axis in axes)
    ):
        raise ValueError(f"axes must be names, such as ('freq', 'time'), not {axes!r}")
    if isinstance(x, (list, tuple, str)) or x is None:
        raise TypeError(f"tap marks one array, not {type(x).__name__}")
    marked: Array = tap_p.bind(
        jnp.asarray(x), name=name, axes=None if axes is None else tuple(axes)
    )
    if name == _last.get():
        raise Reached(marked)
    return marked


class Reached(BaseException):
    """A function has come to the layer at which it stops."""

    def __init__(self, value: Array) -> None:
        super().__init__()
        self.value = value


_last: ContextVar[str | None] = ContextVar("_last", default=None)


@contextlib.contextmanager
def stopping_at(layer: str) -> Iterator[None]:
    """Let functions end at the mark of a layer, in this block: `tap` raises `Reached` there."""
    token = _last.set(layer)
    try:
        yield
    finally:
        _last.reset(token)


def _jvp(primals: Any, tangents: Any, **params: Any) -> tuple[Any, Any]:
    return tap_p.bind(*primals, **params), tangents[0]  # a tangent is no layer


def _batch(args: Any, dims: Any, **params: Any) -> tuple[Any, Any]:
    return tap_p.bind(*args, **params), dims[0]


tap_p.def_impl(lambda x, **_: x)
tap_p.def_abstract_eval(lambda x, **_: x)
ad.primitive_jvps[tap_p] = _jvp
ad.primitive_transposes[tap_p] = lambda g, _x, **_: [g]
batching.primitive_batchers[tap_p] = _batch
mlir.register_lowering(tap_p, lambda _context, x, **_: [x])
