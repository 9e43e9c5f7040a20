"""Make accompaniments with MMA, a program of other people, to test a genre model on.

    python benchmarks/accompaniments.py OUT --pieces 40 --seed 0

Chord charts, drawn from the seed, are played in the grooves of the standard library of MMA (Musical
MIDI Accompaniment, by Bob van der Poel and others; Debian: mma) and sounded by FluidSynth through
a General MIDI soundfont. OUT/{ballad,dance,hip-hop}/NNNN.flac are mono, 22,050 Hz, about 20 s each.
Only keys, progressions, tempi and the choice of grooves are ours; a groove's genre is what its
library calls it.

MMA's library has just three hip-hop grooves with bass and chords (one of them trip hop), but 27
drum patterns of that name. So in every genre half of the pieces take the drums from a pattern of
their genre in MMA's library `zoom`, and the other instruments from a groove.

Keep this music for a last test: choose nothing by a model's score on it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from tqdm.auto import tqdm

SAMPLE_RATE = 22_050
SECONDS = 20.0
TAIL = 1.5  # of the last notes
MOST_PIECES = 10_000  # in a genre; a file's name has four digits
PEAK = 0.9
SOUNDFONT = "FluidR3_GM.sf2"
SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
)
LIMIT = 120  # s for a run of either program


class Style(NamedTuple):
    """A groove of MMA's library, and what it is made for."""

    file: str
    variants: str
    tempo: tuple[int, int]
    """Lowest and highest, in beats per minute as MMA counts them."""
    fill: str = ""
    beats: int = 4
    """In a bar."""


class Drums(NamedTuple):
    """Drum patterns of MMA's library `zoom`."""

    file: str
    names: tuple[str, ...]
    tempo: tuple[int, int]


BALLADS = (
    Style("stdlib/ballad", "Ballad BalladSus Ballad1 Ballad1Sus BalladPlus BalladSusPlus "
          "Ballad1Plus Ballad1SusPlus", (58, 84), "BalladFill"),
    Style("stdlib/ballad68", "Ballad68 Ballad68Sus Ballad68Plus Ballad68SusPlus", (56, 76)),
    Style("stdlib/ballad128", "Ballad128 Ballad128Sus Ballad128Plus Ballad128SusPlus", (56, 72)),
    Style("stdlib/popballad", "PopBallad PopBallad1 PopBallad2 PopBalladPlus PopBalladSus "
          "PopBallad2Sus", (60, 88)),
    Style("stdlib/rb-ballad", "R&B-Ballad R&B-BalladSus R&B-BalladPlus R&B-BalladSusPlus",
          (60, 84), "R&B-BalladFill"),
    Style("stdlib/rockballad", "RockBallad RockBallad1 RockBalladVoice RockBallad1Voice", (62, 92),
          "RockBalladFill"),
    Style("stdlib/pianoballad", "PianoBallad PianoBallad1 PianoBalladSus PianoBallad1Sus "
          "PianoBallad2 PianoBallad2Sus", (58, 84), "PianoBalladFill"),
    Style("stdlib/guitarballad", "GuitarBallad GuitarBallad1 GuitarBalladSus GuitarBallad1Sus",
          (60, 88)),
    Style("stdlib/stringballad", "StringBallad StringBalladVoice StringBalladStrum "
          "StringBalladVoiceStrum StringBalladPlus StringBalladVoicePlus", (56, 72)),
    Style("stdlib/folkballad", "FolkBallad FolkBallad1 FolkBalladPlus FolkBallad1Plus "
          "FolkBalladSus FolkBallad1Sus", (60, 88)),
    Style("stdlib/slowspiritual", "SlowSpiritual SlowSpiritualSus SlowSpiritualPlus "
          "SlowSpiritualSusPlus", (56, 76)),
    Style("stdlib/popspiritual", "PopSpiritual PopSpiritualSus PopSpiritualPlus", (60, 84)),
    Style("casio/16beatballad1", "16BeatBallad1", (60, 84)),
    Style("casio/16beatballad2", "16BeatBallad2", (60, 84)),
    Style("casio/16beatballad3", "16BeatBallad3", (60, 84)),
    Style("casio/8beatballad1", "8BeatBallad1", (62, 92)),
    Style("casio/8beatballad2", "8BeatBallad2", (62, 92)),
    Style("casio/8beatballad3", "8BeatBallad3", (62, 92)),
    Style("casio/68ballad", "68Ballad", (150, 180), beats=6),  # counted in eighths
    Style("casio/oldieballad", "OldieBallad", (60, 84)),
    Style("casio/popballad", "PopBallad", (60, 88)),
    Style("casio/slowrock", "SlowRock", (58, 84)),
    Style("pflib/slowrock", "slowrockA slowrockB", (58, 84), "slowrockFA"),
    Style("kara/kwestballad", "kwestballadA kwestballadB kwestballadC kwestballadD", (65, 92),
          "kwestballadFillA"),
)  # fmt: skip

