"""Pages that compute, from the command line."""

import json
from pathlib import Path

import jax
import pytest
from making import TINY, make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.cli import main

NETWORK = """
import jax, jax.numpy as jnp
import auralise_jax as aj

def network(picture):
    x = aj.tap(jax.nn.relu(picture[..., None]), "only").mean((0, 1))
    return jnp.sort(x)

frontend = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.37)
model = aj.wrap(network, frontend=frontend, classes=("a",), name="mine")
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    make_noise(1.0).save(tmp_path / "song.wav")
    make_noise(0.37, seed=1).save(tmp_path / "short.wav")
    return tmp_path


def run(words: str) -> int:
    return main([*words.split(), "--model", "tiny.safetensors"])


def read(name: str) -> tuple[list[dict], dict]:
    scripts = Parts(Path(name).read_text("utf-8")).scripts
    return json.loads(scripts["auralise-page"]), json.loads(scripts["auralise-engine"])


def titles(document: dict, engine: dict) -> list[str]:
    return [engine["clips"][key]["title"] for key in document["live"]["clips"]]


def test_a_page_opens_on_ones_own_clips_and_has_the_shipped_ones(here, monkeypatch, capsys) -> None:
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert run("page song.wav short.wav song.wav --start 0.5 --rule guided") == 0
    assert opened == [(here / "explore.html").as_uri()]
    ((document,), engine) = read("explore.html")
    shipped = ["Bach, Prelude in C", "Ballad", "Dance", "Hip-hop"]
    assert titles(document, engine) == ["song", "short", *shipped]
    live = document["live"]
    assert (live["page"], live["start"], live["asked"]["rule"]) == (True, 0.5, "guided")
    size = (here / "explore.html").stat().st_size / 1e6
    assert f"explore.html ({size:.1f} MB)" in capsys.readouterr().out


def test_without_clips_it_has_the_shipped_ones(here) -> None:
    assert run("page --out page.html --no-open --codec flac") == 0
    ((document,), engine) = read("page.html")
    assert sorted(titles(document, engine)) == ["Bach, Prelude in C", "Ballad", "Dance", "Hip-hop"]
    assert {clip["codec"] for clip in engine["clips"].values()} == {"flac"}


def test_demo_and_lesson_can_have_the_network_in_the_page(here, capsys) -> None:
    assert run("demo song.wav --live --no-open") == 0
    ((document,), engine) = read("auralise-song.html")
    assert document["live"]["page"] is True
    assert len(engine["clips"]) == 5
    Path("words.md").write_text("# Two\n{panel}\nand\n{panel}\n")
    assert run("lesson song.wav short.wav --text words.md --live") == 0
    assert "2 panels and the network, up to about" in capsys.readouterr().out
    documents, engine = read("lesson.html")
    assert [titles(document, engine) for document in documents] == [["song"], ["short"]]
    assert len(engine["models"]) == 1
    assert not any("page" in document["live"] for document in documents)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("demo bach --live --features 3", "--features cannot go with --live: a page that computes"),
        (
            "demo bach --live --timeline --windows 1",
            "--timeline and --windows cannot go with --live",
        ),
        ("lesson bach --live --layers 1", "--layers cannot go with --live"),
        ("page --codec mp3", "argument --codec: invalid choice: 'mp3' (choose from "),
        ("page --live", "unrecognized arguments: --live"),
    ],
)
def test_what_does_not_go_together_exits_with_two(here, capsys, words, message) -> None:
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"usage: auralise-jax {words.split()[0]}")
    assert message in said
    assert list(here.glob("*.html")) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("page techno", "there is no file techno, and the shipped clips are bach, ballad, dance, "),
        ("page tiny.safetensors", "tiny.safetensors"),
        ("page song.wav --start 2", "start must be at least 0 s and less than 1.000 s"),
        ("page song.wav --out song.wav", "path must end in .html, not 'song.wav'"),
        ("page --out nowhere/page.html", "there is no folder nowhere"),
        ("page --out page.txt", "path must end in .html, not 'page.txt'"),
        ("lesson song.wav --start 0 --live --max-mb 0.1", "choose shorter or fewer clips, or "),
    ],
)
def test_bad_input_is_said_in_one_line_and_writes_nothing(here, capsys, words, message) -> None:
    assert run(words) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert list(here.glob("*.html")) == []


@pytest.mark.parametrize("words", ["page", "demo --live", "lesson song.wav --live"])
def test_a_network_that_no_page_can_run_is_refused_by_its_operation(
    here, capsys, monkeypatch, words
) -> None:
    Path("networks_here.py").write_text(NETWORK)
    monkeypatch.delattr("auralise_jax.widgets.exploring.open_explorer")  # before it hears anything
    assert main([*words.split(), "--model", "networks_here:model"]) == 1
    said = capsys.readouterr().err
    assert "model 'mine' cannot compute in a page: " in said
    assert "networks_here.py, line 7: sort (in sort) is not among the operations" in said
    assert "without --live" in said
    assert list(here.glob("*.html")) == []


def test_a_model_file_of_operations_can_go(here) -> None:
    def network(picture: jax.Array) -> jax.Array:
        return aj.tap(jax.nn.relu(picture[..., None]), "only").mean((0, 1))

    aj.save_model(aj.wrap(network, frontend=TINY, classes=("a",)), "listed.safetensors")
    words = "page song.wav --model listed.safetensors --no-open"
    assert main(words.split()) == 0
    _, engine = read("explore.html")
    (model,) = engine["models"].values()
    assert (model["name"], model["classes"]) == ("listed", ["a"])
    assert model["control"]["why"]


def test_help_teaches(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["page", "--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("bach, ballad, dance, hiphop", "no Python", "microphone", "song.mp3 --out mine"):
        assert words in said
