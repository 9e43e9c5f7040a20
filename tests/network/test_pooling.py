"""Max-pooling by any window, against windows that are searched one by one."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auralise_jax.network.pooling import (
    LONG,
    UNROLLED,
    Window,
    max_pool,
    pool_windows,
    search,
    spread,
)

pytestmark = pytest.mark.usefixtures("compiled_quickly")


def slowly(
    x: np.ndarray, window: Window, g: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return maxima, switches, and where `g` goes, window by window and cell by cell."""
    shape = window.pooled(x.shape)
    best, switches, back = np.zeros(shape), np.zeros(shape, int), np.zeros(x.shape)
    for out in itertools.product(*map(range, shape)):
        best[out] = -np.inf
        chosen = None
        for number, place in enumerate(itertools.product(*map(range, window.size))):
            cell = tuple(
                o * stride + at - low
                for o, stride, at, (low, _) in zip(
                    out, window.strides, place, window.padding, strict=True
                )
            )
            inside = all(0 <= at < n for at, n in zip(cell, x.shape, strict=True))
            if inside and x[cell] > best[out]:
                best[out], switches[out], chosen = x[cell], number, cell
        if g is not None and chosen is not None:
            back[chosen] += g[out]
    return best, switches, back


def check(x: np.ndarray, window: Window) -> None:
    shape = window.pooled(x.shape)
    g = np.arange(1, 1 + math.prod(shape), dtype=np.float32).reshape(shape)
    best, switches, back = slowly(x, window, g)

    def both_ways(x: jax.Array, g: jax.Array) -> tuple[jax.Array, ...]:
        values, pull = jax.vjp(lambda x: pool_windows(x, window), x)
        return *search(x, window), values, pull(g)[0]

    found, found_switches, values, found_back = jax.jit(both_ways)(x, g)
    np.testing.assert_array_equal(found, best)
    np.testing.assert_array_equal(found_switches, switches)
    assert found_switches.dtype == window.dtype
    np.testing.assert_array_equal(values, best)
    np.testing.assert_allclose(found_back, back, rtol=1e-6)  # sums in another order


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, Window]:
    axes = draw(st.integers(1, 3))
    size = tuple(draw(st.integers(1, 5)) for _ in range(axes))
    strides = tuple(draw(st.integers(1, 4)) for _ in range(axes))
    padding = tuple((draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))) for n in size)
    shape = tuple(draw(st.integers(n, n + 5)) for n in size)
    # Few different values, so that ties and windows of zeros are common.
    values = draw(
        st.lists(st.integers(-1, 2), min_size=math.prod(shape), max_size=math.prod(shape))
    )
    return np.array(values, np.float32).reshape(shape), Window(size, strides, padding)


@settings(max_examples=12, deadline=None)
@given(cases())
def test_windows_are_searched_as_one_by_one(case: tuple[np.ndarray, Window]) -> None:
    check(*case)


@pytest.mark.parametrize(
    ("shape", "size", "strides", "padding"),
    [
        ((50, 3), (LONG + 3, 1), (4, 1), ((2, 0), (0, 0))),  # a long axis, by reduction
        ((40, 41), (LONG, LONG + 1), (3, 2), ((0, 1), (1, 0))),  # two, and 16-bit switches
        ((45, 7), (LONG, 5), (1, 1), ((3, 3), (2, 2))),  # scattered, since very many overlap
        ((300,), (257,), (1,), ((0, 0),)),
        ((4, 3, 5), (4, 1, 5), (1, 1, 1), ((0, 0),) * 3),  # all cells
        ((6, 6), (2, 2), (3, 3), ((0, 0),) * 2),  # cells that no window covers
        ((3,), (4,), (4,), ((0, 0),)),  # no window at all
    ],
)
def test_windows_of_every_size(
    shape: tuple[int, ...],
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> None:
    rng = np.random.default_rng(0)
    check(rng.integers(0, 9, shape).astype(np.float32), Window(size, strides, padding))


def test_the_ways_of_searching_agree() -> None:
    x = np.random.default_rng(1).integers(0, 4, (2 * LONG, 2 * LONG)).astype(np.float32)
    assert UNROLLED < LONG - 1
    for length in (LONG - 1, LONG):
        check(x, Window((length, 1), (2, 2), ((1, 1), (0, 0))))


def test_values_of_windows_are_those_of_reduce_window() -> None:
    x = jnp.asarray(np.random.default_rng(2).normal(size=(9, 40)), jnp.float32)
    x = x.at[2, 3].set(jnp.nan).at[0].set(-jnp.inf)
    for size in [(3, 3), (5, 4), (2, LONG)]:
        window = Window(size, (2, 1), ((1, 1), (0, 0)))
        wanted = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, size, (2, 1), ((1, 1), (0, 0)))
        np.testing.assert_array_equal(search(x, window)[0], wanted)


@pytest.mark.parametrize(
    ("size", "dtype"), [((16, 16), np.uint8), ((1, 257), np.uint16), ((257, 256), np.uint32)]
)
def test_a_switch_is_as_small_as_its_window_allows(size: tuple[int, int], dtype: type) -> None:
    x = jnp.zeros(size).at[size[0] - 1, size[1] - 1].set(1.0)
    window = Window.of(size, (0, 1))
    best, switches = search(x, window)
    assert switches.dtype == window.dtype == dtype
    assert best.item() == 1
    assert switches.item() == math.prod(size) - 1
    np.testing.assert_array_equal(spread(jnp.array([[3.0]]), switches, window, size), 3 * x)


def test_pooling_under_vmap_and_jit() -> None:
    x = jnp.asarray(np.random.default_rng(3).normal(size=(3, 7, 9, 2)), jnp.float32)
    window = Window((3, 3, 1), (2, 2, 1), ((1, 1), (1, 1), (0, 0)))

    def back(x: jax.Array) -> jax.Array:
        values, pull = jax.vjp(lambda x: pool_windows(x, window), x)
        return pull(values)[0]

    single = jnp.stack([back(one) for one in x])
    np.testing.assert_array_equal(jax.vmap(back)(x), single)
    np.testing.assert_array_equal(jax.jit(jax.vmap(back))(x), single)
    blocks = jax.vmap(lambda x: max_pool(x, (2, 3)))(x)
    np.testing.assert_array_equal(blocks, max_pool(x, (2, 3)))
