"""Attacks against what goes on between them."""

import numpy as np
import pytest

from auralise_jax.insight import attack_db

SOURCE = np.random.default_rng(0).uniform(0.1, 1, (6, 50))


def at_onsets() -> np.ndarray:
    """Return which frames are attacks, frame by frame and without a quantile function."""
    rises = [0.0]
    for before, now in zip(SOURCE.T[:-1], SOURCE.T[1:], strict=True):
        rises.append(sum(max(b - a, 0) for a, b in zip(before, now, strict=True)))
    return np.argsort(np.argsort(rises)) >= 40  # the fifth with the largest rises


def test_it_is_the_ratio_of_energies_relative_to_that_of_the_source() -> None:
    picture, onset = SOURCE**3, at_onsets()

    def ratio(one: np.ndarray) -> float:
        return sum(np.sum(one[:, n] ** 2) * onset[n] for n in range(50)) / sum(
            np.sum(one[:, n] ** 2) * (not onset[n]) for n in range(50)
        )

    wanted = 10 * np.log10(ratio(picture) / ratio(SOURCE))
    assert attack_db(picture, SOURCE) == pytest.approx(wanted, abs=1e-3)


def test_level_does_not_count_and_the_source_has_0_db() -> None:
    found = attack_db(np.stack([SOURCE, 7 * SOURCE]), SOURCE)
    assert found == pytest.approx([0, 0], abs=1e-4)


def test_a_picture_of_attacks_alone_is_far_above_and_one_without_them_far_below() -> None:
    onset = at_onsets()
    more, less, nothing = attack_db(np.stack([SOURCE * onset, SOURCE * ~onset, 0 * SOURCE]), SOURCE)
    assert more > 100
    assert less == pytest.approx(-60)
    assert nothing == pytest.approx(-60)
