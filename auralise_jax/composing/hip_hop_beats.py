"""Drums of hip-hop: sampled and played breaks, drum machines, Jamaican and Latin beats.

Each word is a bar of sixteenths, or several. Signs as in `beats`.
"""

from __future__ import annotations

import numpy as np

from auralise_jax.composing.beats import draw_fill, every, ghosts, softer
from auralise_jax.composing.families import Drumming
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import FUNKY, OFFBEAT, euclid, onsets, spell

ROLLING = ("trap", "dark trap", "cloud", "drill", "Memphis", "crunk", "Southern")
"""Styles whose hats roll."""
MACHINES = (*ROLLING, "electro", "old school", "bounce", "club", "dancehall", "minimal")
"""Styles of drum machines."""
PLAYED = ("live band", "funk break", "jazz", "soul", "reggae", "Latin")
"""Styles of a drummer, or of records on which there was a drummer."""
_SOFT = ("lo-fi", "cloud")

_KICKS = {
    "half-time": (
        "X.........x.....", "X.....x.........", "X..x............", "X.....x.......x.",
        "X...........x...", "X.....x...x.....", "X..x......x.....|X.....x.........",
        "X...............|X.....x...x.....", "X......x........", "X..x..x.....x...",
        "X..........x....|X.....x......x..", "X..x...........x|......x...x.....",
        "X...............|......x.........",
    ),
    "drill": (
        "X.....x.........|X..x......x.....", "X..x............|......x...x.....",
        "X.....x....x....|X.....x.......x.", "X......x..x.....|X..x...........x",
        "X..x.....x......|X.....x.....x...", "X...............|X..x..x....x....",
    ),
    "slow machine": (
        "X.....x...x.....", "X..x......x.....", "X..x......x.x...", "X.......x.x..x..",
        "X..x..x...x.....", "X.....x...x.x...", "X.........x..x..", "X..x..x.....x...",
        "X......x..x.x...", "X.x.......x.....|X..x..x...x.x...",
        "X.........x.....|X.........x..xx.",
    ),
    "live band": (
        "X.x.......xx....", "X.x....x..x..x..", "X..x..x...x..x..", "X.x...x..xx.....",
        "X......x.xx..x..", "X.xx......xx....", "X.x.......x..x..|X.x....x..xx....",
        "X..x...x..x....x", "X.....xx..x.....", "X.x.x.....x.....", "X..x......xx.x..",
        "X......x..x..x..|..x....x..xx....",
    ),
    "electro": (
        "X..x..x...x.....", "X.....x.x..x....", "X.....x...x..x..", "X.x...x...x.x...",
        "X..x......x.x...", "X.......x.xx....", "X..x....x.x..x..",
        "X.....x....x....|X..x..x...x.....",
        "X..x..x.x.....x.", "X.x....x..x..x..",
    ),
    "old school": (
        "X.......x.......", "X.......x.x.....", "X......x.xx.....", "X.x.....x.x.....",
        "X.....x.x.......", "X......xx.......", "X.......xx..x...", "X..x....x.x.....",
        "X.....x.x.x.....|X.....x.x......x",
    ),
    "bounce": (
        "X..x..x...x.x...", "X.x...x.x..x....", "X..x..x.x..x..x.", "X..x....x..x..x.",
        "X.....x.x.x...x.", "X..xx.....x.x...", "X.x..x....x.x.x.",
    ),
    "club": (
        "X..x...x..x.....", "X.....xx..x...x.", "X..x....x.x.....", "X.....x...xx....",
        "X..x..x...x...x.", "X.xx....x..x....", "X......x..x.x.x.",
        "X.x..x....x.....|X.x..x..x.x.....",
        "X...x.....xx..x.",
    ),
    "reggae": (
        "........X.......", "x.......X.......", "X.........x.....", "X..x....x.......",
        "........X.......|x.......X.x.....", "X.....x...x.....", "x......xX.......",
        "X.......x..x....",
    ),
    "dancehall": (
        "X.....x.X.....x.", "X..x....X..x....", "X..x..x.X..x..x.",
        "X...............|X.....x.........",
        "X.....x...x.....", "X..x......x.....", "X.....x.X.......|X..x..x.X.....x.",
    ),
    "Latin": (
        "X..x..x...x.....", "X.....x...x.....", "X..x......x..x..", "X..x....x..x....",
        "X......x..x...x.", "X.....xxx.....x.", "X..x..x.x.......|X.....x...x..x..",
    ),
    "minimal": (
        "X.........x.....", "X.....x.........", "X..x......x.....", "X.......x.x.....",
        "X......x........", "X..x............|X..x......x.....", "X.....x...x..x..",
        "X.........xx....", "X...............|X.........x...x.",
    ),
    "": (
        "X.........x.....", "X.......x.x.....", "X..x......x.....", "X.....x...x.....",
        "X.x.......x.....", "X......x..x.....", "X......x.xx.....", "X.........xx....",
        "X..x..x...x.....", "X.x.......x..x..", "X......xX.x.....", "X.....x..xx.....",
        "X.........x.....|X.x.......x.....", "X..x......x.....|X......x..x.....",
        "X.........x....x|..x.......x.....", "X.......x.x.....|X.....x...xx...x",
        "X..x.....xx.....", "X.x....x.xx.....|X.x.......x.....",
    ),
}  # fmt: skip
"""Bars that drummers and drum machines have played a thousand times, by style; "" of all others."""
_WORDS_OF = {
    "funk break": "live band", "crunk": "slow machine", "Southern": "slow machine",
    "Memphis": "slow machine", "trap": "slow machine", "dark trap": "slow machine",
    "cloud": "slow machine", "drill": "slow machine",
}  # fmt: skip
"""Styles that share the words of another one."""
_BACKS = {
    "live band": (
        "....X..g.g..X..g", "....X.g..g..X...", "....X..gg...X.g.", ".g..X..g.g.gX..g",
        "....X..g.x..X..g", "....X....g.gX...", "....X.g.....X..x", "..g.X..g.g..X.g.",
        "....X..x.x..X..x", "....X..gg..gX...|....X..g.x....X.",
    ),
    "old school": (
        "....X.......X...", "....X.......X..x", "....X.......X.xx", "....X.x.....X...",
        "....X..x....X...",
    ),
    "bounce": (
        "....X.......X...", "....X..x....X.x.", "....X.......X.xx", "....X..x..x.X...",
        "....X.x.....X..x",
    ),
    "reggae": (
        "........X.......", "....X.......X...", "........X.......|........X..x..x.",
        "....X.......X..x", "........X.....g.",
    ),
    "dancehall": (
        "...x..X....x..X.", "....X.......X...", "....X..o..o.X...",
        "...o..o.....X...|....X.......X...",
        "...x..x....x..X.",
    ),
    "drill": (
        "........X.......|........X.....x.", "......x.....X...|........X.....x.",
        "........X.......|............X...", "........X.......|........X.......",
    ),
}  # fmt: skip
_BACKBEATS = ("....X.......X...", "....X.......X...", "....X.......X...", "....X.......X..x")
_HATS = (
    every(2, "xo"), every(2, "x"), every(4, "x"), every(1, "xgog"), every(1, "xoxo"),
    "x.o.x.ogx.o.x.o.", "xo.oxo.oxo.oxo.o", "x..ox..ox..ox..o", every(2, "ox"),
)  # fmt: skip
_PLAYED_HATS = (
    every(1, "xgog"), every(1, "xogo"), "x.gox.gox.gox.go", "x.o.x.ogx.o.x.og", "xgogx.ogxgogx.o.",
    every(2, "xo"), "x.xgo.xgx.xgo.xg", "xgxoxgx.xgxoxgx.", every(2, "ox"), "x.ogxgo.x.ogxgog",
    "xoogxoogxoogxoog",
)  # fmt: skip
_MACHINE_HATS = (
    every(1, "x"), every(1, "xoxo"), every(1, "xogo"), every(2, "x"), every(2, "xo"),
    "x.xxx.xxx.xxx.xx", "x.xxx.x.x.xxx.x.", "xxx.xxx.xxx.xxx.", "xx.xxx.xxx.xxx.x", every(1,
    "xgxo"),
    "x.x.x.xxx.x.x.xx", "xxxxx.xxxxxxx.xx",
)  # fmt: skip
_SKANKED_HATS = (
    every(4, "x", start=2), every(2, "ox"), every(2, "x"), "..x...x...x...xx", every(1, "ogxg"),
    "x.oxx.oxx.oxx.ox",
)  # fmt: skip
_FEW_HATS = (
    every(4, "x"),
    every(2, "xo"),
    every(2, "o"),
    "..x...x...x...x.",
    "x.....x...x.....",
    "",
)
_OPEN_HATS = (
    "......x.........", "..............x.", "..x.......x.....", "......o.......o.",
    "..........x.....",
    "." * 16 + "|..............x.", "." * 16 + "|......o.........", "..x...x...x...x.",
)  # fmt: skip
_PERCUSSION = {
    "live band": (1, ("conga", "tambourine", "cowbell", "shaker", "low conga")),
    "electro": (2, ("cowbell", "low tom", "high tom", "mid tom", "conga", "rim")),
    "old school": (2, ("cowbell", "low tom", "high tom", "clap", "tambourine", "conga")),
    "bounce": (3, ("cowbell", "conga", "low conga", "tambourine", "rim", "high tom", "shaker")),
    "club": (3, ("conga", "low conga", "rim", "shaker", "high tom", "low tom", "tambourine")),
    "reggae": (1, ("conga", "low conga", "shaker", "rim", "high tom")),
    "dancehall": (2, ("rim", "conga", "high tom", "shaker", "low tom")),
    "Latin": (3, ("conga", "low conga", "cowbell", "shaker", "rim", "high tom")),
    "minimal": (1, ("cowbell", "rim", "conga", "shaker")),
    "crunk": (1, ("cowbell", "low tom", "rim")),
    "Memphis": (1, ("cowbell", "cowbell", "rim")),
}  # fmt: skip
"""Styles with most percussion: how many instruments at most, and of which."""
_CLAVES = (
    "x..x..x...x.x...", "x..x...x..x.x...", "..x.x...x..x..x.", "x.x.xx.x.xx.x.x.",
    "x..x..x.x..x..x.",
    "..xx..xx..xx..xx", "...x..x....x..x.", "x.xx.xx.x.xx.x..", "..x..x....xx....",
    "x...x..x..x.x...",
)  # fmt: skip
_ROLLS = (3, 3, 6, 4, 8, 2)  # lengths in ninety-sixths of a bar: 32nds, 16ths, triplets, 48ths


