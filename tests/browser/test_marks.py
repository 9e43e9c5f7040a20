"""Marks in a page and in a notebook's panel: what a student does, hears said, and takes along."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from computing import only_itself
from live import Live
from making import make_model, make_noise
from panel import Panel
from playwright.sync_api import Locator, Page, expect
from test_access import BEST, RULES, found
from watched import TIMEOUT, Watched

import auralise_jax as aj
from auralise_jax.insight import Mark, MarkList, read_marks
from auralise_jax.widgets.marking_panel import weights_digest

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)
NAUGHTY = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layer 2 of a tiny network, open on feature 2-1."""
    path = tmp_path_factory.mktemp("marks") / "small.html"
    with aj.explore(MODEL, make_noise(0.5, RATE), layer=2, feature=1) as panel:
        return panel.to_html(path, layers=[2], features=[1, 2, 3])


@pytest.fixture(scope="module")
def computing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("marks") / "computing.html"
    with aj.explore(MODEL, make_noise(0.5, RATE), layer=2, feature=1) as panel:
        panel.marks = [{"layer": 3, "feature": 0, "words": NAUGHTY}]
        return panel.to_html(path, live=True, clips=[])


class Marks:
    """The list of a panel by roles and names."""

    def __init__(self, panel: Panel) -> None:
        self.panel, self.page = panel, panel.page
        self.root = panel.root.get_by_role("region", name="Marked features")
        self.mark = self.root.get_by_role("button", name="Mark", exact=True)
        self.opener = self.root.get_by_role("button", name="Marks: ")
        self.said = self.root.locator(".auralise-marks-said")
        self.entries = self.root.get_by_role("list", name="Marked features").get_by_role("listitem")
        self.student = self.root.get_by_role("textbox", name="Your name (optional)")

    def words(self, feature: str) -> Locator:
        return self.root.get_by_role("textbox", name=f"Your words about feature {feature}")

    def written(self) -> list[str]:
        fields = self.root.locator(".auralise-mark input")
        values: list[str] = fields.evaluate_all("all => all.map((one) => one.value)")
        return values

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    def saved(self, name: str) -> tuple[str, bytes]:
        with self.page.expect_download(timeout=TIMEOUT) as waiting:
            self.button(name).click()
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()

    def load(self, name: str, content: bytes) -> None:
        given = {"name": name, "mimeType": "application/json", "buffer": content}
        with self.page.expect_file_chooser(timeout=TIMEOUT) as waiting:
            self.button("Load").click()
        waiting.value.set_files([given])


def listed(*marks: dict[str, Any], **changes: Any) -> bytes:
    whole = {"format": "auralise-jax-marks/1", "model": MODEL.name, "marks": marks} | changes
    return json.dumps(whole).encode()


def test_by_keys_alone_a_student_marks_writes_goes_back_and_removes(
    open_page: Callable[..., Panel], small: Path
) -> None:
    panel = open_page(small)
    marks = Marks(panel)
    keyboard = panel.page.keyboard
    expect(marks.opener).to_have_attribute("aria-expanded", "false")
    panel.root.press("k")
    expect(marks.said).to_have_text("feature 2-1 is marked")
    expect(marks.words("2-1")).to_be_focused()
    keyboard.type("kick, m l x ?")  # letters, no keys of the panel
    expect(panel.keys).to_be_hidden()
    keyboard.press("Enter")
    expect(panel.root).to_be_focused()
    keyboard.press("ArrowRight")
    panel.shows(2, 2)
    panel.go(1)
    panel.position.press("i")  # a region from there on
    region = panel.region()
    assert region is not None
    panel.root.press("k")
    keyboard.type(NAUGHTY)
    keyboard.press("Escape")
    expect(marks.opener).to_have_text("Marks: 2")
    expect(marks.entries.nth(1)).to_contain_text(f"{region[0]:.2f} to 0.50\u00a0s")
    expect(marks.entries.nth(1)).to_have_attribute("aria-current", "true")
    assert marks.written() == ["kick, m l x ?", NAUGHTY]
    panel.root.press("k")  # the same again: its words are there to be changed
    expect(marks.words("2-2")).to_be_focused()
    expect(marks.entries).to_have_count(2)
    marks.button("Go to feature 2-1").press("Enter")
    panel.shows(2, 1)
    assert panel.region() is None
    marks.button("Go to feature 2-2").press("Enter")
    panel.shows(2, 2)
    assert panel.region() == pytest.approx(region, abs=0.002)
    marks.button("Remove the mark of feature 2-1").press("Enter")
    expect(marks.button("Remove the mark of feature 2-2")).to_be_focused()
    expect(marks.said).to_have_text("removed: the mark of feature 2-1")
    marks.button("Undo").press("Enter")
    assert marks.written() == ["kick, m l x ?", NAUGHTY]
    marks.button("Remove all").press("Enter")
    expect(marks.mark).to_be_focused()
    expect(marks.opener).to_have_text("Marks: 0")


