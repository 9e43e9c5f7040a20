from collections import Counter

import numpy as np
import pytest

from auralise_jax.composing import FAMILIES, GENRES, ballads, dances, groove, hiphop, tempo_alone
from auralise_jax.composing.grooves import TEMPI, UNSEEN_FAMILIES, drummers, groove_family
from auralise_jax.synth import Note, Part, Score

SEEDS, MANY = range(60), range(250)
SEEN = [number for number in range(FAMILIES) if number not in UNSEEN_FAMILIES]
KICK, SNARES = 36, (37, 38, 39, 40)


@pytest.fixture(scope="module")
def many():
    return {genre: [groove(genre, seed) for seed in MANY] for genre in GENRES}


@pytest.fixture(scope="module")
def pieces(many):
    return {genre: scores[: len(SEEDS)] for genre, scores in many.items()}


def drums_of(score):
    return next((part for part in score.parts if part.is_drum), None)


def bands(scores):
    """Return the pieces in which at least four parts play."""
    return [score for score in scores if len(score.parts) >= 4]


def has(score, name):
    return any(part.name == name for part in score.parts)


def in_beats(score, notes):
    return np.array([note.start for note in notes]) * score.tempo / 60


def on_the_beat(score, notes):
    """Tell for each note whether it falls on a beat, within 40 ms of loose timing."""
    beats = in_beats(score, notes)
    return np.abs(beats - np.round(beats)) * 60 / score.tempo < 0.04


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("family", [None, 0, FAMILIES - 1])
def test_same_arguments_same_piece(genre, family):
    assert groove(genre, 7, family) == groove(genre, 7, family)


@pytest.mark.parametrize("genre", GENRES)
def test_a_piece_knows_its_family(genre):
    piece = groove(genre, 11)
    assert 0 <= piece.family < FAMILIES
    assert groove(genre, 11, piece.family) == piece
    assert groove(genre, 11, 5).family == 5


