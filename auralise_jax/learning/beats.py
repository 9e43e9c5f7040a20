"""Drum patterns: what tells most people which genre they hear.

Signs: `X` accent, `x` normal, `o` soft, `g` ghost note. Patterns of one genre share a kit of
gestures, not one rhythm: four on the floor with open hats between for dance; kicks that avoid the
beat, ghosts and a hard backbeat for hip-hop; hardly anything for ballads.
"""

from __future__ import annotations

from collections.abc import Mapping

from auralise_jax.learning.pattern import BEATS_PER_BAR, Stroke, read

Beat = Mapping[str, str]

DRUMS = {
    "kick": 36, "snare": 38, "snare 2": 40, "rim": 37, "clap": 39,
    "hat": 42, "pedal": 44, "open hat": 46, "ride": 51, "crash": 49, "splash": 55,
    "low tom": 45, "mid tom": 47, "high tom": 50,
    "tambourine": 54, "shaker": 70, "cowbell": 56, "conga": 63, "low conga": 64,
}  # fmt: skip
_VELOCITIES = {"X": 118, "x": 98, "o": 72, "g": 42}

BALLAD: dict[str, Beat] = {
    "rim": {"kick": "o.........o.....", "rim": "....o.......o...", "hat": "o.g.o.g.o.g.o.g."},
    "soft": {"kick": "o.......o.o.....", "snare": "....o.......o...", "ride": "o.g.o.g.o.g.o.g."},
    "half time": {"kick": "o.....o.........", "rim": "........o.......", "hat": "o...g...o...g..."},
    "shaker": {"kick": "o...............", "shaker": "ogggogggogggoggg"},
    "brushes": {"kick": "o.......g.......", "snare": "g...o.g.g...o.gg"},
    "late": {"kick": "x.......o.......", "snare": "....x.......x..g", "hat": "o.o.o.o.o.o.o.o."},
}
BALLAD_TRIPLETS: dict[str, Beat] = {
    "slow": {"kick": "o.....o.....", "snare": "...o.....o..", "hat": "oggoggoggogg"},
    "rim": {"kick": "o....go.....", "rim": "...o.....o..", "ride": "o.go.go.go.g"},
    "half": {"kick": "o...........", "rim": "......o.....", "hat": "o..g..o..g.."},
}
DANCE: dict[str, Beat] = {
    "house": {
        "kick": "X...X...X...X...", "clap": "....x.......x...",
        "open hat": "..x...x...x...x.", "hat": "o.g.o.g.o.g.o.gg",
    },
    "disco": {
        "kick": "X...X...X...X...", "snare": "....X.......X..g",
        "open hat": "..x...x...x...x.", "hat": "xo.oxo.oxo.oxo.o", "tambourine": "....o.......o...",
    },
    "techno": {
        "kick": "X...X...X...X...", "hat": "ggxgggxgggxgggxg",
        "rim": "...o..o....o..o.", "clap": "....o.......o...|....o.......o.o.",
    },
    "trance": {
        "kick": "X...X...X...X...", "open hat": "..X...X...X...X.",
        "clap": "....x.......x...", "ride": "o.o.o.o.o.o.o.o.", "shaker": "gogogogogogogogo",
    },
    "euro": {
        "kick": "X...X...X...X...|X...X...X...X.x.", "snare": "....X.......X...",
        "open hat": "..x...x...x...x.", "tambourine": "o.xoo.xoo.xoo.xo",
    },
    "latin house": {
        "kick": "X...X...X...X...", "open hat": "..x...x...x...x.", "rim": "....o..o....o...",
        "conga": "..o..x.o..o..x..", "low conga": "......x.......xo", "cowbell": "o...o...o...o...",
    },
    "minimal": {
        "kick": "X...X...X...X...", "hat": "..x...x...x...xg", "clap": "............o...",
        "rim": "..g..g..o..g..g.", "shaker": "g.ggg.ggg.ggg.gg",
    },
}  # fmt: skip
BOOM_BAP: dict[str, Beat] = {
    "classic": {
        "kick": "X.....x...x.....", "snare": "....X..g.g..X...", "hat": "x.o.x.o.x.o.x.o.",
    },
    "pushed": {
        "kick": "X..x......xx....|X..x....x.x....o", "snare": "....X.......X..g",
        "hat": "x.o.x.ogx.o.x.o.", "open hat": "................|..............o.",
    },
    "busy": {
        "kick": "X.x....x..x..x..|X.x.......x.....", "snare": "....X..g.g..X..g",
        "hat": "xgogxgogxgogxgog",
    },
    "sparse": {"kick": "X.......x.x.....", "snare": "....X.......X...", "hat": "o...o...o...o..."},
    "ride": {
        "kick": "X.....xx..x.....|X.....x.x.x..x..", "snare": "....X..g....X.g.",
        "ride": "x.o.x.o.x.o.x.o.", "pedal": "....o.......o...",
    },
    "shaker": {
        "kick": "X..x..x...x.....", "snare": "....X.......X...|....X..g.g..X.gg",
        "shaker": "ogxgogxgogxgogxg", "rim": ".......o.......o",
    },
}  # fmt: skip
TRAP: dict[str, Beat] = {
    "rolls": {
        "kick": "X.....x...x.....|X..x......x..x..", "clap": "....X.......X...",
        "hat": "x.o.x.o.x.o.xxxxx.o.x.o.x.o.x.o.|x.o.x.o.x.o.x.o.x.o.x.xxxooox.o.",
    },
    "triplets": {
        "kick": "X......x..x.....|X.....x...x...x.", "snare": "....X.......X...",
        "clap": "....o.......o...", "hat": "x..x..x..xxxx..x..x..x..|x..x..xxxx..x..x..x..xxx",
    },
    "slow": {
        "kick": "X.........x.....|X..x.....x......", "clap": "....X.......X...",
        "hat": "x.o.x.o.x.o.x.oo", "open hat": "................|......o.........",
    },
}  # fmt: skip

