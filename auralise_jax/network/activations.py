"""Activations that no rule was made for: the user may state what comes back through them.

A backward rule says what a ReLU passes. What a leaky ReLU or an ELU passes under it nobody has
published, so each user states it: by name, as `check_allow` takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from auralise_jax.network.binding import bind
from auralise_jax.network.linear import complaint
from auralise_jax.network.program import (
    COPIES,
    Step,
    Value,
    compares,
    function_of,
    only_value,
    origin,
)
from auralise_jax.network.reach import ELEMENTWISE
from auralise_jax.network.rules import RULES, Rule, as_rule

NAMES = {
    *("celu", "elu", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "log_sigmoid"),
    *("mish", "prelu", "selu", "sigmoid", "silu", "soft_sign", "softplus", "sparse_plus"),
    *("sparse_sigmoid", "squareplus", "tanh"),
}
"""Activations that JAX has functions for, and PReLU, which Flax has modules for."""

AT_REST = {"celu", "elu", "gelu", "leaky_relu", "mish", "prelu", "selu", "silu"}
"""Those among them that make 0 of 0, and are silent there as a ReLU is."""

WHOLE = {"dot_product_attention", "glu", "log_softmax", "logsumexp", "softmax", "standardize"}
"""Functions of JAX's that are known by their names and mix cells."""

PRIMITIVES = {"logistic": "sigmoid", "tanh": "tanh"}
"""Activations that are single operations, by JAX's names for these."""

AS_IT_IS = "gradient"
"""The activation's own derivative comes back."""
AS_RELU = "relu"
"""What comes back through a ReLU does, under the rule that is asked for."""

HAVE_RULES = {"relu", "relu6", "max_pool"}


def check_allow(allow: Mapping[str, Rule | str] | None) -> dict[str, Rule | str]:
    """Return what is stated of activations: "relu", "gradient" or a rule that is tested.

    Raises
    ------
    ValueError
        If a name is that of a ReLU or empty, or what is stated of it is none of these.
    TypeError
        If `allow` is not a mapping.
    """
    if allow is None:
        return {}
    if not isinstance(allow, Mapping):
        raise TypeError(
            f'allow says what comes back through activations, by name, as {{"elu": "relu"}}; '
            f"it cannot be {allow!r}"
        )
    found: dict[str, Rule | str] = {}
    for name, how in allow.items():
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"allow needs names of activations, such as 'elu', not {name!r}")
        if name in HAVE_RULES:
            raise ValueError(f"allow cannot change what comes back through {name}; the rule does")
        if isinstance(how, Rule):
            found[name] = as_rule(how)
        elif how in (AS_RELU, AS_IT_IS):
            found[name] = how
        elif how in RULES:
            found[name] = as_rule(how)
        else:
            raise ValueError(
                f"allow[{name!r}] must be 'relu' (what comes back through a ReLU, under the rule), "
                f"'gradient' (its own derivative), 'deconvnet', 'guided' or an aj.Rule, not {how!r}"
            )
    return found


@dataclass(frozen=True)
class Stated:
    """An activation of which the user states what comes back."""

    name: str
    how: Rule | str
    """ "relu", "gradient", or a rule."""
    steps: tuple[Step, ...]
    """What computes it."""
    source: Value
    others: tuple[Value, ...]
    """What it reads beside its source."""

    @property
    def keeps_input(self) -> bool:
        """Whether the way back needs the activation's input, and not only its sign."""
        return self.how == AS_IT_IS or (isinstance(self.how, Rule) and self.how.needs_input)

    def values(self, x: Array, others: Sequence[Any]) -> Array:
        """Return the activation of `x`."""
        known: dict[Value, Any] = {self.source: x, **dict(zip(self.others, others, strict=True))}
        for step in self.steps:
            operands = [known.get(value, value.constant) for value in step.inputs]
            known.update(zip(step.outputs, bind(step, step.params, operands), strict=True))
        return jnp.asarray(known[self.steps[-1].outputs[0]])

    def derivative(self, g: Array, x: Array, *others: Array) -> Array:
        """Bring a cotangent back by the activation's own derivative at `x`."""
        (passed,) = jax.vjp(lambda x: self.values(x, others), x)[1](g)
        return jnp.asarray(passed)

    def kept(self, x: Array) -> Array:
        """Return what the way back needs."""
        return x if self.keeps_input else x > 0


