"""``auralise-jax doctor`` where all is well, and where things are missing, broken or locked."""

import json
import os
import sys
import webbrowser
from importlib import metadata
from pathlib import Path

import jax
import pytest
import soundfile

import auralise_jax as aj
from auralise_jax.cli import doctor, main
from auralise_jax.cli.checks import caches, child, machine, notebooks, working
from auralise_jax.cli.checks.findings import Findings, without_names
from auralise_jax.corpus.cache import CacheError


def test_a_machine_on_which_all_is_well(tmp_path, monkeypatch, capsys) -> None:
    home = tmp_path / "ada"
    (home / "kept").mkdir(parents=True)
    (home / "kept" / "one.i16").write_bytes(bytes(2_500))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("AURALISE_CACHE", str(home / "kept"))
    monkeypatch.setenv("JUPYTER_TOKEN", "a secret")
    assert main(["doctor", "--json"]) == 0
    said = capsys.readouterr().out
    assert str(home) not in said
    assert "a secret" not in said
    report = json.loads(said)
    assert report["ok"] is True
    assert report["problems"] == []
    sections = report["sections"]
    assert sections["system"]["auralise-jax"].startswith(f"{aj.__version__}, ")
    for name in ("jax", "jaxlib", "librosa", "anywidget", "jupyterlab"):
        assert sections["dependencies"][name] == metadata.version(name)
    assert sections["JAX"]["backend"] == jax.default_backend()
    assert sections["a projection"]["shipped model and prelude"].startswith("feature 3-")
    assert "4.00 s of sound" in sections["a projection"]["shipped model and prelude"]
    assert sections["sound"]["libsndfile"].startswith(soundfile.__libsndfile_version__)
    kept = str(Path("~", "kept"))
    assert sections["caches"]["decoded sound"].startswith(f"{kept}: 2.5 kB in 1 file, ")
    assert sections["environment variables"]["AURALISE_CACHE"] == kept
    assert sections["Jupyter"]["extension anywidget"].startswith(metadata.version("anywidget"))


