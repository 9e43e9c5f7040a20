"""Music from elsewhere: an independent test set of ballad, dance and hip-hop pieces.

This generator shares nothing with the package's own: no code, no tables, no sounds. A genre
classifier trained on the package's pieces can be scored on these, outside of its training
distribution, where habits of the first generator no longer help it.

Every piece takes one of the styles in ``STYLES`` and draws its tempo, key, chords, instruments,
patterns, form and mix at random; the excerpt starts at a random bar of the whole song. Tempi
overlap between the genres, so tempo alone does not give a genre away.

Two engines play the same kind of score with different sounds:

fluid
    FluidSynth and a General MIDI soundfont.
numpy
    A small wavetable synthesiser and synthetic drums, written below.

Run it from the root of the repository::

    python benchmarks/other_music.py /tmp/other --pieces 40 --seed 0
    python benchmarks/other_music.py /tmp/other_numpy --pieces 20 --seed 1 --engine numpy
"""

import argparse
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.random import Generator
from pretty_midi import Instrument, Note
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt
from tqdm import tqdm

RATE = 22050
GENRES = ("ballad", "dance", "hip-hop")

# One style per paragraph: genre, name, then key=value, alternatives separated by "|" (patterns)
# or "," (General MIDI programs). A pattern is one bar; "." rests, X, x and o are loud, normal and
# soft hits of a drum or of a whole chord, a digit plays one chord tone, "a" leads to the next bar.
# Capitals are drums (those ending in "?" are optional), k keys, b bass, a arpeggio, m melody.
STYLES = """
ballad piano tempo=60-92 kits=0,8,40 K=X.......X.......|X......xX.......|X.....x.X.......
 S=....X.......X... H=x.x.x.x.x.x.x.x.|x...x...x...x... T?=..x...x...x...x. keys=0,1,2 pad=48,49,89
 k=0.2.3.2.0.2.3.2.|x...x...x...x...|x.......x.......|0.1.2.3.x...2.1. bass=32,33,35
 b=0...............|0.......0.....2.|0.....0.0....... lead=73,71,68,40,65,52,54
 m=X...x...X.......|..x.x.x.X.......|X.....x.x...X...

ballad power tempo=64-96 kits=16,8 K=X.....x.X.x.....|X.......X.x.....|X..x....X.x..x..
 S=....X.......X... H=x.x.x.x.x.x.x.x. D?=x...x...x...x... keys=29,30,27 pad=48,50,18,61
 k=x...............|x.......x.x.x.x.|x.x.x.x.x.x.x.x. bass=33,34
 b=0.0.0.0.0.0.0.0.|0.....0.0....... arp=0,1,27 a=0.2.3.2.1.2.3.2. lead=30,29,54,65,52
 m=X.......x...x...|X...x.x.X.......|..x.x.X.....x...

ballad acoustic tempo=70-110 kits=0,40,8 K=X.......x.x.....|X.......X....... R=....X.......X...
 T?=x.x.x.x.x.x.x.x. H=x.x.x.x.x.x.x.x. keys=24,25 pad=48,49,16 bass=32,35,33
 k=0.2.1.3.2.1.3.2.|0.231.2.0.231.2.|x...x.xx.xx.x.x. b=0.......2.......|0.....0.2.......
 lead=22,73,40,75,21,71 m=X...x...x.x.....|..x.x.x.x...X...|X.......x.......

ballad doo-wop tempo=60-80 steps=12 kits=0,8 K=X.....X.....|X....xX..... S=...X.....X..
 H=xxxxxxxxxxxx|x..x..x..x.. keys=0,1,16,26 k=xxxxxxxxxxxx|012321012321|x..x..x..x.. pad=52,53,48
 bass=32,33 b=0.....2.....|0..1..2..3..|0..0..0..... lead=65,66,56,52 prog=1645,1625,1415
 m=X.....x.x.x.|X..x..X.....|..xx.xX..... mode=major

ballad slow-jam tempo=60-82 kits=24,25,8 K=X.....x...x.....|X..x......x..x..|X......x..x.....
 C=....X.......X... H=x.x.x.x.x.x.x.xx|xxxxxxxxxxxxxxxx R?=..o....o..o..... keys=4,5 pad=89,50,91
 k=x.......x.....x.|x.....x.........|x............... bass=33,36,38,35
 b=0.....0.......2.|0..0......2.3... lead=54,66,64,26,85
 m=X..x..x.x.......|..x.xx..X.......|X.....x.....x... sevenths=1 arp=26,8 a=......3...2.1...

ballad eighties tempo=68-108 kits=16,24 K=X.......X.x.....|X.....x.X....... S=....X.......X...
 H=x.x.x.x.x.x.x.x.|xxxxxxxxxxxxxxxx keys=5,4,2
 k=x...x...x...x...|0.2.3.2.0.2.3.2.|x.....x.....x... bass=38,39,33
 b=0.0.0.0.0.0.0.0.|0.......0....... pad=90,50,51,95 arp=8,98,88,11 a=0...1...2...3...
 lead=81,65,62,80,54 m=X...x...X.......|X.......x.x.x...|..x.x...X.......

ballad orchestral tempo=60-84 kits=48,0 K=X...............|X.......x....... S?=............o.oo
 B?=....x.......x... keys=46,0,6 k=0.1.2.3.2.1.0...|0123321001233210|x.......x.......
 pad=48,49,44,60 bass=43,42,48 b=0...............|0.......2....... arp=45,46 a=0...2...1...2...
 lead=40,60,71,68,69,41,52 m=X.......x...x...|X...x.x.X.......|X...............

dance house tempo=116-130 kits=24,25,0 K=X...X...X...X... C=....X.......X...|....X.......X..o
 pump=1 O=..x...x...x...x. H?=x.xxx.xxx.xxx.xx T?=xxxxxxxxxxxxxxxx G?=..x..x....x..x..
 keys=0,1,16,17,4 gate=.4 k=x..x..x...x..x..|x..x..x.x..x..x.|..x...x...x...x. bass=38,39,33,36
 pad=50,89 loop=1 sevenths=1 b=..0...0...0...0.|0..0..0...0.0...|0.00..0.0.00..3.
 lead=80,81,54,11,61 m=X..x..x.x.......|x.x..x..x..x....

dance techno tempo=122-140 kits=24,25 K=X...X...X...X... O=..X...X...X...X. H?=xxxxxxxxxxxxxxxx
 loop=1 C?=....X.......X... W?=..x....x..x..... G?=x..x..x...x.x... keys=81,90,62,38
 k=..x..x....x..x..|x..x..x..x..x... bass=38,39,87
 b=.000.000.000.000|..0...0...0...0.|0.0.00.00.0.00.0 gate=.3 arp=80,81,38,84 mode=minor
 a=0.03.0.20.3.0.2.|0003000200030010 pad=95,93,89 lead=80,99 m=x.....x.........|x..x..x.........
 prog=1111,1161 pump=1

dance trance tempo=126-140 kits=24,25,16 K=X...X...X...X... C=....X.......X... O=..X...X...X...X.
 pump=1 H?=xxxxxxxxxxxxxxxx keys=81,90 k=x.......x.......|x..x..x..x..x.x. bass=38,39,81
 b=.000.000.000.000|..0...0...0...0. arp=80,81,84,88
 a=0123012301230123|0.2.3.2.1.2.3.1.|0102030201020302 pad=90,50,95 mode=minor gate=.5 lead=81,80,90
 m=X..x..x...x.x...|x.x.x..x..x.x...|X..x..X..x..x.x.

dance eurodance tempo=118-140 kits=24,16,25 K=X...X...X...X... S=....X.......X...
 O=..X...X...X...X. gate=.45 T?=xxxxxxxxxxxxxxxx keys=0,1,81,62
 k=x..x..x...x.x...|x..x..x..x..x...|..x...x...x...x. mode=minor bass=38,39
 b=0.3.0.3.0.3.0.3.|..0...0...0...0.|..03..03..03..03 pad=50,52 arp=80,81 a=0.2.3.2.0.2.3.2.
 lead=81,80,54,62 m=x.xx.x.xx.x.....|X..x..x.X..x..x.|x.x.x.xx..x.x...

dance disco tempo=106-128 kits=0,8,16 K=X...X...X...X... S=....X.......X...|....X.......X..o
 O=..x...x...x...x. H?=x.xxx.xxx.xxx.xx B?=....x.......x... G?=x..xx.x.x..xx.x. keys=27,28,7,4,0
 gate=.5 k=x.xxx.xx.xx.x.xx|..x...x...x..xx.|x..x..x.x..x..x. bass=33,36,34
 b=0.3.0.3.0.3.0.3.|0..30.3.0..32.3.|0.0.3.0.0.2.3.a. pad=48,50,49 lead=56,61,65,73,48,54
 m=x..x..x.X.......|..x.x.xxX.......|X...x.x.x..x.... sevenths=1

dance pop tempo=100-128 kits=24,16,25,8 K=X...X...X...X...|X...X...X...X.x. C=....X.......X...
 pump=1 H=..x...x...x...x.|x.x.x.x.x.x.x.x. T?=x.xxx.xxx.xxx.xx keys=81,90,5,0,27
 k=x..x..x...x.....|x..x..x.x..x..x.|x.x.x.x.x.x.x.x. bass=38,39,33
 b=0.0.0.0.0.0.0.0.|0..0..0...0...0. pad=50,90,89 arp=80,98,45,24 a=0.2.3...0.2.3.1. gate=.6
 lead=54,81,80,85 m=x.x.x..xX.......|X..x..x.x.x.....|..x.x.x.x...X...

dance tropical tempo=100-120 kits=24,25,0 K=X...X...X...X... C=....X.......X...|...x..x....x..x.
 loop=1 pump=1 R?=...x..x....x.... T=x.xxx.xxx.xxx.xx G?=..x..x..x..xx.x. keys=12,4,0,24
 k=x..x..x.x..x..x.|x..x...x..x.....|..x..x..x...x... bass=38,39,33
 b=0..0..0.........|..0...0...0...0. arp=12,108,114,13 a=0.23.2.30.23.1.. pad=89,50 gate=.5
 lead=75,79,73,114 m=x..x..x.x..x....|..x.x..x..x.....|X..x..X.......x.

hip-hop boom-bap tempo=82-100 swing=.08-.35 kits=0,8,16
 K=X......x..X.....|X.x....x..X.....|X.....xx..x.....|X..x...x.xx.....
 S=....X.......X...|....X..o.o..X..o H=x.x.x.x.x.x.x.x.|x.x.x.xxx.x.x.x. O?=..............x.
 keys=0,4,11,26,7 loop=1 k=x...............|x.....x.........|...x..x.......x.|0.2.3...1...2...
 bass=32,33,35 b=0......0..0.....|0.....00..2.....|0..0......0.a... pad=48,50,52
 lead=56,73,48,11,45,61 m=x..x..x.........|X.....x..x......|..x.x........... sevenths=1

hip-hop lo-fi tempo=70-90 swing=.15-.45 kits=0,40,25
 K=X......x..x.....|X.........xx....|X..x......x..... S=....x.......x...|....x.......x..o
 H=x.x.x.x.x.x.x.x.|x.xxx.x.x.xxx.x. R?=...o......o..... keys=4,5,0,26 loop=1 dusty=1
 k=x.......x.......|x.....x.........|x..2..1.3.......|x............x.. bass=32,33,35
 b=0..........0....|0......0..2..... pad=89,48 arp=26,24,11 a=....3..2..1.....|..2...3.........
 lead=73,65,11,26 m=x..x....x.......|..x...x......... sevenths=1

hip-hop trap tempo=130-150 kits=25,24
 K=X.........x.....|X.....x....x....|X..x......x.....|X.............x. loop=1 rolls=1
 C=........X....... H=x.x.x.x.x.x.x.x.|x.x.x.xxx.x.x.x. O?=......x......... R?=...x.......x....
 keys=10,11,98,14,0 pad=91,94,52 k=0.2.3.2.1...2...|x...............|0...2...3...1... bass=38,39,87
 b=0.........0.....|0.....0....0....|0..............a lead=75,73,79,80
 m=x...x...x.......|X.....x.....x... mode=minor prog=1616,1111,1165,1716

hip-hop drill tempo=136-146 kits=25,24 K=X..x..x......x..|X.....x...x.....|X..x......x..x..
 S=........X.......|........X.....x. H=x..x..x.x..x..x.|x..x..x..x..x.x. R?=......x.......x.
 keys=0,48,10,45 k=0.....2.....3...|x...............|0..2..3.0..2..1. pad=52,48,91 bass=38,39,87
 b=0......0..3.....|0.....2.....a... lead=40,79,53 m=X.......x.......|x..x..x......... mode=minor
 loop=1 rolls=1

hip-hop g-funk tempo=86-104 swing=0-.15 kits=24,8,16
 K=X.....x.X.......|X..x....X.x.....|X......xX.x..... C=....X.......X... H=x.x.x.x.x.x.x.x.
 T?=xxxxxxxxxxxxxxxx B?=....x.......x... keys=4,16,7,17
 k=x.......x.....x.|x..x..x.........|..x...x...x...x. loop=1 bass=38,39,36
 b=0.0..0..0..3.2..|0..00.3.....0.2. pad=50,48 lead=80,81,79 m=X.......x...x...|..x.x...X.......
 mode=minor sevenths=1

hip-hop south tempo=70-86 kits=25,24 K=X..x......x.....|X.....x..xx.....|X..X..x.........
 C=....X.......X...|....X.......X.x. loop=1 H=xxxxxxxxxxxxxxxx|x.x.x.xxx.x.x.xx O?=......x.........
 W?=..x..x....x..... keys=61,62,16,81 k=x..x..x.........|x.....x...x.....|x.x.......x.x...
 bass=38,39 b=0..0......0.....|0.....0..00..... arp=10,14,80 a=0.2.3.2.1.2.3.2. lead=81,56,52
 m=x.xx..x.........|X.....x......... mode=minor rolls=1

hip-hop jazz tempo=84-108 swing=.15-.4 kits=0,40,32
 K=X......x..x.....|X..x...x........|X.x.......x..... S=....X..o....X...|....X..o.o..X...
 D=x...x..xx...x..x|x.x.x.x.x.x.x.x. H?=....x.......x... keys=4,0,26,11
 k=..x...x.........|x.....x.....x...|...x...x........ loop=1 bass=32,35
 b=0...1...2...a...|0.....0.2...1...|0..0..2...3.a... lead=56,59,65,66,11,73
 m=x.xx..x.........|..x..x.xx.......|X...x..x........ sevenths=1

hip-hop old-school tempo=94-112 kits=25,24 K=X.....x...X.....|X..x..X...X.....|X.x....x..X.....
 S=....X.......X...|....X..x....X... H=xxxxxxxxxxxxxxxx|x.x.x.xxx.x.x.xx C?=....X.......X...
 W?=x.xx.x..x.x.x... O?=..............x. keys=62,81,7,55 k=x...............|x..x............
 bass=38,39,36 b=0.00..0.0.00..3.|0..0..0...0.3... arp=80,84 a=0.0.3.0.2.0.3.0. lead=80,62
 m=x..xx.x.........|x.x.x........... mode=minor loop=1
"""

