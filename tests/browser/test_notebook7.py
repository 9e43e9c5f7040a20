"""The explorer in Notebook 7: what a person does there, with the assertions of other hosts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from making import make_noise
from panel import Panel
from person import place, saves, uploads, uses
from playwright.sync_api import Page, expect
from servers import choose_menu, serve_jupyter, write_notebook
from watched import Watched

pytest.importorskip("notebook")

CELLS = [
    'import auralise_jax as aj\npanel = aj.explore("genre", "bach", layer=3, feature=0)\npanel',
    'print("traits", panel.layer, panel.feature, panel.clip)',
]


def test_a_notebook(page: Page, watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    write_notebook(tmp_path / "work" / "explorer.ipynb", CELLS)
    with serve_jupyter(tmp_path, "notebook") as address:
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.goto(f"{address}/notebooks/explorer.ipynb?token=t")
        cells = page.locator(".jp-Notebook .jp-Cell")
        expect(cells).to_have_count(len(CELLS))
        # It says nothing of a kernel that is idle, but has to have heard of it.
        expect(page.locator(".jp-NotebookKernelStatus-fade")).to_have_text("")
        choose_menu(page, "Run", "Run All Cells")
        panel = Panel(page)
        panel.shows(3, 0)
        uses(panel)

        # Notebook leaves keys alone that a control in the panel has: it would cut cells at X.
        panel.feature.focus()
        for key in ("b", "d", "d", "x", "m", "m", "a"):
            page.keyboard.press(key)
        expect(panel.a).to_be_checked()
        expect(cells).to_have_count(len(CELLS))
        expect(page.locator(".jp-CodeCell")).to_have_count(len(CELLS))

        assert saves(panel).shape == (44_100,)
        uploads(panel, make_noise(5.0, 11_025).save(tmp_path / "mine.wav"))
        expect(page.locator(".auralise-still")).to_be_hidden()
        cells.nth(1).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        printed = cells.nth(1).locator(".jp-OutputArea-output")
        expect(printed).to_have_text(re.compile("traits {} {} mine".format(*place(panel))))
        page.screenshot(path=tmp_path / "notebook.png")
        assert [one for one in watched.problems if "auralise" in one.lower()] == []
        own = (address, "data:", "blob:")
        assert [url for url in watched.requests if not url.startswith(own)] == []