@pytest.mark.parametrize(
    ("found", "code", "end"),
    [
        (Findings({"a": "1"}), 0, "nothing is wrong"),
        (Findings(missing=["FFmpeg, for more\nformats"]), 0, "  - FFmpeg, for more formats"),
        (Findings(problems=["it is broken:\nmend it"]), 1, "  - it is broken: mend it"),
    ],
)
def test_what_is_wrong_decides_the_exit_code(monkeypatch, capsys, found, code, end) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: {"sound": found})
    assert main(["doctor"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert end in lines
    assert ("nothing is wrong" in lines) == (code == 0)
    assert main(["doctor", "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] == (code == 0)
    assert report["problems"] == found.problems


@pytest.fixture
def broken(tmp_path, monkeypatch) -> None:
    """Modules that come before the installed ones: one raises, one ends the process, one waits."""
    modules = {
        "soundfile": "raise OSError('cannot load library libsndfile.so\\nat all')",
        "optax": "import os, sys\nsys.stderr.write('no AVX\\n')\nsys.stderr.flush()\nos._exit(7)",
        "slow": "import threading\nthreading.Event().wait()",
    }
    for name, code in modules.items():
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)


@pytest.mark.usefixtures("broken")
def test_what_cannot_be_imported_or_ends_python_is_a_finding() -> None:
    names = ["import optax of optax", "import json of json", "import soundfile of soundfile"]
    found = child.look([*names, "sound"])
    assert list(found) == [*names, "sound"]
    how = f"{sys.executable} -m pip install --force-reinstall --no-deps"
    assert found[names[0]].problems == [
        f"import optax: Python ends in it (code 7), saying: no AVX; {how} optax"
    ]
    assert found[names[1]] == Findings()
    assert found[names[2]].problems == [
        "soundfile cannot be imported (OSError: cannot load library libsndfile.so): "
        f"{how} soundfile"
    ]
    (problem,) = found["sound"].problems
    assert problem.startswith("sound: cannot be looked at (OSError: cannot load library")


@pytest.mark.usefixtures("broken")
def test_what_never_comes_back_is_a_finding() -> None:
    found = child.look(["import slow of slow"], patience=3)
    (problem,) = found["import slow of slow"].problems
    assert "it has not come back after 3 s; " in problem


def test_that_no_child_starts_is_one_problem(monkeypatch) -> None:
    monkeypatch.setattr(child, "_CODE", "raise SystemExit('no Python here')")
    found = child.look(["import json of json", "sound"])
    (problem,) = [line for one in found.values() for line in one.problems]
    assert problem.startswith("what is installed cannot be tried: Python ends in it (code 1), ")
    assert "saying: no Python here; " in problem


def test_a_file_that_hides_a_package_is_named_and_not_imported(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numpy.py").write_text("raise ImportError('hidden')", "utf-8")
    (problem,) = machine.package().problems
    assert problem.startswith(f"numpy.py in {tmp_path} hides the package of that name")
    assert child.look(["import numpy of numpy"])["import numpy of numpy"] == Findings()


def test_versions_are_held_to_what_the_package_asks_for(monkeypatch) -> None:
    wanted = [
        "jax>=0.10",
        "numpy>=2.0",
        "flax>=0.12",
        "librosa>=0.11",
        'voila>=0.5; extra == "lab"',
    ]
    wanted += ['mypy>=1.15; extra == "dev"']
    there = {"jax": "0.9.2", "numpy": "2", "librosa": "0.11.0rc1"}

    def version(name: str) -> str:
        try:
            return there[name]
        except KeyError:
            raise metadata.PackageNotFoundError(name) from None

    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    monkeypatch.setattr(metadata, "version", version)
    found = machine.dependencies()
    assert found.facts == there | {"flax": "not installed", "voila": "not installed"}
    assert found.problems == [
        f"jax 0.9.2 is too old: {sys.executable} -m pip install --upgrade 'jax>=0.10'",
        f"flax is not installed: {sys.executable} -m pip install 'flax>=0.12'",
    ]
    (missing,) = found.missing
    assert missing.startswith("voila, for panels without code: ")


def test_files_without_an_installation_are_said_to_be(monkeypatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    (problem,) = machine.dependencies().problems
    assert problem.startswith("the package is not installed here, only its files are: ")
    assert machine.needed() == []


def test_a_machine_without_a_browser_can_do_the_rest(monkeypatch) -> None:
    def get() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", get)
    found = machine.browsers()
    assert found.problems == []
    assert found.facts["opens pages"] == "nothing"
    assert found.missing[0].startswith("a browser that Python can open")


def test_caches_are_measured(tmp_path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(bytes(1000))
    (tmp_path / "a" / "b" / "two").write_bytes(bytes(234))
    places = {"decoded sound": f"{tmp_path / 'a'}", "new": f"{tmp_path / 'c'}"}
    found = caches.caches({**places, "what JAX compiled": "", "far": "gs://bucket/x"})
    assert found.facts["decoded sound"].startswith(f"{tmp_path / 'a'}: 1.2 kB in 2 files, ")
    assert found.facts["new"].startswith(f"{tmp_path / 'c'}: nothing yet, ")
    assert found.facts["what JAX compiled"] == "kept for the process only"
    assert found.facts["far"] == "gs://bucket/x"
    assert found.problems == []


def test_a_folder_that_cannot_be_read_or_made_is_a_problem(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    (tmp_path / "locked" / "in").mkdir(parents=True)
    listed = os.scandir

    def scandir(place):
        if Path(place).name in ("in", "locked"):
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)
    places = {
        "decoded sound": tmp_path / "file",
        "networks of other people": tmp_path / "file" / "below",
        "what JAX compiled": tmp_path / "locked",
    }
    found = caches.caches({what: str(place) for what, place in places.items()})
    assert found.problems == [
        f"decoded sound: {tmp_path / 'file'} is a file, no folder: name another folder in the "
        "variable AURALISE_CACHE",
        f"networks of other people: {tmp_path / 'file'} is a file, no folder: name another folder "
        "in the variable AURALISE_MODELS",
        f"what JAX compiled: {tmp_path / 'locked'} cannot be read (Permission denied): name "
        "another folder in the variable JAX_COMPILATION_CACHE_DIR",
    ]


def test_without_a_home_folder_the_other_places_are_told(monkeypatch) -> None:
    def nowhere() -> Path:
        raise CacheError("there is no home folder here; name a folder")

    monkeypatch.setattr("auralise_jax.corpus.cache.default_folder", nowhere)
    found = working._places()
    assert found.problems == ["decoded sound: there is no home folder here; name a folder"]
    assert set(found.facts) == {"networks of other people", "what JAX compiled"}


@pytest.fixture
def jupyter(tmp_path, monkeypatch) -> Path:
    """A user's Jupyter folder, empty; those of the environment stay."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    monkeypatch.delenv("JUPYTER_PREFER_ENV_PATH", raising=False)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "data"))
    return tmp_path


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def test_an_old_extension_that_comes_first_is_named(jupyter) -> None:
    assert notebooks.notebooks().problems == []
    old = jupyter / "data" / "labextensions" / "anywidget"
    write_json(old / "package.json", {"version": "0.8.1"})
    (problem,) = notebooks.notebooks().problems
    assert problem.startswith("JupyterLab's extension anywidget is version 0.8.1, the package ")
    assert f"remove {old} if" in problem


def test_a_disabled_extension_is_named(jupyter) -> None:
    settings = jupyter / "settings" / "labconfig" / "page_config.json"
    write_json(settings, {"disabledExtensions": {"anywidget": True, "other": True}})
    (problem,) = notebooks.notebooks().problems
    assert problem.startswith(f"anywidget is disabled in {settings}, so no panel appears: ")
    settings.write_text("no JSON", "utf-8")
    assert notebooks.notebooks().problems == []


def test_missing_extensions_are_named(monkeypatch) -> None:
    import jupyter_client.kernelspec  # noqa: F401  # imported first below, it would keep the patch

    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [])
    first, second = notebooks.notebooks().problems
    assert first.startswith("JupyterLab's extension anywidget is not there, so no panel appears: ")
    assert second.endswith("--no-deps jupyterlab_widgets")


def test_notebooks_that_run_on_another_python_are_a_problem(jupyter) -> None:
    other = str(jupyter / "elsewhere" / "python")
    kernel = jupyter / "data" / "kernels" / "python3"
    write_json(kernel / "kernel.json", {"argv": [other, "-m", "x"], "display_name": "P"})
    (problem,) = notebooks.notebooks().problems
    assert problem.startswith(f"notebooks run on {other}, not on the Python that has this package")


def test_without_jupyter_there_is_nothing_to_look_at(monkeypatch) -> None:
    monkeypatch.setattr(notebooks, "find_spec", lambda _: None)
    assert notebooks.notebooks() == Findings({"Jupyter": "not installed"})


@pytest.mark.parametrize(
    ("home", "text", "wanted"),
    [
        ("/pat", "/pat/a: /pat, /mnt/pat/a /patted", "~/a: ~, /mnt/pat/a /patted"),
        ("/", "/a/b", "/a/b"),
        ("", "/a/b", "/a/b"),
        ("/data/ada/", "in '/data/ada/x'", "in '~/x'"),
        ("/data/ada", "/data/ada.old/x", "/data/ada.old/x"),
        ("/data/x", "/home/eve/y and /Users/Eve Smith/y", "~/y and ~ Smith/y"),
        ("C:\\Users\\ada", r"C:\Users\ada\x C:\\Users\\ada\\x", r"~\x ~\\x"),
    ],
)
def test_a_report_names_nobody(home, text, wanted) -> None:
    assert without_names(text, {"HOME": home}) == wanted
