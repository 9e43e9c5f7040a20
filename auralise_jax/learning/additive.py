"""The additive engine: harmonics and noise in NumPy, for machines without a synthesiser library.

It sounds like a toy keyboard, on purpose: every partial is where theory puts it, which makes it
the reference in tests, and it needs nothing but NumPy. Prefer FluidSynth for training data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auralise_jax.learning.score import Note, Score

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Timbre:
    """A pitched sound: partials k fall as k**-slope; times in seconds; inf = sustained."""

    slope: float
    attack: float
    decay: float
    release: float
    odd: float = 1.0  # level of the even partials: 0 = hollow, like a clarinet or square wave
    vibrato: float = 0.0  # depth in cents


# One timbre for each of General MIDI's sixteen families of eight programs.
_FAMILIES = (
    _Timbre(1.6, 0.004, 1.2, 0.15),  # pianos
    _Timbre(2.5, 0.002, 0.8, 0.40),  # chromatic percussion
    _Timbre(1.4, 0.010, np.inf, 0.06),  # organs
    _Timbre(1.4, 0.003, 0.9, 0.12),  # guitars
    _Timbre(1.9, 0.005, 1.1, 0.08),  # basses
    _Timbre(1.3, 0.070, np.inf, 0.20, vibrato=8.0),  # strings
    _Timbre(1.5, 0.120, np.inf, 0.35, vibrato=5.0),  # ensembles
    _Timbre(1.1, 0.040, np.inf, 0.12),  # brass
    _Timbre(1.2, 0.030, np.inf, 0.10, odd=0.4, vibrato=5.0),  # reeds
    _Timbre(2.6, 0.050, np.inf, 0.12, vibrato=6.0),  # pipes
    _Timbre(1.0, 0.005, np.inf, 0.06, odd=0.5),  # synth leads
    _Timbre(1.8, 0.250, np.inf, 0.50),  # synth pads
    _Timbre(1.7, 0.120, 2.5, 0.50),  # synth effects
    _Timbre(1.3, 0.003, 0.7, 0.10),  # plucked instruments of the world
    _Timbre(2.2, 0.002, 0.3, 0.10),  # pitched percussion
    _Timbre(1.0, 0.050, 0.5, 0.20),  # sound effects
)


@dataclass(frozen=True)
class _Drum:
    """A falling sine (Hz from, to; decay in s) plus noise (decay in s), differenced to brighten."""

    sine: tuple[float, float, float]
    sine_level: float
    noise_decay: float
    noise_level: float
    brightness: int = 0


_KICK = _Drum((150, 48, 0.16), 1.0, 0.006, 0.15)
_SNARE = _Drum((230, 180, 0.07), 0.5, 0.11, 0.45)
_RIM = _Drum((1700, 1600, 0.012), 0.4, 0.010, 0.25)
_CLAP = _Drum((1000, 1000, 0.001), 0.0, 0.090, 0.50, 1)
_CLOSED_HAT = _Drum((1000, 1000, 0.001), 0.0, 0.030, 0.14, 2)
_OPEN_HAT = _Drum((1000, 1000, 0.001), 0.0, 0.160, 0.13, 2)
_CRASH = _Drum((1000, 1000, 0.001), 0.0, 0.600, 0.16, 2)
_RIDE = _Drum((3100, 3100, 0.2), 0.03, 0.250, 0.08, 2)
_SHAKER = _Drum((1000, 1000, 0.001), 0.0, 0.040, 0.12, 1)
_DRUMS = {
    35: _KICK, 36: _KICK, 37: _RIM, 38: _SNARE, 39: _CLAP, 40: _SNARE,
    42: _CLOSED_HAT, 44: _CLOSED_HAT, 46: _OPEN_HAT,
    49: _CRASH, 51: _RIDE, 52: _CRASH, 53: _RIDE, 54: _SHAKER, 55: _CRASH, 57: _CRASH, 59: _RIDE,
    69: _SHAKER, 70: _SHAKER, 75: _RIM, 76: _RIM, 77: _RIM, 82: _SHAKER,
}  # fmt: skip


def additive_stems(score: Score, sample_rate: int, seed: int) -> NDArray[np.float32]:
    """Play each part of a score with harmonics, envelopes and noise, dry.

    Parameters
    ----------
    score : Score
        What to play.
    sample_rate : int
        In Hz; partials above 0.45 times this are left out.
    seed : int
        Draws the noise of the drums.

    Returns
    -------
    ndarray, shape (parts, n), float32
        One row per part of `round(score.duration * sample_rate)` samples, not normalised.
    """
    rng = np.random.default_rng(seed)
    stems = np.zeros((len(score.parts), round(score.duration * sample_rate)), np.float32)
    for stem, part in zip(stems, score.parts, strict=True):
        sounds: dict[tuple[int, float], Array] = {}  # a loop repeats its notes: make each once
        for note in part.notes:
            if part.is_drum:
                sound = _drum(note.pitch, sample_rate, rng)
            else:
                key = note.pitch, note.duration
                if key not in sounds:
                    sounds[key] = _tone(note, _FAMILIES[part.program // 8], sample_rate)
                sound = sounds[key]
            start = round(note.start * sample_rate)
            stop = min(start + len(sound), len(stem))
            # Loudness goes with the square of velocity, as General MIDI recommends.
            stem[start:stop] += (note.velocity / 127) ** 2 * sound[: stop - start]
    return stems


def _tone(note: Note, timbre: _Timbre, sample_rate: int) -> Array:
    """One pitched sound at full velocity, until it has faded after its release."""
    f0 = 440.0 * 2 ** ((note.pitch - 69) / 12)
    t = np.arange(round((note.duration + timbre.release) * sample_rate)) / sample_rate
    phase = 2 * np.pi * f0 * t
    if timbre.vibrato:
        cents = timbre.vibrato * np.minimum(t / 0.5, 1)  # players bend a note once it stands
        phase += f0 * (2 ** (cents / 1200) - 1) / 5.5 * np.sin(2 * np.pi * 5.5 * t)
    # Higher partials of struck and plucked sounds fade sooner: the k-th as fade**k.
    fade = np.exp(-t / (4 * timbre.decay)) if np.isfinite(timbre.decay) else np.ones_like(t)
    wave, damping = np.zeros_like(t), np.ones_like(t)
    # sin(k x) from its two predecessors costs one product instead of one sine.
    before, sine, twice_cos = np.zeros_like(t), np.sin(phase), 2 * np.cos(phase)
    for k in range(1, 1 + min(16, int(0.45 * sample_rate / f0))):
        damping *= fade
        wave += k**-timbre.slope * (timbre.odd if k % 2 == 0 else 1.0) * damping * sine
        before, sine = sine, twice_cos * sine - before
    body = np.exp(-t / (2 * timbre.decay)) * np.minimum(t / timbre.attack, 1)
    held = np.clip((note.duration + timbre.release - t) / timbre.release, 0, 1) ** 2
    tone: Array = 0.3 * wave * body * held
    return tone


def _drum(pitch: int, sample_rate: int, rng: np.random.Generator) -> Array:
    """One stroke at full velocity; an unlisted drum is a tom tuned by its number."""
    hz = 60.0 * 2 ** ((pitch - 41) / 12)
    drum = _DRUMS.get(pitch, _Drum((1.5 * hz, hz, 0.15), 0.7, 0.02, 0.1))
    start, stop, decay = drum.sine
    t = np.arange(round(8 * max(decay, drum.noise_decay) * sample_rate)) / sample_rate
    # The pitch falls exponentially with a time constant of 30 ms; this is its integral.
    cycles = stop * t + (start - stop) * 0.03 * (1 - np.exp(-t / 0.03))
    tone = drum.sine_level * np.sin(2 * np.pi * cycles) * np.exp(-t / decay)
    hiss = np.diff(rng.standard_normal(len(t) + drum.brightness), n=drum.brightness)
    if drum is _CLAP:
        hiss = hiss * (1 - 0.9 * ((t < 0.03) & (t % 0.011 > 0.004)))  # several hands
    return 0.8 * (tone + drum.noise_level * hiss * np.exp(-t / drum.noise_decay))
