"""Stability against projections by hand, and its laws."""

import numpy as np
import pytest
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.insight import stability


def test_it_is_the_correlation_of_projections_with_and_without_noise(
    tiny_heard: aj.Listening,
) -> None:
    found = stability(tiny_heard, 2, noise_db=-20, seed=3)
    clip = tiny_heard.clip
    noise = np.random.default_rng(3).standard_normal(len(clip.samples))
    noise *= 0.1 * np.sqrt(np.mean(np.square(clip.samples)))
    other = aj.listen(tiny_heard.model, aj.Clip(clip.samples + noise, clip.sample_rate))
    for k, r in enumerate(found):
        pair = [np.maximum(heard.project(2, k).picture, 0).ravel() for heard in (tiny_heard, other)]
        constant = any(np.ptp(one) == 0 for one in pair)
        assert r == pytest.approx(0 if constant else np.corrcoef(pair)[0, 1], abs=1e-4)


def test_less_noise_changes_less(tiny_heard: aj.Listening) -> None:
    levels = [float(stability(tiny_heard, 3, noise_db=db).mean()) for db in (-80, -40, -6)]
    assert levels == sorted(levels, reverse=True)
    assert stability(tiny_heard, 1, noise_db=-120).max() == pytest.approx(1, abs=1e-4)


def test_noise_as_loud_as_the_clip_is_refused() -> None:
    heard = aj.listen(make_model(), make_noise(0.37))
    with pytest.raises(ValueError, match="below 0"):
        stability(heard, 1, noise_db=0)
