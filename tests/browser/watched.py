"""What every page is held to."""

from __future__ import annotations

from playwright.sync_api import Page

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
