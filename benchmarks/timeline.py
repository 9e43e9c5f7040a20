"""The time line in a notebook: hearing a song, the ribbon after a slider, moves meanwhile.

One JupyterLab, one real browser, the explorer on a song of three minutes (the shipped clips, over
and over). Measured are: the seconds from asking until the song is in the page; from a key's time
stamp on the slider until an animation frame has painted the feature's ribbon, with the song heard;
and a move through the kernel, before and while a song is heard (heard anew each time), until B
shows it. Nothing is asserted: each line says what is aimed at. ``others`` is the share of the
processors that processes which are no part of this used meanwhile: above a few per cent, run it
again.

    python benchmarks/timeline.py
    python benchmarks/timeline.py --model musicnn-mtt --seconds 300
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from machine import Others, load, warn_if_busy
from notebook import Notebook, open_notebook
from report import Report

OPEN = """
import numpy as np, auralise_jax as aj
clips = [one.resample(22050).samples for one in aj.example_clips().values()]
samples = np.resize(np.concatenate(clips), round({seconds} * 22050))
panel = aj.explore({model!r}, aj.Clip(samples, 22050, "song"), layer={layer}, feature=3, start=0.0)
panel
"""

# What is asked for, until it is there: "ribbon" (painted), "shown" (B), "song" (in the page).
WATCH = """
([place, what]) => new Promise((resolve) => {
  const root = document.querySelector(`${place} .auralise`);
  const store = root.auralise.store;
  const ribbon = root.querySelector(".auralise-lines[data-feature]");
  const named = () => `${store.get("layer")}-${store.get("feature")}`;
  const there = {
    ribbon: () => ribbon.dataset.feature === named(),
    shown: () => `${root.dataset.layer}-${root.dataset.feature}` === named(),
    song: () => Boolean(store.song().heard),
  }[what];
  let pressed = null;
  root.addEventListener("keydown", (event) => (pressed ??= event.timeStamp), { capture: true });
  globalThis.seen = new Promise((seen) => {
    const look = () => {
      if ((pressed === null && what !== "song") || !there()) return requestAnimationFrame(look);
      setTimeout(() => seen(performance.now() - (pressed ?? globalThis.begun))); // it is painted
    };
    requestAnimationFrame(look);
  });
  globalThis.begun = performance.now();
  resolve();
})
"""


class Bench:
    """The notebook and what is measured in it."""

    def __init__(self, notebook: Notebook, options: argparse.Namespace, report: Report) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.options, self.report = options, report
        self.place = notebook.place("panel")
        self.rng = np.random.default_rng(0)

    def watch(self, what: str) -> None:
        """Begin to look for something."""
        self.page.evaluate(WATCH, [self.place, what])

    def seen(self) -> float:
        """Wait until it is there; return the milliseconds."""
        return float(self.page.evaluate("() => globalThis.seen"))

    def idle(self, *, song: bool = True) -> None:
        """Wait until nothing is computed."""
        jobs = "panel._worker.join()" + ("; panel._timeline.worker.join()" if song else "")
        self.notebook.ask("None", jobs)

    def again(self) -> None:
        """Forget the song and hear it anew."""
        self.notebook.ask("None", "panel._timeline._kept.clear()")
        self.page.evaluate(
            """(place) => {
              const { store } = document.querySelector(`${place} .auralise`).auralise;
              store.song().heard.times.length = 0; // what is in the page stays; Python hears again
            }""",
            self.place,
        )
        self.notebook.ask(
            "None", "panel._timeline.hear(panel._song_key, panel._song, panel.heard.model)"
        )

    def presses(self, what: str, count: int, *, busy: bool = False) -> list[float]:
        """Press the arrow key so many times; `busy`: while the song is being heard."""
        slider = self.page.locator(f"{self.place} input[id$='feature']")
        slider.focus()
        found: list[float] = []
        for number in range(count):
            if busy and self.notebook.ask("panel._timeline._hearing is None"):
                self.again()
            self.watch(what)
            self.page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
            found.append(self.seen())
            self.page.wait_for_timeout(float(self.rng.uniform(30, 80)))
        return found

    def line(self, what: str, times: list[float], others: float, aim: str = "") -> None:
        """Print median and 95th percentile."""
        self.report.raw[what] = times
        self.report.line(f"{what}: median", float(np.median(times)), aim=aim, others=others)
        self.report.line(f"{what}: p95", float(np.percentile(times, 95)), others=others)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="genre", help="name or path (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=180, help="(default: %(default)s)")
    parser.add_argument("--layer", type=int, default=3, help="from 1 (default: %(default)s)")
    parser.add_argument("--moves", type=int, default=40, help="(default: %(default)s)")
    options = parser.parse_args()
    warn_if_busy()
    report = Report()
    settings: dict[str, Any] = vars(options)
    with open_notebook({"panel": OPEN.format(**settings)}) as notebook:
        notebook.run("panel")
        bench = Bench(notebook, options, report)
        root = notebook.page.locator(f"{bench.place} .auralise")
        root.wait_for()
        root.scroll_into_view_if_needed()
        with Others() as others:
            bench.watch("song")
            took = bench.seen()
        report.head(f"The song, {options.seconds:g} s, {options.model}; load {load():.1f}")
        report.line("in the page, after the layer in sight", took, others=others.share)
        bench.idle()
        with Others() as others:
            took = float(
                notebook.ask(
                    "took",
                    "import time; _t = time.perf_counter(); aj.listen_song(panel.heard.model, "
                    "panel._song, 1.0, progress=False); took = 1000 * (time.perf_counter() - _t)",
                )
            )
        report.line(
            "heard alone", took, aim=f"<= {options.seconds / 30 * 1000:g}", others=others.share
        )
        with Others() as others:
            times = bench.presses("ribbon", options.moves)
        bench.line("key to ribbon", times, others.share, "<= 50")
        notebook.ask("None", "panel._layers.clear(); panel._worker.close()")
        notebook.page.evaluate(
            "(at) => document.querySelector(`${at} .auralise`).auralise.store.set('layer', 2)",
            bench.place,
        )
        notebook.page.wait_for_timeout(1000)
        with Others() as others:
            times = bench.presses("shown", options.moves)
        bench.line("move through the kernel", times, others.share, "<= 50")
        with Others() as others:
            times = bench.presses("shown", options.moves, busy=True)
        bench.line("  while a song is heard", times, others.share)


if __name__ == "__main__":
    main()
