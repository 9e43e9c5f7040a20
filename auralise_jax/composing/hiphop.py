"""The grammar of hip-hop: a hard backbeat, kicks between the beats, deep bass, a loop or none."""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.beats import draw_fill, every, ghosts, softer
from auralise_jax.composing.families import Drumming, Family, Voice
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import FUNKY, LYRICAL, OFFBEAT, contour, euclid, onsets, spell
from auralise_jax.synth import instruments as play

STYLES = (
    "boom-bap", "jazz", "lo-fi", "funk break", "west coast", "trap", "dark trap", "cloud", "drill",
    "crunk", "bounce", "old school", "soul", "pop", "boom-bap", "trap",
)  # fmt: skip
TEMPO = (62.0, 158.0)
_CENTRES = {
    "boom-bap": (78, 98), "jazz": (74, 102), "lo-fi": (66, 90), "funk break": (86, 106),
    "west coast": (82, 102), "cloud": (62, 78), "crunk": (66, 82), "bounce": (84, 102),
    "old school": (88, 108), "soul": (72, 96), "pop": (76, 102), "trap": (62, 76),
    "dark trap": (60, 74), "drill": (64, 73),
}  # fmt: skip
_TRAP = ("trap", "dark trap", "cloud", "drill", "crunk", "pop")
_SAMPLES = {
    "jazz": (0, 4, 11, 26, 66, 59, 32), "lo-fi": (4, 0, 26, 24, 11, 5), "soul": (48, 0, 16, 52, 61),
    "funk break": (27, 28, 7, 16, 61, 4), "west coast": (4, 7, 27, 17, 90, 80),
    "trap": (14, 11, 0, 10, 8, 46, 73, 98, 24), "dark trap": (14, 0, 52, 48, 44, 98, 10, 92),
    "cloud": (88, 89, 52, 91, 4, 99, 94), "drill": (0, 48, 52, 45, 24, 10, 98),
    "crunk": (62, 80, 81, 48, 14, 61), "bounce": (62, 81, 56, 12, 0, 61),
    "old school": (62, 80, 16, 55, 7, 50), "pop": (0, 4, 24, 27, 5, 88),
    "boom-bap": (0, 4, 48, 11, 26, 45, 46, 61, 16, 73),
}  # fmt: skip
_KICKS = (
    "X.........x.....", "X.......x.x.....", "X..x......x.....", "X.....x...x.....",
    "X.x.......x.....", "X......x..x.....", "X......x.xx.....", "X.........xx....",
    "X..x..x...x.....", "X.x.......x..x..", "X......xX.x.....", "X.....x..xx.....",
    "X.........x.....|X.x.......x.....", "X..x......x.....|X......x..x.....",
    "X.........x....x|..x.......x.....", "X.......x.x.....|X.....x...xx...x",
)  # fmt: skip
"""Bars that drummers and drum machines have played a thousand times, with few kicks."""
_HALF_TIME_KICKS = (
    "X.........x.....", "X.....x.........", "X..x............", "X.....x.......x.",
    "X...........x...", "X.....x...x.....", "X..x......x.....|X.....x.........",
    "X...............|X.....x...x.....", "X......x........", "X..x..x.....x...",
)  # fmt: skip
_ROLLS = (3, 3, 6, 4, 8, 2)  # lengths in ninety-sixths of a bar: 32nds, 16ths, triplets, 48ths