def stated(step: Step) -> Stated | None:
    """Return the activation that a step completes, if the user states what comes back."""
    if not step.allow:
        return None
    if (alone := _alone(step, step.called or PRIMITIVES.get(step.name, step.name))) is not None:
        return alone
    if (whole := _inlined(step)) is not None:
        return whole
    found = _curve(step)
    name = next((name for name in _names(step) if name in step.allow), None)
    if found is None or name is None:
        return None
    return _stated(name, step.allow[name], found[1], found[0])


def activation(step: Step) -> str:
    """Return the name of the activation that a step completes or is a part of, or ""."""
    found = function_of(step, NAMES) or PRIMITIVES.get(step.name)
    return found or next(iter(_names(step)), "")


def _alone(step: Step, name: str) -> Stated | None:
    traced = [value for value in step.inputs if value.depends]
    how = step.allow.get(name)
    if how is None or len(traced) != 1 or len(step.outputs) != 1:
        return None
    apart = step.name in ELEMENTWISE and traced[0].shape == step.outputs[0].shape
    if not (step.called or apart):
        return None
    return _stated(name, how, (step,), traced[0])


def _inlined(step: Step) -> Stated | None:
    """Return an activation of JAX's that was traced into the function, such as `jax.nn.gelu`."""
    inlined = (NAMES | WHOLE).intersection(step.allow)
    name = function_of(step, inlined) if inlined else ""
    if not name:
        return None
    steps: dict[Step, None] = {}
    ends: dict[Value, None] = {}

    def follow(value: Value) -> None:
        made = value.step
        if made is None or not value.depends or function_of(made, inlined) != name:
            ends[value] = None
        elif made not in steps:
            for one in made.inputs:
                follow(one)
            steps[made] = None

    follow(step.outputs[0])
    sources = [value for value in ends if value.depends]
    how = step.allow[name]
    apart = how == AS_IT_IS or all(one.name in _CELLWISE for one in steps)
    return _stated(name, how, tuple(steps), sources[0]) if apart and len(sources) == 1 else None


def _stated(name: str, how: Rule | str, steps: tuple[Step, ...], source: Value) -> Stated:
    made = {value for step in steps for value in step.outputs}
    read = dict.fromkeys(value for step in steps for value in step.inputs)
    others = (value for value in read if value not in made and value is not source)
    return Stated(
        name, how, steps, source, tuple(value for value in others if not _is_number(value))
    )


def _is_number(value: Value) -> bool:
    return isinstance(value.constant, (bool, int, float, complex, np.generic))


def _curve(step: Step) -> tuple[Value, tuple[Step, ...]] | None:
    """Return the source and the steps of a curve below 0 that goes on as a straight line above."""
    for x, below in _halves(step):
        source = origin(x)
        if source.depends and origin(below) is not source and below.depends:
            steps = _between(step.outputs[0], source)
            if steps is not None:
                return source, steps
    return None


def _halves(step: Step) -> Iterator[tuple[Value, Value]]:
    """Give what may be an activation's input, and what it makes of it below 0."""
    if step.name == "select_n" and len(step.inputs) == 3:
        condition, if_false, if_true = step.inputs
        for kept, below, when in ((if_true, if_false, True), (if_false, if_true, False)):
            if when in compares(condition, kept):
                yield kept, below
    elif step.name == "max":
        for x, other in (step.inputs, step.inputs[::-1]):
            scaled = origin(other).step
            if scaled is not None and scaled.name == "mul":
                for one, slope in (scaled.inputs, scaled.inputs[::-1]):
                    number = only_value(slope)
                    if number is not None and origin(one) is origin(x) and 0 <= number.real <= 1:
                        yield x, other


def _names(step: Step) -> tuple[str, ...]:
    """Return what a curve is called, by what it is made of."""
    found = _curve(step)
    if found is None:
        return ()
    if any(one.name in ("exp", "exp2", "expm1") for one in found[1]):
        return ("elu",)
    bends = {"select_n", "max", "gt", "ge", "lt", "le", "not"}
    scales = {"mul", "div", *COPIES}
    if all(
        one.name in bends or (one.name in scales and complaint(one) is None) for one in found[1]
    ):
        return ("leaky_relu", "prelu")
    return ()


def _between(made: Value, source: Value) -> tuple[Step, ...] | None:
    """Return the steps from one value to another, if they keep cells apart and read no third."""
    steps: dict[Step, None] = {}

    def reaches(value: Value) -> bool:
        if value is source or not value.depends:
            return True
        step = value.step
        if step is None or value.shape != source.shape or step.name not in _CELLWISE:
            return False
        if step not in steps:
            if not all(map(reaches, step.inputs)):
                return False
            steps[step] = None
        return True

    return tuple(steps) if reaches(made) else None


_CELLWISE = ELEMENTWISE | COPIES
