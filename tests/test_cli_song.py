"""The command that hears a whole song, called as a person calls it."""

import dataclasses
import itertools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.cli.song_report import rows_of
from auralise_jax.corpus.table import read_table

pytestmark = pytest.mark.usefixtures("compiled_quickly")

TINY = "--model tiny.safetensors"


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    make_noise(3.0, 8000).save(tmp_path / "song.wav")
    return tmp_path


def hear(**how: object) -> aj.SongListening:
    return aj.listen_song("tiny.safetensors", "song.wav", 0.5, progress=False, **how)


def called(words: str) -> int:
    return main(f"song song.wav {TINY} --hop 0.5 {words}".split())


def strong(song: aj.SongListening, layer: int) -> int:
    return int(song.activity(layer).mean(axis=0).argmax())


def test_it_says_which_class_where(here, capsys) -> None:
    assert called("") == 0
    out = capsys.readouterr().out
    song = hear()
    assert f"song: 0:03, 6 windows of 0.37 s, one every 0.5 s, {song.loudness:.1f} LUFS\n" in out
    mean = song.probabilities.mean(axis=0)
    lines = [line.split() for line in out.splitlines() if "likeliest at" in line]
    assert [line[0] for line in lines] == [song.classes[n] for n in np.argsort(-mean)]
    assert [float(line[1]) for line in lines] == pytest.approx(sorted(100 * mean)[::-1], abs=0.06)
    (best,) = song.likeliest("a", 1)
    assert f"({100 * best.value:.1f} %)" in next(line for line in out.splitlines() if "  a" in line)
    assert sorted(path.name for path in here.iterdir()) == ["song.wav", "tiny.safetensors"]


def test_it_says_where_none_of_the_classes_is_likely_enough(here, capsys) -> None:
    assert called("") == 0
    assert "\nthe likeliest class:\n" in capsys.readouterr().out
    most = hear().probabilities.max(axis=1)
    none_below = round(float(np.sort(most)[-2:].mean()), 4)  # all windows but the surest
    honest = dataclasses.replace(make_model(), none_below=none_below)
    aj.save_model(honest, here / "tiny.safetensors")
    assert hear().answers.count("none of these") == len(most) - 1
    assert called("") == 0
    out = capsys.readouterr().out
    below = f"or none of these where it is less than {100 * none_below:.1f} % likely:\n"
    assert f"\nthe likeliest class, {below}" in out
    stretches = out.split(below)[1].split("mean over all windows")[0].splitlines()
    runs = [answer for answer, _ in itertools.groupby(hear().answers)]
    assert [line.split(maxsplit=1)[1].rsplit(maxsplit=2)[0].strip() for line in stretches] == runs
    assert main("models tiny.safetensors".split()) == 0
    line = (
        f"answer    none of these, where the largest probability is below {100 * none_below:.1f} %"
    )
    assert line in capsys.readouterr().out


def test_it_writes_what_is_asked_for(here, capsys) -> None:
    song = hear()
    feature = strong(song, 2)
    words = f"--layer 2 --feature {feature} --out f.wav --picture p.png --table t.csv"
    assert called(f"{words} --class b --excerpts e.wav --count 2") == 0
    out = capsys.readouterr().out
    wanted = song.auralise(2, feature)
    # 16 bit on both ways; JAX compiles for each shape.
    np.testing.assert_allclose(aj.load_clip("f.wav").samples, wanted.samples, atol=1e-4)
    assert f"f.wav: song, feature 2-{feature}, deconvnet, 3.00 s at 2000 Hz\n" in out
    assert f"gain {wanted.level}" in out
    assert Path("p.png").read_bytes().startswith(b"\x89PNG")
    assert "\np.png\n" in out
    rows = [row for _, row in read_table(Path("t.csv"), ["start_s", "end_s", "a"], "")]
    assert f"t.csv: {len(rows)} lines, 6 columns\n" in out
    np.testing.assert_allclose([float(row["start_s"]) for row in rows], song.times, atol=1e-3)
    probabilities = [[float(row[name]) for name in "abc"] for row in rows]
    np.testing.assert_allclose(probabilities, song.probabilities, atol=1e-5)
    activity = [float(row[f"activity 2-{feature}"]) for row in rows]
    np.testing.assert_allclose(activity, song.activity(2)[:, feature], rtol=1e-4)
    excerpts = song.excerpts(song.likeliest("b", 2))
    np.testing.assert_allclose(aj.load_clip("e.wav").samples, excerpts.samples, atol=1e-4)
    assert excerpts.sample_rate == 8000
    assert "\ne.wav: 0:0" in out
    places = [f"0:{one.start:04.1f}".removesuffix(".0") for one in song.strongest(2, feature)]
    assert f"feature 2-{feature} responds most at {places[0]}-" in out


