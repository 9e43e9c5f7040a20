import numpy as np
import pytest

from auralise_jax.composing.beats import drum_part
from auralise_jax.composing.harmony import Changes, Chord, chord, nearest, voicing
from auralise_jax.composing.lines import arpeggio, bass_line, chatter, chords, melody, slides
from auralise_jax.composing.pattern import Sketch, Stroke, read


def test_fill_replaces_the_end_of_a_phrase():
    strokes = drum_part({"kick": "xxxx"}, bars=4, fill={"snare": ".xx."}, fill_every=4)
    last = [(stroke.beat, stroke.pitch) for stroke in strokes if stroke.beat >= 14]
    assert last == [(14, 36), (15.25, 38), (15.5, 38)]


def test_read_takes_bars_in_turn_and_holds():
    assert read("x.|a--b", bars=3) == [(0, 2, "x"), (4, 3, "a"), (7, 1, "b"), (8, 2, "x")]


def test_swing_delays_every_second_sixteenth():
    sketch = Sketch(60, 1, np.random.default_rng(0), swing=2 / 3)
    assert [sketch.seconds(beat) for beat in (0, 0.25, 0.5, 0.75)] == pytest.approx(
        [0, 1 / 3, 0.5, 0.5 + 1 / 3]
    )


def test_sketch_cuts_at_the_end():
    sketch = Sketch(60, 1, np.random.default_rng(0), looseness=0)
    sketch.add("bass", 33, [Stroke(3, 9, 40, 90), Stroke(4, 1, 40, 90)])
    (note,) = sketch.score("").part("bass").notes
    assert (note.start, note.end) == (3, 4)


def test_sketch_keeps_glides_ducking_and_family():
    sketch = Sketch(60, 1, np.random.default_rng(0), looseness=0)
    sketch.add("bass", 33, [Stroke(0, 1, 40, 90, -5)], duck_db=6)
    score = sketch.score("", family=7)
    assert score.family == 7
    assert score.part("bass").duck_db == 6
    assert score.part("bass").notes[0].glide == -5


@pytest.mark.parametrize(
    ("numeral", "notes"),
    [
        ("I", {0, 4, 7}),
        ("vi7", {9, 0, 4, 7}),
        ("bVImaj7", {8, 0, 3, 7}),
        ("V7", {7, 11, 2, 5}),
        ("iv9", {5, 8, 0, 3, 7}),
        ("Vsus4", {7, 0, 2}),
        ("viidim", {11, 2, 5}),
    ],
)
def test_roman_numerals_in_c(numeral, notes):
    assert set(chord(numeral, 0).pitch_classes) == notes


@pytest.mark.parametrize("numeral", ["", "H", "I13", "bbI", "iI"])
def test_unreadable_numerals_are_refused(numeral):
    with pytest.raises(ValueError, match=f"numeral {numeral!r} cannot be read"):
        chord(numeral, 0)


def test_voicing_has_the_chord_and_moves_little():
    hand = voicing(Chord(0, (0, 4, 7)), 64)
    for root in (5, 7, 9, 2):
        following = voicing(Chord(root, (0, 4, 7)), 64, hand)
        assert {note % 12 for note in following} == set(Chord(root, (0, 4, 7)).pitch_classes)
        assert max(abs(a - b) for a, b in zip(hand, following, strict=True)) <= 5
        hand = following


@pytest.mark.parametrize("pitch", [40.0, 61.5, 77.0])
def test_nearest_is_within_a_tritone(pitch):
    for pitch_class in range(12):
        found = nearest(pitch_class, pitch)
        assert found % 12 == pitch_class
        assert abs(found - pitch) <= 6


def test_bass_signs():
    changes = Changes.read("I IV", key=0)
    pitches = [s.pitch for s in bass_line("rofa", changes, 1, low=36)]
    assert pitches == [36, 48, 43, 40]  # C, its octave, G, and E below the F to come


def test_push_anticipates_the_next_chord():
    changes = Changes.read("I IV", key=0)
    on_time = [s.pitch for s in bass_line("r......r", changes, 1, low=36)]
    pushed = [s.pitch for s in bass_line("r......r", changes, 1, low=36, push=0.5)]
    assert (on_time, pushed) == ([36, 36], [36, 41])
    hands = [{s.pitch % 12 for s in chords(".......x", changes, 1, push=p)} for p in (0, 0.5)]
    assert hands == [{0, 4, 7}, {5, 9, 0}]


def test_arpeggio_goes_up_by_octaves_beyond_the_hand():
    strokes = arpeggio("0123", Changes.read("I", key=0), 1, centre=64)
    assert [s.pitch for s in strokes] == [60, 64, 67, 72]


def test_chords_change_with_the_changes():
    strokes = chords("x-x-", Changes.read("I V", key=0, beats=2), 1)
    assert [{s.pitch % 12 for s in strokes if s.beat == beat} for beat in (0, 2)] == [
        {0, 4, 7},
        {7, 11, 2},
    ]


def tune(**options):
    return melody(
        np.random.default_rng(1), ["x.x.x---|x-------", "xxxxxxxx|x-------"],
        Changes.read("I", key=0), 8,
        key=0, scale=(0, 2, 4, 5, 7, 9, 11), centre=72, **options,
    )  # fmt: skip


def test_melody_comes_back_and_stays_in_its_scale():
    strokes = tune()
    unit = [[(s.beat % 8, s.pitch) for s in strokes if s.beat // 8 == i] for i in range(4)]
    assert unit[0] == unit[1] == unit[3]
    assert all(s.pitch % 12 in (0, 2, 4, 5, 7, 9, 11) for s in strokes)
    assert all(s.pitch % 12 in (0, 4, 7) for s in strokes if s.length >= 1)


def test_grace_notes_come_from_the_next_step_above():
    plain, graced = tune(), tune(grace=1.0)
    assert graced != plain
    ornaments = [stroke for stroke in graced if stroke.length == 0.1]
    assert ornaments
    for grace in ornaments:
        (note,) = (s for s in graced if s.beat == pytest.approx(grace.beat + 0.1))
        assert grace.pitch - note.pitch in (1, 2)
        assert grace.velocity < note.velocity


def test_scoops_slide_up_into_the_same_tune():
    plain, scooped = tune(), tune(glide=1.0)
    assert {s.glide for s in scooped if s.length >= 0.4} == {-1.0, -2.0}
    assert [s.beat for s in plain] == [s.beat for s in scooped]


def test_chatter_hardly_leaves_its_note():
    strokes = chatter(
        np.random.default_rng(0), "xx.xx.xxxxx.xx..", Changes.read("i", key=9), 4, centre=57
    )
    assert [s.beat for s in strokes] == [step.beat for step in read("xx.xx.xxxxx.xx..", 4)]
    assert all(57 - 2 <= s.pitch <= 57 + 3 for s in strokes)
    assert np.mean([s.pitch == 57 for s in strokes]) > 0.35


def test_slides_start_where_the_line_was():
    line = [Stroke(0, 1, 40, 90), Stroke(1, 1, 43, 90), Stroke(2, 1, 28, 90), Stroke(3, 1, 28, 90)]
    slid = slides(np.random.default_rng(0), line, chance=1.0)
    assert [stroke._replace(glide=0.0) for stroke in slid] == line
    assert [stroke.glide for stroke in slid[:3]] == [0, -3, 12]  # 15 semitones are too far
    assert slid[3].glide in (-12, -7, -5, 7)
    assert slides(np.random.default_rng(0), line, chance=0.0) == line
