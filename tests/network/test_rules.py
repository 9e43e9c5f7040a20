"""Backward rules: truth tables, and what pooling does with ties and leftovers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from auralise_jax.network.rules import (
    RULES,
    check_rule,
    max_pool,
    pool_with_switches,
    relu,
    relu_backward,
    unpool,
)

X = jnp.array([-1.0, -1.0, 1.0, 1.0, 0.0, 0.0])
G = jnp.array([-3.0, 3.0, -3.0, 3.0, -3.0, 3.0])
TABLE = {
    # x, g:     -,-  -,+  +,-  +,+  0,-  0,+
    "gradient": [0.0, 0.0, -3.0, 3.0, 0.0, 0.0],
    "deconvnet": [0.0, 3.0, 0.0, 3.0, 0.0, 3.0],
    "guided": [0.0, 0.0, 0.0, 3.0, 0.0, 0.0],
}


@pytest.mark.parametrize("rule", RULES)
def test_relu_truth_table(rule: str) -> None:
    forward, back = jax.vjp(lambda x: relu(x, rule), X)
    np.testing.assert_array_equal(forward, [0, 0, 1, 1, 0, 0])
    np.testing.assert_array_equal(back(G)[0], TABLE[rule])
    np.testing.assert_array_equal(relu_backward(rule, X > 0, G), TABLE[rule])


def test_every_rule_is_in_the_table() -> None:
    assert set(RULES) == set(TABLE)


def test_guided_is_deconvnet_gated_by_the_forward_sign() -> None:
    rng = np.random.default_rng(1)
    x, g = (jnp.asarray(rng.normal(size=(9, 7, 3)), jnp.float32) for _ in range(2))
    gated = jnp.where(x > 0, relu_backward("deconvnet", x > 0, g), 0)
    np.testing.assert_array_equal(relu_backward("guided", x > 0, g), gated)


@pytest.mark.parametrize("rule", ["Deconvnet", "deconv", "", None])
def test_an_unknown_rule_is_refused_not_replaced_by_the_gradient(rule: str) -> None:
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided"):
        check_rule(rule)
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided"):
        relu_backward(rule, X > 0, G)
    with pytest.raises(ValueError, match="one of deconvnet, gradient, guided"):
        jax.vjp(lambda x: relu(x, rule), X)[1](G)


def test_switches_of_ties_zeros_and_leftovers() -> None:
    picture = np.array(
        [
            [1, 2, 0, 0, 9],
            [3, 3, 0, 0, 9],
            [7, 0, 0, 0, 9],
            [7, 0, 0, 5, 9],
            [9, 9, 9, 9, 9],
        ],
        np.float32,
    )
    pooled, switches = pool_with_switches(jnp.asarray(picture)[..., None], (2, 2))
    np.testing.assert_array_equal(pooled[..., 0], [[3, 0], [7, 5]])
    np.testing.assert_array_equal(switches[..., 0], [[2, 0], [0, 3]])  # a tie goes to the first
    assert switches.dtype == np.uint8
    back = unpool(jnp.array([[10.0, 20.0], [30.0, 40.0]])[..., None], switches, (2, 2), (5, 5))
    wanted = np.zeros((5, 5))
    wanted[1, 0], wanted[0, 2], wanted[2, 0], wanted[3, 3] = 10, 20, 30, 40
    np.testing.assert_array_equal(back[..., 0], wanted)


@pytest.mark.parametrize("pool", [(2, 2), (3, 2), (1, 4), (4, 1)])
def test_max_pool_forward_is_reduce_window_and_backward_is_unpooling(pool: tuple[int, int]) -> None:
    x = jnp.asarray(np.random.default_rng(2).normal(size=(2, 11, 9, 3)), jnp.float32)
    window = (1, *pool, 1)
    plain = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
    mine, back = jax.vjp(lambda x: max_pool(x, pool), x)
    np.testing.assert_array_equal(mine, plain)
    g = jnp.arange(mine.size, dtype=jnp.float32).reshape(mine.shape)
    # Without ties max-pooling has an ordinary gradient, which JAX knows from elsewhere.
    theirs = jax.vjp(
        lambda x: jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID"), x
    )[1](g)[0]
    np.testing.assert_array_equal(back(g)[0], theirs)
