"""Running a step's operation, every product in it at full float32 precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr
from jaxtyping import Array

from auralise_jax.network.program import Step

HIGHEST = lax.Precision.HIGHEST


def bind(step: Step, params: Mapping[str, Any], operands: Sequence[Any]) -> Sequence[Array]:
    """Run a step's operation at full float32 precision."""
    params = step.primitive.get_bind_params(at_full_precision(step.name, params))
    made = step.primitive.bind(*operands, **params)
    return made if step.primitive.multiple_results else (made,)


def at_full_precision(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's parameters with every product in it at full float32 precision."""
    found = {key: _inner(value) for key, value in params.items()}
    if name in ("dot_general", "conv_general_dilated"):
        found["precision"] = (HIGHEST, HIGHEST)
    return found


def _inner(value: Any) -> Any:
    jaxpr: Any = value  # JAX's replace has no types
    if isinstance(value, Jaxpr):
        return jaxpr.replace(
            eqns=[
                eqn.replace(params=at_full_precision(eqn.primitive.name, eqn.params))
                for eqn in value.eqns
            ]
        )
    if isinstance(value, ClosedJaxpr):  # until JAX 0.10; since then it is a Jaxpr
        return ClosedJaxpr(_inner(value.jaxpr), value.consts)
    if isinstance(value, (tuple, list)) and any(isinstance(one, ClosedJaxpr) for one in value):
        found = map(_inner, value)
        return type(value)(*found) if hasattr(value, "_fields") else type(value)(found)
    return value
