"""The changes of the stress test: what is done to a score, to its instruments, or to its sound.

A change is one thing; all else stays, so that what it does to a model's answers is its doing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auralise_jax.audio.encode import encode
from auralise_jax.synth import effects
from auralise_jax.synth.score import Note, Part, Score

Sound = NDArray[np.float32]
FONTS = (
    "FluidR3_GM.sf2", "FluidR3Mono_GM.sf3", "TimGM6mb.sf2", "sf_GMbank.sf2",
    "MuseScore_General_Lite.sf3", "OPL-3_FM_128M.sf2",
)  # fmt: skip
"""Of these the first that is there plays whatever is not about instruments."""
PACKAGES = (
    "fluid-soundfont-gm", "fluidr3mono-gm-soundfont", "timgm6mb-soundfont", "csound-soundfont",
    "musescore-general-soundfont-small", "opl3-soundfont",
)  # fmt: skip
"""Debian's packages that hold them."""
ADDITIVE = "additive"
SPARSE = "sparse accompaniments"
TEMPI = (0.8, 0.9, 1.11, 1.25)
LEADS = ("melody", "riff", "voice")
_VORBIS = 0.65  # libsndfile's level at which mono at 22,050 Hz takes 40 to 50 kbit/s
_PEAK = 0.9  # above it a filter's overshoot would be clipped when it is written
_KICKS, _BACKBEAT, _HATS = (35, 36), (37, 38, 39, 40), (42, 44, 46, 51)  # General MIDI's drums


def same(score: Score) -> Score:
    """Return a score as it is."""
    return score


def _as_is(sound: Sound, sample_rate: int) -> Sound:  # noqa: ARG001  every change is called alike
    return sound


@dataclass(frozen=True)
class Change:
    """A single controlled change.

    Parameters
    ----------
    section, name : str
        Of the row in the table.
    score : callable
        Returns the changed score, or None where there is nothing to change.
    font : str
        Name of a soundfont, `ADDITIVE` for the additive engine, "" for the usual soundfont.
    sound : callable
        Changes the samples, given them and their rate.
    """

    section: str
    name: str
    score: Callable[[Score], Score | None] = same
    font: str = ""
    sound: Callable[[Sound, int], Sound] = _as_is


UNCHANGED = Change("unchanged", "unchanged")


def changes() -> Iterator[Change]:
    """List the changes of a piece, by section: parts, tempo, instruments, sound."""
    for name, wanted in {
        "without drums": lambda part: not part.is_drum,
        "without bass": lambda part: layer(part) != "bass",
        "without melody": lambda part: layer(part) != "melody",
        "without pad": lambda part: layer(part) != "pad",
        "without drums and melody": lambda part: layer(part) not in ("drums", "melody"),
        "drums and bass alone": lambda part: layer(part) in ("drums", "bass"),
    }.items():
        yield Change("parts", name, partial(only, wanted=wanted))
    yield Change("parts", "drums, bass, one part", partial(sparse, layers=("drums", "bass")))
    yield Change("parts", "drums and one part", partial(sparse, layers=("drums",)))
    yield Change("parts", "one part alone", partial(sparse, layers=()))
    for factor in TEMPI:
        yield Change("tempo", f"x {factor:g}", partial(faster, factor=factor))
    for font in FONTS:
        yield Change("instruments", font, font=font)
    yield Change("instruments", "additive synthesiser", font=ADDITIVE)
    for db in (-9, -4, 4, 9):
        name = f"{'darker' if db < 0 else 'brighter'}, tilt {db:+d} dB"
        yield Change("sound", name, sound=partial(_tilted, db=db))
    for corner in (4000, 2000, 1000):
        yield Change("sound", f"low-pass {corner} Hz", sound=partial(_dull, corner=corner))
    yield Change("sound", "high-pass 200 Hz", sound=_thin)
    for db in (-12, -24):
        yield Change("sound", f"quieter, {db} dB", sound=partial(_gained, db=db))
    yield Change("sound", "Vorbis, about 48 kbit/s", sound=vorbis)


def sparse_changes() -> Iterator[Change]:
    """List the changes of a sparse accompaniment: tempo, no drums, other drums."""
    for drums in (True, False):
        for factor in sorted((1.0, *TEMPI)):
            name = f"{'with' if drums else 'without'} drums, x {factor:g}"
            yield Change(SPARSE, name, partial(_played, drums=drums, factor=factor))
    for name, pitches in {"snare and clap": _BACKBEAT, "kick": _KICKS, "hats": _HATS}.items():
        yield Change(SPARSE, f"without {name}", partial(without, pitches=pitches))
    yield Change(SPARSE, "drums 9 dB softer", _softer)
    yield Change(SPARSE, "a kick on every beat", kicked)


def layer(part: Part) -> str:
    """Return what a part is in the music: drums, bass, melody, pad or accompaniment."""
    if part.is_drum:
        return "drums"
    if part.name in LEADS:
        return "melody"
    return part.name if part.name in ("bass", "pad") else "accompaniment"


