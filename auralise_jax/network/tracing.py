"""From somebody's function to its program; what cannot be traced is said in words."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from auralise_jax.network.inlining import inline
from auralise_jax.network.program import Program, every_step
from auralise_jax.network.refusal import Place, UnsupportedOperation, first_of_user
from auralise_jax.network.rules import Rule

TRAINING = ("InvalidRngError", "ModifyScopeVariableError", "TraceContextError")
"""What Flax raises for a module in training mode."""


@dataclass(frozen=True)
class Traced:
    """A function's program for arguments of some shapes, and the arguments."""

    program: Program
    arrays: tuple[Array, ...]
    """What the program is given; the traced ones are marked in its inputs."""
    tree: Any
    """How the outputs are put together."""


def trace(
    fn: Callable[..., PyTree],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    argnums: Sequence[int] = (0,),
    allow: Mapping[str, Any] = MappingProxyType({}),
    *,
    write_out: bool = False,
) -> Traced:
    """Trace a function for these arguments, at full float32 precision.

    Parameters
    ----------
    fn : function
        From pytrees to a pytree of arrays.
    args, kwargs
        Its arguments. What is no array (a string, a flag) is passed on as it is.
    argnums : sequence of int
        Which positional arguments something is to come back to.
    allow : mapping
        What is stated of activations, by name: see `activations.check_allow`.
    write_out : bool
        Whether to write short loops over layers out.

    Raises
    ------
    UnsupportedOperation
        If the function looks at values while it is traced, or changes state.
    ValueError
        If it holds NaN, or there is no such argument.
    TypeError
        If it is not a function, or returns something else than arrays.
    """
    if not callable(fn):
        raise TypeError(f"a function is needed, not {type(fn).__name__}")
    for number in argnums:
        if not -len(args) <= number < len(args):
            raise ValueError(
                f"argnums says that argument {number} is the traced one; {_name(fn)} was given "
                f"{len(args)} positional arguments"
            )
    chosen = {number % len(args) for number in argnums}
    arrays: list[Array] = []
    depends: list[bool] = []

    def leaf(value: Any, here: bool) -> Any:
        if not (here or isinstance(value, (jax.Array, np.ndarray, np.generic))):
            return value
        array = value if isinstance(value, jax.Array) else jnp.asarray(value)
        arrays.append(array)
        depends.append(here and bool(jnp.issubdtype(array.dtype, jnp.inexact)))
        return _Slot(len(arrays) - 1)

    def slots(value: Any, here: bool) -> Any:
        return jax.tree.map(lambda one: leaf(one, here), value)

    held = [slots(arg, number in chosen) for number, arg in enumerate(args)]
    named = {key: slots(value, here=False) for key, value in kwargs.items()}
    trees: list[Any] = []

    def flat(*given: Array) -> list[Array]:
        def fill(value: Any) -> Any:
            return jax.tree.map(
                lambda one: given[one.number] if isinstance(one, _Slot) else one, value
            )

        found = fn(*map(fill, held), **{key: fill(value) for key, value in named.items()})
        if found is None:
            raise TypeError(f"{_name(fn)} must return arrays, not None")
        leaves, tree = jax.tree.flatten(found)
        for one in leaves:
            if not isinstance(one, (jax.Array, np.ndarray, np.generic, bool, int, float, complex)):
                raise TypeError(
                    f"{_name(fn)} must return arrays, not {type(one).__name__} {str(one)[:40]!r}"
                )
        trees.append(tree)
        return [jnp.asarray(one) for one in leaves]

    with _translated(fn), jax.default_matmul_precision("highest"):
        closed = jax.make_jaxpr(flat)(*arrays)
    program = inline(closed, depends, allow, write_out=write_out)
    _check_constants(fn, program)
    return Traced(program, tuple(arrays), trees[-1])


def trace_twice(
    fn: Callable[..., PyTree],
    picture: Float[Array, "..."],
    params: Mapping[str, Array] | None,
    allow: Mapping[str, Rule | str],
) -> Traced:
    """Trace a function of a picture, or of params and a picture, as its loops are written out.

    Raises
    ------
    ValueError
        If the picture holds no real numbers, or the function returns other shapes the second time.
    """
    if not jnp.issubdtype(jnp.result_type(picture), jnp.floating):
        raise ValueError(f"a picture holds real numbers, not {jnp.result_type(picture)}")
    args = (picture,) if params is None else (dict(params), picture)
    first, second = (trace(fn, args, {}, (len(args) - 1,), allow, write_out=True) for _ in range(2))
    shapes, again = ([value.shape for value in one.program.outputs] for one in (first, second))
    if shapes != again or first.tree != second.tree:
        raise ValueError(
            f"the function returned arrays of shapes {shapes} and then {again} for the same "
            "picture; one that is to be projected must not change between calls"
        )
    return first


@dataclass(frozen=True)
class _Slot:
    """The place of an array among a function's arguments."""

    number: int


def _name(fn: Callable[..., Any]) -> str:
    return str(getattr(fn, "__name__", None) or f"the {type(fn).__name__}")


def _check_constants(fn: Callable[..., Any], program: Program) -> None:
    # Some of JAX's functions hold NaN for what they cannot answer.
    own = {
        value for step in every_step(program.steps) if not step.within for value in step.inputs
    }.union(program.outputs)
    for value in program.constants():
        array = value.constant
        if (
            not value.differentiable
            or (not value.shape and value not in own)
            or isinstance(array, jax.core.Tracer)
        ):
            continue
        if isinstance(array, jax.Array) and not array.is_fully_addressable:
            continue
        if np.isnan(np.asarray(jax.device_get(array))).any():
            shape = f"of shape {value.shape}" if value.shape else "that is one number"
            raise ValueError(f"{_name(fn)} holds NaN, in an array {shape}; look at its weights")


@contextlib.contextmanager
def _translated(fn: Callable[..., Any]) -> Iterator[None]:
    """Say in the user's terms why a function cannot be traced."""
    try:
        yield
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError) as error:
        raise UnsupportedOperation(
            "tracing",
            f"{_name(fn)} cannot be traced, since it looks at values of its input while it runs "
            f"({str(error).splitlines()[0].rstrip('.')})",
            _place_of(error),
            "Use jnp instead of numpy, jnp.where instead of if, and shapes instead of values",
        ) from error
    except Exception as error:
        if not (type(error).__module__ or "").startswith("flax"):
            raise
        said = str(error).split(" (https")[0].rstrip(".")
        if type(error).__name__ == "ScopeCollectionNotFound":
            raise ValueError(
                f"{_name(fn)} needs more variables than it was given ({said}); pass all that init "
                "returned or training kept, such as "
                '{"params": ..., "batch_stats": ...}'
            ) from error
        if type(error).__name__ not in TRAINING:
            raise
        raise UnsupportedOperation(
            "state",
            f"{_name(fn)} changes its state while it runs, as BatchNorm and dropout do in "
            f"training mode ({said})",
            _place_of(error),
            "Call .eval() on an nnx module; pass use_running_average=True to a linen BatchNorm "
            "and deterministic=True to its dropout",
        ) from error


def _place_of(error: BaseException) -> Place | None:
    frames = traceback.extract_tb(error.__traceback__)
    places = [Place(frame.filename, frame.lineno or 0) for frame in reversed(frames)]
    return first_of_user(places)
