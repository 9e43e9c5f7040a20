import re

import pytest
from make_clips import PIECES, bach, pitch

from auralise_jax.synth import Note, Part, Score


def test_note_knows_its_end():
    assert Note(1.5, 0.25, 60).end == 1.75


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((-0.1, 1.0, 60, 80), "start must be at least 0 s, got -0.1"),
        ((float("nan"), 1.0, 60, 80), "start must be at least 0 s, got nan"),
        ((0.0, 0.0, 60, 80), "duration must be more than 0 s, got 0.0"),
        ((0.0, 1.0, 128, 80), "pitch must be a MIDI note number 0-127, got 128"),
        ((0.0, 1.0, 60, 0), "velocity must be 1-127, got 0"),
        ((0.0, 1.0, 60, 80, 13.0), "glide must be -12 to 12 semitones, got 13.0"),
    ],
)
def test_impossible_notes_are_refused(values, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Note(*values)


def test_program_counts_from_zero():
    with pytest.raises(ValueError, match=r"program must be a General MIDI program 0-127, got 128"):
        Part("piano", 128, ())


def test_glides_take_up_to_half_of_a_note():
    assert Note(0, 1, 60).glide_time == 0
    assert Note(0, 1, 60, glide=-2).glide_time == 0.15
    assert Note(0, 0.1, 60, glide=3).glide_time == 0.05


def test_ducking_upwards_is_refused():
    with pytest.raises(ValueError, match="duck_db must be at least 0, got -3"):
        Part("pad", 88, (), duck_db=-3)


def test_hand_written_scores_have_no_family():
    assert all(piece().family == -1 for piece in PIECES.values())


def test_note_beyond_the_end_is_refused():
    part = Part("piano", 0, (Note(0.0, 2.0, 60),))
    with pytest.raises(ValueError, match=r"a note ends at 2\.000 s, after duration = 1\.500 s"):
        Score(120.0, (part,), 1.5)


def test_second_drum_part_is_refused():
    drums = Part("drums", 0, (), is_drum=True)
    with pytest.raises(ValueError, match="at most one drum part"):
        Score(120.0, (drums, drums), 1.0)


def test_tempo_must_be_positive():
    with pytest.raises(ValueError, match="tempo must be more than 0 beats a minute, got 0"):
        Score(0, (), 1.0)


def test_part_by_name():
    score = Score(120.0, (Part("bass", 33, ()), Part("pad", 89, ())), 1.0, "two")
    assert score.part("pad").program == 89
    with pytest.raises(KeyError, match="no part 'oboe' in 'two'; it has: bass, pad"):
        score.part("oboe")


@pytest.mark.parametrize(
    ("name", "midi"), [("C4", 60), ("A4", 69), ("F#3", 54), ("Bb2", 46), ("C0", 12)]
)
def test_note_names(name, midi):
    assert pitch(name) == midi


@pytest.mark.parametrize("name", ["", "A", "H4", "a4", "C##4", "4"])
def test_bad_note_names_are_refused(name):
    with pytest.raises(ValueError, match="name must be a letter A-G"):
        pitch(name)


def test_bach_begins_as_written():
    notes = bach().part("piano").notes
    c4, e4, g4, c5, e5 = 60, 64, 67, 72, 76
    bar = [c4, e4, g4, c5, e5, g4, c5, e5]
    assert [note.pitch for note in notes[:16]] == bar + bar


def test_bach_second_bar_holds_its_bass():
    second = bach().part("piano").notes[16:24]
    assert [note.pitch for note in second] == [60, 62, 69, 74, 77, 69, 74, 77]
    half_bar = 2 * 60 / 72
    assert second[0].duration == pytest.approx(half_bar)


def test_bach_comes_in_even_sixteenths():
    starts = [note.start for note in bach(8).part("piano").notes]
    assert starts == pytest.approx([i * 60 / 72 / 4 for i in range(8 * 16)])


@pytest.mark.parametrize("bars", [0, 9])
def test_bach_has_eight_bars_here(bars):
    with pytest.raises(ValueError, match=f"bars must be 1 to 8, got {bars}"):
        bach(bars)


@pytest.mark.parametrize("name", PIECES)
def test_examples_last_long_enough_for_two_windows_of_4_s(name):
    assert 8 <= PIECES[name]().duration <= 15


@pytest.mark.parametrize("name", PIECES)
def test_examples_never_change(name):
    assert PIECES[name]() == PIECES[name]()
