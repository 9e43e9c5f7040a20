"""BatchNorm in a network of fresh weights: its statistics, estimated again."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from auralise_jax.network.binding import bind
from auralise_jax.network.linear import complaint
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import ELEMENTWISE, reaches

ROOTS = {"pow", "rsqrt", "sqrt"}


class BatchNorm(NamedTuple):
    """A normalisation by statistics that are weights."""

    mean: Value
    variance: Value
    source: Value
    """What is normalised."""
    axis: int
    """Of its features."""


def batch_norms(program: Program, params: Iterable[Value]) -> tuple[BatchNorm, ...]:
    """Return the BatchNorms of a program, in inference, by what it does with its weights.

    A variance is a weight whose root scales; a mean is one of its size that is taken off in the
    same run of affine steps, and does nothing else.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    params : iterable of Value
        Its weights.
    """
    uses = _uses(program, set(params))
    reach = reaches(program)
    runs: dict[Value, list[tuple[Step, Value, dict[Value, set[str]]]]] = {}
    heads: dict[Value, Value] = {}
    for step in program.steps:
        flowing = [value for value in step.inputs if value.depends]
        if step.name not in ELEMENTWISE or len(flowing) != 1 or complaint(step) is not None:
            continue
        heads[step.outputs[0]] = head = heads.get(flowing[0], flowing[0])
        used: dict[Value, set[str]] = {}
        for place, value in enumerate(step.inputs):
            for weight, ways in uses.get(value, {}).items():
                off = {"off"} if step.name == "sub" and place == 1 else set()
                used.setdefault(weight, set()).update((ways - {"as it is"} if off else ways) | off)
        runs.setdefault(head, []).append((step, flowing[0], used))
    return tuple(one for run in runs.values() for one in _of_run(run, reach))


def _of_run(
    run: Sequence[tuple[Step, Value, dict[Value, set[str]]]], reach: Mapping[Value, Any]
) -> Iterator[BatchNorm]:
    ways: dict[Value, set[str]] = {}
    first: dict[Value, Value] = {}
    for _, source, used in run:
        for weight, found in used.items():
            ways.setdefault(weight, set()).update(found)
            first.setdefault(weight, source)
    variances = [weight for weight, found in ways.items() if "root" in found]
    means = [weight for weight, found in ways.items() if found == {"off"}]
    order = [source for _, source, _ in run]
    for mean, variance in zip(means, variances, strict=False):
        source = min(first[mean], first[variance], key=order.index)
        followed = {one.axis for one in reach[source] if one}
        axes = [n for n, size in enumerate(source.shape) if size == _size(mean)]
        axes.sort(key=lambda axis: (axis not in followed, axis))
        if axes and _size(mean) == _size(variance):
            yield BatchNorm(mean, variance, source, axes[-1])


def _size(value: Value) -> int:
    return math.prod(value.shape)


def _uses(program: Program, weights: set[Value]) -> dict[Value, dict[Value, set[str]]]:
    """Return how each value that does not depend on the picture is made of weights."""
    uses: dict[Value, dict[Value, set[str]]] = {one: {one: {"as it is"}} for one in weights}
    for step in program.steps:
        if any(value.depends for value in step.outputs):
            continue
        made: dict[Value, set[str]] = {}
        for place, value in enumerate(step.inputs):
            for weight, ways in uses.get(value, {}).items():
                found = set(ways)
                if step.name in ROOTS:
                    found.add("root")
                if step.name == "neg" or (step.name == "sub" and place == 1):
                    found = (found - {"as it is"}) | {"off"}
                made.setdefault(weight, set()).update(found)
        uses.update(dict.fromkeys(step.outputs, made) if made else {})
    return uses


def estimated(
    program: Program,
    norms: Sequence[BatchNorm],
    given: Mapping[Value, Array],
    pictures: Float[Array, "batch ..."],
) -> dict[Value, Array]:
    """Return means and variances over pictures, each after what lies below it has its own.

    Parameters
    ----------
    program, norms
        A program of one input, and its BatchNorms.
    given : mapping of Value to array
        Its weights.
    pictures : array
        Of any number.
    """
    (picture,) = program.inputs
    overall: Any = functools.partial(jax.lax.pmean, axis_name="pictures")
    statistics = [value for one in norms for value in (one.mean, one.variance)]

    def run(seen: Array) -> list[Array]:
        known: dict[Value, Any] = {picture: seen}
        known.update((value, one) for value, one in given.items() if value not in statistics)

        def read(value: Value) -> Any:
            if value in known:
                return known[value]
            if value.step is None:
                return given.get(value, value.constant)
            operands = list(map(read, value.step.inputs))
            made = bind(value.step, value.step.params, operands)
            known.update(zip(value.step.outputs, made, strict=True))
            return known[value]

        for one in norms:
            x = jnp.moveaxis(read(one.source), one.axis, -1)
            x = x.reshape(-1, x.shape[-1])
            mean = overall(x.mean(0))
            variance = overall(((x - mean[None]) ** 2).mean(0))
            known[one.mean] = mean.reshape(one.mean.shape)
            known[one.variance] = variance.reshape(one.variance.shape)
        return [known[value] for value in statistics]

    found = jax.vmap(run, axis_name="pictures", out_axes=None)(pictures)
    return dict(zip(statistics, found, strict=True))
