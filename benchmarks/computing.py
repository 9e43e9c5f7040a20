"""How long a hand on the slider waits in a page that computes, beside the same panel with a kernel.

One JupyterLab and one page opened from disk, in one headless browser; in both an explorer of the
shipped model. The same walk in both, by turns: through all layers, an arrow key on the slider, each
time until the new picture is painted and the new sound is laid under the playhead (see `probe.py`).
Whole layers are not computed meanwhile, so that every move is answered by one projection and one
resynthesis. Then the page alone:

* from opening it to its first feature, its first sound and the first answer of its network;
* from choosing a four-minute MP3 file to the first feature of it, beside the kernel's panel;
* minutes of dragging the slider through all layers, and what they leave in memory: the page's heap
  of JavaScript, and the memory that its process has for itself (with the worker's, the sounds and
  the canvases).

Nothing is asserted: each line says what is aimed at and whether it was met. The column ``others``
says how much of the machine's processors other processes used meanwhile: above a few per cent, run
it again.

    pip install -e ".[dev]"
    python benchmarks/computing.py
    python benchmarks/computing.py --families walk --moves 40
    python benchmarks/computing.py --families lasting --seconds 30 --json computing.json
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from machine import Others, Patience, load, warn_if_busy
from notebook import WAIT, Notebook, open_notebook
from playwright.sync_api import CDPSession, Page
from probe import PROBE
from report import Report

import auralise_jax as aj

FAMILIES = ("open", "walk", "file", "lasting")
CELLS = {
    "kernel": (
        "import auralise_jax as aj\n"
        "kernel = aj.explore({model!r}, {clip!r}, layer=1, feature=0)\n"
        "kernel"
    )
}
OPENED, SOUNDED, FILE, MOVE = 3000, 3000, 4000, 150  # ms at most
BYTES, MEMORY = 6, 400  # MB at most
TITLE = "four minutes"

OPENING = """async () => {
  const pause = () => new Promise((go) => setTimeout(go));
  const until = async (there) => { while (!there()) await pause(); return performance.now(); };
  const root = () => document.querySelector(".auralise");
  const shown = await until(() => root()?.dataset.feature);
  const { player } = root().auralise;
  root().querySelector(".auralise-play").click();
  const samples = new Float32Array(player.analyser.fftSize);
  const sound = await until(() => {
    player.analyser.getFloatTimeDomainData(samples);
    return samples.some((x) => x !== 0);
  });
  await auralise.ready;
  return { shown, sound, network: performance.now() };
}"""
"""ms from the navigation to what is there."""

READY = """async () => {
  while (!globalThis.auralise) await new Promise((go) => setTimeout(go, 16));
  await auralise.ready;
}"""

RESTING = """([at, rests]) => {
  const { store } = document.querySelector(`${at} .auralise`).auralise;
  delete store.rest;
  store.rest(rests);
  if (!rests) return;
  store.cancel();
  store.rest = () => {};  // a panel that plays would let layers be computed again
}"""

CHOSEN = """async ([at, title]) => {
  const root = document.querySelector(`${at} .auralise`);
  const { store } = root.auralise;
  const started = await new Promise((yes) => root.addEventListener(
    "change", ({ timeStamp }) => yes(timeStamp), { capture: true, once: true }));
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const there = () => store.get("facts").chosen.clip === title
    && +root.dataset.revision === store.current()?.revision
    && store.current().revision === (store.get("facts").revisions?.[store.get("layer") - 1]
      ?? store.get("facts").revision);
  while (!there()) await frame();
  await scheduler.postTask(() => {}, { priority: "user-blocking" });
  return performance.now() - started;
}"""
"""ms from choosing a file to the first feature of it that is painted."""

DRAGGING = """async ([seconds, layers]) => {
  const root = document.querySelector(".auralise");
  const feature = root.querySelector("input[id$='feature']");
  const layer = root.querySelector("input[id$='layer']");
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const put = (slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const ends = performance.now() + 1000 * seconds;
  let [moves, shown, last] = [0, 0, ""];
  while (performance.now() < ends) {
    if (moves % 180 === 0) put(layer, 1 + ((moves / 180) % layers));
    put(feature, (7 * moves + 3) % 64);
    moves++;
    await frame();
    const now = `${root.dataset.layer}-${root.dataset.feature}`;
    shown += now !== last;
    last = now;
  }
  put(feature, 33);
  while (root.dataset.feature !== "33") await frame();
  return { moves, shown };
}"""
"""A slider that is dragged, a move a frame, to another layer every three seconds."""


class Bench:
    """The notebook, the page, and what is measured in them."""

    def __init__(
        self, notebook: Notebook, path: Path, options: argparse.Namespace, report: Report
    ) -> None:
        self.notebook, self.path, self.options, self.report = notebook, path, options, report
        self.patience = Patience(options.patience)
        self.rng = np.random.default_rng(0)
        browser = notebook.page.context.browser
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})  # type: ignore[union-attr]
        self.page = self.open()

    def open(self) -> Page:
        """Open the page once more, in the notebook's browser."""
        page = self.context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(self.path.as_uri(), wait_until="commit")
        return page

    @property
    def both(self) -> dict[str, tuple[Page, str]]:
        """The two pages, and where the panel stands in each."""
        return {
            "page": (self.page, "body"),
            "kernel": (self.notebook.page, self.notebook.place("kernel")),
        }

    # Opening ------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Measure from the navigation to the first sound."""
        found = defaultdict(list)
        self.page.close()
        self.patience.wait()
        with Others() as others:
            for _ in range(self.options.starts):
                page = self.open()
                for what, time in page.evaluate(OPENING).items():
                    found[what].append(time)
                page.close()
            self.page = self.open()
            self.page.evaluate(READY)
        self.report.raw["opening"] = found
        self.report.head(f"From opening the page, {self.options.starts} times")
        aims = {"shown": "", "sound": f"<= {SOUNDED}", "network": ""}
        words = {
            "shown": "a feature is shown",
            "sound": "it sounds",
            "network": "the network answers",
        }
        for what, times in found.items():
            self.report.line(f"{words[what]}, median", float(np.median(times)), others=others.share)
            if aims[what]:
                self.report.line(
                    f"{words[what]}, slowest", max(times), aim=aims[what], others=others.share
                )

    # Moves --------------------------------------------------------------------------------------

    def walk(self) -> None:
        """Measure moves through all layers in both, by turns."""
        layers = len(aj.load_model(self.options.model).layers)
        found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
        others: dict[str, Others] = defaultdict(Others)
        for page, place in self.both.values():
            page.evaluate(PROBE)
            page.evaluate(RESTING, [place, True])
        self.notebook.ask("None", "kernel._worker.join()")
        for turn in range(self.options.turns + 1):
            for name in ("page", "kernel") if turn % 2 else ("kernel", "page"):
                for layer in range(1, layers + 1):
                    self.patience.wait()
                    with others[name]:
                        some = self.moves(name, layer)
                    if turn:  # the first warms up
                        found[name, layer] += some
                    else:
                        others[name].clear()
        for page, place in self.both.values():
            page.evaluate(RESTING, [place, False])
        self.report.raw["walk"] = {f"{name} {n}": moves for (name, n), moves in found.items()}
        self.print_walk(found, {name: share.share for name, share in others.items()}, layers)

    def moves(self, name: str, layer: int) -> list[dict[str, Any]]:
        """Go to a layer and press the arrow key so many times."""
        page, place = self.both[name]
        page.bring_to_front()
        page.evaluate(
            """(at) => {
              const { player } = document.querySelector(`${at} .auralise`).auralise;
              if (!player.playing) player.toggle();
            }""",
            place,
        )
        slider = page.locator(f"{place} input[id$='layer']")
        slider.fill(f"{layer}")
        page.wait_for_selector(f"{place} .auralise[data-layer='{layer}']")
        feature = page.locator(f"{place} input[id$='feature']")
        first = int(self.rng.integers(64 - self.options.moves))
        feature.fill(f"{first}")
        page.wait_for_selector(f"{place} .auralise[data-feature='{first}']")
        feature.focus()
        page.wait_for_timeout(200)
        found = []
        for _ in range(self.options.moves):
            page.evaluate("(at) => probe.arm(at, 'panel')", place)
            page.keyboard.press("ArrowRight")
            rest = float(self.rng.uniform(100, 150))
            found.append(page.evaluate("(rest) => probe.result(rest)", rest))
        return found

    def print_walk(
        self,
        found: dict[tuple[str, int], list[dict[str, Any]]],
        others: dict[str, float],
        layers: int,
    ) -> None:
        """Print each layer's figures, and the ratio of the two."""
        count = len(found["page", 1])
        self.report.head(f"A move of the slider until pixels and sound, {count} in every layer")
        for layer in range(1, layers + 1):
            medians = {}
            for name in ("page", "kernel"):
                both = [max(move["pixels"], move["sound"]) for move in found[name, layer]]
                medians[name] = float(np.median(both))
                aim = f"<= {MOVE}" if name == "page" else ""
                words = {"page": "page", "kernel": "kernel"}[name]
                self.report.line(
                    f"layer {layer}, {words}, median", medians[name], aim=aim, others=others[name]
                )
                p95 = float(np.percentile(both, 95))
                self.report.line(f"layer {layer}, {words}, p95", p95, others=others[name])
            ratio = medians["page"] / medians["kernel"]
            self.report.line(
                f"layer {layer}, page / kernel", ratio, "x", others=max(others.values())
            )
        for name, share in others.items():
            of_all = [move for (one, _), some in found.items() if one == name for move in some]
            for what in ("pixels", "sound"):
                median = float(np.median([move[what] for move in of_all]))
                self.report.line(f"all layers, {name}: {what}, median", median, others=share)

    # A file -------------------------------------------------------------------------------------

    def file(self, folder: Path) -> None:
        """Measure from choosing a four-minute MP3 file to its first feature."""
        path = folder / f"{TITLE}.mp3"
        write_song(path)
        found: dict[str, list[float]] = defaultdict(list)
        with Others() as others:
            for count in range(self.options.starts):
                for name, (page, place) in self.both.items():
                    page.bring_to_front()
                    self.patience.wait()
                    title = TITLE if not count else f"{TITLE} ({count + 1})"
                    watched = page.evaluate_handle(
                        f"(told) => ({{ promise: ({CHOSEN})(told) }})", [place, title]
                    )
                    page.locator(f"{place} input[type=file]").set_input_files(path)
                    found[name].append(watched.evaluate("({ promise }) => promise"))
        self.report.raw["file"] = found
        self.report.head(f"From choosing an MP3 file of 4 min to its first feature, {path.name}")
        for name, times in found.items():
            aim = f"<= {FILE}" if name == "page" else ""
            self.report.line(
                f"{name}, median of {len(times)}", float(np.median(times)), aim=aim,
                others=others.share,
            )  # fmt: skip

    # Dragging -----------------------------------------------------------------------------------

    def lasting(self) -> None:
        """Drag for minutes; print what it leaves in memory."""
        layers = len(aj.load_model(self.options.model).layers)
        self.notebook.page.close()  # so that the page's process is the only one that counts
        browser = self.context.new_cdp_session(self.page)
        self.page.evaluate(DRAGGING, [min(60, self.options.seconds), layers])  # caches fill
        before = memory(browser)
        with Others() as others:
            found = self.page.evaluate(DRAGGING, [self.options.seconds, layers])
        after = memory(browser)
        self.report.raw["lasting"] = {"before": before, "after": after, **found}
        self.report.head(
            f"{self.options.seconds} s of dragging through all layers: {found['moves']} moves, "
            f"{found['shown']} shown"
        )
        for what, value in before.items():
            aim = f"<= {MEMORY}" if what == "process" else ""
            self.report.line(f"{what}, at the start", value, "MB", others=others.share)
            self.report.line(f"{what}, at the end", after[what], "MB", aim=aim, others=others.share)
            self.report.line(
                f"{what}, change", 100 * (after[what] / value - 1), "%", aim="<= 5",
                others=others.share,
            )  # fmt: skip


def memory(browser: CDPSession) -> dict[str, float]:
    """Return what a page uses after a collection of garbage, in MB: its heap, and its process."""
    for _ in range(2):
        browser.send("HeapProfiler.collectGarbage")
    browser.send("Performance.enable")
    metrics = {
        one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]
    }
    own = [
        process.memory_full_info().uss
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    return {"heap": metrics["JSHeapUsedSize"] / 1e6, "process": max(own) / 1e6}


def write_song(path: Path) -> None:
    """Write four minutes made of the shipped clips, in stereo at 44.1 kHz."""
    clips = [clip.resample(44_100).samples for clip in aj.example_clips().values()]
    row = np.concatenate(clips)
    mono = np.tile(row, 240 * 44_100 // len(row) + 1)[: 240 * 44_100]
    level = 0.7 * np.stack([mono, np.roll(mono, 200)], axis=1)
    soundfile.write(path, level / max(1, np.abs(level).max()), 44_100, format="MP3")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", default="genre", help="name or path (default: %(default)s)")
    add("--clip", default="bach", help="name or path (default: %(default)s)")
    add(
        "--moves",
        type=int,
        default=20,
        help="key presses per layer and turn (default: %(default)s)",
    )
    add("--turns", type=int, default=2, help="turns that count, of each (default: %(default)s)")
    add("--starts", type=int, default=3, help="openings, and files (default: %(default)s)")
    add("--seconds", type=int, default=300, help="of dragging (default: %(default)s)")
    add(
        "--patience",
        type=float,
        default=120,
        help="seconds to wait in all for other processes to calm down (default: %(default)s)",
    )
    add(
        "--families",
        nargs="+",
        choices=FAMILIES,
        default=FAMILIES,
        help="what is measured (default: all of it)",
    )
    add("--json", type=Path, help="JSON file for all figures and every single time")
    options = parser.parse_args()
    for name in ("moves", "turns", "starts", "seconds"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1, not {getattr(options, name)}")
    if options.moves > 60:
        parser.error(f"--moves must be at most 60, not {options.moves}: layers have 64 features")
    return options


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    warn_if_busy()
    before = load()
    report = Report()
    cells = {
        name: source.format(model=options.model, clip=options.clip)
        for name, source in CELLS.items()
    }
    with tempfile.TemporaryDirectory() as place, open_notebook(cells) as notebook:
        folder = Path(place)
        with aj.explore(options.model, list(aj.example_clips()), layer=1, feature=0) as panel:
            path = panel.to_html(folder / "page.html", live=True)
        browser = notebook.page.context.browser
        print(f"Python {platform.python_version()}, Chromium {browser and browser.version}, "
              f"load {before:.1f}")  # fmt: skip
        report.head("The page, with four clips")
        report.line("bytes", path.stat().st_size / 1e6, "MB", aim=f"<= {BYTES}", others=0)
        notebook.run("kernel")
        bench = Bench(notebook, path, options, report)
        bench.page.evaluate(READY)
        if "open" in options.families:
            bench.opening()
        if "walk" in options.families:
            bench.walk()
        if "file" in options.families:
            bench.file(folder)
        if "lasting" in options.families:
            bench.lasting()
    print(f"\nload {before:.1f} before, {load():.1f} after")
    missed = [line["what"] for line in report.lines if line["met"] is False]
    print(f"missed: {'; '.join(missed) or 'nothing'}")
    if options.json:
        figures = {"load before": before, "lines": report.lines, "raw": report.raw}
        options.json.write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
