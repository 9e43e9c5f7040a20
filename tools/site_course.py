"""The course for the site: executed once for what it depends on, and tidied for a still page."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import nbformat
import soundfile
from nbclient import NotebookClient

import auralise_jax as aj
from auralise_jax.audio.encode import encode

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from course import COURSE, EXERCISES, solve  # noqa: E402

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
FOLDER = "auralise-course"
"""What outputs call the folder that the notebooks ran in."""


def executed(path: Path, cache: Path) -> Any:
    """Return a notebook with its outputs, from `cache` if nothing that it depends on has changed.

    Exercises run as solved; the reader sees them as they are set.
    """
    kept = cache / f"{path.stem}-{package_key(path)}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    sources = [cell.source for cell in notebook.cells]
    if path in EXERCISES.values():
        solve(notebook)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / FOLDER
        work.mkdir()
        env = os.environ | {"IPYTHONDIR": folder, "AURALISE_MODELS": str(work / "models")}
        client = NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(work)}})
        client.execute(env=env)
        text = nbformat.writes(notebook).replace(folder, "~")
    notebook = nbformat.reads(text, as_version=4)
    for cell, source in zip(notebook.cells, sources, strict=True):
        cell.source = source
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob(f"{path.stem}-*"):
        old.unlink()
    nbformat.write(notebook, kept)
    return notebook


def package_key(*more: Path) -> str:
    """Return what stands for the package with its shipped model, and for further files."""
    found = hashlib.sha256()
    for path in more:
        found.update(path.read_bytes())
    for one in sorted((ROOT / "auralise_jax").rglob("*.py")):
        found.update(one.read_bytes())
    found.update((ROOT / "auralise_jax/data/models/genre.safetensors").read_bytes())
    return found.hexdigest()[:16]


def tidied(notebook: Any) -> Any:
    """Return a notebook as a still page shows it.

    A panel on the shipped model and a shipped clip becomes a frame in which it computes; any other
    stays the still that it saved. Bars of progress go, and pictures are named after their section.
    """
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(_COPY))
    widgets = notebook.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    titles = {clip.title for clip in aj.example_clips().values()}
    cells, section = [], ""
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type != "code":
            heads = re.findall(r"^#+ (?:\d+ · )?(.+)", cell.source, re.MULTILINE)
            section = heads[-1] if heads else section
            continue
        outputs, links = [], []
        for output in cell.outputs:
            view = output.get("data", {}).pop(VIEW, None)
            state = widgets.get(view["model_id"], {}).get("state", {}) if view else {}
            if state.get("model") == "genre" and state.get("clip") in titles:
                links.append(state)
            if not view and output.get("name") != "stderr":
                outputs.append(_shorter(output))
        if links:
            outputs = [one for one in outputs if "auralise-still" not in _html(one)]
        cell.outputs = outputs
        if any(_MISSING in str(one.get("text", "")) for one in outputs):
            cells.append(nbformat.v4.new_markdown_cell(_WITHOUT))
        cell.metadata["mystnb"] = {"image": {"alt": f"Figure drawn by the code above: {section}"}}
        cells += [nbformat.v4.new_markdown_cell(_frame(state)) for state in links]
    notebook.cells = cells
    return notebook


_COPY = """```{tip}
This is a copy to read and to listen to: where the text says *Shift + Enter*, press *Hear it here*
below the cell, or just read on. To run and change the cells yourself,
[install the package](../start.md#install) and type `auralise-jax lab`.
```"""

_MISSING = "is a network of other people that is not here yet"
_WITHOUT = """```{note}
This site was built without that network of other people, so cells below that ask it show nothing.
In JupyterLab the command that is named above brings it.
```"""


def _shorter(output: Any) -> Any:
    """Return an output whose sounds are Vorbis, as those of the package's pages are."""
    if "data:audio/wav" in _html(output):
        output["data"]["text/html"] = re.sub(
            r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", _vorbis, _html(output)
        )
    return output


def _vorbis(found: re.Match[str]) -> str:
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(found[1])), dtype="float32")
    return f"data:audio/ogg;base64,{base64.b64encode(encode(samples, rate, '.ogg')).decode()}"


def _html(output: Any) -> str:
    return str(output.get("data", {}).get("text/html", ""))


def _frame(state: dict[str, Any]) -> str:
    asks = {name: state[name] for name in ("clip", "layer", "feature", "rule")}
    asks |= {"start": f"{state['start']:g}"} if state.get("start") else {}
    return "```{live}\n" + "".join(f":{name}: {value}\n" for name, value in asks.items()) + "```"


def write_course(folder: Path, cache: Path) -> None:
    """Write all notebooks of the course, executed and tidied, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:  # a notebook alone leaves a core idle half of the time
        for path, notebook in zip(COURSE, pool.map(executed, COURSE, repeat(cache)), strict=True):
            print(path.stem, flush=True)
            nbformat.write(tidied(notebook), folder / path.name)
