"""Networks in a page that computes: which can, and what the page holds of them."""

from __future__ import annotations

import gzip
import weakref
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from auralise_jax.frontend.stored import KINDS
from auralise_jax.network import Model
from auralise_jax.network.cost import with_frontend
from auralise_jax.network.files import model_file, why_not_saved
from auralise_jax.network.graph_file import graph_of
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.text import listed
from auralise_jax.widgets.effects import why_no_effects
from auralise_jax.widgets.facts import kernels_of
from auralise_jax.widgets.recipe import control_recipe

PAGE_OPERATIONS: tuple[str, ...] = (
    "abs",
    "add",
    "broadcast",
    "cast",
    "concat",
    "conv",
    "div",
    "dot",
    "elu",
    "erf",
    "exp",
    "expand",
    "expm1",
    "leaky_relu",
    "log",
    "log1p",
    "max",
    "max_pool",
    "maximum",
    "minimum",
    "mul",
    "neg",
    "pad",
    "power",
    "relu",
    "reshape",
    "reverse",
    "rsqrt",
    "sigmoid",
    "slice",
    "sqrt",
    "square",
    "squeeze",
    "stop_gradient",
    "sub",
    "sum",
    "sum_pool",
    "take",
    "tanh",
    "tap",
    "transpose",
    "where",
)
"""Those of a model file that a page can run, as `js/engine/network` has them."""

PAGE_FRONTENDS: tuple[str, ...] = ("stft", "log-mel", "log-frequency", "raw")
"""Front ends that a page has, by the kinds that a model file names."""

_MOST_AXES = 2
"""Of a convolution."""

_MOST_BYTES = 400e6
"""Of memory for a window: a browser's tab has little, and a panel holds several windows."""

_MOST_FLOP = 500e9
"""For a window: some 25 times what a page does in a second on two cores."""

_FLOAT = "float32"
"""In which a page computes."""

_WEIGHTS: weakref.WeakKeyDictionary[Model, bytes] = weakref.WeakKeyDictionary()
_RECIPES: weakref.WeakKeyDictionary[Model, dict[str, Any]] = weakref.WeakKeyDictionary()


def why_no_page(model: Model) -> str:
    """Return why a model cannot compute in a page; empty if it can.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> why_no_page(aj.load_model("genre"))
    ''
    """
    kind = next((name for name, one in KINDS.items() if type(model.frontend) is one), None)
    if kind not in PAGE_FRONTENDS:
        what = kind or type(model.frontend).__name__
        return f"its front end is of the kind {what}, and a page has {', '.join(PAGE_FRONTENDS)}"
    if why := _why_no_list(model.network):
        return why
    if (why_not := why_not_saved(model)) is not None:
        return f"it cannot be saved: {why_not}"
    if not all(map(_is_finite, jax.tree.leaves(model.network))):
        return "its weights are not finite numbers"
    return _why_too_large(model)


def _why_too_large(model: Model) -> str:
    """Return what of a network is too much for a page; empty if nothing is."""
    cost = with_frontend(model.network.cost(), model.frontend)
    what = ""
    if cost.window > _MOST_BYTES:
        what = f"{cost.window / 1e6:.0f} MB of memory, and a page has {_MOST_BYTES / 1e6:.0f}"
    elif cost.flop > _MOST_FLOP:
        what = f"{cost.flop / 1e9:.0f} GFLOP, and a page does {_MOST_FLOP / 1e9:.0f} at the most"
    return what and f"a window of it takes {what}"


def _why_no_list(network: object) -> str:
    """Return what of a traced network is no operation of a page; empty if nothing is."""
    if not isinstance(network, TracedNetwork):
        return ""
    try:
        nodes = graph_of(network, tensors=False).nodes[1:]
    except UnsupportedOperation as error:
        _, why, place, _ = error.args
        return f"{f'{place}: ' if place else ''}{why}"
    if missing := sorted({node.op for node in nodes} - set(PAGE_OPERATIONS)):
        several = "operations" if len(missing) > 1 else "operation"
        return f"its network has the {several} {listed(missing)}, which a page does not have"
    if any(node.op == "conv" and len(node.attributes["strides"]) > _MOST_AXES for node in nodes):
        return f"its network convolves over more than {_MOST_AXES} axes, which a page does not do"
    kinds = {node.attributes.get("dtype", _FLOAT) for node in nodes} - {_FLOAT}
    if kinds:
        return f"its network computes in {listed(sorted(kinds))}, and a page in {_FLOAT} alone"
    return ""


def check_page_model(model: Model) -> None:
    """Raise ValueError if a model cannot compute in a page; the message says what to do."""
    if why := why_no_page(model):
        raise ValueError(
            f"model {model.name!r} cannot compute in a page: {why}. Without live=True (on the "
            "command line without --live) a page holds features that are computed beforehand"
        )


def as_trained(model: Model) -> Model:
    """Return a model without gains of its features."""
    return model.under() if model.gains else model


def weights_of(model: Model) -> bytes:
    """Return a model's file, packed by gzip."""
    if model not in _WEIGHTS:
        _WEIGHTS[model] = gzip.compress(model_file(model), 9, mtime=0)
    return _WEIGHTS[model]


def recipe_of(model: Model) -> dict[str, Any]:
    """Return `control_recipe` of a model, computed once."""
    if model not in _RECIPES:
        _RECIPES[model] = control_recipe(model)
    return _RECIPES[model]


def model_facts(
    model: Model,
    facts: Mapping[str, Any],
    *,
    weights: str,
    random: str,
    code: Mapping[str, str],
    control: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the page's worker reads of a model.

    Parameters
    ----------
    model : Model
        As it was trained.
    facts : mapping
        Of a panel on it or on its control, as `facts.facts` returns them.
    weights : str
        Id of the element that holds its file.
    random : str
        Name of the same network with random weights, in the panel's list.
    code : mapping of str to str
        How code names both, and why it cannot.
    control : mapping
        How the page draws the random weights, or why it cannot.
    """
    return {
        "name": model.name,
        "random": random,
        "weights": weights,
        "task": model.task,
        "classes": list(model.classes),
        "untrained": model.untrained,
        "none_below": model.none_below,
        "seconds": model.seconds,
        "samples": model.frontend.samples,
        "sample_rate": model.frontend.sample_rate,
        # The panel may show random weights.
        "layers": [one | {"kernels": kernels_of(model, one["name"])} for one in facts["layers"]],
        **{name: facts[name] for name in ("axes", "scale", "bins", "frames")},
        "code": code,
        "control": control,
        "no_effects": why_no_effects(model),
    }


def _is_finite(leaf: Any) -> bool:
    values = np.asarray(jax.device_get(leaf))
    return not jax.numpy.issubdtype(values.dtype, np.floating) or bool(
        np.isfinite(values.astype(np.float32)).all()
    )
