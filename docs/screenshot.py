"""Make ``docs/explorer.png``: the explorer's own page, playing, in a real browser.

pip install -e ".[dev]"
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

LAYER, FEATURE, SECONDS = 3, 20, 1.6


def main() -> None:
    """Write the page, play it for a moment, take the picture."""
    page_file = Path(tempfile.mkdtemp()) / "explorer.html"
    with aj.explore("genre", "bach", layer=LAYER, feature=FEATURE) as panel:
        panel.to_html(page_file, layers=[LAYER])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_page(
            viewport={"width": 1320, "height": 760}, device_scale_factor=1.5, bypass_csp=True
        )
        page.goto(page_file.as_uri())
        panel = page.locator(".auralise")
        panel.get_by_role("button", name="Play").click()
        page.wait_for_function(
            f"document.querySelector('.auralise').auralise.player.position() > {SECONDS}"
        )
        panel.get_by_role("button", name="Pause").click()
        panel.screenshot(path=HERE / "explorer.png")
        browser.close()


if __name__ == "__main__":
    main()
