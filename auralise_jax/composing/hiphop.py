"""The grammar of hip-hop: a hard backbeat, kicks between the beats, deep bass, a loop or none."""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.beats import every
from auralise_jax.composing.families import Family, Voice
from auralise_jax.composing.hip_hop_beats import MACHINES, PLAYED, ROLLING, draw_drumming
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import (
    FUNKY,
    LYRICAL,
    OFFBEAT,
    TASTES,
    contour,
    euclid,
    onsets,
    spell,
    sung,
)
from auralise_jax.synth import instruments as play

# Twenty-four, so that the families kept out of training have each of them once.
STYLES = (
    "boom-bap", "live band", "jazz", "lo-fi", "funk break", "trap", "G-funk", "dark trap", "drill",
    "bounce", "cloud", "electro", "crunk", "old school", "soul", "reggae", "pop", "street piano",
    "Memphis", "club", "minimal", "Southern", "dancehall", "Latin",
)  # fmt: skip
TEMPO = (66.0, 156.0)
_CENTRES = {
    "boom-bap": (78, 98), "live band": (86, 101), "jazz": (74, 100), "lo-fi": (69, 88),
    "funk break": (88, 101), "trap": (69, 78), "G-funk": (86, 100), "dark trap": (69, 76),
    "drill": (69, 74), "bounce": (90, 101), "cloud": (69, 78), "electro": (92, 101),
    "crunk": (69, 82), "old school": (90, 101), "soul": (72, 95), "reggae": (69, 94),
    "pop": (78, 100), "street piano": (70, 95), "Memphis": (69, 78), "club": (88, 101),
    "minimal": (69, 99), "Southern": (69, 86), "dancehall": (86, 101), "Latin": (86, 101),
}  # fmt: skip
_DOUBLED = (137, 148)
_HALF_TIME = {
    "drill": 1.0, "trap": 0.85, "dark trap": 0.85, "cloud": 0.7, "Memphis": 0.5, "crunk": 0.4,
    "Southern": 0.35, "pop": 0.4, "minimal": 0.3, "street piano": 0.2,
}  # fmt: skip
"""How often a style is written at twice the tempo that the head nods to."""
_AT_TIMES_SWUNG = ("bounce", "club", "minimal", "dancehall")
_DEEP = (*ROLLING, "G-funk", "bounce", "electro", "club", "minimal", "dancehall")
"""Styles whose bass is a sine or a synthesiser."""
_SAMPLES = {
    "boom-bap": (0, 4, 48, 11, 26, 45, 46, 61, 16, 73), "live band": (4, 7, 16, 27, 28, 17, 61),
    "jazz": (0, 4, 11, 26, 66, 59, 32), "lo-fi": (4, 0, 26, 24, 11, 5),
    "funk break": (27, 28, 7, 16, 61, 4), "G-funk": (4, 7, 27, 17, 90, 80),
    "trap": (14, 11, 0, 10, 8, 46, 73, 98, 24), "dark trap": (14, 0, 52, 48, 44, 98, 10, 92),
    "cloud": (88, 89, 52, 91, 4, 99, 94), "drill": (0, 48, 52, 45, 24, 10, 98),
    "crunk": (62, 80, 81, 48, 14, 61), "bounce": (62, 81, 56, 12, 0, 61),
    "electro": (80, 81, 50, 90, 62, 54, 98), "old school": (62, 80, 16, 55, 7, 50),
    "soul": (48, 0, 16, 52, 61, 4), "reggae": (16, 27, 28, 4, 0, 17), "pop": (0, 4, 24, 27, 5, 88),
    "street piano": (0, 0, 1, 0, 48, 2), "Memphis": (14, 112, 0, 52, 92, 98, 11, 54),
    "club": (46, 104, 106, 12, 62, 81, 107, 73), "minimal": (80, 14, 11, 4, 54, 12, 0, 62),
    "Southern": (16, 17, 4, 26, 27, 48, 0), "dancehall": (80, 81, 50, 88, 62, 27),
    "Latin": (0, 24, 25, 61, 11, 12),
}  # fmt: skip
_FUNK_BASS = (
    "r..r..o...f.s.r.", "r.....s.r..o..a.", "r-..r.o...r.f.s.", "r.rr..o..r..s.a.",
    "r...o.r..s.f.ra.", "rr....o.f.s.....", "r..o..r.s-..f-a-", "r.r...o..rs...f.",
)  # fmt: skip
_BASSES = {
    "live band": _FUNK_BASS, "funk break": _FUNK_BASS,
    "electro": (
        "r..r..r...r.r...", "rr.r..r.rr.r..o.", "r.rr.r.or.rr.r.s", "r-.r..r-.r..o.r.",
        "r..rr.r.o..rr.s.", "r-r...r.r-..s.o.",
    ),
    "old school": ("r.......r.r.....", "r-r-..r-....o-..", "r...r...r.r.f...", "r.r...r.r.r.s.o."),
    "reggae": (
        "r--r--f---......", "r-..f-r-....t-f-", "..r-r-..f-..o-f-", "r---....f-r-....",
        "....r-r-..f-t-..", "r-r-....o-f-t-..",
    ),
    "dancehall": ("r--r--r-....r-..", "r--r--o-r--r--f-", "r-....r-r-....o-", "r--r--r---......"),
    "Latin": ("......f-....o---", "r--f--o-r--f--o-", "r-....f-r-....f-", "r--r--f---o-f---"),
    "G-funk": ("r---..r-..o-r-..", "r--r..r-o-s-....", "r-..r-..s-..f-a-", "r-----r-....f-o-"),
    "bounce": ("r..r..r...r.....", "r-....r-..r-r-..", "r..r..r.r..r..o.", "r-r-..o-..r-....",),
    "jazz": ("r---f---s---f---", "r-----r-f-----a-", "r--r..f-....s-a-", "r---t---f---a---"),
}  # fmt: skip
_STABS = {
    "live band": (
        "..x.x..x..x.x..x", "x.x...xx..x.x...", "xx.x.xx.xx.x.xx.", ".xx..xx..xx..xx.",
        "X.....x.........", "..........xX....", "....x-......x-..", "..x...x...x.x...",
        "X..x............|......x..xX.....", "x.xx.xx.x.xx.xx.",
    ),
    "reggae": (
        "..x...x...x...x.", "....x.......x...", "..xx..xx..xx..xx", "....x-......x-..",
        "..x.x.x...x.x.x.",
    ),
    "dancehall": ("..x...x...x...x.", "...x..x....x..x.", "X..x..x.X..x..x.", "x..x..x........."),
    "Latin": ("x..x..x.x..x..x.", "x.xx.x.xx.xx.x.x", "..x.x..x..x.x..x", "x..x..x...x.x..."),
    "old school": ("X...............", "X.....X.........", "X..X..X.........", "..........X.X..."),
    "club": ("x..x..x...x.x...", "x..x..x.........", "X.......X..X....", "x.x..x.x..x.x..."),
}  # fmt: skip
_STABS |= {
    "funk break": _STABS["live band"], "bounce": _STABS["club"], "electro": _STABS["old school"]
}  # fmt: skip
_STABBERS = {
    "live band": (27, 28, 7, 16, 17, 18, 61, 56, 62), "funk break": (27, 28, 7, 16, 61, 56),
    "reggae": (27, 28, 16, 17, 0, 26), "dancehall": (81, 80, 62, 16, 27, 55),
    "Latin": (0, 0, 24, 61, 56, 12), "old school": (55, 61, 62, 16, 81, 50),
    "electro": (55, 62, 81, 50, 90), "club": (62, 81, 46, 106, 12, 104, 61, 8),
    "bounce": (61, 62, 81, 56, 12),
}  # fmt: skip
_LEADS = {
    "G-funk": (80, 81, 78, 85), "live band": (65, 66, 56, 57, 61, 27, 7, 73, 16),
    "funk break": (65, 66, 56, 61, 27, 7), "jazz": (*play.SAXES, 56, 59, 73, 11, 26),
    "Memphis": (112, 14, 114, 10, 98, 80), "electro": play.SYNTH_LEADS,
    "Latin": (56, 57, 61, 73, 0, 24),
}  # fmt: skip
_ANY_LEAD = (*play.PLUCK_LEADS, *play.WINDS, 56, 80)


