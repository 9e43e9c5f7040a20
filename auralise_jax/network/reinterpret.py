"""`with_rule`: any JAX function, with a backward rule at its ReLUs and switches at its max-pools.

This is what "deconvnet" means here, for every network. The function is traced to its steps (see
`tracing` and `program`) and run again with each ReLU and each max-pool replaced by a form that has
the rule's way back (`patterns`, `rules`, `pooling`). All other steps on the way must be linear in
what depends on the input (`linear`): they have one way back, which JAX knows. For anything else no
rule says what comes back, and it is refused by name.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, PyTree

from auralise_jax.network.activations import AS_IT_IS, Stated, check_allow
from auralise_jax.network.evaluation import At, Way, plan, run
from auralise_jax.network.patterns import Pool, Rectify
from auralise_jax.network.pooling import pool_windows
from auralise_jax.network.program import Value
from auralise_jax.network.refusal import UnsupportedOperation
from auralise_jax.network.replay import instead
from auralise_jax.network.rules import Rule, as_rule, is_open, relu
from auralise_jax.network.tracing import trace


def with_rule(
    fn: Callable[..., PyTree],
    rule: Rule | str,
    *,
    argnums: int | Sequence[int] = 0,
    allow: Mapping[str, Rule | str] | None = None,
) -> WithRule:
    """Return a function with the same values, whose VJP follows a backward rule.

    What comes back through a ReLU is the rule's; through a max-pool it goes where each window had
    its (first) maximum; through linear steps it goes as in the gradient. Values are computed at
    full float32 precision on every device. Loops (`jax.lax.scan`, `jax.lax.map` and
    `jax.lax.fori_loop` with fixed bounds) are followed, and so are branches if the choice does not
    depend on the input. Through a ReLU6 comes what does through a ReLU, then 0 where x >= 6, except
    by "deconvnet", which does not look at x and passes max(g, 0) everywhere. The result works under
    `jax.jit`, `jax.vmap` and `jax.vjp`.

    Define it once and keep it: it traces `fn` whenever it is called, so put `jax.jit` around what
    is called often. (As ever, that fixes the arrays which `fn` captures; weights that change are an
    argument beside the input, see `argnums`.) While a result is kept, asking again for the same
    function and rule gives the same object, so that JAX finds what it has compiled.

    Parameters
    ----------
    fn : function
        From arrays to arrays: a plain function, an `nnx` module in evaluation mode, or a closure
        around ``module.apply`` of a `linen` one. ReLUs and max-pools may be spelled in any of the
        ways listed in ``docs/rules.md``.
    rule : str or Rule
        "deconvnet", "gradient", "guided", or a rule of your own.
    argnums : int or sequence of int
        Which positional arguments something comes back to. To all others nothing does: asking for
        it is an error.
    allow : mapping, optional
        What comes back through activations that no rule was made for, by name: ``{"elu": "relu"}``.
        A name is that of one of JAX's activations (``"elu"``, ``"leaky_relu"``), ``"prelu"``, or of
        a jitted function or `jax.custom_vjp` of your own that treats each value by itself. What is
        stated is ``"relu"`` (as through a ReLU: by the rule, with x > 0), ``"gradient"`` (its own
        derivative, whatever the rule), ``"deconvnet"``, ``"guided"`` or an `aj.Rule` (that rule
        there, whatever the other one).

    Returns
    -------
    function
        Of the same arguments.

    Raises
    ------
    UnsupportedOperation
        When called: if a step is neither linear in what depends on the input nor a ReLU or
        max-pool. The message names it, with file and line, and the ways out.
    ValueError
        If the rule is unknown or will not do, or what `allow` states; when called, if `fn` holds
        NaN, or returned another shape when called before with arguments of the same shapes.
    TypeError
        If `fn` is not a function; when called, if it returns something else than arrays.

    References
    ----------
    Zeiler and Fergus 2013, arXiv:1311.2901 (deconvnet); Springenberg et al. 2014, arXiv:1412.6806
    (guided); Simonyan et al. 2013, arXiv:1312.6034 (gradient).

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> weights = jnp.array([[1.0, -1.0], [2.0, 1.0]])
    >>> def network(x):
    ...     return jnp.maximum(x @ weights, 0)
    >>> x, g = jnp.array([1.0, 0.0]), jnp.array([1.0, 1.0])
    >>> for rule in ("gradient", "deconvnet"):
    ...     values, back = jax.vjp(with_rule(network, rule), x)
    ...     print(values, back(g)[0])
    [1. 0.] [1. 2.]
    [1. 0.] [0. 3.]
    >>> leaky = with_rule(lambda x: jax.nn.leaky_relu(x), "deconvnet", allow={"leaky_relu": "relu"})
    >>> print(jax.vjp(leaky, jnp.array([-1.0, 1.0]))[1](jnp.array([2.0, -2.0]))[0])
    [2. 0.]
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not callable(fn):
        raise TypeError(f"with_rule needs a function, not {type(fn).__name__}")
    stated = check_allow(allow)
    made = WithRule(fn, as_rule(rule), numbers, stated)
    try:
        return _made.setdefault((fn, made.rule, numbers, frozenset(stated.items())), made)
    except (TypeError, ValueError):  # a function that has no hash is not remembered
        return made


