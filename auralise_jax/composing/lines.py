"""What the players do with the changes: bass lines, chords, arpeggios, melodies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auralise_jax.composing.harmony import Changes, nearest, voicing
from auralise_jax.composing.pattern import BEATS_PER_BAR, Stroke, pick, read


def bass_line(
    pattern: str,
    changes: Changes,
    bars: int,
    *,
    low: int = 33,
    velocity: int = 92,
    push: float = 0.0,
) -> list[Stroke]:
    """Play a bass pattern over the changes.

    Signs: `r` root, `o` the octave above it, `f` fifth, `t` third, `s` seventh (the sixth if the
    chord has none), `a` a semitone below the next root.

    Parameters
    ----------
    pattern : str
        See `pattern`.
    changes : Changes
        The progression.
    bars : int
        How many bars to fill.
    low : int
        Roots lie within the octave from this MIDI note up.
    velocity : int
        Of unaccented notes; those on the first beat are 8 louder.
    push : float
        Beats by which the hand is ahead of the changes: with 0.5, the last eighth of a chord
        anticipates the next.

    Returns
    -------
    list of Stroke

    Examples
    --------
    >>> strokes = bass_line("r---f---", Changes.read("I", key=0), bars=1, low=28)
    >>> [stroke.pitch for stroke in strokes]
    [36, 43]
    """
    strokes = []
    for beat, length, sign in read(pattern, bars):
        chord = changes.at(beat + push)
        root = low + (chord.root - low) % 12
        if sign == "a":
            following = changes.at(beat + changes.until_change(beat))
            pitch = low + (following.root - low) % 12 - 1
        else:
            third, fifth = chord.intervals[1:3]
            seventh = chord.intervals[3] if len(chord.intervals) > 3 else 9
            pitch = root + {"r": 0, "o": 12, "f": fifth, "t": third, "s": seventh}[sign]
        accent = 8 if beat % BEATS_PER_BAR == 0 else 0
        # 0.95: a finger lifts before it plays again.
        strokes.append(Stroke(beat, 0.95 * length, pitch, velocity + accent))
    return strokes


def chords(
    pattern: str,
    changes: Changes,
    bars: int,
    *,
    centre: float = 62,
    velocity: int = 75,
    spread: float = 0.0,
    push: float = 0.0,
) -> list[Stroke]:
    """Play whole chords: `x`, or `X` with an accent.

    Parameters
    ----------
    pattern, changes, bars
        As in `bass_line`.
    centre : float
        MIDI pitch around which the hand stays.
    velocity : int
        Of `x`; `X` is 14 louder.
    spread : float
        Beats between one note of the chord and the next, from the bottom up: a strum.
    push : float
        As in `bass_line`.

    Returns
    -------
    list of Stroke
    """
    strokes = []
    hand: tuple[int, ...] = ()
    for beat, length, sign in read(pattern, bars):
        hand = voicing(changes.at(beat + push), centre, hand)
        loud = velocity + (14 if sign == "X" else 0)
        for index, pitch in enumerate(hand):
            late = index * spread
            strokes.append(Stroke(beat + late, max(0.96 * length - late, 0.1), pitch, loud))
    return strokes


def arpeggio(
    pattern: str,
    changes: Changes,
    bars: int,
    *,
    centre: float = 62,
    velocity: int = 70,
    ring: bool = False,
) -> list[Stroke]:
    """Break chords: digit 0 is the lowest note of the hand, digits beyond it go up by octaves.

    Parameters
    ----------
    pattern, changes, bars, centre
        As in `chords`.
    velocity : int
        Of most notes; those on a beat are 6 louder.
    ring : bool
        Whether notes sound on until the chord changes, as with a pedal.

    Returns
    -------
    list of Stroke
    """
    strokes = []
    hand: tuple[int, ...] = ()
    held = -1.0
    for beat, length, sign in read(pattern, bars):
        if beat // changes.beats != held:
            hand, held = voicing(changes.at(beat), centre, hand), beat // changes.beats
        octave, index = divmod(int(sign), len(hand))
        accent = 6 if beat % 1 == 0 else 0
        sounding = changes.until_change(beat) if ring else 0.95 * length
        strokes.append(Stroke(beat, sounding, hand[index] + 12 * octave, velocity + accent))
    return strokes


def melody(
    rng: np.random.Generator,
    rhythms: Sequence[str],
    changes: Changes,
    bars: int,
    *,
    key: int,
    scale: tuple[int, ...],
    centre: float = 74,
    velocity: int = 84,
    grace: float = 0.0,
    glide: float = 0.0,
) -> list[Stroke]:
    """Invent a tune: two motifs of two bars in the order A A B A, fitted to the chords.

    A motif is a rhythm and a contour, so it comes back recognisably over other chords. Long
    notes and notes on strong beats are chord tones; the others walk along the scale.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws rhythms and contours.
    rhythms : sequence of str
        Patterns of two bars; any sign starts a note.
    changes, bars
        As in `bass_line`.
    key : int
        Pitch class of the tonic.
    scale : tuple of int
        Semitones above the tonic.
    centre : float
        MIDI pitch that the tune returns to; it stays within nine semitones of it.
    velocity : int
        Mean loudness.
    grace : float
        Chance 0-1 that a note of half a beat or more is preceded by its upper neighbour.
    glide : float
        Chance 0-1 that such a note is scooped: slid into from one or two semitones below.

    Returns
    -------
    list of Stroke
    """
    ladder = [p for p in range(128) if (p - key) % 12 in scale and abs(p - centre) <= 9]
    motifs = {}
    for name in "AB":
        steps = read(pick(rng, rhythms), 2)
        contour = rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 3], size=len(steps))
        motifs[name] = steps, int(rng.integers(-2, 3)), contour
    strokes = []
    for unit in range((bars + 1) // 2):
        steps, place, contour = motifs["AABA"[unit % 4]]
        place += len(ladder) // 2
        for (place_in_unit, length, _), move in zip(steps, contour, strict=True):
            beat = place_in_unit + 2 * BEATS_PER_BAR * unit
            place += int(move)
            if not 0 <= place < len(ladder):  # turn round at the ends of the range
                place -= 2 * int(move)
                place = min(max(place, 0), len(ladder) - 1)
            pitch = ladder[place]
            if length >= 1 or beat % 2 == 0:
                tones = (nearest(pc, pitch) for pc in changes.at(beat).pitch_classes)
                pitch = min(tones, key=lambda tone: abs(tone - pitch))
            slide = 0.0
            if length >= 0.5 and grace and rng.random() < grace and beat > 0:
                strokes.append(Stroke(beat - 0.1, 0.1, _above(ladder, pitch), velocity - 12))
            elif length >= 0.5 and glide and rng.random() < glide:
                slide = -float(rng.integers(1, 3))
            strokes.append(Stroke(beat, 0.97 * length, pitch, velocity, slide))
    return strokes


def _above(ladder: Sequence[int], pitch: int) -> int:
    return next((step for step in ladder if step > pitch), pitch + 2)


def chatter(
    rng: np.random.Generator,
    pattern: str,
    changes: Changes,
    bars: int,
    *,
    centre: float = 55,
    velocity: int = 80,
    glide: float = 0.5,
) -> list[Stroke]:
    """Speak in rhythm: one note of the chord, restless by a few semitones, as a rapper's voice.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the inflections.
    pattern, changes, bars
        As in `bass_line`; any sign is a syllable.
    centre : float
        MIDI pitch of the voice.
    velocity : int
        Of unstressed syllables; those on a beat are 12 louder.
    glide : float
        Chance 0-1 that a syllable slides.

    Returns
    -------
    list of Stroke
    """
    strokes = []
    for beat, length, _ in read(pattern, bars):
        tone = nearest(changes.at(0).root, centre) + int(rng.choice([-2, -1, 0, 0, 0, 0, 1, 3]))
        slide = float(rng.choice([-2, -1, 1, 2])) if rng.random() < glide else 0.0
        stress = 12 if beat % 1 == 0 else 0
        strokes.append(Stroke(beat, 0.8 * length, tone, velocity + stress, slide))
    return strokes


def slides(
    rng: np.random.Generator, strokes: Sequence[Stroke], chance: float, reach: int = 12
) -> list[Stroke]:
    """Let notes of a line slide in from the note before, as an 808 or a fretless bass does.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws which notes slide.
    strokes : sequence of Stroke
        One note at a time, in time order.
    chance : float
        That a note slides, 0-1.
    reach : int
        Most semitones of a slide; a repeated note slides from an octave or a fifth below.

    Returns
    -------
    list of Stroke
    """
    line: list[Stroke] = []
    for stroke in strokes:
        slide = 0.0
        if line and rng.random() < chance:
            step = line[-1].pitch - stroke.pitch or int(rng.choice([-12, -7, -5, 7]))
            slide = float(np.clip(step, -reach, reach))
        line.append(stroke._replace(glide=slide))
    return line