def draw(rng: np.random.Generator, number: int) -> Family:
    """Draw a family of hip-hop; its style is `number` modulo the number of `STYLES`.

    Examples
    --------
    >>> draw(np.random.default_rng(0), 8).style
    'drill'
    """
    style = STYLES[number % len(STYLES)]
    half_time = rng.random() < _HALF_TIME.get(style, 0.0)
    machine = half_time or style in MACHINES
    centre = rng.uniform(*(_DOUBLED if half_time else _CENTRES[style]))
    swung = not machine or (style in _AT_TIMES_SWUNG and rng.random() < 0.3)
    drumming = draw_drumming(rng, style, half_time=half_time)
    return Family(
        style=style,
        tempo=(max(TEMPO[0], 0.95 * centre), min(TEMPO[1], 1.05 * centre)),
        drumming=drumming,
        voices=_voices(rng, style, half_time, dict(drumming.beat)["kick"]),
        swing=pick(rng, ((0.5, 0.55), (0.53, 0.6), (0.57, 0.67))) if swung else (0.5, 0.53),
        looseness=float(rng.uniform(0.001, 0.004) if machine else rng.uniform(0.003, 0.012)),
        minor=pick(rng, (1.0, 0.9, 0.6, 0.3)),
        colour=float(rng.uniform(0, 0.3) if machine else rng.uniform(0.4, 1)),
        chord_beats=(8, 4) if half_time else pick(rng, ((4,), (4, 8), (8,), (2, 4))),
        chord_counts=pick(rng, ((1, 2), (2,), (2, 4), (4,))),
    )


