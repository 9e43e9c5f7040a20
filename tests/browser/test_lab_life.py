"""What becomes of a panel in JupyterLab: uploads, errors, closing, a restart, no kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from making import make_noise
from nbclient import NotebookClient
from panel import Panel
from playwright.sync_api import Locator, Page, expect
from servers import choose_menu, open_notebook, run_cell, serve_lab, write_notebook
from sounding import sounding
from stills import plays
from watched import Watched

import auralise_jax as aj
from auralise_jax.widgets import assets

CELLS = [
    'import auralise_jax as aj\npanel = aj.explore("genre", "bach", layer=2, feature={})\npanel',
    "def broken(*_, **__):\n"
    '    raise RuntimeError("no memory <b>left</b>")\n'
    "\n"
    "project, panel.heard.project = panel.heard.project, broken",
    "panel.heard.project = project",
    'print("now", panel.clip, panel.heard.clip.title, len(panel.facts["clips"]))',
    "panel.close()",
    "panel",
]
STATE = "application/vnd.jupyter.widget-state+json"
STILL = 'import auralise_jax as aj\naj.explore("genre", "bach", layer=2, feature={})'


@pytest.fixture(scope="module")
def feature(genre_heard: aj.Listening) -> int:
    """One that sounds in layers 2 and 4, and so does the next in layer 4."""
    return sounding(genre_heard, (2, 0), (4, 0), (4, 1))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, feature: int) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "work").mkdir()
    write_notebook(folder / "work" / "life.ipynb", [CELLS[0].format(feature), *CELLS[1:]])
    write_notebook(folder / "work" / "still.ipynb", [STILL.format(feature)])
    notebook = nbformat.read(folder / "work" / "still.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600).execute()
    saved = notebook.metadata.pop("widgets")  # JupyterLab's default is to save none
    code = assets.notebook_module()
    assert all(code not in one["state"].values() for one in saved[STATE]["state"].values())
    nbformat.write(notebook, folder / "work" / "still.ipynb")
    with serve_lab(folder) as address:
        yield address


def ran(cell: Locator) -> None:
    """Wait until a cell that runs for the first time is over."""
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"))


def test_a_life(lab: str, feature: int, page: Page, watched: Watched, tmp_path: Path) -> None:
    cells = open_notebook(page, lab, "life.ipynb", len(CELLS))
    run_cell(page, cells.nth(0))
    panel = Panel(page)
    panel.shows(2, feature)

    # Two files of one's own, chosen at once; one name is markup.
    files = [make_noise(6.0, 8000, seed).save(tmp_path / f"{name}.wav") for seed, name in
             ((1, "one"), (2, "two & <i>more"))]  # fmt: skip
    panel.root.get_by_label("Sound files").set_input_files(files)
    clip = panel.root.get_by_label("Clip")
    expect(clip).to_have_value("two & <i>more")
    expect(clip.locator("option")).to_have_text(
        ["Bach, Prelude in C", "Ballad", "Dance", "Hip-hop", "one", "two & <i>more"]
    )
    run_cell(page, cells.nth(3))
    said = cells.nth(3).locator(".jp-OutputArea-output")
    expect(said).to_have_text(re.compile("now two & <i>more two & <i>more 6"))
    start = panel.root.get_by_role("slider", name="Start")
    expect(start).to_have_attribute("max", "2.00")
    start.press("End")
    expect(panel.root).to_contain_text("2.00 / 6.00 s")
    clip.select_option("Bach, Prelude in C")
    expect(panel.root).to_contain_text("0.00 / 4.00 s")

    # A file that holds no sound.
    (tmp_path / "none.mp3").write_bytes(b"nothing")
    panel.root.get_by_label("Sound files").set_input_files(tmp_path / "none.mp3")
    expect(panel.alert).to_contain_text("none.mp3")
    panel.root.get_by_role("button", name="Dismiss").click()
    expect(panel.alert).to_have_count(0)

    # What goes wrong in Python is told, as text, and passes.
    panel.wait("root.auralise.store.bank()?.control != null")  # nothing is being computed
    run_cell(page, cells.nth(1))
    ran(cells.nth(1))
    panel.layer.press("ArrowRight")
    expect(panel.alert).to_contain_text("RuntimeError: no memory <b>left</b>")
    run_cell(page, cells.nth(2))
    ran(cells.nth(2))
    panel.layer.press("ArrowRight")
    panel.shows(4, feature)
    expect(panel.alert).to_have_count(0)

    # A restarted kernel: what the page has still plays, and the panel says what to do.
    panel.wait("root.auralise.store.bank() !== null")
    panel.play.click()
    panel.wait("rms() > 1e-3")
    choose_menu(page, "Kernel", re.compile("^Restart Kernel…"))
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(panel.root.get_by_role("status")).to_contain_text("run the cell again")
    panel.feature.press("ArrowRight")
    panel.shows(4, feature + 1)
    panel.wait("rms() > 1e-3")

    # Run again there is one panel, the sound of the old one is over; closed there is none.
    old = panel.root.element_handle()
    run_cell(page, cells.nth(0))
    page.wait_for_function("old => !old.isConnected", arg=old)
    panel = Panel(page)
    panel.shows(2, feature)
    assert page.evaluate("globalThis[Symbol.for('auralise.audio')].active") is None
    panel.play.click()
    panel.wait("rms() > 1e-3")

    # A second view of it has what the first has: one store, that asks once.
    run_cell(page, cells.nth(5))
    expect(panel.root).to_have_count(2)
    assert page.evaluate(
        "() => { const [one, other] = document.querySelectorAll('.auralise');"
        " return one.auralise.store === other.auralise.store; }"
    )
    run_cell(page, cells.nth(4))
    expect(panel.root).to_have_count(0)
    assert page.evaluate("globalThis[Symbol.for('auralise.audio')].active") is None

    own = (lab, "data:", "blob:")
    assert [url for url in watched.requests if not url.startswith(own)] == []
    assert watched.problems == []


def test_without_a_kernel_there_is_a_still_and_with_one_there_is_not(
    lab: str, feature: int, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    cells = open_notebook(page, lab, "still.ipynb", 1)
    still = page.locator(".auralise-still")
    expect(still).to_be_visible()
    expect(still.get_by_role("img")).to_be_visible()
    expect(still.locator("iframe")).to_have_count(0)  # not before it is trusted
    expect(still).to_contain_text("trust the notebook")
    expect(cells.nth(0)).not_to_contain_text("Error")
    assert still.locator("img").evaluate("one => one.naturalWidth") > 100
    expect(still.locator("audio")).to_have_count(2)
    durations = still.locator("audio").evaluate_all(
        "all => Promise.all(all.map((one) => new Promise((done, failed) => {"
        " one.onloadedmetadata = () => done(one.duration); one.onerror = failed; one.load(); })))"
    )
    assert durations == pytest.approx([4.0, 4.0], abs=0.1)
    run_cell(page, cells.nth(0))
    Panel(page).shows(2, feature)
    expect(still).to_be_hidden()

    # Saved, and opened again with another kernel, the still is a page that plays.
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    choose_menu(page, "Kernel", re.compile("^Shut Down Kernel"))
    cells = open_notebook(page, lab, "still.ipynb", 1)
    missing = page.get_by_text("Error displaying widget")
    expect(missing).to_have_count(1)
    expect(missing).to_be_hidden()
    expect(page.locator(".auralise-still audio").first).to_be_hidden()
    plays(page, feature)
