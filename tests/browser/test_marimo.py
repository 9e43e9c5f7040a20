"""The explorer in marimo: in an app, and in a notebook that was saved as HTML."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from panel import Panel
from person import uses
from playwright.sync_api import Page, Route, expect
from servers import serve
from sounding import sounding
from stills import plays
from watched import Watched

import auralise_jax as aj

marimo = pytest.importorskip("marimo")

NOTEBOOK = """import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
    import auralise_jax as aj
    aj.load_model("genre")
    mo.md("a model")
    return aj, mo


@app.cell
def _(aj, mo):
    panel = mo.ui.anywidget(aj.explore("genre", "bach", layer=3, feature={feature}))
    panel
    return (panel,)


@app.cell
def _(mo, panel):
    mo.md(f"traits {{panel.layer}} {{panel.feature}} {{panel.rule}}")
    return


if __name__ == "__main__":
    app.run()
"""
FRONT_END = re.compile(
    r"https://cdn\.jsdelivr\.net/npm/@marimo-team/frontend@[\w.-]+/dist/([^?#]*)"
)
"""Where a saved notebook has marimo's own program."""


@pytest.fixture
def notebook(genre_heard: aj.Listening, tmp_path: Path) -> tuple[Path, int]:
    """Write a notebook; return it and the feature that it opens on."""
    feature = sounding(genre_heard, (3, 0), (3, 1))
    path = tmp_path / "work" / "explorer.py"
    path.parent.mkdir()
    path.write_text(NOTEBOOK.format(feature=feature), "utf-8")
    return path, feature


def free_port() -> int:
    """Return a port that nobody listens to: marimo takes 0 for its usual one."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def test_an_app(notebook: tuple[Path, int], page: Page, watched: Watched, tmp_path: Path) -> None:
    path, feature = notebook
    command = ["marimo", "run", path.name, "--headless", "--no-token", "--host", "127.0.0.1"]
    with serve(
        tmp_path, [*command, "--port", f"{free_port()}"], r"URL: (http://\S+:\d+)"
    ) as address:
        page.goto(address, wait_until="commit")
        expect(page.get_by_text("a model")).to_be_visible()
        panel = Panel(page)
        panel.shows(3, feature)
        uses(panel)
        layer, feature = (panel.root.get_attribute(f"data-{one}") for one in ("layer", "feature"))
        expect(page.get_by_text("traits")).to_have_text(f"traits {layer} {feature} deconvnet")
        page.screenshot(path=tmp_path / "marimo.png", full_page=True)
        others = [
            url for url in watched.requests if not url.startswith((address, "data:", "blob:"))
        ]
        assert others == []
        assert [one for one in watched.problems if "auralise" in one.lower()] == []


def test_a_saved_notebook_plays(
    notebook: tuple[Path, int], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    path, feature = notebook
    saved = tmp_path / "saved.html"
    command = [sys.executable, "-m", "marimo", "export", "html", str(path), "-o", str(saved)]
    subprocess.run(command, check=True, capture_output=True, cwd=path.parent)
    folder = Path(marimo.__file__).parent / "_static"

    def give(route: Route) -> None:
        found = FRONT_END.fullmatch(route.request.url)
        assert found is not None
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(path=folder / found[1], headers=headers)

    page = new_page()
    page.route(FRONT_END, give)
    page.goto(saved.as_uri())
    plays(page, feature, layer=3)
    page.screenshot(path=tmp_path / "saved.png", full_page=True)
