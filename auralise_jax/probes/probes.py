"""Chords on instruments: the model signals of the paper's experiment on key, chord and timbre.

After arXiv:1607.02444 (Choi, Fazekas and Sandler 2016) and its authors' code of 2015: six
instruments play eight chord contents in four keys, to vary one attribute while the others stay.
That their correlations were averaged per layer is reported; no coefficient was published.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path

from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.audio.loudness import match
from auralise_jax.choices import one_of
from auralise_jax.probes.canvas import SECONDS, Canvas, check_sample_rate
from auralise_jax.probes.sounding import Probe, Stroke, Tone
from auralise_jax.synth.score import Note, Part, Score
from auralise_jax.synth.synth import Engine, render
from auralise_jax.synth.timbres import timbre

# General MIDI programs, counted from 0: acoustic grand, steel and clean electric guitar, alto
# saxophone, string ensemble. The paper names the instruments only.
_PROGRAMS = {
    "piano": 0,
    "acoustic guitar": 25,
    "electric guitar": 27,
    "saxophone": 65,
    "strings": 48,
}
_ROOTS = {"Eb3": 51, "Bb3": 58, "A4": 69, "G5": 79}
# Semitones above the root.
_CHORDS = {
    "major": (4, 7),
    "minor": (3, 7),
    "sus4": (5, 7),
    "major7": (4, 7, 11),
    "dominant7": (4, 7, 10),
    "minor7": (3, 7, 10),
    "diminished7": (3, 6, 9),
}
_ENGINES: tuple[Engine, ...] = ("auto", "fluidsynth", "additive")

INSTRUMENTS = ("sine", *_PROGRAMS)
"""Who plays; "sine" is a sum of pure sines, one for each note."""
KEYS = tuple(_ROOTS)
"""Roots in scientific pitch: 155.6, 233.1, 440 and 784 Hz."""
CHORDS = ("intervals", *_CHORDS)
"""What is played."""
EVENTS = 12
"""Strokes in a signal, a third of a second apart."""
LOUDNESS = -23.0
"""LUFS of every chord probe."""

_VELOCITY = 100
_SINE_RISE = 0.01  # seconds, long enough not to click
_GRID = tuple(SECONDS * event / EVENTS for event in range(EVENTS + 1))


def chord_probes(
    sample_rate: int = 22_050,
    *,
    engine: Engine = "auto",
    soundfont: str | Path | None = None,
    instruments: Iterable[str] = INSTRUMENTS,
    keys: Iterable[str] = KEYS,
    chords: Iterable[str] = CHORDS,
    progress: bool = False,
) -> tuple[Probe, ...]:
    """Play the 192 model signals of arXiv:1607.02444, or some of them.

    Each lasts 4 s and strikes 12 times, every 1/3 s; `voicings` says what. In "intervals" the root
    is struck once and held through the 4 s, while the upper note changes; of a chord every note
    is struck anew.

    The instruments' samples are not the paper's. They play through `render` with its plain mix,
    which adds a little room; the sine is dry. Every probe is then brought to `LOUDNESS`, so that
    instruments, keys and chords compare at equal loudness. The same arguments give the same
    samples, on one machine with one version of the engine.

    Parameters
    ----------
    sample_rate : int
        In Hz, 8000-96000.
    engine : {"auto", "fluidsynth", "additive"}
        Plays all but the sine; "auto" takes what `default_engine` says.
    soundfont : str or Path, optional
        SF2 or SF3 file for FluidSynth; the first of `find_soundfonts` if not given.
    instruments, keys, chords : iterable of str
        Of `INSTRUMENTS`, `KEYS` and `CHORDS`; by default all.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    tuple of Probe
        Of kind "chords", with the attributes "instrument", "key" and "chord"; the last of these
        changes fastest. Tones end when their key is released, after which instruments still ring;
        a stroke's `rise` is that of the additive engine, which soundfonts follow roughly.

    Raises
    ------
    ValueError
        If a name is unknown, nothing is chosen, or an argument is one that `render` refuses.
    FileNotFoundError
        If the soundfont does not exist.
    ImportError
        If FluidSynth is asked for, by name or by a soundfont, and is not installed.

    Examples
    --------
    >>> probes = chord_probes(instruments=["sine"], keys=["A4", "G5"])
    >>> len(probes), probes[1]
    (16, <Probe chords: instrument sine, key A4, chord major; 12 onsets in 4.00 s>)
    >>> [round(tone.hz) for tone in probes[1].tones[:3]]
    [440, 554, 659]
    """
    check_sample_rate(sample_rate)
    engine = one_of("engine", engine, _ENGINES)
    if engine == "additive" and soundfont is not None:
        raise ValueError("the additive engine uses no soundfont; leave soundfont out")
    chosen = list(
        product(
            _chosen("instruments", instruments, INSTRUMENTS),
            _chosen("keys", keys, KEYS),
            _chosen("chords", chords, CHORDS),
        )
    )
    probes = []
    for instrument, key, chord in tqdm(chosen, "chords", unit="probe", disable=not progress):
        notes = _notes(chord, _ROOTS[key])
        title = f"{instrument}, {key}, {chord}"
        if instrument == "sine":
            rise, clip = _SINE_RISE, _sines(notes, sample_rate)
        else:
            program = _PROGRAMS[instrument]
            score = Score(180.0, (Part(instrument, program, notes),), SECONDS, title)
            rise = timbre(program).attack
            clip = render(score, sample_rate, soundfont=soundfont, engine=engine)
        probes.append(
            Probe(
                Clip(match(clip.samples, LOUDNESS, sample_rate).samples, sample_rate, title),
                "chords",
                {"instrument": instrument, "key": key, "chord": chord},
                tones=tuple(Tone(note.start, _end(note), _hz(note.pitch)) for note in notes),
                strokes=tuple(Stroke(time, rise) for time in _GRID[:-1]),
            )
        )
    return tuple(probes)


def voicings(chord: str, root: int) -> tuple[tuple[int, ...], ...]:
    """List the notes of each of the 12 events.

    "intervals" is the root with each of the twelve intervals above it, from the minor second to
    the octave. A chord climbs in 6 events and then once more: a triad through its three close
    positions, two open ones and one that doubles every note over two octaves, as in the authors'
    files. Those of the chords of four notes are this package's choice, on the same plan: four
    close positions; an open one (root, fifth, seventh, tenth); and root, fifth, seventh, tenth,
    twelfth and double octave.

    Parameters
    ----------
    chord : str
        One of `CHORDS`.
    root : int
        MIDI note number.

    Returns
    -------
    tuple of tuple of int
        MIDI note numbers, ascending.

    Raises
    ------
    ValueError
        If the chord is unknown.

    Examples
    --------
    >>> voicings("major", 58)[:3]
    ((58, 62, 65), (62, 65, 70), (65, 70, 74))
    """
    if one_of("chord", chord, CHORDS) == "intervals":
        return tuple((root, root + interval) for interval in range(1, EVENTS + 1))
    third, fifth, *seventh = _CHORDS[chord]
    shapes: tuple[tuple[int, ...], ...]
    if seventh:
        close = [0, third, fifth, *seventh, 12, 12 + third, 12 + fifth]
        spread = (0, fifth, *seventh, 12 + third)
        shapes = (
            *(tuple(close[first : first + 4]) for first in range(4)),
            spread,
            (*spread, 12 + fifth, 24),
        )
    else:
        close = [0, third, fifth, 12, 12 + third]
        shapes = (
            *(tuple(close[first : first + 3]) for first in range(3)),
            (0, fifth, 12 + third),
            (third, 12, 12 + fifth),
            (0, fifth, 12, 12 + third, 12 + fifth, 24),
        )
    return 2 * tuple(tuple(root + step for step in shape) for shape in shapes)


def _notes(chord: str, root: int) -> tuple[Note, ...]:
    held = chord == "intervals"
    notes = [Note(0.0, SECONDS, root, _VELOCITY)] if held else []
    for event, pitches in enumerate(voicings(chord, root)):
        start, end = _GRID[event : event + 2]
        notes += [Note(start, end - start, pitch, _VELOCITY) for pitch in pitches[held:]]
    return tuple(notes)


def _sines(notes: tuple[Note, ...], sample_rate: int) -> Clip:
    canvas = Canvas(sample_rate)
    for note in notes:
        canvas.tone(note.start, _end(note), _hz(note.pitch), rise=_SINE_RISE)
    return canvas.probe("chords", {}).clip


def _end(note: Note) -> float:
    return min(_GRID, key=lambda time: abs(time - note.end))  # without the rounding of a sum


def _hz(pitch: int) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def _chosen(name: str, values: Iterable[str], legal: tuple[str, ...]) -> list[str]:
    values = [values] if isinstance(values, str) else list(values)
    if not values:
        raise ValueError(f"{name} is empty; choose from {', '.join(legal)}")
    return [one_of(name, value, legal) for value in values]
