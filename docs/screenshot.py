"""Make the pictures of README: the explorer's own page, playing, in a real browser.

pip install -e ".[dev]"
auralise-jax models get musicnn-mtt
python docs/screenshot.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import auralise_jax as aj

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

from find_browser import find_browser  # noqa: E402

SECONDS = 1.6


def main() -> None:
    """Take both pictures; the second network's is smaller."""
    take("explorer.png", "genre", layer=3, scale=1.5)
    take("tagger.jpg", "musicnn-mtt", layer=2, scale=1.0)


def take(name: str, model: str, *, layer: int, scale: float) -> None:
    """Write the page of the first feature that stands out; play it, take the picture."""
    page_file = Path(tempfile.mkdtemp()) / "explorer.html"
    with aj.explore(model, "bach", layer=layer) as panel:
        panel.to_html(page_file, layers=[layer], features=8)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_page(
            viewport={"width": 1320, "height": 760}, device_scale_factor=scale, bypass_csp=True
        )
        page.goto(page_file.as_uri())
        panel = page.locator(".auralise")
        panel.get_by_role("button", name="Play").click()
        page.wait_for_function(
            f"document.querySelector('.auralise').auralise.player.position() > {SECONDS}"
        )
        panel.get_by_role("button", name="Pause").click()
        panel.screenshot(path=HERE / name, quality=80 if name.endswith(".jpg") else None)
        browser.close()


if __name__ == "__main__":
    main()
