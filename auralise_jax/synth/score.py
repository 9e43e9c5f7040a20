"""Music as data: notes in parts in a score, before anything sounds.

A score separates composing (`grooves`, `examples`) from synthesis (`synth`), so either can be
replaced without the other. Times are seconds, not beats: swing and loose timing are already in.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One note of a part.

    Parameters
    ----------
    start : float
        Onset in seconds from the start of the score, at least 0.
    duration : float
        Time until the key is released, in seconds, more than 0.
    pitch : int
        MIDI note number 0-127, 69 = A4 = 440 Hz; in a drum part, the General MIDI drum.
    velocity : int
        MIDI velocity, 1-127.
    glide : float
        Semitones from `pitch` at which the note begins, -12 to 12; it slides to `pitch` in the
        first 0.15 s, or its first half if that is shorter. For notes that sound alone.

    Raises
    ------
    ValueError
        If a value lies outside its range.

    Examples
    --------
    >>> Note(start=0.5, duration=1.0, pitch=69, velocity=80).end
    1.5
    """

    start: float
    duration: float
    pitch: int
    velocity: int = 80
    glide: float = 0.0

    def __post_init__(self) -> None:
        if not self.start >= 0:
            raise ValueError(f"start must be at least 0 s, got {self.start}")
        if not self.duration > 0:
            raise ValueError(f"duration must be more than 0 s, got {self.duration}")
        if not 0 <= self.pitch <= 127:
            raise ValueError(f"pitch must be a MIDI note number 0-127, got {self.pitch}")
        if not 1 <= self.velocity <= 127:
            raise ValueError(f"velocity must be 1-127, got {self.velocity}")
        if not -12 <= self.glide <= 12:
            raise ValueError(f"glide must be -12 to 12 semitones, got {self.glide}")

    @property
    def end(self) -> float:
        """Release time in seconds."""
        return self.start + self.duration

    @property
    def glide_time(self) -> float:
        """Duration of the slide in seconds; 0 without a slide."""
        return min(0.15, self.duration / 2) if self.glide else 0.0


@dataclass(frozen=True)
class Part:
    """The notes of one instrument.

    Parameters
    ----------
    name : str
        The musicians' word for it: "bass", "pad", "drums".
    program : int
        General MIDI program 0-127, counted from 0; in a drum part, the kit (0 = standard).
    notes : tuple of Note
        In any order.
    is_drum : bool
        Whether pitches mean drums instead of pitches.
    level_db : float
        Loudness in the mix while it plays, in dB relative to a part at 0: -4 for a second voice,
        -10 for the background.
    duck_db : float
        By how much each kick of the drum part pushes it down for a moment, as a sidechain
        compressor does; at least 0.

    Raises
    ------
    ValueError
        If the program is not 0-127, or `duck_db` negative.

    Examples
    --------
    >>> Part("bass", program=33, notes=(Note(0, 1, 40),)).is_drum
    False
    """

    name: str
    program: int
    notes: tuple[Note, ...]
    is_drum: bool = False
    level_db: float = 0.0
    duck_db: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise ValueError(f"program must be a General MIDI program 0-127, got {self.program}")
        if not self.duck_db >= 0:
            raise ValueError(f"duck_db must be at least 0, got {self.duck_db}")


@dataclass(frozen=True)
class Score:
    """A short piece: parts that sound together.

    Parameters
    ----------
    tempo : float
        Beats per minute, as a listener would tap, more than 0.
    parts : tuple of Part
        At most one of them is a drum part.
    duration : float
        Length in seconds; no note ends later.
    title : str
        A name to show.
    family : int
        The groove family that the score was made from, see `groove`; -1 for none.

    Raises
    ------
    ValueError
        If a note ends after `duration`, or two parts are drum parts.

    Examples
    --------
    >>> piano = Part("piano", program=0, notes=(Note(0.0, 2.0, 60),))
    >>> Score(tempo=60.0, parts=(piano,), duration=2.5, title="one note").part("piano").program
    0
    """

    tempo: float
    parts: tuple[Part, ...]
    duration: float
    title: str = ""
    family: int = -1

    def __post_init__(self) -> None:
        if not self.tempo > 0:
            raise ValueError(f"tempo must be more than 0 beats a minute, got {self.tempo}")
        last = max((note.end for part in self.parts for note in part.notes), default=0.0)
        # A microsecond forgives the rounding of sums of note lengths.
        if last > self.duration + 1e-6:
            raise ValueError(f"a note ends at {last:.3f} s, after duration = {self.duration:.3f} s")
        if sum(part.is_drum for part in self.parts) > 1:
            raise ValueError("a score has at most one drum part; merge the drum parts into one")

    def part(self, name: str) -> Part:
        """Return the part called `name`.

        Parameters
        ----------
        name : str
            Name of the part.

        Returns
        -------
        Part
            The first part of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for part in self.parts:
            if part.name == name:
                return part
        names = ", ".join(part.name for part in self.parts)
        raise KeyError(f"no part {name!r} in {self.title!r}; it has: {names}")