def test_a_part_and_the_windows_of_a_feature(here, capsys) -> None:
    song = hear()
    feature = strong(song, 1)
    words = f"--layer conv1 --feature {feature} --out f.flac --start 1 --end 2 --rule guided"
    assert called(f"{words} --loudness raw --resynthesis mask --excerpts e.ogg --count 3") == 0
    wanted = song.auralise(1, feature, "guided", "mask", "raw", 1.0, 2.0)
    np.testing.assert_allclose(aj.load_clip("f.flac").samples, wanted.samples, atol=1e-4)
    assert aj.load_clip("e.ogg").duration == pytest.approx(3 * 0.37, abs=0.01)
    assert called("--layer 1 --table all.csv") == 0
    ((_, row), *_) = read_table(Path("all.csv"), [], "")
    assert [*row][5:] == [f"activity 1-{number}" for number in range(4)]
    capsys.readouterr()


def test_muting_says_what_it_changes(here, capsys) -> None:
    assert called("--mute 1-0 conv3-2 --picture p.svg") == 0
    out = capsys.readouterr().out
    muted = hear().edited([(1, 0), (3, 2)], progress=False)
    assert out.startswith("muted: 1-0, 3-2\n")
    for name, now, before in zip(
        "abc", muted.probabilities.mean(axis=0), hear().probabilities.mean(axis=0), strict=True
    ):
        line = next(line for line in out.splitlines() if line.startswith(f"  {name} "))
        assert f"{100 * now:.1f} %" in line
        assert f"(was {100 * before:.1f} %)" in line
    assert Path("p.svg").stat().st_size


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--hop 0", "hop must be a number of seconds"),
        ("--hop nan", "hop must be a number of seconds"),
        ("--hop 9", "hop must be at most 3.000 s"),
        ("--layer 7", "layer must be 1 to 3"),
        ("--layer 1 --feature 9 --out f.wav", "feature must be 0 to 3"),
        ("--class d --excerpts e.wav", "the classes are a, b, c; there is no 'd'"),
        ("--layer 1 --feature 0 --out f.xyz", "cannot write '.xyz'"),
        ("--picture p.jpeg", "a picture's name must end in .png"),
        ("--table song.wav", "--table song.wav would overwrite the file that is read"),
        ("--layer 1 --feature 1 --out x.wav --excerpts x.wav", "--out and --excerpts both name"),
        ("--mute 1-9", "feature must be 0 to 3"),
        ("--mute conv9-1", "layer must be 1 to 3"),
        ("--layer 1 --feature 1 --out f.wav --start 9", "start must be at least 0 s"),
        ("--layer 1 --feature 1 --out f.wav --start 2 --end 1", "end must be more than start"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(here, capsys, words, message) -> None:
    assert called(words) == 1
    out, said = capsys.readouterr()
    assert message in said
    assert said.startswith("auralise-jax: ")
    assert said.count("\n") == 1
    assert out == ""  # before the song was heard
    assert sorted(path.name for path in here.iterdir()) == ["song.wav", "tiny.safetensors"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--feature 3", "--feature needs the --layer"),
        ("--layer 3 --out f.wav", "--out needs --layer and --feature"),
        ("--excerpts e.wav", "--excerpts needs --class, or --layer and --feature"),
        ("--class a", "--class belongs to --excerpts"),
        ("--start 3", "--start and --end belong to --out"),
        ("--count 0", "--count must be 1 or more"),
        ("--mute 3", "a feature is written as 3-20, not '3'"),
    ],
)
def test_wrong_arguments(here, capsys, words, message) -> None:
    with pytest.raises(SystemExit) as ended:
        called(words)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_files_that_are_none_or_damaged(here, capsys) -> None:
    assert main(f"song beach {TINY}".split()) == 1
    assert "there is no file beach, and the shipped clips are" in capsys.readouterr().err
    whole = Path("song.wav").read_bytes()
    Path("song.wav").write_bytes(whole[: len(whole) // 2])
    assert called("") == 1
    assert "song.wav is cut off" in capsys.readouterr().err
    Path("song.wav").write_bytes(b"no sound" * 99)
    assert called("") == 1
    assert "not a sound file" in capsys.readouterr().err


def test_a_short_song_is_noted(here, capsys) -> None:
    make_noise(0.2).save("short.wav")
    assert main(f"song short.wav {TINY}".split()) == 0
    said = capsys.readouterr()
    assert "note: the clip has 0.20 s" in said.err
    assert "1 window of 0.37 s" in said.out
    assert "no loudness" in said.out


def test_a_model_without_classes(here, capsys) -> None:
    aj.save_model(make_model(dense=()), "deaf.safetensors")
    assert main("song song.wav --model deaf.safetensors --layer 1 --feature 1".split()) == 0
    out = capsys.readouterr().out
    assert "knows no classes; its features can be heard all the same" in out
    assert "feature 1-1 " in out
    words = "song song.wav --model deaf.safetensors --class a --excerpts e.wav".split()
    assert main(words) == 1
    assert "the classes are none: model 'deaf' gives no scores" in capsys.readouterr().err


def test_a_feature_that_does_not_respond(here, capsys) -> None:
    model = make_model()
    tensors = dict(model.network.tensors)
    tensors["conv1.bias"] = np.array([-1e3, 0, 0, 0], np.float32)
    quiet = aj.Model(model.network.replaced(tensors), model.frontend, model.classes)
    aj.save_model(quiet, "tiny.safetensors")
    assert called("--layer 1 --feature 0 --out f.wav") == 0
    out = capsys.readouterr().out
    assert "feature 1-0 does not respond to this song\n" in out
    assert "note: feature 1-0 is silent for this clip\n" in out
    assert aj.load_clip("f.wav").peak == 0
    assert called("--layer 1 --feature 0 --excerpts e.wav") == 1
    assert "so there is no excerpt of it" in capsys.readouterr().err


def test_a_class_that_is_impossible(here, capsys) -> None:
    model = make_model()
    tensors = dict(model.network.tensors)
    last = max(name for name in tensors if name.startswith("dense") and name.endswith("bias"))
    tensors[last] = np.array([0, 0, -1e4], np.float32)
    sure = aj.Model(model.network.replaced(tensors), model.frontend, model.classes)
    aj.save_model(sure, "tiny.safetensors")
    assert called("") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split() == ["c", "0.0", "%", "nowhere"]
    column = {line.index("likeliest at") for line in lines if "likeliest at" in line}
    assert column == {lines[-1].index("nowhere")}
    assert called("--class c --excerpts e.wav") == 1
    said = capsys.readouterr().err
    assert "the probability of c is 0 all over this song, so there is no excerpt of it" in said


def test_times_hours_into_a_song() -> None:
    late = SimpleNamespace(
        times=np.array([10800.25]),
        seconds=0.37,
        duration=11000.0,
        classes=("a",),
        probabilities=np.array([[0.5]]),
    )
    assert rows_of(late, None, None) == (
        ["start_s", "end_s", "a"],
        [["10800.25", "10800.62", "0.5"]],
    )


def test_the_decoders_remarks_stay_out_of_the_terminal(here, capfd) -> None:
    make_noise(3.0, 8000).save("song.mp3")
    data = Path("song.mp3").read_bytes()
    half = len(data) // 2
    Path("song.mp3").write_bytes(data[:half] + b"no sound at all" * 9 + data[half:])
    assert main(f"song song.mp3 {TINY} --layer 1 --feature 1 --out f.wav".split()) == 0
    assert capfd.readouterr().err == ""
