"""Intervals of likenesses: a slow bootstrap agrees, and the laws hold."""

from __future__ import annotations

import numpy as np
import pytest
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.insight.comparison import compare, source_correlations
from auralise_jax.insight.control import control_of
from auralise_jax.insight.likeness_interval import STRETCHES, likeness_intervals
from auralise_jax.insight.resampling import DRAWS
from auralise_jax.insight.survey import Survey, survey
from auralise_jax.training.scores import expanded_tail

RNG = np.random.default_rng(0)


def mixed(shape: tuple[int, ...], features: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return projections that are ever less like a source, and the source."""
    source = RNG.random(shape).astype(np.float32)
    shares = np.linspace(0, 1, features).reshape(-1, *[1] * len(shape))
    return (shares * RNG.random((features, *shape)) + (1 - shares) * source - 0.2), source


@pytest.mark.parametrize("shape", [(6, 37), (5, 16, 2), (40,), (3, 9)])
def test_a_slow_bootstrap_gives_the_same(shape) -> None:
    """Stretches are drawn, put in a row, and correlated by NumPy."""
    projections, source = mixed(shape)
    compared = compare(projections, source)
    found = likeness_intervals(compared, source, seed=7)
    time = 0 if len(shape) == 1 else 1
    count = min(STRETCHES, shape[time])
    cuts = np.arange(1, count) * shape[time] // count
    pieces = [np.split(one, cuts, axis=time) for one in (source, *projections)]
    if len(shape) > 1:
        pieces[1:] = [[np.maximum(piece, 0) for piece in one] for one in pieces[1:]]
    drawn = np.random.default_rng(7).multinomial(count, np.full(count, 1 / count), DRAWS)
    tail = expanded_tail(count)
    for k, own in enumerate(pieces[1:]):
        sign = np.sign(
            np.corrcoef(*(np.concatenate(x, time).ravel() for x in (own, pieces[0])))[0, 1]
        )
        r = []
        for counts in drawn:
            rows = [
                np.concatenate([x[n] for n in range(count) for _ in range(counts[n])], time).ravel()
                for x in (own, pieces[0])
            ]
            r.append(np.corrcoef(*rows)[0, 1] * sign)
        wanted = np.clip(np.quantile(r, [tail, 1 - tail]), 0, 1)
        np.testing.assert_allclose(found[k], wanted, atol=2e-5)  # float32 rows


def test_the_source_itself_is_like_the_source_whatever_is_drawn() -> None:
    _, source = mixed((8, 64))
    found = likeness_intervals(compare(np.stack([source, 5 * source]), source), source)
    np.testing.assert_allclose(found, 1, atol=1e-6)


def test_an_interval_holds_the_likeness_and_silence_has_none() -> None:
    projections, source = mixed((12, 160), 6)
    projections[3] = 0
    compared = compare(projections, source)
    low, high = likeness_intervals(compared, source).T
    assert np.isnan([low[3], high[3]]).all()
    living = ~compared.silent
    own = source_correlations(compared, source)[living]
    assert (low[living] <= own).all()
    assert (own <= high[living]).all()
    assert np.isnan(
        likeness_intervals(compare(projections[..., :1], source[:, :1]), source[:, :1])
    ).all()


def test_noise_may_be_like_the_source_by_nothing() -> None:
    """The intervals of what is not like the source begin near 0; those of clear likeness do not."""
    source = RNG.random((16, 128))
    noise = RNG.random((40, 16, 128))
    low, high = likeness_intervals(compare(noise, source), source).T
    assert np.quantile(low, 0.9) < 0.02
    assert high.max() < 0.15
    low, _ = likeness_intervals(compare(noise + 2 * source, source), source).T
    assert low.min() > 0.7


def test_a_survey_has_the_intervals_and_the_range_of_its_control() -> None:
    heard = aj.listen(make_model(), make_noise(0.37))
    found = survey(heard, 2)
    projections = heard.project_layer(2)
    np.testing.assert_array_equal(
        found.likeness_interval,
        likeness_intervals(compare(projections, heard.picture), heard.picture),
    )
    random = control_of(heard).heard
    rows = compare(random.project_layer(2), random.picture)
    likenesses = source_correlations(rows, random.picture)[~rows.silent]
    assert found.control == pytest.approx(likenesses.mean())
    assert found.control_range == pytest.approx(np.quantile(likenesses, [0.1, 0.9]))
    other = found.against(0.5)
    assert (other.control, other.control_range) == (0.5, None)
    assert other.likeness_interval is found.likeness_interval
    alone = Survey.of(projections, heard.picture, layer=2, rule="deconvnet", position="all")
    assert alone.control_range is None
