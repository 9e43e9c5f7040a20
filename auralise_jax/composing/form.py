"""The form of a short piece: which layers rest in which bars.

Layers are "kick", "drums" (all but the kick), "bass", "comp", "pad" and "lead". Real music
thins out and fills up all the time, and a listener of 4 s must know the genre all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auralise_jax.composing.pattern import pick

Layers = frozenset[str]
_BEAT: Layers = frozenset({"kick", "drums"})


@dataclass(frozen=True)
class Form:
    """Layers at rest in each bar, and the bars that are drum rolls."""

    rests: tuple[Layers, ...]
    rolls: frozenset[int] = frozenset()

    def played_by(self, layers: Layers) -> Form:
        """Return the form for a band of these layers: where all of them would rest, none does.

        Examples
        --------
        >>> form = Form((frozenset({"bass"}), frozenset({"pad"})))
        >>> form.played_by(frozenset({"bass"})).rests == (frozenset(), frozenset({"pad"}))
        True
        """
        # A drum roll is something to hear, if there are drums.
        rolls = self.rolls if "drums" in layers else frozenset[int]()
        rests = tuple(
            frozenset[str]() if layers <= rest and bar not in rolls else rest
            for bar, rest in enumerate(self.rests)
        )
        return Form(rests, rolls)


def draw_form(rng: np.random.Generator, genre: str, bars: int) -> Form:
    """Draw a form.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws it.
    genre : str
        Each genre has its own habits: a dance break still drives, a ballad fills up slowly.
    bars : int
        Length of the piece.

    Returns
    -------
    Form

    Examples
    --------
    >>> len(draw_form(np.random.default_rng(1), "dance", 8).rests)
    8
    """
    rests: list[Layers] = [frozenset()] * bars
    rolls: set[int] = set()
    short = max(1, bars // 4)
    half = bars // 2

    def rest(first: int, stop: int, *layers: str) -> None:
        for bar in range(first, stop):
            rests[bar] |= frozenset(layers)

    kind = pick(rng, _HABITS[genre])
    if kind == "intro":
        rest(0, short, "lead", "pad" if rng.random() < 0.5 else "comp")
    elif kind == "bare":  # the tune alone with its accompaniment
        rest(0, short, "bass", *_BEAT)
    elif kind == "filling":
        rest(0, short, "lead", *_BEAT)
        rest(short, half, "pad", "drums")
    elif kind == "second half":
        rest(0, half, *pick(rng, (("drums",), ("lead",), ("pad", "lead"), ("kick", "drums"))))
    elif kind == "drop":  # a roll, then everything
        rest(0, short, "kick", "bass", "drums")
        rolls.add(short - 1)
    elif kind == "break":
        rest(half, half + short, "kick", "bass")
        if rng.random() < 0.6:
            rest(half + short - 1, half + short, "drums")
            rolls.add(half + short - 1)
    elif kind == "beat alone":
        rest(*pick(rng, ((0, short), (half, half + short))), "comp", "pad", "lead")
    elif kind == "loop alone":
        rest(0, short, "bass", "lead", *_BEAT)
    elif kind == "dropout":
        bar = int(rng.integers(1, bars)) if bars > 1 else 0
        rest(bar, bar + 1, *pick(rng, (("kick", "drums"), ("bass",), ("comp", "pad"), ("kick",))))
    return Form(tuple(rests), frozenset(rolls))


_HABITS = {
    "ballad": ("full", "full", "full", "intro", "bare", "filling", "second half", "dropout"),
    "dance": ("full", "full", "full", "intro", "drop", "break", "beat alone", "break", "intro"),
    "hip-hop": (
        "full", "full", "full", "intro", "beat alone", "loop alone", "dropout", "dropout",
    ),
}  # fmt: skip
