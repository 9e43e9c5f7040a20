"""Pages in Firefox, opened from disk: what a person does there, with the assertions of Chromium."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from computing import ComputingPanel
from panel import Panel
from person import moves, plays, saves, uses, walks_the_wall
from playwright.sync_api import Browser, Page, expect
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
