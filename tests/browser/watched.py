"""What every page is held to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

TIMEOUT = 60_000  # ms; a busy two-core machine may take its time


class Watched:
    """What a page did that it should not have."""

    def __init__(self, page: Page) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda message: self.problems.append(message.text) if message.type == "error" else None,
        )
        page.on("request", lambda request: self.requests.append(request.url))


@contextlib.contextmanager
def pages_of(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Make pages, each in a context of its own; options go to ``new_context``."""
    contexts: list[BrowserContext] = []

    def new_page(**options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 860}} | options))
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()
