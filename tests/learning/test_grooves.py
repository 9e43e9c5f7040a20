import numpy as np
import pytest

from auralise_jax.learning import GENRES, groove
from auralise_jax.learning.beats import BALLAD, BALLAD_TRIPLETS, BOOM_BAP, DANCE, TRAP, drum_part
from auralise_jax.learning.grooves import TEMPI
from auralise_jax.learning.harmony import Changes, Chord, chord, nearest, voicing
from auralise_jax.learning.lines import arpeggio, bass_line, chords, melody
from auralise_jax.learning.pattern import Sketch, Stroke, read

SEEDS = range(40)


@pytest.fixture(scope="module")
def pieces():
    return {genre: [groove(genre, seed) for seed in SEEDS] for genre in GENRES}


def drums_of(score):
    return next((part for part in score.parts if part.is_drum), None)


def on_the_beat(score, notes):
    """Tell for each note whether it falls on a beat, within 30 ms of loose timing."""
    beats = np.array([note.start for note in notes]) * score.tempo / 60
    return np.abs(beats - np.round(beats)) * 60 / score.tempo < 0.03


@pytest.mark.parametrize("genre", GENRES)
def test_same_seed_same_piece(genre):
    assert groove(genre, 7) == groove(genre, 7)


@pytest.mark.parametrize("genre", GENRES)
def test_seeds_differ_in_everything(genre, pieces):
    scores = pieces[genre]
    assert len({score.tempo for score in scores}) == len(SEEDS)
    assert len({tuple(part.program for part in score.parts) for score in scores}) > 30
    basses = [score.part("bass").notes for score in scores if has(score, "bass")]
    assert len({notes[0].pitch % 12 for notes in basses}) > 8  # the key, nearly always
    assert len({tuple(note.start for note in notes) for notes in basses}) > 30


def has(score, name):
    return any(part.name == name for part in score.parts)


def test_one_seed_gives_each_genre_its_own_tempo():
    assert len({groove(genre, 5).tempo for genre in GENRES}) == 3


@pytest.mark.parametrize("genre", GENRES)
def test_notes_lie_inside_the_piece_and_the_range(genre, pieces):
    for score in pieces[genre]:
        assert 12 <= score.duration <= 18.1
        for part in score.parts:
            assert part.notes
            for note in part.notes:
                assert 0 <= note.start < note.end <= score.duration + 1e-6
                assert 1 <= note.velocity <= 127
                low, high = (35, 81) if part.is_drum else (24, 108)
                assert low <= note.pitch <= high, (score.title, part.name)


@pytest.mark.parametrize("genre", GENRES)
def test_tempo_stays_in_its_range(genre, pieces):
    low, high = TEMPI[genre]
    tempi = [score.tempo for score in pieces[genre]]
    assert all(low <= tempo <= high for tempo in tempi)
    assert max(tempi) - min(tempi) > 0.5 * (high - low)


@pytest.mark.parametrize("genre", GENRES)
def test_tempo_alone_does_not_tell_the_genre(genre):
    low, high = TEMPI[genre]
    others = [TEMPI[other] for other in GENRES if other != genre]
    assert any(other_low < high and low < other_high for other_low, other_high in others)


def test_unknown_genre_lists_the_known():
    message = r"^genre must be one of 'ballad', 'dance', 'hip-hop'; got 'polka'$"
    with pytest.raises(ValueError, match=message):
        groove("polka", 0)


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        groove("dance", -1)


def test_dance_has_a_kick_on_every_beat(pieces):
    for score in pieces["dance"]:
        kicks = [note for note in drums_of(score).notes if note.pitch == 36]
        assert on_the_beat(score, kicks).mean() > 0.85  # a few beats add one before the bar
        # Fills may drop some of them, in one bar of four at most.
        assert len(kicks) > 0.8 * score.duration * score.tempo / 60


def test_hip_hop_has_a_backbeat_and_kicks_off_the_beat(pieces):
    off = []
    for score in pieces["hip-hop"]:
        notes = drums_of(score).notes
        loud = [n for n in notes if n.pitch in (38, 39) and n.velocity > 85]
        beats = np.round(np.array([n.start for n in loud]) * score.tempo / 60) % 4
        assert np.isin(beats, [1, 3]).mean() > 0.6, score.title
        off += list(~on_the_beat(score, [n for n in notes if n.pitch == 36]))
    assert np.mean(off) > 0.35


def test_hip_hop_swings(pieces):
    late = 0
    for score in pieces["hip-hop"]:
        beats = np.array([note.start for note in drums_of(score).notes]) * score.tempo / 60
        sixteenths = [place for place in (beats % 0.5) / 0.5 if 0.4 < place < 0.75]
        late += bool(sixteenths) and np.median(sixteenths) > 0.53
    assert late > len(SEEDS) / 4


def test_ballads_are_soft_or_without_drums(pieces):
    drums = [drums_of(score) for score in pieces["ballad"]]
    assert any(part is None for part in drums)
    assert all(max(note.velocity for note in part.notes) < 108 for part in drums if part)
    rate = {
        genre: np.median([sum(len(p.notes) for p in s.parts) / s.duration for s in pieces[genre]])
        for genre in GENRES
    }
    assert rate["ballad"] < rate["dance"]


@pytest.mark.parametrize("genre", GENRES)
def test_bass_plays_below_the_rest(genre, pieces):
    for score in pieces[genre]:
        if has(score, "bass"):
            bass = np.mean([note.pitch for note in score.part("bass").notes])
            others = [p for p in score.parts if not p.is_drum and p.name != "bass"]
            assert all(bass < np.mean([note.pitch for note in p.notes]) for p in others)


@pytest.mark.parametrize("beats", [BALLAD, BALLAD_TRIPLETS, DANCE, BOOM_BAP, TRAP])
def test_every_beat_can_be_played(beats):
    for beat in beats.values():
        strokes = drum_part(beat, bars=2)
        assert strokes
        assert all(0 <= stroke.beat < 8 for stroke in strokes)


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


def test_arpeggio_goes_up_by_octaves_beyond_the_hand():
    strokes = arpeggio("0123", Changes.read("I", key=0), 1, centre=64)
    assert [s.pitch for s in strokes] == [60, 64, 67, 72]


def test_chords_change_with_the_changes():
    strokes = chords("x-x-", Changes.read("I V", key=0, beats=2), 1)
    assert [{s.pitch % 12 for s in strokes if s.beat == beat} for beat in (0, 2)] == [
        {0, 4, 7},
        {7, 11, 2},
    ]


def test_melody_comes_back_and_stays_in_its_scale():
    changes = Changes.read("I", key=0)
    strokes = melody(
        np.random.default_rng(1), ["x.x.x---|x-------", "xxxxxxxx|x-------"], changes, 8,
        key=0, scale=(0, 2, 4, 5, 7, 9, 11), centre=72,
    )  # fmt: skip
    unit = [[(s.beat % 8, s.pitch) for s in strokes if s.beat // 8 == i] for i in range(4)]
    assert unit[0] == unit[1] == unit[3]
    assert all(s.pitch % 12 in (0, 2, 4, 5, 7, 9, 11) for s in strokes)
    assert all(s.pitch % 12 in (0, 4, 7) for s in strokes if s.length >= 1)