def _bass(rng: np.random.Generator, style: str, half_time: bool, kick: str) -> str:
    deep = half_time or style in _DEEP
    if style in _BASSES and not half_time and rng.random() < 0.6:
        first = pick(rng, _BASSES[style])
        return first if rng.random() < 0.5 else f"{first}|{pick(rng, _BASSES[style])}"
    if rng.random() < (0.5 if deep else 0.25):  # one note with each kick, as of an 808
        hold = int(rng.integers(3, 13) if deep else rng.integers(1, 5))
        return "|".join(_with_kicks(rng, bar, hold) for bar in kick.split("|"))
    bars = []
    for bar in range(2):
        if deep:
            at = onsets(rng, int(rng.integers(1, 5)), (0.4, 1.5, 1, 1, 3), first=bar == 0)
            hold = int(rng.integers(4, 13))
            signs = "rrrrof"
        else:
            at = onsets(rng, int(rng.integers(2, 7)), FUNKY, avoid=(4,), first=True)
            hold = int(rng.integers(1, 6) if rng.random() < 0.6 else rng.integers(6, 17))
            signs = "rrrrrofsta"
        marks = {step: pick(rng, signs) for step in at}
        marks[at[0]] = "r"
        bars.append(spell(marks, hold=hold))
    return "|".join(bars)


def _with_kicks(rng: np.random.Generator, kick: str, hold: int) -> str:
    at = [step for step, sign in enumerate(kick) if sign != "."]
    return spell({step: "r" if step == 0 else pick(rng, "rrrof") for step in at}, hold=hold)


def _loop(rng: np.random.Generator) -> str:
    """Draw where the sampled chords fall: few, and the same every two bars."""
    words = (
        "x---............", "x---------------", "x-------x-------", "....x-......x-..",
        "x---x---x---x---", "x-x-x-x-x-x-x-x-", "x-----x---------",
        "x-----------x---|x-------x---x---",
    )  # fmt: skip
    if rng.random() < 0.5:
        return pick(rng, words)
    at = onsets(rng, int(rng.integers(1, 4)), pick(rng, (FUNKY, LYRICAL, OFFBEAT)))
    first = spell(at, hold=int(rng.integers(2, 8)))
    at = onsets(rng, int(rng.integers(0, 4)), pick(rng, (FUNKY, OFFBEAT)))
    return f"{first}|{spell(at, hold=int(rng.integers(2, 8)))}"


def _riff(rng: np.random.Generator) -> tuple[str, ...]:
    riffs = []
    for _ in range(4):
        at = onsets(rng, int(rng.integers(2, 6)), pick(rng, (FUNKY, OFFBEAT)))
        first = spell(at, hold=int(rng.integers(1, 5)))
        at = onsets(rng, int(rng.integers(0, 4)), FUNKY)
        riffs.append(f"{first}|{spell(at, hold=3)}")
    return tuple(riffs)


def _tune(rng: np.random.Generator) -> tuple[str, ...]:
    """Draw a hook: sung in long notes as over a ballad, or played in short ones."""
    if rng.random() < 0.5:
        return sung(rng, 16, (2, 7), hold=int(rng.integers(3, 10)))
    hooks = []
    for _ in range(4):
        taste, hold = pick(rng, TASTES), int(rng.integers(1, 6))
        first = spell(onsets(rng, int(rng.integers(3, 9)), taste), hold=hold)
        second = spell(onsets(rng, int(rng.integers(0, 7)), taste), hold=int(rng.integers(2, 13)))
        hooks.append(f"{first}|{first if rng.random() < 0.3 else second}")
    return tuple(hooks)


