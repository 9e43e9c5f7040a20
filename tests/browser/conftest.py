"""A real browser, once per worker; pages that watch for errors and for requests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import stack_model
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

import auralise_jax as aj

sys.path.insert(0, str(Path(__file__).parent))
from find_browser import FLAGS, find_browser
from firefox import find_firefox, firefox
from live import Live
from panel import Panel
from watched import TIMEOUT, Watched, pages_of
from written import NAUGHTY, Written

expect.set_options(timeout=TIMEOUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        reason = "no Chromium, Chrome or Edge was found; install one for the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # The sandbox needs rights that root, and many containers, do not give.
    sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox], timeout=TIMEOUT)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def in_firefox(
    driver: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Browser, Path]]:
    """Firefox, for the tests of a file, and where it saves; skipped where there is none."""
    program = find_firefox()
    if program is None:
        pytest.skip("no Firefox was found")
    folder = tmp_path_factory.mktemp("firefox")
    with firefox(driver, program, folder) as browser:
        yield browser, folder / "saved"


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Make a page in Chromium; see `pages_of`."""
    with pages_of(browser) as new_page:
        yield new_page


@pytest.fixture
def new_fox_page(in_firefox: tuple[Browser, Path]) -> Iterator[Callable[..., Page]]:
    """Make a page in Firefox."""
    with pages_of(in_firefox[0]) as new_page:
        yield new_page


@pytest.fixture
def fox_page(new_fox_page: Callable[..., Page]) -> Page:
    return new_fox_page()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Layers 1 and 3 with their six strongest features, open on the strongest of layer 3."""
    path = tmp_path_factory.mktemp("page") / "bach.html"
    with aj.explore("genre", "bach", layer=3) as panel:
        strength = np.maximum(panel.heard.project_layer(3), 0).sum(axis=(1, 2))
        panel.feature = int(strength.argmax())
        panel.to_html(path, layers=[1, 3], features=6)
        return Written(path, panel.heard)


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A tiny random model with markup in every name; its feature 2-1 never answers."""
    rng = np.random.default_rng(0)
    frontend = aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=0.5)
    architecture = aj.Architecture(features=(4, 3), dense=(3,))
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in architecture.shapes(frontend.shape).items()
    }
    tensors["conv2.bias"][:] = (0, -1e6, 0)
    model = stack_model(tensors, architecture, frontend, (NAUGHTY, "b", "c"), {}, NAUGHTY)
    clip = aj.Clip(rng.normal(0, 0.1, 4000), 8000, NAUGHTY)
    path = tmp_path_factory.mktemp("odd") / "odd.html"
    with aj.explore(model, clip, layer=2) as panel:
        panel.to_html(path, layers=[2], features=[0, 1])
        return Written(path, panel.heard)


@pytest.fixture
def open_page(new_page: Callable[..., Page]) -> Iterator[Callable[..., Panel]]:
    """Open a page; afterwards it must have made no error and no request but for itself."""
    opened = []

    def open_page(path: Path, script: str = "", **options: Any) -> Panel:
        page = new_page(**options)
        opened.append((path.as_uri(), Watched(page)))
        if script:
            page.add_init_script(script)
        page.goto(path.as_uri())
        return Panel(page)

    yield open_page
    for uri, watched in opened:
        assert watched.problems == []
        assert watched.requests == [uri]


@pytest.fixture
def panel(open_page: Callable[..., Panel], written: Written) -> Panel:
    return open_page(written.path)


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Open a widget; the page must make no error."""
    opened: list[tuple[Watched, Any]] = []

    def live(widget: Any, **options: Any) -> Live:
        page = new_page(**options)
        opened.append((Watched(page), widget))
        return Live(page, widget, tmp_path)

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []
