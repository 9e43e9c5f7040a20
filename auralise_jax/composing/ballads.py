"""The grammar of ballads: slow or half-time; long notes, an even beat or none, often a tune."""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.families import Family, Voice
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import contour, spell, sung
from auralise_jax.composing.slow_beats import SWEPT, Bar, draw_drumming
from auralise_jax.synth import instruments as play

STYLES = (
    "piano", "power", "compound", "fingerpicking", "orchestral", "slow jam", "electric piano",
    "solo piano", "waltz", "synthesiser", "soul", "hymn", "acoustic band", "jazz", "rock",
    "soft pop", "country", "programmed", "eighties", "slow rock", "gospel", "bossa", "prelude",
    "brushes",
)  # fmt: skip
TEMPO = (52.0, 120.0)
_COMPOUND = ("compound", "waltz", "soul", "slow rock", "gospel")
_ACCOMPANIST = {
    "piano": play.PIANOS, "power": (*play.PIANOS, 27, 5), "compound": (*play.KEYS, 24, 27),
    "fingerpicking": play.NYLON_AND_STEEL, "orchestral": (46, 45, 48, 0, 8, 49, 60),
    "slow jam": (*play.ELECTRIC_PIANOS, 27, 26, 88, 0), "electric piano": play.ELECTRIC_PIANOS,
    "solo piano": play.PIANOS, "waltz": (0, 24, 25, 46, 21, 4, 10),
    "synthesiser": (5, 4, 99, 88, 50, 89, 0, 98), "soul": (16, 17, 18, 27, 26, 0, 4),
    "hymn": (19, 20, 52, 48, 0, 16), "acoustic band": (25, 25, 24, 0, 105, 26),
    "jazz": (0, 0, 26, 4, 11), "rock": (27, 26, 30, 28, 0, 16), "soft pop": (0, 4, 25, 27, 5, 24),
    "country": (25, 25, 24, 27, 105, 0), "programmed": (4, 5, 0, 88, 26, 89),
    "eighties": (5, 4, 50, 90, 27, 81), "slow rock": (0, 27, 16, 29, 1),
    "gospel": (0, 16, 18, 4, 17), "bossa": (24, 24, 24, 0, 4, 26), "brushes": (0, 0, 24, 26, 4, 1),
    "prelude": (*play.PIANOS, 0, 0, 46, 24, 6, 4),
}  # fmt: skip
_CHORDAL = (
    "hymn", "power", "jazz", "soul", "electric piano", "acoustic band", "rock", "soft pop",
    "country", "slow rock", "gospel", "bossa",
)  # fmt: skip
_DRUMMED = {
    "piano": 0.7, "compound": 0.8, "fingerpicking": 0.4, "orchestral": 0.25,
    "electric piano": 0.8, "solo piano": 0.0, "waltz": 0.5, "synthesiser": 0.8, "hymn": 0.3,
    "acoustic band": 0.8, "jazz": 0.75, "prelude": 0.0,
}  # fmt: skip
"""How often a style has drums at all; those not named have them nearly always."""
_FULL = {
    "piano": 0.6, "fingerpicking": 0.3, "orchestral": 0.3, "solo piano": 0.3, "waltz": 0.4,
    "hymn": 0.3, "jazz": 0.3, "electric piano": 0.6, "compound": 0.6, "acoustic band": 0.7,
    "prelude": 0.3,
}  # fmt: skip
"""How often these are a full kit; where not named, nearly always."""
_FIGURED = ("prelude", "solo piano", "fingerpicking", "piano")
"""Styles that break their chords in quick notes, as a player without a drummer does."""