def draw(rng: np.random.Generator, number: int) -> Family:
    """Draw a family of hip-hop; its style is `number` modulo the number of `STYLES`.

    Examples
    --------
    >>> draw(np.random.default_rng(0), 8).style
    'drill'
    """
    style = STYLES[number % len(STYLES)]
    trap = style in _TRAP
    centre = rng.uniform(*_CENTRES[style])
    # Trap is written at twice the tempo that the head nods to, with the snare on the third beat.
    half_time = trap and centre <= 78 and (style == "drill" or rng.random() < 0.85)
    if half_time:
        centre *= 2
    swung = not trap and style != "old school"
    return Family(
        style=style,
        tempo=(max(TEMPO[0], 0.95 * centre), min(TEMPO[1], 1.05 * centre)),
        drumming=_drumming(rng, style, half_time),
        voices=_voices(rng, style, half_time),
        swing=pick(rng, ((0.5, 0.55), (0.53, 0.6), (0.57, 0.67))) if swung else (0.5, 0.53),
        looseness=float(rng.uniform(0.001, 0.004) if trap else rng.uniform(0.003, 0.012)),
        minor=pick(rng, (1.0, 0.9, 0.6, 0.3)),
        colour=float(rng.uniform(0, 0.3) if trap else rng.uniform(0.4, 1)),
        chord_beats=(8, 4) if half_time else pick(rng, ((4,), (4, 8), (8,), (2, 4))),
        chord_counts=pick(rng, ((1, 2), (2,), (2, 4), (4,))),
    )


def _drumming(rng: np.random.Generator, style: str, half_time: bool) -> Drumming:
    trap = style in _TRAP
    back = [8] if half_time else [4, 12]
    after = [place + 1 for place in back] if not trap else []
    if rng.random() < 0.5:
        drums = {"kick": pick(rng, _HALF_TIME_KICKS if half_time else _KICKS)}
    else:
        drums = {"kick": "|".join(_kicks(rng, [*back, *after], half_time) for _ in range(2))}
    backs = [dict.fromkeys(back, "X"), dict.fromkeys(back, "X")]
    if style == "drill":  # the second snare comes late
        backs[1] = pick(rng, ({14: "X"}, {8: "X", 14: "x"}, {12: "X"}))
        backs[0] = pick(rng, ({8: "X"}, {6: "x", 12: "X"}, {8: "X"}))
    kind = pick(rng, ("snare", "clap", "snare 2") if trap else ("snare", "snare", "snare 2"))
    snare = "|".join(spell(marks) for marks in backs)
    if not trap and rng.random() < 0.65:
        snare = "|".join(ghosts(rng, bar, rng.uniform(0.1, 0.35)) for bar in snare.split("|"))
    drums[kind] = snare
    if rng.random() < 0.35:
        other_drum = "clap" if kind != "clap" else "snare"
        drums[other_drum] = softer("|".join(spell(marks) for marks in backs))
    if style in ("old school", "bounce", "crunk") and rng.random() < 0.6:
        drums["cowbell"] = euclid(int(rng.integers(3, 8)), 16, int(rng.integers(4)), "o")
    time = pick(rng, ("hat", "hat", "hat", "hat", "ride", "shaker", "pedal"))
    if trap:
        drums["hat"] = _rolling(rng, style, half_time)
    else:
        words = (
            every(2, "xo"), every(2, "x"), every(4, "x"), every(1, "xgog"), every(1, "xoxo"),
            "x.o.x.ogx.o.x.o.", "xo.oxo.oxo.oxo.o", "x..ox..ox..ox..o", every(2, "ox"),
        )  # fmt: skip
        drums[time] = pick(rng, words)
    if rng.random() < 0.4:
        place = pick(rng, (6, 10, 14, 2))
        drums["open hat"] = "." * 16 + "|" + spell({place: "o"})
    if rng.random() < 0.25:
        at = onsets(rng, int(rng.integers(2, 5)), OFFBEAT)
        drums[pick(rng, ("rim", "conga", "tambourine", "shaker", "low tom"))] = spell(
            dict.fromkeys(at, "o")
        )
    soft = style in ("lo-fi", "cloud")
    return Drumming(
        beat=tuple((drum, softer(text) if soft else text) for drum, text in drums.items()),
        fills=tuple(draw_fill(rng) for _ in range(4)),
        kits=(25, 24, 25, 25, 0, 16) if trap or style == "old school" else (0, 8, 16, 25, 32, 0),
        strength=(0.8, 1.0),
        level_db=(-7, 4),
        crash=0.12,
        busy=0.2,
    )


