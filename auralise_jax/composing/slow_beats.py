"""Drums of ballads: a full kit that keeps a slow, even beat, or a few soft strokes.

Bars of sixteen steps, or of twelve for 12/8 and 3/4. Signs as in `beats`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from auralise_jax.composing.beats import draw_fill, every, ghosts, softer
from auralise_jax.composing.families import Drumming
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import STRAIGHT, onsets, spell
from auralise_jax.synth import instruments as play

PROGRAMMED = ("slow jam", "programmed", "eighties", "synthesiser")
"""Styles with the patterns of a drum machine."""
SWEPT = ("jazz", "bossa", "brushes")
"""Styles whose drummer has a way of keeping time that is not a backbeat."""
_AT_TIMES_PROGRAMMED = ("soft pop", "soul", "power", "electric piano", "piano")

_KICKS = (
    "X.......X.......", "X.......X.......", "X.......X.....x.", "X.....x.X.......",
    "X......xX.......", "X.......X.x.....", "X.x.....X.......", "X.....x.X.....x.",
    "X.......X......x", "X.............x.|X.......X.......", "X.......X.......|X.....x.X.....x.",
    "X.............x.", "X...............|X.......x.......", "X.......X.x.....|X.......X.......",
)  # fmt: skip
_PROGRAMMED_KICKS = (
    *_KICKS, "X..x....X.......", "X.....x.X.x.....", "X......xX......x", "X.......X..x....",
    "X.....xxX.......", "X..x....X.....x.|X.......X.......",
)  # fmt: skip
_HALF_TIME_KICKS = (
    "X...............", "X.............x.", "X...........x...", "X.....x.........",
    "X...x...........", "X...............|X...........x.x.",
    "X..........x....", "X...x.......x...",
)  # fmt: skip
_COMPOUND_KICKS = (
    "X.....X.....", "X....xX.....", "X.....X....x", "X...........", "X....xX....x", "X.x...X.....",
    "X.....X.....|X....xX..x.x",
)  # fmt: skip
_WALTZ_KICKS = ("X...........", "X.........x.", "X.......x...", "X...........|X.....x.....")
_HATS = (
    every(2, "xo"), every(2, "xo"), every(2, "x"), every(2, "ox"), every(1, "xogo"),
    every(1, "xoxo"), every(1, "xgog"), every(1, "xooo"), every(4, "x"),
    "x.o.x.oox.o.x.o.", "x.oxx.oxx.oxx.ox",
    "x..ox..ox..ox..o", every(2, "x"),
)  # fmt: skip
_PROGRAMMED_HATS = (
    every(1, "xogo"), every(1, "xoxo"), every(1, "xgog"), every(1, "xggg"), every(1, "ogxg"),
    every(2, "xo"), every(2, "x"), "x.oxx.oxx.oxx.ox", "x.xxx.xxx.xxx.xx",
)  # fmt: skip
_SOFT_HATS = (every(2, "og"), every(2, "o"), every(4, "o"), every(1, "og"), every(2, "oggg"))
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "bossa": {
        "kick": (
            "x..xx..xx..xx..x", "x......xx......x", "x.......x......x", "x.....x.x.....x.",
            "x..ox..ox..ox..o",
        ),
        "rim": (
            "x..x..x...x..x..", "x..x..x...x.x...", "..x..x....x.x..x",
            "x..x..x...x..x..|..x..x...x..x...", "....x.......x..x",
        ),
        "hat": (every(1, "xogo"), every(2, "xo"), every(1, "ogog"), every(1, "xoxo")),
    },
    "brushes": {
        "kick": (
            "x.......x.......", "x.......x.....x.", "x.............x.|x.......x.......",
            "o...o...o...o...", "x......ox.......",
        ),
        "snare": (
            "g.ogX.ogg.ogX.og", "ogogXgogogogXgog", "o.goX.goo.goX.go", "oooox.oooooox.oo",
            "g.o.X.o.g.o.X.og",
        ),
        "ride": (every(2, "xo"), every(4, "x"), "x..ox..ox..ox..o", "x...x..ox...x..o"),
    },
}  # fmt: skip
_COMPOUND_HATS = ("xooxooxooxoo", "xoxxoxxoxxox", "x.ox.ox.ox.o", "xxxxxxxxxxxx", "x..x..x..x..")
_WALTZ_HATS = ("o...g...g...", "o.g.g.g.g.g.", "o...o...o...", "x.o.x.o.x.o.")


class Bar(NamedTuple):
    """A bar of a family: its steps and beats, and whether the snare is on the third beat alone."""

    steps: int = 16
    meter: int = 4
    half_time: bool = False


def draw_drumming(
    rng: np.random.Generator, style: str, bar: Bar, *, full: bool, chance: float
) -> Drumming:
    """Draw the drums of a family of ballads.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws them.
    style : str
        One of `ballads.STYLES`.
    bar : Bar
        What is written.
    full : bool
        A full kit at full level, or soft strokes.
    chance : float
        How often there are drums at all.

    Returns
    -------
    Drumming

    Examples
    --------
    >>> kit = draw_drumming(np.random.default_rng(0), "rock", Bar(), full=True, chance=1)
    >>> dict(kit.beat)["kick"][:1]
    'X'
    """
    beat = bar.steps // 4
    back = [2 * beat] if bar.half_time else [beat, 3 * beat]
    if bar.meter == 3:
        back = pick(rng, ([4, 8], [8], [4]))
    machine = style in PROGRAMMED or (style in _AT_TIMES_PROGRAMMED and rng.random() < 0.45)
    if style == "jazz" and rng.random() < 0.6:  # brushes, a ride that swings
        drums = {"snare": "g...o..gg...o..g", "ride": "o...o..go...o..g"}
        if rng.random() < 0.5:
            drums["kick"] = "g.......g......."
    elif style in _WORDS:
        drums = {drum: pick(rng, words) for drum, words in _WORDS[style].items()}
    elif full:
        drums = _full_kit(rng, style, back, bar, machine=machine)
    else:
        drums = _few_strokes(rng, back, bar)
    kits: tuple[int, ...] = play.SOFT_KITS
    if full:
        kits = play.ELECTRONIC_KITS if machine and rng.random() < 0.6 else play.FULL_KITS
    if full and style == "brushes":
        kits = (40, 40, 32, 0, 8)
    return Drumming(
        beat=tuple(drums.items()),
        fills=tuple(draw_fill(rng, soft=not full) for _ in range(3)) if bar.steps == 16 else (),
        kits=kits,
        strength=(0.75, 1.0) if full else (0.6, 0.92),
        level_db=(-7, 4) if full else (-12, -3),
        chance=chance,
        crash=0.35 if full else 0.1,
        busy=0.15,
    )


def _full_kit(
    rng: np.random.Generator, style: str, back: list[int], bar: Bar, *, machine: bool
) -> dict[str, str]:
    steps, meter, half_time = bar
    kicks: tuple[str, ...] = _KICKS
    hats: tuple[str, ...] = _HATS
    if meter == 3:
        kicks, hats = _WALTZ_KICKS, _WALTZ_HATS
    elif steps == 12:
        kicks, hats = _COMPOUND_KICKS, _COMPOUND_HATS
    elif half_time:
        kicks = _HALF_TIME_KICKS
    elif machine:
        kicks, hats = _PROGRAMMED_KICKS, _PROGRAMMED_HATS
    elif style == "soft pop" and rng.random() < 0.6:  # sixteenths that tick along
        hats = _PROGRAMMED_HATS
    drums = {"kick": pick(rng, kicks)}
    kind = pick(rng, ("snare", "snare", "clap") if machine else ("snare", "snare", "snare 2"))
    if rng.random() < 0.2:
        kind = "rim"
    text = spell(dict.fromkeys(back, pick(rng, "XXx")), steps=steps)
    drums[kind] = ghosts(rng, text, 0.12) if steps == 16 and rng.random() < 0.2 else text
    if machine and rng.random() < 0.4:
        drums["clap" if kind != "clap" else "snare"] = softer(text)
    time = pick(rng, ("hat", "hat", "hat", "hat", "ride", "ride", "pedal", "shaker"))
    drums[time] = pick(rng, hats)
    if steps == 16 and rng.random() < 0.25:
        drums["open hat"] = "." * 16 + "|" + "." * 14 + "o."
    if rng.random() < 0.2:
        other = pick(rng, ("tambourine", "shaker", "conga", "rim", "tambourine"))
        word = pick(
            rng, (spell(dict.fromkeys(back, "o"), steps=steps), every(2, "og", steps=steps))
        )
        drums.setdefault(other, word)
    return drums


def _few_strokes(rng: np.random.Generator, back: list[int], bar: Bar) -> dict[str, str]:
    steps = bar.steps
    kicks = [
        onsets(rng, int(rng.integers(1, 4)), STRAIGHT, steps=steps, avoid=back, first=True)
        for _ in range(2)
    ]
    drums = {"kick": "|".join(spell(dict.fromkeys(at, "o"), steps=steps) for at in kicks)}
    drum = pick(rng, ("snare", "rim", "rim", "clap"))
    drums[drum] = spell(dict.fromkeys(back, "o"), steps=steps)
    time = pick(rng, ("hat", "hat", "hat", "ride", "shaker", "pedal", "tambourine", ""))
    if time:
        hats: tuple[str, ...] = _SOFT_HATS
        if steps == 12:
            hats = _WALTZ_HATS if bar.meter == 3 else tuple(map(softer, _COMPOUND_HATS))
        drums[time] = pick(rng, hats)
    return drums
