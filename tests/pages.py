"""A page taken apart."""

import base64
import gzip
import html.parser
from typing import Any

import numpy as np

from auralise_jax.widgets.page import STEP


def sound_in(page: dict[str, Any], item: dict[str, Any]) -> bytes:
    """The sound file of a feature or a source of a page."""
    return base64.b64decode(page["beginning"] + item["sound"])


def assert_levels(item: dict[str, Any], wanted: bytes) -> None:
    """A page tells levels in steps; `wanted` begins with the levels that a panel has."""
    levels = np.frombuffer(gzip.decompress(base64.b64decode(item["pixels"])), np.uint8)
    apart = levels.astype(int) - np.frombuffer(wanted[: len(levels)], np.uint8)
    assert np.abs(apart).max() <= STEP // 2


class Parts(html.parser.HTMLParser):
    """Collect a page's elements, and its scripts by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        if self.elements and self.elements[-1][0] == "script":
            name = self.elements[-1][1].get("id") or "module"
            self.scripts[name] = self.scripts.get(name, "") + data
