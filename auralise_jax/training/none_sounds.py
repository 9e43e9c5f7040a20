"""Sounds that a person may try on a model of music, and that should be called none of its classes.

They are not those that training meets (`outliers`): sweeps between other frequencies and by other
laws, noise of other spectra, voices outside of the range of those, other silences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float, Int16

from auralise_jax.corpus.cache import FULL_SCALE
from auralise_jax.training.speech_like import speech_like

Rng = np.random.Generator
Wave = Float[np.ndarray, " n"]

_PEAK_DB = -30.0, -3.0
_LAWS = "linear", "logarithmic", "quadratic", "hyperbolic"
_POLES = -0.6, 0.995  # of noise: bright to dull
_VOICES = (0.75, 0.88), (1.12, 1.35)  # times the speed, pitch and formants of training's
_OFFSET = 0.02  # of full scale


def none_sounds(
    count: int, sample_rate: int, samples: int, *, seed: int = 0
) -> dict[str, Int16[np.ndarray, "count samples"]]:
    """Make sounds that are no music, as many of each kind.

    ======= ===============================================================
    sweeps  a sine from one frequency to another, by one of four laws
    noise   white noise through a filter of one pole
    speech  speech-like sound of voices that are too slow and low, or too fast and high
    silence zeros, zeros and ones by chance as dither, or a constant
    ======= ===============================================================

    Parameters
    ----------
    count : int
        Of each kind, at least 1.
    sample_rate : int
        In Hz.
    samples : int
        In each, at least 1.
    seed : int
        At least 0.

    Returns
    -------
    dict of str to array of int16, shape (count, samples)
        By kind; 32767 is full scale.

    Examples
    --------
    >>> {kind: one.shape for kind, one in none_sounds(2, 4000, 8000).items()}["sweeps"]
    (2, 8000)
    """
    made = {}
    for number, (kind, make) in enumerate(_KINDS.items()):
        rngs = [np.random.default_rng((seed, number, one)) for one in range(count)]
        waves = np.stack([make(rng, sample_rate, samples) for rng in rngs])
        made[kind] = np.round(FULL_SCALE * waves).astype(np.int16)
    return made


def _sweep(rng: Rng, rate: int, n: int) -> Wave:
    from scipy.signal import chirp

    ends = rng.permutation([rng.uniform(0.01, 0.1), rng.uniform(0.3, 0.9)]) * rate / 2
    law = _LAWS[rng.integers(len(_LAWS))]
    return _loud(rng, chirp(np.arange(n) / rate, ends[0], n / rate, ends[1], law))


def _noise(rng: Rng, _rate: int, n: int) -> Wave:
    from scipy.signal import lfilter

    return _loud(rng, lfilter([1.0], [1.0, -rng.uniform(*_POLES)], rng.standard_normal(n)))


def _speech(rng: Rng, rate: int, n: int) -> Wave:
    speed = rng.uniform(*_VOICES[rng.integers(2)])
    return _loud(rng, speech_like(rng, round(rate / speed), n))


def _silence(rng: Rng, _rate: int, n: int) -> Wave:
    silences: list[Wave] = [np.zeros(n), rng.integers(0, 2, n) / FULL_SCALE, np.full(n, _OFFSET)]
    return silences[rng.integers(len(silences))]


def _loud(rng: Rng, wave: Wave) -> Wave:
    peak = max(float(np.abs(wave).max()), 1e-9)
    return np.asarray(wave * 10 ** (rng.uniform(*_PEAK_DB) / 20) / peak)


_KINDS: Mapping[str, Callable[[Rng, int, int], Wave]] = {
    "sweeps": _sweep,
    "noise": _noise,
    "speech": _speech,
    "silence": _silence,
}
