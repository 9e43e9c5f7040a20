import errno
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError
from make_model import SEEN_FAMILIES
from model_card import card

import auralise_jax as aj
from auralise_jax.cli import program as cli
from auralise_jax.composing import FAMILIES, GENRES
from auralise_jax.composing.compose import FIRST_SEED, UNSEEN_FAMILIES, _jobs, compose
from auralise_jax.lock import sole_writer


def additive(folder, pieces=1, **settings):
    return compose(folder, pieces, engines=["additive"], processes=1, progress=False, **settings)


def test_a_folder_per_genre_and_family(tmp_path):
    files = additive(tmp_path, 2, families=[5, 9])
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        f"{genre}/family {family:03}/{seed:06}-additive.flac"
        for seed, family in ((FIRST_SEED, 5), (FIRST_SEED + 1, 9))
        for genre in GENRES
    ]
    for file in files:
        assert 10 <= aj.load_clip(file).duration <= 16.1


def test_what_is_there_is_kept_and_the_rest_made_again_alike(tmp_path):
    first, second, *_ = additive(tmp_path)
    whole = second.read_bytes()
    first.write_bytes(b"mine")
    second.unlink()
    additive(tmp_path)
    assert first.read_bytes() == b"mine"
    assert second.read_bytes() == whole


def test_mixes_of_a_piece_lie_beside_it(tmp_path):
    alone = additive(tmp_path / "one", families=[5])
    files = additive(tmp_path / "three", families=[5], mixes=3)
    name = f"{FIRST_SEED:06}-additive"
    assert [file.relative_to(tmp_path / "three").as_posix() for file in files] == [
        f"{genre}/family 005/{name}{mix}.flac" for genre in GENRES for mix in ("", "-mix2", "-mix3")
    ]
    contents = [file.read_bytes() for file in files]
    assert len(set(contents)) == 9
    assert [file.read_bytes() for file in alone] == contents[::3]
    files[1].unlink()
    files[2].write_bytes(b"mine")
    additive(tmp_path / "three", families=[5], mixes=3)
    assert files[1].read_bytes() == contents[1]
    assert files[2].read_bytes() == b"mine"


def test_the_seed_moves_on_and_families_go_round(tmp_path):
    jobs = list(islice(_jobs(tmp_path, range(4), ["additive"], [], 10), 24))
    assert [job.seed for job in jobs[::3]] == list(range(10, 18))
    assert [job.family for job in jobs[::3]] == [0, 1, 2, 3, 0, 1, 2, 3]


def test_engines_and_fonts_are_spread_over_pieces_and_families(tmp_path):
    fonts = [tmp_path / f"{n}.sf2" for n in range(3)]
    engines = ["fluidsynth", "blend", "additive"]
    jobs = list(islice(_jobs(tmp_path, range(72), engines, fonts, 0), 3 * 1600))
    each = Counter((job.engine, job.font) for job in jobs if job.genre == "dance")
    assert len(each) == 2 * 3 + 1
    assert min(each[key] for key in each if key[1]) > 1600 / 9 * 0.8
    for family in range(72):
        mine = Counter((job.engine, job.font) for job in jobs if job.family == family)
        assert len({engine for engine, _ in mine}) >= 2
        assert max(mine.values()) < 0.55 * mine.total()


def test_some_families_are_never_trained_on():
    assert set(SEEN_FAMILIES).isdisjoint(UNSEEN_FAMILIES)
    assert set(SEEN_FAMILIES) | set(UNSEEN_FAMILIES) == set(range(FAMILIES))
    assert len(SEEN_FAMILIES) >= 40


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"pieces": 0},
            ValueError,
            f"pieces must be 1 or more and seed 0 or more, not 0 and {FIRST_SEED}",
        ),
        ({"seed": -1}, ValueError, "not 1 and -1"),
        ({"mixes": 0}, ValueError, "mixes must be 1 or more, not 0"),
        (
            {"families": [FAMILIES]},
            ValueError,
            f"families must be numbers from 0 to {FAMILIES - 1}",
        ),
        ({"engines": "organ"}, ValueError, "engines must be one of fluidsynth, blend, additive"),
        ({"fonts": ["none.sf2"]}, FileNotFoundError, "there is no soundfont none.sf2"),
        (
            {"fonts": [], "engines": ["fluidsynth"]},
            FileNotFoundError,
            "there is no soundfont here: name one",
        ),
    ],
)
def test_settings_out_of_range(tmp_path, settings, error, message):
    with pytest.raises(error, match=message):
        compose(tmp_path, **({"pieces": 1, "progress": False} | settings))


