"""Small models and clips for tests."""

import numpy as np

import auralise_jax as aj

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
    return aj.Model(
        tensors, architecture, frontend, ("a", "b", "c")[: (dense or (0,))[-1]], {}, "tiny"
    )


def make_noise(seconds: float, sample_rate: int = 2000, seed: int = 0) -> aj.Clip:
    """Return white noise, peak about 0.4."""
    samples = np.random.default_rng(seed).normal(0, 0.1, round(seconds * sample_rate))
    return aj.Clip(samples, sample_rate, "noise")
