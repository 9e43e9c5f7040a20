import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from make_clips import bach
from making import make_model
from sparse_music import accompaniment
from stress_changes import (
    Change,
    changes,
    drumming,
    faster,
    kicked_beats,
    layer,
    only,
    sparse,
    sparse_changes,
    vorbis,
)
from stress_table import StressTest, row_of
from stress_test import SECTIONS, _takes, _tempo, main, stress

import auralise_jax as aj
from auralise_jax.composing import GENRES, groove
from auralise_jax.synth import Note, Part, Score

RATE = 22_050
PIECES = [groove(genre, seed) for genre in GENRES for seed in range(12)]


def drums(*beats, tempo=120.0, of=4, level_db=0.0):
    notes = tuple(Note(beat * 60 / tempo, 0.1, 36) for beat in beats)
    return Score(tempo, (Part("drums", 0, notes, True, level_db),), of * 60 / tempo)


def layers(score):
    return [layer(part) for part in score.parts]


def test_changes_have_names_of_their_own():
    names = [(change.section, change.name) for change in (*changes(), *sparse_changes())]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("change", [c for c in changes() if c.section == "parts"])
def test_parts_are_left_out_and_the_rest_stays(change: Change):
    found = [(piece, change.score(piece)) for piece in PIECES]
    assert any(after is not None for _, after in found)
    for before, after in found:
        if after is None:
            continue
        assert 0 < len(after.parts) < len(before.parts)
        assert set(after.parts) < set(before.parts)
        assert replace(after, parts=before.parts) == before
        for word in ("drums", "bass", "melody", "pad"):
            if change.name.startswith("without") and word in change.name:
                assert word not in layers(after)


def test_how_much_is_left():
    piece = next(p for p in PIECES if {"drums", "bass", "pad", "melody"} <= set(layers(p)))
    by_name = {change.name: change.score for change in changes()}
    assert sorted(layers(by_name["drums and bass alone"](piece))) == ["bass", "drums"]
    for name, length, kept in (
        ("drums, bass, one part", 3, {"drums", "bass"}),
        ("drums and one part", 2, {"drums"}),
        ("one part alone", 1, set()),
    ):
        left = layers(by_name[name](piece))
        assert len(left) == length
        assert kept < set(left)


def test_nothing_to_leave_out_is_no_change():
    alone = bach()
    assert only(alone, lambda part: not part.is_drum) is None
    assert only(alone, lambda part: part.is_drum) is None
    assert sparse(alone, ("drums",)) is None
    assert sparse(drums(0), ()) is None


def test_another_tempo_moves_times_and_nothing_else():
    for piece in PIECES[::5]:
        played = faster(piece, 1.25)
        assert played.tempo == 1.25 * piece.tempo
        assert played.duration * played.tempo == pytest.approx(piece.duration * piece.tempo)
        for before, after in zip(piece.parts, played.parts, strict=True):
            for old, new in zip(before.notes, after.notes, strict=True):
                assert (new.start, new.duration) == (old.start / 1.25, old.duration / 1.25)
                assert replace(new, start=old.start, duration=old.duration) == old


def test_the_share_of_beats_with_a_kick():
    assert kicked_beats(drums(0, 1, 2, 3)) == 1
    assert kicked_beats(drums(0, 1.5, 2)) == 0.5
    assert kicked_beats(drums(0, 2, tempo=60)) == 0.5
    assert kicked_beats(drums()) == kicked_beats(bach()) == 0


def test_how_loud_drums_are():
    assert drumming(bach()) == "no drums"
    assert drumming(drums(0, level_db=-3)) == "loud drums"
    assert drumming(drums(0, level_db=-9)) == "soft drums"


@pytest.mark.parametrize(
    ("genre", "slowest", "fastest"), [("ballad", 58, 90), ("dance", 116, 139), ("hip-hop", 74, 104)]
)
def test_a_sparse_accompaniment_is_what_it_says(genre, slowest, fastest):
    pieces = [accompaniment(genre, seed) for seed in range(30)]
    assert pieces[3] == accompaniment(genre, 3)
    assert len(set(pieces)) == 30
    for piece in pieces:
        assert slowest <= piece.tempo <= fastest
        assert layers(piece) == ["drums", "bass", "accompaniment"]
        assert 10 <= piece.duration <= 16
        beats = [
            n.start * piece.tempo / 60 for n in piece.part("drums").notes if n.pitch in (38, 39)
        ]
        assert {round(beat) % 4 for beat in beats if abs(beat - round(beat)) < 0.1} == {1, 3}
        assert kicked_beats(piece) < 0.75
    kicks = [n for n in pieces[0].part("drums").notes if n.pitch == 36]
    assert len(kicks) >= 4