DANCE = (
    Style("stdlib/trance", "Trance Trance1 Trance2 TranceBass1 Trance1Bass1 Trance2Bass1",
          (126, 140)),
    Style("stdlib/boneym", "BoneyM BoneyMPlus BoneyMSus BoneyMSusPlus", (108, 120), "BoneyMFill"),
    Style("stdlib/dsoul", "DSoul DSoulPlus DSoulSus DSoulSusPlus", (106, 120), "DSoulFill"),
    Style("alexis/teamtechno", "TeamTechno TeamTechnoSus", (118, 136)),
    Style("casio/16beat1", "16Beat1", (106, 124)),
    Style("casio/16beat2", "16Beat2", (106, 124)),
    Style("casio/16beat3", "16Beat3", (116, 136)),
    Style("casio/8beatdance", "8BeatDance", (112, 130)),
    Style("casio/ambient1", "Ambient1", (110, 132)),
    Style("casio/ambient2", "Ambient2", (110, 132)),
    Style("casio/ambient3", "Ambient3", (110, 132)),
    Style("casio/dance1", "Dance1", (120, 138)),
    Style("casio/dance2", "Dance2", (120, 138)),
    Style("casio/dancepop1", "DancePop1", (112, 130)),
    Style("casio/dancepop2", "DancePop2", (112, 130)),
    Style("casio/dancepop3", "DancePop3", (112, 130)),
    Style("casio/discosoul", "DiscoSoul", (106, 122)),
    Style("casio/electricpop", "ElectricPop", (114, 132)),
    Style("casio/house", "House", (118, 130)),
    Style("casio/latinhouse", "LatinHouse", (118, 130)),
    Style("casio/rave", "Rave", (126, 145)),
    Style("casio/techno", "Techno", (122, 142)),
    Style("casio/trance1", "Trance1", (126, 142)),
    Style("casio/trance2", "Trance2", (126, 142)),
)  # fmt: skip

HIP_HOP = (
    Style("alexis/hiphop", "HipHop HipHopSus HipHopPlus1 HipHopSusPlus1 HipHopPlus2 "
          "HipHopSusPlus2 HipHopPlusPlus HipHopSusPlusPlus", (84, 104)),
    Style("casio/hip-hop", "Hip-Hop", (82, 104)),
    Style("casio/triphop", "TripHop", (78, 98)),
)  # fmt: skip

GENRES: dict[str, tuple[Style, ...]] = {"ballad": BALLADS, "dance": DANCE, "hip-hop": HIP_HOP}


def numbered(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:02}" for number in range(1, count + 1))


