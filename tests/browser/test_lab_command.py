"""``auralise-jax lab`` as a student starts it, twice, with a browser on it."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect
from servers import NEWS, serve
from watched import Watched

from auralise_jax.cli.course import WELCOME, course_folder

SPY = """
import os, sys

def note(event, args):
    if event == "socket.connect":
        where = args[1]
    elif event == "socket.getaddrinfo":
        where = args[:2]
    else:
        return
    if isinstance(where, tuple) and where[0] not in (None, "", "127.0.0.1", "::1", "localhost"):
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{event} {where}\\n")

sys.addaudithook(note)
"""
"""What every Python process of the server runs first: note each look at another machine."""

STUBBORN = {
    "jupyter_server_config.py": "c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.port_retries = 0\n",
    "jupyter_lab_config.py": "c.ServerApp.ip = '0.0.0.0'\nc.LabApp.news_url = 'http://x.invalid'\n",
    NEWS: '{"fetchNews": "true", "checkForUpdates": true}',
}
"""Settings of a user that ask for more than `auralise-jax lab` does."""


@pytest.fixture
def port() -> int:
    """One that is free; the first server takes it, the second the next that is.

    Below those that systems hand out: other tests' servers may take one of these in between.
    """
    for number in range(20_000 + os.getpid() % 10_000, 32_000):
        try:
            with socket.create_server(("127.0.0.1", number)):
                return number
        except OSError:
            continue
    raise AssertionError("no port is free")


@contextlib.contextmanager
def lab(folder: Path, port: int, settings: dict[str, str]) -> Iterator[str]:
    """Run the command on ``folder.parent / "mine"``; yield the address that it prints."""
    (folder / "work").mkdir(parents=True)
    (folder / "spy").mkdir()
    (folder / "spy" / "sitecustomize.py").write_text(SPY, "utf-8")
    command = ["auralise_jax.cli", "lab", "--folder", str(folder.parent / "mine"), "--"]
    command += ["--no-browser", f"--port={port}"]
    path = [str(folder / "spy"), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {"PYTHONPATH": os.pathsep.join(path), "ASKED": str(folder / "asked")}
    address = r"(http://127\.0\.0\.1:\d+/lab\S*)"
    with serve(folder, command, address, settings=settings, **variables) as found:
        yield found


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_started_twice_it_welcomes_twice_and_asks_nobody(
    page: Page, watched: Watched, tmp_path: Path, port: int
) -> None:
    page.set_viewport_size({"width": 1280, "height": 860})
    notebooks = sorted(path.name for path in course_folder().glob("*.ipynb"))
    mine = tmp_path / "mine"
    with lab(tmp_path / "one", port, {}) as first:
        edited = (mine / notebooks[1]).read_text("utf-8") + " "
        (mine / notebooks[1]).write_text(edited, "utf-8")
        with lab(tmp_path / "two", port, STUBBORN) as second:
            places = [urllib.parse.urlsplit(address) for address in (first, second)]
            assert places[0].port == port
            assert places[1].port not in (port, None)
            if sys.platform == "linux":  # where whoever listens everywhere listens here, too
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.2", places[1].port or 0), 10).close()
            settings = files_in(tmp_path / "two" / "jupyter_config_dir")
            for address in (first, second):
                page.goto(address)
                viewer = page.locator(".jp-MarkdownViewer")
                expect(
                    viewer.get_by_role("heading", name="Hear what a network hears")
                ).to_be_visible()
                links = viewer.locator("td a")
                expect(links).to_have_count(len(notebooks))
                links.first.click()
                cell = page.locator(".jp-Notebook .jp-Cell").first
                expect(cell).to_contain_text("0 · Hear a feature")
                # The bar says so when a kernel answers: by then all that opens has opened.
                idle = page.get_by_role("button", name=re.compile(r"\| Idle$"))
                expect(idle).to_be_visible()
                expect(page.locator(".Toastify__toast")).to_have_count(0)
                page.screenshot(path=tmp_path / "lab.png")
            assert (mine / notebooks[1]).read_text("utf-8") == edited
            assert files_in(tmp_path / "two" / "jupyter_config_dir") == settings
    own = tuple(f"http://{place.netloc}/" for place in places)
    assert [url for url in watched.requests if not url.startswith((*own, "data:", "blob:"))] == []
    assert watched.problems == []
    for name in ("one", "two"):
        assert not (tmp_path / name / "asked").exists(), (tmp_path / name / "asked").read_text()


def test_the_welcome_page_is_the_map_of_the_course() -> None:
    text = (course_folder() / WELCOME).read_text("utf-8")
    rows = re.findall(r"^\| (\d) \| \[(.+?)\]\((.+?)\) \| (.+?) \| .+ \|$", text, re.MULTILINE)
    wanted = []
    for path in sorted(course_folder().glob("*.ipynb")):
        head = nbformat.read(path, as_version=4).cells[0].source
        (number, title), (time,) = (
            re.search(r"^# (\d) · (.+)$", head, re.MULTILINE).groups(),
            re.search(r"^\*(.+?)[.,]", head, re.MULTILINE).groups(),
        )
        wanted.append((number, title, path.name, f"{time[0].lower()}{time[1:]}"))
    assert rows == wanted
