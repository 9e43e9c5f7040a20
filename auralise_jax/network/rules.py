"""Backward rules: what ReLU and max-pooling do with what comes back.

Forward values never change. Three rules for ReLU, with x what went in and g what comes back:

========== ===================== ==========================================
rule       what is passed down   source
========== ===================== ==========================================
gradient   g where x > 0         Simonyan et al. 2013, arXiv:1312.6034
deconvnet  max(g, 0)             Zeiler and Fergus 2013, arXiv:1311.2901
guided     max(g, 0) where x > 0 Springenberg et al. 2014, arXiv:1412.6806
========== ===================== ==========================================

Max-pooling keeps a *switch* per window, the place of its first maximum in row-major order, and
unpools by it. Switches are taken after ReLU: a window of zeros then switches to its first place,
and rows and columns that no window covers get zero.
"""

from __future__ import annotations

import functools
from typing import Literal, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, UInt8

from auralise_jax.choices import one_of

Rule = Literal["deconvnet", "gradient", "guided"]

RULES: tuple[Rule, ...] = get_args(Rule)


def check_rule(rule: str) -> Rule:
    """Return `rule`, or raise ValueError with the legal ones."""
    return one_of("rule", rule, RULES)


def relu_backward(
    rule: Rule, positive: Bool[Array, "*shape"], g: Float[Array, "*shape"]
) -> Float[Array, "*shape"]:
    """Pass `g` back through a ReLU whose input was above zero where `positive`."""
    check_rule(rule)
    if rule == "gradient":
        return jnp.where(positive, g, 0)
    if rule == "deconvnet":
        return jnp.maximum(g, 0)
    return jnp.where(positive, jnp.maximum(g, 0), 0)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def relu(
    x: Float[Array, "*shape"],
    rule: Rule = "gradient",  # noqa: ARG001 (the forward value does not depend on it)
) -> Float[Array, "*shape"]:
    """Rectify `x`; backwards, follow `rule`.

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
    return jnp.maximum(x, 0)


def _relu_forward(
    x: Float[Array, "*shape"], _rule: Rule
) -> tuple[Float[Array, "*shape"], Bool[Array, "*shape"]]:
    return jnp.maximum(x, 0), x > 0


def _relu_vjp(
    rule: Rule, positive: Bool[Array, "*shape"], g: Float[Array, "*shape"]
) -> tuple[Float[Array, "*shape"]]:
    return (relu_backward(rule, positive, g),)


relu.defvjp(_relu_forward, _relu_vjp)


def pool_with_switches(
    x: Float[Array, "*batch freq time features"], pool: tuple[int, int]
) -> tuple[
    Float[Array, "*batch pooled_freq pooled_time features"],
    UInt8[Array, "*batch pooled_freq pooled_time features"],
]:
    """Max-pool, stride = `pool`; return the maps and the switches."""
    high, wide = x.shape[-3] // pool[0] * pool[0], x.shape[-2] // pool[1] * pool[1]
    best = x[..., 0 : high : pool[0], 0 : wide : pool[1], :]
    switches = jnp.zeros(best.shape, jnp.uint8)
    for place in range(1, pool[0] * pool[1]):
        row, column = divmod(place, pool[1])
        there = x[..., row : high : pool[0], column : wide : pool[1], :]
        # Strictly greater: on a tie the first place keeps the switch.
        switches = jnp.where(there > best, jnp.uint8(place), switches)
        best = jnp.maximum(there, best)
    return best, switches


def unpool(
    g: Float[Array, "*batch pooled_freq pooled_time features"],
    switches: UInt8[Array, "*batch pooled_freq pooled_time features"],
    pool: tuple[int, int],
    shape: tuple[int, int],
) -> Float[Array, "*batch freq time features"]:
    """Put every value of `g` where its window's maximum was, in maps of `shape` (freq, time)."""
    *batch, freq, time, features = g.shape
    places = jnp.arange(pool[0] * pool[1], dtype=jnp.uint8)
    places = places.reshape(*[1] * (len(batch) + 1), pool[0], 1, pool[1], 1)
    chosen = switches[..., :, None, :, None, :] == places
    spread = jnp.where(chosen, g[..., :, None, :, None, :], 0)
    maps = spread.reshape(*batch, freq * pool[0], time * pool[1], features)
    missing = (shape[0] - freq * pool[0], shape[1] - time * pool[1])
    margins = [(0, 0)] * len(batch) + [(0, missing[0]), (0, missing[1]), (0, 0)]
    return jnp.pad(maps, margins)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def max_pool(
    x: Float[Array, "*batch freq time features"], pool: tuple[int, int] = (2, 2)
) -> Float[Array, "*batch pooled_freq pooled_time features"]:
    """Max-pool with stride = `pool`; backwards, unpool by the switches.

    Rows and columns left over at the end are dropped, as ``padding="VALID"`` does.
    """
    return pool_with_switches(x, pool)[0]


def _pool_forward(
    x: Float[Array, "*batch freq time features"], pool: tuple[int, int]
) -> tuple[
    Float[Array, "*batch pooled_freq pooled_time features"],
    tuple[UInt8[Array, "*batch pooled_freq pooled_time features"], Float[Array, "freq time 0"]],
]:
    best, switches = pool_with_switches(x, pool)
    # Residuals are arrays; an empty one carries the size of what was pooled.
    return best, (switches, jnp.zeros((*x.shape[-3:-1], 0), x.dtype))


def _pool_vjp(
    pool: tuple[int, int],
    residual: tuple[
        UInt8[Array, "*batch pooled_freq pooled_time features"], Float[Array, "freq time 0"]
    ],
    g: Float[Array, "*batch pooled_freq pooled_time features"],
) -> tuple[Float[Array, "*batch freq time features"]]:
    switches, size = residual
    return (unpool(g, switches, pool, (size.shape[0], size.shape[1])),)


max_pool.defvjp(_pool_forward, _pool_vjp)
