"""Layers that nobody marked, found by what a network's steps do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from auralise_jax.network.layout import laid_out
from auralise_jax.network.linear import complaint
from auralise_jax.network.marks import Layers, Marked, marked_layers
from auralise_jax.network.patterns import Rectify, match
from auralise_jax.network.places import placed, places
from auralise_jax.network.program import Program, Step, Value
from auralise_jax.network.reach import ELEMENTWISE, MIXING, REDUCING, WINDOWED
from auralise_jax.text import listed

PASSING = {"broadcast_in_dim", "pad", "reshape", "slice", "squeeze", "transpose"}
"""Operations that move cells about; a layer ends before them, unless it goes on behind."""


NONE = (
    "no layer is marked; mark some with aj.tap(x, name) inside the function; none was found "
    "either: no convolution, dense step or ReLU in it makes maps along the picture's axes"
)


class Found(NamedTuple):
    """A layer as it was found."""

    name: str
    value: Value
    placed: bool
    """Whether its cells lie along the picture's frequency or time."""


def layers_of(
    program: Program,
    params: Mapping[Value, str],
    wanted: Sequence[str] | Mapping[str, str] | None = None,
) -> Layers:
    """Return the layers that are marked in a program, or else found in it, as maps.

    Parameters
    ----------
    program, params
        As for `found_layers`.
    wanted : sequence of str, or mapping of str to str, optional
        Those to be kept, by name, or by the name they have and the name they get. If not given,
        all that are marked; or all that were found and whose cells lie along the picture's axes.

    Raises
    ------
    ValueError
        If there is none, or none of a wanted name; if two would have the same name.
    """
    marks = {one.value: one for one in marked_layers(program).marked}
    known = [Found(one.name, value, True) for value, one in marks.items()]
    known = known or list(found_layers(program, params))
    at = {value: number for number, step in enumerate(program.steps) for value in step.outputs}
    kept = _wanted(known, wanted)
    if not kept:
        raise ValueError(f"{NONE}; layers= can name {_shown(known)}" if known else NONE)
    return laid_out(
        Layers(
            program,
            tuple(
                Marked(name, marks[value].axes if value in marks else None, value, at[value])
                for name, value in kept
            ),
            () if wanted is not None else tuple(_left_out(known)),
        )
    )


def _left_out(known: Sequence[Found]) -> Iterator[str]:
    """Go through what was found and may be maps: vectors, as of a head, are none."""
    for one in known:
        if not one.placed and sum(size > 1 for size in one.value.shape) > 1:
            yield one.name


def _shown(known: Sequence[Found]) -> str:
    return listed([one.name for one in known]) or "none"


def _wanted(
    known: Sequence[Found], wanted: Sequence[str] | Mapping[str, str] | None
) -> list[tuple[str, Value]]:
    if wanted is None:
        return [(one.name, one.value) for one in known if one.placed]
    if isinstance(wanted, str):
        raise ValueError(f"layers is a list of names, such as [{wanted!r}], not one name")
    if not isinstance(wanted, Iterable):
        raise TypeError(f"layers is a list of names, not {wanted!r:.80}")
    if not wanted:
        raise ValueError(f"layers names none; there are {_shown(known)}")
    names = dict(wanted) if isinstance(wanted, Mapping) else {name: name for name in wanted}
    there = [one.name for one in known]
    for name, new in names.items():
        if name not in there:
            raise ValueError(f"layers names {name!r}; there are {_shown(known)}")
        if not isinstance(new, str) or not new.strip():
            raise ValueError(f"layers calls {name!r} {new!r}; a layer needs a name")
    if len(set(names.values())) < len(wanted):
        raise ValueError(f"layers must have different names, not {list(names.values())}")
    return [(names[one.name], one.value) for one in known if one.name in names]


def found_layers(program: Program, params: Mapping[Value, str]) -> tuple[Found, ...]:
    """Return the layers of a program without marks.

    A layer begins with a convolution or a dense step whose kernel is a weight, or with a ReLU that
    follows other weights. It ends at the last affine or pooling operation before the next such
    step, a branch, or an operation of another kind: convolution, ReLU, BatchNorm and pool are one
    layer, which ends at the pool. What two convolutions add up to is a layer of the later one.

    Parameters
    ----------
    program : Program
        Of one input, the picture.
    params : mapping of Value to str
        Its weights and their names, such as "blocks.0.kernel", which gives the name "blocks.0". If
        there are none, every array that the function captured counts, and layers are called
        "conv1", "dense1" and "relu1".
    """
    return tuple(_Finder(program, params).found())