# What plays when: d drums, b bass, k keys, p pad, a arpeggio, m melody; a small letter may rest.
FORMS = {
    "ballad": "intro:4:Kpm verse:8:dBKMpa chorus:8:DBKPMa verse:4:dBKMPa chorus:8:DBKPMA "
    "breakdown:4:Kmpb chorus:8:DBKPMA",
    "dance": "intro:8:Dbka verse:8:DBKmap breakdown:4:KPadm chorus:8:DBKMAp verse:8:DBKmpa "
    "breakdown:8:kPAdMb chorus:8:DBKMAP",
    "hip-hop": "intro:4:Kdma verse:12:DBKpa chorus:8:DBKMpa verse:8:DBKma breakdown:4:Kbda "
    "chorus:8:DBKMPa",
}
PROGRESSIONS = {
    "major": "1564 1645 1465 6415 4156 1345 1625 2511 1415 1451 1364 4561".split(),
    "minor": "1637 1673 1467 1645 1176 6711 1415 1717 6415 1543".split(),
    "loop": "1111 1616 1414 2511 1166 6511 4141 1743".split(),
}
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
}
MODES = {  # how often each genre is major, minor, dorian
    "ballad": (0.7, 0.27, 0.03),
    "dance": (0.35, 0.5, 0.15),
    "hip-hop": (0.2, 0.5, 0.3),
}
FILLS = {  # how often a fill is of toms, a snare's roll, a stop
    "ballad": (0.7, 0.2, 0.1),
    "dance": (0.25, 0.45, 0.3),
    "hip-hop": (0.1, 0.3, 0.6),
}
DRUMS = dict(zip("KSCRHODTBWG", (36, 38, 39, 37, 42, 46, 51, 70, 54, 56, 63), strict=True))
LOUD = {"X": 112, "x": 90, "o": 58, "a": 82}
LEVELS = {  # dB: drums, bass, keys, pad, arpeggio, melody
    "ballad": dict(zip("dbkpam", (-5, -6, -2, -9, -9, -2), strict=True)),
    "dance": dict(zip("dbkpam", (0, -1, -4, -9, -6, -3), strict=True)),
    "hip-hop": dict(zip("dbkpam", (0, -1, -3, -9, -7, -5), strict=True)),
}


