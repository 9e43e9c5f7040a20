"""The bound of a layer's projections: never exceeded, and as small as it says."""

import itertools

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.network.network import Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.stack.bound import ROUNDING, projection_bound


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([1, 3]))
def test_no_picture_of_any_seeds_exceeds_it(seed: int, size: int) -> None:
    """By hand, without pools and ReLUs: convolutions of whole numbers on a circle are exact."""
    rng = np.random.default_rng(seed)
    widths = (1, 2, 3, 2)
    kernels = [rng.integers(-3, 4, (size, size, a, b)) for a, b in itertools.pairwise(widths)]
    scales = [rng.integers(0, 3, width) for width in widths[1:]]
    x = rng.integers(-3, 4, (5, 4)) * (rng.random((5, 4)) < 0.3)
    found, norms = [], np.zeros(widths[-1])
    for feature in range(widths[-1]):
        g = np.zeros((5, 4, widths[-1]), int)
        g[..., feature] = x * (feature + 1)
        norms[feature] = np.sqrt((g**2).sum())
        for number in (2, 1, 0):
            g = g if number == 2 else g * scales[number]
            kernel = kernels[number]
            places = itertools.product(range(size), range(size))
            g = sum(np.roll(g @ kernel[i, j].T, (i, j), (0, 1)) for i, j in places)
        found.append(np.abs(g).max())
    assert max(found) <= projection_bound(kernels, scales, norms)


def test_it_is_reached_where_nothing_is_lost() -> None:
    # One tap of a diagonal matrix, from which a single cell comes back: 2 * 3 * 5 * 7.
    kernels = [np.array([[[[2.0]]]]), np.array([[[[3.0]]]]), np.array([[[[-5.0]]]])]
    bound = projection_bound(kernels, [None, np.array([1.0]), np.array([9.0])], np.array([7.0]))
    np.testing.assert_allclose(bound, 210 * ROUNDING)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("mute", [(), ((1, 2), (2, 0))], ids=["plain", "muted"])
def test_no_projection_exceeds_it(rule: str, mute: tuple[tuple[int, int], ...]) -> None:
    model = make_model(features=(4, 5, 6), seed=3)
    heard = aj.listen(model.under(mute, {(1, 3): 2.0}), make_noise(0.37, seed=8))
    network, state = heard.model.network, heard.state
    for layer in heard.model.layers:
        maps = heard.activations(layer)
        norms = np.sqrt((maps.astype(float) ** 2).sum((0, 1)))
        bound = network.most(state, layer.name, norms)
        peaks = [
            float(jax.numpy.abs(network.project(state, layer.name, Feature(k), rule)).max())
            for k in range(layer.features)
        ]
        assert 0 < max(peaks) <= bound
