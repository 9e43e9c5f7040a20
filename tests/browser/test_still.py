"""A notebook that was run, turned into HTML by nbconvert: the still in it is a page that plays."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Page, expect
from servers import write_notebook
from sounding import sounding
from stills import plays
from watched import Watched

import auralise_jax as aj

CELL = 'import auralise_jax as aj\naj.explore("genre", "bach", layer=2, feature={})'
PICTURE = 'aj.set_options(still="picture")\naj.explore("genre", "bach", layer=2, feature={})'
NBCONVERTS_OWN = re.compile(r"https://(cdnjs\.cloudflare\.com|unpkg\.com|cdn\.jsdelivr\.net)/")
"""Its page asks there for MathJax, and for what draws widgets."""


@pytest.fixture(scope="module")
def feature(genre_heard: aj.Listening) -> int:
    return sounding(genre_heard, (2, 0))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, feature: int) -> nbformat.NotebookNode:
    path = tmp_path_factory.mktemp("still") / "still.ipynb"
    write_notebook(path, [CELL.format(feature), PICTURE.format(feature)])
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600).execute()
    return notebook


def as_html(notebook: nbformat.NotebookNode, cell: int, path: Path, *, state: bool) -> Path:
    """Write a cell as a page; `state`: with the widgets' state, which JupyterLab does not save."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [notebook.cells[cell]]
    if not state:
        del notebook.metadata["widgets"]
        nbformat.write(notebook, path.with_suffix(".ipynb"))
        assert path.with_suffix(".ipynb").stat().st_size < 402_000
    path.write_text(HTMLExporter().from_notebook_node(notebook)[0], "utf-8")
    return path


@pytest.mark.parametrize("state", [False, True])
def test_the_page_of_nbconvert_plays(
    executed: nbformat.NotebookNode,
    feature: int,
    new_page: Callable[..., Page],
    tmp_path: Path,
    state: bool,
) -> None:
    path = as_html(executed, 0, tmp_path / "still.html", state=state)
    page = new_page()
    watched = Watched(page)
    page.route(NBCONVERTS_OWN, lambda route: route.abort())
    page.goto(path.as_uri())
    plays(page, feature)
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    expect(page.get_by_text("<Explorer")).to_have_count(0)  # words in place of a panel
    expect(page.locator(".auralise-still audio").first).to_be_hidden()
    page.screenshot(path=tmp_path / "still.png", full_page=True)
    others = [url for url in watched.requests if not url.startswith(("file:", "data:", "blob:"))]
    assert [url for url in others if not NBCONVERTS_OWN.match(url)] == []


def test_with_the_option_off_there_is_a_picture(
    executed: nbformat.NotebookNode, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    path = as_html(executed, 1, tmp_path / "still.html", state=False)
    page = new_page()
    page.route(NBCONVERTS_OWN, lambda route: route.abort())
    page.goto(path.as_uri())
    still = page.locator(".auralise-still")
    expect(still.locator("iframe")).to_have_count(0)
    assert still.get_by_role("img").evaluate("one => one.naturalWidth") > 400
    expect(still.locator("audio")).to_have_count(2)
