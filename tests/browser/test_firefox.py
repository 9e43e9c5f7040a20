"""Firefox, pages from disk and JupyterLab: what a person does there, with Chromium's assertions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from computing import ComputingPanel
from panel import Panel
from person import moves, place, plays, saves, uses, walks_the_wall
from playwright.sync_api import Browser, Page, expect
from servers import open_notebook, run_cell, serve_lab, write_notebook
from test_marks import Marks
from watched import Watched
from written import Written

import auralise_jax as aj

FOLDER = tuple[Browser, Path]


def test_a_page_is_used(fox_page: Page, in_firefox: FOLDER, written: Written) -> None:
    watched = Watched(fox_page)
    fox_page.goto(written.path.as_uri())
    panel = ComputingPanel(fox_page)
    uses(panel, aloud=False)  # a machine without a sound card plays none in Firefox
    feature = written.features[3][-1]
    panel.feature.press("End")
    panel.shows(3, feature)
    sound = written.shown(3, feature).sound
    samples = saves(panel, in_firefox[1])
    assert samples.shape == sound.samples.shape
    # Firefox decoded what was coded: Vorbis at its usual quality is some 15 to 25 dB below it.
    off = np.sum((samples - sound.samples) ** 2) / np.sum(sound.samples**2)
    assert 10 * np.log10(off) < -12
    assert watched.problems == []
    assert set(watched.requests) <= {written.path.as_uri()}  # it tells of files now and then


def test_nothing_sticks_out_of_a_narrow_window(fox_page: Page, written: Written) -> None:
    fox_page.set_viewport_size({"width": 500, "height": 800})
    fox_page.goto(written.path.as_uri())
    Panel(fox_page)
    assert fox_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_lesson_is_used(fox_page: Page, tmp_path: Path) -> None:
    watched = Watched(fox_page)
    with aj.explore("genre", "bach", layer=3) as one, aj.compare("genre", "bach", layer=3) as two:
        lesson = aj.Lesson(["# Attacks", one, "Three rules.", two], layers=[3], features=2)
        path = lesson.save(tmp_path / "lesson.html")
    fox_page.goto(path.as_uri())
    expect(fox_page.get_by_role("heading", name="Attacks")).to_be_visible()
    panel = ComputingPanel(fox_page, 0)
    moves(panel)
    plays(panel, aloud=False)
    walks_the_wall(panel)
    moves(ComputingPanel(fox_page, 1))
    assert watched.problems == []
    assert set(watched.requests) <= {path.as_uri()}


def test_a_feature_is_marked(fox_page: Page, written: Written) -> None:
    fox_page.goto(written.path.as_uri())
    panel = ComputingPanel(fox_page)
    layer, feature = place(panel)
    name = f"{layer}-{feature}"
    panel.root.press("k")
    marks = Marks(panel)
    expect(marks.words(name)).to_be_focused()
    fox_page.keyboard.type("kick, m l x ?")
    fox_page.keyboard.press("Enter")
    expect(panel.root).to_be_focused()
    other = next(one for one in written.features[layer] if one != feature)
    panel.drag(panel.feature, other)
    panel.shows(layer, other)
    marks.button(f"Go to feature {name}").click()
    panel.shows(layer, feature)
    fox_page.reload()
    marks = Marks(ComputingPanel(fox_page))
    expect(marks.opener).to_have_text("Marks: 1")
    marks.opener.click()
    expect(marks.words(name)).to_have_value("kick, m l x ?")


CELLS = [
    'import auralise_jax as aj\npanel = aj.explore("genre", "bach", layer=3, feature=0)\npanel',
    'print("traits", panel.layer, panel.feature)',
]


def test_jupyterlab_is_used(fox_page: Page, in_firefox: FOLDER, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    write_notebook(tmp_path / "work" / "explorer.ipynb", CELLS)
    watched = Watched(fox_page)
    with serve_lab(tmp_path) as address:
        cells = open_notebook(fox_page, address, "explorer.ipynb", len(CELLS))
        run_cell(fox_page, cells.nth(0))
        panel = ComputingPanel(fox_page)
        panel.shows(3, 0)
        moves(panel)
        plays(panel, aloud=False)
        assert saves(panel, in_firefox[1]).shape == (44_100,)
        run_cell(fox_page, cells.nth(1))
        printed = cells.nth(1).locator(".jp-OutputArea-output")
        expect(printed).to_have_text(re.compile("traits {} {}".format(*place(panel))))
        assert [one for one in watched.problems if "auralise" in one.lower()] == []
        own = (address, "data:", "blob:")
        assert [url for url in watched.requests if not url.startswith(own)] == []
