"""How long from a key on the Feature slider to new pixels, through the kernel, in JupyterLab.

The explorer next to what one would write without it: an ipywidgets slider whose callback projects
the same feature, draws it with matplotlib and swaps an image. Both stand in one notebook, in one
real browser, and are driven in turns: arrow key down, then every animation frame looks whether the
picture has changed. Resolution is one frame (17 ms at 60 Hz).

    pip install -e ".[dev]"
    python benchmarks/slider.py
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from find_browser import find_browser

_CELLS = (
    "import auralise_jax as aj\npanel = aj.explore('genre', 'bach', layer={layer})\npanel",
    """
import io
import ipywidgets
from matplotlib.figure import Figure

heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
slider = ipywidgets.IntSlider(0, 0, 63, description="plain")
image = ipywidgets.Image()


def draw(change):
    figure = Figure(figsize=(8, 3))
    axes = figure.add_subplot()
    axes.imshow(heard.project({layer}, slider.value).picture, origin="lower", aspect="auto")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    image.value = buffer.getvalue()


slider.observe(draw, "value")
draw(None)
ipywidgets.VBox([slider, image])
""",
)

_WATCH = """
() => {
  globalThis.times = [];
  let start = null;
  const look = {
    panel: () => document.querySelector('.auralise')?.dataset.feature,
    plain: () => document.querySelector('.widget-image')?.src,
  };
  globalThis.arm = (which) => {
    const before = look[which]();
    start = null;
    globalThis.took = null;
    const tick = () => {
      if (start !== null && look[which]() !== before) globalThis.took = performance.now() - start;
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  };
  addEventListener('keydown', () => { start ??= performance.now(); }, true);
}
"""


def serve(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start JupyterLab on loopback; return it and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    private = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"]
    command += [f"--port={port}", f"--IdentityProvider.token={token}", "--LabApp.news_url=None"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    command += ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    environment = os.environ | private | {"IPYTHONDIR": str(folder / "ipython")}
    log = (folder / "lab.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=1)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.25)
        else:
            break
    return server, f"http://127.0.0.1:{port}/lab/tree/slider.ipynb?token={token}&reset"


def moves(page: Page, which: str, handle: str, count: int) -> list[float]:
    """Press the right arrow `count` times; return milliseconds from key to pixels."""
    took = []
    page.locator(handle).focus()
    for _ in range(count):
        page.evaluate("(which) => arm(which)", which)
        page.keyboard.press("ArrowRight")
        page.wait_for_function("globalThis.took !== null", timeout=60_000)
        took.append(float(page.evaluate("globalThis.took")))
    return took


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--layer", type=int, default=3)
    parser.add_argument("--moves", type=int, default=15, help="key presses per turn")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    kernel = {"name": "python3", "display_name": "Python 3"}  # else JupyterLab asks which
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [
        nbformat.v4.new_code_cell(cell.strip().replace("{layer}", str(options.layer)))
        for cell in _CELLS
    ]
    nbformat.write(notebook, folder / "slider.ipynb")
    server, address = serve(folder)
    times: dict[str, list[float]] = {"panel": [], "plain": []}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 1600})
            page.goto(address)
            page.wait_for_function("globalThis.jupyterapp !== undefined", timeout=120_000)
            idle = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
            page.wait_for_selector(idle, timeout=120_000, state="attached")
            page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
            page.wait_for_selector(".auralise[data-feature='0']", timeout=120_000)
            page.wait_for_selector(".widget-image", timeout=120_000)
            page.evaluate(_WATCH)
            for turn in range(options.turns + 1):
                for which, handle in (
                    ("panel", ".auralise input[id$='feature']"),
                    ("plain", ".noUi-handle"),
                ):
                    found = moves(page, which, handle, options.moves)
                    if turn > 0:  # the first turn warms up
                        times[which] += found
            browser.close()
    finally:
        server.terminate()
        server.wait()
    medians = {which: float(np.median(found)) for which, found in times.items()}
    for which, found in times.items():
        print(
            f"{which}: median {medians[which]:.0f} ms, p95 {np.percentile(found, 95):.0f} ms, "
            f"{len(found)} moves, layer {options.layer}"
        )
    print(f"ratio plain / panel: {medians['plain'] / medians['panel']:.1f}")


if __name__ == "__main__":
    main()
