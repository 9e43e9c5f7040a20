"""Clicks, tones, noise, drums, lines: sounds that each ask one question of a feature.

The authors of arXiv:1607.02444 tried theirs on music and on chords. Here onsets, pitch, loudness,
bass and melody come and go independently of each other, at irregular times and with silence in
between, so that a response to one cannot pass for a response to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from auralise_jax.choices import one_of
from auralise_jax.probes.canvas import Canvas
from auralise_jax.probes.sounding import Probe

Rng = np.random.Generator
Span = tuple[float, float]
Variant = Mapping[str, str | float]

_FIRST, _LAST = 0.1, 3.9  # seconds within which everything happens
_REGISTERS = {"low": (50, 110), "middle": (200, 500), "high": (1000, 2500)}  # Hz
_NOISES = {"low": (40, 200), "mid": (400, 1200), "high": (3000, 5000), "broad": (50, 5000)}  # Hz
_BASS, _CHORD, _UPPER, _TOP = (28, 43), (48, 62), (57, 72), (72, 86)  # MIDI note numbers
_ABSENT = "absent"


def stimuli(
    sample_rate: int = 22_050, *, seed: int = 0, kinds: Iterable[str] | None = None
) -> tuple[Probe, ...]:
    """Make the probes that are not chords on instruments.

    Each lasts 4 s, begins in silence and holds something at 0 dB, which is an RMS of 0.1
    for tones and noise and a peak of 0.3 for clicks and drums (see `canvas.Canvas`).

    ========= =====================================================================
    clicks    at irregular times, as loud as each other or over a range of dB
    attacks   tones or noise that take up to `slowest` s to rise, over 40 dB
    tones     steady, in three registers, pure or with partials
    vibrato   tones whose pitch swings by `cents` to either side of what is noted
    sweeps    glides, linear in Hz or in octaves; noted as tones of 50 ms
    noise     in four bands: steady, gated at irregular times, or loud and soft
    drums     each alone, or together at times of their own, of which `shared` agree
    intervals two tones at once
    melody    a line over held chords; both, or one of them absent
    bass      a line under held chords; both, or one of them absent
    tempo     clicks on a grid of beats a minute
    ========= =====================================================================

    Parameters
    ----------
    sample_rate : int
        In Hz, 8000-96000. What happens when does not depend on it, but partials and noise above
        0.45 times it are left out.
    seed : int
        At least 0; draws times, pitches, levels and noise.
    kinds : iterable of str, optional
        Of `KINDS`; by default all. Choosing some does not change them.

    Returns
    -------
    tuple of Probe
        In the order of `kinds`; `Probe.kind` is one of `KINDS`, the attributes differ by kind.

    Raises
    ------
    ValueError
        If a kind is unknown, none is chosen, or the rate or the seed is out of range.

    Examples
    --------
    >>> probes = stimuli(11_025, kinds=["tempo", "noise"])
    >>> probes[2]
    <Probe tempo: tempo 120; 7 onsets in 4.00 s>
    >>> probes[-1].bands[0].low
    400
    """
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    chosen = KINDS if kinds is None else (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if not chosen:
        raise ValueError(f"kinds is empty; choose from {', '.join(KINDS)}")
    for kind in chosen:
        one_of("kinds", kind, KINDS)
    probes = []
    for kind in chosen:
        make, variants = _GROUPS[kind]
        for number, variant in enumerate(variants):
            seeds = seed, KINDS.index(kind), number
            canvas = Canvas(sample_rate, (*seeds, 1))
            make(canvas, np.random.default_rng((*seeds, 0)), **variant)
            probes.append(canvas.probe(kind, variant))
    return tuple(probes)


def _clicks(canvas: Canvas, rng: Rng, clicks: int, range_db: float) -> None:
    levels = _levels(rng, clicks, range_db)
    for time, level in zip(_times(rng, clicks, gap=0.08), levels, strict=True):
        canvas.stroke(time, "click", level)


def _attacks(canvas: Canvas, rng: Rng, sound: str, slowest: float) -> None:
    count = 6
    rises = rng.permutation(np.linspace(0, slowest, count))
    starts = _times(rng, count, gap=0.5, last=3.4)
    for start, rise, level in zip(starts, rises, _levels(rng, count, 40), strict=True):
        end = start + float(rise) + rng.uniform(0.06, 0.2)
        if sound == "tone":
            canvas.tone(start, end, _hz_in(rng, (110, 880)), level, rise=float(rise), partials=6)
        else:
            canvas.band(start, end, *_NOISES["broad"], level, rise=float(rise))


def _tones(canvas: Canvas, rng: Rng, register: str, tones: int, partials: int) -> None:
    levels = _levels(rng, tones, 30)
    for (start, end), level in zip(_spans(rng, tones), levels, strict=True):
        hz = _hz_in(rng, _REGISTERS[register])
        canvas.tone(start, end, hz, level, rise=0.03, partials=partials)


def _vibrato(canvas: Canvas, rng: Rng, register: str, cents: float) -> None:
    for start, end in _spans(rng, 2, shortest=0.4):
        hz, swings = _hz_in(rng, _REGISTERS[register]), rng.uniform(4.5, 6.5)
        canvas.tone(start, end, hz, rise=0.05, partials=8, vibrato=cents, vibrato_hz=swings)


def _sweeps(canvas: Canvas, rng: Rng, shape: Any, direction: str) -> None:
    for start, end in _spans(rng, 2, shortest=0.4):
        hz = _hz_in(rng, (80, 200)), _hz_in(rng, (1200, 3500))
        low, high = hz if direction == "up" else hz[::-1]
        canvas.sweep(start, end, low, high, shape=shape)


def _noise(canvas: Canvas, rng: Rng, band: str, gating: str) -> None:
    count = {"steady": 1, "gated": 6, "loud and soft": 4}[gating]
    levels = _levels(rng, count, 30 if gating == "loud and soft" else 0)
    for (start, end), level in zip(_spans(rng, count), levels, strict=True):
        canvas.band(start, end, *_NOISES[band], level)


def _drums(canvas: Canvas, rng: Rng, drums: str, kit: int, shared: int) -> None:
    count = 7
    together = _times(rng, count, gap=0.15)[:: count // 2][:shared]
    for name in drums.split(" and "):
        times = _times(rng, count - shared, gap=0.1) + together
        for time, level in zip(times, _levels(rng, count, 24), strict=True):
            canvas.stroke(time, one_of("drums", name, ("kick", "snare", "hat")), level, kit=kit)


def _intervals(canvas: Canvas, rng: Rng, register: str) -> None:
    for start, end in _spans(rng, 4):
        hz, semitones = _hz_in(rng, _REGISTERS[register]), int(rng.integers(1, 13))
        canvas.tone(start, end, hz, rise=0.02, partials=6)
        canvas.tone(start, end, hz * 2 ** (semitones / 12), rise=0.02, partials=6, struck=False)


def _melody(canvas: Canvas, rng: Rng, melody: str, chords: str) -> None:
    _line(canvas, rng, 6, _TOP, melody)
    _held(canvas, rng, 2, _CHORD, chords)


def _bass(canvas: Canvas, rng: Rng, bass: str, chords: str) -> None:
    _line(canvas, rng, 4, _BASS, bass)
    _held(canvas, rng, 3, _UPPER, chords)


def _tempo(canvas: Canvas, rng: Rng, tempo: float) -> None:
    beat = 60 / tempo
    first = rng.uniform(_FIRST, min(_FIRST + beat, 0.7))
    for time in np.arange(first, _LAST, beat):
        canvas.stroke(float(time), "click")


def _line(canvas: Canvas, rng: Rng, count: int, keys: tuple[int, int], level: str) -> None:
    if level != _ABSENT:
        for start, end in _spans(rng, count):
            pitch = int(rng.integers(*keys))
            canvas.tone(start, end, _hz(pitch), _LEVELS[level], rise=0.02, partials=6)


def _held(canvas: Canvas, rng: Rng, count: int, keys: tuple[int, int], level: str) -> None:
    if level != _ABSENT:
        for start, end in _spans(rng, count, shortest=0.3):
            root = int(rng.integers(keys[0], keys[1] - 7))
            for step in (0, int(rng.integers(3, 5)), 7):
                canvas.tone(start, end, _hz(root + step), _LEVELS[level], rise=0.05, partials=4,
                            struck=not step)  # fmt: skip


def _times(rng: Rng, count: int, gap: float, last: float = _LAST) -> list[float]:
    """Draw ascending times, at least `gap` seconds apart and equally likely otherwise."""
    free = last - _FIRST - gap * (count - 1)
    drawn = np.sort(rng.uniform(0, free, count)) + gap * np.arange(count)
    return [float(time) for time in _FIRST + drawn]


def _spans(rng: Rng, count: int, shortest: float = 0.1) -> list[Span]:
    """Draw starts and ends in turn: sounds and the silences between them are both irregular."""
    edges = _times(rng, 2 * count, gap=shortest)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _levels(rng: Rng, count: int, range_db: float) -> list[float]:
    """Draw the order of levels that are spread evenly from 0 down to -`range_db`."""
    return [float(level) for level in rng.permutation(-np.linspace(0, range_db, count))]


def _hz_in(rng: Rng, limits: Sequence[float]) -> float:
    """Draw a frequency; every octave is as likely as any other."""
    return float(np.exp(rng.uniform(*np.log(limits))))


def _hz(pitch: int) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))


_LEVELS = {"loud": 0.0, "soft": -12.0}
_GROUPS: dict[str, tuple[Callable[..., None], Sequence[dict[str, Any]]]] = {
    "clicks": (_clicks, [
        {"clicks": 6, "range_db": 0},
        {"clicks": 12, "range_db": 20},
        {"clicks": 12, "range_db": 40},
        {"clicks": 24, "range_db": 40},
    ]),
    "attacks": (_attacks, [
        {"sound": sound, "slowest": slowest}
        for sound in ("tone", "noise") for slowest in (0.0, 0.06, 0.2)
    ]),
    "tones": (_tones, [
        {"register": "low", "tones": 1, "partials": 8},
        {"register": "middle", "tones": 1, "partials": 1},
        {"register": "high", "tones": 1, "partials": 8},
        {"register": "low", "tones": 4, "partials": 1},
        {"register": "middle", "tones": 4, "partials": 8},
        {"register": "high", "tones": 4, "partials": 1},
    ]),
    "vibrato": (_vibrato, [
        {"register": "middle", "cents": 30},
        {"register": "middle", "cents": 80},
        {"register": "high", "cents": 50},
    ]),
    "sweeps": (_sweeps, [
        {"shape": shape, "direction": direction}
        for shape in ("linear", "exponential") for direction in ("up", "down")
    ]),
    "noise": (_noise, [
        *({"band": band, "gating": "steady"} for band in _NOISES),
        *({"band": band, "gating": "gated"} for band in ("low", "high", "broad")),
        {"band": "mid", "gating": "loud and soft"},
    ]),
    "drums": (_drums, [
        *({"drums": drum, "kit": 0, "shared": 0} for drum in ("kick", "snare", "hat")),
        {"drums": "kick and hat", "kit": 0, "shared": 0},
        {"drums": "kick and snare and hat", "kit": 1, "shared": 0},
        {"drums": "kick and snare and hat", "kit": 2, "shared": 2},
    ]),
    "intervals": (_intervals, [{"register": "low"}, {"register": "middle"}]),
    "melody": (_melody, [
        {"melody": "loud", "chords": "soft"},
        {"melody": "loud", "chords": "loud"},
        {"melody": "loud", "chords": _ABSENT},
        {"melody": _ABSENT, "chords": "loud"},
    ]),
    "bass": (_bass, [
        {"bass": "loud", "chords": "soft"},
        {"bass": "soft", "chords": "loud"},
        {"bass": "loud", "chords": _ABSENT},
        {"bass": _ABSENT, "chords": "loud"},
    ]),
    "tempo": (_tempo, [{"tempo": tempo} for tempo in (60, 90, 120, 180, 240)]),
}  # fmt: skip

KINDS = tuple(_GROUPS)
"""The groups of `stimuli`."""