def only(score: Score, wanted: Callable[[Part], bool]) -> Score | None:
    """Keep some parts; None if that keeps all or none of them."""
    kept = tuple(part for part in score.parts if wanted(part))
    return replace(score, parts=kept) if 0 < len(kept) < len(score.parts) else None


def sparse(score: Score, layers: tuple[str, ...]) -> Score | None:
    """Keep layers and a single further part: accompaniment rather than pad rather than melody.

    None where a layer is missing, there is no further part, or nothing is left out.
    """
    order = ("accompaniment", "pad", "melody")
    further = sorted(
        (part for part in score.parts if layer(part) in order),
        key=lambda part: order.index(layer(part)),
    )
    if not further or not set(layers) <= {layer(part) for part in score.parts}:
        return None
    return only(score, lambda part: part is further[0] or layer(part) in layers)


def faster(score: Score, factor: float) -> Score:
    """Play a score at another tempo: every time divided by `factor`, every pitch as it is."""
    parts = tuple(
        replace(part, notes=tuple(
            replace(note, start=note.start / factor, duration=note.duration / factor)
            for note in part.notes
        ))
        for part in score.parts
    )  # fmt: skip
    tempo, duration = score.tempo * factor, score.duration / factor
    return replace(score, tempo=tempo, parts=parts, duration=duration)


def _played(score: Score, drums: bool, factor: float) -> Score:
    parts = tuple(part for part in score.parts if drums or not part.is_drum)
    return faster(replace(score, parts=parts), factor)


def without(score: Score, pitches: tuple[int, ...]) -> Score:
    """Leave out some drums, by their General MIDI numbers."""
    parts = tuple(
        replace(part, notes=tuple(note for note in part.notes if note.pitch not in pitches))
        if part.is_drum
        else part
        for part in score.parts
    )
    return replace(score, parts=parts)


def kicked(score: Score) -> Score:
    """Put a kick on every beat, and nowhere else."""
    beats = np.arange(round(score.duration * score.tempo / 60)) * 60 / score.tempo
    kicks = tuple(Note(float(beat), 0.1, _KICKS[1], 118) for beat in beats)
    parts = tuple(
        replace(part, notes=(*part.notes, *kicks)) if part.is_drum else part
        for part in without(score, _KICKS).parts
    )
    return replace(score, parts=parts)


def _softer(score: Score) -> Score:
    parts = tuple(
        replace(part, level_db=part.level_db - 9) if part.is_drum else part for part in score.parts
    )
    return replace(score, parts=parts)


def kicked_beats(score: Score) -> float:
    """Return the share of a score's beats that have a kick, 0-1."""
    onsets = [note.start for part in score.parts if part.is_drum for note in part.notes
              if note.pitch in _KICKS]  # fmt: skip
    beats = np.arange(round(score.duration * score.tempo / 60)) * 60 / score.tempo
    near = [np.abs(np.subtract(onsets, beat)).min(initial=np.inf) < 0.06 for beat in beats]
    return float(np.mean(near))


def drumming(score: Score) -> str:
    """Return how loud a score's drums stand in the mix, in words."""
    levels = [part.level_db for part in score.parts if part.is_drum]
    if not levels:
        return "no drums"
    return "loud drums" if levels[0] >= -6 else "soft drums"


def _tilted(sound: Sound, sample_rate: int, db: float) -> Sound:
    return _within(effects.tilt(sound, db, sample_rate))


def _dull(sound: Sound, sample_rate: int, corner: float) -> Sound:
    return _filtered(sound, sample_rate, lambda f: effects.low_pass(f, corner, 4))


def _thin(sound: Sound, sample_rate: int) -> Sound:
    return _filtered(sound, sample_rate, lambda f: effects.high_pass(f, 200, 2))


def _filtered(
    sound: Sound, sample_rate: int, response: Callable[[effects.Response], effects.Response]
) -> Sound:
    size = 1 << (2 * len(sound)).bit_length()  # room for the tail, so nothing wraps to the start
    f = 1j * np.fft.rfftfreq(size, 1 / sample_rate)
    return _within(np.fft.irfft(np.fft.rfft(sound, size) * response(f), size)[: len(sound)])


def _gained(sound: Sound, sample_rate: int, db: float) -> Sound:  # noqa: ARG001
    return _within(sound * 10 ** (db / 20))


def vorbis(sound: Sound, sample_rate: int) -> Sound:
    """Send a sound through Vorbis at about 48 kbit/s and back."""
    import soundfile

    data = encode(sound, sample_rate, ".ogg", level=_VORBIS)
    return _within(soundfile.read(io.BytesIO(data), dtype="float32")[0])


def _within(sound: NDArray[np.floating]) -> Sound:
    """Turn a sound down where it peaks above `_PEAK`."""
    return np.asarray(sound / max(1.0, np.abs(sound).max(initial=0.0) / _PEAK), np.float32)
