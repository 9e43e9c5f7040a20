"""Convolution and its adjoint, in every form that the shapes call for."""

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest

from auralise_jax.network.stack import convolution
from auralise_jax.network.stack.convolution import convolve, convolve_back

pytestmark = pytest.mark.usefixtures("compiled_quickly")

SHAPES = [(12, 10), (13, 10), (12, 9), (7, 5), (2, 1), (1, 1)]
KERNELS = [(3, 3, 4, 5), (3, 3, 1, 5), (3, 3, 4, 1), (3, 3, 1, 1), (5, 3, 4, 2), (1, 1, 3, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", KERNELS)
def test_both_ways_are_the_oracles(shape: tuple[int, int], size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=size)
    maps, back = rng.normal(size=(*shape, size[2])), rng.normal(size=(*shape, size[3]))
    narrow = [jnp.asarray(array, jnp.float32) for array in (maps, back, kernel)]
    # Sums of up to 60 products, in float32 here and float64 there.
    np.testing.assert_allclose(
        convolve(narrow[0], narrow[2]), oracle.convolve(maps, kernel), atol=2e-5
    )
    np.testing.assert_allclose(
        convolve_back(narrow[1], narrow[2]), oracle.transpose_convolve(back, kernel), atol=2e-5
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_back_of_large_maps_is_the_oracles(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    kernel, back = rng.normal(size=(3, 3, 4, 5)), rng.normal(size=(*shape, 5))
    narrow = jnp.asarray(back, jnp.float32), jnp.asarray(kernel, jnp.float32)
    plainly = convolve_back(*narrow)
    monkeypatch.setattr(convolution, "LARGE", 0)
    tiled = convolve_back(*narrow)
    np.testing.assert_allclose(tiled, oracle.transpose_convolve(back, kernel), atol=2e-5)
    # As on a CPU; elsewhere both are plain. By tiles a cell's sum takes another order.
    assert jax.default_backend() != "cpu" or shape == (1, 1) or not np.array_equal(tiled, plainly)


@pytest.mark.parametrize("size", KERNELS)
def test_back_is_the_adjoint(size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    kernel, x, y = (
        jnp.asarray(rng.normal(size=shape), jnp.float32)
        for shape in (size, (11, 8, size[2]), (11, 8, size[3]))
    )
    there, back = (convolve(x, kernel) * y).sum(), (x * convolve_back(y, kernel)).sum()
    np.testing.assert_allclose(there, back, rtol=1e-3, atol=1e-3)


def test_back_is_the_oracles_on_other_devices_than_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax.lax, "platform_dependent", lambda *x, default, **_: default(*x))
    rng = np.random.default_rng(2)
    kernel, back = rng.normal(size=(3, 3, 4, 5)), rng.normal(size=(13, 9, 5))
    found = convolve_back(jnp.asarray(back, jnp.float32), jnp.asarray(kernel, jnp.float32))
    np.testing.assert_allclose(found, oracle.transpose_convolve(back, kernel), atol=2e-5)