def _kicks(rng: np.random.Generator, avoid: list[int], half_time: bool) -> str:
    """Draw a bar of kicks: nearly always on the first beat, the others mostly between beats."""
    taste = (0.5, 2.0, 1.2, 1.0, 3.0) if half_time else FUNKY
    count = int(rng.integers(2, 5) if half_time else rng.integers(2, 6))
    at = onsets(rng, count, taste, avoid=avoid, first=rng.random() < 0.9)
    return spell({step: "X" if step == 0 else "x" for step in at})


def _rolling(rng: np.random.Generator, style: str, half_time: bool) -> str:
    """Draw hats at 96 steps a bar: a steady pulse, broken by rolls of faster notes."""
    pulse = 12 if half_time else pick(rng, (6, 12, 8))
    if style == "drill":
        pulse = 0
    bars = []
    for _ in range(4):
        signs = ["."] * 96
        if pulse:
            for index, place in enumerate(range(0, 96, pulse)):
                signs[place] = "xo"[index % 2] if rng.random() < 0.95 else "."
        else:
            for place in (0, 18, 36, 48, 66, 84):
                signs[place] = "x"
        for _ in range(int(rng.integers(0, 3))):
            beat = int(rng.integers(4)) * 24 + int(pick(rng, (0, 12)))
            length = int(pick(rng, (12, 12, 24)))
            gap = int(pick(rng, _ROLLS)) * (2 if half_time else 1)
            for place in range(beat, min(beat + length, 96)):
                signs[place] = pick(rng, "xo") if (place - beat) % gap == 0 else "."
        bars.append("".join(signs))
    return "|".join(bars)


def _bass(rng: np.random.Generator, style: str) -> str:
    trap = style in _TRAP
    bars = []
    for bar in range(2):
        if trap:
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


def _voices(rng: np.random.Generator, style: str, half_time: bool) -> tuple[Voice, ...]:
    trap = style in _TRAP
    subs = trap or style in ("bounce", "west coast")
    voices = [
        Voice(
            "bass", "bass", (_bass(rng, style),),
            play.SUB_BASSES if subs else (*play.ACOUSTIC_BASSES, *play.ELECTRIC_BASSES, 38, 39),
            (24, 32), (90, 116), (-3, 3),
            glide={"drill": 0.6, "trap": 0.3, "dark trap": 0.3, "west coast": 0.2}.get(style, 0.05),
        )
    ]  # fmt: skip
    samples = _SAMPLES[style]
    if rng.random() < 0.45:
        voices.append(
            Voice(
                "loop", "arpeggio", (_picked(rng, half_time),), (*samples, 24, 26, 11, 0),
                (58, 74), (56, 88), (-8, 2), ring=rng.random() < 0.5,
            )
        )  # fmt: skip
    if len(voices) == 1 or rng.random() < 0.5:
        voices.append(
            Voice(
                "sample", "chords", (_loop(rng),), samples, (56, 69), (56, 88), (-8, 2),
                chance=0.9, spread=pick(rng, (0.0, 0.02)), push=pick(rng, (0.0, 0.5)),
            )
        )  # fmt: skip
    # What rings on does not make a ballad: many a beat lies on strings, or on a held organ.
    chance = 0.8 if style == "cloud" else pick(rng, (0.2, 0.5, 0.8))
    voices.append(
        Voice("pad", "chords", ("x---",), (*play.PADS, *samples), (52, 70), (50, 76), (-12, 1),
              chance=chance)
    )  # fmt: skip
    leads = (80, 81, 78, 85) if style == "west coast" else (*play.PLUCK_LEADS, *play.WINDS, 56, 80)
    voices.append(
        Voice(
            "riff", "melody", _riff(rng), leads, (66, 80), (60, 92), (-10, -3), chance=0.4,
            glide=0.5 if style == "west coast" else float(rng.uniform(0, 0.2)),
        )
    )  # fmt: skip
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
