"""Networks as JAX libraries write them, as functions of named weights and a picture."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from auralise_jax.device import on_device
from auralise_jax.network.refusal import UnsupportedOperation

COLLECTIONS = ("params", "batch_stats", "state")
"""Of Flax and Haiku: layers are not named by them."""

UNNAMED = "network"
"""What a lambda is called."""


@dataclass(frozen=True)
class Function:
    """A network as a function."""

    call: Callable[..., PyTree]
    """Of a picture; of weights by name and a picture, if there are weights."""
    weights: Mapping[str, Array] | None
    """By the paths that they have in the module, float32; None: the function has captured them."""
    name: str
    by_hand: str
    """How the user would write it: what calls a picture, which is put in the place of {}."""
    beside: str = ""
    """The weights that are passed beside that."""

    def written(self, picture: str, batch: bool) -> str:
        """Return how to wrap the network with something else in the place of a picture."""
        called = self.by_hand.format(picture) + "[0]" * batch
        return f"aj.wrap({called}, {self.beside}frontend=...)"


def as_function(fn: Any, params: PyTree = None, call: str | None = None) -> Function:
    """Return a network as a function, its weights apart.

    Parameters
    ----------
    fn : function or module
        As for `aj.wrap`.
    params : pytree, optional
        Its weights, where it does not hold them.
    call : str, optional
        The method to be called.

    Raises
    ------
    TypeError
        If `fn` cannot be called.
    ValueError
        If weights are missing, or given twice; if there is no such method.
    """
    owner = getattr(fn, "__self__", None)
    if call is None and (_holds_weights(owner) or isinstance(owner, _flax("linen", "Module"))):
        fn, call = owner, str(fn.__name__)  # a method of a module
    name = _name(fn)
    if _holds_weights(fn):
        if params is not None:
            raise ValueError(f"{name} holds its own weights; leave params out")
        method = call or "__call__"
        _check_method(fn, method)
        shown = "net" if call is None else f"net.{call}"
        return _with_params(
            lambda module, picture: getattr(module, method)(picture),
            fn, name, f"lambda net, picture: {shown}({{}})", "params=net, ",
        )  # fmt: skip
    if isinstance(fn, _flax("linen", "Module")):
        if params is None and fn.scope is not None:  # bound to its variables
            fn, params = fn.unbind()
        if params is None:
            raise ValueError(
                f"{name} is a linen module and holds no weights; pass its variables as "
                "params=variables"
            )
        if call is not None:
            _check_method(fn, call)
        variables = params if "params" in params else {"params": params}
        method_said = f", method={call!r}" if call else ""
        return _with_params(
            lambda given, picture: fn.apply(given, picture, method=call),
            variables, name,
            f"lambda variables, picture: net.apply(variables, {{}}{method_said})",
            "params=variables, ",
        )  # fmt: skip
    if call is not None:
        raise ValueError(f"call names a method of a module; {name} is none")
    if isinstance(fn, tuple) and len(fn) == 2 and all(map(callable, fn)):
        if params is None:
            raise ValueError(f"{name} holds no weights; pass those that init returned as params")
        apply, given = _of_pair(fn[1], params)
        return _with_params(
            apply, given, name, "lambda params, picture: net.apply(params, {})", "params=params, "
        )
    _check_callable(fn, name)
    if params is not None:
        name = _name(params) if name == UNNAMED and _holds_weights(params) else name
        return _with_params(
            fn, params, name, "lambda params, picture: fn(params, {})", "params=params, "
        )
    return Function(fn, None, name, "lambda picture: fn({})")


def _with_params(
    fn: Callable[[Any, Any], PyTree], params: PyTree, name: str, by_hand: str, beside: str
) -> Function:
    """Take the real numbers out of a pytree of parameters."""
    if isinstance(params, _flax("nnx", "Module")):
        fn, params = _split(fn, params)
    leaves, tree = jax.tree_util.tree_flatten_with_path(params)
    names = _names([path for path, _ in leaves])
    weights = {
        one: on_device(np.asarray(jax.device_get(leaf)))
        for one, (_, leaf) in zip(names, leaves, strict=True)
        if _is_weight(leaf)
    }
    if not weights:
        raise ValueError(f"there are no weights in params, a {type(params).__name__}")
    for one, weight in weights.items():
        if not np.isfinite(jax.device_get(weight)).all():
            raise ValueError(f"weight {one!r} holds NaN or infinity; look at how it was loaded")
    rest = [leaf for _, leaf in leaves]

    def call(given: Mapping[str, Array], picture: Array) -> PyTree:
        filled = [given.get(one, leaf) for one, leaf in zip(names, rest, strict=True)]
        return fn(jax.tree.unflatten(tree, filled), picture)

    call.__name__ = name  # what is said of it when it cannot be traced
    return Function(call, weights, name, by_hand, beside)


def _split(
    fn: Callable[[Any, Any], PyTree], module: Any
) -> tuple[Callable[[Any, Any], PyTree], Any]:
    """Return an nnx module's state, and a function of it."""
    from flax import nnx

    graph, state = nnx.split(module)
    drops = any(
        isinstance(one, nnx.Dropout) and one.rate > 0 and not one.deterministic
        for _, one in nnx.iter_graph(module)
    )

    def call(given: Any, picture: Array) -> PyTree:
        before = dict(jax.tree_util.tree_flatten_with_path(given)[0])
        merged = nnx.merge(graph, given)
        found = fn(merged, picture)
        for path, leaf in jax.tree_util.tree_flatten_with_path(nnx.state(merged))[0]:
            changed = path in before and leaf is not before[path]
            if changed and (drops or _is_weight(leaf)):  # else it may be random numbers for nothing
                raise UnsupportedOperation(
                    "state",
                    f"{_name(module)} changes {_path(path)} while it runs, as BatchNorm and "
                    "dropout do in training mode",
                    None,
                    "Call .eval() on the module first",
                )
        return found

    return call, state