@pytest.mark.parametrize("genre", GENRES)
def test_without_a_family_the_seed_draws_any(genre, many):
    # 250 draws of which one in eight falls on each eighth.
    assert {8 * score.family // FAMILIES for score in many[genre]} == set(range(8))


@pytest.mark.parametrize("genre", GENRES)
def test_pieces_of_one_family_differ(genre):
    scores = [groove(genre, seed, 3) for seed in range(20)]
    assert len({score.tempo for score in scores}) == 20
    assert len({tuple(part.program for part in score.parts) for score in scores}) > 10
    assert len({score.parts for score in scores}) == 20


@pytest.mark.parametrize("genre", GENRES)
def test_seeds_differ_in_everything(genre, pieces):
    scores = pieces[genre]
    assert len({score.tempo for score in scores}) == len(SEEDS)
    assert len({tuple(part.program for part in score.parts) for score in scores}) > 45
    basses = [score.part("bass").notes for score in scores if has(score, "bass")]
    assert len({notes[0].pitch % 12 for notes in basses}) > 8  # the key, nearly always
    assert len({tuple(note.start for note in notes) for notes in basses}) == len(basses)


@pytest.mark.parametrize("genre", GENRES)
def test_notes_lie_inside_the_piece_and_the_range(genre, pieces):
    for score in pieces[genre]:
        assert 10 <= score.duration <= 16.01
        assert len(score.parts) >= 1
        for part in score.parts:
            assert part.notes
            for note in part.notes:
                assert 0 <= note.start < note.end <= score.duration + 1e-6
                low, high = (35, 81) if part.is_drum else (23, 108)
                assert low <= note.pitch <= high, (score.title, part.name)


@pytest.mark.parametrize("genre", GENRES)
def test_tempo_stays_in_its_range_and_fills_it(genre, pieces):
    low, high = TEMPI[genre]
    tempi = [score.tempo for score in pieces[genre]]
    assert all(low <= tempo <= high for tempo in tempi)
    assert max(tempi) - min(tempi) > 0.7 * (high - low)


def test_tempo_alone_tells_the_genre_of_four_pieces_in_five_at_most(many):
    mixed = [(genre, many[genre][seed]) for seed in MANY for genre in GENRES]
    # By chance a third; 375 guesses have a standard error of 0.025.
    assert tempo_alone(mixed) < 0.80  # 0.78 of many


def at(tempo):
    return Score(tempo, (Part("drums", 0, (Note(0, 1, KICK),), is_drum=True),), 1.0)


def test_tempo_alone_is_sure_where_tempi_do_not_overlap():
    far = [(genre, at(tempo)) for _ in range(8) for genre, tempo in (("a", 60.0), ("b", 120.0))]
    assert tempo_alone(far) == 1.0


def test_tempo_alone_guesses_where_tempi_are_equal():
    equal = [(genre, at(100.0)) for _ in range(8) for genre in "ab"]
    assert tempo_alone(equal) == 0.5


def test_tempo_alone_needs_pieces():
    with pytest.raises(ValueError, match="pieces must be at least 2, got 0"):
        tempo_alone([])


def test_unknown_genre_lists_the_known():
    message = r"^genre must be one of 'ballad', 'dance', 'hip-hop'; got 'polka'$"
    with pytest.raises(ValueError, match=message):
        groove("polka", 0)


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        groove("dance", -1)


@pytest.mark.parametrize("family", [-1, FAMILIES])
def test_families_out_of_range_are_refused(family):
    with pytest.raises(ValueError, match=f"family must be 0 to {FAMILIES - 1}, got {family}"):
        groove("dance", 0, family)


def is_on_every_beat(drumming):
    """Tell whether the kick of each bar falls on all four beats."""
    bars = dict(drumming.beat)["kick"].split("|")
    return all(bar[beat] != "." for bar in bars for beat in range(0, 16, 4))


@pytest.mark.parametrize("families", [range(FAMILIES), SEEN, UNSEEN_FAMILIES])
def test_a_good_third_of_dance_families_has_a_broken_beat(families):
    skeletons = [groove_family("dance", number) for number in families]
    assert 0.25 < np.mean([not is_on_every_beat(f.drumming) for f in skeletons]) < 0.45
    assert {skeleton.style for skeleton in skeletons} == set(dances.STYLES)


@pytest.mark.parametrize(
    ("genre", "styles"),
    [("ballad", ballads.STYLES), ("dance", dances.STYLES), ("hip-hop", hiphop.STYLES)],
)
def test_the_unseen_families_hold_each_style_as_often_as_the_others_do(genre, styles):
    unseen = Counter(groove_family(genre, number).style for number in UNSEEN_FAMILIES)
    assert unseen == Counter(styles)
    every = Counter(groove_family(genre, number).style for number in range(FAMILIES))
    assert every == {style: 16 * count for style, count in unseen.items()}


def test_hip_hop_is_slower_than_dance_or_written_in_double_time():
    """No hip-hop where most of dance is."""
    tempi = np.array([groove_family("hip-hop", number).tempo for number in range(FAMILIES)])
    slow = tempi[:, 1] < 107
    assert np.all(slow | (tempi[:, 0] > 130))
    assert 0.15 < np.mean(~slow) < 0.35
    dance = np.array([groove_family("dance", number).tempo for number in range(FAMILIES)])
    assert np.mean((dance[:, 0] > 105) & (dance[:, 1] < 150)) > 0.7


@pytest.mark.parametrize("style", hiphop.STYLES)
def test_every_style_of_hip_hop_kicks_between_the_beats(style):
    first = hiphop.STYLES.index(style)
    kicks = [
        step
        for number in range(first, FAMILIES, len(hiphop.STYLES))
        for _, step in onsets_of(dict(groove_family("hip-hop", number).drumming.beat)["kick"])
    ]
    assert np.mean(np.array(kicks) % 0.25 > 0) > 0.25


def test_beats_of_hip_hop_are_many():
    beats = [dict(groove_family("hip-hop", number).drumming.beat) for number in range(FAMILIES)]
    assert len({beat["kick"] for beat in beats}) > 150
    assert len({beat["hat"] for beat in beats if "hat" in beat and len(beat["hat"]) < 96}) > 25


def coverage(score):
    """Return the share of beats on which a kick falls."""
    kicks = [note for note in drums_of(score).notes if note.pitch == KICK]
    struck = {round(beat) for beat in in_beats(score, kicks)[on_the_beat(score, kicks)]}
    return len(struck) / (score.duration * score.tempo / 60)


def test_dance_has_a_kick_on_nearly_every_beat_or_a_broken_one(many):
    shares = np.array([coverage(score) for score in many["dance"] if drums_of(score)])
    # Breaks and fills drop some of them, in a quarter of a piece each; between the two kinds
    # lie the pieces that do both.
    assert 0.5 < np.mean(shares > 0.7) < 0.75
    assert 0.25 < np.mean(shares < 0.6) < 0.45


def test_dance_plays_between_the_beats(pieces):
    for score in bands(pieces["dance"]):
        off = [~on_the_beat(score, part.notes) for part in score.parts]
        assert np.concatenate(off).mean() > 0.3, score.title


def test_hip_hop_has_a_hard_backbeat_and_kicks_off_the_beat(pieces):
    off, back = [], []
    for score in filter(drums_of, pieces["hip-hop"]):
        notes = drums_of(score).notes
        loud = max(n.velocity for n in notes if n.pitch in SNARES)
        hits = in_beats(score, [n for n in notes if n.pitch in SNARES and n.velocity > loud - 20])
        # Over half-time the backbeat is the third beat, else the second and fourth.
        place = np.round(hits) % 4
        back.append(max(np.isin(place, [1, 3]).mean(), (place == 2).mean()))
        off += list(~on_the_beat(score, [n for n in notes if n.pitch == KICK]))
    assert np.mean(np.array(back) > 0.6) > 0.85
    assert np.mean(off) > 0.4


def test_some_hip_hop_swings_and_some_is_half_time(pieces):
    scores = list(filter(drums_of, pieces["hip-hop"]))
    late = 0
    for score in scores:
        beats = in_beats(score, drums_of(score).notes)
        sixteenths = [place for place in (beats % 0.5) / 0.5 if 0.4 < place < 0.75]
        late += bool(sixteenths) and np.median(sixteenths) > 0.53
    assert len(SEEDS) / 6 < late < len(SEEDS)
    assert 5 < sum(score.tempo > 125 for score in scores) < len(SEEDS) / 2


def test_ballads_have_drums_or_not_and_they_do_not_run(many):
    drums = [drums_of(score) for score in many["ballad"]]
    assert 0.15 < np.mean([part is None for part in drums]) < 0.4

    def strokes_a_second(genre):
        return np.median([len(drums_of(s).notes) / s.duration for s in many[genre] if drums_of(s)])

    assert 1.3 * strokes_a_second("ballad") < strokes_a_second("hip-hop")


def test_ballads_hold_their_notes(many):
    def held(genre):
        """Share of the time in which a pitched note of a second or more sounds."""
        shares = []
        for score in many[genre]:
            t = np.arange(0, score.duration, 0.05)
            sounds = np.zeros(len(t), bool)
            for part in score.parts:
                for note in part.notes:
                    if not part.is_drum and part.name != "bass" and note.duration >= 1:
                        sounds |= (t >= note.start) & (t < note.end)
            shares.append(sounds.mean())
        return np.mean(shares)

    assert held("ballad") > 0.6
    assert 0.1 < held("dance") < 0.4
    # Hip-hop and dance may lie on held chords too: that alone must not make a ballad.
    assert 0.3 < held("hip-hop") < held("ballad") - 0.1


@pytest.mark.parametrize("genre", GENRES)
def test_some_pieces_are_for_bass_and_drums_and_few_for_one_player(genre, many):
    bands = [{part.name for part in score.parts} for score in many[genre]]
    assert sum(band == {"bass", "drums"} for band in bands) > len(MANY) / 25
    assert sum("drums" in band and len(band) == 2 for band in bands) > len(MANY) / 10
    assert sum("bass" in band and len(band) == 3 for band in bands) > len(MANY) / 8
    # A single part hardly tells the genre: 3 % of pieces, 7 or 8 of 250.
    assert 0 < sum(len(band) == 1 for band in bands) < len(MANY) / 15
    assert sum(len(band) > 3 for band in bands) > len(MANY) / 4


def test_the_level_of_the_drums_does_not_tell_the_genre(many):
    for genre in GENRES:
        levels = [drums_of(score).level_db for score in many[genre] if drums_of(score)]
        assert np.mean(np.array(levels) > -2) > 0.3
        assert np.mean(np.array(levels) < -2) > 0.3


def test_most_ballads_with_drums_have_a_hard_backbeat(many):
    hardest = [
        max((note.velocity for note in drums_of(score).notes if note.pitch in SNARES), default=0)
        for score in many["ballad"]
        if drums_of(score)
    ]
    assert 0.5 < np.mean(np.array(hardest) > 85) < 0.9


def test_ballads_kick_on_the_beat(many):
    off = [
        np.mean(~on_the_beat(score, [n for n in drums_of(score).notes if n.pitch == KICK]))
        for score in many["ballad"]
        if drums_of(score) and any(n.pitch == KICK for n in drums_of(score).notes)
    ]
    assert np.mean(off) < 0.3


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("side", [SEEN, UNSEEN_FAMILIES])
def test_drums_are_borrowed_on_one_side_only(genre, side):
    borrowed = 0
    for number in side:
        suited = drummers(genre, number)
        assert number in suited
        assert set(suited) <= set(side)
        borrowed += len(suited) - 1
        for other in suited:
            assert groove_family(genre, other).meter == groove_family(genre, number).meter
    assert borrowed > len(side)


@pytest.mark.parametrize("genre", GENRES)
def test_bass_plays_below_the_rest(genre, pieces):
    for score in pieces[genre]:
        if has(score, "bass"):
            bass = np.mean([note.pitch for note in score.part("bass").notes])
            others = [p for p in score.parts if not p.is_drum and p.name != "bass"]
            assert all(bass < np.mean([note.pitch for note in p.notes]) for p in others)


def test_genres_share_their_instruments(many):
    used = {
        genre: {part.program for s in many[genre] for part in s.parts if not part.is_drum}
        for genre in GENRES
    }
    for genre in GENRES:
        others = set().union(*(used[second] for second in GENRES if second != genre))
        assert len(used[genre] & others) > 0.7 * len(used[genre])
    assert {0, 4, 33, 48} <= set.intersection(*used.values())  # piano, e-piano, bass, strings
    kits = [{drums_of(s).program for s in many[genre] if drums_of(s)} for genre in GENRES]
    assert {0, 25} <= set.intersection(*kits)  # the standard kit and the drum machine


@pytest.mark.parametrize("genre", GENRES)
def test_families_differ_in_drums_bass_and_accompaniment(genre):
    """Another groove: on average over the three, less than 60 % of the onsets agree."""
    drums, basses, comps = [], [], []
    for number in range(FAMILIES):
        family = groove_family(genre, number)
        drums.append({(drum, *o) for drum, t in family.drumming.beat for o in onsets_of(t)})
        basses.append(texts_onsets(family, "bass"))
        comps.append(texts_onsets(family, "comp"))
    distinct = []
    for number in range(FAMILIES):
        agreements = [
            np.mean([jaccard(kind[number], kind[earlier]) for kind in (drums, basses, comps)])
            for earlier in distinct
        ]
        if not agreements or max(agreements) < 0.6:
            distinct.append(number)
    assert len(distinct) >= 40


@pytest.mark.parametrize("genre", GENRES)
def test_bars_are_written_in_whole_steps(genre):
    for number in range(FAMILIES):
        family = groove_family(genre, number)
        texts = [text for _, text in family.drumming.beat]
        texts += [text for voice in family.voices for text in voice.texts]
        lengths = {len(bar) for text in texts for bar in text.split("|")}
        assert lengths <= {4, 12, 16, 96}, family.style
        assert not {12, 16} <= lengths  # triplets and sixteenths are not mixed


def onsets_of(text):
    """Onsets of two bars, in fractions of a bar."""
    bars = (text.split("|") * 2)[:2]
    return {
        (bar, round(step / len(word), 4))
        for bar, word in enumerate(bars)
        for step, sign in enumerate(word)
        if sign not in ".-"
    }


def texts_onsets(family, layer):
    voice = next((voice for voice in family.voices if voice.layer == layer), None)
    return onsets_of(voice.texts[0]) if voice else set()


def jaccard(first, second):
    """Return the Jaccard index of two sets of onsets."""
    return len(first & second) / len(first | second) if first | second else 1.0