class WithRule:
    """A function under a backward rule; made by `with_rule`."""

    def __init__(
        self,
        fn: Callable[..., PyTree],
        rule: Rule,
        argnums: tuple[int, ...],
        allow: Mapping[str, Rule | str],
    ) -> None:
        self.fn = fn
        self.rule = rule
        self.argnums = argnums
        self.allow = allow
        self.__name__ = str(getattr(fn, "__name__", type(fn).__name__))
        self._seen: dict[Any, Any] = {}
        functools.update_wrapper(self, fn, updated=())

    def __repr__(self) -> str:
        return f"with_rule({self.__name__}, {self.rule.name!r})"

    def __call__(self, *args: Any, **kwargs: Any) -> PyTree:
        """Return what the function returns."""
        traced = trace(self.fn, args, kwargs, self.argnums, self.allow)
        program = traced.program
        self._check_shapes(program.inputs, program.outputs)
        given = {
            value: array if value.depends else fixed(array)
            for value, array in zip(program.inputs, traced.arrays, strict=True)
        }
        for value in program.constants():
            if isinstance(value.constant, jax.core.Tracer):
                given[value] = fixed(value.constant)
        planned = plan(program.steps, program.outputs)
        found = run(planned, given, program.outputs, _ByRule(self.rule))
        return jax.tree.unflatten(traced.tree, map(jnp.asarray, found))

    def _check_shapes(self, inputs: Sequence[Value], outputs: Sequence[Value]) -> None:
        went_in, came_out = (
            tuple((one.shape, str(one.dtype)) for one in values) for values in (inputs, outputs)
        )
        before = self._seen.setdefault(went_in, came_out)
        if before != came_out:
            raise ValueError(
                f"{self.__name__} returned arrays of shapes {[one for one, _ in before]} before "
                f"and {[one for one, _ in came_out]} now, for arguments of the same shapes; a "
                "function to project must not change between calls"
            )


_made: weakref.WeakValueDictionary[Any, WithRule] = weakref.WeakValueDictionary()


class _ByRule(Way):
    """ReLUs by a rule, pools by their switches."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def relu(self, x: Array, part: Rectify, _at: At) -> Array:
        return relu(x, self.rule, part.values, part.cap)

    def pool(self, x: Array, part: Pool, _at: At) -> Array:
        return pool_windows(x, part.window).reshape(part.shape)

    def activate(self, x: Array, others: Sequence[Array], part: Stated, _at: At) -> Array:
        if part.how == AS_IT_IS:
            return part.values(x, others)
        rule = part.how if isinstance(part.how, Rule) else self.rule
        input_ = jax.lax.stop_gradient(x)
        kept = input_ if rule.needs_input else is_open(input_)
        return instead(
            lambda g, kept: rule.backward(kept, g), x, part.values(input_, others), (kept,)
        )


def fixed(x: Array) -> Array:
    """Return `x` such that asking what comes back to it is an error, not a silent gradient."""
    return _fixed(x) if jnp.issubdtype(x.dtype, jnp.inexact) else x


@jax.custom_vjp
def _fixed(x: Array) -> Array:
    return x


def _fixed_backward(_kept: None, _g: Array) -> tuple[Array]:
    raise UnsupportedOperation(
        "vjp",
        "the backward rule is followed to the input only, but a gradient by another argument, or "
        "by an array that the function captures, was asked for",
        None,
        "Name the argument in argnums, or differentiate the function without with_rule",
    )


_fixed.defvjp(lambda x: (x, None), _fixed_backward)
