"""The command line, called as a person calls it."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from making import TINY, make_model, make_noise, with_tensors

import auralise_jax as aj
from auralise_jax.cli import course, main, options
from auralise_jax.cli.commands import COMMANDS
from auralise_jax.languages import LANGUAGES
from auralise_jax.listening.position import POSITIONS
from auralise_jax.listening.resynthesis import LOUDNESSES, RESYNTHESES
from auralise_jax.training.recipe import SIZES, Recipe
from auralise_jax.widgets.page import CODECS


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    make_noise(1.0).save(tmp_path / "song.wav")
    return tmp_path


def test_listen_writes_the_sound_and_the_picture(here, capsys) -> None:
    words = "listen song.wav --model tiny.safetensors --layer 2 --feature 4 --rule guided --start 0"
    assert main([*words.split(), "--out", "f.wav", "--picture", "f.png"]) == 0
    heard = aj.listen(aj.load_model("tiny.safetensors"), aj.load_clip("song.wav"))
    wanted = heard.project(2, 4, "guided").auralise().samples
    # 16 bit on both ways.
    np.testing.assert_allclose(aj.load_clip("f.wav").samples, wanted, atol=1e-4)
    assert Path("f.png").read_bytes().startswith(b"\x89PNG")
    assert "feature 2-4, guided" in capsys.readouterr().out


def test_listen_says_in_words_how_much_louder_it_was_made(here, capsys) -> None:
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    first = aj.survey(heard, 3).order[0]
    words = f"listen bach --layer 3 --feature {first} --out f.wav".split()
    assert main(words) == 0
    _, file, gain, scale = capsys.readouterr().out.splitlines()
    sound = heard.project(3, first).auralise()
    assert file == f"f.wav: feature 3-{first}, deconvnet, 4.00 s at 11025 Hz"
    times, told = gain.split(" times as strong, to be as loud as the music: gain ")
    made = float(times.removeprefix("made "))
    assert made == pytest.approx(10 ** (sound.gain_db / 20), rel=0.05)  # two digits
    assert told == sound.level
    assert scale.endswith(f"brought to that of the music's: scale {sound.scale_db:+.1f} dB")
    assert main([*words, "--loudness", "raw"]) == 0
    assert "\nleft as loud as it is: gain +0.0 dB\n" in capsys.readouterr().out


def test_listen_start_reads_that_part_of_the_file(here) -> None:
    words = "listen song.wav --model tiny.safetensors --start 0.5 --loudness raw --out f.wav"
    assert main(words.split()) == 0
    heard = aj.listen(aj.load_model("tiny.safetensors"), aj.load_clip("song.wav"), 0.5)
    wanted = heard.project(1, 0).auralise(loudness="raw").samples
    np.testing.assert_allclose(aj.load_clip("f.wav").samples, wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "listen beach",
            "there is no file beach, and the shipped clips are bach, ballad, dance, hiphop\n",
        ),
        ("listen tiny.safetensors", "not a sound file"),
        ("listen song.wav --layer 7", "layer must be 1 to 3"),
        ("listen song.wav --layer conv8", "one of conv1, conv2, conv3"),
        ("listen song.wav --feature 4", "feature must be 0 to 3"),
        (
            "listen song.wav --start 5",
            "start must be at least 0 s and less than 1.000 s, the length of",
        ),
        (
            "listen song.wav --start -1",
            "start must be at least 0 s and less than 1.000 s, the length of",
        ),
        ("listen song.wav --out nowhere/f.wav", "there is no folder nowhere"),
        ("listen song.wav --out f.xyz", "must end in one of .wav"),
        ("listen song.wav --picture f.bmp", "must end in .png"),
        ("listen song.wav --picture nowhere/f.png", "there is no folder nowhere"),
        ("listen song.wav --model song.wav", "is not a model file that can be used"),
        ("demo song.wav --out f.txt --no-open", "must end in .html"),
    ],
)
def test_bad_input_is_said_in_one_line_and_writes_nothing(here, capsys, words, message) -> None:
    before = sorted(here.iterdir())
    words = words.split()
    if "--model" not in words:
        words += ["--model", "tiny.safetensors"]
    assert main(words) == 1
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.startswith("auralise-jax: ")
    assert said.err.count("\n") == 1
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("listen song.wav --out song.wav", "--out song.wav would overwrite the file that is read"),
        ("listen feature.wav", "--out feature.wav would overwrite the file that is read; choose"),
        ("listen song.wav --out link.wav", "--out link.wav would overwrite song.wav, which is the"),
        ("listen bach --out x.png --picture x.png", "--out and --picture both name x.png; choose"),
        ("listen song.png --picture song.png", "--picture song.png would overwrite the file"),
        ("demo page.html --out page.html", "--out page.html would overwrite the file that is"),
        ("demo page.html --no-open --out ./page.html", "would overwrite the file that is read"),
        ("lesson bach --text page.html --out page.html", "--out page.html would overwrite the"),
        ("lesson bach page.html --out page.html", "--out page.html would overwrite the file"),
        ("evaluate {tiny} music --json {tiny}", "--json tiny.safetensors would overwrite the file"),
        ("evaluate {tiny} music --json tiny.manifest.csv", "--json tiny.manifest.csv would"),
        ("evaluate {tiny} music --json music/labels.csv", "--json music/labels.csv would"),
        ("evaluate {tiny} music --json music/a.wav", "--json music/a.wav would overwrite the"),
        ("evaluate {tiny} music --json x.png --figure x.png", "--figure and --json both name"),
        ("train music --out table.safetensors", "table.manifest.csv would overwrite music/labels"),
    ],
)
def test_what_is_read_is_not_overwritten(here, capsys, words, message) -> None:
    for name in ("feature.wav", "song.png", "page.html", "tiny.manifest.csv"):
        Path(name).write_bytes(Path("song.wav").read_bytes())
    Path("link.wav").hardlink_to("song.wav")
    Path("music").mkdir()
    Path("music/a.wav").write_bytes(Path("song.wav").read_bytes())
    Path("music/labels.csv").write_text("file,class\na.wav,a\n", "utf-8")
    Path("table.manifest.csv").hardlink_to("music/labels.csv")
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert main(words.replace("{tiny}", "tiny.safetensors").split()) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_a_short_clip_is_said_as_a_note(here, capsys) -> None:
    make_noise(0.2).save("short.wav")
    assert main("listen short.wav --model tiny.safetensors --out f.wav".split()) == 0
    assert "note: the clip has 0.20 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("listen long.mp3", "long.mp3: using 0-0.37 s of 3 s; --start chooses another"),
        ("listen long.mp3 --start 1.25", "long.mp3: using 1.25-1.62 s of 3 s; --start"),
        ("listen long.mp3 --start 2.75", "long.mp3: using 2.75-3 s of 3 s; --start"),
        ("listen bach --start 2", "bach: using 2-2.37 s of 14 s; --start"),
        ("demo long.mp3 --no-open --features 1", "long.mp3: using 0-0.37 s of 3 s; --start"),
        ("lesson bach long.mp3 --features 1", "long.mp3: using 0-0.37 s of 3 s; --start"),
    ],
)
def test_what_is_heard_of_a_longer_clip_is_said(here, capsys, words, told) -> None:
    make_noise(3.0, 8000).save("long.mp3")
    assert main([*words.split(), "--model", "tiny.safetensors"]) == 0
    assert told in capsys.readouterr().out


@pytest.fixture
def late(here) -> Path:
    """A file whose music begins late."""
    noise = make_noise(1.0, 8000).samples
    samples = np.concatenate([np.zeros(20_000), noise, np.zeros(4000)])  # from 2.5 to 3.5 s
    return aj.Clip(samples, 8000).save(here / "late.flac")


def facts(page: str) -> list[dict]:
    """Return what a page says of its panels."""
    text = Path(page).read_text("utf-8")
    documents = json.loads(re.search(r'id="auralise-page">(.+?)</script>', text)[1])
    return [document["facts"] for document in documents]


def test_a_page_keeps_the_place_in_the_file(here, late, capsys) -> None:
    tiny = "--model tiny.safetensors --features 1 --start 2.75".split()
    assert main(["demo", "late.flac", "--no-open", "--out", "a.html", *tiny]) == 0
    assert main(["lesson", "bach", "late.flac", "--out", "b.html", *tiny]) == 0
    for one in [*facts("a.html"), *facts("b.html")]:
        assert one["start"] == 2.75  # where the axis begins
    capsys.readouterr()
    words = ["listen", "late.flac", "--start", "2.75", "--model", "tiny.safetensors"]
    assert main([*words, "--loudness", "raw"]) == 0
    heard = aj.listen(aj.load_model("tiny.safetensors"), aj.load_clip(late), 2.75)
    wanted = heard.project(1, 0).auralise(loudness="raw").samples
    np.testing.assert_allclose(aj.load_clip("feature.wav").samples, wanted, atol=1e-4)


def test_the_busiest_part_is_heard_and_said(here, late, capsys) -> None:
    tiny = "--model tiny.safetensors".split()
    assert main(["listen", "late.flac", *tiny]) == 0
    assert (
        main(["demo", "late.flac", "--no-open", "--features", "1", "--out", "a.html", *tiny]) == 0
    )
    told = [line for line in capsys.readouterr().out.splitlines() if ": using " in line]
    (start,) = {float(re.search("using (.+?)-", line)[1]) for line in told}
    assert len(told) == 2
    assert 2.5 <= start <= 3.5 - TINY.duration
    assert all(", the busiest part; --start chooses another" in one for one in told)
    assert facts("a.html")[0]["start"] == start
    assert main(["listen", "late.flac", "--start", "0", *tiny]) == 0
    said = capsys.readouterr().out
    assert "late.flac: using 0-0.37 s of 4 s; --start chooses another" in said


def test_a_lesson_loads_its_model_once(here, monkeypatch) -> None:
    loaded, load = [], aj.network.files._read

    def read(path: Path, name: str) -> aj.Model:
        loaded.append(name)
        return load(path, name)

    monkeypatch.setattr(aj.network.files, "_read", read)
    make_noise(TINY.duration).save("short.wav")
    clips = ["short.wav"] * 30
    assert main(["lesson", *clips, *"--model tiny.safetensors --features 1".split()]) == 0
    assert loaded == ["tiny"]
    assert [one["takes"][0]["model"] for one in facts("lesson.html")] == ["tiny"] * 30


def test_a_clip_that_is_heard_whole_is_no_news(here, capsys) -> None:
    make_noise(TINY.duration).save("short.wav")
    assert main("listen short.wav --model tiny.safetensors --out f.wav".split()) == 0
    assert "using" not in capsys.readouterr().out


def test_the_decoders_remarks_stay_out_of_the_terminal(here, capfd) -> None:
    make_noise(3.0, 8000).save("song.mp3")
    data = Path("song.mp3").read_bytes()
    half = len(data) // 2
    Path("song.mp3").write_bytes(data[:half] + b"no sound at all" * 9 + data[half:])
    words = "listen song.mp3 --model tiny.safetensors --start 1.3 --out f.wav".split()
    soundfile.read("song.mp3")
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err  # or nothing is tested
    assert main(words) == 0
    assert capfd.readouterr().err == ""
    assert main([*words, "--feature", "99"]) == 1
    assert capfd.readouterr().err.startswith("auralise-jax: feature must be")


def test_a_silent_feature_names_one_that_responds(here, capsys) -> None:
    model = make_model()
    bias = model.network.tensors["conv2.bias"].copy()
    bias[1] = -1e6
    model = with_tensors(model, {**model.network.tensors, "conv2.bias": bias})
    aj.save_model(model, here / "one.safetensors")
    words = "listen song.wav --model one.safetensors --start 0 --layer 2 --feature 1 --out f.wav"
    assert main(words.split()) == 0
    first = aj.survey(aj.listen(model, aj.load_clip("song.wav")), 2).order[0]
    assert (
        "note: feature 2-1 is silent for this clip; the most interesting of layer 2 that responds: "
        f"--feature {first}\n"
    ) in capsys.readouterr().out


def test_a_silent_layer_is_said_to_be(here, capsys) -> None:
    model = make_model()
    deaf = {name: 0 * tensor for name, tensor in model.network.tensors.items()}
    aj.save_model(with_tensors(model, deaf), here / "deaf.safetensors")
    assert main("listen song.wav --model deaf.safetensors --out f.wav".split()) == 0
    assert "is silent for this clip, and so is all of layer 1\n" in capsys.readouterr().out


@pytest.mark.parametrize("clip", ["bach", "ballad", "dance", "hiphop"])
def test_the_features_of_the_examples_sound_or_the_note_names_one_that_does(
    here, capsys, clip: str
) -> None:
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()[clip])
    for layer, feature in ((3, 20), (1, 47), (5, 43)):
        words = f"listen {clip} --layer {layer} --feature {feature} --out f.wav"
        assert main(words.split()) == 0
        said = capsys.readouterr().out
        if heard.project(layer, feature).silent:
            first = aj.survey(heard, layer).order[0]
            assert said.endswith(f"that responds: --feature {first}\n")
            assert not heard.project(layer, first).silent
        else:
            assert " times as strong, to be as loud as the music: gain " in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "usage: auralise-jax [-h]"),
        ("lisen", "invalid choice: 'lisen' (choose from "),
        ("listen", "usage: auralise-jax listen [-h]"),
        ("listen x.wav --feature many", "argument --feature: invalid int value: 'many'"),
        ("listen x.wav --title T", "auralise-jax listen: error: unrecognized arguments: --title T"),
        ("listen x.wav --rule deconv", "argument --rule: invalid choice: 'deconv' (choose from "),
        ("listen x.wav --position peak", "argument --position: invalid choice: 'peak' (choose"),
        ("listen x.wav --resynthesis gl", "argument --resynthesis: invalid choice: 'gl' (choose"),
        ("listen x.wav --loudness loud", "argument --loudness: invalid choice: 'loud' (choose"),
        ("demo --rule deconv", "argument --rule: invalid choice: 'deconv' (choose from "),
        ("lesson bach --rule deconv", "argument --rule: invalid choice: 'deconv' (choose from "),
        ("lesson bach --codec mp3", "argument --codec: invalid choice: 'mp3' (choose from "),
        (
            "lesson bach --layers 1-3",
            "must be numbers separated by commas, such as 1,3,5",
        ),
        ("compose music --families b", "argument --families: b is no range such as 72-95"),
    ],
)
def test_wrong_arguments_exit_with_two_and_write_nothing(here, capsys, words, message) -> None:
    before = sorted(here.iterdir())
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("usage: auralise-jax")
    assert message in said
    assert sorted(here.iterdir()) == before


def test_the_words_to_choose_from_are_those_that_the_rooms_know() -> None:
    assert options.RULES == aj.RULES
    assert options.POSITIONS == POSITIONS
    assert options.RESYNTHESES == RESYNTHESES
    assert options.LOUDNESSES == LOUDNESSES
    assert options.CODECS == CODECS
    assert options.LANGUAGES == LANGUAGES
    assert tuple(SIZES) == options.SIZES
    assert options.RECIPE.items() <= Recipe().as_dict().items()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_teaches(capsys, command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: auralise-jax {command}".rstrip())
    line = COMMANDS.get(command, "hear what the features of a music-classifying CNN respond to")
    if command not in (
        "listen",
        "song",
        "lesson",
        "merge",
        "atlas",
        "train",
        "doctor",
    ):  # have more to say
        assert f"\n\n{line[0].upper()}{line[1:]}.\n\n" in said
    if command in ("", "listen"):
        assert "--layer 3 --feature 20" in said
    if command in ("listen", "demo", "lesson"):
        assert ", ".join(aj.example_clips()) in " ".join(said.split())
        assert "--rule {deconvnet,gradient,guided}" in said
    if command in ("demo", "lesson"):
        assert "features per layer, the most interesting first" in " ".join(said.split())
    if command == "":
        assert all(f" {name} {line} " in " ".join(said.split()) for name, line in COMMANDS.items())


def test_help_and_wrong_arguments_load_nothing_heavy() -> None:
    helps = [f"{name} --help" for name in COMMANDS]
    wrong = ["lisen", "listen bach --rule deconv", "train music --size huge"]
    commands = ["--help", "--version", "", *wrong, *helps]
    heavy = "jax numpy librosa matplotlib scipy soundfile flax anywidget".split()
    code = f"""