def test_a_page_keeps_the_list_over_a_reload_and_saves_it_for_python(
    new_page: Callable[..., Page], small: Path, tmp_path: Path
) -> None:
    page = new_page()
    watched = Watched(page)
    page.goto(small.as_uri())
    marks = Marks(Panel(page))
    marks.mark.click()
    page.keyboard.type("=hi-hat  ")
    marks.student.fill("Ada")
    expect(marks.root).to_contain_text("Kept in this browser until removed")
    page.reload()
    marks = Marks(Panel(page))
    marks.opener.click()
    assert marks.written() == ["=hi-hat"]
    expect(marks.student).to_have_value("Ada")
    name, data = marks.saved("Save as JSON")
    assert name == f"marks-{MODEL.name}-Ada.json"
    path = tmp_path / name
    path.write_bytes(data)
    one = Mark(2, 1, "=hi-hat", clip="noise")
    assert read_marks(path) == MarkList(MODEL.name, weights_digest(MODEL), "Ada", (one,))
    assert aj.merge_marks([path])[0].words == "=hi-hat (1)"
    name, table = marks.saved("Save as CSV")
    assert name.endswith(".csv")
    head, line = table.decode("utf-8-sig").splitlines()
    assert head.startswith("student,model,layer,feature,words,clip")
    assert line == f"Ada,{MODEL.name},2,1,'=hi-hat,noise,0,,,deconvnet,phase,all"
    assert watched.problems == []
    assert only_itself(watched.requests, small.as_uri()) == []


def test_where_the_browser_keeps_nothing_that_is_said(
    open_page: Callable[..., Panel], small: Path
) -> None:
    forbidden = """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("no", "SecurityError"); } });"""
    marks = Marks(open_page(small, forbidden))
    marks.mark.click()
    marks.page.keyboard.type("kick")
    expect(marks.root).to_contain_text("Kept only while this page is open")
    assert marks.written() == ["kick"]


def test_tabs_of_one_page_keep_one_list(page: Page, small: Path) -> None:
    first, second = page, page.context.new_page()
    lists = []
    for tab in (first, second):
        tab.goto(small.as_uri())
        lists.append(Marks(Panel(tab)))
    one, other = lists
    other.opener.click()
    one.mark.click()
    first.keyboard.type("kick")
    expect(other.words("2-1")).to_have_value("kick")
    other.panel.root.press("ArrowRight")
    other.panel.shows(2, 2)
    other.mark.click()
    second.keyboard.type("hi-hat")
    other.student.fill("Ada")
    expect(one.student).to_have_value("Ada")
    assert one.written() == ["kick", "hi-hat"]
    second.reload()
    assert Marks(Panel(second)).written() == ["kick", "hi-hat"]
    one.button("Remove all").click()
    expect(other.entries).to_have_count(0)


def test_a_list_is_loaded_and_what_the_page_lacks_is_said(
    open_page: Callable[..., Panel], small: Path
) -> None:
    panel = open_page(small)
    marks = Marks(panel)
    marks.mark.click()
    here = {"layer": 2, "feature": 1, "clip": "noise"}
    away = {"layer": 9, "feature": 4, "words": NAUGHTY}
    other = {"layer": 2, "feature": 3, "words": "held", "clip": "another"}
    marks.load("ben.json", listed(here, away, other, student="Ben"))
    said = "ben.json: 2 added, 1 there already. Not in this page, but kept in the list: 1."
    expect(marks.said).to_have_text(said)
    assert marks.written() == ["", NAUGHTY, "held"]
    expect(marks.student).to_have_value("")  # the list is still one's own
    expect(marks.entries.nth(1)).to_contain_text("not in this page")
    marks.button("Go to feature 9-4").click()
    expect(marks.said).to_have_text("This page does not hold feature 9-4.")
    panel.shows(2, 1)
    marks.button("Go to feature 2-3").click()
    panel.shows(2, 3)
    expect(marks.said).to_contain_text("does not hold the clip another")
    for name, content, why in (
        ("a.json", b"{", "is not JSON, or was cut off"),
        ("b.json", b"[]", "is no list of marks"),
        ("c.json", listed({"layer": 0, "feature": 1}), "mark 1: layer is not legal"),
        ("d.json", listed(model="tagger"), "has marks of the model tagger; this panel has"),
        ("e.json", listed(weights="0" * 16), "with other weights than this panel's"),
        ("f.json", b" " * 1_000_001, "has more than 1 MB"),
    ):
        marks.load(name, content)
        expect(marks.said).to_contain_text(f"{name}")
        expect(marks.said).to_contain_text(why)
    assert marks.written() == ["", NAUGHTY, "held"]


