"""``--model module:object``: a model that a Python module makes, named on the command line."""

import sys
from pathlib import Path

import numpy as np
import pytest
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.atlas import Atlas
from auralise_jax.cli import main
from auralise_jax.cli.loading import as_given, find_model

_OTHER = """
from networks import make_other_network
from making import TINY
import auralise_jax as aj

model = aj.Model(make_other_network(TINY.shape), TINY, tuple("abcd"), name="mine")
"""

_SEVERAL = """
from making import make_model

model = make_model()

class Kept:
    again = model

number = 3
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with a song and a module; what is imported there is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    make_noise(0.5).save("song.wav")
    Path("auralised_other.py").write_text(_OTHER, "utf-8")
    Path("auralised_here.py").write_text(_SEVERAL, "utf-8")
    before, path = set(sys.modules), list(sys.path)
    yield tmp_path
    assert sys.path == path
    for name in set(sys.modules) - before:
        if name.startswith("auralised_"):
            del sys.modules[name]


def test_every_command_takes_a_model_of_a_module(here, capsys) -> None:
    """Of layers and features of other counts than the shipped model's."""
    own = ["--model", "auralised_other:model"]
    assert main(["listen", "song.wav", "--layer", "middle", "--feature", "11", *own]) == 0
    assert "feature.wav: feature 2-11, deconvnet" in capsys.readouterr().out
    model = sys.modules["auralised_other"].model
    sound = aj.listen(model, aj.load_clip("song.wav")).project("middle", 11).auralise()
    assert sound.peak > 0
    np.testing.assert_allclose(aj.load_clip("feature.wav").samples, sound.samples, atol=1e-4)
    assert main(["listen", "song.wav", "--layer", "3", "--picture", "f.png", *own]) == 0
    assert Path("f.png").read_bytes().startswith(b"\x89PNG")

    page = ["--features", "2", "--model", "auralised_other:model"]
    assert main(["demo", "song.wav", "--no-open", *page]) == 0
    text = Path("auralise-song.html").read_text("utf-8")
    assert '"name": "high"' in text
    assert "No line of code opens this: the model is not a file: aj.save_model(model, path)" in text
    assert main(["lesson", "song.wav", "--layers", "1,3", *page]) == 0
    assert "lesson.html: 1 panel, 2 layers x 2 features" in capsys.readouterr().out

    assert main(["models", "auralised_other:model"]) == 0
    assert "layers    low, middle, high\n  features  10, 12, 7\n" in capsys.readouterr().out


def test_an_atlas_and_scores_of_a_model_of_a_module(here, capsys) -> None:
    longer = _OTHER.replace("TINY.shape", "LONG.shape").replace("TINY,", "LONG,")
    longer = longer.replace("import TINY", "import TINY\nimport dataclasses")
    longer = longer.replace("\nmodel", "\nLONG = dataclasses.replace(TINY, duration=0.6)\nmodel")
    Path("auralised_long.py").write_text(longer, "utf-8")
    for name in ("a", "b"):
        Path("music", name).mkdir(parents=True)
        for number in range(2):
            make_noise(1.3, seed=number + 2 * (name == "b")).save(f"music/{name}/{number}.wav")

    wanted = ["--no-names", "--features", "2", "--excerpts", "2"]
    assert main(["atlas", "music", "--model", "auralised_long:model", *wanted]) == 0
    said = capsys.readouterr().out
    assert "<Atlas of 'mine' over 4 files, 8 windows: 3 layers, 29 features, " in said
    made = Atlas(here / "atlas")
    assert made.layers == ("low", "middle", "high")
    pages = {path.stem for path in (here / "atlas" / "features").iterdir()}
    assert len(pages) == 6
    assert {one.cell for one in made.feature(1, 0).excerpts} <= {"same", "second", "unchecked"}

    assert main(["evaluate", "auralised_long:model", "music", "--cache", "cache"]) == 0
    assert "\nc  0  0  0  0\nd  0  0  0  0\n" in capsys.readouterr().out  # no clips of these


@pytest.mark.usefixtures("here")
def test_a_file_of_such_a_model_does_as_well(capsys) -> None:
    model = find_model("auralised_other:model")
    aj.save_model(model, "own.safetensors")
    own = ["--model", "own.safetensors"]
    assert main(["listen", "song.wav", "--layer", "middle", "--feature", "11", *own]) == 0
    sound = aj.listen(model, aj.load_clip("song.wav")).project("middle", 11).auralise()
    np.testing.assert_allclose(aj.load_clip("feature.wav").samples, sound.samples, atol=1e-4)
    assert main(["demo", "song.wav", "--no-open", "--features", "2", *own]) == 0
    text = Path("auralise-song.html").read_text("utf-8")
    assert '"name": "high"' in text
    assert "No line of code opens this" not in text
    assert main(["models", "own.safetensors"]) == 0
    assert "layers    low, middle, high\n  features  10, 12, 7\n" in capsys.readouterr().out


