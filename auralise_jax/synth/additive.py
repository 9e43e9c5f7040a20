"""The additive engine: harmonics and noise in NumPy, for machines without a synthesiser library.

With seed 0 it sounds like a toy keyboard, on purpose: every partial is where theory puts it, which
makes it the reference in tests. Any other seed draws its own instruments, see `timbres`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from auralise_jax.synth.score import Note, Part, Score
from auralise_jax.synth.timbres import Drum, Timbre, another_drum, another_timbre, drum, timbre

Array = NDArray[np.float64]
_TAKES = 3  # recordings of each drum, so that a roll does not sound like a machine gun


def additive_stems(
    score: Score, sample_rate: int, seed: int, tuning: float = 0.0
) -> NDArray[np.float32]:
    """Play each part of a score with harmonics, envelopes and noise, dry.

    Parameters
    ----------
    score : Score
        What to play.
    sample_rate : int
        In Hz; partials above 0.45 times this are left out.
    seed : int
        Draws the noise of the drums and, unless 0, the instruments.
    tuning : float
        Cents above A4 = 440 Hz.

    Returns
    -------
    ndarray, shape (parts, n), float32
        One row per part of `round(score.duration * sample_rate)` samples, not normalised.
    """
    rng = np.random.default_rng(seed)
    stems = np.zeros((len(score.parts), round(score.duration * sample_rate)), np.float32)
    for stem, part in zip(stems, score.parts, strict=True):
        if part.is_drum:
            _drums(stem, part, sample_rate, rng, plain=not seed)
        else:
            sound = timbre(part.program)
            _tones(stem, part, another_timbre(rng, sound) if seed else sound, sample_rate, tuning)
    return stems


def _lay(stem: NDArray[np.float32], sound: Array, note: Note, sample_rate: int) -> None:
    start = round(note.start * sample_rate)
    stop = min(start + len(sound), len(stem))
    # Loudness goes with the square of velocity, as General MIDI recommends.
    stem[start:stop] += (note.velocity / 127) ** 2 * sound[: stop - start]


def _tones(
    stem: NDArray[np.float32], part: Part, timbre: Timbre, sample_rate: int, tuning: float
) -> None:
    longest: dict[int, float] = {}
    for note in part.notes:
        longest[note.pitch] = max(longest.get(note.pitch, 0.0), note.duration)
    # A loop repeats its notes: each pitch is made once, as long as it is ever needed.
    waves: dict[int, Array] = {}
    for note in part.notes:
        if note.glide:
            wave = _wave(note, note.duration, timbre, sample_rate, tuning)
        else:
            if note.pitch not in waves:
                waves[note.pitch] = _wave(note, longest[note.pitch], timbre, sample_rate, tuning)
            wave = waves[note.pitch]
        sound = wave[: round((note.duration + timbre.release) * sample_rate)].copy()
        released = min(len(sound), round(timbre.release * sample_rate))
        sound[len(sound) - released :] *= np.linspace(1, 0, released) ** 2
        _lay(stem, sound, note, sample_rate)


def _wave(note: Note, duration: float, timbre: Timbre, sample_rate: int, tuning: float) -> Array:
    """One pitched sound at full velocity, not yet released."""
    t = np.arange(round((duration + timbre.release) * sample_rate)) / sample_rate
    voices = (-timbre.detune / 2, timbre.detune / 2) if timbre.detune else (0.0,)
    wave = np.zeros_like(t)
    for cents in voices:
        f0 = 440.0 * 2 ** ((note.pitch - 69 + (tuning + cents) / 100) / 12)
        partials = timbre.levels[: max(1, int(0.45 * sample_rate / f0))]
        wave += _harmonics(_phase(f0, note, t, timbre), t, partials, timbre.decay)
    body = np.exp(-t / (2 * timbre.decay)) * np.minimum(t / timbre.attack, 1)
    return np.asarray(0.3 / len(voices) * wave * body)


def _phase(f0: float, note: Note, t: Array, timbre: Timbre) -> Array:
    phase = 2 * np.pi * f0 * t
    if timbre.vibrato:
        cents = timbre.vibrato * np.minimum(t / 0.5, 1)  # players bend a note once it stands
        hz = timbre.vibrato_hz
        phase += f0 * (2 ** (cents / 1200) - 1) / hz * np.sin(2 * np.pi * hz * t)
    if note.glide:
        left = np.maximum(1 - t / note.glide_time, 0)
        excess = f0 * (2 ** (note.glide * left / 12) - 1)
        phase += 2 * np.pi * np.cumsum(excess) * (t[1] if len(t) > 1 else 0)
    return phase


def _harmonics(phase: Array, t: Array, levels: Sequence[float], decay: float) -> Array:
    """Sum partials; the higher ones of struck and plucked sounds fade sooner, the k-th as fade**k.

    sin(k x) from its two predecessors costs one product instead of one sine.
    """
    wave = np.zeros_like(t)
    fade = np.exp(-t / (4 * decay)) if np.isfinite(decay) else 1.0
    twice_cos = 2 * fade * np.cos(phase)
    before, sine = np.zeros_like(t), fade * np.sin(phase)
    for level in levels:
        wave += level * sine
        # With s(k) = fade**k sin(k x): s(k+1) = 2 fade cos(x) s(k) - fade**2 s(k-1).
        before, sine = sine, twice_cos * sine - fade**2 * before
    return wave


def _drums(
    stem: NDArray[np.float32],
    part: Part,
    sample_rate: int,
    rng: np.random.Generator,
    *,
    plain: bool,
) -> None:
    takes: dict[int, list[Array]] = {}
    for index, note in enumerate(part.notes):
        if note.pitch not in takes:
            sound = drum(note.pitch)
            sound = sound if plain else another_drum(rng, sound)
            takes[note.pitch] = [_stroke(sound, sample_rate, rng) for _ in range(_TAKES)]
        _lay(stem, takes[note.pitch][index % _TAKES], note, sample_rate)


def _stroke(drum: Drum, sample_rate: int, rng: np.random.Generator) -> Array:
    """One stroke at full velocity."""
    seconds = 7 * max(drum.decay * (drum.level > 0), drum.noise_decay)
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    # The pitch falls exponentially; this is its integral.
    fallen = drum.sweep * (1 - np.exp(-t / drum.sweep))
    cycles = drum.stop_hz * t + (drum.start_hz - drum.stop_hz) * fallen
    tone = drum.level * np.sin(2 * np.pi * cycles) * np.exp(-t / drum.decay)
    corner = min(drum.noise_hz, 0.4 * sample_rate)
    bright = butter(2, corner, "high", fs=sample_rate, output="sos")
    hiss = sosfilt(bright, rng.standard_normal(len(t))) * np.exp(-t / drum.noise_decay)
    if drum.hands > 1:
        hiss *= 1 - 0.9 * ((t < 0.011 * drum.hands) & (t % 0.011 > 0.004))
    return np.asarray(0.8 * (tone + drum.noise_level * hiss))
