"""Speech-like sound of no language, by formants.

Glottal pulses with a pitch contour pass through formants that glide from one vowel to the next, and
noise through a band, as in a formant synthesiser (Klatt 1980, JASA 67:971); syllables, phrases and
pauses come at a speaker's own rate. Filters are applied to short-time spectra.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Rng = np.random.Generator
Wave = Float[np.ndarray, " n"]

_VOWELS = np.array([
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
    (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
])  # fmt: skip
"""Formants in Hz of men's vowels (Peterson and Barney 1952, JASA 24:175)."""
_FOURTH = 3500.0  # Hz, in all vowels
_BANDWIDTHS = 70.0, 100.0, 140.0, 200.0  # Hz
_PITCHES = 80.0, 290.0  # Hz, of speakers
_HISS = 1500.0, 7000.0  # Hz, middle of a consonant's noise
_RAMP = 0.012  # seconds in which a sound begins or ends
_FRAME = 0.03  # seconds that a filter sees at once


def speech_like(rng: Rng, sample_rate: int, samples: int) -> Float[np.ndarray, " samples"]:
    """Make speech-like sound by one speaker, of any level.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the speaker (pitch, length of the vocal tract, rate, breath) and the syllables.
    sample_rate : int
        In Hz.
    samples : int
        How many, at least 1.
    """
    seconds = samples / sample_rate
    times, voice, hiss, pitch, formants, noise_hz = _syllables(rng, seconds)
    tract = rng.uniform(0.9, 1.3)
    t = np.arange(samples) / sample_rate
    middle = np.exp(rng.uniform(*np.log(_PITCHES)))
    hertz = middle * 2 ** (np.interp(t, times, pitch) / 12)
    noise = rng.standard_normal((2, samples))
    pulses = _pulses(np.cumsum(hertz) / sample_rate, rng.uniform(0.4, 0.8))
    voiced = np.interp(t, times, voice) * (pulses + rng.uniform(0, 0.03) * noise[0])

    def vowels(frame_times: Wave, bins: Wave) -> Float[np.ndarray, "frames bins"]:
        gains = np.ones((len(frame_times), len(bins)))
        for column, width in zip(formants.T, _BANDWIDTHS, strict=True):
            centre = tract * np.interp(frame_times, times, column)[:, None]
            gains /= np.hypot(1 - (bins / centre) ** 2, bins * width / centre**2)
        return gains

    def consonants(frame_times: Wave, bins: Wave) -> Float[np.ndarray, "frames bins"]:
        centre = np.interp(frame_times, times, noise_hz)[:, None]
        octaves = np.log2(np.maximum(bins, 1) / centre)
        return np.asarray(np.exp(-2 * octaves**2))

    spoken = _filtered(voiced, sample_rate, vowels)
    whispered = _filtered(np.interp(t, times, hiss) * noise[1], sample_rate, consonants)
    loudest = float(np.abs(spoken).max()) or 1.0
    return np.asarray(spoken / loudest + rng.uniform(0.05, 0.4) * whispered)


def _syllables(rng: Rng, seconds: float) -> tuple[np.ndarray, ...]:
    """Return times and, at each: voice, hiss, pitch in semitones, formants and the hiss in Hz."""
    rate, lively = rng.uniform(2.5, 7), rng.uniform(0.5, 4)
    a_phrase = rng.uniform(3, 12)
    points: list[tuple[float, float, float, float, int, float]] = []
    time, tune = -rng.uniform(0, 0.6), 0.0
    while time < seconds or not points:
        vowel = int(rng.integers(len(_VOWELS)))
        noise_hz = float(np.exp(rng.uniform(*np.log(_HISS))))
        length = float(np.exp(rng.normal(0, 0.25))) / rate
        onset = length * rng.uniform(0.2, 0.5)
        # A fricative, a plosive, a nasal or another voiced consonant, or none.
        voice, hiss, gap = ((0, 1, 0), (0, 1.5, 0.7), (0.3, 0, 0), (0.6, 0, 0))[rng.integers(4)]
        loud = rng.uniform(0.5, 1)
        tune = 0.6 * tune + rng.normal(0, lively)
        is_last = rng.random() < 1 / a_phrase
        parts: list[tuple[float, float, float]] = [
            (onset * gap, 0, 0), (onset * (1 - gap), voice, hiss), (length - onset, loud, 0)
        ]  # fmt: skip
        parts += [(rng.uniform(0.1, 0.9), 0, 0)] * is_last
        for duration, level, noise in parts:
            ramp = min(_RAMP, duration / 4)
            ends = time + ramp, time + duration - ramp
            points += [(place, level, noise, tune, vowel, noise_hz) for place in ends]
            time += duration
        tune -= lively * (1.5 if not is_last else -3.0) / a_phrase  # phrases fall, and begin high
    columns = [np.array(column) for column in zip(*points, strict=True)]
    vowels = _VOWELS[columns[4]]
    fourth = np.full((len(vowels), 1), _FOURTH)
    return *columns[:4], np.hstack([vowels, fourth]), columns[5]


def _pulses(turns: Wave, opened: float) -> Wave:
    """Return the change of a glottal flow (Rosenberg 1971): a rise, a fall, and closure."""
    place = (turns % 1) / opened
    rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(place / 0.7, 1))
    fall = np.cos(np.pi / 2 * np.clip((place - 0.7) / 0.3, 0, 1))
    return np.diff(rise * fall, prepend=0)


def _filtered(
    wave: Wave,
    rate: int,
    gains: Callable[[Wave, Wave], Float[np.ndarray, "frames bins"]],
) -> Wave:
    """Multiply short-time spectra by gains, a function of times in s and frequencies in Hz."""
    hop = max(1, round(_FRAME * rate / 4))
    size = 4 * hop
    count = len(wave) // hop + 4
    padded = np.pad(wave, (3 * hop, count * hop + size - len(wave)))
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size))
    places = hop * np.arange(count)[:, None] + np.arange(size)
    times = (hop * np.arange(count) - hop) / rate  # of the frames' middles
    spectra = np.fft.rfft(padded[places] * window)
    spectra *= gains(times, np.fft.rfftfreq(size, 1 / rate))
    frames = np.fft.irfft(spectra, size) * window / 2
    whole = np.zeros(len(padded))
    for part in range(4):  # frames of which no two overlap
        some = frames[part::4].reshape(-1)
        whole[part * hop : part * hop + len(some)] += some
    return whole[3 * hop : 3 * hop + len(wave)]
