"""The still of a panel, as a page in a frame."""

from __future__ import annotations

from panel import Panel
from playwright.sync_api import Page, expect


def plays(page: Page, feature: int, layer: int = 2) -> None:
    """Check that the one still of a page shows this feature, plays it, and moves to another."""
    frame = page.locator(".auralise-still iframe")
    frame.scroll_into_view_if_needed()
    expect(frame).to_be_visible()
    inside = frame.element_handle().content_frame()
    still = Panel(inside)
    still.shows(layer, feature)
    height = inside.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert height <= 0, f"the frame is too low by {height} px"
    still.play.click()
    still.wait("rms() > 1e-3")
    held = still.ask("root.auralise.store.get('facts').layers[x - 1].available", layer)
    assert len(held) > 1
    still.feature.press("End")
    still.shows(layer, max(held))
    still.feature.press("Home")
    still.shows(layer, min(held))
    still.wait("rms() > 1e-3")
    still.pause.click()