class _Finder:
    def __init__(self, program: Program, params: Mapping[Value, str]) -> None:
        self.program, self.params = program, params
        self.places = places(program)
        self.consumers = _consumers(program)
        self.sources = _sources(program, params or dict.fromkeys(program.constants(), ""))
        self.seen: set[Step] = set()

    def found(self) -> Iterator[Found]:
        """Go through the layers in the order in which they end."""
        ends: dict[Value, list[Step]] = {}
        for begins in (self.mixes, self.rectifies):
            for step in self.program.steps:
                if begins(step) and step not in self.seen and self._is_used(step):
                    ends.setdefault(self._end(step), []).append(step)
        depth = self._depth()
        order = {step: number for number, step in enumerate(self.program.steps)}
        begun = {
            end: max(steps, key=lambda step: (depth[step.outputs[0]], -order[step]))
            for end, steps in ends.items()
        }
        named = self._named(sorted(begun.values(), key=lambda step: order[step]))
        for end in sorted(begun, key=lambda end: order[end.step] if end.step else -1):
            yield Found(named[begun[end]], end, placed(end, self.places[end]))

    def mixes(self, step: Step) -> bool:
        """Tell whether a step convolves or multiplies what depends on the picture by a weight."""
        return step.name in MIXING and any(map(self.sources.get, step.inputs))

    def rectifies(self, step: Step) -> bool:
        """Tell whether a step is a ReLU of what weights have made, by affine steps."""
        found = match(step)
        return (
            found is not None
            and any(isinstance(part, Rectify) for part in found.parts)
            and self._behind(step) is not None
        )

    def _is_used(self, step: Step) -> bool:
        outputs = step.outputs
        return len(outputs) == 1 and (
            outputs[0] in self.consumers or outputs[0] in self.program.outputs
        )

    def _end(self, step: Step) -> Value:
        """Follow a layer to its last affine or pooling operation."""
        end = value = step.outputs[0]
        here = placed(value, self.places[value])
        self.seen.add(step)
        while len(used := self.consumers.get(value, [])) == 1:
            (step,) = used
            if len(step.outputs) != 1 or value in self.program.outputs or self.mixes(step):
                break
            value = step.outputs[0]
            if not value.differentiable or placed(value, self.places[value]) != here:
                break
            if self._ends(step):
                end = value
                self.seen.add(step)
            elif step.name not in PASSING:
                break
        return end

    def _ends(self, step: Step) -> bool:
        """Tell whether a step is affine, a ReLU or a pool."""
        if step.name in REDUCING and not self._keeps_features(step):
            return False
        if match(step) is not None:
            return True
        return step.name in ELEMENTWISE | REDUCING | WINDOWED | MIXING and complaint(step) is None

    def _keeps_features(self, step: Step) -> bool:
        value = step.outputs[0]
        followed = {axis for axis in self.places[value] if axis is not None}
        return len(value.shape) > len(followed)

    def _depth(self) -> dict[Value, int]:
        """Return how many weights lie one behind the other below each value."""
        depth: dict[Value, int] = {}
        for step in self.program.steps:
            below = max((depth.get(value, 0) for value in step.inputs), default=0)
            depth.update(dict.fromkeys(step.outputs, below + self.mixes(step)))
        return depth

    def _named(self, steps: Sequence[Step]) -> dict[Step, str]:
        """Name layers by the kernels that they begin with, or by their kinds and numbers."""
        paths = {step: self._path(step) for step in steps}
        parents = {step: path.rpartition(".")[0] or path for step, path in paths.items()}
        names: dict[Step, str] = {}
        counts: dict[str, int] = {}
        for step in steps:
            name = parents[step]
            others = {paths[one] for one in steps if parents[one] == name}
            if name and len(others) > 1:  # several kernels in one place
                name = paths[step]
            if not name:
                kind = "conv" if step.name == "conv_general_dilated" else "dense"
                kind = kind if step.name in MIXING else "relu"
                counts[kind] = counts.get(kind, 0) + 1
                name = f"{kind}{counts[kind]}"
            number, unique = 2, name
            while unique in names.values():
                unique, number = f"{name}-{number}", number + 1
            names[step] = unique
        return names

    def _path(self, step: Step) -> str:
        """Return the name of a layer's kernel, or of the affine weights before its first ReLU."""
        made = step if self.mixes(step) else self._behind(step)
        if made is None or made in self.seen - {step}:
            return ""
        weights = {one for value in made.inputs for one in self.sources.get(value, ())}
        known = [(math.prod(one.shape), self.params[one]) for one in weights if one in self.params]
        return max(known)[1] if known else ""

    def _behind(self, step: Step) -> Step | None:
        """Return the weights' affine step, or the end of a layer, that a ReLU comes out of."""
        below: Step | None = step
        while below is not None:
            found = match(below)
            if below is not step and (
                below in self.seen or any(map(self.sources.get, below.inputs))
            ):
                return below
            if found is not None:
                below = found.source.step
            elif below.name in ELEMENTWISE | PASSING and complaint(below) is None:
                below = next(one for one in below.inputs if one.depends).step
            else:
                return None
        return None


def _consumers(program: Program) -> dict[Value, list[Step]]:
    """Return which steps use each value that depends on the picture, a ReLU being one step."""
    needed = set(program.outputs)
    used: dict[Value, list[Step]] = {}
    for step in reversed(program.steps):
        if needed.isdisjoint(step.outputs):
            continue
        found = match(step)
        for value in dict.fromkeys([found.source] if found else step.inputs):
            needed.add(value)
            if value.depends:
                used.setdefault(value, []).append(step)
    return used


def _sources(program: Program, weights: Iterable[Value]) -> dict[Value, frozenset[Value]]:
    """Return the weights that each value is made of which does not depend on the picture."""
    sources = {value: frozenset([value]) for value in weights if value.shape}
    for step in program.steps:
        made = [value for value in step.outputs if not value.depends]
        if made:
            below = [sources[value] for value in step.inputs if value in sources]
            sources.update(dict.fromkeys(made, frozenset().union(*below)) if below else {})
    return sources
