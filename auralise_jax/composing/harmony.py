"""Chords from Roman numerals, how they follow one another, and how a hand plays them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_QUALITIES = {
    "": ((0, 4, 7), (0, 3, 7)),
    "7": ((0, 4, 7, 10), (0, 3, 7, 10)),
    "maj7": ((0, 4, 7, 11), (0, 3, 7, 11)),
    "9": ((0, 4, 7, 10, 14), (0, 3, 7, 10, 14)),
    "maj9": ((0, 4, 7, 11, 14), (0, 3, 7, 11, 14)),
    "add9": ((0, 4, 7, 14), (0, 3, 7, 14)),
    "sus4": ((0, 5, 7), (0, 5, 7)),
    "dim": ((0, 3, 6), (0, 3, 6)),
}
_NUMERAL = re.compile(r"(b?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)")

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
MINOR_PENTATONIC = (0, 3, 5, 7, 10)
MAJOR_PENTATONIC = (0, 2, 4, 7, 9)


@dataclass(frozen=True)
class Chord:
    """A chord: pitch class of its root (0 = C) and intervals above it in semitones."""

    root: int
    intervals: tuple[int, ...]

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes 0-11 from the root up."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def chord(numeral: str, key: int) -> Chord:
    """Read a Roman numeral: capitals are major, small letters minor, `b` lowers the root.

    Parameters
    ----------
    numeral : str
        Such as "I", "vi7", "bVII", "ivmaj7", "Vsus4"; degrees count from the major scale.
    key : int
        Pitch class of the tonic, 0 = C.

    Returns
    -------
    Chord

    Raises
    ------
    ValueError
        If the numeral cannot be read.

    Examples
    --------
    >>> chord("vi7", key=0)
    Chord(root=9, intervals=(0, 3, 7, 10))
    """
    match = _NUMERAL.fullmatch(numeral)
    if match is None or match[3] not in _QUALITIES:
        raise ValueError(
            f"numeral {numeral!r} cannot be read; write an optional b, I-VII or i-vii, and one "
            f"of the qualities {', '.join(repr(quality) for quality in _QUALITIES)}"
        )
    flat, degree, quality = match.groups()
    is_minor = degree.islower()
    root = (key + _DEGREES[degree.lower()] - len(flat)) % 12
    return Chord(root, _QUALITIES[quality][is_minor])


@dataclass(frozen=True)
class Changes:
    """A chord progression that repeats, each chord lasting the same number of beats."""

    chords: tuple[Chord, ...]
    beats: int = 4

    @classmethod
    def read(cls, numerals: str, key: int, beats: int = 4) -> Changes:
        """Read numerals separated by spaces, as `chord` does each.

        Examples
        --------
        >>> Changes.read("I V vi IV", key=0).at(9.5).root
        9
        """
        return cls(tuple(chord(numeral, key) for numeral in numerals.split()), beats)

    def at(self, beat: float) -> Chord:
        """Return the chord that sounds at a beat."""
        return self.chords[int(beat // self.beats) % len(self.chords)]

    def until_change(self, beat: float) -> float:
        """Return how many beats are left of the chord that sounds at a beat."""
        return self.beats - beat % self.beats


def nearest(pitch_class: int, pitch: float) -> int:
    """Return the MIDI note of a pitch class that is nearest to a pitch."""
    return pitch_class + 12 * round((pitch - pitch_class) / 12)


def voicing(chord: Chord, centre: float, previous: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Play a chord in close position where the hand moves least.

    Parameters
    ----------
    chord : Chord
        With five notes, the root is left to the bass.
    centre : float
        MIDI pitch that the middle of the chord should stay near.
    previous : tuple of int
        The voicing before, empty at the start.

    Returns
    -------
    tuple of int
        MIDI notes, rising.

    Examples
    --------
    >>> voicing(Chord(5, (0, 4, 7)), centre=64, previous=(60, 64, 67))
    (60, 65, 69)
    """
    classes = sorted(chord.pitch_classes[1:] if len(chord.intervals) > 4 else chord.pitch_classes)

    def effort(notes: tuple[int, ...]) -> float:
        drift = abs(sum(notes) / len(notes) - centre)
        if not previous:
            return drift
        moves = sum(min(abs(note - old) for old in previous) for note in notes)
        return moves + 0.3 * drift * len(notes)

    candidates = []
    for octave in range(1, 10):
        stack = [pc + 12 * octave for pc in classes]
        for _ in classes:
            candidates.append(tuple(stack))
            stack = [*stack[1:], stack[0] + 12]
    return min(candidates, key=effort)
