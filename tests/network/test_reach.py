"""Strides and receptive fields, held against what NaN in a picture reaches."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen
from jax import lax
from networks import convolved, draw

from auralise_jax.network.reach import Along, reaches
from auralise_jax.network.tracing import trace

SIZE = (32, 24)


def pooled(x: jax.Array, size: tuple, strides: tuple, padding: object) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (*size, 1), (*strides, 1), padding)


def even(x: jax.Array) -> jax.Array:
    return convolved(x[..., None], draw(4, 3, 1, 2, seed=0), padding="SAME")


def holes(x: jax.Array) -> jax.Array:
    x = convolved(x[..., None], draw(3, 2, 1, 2, seed=0), rhs_dilation=(3, 2), padding="VALID")
    return convolved(x, draw(3, 3, 2, 2, seed=1), window_strides=(2, 3), padding=((2, 0), (0, 4)))


def pools(x: jax.Array) -> jax.Array:
    x = jnp.maximum(pooled(x[..., None], (3, 2), (2, 2), ((1, 1), (0, 1), (0, 0))), 0)
    return linen.avg_pool(x, (2, 3), (1, 2), "SAME", count_include_pad=False)


def turned(x: jax.Array) -> jax.Array:
    x = jnp.einsum("ft,kc->tfkc", x, draw(3, 2, seed=0))[:, :, 1]
    x = convolved(x, draw(3, 5, 2, 3, seed=1), window_strides=(1, 2))
    return x.reshape(24, 1, 16, 3)[:, 0].transpose(1, 0, 2)


def cut(x: jax.Array) -> jax.Array:
    x = jnp.pad(x[3:29:2, 1:], ((2, 1), (0, 3)), constant_values=0.5)
    return convolved(
        lax.pad(x, 0.0, ((-1, 0, 0), (1, -2, 0)))[None, ..., None][0], draw(3, 3, 1, 2, seed=0)
    )


def parts(x: jax.Array) -> jax.Array:
    one, two = jnp.split(convolved(x[..., None], draw(3, 3, 1, 4, seed=0)), 2, axis=-1)
    rows = jnp.concatenate([jnp.zeros((3, 24, 2)), jnp.split(one, [5, 20])[1]])
    rest = two[2:20] + rows.sum(-1, keepdims=True)
    return jnp.concatenate([rest, jnp.stack([rows[..., 0]] * 3, -1)], axis=-1)


def branches(x: jax.Array) -> jax.Array:
    x = x[..., None]
    wide = convolved(x, draw(1, 7, 1, 2, seed=0)) * 0.5
    return jax.nn.relu(jnp.concatenate([wide, convolved(x, draw(5, 1, 1, 3, seed=1))], -1))


def blocks(x: jax.Array) -> jax.Array:
    return jnp.tanh(x).reshape(16, 2, 8, 3).sum((1, 3))[..., None]


def steps(x: jax.Array) -> jax.Array:
    """Use rows as channels: (time, features)."""
    kernel = draw(3, 32, 4, seed=0)
    x = lax.conv_general_dilated(
        x.T[None], kernel, (2,), "SAME", dimension_numbers=("NHC", "HIO", "NHC")
    )[0]
    return x @ draw(4, 5, seed=1) + 1


def reflected(x: jax.Array) -> jax.Array:
    x = jnp.pad(x, ((2, 2), (1, 1)), mode="reflect")
    return convolved(x[..., None], draw(5, 3, 1, 2, seed=0), padding="VALID")


def inception(x: jax.Array) -> jax.Array:
    x = convolved(x[..., None], draw(3, 3, 1, 4, seed=0), window_strides=(2, 2))
    grouped = convolved(x, draw(5, 1, 2, 4, seed=1), feature_group_count=2)
    return linen.max_pool(x, (3, 3), (1, 1), "SAME") + grouped


FUNCTIONS = [
    even, holes, pools, turned, cut, parts, branches, blocks, steps, reflected, inception,
]  # fmt: skip
INSIDE = {cut: 2, reflected: 3}
"""How many cells are left out where an edge is cut off or mirrored."""


def reached(fn: Callable, axis: int) -> np.ndarray:
    """Return which rows or frames of the picture each cell of the maps sees: (picture, maps...)."""
    pictures = np.zeros((SIZE[axis], *SIZE), np.float32)
    for place in range(SIZE[axis]):
        np.moveaxis(pictures[place], axis, 0)[place] = np.nan
    with jax.debug_nans(False):
        return np.isnan(jax.vmap(fn)(jnp.asarray(pictures)))


@pytest.mark.parametrize("fn", FUNCTIONS, ids=lambda fn: fn.__name__)
def test_a_cell_sees_what_nan_comes_from(fn: Callable) -> None:
    program = trace(fn, (np.ones(SIZE, np.float32),), {}).program
    along = reaches(program)[program.outputs[0]]
    checked = 0
    for axis in (0, 1) if fn is not steps else (1,):
        seen = reached(fn, axis)
        one = along[axis]
        assert isinstance(one, Along)
        # A cell sees what any of those sees that lie as far along the axis.
        seen = np.moveaxis(seen, one.axis + 1, 1).any(tuple(range(2, seen.ndim)))
        edge = INSIDE.get(fn, 0)
        for cell in range(edge, seen.shape[1] - edge):
            low, high = (one.stride * cell + at for at in (one.low, one.high))
            there = np.flatnonzero(seen[:, cell])
            assert all(low <= place <= high for place in there)
            if low >= 0 and high < SIZE[axis]:
                assert (there[0], there[-1]) == (low, high)
                checked += 1
    assert checked >= 6


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: x - x.mean(),
        lambda x: x[::-1] @ x.T,
        lambda x: jnp.cumsum(x, 0),
        lambda x: jnp.fft.rfft(x, axis=0).real,
        lambda x: x[::-1],
        lambda x: jnp.repeat(x, 2, axis=0),
        lambda x: jnp.concatenate([x, x]),
        lambda x: x + x[:, ::-1].T[:1].sum() * 0 + jnp.roll(x, 1, 0),
        lambda x: lax.conv_transpose(x[None, ..., None], draw(3, 3, 1, 2, seed=0), (2, 1), "SAME")[
            0
        ],
        lambda x: x.reshape(-1),
        lambda x: jnp.full((4, 4), x.sum()),
    ],
)
def test_what_follows_no_axis_sees_all_of_it(fn: Callable) -> None:
    program = trace(fn, (np.ones(SIZE, np.float32),), {}).program
    assert reaches(program)[program.outputs[0]][0] is None


def test_an_activation_that_is_stated_keeps_cells_apart_and_softmax_does_not() -> None:
    def curve(x: jax.Array) -> jax.Array:
        return jax.nn.elu(even(x))

    def mixed(x: jax.Array) -> jax.Array:
        return jax.nn.softmax(even(x), axis=(0, 1))

    for fn, apart in ((curve, True), (mixed, False)):
        allow = {"elu": "relu", "softmax": "gradient"}
        program = trace(fn, (np.ones(SIZE, np.float32),), {}, allow=allow).program
        found = reaches(program)[program.outputs[0]]
        assert all(isinstance(one, Along) for one in found) == apart
