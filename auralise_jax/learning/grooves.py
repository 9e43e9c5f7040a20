"""Made-up pieces in three genres, from a seed: the training data of the shipped model.

A genre is a way to arrange, written down as musicians would say it. Within it everything varies:
tempo, key, changes, instruments, beat, bass, texture, tune. Tempo ranges overlap and instruments
are shared, so that neither alone tells the genre.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np

from auralise_jax.learning import beats
from auralise_jax.learning.harmony import MAJOR, MAJOR_PENTATONIC, MINOR, MINOR_PENTATONIC, Changes
from auralise_jax.learning.lines import arpeggio, bass_line, chords, melody
from auralise_jax.learning.pattern import BEATS_PER_BAR, Sketch, pick
from auralise_jax.learning.score import Score

GENRES = ("ballad", "dance", "hip-hop")
TEMPI = {"ballad": (56.0, 104.0), "dance": (96.0, 138.0), "hip-hop": (68.0, 112.0)}
MIN_SECONDS = 12.0

# General MIDI programs, counted from 0.
_KEYS = (0, 0, 0, 1, 4, 5)
_PADS = (48, 49, 50, 51, 52, 89, 91, 92)


def groove(genre: str, seed: int) -> Score:
    """Make up a piece.

    Parameters
    ----------
    genre : str
        One of `GENRES`: "ballad", "dance", "hip-hop".
    seed : int
        At least 0; the same seed gives the same piece.

    Returns
    -------
    Score
        An even number of bars, 12 to 18 s.

    Raises
    ------
    ValueError
        If the genre is unknown or the seed negative.

    Examples
    --------
    >>> piece = groove("dance", seed=3)
    >>> piece == groove("dance", seed=3), piece == groove("dance", seed=4)
    (True, False)
    """
    if genre not in GENRES:
        raise ValueError(f"genre must be one of {', '.join(map(repr, GENRES))}; got {genre!r}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    rng = np.random.default_rng([GENRES.index(genre), seed])
    low, high = TEMPI[genre]
    # Musicians have a favourite tempo, yet every tempo of the range must come up.
    usual = {"ballad": 74.0, "dance": 122.0, "hip-hop": 90.0}[genre]
    often = rng.random() < 0.6
    tempo = rng.triangular(low, usual, high) if often else rng.uniform(low, high)
    bars = 2 * ceil(MIN_SECONDS * tempo / (60 * BEATS_PER_BAR) / 2)
    arrange = _ARRANGERS[genre]
    return arrange(rng, float(tempo), bars, f"{genre} {seed}")


# --- ballad: slow, soft, sustained --------------------------------------------------------------

_BALLAD_MAJOR = (
    ("I V vi IV", 4), ("I vi IV V", 4), ("vi IV I V", 4), ("Imaj7 iii7 IVmaj7 V", 4),
    ("I V vi iii IV I IV V", 2), ("Iadd9 vi7 ii7 V7", 4), ("IV V iii vi", 4),
    ("I iii IV iv", 4), ("Imaj7 vi7 IVmaj7 Vsus4", 4), ("I V vi IV ii7 I IV Vsus4", 2),
)  # fmt: skip
_BALLAD_MINOR = (
    ("i bVI bIII bVII", 4), ("i iv bVI V", 4), ("i bVII bVI V", 4), ("i7 iv7 bVII bIIImaj7", 4),
    ("i V bVI bIII iv i iv V", 2),
)  # fmt: skip
_BALLAD_STRAIGHT = {
    "arpeggio": (
        "0-1-2-3-4-3-2-1-", "0-2-1-2-3-2-1-2-", "0-2-3-4-5-4-3-2-", "0---2-3-4---3-2-",
        "0-1-2-1-3-1-2-1-", "0-------2-3-4---", "0123432101234321",
    ),
    "block": ("x---x---x---x---", "x-------x-------", "x-------x-----x-", "x---------------"),
    "bass": ("r---------------", "r-------f-------", "r-----r-f-----a-", "r-------r-----f-"),
    "tune": (
        "x-------x---x---|x---------------", "....x-x-x---x---|x-------x-------",
        "x-----x-x---x---|x-----x---------", "x---x-x-x-------|....x-x-x-------",
        "....x---x-----x-|x-----------....", "x-----x-x-------|x-----x-x-------",
    ),
}  # fmt: skip
_BALLAD_TRIPLETS = {
    "arpeggio": ("012321012321", "012343210123", "024320024320", "0-23-20-23-2"),
    "block": ("x--x--x--x--", "x-----x-----", "xxxxxxxxxxxx"),
    "bass": ("r-----------", "r-----f-----", "r----rf----a"),
    "tune": (
        "x-----x--x--|x-----------", "...x-xx--x--|x-----x-----", "x----xx-----|...x-xx-----",
    ),
}  # fmt: skip


def _ballad(rng: np.random.Generator, tempo: float, bars: int, title: str) -> Score:
    in_minor = rng.random() < 0.35
    key = int(rng.integers(12))
    numerals, length = pick(rng, _BALLAD_MINOR if in_minor else _BALLAD_MAJOR)
    changes = Changes.read(numerals, key, length)
    triplets = rng.random() < 0.25
    texts = _BALLAD_TRIPLETS if triplets else _BALLAD_STRAIGHT
    band = Sketch(tempo, bars, rng, looseness=rng.uniform(0.004, 0.012))

    velocity = int(rng.integers(56, 78))
    if rng.random() < 0.75:
        program = pick(rng, (*_KEYS, 24, 25, 46, 11))
        strokes = arpeggio(
            pick(rng, texts["arpeggio"]), changes, bars,
            centre=rng.uniform(57, 65), velocity=velocity, ring=rng.random() < 0.7,
        )  # fmt: skip
        band.add("arpeggio", program, strokes, level_db=-2)
    else:
        program = pick(rng, (*_KEYS, 24, 25))
        spread = 0.06 if program in (24, 25) else 0.01
        strokes = chords(
            pick(rng, texts["block"]), changes, bars,
            centre=rng.uniform(58, 66), velocity=velocity, spread=spread,
        )  # fmt: skip
        band.add("chords", program, strokes, level_db=-2)
    if rng.random() < 0.85:
        held = "x---" if length == 4 else "x-x-"
        strokes = chords(held, changes, bars, centre=rng.uniform(58, 68), velocity=64)
        band.add("pad", pick(rng, _PADS), strokes, level_db=rng.uniform(-9, -4))
    if rng.random() < 0.85:
        strokes = bass_line(pick(rng, texts["bass"]), changes, bars, low=29, velocity=76)
        band.add("bass", pick(rng, (32, 33, 33, 35, 42)), strokes, level_db=-5)
    if rng.random() < 0.85:
        strokes = melody(
            rng, texts["tune"], changes, bars, key=key,
            scale=pick(rng, (MINOR, MINOR_PENTATONIC) if in_minor else (MAJOR, MAJOR_PENTATONIC)),
            centre=rng.uniform(70, 77), velocity=int(rng.integers(70, 90)),
        )  # fmt: skip
        program = pick(rng, (73, 65, 66, 40, 68, 71, 75, 22, 0, 26, 4, 42, 53))
        band.add("melody", program, strokes)
    if rng.random() < 0.65:
        strokes = beats.drum_part(
            pick(rng, list((beats.BALLAD_TRIPLETS if triplets else beats.BALLAD).values())), bars,
            fill=None if triplets or rng.random() < 0.4 else pick(rng, beats.BALLAD_FILLS),
            level=rng.uniform(0.7, 0.95),
        )  # fmt: skip
        band.add("drums", pick(rng, (0, 8, 40, 32)), strokes, is_drum=True, level_db=-7)
    return band.score(title)


# --- dance: four on the floor, the rest between the beats ---------------------------------------

_DANCE_CHANGES = (
    "i bVI bIII bVII", "i bVII bVI bVII", "i i bVI bVII", "i iv bVI V", "i7 iv7 i7 bVII",
    "bVI bVII i i", "i bIII bVII iv",
)  # fmt: skip
_DANCE_MAJOR = ("I V vi IV", "vi IV I V", "IV V vi vi", "I IV vi V", "ii7 V7 Imaj7 vi7")
_DANCE_BASS = (
    "..r-..r-..r-..r-", "..r-..r-..r-..o-", ".rrr.rrr.rrr.rrr", "r-o-r-o-r-o-r-o-",
    "..rr..ro..rr..or", "r--r--r-..r-..o-", ".r.r.o.r.r.r.o.r", "..r-..r-..rf..of",
)  # fmt: skip
_DANCE_STABS = (
    "..x...x...x...x.", "x..x..x...x..x..", "..x..x..x..x..x.", "x..x..x-..x.x-..",
    "...x..x....x..x.", "x-..x-..x-..x-x-|..x-..x-..x-x-x-", "..X-..x-..X-..xx", "x.x..x.x..x.x...",
)  # fmt: skip
_DANCE_ARPEGGIOS = (
    "0123012301230123", "0213021302130213", "0.2.3.1.0.2.3.1.", "0321032103210321",
    "0.34.3420.34.342", "0426042604260426", "..0...2...3...4.",
)  # fmt: skip
_DANCE_TUNES = (
    "x--x--x-x--x--x-|x--x--x-x---....", "x-x-..x-x-..x---|x-x-..x-x---....",
    "x.x.xx.x.x.x.xx.|x.x.xx.xx---....", "..x-..x-x-x-x---|..x-..x-x---....",
    "x--x--x---x-x---|................",
)  # fmt: skip


def _dance(rng: np.random.Generator, tempo: float, bars: int, title: str) -> Score:
    in_minor = rng.random() < 0.65
    key = int(rng.integers(12))
    changes = Changes.read(pick(rng, _DANCE_CHANGES if in_minor else _DANCE_MAJOR), key)
    swing = 0.5 if rng.random() < 0.75 else rng.uniform(0.52, 0.57)
    band = Sketch(tempo, bars, rng, swing=swing, looseness=0.002)

    strokes = beats.drum_part(
        pick(rng, list(beats.DANCE.values())), bars,
        fill=pick(rng, beats.DANCE_FILLS) if rng.random() < 0.75 else None,
        crash=rng.random() < 0.5,
    )  # fmt: skip
    band.add("drums", pick(rng, (0, 8, 16, 24, 24, 25)), strokes, is_drum=True)
    strokes = bass_line(pick(rng, _DANCE_BASS), changes, bars, low=int(rng.integers(28, 36)))
    band.add("bass", pick(rng, (38, 39, 38, 39, 33, 36, 87, 81)), strokes, level_db=-3)
    textures = ("stabs", "arpeggio") if rng.random() < 0.45 else (pick(rng, ("stabs", "arpeggio")),)
    if "stabs" in textures:
        strokes = chords(
            pick(rng, _DANCE_STABS), changes, bars,
            centre=rng.uniform(62, 70), velocity=int(rng.integers(74, 96)),
        )  # fmt: skip
        band.add(
            "stabs", pick(rng, (62, 63, 81, 90, 0, 1, 16, 17, 4, 80, 50)), strokes, level_db=-6
        )
    if "arpeggio" in textures:
        strokes = arpeggio(
            pick(rng, _DANCE_ARPEGGIOS), changes, bars,
            centre=rng.uniform(62, 72), velocity=int(rng.integers(64, 84)),
        )  # fmt: skip
        band.add("arpeggio", pick(rng, (80, 81, 84, 98, 5, 6, 27, 45, 88)), strokes, level_db=-7)
    if rng.random() < 0.5:
        # A pad that ducks under each kick, as a sidechain compressor makes it.
        ducking = pick(rng, ("..x-..x-..x-..x-", ".xxx.xxx.xxx.xxx", ".x--.x--.x--.x--"))
        strokes = chords(ducking, changes, bars, centre=rng.uniform(58, 66), velocity=66)
        band.add("pad", pick(rng, (*_PADS, 90, 94, 95)), strokes, level_db=-8)
    if rng.random() < 0.55:
        strokes = melody(
            rng, _DANCE_TUNES, changes, bars, key=key,
            scale=MINOR_PENTATONIC if in_minor else MAJOR_PENTATONIC,
            centre=rng.uniform(74, 81), velocity=int(rng.integers(78, 100)),
        )  # fmt: skip
        band.add("melody", pick(rng, (80, 81, 82, 84, 87, 0, 56, 73, 11)), strokes, level_db=-4)
    return band.score(title)


# --- hip-hop: a hard backbeat, swing, deep bass, a loop ------------------------------------------

_HIP_HOP_CHANGES = (
    "i7 i7 bVImaj7 bVImaj7", "i9 iv9", "i7 bVII bVImaj7 V7", "ii9 V9 Imaj9 Imaj9", "i i bVI V",
    "Imaj7 iii7", "iv7 i7", "i7 ii7", "i9 bIIImaj7 iv9 v7", "vi9 IVmaj9", "i bVI", "i7",
)  # fmt: skip
_HIP_HOP_BASS = (
    "r-----r-..r-....", "r--r-.....r-o...|r--r-.....rf..a.", "r-------..r---a-", "r-....f-r.r.....",
    "r---......r-..s-|r---....r-r.....", "r-.r..r-..o.r...", "r--...r-..r-..f.|r--...r-..o-s-f-",
)  # fmt: skip
_TRAP_BASS = (
    "r-----r---r-----|r--r------r--r--", "r-------------..|r-----......o-..",
    "r---------r-----|r--r-----f------",
)  # fmt: skip
_HIP_HOP_CHORDS = (
    "x-----..........|..........x--...", "x---....x--x----", "x-------........", "..x---....x-....",
    "x--x--..........|x--x--....x---..", "x---------------", "....x-......x-..", "x-..x-..x-..x-..",
)  # fmt: skip
_HIP_HOP_RIFFS = (
    "x-.x-.x---......|..........x-x-..", "..x-x-..x-......|................",
    "x--x--x-........|x--x--x-..x-....", "......x-x-x---..|......x-x---....",
    "x.x.x---........|x.x.x-x---......",
)  # fmt: skip
_SAMPLED = (4, 5, 0, 0, 11, 26, 28, 45, 46, 48, 24, 16)


def _hip_hop(rng: np.random.Generator, tempo: float, bars: int, title: str) -> Score:
    key = int(rng.integers(12))
    numerals = pick(rng, _HIP_HOP_CHANGES)
    changes = Changes.read(numerals, key)
    in_trap = tempo < 88 and rng.random() < 0.45  # rolling hats need a slow beat
    swing = rng.uniform(0.5, 0.53) if in_trap else rng.uniform(0.54, 0.66)
    band = Sketch(tempo, bars, rng, swing=swing, looseness=0.003 if in_trap else 0.007)

    strokes = beats.drum_part(
        pick(rng, list((beats.TRAP if in_trap else beats.BOOM_BAP).values())), bars,
        fill=pick(rng, beats.HIP_HOP_FILLS) if rng.random() < 0.7 else None,
        crash=rng.random() < 0.15,
    )  # fmt: skip
    band.add("drums", pick(rng, (25, 24, 25) if in_trap else (0, 8, 16, 25, 32)), strokes,
             is_drum=True)  # fmt: skip
    strokes = bass_line(
        pick(rng, _TRAP_BASS if in_trap else _HIP_HOP_BASS), changes, bars,
        low=int(rng.integers(26, 32)), velocity=104,
    )  # fmt: skip
    program = pick(rng, (38, 39) if in_trap else (32, 33, 33, 35, 38, 39))
    band.add("bass", program, strokes, level_db=-4)
    if rng.random() < 0.9:
        program = pick(rng, _SAMPLED)
        strokes = chords(
            pick(rng, _HIP_HOP_CHORDS), changes, bars,
            centre=rng.uniform(58, 68), velocity=int(rng.integers(58, 82)),
            spread=0.03 if program in (24, 26, 28, 46) else 0.005,
        )  # fmt: skip
        band.add("sample", program, strokes, level_db=-4)
    if rng.random() < 0.2:
        strokes = chords("x---", changes, bars, centre=rng.uniform(60, 68), velocity=58)
        band.add("pad", pick(rng, _PADS), strokes, level_db=-11)
    if rng.random() < 0.6:
        in_minor = numerals[0].islower() and not numerals.startswith(("ii", "vi"))
        strokes = melody(
            rng, _HIP_HOP_RIFFS, changes, bars, key=key,
            scale=MINOR_PENTATONIC if in_minor else MAJOR_PENTATONIC,
            centre=rng.uniform(68, 78), velocity=int(rng.integers(62, 86)),
        )  # fmt: skip
        program = pick(rng, (73, 11, 14, 45, 65, 56, 0, 4, 80, 26, 108))
        band.add("riff", program, strokes, level_db=-5)
    return band.score(title)


_ARRANGERS: dict[str, Callable[[np.random.Generator, float, int, str], Score]] = {
    "ballad": _ballad,
    "dance": _dance,
    "hip-hop": _hip_hop,
}