def test_a_file_in_the_folders_place_is_said(tmp_path):
    (tmp_path / "note.txt").touch()
    with pytest.raises(NotADirectoryError, match="is a file; name a folder for the music"):
        additive(tmp_path / "note.txt")


def test_seeds_lie_apart_from_those_of_the_shipped_model():
    pieces = int(re.match(r"\d+", aj.load_model("genre").training["music"])[0])
    assert pieces < FIRST_SEED


def test_a_plain_script_composes_in_several_processes_that_run_nothing_from_the_folder(tmp_path):
    script = tmp_path / "apart" / "plain.py"  # without a guard for __main__
    script.parent.mkdir()
    script.write_text(
        "import auralise_jax as aj\n"
        "print(len(aj.compose('music', 1, engines='additive', processes=2, progress=False)))\n"
    )
    other = "import pathlib\npathlib.Path('ran').touch()\nraise ImportError('not the library')\n"
    (tmp_path / "random.py").write_text(other)
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["3"]
    assert {place.name for place in tmp_path.iterdir()} == {"apart", "music", "random.py"}


def test_two_runs_into_one_folder(tmp_path):
    with (
        sole_writer(tmp_path / ".lock", "a run"),
        pytest.raises(
            BlockingIOError, match=r"another run composes into .*: wait until it has ended"
        ),
    ):
        additive(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command(tmp_path, capsys):
    arguments = ["compose", str(tmp_path), "--pieces", "1", "--families", "3-4"]
    assert cli.main([*arguments, "--engines", "additive"]) == 0
    assert "3 pieces" in capsys.readouterr().out
    assert len(list(tmp_path.rglob("family 003/*.flac"))) == 3
    assert cli.main([*arguments, "--engines", "additive", "--mixes", "2"]) == 0
    assert "3 pieces, 6 files" in capsys.readouterr().out
    assert len(list(tmp_path.rglob("family 003/*-mix2.flac"))) == 3
    assert cli.main([*arguments, "--fonts", "none.sf2"]) == 1
    assert "there is no soundfont none.sf2" in capsys.readouterr().err


def test_the_card_tells_what_the_file_tells(pytestconfig):
    model = aj.load_model("genre")
    page = pytestconfig.rootpath / "docs" / "genre.md"
    assert page.read_text(encoding="utf-8") == card(model)
    for fact in ("music", "held out", "split", "scores", "limits", "seed"):
        assert fact in str(model.training)


def tree(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """What a composing in one go leaves."""
    folder = tmp_path_factory.mktemp("unbroken")
    additive(folder)
    return tree(folder)


def test_killed_and_started_again_it_leaves_what_an_unbroken_run_does(tmp_path, unbroken):
    script = (
        "import os, pathlib, signal\n"
        "import auralise_jax as aj\n"
        "real, done = pathlib.Path.replace, []\n"
        "def replace(path, target):\n"
        "    if done:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    done.append(real(path, target))\n"
        "pathlib.Path.replace = replace\n"
        "aj.compose('.', 1, engines='additive', processes=1, progress=False)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = tree(tmp_path)
    assert len(left) == 3  # a piece, a draft, and a lock that nobody holds
    assert sum(name in unbroken for name in left) == 1
    additive(tmp_path)
    assert tree(tmp_path) == unbroken


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, None])
def test_stopped_at_any_piece_it_names_the_file_and_goes_on(tmp_path, unbroken, monkeypatch, code):
    error = KeyboardInterrupt() if code is None else OSError(code, os.strerror(code))

    def replace(path, target):
        if "dance" in target.parts:
            raise error
        return real(path, target)

    real = Path.replace
    monkeypatch.setattr(Path, "replace", replace)
    message = None if code is None else rf"cannot write .*dance.*\.flac: {os.strerror(code)}"
    with pytest.raises(type(error), match=message):
        additive(tmp_path)
    monkeypatch.undo()
    assert tree(tmp_path).items() <= unbroken.items()
    assert len(tree(tmp_path)) < len(unbroken)
    additive(tmp_path)
    assert tree(tmp_path) == unbroken


def test_a_process_that_is_killed_is_said_in_words(tmp_path, monkeypatch):
    class Parallel:
        def __init__(self, *_, **__):
            pass

        def __call__(self, _):
            raise TerminatedWorkerError("signals: SIGKILL(-9)")

    monkeypatch.setattr("joblib.Parallel", Parallel)
    with pytest.raises(
        ChildProcessError, match="ended from outside while composing, as the system"
    ):
        additive(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
