"""Backward rules: what a ReLU does with what comes back.

Forward values never change. Three rules are built in, with x what went into the ReLU and g what
comes back:

========== ===================== ==========================================
rule       what is passed down   source
========== ===================== ==========================================
gradient   g where x > 0         Simonyan et al. 2013, arXiv:1312.6034
deconvnet  max(g, 0)             Zeiler and Fergus 2013, arXiv:1311.2901
guided     max(g, 0) where x > 0 Springenberg et al. 2014, arXiv:1412.6806
========== ===================== ==========================================

At exactly 0 the table decides: x > 0 does not hold there, as in the gradient of `jax.nn.relu`.
A ReLU that is capped, such as ReLU6, is closed from its cap on: 0 < x < 6 stands for x > 0 then.
"deconvnet" does not look at x, and passes max(g, 0) there too.
Max-pooling has one way back under every rule, by its switches: see `pooling`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from auralise_jax.choices import one_of

RuleName = Literal["deconvnet", "gradient", "guided"]

RULES: tuple[RuleName, ...] = get_args(RuleName)
"""Names of the built-in rules: what may be given wherever a rule is asked for."""


@dataclass(frozen=True)
class Rule:
    """A backward rule for ReLUs.

    Two rules are equal if their names and functions are.

    Parameters
    ----------
    name : str
        What messages and panels call it.
    backward : function of (positive, g)
        What is passed down: elementwise, with `positive` where the ReLU's input was above zero
        (and below 6, in ReLU6) and `g` what comes back. Must map g = 0 to 0, since a pooling below
        a ReLU leaves zeros.
    source : str
        Where it was published.
    needs_input : bool
        `backward` gets the ReLU's input itself instead of `positive`, and may map 0 to something
        else.

    Raises
    ------
    ValueError
        If there is no name, or, when the rule is first used, if `backward` is not elementwise or
        does not map 0 to 0.

    References
    ----------
    Zeiler and Fergus 2013, arXiv:1311.2901; Springenberg et al. 2014, arXiv:1412.6806.

    Examples
    --------
    A rule that passes on what would lower the feature, where the ReLU was open:

    >>> import jax, jax.numpy as jnp
    >>> lowering = Rule("lowering", lambda positive, g: jnp.where(positive, jnp.minimum(g, 0), 0))
    >>> x, g = jnp.array([-1.0, 1.0, 1.0]), jnp.array([-3.0, -3.0, 3.0])
    >>> print(jax.vjp(lambda x: relu(x, lowering), x)[1](g)[0])
    [ 0. -3.  0.]
    """

    name: str
    backward: Callable[[Array, Array], Array]
    source: str = field(default="", compare=False)
    needs_input: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"a rule needs a name, such as 'my rule', not {self.name!r}")
        if not callable(self.backward):
            raise ValueError(
                f"the backward of rule {self.name!r} must be a function of (positive, g), "
                f"not {self.backward!r}"
            )


def _gradient(positive: Array, g: Array) -> Array:
    return jnp.where(positive, g, 0)


def _deconvnet(_positive: Array, g: Array) -> Array:
    return jnp.maximum(g, 0)


def _guided(positive: Array, g: Array) -> Array:
    return jnp.where(positive, jnp.maximum(g, 0), 0)


BUILT_IN: dict[RuleName, Rule] = {
    "deconvnet": Rule("deconvnet", _deconvnet, "Zeiler and Fergus 2013, arXiv:1311.2901"),
    "gradient": Rule("gradient", _gradient, "Simonyan et al. 2013, arXiv:1312.6034"),
    "guided": Rule("guided", _guided, "Springenberg et al. 2014, arXiv:1412.6806"),
}
"""The rules by their names, in the order of `RULES`."""


def check_rule(rule: str) -> RuleName:
    """Return `rule`, or raise ValueError with the legal ones."""
    return one_of("rule", rule, RULES)


def as_rule(rule: Rule | str) -> Rule:
    """Return a rule given by name or as an object, tested; raise ValueError if it will not do."""
    if not isinstance(rule, Rule):
        return BUILT_IN[check_rule(rule)]
    if rule not in BUILT_IN.values():  # those are tested by the package's own tests
        _test(rule)
    return rule


@functools.lru_cache(maxsize=256)
def _test(rule: Rule) -> None:
    """Raise ValueError if a rule is not elementwise or makes something of nothing."""
    x = np.array([-2.0, -1.0, 0.0, 1.0, 3.0, 1.0], np.float32)
    g = np.array([1.0, -2.0, 3.0, -4.0, 5.0, 0.5], np.float32)
    given = x if rule.needs_input else x > 0

    def passed(given: np.ndarray, g: np.ndarray) -> np.ndarray:
        found = rule.backward(jnp.asarray(given), jnp.asarray(g))
        if jnp.shape(found) != g.shape or jnp.result_type(found) != g.dtype:
            raise ValueError(
                f"rule {rule.name!r} must keep shape and dtype: from {g.dtype}{list(g.shape)} it "
                f"made {jnp.result_type(found)}{list(jnp.shape(found))}"
            )
        return np.asarray(jax.device_get(found))

    with jax.ensure_compile_time_eval(), jax.transfer_guard("allow"):
        whole = passed(given, g)
        single = [passed(given[n : n + 1], g[n : n + 1])[0] for n in range(len(g))]
        if not np.allclose(whole, single, rtol=1e-5, equal_nan=True):
            raise ValueError(
                f"rule {rule.name!r} is not elementwise: each value must be passed down by itself"
            )
        if not rule.needs_input and np.any(passed(given, np.zeros_like(g)) != 0):
            raise ValueError(
                f"rule {rule.name!r} makes something of 0; a rule must map g = 0 to 0, or be "
                "made with needs_input=True"
            )


def relu_backward(
    rule: Rule | str, positive: Bool[Array, "*shape"], g: Float[Array, "*shape"]
) -> Float[Array, "*shape"]:
    """Pass `g` back through a ReLU whose input was above zero where `positive`."""
    return as_rule(rule).backward(positive, g)


def chosen_backward(
    number: Int[Array, ""] | int, positive: Bool[Array, "*shape"], g: Float[Array, "*shape"]
) -> Float[Array, "*shape"]:
    """Do as `relu_backward` does, by a built-in rule's place in `RULES`, which may be traced."""
    passed = [BUILT_IN[name].backward(positive, g) for name in RULES]
    return jax.lax.select_n(jnp.asarray(number, jnp.int32), *passed)