def test_a_page_that_computes_marks_by_itself(
    new_page: Callable[..., Page], computing: Path
) -> None:
    page = new_page()
    watched = Watched(page)
    page.goto(computing.as_uri())
    panel = Panel(page)
    marks = Marks(panel)
    panel.wait("root.auralise.store.bank() !== null")
    marks.opener.click()
    assert marks.written() == [NAUGHTY]  # written into the page by Python
    panel.root.press("k")
    panel.page.keyboard.type("kick")
    panel.page.keyboard.press("Enter")
    marks.button("Go to feature 3-0").click()
    panel.shows(3, 0)
    marks.button("Go to feature 2-1").click()
    panel.shows(2, 1)
    expect(panel.alert).to_be_hidden()  # the worker was asked for nothing that it does not know
    assert watched.problems == []
    assert only_itself(watched.requests, computing.as_uri()) == []


def test_a_notebook_reads_and_sets_the_list(live: Callable[..., Live]) -> None:
    widget = aj.explore(MODEL, make_noise(0.5, RATE), layer=2, feature=1)
    one = live(widget)
    marks = Marks(one.panel)
    one.panel.root.press("k")
    expect(marks.words("2-1")).to_be_focused()
    one.page.keyboard.type("kick ")
    one.pump(lambda: [mark["words"] for mark in widget.marks] == ["kick"])
    assert widget.marks[0]["clip"] == "noise"
    expect(marks.words("2-1")).to_have_value("kick ")  # what is typed stays as it is
    widget.marks = [*widget.marks, {"layer": 3, "feature": 0, "words": "voice"}]
    one.pump()
    expect(marks.entries).to_have_count(2)
    assert marks.written() == ["kick ", "voice"]
    widget.model = next(name for name in widget.facts["models"] if "random" in name)
    one.pump()
    expect(one.panel.root.locator(".auralise-title")).to_contain_text("random")
    one.panel.root.press("k")
    expect(marks.said).to_contain_text("Random weights are shown")
    assert len(widget.marks) == 2


def test_a_comparison_marks_nothing(live: Callable[..., Live]) -> None:
    one = live(aj.compare(MODEL, make_noise(0.5, RATE), layer=2, feature=1))
    one.pump()
    one.panel.root.press("k")
    expect(Marks(one.panel).root).to_be_hidden()
    one.panel.root.press("?")
    expect(one.panel.keys.get_by_text("mark this feature")).to_be_hidden()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_is_content_and_nothing_sticks_out(
    open_page: Callable[..., Panel], small: Path, width: int, options: dict[str, Any]
) -> None:
    panel = open_page(small, viewport={"width": width, "height": 800}, **options)
    marks = Marks(panel)
    marks.mark.click()
    marks.load("a.json", listed({"layer": 9, "feature": 4, "words": "w" * 200, "clip": "c" * 80}))
    expect(marks.entries).to_have_count(2)
    assert found(panel.page, RULES) == []
    assert found(panel.page, BEST) == []
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_merged_page_is_content_too(new_page: Callable[..., Page], tmp_path: Path) -> None:
    marks = Mark(3, 20, "kick"), Mark(1, 2)
    path = MarkList("genre", "", NAUGHTY, marks).save(tmp_path / "a.json")
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(aj.merge_marks([path]).save(tmp_path / "class.html").as_uri())
    expect(page.get_by_role("row")).to_have_count(3)
    for options in (RULES, BEST):
        assert Axe().run(page, options=options).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
