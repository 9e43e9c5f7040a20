"""Music of another origin: a band in a rehearsal room, for choosing between models.

The shipped model learns from music that the package composes. How well a temperature, a threshold
or a recipe does can't be read from more of the same music, so this command makes music that shares
nothing with it, neither code nor grammar: accompaniments as arranger keyboards, karaoke and
practice tracks have them. A kit, a bass, a comping part or two, now and then a tune; styles as a
drummer would write them down, bar by bar; a plain mix, folded to mono.

Choices are made on this music. A score on it is therefore a little flattering: what did best on it
was kept. For a figure by which nothing was chosen, use other music.

    python benchmarks/band_music.py band --pieces 40
    python benchmarks/band_music.py second --pieces 40 --seed 1 --soundfont /usr/share/.../FILE.sf3
    python -c "import auralise_jax as aj; print(aj.evaluate('genre', 'band').table())"
"""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile as sf
from band.ballads import BALLADS
from band.dance import DANCE
from band.hip_hop import HIP_HOP
from band.mix import RATE, SECONDS, Note, Player, mixed, sound
from band.vocabulary import DRIVEN, FILLS, KIT, Part, Style
from tqdm import tqdm

_SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
STYLES = {"ballad": BALLADS, "dance": DANCE, "hip-hop": HIP_HOP}
_DRUM_BANK = 128
_NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_VELOCITIES = {"x": 88, "X": 108, "o": 46, "2": 76, "3": 70}
_SOFT_LANES = "hpoyeajz"
_LEVELS = {"drums": 0.0, "bass": -2.0, "comp": -6.0, "lead": -4.0}  # dB, before the mixer's hand
_LOUDEST = 112  # of controller 7, at 0 dB

# Bars of a tune, by the steps of a bar.
_TUNES = {
    16: (
        *("x-----x-x-------", "..x-x-x---x-----", "x---x---x-x-x---", "x-----------..x-"),
        *("x--x--x-x-------", "................", "x-x-x---....x-x-"),
    ),
    12: ("x-----x-x---", "x--x-xx-----", "............", "x-------x-x-"),
}


class Chord(NamedTuple):
    """A chord: semitones of its root above the key, and of its notes above the root."""

    root: int
    notes: tuple[int, ...]


class Sheet(NamedTuple):
    """What all players of a piece have before them: the grid, the key and a chord for each step."""

    style: Style
    step: float  # s
    swing: float  # share of two steps that the first takes
    chords: list[Chord]

    def when(self, step: float) -> float:
        """Return the second at which a step of the piece begins."""
        late = (2 * self.swing - 1) * (int(step) % 2) if self.style.steps == 16 else 0.0
        return (step + late) * self.step


def chord(numeral: str) -> Chord:
    """Read a Roman numeral: lower case is minor, ``7`` a minor and ``M7`` a major seventh."""
    flat, degree, seventh = re.fullmatch(r"(b?)([ivIV]+)(M7|7|)", numeral).groups()
    third = 3 if degree.islower() else 4
    sevenths = {"": (), "7": (10,), "M7": (11,)}[seventh]
    return Chord((_NUMERALS[degree.upper()] - len(flat)) % 12, (0, third, 7, *sevenths))


