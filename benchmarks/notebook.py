"""A notebook in a JupyterLab of its own, in a real browser, for benchmarks to drive."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import CDPSession, Page, sync_playwright

from auralise_jax.network.foreign.known import kept_at

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from find_browser import find_browser

WAIT = 180_000
"""ms after which what was waited for counts as not coming."""

_FLAGS = (
    "--disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--autoplay-policy=no-user-gesture-required"
).split()
_NAME = "benchmark.ipynb"
_KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel"


@contextlib.contextmanager
def open_notebook(cells: dict[str, str]) -> Iterator[Notebook]:
    """Start JupyterLab and a browser on a notebook of these cells; end both afterwards."""
    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit("no Chromium, Chrome or Edge was found; install one")
    root = getattr(os, "geteuid", lambda: 1)() == 0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _write(folder / "work" / _NAME, cells)
        address = stack.enter_context(_serve(folder, root))
        playwright = stack.enter_context(sync_playwright())
        sandbox = ["--no-sandbox"] if root else []  # it needs rights that root often lacks
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=[*_FLAGS, *sandbox], timeout=WAIT
        )
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(WAIT)
        notebook = Notebook(page, address, list(cells))
        notebook.reload()
        yield notebook


class Notebook:
    """The open notebook: its cells by name, its kernel, its page.

    Parameters
    ----------
    page : Page
        Where it is open.
    address : str
        Of the notebook in JupyterLab.
    cells : list of str
        Their names, in order.
    """

    def __init__(self, page: Page, address: str, cells: list[str]) -> None:
        self.page = page
        self._address = address
        self._cells = cells
        self._browser: CDPSession = page.context.new_cdp_session(page)
        self._browser.send("Performance.enable")

    def reload(self) -> None:
        """Load the page anew and wait for its kernel; cells keep no outputs."""
        self.page.goto(self._address)
        self.page.wait_for_function("globalThis.jupyterapp?.shell?.currentWidget?.content?.widgets")
        self.page.wait_for_function(f"{_KERNEL}?.status === 'idle'")
        self.ask("None")

    def restart(self) -> None:
        """Start a new kernel and load the page anew."""
        self.page.evaluate(f"() => {_KERNEL}.restart()")
        self.ask("None")
        self.reload()

    def start(self, cell: str) -> None:
        """Press Shift + Enter on a cell."""
        self.page.evaluate(
            """(index) => {
              const { content } = jupyterapp.shell.currentWidget;
              content.activeCellIndex = index;
              content.mode = "command";
              content.activate();
              content.widgets[index].node.scrollIntoView({ block: "start" });
            }""",
            self._cells.index(cell),
        )
        self.page.keyboard.press("Shift+Enter")

    def place(self, cell: str) -> str:
        """Return the selector of a cell's outputs."""
        number = self._cells.index(cell) + 1
        return f".jp-Notebook .jp-Cell:nth-child({number} of .jp-Cell) .jp-Cell-outputArea"

    def run(self, cell: str) -> None:
        """Run a cell to its end."""
        self.start(cell)
        self.ask("None")
        index = self._cells.index(cell)
        script = "jupyterapp.shell.currentWidget.content.widgets[{}].model.outputs.toJSON()"
        outputs = self.page.evaluate(script.format(index))
        if failed := [output for output in outputs if output["output_type"] == "error"]:
            raise RuntimeError("\n".join(failed[0]["traceback"]))

    def ask(self, expression: str, before: str = "") -> Any:
        """Run code in the kernel, then return the value of an expression, a literal."""
        reply = self.page.evaluate(
            f"""async ([code, expression]) => {{
              const asked = {{ code, user_expressions: {{ answer: expression }}, silent: true }};
              const {{ content }} = await {_KERNEL}.requestExecute(asked).done;
              return content.user_expressions?.answer ?? content;
            }}""",
            [before, expression],
        )
        if reply["status"] != "ok":
            raise RuntimeError(f"{before}; {expression}: {reply.get('evalue')}")
        return ast.literal_eval(reply["data"]["text/plain"])

    def memory(self) -> dict[str, float]:
        """Return the kernel's resident memory and the page's heap, in MB; and its nodes."""
        resident = self.ask(
            "_p.Process().memory_info().rss", "import gc, psutil as _p; gc.collect()"
        )
        for _ in range(2):
            self._browser.send("HeapProfiler.collectGarbage")
        reply = self._browser.send("Performance.getMetrics")["metrics"]
        metrics = {metric["name"]: metric["value"] for metric in reply}
        heap = metrics["JSHeapUsedSize"]
        return {"kernel": resident / 1e6, "page": heap / 1e6, "nodes": metrics["Nodes"]}


def _write(path: Path, cells: dict[str, str]) -> None:
    # Without the kernel's name JupyterLab would ask for one.
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [nbformat.v4.new_code_cell(source.strip()) for source in cells.values()]
    path.parent.mkdir()
    nbformat.write(notebook, path)


@contextlib.contextmanager
def _serve(folder: Path, root: bool) -> Iterator[str]:
    """Start a JupyterLab that knows nothing of its user's; give the notebook's address."""
    private = "HOME USERPROFILE IPYTHONDIR JUPYTER_CONFIG_DIR JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR"
    places = {name: folder / name.lower() for name in private.split()}
    for place in places.values():
        place.mkdir()
    news = places["JUPYTER_CONFIG_DIR"] / "lab/user-settings/@jupyterlab/apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--IdentityProvider.token={token}", "--LabApp.news_url=None"]
    command += ["--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"]
    command += [f"--ServerApp.root_dir={folder / 'work'}", *(["--allow-root"] if root else [])]
    # The kernel is of this Python, whatever others the machine offers, and finds these files.
    environment = os.environ | {name: str(place) for name, place in places.items()}
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    environment |= {"AURALISE_MODELS": str(kept_at("any").parent)}  # not in the new home
    log = folder / "lab.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, stdin=-3, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + WAIT / 1000
        while not (found := re.search(r"(http://127\.0\.0\.1:[1-9]\d*)/lab", log.read_text())):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"JupyterLab did not start:\n{log.read_text()}")
            time.sleep(0.2)
        yield f"{found[1]}/lab/tree/{_NAME}?token={token}&reset"
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # it may hang if a kernel was just starting
            server.kill()
            server.wait()
