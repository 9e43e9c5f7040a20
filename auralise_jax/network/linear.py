"""Operations that are linear in what depends on the input: their one way back is the transpose."""

from __future__ import annotations

import jax.numpy as jnp

from auralise_jax.network.program import Step, every_step

IN_ALL = {
    "add",
    "add_any",
    "broadcast_in_dim",
    "complex",
    "concatenate",
    "conj",
    "convert_element_type",
    "copy",
    "copy_p",
    "cumsum",
    "device_put",
    "expand_dims",
    "fft",
    "imag",
    "name",
    "neg",
    "optimization_barrier",
    "pad",
    "real",
    "reduce_sum",
    "reduce_window_sum",
    "reshape",
    "rev",
    "sharding_constraint",
    "slice",
    "split",
    "squeeze",
    "stack",
    "sub",
    "tap",
    "tile",
    "transpose",
    "unstack",
}
"""Linear, or affine, in all operands together."""

IN_EACH = {"conv_general_dilated", "dot_general", "mul"}
"""Linear in either operand, the other being fixed."""

IN_SOME = {
    "div": (0,),
    "dynamic_slice": (0,),
    "dynamic_update_slice": (0, 1),
    "gather": (0,),
    "scatter": (0, 2),
    "scatter-add": (0, 2),
    "scatter-mul": (0,),
    "triangular_solve": (1,),
}
"""Linear in these operands, the others being fixed."""

PRODUCT = (
    "multiplies two values that both depend on the input, as attention, gates and normalisation by "
    "the input's own statistics do (BatchNorm in training mode: call .eval() on the module, or "
    "pass use_running_average=True)"
)
WHYS = {
    "div": (
        "divides by a value that depends on the input (where the network standardises its picture, "
        'leave that to the front end, as in LogMel(..., normalise="picture"))'
    ),
    "dynamic_slice": "slices at a place that depends on the input",
    "dynamic_update_slice": "writes at a place that depends on the input",
    "gather": "picks cells by indices that depend on the input",
    "scatter": "writes by indices that depend on the input",
    "scatter-add": "adds by indices that depend on the input",
    "scatter-mul": "multiplies by values that depend on the input",
    "select_n": "selects by a condition that depends on the input and is not a ReLU as listed",
    "convert_element_type": "rounds a value that depends on the input to whole numbers or back",
    "max": "takes the larger of two values, neither of which is known to be 0",
    "reduce_window_max": "is a max-pool with dilated windows, which has no switches here",
    "stop_gradient": "hides a part of the function from the rule",
    "custom_vjp_call": "has a derivative rule of its own, which would replace the rule asked for",
    "while": (
        "is a loop of which the number of turns is not known beforehand; use jax.lax.scan, or "
        "jax.lax.fori_loop with fixed bounds"
    ),
    "cond": "chooses a branch by a value that depends on the input",
    "clamp": "keeps values between bounds of which the lower is not 0",
    "abs": "takes absolute values",
}
OTHERWISE = (
    "is neither linear nor a ReLU or max-pool as listed, so that no rule says what comes back"
)
PRINTING = {"debug_callback", "debug_print", "io_callback"}
"""Side effects that nothing comes back from into the function."""


def complaint(step: Step) -> str | None:
    """Return why a step is not linear in what depends on the input; None if it is."""
    name = step.name
    traced = [value.depends for value in step.inputs]
    if name in IN_ALL and _between_numbers(step):
        return None
    if name == "scatter" and step.params.get("update_jaxpr") is not None:
        return "applies a function to some cells"
    if name in IN_EACH:
        return None if sum(traced) == 1 else PRODUCT
    # What a loop or a branch does is looked at step by step.
    if name == "scan" or (name in ("cond", "select_n") and not traced[0]):
        return None
    if name in IN_SOME and not any(
        bit for number, bit in enumerate(traced) if number not in IN_SOME[name]
    ):
        return None
    return WHYS.get(name, OTHERWISE)


def hidden(step: Step) -> str | None:
    """Return why a step may carry the input past the reader; None if it does not.

    What is written to a reference comes out of it elsewhere, so dependence cannot be followed.
    """
    if step.bodies:
        inside = (hidden(one) for body in step.bodies for one in every_step(body.steps))
        return next((why for why in inside if why), None)
    if step.effects and step.name not in PRINTING and any(one.depends for one in step.inputs):
        return "has a side effect with values that depend on the input"
    return None


def _between_numbers(step: Step) -> bool:
    """Tell whether a step makes real or complex numbers of real or complex numbers."""
    return all(
        jnp.issubdtype(value.dtype, jnp.inexact)
        for value in (*step.inputs, *step.outputs)
        if value.depends
    )
