"""What a layer consists of, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from auralise_jax.network.activations import activation
from auralise_jax.network.linear import complaint
from auralise_jax.network.norms import BatchNorm
from auralise_jax.network.patterns import Match, Pool, Rectify, match
from auralise_jax.network.program import STRUCTURAL, Program, Step, Value
from auralise_jax.network.reach import ELEMENTWISE, REDUCING, Reach

QUIET = {"convert_element_type", "name", "pad", "tap", *STRUCTURAL}
"""Operations that are not worth a word."""

REARRANGING = {"reshape", "squeeze", "tap", "transpose"}
"""Operations whose result holds the numbers of their operand."""

NO_WAY = "(no way back)"


def operations(
    program: Program,
    value: Value,
    others: Iterable[Value],
    reach: Mapping[Value, Reach],
    norms: Sequence[BatchNorm] = (),
) -> tuple[str, ...]:
    """Return the operations of a layer, from its first to its last.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    value : Value
        The layer.
    others : iterable of Value
        Layers below, which are not gone into.
    reach : mapping
        As `reaches` returns it.
    norms : sequence of BatchNorm
        As `batch_norms` returns them.
    """
    normalised = {one.source for one in norms}
    below = set(others) - {value}
    # A file marks a copy that is laid out as maps; the steps go on from what it is a copy of.
    below |= {same for one in below for same in _rearranged(one)}.difference(_rearranged(value))
    said: list[str] = []
    for step in _steps(program, value, below):
        for words in _said(step, reach, normalised):
            before = said[-1] if said else ""
            more = words == before and (words == "affine" or words.endswith(NO_WAY))
            if not more and (words, before) != ("affine", "BatchNorm"):
                said.append(words)
    return tuple(said)


def _rearranged(value: Value) -> Iterator[Value]:
    """Go through the values below another that hold the same numbers in another order."""
    while value.step is not None and value.step.name in REARRANGING:
        value = value.step.inputs[0]
        yield value


def _steps(program: Program, value: Value, others: set[Value]) -> list[Step]:
    """Return the steps that make a layer of those below it, a ReLU being one step."""
    needed, found = {value}, []
    for step in reversed(program.steps):
        if needed.isdisjoint(step.outputs) or not any(one.depends for one in step.outputs):
            continue
        found.append(step)
        instead = match(step)
        reads = [instead.source] if instead else step.inputs
        needed.update(one for one in reads if one not in others)
    return found[::-1]


def _said(step: Step, reach: Mapping[Value, Reach], normalised: set[Value]) -> Iterator[str]:
    name = step.name
    flowing = [value for value in step.inputs if value.depends]
    if found := match(step):
        yield from _matched(found, reach, over_cells=name in REDUCING)
    elif (whole := activation(step)) or complaint(step) is not None:
        yield f"{whole or name} {NO_WAY}"
    elif name in _WORDS:
        yield _WORDS[name](step, reach)
    elif name in ELEMENTWISE and len(flowing) == 1:
        if flowing[0] in normalised:
            yield "BatchNorm"
        elif name in ("mul", "div") and not _is_number(step):
            yield "affine"
    elif name in ("add", "add_any", "sub"):
        yield "sum of two"
    elif name not in QUIET:
        yield name.replace("_", " ")


def _matched(found: Match, reach: Mapping[Value, Reach], *, over_cells: bool) -> Iterator[str]:
    for part in found.parts:
        if isinstance(part, Pool):
            size = part.window.size
            strides = size if over_cells else part.window.strides
            yield f"max-pool {_window(size, strides, reach.get(found.source))}"
        elif isinstance(part, Rectify):
            yield "ReLU" if part.cap is None else f"ReLU{part.cap:g}"
        else:
            yield f"{part.name} (as stated)"


def _is_number(step: Step) -> bool:
    """Tell whether a step scales all features alike, as the mean over a window does."""
    return any(not value.depends and math.prod(value.shape) == 1 for value in step.inputs)


def _convolution(step: Step, reach: Mapping[Value, Reach]) -> str:
    params, numbers = step.params, step.params["dimension_numbers"]
    kernel = step.inputs[1].shape
    places = [numbers.lhs_spec.index(axis) - 2 for axis in _followed(reach.get(step.inputs[0]))]
    places = [place for place in places if place >= 0] or list(range(len(numbers.lhs_spec) - 2))

    def along(sizes: Sequence[int]) -> str:
        return _times(sizes[place] for place in places)

    def other(sizes: Sequence[int]) -> bool:
        return any(sizes[place] != 1 for place in places)

    words = f"conv {along([kernel[axis] for axis in numbers.rhs_spec[2:]])}"
    if other(params["lhs_dilation"]):
        words = f"transposed {words} by {along(params['lhs_dilation'])}"
    if other(params["window_strides"]):
        words += f" / {along(params['window_strides'])}"
    if other(params["rhs_dilation"]):
        words += f", {along(params['rhs_dilation'])} apart"
    if params["feature_group_count"] > 1:
        words += f", {params['feature_group_count']} groups"
    return words


def _dense(step: Step, _reach: Mapping[Value, Reach]) -> str:
    contracted, _ = step.params["dimension_numbers"]
    ((kernel, axes),) = (
        one for one in zip(step.inputs, contracted, strict=True) if not one[0].depends
    )
    summed = math.prod(kernel.shape[axis] for axis in axes)
    return f"dense {summed} to {math.prod(kernel.shape) // max(1, summed)}"


def _average(step: Step, reach: Mapping[Value, Reach]) -> str:
    size, strides = step.params["window_dimensions"], step.params["window_strides"]
    return f"average pool {_window(size, strides, reach.get(step.inputs[0]))}"


def _window(size: Sequence[int], strides: Sequence[int], reach: Reach | None) -> str:
    axes = _followed(reach)
    if math.prod(size[axis] for axis in axes) != math.prod(size):
        axes = [axis for axis in range(len(size)) if size[axis] > 1]
    shown = _times(size[axis] for axis in axes)
    moved = _times(strides[axis] for axis in axes)
    return shown if shown == moved else f"{shown} / {moved}"


def _followed(reach: Reach | None) -> list[int]:
    """Return a value's axes of frequency and time."""
    return [one.axis for one in (reach or ())[:2] if one is not None]


def _times(sizes: Iterable[Any]) -> str:
    return " x ".join(str(int(size)) for size in sizes)


_WORDS: dict[str, Callable[[Step, Mapping[Value, Reach]], str]] = {
    "concatenate": lambda *_: "concatenation",
    "conv_general_dilated": _convolution,
    "dot_general": _dense,
    "reduce_sum": lambda *_: "mean",
    "reduce_window_sum": _average,
}