def draw(rng: np.random.Generator, number: int) -> Family:
    """Draw a family of ballads; its style is `number` modulo the number of `STYLES`.

    Examples
    --------
    >>> draw(np.random.default_rng(0), 8).meter
    3
    """
    style = STYLES[number % len(STYLES)]
    steps = 12 if style in _COMPOUND else 16
    meter = 3 if style == "waltz" else 4
    bar = Bar(steps, meter, half_time=steps == 16 and style not in SWEPT and rng.random() < 0.1)
    if bar.half_time:  # written in fast beats, felt in slow ones
        centre = rng.uniform(88, 118)
    else:
        centre = rng.uniform(80, 110) if meter == 3 else rng.uniform(56, 88)
    jazzy = style in ("slow jam", "jazz", "soul", "electric piano", "programmed", "gospel", *SWEPT)
    swung = style == "jazz" or rng.random() < (0.5 if style in ("slow jam", "brushes") else 0.15)
    return Family(
        style=style,
        tempo=_around(centre, 0.08),
        drumming=draw_drumming(
            rng,
            style,
            bar,
            full=rng.random() < _FULL.get(style, 0.85),
            chance=_DRUMMED.get(style, 0.95),
        ),
        voices=_voices(rng, style, bar),
        swing=(0.55, 0.66) if swung and steps == 16 else (0.5, 0.52),
        looseness=float(rng.uniform(0.003, 0.013)),
        meter=meter,
        minor=pick(rng, (0.0, 0.2, 0.4, 0.8)),
        colour=float(rng.uniform(0.5, 1.0) if jazzy else rng.uniform(0.0, 0.5)),
        chord_beats=(4,) if meter == 3 else pick(rng, ((4,), (4,), (4, 2), (2,), (4, 8))),
        chord_counts=pick(rng, ((4,), (4,), (4, 8), (8, 6), (2, 4))),
    )


def _around(centre: float, width: float) -> tuple[float, float]:
    return max(TEMPO[0], centre * (1 - width)), min(TEMPO[1], centre * (1 + width))


def _bass(rng: np.random.Generator, style: str, bar: Bar) -> str:
    steps, meter, half_time = bar
    words: tuple[str, ...]
    if style == "bossa":
        words = ("r--ff--rr--ff--r", "r--ff--or--ff--a", "r-----f-f-----r-", "r--f----f--r----")
    elif meter == 3:
        words = ("r-----------", "r-------f---", "r-------r---", "r---f---f---")
    elif steps == 12:
        words = ("r-----------", "r-----f-----", "r----rf----a", "r----fr-----", "r--f--o--f--")
    elif half_time:
        words = ("r---------------", "r-----------f---", "r---------r-----", "r-----r---------")
    else:
        words = (
            "r---------------", "r-------f-------", "r-----r-f-----a-", "r-------r-----f-",
            "r---r---r---r---", "r-r-r-r-r-r-r-r-", "r-----r-r-------", "r---f---o---f---",
            "r-----f-o-------", "r---t---f---a---",
        )  # fmt: skip
    first = pick(rng, words)
    return first if rng.random() < 0.5 else f"{first}|{pick(rng, words)}"


