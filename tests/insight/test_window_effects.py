"""Effects of muting over windows of a sound."""

from __future__ import annotations

import numpy as np
import pytest

from auralise_jax.insight.resampling import mean_intervals
from auralise_jax.insight.window_effects import WindowEffects, spread_over

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("duration", [0.5, 3.9, 4, 7.9, 8, 10.3, 47.9, 48, 1000, 10_000.5])
def test_windows_are_spread_over_a_sound_and_do_not_overlap(duration) -> None:
    starts = spread_over(duration, 4.0)
    assert starts[0] == 0
    assert len(starts) == max(1, min(12, int(duration // 4)))
    assert (np.diff(starts) > 4 - 1e-9).all()
    assert starts[-1] + 4 <= max(4, duration + 1e-9)
    if len(starts) > 1:
        assert starts[-1] + 4 == pytest.approx(duration)


def test_the_mean_over_windows_has_the_bootstraps_interval() -> None:
    here, rows = RNG.normal(size=5), RNG.normal(size=(7, 5))
    found = WindowEffects.of(here, rows)
    np.testing.assert_allclose(found.mean, rows.mean(axis=0))
    low, high = mean_intervals(rows, np.arange(7))
    np.testing.assert_array_equal([found.low, found.high], [low, high])
    assert (found.low < found.mean).all()
    assert (found.mean < found.high).all()
    np.testing.assert_array_equal(found.here, here)
    assert found.windows == 7
    assert (np.diff(found.mean[found.order]) >= 0).all()


@pytest.mark.parametrize("rows", [0, 1])
def test_one_window_has_no_interval(rows) -> None:
    here = np.array([0.5, -1.0, 0.5])
    found = WindowEffects.of(here, np.full((rows, 3), 9.0))
    np.testing.assert_array_equal(found.mean, here)
    assert np.isnan([found.low, found.high]).all()
    assert found.windows == 1
    assert found.order.tolist() == [1, 0, 2]