import contextlib, sys
from auralise_jax.cli import main
for words in {commands}:
    with contextlib.suppress(SystemExit):
        main(words.split())
        raise AssertionError(words)
    print("loaded", words, sorted(set({heavy}) & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = [line for line in ran.stdout.splitlines() if line.startswith("loaded ")]
    assert loaded == [f"loaded {words} []" for words in commands]


@pytest.mark.parametrize(
    "door",
    [
        ["-m", "auralise_jax.cli"],
        ["-c", "import sys; from auralise_jax.cli import main; sys.exit(main())"],
    ],
    ids=["module", "script"],
)
def test_the_command_line_has_two_doors(door) -> None:
    ran = subprocess.run(
        [sys.executable, *door, "--version"], check=True, capture_output=True, text=True
    )
    assert ran.stdout == f"auralise-jax {aj.__version__}\n"


def test_models_lists_and_describes(here, capsys) -> None:
    assert main(["models"]) == 0
    said = capsys.readouterr().out
    assert "genre" in said
    assert "ballad, dance, hip-hop" in said
    assert said.count("\n") < 16
    assert main(["models", "genre"]) == 0
    card = capsys.readouterr().out
    assert said.splitlines()[:5] == card.splitlines()[:5]
    assert "\n    It knows three words." in card  # each limit on a line of its own
    assert main(["models", "tiny.safetensors"]) == 0
    assert "4, 5, 6" in capsys.readouterr().out


def test_an_interrupted_command_says_so(here, monkeypatch, capsys) -> None:
    monkeypatch.setattr(aj, "load_model", lambda _: signal.raise_signal(signal.SIGINT))
    assert main(["models"]) == 130
    assert capsys.readouterr().err == "auralise-jax: stopped\n"


def test_models_shows_so_many_levels_of_what_anybody_may_have_written(here, capsys) -> None:
    notes: dict = {"end": 1}
    for _ in range(340):  # near the deepest that is saved
        notes = {"a": [notes]}
    notes |= {"red": "\x1b[31m" + "x" * 5000, "pairs": [[1, 2], [3, 4]], "kinds": ["b", "c"]}
    notes |= {"table": "| d | e |\n|---|---|\n\n| 1 | 2 |\n", "long": "f\n" * 5000}
    model = dataclasses.replace(make_model(), training=notes, classes=("a\n", "b", "\x07"))
    aj.save_model(model, "deep.safetensors")
    assert main(["models", "deep.safetensors"]) == 0
    said = capsys.readouterr().out
    assert "  classes   a, b, \ufffd\n" in said
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 1100
    assert len(said.splitlines()) < 250
    assert "\n  table\n    | d | e |\n    |---|---|\n    | 1 | 2 |\n" in said
    assert "\n  pairs\n    1         1, 2\n    2         3, 4\n  kinds\n    b\n    c\n" in said


def test_demo_writes_a_page_and_opens_it(here, monkeypatch, capsys) -> None:
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    words = "demo song.wav --model tiny.safetensors --features 2 --out page.html"
    assert main(words.split()) == 0
    assert opened == [(here / "page.html").as_uri()]
    assert "auralise-host" in Path("page.html").read_text(encoding="utf-8")


def test_demo_is_named_by_its_clip_and_opens_at_an_interesting_feature(here) -> None:
    words = "demo song.wav --model tiny.safetensors --features 1 --rule guided --no-open"
    assert main(words.split()) == 0
    heard = aj.listen(aj.load_model("tiny.safetensors"), aj.load_clip("song.wav"))
    first = int(aj.survey(heard, 1, "guided").order[0])
    page = Path("auralise-song.html").read_text(encoding="utf-8")
    (figure,) = json.loads(re.search(r'id="auralise-page">(.+?)</script>', page)[1])
    assert (figure["asked"]["layer"], figure["asked"]["feature"]) == (1, first)
    assert figure["facts"]["layers"][0]["available"] == [first]  # and no other for its sake


def test_lab_copies_the_course_and_keeps_what_was_edited(here, capsys) -> None:
    assert main(["lab", "--no-open", "--folder", "mine"]) == 0
    first = Path("mine/00_hear_a_feature.ipynb")
    assert first.exists()
    first.write_text("edited", encoding="utf-8")
    assert main(["lab", "--no-open", "--folder", "mine"]) == 0
    assert first.read_text(encoding="utf-8") == "edited"
    assert "which differs from this version" in capsys.readouterr().out


def test_a_copy_of_the_course_that_broke_off_is_made_whole(here, monkeypatch, capsys) -> None:
    files = [*course.course_folder().glob("*.ipynb"), course.course_folder() / course.WELCOME]
    whole = {path.name: path.read_bytes() for path in files}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        assert main(["lab", "--no-open", "--folder", "mine"]) == 1
    assert not list(Path("mine").iterdir())
    first = min(whole)
    assert f"cannot write mine/{first}: No space left on device; make room" in (
        capsys.readouterr().err.replace("\\", "/")
    )
    (here / "mine" / first).write_bytes(whole[first][:20_000])
    assert main(["lab", "--no-open", "--folder", "mine"]) == 0
    assert {path.name: path.read_bytes() for path in Path("mine").iterdir()} == whole


def test_a_course_folder_that_cannot_be_made_is_named(here, capsys) -> None:
    assert main(["lab", "--no-open", "--folder", "song.wav"]) == 1
    said = "auralise-jax: cannot make the folder song.wav: a file is there\n"
    assert capsys.readouterr().err == said


def test_lab_runs_this_interpreters_jupyterlab(here, monkeypatch) -> None:
    ran = []

    class Server:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            ran.append((command, env))

        def wait(self) -> int:  # a first Ctrl-C must not end the wait: JupyterLab asks first
            signal.raise_signal(signal.SIGINT)
            return 3

        def poll(self) -> int:
            return 3

    monkeypatch.setattr(subprocess, "Popen", Server)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
    assert main(["lab", "--folder", "mine", "--", "--port", "9999"]) == 3
    ((command, environment),) = ran
    ours, theirs = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert theirs == "theirs"  # and outranked
    assert json.loads((Path(ours) / "jupyter_server_config.json").read_text("utf-8"))
    # -P: the current folder is not where the child looks for modules.
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert command[-2:] == ["--port", "9999"]
    assert f"--ServerApp.root_dir={here / 'mine'}" in command


def test_the_course_in_the_wheel_is_the_one_in_the_repository(pytestconfig) -> None:
    here, there = pytestconfig.rootpath / "notebooks", course.course_folder()
    for kind in ("*.ipynb", "*.md"):
        shipped = {path.name: path.read_bytes() for path in there.glob(kind)}
        assert shipped == {path.name: path.read_bytes() for path in here.glob(kind)}
        assert shipped


def test_lesson_writes_words_and_panels(here, capsys) -> None:
    Path("words.md").write_text("# Ünïcode\n\n{panel}\n\nmore\n\n  {panel}  \nlast", "utf-8")
    words = "lesson song.wav bach --model tiny.safetensors --text words.md --features 2 --layers 1"
    assert main(words.split()) == 0
    said = capsys.readouterr().out
    assert "lesson.html: 2 panels, 1 layer x 2 features, up to about" in said
    text = Path("lesson.html").read_text(encoding="utf-8")
    assert text.count('class="auralise-host"') == 2
    assert text.index('"auralise-host"') < text.index("<p>more") < text.rindex('"auralise-host"')
    assert "{panel}" not in text
    assert "<title>Ünïcode</title>" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("lesson none.mp3", "there is no file none.mp3"),
        ("lesson song.wav --out x.pdf", "must end in .html"),
        ("lesson song.wav --out no/x.html", "there is no folder no"),
        ("lesson song.wav --text none.md", "there is no file none.md"),
        ("lesson song.wav --text song.wav", "song.wav is not a UTF-8 text"),
        ("lesson song.wav --layers 7", "layer must be 1 to 3"),
        ("lesson song.wav --features 0", "features must be 1 or more"),
        ("lesson song.wav --max-mb 0.01", "more than 0.01 MB: choose fewer"),
    ],
)
def test_lesson_says_what_is_wrong_and_writes_nothing(here, capsys, words, message) -> None:
    assert main([*words.split(), "--model", "tiny.safetensors"]) == 1
    assert message in capsys.readouterr().err
    assert not Path("lesson.html").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "Macintosh"])
