"""Pages with a time line from the command line."""

import json
from pathlib import Path

import pytest
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.cli import main


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    make_noise(3.0).save(tmp_path / "song.wav")
    make_noise(0.37).save(tmp_path / "short.wav")
    return tmp_path


def run(words: str) -> int:
    return main([*words.split(), "--model", "tiny.safetensors", "--layers", "1,2"])


def documents(name: str) -> list[dict]:
    text = Path(name).read_text(encoding="utf-8")
    return json.loads(Parts(text).scripts["auralise-page"])


def test_a_lesson_with_the_windows_that_are_named(here, capsys) -> None:
    assert run("lesson song.wav --start 1 --windows 0,1,2.5 --features 2") == 0
    assert "1 panel, 2 layers x 2 features, 3 windows, up to" in capsys.readouterr().out
    (page,) = documents("lesson.html")
    assert [window["start"] for window in page["facts"]["song"]["windows"]] == [1.0, 0.0, 2.5]


def test_a_clip_that_fits_is_said_and_its_panel_is_as_ever(here, capsys) -> None:
    assert run("lesson song.wav short.wav --start 0 --timeline") == 0
    said = capsys.readouterr()
    assert "2 panels, 2 layers x 4 or 12 features, " in said.out
    assert "tiny / short has no time line: the clip fits the 0.37 s" in said.err
    song, short = documents("lesson.html")
    assert len(song["windows"]) > 1
    assert "windows" not in short


def test_a_demo_with_a_time_line(here) -> None:
    words = "demo song.wav --model tiny.safetensors --timeline --no-open"
    assert main(words.split()) == 0
    (page,) = documents("auralise-song.html")
    assert page["facts"]["layers"][2]["available"] == sorted(
        {int(key.split("/")[1]) for key in page["windows"][0]["features"] if key[0] == "3"}
    )


def test_too_many_windows_say_how_many_fit(here, capsys) -> None:
    words = "lesson song.wav --start 1 --features 4 --windows 0,0.5,2,2.5"
    assert run("lesson song.wav --start 1 --features 4") == 0
    bound = f"--max-mb {1.2 * Path('lesson.html').stat().st_size / 1e6:.2f}"
    Path("lesson.html").unlink()
    assert run(f"{words} {bound}") == 1
    problem = capsys.readouterr().err
    (fitting,) = (n for n in (1, 2, 3) if f"{n} of the 4 further windows would fit" in problem)
    starts = "0,0.5,2,2.5".split(",")[:fitting]
    assert f"--windows {','.join(starts)}; or choose fewer --layers" in problem
    assert not Path("lesson.html").exists()
    words = f"lesson song.wav --start 1 --features 4 --windows {','.join(starts)}"
    assert run(f"{words} {bound}") == 0
    assert run("lesson song.wav --start 1 --windows 0 --max-mb 0.01") == 1
    assert "more than 0.01 MB: choose fewer --layers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("--windows 0,2.7", 1, "windows must begin at 0 to 2.63 s of a clip of 3 s, "),
        ("--windows inf", 1, "windows must be numbers of seconds, not inf"),
        ("--windows 1;2", 2, "must be seconds separated by commas, such as 12,62.5, not '1;2'"),
    ],
)
def test_windows_that_cannot_be(here, capsys, words, status, message) -> None:
    try:
        found = run(f"lesson song.wav --start 0 {words}")
    except SystemExit as ended:
        found = ended.code
    assert found == status
    assert message in capsys.readouterr().err
    assert not Path("lesson.html").exists()
