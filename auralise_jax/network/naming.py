"""What is refused, by the name that the user knows it by: an activation, a function, a module."""

from __future__ import annotations

import re

from auralise_jax.network.activations import HAVE_RULES, WHOLE, activation
from auralise_jax.network.linear import OTHERWISE
from auralise_jax.network.program import Step, frames, function_of
from auralise_jax.network.refusal import WAYS_OUT, UnsupportedOperation, is_library

NORMS = {"BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm"}
"""Modules that may normalise by statistics of what they are given."""

MODULE = re.compile(r"(?:^|\.)([A-Z]\w*)\.__call__$")


def refusal(step: Step, why: str) -> UnsupportedOperation:
    """Return the error that says why a step is refused, and what to do.

    Parameters
    ----------
    step : Step
        What is refused.
    why : str
        What it does that cannot be passed; follows its name.
    """
    known, module, function = activation(step), _module(step), step.within.lstrip("_")
    ways_out = WAYS_OUT
    if module == "PReLU":
        known, module = "prelu", ""
    if name := known or function_of(step, WHOLE):
        said, why = name, OTHERWISE
    else:
        name = function or step.name
        said = f"{step.name} (in {function})" if function else step.name
    own = known
    if step.name == "custom_vjp_call":
        name = str(step.params["call_jaxpr"].jaxpr.debug_info.func_name)
        said, own = f"{step.name} ({name})", "" if name in HAVE_RULES else name
    if module in NORMS:
        name, said = module, f"{module} normalises by the input's own statistics: {said}"
    elif module and module not in said:
        name, said = module, f"{module}: {said}"
    if own:
        ways_out += (
            ". Or state what comes back through it: "
            f'aj.with_rule(fn, rule, allow={{"{own}": "relu"}}), or the same in aj.wrap, passes '
            'what a ReLU would, and "gradient" its own derivative'
        )
    return UnsupportedOperation(name, f"{said} {why}", step.place, ways_out)


def _module(step: Step) -> str:
    """Return the library's module, innermost, that a step is a part of."""
    for source in reversed(step.sources):
        for frame in frames(source):
            if not is_library(frame.file_name):
                return ""
            found = MODULE.search(frame.function_name)
            if found and found[1] != "WithRule":
                return found[1]
    return ""
