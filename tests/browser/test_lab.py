"""The explorer in a real JupyterLab, with a kernel of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import anywidget
import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import Page, expect
from servers import choose_menu, open_notebook, serve_lab, write_notebook
from watched import Watched

import auralise_jax as aj

CELLS = [
    'import auralise_jax as aj\npanel = aj.explore("genre", "bach", layer=3, feature=0)\npanel',
    "import ipywidgets\n"
    "other = ipywidgets.IntSlider(max=99)\n"
    'link = ipywidgets.jslink((other, "value"), (panel, "feature"))\n'
    "other",
    'print("traits", panel.layer, panel.feature, panel.rule, panel.shot.feature)',
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start a JupyterLab with the notebook; return its address."""
    (tmp_path / "work").mkdir()
    write_notebook(tmp_path / "work" / "explorer.ipynb", CELLS)
    with serve_lab(tmp_path) as address:
        yield address


def test_the_anywidget_that_was_asked_for_is_the_one() -> None:
    wanted = os.environ.get("AURALISE_TESTS_ANYWIDGET", anywidget.__version__)
    assert anywidget.__version__ == wanted


def canvas_of(panel: Panel) -> str:
    return panel.root.locator("[data-deck=b] canvas").evaluate("one => one.toDataURL()")


def test_a_notebook(
    lab: str, page: Page, watched: Watched, genre_heard: aj.Listening, tmp_path: Path
) -> None:
    cells = open_notebook(page, lab, "explorer.ipynb", len(CELLS))
    choose_menu(page, "Run", "Run All Cells")
    panel = Panel(page)
    printed = cells.nth(2).locator(".jp-OutputArea-output")
    expect(printed).to_have_text(re.compile("traits 3 0 deconvnet 0"))
    panel.shows(3, 0)

    def sound(feature: int, rule: str = "deconvnet") -> aj.Clip:
        return genre_heard.project(3, feature, rule).auralise()

    # By mouse and by keyboard: picture and sound follow.
    strength = np.maximum(genre_heard.project_layer(3), 0).sum(axis=(1, 2))
    beside = np.minimum(strength, np.roll(strength, 1))[2:-2]  # the feature before it sounds, too
    one, two = (int(feature) + 2 for feature in np.argsort(beside)[-2:])
    pictures = {canvas_of(panel)}
    panel.drag(panel.feature, one - 1)
    panel.shows(3, one - 1)
    pictures.add(canvas_of(panel))
    panel.feature.press("ArrowRight")
    panel.shows(3, one)
    pictures.add(canvas_of(panel))
    assert len(pictures) == 3
    panel.play.click()
    panel.wait("rms() > 1e-3")
    assert abs(panel.hears(sound(one), 0.98)) < 0.05
    panel.drag(panel.feature, two)
    panel.shows(3, two)
    assert abs(panel.hears(sound(two), 0.98)) < 0.05

    # The notebook leaves the panel's keys alone.
    panel.root.focus()
    for key in ("a", "b", "d", "d", "x", " ", " ", "ArrowRight", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(panel.b).to_be_checked()
    expect(panel.pause).to_be_visible()
    expect(cells).to_have_count(len(CELLS))
    panel.shows(3, two)
    page.screenshot(path=tmp_path / "lab.png")

    # Muted through the kernel: what the network says moves, the feature can still be heard.
    muted = panel.root.get_by_role("group", name="Muted")
    classes = panel.root.get_by_role("list", name="Class probabilities")
    said = classes.locator("li:not(.auralise-answer)")
    page.keyboard.press("m")
    odds = genre_heard.predict(mute=[(3, two)])
    for (name, share), line in zip(odds.items(), said.all(), strict=True):
        expect(line).to_contain_text(f"{name}{100 * share:.0f} %, was ")
    expect(muted).to_contain_text(f"3-{two}")
    expect(panel.root).to_contain_text(f"feature 3-{two}, deconvnet, muted")
    page.keyboard.press("m")
    expect(muted).to_have_count(0)
    expect(panel.root).not_to_contain_text("was ")

    # Each entry of the key list is one line, whatever the notebook's own style sheet says.
    page.keyboard.press("?")
    expect(panel.keys).to_be_visible()
    heights = panel.keys.locator("dt:visible").evaluate_all(
        """(all) => all.map((one) => {
          const range = document.createRange();
          range.selectNodeContents(one);
          return range.getBoundingClientRect().height;
        })"""
    )
    assert max(heights) < 1.5 * min(heights)  # arrows may come from another font
    page.keyboard.press("Escape")
    expect(panel.keys).to_be_hidden()

    # Another rule: what is being done is said, then it arrives.
    told = panel.root.get_by_role("status")
    panel.root.evaluate(
        """(root) => {
          const status = root.querySelector("[role=status]");
          globalThis.told = [];
          new MutationObserver(() => told.push(status.textContent))
            .observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )
    panel.root.get_by_label("Rule").select_option("guided")
    expect(panel.root).to_have_attribute("data-rule", "guided")
    expect(panel.root).to_contain_text(f"feature 3-{two}, guided")
    expect(told).to_have_text("")
    assert "compiling layer 3, guided rule" in page.evaluate("globalThis.told")
    assert abs(panel.hears(sound(two, "guided"), 0.98)) < 0.05

    # A value that Python refuses is told in the panel, and taken back.
    other = cells.nth(1).get_by_role("slider")
    expect(cells.nth(1).locator(".widget-readout")).to_have_text(str(two))
    other.press("End")
    expect(panel.alert).to_contain_text("99")
    expect(panel.alert).to_contain_text("63")
    panel.shows(3, two)
    panel.root.get_by_role("button", name="Dismiss").click()
    expect(panel.alert).to_have_count(0)
    other.press("ArrowRight")
    panel.shows(3, two + 1)

    # The kernel knows.
    panel.layer.press("ArrowRight")
    panel.shows(4, two + 1)
    cells.nth(2).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(printed).to_have_text(re.compile(f"traits 4 {two + 1} guided {two + 1}"))

    assert watched.problems == []
    own = (lab, "data:", "blob:")
    assert [url for url in watched.requests if not url.startswith(own)] == []