# A fill covers the end of a bar and replaces what the beat plays there.
BALLAD_FILLS: tuple[Beat, ...] = (
    {"snare": "..oo"},
    {"mid tom": "o.o.", "low tom": "...o"},
    {"splash": "...g"},
)
DANCE_FILLS: tuple[Beat, ...] = (
    {"snare": "ggggooooxxxxXXXX", "kick": "x...x...x...x..."},
    {"snare": "o.o.xxXX"},
    {"clap": "x..x..x.", "kick": "x......."},
    {"high tom": "xx......", "mid tom": "..xx....", "low tom": "....xxXX", "kick": "x...x..."},
    {"open hat": "..x...xx", "kick": "x......."},
)
HIP_HOP_FILLS: tuple[Beat, ...] = (
    {"snare": "x.gx.gxX", "kick": "..x....."},
    {"snare": "X......."},  # the cut: everything stops for the rhyme
    {"kick": "x.xx", "snare": "X..x"},
    {"hat": "xxxxXXXX", "snare": "x......."},
    {"mid tom": "x..x....", "low tom": "......x.", "snare": "....x..x"},
)


def drum_part(
    beat: Beat,
    bars: int,
    *,
    fill: Beat | None = None,
    fill_every: int = 4,
    crash: bool = False,
    level: float = 1.0,
) -> list[Stroke]:
    """Play a beat, with a fill at the end of each phrase.

    Parameters
    ----------
    beat : mapping
        Pattern of each drum, by its name in `DRUMS`.
    bars : int
        How many bars to fill.
    fill : mapping, optional
        Sixteenths that replace the end of the last bar of a phrase.
    fill_every : int
        Bars in a phrase.
    crash : bool
        Whether a cymbal opens each phrase.
    level : float
        Factor on velocities, more than 0, up to 1.

    Returns
    -------
    list of Stroke
        In time order.

    Examples
    --------
    >>> [stroke.beat for stroke in drum_part({"kick": "x..x"}, bars=1)]
    [0.0, 3.0]
    """
    strokes: list[Stroke] = []

    def strike(drum: str, when: float, sign: str) -> None:
        velocity = max(1, round(level * _VELOCITIES[sign]))
        strokes.append(Stroke(when, 0.2, DRUMS[drum], velocity))

    def is_filled(when: float) -> bool:
        bar, place = divmod(when, BEATS_PER_BAR)
        filled = max(map(len, fill.values())) / 4 if fill else 0.0
        return bar % fill_every == fill_every - 1 and place >= BEATS_PER_BAR - filled

    for drum, pattern in beat.items():
        for when, _, sign in read(pattern, bars):
            if not is_filled(when):
                strike(drum, when, sign)
    for end in range(fill_every, bars + 1, fill_every):
        for drum, pattern in (fill or {}).items():
            for index, sign in enumerate(pattern):
                if sign != ".":
                    strike(drum, end * BEATS_PER_BAR - (len(pattern) - index) / 4, sign)
    if crash:
        for bar in range(0, bars, fill_every):
            strike("crash", bar * BEATS_PER_BAR, "o")
    return sorted(strokes)
