"""Fixtures that more than one room's tests use."""

import pytest
from making import make_model, make_noise

import auralise_jax as aj

collect_ignore = ["data/make_captum.py"]  # a command, and it wants torch


@pytest.fixture(scope="session")
def tiny_model() -> aj.Model:
    """Three blocks on an odd-sized picture of 33 x 24."""
    return make_model()


@pytest.fixture(scope="session")
def tiny_heard(tiny_model: aj.Model) -> aj.Listening:
    """The tiny model has heard noise."""
    return aj.listen(tiny_model, make_noise(0.37))


@pytest.fixture(scope="session")
def genre_heard() -> aj.Listening:
    """The shipped model has heard the shipped prelude."""
    return aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