def draw_drumming(rng: np.random.Generator, style: str, *, half_time: bool) -> Drumming:
    """Draw the drums of a family of hip-hop.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws them.
    style : str
        One of `hiphop.STYLES`.
    half_time : bool
        Whether it is written at twice the tempo, with the snare on the third beat.

    Returns
    -------
    Drumming

    Examples
    --------
    >>> band = draw_drumming(np.random.default_rng(0), "live band", half_time=False)
    >>> dict(band.beat)["kick"][:1]
    'X'
    """
    kick, back = _skeleton(rng, style, half_time)
    drums = {"kick": kick}
    machine = half_time or style in MACHINES
    main = pick(rng, ("snare", "clap", "snare 2") if machine else ("snare", "snare", "snare 2"))
    drums[main] = back
    if rng.random() < 0.35:
        drums["clap" if main != "clap" else "snare"] = softer(back.replace("g", "."))
    _add_hats(rng, drums, style, half_time)
    most, names = _PERCUSSION.get(style, (1, ("rim", "conga", "tambourine", "shaker", "low tom")))
    wanted = int(rng.integers(0, most + 1)) if style in _PERCUSSION else int(rng.random() < 0.25)
    for name in rng.permutation(names)[:wanted]:
        drums.setdefault(str(name), _percussion(rng))
    return Drumming(
        beat=tuple(
            (drum, softer(text) if style in _SOFT else text) for drum, text in drums.items()
        ),
        fills=tuple(draw_fill(rng) for _ in range(4)),
        kits=_kits(rng, style, machine),
        strength=(0.8, 1.0),
        level_db=(-7, 4),
        crash=0.12,
        busy=0.2,
    )