def test_no_accompaniment_of_other_genres():
    with pytest.raises(ValueError, match="genre must be one of 'ballad', 'dance', 'hip-hop'; got"):
        accompaniment("polka", 0)


def test_sparse_accompaniments_with_and_without_drums_at_five_tempi():
    piece = accompaniment("dance", 0)
    tempi = [change for change in sparse_changes() if "drums, x" in change.name]
    played = [change.score(piece) for change in tempi]
    factors = [round(score.tempo / piece.tempo, 2) for score in played]
    assert factors == [0.8, 0.9, 1, 1.11, 1.25] * 2
    assert ["drums" in layers(score) for score in played] == [True] * 5 + [False] * 5


def test_sparse_accompaniments_with_other_drums():
    by_name = {change.name: change.score for change in sparse_changes()}
    for genre in GENRES:
        piece = accompaniment(genre, 3)

        def pitches(score):
            return {note.pitch for note in score.part("drums").notes}

        everything = pitches(piece)
        assert pitches(by_name["without kick"](piece)) == everything - {36}
        assert pitches(by_name["without snare and clap"](piece)) == everything - {37, 38, 39}
        assert pitches(by_name["without hats"](piece)) == everything - {42, 46, 51}
        steady = by_name["a kick on every beat"](piece)
        assert kicked_beats(steady) == 1
        kicks = [note for note in steady.part("drums").notes if note.pitch == 36]
        assert len(kicks) == round(piece.duration * piece.tempo / 60)
        softer = by_name["drums 9 dB softer"](piece)
        assert softer.part("drums").level_db == piece.part("drums").level_db - 9
        for score in (steady, softer):
            assert [part for part in score.parts if not part.is_drum] == list(piece.parts[1:])


@pytest.mark.parametrize("change", [c for c in changes() if c.section == "sound"])
def test_changes_of_sound_keep_length_and_headroom_and_travel_to_processes(change: Change):
    sound = 0.8 * np.sin(np.arange(RATE, dtype=np.float32) / 7)
    changed = pickle.loads(pickle.dumps(change.sound))(sound, RATE)  # noqa: S301  our own
    assert changed.shape == sound.shape
    assert changed.dtype == np.float32
    assert 0.01 < np.abs(changed).max() <= 0.9 + 1e-6
    assert not np.array_equal(changed, sound)
    assert not change.sound(np.zeros(4000, np.float32), RATE).any()


def test_brightness_level_and_codec_do_what_their_names_say():
    noise = np.random.default_rng(0).normal(0, 0.02, 4 * RATE).astype(np.float32)
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    by_name = {change.name: change.sound for change in changes()}

    def gain(name, low, high):
        band = (hertz >= low) & (hertz < high)
        after = np.abs(np.fft.rfft(by_name[name](noise, RATE))) ** 2
        return 10 * np.log10(after[band].sum() / power[band].sum())

    assert gain("quieter, -24 dB", 0, RATE) == pytest.approx(-24, abs=0.01)
    assert gain("brighter, tilt +9 dB", 3000, 8000) == pytest.approx(9, abs=1)
    assert gain("darker, tilt -9 dB", 20, 150) == pytest.approx(9, abs=1)
    assert gain("low-pass 1000 Hz", 4000, 8000) < -40
    assert gain("high-pass 200 Hz", 20, 40) < -20
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE, dtype=np.float32) / RATE)
    back = vorbis(tone, RATE)
    assert 0.0 < np.abs(back - tone)[2000:-2000].max() < 0.03  # lossy, and hardly


CLASSES = ("ballad", "dance")
SURE, UNSURE = [0.9, 0.1], [0.4, 0.6]


def answers(**pieces):
    return {("ballad", int(name[1:])): np.array(clips) for name, clips in pieces.items()}


def test_a_row_worked_out_by_hand():
    before = answers(_1=[SURE, SURE], _2=[SURE, UNSURE], _3=[SURE])
    after = answers(_1=[UNSURE, SURE], _2=[UNSURE, UNSURE])
    row = row_of("parts", "without drums", CLASSES, after, before, none_below=0.7)
    assert row.scores.clip_accuracy.value == 0.25
    assert row.scores.piece_accuracy.value == 0.5
    # From 1 to 1/2 and from 1/2 to 0; the third piece has no drums.
    assert row.difference.value == -0.5
    (error,) = row.errors
    assert (error.true, error.called, error.clips) == ("ballad", "dance", 3)
    assert error.confidence == pytest.approx(0.6)
    assert row.unsaid == 0.75


