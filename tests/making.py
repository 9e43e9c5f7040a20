"""Small models, clips and data sets for tests."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import auralise_jax as aj
from auralise_jax.training.augment import NO_AUGMENTATION
from auralise_jax.training.recipe import Recipe

TINY = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.37)


def make_model(
    frontend: aj.Frontend = TINY,
    features: tuple[int, ...] = (4, 5, 6),
    dense: tuple[int, ...] = (7, 3),
    seed: int = 0,
) -> aj.Model:
    """Return a random model; its negative biases leave pooling windows that are all zero."""
    rng = np.random.default_rng(seed)
    architecture = aj.Architecture(features=features, dense=dense)
    tensors = {
        name: rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype(np.float32)
        if len(shape) > 1
        else rng.uniform(-0.3, 0.1, shape).astype(np.float32)
        for name, shape in architecture.shapes(frontend.shape).items()
    }
    return stack_model(
        tensors, architecture, frontend, ("a", "b", "c")[: (dense or (0,))[-1]], name="tiny"
    )


def stack_model(
    tensors: Mapping[str, np.ndarray],
    architecture: aj.Architecture,
    frontend: aj.Frontend,
    classes: tuple[str, ...] = (),
    training: Mapping[str, Any] | None = None,
    name: str = "model",
) -> aj.Model:
    """Return a model whose network is the paper's CNN with these weights."""
    network = aj.Stack(tensors, architecture, frontend.shape)
    return aj.Model(network, frontend, classes, training or {}, name)


def with_tensors(model: aj.Model, tensors: Mapping[str, np.ndarray]) -> aj.Model:
    """Return a model with other weights."""
    return dataclasses.replace(model, network=model.network.replaced(tensors))


def make_noise(seconds: float, sample_rate: int = 2000, seed: int = 0) -> aj.Clip:
    """Return white noise, peak about 0.4."""
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * sample_rate))
    return aj.Clip(samples, sample_rate, "noise")


def make_music(
    folder: Path,
    classes: Mapping[str, float],
    files: int = 6,
    seed: int = 0,
    seconds: tuple[float, float] = (0.8, 1.6),
) -> None:
    """Write WAV files of noisy tones at 2 kHz: a sub-folder and a pitch per class."""
    rng = np.random.default_rng(seed)
    for name, hertz in classes.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(files):
            t = np.arange(round(2000 * rng.uniform(*seconds))) / 2000
            tone = np.sin(2 * np.pi * hertz * rng.uniform(0.9, 1.1) * t)
            samples = 0.2 * tone + rng.normal(0, 0.05, len(t))
            aj.Clip(samples, 2000).save(folder / name / f"{number}.wav")


HIGH_AND_LOW = {"high": 700.0, "low": 150.0}
"""Classes that a network tells apart after a few steps."""


def make_recipe(**settings: Any) -> Recipe:
    """Return a recipe for `TINY` pictures and a network that learns in a second."""
    told: dict[str, Any] = {
        "architecture": aj.Architecture(features=(4, 4), dense=(8, 2)),
        "frontend": TINY,
        # The rest is left to tests of its own: it takes most of the compilation.
        "augmentation": dataclasses.replace(
            NO_AUGMENTATION, shift=0.5, gain_db=(-6, 6), tone_db=2.0
        ),
        "steps": 24,
        "batch": 8,
        "rate": 0.01,
        "conv_dropout": 0.1,
        "dense_dropout": 0.1,
        "validate_every": 6,
    }
    return Recipe(**(told | settings))