def _picked(rng: np.random.Generator, half_time: bool) -> str:
    """Draw a plucked loop of single notes, as guitars and bells play over trap."""
    pace = 4 if half_time else 2
    rhythm = pick(rng, (every(pace, "x"), euclid(int(rng.integers(4, 8)), 16), every(pace, "x")))
    shape = iter(contour(rng, 16, height=5))
    words = []
    for _ in range(2):
        signs = [
            str(next(shape)) if sign == "x" and rng.random() < 0.85 else "." for sign in rhythm
        ]
        words.append("".join(signs))
        shape = iter(contour(rng, 16, height=5))
    return "|".join(words)


def _lead(rng: np.random.Generator, style: str) -> Voice:
    """Draw who plays above the beat: two in three have a hook, the others throw in a riff."""
    players, slides = _LEADS.get(style, _ANY_LEAD), 0.5 if style == "G-funk" else 0.2
    if rng.random() < 1 / 3:
        return Voice(
            "riff", "melody", _riff(rng), players, (66, 80), (60, 92), (-10, -3),
            chance=0.4, glide=rng.uniform(0, slides),
        )  # fmt: skip
    if rng.random() < 0.4:
        players = (*play.SINGERS, *play.WINDS, *play.VOICES)
    return Voice(
        "melody", "melody", _tune(rng), players, (64, 80), (64, 100), (-7, 2),
        chance=pick(rng, (0.6, 0.9)), glide=rng.uniform(0, slides + 0.2),
        grace=rng.uniform(0, 0.1),
    )  # fmt: skip


def _voices(rng: np.random.Generator, style: str, half_time: bool, kick: str) -> tuple[Voice, ...]:
    basses: tuple[int, ...] = (*play.ACOUSTIC_BASSES, *play.ELECTRIC_BASSES, 38, 39)
    if half_time or style in _DEEP:
        basses = play.SYNTH_BASSES if style == "electro" else play.SUB_BASSES
    elif style in PLAYED:
        basses = (*play.ACOUSTIC_BASSES, *play.ELECTRIC_BASSES)
    voices = [
        Voice(
            "bass", "bass", (_bass(rng, style, half_time, kick),), basses,
            (24, 32), (90, 116), (-3, 3),
            glide={"drill": 0.6, "trap": 0.3, "dark trap": 0.3, "G-funk": 0.2}.get(style, 0.05),
        )
    ]  # fmt: skip
    samples = _SAMPLES[style]
    if style in _STABS and rng.random() < 0.75:
        voices.append(
            Voice(
                "stabs", "chords", (pick(rng, _STABS[style]),), _STABBERS[style],
                (58, 70), (66, 100), (-8, 0), push=pick(rng, (0.0, 0.0, 0.5)),
            )
        )  # fmt: skip
    others = 0.4 if len(voices) > 1 else 1.0  # where there are stabs, there is seldom a loop
    if rng.random() < (0.7 if style == "street piano" else 0.45) * others:
        voices.append(
            Voice(
                "loop", "arpeggio", (_picked(rng, half_time),), (*samples, 24, 26, 11, 0),
                (58, 74), (56, 88), (-8, 2), ring=rng.random() < 0.5,
            )
        )  # fmt: skip
    # A minimal beat has drums, bass and one sound.
    if len(voices) == 1 or (style != "minimal" and rng.random() < 0.5 * others):
        voices.append(
            Voice(
                "sample", "chords", (_loop(rng),), samples, (56, 69), (56, 88), (-8, 2),
                chance=0.9, spread=pick(rng, (0.0, 0.02)), push=pick(rng, (0.0, 0.5)),
            )
        )  # fmt: skip
    if style != "minimal":
        # What rings on does not make a ballad: many a beat lies on strings, or on a held organ.
        chance = 0.9 if style == "cloud" else pick(rng, (0.3, 0.6, 0.85))
        voices.append(
            Voice("pad", "chords", ("x---",), (*play.PADS, *samples), (52, 70), (50, 78), (-11, 2),
                  chance=chance)
        )  # fmt: skip
        voices.append(_lead(rng, style))
    speech = "|".join(
        spell(onsets(rng, int(rng.integers(6, 12)), (1.2, 1.2, 1, 1, 1), avoid=free))
        for free in ((), (15,), (), (12, 13, 14, 15))
    )
    if half_time:  # syllables are as fast as the tongue, whatever the tempo
        speech = "|".join(
            spell(onsets(rng, int(rng.integers(4, 7)), (0.3, 2, 2, 2, 2), avoid=free), hold=2)
            for free in ((), (14,), (), (10, 12, 14))
        )
    voices.append(
        Voice(
            "voice", "chatter", (speech,), play.CHATTER, (48, 62), (70, 100), (-9, -1),
            chance=pick(rng, (0.0, 0.0, 0.4, 0.8)), glide=0.5,
        )
    )  # fmt: skip
    return tuple(voices)
