"""Rhythms written as text, and the sketch that turns them into a score.

A bar is a string of equal steps: `"x--.x-x-"` has eight. A sign starts a note, `-` holds it, `.`
is a rest, `|` separates bars. Twelve steps make triplets, thirty-two the rolls of trap hats. What
a sign means is for the reader of the pattern: a drum stroke, a chord, a degree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from auralise_jax.synth.score import Note, Part, Score

BEATS_PER_BAR = 4
T = TypeVar("T")


class Step(NamedTuple):
    """A sign of a pattern with its place: onset and length in beats."""

    beat: float
    length: float
    sign: str


class Stroke(NamedTuple):
    """A note before timing: onset and length in beats, MIDI pitch, velocity, `Note.glide`."""

    beat: float
    length: float
    pitch: int
    velocity: int
    glide: float = 0.0


def read(pattern: str, bars: int) -> list[Step]:
    """Read a pattern, repeated until it fills `bars` bars of four beats.

    Parameters
    ----------
    pattern : str
        Bars separated by `|`; each may have its own number of steps.
    bars : int
        How many bars to fill.

    Returns
    -------
    list of Step
        In time order. A hold after a rest, or at the start of a bar, is a rest.

    Examples
    --------
    >>> read("x-.y", bars=1)
    [Step(beat=0.0, length=2.0, sign='x'), Step(beat=3.0, length=1.0, sign='y')]
    """
    written = pattern.split("|")
    steps: list[Step] = []
    for bar in range(bars):
        text = written[bar % len(written)]
        unit = BEATS_PER_BAR / len(text)
        for index, sign in enumerate(text):
            if sign in ".-":
                continue
            held = 1
            while text[index + held : index + held + 1] == "-":
                held += 1
            steps.append(Step(BEATS_PER_BAR * bar + index * unit, held * unit, sign))
    return steps


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Draw one of `options`, each with the same chance."""
    return options[int(rng.integers(len(options)))]


class Sketch:
    """Collect parts in beats; hand out a score in seconds.

    Parameters
    ----------
    tempo : float
        Beats per minute.
    bars : float
        Length in bars of four beats; what sounds longer is cut there.
    rng : numpy.random.Generator
        Draws the small deviations of timing and velocity.
    swing : float
        Where the second sixteenth of each pair falls: 0.5 straight, 0.667 triplets.
    looseness : float
        Standard deviation of onsets in seconds.

    Examples
    --------
    >>> sketch = Sketch(tempo=120, bars=1, rng=np.random.default_rng(0), looseness=0)
    >>> sketch.add("bass", 33, [Stroke(2, 1, 40, 90)])
    >>> sketch.score("two").parts[0].notes[0].start
    1.0
    """

    def __init__(
        self,
        tempo: float,
        bars: float,
        rng: np.random.Generator,
        *,
        swing: float = 0.5,
        looseness: float = 0.004,
    ) -> None:
        self.tempo = tempo
        self.duration = bars * BEATS_PER_BAR * 60 / tempo
        self._rng = rng
        self._swing = swing
        self._looseness = looseness
        self._parts: list[Part] = []

    def seconds(self, beat: float) -> float:
        """Return when a beat comes, swing included."""
        pair, place = divmod(beat, 0.5)
        place *= 2
        if place < 0.5:
            place = place * 2 * self._swing
        else:
            place = self._swing + (place - 0.5) * 2 * (1 - self._swing)
        return (pair * 0.5 + place * 0.5) * 60 / self.tempo

    def add(
        self,
        name: str,
        program: int,
        strokes: Iterable[Stroke],
        *,
        is_drum: bool = False,
        level_db: float = 0.0,
        duck_db: float = 0.0,
    ) -> None:
        """Add a part; strokes that would start at or after the end are left out."""
        notes = []
        for stroke in strokes:
            start = self.seconds(stroke.beat) + self._looseness * self._deviation()
            end = min(start + stroke.length * 60 / self.tempo, self.duration)
            start = max(start, 0.0)
            velocity = round(stroke.velocity + 4 * self._deviation())
            if end - start > 0.01:
                loud = min(max(velocity, 1), 127)
                notes.append(Note(start, end - start, stroke.pitch, loud, stroke.glide))
        self._parts.append(Part(name, program, tuple(notes), is_drum, level_db, duck_db))

    def score(self, title: str, family: int = -1) -> Score:
        """Return what has been added so far."""
        return Score(self.tempo, tuple(self._parts), self.duration, title, family)

    def _deviation(self) -> float:
        return float(np.clip(self._rng.standard_normal(), -2, 2))
