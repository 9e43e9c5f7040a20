"""A small grammar of rhythm: where notes fall in a bar, how they are varied, how long they ring.

All of it speaks in the texts of `pattern`. A bar of sixteen steps has four beats; one of twelve is
read as four beats of triplets (12/8) or, by the accents that are put into it, as three beats (3/4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from auralise_jax.composing.pattern import pick

# How likely an onset is by metrical strength: sixteenths between, off-beat eighths, beats 2 and 4,
# beat 3, beat 1. A taste is what tells a march from a samba.
STRAIGHT = (0.05, 0.8, 2.0, 3.0, 4.0)
LYRICAL = (0.1, 1.5, 1.5, 2.0, 2.0)
OFFBEAT = (0.6, 3.0, 0.7, 0.7, 0.7)
FUNKY = (2.0, 2.0, 0.7, 1.0, 3.0)
TASTES = (STRAIGHT, LYRICAL, OFFBEAT, FUNKY)


def strength(step: int, steps: int = 16) -> int:
    """Rank a step of a bar by its metrical strength, 0 (weakest) to 4 (the first beat).

    Examples
    --------
    >>> [strength(step) for step in range(0, 16, 2)]
    [4, 1, 2, 1, 3, 1, 2, 1]
    """
    if step % steps == 0:
        return 4
    beat = steps // 4
    if step % (2 * beat) == 0:
        return 3
    if step % beat == 0:
        return 2
    return 1 if step % beat == beat // 2 else 0


def onsets(
    rng: np.random.Generator,
    count: int,
    taste: Sequence[float] = LYRICAL,
    *,
    steps: int = 16,
    avoid: Sequence[int] = (),
    first: bool = False,
) -> list[int]:
    """Draw steps of a bar on which notes start, likelier where the taste puts them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the steps.
    count : int
        How many; fewer if the bar has no more.
    taste : sequence of float
        Weight of each metrical strength, see `TASTES`.
    steps : int
        Steps in the bar.
    avoid : sequence of int
        Steps that stay free.
    first : bool
        Whether the first step is taken in any case.

    Returns
    -------
    list of int
        Rising.

    Examples
    --------
    >>> onsets(np.random.default_rng(0), 3, STRAIGHT, first=True)[0]
    0
    """
    weights = np.array([taste[strength(step, steps)] for step in range(steps)])
    weights[list(avoid)] = 0
    taken = [0] if first else []
    weights[taken] = 0
    free = min(count - len(taken), int(np.count_nonzero(weights)))
    if free > 0:
        drawn = rng.choice(steps, size=free, replace=False, p=weights / weights.sum())
        taken += [int(step) for step in drawn]
    return sorted(taken)


def spell(marks: Mapping[int, str] | Sequence[int], *, steps: int = 16, hold: int = 1) -> str:
    """Write onsets as a text, each held for up to `hold` steps or until the next.

    Examples
    --------
    >>> spell([0, 3, 6], steps=8, hold=2)
    'x-.x-.x-'
    >>> spell({0: "r", 4: "f"}, steps=8)
    'r...f...'
    """
    signs = dict(marks) if isinstance(marks, Mapping) else dict.fromkeys(marks, "x")
    text, held = [], 0
    for step in range(steps):
        if step in signs:
            text.append(signs[step])
            held = hold - 1
        else:
            text.append("-" if held > 0 else ".")
            held -= 1
    return "".join(text)


def euclid(count: int, steps: int = 16, turn: int = 0, sign: str = "x") -> str:
    """Spread onsets as evenly as a bar allows: the claves and bell patterns of the world.

    Examples
    --------
    >>> euclid(3, 8)
    'x..x..x.'
    """
    at = {(-(-index * steps // count) + turn) % steps: sign for index in range(count)}
    return spell(at, steps=steps)


def vary(
    rng: np.random.Generator, text: str, amount: float, *, add: str = "", keep: str = ""
) -> str:
    """Change a text a little: drop weak notes, put soft ones into rests.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws what changes.
    text : str
        One or several bars.
    amount : float
        Chance 0-1 that a weak note goes, and a quarter of that for a rest to be filled.
    add : str
        Sign that fills rests; none are filled if empty.
    keep : str
        Signs that never go.

    Returns
    -------
    str
        As long as before; notes on beats stay.

    Examples
    --------
    >>> vary(np.random.default_rng(0), "x.o.x.o.x.o.x.o.", amount=1.0)
    'x...x...x...x...'
    """
    bars = []
    for bar in text.split("|"):
        signs = list(bar)
        for step, sign in enumerate(bar):
            is_weak = strength(step, len(bar)) < 2
            if sign not in ".-" + keep and is_weak and rng.random() < amount:
                signs[step] = "."
            elif sign == "." and add and rng.random() < amount / 4:
                signs[step] = add
        bars.append("".join(signs))
    return "|".join(bars)


def contour(rng: np.random.Generator, length: int, height: int = 5) -> list[int]:
    """Draw the shape of an arpeggio: degrees of the hand, 0 the lowest.

    Examples
    --------
    >>> len(contour(np.random.default_rng(0), 8))
    8
    """
    kind = pick(rng, ("up", "down", "arch", "alberti", "zigzag", "free"))
    top = int(rng.integers(2, height + 1))
    if kind == "up":
        shape = list(range(top + 1))
    elif kind == "down":
        shape = list(range(top, -1, -1))
    elif kind == "arch":
        shape = [*range(top + 1), *range(top - 1, 0, -1)]
    elif kind == "alberti":
        shape = [0, top, 1, top] if rng.random() < 0.6 else [0, 1, top, 1]
    elif kind == "zigzag":
        shape = [degree for low in range(top) for degree in (low, low + 1)]
    else:
        shape = [0, *(int(degree) for degree in rng.integers(0, top + 1, length - 1))]
    return [shape[index % len(shape)] for index in range(length)]


def sung(
    rng: np.random.Generator, steps: int, count: tuple[int, int], hold: int
) -> tuple[str, ...]:
    """Draw two-bar phrases that sing: long notes, mostly a breath at the end.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the phrases.
    steps : int
        Steps in a bar.
    count : (int, int)
        Least number of notes in the first bar, and one more than the most.
    hold : int
        Longest note of the first bar, in steps; in the second, notes last until the next.

    Returns
    -------
    tuple of str
        Five phrases.

    Examples
    --------
    >>> phrases = sung(np.random.default_rng(0), 16, (3, 7), hold=4)
    >>> len(phrases), {len(phrase) for phrase in phrases}
    (5, {33})
    """
    phrases = []
    for _ in range(5):
        first = onsets(rng, int(rng.integers(*count)), LYRICAL, steps=steps)
        free = list(range(3 * steps // 4, steps)) if rng.random() < 0.6 else []
        second = onsets(rng, int(rng.integers(1, count[1])), LYRICAL, steps=steps, avoid=free)
        words = (spell(first, steps=steps, hold=hold), spell(second, steps=steps, hold=steps))
        phrases.append("|".join(words))
    return tuple(phrases)
