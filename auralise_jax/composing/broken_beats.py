"""Dance beats whose kick is not on every beat: what drummers, samplers and drum machines play.

Each word is a bar of sixteenths, or two. Signs as in `beats`.
"""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.beats import every, ghosts
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import FUNKY, OFFBEAT, euclid, onsets, spell

TEMPI = {
    "2-step": (118, 138), "breakbeat": (114, 142), "big beat": (108, 134), "electro": (108, 134),
    "UK funky": (118, 134), "afro": (110, 128), "latin": (108, 136), "synth-pop": (108, 138),
    "dance-rock": (108, 140),
}  # fmt: skip
"""Styles, and their usual tempi."""
SWUNG = ("2-step", "UK funky", "afro")
ACOUSTIC = ("breakbeat", "big beat", "latin", "dance-rock")

_KICKS = {
    "2-step": (
        "X.........x.....", "X.....x...x.....", "X..........x....", "X.........x..x..",
        "X.........x.....|X.x.......x..x..", "X.......x.....x.|X.........x.....",
        "X..x......x.....", "X.....x....x..x.",
    ),
    "breakbeat": (
        "X.x.......x.....", "X.x.......xx....", "X.....x...x.....", "X..x..x...x.....",
        "X.x.......xx....|X.x.......x.....", "X.......x.x.....|..x.......x..x..",
        "X.x...x...x..x..", "X......x.xx.....",
    ),
    "big beat": (
        "X.....X...X.....", "X..X....X.X.....", "X.X.......X.X...", "X.......X.X.....",
        "X.X....XX.......", "X......XX..X....", "X.X...X...X.....|X.X....X.X......",
    ),
    "electro": (
        "X..x..x...x.....", "X.....x.x.......", "X..x......x..x..", "X.....x...x.x...",
        "X..x....X.x.....", "X.....X....x....|X..x..x.........", "X.x...x...x...x.",
    ),
    "UK funky": (
        "X..x...x..x.....", "X...X...X..x..x.", "X..x..x.X...x...", "X......xX..x....",
        "X..x..x...x..x..", "X...x..x..x.x...",
    ),
    "afro": (
        "X..x..x...x..x..", "X.....x..x......", "X..X....X..X....", "X..x....x..x..x.",
        "X......x..x.....", "X...X...x..x..x.",
    ),
    "latin": (
        "....X..x....X..x", "x......xX......x", "X..x....x..x....", "X.......X.......",
        "X..x..x.X..x..x.", "X.....xxX.....x.", "x..xX...x..x....",
    ),
    "synth-pop": (
        "X.......X.......", "X.......X.x.....", "X......xX.......", "X.x.....X.......",
        "X.....x.X.......", "X.......X.....x.", "X.....x.X.x.....", "X..x....X.......",
    ),
    "dance-rock": (
        "X.......X.x.....", "X.x.....X.x.....", "X......xX.......", "X.....x.X.x.....",
        "X.......X.....xx", "X.x...x.X.x.....", "X...x.x.X.x.....", "X.......x.x...x.",
    ),
}  # fmt: skip
_BACKS = {
    "UK funky": (
        "...x..x....x..x.", "....x..x....x..x", "..x..x...x..x...", "....X.......X..x",
        "...x..x.....x...", "....X..x.x..X...",
    ),
    "afro": (
        "....x.......x...", "...x..x....x..x.", "x..x..x...x.x...", "..x.x...x..x..x.",
        "....o..o....o..o",
    ),
    "latin": (
        "...x..x....x..x.", "x..x..x...x.x...", "..x.x...x..x..x.", "....X.......X...",
        "...x..x.x..x..x.", "..x...x...x...x.",
    ),
    "breakbeat": (
        "....X..g.g..X..g", "....X..x.x..X..x", "....X.g.....X.g.", "....X.......X..x",
        "....X..x.x..X...|....X..x.x....X.", "....X....g..X.gg",
    ),
}  # fmt: skip
_BACKBEATS = ("....X.......X...", "....X.......X...", "....x.......x..x", "....X..g....X...")
_HATS = (
    every(2, "xo"), every(2, "x"), every(1, "xoxo"), every(1, "xgog"), every(4, "x", start=2),
    "..x...x...x...xx", every(1, "ogxg"), "x.xxx.xxx.xxx.xx", every(1, "oogo"),
)  # fmt: skip
_SHUFFLED = (
    "x.oxx.oxx.oxx.ox", "..xo..xo..xo..xo", "o.xgo.xgo.xgo.xg", "x..xx..xx.xx..xx",
    "..x...xx..x...x.", every(1, "goxo"),
)  # fmt: skip
_PERCUSSION = (
    "conga", "low conga", "cowbell", "tambourine", "rim", "shaker", "low tom", "high tom", "mid tom"
)  # fmt: skip
_MOST = {"UK funky": 4, "afro": 5, "latin": 5, "breakbeat": 3, "big beat": 3}


def draw_beat(rng: np.random.Generator, style: str) -> dict[str, str]:
    """Draw a beat of one of the styles of `TEMPI`.

    Examples
    --------
    >>> "kick" in draw_beat(np.random.default_rng(0), "2-step")
    True
    """
    drums = {"kick": pick(rng, _KICKS[style])}
    back = pick(rng, _BACKS.get(style, _BACKBEATS))
    is_played = style in ("breakbeat", "big beat", "dance-rock", "synth-pop")
    first, second = pick(
        rng,
        (("snare", "clap"), ("snare", "rim"), ("snare 2", "snare")) if is_played
        else (("clap", "snare"), ("snare", "rim"), ("rim", "clap"), ("snare 2", "clap")),
    )  # fmt: skip
    drums[first] = ghosts(rng, back, 0.2) if "|" not in back and rng.random() < 0.3 else back
    if rng.random() < 0.4:
        drums[second] = spell(dict.fromkeys((4, 12), "x"))
    drums[pick(rng, ("hat", "hat", "hat", "ride", "shaker", "pedal"))] = pick(
        rng, _SHUFFLED if style in SWUNG and rng.random() < 0.7 else _HATS
    )
    if rng.random() < 0.6:
        drums["open hat"] = pick(
            rng, (every(4, "x", start=2), every(4, "o", start=2), "......x.......x.",
                  "..x...........x.", "." * 16 + "|" + "." * 14 + "x."),
        )  # fmt: skip
    for name in rng.permutation(_PERCUSSION)[: int(rng.integers(0, _MOST.get(style, 2) + 1))]:
        count = int(rng.integers(3, 9))
        word = euclid(count, 16, int(rng.integers(16)), pick(rng, "oox"))
        if rng.random() < 0.5:
            signs = [pick(rng, "oxg") for _ in range(count)]
            at = onsets(rng, count, pick(rng, (FUNKY, OFFBEAT)))
            word = spell(dict(zip(at, signs, strict=True)))
        drums.setdefault(str(name), word)
    return drums
