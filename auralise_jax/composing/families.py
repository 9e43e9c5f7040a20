"""What a groove family is: the skeleton that its pieces share.

The grammars of the genres (`ballads`, `dances`, `hiphop`) draw families; `arranging` makes a piece
of one. What a family leaves open as a range or a choice, each piece draws for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Range = tuple[float, float]
Playing = Literal["bass", "chords", "arpeggio", "melody", "chatter"]


@dataclass(frozen=True)
class Voice:
    """A pitched part of a family.

    Parameters
    ----------
    name : str
        The part's name in the score.
    plays : str
        What `lines` calls it: "bass", "chords", "arpeggio", "melody", "chatter".
    texts : tuple of str
        Its patterns. Melodies choose among them, others play the first.
    programs : tuple of int
        Instruments to choose from.
    centre : (float, float)
        Register in MIDI pitch; of a bass, its lowest root.
    velocity, level_db : (float, float)
        How hard it is struck, how loud it is in the mix.
    chance : float
        How often it plays at all.
    spread : float
        Beats between the notes of a chord.
    ring : bool
        Whether an arpeggio is pedalled.
    push : float
        Beats by which the hand is ahead of the changes.
    glide : float
        Chance 0-1 that a note slides into its pitch.
    grace : float
        Chance 0-1 that a note of a melody has a grace note.
    duck_db : (float, float)
        See `Part`.

    Examples
    --------
    >>> strings = Voice("pad", "chords", ("x---",), (48, 49), (57, 66), (55, 75), (-9, -4))
    >>> strings.layer
    'pad'
    """

    name: str
    plays: Playing
    texts: tuple[str, ...]
    programs: tuple[int, ...]
    centre: Range
    velocity: Range
    level_db: Range
    chance: float = 1.0
    spread: float = 0.0
    ring: bool = False
    push: float = 0.0
    glide: float = 0.0
    grace: float = 0.0
    duck_db: Range = (0.0, 0.0)

    @property
    def layer(self) -> str:
        """The layer of a `form` it belongs to: "bass", "comp", "pad" or "lead"."""
        if self.name == "pad":
            return "pad"
        return {"bass": "bass", "melody": "lead", "chatter": "lead"}.get(self.plays, "comp")


@dataclass(frozen=True)
class Drumming:
    """The drum part of a family.

    Parameters
    ----------
    beat : tuple of (str, str)
        Drum and pattern.
    fills : tuple of tuple of (str, str)
        Ends of phrases to choose from.
    kits : tuple of int
        General MIDI kits to choose from.
    strength : (float, float)
        Factor on velocities.
    level_db : (float, float)
        Loudness in the mix.
    chance : float
        How often there are drums at all.
    crash : float
        Chance that phrases open with a cymbal.
    busy : float
        How much a piece may vary the beat, 0-1.
    extra : str
        Sign that a piece may put into rests of the snare, hats and percussion.

    Examples
    --------
    >>> four = Drumming((("kick", "X...X...X...X..."),), (), (24, 25), (0.9, 1.0), (0, 3))
    >>> four.chance
    1.0
    """

    beat: tuple[tuple[str, str], ...]
    fills: tuple[tuple[tuple[str, str], ...], ...]
    kits: tuple[int, ...]
    strength: Range
    level_db: Range
    chance: float = 1.0
    crash: float = 0.2
    busy: float = 0.2
    extra: str = "g"

    @property
    def in_triplets(self) -> bool:
        """Whether bars have twelve steps."""
        return any(len(bar) == 12 for _, text in self.beat for bar in text.split("|"))


@dataclass(frozen=True)
class Family:
    """The skeleton of a groove.

    Parameters
    ----------
    style : str
        What musicians would call it: "waltz", "techno", "drill".
    tempo : (float, float)
        Beats a minute.
    drumming : Drumming
        The drum part.
    voices : tuple of Voice
        The pitched parts.
    swing : (float, float)
        See `Sketch`.
    looseness : float
        Seconds, see `Sketch`.
    meter : int
        Beats in a bar that a listener would count: 4 or 3.
    minor : float
        Chance of a minor key.
    colour : float
        See `progression`.
    chord_beats : tuple of int
        How long a chord may last.
    chord_counts : tuple of int
        How many chords a progression may have.

    Examples
    --------
    >>> drums = Drumming((("kick", "o..........."),), (), (40,), (0.6, 0.8), (-9, -6))
    >>> Family("waltz", tempo=(84, 110), drumming=drums, voices=(), meter=3).minor
    0.5
    """

    style: str
    tempo: Range
    drumming: Drumming
    voices: tuple[Voice, ...]
    swing: Range = (0.5, 0.5)
    looseness: float = 0.005
    meter: int = 4
    minor: float = 0.5
    colour: float = 0.3
    chord_beats: tuple[int, ...] = (4,)
    chord_counts: tuple[int, ...] = (4,)
