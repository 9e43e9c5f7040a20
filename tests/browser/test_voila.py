"""The explorer as an app: the same notebook under Voila."""

from __future__ import annotations

import re
from pathlib import Path

from making import make_noise
from panel import Panel
from person import saves, uploads, uses
from playwright.sync_api import Page, expect
from servers import serve_lab, write_notebook
from sounding import sounding
from watched import Watched

import auralise_jax as aj

CELL = 'import auralise_jax as aj\naj.explore("genre", "bach", layer=3, feature={})'
VOILAS_OWN = re.compile(r"https://(cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com)/")
"""Voila's own page asks there for its icons and for MathJax, whatever the notebook."""


def test_the_panel_works_under_voila(
    page: Page, watched: Watched, genre_heard: aj.Listening, tmp_path: Path
) -> None:
    feature = sounding(genre_heard, (3, 0), (3, 1))
    (tmp_path / "work").mkdir()
    write_notebook(tmp_path / "work" / "app.ipynb", [CELL.format(feature)])
    page.route(VOILAS_OWN, lambda route: route.abort())
    # By itself it always takes a fixed port; beside JupyterLab it has that server's.
    with serve_lab(tmp_path) as address:
        page.goto(f"{address}/voila/render/app.ipynb?token=t")
        panel = Panel(page)
        panel.shows(3, feature)
        uses(panel)
        assert saves(panel).shape == (44_100,)
        uploads(panel, make_noise(5.0, 11_025).save(tmp_path / "mine.wav"))
        expect(page.locator(".auralise-still")).to_be_hidden()
        page.screenshot(path=tmp_path / "voila.png", full_page=True)
        own = (address, "data:", "blob:")
        others = [url for url in watched.requests if not url.startswith(own)]
        assert [url for url in others if not VOILAS_OWN.match(url)] == []
        ours = [one for one in watched.problems if "auralise" in one.lower()]
        assert ours == []
