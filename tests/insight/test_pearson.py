"""Pearson's r against numpy's."""

import numpy as np
import pytest

from auralise_jax.insight.pearson import pearson, standardise


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_r_is_numpys_and_a_constant_row_has_none(kind) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(0.3, 1, (6, 500)).astype(kind)
    rows[3] = 0.7 * rows[1] - 2
    expected = np.corrcoef(rows.astype(float))
    rows = np.vstack([rows, np.full((1, 500), 0.1, kind)])
    standardise(rows)
    found = pearson(rows, rows[:6])
    assert found.dtype == kind
    # float32: 500 products, each rounded by 6e-8 of a share of 1.
    np.testing.assert_allclose(found[:6], expected, atol=1e-6 if kind is np.float32 else 1e-14)
    assert np.abs(found).max() <= 1
