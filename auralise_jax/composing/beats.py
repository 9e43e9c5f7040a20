"""Drums: their names, how a pattern is played, and the small words that beats are made of.

Signs: `X` accent, `x` normal, `o` soft, `g` ghost note.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from auralise_jax.composing.pattern import BEATS_PER_BAR, Stroke, pick, read
from auralise_jax.composing.rhythm import strength

Beat = Mapping[str, str]

DRUMS = {
    "kick": 36, "snare": 38, "snare 2": 40, "rim": 37, "clap": 39,
    "hat": 42, "pedal": 44, "open hat": 46, "ride": 51, "crash": 49, "splash": 55,
    "low tom": 45, "mid tom": 47, "high tom": 50,
    "tambourine": 54, "shaker": 70, "cowbell": 56, "conga": 63, "low conga": 64,
}  # fmt: skip
_VELOCITIES = {"X": 118, "x": 98, "o": 72, "g": 42}
_SOFTER = {"X": "x", "x": "o", "o": "g", "g": "g"}


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


def every(step: int, signs: str, *, start: int = 0, steps: int = 16) -> str:
    """Write a stroke every so many steps, its signs taken in turn.

    Examples
    --------
    >>> every(2, "xo", steps=8), every(4, "x", start=2, steps=8)
    ('x.o.x.o.', '..x...x.')
    """
    text = ["."] * steps
    for index, place in enumerate(range(start, steps, step)):
        text[place] = signs[index % len(signs)]
    return "".join(text)


def softer(text: str) -> str:
    """Write the same strokes one shade softer.

    Examples
    --------
    >>> softer("X.xg")
    'x.og'
    """
    return "".join(_SOFTER.get(sign, sign) for sign in text)


def ghosts(rng: np.random.Generator, text: str, chance: float) -> str:
    """Put ghost notes between the beats, seldom right before or after a stroke.

    Examples
    --------
    >>> ghosts(np.random.default_rng(0), "....X.......X...", chance=1.0)
    '.gggX.gg.gg.X.gg'
    """
    signs = list(text)
    for step, sign in enumerate(text):
        alone = all(text[near % len(text)] in ".|" for near in (step - 1, step + 1))
        is_weak = sign == "." and strength(step, 16) < 2
        if is_weak and (alone or rng.random() < 0.3) and rng.random() < chance:
            signs[step] = "g"
    return "".join(signs)


def draw_fill(rng: np.random.Generator, *, soft: bool = False) -> tuple[tuple[str, str], ...]:
    """Draw the end of a phrase: a roll, tumbling toms, a cut, a doubled backbeat.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws it.
    soft : bool
        Whether it stays below normal loudness.

    Returns
    -------
    tuple of (str, str)
        Drum and sixteenths; at most one bar.

    Examples
    --------
    >>> max(len(text) for _, text in draw_fill(np.random.default_rng(0))) <= 16
    True
    """
    length = int(pick(rng, (2, 4, 4, 8, 8, 16)))
    kind = pick(rng, ("roll", "toms", "cut", "mixed", "hats", "backbeat"))
    quarter = -(-length // 4)
    swell = "".join(sign * quarter for sign in ("goxX" if length > 2 else "oX"))[:length]
    parts: dict[str, str]
    if kind == "roll":
        gaps = int(rng.integers(1, 3))
        parts = {pick(rng, ("snare", "clap")): _thinned(swell, gaps)}
        if rng.random() < 0.4:
            parts["kick"] = every(4, "x", steps=length)
    elif kind == "toms":
        drums = ("snare", "high tom", "mid tom", "low tom")
        where = [drums[min(4 * step // length, 3)] for step in range(length)]
        struck = [rng.random() < 0.75 for _ in range(length)]
        parts = {
            drum: "".join(
                "x" if who == drum and hit else "." for who, hit in zip(where, struck, strict=True)
            )
            for drum in drums
        }
    elif kind == "cut":
        parts = {"snare" if rng.random() < 0.5 else "kick": "X" + "." * (length - 1)}
    elif kind == "mixed":
        signs = [pick(rng, ("kick", "snare", "snare", "")) for _ in range(length)]
        parts = {
            drum: "".join("x" if sign == drum else "." for sign in signs)
            for drum in ("kick", "snare")
        }
    elif kind == "hats":
        parts = {"hat": swell, "snare": every(4, "x", steps=length)}
    else:
        parts = {"snare": _thinned("x" * length, 3), "open hat": "." * (length - 1) + "x"}
    parts = {drum: text for drum, text in parts.items() if set(text) != {"."}}
    return tuple((drum, softer(text) if soft else text) for drum, text in parts.items())


def _thinned(text: str, gap: int) -> str:
    return "".join(sign if step % gap == 0 else "." for step, sign in enumerate(text))


def roll(bar: int, *, level: float = 1.0) -> list[Stroke]:
    """Play a snare roll through a bar, getting denser and louder: the way into a drop.

    Examples
    --------
    >>> len(roll(bar=0))
    16
    """
    strokes = []
    for beat, parts in enumerate((2, 2, 4, 8)):
        for part in range(parts):
            when = beat + part / parts
            velocity = round(level * (60 + 14 * when))
            strokes.append(Stroke(BEATS_PER_BAR * bar + when, 0.1, DRUMS["snare"], velocity))
    return strokes