def is_open(x: Float[Array, "*shape"], cap: float | None = None) -> Bool[Array, "*shape"]:
    """Return where a ReLU is open: above 0, and below its cap if it has one (6 in ReLU6)."""
    return x > 0 if cap is None else (x > 0) & (x < jnp.asarray(cap, x.dtype))


def rectified(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return the values of a ReLU."""
    return jnp.maximum(x, 0)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def relu(
    x: Float[Array, "*shape"],
    rule: Rule | str = "gradient",  # noqa: ARG001 (the forward value does not depend on it)
    values: Callable[[Array], Array] = rectified,
    cap: float | None = None,  # noqa: ARG001 (nor on this)
) -> Float[Array, "*shape"]:
    """Rectify `x`; backwards, follow `rule`.

    Parameters
    ----------
    x : array
        Of any shape.
    rule : str or Rule
        What differentiating follows.
    values : function
        How the values are computed: the spellings of a ReLU differ at infinities and NaN.
    cap : float, optional
        What `values` do not exceed: 6 for ReLU6. From there on the ReLU counts as closed, so that 0
        is passed where x >= 6, except by "deconvnet", which does not look at x.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> x, g = jnp.array([-1.0, -1.0, 1.0, 1.0]), jnp.array([-3.0, 3.0, -3.0, 3.0])
    >>> for rule in RULES:
    ...     print(rule, jax.vjp(lambda x: relu(x, rule), x)[1](g)[0])
    deconvnet [0. 3. 0. 3.]
    gradient [ 0.  0. -3.  3.]
    guided [0. 0. 0. 3.]
    """
    return values(x)


def _relu_forward(
    x: Float[Array, "*shape"],
    rule: Rule | str,
    values: Callable[[Array], Array],
    cap: float | None,
) -> tuple[Float[Array, "*shape"], Array]:
    return values(x), x if as_rule(rule).needs_input else is_open(x, cap)


def _relu_vjp(
    rule: Rule | str,
    _values: Callable[[Array], Array],
    cap: float | None,
    kept: Array,
    g: Float[Array, "*shape"],
) -> tuple[Float[Array, "*shape"]]:
    passed = as_rule(rule).backward(kept, g)
    if cap is not None and as_rule(rule).needs_input:
        passed = jnp.where(kept < jnp.asarray(cap, kept.dtype), passed, 0)
    return (passed,)


relu.defvjp(_relu_forward, _relu_vjp)