def _kits(rng: np.random.Generator, style: str, machine: bool) -> tuple[int, ...]:
    if machine:
        return (25, 24, 25, 25, 0, 16)
    if style in PLAYED:
        return (0, 8, 16, 0, 32, 0)
    return (0, 8, 16, 25, 32, 0) if rng.random() < 0.7 else (24, 25, 0, 16)


def _skeleton(rng: np.random.Generator, style: str, half_time: bool) -> tuple[str, str]:
    """Draw the kick and the snare."""
    named = _WORDS_OF.get(style, style)
    kicks = _KICKS.get(named, _KICKS[""])
    if half_time:
        kicks = _KICKS["drill" if style == "drill" else "half-time"]
    backs = _BACKS.get(named, _BACKBEATS)
    if half_time:
        backs = _BACKS["drill"] if style == "drill" else (spell({8: "X"}),)
    back = pick(rng, backs)
    machine = half_time or style in MACHINES
    if not machine and "g" not in back and rng.random() < (0.8 if style in PLAYED else 0.5):
        back = "|".join(ghosts(rng, bar, rng.uniform(0.1, 0.35)) for bar in back.split("|"))
    if rng.random() < 0.6 or style in ("reggae", "dancehall"):
        return pick(rng, kicks), back
    taken = [step for step in range(16) if any(bar[step] in "Xx" for bar in back.split("|"))]
    after = [] if machine else [step + 1 for step in taken if step < 15]
    return "|".join(_kicks(rng, [*taken, *after], style, half_time) for _ in range(2)), back


