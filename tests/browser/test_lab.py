"""The explorer in a real JupyterLab, with a kernel of its own."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import Page, expect
from watched import TIMEOUT, Watched

import auralise_jax as aj

CELLS = [
    'import auralise_jax as aj\npanel = aj.explore("genre", "bach", layer=3)\npanel',
    "import ipywidgets\n"
    "other = ipywidgets.IntSlider(max=99)\n"
    'link = ipywidgets.jslink((other, "value"), (panel, "feature"))\n'
    "other",
    'print("traits", panel.layer, panel.feature, panel.rule, panel.shot.feature)',
]


def write_notebook(path: Path, cells: list[str]) -> None:
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": made,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), "utf-8")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start a JupyterLab that knows nothing of its user's; return the notebook's address."""
    private = ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    places = {name: tmp_path / name.lower() for name in (*private, "JUPYTER_RUNTIME_DIR", "WORK")}
    for place in places.values():
        place.mkdir()
    write_notebook(places["WORK"] / "explorer.ipynb", CELLS)
    news = places["JUPYTER_CONFIG_DIR"] / "lab/user-settings/@jupyterlab/apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', "utf-8")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=t", "--LabApp.news_url=None"]
    command += ["--LabApp.extension_manager=readonly", f"--ServerApp.root_dir={places['WORK']}"]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        command.append("--allow-root")
    server = subprocess.Popen(
        command,
        env=os.environ | {name: str(place) for name, place in places.items()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert server.stdout is not None
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:  # to the end, or a full pipe would stop the server
        for line in server.stdout:
            lines.put(line)
        lines.put("")

    reader = threading.Thread(target=read)
    reader.start()
    log = ""
    try:
        while not (found := re.search(r"(http://127\.0\.0\.1:[1-9]\d*)/lab\?token", log)):
            line = lines.get(timeout=TIMEOUT / 1000)
            assert line, f"JupyterLab ended: {log}"
            log += line
        yield f"{found[1]}/lab/tree/explorer.ipynb?token=t&reset"
    finally:
        server.terminate()
        server.wait()
        reader.join()
        server.stdout.close()


def canvas_of(panel: Panel) -> str:
    return panel.root.locator("[data-deck=b] canvas").evaluate("one => one.toDataURL()")


def test_a_notebook(
    lab: str, page: Page, watched: Watched, genre_heard: aj.Listening, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(lab)
    cells = page.locator(".jp-Notebook .jp-Cell")
    expect(cells).to_have_count(len(CELLS))
    # The notebook's own light is green before a kernel answers; the status bar waits for one.
    expect(page.get_by_role("button", name=re.compile(r"\| Idle$"))).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    panel = Panel(page)
    printed = cells.nth(2).locator(".jp-OutputArea-output")
    expect(printed).to_have_text(re.compile("traits 3 0 deconvnet 0"))
    panel.shows(3, 0)

    def sound(feature: int, rule: str = "deconvnet") -> aj.Clip:
        return genre_heard.project(3, feature, rule).auralise()

    # By mouse and by keyboard: picture and sound follow.
    strength = np.maximum(genre_heard.project_layer(3), 0).sum(axis=(1, 2))[2:-2]
    one, two = (int(feature) + 2 for feature in np.argsort(strength)[-2:])
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
    page.screenshot(path="/tmp/lab.png")

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
    own = (lab.partition("/lab")[0], "data:", "blob:")
    assert [url for url in watched.requests if not url.startswith(own)] == []