def read_styles(text: str) -> dict[str, list[dict[str, list[str]]]]:
    """Turn the table into {genre: [{key: alternatives}]}."""
    styles: dict[str, list[dict[str, list[str]]]] = {genre: [] for genre in GENRES}
    for paragraph in text.strip().split("\n\n"):
        genre, name, *fields = paragraph.split()
        pairs = (field.split("=") for field in fields)
        style = {key: value.replace(",", "|").split("|") for key, value in pairs}
        styles[genre].append({"name": [name], **style})
    return styles


def between(style: dict[str, list[str]], key: str, default: str, rng: Generator) -> float:
    """Draw a number from a ``low-high`` field."""
    low, _, high = style.get(key, [default])[0].partition("-")
    return float(rng.uniform(float(low), float(high or low)))


def hits(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Step, symbol and steps until the next hit (or the bar line)."""
    steps = [i for i, symbol in enumerate(pattern) if symbol != "."]
    for step, following in zip(steps, [*steps[1:], len(pattern)], strict=True):
        yield step, pattern[step], following - step


class Song:
    """One piece, composed bar by bar: ``parts`` has an instrument for every role."""

    def __init__(
        self, genre: str, style: dict[str, list[str]], duration: float, rng: Generator
    ) -> None:
        self.genre, self.style, self.duration, self.rng = genre, style, duration, rng
        self.steps = int(style.get("steps", ["16"])[0])
        self.tempo = between(style, "tempo", "100", rng)
        self.swing = between(style, "swing", "0-.06", rng) if self.steps == 16 else 0.0
        self.mode = str(style.get("mode", [rng.choice(list(SCALES), p=MODES[genre])])[0])
        self.scale = SCALES[self.mode]
        self.key = int(rng.integers(12))
        self.loop = "loop" in style and rng.random() < 0.8
        slow = (0, 0.7, 0.3) if genre == "dance" else (0.25, 0.65, 0.1)
        self.slow = float(rng.choice([0.5, 1, 2], p=slow))  # bars to a chord
        self.voices = int("sevenths" in style) + 3 + int(rng.random() < 0.15)
        self.human = float(rng.uniform(0, 0.004 if genre == "dance" else 0.011))
        self.centre = int(rng.integers(57, 66))
        self.melody_centre = self.centre + int(rng.integers(8, 15))
        self.parts = {
            role: Instrument(int(rng.choice(style[field])), is_drum=role == "d", name=role)
            for role, field in zip("dbkpam", "kits bass keys pad arp lead".split(), strict=True)
            if field in style
        }
        self.gates = {"b": 0.85, "k": float(style.get("gate", [".92"])[0]), "p": 1.0, "a": 0.7}
        self.memory: dict[tuple[str, ...], Any] = {}
        form = [part.split(":") for part in FORMS[genre].split()]
        bars = [(name, i, int(n), roles) for name, n, roles in form for i in range(int(n))]
        self.bar_seconds = 240 / self.tempo
        bars *= 1 + int((duration + 8) / (len(bars) * self.bar_seconds))
        spare = len(bars) - int(np.ceil(duration / self.bar_seconds)) - 1
        late = rng.uniform(0, 1) if rng.random() < 0.3 else 0.0
        self.start = (int(rng.integers(max(spare, 1))) + late) * self.bar_seconds
        for bar, (name, i, n, roles) in enumerate(bars):
            self.write_bar(bar, name, i, n, roles)
        for part in self.parts.values():  # a note ends before its pitch is struck again
            part.notes.sort(key=lambda note: (note.pitch, note.start))
            for note, after in pairwise(part.notes):
                if note.pitch == after.pitch:
                    note.end = max(min(note.end, after.start - 0.01), note.start + 0.005)

    def keep(self, key: tuple[str, ...], draw: Callable[[], Any]) -> Any:
        """Remember a random decision, so that a section comes back as it was."""
        if key not in self.memory:
            self.memory[key] = draw()
        return self.memory[key]

    def chance(self, probability: float, *key: str) -> bool:
        """Toss a coin, once per ``key`` if there is one."""
        toss = lambda: bool(self.rng.random() < probability)  # noqa: E731
        return self.keep(("chance", *key), toss) if key else toss()

    def add(self, role: str, bar: int, step: float, length: float, pitch: int, loud: float) -> None:
        """Put one note in, in steps, if the excerpt hears it."""
        swung = step + self.swing * (int(step) % 2) + bar * self.steps
        unit = self.bar_seconds / self.steps
        start = swung * unit - self.start + self.human * self.rng.standard_normal()
        end = min(start + max(length * unit, 0.04), self.duration)
        velocity = int(np.clip(loud + self.rng.normal(0, 5), 20, 127))
        if end > max(start, 0) + 0.02:
            self.parts[role].notes.append(Note(velocity, pitch, max(start, 0.0), end))

    def degree(self, index: int) -> int:
        """Semitones from the tonic, of a degree of the scale counted from 0."""
        return self.scale[index % 7] + 12 * (index // 7)

    def chord(self, name: str, bar: int, step: int) -> list[int]:
        """Pitches of the chord that sounds here, root first, above the key's lowest octave."""
        loop = self.loop and self.chance(0.6, "loop")
        table = "loop" if loop else self.mode.replace("dorian", "minor")
        pool = self.style.get("prog", PROGRESSIONS[table])
        part = "all" if self.loop else name.replace("intro", "verse").replace("breakdown", "chorus")
        progression = self.keep(("prog", part), lambda: str(self.rng.choice(pool)))
        root = int(progression[int((bar + step / self.steps) / self.slow) % len(progression)]) - 1
        tones = [self.key + self.degree(root + 2 * i) for i in range(self.voices)]
        if self.mode == "minor" and root == 4 and self.chance(0.5, "harmonic"):
            tones[1] += 1
        return tones

    def pattern(self, key: str, name: str, i: int) -> str:
        """Bars A A A B of the section's own two patterns."""
        part = "all" if self.loop or self.chance(0.4, key, "same") else name
        pick = lambda: [str(p) for p in self.rng.choice(self.style[key], 2)]  # noqa: E731
        return self.keep(("pattern", key, part), pick)[i % 4 == 3]

    def write_bar(self, bar: int, name: str, i: int, n: int, roles: str) -> None:
        """Let every role that plays in this section write its bar."""
        energy = {"intro": 0.82, "verse": 0.9, "chorus": 1.05, "breakdown": 0.8}[name]
        for letter in roles:
            role = letter.lower()
            if role not in self.parts or (letter == role and not self.chance(0.6, role, name)):
                continue
            if role == "d":
                self.write_drums(bar, name, i, n, energy)
            elif role == "m":
                self.write_melody(bar, name, i, energy)
            else:
                self.write_chords(role, bar, name, i, energy)

    def write_drums(self, bar: int, name: str, i: int, n: int, energy: float) -> None:
        """Play the groove with small changes, a fill at the end and a crash at the start."""
        rng, thin = self.rng, name in {"intro", "breakdown"}
        fill = rng.random() < (0.65 if i == n - 1 else 0.25 if i % 4 == 3 else 0)
        cut = self.steps * (1 if not fill else float(rng.choice([0.5, 0.75, 0.75])))
        for field in self.style:
            if not field[0].isupper() or (field.endswith("?") and not self.chance(0.5, field)):
                continue
            if thin and not self.chance(0.7 if field[0] in "KH" else 0.4, field, name):
                continue
            rim = field == "S" and (self.genre, name) == ("ballad", "verse")
            pitch = DRUMS["R" if rim and self.chance(0.4, "rim") else field[0]]
            for step, symbol, _ in hits(self.pattern(field, name, i)):
                if step >= cut or (symbol != "X" and rng.random() < 0.06):
                    continue
                accent = 6 * (step % (self.steps // 4) == 0) if field[0] in "HT" else 0
                self.add("d", bar, step, 1, pitch, LOUD[symbol] * energy + accent)
                if field[0] == "H" and "rolls" in self.style and rng.random() < 0.12:
                    for part in (1 / 3, 2 / 3, 1, 4 / 3, 5 / 3)[: int(rng.choice([2, 5]))]:
                        self.add("d", bar, step + part, 0.5, pitch, 74)
            if field[0] in "KS" and self.chance(0.3) and self.genre != "dance":
                self.add("d", bar, int(rng.integers(self.steps // 2, self.steps)), 1, pitch, 50)
        if fill:
            self.write_fill(bar, int(cut))
        self.write_turn(bar, name, i, n)

    def write_turn(self, bar: int, name: str, i: int, n: int) -> None:
        """Greet a chorus by a crash, and build up to it by a roll out of a breakdown."""
        if i == 0 and name == "chorus" and self.chance(0.35 if self.genre == "hip-hop" else 0.8):
            self.add("d", bar, 0, 8, 49, 100)
        build = self.genre == "dance" and name == "breakdown" and i >= n - 2
        if build and self.chance(0.6, "build"):
            for step in range(0, self.steps, 2 if i == n - 2 else 1):
                self.add("d", bar, step, 1, 38, 50 + 25 * (i - n + 2) + 2.5 * step)

    def write_fill(self, bar: int, cut: int) -> None:
        """Fill the rest of the bar: toms, a roll, or nothing but the hats."""
        rng = self.rng
        kind = rng.choice(["toms", "roll", "stop"], p=FILLS[self.genre])
        for step in range(cut, self.steps):
            place = (step - cut) / (self.steps - cut)
            if kind == "toms" and rng.random() < 0.8:
                self.add("d", bar, step, 1, (50, 48, 45, 43)[int(place * 4)], 95)
            elif kind == "roll" and rng.random() < 0.85:
                self.add("d", bar, step, 1, 38, 70 + 35 * place)
            elif kind == "stop" and step % 2 == 0:
                self.add("d", bar, step, 1, 42, 80)
            if self.genre == "dance" and step % 4 == 0 and kind != "stop":
                self.add("d", bar, step, 1, 36, 110)

    def write_chords(self, role: str, bar: int, name: str, i: int, energy: float) -> None:
        """Bass, keys, arpeggio or pad: the pattern tells which chord tones to play."""
        half = self.steps // 2 - 1
        pad = "x" + "." * half + ("x" if self.slow < 1 else ".") + "." * half
        program, spread = self.parts[role].program, 0.25 if self.genre == "ballad" else 0.05
        for step, symbol, length in hits(pad if role == "p" else self.pattern(role, name, i)):
            tones = self.chord(name, bar, step)
            low = {"b": 29, "a": self.centre + 3}.get(role, self.centre - 6)
            voicing = sorted((tone - low) % 12 + low for tone in tones)
            voicing.append(voicing[0] + 12)
            if role == "b":
                root = (tones[0] - low) % 12 + low
                walk = root + (tones[1] - tones[0]), root + (tones[2] - tones[0]), root + 12
                ahead = (self.chord(name, bar + 1, 0)[0] - low) % 12 + low - 1
                pitches = [ahead if symbol == "a" else (root, *walk)[int(symbol)]]
            elif symbol.isdigit():
                pitches = [voicing[int(symbol) % len(voicing)]]
            elif role == "k" and program in {29, 30}:
                root = (tones[0] - 40) % 12 + 40
                pitches = [root, root + 7, root + 12]
            else:
                pitches = voicing[:-1] if role == "p" or self.chance(0.7, "three") else voicing
            loud = LOUD.get(symbol, 88) * energy + 8 * (step == 0) - 6 * (role == "p")
            strum = spread * (role == "k") * self.chance(0.5, "strum")
            for k, pitch in enumerate(pitches):
                self.add(role, bar, step + strum * k * 0.5, length * self.gates[role], pitch, loud)
            if role == "k" and step == 0 and program < 6 and self.genre == "ballad":
                self.add(role, bar, 0, self.steps, (tones[0] - 36) % 12 + 36, 70 * energy)

    def write_melody(self, bar: int, name: str, i: int, energy: float) -> None:
        """Walk along the scale in a motif's rhythm, its contour kept, on to chord tones."""
        part = "all" if self.loop else name
        kind = "ABAC"[i % 4] if not self.loop else "AB"[i % 2]
        if i % 4 == 3 and self.chance(0.3):
            return
        rhythm = self.keep(("m", part, kind), lambda: str(self.rng.choice(self.style["m"])))
        moves = self.keep(
            ("c", part, kind), lambda: self.rng.choice([-2, -1, -1, 0, 1, 1, 2, 3], 16)
        )
        home = self.keep(("h", part), lambda: int(self.rng.integers(-2, 3)))
        colours = [
            index
            for index in range(7)
            if self.mode == "major" or not self.loop or index not in {1, 5}
        ]
        centre, place = self.melody_centre + (2 if name == "chorus" else 0), home
        for (step, symbol, length), move in zip(hits(rhythm), moves, strict=False):
            place = int(np.clip(place + move, -5, 6))
            near = centre + 2 * place
            strong = symbol == "X" or step % (self.steps // 2) == 0
            pool = (
                self.chord(name, bar, step)[:3]
                if strong
                else [self.key + self.degree(c) for c in colours]
            )
            options = [(tone - near + 6) % 12 + near - 6 for tone in pool]
            pitch = min(options, key=lambda option: abs(option - near))
            self.add("m", bar, step, length * 0.92, pitch, LOUD[symbol] * energy)


class Fluid:
    """Play parts by FluidSynth, dry, at twice the rate, so that bright sounds do not alias."""

    def __init__(self, soundfont: Path) -> None:
        import fluidsynth

        self.synth = fluidsynth.Synth(samplerate=2.0 * RATE)
        self.synth.setting("synth.reverb.active", 0)
        self.synth.setting("synth.chorus.active", 0)
        self.font = self.synth.sfload(str(soundfont))

    def play(self, part: Instrument, duration: float) -> np.ndarray:
        """Return the part's samples."""
        synth, channel = self.synth, 9 if part.is_drum else 0
        synth.system_reset()
        bank = 128 if part.is_drum else 0
        if synth.program_select(channel, self.font, bank, part.program) == -1:
            synth.program_select(channel, self.font, bank, 0)
        events = [(round(n.start * 2 * RATE), 1, n.pitch, n.velocity) for n in part.notes]
        events += [(round(n.end * 2 * RATE), 0, n.pitch, 0) for n in part.notes]
        total, now, pieces = round(duration * 2 * RATE), 0, []
        for time, _, pitch, velocity in [*sorted(events), (total, 0, 0, 0)]:
            if time > now:
                pieces.append(synth.get_samples(time - now))
                now = time
            synth.noteon(channel, pitch, velocity) if velocity else synth.noteoff(channel, pitch)
        sound = np.concatenate(pieces).reshape(-1, 2).mean(axis=1) / 32768
        return resample_poly(sound[:total], 1, 2)

    def close(self) -> None:
        """Give the synthesiser's memory back."""
        self.synth.delete()


# Families of eight programs: slope of the partials (dB per octave / 6), only odd ones, attack,
# decay, sustain, release in seconds, detune of three voices, vibrato in semitones.
FAMILIES = (
    (1.5, 0, 0.004, 0.9, 0.0, 0.15, 0, 0), (2.4, 0, 0.002, 0.6, 0.0, 0.4, 0, 0),
    (2.0, 1, 0.01, 9.0, 1.0, 0.05, 0.002, 0), (1.3, 0, 0.003, 0.6, 0.0, 0.1, 0, 0),
    (1.7, 0, 0.005, 0.8, 0.4, 0.05, 0, 0), (1.2, 0, 0.12, 3.0, 0.8, 0.2, 0.003, 0.2),
    (1.4, 0, 0.18, 3.0, 0.9, 0.3, 0.006, 0.1), (1.0, 0, 0.05, 1.5, 0.7, 0.1, 0.002, 0.1),
    (1.2, 1, 0.04, 2.0, 0.8, 0.1, 0, 0.25), (2.6, 0, 0.06, 2.0, 0.9, 0.12, 0, 0.25),
    (1.0, 0, 0.006, 2.0, 0.7, 0.08, 0.006, 0.1), (1.5, 0, 0.35, 4.0, 0.9, 0.5, 0.008, 0),
    (1.8, 1, 0.02, 1.0, 0.3, 0.5, 0.004, 0), (1.2, 1, 0.003, 0.4, 0.0, 0.1, 0, 0),
    (2.2, 1, 0.002, 0.35, 0.0, 0.2, 0, 0), (1.5, 0, 0.01, 1.0, 0.5, 0.2, 0, 0),
)  # fmt: skip


@lru_cache(maxsize=512)
def table(slope: float, odd: bool, partials: int) -> np.ndarray:
    """One period of a wave with so many partials."""
    numbers = np.arange(1, partials + 1, 1 + odd)
    phase = 2 * np.pi * np.arange(4096) / 4096
    wave = (
        np.sin(numbers[:, None] * phase + 1.7 * numbers[:, None] ** 2) / numbers[:, None] ** slope
    ).sum(0)
    return wave / np.sqrt(np.mean(wave**2))


class Waves:
    """Play parts by wavetables that darken as they decay, and drums from sines and noise."""

    def __init__(self, rng: Generator) -> None:
        self.rng, self.drums = rng, {}
        self.taste = rng.uniform(0.75, 1.3, (16, 3))  # this piece's brightness, decay, attack

    def play(self, part: Instrument, duration: float) -> np.ndarray:
        """Return the part's samples."""
        out = np.zeros(round((duration + 3) * RATE))
        for note in part.notes:
            sound = (
                self.drum(note.pitch, part.program)
                if part.is_drum
                else self.tone(note, part.program)
            )
            first = round(note.start * RATE)
            out[first : first + len(sound)] += (sound * (note.velocity / 110) ** 1.6)[
                : len(out) - first
            ]
        if not part.is_drum and part.program in {29, 30}:
            out = np.tanh(2.5 * out)
        return out[: round(duration * RATE)]

    def tone(self, note: Note, program: int) -> np.ndarray:
        """One note of a General MIDI program's family."""
        slope, odd, attack, decay, sustain, release, detune, vibrato = FAMILIES[program // 8]
        bright, longer, softer = self.taste[program // 8]
        slope = (
            slope * bright + 0.12 * (program % 8 in {1, 4, 5}) + 0.9 * (program in {4, 5, 32, 39})
        )
        frequency = 440 * 2 ** ((note.pitch - 69) / 12)
        t = np.arange(round((note.end - note.start + release) * RATE)) / RATE
        held = note.end - note.start
        wobble = vibrato * 0.06 * np.clip(t - 0.25, 0, 0.4) / 0.4 * np.sin(2 * np.pi * 5.3 * t)
        turns = frequency * (t + np.cumsum(wobble) / RATE)
        partials = max(1, min(60, int(9000 / frequency)))
        darkest = table(round(slope + 0.8, 1), bool(odd), max(1, partials // 3))
        brightest = table(round(slope, 1), bool(odd), partials)
        fade = np.exp(-t / (0.35 * decay * longer))
        out = np.zeros(len(t))
        for shift in (-detune, 0, detune) if detune else (0,):
            index = ((turns * (1 + shift) + self.rng.random()) * 4096).astype(np.int64) % 4096
            out += darkest[index] * (1 - fade) + brightest[index] * fade
        body = sustain + (1 - sustain) * np.exp(-t / (decay * longer * (261 / frequency) ** 0.3))
        ends = np.clip(t / (attack * softer), 0, 1) * np.exp(
            -np.clip(t - held, 0, None) / (0.3 * release)
        )
        return out * body * ends / (1 + 2 * (detune > 0)) ** 0.5

    def drum(self, pitch: int, kit: int) -> np.ndarray:
        """One hit, the same throughout a piece."""
        if pitch not in self.drums:
            self.drums[pitch] = self.make_drum(pitch, kit in {24, 25})
        return self.drums[pitch]

    def make_drum(self, pitch: int, electric: bool) -> np.ndarray:
        """Synthesise a drum: swept sines for skins, filtered noise for metal, both for snares."""
        rng, u = self.rng, self.rng.uniform
        t = np.arange(RATE) / RATE
        noise = rng.standard_normal(RATE)

        def fade(decay: float) -> np.ndarray:
            return np.exp(-t / decay)

        def band(low: float, high: float) -> np.ndarray:
            return sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), noise)

        def skin(low: float, extra: float, sweep: float, decay: float) -> np.ndarray:
            turns = low * t + extra * sweep * (1 - fade(sweep))
            return np.sin(2 * np.pi * turns) * fade(decay)

        def squares(*frequencies: int) -> np.ndarray:
            waves = [np.sign(np.sin(2 * np.pi * f * t)) for f in frequencies]
            return np.mean(waves, axis=0)

        match pitch:
            case 36:
                decay = u(0.12, 0.3) if electric else u(0.07, 0.14)
                boom = skin(u(44, 58), u(80, 220), u(0.02, 0.05), decay)
                sound = 1.6 * boom + 0.3 * band(1500, 5000) * fade(0.005)
            case 38:
                rattle = band(u(900, 1800), u(6000, 9500)) * fade(u(0.06, 0.14))
                sound = u(0.4, 0.8) * skin(u(160, 220), 80, 0.02, u(0.05, 0.1))
                sound += u(0.6, 0.9) * rattle
            case 39:
                hands = [np.exp(-np.abs(t - d) / 0.006) for d in (0, 0.011, 0.022)]
                hands.append(fade(u(0.05, 0.12)) * (t > 0.03))
                sound = 1.2 * band(u(800, 1200), u(2500, 5000)) * np.sum(hands, axis=0)
            case 42 | 46 | 49 | 51:
                low, high = {42: (0.02, 0.05), 46: (0.12, 0.25), 49: (0.4, 0.6)}.get(
                    pitch, (0.2, 0.35)
                )
                ring = u(0.1, 0.5) * squares(3211, 4527, 5133, 6390) * (pitch != 49)
                sound = 0.5 * (band(u(5500, 7500), 10500) + ring) * fade(u(low, high))
            case 54 | 70:
                shake = np.clip(t / 0.012, 0, 1) * fade(0.03 if pitch == 70 else 0.09)
                sound = 0.6 * band(4500, 10000) * shake
            case 56:
                sound = 0.7 * squares(560, 845) * fade(0.06)
            case 37:
                sound = 0.9 * band(1500, 4000) * fade(0.012) + 0.4 * skin(1700, 0, 0.01, 0.012)
            case _:  # conga and toms
                low = 210 if pitch == 63 else 70 + 9 * (pitch - 41)
                sound = skin(low, 0.5 * low, 0.04, 0.1 if pitch == 63 else 0.22)
                sound += 0.1 * noise * fade(0.01)
        return sound

    def close(self) -> None:
        """Nothing to give back."""


def loudness(sound: np.ndarray) -> float:
    """Root mean square of the frames that are not silent."""
    frames = np.sqrt(np.mean(sound[: len(sound) // 1024 * 1024].reshape(-1, 1024) ** 2, axis=1))
    if frames.max() == 0:
        return 1.0
    return float(np.sqrt(np.mean(frames[frames > 0.1 * frames.max()] ** 2)))


def mix(song: Song, engine: Fluid | Waves, rng: Generator) -> np.ndarray:
    """Play every part, set the levels, add room, tone, pumping or dust, and leave headroom."""
    duration, total = song.duration, round(song.duration * RATE)
    t = np.arange(total) / RATE
    out, wet = np.zeros(total), np.zeros(total)
    ducking = np.ones(total)
    if "pump" in song.style and rng.random() < 0.7:
        depth = rng.uniform(0.3, 0.8)
        for kick in (n.start for n in song.parts["d"].notes if n.pitch == 36):
            ducking[t >= kick] = (1 - depth * np.exp(-(t - kick) / 0.11))[t >= kick]
    room = {"ballad": 0.35, "dance": 0.2, "hip-hop": 0.14}[song.genre] * rng.uniform(0.4, 1.5)
    for role, part in song.parts.items():
        if not part.notes:
            continue
        sound = engine.play(part, duration)
        sound = np.pad(sound, (0, max(0, total - len(sound))))[:total]
        level = loudness(sound)
        if role == "d":  # a bar of hats alone must stay quieter than a whole groove
            probe = Instrument(part.program, is_drum=True)
            strokes = ((0, 36), (0, 42), (0.25, 42), (0.5, 38), (0.5, 42), (0.75, 42))
            probe.notes = [Note(105, pitch, start, start + 0.1) for start, pitch in strokes]
            level = loudness(engine.play(probe, 1.0))
        sound *= 0.1 / level * 10 ** ((LEVELS[song.genre][role] + rng.normal(0, 2)) / 20)
        sound = sound if role == "d" else sound * ducking
        out += sound
        wet += sound * {"d": 0.4, "b": 0.05}.get(role, 1.0)
    tail = np.arange(int(RATE * 1.5)) / RATE
    response = rng.standard_normal(len(tail)) * np.exp(-tail / rng.uniform(0.12, 0.45))
    response = sosfilt(butter(1, (250, 5000), "bandpass", fs=RATE, output="sos"), response)
    out += room * fftconvolve(wet, response / np.sqrt((response**2).sum()))[:total]
    tilt = butter(1, rng.uniform(700, 3000), "low", fs=RATE, output="sos")
    dark = sosfilt(tilt, out)
    gain = 10 ** (rng.normal(-1.5, 2.5) / 20)  # of the dark half against the bright one
    out = dark * gain + (out - dark) / gain
    if "dusty" in song.style and rng.random() < 0.75:
        out = sosfilt(butter(2, rng.uniform(3000, 7000), "low", fs=RATE, output="sos"), out)
        crackle = rng.standard_normal(total) * (rng.random(total) < 0.0006) * 6
        out += rng.uniform(0.001, 0.003) * (rng.standard_normal(total) + crackle)
    out = sosfilt(butter(2, 28, "high", fs=RATE, output="sos"), out)
    out = np.tanh(out * rng.uniform(0.8, 1.8))
    return rng.uniform(0.5, 0.95) * out / max(float(np.abs(out).max()), 1e-6)


def find_soundfont() -> Path:
    """Return the first soundfont of the usual places, or the one that comes with pretty_midi."""
    import pretty_midi

    sounds = Path("/usr/share/sounds")
    found = [*sorted(sounds.glob("sf2/*.sf2")), *sorted(sounds.glob("sf3/*.sf3"))]
    preferred = [path for path in found if path.name == "sf_GMbank.sf2"]
    inside = sorted(Path(pretty_midi.__file__).parent.glob("*.sf2"))
    return [*preferred, *found, *inside][0]


def main() -> None:
    styles = read_styles(STYLES)
    names = "; ".join(f"{g}: {', '.join(s['name'][0] for s in styles[g])}" for g in GENRES)
    parser = argparse.ArgumentParser(
        description="Make an independent test set of pop music: OUT_DIR/GENRE/NNNN.wav, mono, "
        "22,050 Hz, 16 bit, for the genres ballad, dance and hip-hop.",
        epilog=f"Styles: {names}. Pieces go through the styles in turn. The same seed, engine and "
        "soundfont give the same files, and piece 7 is the same however many pieces there are. A "
        "piece takes about a third of a second. Example: "
        "python benchmarks/other_music.py /tmp/other --pieces 40 --seed 0",
    )
    parser.add_argument("out_dir", type=Path, help="folder to fill, made if missing")
    parser.add_argument("--pieces", type=int, default=40, help="pieces per genre (default 40)")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of all random choices (default 0)"
    )
    parser.add_argument(
        "--duration", type=float, default=20.0, help="seconds of a piece (default 20)"
    )
    parser.add_argument(
        "--engine",
        choices=("fluid", "numpy"),
        default="fluid",
        help="FluidSynth (default) or the numpy synthesiser, which needs no soundfont",
    )
    parser.add_argument(
        "--soundfont",
        type=Path,
        help="an .sf2 or .sf3 file (default: sf_GMbank.sf2, or the first found under "
        "/usr/share/sounds, or pretty_midi's own)",
    )
    arguments = parser.parse_args()
    if arguments.pieces < 1 or arguments.duration < 1:
        parser.error("--pieces must be at least 1, --duration at least 1 second")
    soundfont = arguments.soundfont or find_soundfont()
    if arguments.engine == "fluid" and not soundfont.is_file():
        parser.error(f"no soundfont at {soundfont}")
    tasks = [(genre, number) for genre in GENRES for number in range(arguments.pieces)]
    for genre, number in tqdm(tasks, desc=f"{arguments.engine} engine", unit="piece"):
        rng = np.random.default_rng([arguments.seed, GENRES.index(genre), number])
        style = styles[genre][number % len(styles[genre])]
        song = Song(genre, style, arguments.duration, rng)
        engine = Fluid(soundfont) if arguments.engine == "fluid" else Waves(rng)
        path = arguments.out_dir / genre / f"{number:04d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, mix(song, engine, rng), RATE, subtype="PCM_16")
        engine.close()
    print(f"{len(tasks)} pieces of {arguments.duration:g} s in {arguments.out_dir}")


if __name__ == "__main__":
    main()