def _broken(rng: np.random.Generator, style: str, bar: Bar) -> str:
    """Draw an arpeggio: even notes in one of a few rhythms, sometimes thinner at the end."""
    steps, meter, half_time = bar
    pace = 2 if (steps == 12 and meter == 3) else 1 if steps == 12 else pick(rng, (2, 2, 2, 1))
    if half_time:
        pace = pick(rng, (2, 4, 4))
    elif style in _FIGURED and steps == 16:
        pace = 1 if style == "prelude" else pick(rng, (2, 1))
    places = list(range(0, steps, pace))
    if style == "prelude":  # one figure all the time, two or four to the bar
        length = pick(rng, (8, 8, 4))
        shape = contour(rng, length, height=6) * (steps // length)
        return "".join(map(str, shape))
    shape = contour(rng, len(places))
    words = []
    for _ in range(2):
        resting = set(rng.choice(places[1:], size=len(places) // 5, replace=False).tolist())
        marks = {p: str(d) for p, d in zip(places, shape, strict=True) if p not in resting}
        words.append(spell(marks, steps=steps, hold=4))
    return "|".join(words)


def _block(rng: np.random.Generator, style: str, bar: Bar) -> str:
    steps, meter, half_time = bar
    if style == "bossa":
        return pick(
            rng, ("x..x..x...x..x..", "x-.x-.x-..x-.x-.", "x.x..x.x..x.x..x", "..x-..x-x-..x-..")
        )
    if meter == 3:
        return pick(rng, ("x---x---x---", "....x---x---", "x-----------", "x-------x---"))
    if steps == 12:
        return pick(rng, ("xxxxxxxxxxxx", "x--x--x--x--", "x-----x-----", "X..xxxX..xxx"))
    words = (
        "x---x---x---x---", "x-------x-------", "x-------x-----x-", "x---------------",
        "x-x-x-x-x-x-x-x-", "x-----x---------", "X---x---X---x---", "x-------....x---",
    )  # fmt: skip
    return pick(rng, words[1:4] if half_time else words)


def _voices(rng: np.random.Generator, style: str, bar: Bar) -> tuple[Voice, ...]:
    steps, meter, half_time = bar
    accompanist = _ACCOMPANIST[style]
    held = "x" + "-" * (steps - 1)
    if steps == 16:
        held = pick(rng, (held, held, "x-------x-------"))
    voices = []
    alone = style == "prelude"
    if alone or rng.random() < (0.35 if style in _CHORDAL else 0.75):
        voices.append(
            Voice(
                "arpeggio", "arpeggio", (_broken(rng, style, bar),), accompanist,
                (56, 66), (52, 84), (-4, 0), ring=rng.random() < 0.7,
            )
        )  # fmt: skip
    if not voices or (not alone and rng.random() < 0.3):
        strum = style in ("acoustic band", "fingerpicking", "country") or rng.random() < 0.15
        voices.append(
            Voice(
                "chords", "chords", (_block(rng, style, bar),), accompanist,
                (57, 67), (50, 82), (-5, -1), spread=0.05 if strum else 0.01,
                push=pick(rng, (0.0, 0.0, 0.5)),
            )
        )  # fmt: skip
    pads = {
        "orchestral": play.STRINGS, "hymn": play.CHOIRS, "synthesiser": play.SYNTH_PADS,
        "soul": (16, 18, 48), "gospel": (16, 18, 52), "eighties": play.SYNTH_PADS,
        "power": (*play.STRINGS, *play.LOUD_GUITARS),
    }.get(style, play.PADS)  # fmt: skip
    quiet = {"solo piano": 0.0, "prelude": 0.0, "fingerpicking": 0.4, "orchestral": 1.0}
    voices.append(
        Voice("pad", "chords", (held,), pads, (56, 69), (52, 78), (-10, -3),
              chance=quiet.get(style, 0.75))
    )  # fmt: skip
    basses = {
        "solo piano": (0,), "orchestral": (43, 42, 32), "waltz": (32, 43, 0),
        "prelude": (0, 0, 32, 43),
        "synthesiser": play.SYNTH_BASSES, "eighties": (*play.SYNTH_BASSES, 33, 36),
        "programmed": (*play.SUB_BASSES, *play.ELECTRIC_BASSES),
        "slow jam": (*play.SUB_BASSES, *play.ELECTRIC_BASSES),
    }.get(style, (*play.ACOUSTIC_BASSES, *play.ELECTRIC_BASSES))  # fmt: skip
    voices.append(
        Voice(
            "bass", "bass", (_bass(rng, style, bar),), basses, (27, 36), (62, 92), (-7, -2),
            chance=pick(rng, (0.0, 0.5)) if alone
            else 0.6 if style in ("fingerpicking", "waltz") else 0.9,
            glide=0.15 if style in ("electric piano", "slow jam") else 0.0,
        )
    )  # fmt: skip
    leads = {
        "solo piano": (0, 0, 1), "orchestral": (40, 42, 60, 68, 71, 73, 48, 52, 69),
        "prelude": (0, 73, 40, 68), "jazz": (*play.SAXES, 56, 59, 71, 73, 26),
        "bossa": (73, 64, 65, 71, 53, 54, 11, 24, 0), "power": (*play.VOICES, 29, 30, 65, 66, 48),
    }.get(style, (*play.SINGERS, *play.WINDS, *play.VOICES, 0, 4, 11, 26, 80))  # fmt: skip
    count = (2, 5) if half_time or meter == 3 else (3, 7)
    voices.append(
        Voice(
            "melody", "melody", sung(rng, steps, count, hold=int(rng.integers(4, 9))), leads,
            (67, 78), (66, 100), (-4, 3), chance=pick(rng, (0.0, 0.5)) if alone else 0.75,
            glide=float(rng.uniform(0, 0.4)), grace=float(rng.uniform(0, 0.15)),
        )
    )  # fmt: skip
    return tuple(voices)
