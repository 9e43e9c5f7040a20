"""From a family to a piece: everything the family leaves open is drawn here.

Who plays is drawn first: mostly the whole band, often a few of it, seldom a single part.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from auralise_jax.composing.beats import drum_part, roll
from auralise_jax.composing.families import Drumming, Family, Range, Voice
from auralise_jax.composing.form import Form, draw_form
from auralise_jax.composing.harmony import (
    MAJOR,
    MAJOR_PENTATONIC,
    MINOR,
    MINOR_PENTATONIC,
    Changes,
)
from auralise_jax.composing.lines import arpeggio, bass_line, chatter, chords, melody, slides
from auralise_jax.composing.lineup import few
from auralise_jax.composing.pattern import BEATS_PER_BAR, Sketch, Stroke, pick
from auralise_jax.composing.progressions import changes as draw_changes
from auralise_jax.composing.rhythm import vary
from auralise_jax.synth import instruments as play
from auralise_jax.synth.score import Score

SECONDS = (10.0, 16.0)
_KICK = 36
_BACKBEAT = ("snare", "snare 2", "clap", "rim")


def arrange(family: Family, genre: str, rng: np.random.Generator, title: str) -> Score:
    """Make a piece of a family: tempo, key, changes, instruments, form, variations, tune.

    Parameters
    ----------
    family : Family
        Its skeleton.
    genre : str
        Whose habits of form it has, see `draw_form`.
    rng : numpy.random.Generator
        Draws everything that the family leaves open.
    title : str
        A name to show.

    Returns
    -------
    Score
        Whole bars, 10 to 16 s.

    Examples
    --------
    >>> from auralise_jax.composing.families import Drumming, Family, Voice
    >>> drums = Drumming((("kick", "x...x...x...x..."),), (), (0,), (1, 1), (0, 0))
    >>> bass = Voice("bass", "bass", ("r---",), (33,), (30, 30), (90, 90), (0, 0))
    >>> family = Family("march", (120, 120), drums, (bass,))
    >>> [part.name for part in arrange(family, "dance", np.random.default_rng(0), "a march").parts]
    ['drums', 'bass']
    """
    tempo = rng.uniform(*family.tempo)
    bars = _length(rng, BEATS_PER_BAR * 60 / tempo * family.meter / BEATS_PER_BAR)
    key = int(rng.integers(12))
    mode = "minor" if rng.random() < family.minor else "major"
    changes = draw_changes(
        rng, mode, key, beats=pick(rng, family.chord_beats),
        length=pick(rng, family.chord_counts), colour=family.colour,
    )  # fmt: skip
    line_up = _line_up(rng, family)
    drumming = _setting(rng, family.drumming)
    form = draw_form(rng, genre, bars).played_by(line_up.layers)
    # A bar of three beats is written as one of four that are shorter.
    grid = tempo * BEATS_PER_BAR / family.meter
    band = Sketch(
        grid, bars, rng, swing=rng.uniform(*family.swing),
        looseness=family.looseness * rng.uniform(0.6, 1.4),
    )  # fmt: skip
    if line_up.drums:
        _add_drums(band, drumming, form, bars, rng)
    for voice in line_up.voices:
        scale = pick(rng, _SCALES[mode])
        strokes = _line(voice, changes, bars, key, scale, rng)
        strokes = [s for s in strokes if voice.layer not in form.rests[_bar(s, bars)]]
        if strokes:
            programs = play.SUITED[voice.layer] if rng.random() < _ANYTHING else voice.programs
            duck = float(rng.uniform(*voice.duck_db))
            band.add(
                voice.name, pick(rng, programs), strokes,
                level_db=float(rng.uniform(*voice.level_db)), duck_db=duck,
            )  # fmt: skip
    return replace(band.score(title), tempo=float(tempo))


class _LineUp(NamedTuple):
    """Who plays in a piece."""

    drums: bool
    voices: tuple[Voice, ...]

    @property
    def layers(self) -> frozenset[str]:
        drums = {"kick", "drums"} if self.drums else set()
        return frozenset({voice.layer for voice in self.voices} | drums)


def _line_up(rng: np.random.Generator, family: Family) -> _LineUp:
    drums = rng.random() < family.drumming.chance
    if rng.random() < _WHOLE:
        playing = [voice for voice in family.voices if rng.random() < voice.chance]
        return _LineUp(drums, tuple(playing or family.voices[:1]))
    voices = [voice for voice in family.voices if voice.chance > 0]
    layers = [*(["drums"] if drums else []), *(voice.layer for voice in voices)]
    chosen = few(rng, layers)
    return _LineUp(
        drums and 0 in chosen,
        tuple(voices[place - drums] for place in chosen if place >= drums),
    )


_WHOLE = 0.53  # how often the whole band plays
_ANYTHING = 0.25  # how often a voice takes any instrument that can play it, or the drummer any kit

_SCALES = {"major": (MAJOR, MAJOR_PENTATONIC), "minor": (MINOR, MINOR_PENTATONIC)}


def _length(rng: np.random.Generator, bar: float) -> int:
    """Choose a number of bars: 10 to 16 s, in fours or twos where it can be."""
    possible = range(ceil(SECONDS[0] / bar), floor(SECONDS[1] / bar) + 1)
    for unit in (4, 2, 1):
        whole = [bars for bars in possible if bars % unit == 0]
        if whole and (unit < 4 or rng.random() < 0.8):
            return pick(rng, whole)
    return possible[0]


def _bar(stroke: Stroke, bars: int) -> int:
    return min(int(stroke.beat // BEATS_PER_BAR), bars - 1)


def _drawn(rng: np.random.Generator, bounds: Range) -> int:
    return round(rng.uniform(*bounds))


def _setting(rng: np.random.Generator, drumming: Drumming) -> Drumming:
    """Draw another kit at times, and fewer drums at times; kick and backbeat stay."""
    if rng.random() < _ANYTHING:
        drumming = replace(drumming, kits=play.ANY_KIT)
    most = 1 if rng.random() < 0.2 else len(drumming.beat)
    beat, added = [], 0
    for drum, text in drumming.beat:
        is_skeleton = drum == "kick" or drum in _BACKBEAT
        added += not is_skeleton
        if is_skeleton or added <= most:
            beat.append((drum, text))
    return replace(drumming, beat=tuple(beat))


def _add_drums(
    band: Sketch, drumming: Drumming, form: Form, bars: int, rng: np.random.Generator
) -> None:
    amount = rng.uniform(0, drumming.busy)
    beat = {}
    for drum, text in drumming.beat:
        is_skeleton = drum == "kick" or drum in _BACKBEAT
        if not is_skeleton and rng.random() < 0.12:
            continue
        add = drumming.extra if len(text.split("|")[0]) <= 16 and drum != "kick" else ""
        beat[drum] = vary(rng, text, amount, add=add, keep="X")
    fill = dict(pick(rng, drumming.fills)) if drumming.fills and rng.random() < 0.7 else None
    is_long = max(map(len, fill.values()), default=0) > 8 if fill else False
    strength = rng.uniform(*drumming.strength)
    strokes = drum_part(
        beat, bars, fill=fill or None, fill_every=pick(rng, (4, 8) if is_long else (4, 2, 8)),
        crash=rng.random() < drumming.crash, level=strength,
    )  # fmt: skip
    kept = []
    for stroke in strokes:
        bar = _bar(stroke, bars)
        layer = "kick" if stroke.pitch == _KICK else "drums"
        if bar not in form.rolls and layer not in form.rests[bar]:
            kept.append(stroke)
    for bar in sorted(form.rolls):
        kept += roll(bar, level=strength)
    if kept:
        band.add(
            "drums", pick(rng, drumming.kits), sorted(kept), is_drum=True,
            level_db=float(rng.uniform(*drumming.level_db)),
        )  # fmt: skip


def _line(
    voice: Voice, changes: Changes, bars: int, key: int, scale: tuple[int, ...],
    rng: np.random.Generator,
) -> list[Stroke]:  # fmt: skip
    centre = rng.uniform(*voice.centre)
    velocity = _drawn(rng, voice.velocity)
    text = vary(rng, voice.texts[0], rng.uniform(0, 0.2))
    if not set(text) - set(".-|"):  # nothing is left of very few notes
        text = voice.texts[0]
    if voice.plays == "bass":
        strokes = bass_line(
            text, changes, bars, low=round(centre), velocity=velocity, push=voice.push
        )
        return slides(rng, strokes, voice.glide * rng.uniform(0.5, 1.5)) if voice.glide else strokes
    if voice.plays == "chords":
        return chords(
            text, changes, bars, centre=centre, velocity=velocity,
            spread=voice.spread * rng.uniform(0.5, 2), push=voice.push,
        )  # fmt: skip
    if voice.plays == "arpeggio":
        return arpeggio(text, changes, bars, centre=centre, velocity=velocity, ring=voice.ring)
    if voice.plays == "chatter":
        return chatter(
            rng, text, changes, bars, centre=centre, velocity=velocity, glide=voice.glide
        )
    return melody(
        rng, voice.texts, changes, bars, key=key, scale=scale, centre=centre, velocity=velocity,
        grace=voice.grace, glide=voice.glide,
    )  # fmt: skip