def test_tables_have_a_cell_for_each_column():
    rows = (
        row_of("all", "unchanged", CLASSES, answers(_1=[SURE], _2=[UNSURE])),
        row_of("parts", "a", CLASSES, answers(_1=[UNSURE]), answers(_1=[SURE])),
        row_of("parts", "b", CLASSES, answers(_1=[SURE], _2=[SURE]), answers(_1=[SURE], _2=[SURE])),
    )
    found = StressTest("mine", rows, {"pieces": 2}, ("a font is not here",))
    lines = [line for line in found.markdown().splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {9}
    assert len(lines) == 2 * 2 + 3
    text = found.table()
    for words in ("'mine'", "pieces: 2", "note: a font is not here", "ballad as dance 1 (0.60)"):
        assert words in text
    numbers = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert [row["change"] for row in numbers["rows"]] == ["unchanged", "a", "b"]
    assert numbers["rows"][1]["difference"] == [-1, None, None]


def test_a_column_says_how_often_no_class_is_named():
    said = row_of("all", "unchanged", CLASSES, answers(_1=[SURE]))
    unsaid = row_of("all", "quieter", CLASSES, answers(_1=[SURE, UNSURE]), none_below=0.7)
    for rows, there in (((said,), False), ((said, unsaid), True)):
        found = StressTest("mine", rows, {})
        assert ("none of these, %" in found.table()) == there
        lines = [line for line in found.markdown().splitlines() if line.startswith("|")]
        assert {line.count("|") for line in lines} == {9 + there}


@pytest.fixture(scope="module")
def model():
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=2.0)
    return replace(make_model(front, seed=3), classes=GENRES)


def test_a_stress_test_goes_on_where_it_was(model, tmp_path):
    settings = {
        "pieces": 1, "sections": ("sound",), "engine": "additive", "processes": 1,
        "progress": False,
    }  # fmt: skip
    first = stress(model, tmp_path, **settings)
    assert [row.section for row in first.rows].count("sound") == 11
    assert first.rows[0].scores.pieces == 3
    assert all(row.difference is not None for row in first.rows[1:])
    files = sorted((tmp_path / "stress").rglob("*.flac"))
    assert len(files) == 3 * 12
    kept, lost = files[:2]
    whole = lost.read_bytes()
    lost.unlink()
    stamp = kept.stat().st_mtime_ns
    again = stress(model, tmp_path, **settings)
    assert kept.stat().st_mtime_ns == stamp
    assert lost.read_bytes() == whole
    assert again.as_dict() == first.as_dict()


def test_a_file_is_named_by_its_notes_so_that_a_new_grammar_is_heard(tmp_path):
    def files(family):
        takes = list(_takes(tmp_path, 1, [family], SECTIONS, "additive", 7))
        assert len({take.path for take in takes}) == len(takes)
        return {take.path for take in takes if take.change.section != "sparse accompaniments"}

    assert files(80) == files(80)
    assert not files(80) & files(81)


def test_tempi_are_sorted_into_rows_in_order(tmp_path):
    takes = list(_takes(tmp_path, 12, range(80, 92), ["tempo"], "additive", 0))
    takes.sort(key=lambda take: take.score.tempo)
    rows = [_tempo(take) for take in takes]
    assert rows == sorted(rows)
    for row, take in zip(rows, takes, strict=True):
        low, high = row.split("to")
        assert float(low.strip() or 0) <= take.score.tempo
        assert high.strip() == "more" or take.score.tempo < float(high)


def test_what_cannot_be_tested_is_said_before_anything_is_played(model, tmp_path):
    with pytest.raises(ValueError, match="model 'tiny' does not know ballad, dance, hip-hop"):
        stress(make_model(), tmp_path)
    with pytest.raises(ValueError, match=r"sections must be of parts, tempo, .*; not humour"):
        stress(model, tmp_path, sections=["humour"])
    with pytest.raises(ValueError, match="pieces must be 1 or more"):
        stress(model, tmp_path, pieces=0)
    assert not list(tmp_path.iterdir())


def test_help_teaches_how_to_read_the_table(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in ("how to read the table", "95 % intervals", "--families", "apt install"):
        assert words in text.replace("How", "how")
