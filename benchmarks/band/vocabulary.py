"""How the styles of ``band_music.py`` are written down, and what many of them share.

Everything is written on a grid of equal steps, 16 to a bar of four beats, unless ``steps`` says
otherwise. A lane that is shorter than the longest is repeated. Drums, as "lane hits lane hits ...":

    x a hit    X an accent    o a ghost note    2 3 that many hits within a step    . nothing

The lanes are named in `KIT`. Figures of pitched instruments:

    x the chord    1 to 4 its notes from below    - hold    . rest

In a bass figure, 1 is the root, 3, 5 and 7 are notes of the chord, 8 is the octave, and ``a``
leads to the next root. Chords are Roman numerals, each for a bar; a comma halves the bar. Programs
and kits are those of General MIDI, counted from 0.
"""

from __future__ import annotations

from typing import NamedTuple

# Lane: note of General MIDI's percussion map.
KIT = {
    **{"k": 36, "s": 38, "r": 37, "c": 39, "h": 42, "p": 44, "o": 46, "y": 51, "z": 49},
    **{"l": 45, "m": 47, "t": 50, "j": 54, "q": 56, "a": 69, "e": 70, "w": 75},
    **{"i": 62, "v": 63, "u": 64},
}


class Part(NamedTuple):
    """An instrument of the band: its programs, and the figures that it may play."""

    programs: tuple[int, ...]
    figures: tuple[str, ...]


class Style(NamedTuple):
    """What a band plays in a style; ``bpm`` counts beats, ``kit_share`` how often a kit plays."""

    name: str
    bpm: tuple[int, int]
    kits: tuple[int, ...]
    drums: tuple[str, ...]
    bass: Part
    parts: tuple[Part, ...]
    leads: tuple[int, ...]
    chords: tuple[str, ...]
    sequenced: bool = False
    swing: tuple[float, float] = (0.5, 0.5)
    kit_share: float = 1.0
    beats: int = 4
    steps: int = 16


# Programs that go together.
PIANO, RHODES, ORGAN, DX = (0, 1, 2), (4,), (16, 17, 18), (5,)
STRINGS, SYNTH_STRINGS, CHOIR, PADS = (48, 49), (50, 51), (52, 53), (88, 89, 91)
NYLON, STEEL, CLEAN, MUTED, DRIVEN = (24,), (25,), (26, 27), (28,), (29, 30)
UPRIGHT, ELECTRIC, FRETLESS, SYNTH_BASS = (32,), (33, 34), (35,), (38, 39)
BRASS, SYNTH_BRASS, SAWS, REEDS = (61,), (62, 63), (81, 90), (64, 65, 66)
ACOUSTIC_KITS, ROCK_KITS, MACHINES = (0, 8), (0, 8, 16), (24, 25)

# Figures that many styles share.
WHOLE, HALVES, BEATS = "x---------------", "x-------x-------", "x---x---x---x---"
ROLLING, RISING = "1-2-3-4-3-2-3-2-", "1-2-3-4-4-3-2-3-"
OFFBEATS, SKANK = "..x...x...x...x.", "..x-..x-..x-..x-"
FOUR, BACK = "k x...", "s ....X..."

POP = ("I V vi IV", "vi IV I V", "I vi IV V", "I iii IV V", "I IV ii V", "IV V iii vi")
SOUL = ("IM7 iii7 ii7 V7", "IM7 vi7 ii7 V7", "ii7 V7 IM7 VI7", "IVM7 iii7 ii7 IM7")
DARK = ("i bVI bIII bVII", "i bVII bVI bVII", "i iv bVI V", "i bVI iv V", "i v bVI iv")
FOLK = ("I IV I V", "I V IV I", "I I IV V", "vi IV I V", "I bVII IV I")
CHURCH = ("I I7 IV iv", "I III7 vi IV,V", "I vi7 ii7 V7", "IV I,V vi7 ii7,V7")
CLUB = ("i7 iv7", "i7 bVIM7 iv7 v7", "i i bVI bVII", "ii7 iii7", "i7 bVII bVIM7 bVII")
ONE_CHORD = ("i", "i i i bII", "i7 i7 i7 iv7", "i i bIII iv", "i bVI")
LOOPS = ("i bVI", "i7 iv7", "i bII", "i i iv V", "i bVI i V", "i bVII bVI V")
JAZZY = ("ii7 V7 IM7 VI7", "IM7 vi7", "i7 IV7", "ii7 iii7", "IVM7 iii7", "i7 bVIM7 ii7 V7")
LATIN = ("i iv V7 i", "i bVII bVI V", "ii7 V7 I I", "i7 IV7", "I IV V7 IV")

# The last bar before a new section, from the step where the groove stops.
FILLS = {
    "ballad": (
        "............x.xx|s", "........x.x.xxxx|s",
        "........xx......|t ..........xx....|m ............xXx.|l",
        "............x...|t .............xx.|l", "..............xX|s", "............3.3.|s",
    ),
    "dance": (
        "........x.x.xxxx|s", "xxxxxxxxxxxxXXXX|s", "............x.xx|c", "............x...|z",
        "..........x.xxx.|t ...........x...x|l",
        "............2222|s",
    ),
    "hip-hop": (
        "............x.xx|s", "..............X.|s", "............X...|k", "..........x..x.x|s",
        "............3...|h ..............xx|s",
        "..........x.....|t ............x...|m ..............x.|l",
    ),
}  # fmt: skip