DRUMS: dict[str, tuple[Drums, ...]] = {
    "ballad": (Drums("zoom/bald", tuple(f"BALD{n:02}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 10)),
                     (58, 88)),),
    "dance": (
        Drums("zoom/dance", ("DANCE", *numbered("DANC", 6)), (112, 132)),
        Drums("zoom/house", numbered("HOUS", 4), (118, 130)),
        Drums("zoom/techno", numbered("TECH", 10), (122, 142)),
        Drums("zoom/dnb", numbered("DnB", 6), (160, 176)),
    ),
    "hip-hop": (
        Drums("zoom/hiphop", numbered("HIP", 23), (82, 104)),
        Drums("zoom/trip", numbered("TRIP", 4), (76, 96)),
    ),
}  # fmt: skip
DRUM_TRACKS = (
    "Bell ClosedHat Crash Kick LowConga Maracas MutHiConga OpenHat OpenHiConga Ride Snare Stick "
    "Tambourine Tom1 Tom2 Tom3"
).split()

# A chord is semitones above the key, and MMA's name of the quality; a word with / is two in a bar.
PROGRESSIONS: dict[str, tuple[str, ...]] = {
    "ballad": (
        "0 7 9m 5", "0 9m 5 7", "0 4m 5 7", "9m 5 0 7", "0M7 9m7 2m7 7", "0 7/11dim 9m 5 2m 7",
        "0 0M7 5 5m", "2m7 7 0M7 9m7", "0m 8 3 10", "0m 5m 10 3", "0 5/0 9m 7", "5 7 4m 9m 2m 7",
    ),
    "dance": (
        "9m 5 0 7", "0m 10 8 10", "0m 5m 8 7", "0m 0m 8 10", "0 7 2m 5", "0m 8 3 10", "0m7 5",
        "2m7 7 0M7 9m7", "0m 0m 5m 5m", "0m/10 8", "5M7 4m7 9m7 9m7", "0 0 10 5",
    ),
    "hip-hop": (
        "0m7", "0m7 5m7", "0m 8", "0m 8/7", "0m7 0m7 8M7 7", "2m7 7 0M7 0M7", "0m 1", "0m 0m 5m 7",
        "0m9 3M7", "0m7/10 8M7", "9m7 5M7", "0m 10 8 8",
    ),
}  # fmt: skip
NAMES = "C Db D Eb E F Gb G Ab A Bb B".split()


def chart(genre: str, rng: np.random.Generator) -> tuple[str, float]:
    """Return a piece in MMA's language, and its length in seconds."""
    styles = GENRES[genre]
    style = styles[rng.integers(len(styles))]
    variants = style.variants.split()
    first = variants[rng.integers(len(variants))]
    second = variants[rng.integers(len(variants))] if rng.random() < 0.5 else first
    lines, tempo = [f"RndSeed {rng.integers(2**31)}"], style.tempo
    borrowed: list[str] = []
    if style.beats == 4 and rng.random() < 0.5:
        sets = DRUMS[genre]
        counts = np.array([len(drums.names) for drums in sets])
        drums = sets[rng.choice(len(sets), p=counts / counts.sum())]
        pattern, tempo = drums.names[rng.integers(len(drums.names))], drums.tempo
        lines.append(f"Groove {drums.file}:{pattern}")
        borrowed = ["AllTracks Drum SeqClear"]
        borrowed += [f"Drum-{track} Groove {pattern}" for track in DRUM_TRACKS]
    bpm = int(rng.integers(tempo[0], tempo[1] + 1))
    bar = style.beats * 60 / bpm
    bars = round(SECONDS / bar)
    turn = bars // 2
    key = rng.integers(12)
    kinds = PROGRESSIONS[genre]
    progression = kinds[rng.integers(len(kinds))].split()
    lines += [f"Groove {style.file}:{first}", *borrowed, f"Tempo {bpm}"]
    for number in range(bars):
        if style.fill and not borrowed and number == turn - 1:
            lines.append(f"Groove {style.fill}")
        if number == turn and (style.fill or second != first):
            lines += [f"Groove {second}", *borrowed]
        chords = [in_key(chord, key) for chord in progression[number % len(progression)].split("/")]
        beats = ["/"] * style.beats
        for place, chord in enumerate(chords):
            beats[place * style.beats // len(chords)] = chord
        lines.append(f"{number + 1} {' '.join(beats)}")
    return "\n".join(lines) + "\n", bars * bar


def in_key(chord: str, key: int) -> str:
    degree, quality = re.fullmatch(r"(\d+)(\D*\d*)", chord).groups()
    return NAMES[(int(degree) + key) % 12] + quality


def find_soundfont() -> Path | None:
    places = (Path(folder) / SOUNDFONT for folder in SOUNDFONT_FOLDERS)
    return next((place for place in places if place.is_file()), None)


def run(*command: str | Path) -> None:
    """Run a program, or end with what it says."""
    try:
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"{command[0]} did not end within {LIMIT} s: {' '.join(map(str, command))}")
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def play(text: str, seconds: float, soundfont: Path, folder: Path) -> np.ndarray:
    """Return the sound of a chart, mono, with the peak at `PEAK`."""
    source, midi, wave = (folder / f"piece.{ending}" for ending in ("mma", "mid", "wav"))
    source.write_text(text)
    midi.unlink(missing_ok=True)
    run("mma", "-w", "-f", midi, source)
    if not midi.is_file():
        sys.exit(f"mma made no MIDI file of this chart:\n{text}")
    run(
        "fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(SAMPLE_RATE), "-O", "float",
        "-F", wave, soundfont, midi,
    )  # fmt: skip
    sound = soundfile.read(wave, stop=round((seconds + TAIL) * SAMPLE_RATE), always_2d=True)[0]
    sound = sound.mean(axis=1)
    peak = np.abs(sound).max()
    if not peak:
        sys.exit(f"fluidsynth played nothing through {soundfont}; is it a General MIDI soundfont?")
    return sound * (PEAK / peak)


def make(out: Path, pieces: int, seed: int, soundfont: Path) -> None:
    """Write the music."""
    work = [(genre, number) for genre in GENRES for number in range(pieces)]
    with tempfile.TemporaryDirectory() as folder:
        for genre, number in tqdm(work, desc="playing", unit="piece"):
            rng = np.random.default_rng([seed, *genre.encode(), number])
            sound = play(*chart(genre, rng), soundfont, Path(folder))
            (out / genre).mkdir(parents=True, exist_ok=True)
            soundfile.write(out / genre / f"{number:04}.flac", sound, SAMPLE_RATE, "PCM_16")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python benchmarks/accompaniments.py",
        description=(__doc__ or "").split("\n\n")[0]
        + " Of each genre, PIECES files of about 20 s go to OUT/GENRE/NNNN.flac.",
        epilog="Two minutes for 120 pieces. The same seed, programs and soundfont give the same "
        "files. Needs the programs mma and fluidsynth; on Debian: apt install mma fluidsynth "
        "fluid-soundfont-gm. Example: python benchmarks/accompaniments.py third --pieces 40",
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write; new or empty")
    parser.add_argument("--pieces", type=int, default=40, help="per genre (default: 40)")
    parser.add_argument("--seed", type=int, default=0, help="of charts and grooves (default: 0)")
    parser.add_argument(
        "--soundfont", type=Path, metavar="FILE", help=f"General MIDI (default: {SOUNDFONT})"
    )
    options = parser.parse_args()
    if not 1 <= options.pieces <= MOST_PIECES:
        parser.error(f"--pieces must be 1 to {MOST_PIECES:,}, not {options.pieces}")
    if options.seed < 0:
        parser.error(f"--seed must be at least 0, not {options.seed}")
    missing = [program for program in ("mma", "fluidsynth") if shutil.which(program) is None]
    if missing:
        parser.error(f"{' and '.join(missing)} not found; on Debian: apt install mma fluidsynth")
    soundfont = options.soundfont or find_soundfont()
    if soundfont is None:
        parser.error(
            f"{SOUNDFONT} is in none of {', '.join(SOUNDFONT_FOLDERS)}; on Debian: apt install "
            "fluid-soundfont-gm, or name a file with --soundfont"
        )
    if not soundfont.is_file():
        parser.error(f"there is no soundfont {soundfont}")
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        parser.error(f"{options.out} must be a new or an empty folder")
    make(options.out, options.pieces, options.seed, soundfont)


if __name__ == "__main__":
    main()
