"""Make the pictures of README: the explorer's own page, playing, in a real browser.

One of them moves: a person presses Play, drags Feature, goes on to Layer 3, and listens to the
source in between. Its clock is the number of its frames: a slow machine makes the same picture.

pip install -e ".[dev]"
auralise-jax models get musicnn-mtt
python docs/screenshot.py
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Playwright, sync_playwright

import auralise_jax as aj

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

from find_browser import find_browser  # noqa: E402

SECONDS = 1.6
FRAME = 0.125  # seconds


def main() -> None:
    """Take all pictures; the second network's is smaller."""
    take_moving("explorer.webp")
    take("tagger.jpg", "musicnn-mtt", layer=2, scale=1.0)


def take_moving(name: str) -> None:
    """Record what a person does in the first ten seconds, as an animated picture."""
    page_file = Path(tempfile.mkdtemp()) / "explorer.html"
    with aj.explore("genre", "bach") as panel:
        panel.to_html(page_file, layers=[1, 3], features=8)
    shots: list[Image.Image] = []
    with sync_playwright() as playwright:
        browser = start(playwright)
        page = browser.new_page(viewport={"width": 1100, "height": 700}, bypass_csp=True)
        page.goto(page_file.as_uri())
        panel = page.locator(".auralise")
        panel.evaluate("root => { globalThis.player = root.auralise.player; }")

        def frames(count: int) -> None:
            for _ in range(count):
                page.evaluate("at => player.seek(at)", len(shots) * FRAME % 4)
                page.wait_for_timeout(40)  # the playhead is drawn with the next picture
                shots.append(Image.open(io.BytesIO(panel.screenshot())).convert("RGB"))

        def next_feature(count: int) -> None:
            for _ in range(count):
                panel.get_by_role("button", name="Next interesting feature").click()
                frames(8)

        panel.get_by_role("button", name="Play").click()
        page.wait_for_function("player.position() > 0.1")
        page.evaluate("player.context.suspend()")  # from now on the frames are the clock
        frames(10)
        next_feature(3)
        panel.press("a")
        frames(8)
        panel.press("b")
        panel.get_by_role("slider", name="Layer").fill("3")
        frames(8)
        next_feature(3)
        browser.close()
    milliseconds = round(1000 * FRAME)
    shots[0].save(
        HERE / name, save_all=True, append_images=shots[1:], duration=milliseconds, loop=0,
        quality=55, method=6,
    )  # fmt: skip


def take(name: str, model: str, *, layer: int, scale: float) -> None:
    """Write the page of the first feature that stands out; play it, take the picture."""
    page_file = Path(tempfile.mkdtemp()) / "explorer.html"
    with aj.explore(model, "bach", layer=layer) as panel:
        panel.to_html(page_file, layers=[layer], features=8)
    with sync_playwright() as playwright:
        browser = start(playwright)
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


def start(playwright: Playwright) -> Browser:
    """Start a browser in which sound may play at once."""
    return playwright.chromium.launch(
        executable_path=find_browser(),
        args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    )


if __name__ == "__main__":
    main()
