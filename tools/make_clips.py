"""The example clips that ship with the package: four short pieces, and the command that plays them.

Unlike the grooves these are written out by hand, because people hear them again and again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auralise_jax.composing import beats
from auralise_jax.composing.harmony import Changes
from auralise_jax.composing.lines import arpeggio, bass_line, chords
from auralise_jax.composing.pattern import Sketch, Stroke
from auralise_jax.synth.score import Note, Part, Score
from auralise_jax.synth.synth import find_soundfonts, render

if TYPE_CHECKING:
    from auralise_jax.audio import Clip

SAMPLE_RATE = 22_050
LOUDNESS = -23.0  # LUFS, the level of European broadcasts (EBU R 128)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_HOUSE = {
    "kick": "X...X...X...X...", "clap": "....x.......x...",
    "open hat": "..x...x...x...x.", "hat": "o.g.o.g.o.g.o.gg",
}  # fmt: skip
_BOOM_BAP = {
    "kick": "X..x......xx....|X..x....x.x....o", "snare": "....X.......X..g",
    "hat": "x.o.x.ogx.o.x.o.", "open hat": "................|..............o.",
}  # fmt: skip

# Each bar is one chord, broken upwards twice: two held notes, then three played twice.
_BACH = (
    "C4 E4 G4 C5 E5", "C4 D4 A4 D5 F5", "B3 D4 G4 D5 F5", "C4 E4 G4 C5 E5",
    "C4 E4 A4 E5 A5", "C4 D4 F#4 A4 D5", "B3 D4 G4 D5 G5", "B3 C4 E4 G4 C5",
)  # fmt: skip


def pitch(name: str) -> int:
    """Return the MIDI number of a note name such as "A4", "F#3" or "Bb2".

    Raises
    ------
    ValueError
        If the name cannot be read.

    Examples
    --------
    >>> pitch("A4"), pitch("F#3"), pitch("Bb2")
    (69, 54, 46)
    """
    letter, sign, octave = name[:1], name[1:-1], name[-1:]
    if letter not in _STEPS or sign not in ("", "#", "b") or not octave.isdigit():
        raise ValueError(f"name must be a letter A-G, # or b or nothing, an octave; got {name!r}")
    return _STEPS[letter] + sign.count("#") - sign.count("b") + 12 * (int(octave) + 1)


def bach(bars: int = 4) -> Score:
    """Return the opening of Johann Sebastian Bach's Prelude in C major, BWV 846, for piano.

    Parameters
    ----------
    bars : int
        1 to 8. The first four are a cadence, which leads home to C.

    Returns
    -------
    Score
        72 beats a minute, 3.3 s a bar; the last one rings on for 0.7 s.

    Raises
    ------
    ValueError
        If `bars` is not 1 to 8.

    Examples
    --------
    >>> [note.pitch for note in bach().parts[0].notes[:5]]
    [60, 64, 67, 72, 76]
    """
    if not 1 <= bars <= len(_BACH):
        raise ValueError(f"bars must be 1 to {len(_BACH)}, got {bars}")
    tempo, ring = 72.0, 0.7
    sixteenth = 60 / tempo / 4
    duration = bars * 16 * sixteenth + ring
    notes = []
    for bar, names in enumerate(_BACH[:bars]):
        low, tenor, *upper = map(pitch, names.split())
        # The line swells to its highest bar, the fifth, and sinks again.
        swell = 64 + 14 * (1 - abs(bar - 4) / 4)
        for half in (0, 8):
            first = (16 * bar + half) * sixteenth
            end = first + 8 * sixteenth
            if bar == bars - 1 and half:
                end = duration
            for step, note in enumerate([low, tenor, *upper, *upper]):
                accent = {0: 6, 4: 4, 7: 2}.get(step, -2)
                start = first + step * sixteenth
                # A repeated note ends where it is struck again; the pedal holds all others.
                stop = end if step < 2 or step > 4 else start + 3 * sixteenth
                notes.append(Note(start, stop - start, note, round(swell + accent)))
    piano = Part("piano", 0, tuple(notes))
    return Score(tempo, (piano,), duration, "Bach, Prelude in C")


def ballad() -> Score:
    """Return a ballad in D: flute over a broken piano, strings and a rim click; 9.8 s.

    Examples
    --------
    >>> ballad().tempo
    86.0
    """
    bars = 4
    band = Sketch(86.0, bars - 0.5, np.random.default_rng(86), looseness=0.006)
    changes = Changes.read("Iadd9 V vi7 IV ii7 V7 I I", key=2, beats=2)
    tune = "F#5:1.5 G5:.5 A5:1.5 E5:.5  F#5:1.5 D5:.5 B4:1 D5:1  G5:1.5 F#5:.5 E5:1 C#5:1  D5:4"
    band.add("melody", 73, _tune(tune, velocity=84))
    broken = "0-1-2-3-0-1-2-3-|" * 3 + "0-1-2-3-4-------"
    strokes = arpeggio(broken, changes, bars, centre=60, velocity=66, ring=True)
    band.add("arpeggio", 0, strokes, level_db=-2)
    strokes = chords("x-------x-------|" * 3 + "x" + "-" * 15, changes, bars, centre=62)
    band.add("pad", 48, strokes, level_db=-7)
    strokes = bass_line("r-------r-----r-|" * 3 + "r" + "-" * 15, changes, bars, low=33)
    band.add("bass", 32, strokes, level_db=-5)
    rim = "....o.......o...|" * 3 + "." * 16
    strokes = beats.drum_part(
        {"kick": "o.........o.....|" * 3 + "o...............", "rim": rim}, bars
    )
    band.add("drums", 0, strokes, is_drum=True, level_db=-10)
    return band.score("Ballad")


def dance() -> Score:
    """Return a dance track in A minor: four on the floor, off-beat bass, piano, a hook; 8.6 s.

    Examples
    --------
    >>> dance().tempo
    126.0
    """
    bars = 4
    band = Sketch(126.0, bars + 0.5, np.random.default_rng(126), looseness=0.002)
    changes = Changes.read("i bVI bIII bVII", key=9)
    last = 4.0 * bars
    hook = (
        "A5:.75 E5:.75 C5:.5 A5:.75 E5:.75 G5:.5  A5:.75 F5:.75 C5:.5 A5:.75 F5:.75 G5:.5"
        "  G5:.75 E5:.75 C5:.5 G5:.75 E5:.75 C5:.5  B5:.75 G5:.75 D5:.5 B5:1 D6:1  A5:2"
    )
    band.add("melody", 81, _tune(hook, velocity=88), level_db=-6)
    fill = {"snare": "o.o.xxXX"}
    strokes = beats.drum_part(_HOUSE, bars, fill=fill, crash=True)
    end = [Stroke(last, 0.5, beats.DRUMS[drum], 110) for drum in ("kick", "crash")]
    band.add("drums", 16, [*strokes, *end], is_drum=True)
    strokes = bass_line("..r-..r-..r-..o-", changes, bars, low=33, velocity=100)
    band.add("bass", 38, [*strokes, Stroke(last, 2, pitch("A1"), 104)], level_db=-3)
    strokes = chords("x..x..x-..x.x-..|" * bars + "x-------........", changes, bars + 1,
                     centre=65, velocity=86)  # fmt: skip
    band.add("stabs", 1, strokes, level_db=-6)
    strokes = chords(".xxx.xxx.xxx.xxx", changes, bars, centre=62, velocity=70)
    band.add("pad", 50, strokes, level_db=-9)
    return band.score("Dance")


def hip_hop() -> Score:
    """Return a hip-hop loop in D minor: swung boom-bap, deep bass, electric piano; 10.3 s.

    Examples
    --------
    >>> hip_hop().tempo
    98.0
    """
    bars = 4
    band = Sketch(98.0, bars + 0.2, np.random.default_rng(98), swing=0.6, looseness=0.005)
    changes = Changes.read("i9 bVImaj7 iv9 V7", key=2)
    last = 4.0 * bars
    fill = {"snare": "x.gx.gxX", "kick": "..x....."}
    strokes = beats.drum_part(_BOOM_BAP, bars, fill=fill)
    band.add("drums", 8, [*strokes, Stroke(last, 0.5, beats.DRUMS["kick"], 112)], is_drum=True)
    line = "r--r-.....rf..a.|r--r-.....r-o...|" * 2
    strokes = bass_line(line[:-1], changes, bars, low=26, velocity=104)
    band.add("bass", 33, [*strokes, Stroke(last, 1, pitch("D1"), 104)], level_db=-3)
    strokes = chords("x-----....x--...|x---------....x-|" * 2 + "x---............",
                     changes, bars + 1, centre=63, velocity=74, spread=0.01)  # fmt: skip
    band.add("sample", 4, strokes, level_db=-3)
    riff = "r:1 A5:.5 G5:.5 F5:1 D5:1  r:4  r:1 A5:.5 G5:.5 F5:.5 G5:.5 D5:1  r:2 C#5:.5 E5:.5 G5:1"
    band.add("riff", 11, _tune(riff, velocity=80), level_db=-6)
    return band.score("Hip-hop")


PIECES: dict[str, Callable[[], Score]] = {
    "bach": bach,
    "ballad": ballad,
    "dance": dance,
    "hiphop": hip_hop,
}


def play(score: Score, soundfont: str | Path | None = None) -> Clip:
    """Render a piece as it ships: FluidSynth, 22,050 Hz, -23 LUFS.

    Parameters
    ----------
    score : Score
        The piece, at least 0.4 s long and not silent.
    soundfont : str or Path, optional
        The first of `find_soundfonts` if not given.

    Returns
    -------
    Clip
        All pieces are equally loud, so that none startles a class.

    Raises
    ------
    ValueError
        If the piece would have to peak above 0.9, or as `render` does.
    ImportError, FileNotFoundError
        As `render` does.
    """
    from auralise_jax.audio import Clip

    clip = render(score, SAMPLE_RATE, soundfont=soundfont, engine="fluidsynth")
    gain = 10 ** ((LOUDNESS - clip.loudness) / 20)
    if not gain * clip.peak < 0.9:
        raise ValueError(f"{score.title!r} would peak at {gain * clip.peak:.2f}, above 0.9")
    return Clip((gain * clip.samples).astype(np.float32), SAMPLE_RATE, score.title)


def main(arguments: Sequence[str] | None = None) -> int:
    """Render the example clips; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python tools/make_clips.py",
        description="Render the example clips (bach, ballad, dance, hiphop) to FLAC, 22,050 Hz, "
        "mono, 16 bit, with FluidSynth. Existing files of these names are replaced.",
        epilog="example: python tools/make_clips.py clips "
        "--soundfont FluidR3Mono_GM.sf3. "
        "Needs pyfluidsynth, the FluidSynth library and a General MIDI soundfont; the package's "
        "own clips were made with FluidR3Mono_GM.sf3, whose licence (MIT) allows passing them on.",
    )
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="folder, made if missing")
    parser.add_argument(
        "--soundfont", type=Path, metavar="PATH",
        help="SF2 or SF3 file (default: the first one found on this machine; it is printed)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        fonts = [options.soundfont] if options.soundfont else find_soundfonts()
        clips = {name: play(piece(), options.soundfont) for name, piece in PIECES.items()}
        options.out_dir.mkdir(parents=True, exist_ok=True)
        print(f"soundfont: {fonts[0].name}")
        for name, clip in clips.items():
            path = clip.save(options.out_dir / f"{name}.flac")
            print(f"{path}: {clip.duration:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    except (ImportError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _tune(text: str, velocity: int) -> list[Stroke]:
    """Read "name:beats" words, `r` for a rest, from the first beat on."""
    strokes, beat = [], 0.0
    for word in text.split():
        name, length = word.split(":")
        if name != "r":
            accent = 6 if beat % 2 == 0 else 0
            strokes.append(Stroke(beat, 0.96 * float(length), pitch(name), velocity + accent))
        beat += float(length)
    return strokes


if __name__ == "__main__":
    sys.exit(main())