def test_a_text_is_read_as_any_system_writes_it(here, encoding, end) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    for name, text in {"a": "# Ünïcode\n\nwords\n", "b": "{panel}\n\nwords\n"}.items():
        Path("words.md").write_bytes((mark + text.replace("\n", end)).encode(encoding))
        words = "lesson song.wav --model tiny.safetensors --features 1 --layers 1 --text words.md"
        assert main([*words.split(), "--out", f"{name}.html"]) == 0
    page = Path("a.html").read_text("utf-8")
    assert "<h1>Ünïcode</h1>" in page
    assert "<title>Ünïcode</title>" in page
    page = Path("b.html").read_text("utf-8")
    assert "{panel}" not in page
    assert "<p>words</p>" in page
    assert "\ufeff" not in page


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("# Ünïcode".encode("cp1252"), "words.md is not a UTF-8 text; save it as UTF-8"),
        ("# Unicode".encode("utf-16-le"), "words.md is not a UTF-8 text; save it as UTF-8"),
        ("# Unicode".encode("utf-16")[:-1], "words.md is not a UTF-8 text; save it as UTF-8"),
        (b"x" * 10_000_001, "words.md has more than 10 MB"),
    ],
    ids=["cp1252", "UTF-16 without its mark", "UTF-16 cut off", "large"],
)
def test_a_text_that_cannot_be_read_is_refused(here, capsys, data, message) -> None:
    Path("words.md").write_bytes(data)
    assert main("lesson song.wav --model tiny.safetensors --text words.md".split()) == 1
    assert capsys.readouterr().err.startswith(f"auralise-jax: {message}")
    assert main("lesson song.wav --model tiny.safetensors --text .".split()) == 1
    assert capsys.readouterr().err.startswith("auralise-jax: . is a folder; name a Markdown file")


def test_lesson_with_more_places_than_clips_is_refused(here, capsys) -> None:
    Path("words.md").write_text("{panel}\n{panel}", "utf-8")
    assert main("lesson song.wav --model tiny.safetensors --text words.md".split()) == 1
    problem = (
        "the text has 2 lines {panel}, but there is 1 clip: name a clip for each, the same twice"
    )
    assert problem in capsys.readouterr().err