def _names(paths: list[Any]) -> list[str]:
    """Return the names of a pytree's leaves, without the collections of Flax."""
    full = [_path(path) for path in paths]
    short = [
        name.partition(".")[2] if name.partition(".")[0] in COLLECTIONS and "." in name else name
        for name in full
    ]
    return short if len(set(short)) == len(short) else full


def _path(path: Any) -> str:
    keys = [
        str(next(getattr(one, key) for key in ("key", "name", "idx") if hasattr(one, key)))
        for one in path
    ]
    if len(keys) > 1 and keys[-1] == "value":  # of an nnx variable
        keys = keys[:-1]
    return ".".join(keys)


def _of_pair(
    apply: Callable[..., Any], params: PyTree
) -> tuple[Callable[[Any, Any], PyTree], PyTree]:
    """Return the second of a pair of init and apply, as Haiku makes it, without random numbers."""
    taken = list(inspect.signature(apply).parameters)
    stateful, random = "state" in taken[1:2], "rng" in taken[1:3]
    if stateful:
        if not isinstance(params, (tuple, list)) or len(params) != 2:
            raise ValueError("a network with state needs params=(params, state)")
        params = {"params": params[0], "state": params[1]}

    def call(given: Any, picture: Array) -> PyTree:
        weights = (given["params"], given["state"]) if stateful else (given,)
        found = apply(*weights, *([None] if random else []), picture)
        return found[0] if stateful else found

    return call, params


def _holds_weights(fn: Any) -> bool:
    """Tell whether an object is a module of nnx, or one made of arrays as those of Equinox."""
    if isinstance(fn, _flax("nnx", "Module")):
        return True
    leaves = jax.tree.leaves(fn)
    return callable(fn) and any(one is not fn and _is_weight(one) for one in leaves)


def _is_weight(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and bool(jnp.issubdtype(leaf.dtype, jnp.floating))


def _flax(kind: str, name: str) -> Any:
    """Return a class of Flax; nothing is one where the user has not loaded it."""
    found = getattr(sys.modules.get(f"flax.{kind}"), name, None)
    return found or ()


def _check_callable(fn: Any, name: str) -> None:
    if any(kind.__module__.startswith("torch.") for kind in type(fn).__mro__):
        raise TypeError(
            f"{name} is a module of PyTorch; write it with JAX, and give its weights as params"
        )
    if not callable(fn):
        raise TypeError(
            "wrap takes a function of a picture, or a module of nnx, linen, Haiku or Equinox, not "
            f"{type(fn).__name__}"
        )


def _check_method(module: Any, name: str) -> None:
    if not callable(getattr(module, name, None)):
        own = vars(type(module)).items()
        methods = [key for key, value in own if key[:1] != "_" and callable(value)]
        raise ValueError(
            f"{_name(module)} has no method {name!r}; it has {', '.join(methods) or 'none to call'}"
        )


def _name(fn: Any) -> str:
    name = getattr(fn, "__name__", None) or type(fn).__name__
    return UNNAMED if name == "<lambda>" else str(name)
