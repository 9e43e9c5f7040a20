"""Panels that leave their notebook: pages in a browser, and modules for MyST."""

import json
import os
import stat
import sys
import threading
import types
import webbrowser
from pathlib import Path

import pytest
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj

HOSTILE = "../../'</script> \u2028 ```{raw} <b>"


pytestmark = pytest.mark.usefixtures("compiled_quickly")


def opened():
    clip = aj.Clip(make_noise(0.37).samples, 2000, HOSTILE)
    return aj.explore(make_model(), clip, layer=2, feature=3)


@pytest.fixture(scope="module")
def panel():
    with opened() as panel:
        yield panel


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


class Browser(webbrowser.BaseBrowser):
    """Opens nothing, and ends when it is told to."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.opened: list[str] = []
        self.asked, self.ends = threading.Event(), threading.Event()

    def open(self, url: str, *_: object) -> bool:
        self.opened.append(url)
        self.asked.set()
        return self.ends.wait(60)


def use(monkeypatch: pytest.MonkeyPatch, browser: Browser) -> Browser:
    monkeypatch.setattr("webbrowser.get", lambda: browser)
    monkeypatch.setattr("webbrowser.open", browser.open)
    return browser


def test_a_page_is_opened_and_nobody_waits(panel, temporary, monkeypatch, capsys) -> None:
    browser = use(monkeypatch, Browser())
    path = panel.open(layers=[2], features=1)
    assert not browser.ends.is_set()  # the browser is still open
    assert browser.asked.wait(60)
    browser.ends.set()
    assert browser.opened == [path.as_uri()]
    assert path.is_relative_to(temporary)
    assert f"The page is {path} (" in capsys.readouterr().out
    (page,) = json.loads(Parts(path.read_text("utf-8")).scripts["auralise-page"])
    assert sorted(page["features"]) == ["2/3", *[one for one in page["features"] if one != "2/3"]]
    if os.name == "posix":
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert panel.open(layers=[2], features=1) != path  # the first may still be looked at
    assert path.exists()


@pytest.mark.parametrize("name", ["w3m", "/usr/bin/www-browser"])
def test_a_browser_in_the_terminal_is_not_opened(panel, monkeypatch, capsys, name) -> None:
    browser = use(monkeypatch, Browser(name))
    path = panel.open(layers=[2], features=1)
    said = capsys.readouterr().out
    assert f"{path} (" in said
    assert "no browser was found here: copy it and open it" in said
    assert browser.opened == []


def test_without_a_browser_the_place_is_said(panel, monkeypatch, capsys) -> None:
    def get() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr("webbrowser.get", get)
    assert panel.open(layers=[2], features=1).exists()
    assert 'panel.to_html("panel.html") writes one that stays' in capsys.readouterr().out


def test_in_colab_the_page_is_downloaded(panel, monkeypatch, capsys) -> None:
    given: list[str] = []
    colab = types.ModuleType("google.colab")
    colab.files = types.SimpleNamespace(download=given.append)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    path = panel.open(layers=[2], features=1)
    assert given == [str(path)]
    assert "your browser downloads it" in capsys.readouterr().out


def test_a_closed_panel_still_gives_its_page_and_its_module(tmp_path, monkeypatch) -> None:
    browser = use(monkeypatch, Browser())
    browser.ends.set()
    panel = opened()
    panel.close()
    assert panel.open(layers=[2], features=1).exists()
    assert panel.to_myst(tmp_path, layers=[2], features=1).path.exists()


def test_a_bad_choice_opens_nothing(panel, monkeypatch) -> None:
    browser = use(monkeypatch, Browser())
    with pytest.raises(ValueError, match="layer must be 1 to 3"):
        panel.open(layers=[4])
    assert browser.opened == []


def test_a_module_is_one_file_that_imports_nothing(panel, tmp_path) -> None:
    made = panel.to_myst(tmp_path / "new" / "chapter", layers=[2], features=1)
    assert made.path == tmp_path / "new" / "chapter" / "tiny-script-raw-b.mjs"
    assert str(made) == made.directive == "```{anywidget} ./tiny-script-raw-b.mjs\n```"
    text = made.path.read_text("utf-8")
    head, _, program = text.partition("\n")
    assert head.isascii()
    held = json.loads(json.loads(head.removeprefix("const AURALISE = JSON.parse(")[:-2]))
    assert held["page"]["facts"]["takes"][0]["clip"] == HOSTILE
    assert held["elements"] == {}
    assert held["words"] is None
    assert "https://" not in head
    assert not [line for line in program.splitlines() if line.startswith("import ")]


def test_a_module_that_computes_brings_its_network(panel, tmp_path) -> None:
    made = panel.to_myst(tmp_path, live=True, clips=[], lang="fr")
    head = made.path.read_text("utf-8").partition("\n")[0]
    held = json.loads(json.loads(head.removeprefix("const AURALISE = JSON.parse(")[:-2]))
    assert held["lang"] == "fr"
    assert held["words"]["play"] == "Lecture"
    about = json.loads(held["elements"]["auralise-engine"])
    assert {about["code"], about["wasm"]} < set(held["elements"])
    assert held["page"]["live"]["model"] in about["models"]
    assert "auralise-licenses" in held["elements"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"name": "a/b"}, ValueError, "name must be of letters"),
        ({"name": "a b"}, ValueError, "name must be of letters"),
        ({"name": "..\\b"}, ValueError, "name must be of letters"),
        ({"name": "there"}, FileExistsError, "there.mjs is there already: choose another name"),
        ({"name": "there.mjs"}, FileExistsError, "there already"),
        ({"name": "folder", "replace": True}, IsADirectoryError, "it is a folder"),
        ({"layers": [4]}, ValueError, "layer must be 1 to 3"),
        ({"lang": "it"}, ValueError, "lang must be one of en, de, fr"),
        ({"live": True, "features": 2}, ValueError, "features cannot go with live=True"),
        ({"clips": ["bach"]}, ValueError, "ask for live=True"),
    ],
)
def test_what_cannot_be_written_is_refused(panel, tmp_path, options, error, message) -> None:
    (tmp_path / "there.mjs").write_text("mine", "utf-8")
    (tmp_path / "folder.mjs").mkdir()
    with pytest.raises(error, match=message):
        panel.to_myst(tmp_path, **options)
    assert (tmp_path / "there.mjs").read_text("utf-8") == "mine"
    assert {one.name for one in tmp_path.iterdir()} == {"there.mjs", "folder.mjs"}


def test_a_folder_that_is_a_file_is_refused(panel, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError, match="it is a file; name a folder"):
        panel.to_myst(tmp_path / "file")


def test_a_module_is_replaced_when_that_is_asked_for(panel, tmp_path) -> None:
    (tmp_path / "there.mjs").write_text("mine", "utf-8")
    made = panel.to_myst(tmp_path, name="there.mjs", replace=True, layers=[2], features=1)
    assert made.path == tmp_path / "there.mjs"
    assert made.path.stat().st_size > 100_000


def test_under_marimo_a_panel_keeps_a_still(monkeypatch) -> None:
    marimo = types.ModuleType("marimo")
    marimo.running_in_notebook = lambda: True  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    with opened() as panel:
        assert "<iframe" in panel.get_state()["_still"]
    marimo.running_in_notebook = lambda: False  # type: ignore[attr-defined]
    with opened() as panel:
        assert panel.get_state()["_still"] == ""
