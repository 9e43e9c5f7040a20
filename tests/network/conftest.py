"""Functions that are toys are compiled quickly."""

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(scope="module")
def compiled_quickly() -> Iterator[None]:
    """Leave most of XLA's optimisations out: they take longer than the toys that they speed up."""
    name = "jax_disable_most_optimizations"
    before = jax.config.read(name)
    jax.config.update(name, True)
    yield
    jax.config.update(name, before)
