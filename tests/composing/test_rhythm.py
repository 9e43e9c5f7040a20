import numpy as np
import pytest

from auralise_jax.composing import GENRES
from auralise_jax.composing.beats import DRUMS, draw_fill, drum_part, every, ghosts, roll
from auralise_jax.composing.form import draw_form
from auralise_jax.composing.harmony import Changes
from auralise_jax.composing.pattern import read
from auralise_jax.composing.progressions import progression
from auralise_jax.composing.rhythm import (
    OFFBEAT,
    STRAIGHT,
    TASTES,
    contour,
    euclid,
    onsets,
    spell,
    strength,
    vary,
)  # fmt: skip


def rng(seed=0):
    return np.random.default_rng(seed)


def steps_of(text):
    return [step for step, sign in enumerate(text) if sign not in ".-"]


@pytest.mark.parametrize("steps", [12, 16, 96])
def test_the_first_beat_is_strongest_and_beats_are_stronger_than_the_rest(steps):
    ranks = [strength(step, steps) for step in range(steps)]
    assert ranks.index(4) == 0
    assert ranks.count(4) == 1
    beats = {step for step in range(steps) if ranks[step] >= 2}
    assert beats == set(range(0, steps, steps // 4))


@pytest.mark.parametrize("taste", TASTES)
@pytest.mark.parametrize("steps", [12, 16])
def test_onsets_are_as_many_as_asked_and_none_where_forbidden(taste, steps):
    for seed in range(20):
        found = onsets(rng(seed), 5, taste, steps=steps, avoid=(4, 8), first=True)
        assert found == sorted(set(found))
        assert len(found) == 5
        assert found[0] == 0
        assert not {4, 8} & set(found)
        assert found[-1] < steps


def test_more_onsets_than_a_bar_has_fill_the_bar():
    assert onsets(rng(), 99, steps=8) == list(range(8))
    assert onsets(rng(), 0) == []


def test_tastes_put_notes_where_they_say():
    def share_on_beats(taste):
        found = [step for seed in range(100) for step in onsets(rng(seed), 3, taste)]
        return np.mean([strength(step) >= 2 for step in found])

    assert share_on_beats(STRAIGHT) > 0.6
    assert share_on_beats(OFFBEAT) < 0.25


def test_spelling_and_reading_are_inverse():
    for seed in range(20):
        at = onsets(rng(seed), 5)
        text = spell(at, hold=3)
        assert len(text) == 16
        assert [round(step.beat * 4) for step in read(text, 1)] == at
        assert all(step.length <= 0.75 for step in read(text, 1))


@pytest.mark.parametrize("count", range(1, 17))
def test_euclidean_rhythms_are_as_even_as_can_be(count):
    at = steps_of(euclid(count))
    gaps = np.diff([*at, at[0] + 16])
    assert len(at) == count
    assert gaps.max() - gaps.min() <= 1


def test_turning_a_euclidean_rhythm_rotates_it():
    assert euclid(5, 16, 3) == euclid(5)[-3:] + euclid(5)[:-3]


def test_variation_keeps_beats_and_length():
    text = "xoxoxoxoxoxoxoxo|X..x..x.X..x..x."
    for seed in range(20):
        varied = vary(rng(seed), text, 0.5, add="g", keep="X")
        assert [len(bar) for bar in varied.split("|")] == [16, 16]
        for before, after in zip(text.split("|"), varied.split("|"), strict=True):
            strong = [s for s in steps_of(before) if strength(s) >= 2]
            assert set(strong) <= set(steps_of(after))
    assert vary(rng(), text, 0.0, add="g") == text


def test_contour_covers_what_is_asked():
    for seed in range(30):
        shape = contour(rng(seed), 12, height=4)
        assert len(shape) == 12
        assert set(shape) <= set(range(5))
        assert len(set(shape)) > 1


def test_ghosts_only_fill_rests_off_the_beat():
    text = "....X..x....X..."
    for seed in range(10):
        haunted = ghosts(rng(seed), text, 0.5)
        for step, (before, after) in enumerate(zip(text, haunted, strict=True)):
            assert after == before or (before == "." and after == "g" and strength(step) < 2)


def test_every_fill_can_be_played_and_soft_ones_are_soft():
    for seed in range(60):
        fill = dict(draw_fill(rng(seed)))
        strokes = drum_part({"hat": every(2, "x")}, 4, fill=fill)
        assert strokes
        assert set(fill) <= set(DRUMS)
        assert all(0 <= stroke.beat < 16 for stroke in strokes)
        soft = dict(draw_fill(rng(seed), soft=True))
        assert soft.keys() == fill.keys()
        assert "X" not in "".join(soft.values())


def test_a_roll_gets_denser_and_louder():
    strokes = roll(bar=2)
    beats = [stroke.beat for stroke in strokes]
    assert beats == sorted(beats)
    assert beats[0] >= 8
    assert beats[-1] < 12
    counts = [sum(int(beat) == 8 + n for beat in beats) for n in range(4)]
    assert counts == sorted(counts)
    velocities = [stroke.velocity for stroke in strokes]
    assert velocities == sorted(velocities)


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("length", [1, 2, 4, 6, 8])
def test_every_progression_can_be_read(mode, length):
    for seed in range(30):
        numerals = progression(rng(seed), mode, length, colour=0.5)
        assert len(Changes.read(numerals, key=seed % 12).chords) == length


def test_colour_adds_notes_to_the_same_roots():
    plain, coloured = (
        Changes.read(progression(rng(3), "minor", 4, colour=colour), 0) for colour in (0.0, 1.0)
    )
    assert {len(chord.intervals) for chord in plain.chords} == {3}
    assert all(len(c.intervals) > 3 or c.intervals == (0, 5, 7) for c in coloured.chords)


def test_progressions_are_many():
    drawn = {progression(rng(seed), "major", 4) for seed in range(200)}
    assert len(drawn) > 50


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("bars", [1, 2, 3, 5, 8, 9])
def test_forms_always_leave_something_playing(genre, bars):
    everything = {"kick", "drums", "bass", "comp", "pad", "lead"}
    for seed in range(60):
        form = draw_form(rng(seed), genre, bars)
        assert len(form.rests) == bars
        assert all(rest < everything for rest in form.rests)
        assert all(0 <= bar < bars for bar in form.rolls)


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize(
    "band", [{"bass"}, {"kick", "drums"}, {"kick", "drums", "bass"}, {"comp", "pad"}, {"lead"}]
)
def test_somebody_of_a_small_band_plays_in_every_bar(genre, band):
    for seed in range(60):
        form = draw_form(rng(seed), genre, 8).played_by(frozenset(band))
        assert all(band - rest or bar in form.rolls for bar, rest in enumerate(form.rests))
        assert "drums" in band or not form.rolls


def test_dance_never_loses_its_beat_for_more_than_half():
    for seed in range(100):
        form = draw_form(rng(seed), "dance", 8)
        silent = [bar for bar, rest in enumerate(form.rests) if "kick" in rest]
        assert len(silent) <= 2
