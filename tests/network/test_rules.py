"""Backward rules: truth tables, and what pooling does with ties and leftovers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from auralise_jax.network.pooling import max_pool, pool_with_switches, unpool
from auralise_jax.network.rules import (
    BUILT_IN,
    RULES,
    Rule,
    as_rule,
    check_rule,
    chosen_backward,
    relu,
    relu_backward,
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


def test_built_in_rules_are_objects_of_the_listed_names() -> None:
    assert tuple(BUILT_IN) == RULES
    for name, rule in BUILT_IN.items():
        assert rule.name == name
        assert "arXiv:" in rule.source
        assert as_rule(rule) is as_rule(name) is rule  # and it passes the test of any rule


@pytest.mark.parametrize("number", range(len(RULES)))
def test_a_rule_chosen_by_a_traced_number(number: int) -> None:
    wanted = TABLE[RULES[number]]
    np.testing.assert_array_equal(jax.jit(chosen_backward)(number, X > 0, G), wanted)


def test_a_rule_of_ones_own() -> None:
    lowering = Rule("lowering", lambda positive, g: jnp.where(positive, jnp.minimum(g, 0), 0))
    back = jax.vjp(lambda x: relu(x, lowering), X)[1]
    np.testing.assert_array_equal(back(G)[0], [0, 0, -3, 0, 0, 0])
    np.testing.assert_array_equal(relu_backward(lowering, X > 0, G), [0, 0, -3, 0, 0, 0])
    by_input = Rule("by input", lambda x, g: jnp.where(x > 0, x * g, 0), needs_input=True)
    back = jax.vjp(lambda x: relu(x, by_input), 2 * X)[1]
    np.testing.assert_array_equal(back(G)[0], [0, 0, -6, 6, 0, 0])


def test_rules_are_equal_by_name_and_function() -> None:
    def passed(positive: jax.Array, g: jax.Array) -> jax.Array:
        return g

    rule = Rule("mine", passed)
    assert rule == Rule("mine", passed, "a blackboard")
    assert hash(rule) == hash(Rule("mine", passed, "a blackboard"))
    assert rule != Rule("yours", passed)
    assert rule != Rule("mine", lambda _, g: g)


@pytest.mark.parametrize("name", ["", " ", None, 3])
def test_a_rule_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a rule needs a name, such as 'my rule', not "):
        Rule(name, lambda _, g: g)


@pytest.mark.parametrize(
    ("backward", "complaint"),
    [
        (lambda _, g: g + 1, "makes something of 0; a rule must map g = 0 to 0"),
        (lambda positive, g: positive.astype(g.dtype), "makes something of 0"),
        (lambda _, g: g - g.mean(), "is not elementwise"),
        (lambda _, g: jnp.cumsum(g), "is not elementwise"),
        (lambda _, g: g.sum(), "must keep shape and dtype"),
        (lambda _, g: g > 0, "must keep shape and dtype"),
    ],
)
def test_a_rule_that_will_not_do_is_refused_when_first_used(
    backward: object, complaint: str
) -> None:
    rule = Rule("wrong", backward)
    with pytest.raises(ValueError, match=f"rule 'wrong' {complaint}"):
        as_rule(rule)
    with pytest.raises(ValueError, match="must be a function of"):
        Rule("wrong", "deconvnet")
