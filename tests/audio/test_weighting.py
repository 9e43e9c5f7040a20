"""The K-weighting: pyloudnorm's filters, run by SciPy, at any rate and in any pieces."""

import itertools

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import lfilter

from auralise_jax.audio import loudness
from auralise_jax.audio.weighting import k_weighted, lasting


def by_recursion(samples: np.ndarray, rate: int) -> np.ndarray:
    weighted = samples.astype(np.float64)
    for one in pyloudnorm.Meter(rate)._filters.values():
        weighted = lfilter(one.b, one.a, weighted)
    return weighted


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 192000])
def test_a_convolution_is_the_recursion(rate: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, round(0.7 * rate))
    wanted = by_recursion(samples, rate)
    cuts = [0, 1, 7, lasting(rate) // 2, lasting(rate) + 3, len(samples)]
    before, found = np.zeros(lasting(rate)), []
    for first, end in itertools.pairwise(cuts):
        found.append(k_weighted(samples[first:end], before, rate))
        before = np.concatenate([before, samples[first:end]])[-len(before) :]
    # The high-pass has two poles 0.001 from the unit circle, where float64 keeps ten digits.
    np.testing.assert_allclose(np.concatenate(found), wanted, atol=1e-10)


def test_a_long_sound_is_measured_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = 8000
    samples = np.random.default_rng(1).normal(0, 0.1, 3 * rate).astype(np.float32)
    wanted = pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64))
    for block in (997, 4000):
        monkeypatch.setattr(loudness, "_BLOCK", block)
        assert loudness.integrated(samples, rate) == pytest.approx(wanted, abs=1e-9)
