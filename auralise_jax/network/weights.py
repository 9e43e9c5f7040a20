"""Fresh weights for a program: which of its constants are weights, and drawing them."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from auralise_jax.network.network import NoControl
from auralise_jax.network.program import STRUCTURAL, Program, Step, Value, every_step
from auralise_jax.network.reach import ELEMENTWISE

CUT = 0.87962566103423978
"""Standard deviation of a standard normal that is cut at -2 and 2."""


class Draw(NamedTuple):
    """How a kernel is drawn: a standard normal that is cut at -2 and 2, scaled."""

    key: Array
    scale: np.float32


ZERO = "zero"
"""What becomes of a bias."""


def draw_weights(
    program: Program, captured: Sequence[Value], weights: Sequence[Array], seed: int
) -> tuple[Array, ...]:
    """Return weights of the same shapes: kernels by He's normal initialisation, biases 0.

    A kernel is an array of two or more dimensions that the picture, or what is made of it, is
    convolved with or multiplied by as a matrix; on its way there it may be reshaped, transposed or
    scaled. A bias is an array that is added and has one dimension, but for those of 1. All else
    stays as it is: what BatchNorm scales and shifts by before that, windows, positions. A matrix
    that belongs to a front end inside of the function counts as a kernel, if it is among
    `captured`.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    captured : sequence of Value
        Its constants that may be replaced.
    weights : sequence of array
        What they are now.
    seed : int
        Of a threefry generator.

    Raises
    ------
    NoControl
        If there is no kernel among the constants.

    References
    ----------
    He et al. 2015, arXiv:1502.01852.
    """
    drawing = plan_weights(program, captured, seed)
    with one_generator():
        fresh = []
        for value, now, how in zip(captured, weights, drawing, strict=True):
            if isinstance(how, Draw):
                drawn = jax.random.truncated_normal(how.key, -2, 2, value.shape, jnp.float32)
                fresh.append((drawn * how.scale).astype(now.dtype))
            else:
                fresh.append(jnp.zeros_like(now) if how == ZERO else now)
    return tuple(fresh)


def plan_weights(
    program: Program, captured: Sequence[Value], seed: int
) -> tuple[Draw | str | None, ...]:
    """Return how `draw_weights` makes each weight: a draw, `ZERO`, or None if it stays."""
    inputs, biases = _roles(program, captured)
    if not inputs:
        raise NoControl(
            "the function captures no array that the picture is convolved with or multiplied by, "
            "so there is no network of fresh weights to compare it with"
        )
    keys = keys_of(seed, len(captured))
    return tuple(
        Draw(key, np.float32(math.sqrt(2 / inputs[value]) / CUT))
        if value in inputs
        else (ZERO if value in biases else None)
        for value, key in zip(captured, keys, strict=True)
    )


def keys_of(seed: int, count: int) -> list[Array]:
    """Return keys of a threefry generator: the seed's key, split."""
    with one_generator():
        split = jax.random.split(jax.random.key(seed, impl="threefry2x32"), count)
        # To take an array of keys apart compiles for longer than to split one.
        numbers = np.asarray(jax.random.key_data(split))
        return [jax.random.wrap_key_data(row, impl="threefry2x32") for row in numbers]


@contextlib.contextmanager
def one_generator() -> Iterator[None]:
    """Draw the same numbers whatever users set for their own work; a key's generator is named."""
    with jax.transfer_guard("allow"), jax.threefry_partitionable(True):
        yield


def _roles(program: Program, captured: Sequence[Value]) -> tuple[dict[Value, int], set[Value]]:
    """Return how many inputs each kernel sums over, and which constants are biases."""
    kernels = {value: value for value in captured if len(value.shape) > 1}
    stacks = {one: one for one in captured if one.shape}
    added = {one: one for one in stacks if _is_line(one)}
    inputs: dict[Value, int] = {}
    biases: set[Value] = set()
    for step in every_step(program.steps):
        if not any(value.depends for value in step.outputs):
            _follow(step, kernels, stacks, added)
        elif step.name == "conv_general_dilated":
            value = step.inputs[1]
            if value in kernels:
                outputs = value.shape[step.params["dimension_numbers"].rhs_spec[0]]
                inputs[kernels[value]] = math.prod(value.shape) // max(1, outputs)
        elif step.name == "dot_general":
            contracted, _ = step.params["dimension_numbers"]
            for value, axes in zip(step.inputs, contracted, strict=True):
                if value in kernels:
                    inputs[kernels[value]] = math.prod(value.shape[axis] for axis in axes)
        elif step.name in ("add", "add_any"):
            biases.update(added[one] for one in step.inputs if one in added)
    return inputs, biases - set(inputs)


def _is_line(value: Value) -> bool:
    return math.prod(value.shape) == max(value.shape, default=0)


def _follow(
    step: Step,
    kernels: dict[Value, Value],
    stacks: dict[Value, Value],
    added: dict[Value, Value],
) -> None:
    """Note what a step makes of weights alone that is still a kernel, a stack or a bias."""
    for made in step.outputs[:1]:
        for value in step.inputs if step.name in STRUCTURAL | ELEMENTWISE else ():
            whole = math.prod(value.shape) == math.prod(made.shape)
            if value in kernels and (whole or step.name == "slice"):
                kernels.setdefault(made, kernels[value])
            if value in stacks and step.name in STRUCTURAL:
                stacks[made] = stacks[value]
                if value in added or _is_line(made):
                    added[made] = stacks[value]
