"""The FluidSynth engine: a score through a soundfont, part by part.

Needs the `pyfluidsynth` package and the FluidSynth library it binds. `synth.render` is the door;
nothing here is imported before this engine is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from ctypes import c_int, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auralise_jax.synth.score import Part, Score

_DRUM_CHANNEL = 9  # General MIDI's channel 10, counted from 0
_ALL_CHANNELS = -1
_DRUM_BANK = 128
_OFF, _BEND, _ON = range(3)  # in the order in which simultaneous ones are sent
_BEND_RANGE = 14  # semitones; a glide of an octave and any tuning
_GLIDE_STEPS = 12
_BLOCK = 64  # samples; FluidSynth works in blocks of this size

Stems = NDArray[np.float32]


def fluid_stems(score: Score, sample_rate: int, soundfont: Path, tuning: float = 0.0) -> Stems:
    """Play each part of a score with FluidSynth, dry, faster than real time.

    Parameters
    ----------
    score : Score
        What to play.
    sample_rate : int
        In Hz, 8000-96000 (FluidSynth's range).
    soundfont : Path
        An SF2 or SF3 file.
    tuning : float
        Cents above A4 = 440 Hz, within 100.

    Returns
    -------
    ndarray, shape (parts, n), float32
        One row per part of `round(score.duration * sample_rate)` samples, not normalised.

    Raises
    ------
    ValueError
        If the soundfont cannot be read or lacks a program.
    """
    synth, font = _open(soundfont, sample_rate)
    try:
        synth.setting("synth.reverb.active", 0)
        synth.setting("synth.chorus.active", 0)
        size = round(score.duration * sample_rate)
        stems = np.zeros((len(score.parts), size), np.float32)
        for stem, part in zip(stems, score.parts, strict=True):
            _keep_program(soundfont, *_program_of(synth, font, part))
            # Louder parts than 16 bit can hold are played again at a lower gain, not clipped.
            for gain in (1.0, 0.3, 0.1):
                synth.all_sounds_off(_ALL_CHANNELS)
                synth.get_samples(_BLOCK)  # takes effect, and clears what was begun
                synth.setting("synth.gain", gain)
                stereo = _play(synth, font, part, size, sample_rate, tuning)
                if np.abs(stereo.astype(np.int32)).max(initial=0) < 32_700:
                    break
            if np.abs(stereo).max(initial=0) > 1:  # silence is dithered too, by one step
                stem[:] = stereo.reshape(-1, 2).mean(axis=1) / (32_768 * gain)
        return stems
    finally:
        synth.delete()


def _play(
    synth: Any, font: int, part: Part, size: int, sample_rate: int, tuning: float
) -> NDArray[np.int16]:
    """Return interleaved stereo, shape (2 * size,)."""
    channel = _DRUM_CHANNEL if part.is_drum else 0
    _choose_program(synth, font, channel, part)
    if not part.is_drum:
        _widen_bends(synth, channel)
        _bend(synth, channel, tuning / 100)
    pieces, now = [np.zeros(0, np.int16)], 0
    for when, kind, value, velocity in sorted(_events(part, sample_rate)):
        if when >= size:
            break
        if when > now:
            pieces.append(synth.get_samples(when - now))
            now = when
        if kind == _ON:
            synth.noteon(channel, int(value), velocity)
        elif kind == _OFF:
            synth.noteoff(channel, int(value))
        else:
            _bend(synth, channel, value + tuning / 100)
    if size > now:
        pieces.append(synth.get_samples(size - now))
    return np.concatenate(pieces)


def _widen_bends(synth: Any, channel: int) -> None:
    """Let bends reach as far as notes may glide (registered parameter 0, by control changes)."""
    for control, value in ((101, 0), (100, 0), (6, _BEND_RANGE), (38, 0)):
        synth.cc(channel, control, value)


def _bend(synth: Any, channel: int, semitones: float) -> None:
    synth.pitch_bend(channel, round(8192 * semitones / _BEND_RANGE))


def _program_of(synth: Any, font: int, part: Part) -> tuple[int, int]:
    bank = _DRUM_BANK if part.is_drum else 0
    if part.is_drum and synth.sfpreset_name(font, bank, part.program) is None:
        return bank, 0  # General MIDI promises the standard kit only; others are its variants
    return bank, part.program


def _choose_program(synth: Any, font: int, channel: int, part: Part) -> None:
    bank, program = _program_of(synth, font, part)
    if synth.program_select(channel, font, bank, program) != 0:
        raise ValueError(
            f"the soundfont has no program {program} in bank {bank} for the part {part.name!r}; "
            "use a General MIDI soundfont"
        )


def _events(part: Part, sample_rate: int) -> list[tuple[int, int, float, int]]:
    """List (sample, kind, pitch or bend, velocity); sorted, releases come before onsets."""
    by_pitch = defaultdict(list)
    for note in sorted(part.notes, key=lambda note: note.start):
        by_pitch[note.pitch].append(note)
    events: list[tuple[int, int, float, int]] = []
    for pitch, notes in by_pitch.items():
        starts = [note.start for note in notes[1:]] + [float("inf")]
        for note, following in zip(notes, starts, strict=True):
            # A release would also end a later note of the same pitch, so it must not come late.
            end = min(note.end, following)
            events.append((round(note.start * sample_rate), _ON, pitch, note.velocity))
            events.append((round(end * sample_rate), _OFF, pitch, 0))
            for step in range(_GLIDE_STEPS + 1 if note.glide and not part.is_drum else 0):
                when = note.start + note.glide_time * step / _GLIDE_STEPS
                left = note.glide * (1 - step / _GLIDE_STEPS)
                events.append((round(when * sample_rate), _BEND, left, 0))
    return events


def _open(soundfont: Path, sample_rate: int) -> tuple[Any, int]:
    import fluidsynth

    synth = fluidsynth.Synth(samplerate=float(sample_rate), channels=16)
    if soundfont.suffix.lower() == ".sf3" and _pin() is not None:
        synth.setting("synth.dynamic-sample-loading", 1)  # see `_keep_program`
    font = synth.sfload(str(soundfont))
    if font < 0:
        synth.delete()
        raise ValueError(f"soundfont {soundfont} cannot be read; give an SF2 or SF3 file")
    return synth, font


@cache
def _kept(soundfont: Path) -> tuple[Any, int]:
    """Hold a font open: FluidSynth then shares the samples that it has in memory."""
    return _open(soundfont, 22_050)


@cache
def _keep_program(soundfont: Path, bank: int, program: int) -> None:
    """Keep the samples of a program in memory, for synthesisers to come.

    Of an SF3 file FluidSynth reads those of programs that are chosen, and no others: to decode all
    takes seconds (MuseScore's 6.7, its piano alone 2). An SF2 file is read whole: that takes half a
    second at most, and read in part it sounds a little different, drums most.
    """
    synth, font = _kept(soundfont)
    if (pin := _pin()) is not None:
        pin(synth.synth, font, bank, program)


@cache
def _pin() -> Callable[..., int] | None:
    """Return FluidSynth's function that keeps a program, which has come with 2.2; or None."""
    import fluidsynth

    numbers = ((name, c_int, 1) for name in ("font", "bank", "program"))
    found: Callable[..., int] | None = fluidsynth.cfunc(
        "fluid_synth_pin_preset", c_int, ("synth", c_void_p, 1), *numbers
    )
    return found