def sheet(genre: str, style: Style, rng: np.random.Generator) -> Sheet:
    """Draw tempo, key and chords of a piece in a style."""
    step = 60 / rng.uniform(*style.bpm) * style.beats / style.steps
    slow = 1 if genre == "ballad" or rng.random() < 0.65 else 2
    key = int(rng.integers(12))
    bars = []
    for names in rng.choice(style.chords).split():
        halves = [chord(name) for name in names.split(",")] * (2 if "," not in names else 1)
        bar = [halves[2 * place // style.steps] for place in range(style.steps)]
        bars += [[Chord((each.root + key) % 12, each.notes) for each in bar]] * slow
    count = int(np.ceil(SECONDS / (step * style.steps))) + 1
    played = itertools.islice(itertools.cycle(bars), count)
    return Sheet(style, step, rng.uniform(*style.swing), list(itertools.chain(*played)))


def held(figure: str, music: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield start and end, in steps, and symbol of each note; a new chord is struck anew."""
    start, symbol = 0, "."
    for step, now in enumerate(music.chords):
        mark = figure[step % len(figure)]
        if mark == "-" and (step == 0 or now == music.chords[step - 1]):
            continue
        if symbol not in ".-":
            yield start, step, symbol
        start, symbol = step, symbol if mark == "-" else mark
    if symbol not in ".-":
        yield start, len(music.chords), symbol


def bass_pitch(music: Sheet, step: int, symbol: str) -> int:
    """Return the pitch of a bass figure's symbol, whose roots lie from E1 to D#2."""
    now = music.chords[step]
    lowest = 28
    if symbol == "a":
        bar_end = (step // music.style.steps + 1) * music.style.steps
        following = music.chords[min(bar_end, len(music.chords) - 1)]
        return lowest + (following.root - lowest) % 12 - 1
    sevenths = now.notes[3] if len(now.notes) > 3 else 10
    above = {"1": 0, "3": now.notes[1], "5": 7, "7": sevenths, "8": 12}[symbol]
    return lowest + (now.root - lowest) % 12 + above


def voicing(now: Chord, lowest: int, program: int) -> list[int]:
    """Return the notes of a chord in close position; a driven guitar plays root, fifth, octave."""
    if program in DRIVEN:
        root = 40 + (now.root - 40) % 12
        return [root, root + 7, root + 12]
    return sorted(lowest + (now.root + note - lowest) % 12 for note in now.notes)


def tune(music: Sheet, rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Yield start and end, in steps, and pitch of a tune: two bars, again and again."""
    rhythm = "".join(rng.choice(_TUNES[music.style.steps], size=2))
    moves = rng.choice([-2, -1, -1, 1, 1, 2], size=8)
    first = music.chords[0]
    minor = first.notes[1] == 3
    scale = [(first.root + note) % 12 for note in ((0, 3, 5, 7, 10) if minor else (0, 2, 4, 7, 9))]
    ladder = [pitch for pitch in range(64, 84) if pitch % 12 in scale]
    rung = int(rng.integers(2, len(ladder) - 3))
    for number, (start, end, _) in enumerate(held(rhythm, music)):
        rung = int(np.clip(rung + moves[number % len(moves)], 0, len(ladder) - 1))
        pitch = ladder[rung]
        if start % 4 == 0:  # on the beat a note of the chord, the nearest
            now = music.chords[start]
            within = [p for p in range(60, 90) if (p - now.root) % 12 in now.notes]
            pitch = min(within, key=lambda other: abs(other - ladder[rung]))
        yield start, end, pitch


def lanes(text: str, steps: int) -> dict[str, str]:
    """Read a groove; all lanes are repeated to the length of the longest, in whole bars."""
    words = text.split()
    read = dict(zip(words[::2], words[1::2], strict=True))
    length = -(-max(map(len, read.values())) // steps) * steps
    return {lane: (hits * length)[:length] for lane, hits in read.items()}


def drum_bars(genre: str, music: Sheet, rng: np.random.Generator) -> Iterator[dict[str, str]]:
    """Yield bar after bar of a kit: a groove, sometimes a second, and fills every 4 or 8 bars."""
    steps = music.style.steps
    grooves = [lanes(text, steps) for text in rng.permutation(music.style.drums)[:2]]
    change = rng.random() < 0.35
    every, begun = int(rng.choice([4, 8])), int(rng.integers(8))
    filled = False
    for bar in range(len(music.chords) // steps):
        section, place = divmod(begun + bar, every)
        groove = grooves[section % 2 if change else 0]
        hits = {}
        for lane, text in groove.items():
            offset = bar * steps % len(text)
            hits[lane] = text[offset : offset + steps]
        if filled and rng.random() < 0.6:
            hits["z"] = "X"
        filled = place == every - 1
        if filled:
            hits = with_fill(hits, str(rng.choice(FILLS[genre])), steps)
        yield hits


def with_fill(hits: dict[str, str], fill: str, steps: int) -> dict[str, str]:
    """Return a bar whose groove stops where a fill begins; the fill is cut to the bar's end."""
    played = {lane: text[-steps:] for text, lane in (each.split("|") for each in fill.split())}
    begin = min(len(text) - len(text.lstrip(".")) for text in played.values())
    stopped = {lane: text[:begin] for lane, text in hits.items()}
    for lane, text in played.items():
        stopped[lane] = stopped.get(lane, "").ljust(begin, ".") + text[begin:]
    return stopped


def drums(genre: str, music: Sheet, rng: np.random.Generator) -> Iterator[tuple[float, str, int]]:
    """Yield the step, lane and velocity of each hit."""
    for bar, hits in enumerate(drum_bars(genre, music, rng)):
        for lane, text in hits.items():
            softer = 0.8 if lane in _SOFT_LANES else 1.0
            for place, mark in enumerate(text):
                times = int(mark) if mark in "23" else int(mark != ".")
                for part in range(times):
                    velocity = int(_VELOCITIES[mark] * softer)
                    yield bar * music.style.steps + place + part / times, lane, velocity


def band(genre: str, style: Style, rng: np.random.Generator) -> tuple[list[Note], list[Player]]:
    """Play a piece in a style.

    Returns
    -------
    notes : list of Note
        What is played, in the order of the players.
    players : list of Player
        Drums on channel 9; bass, comping or pad parts and a tune from channel 0.
    """
    music = sheet(genre, style, rng)
    loose = 0.0015 if style.sequenced else 0.007  # s
    players: list[Player] = []
    takes: list[list[Note]] = []
    free = (channel for channel in range(16) if channel != 9)

    def enter(role: str, bank: int, program: int) -> int:
        level = _LEVELS[role] + rng.uniform(-4, 4)
        channel = 9 if role == "drums" else next(free)
        # Controller 7 counts 40 dB a decade, as General MIDI has it.
        volume = min(int(_LOUDEST * 10 ** (level / 40)), 127)
        players.append(Player(channel, bank, program, volume))
        return channel

    def play(channel: int, hits: list[tuple[float, float, int, int]]) -> None:
        lag = rng.normal(0, loose / 2)
        notes = []
        for begin, end, pitch, velocity in hits:
            start = max(music.when(begin) + lag + rng.normal(0, loose), 0.0)
            loud = int(np.clip(velocity + rng.normal(0, 2 if style.sequenced else 6), 15, 127))
            notes.append(Note(start, max(music.when(end), start + 0.04), channel, pitch, loud))
        takes.append(released(notes))

    if rng.random() < style.kit_share:
        channel = enter("drums", _DRUM_BANK, int(rng.choice(style.kits)))
        beaten = drums(genre, music, rng)
        play(channel, [(at, at + 0.9, KIT[lane], loud) for at, lane, loud in beaten])
    if rng.random() < 0.93:
        channel = enter("bass", 0, int(rng.choice(style.bass.programs)))
        figure = str(rng.choice(style.bass.figures))
        line = [(at, end, bass_pitch(music, at, each), 92) for at, end, each in held(figure, music)]
        play(channel, line)
    for number in rng.permutation(len(style.parts))[: rng.integers(1, 3)]:
        program = int(rng.choice(style.parts[number].programs))
        channel = enter("comp", 0, program)
        play(channel, comping(style.parts[number], program, music, rng))
    if rng.random() < 0.3:
        channel = enter("lead", 0, int(rng.choice(style.leads)))
        play(channel, [(at, end, pitch, 90) for at, end, pitch in tune(music, rng)])
    return list(itertools.chain(*after_intro(takes, music, rng))), players


def released(notes: list[Note]) -> list[Note]:
    """Return a player's notes, each released before its pitch is struck anew."""
    following: dict[int, float] = {}
    kept = []
    for note in sorted(notes, reverse=True):
        kept.append(note._replace(end=min(note.end, following.get(note.pitch, note.end))))
        following[note.pitch] = note.start
    return kept[::-1]


def comping(
    part: Part, program: int, music: Sheet, rng: np.random.Generator
) -> list[tuple[float, float, int, int]]:
    """Return start and end, in steps, pitch and velocity of the notes of a comping part."""
    lowest = int(rng.integers(53, 61))
    hits: list[tuple[float, float, int, int]] = []
    for start, end, symbol in held(str(rng.choice(part.figures)), music):
        notes = voicing(music.chords[start], lowest, program)
        if symbol == "x":
            hits += [(start, end, pitch, 78) for pitch in notes]
        else:
            octave, index = divmod(int(symbol) - 1, len(notes))
            hits.append((start, end, notes[index] + 12 * octave, 80))
    return hits


def after_intro(
    takes: list[list[Note]], music: Sheet, rng: np.random.Generator
) -> Iterator[list[Note]]:
    """Yield the takes; in half of the pieces only one or two players begin, for some 4 s."""
    bar = music.step * music.style.steps
    wait = bar * max(int(4.5 // bar), 1) if rng.random() < 0.5 else 0.0
    begin = set(rng.permutation(len(takes))[: rng.integers(1, 3)].tolist())
    if longest_rest([takes[number] for number in begin], wait) > 0.8:
        wait = 0.0  # too little for an intro: all begin
    for number, take in enumerate(takes):
        yield [note for note in take if number in begin or note.start > wait - music.step / 4]


def longest_rest(takes: list[list[Note]], until: float) -> float:
    """Return how long nothing is played, at most, before a second of the piece."""
    longest, silent_from = 0.0, 0.0
    for note in sorted(itertools.chain(*takes)):
        longest = max(longest, min(note.start, until) - silent_from)
        silent_from = max(silent_from, note.end)
    return max(longest, until - silent_from)


def piece(genre: str, number: int, seed: int, soundfont: Path) -> np.ndarray:
    """Return a piece of a genre; the styles take turns, each time in another order."""
    which = list(STYLES).index(genre)
    turn, place = divmod(number, len(STYLES[genre]))
    order = np.random.default_rng([seed, which, 0, turn]).permutation(len(STYLES[genre]))
    rng = np.random.default_rng([seed, which, 1, number])
    notes, players = band(genre, STYLES[genre][order[place]], rng)
    return mixed(sound(notes, players, soundfont), rng)


def within(low: int, high: int) -> Callable[[str], int]:
    """Return a type for argparse: whole numbers of a range."""

    def whole_number(text: str) -> int:
        if not (text.isdecimal() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} isn't a whole number from {low} to {high}")
        return int(text)

    return whole_number


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a new folder, for GENRE/NNNN.flac")
    parser.add_argument(
        "--pieces", type=within(1, 9999), default=40, metavar="N",
        help="pieces a genre, 1 to 9999, of 20 s; with more, the first stay the same (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=within(0, 2**32 - 1), default=0, metavar="S",
        help="another whole number gives other pieces (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--soundfont", type=Path, default=_SOUNDFONT, metavar="FILE",
        help="a soundfont of General MIDI, .sf2 or .sf3 (%(default)s)",
    )  # fmt: skip
    options = parser.parse_args()
    try:
        import fluidsynth  # noqa: F401
    except ImportError as error:
        parser.error(f"{error}: install FluidSynth, and pyfluidsynth by pip, to play the pieces")
    if not options.soundfont.is_file():
        parser.error(
            f"there is no soundfont {options.soundfont}: install one (on Debian, the package"
            " fluid-soundfont-gm), or name another by --soundfont"
        )
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        parser.error(f"{options.out} is there already: name a new or an empty folder")
    jobs = [(genre, number) for genre in STYLES for number in range(options.pieces)]
    for genre, number in tqdm(jobs, desc="playing", unit="piece"):
        try:
            y = piece(genre, number, options.seed, options.soundfont)
        except ValueError as error:
            parser.error(str(error))
        (options.out / genre).mkdir(parents=True, exist_ok=True)
        sf.write(options.out / genre / f"{number:04}.flac", y, RATE, subtype="PCM_16")


if __name__ == "__main__":
    main()