def _kicks(rng: np.random.Generator, avoid: list[int], style: str, half_time: bool) -> str:
    """Draw a bar of kicks: nearly always on the first beat, the others mostly between beats."""
    taste = (0.5, 2.0, 1.2, 1.0, 3.0) if half_time else FUNKY
    most = 5 if half_time or style == "minimal" else 7 if style in ("live band", "club") else 6
    at = onsets(rng, int(rng.integers(2, most)), taste, avoid=avoid, first=rng.random() < 0.9)
    return spell({step: "X" if step == 0 else "x" for step in at})


def _add_hats(rng: np.random.Generator, drums: dict[str, str], style: str, half_time: bool) -> None:
    if (half_time or style in ROLLING) and rng.random() < 0.85:
        drums["hat"] = _rolling(rng, style, half_time)
    else:
        words: tuple[str, ...] = _MACHINE_HATS if style in MACHINES else _HATS
        if half_time or style == "minimal":
            words = _FEW_HATS
        elif style in ("reggae", "dancehall"):
            words = _SKANKED_HATS
        elif style in PLAYED:
            words = _PLAYED_HATS
        time = pick(rng, ("hat", "hat", "hat", "hat", "ride", "shaker", "pedal"))
        text = pick(rng, words)
        if text:
            drums["hat" if style in ("electro", "old school") else time] = text
    if rng.random() < (0.6 if style in PLAYED or style == "electro" else 0.35):
        drums["open hat"] = pick(rng, _OPEN_HATS)


def _percussion(rng: np.random.Generator) -> str:
    count = int(rng.integers(2, 8))
    kind = pick(rng, ("clave", "clave", "even", "drawn"))
    if kind == "clave":
        return pick(rng, _CLAVES).replace("x", pick(rng, "oox"))
    if kind == "even":
        return euclid(count, 16, int(rng.integers(16)), "o")
    signs = [pick(rng, "oxg") for _ in range(count)]
    at = onsets(rng, count, pick(rng, (FUNKY, OFFBEAT)))
    return spell(dict(zip(at, signs, strict=True)))


def _rolling(rng: np.random.Generator, style: str, half_time: bool) -> str:
    """Draw hats at 96 steps a bar: a steady pulse, broken by rolls of faster notes."""
    pulse = pick(rng, (12, 12, 24)) if half_time else pick(rng, (6, 12, 8, 6))
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
