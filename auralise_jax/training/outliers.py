"""Sounds of no class: noise, sweeps, tones, clicks, hum, bursts, speech-like sound, silence.

Outlier exposure (Hendrycks, Mazeika and Dietterich 2019, arXiv:1812.04606) trains a network to give
them the same probability for each class. They are made from a seed, in memory; test with others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int16

from auralise_jax.choices import one_of
from auralise_jax.corpus.cache import FULL_SCALE, CacheError, SoundCache
from auralise_jax.corpus.threads import in_threads
from auralise_jax.corpus.tree import walk
from auralise_jax.frontend.windows import starts
from auralise_jax.training.speech_like import speech_like

Rng = np.random.Generator
Wave = Float[np.ndarray, " n"]

_PEAK_DB = -40.0, -1.0  # of all but silence, below full scale
_NEAR_SILENCE_DB = -90.0, -60.0
_LOWEST_HZ = 30.0
_HIGHEST = 0.95  # of the highest frequency


OFTEN = (
    "noise", "bands", "speech", "sweeps", "noise", "tones", "speech", "noise", "clicks", "bands",
    "hum", "bursts", "speech", "silence",
)  # fmt: skip
"""Kinds in turn as a training meets them: noise and speech often, since music is like them."""


def outliers(
    count: int,
    sample_rate: int,
    samples: int,
    *,
    seed: int = 0,
    kinds: Iterable[str] | None = None,
    progress: bool = False,
) -> Int16[np.ndarray, "count samples"]:
    """Make sounds of no class, the kinds in turn.

    ======== ===========================================================================
    noise    of any colour, from blue to brown
    bands    noise in a band from a tenth of an octave to three octaves wide
    sweeps   sines that rise or fall, linearly or exponentially, once or over and over
    tones    one to five sines: anyhow, harmonic, or so close that they beat
    clicks   alone, or in trains, regular or not
    hum      of the mains, 50 or 60 Hz, with harmonics and hiss
    bursts   of noise or tones, at irregular times
    speech   vowels and consonants of no language, see `speech_like`
    silence  zeros, or noise 60 to 90 dB below full scale
    ======== ===========================================================================

    Parameters
    ----------
    count : int
        How many, at least 0.
    sample_rate : int
        In Hz.
    samples : int
        In each, at least 1.
    seed : int
        At least 0. A sound depends on the seed, its number and its kind alone.
    kinds : iterable of str, optional
        Of `KINDS`; by default all.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    array of int16, shape (count, samples)
        32767 is full scale. All but silence peak 40 to 1 dB below it.

    Raises
    ------
    ValueError
        If a kind is unknown, or none is given.

    Examples
    --------
    >>> outliers(9, 11025, 44100).shape
    (9, 44100)
    """
    chosen = tuple(KINDS if kinds is None else kinds)
    if not chosen:
        raise ValueError(f"kinds is empty; choose from {', '.join(KINDS)}")
    for kind in chosen:
        one_of("kinds", kind, tuple(KINDS))

    def make(number: int) -> Int16[np.ndarray, " samples"]:
        kind = chosen[number % len(chosen)]
        rng = np.random.default_rng((seed, list(KINDS).index(kind), number))
        wave = KINDS[kind](rng, sample_rate, samples)
        if kind != "silence":
            peak_db = rng.uniform(*_PEAK_DB)
            wave = wave * 10 ** (peak_db / 20) / max(float(np.abs(wave).max()), 1e-9)
        return np.round(FULL_SCALE * wave).astype(np.int16)

    made = in_threads(make, range(count), "making sounds of no class", "sound", progress=progress)
    return np.stack(made) if made else np.zeros((0, samples), np.int16)


def sounds_of(
    folder: str | Path, cache: SoundCache, samples: int, *, progress: bool = True
) -> Int16[np.ndarray, "count samples"]:
    """Cut the sound files of a folder, and of the folders in it, into windows.

    Parameters
    ----------
    folder : str or Path
        Of sounds that belong to no class: speech, traffic, a fridge.
    cache : SoundCache
        Gives the sampling rate, and keeps what is decoded.
    samples : int
        In a window, at least 1. A last window under half length is dropped, unless it is the only
        one; others are filled up with zeros.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    array of int16, shape (count, samples)
        In the order of the files' names. Files that hold no sound are left out.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.
    ValueError
        If no file in it can be read.
    """
    if not Path(folder).is_dir():
        raise NotADirectoryError(f"{folder} is no folder; name one that holds sounds of no class")
    files = [Path(place, name) for place, _, names in walk(Path(folder), _pass) for name in names]

    def windows(path: Path) -> Int16[np.ndarray, "windows samples"]:
        try:
            sound = np.asarray(cache.load(path)[1])
        except CacheError:
            raise
        except Exception:  # whatever a decoder says of a file that is no sound
            return np.zeros((0, samples), np.int16)
        cut = [sound[start : start + samples] for start in starts(len(sound), samples)]
        return np.stack([np.pad(part, (0, samples - len(part))) for part in cut])

    found = in_threads(windows, files, "reading sounds of no class", "file", progress=progress)
    if not sum(map(len, found)):
        raise ValueError(f"{folder} holds no sound that can be read")
    return np.concatenate(found)


def _pass(file: str, reason: str) -> None:
    """Leave out what cannot be opened."""


def _noise(rng: Rng, rate: int, n: int) -> Wave:
    slope = rng.uniform(-1, 2.2)  # of power, -slope per decade: blue -1, white 0, pink 1, brown 2
    return _shaped(rng, rate, n, lambda hertz: hertz ** (-slope / 2))


def _bands(rng: Rng, rate: int, n: int) -> Wave:
    centre, octaves = _hertz(rng, rate), _log_uniform(rng, 0.1, 3)

    def gains(hertz: Wave) -> Wave:
        return np.exp(-0.5 * (np.log2(hertz / centre) / (octaves / 2)) ** 2)

    return _shaped(rng, rate, n, gains)


def _sweeps(rng: Rng, rate: int, n: int) -> Wave:
    low = _hertz(rng, rate / 2)
    ends = low, _log_uniform(rng, 2 * low, _HIGHEST * rate / 2)
    start, end = ends if rng.random() < 0.5 else ends[::-1]
    seconds = _log_uniform(rng, 0.2, max(0.3, 1.5 * n / rate))
    place = (np.arange(n) / rate / seconds) % 1
    if rng.random() < 0.3:  # there and back
        place = 1 - np.abs(1 - 2 * place)
    is_linear = rng.random() < 0.5
    hertz = start + (end - start) * place if is_linear else start * (end / start) ** place
    return np.asarray(np.sin(2 * np.pi * np.cumsum(hertz) / rate))


def _tones(rng: Rng, rate: int, n: int) -> Wave:
    lowest, count = _hertz(rng, rate), rng.integers(1, 6)
    beats = np.cumsum(_log_uniform(rng, 0.2, 20) * rng.uniform(0.5, 1.5, count))
    anyhow = [_hertz(rng, rate) for _ in range(count)]
    frequencies = (anyhow, lowest * np.arange(1, count + 1), lowest + beats)[rng.integers(3)]
    return _sines(rng, rate, n, np.asarray(frequencies), rng.uniform(0.1, 1, count))


def _clicks(rng: Rng, rate: int, n: int) -> Wave:
    a_second = _log_uniform(rng, 0.3, 60)
    length = 1 + round(rate * _log_uniform(rng, 1e-4, 0.02))
    grid = np.arange(rng.random(), max(2, n / rate * a_second)) / a_second * rate
    is_regular = rng.random() < 0.5
    times = grid if is_regular else rng.uniform(0, n, len(grid))
    wave = np.zeros(n)
    wave[np.minimum(times.astype(int), n - 1)] = rng.uniform(0.4, 1, len(times))
    click = rng.standard_normal(length) * np.exp(-5 * np.arange(length) / length)
    return np.convolve(wave, click)[:n]


def _hum(rng: Rng, rate: int, n: int) -> Wave:
    mains = rng.choice([50, 60]) * rng.uniform(0.998, 1.002)
    harmonics = np.arange(1, 1 + rng.integers(2, 40))
    levels = harmonics ** -rng.uniform(0.3, 2) * rng.uniform(0.1, 1, len(harmonics))
    hiss = 10 ** (rng.uniform(-60, -10) / 20) * rng.standard_normal(n)
    return np.asarray(_sines(rng, rate, n, mains * harmonics, levels) + hiss)


def _bursts(rng: Rng, rate: int, n: int) -> Wave:
    makers = _noise, _bands, _tones, _sweeps
    sound = makers[rng.integers(len(makers))](rng, rate, n)
    gate, t = np.zeros(n), np.arange(n) / rate
    for _ in range(rng.integers(1, 12)):
        start, length = rng.uniform(0, n / rate), _log_uniform(rng, 0.02, 1)
        rise, fall = _log_uniform(rng, 0.002, 0.1), _log_uniform(rng, 0.005, 0.5)
        edges = np.minimum((t - start) / rise, np.exp((start + length - t) / fall))
        gate = np.maximum(gate, rng.uniform(0.2, 1) * np.clip(edges, 0, 1))
    return np.asarray(sound * gate)


def _silence(rng: Rng, rate: int, n: int) -> Wave:
    level = rng.choice([0, 1]) * 10 ** (rng.uniform(*_NEAR_SILENCE_DB) / 20)
    return np.asarray(level * np.clip(_noise(rng, rate, n), -3, 3))


def _sines(rng: Rng, rate: int, n: int, hertz: Wave, levels: Wave) -> Wave:
    """Add sines of random phases; those beyond the highest frequency are left out."""
    wave = np.zeros(n)
    turns = np.arange(n) / rate
    for frequency, level in zip(hertz, levels, strict=True):
        if frequency < _HIGHEST * rate / 2:
            wave += level * np.sin(2 * np.pi * (frequency * turns + rng.random()))
    return wave


def _shaped(rng: Rng, rate: int, n: int, gains: Callable[[Wave], Wave]) -> Wave:
    """Return noise of RMS 1 with a spectrum of these gains; below 30 Hz as at 30 Hz."""
    hertz = np.maximum(np.fft.rfftfreq(n, 1 / rate), min(_LOWEST_HZ, rate / 4))
    wave = np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * gains(hertz), n)
    return np.asarray(wave / max(float(np.sqrt(np.mean(wave**2))), 1e-30))


def _hertz(rng: Rng, rate: float) -> float:
    return _log_uniform(rng, min(_LOWEST_HZ, rate / 8), _HIGHEST * rate / 2)


def _log_uniform(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


KINDS: Mapping[str, Callable[[Rng, int, int], Wave]] = {
    "noise": _noise,
    "bands": _bands,
    "sweeps": _sweeps,
    "tones": _tones,
    "clicks": _clicks,
    "hum": _hum,
    "bursts": _bursts,
    "speech": speech_like,
    "silence": _silence,
}
"""Functions of a generator of random numbers, a rate in Hz and a number of samples."""