_REFUSED = """
import jax, numpy
from making import TINY
from networks import convolved, draw
import auralise_jax as aj
from auralise_jax.network.traced import TracedNetwork

def gelu(picture):
    x = jax.nn.gelu(convolved(picture[..., None], draw(5, 3, 1, 4, seed=1)))
    return aj.tap(x, "bent").mean((0, 1))

def flat(picture):
    return aj.tap(jax.nn.relu(picture.T @ draw(33, 4, seed=1)), "flat").mean(0)

def made(function):
    return aj.Model(TracedNetwork(function, numpy.zeros(TINY.shape, "f4")), TINY, tuple("abcd"))

gelu, flat = made(gelu), made(flat)
"""


def test_an_atlas_that_cannot_be_made_is_refused_before_anything_is_heard(here, capsys) -> None:
    Path("auralised_refused.py").write_text(_REFUSED, "utf-8")
    Path("music").mkdir()
    make_noise(0.5).save("music/0.wav")
    for name, message in (
        ("gelu", "auralised_refused.py, line 9: "),
        ("flat", "For an atlas without names say names=False, on the command line --no-names"),
    ):
        assert main(["atlas", "music", "--model", f"auralised_refused:{name}"]) == 1
        said = capsys.readouterr().err
        assert message in said
        assert said.count("\n") == 1
        assert not Path("atlas").exists()
    assert main(["atlas", "music", "--model", "auralised_refused:flat", "--no-names"]) == 0
    assert "1 layer, 4 features" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("auralised_gone:model", "there is no Python module auralised_gone, neither in {here} nor"),
        ("auralised_here.deeper:model", "there is no Python module auralised_here.deeper, neither"),
        ("auralised_here:mode", "auralised_here:mode is no such object; its models are model\n"),
        ("auralised_here:Kept.gone", "auralised_here:Kept.gone is no such object; its models are"),
        (
            "auralised_here:number",
            "auralised_here:number is of the type int, no Model; its models are model",
        ),
        (
            "auralised_here:Kept",
            "auralised_here:Kept is of the type type, no Model; its models are model",
        ),
        ("auralised_empty:model", "is no such object; it holds no model by any name"),
        ("auralised_broken:model", "module auralised_broken cannot be run: ZeroDivisionError: "),
        ("auralised_broken:model", "auralised_broken.py, line 2)"),
        ("auralised_deep:model", "auralised_deep.py, line 3)"),
        ("auralised_outer:model", "auralised_deep.py, line 3)"),
        ("auralised_typo:model", "module auralised_typo cannot be run: SyntaxError: "),
        ("auralised_lacking:model", "No module named 'auralised_missing'"),
        ("auralised_here:", "there is no model file auralised_here:, and no shipped model"),
        (":model", "there is no model file :model, and no shipped model of that name"),
        ("a b:model", "there is no model file a b:model"),
    ],
)
def test_what_is_wrong_with_a_named_model_is_said_in_one_line(
    here, capsys, named: str, message: str
) -> None:
    Path("auralised_empty.py").write_text("", "utf-8")
    Path("auralised_broken.py").write_text("one = 1\none / 0\n", "utf-8")
    deep = "import numpy, auralise_jax\n\nauralise_jax.Clip(numpy.zeros(9), -1)\n"
    Path("auralised_deep.py").write_text(deep, "utf-8")
    Path("auralised_outer.py").write_text("import auralised_deep\n", "utf-8")
    Path("auralised_typo.py").write_text("one = = 1\n", "utf-8")
    Path("auralised_lacking.py").write_text("import auralised_missing\n", "utf-8")
    assert main(["listen", "song.wav", "--model", named]) == 1
    said = capsys.readouterr().err
    assert message.replace("{here}", str(here)) in said
    assert said.startswith("auralise-jax: ")
    assert said.count("\n") == 1
    assert not Path("feature.wav").exists()


def test_a_file_wins_over_a_module(here) -> None:
    saved = make_model(features=(3, 2))
    aj.save_model(saved, "auralised_here:model")
    assert [layer.features for layer in find_model("auralised_here:model").layers] == [3, 2]
    assert "auralised_here" not in sys.modules
    assert as_given("auralised_here:model", saved) == "auralised_here:model"
    Path("auralised_here:model").unlink()
    found = find_model("auralised_here:Kept.again")
    assert [layer.features for layer in found.layers] == [4, 5, 6]
    assert as_given("auralised_here:Kept.again", found) is found


def test_the_help_says_so(capsys) -> None:
    for command in ("listen", "demo", "lesson", "atlas", "evaluate"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        words = " ".join(capsys.readouterr().out.split())
        assert "MODULE:OBJECT for a model that is made by a Python module" in words


def test_a_model_is_shown_before_it_is_heard(here, capsys) -> None:
    assert main(["models", "show", "auralised_other:model"]) == 0
    shown = capsys.readouterr().out
    assert shown == f"{sys.modules['auralised_other'].model}\n"
    assert "2  middle  freq, time        12" in shown
    for wrong in (["show"], ["show", "genre", "--yes"]):
        with pytest.raises(SystemExit):
            main(["models", *wrong])
    assert "show needs a model" in capsys.readouterr().err
    assert main(["models", "show", "auralised_other:other"]) == 1
