"""The sounds of the additive engine as numbers, and how a seed changes them.

A drawn timbre is another instrument of the same kind: as good as one more soundfont.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

PARTIALS = 20


@dataclass(frozen=True)
class Timbre:
    """A pitched sound: partials k fall as k**-slope; times in seconds; inf = sustained.

    `even` is the level of the even partials (0 is hollow, like a clarinet or a square wave),
    `vibrato` its depth and `detune` the distance of two unison voices in cents, `colour` a further
    factor on each partial.
    """

    slope: float
    attack: float
    decay: float
    release: float
    even: float = 1.0
    vibrato: float = 0.0
    vibrato_hz: float = 5.5
    detune: float = 0.0
    colour: tuple[float, ...] = (1.0,) * PARTIALS

    @property
    def levels(self) -> tuple[float, ...]:
        """Level of each partial, from the fundamental up."""
        return tuple(
            k**-self.slope * factor * (self.even if k % 2 == 0 else 1.0)
            for k, factor in enumerate(self.colour, start=1)
        )


@dataclass(frozen=True)
class Drum:
    """A sine that falls in pitch, plus high-passed noise; a decay is a time constant in seconds."""

    start_hz: float
    stop_hz: float
    sweep: float
    decay: float
    level: float
    noise_hz: float
    noise_decay: float
    noise_level: float
    hands: int = 1  # a clap is several bursts


# One timbre for each of General MIDI's sixteen families of eight programs.
_FAMILIES = (
    Timbre(1.6, 0.004, 1.2, 0.15),  # pianos
    Timbre(2.5, 0.002, 0.8, 0.40),  # chromatic percussion
    Timbre(1.4, 0.010, np.inf, 0.06),  # organs
    Timbre(1.4, 0.003, 0.9, 0.12),  # guitars
    Timbre(1.9, 0.005, 1.1, 0.08),  # basses
    Timbre(1.3, 0.070, np.inf, 0.20, vibrato=8.0),  # strings
    Timbre(1.5, 0.120, np.inf, 0.35, vibrato=5.0),  # ensembles
    Timbre(1.1, 0.040, np.inf, 0.12),  # brass
    Timbre(1.2, 0.030, np.inf, 0.10, even=0.4, vibrato=5.0),  # reeds
    Timbre(2.6, 0.050, np.inf, 0.12, vibrato=6.0),  # pipes
    Timbre(1.0, 0.005, np.inf, 0.06, even=0.5),  # synth leads
    Timbre(1.8, 0.250, np.inf, 0.50),  # synth pads
    Timbre(1.7, 0.120, 2.5, 0.50),  # synth effects
    Timbre(1.3, 0.003, 0.7, 0.10),  # plucked instruments of the world
    Timbre(2.2, 0.002, 0.3, 0.10),  # pitched percussion
    Timbre(1.0, 0.050, 0.5, 0.20),  # sound effects
)
_SYNTH_BASS = Timbre(1.5, 0.004, np.inf, 0.06)  # the synthesised ones among the basses are held
_SYNTH_BASSES = (38, 39)

_KICK = Drum(150, 48, 0.030, 0.16, 1.0, 800, 0.006, 0.2)
_SNARE = Drum(260, 180, 0.030, 0.07, 0.5, 900, 0.11, 0.45)
_RIM = Drum(1750, 1650, 0.010, 0.012, 0.4, 1500, 0.010, 0.25)
_CLAP = Drum(1000, 1000, 0.010, 0.001, 0.0, 900, 0.090, 0.5, hands=3)
_CLOSED_HAT = Drum(1000, 1000, 0.010, 0.001, 0.0, 4000, 0.030, 0.35)
_OPEN_HAT = Drum(1000, 1000, 0.010, 0.001, 0.0, 3700, 0.160, 0.32)
_CRASH = Drum(1000, 1000, 0.010, 0.001, 0.0, 2500, 0.600, 0.32)
_RIDE = Drum(3100, 3100, 0.010, 0.200, 0.03, 3500, 0.250, 0.18)
_SHAKER = Drum(1000, 1000, 0.010, 0.001, 0.0, 3000, 0.040, 0.22)
_BELL = Drum(810, 800, 0.010, 0.080, 0.3, 3000, 0.010, 0.05)
_DRUMS = {
    35: _KICK, 36: _KICK, 37: _RIM, 38: _SNARE, 39: _CLAP, 40: _SNARE,
    42: _CLOSED_HAT, 44: _CLOSED_HAT, 46: _OPEN_HAT,
    49: _CRASH, 51: _RIDE, 52: _CRASH, 53: _RIDE, 54: _SHAKER, 55: _CRASH, 56: _BELL, 57: _CRASH,
    59: _RIDE, 69: _SHAKER, 70: _SHAKER, 75: _RIM, 76: _RIM, 77: _RIM, 82: _SHAKER,
}  # fmt: skip


def timbre(program: int) -> Timbre:
    """Return the plain timbre of a General MIDI program.

    Examples
    --------
    >>> timbre(19) == timbre(16)  # one organ for all
    True
    """
    return _SYNTH_BASS if program in _SYNTH_BASSES else _FAMILIES[program // 8]


def drum(pitch: int) -> Drum:
    """Return the plain sound of a General MIDI drum; one not listed is a tom by its number.

    Examples
    --------
    >>> drum(36).stop_hz, round(drum(45).stop_hz)
    (48, 76)
    """
    hz = 60.0 * 2 ** ((pitch - 41) / 12)
    return _DRUMS.get(pitch, Drum(1.5 * hz, hz, 0.030, 0.15, 0.7, 500, 0.02, 0.1))


def another_timbre(rng: np.random.Generator, plain: Timbre) -> Timbre:
    """Draw an instrument of the same kind: duller or brighter, sharper or softer, in unison.

    Examples
    --------
    >>> another_timbre(np.random.default_rng(1), timbre(0)) == timbre(0)
    False
    """
    bumps = np.exp(rng.normal(0, 0.45, PARTIALS))
    return replace(
        plain,
        slope=float(np.clip(plain.slope + rng.normal(0, 0.35), 0.6, 3.2)),
        attack=_scaled(rng, plain.attack, 2.5),
        decay=_scaled(rng, plain.decay, 2.2),
        release=_scaled(rng, plain.release, 2.0),
        even=float(np.clip(plain.even + rng.choice([0, 0, -0.5, -0.9, 0.4]), 0.02, 1.3)),
        vibrato=float(plain.vibrato * rng.uniform(0.3, 3)),
        vibrato_hz=float(rng.uniform(4.5, 6.8)),
        detune=float(rng.choice([0.0, 0.0, 0.0, rng.uniform(3, 18)])),
        colour=(1.0, *(float(bump) for bump in bumps[1:])),
    )


def another_drum(rng: np.random.Generator, plain: Drum) -> Drum:
    """Draw a drum of the same kind: other tuning, other decay, other colour and share of noise.

    Examples
    --------
    >>> another_drum(np.random.default_rng(1), drum(36)) == drum(36)
    False
    """
    tuning = 2 ** rng.uniform(-0.4, 0.4)
    return replace(
        plain,
        start_hz=float(plain.stop_hz + (plain.start_hz - plain.stop_hz) * rng.uniform(0.5, 2.5))
        * tuning,
        stop_hz=plain.stop_hz * tuning,
        sweep=_scaled(rng, plain.sweep, 1.8),
        decay=_scaled(rng, plain.decay, 2.2),
        level=_scaled(rng, plain.level, 1.3),
        noise_hz=_scaled(rng, plain.noise_hz, 1.6),
        noise_decay=_scaled(rng, plain.noise_decay, 2.0),
        noise_level=_scaled(rng, plain.noise_level, 1.6),
        hands=int(rng.integers(1, 5)) if plain.hands > 1 else 1,
    )


def _scaled(rng: np.random.Generator, value: float, most: float) -> float:
    return float(value * most ** rng.uniform(-1, 1))
