"""Notebook servers on loopback that know nothing of their user's settings."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from watched import TIMEOUT

_PRIVATE = ("HOME", "USERPROFILE", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
NEWS = "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
NO_NEWS = {NEWS: '{"fetchNews": "false"}'}


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


def wait_for_listener(address: str) -> None:
    """Wait until someone listens there: Jupyter tells its address a moment before it does."""
    place = urllib.parse.urlsplit(address)
    deadline = time.monotonic() + TIMEOUT / 1000
    while True:
        try:
            socket.create_connection((place.hostname, place.port), TIMEOUT / 1000).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens at {address}"
        else:
            return


@contextlib.contextmanager
def serve(
    folder: Path,
    command: list[str],
    address: str,
    *,
    settings: dict[str, str] | None = None,
    **variables: str,
) -> Iterator[str]:
    """Run a program in ``folder / "work"``; yield the first match of `address` that it prints.

    `settings` are texts by their paths in the user's Jupyter settings, by default that there shall
    be no news; `variables` go to the environment.
    """
    places = {name: folder / name.lower() for name in (*_PRIVATE, "JUPYTER_RUNTIME_DIR")}
    for place in places.values():
        place.mkdir()
    for path, text in (NO_NEWS if settings is None else settings).items():
        file = places["JUPYTER_CONFIG_DIR"] / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder / "work",
        env=os.environ | {name: str(place) for name, place in places.items()} | variables,
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
        while not (found := re.search(address, log)):
            line = lines.get(timeout=TIMEOUT / 1000)
            assert line, f"the server ended: {log}"
            log += line
        wait_for_listener(found[1])
        yield found[1]
    finally:
        server.terminate()
        server.wait()
        reader.join()
        server.stdout.close()


@contextlib.contextmanager
def serve_jupyter(folder: Path, program: str) -> Iterator[str]:
    """Run JupyterLab or Notebook on the notebooks in ``folder / "work"``; yield its address.

    `program` is the module that is run: "jupyterlab" or "notebook".
    """
    command = [program, "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=t", "--LabApp.news_url=None"]
    command += ["--LabApp.extension_manager=readonly"]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        command.append("--allow-root")
    with serve(folder, command, r"(http://127\.0\.0\.1:[1-9]\d*)/(?:lab|tree)\?token") as address:
        yield address


@contextlib.contextmanager
def serve_lab(folder: Path) -> Iterator[str]:
    """Run JupyterLab on the notebooks in ``folder / "work"``; yield its address."""
    with serve_jupyter(folder, "jupyterlab") as address:
        yield address


def open_notebook(page: Page, address: str, name: str, cells: int) -> Locator:
    """Open a notebook in JupyterLab and wait for its kernel; return its cells."""
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{address}/lab/tree/{name}?token=t&reset")
    found = page.locator(".jp-Notebook .jp-Cell")
    expect(found).to_have_count(cells)
    # The notebook's own light is green before a kernel answers; the status bar waits for one.
    expect(page.get_by_role("button", name=re.compile(r"\| Idle$"))).to_be_visible()
    return found


def choose_menu(page: Page, menu: str, item: str | re.Pattern[str]) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    exact = {"exact": True} if isinstance(item, str) else {}
    page.get_by_role("menuitem", name=item, **exact).click()


def run_cell(page: Page, cell: Locator) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
