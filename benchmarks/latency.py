"""How long a hand on the slider waits: for pixels, for sound, for a layer, for the first sound.

One JupyterLab, one real browser, one notebook with

* the explorer, its layer in the page (``banked``), as it is a second or two after it was opened;
* an explorer whose background work is stopped, so that every move asks the kernel (``kernel``);
* what one would write without the package, see `plain.py`: ``ipywidgets.interact``, captum's
  deconvolution, matplotlib's ``imshow``, ``IPython.display.Audio``.

They take turns within the same minutes, so the ratios mean something on any machine; the
milliseconds are this machine's. An arrow key is pressed on the slider, and it takes until the new
picture is painted and the new sound is laid under the playhead (see `probe.py`); ``both`` is the
later of the two. The browser is headless: it paints 60 times a second, in software, and plays into
nothing.

Then, in the same notebook: muting features (key M), until the class bars are painted that follow;
and bringing all back at once while a layer above is shown, until its picture has changed, too.
Choosing a layer that was not computed before, until all of its features
are in the page; and running a cell that opens the explorer, until it sounds, in a fresh kernel and
in one that has done it before. Last (see `lasting.py`): thousands of moves in a row, and many
explorers opened, used and closed. Nothing is asserted: each line says what is aimed at and whether
it was met. The load is the machine's in the last minute; the column ``others`` says how much of its
processors processes that are not part of this used meanwhile: above a few per cent, run it again.

For the true baseline run it by a Python that has torch and captum; without them the package's own
projection stands in for captum, which flatters the baseline.

    pip install -e ".[dev]" torch==2.13.0 captum==0.9.0
    python benchmarks/latency.py
    python benchmarks/latency.py --layer 5 --moves 50 --json latency.json
    python benchmarks/latency.py --families mute
"""

from __future__ import annotations

import argparse
import json
import platform
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from lasting import CROWD, Lasting
from machine import Others, Patience, load, warn_if_busy
from notebook import Notebook, open_notebook
from plain import HAS_CAPTUM
from probe import PROBE
from report import Report

OPEN = (
    "import auralise_jax as aj\n"
    "{name} = aj.explore({model!r}, {clip!r}, layer={layer}, feature=0)\n"
)
# By name: the cells of the notebook.
CELLS = {
    "banked": OPEN + "{name}",
    "kernel": OPEN + "{name}._worker.close()  # no layer is ever computed whole\n{name}",
    "plain": "from plain import plain\nplain({layer}, {clip!r})",
    "up": OPEN.replace("{layer}", "1") + "{name}",
    "down": OPEN.replace("{layer}", "5") + "{name}",
    "crowd": CROWD,
}
HANDLES = {"panel": "input[id$='feature']", "plain": ".noUi-handle"}
AIMS = {  # ms: median, 95th percentile
    "banked": (16, 40),
    "kernel": (50, 100),
}
MUTE = 50  # ms: median until the class bars
FAMILIES = ("first", "moves", "heard", "mute", "layers", "lasting", "crowd")
FASTER = 8  # times the baseline
LAYER, WARM, COLD = 2000, 2000, 6000  # ms at most


class Bench:
    """The notebook and what is measured in it."""

    def __init__(self, notebook: Notebook, options: argparse.Namespace, report: Report) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.options, self.report = options, report
        self.patience = Patience(options.patience)
        self.rng = np.random.default_rng(0)
        self.places: dict[str, str] = {}
        self.at: dict[str, int] = defaultdict(int)

    def idle(self, name: str) -> None:
        """Wait until a panel's background work is over."""
        self.notebook.ask("None", f"{name}._worker.join()")

    def press(self, what: str, cell: str, key: str = "") -> Any:
        """Begin to watch for something, press a key (or run the cell), return what was found."""
        place = self.notebook.place(cell)
        self.page.evaluate("([what, at]) => probe.begin(what, at)", [what, place])
        self.page.keyboard.press(key) if key else self.notebook.start(cell)
        return self.page.evaluate("(what) => probe.end(what)", what)

    # The first sound ----------------------------------------------------------------------------

    def first_sounds(self) -> None:
        """Measure from Shift + Enter to sound; leaves the explorer open."""
        found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
        others = {name: Others() for name in found}
        for turn in range(self.options.starts):
            if turn:
                self.notebook.restart()
            self.page.evaluate(PROBE)
            self.patience.wait()
            with others["cold"]:
                found["cold"].append(self.press("first", "banked"))
        for _ in range(self.options.starts):
            self.idle("banked")
            self.notebook.ask("None", "banked.close()")
            self.patience.wait()
            with others["warm"]:
                found["warm"].append(self.press("first", "banked"))
        self.report.raw["first sound"] = found
        self.report.head(f"First sound after running the cell, {self.options.starts} times")
        for name, aim in (("cold", COLD), ("warm", WARM)):
            kernel = {"cold": "fresh kernel, imports", "warm": "warm kernel"}[name]
            for what, sign in (("shown", ""), ("sound", f"<= {aim}")):
                times = [start[what] for start in found[name]]
                words = f"{kernel}: {what}"
                share = others[name].share
                self.report.line(f"{words}, median", float(np.median(times)), others=share)
                if sign:
                    self.report.line(f"{words}, slowest", max(times), aim=sign, others=share)

    # Moves --------------------------------------------------------------------------------------

    def moves(self) -> None:
        """Measure moves of the slider in all three, by turns."""
        for name in ("kernel", "plain"):
            self.notebook.run(name)
        self.page.wait_for_selector(f"{self.notebook.place('plain')} audio", state="attached")
        self.idle("banked")
        names = ("banked", "kernel", "plain")
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        others = {name: Others() for name in names}
        for turn in range(self.options.turns + 1):
            for name in names[turn % 3 :] + names[: turn % 3]:
                self.patience.wait()
                with others[name]:
                    some = self.turn(name)
                if turn:  # the first warms up
                    found[name] += some
                else:
                    others[name].clear()
        self.report.raw["moves"] = found
        self.print_moves(found, {name: share.share for name, share in others.items()})

    def turn(self, name: str) -> list[dict[str, Any]]:
        """Press the arrow key so many times."""
        kind = "plain" if name == "plain" else "panel"
        place = self.notebook.place(name)
        self.play(place if kind == "panel" else "")
        self.page.locator(f"{place} {HANDLES[kind]}").first.focus()
        found = []
        for _ in range(self.options.moves):
            back = self.at[name] >= 62 or (self.at[name] > 0 and self.at[f"{name} back"])
            self.at[f"{name} back"] = back
            self.at[name] += -1 if back else 1
            self.page.evaluate("([at, kind]) => probe.arm(at, kind)", [place, kind])
            self.page.keyboard.press("ArrowLeft" if back else "ArrowRight")
            # Keys come at any moment of a frame, when the kernel and the crossfade are done.
            rest = float(self.rng.uniform(100, 150))
            found.append(self.page.evaluate("(rest) => probe.result(rest)", rest))
        return found

    def play(self, place: str) -> None:
        """Let one panel play and pause all others; none if there is no place."""
        self.page.evaluate(
            """(at) => {
              for (const root of document.querySelectorAll(".auralise")) {
                const { player } = root.auralise;
                if (player.playing !== Boolean(at && root.closest(at))) player.toggle();
              }
            }""",
            place,
        )
        self.page.wait_for_timeout(300)

    def print_moves(self, found: dict[str, list[dict[str, Any]]], others: dict[str, float]) -> None:
        """Print what was found of the moves, and the ratios."""
        peer = "captum" if HAS_CAPTUM else "the package"
        count = len(found["plain"])
        self.report.head(f"A move of the slider, layer {self.options.layer}, {count} each")
        medians = {}
        for name, moves in found.items():
            words = {
                "banked": "banked",
                "kernel": "through the kernel",
                "plain": f"interact, {peer}",
            }[name]
            both = [max(move["pixels"], move["sound"]) for move in moves]
            medians[name] = float(np.median(both))
            times = {what: [move[what] for move in moves] for what in ("pixels", "sound")}
            for what, some in (times | {"both": both}).items():
                aims = AIMS.get(name) if what == "both" else None
                for figure, value, number in (
                    ("median", np.median(some), 0),
                    ("p95", np.percentile(some, 95), 1),
                ):
                    aim = f"<= {aims[number]}" if aims else ""
                    self.report.line(
                        f"{words}: {what}, {figure}", float(value), aim=aim, others=others[name]
                    )
            unchanged = sum(not move["changed"] for move in moves)
            silent = sum(not move["playing"] for move in moves)
            if unchanged or silent:
                print(f"  {unchanged} pictures did not change, {silent} moves were not played")
            if kinds := {move["swaps"] for move in moves} - {0, 1}:
                print(f"  sounds laid on a deck in one move: {sorted(kinds)}")
        if not HAS_CAPTUM:
            print("no torch and captum here: the baseline projects by the package")
        for name in ("banked", "kernel"):
            self.report.line(
                f"interact / {name}",
                medians["plain"] / medians[name],
                "x",
                aim=f">= {FASTER}" if name == "banked" else "",
                others=max(others["plain"], others[name]),
            )

    def heard(self) -> None:
        """Measure until the waveform is the new sound's, in moves of their own."""
        place = self.notebook.place("banked")
        self.play(place)
        self.page.locator(f"{place} {HANDLES['panel']}").focus()
        self.page.keyboard.press("Home")  # or a key at the slider's end would move nothing
        self.page.wait_for_timeout(300)
        times = []
        self.patience.wait()
        with Others() as others:
            for i in range(self.options.moves):
                key = "ArrowRight" if i < self.options.moves / 2 else "ArrowLeft"
                times.append(self.press("heard", "banked", key))
                self.page.wait_for_timeout(float(self.rng.uniform(100, 150)))
        clear = [time for time in times if time is not None]
        self.report.raw["heard"] = times
        self.report.head(
            f"Until it is heard, layer {self.options.layer}, banked: {len(clear)} of {len(times)} "
            "moves; the others\nare silent just then, or too alike. Look-ahead and output latency "
            "are in it"
        )
        if clear:
            self.report.line("median", float(np.median(clear)), others=others.share)
            self.report.line("p95", float(np.percentile(clear, 95)), others=others.share)

    # Muting -------------------------------------------------------------------------------------

    def mutes(self) -> None:
        """Measure muting and bringing back through the kernel."""
        name, place = "banked", self.notebook.place("banked")
        self.play(place)
        root = self.page.locator(f"{place} .auralise")
        self.idle(name)
        root.focus()
        found: dict[str, list[float]] = {"classes": [], "above: classes": [], "above: picture": []}
        self.patience.wait()
        with Others() as others:
            for count in range(self.options.turns * self.options.moves + 2):
                if not count % 2:  # another feature that is heard, to be muted and brought back
                    further = root.get_by_title("Next interesting").is_enabled()
                    self.page.keyboard.press("n" if further else "p")
                self.calm(name)
                times = self.press("muted", name, "m")
                if count > 1:  # the first two warm up
                    found["classes"].append(times["classes"])
            for count in range(self.options.moves // 2 + 1):
                times = self.above(name, root)
                if count:
                    for what, time in times.items():
                        found[f"above: {what}"].append(time)
        self.report.raw["mute"] = found
        self.report.head(
            f"Muting in layer {self.options.layer} until the class bars have moved, "
            f"{len(found['classes'])} times;\nthen, from layer {self.options.layer + 1}, "
            "bringing the feature back"
        )
        for what, all_times in found.items():
            aim = f"<= {MUTE}" if what == "classes" else ""
            self.report.line(
                f"{what}, median", float(np.median(all_times)), aim=aim, others=others.share
            )
            self.report.line(
                f"{what}, p95", float(np.percentile(all_times, 95)), others=others.share
            )

    def calm(self, name: str) -> None:
        """Wait until what follows a mute is over: the layer, and the song's time line."""
        self.page.wait_for_timeout(float(self.rng.uniform(400, 450)))  # the page asks after a rest
        self.notebook.ask("None", f"{name}._worker.join(); {name}._timeline.worker.join()")
        self.page.wait_for_timeout(float(self.rng.uniform(100, 150)))

    def above(self, name: str, root: Any) -> dict[str, float]:
        """Mute a feature, go to the layer above, bring the feature back there."""
        self.page.keyboard.press("m")
        self.page.keyboard.press("Shift+ArrowRight")
        self.calm(name)
        root.get_by_title("Bring feature").focus()
        times = self.press("above", name, "Enter")
        self.calm(name)
        root.focus()
        self.page.keyboard.press("Shift+ArrowLeft")
        self.calm(name)
        return dict(times)

    # Layers -------------------------------------------------------------------------------------

    def layers(self) -> None:
        """Measure from choosing a layer to all of its features in the page."""
        found: dict[str, dict[int, list[float]]] = {"first": defaultdict(list)}
        found["again"] = defaultdict(list)
        others: dict[tuple[str, int], Others] = defaultdict(Others)
        for turn in range(self.options.turns):
            name = "again" if turn else "first"
            for cell, key, layers in (
                ("up", "Shift+ArrowRight", (2, 3, 4, 5)),
                ("down", "Shift+ArrowLeft", (4, 3, 2, 1)),
            ):
                self.notebook.run(cell)
                root = self.page.locator(f"{self.notebook.place(cell)} .auralise")
                root.scroll_into_view_if_needed()
                for layer in layers:
                    self.idle(cell)
                    self.patience.wait()
                    root.focus()
                    with others[name, layer]:
                        found[name][layer].append(self.press("bank", cell, key))
                self.notebook.ask("None", f"{cell}.close()")
        self.report.raw["layers"] = found
        self.report.head("A layer not computed before, until its features are in the page")
        for name, layers in found.items():
            for layer, times in sorted(layers.items()):
                words = f"layer {layer}, {'warm' if name == 'again' else 'first ever'}, slowest"
                aim = f"<= {LAYER}" if name == "again" else ""
                self.report.line(words, max(times), aim=aim, others=others[name, layer].share)
            times = [took for some in layers.values() for took in some]
            if times:
                self.report.line("  all, median", float(np.median(times)), others=0)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    about = __doc__ or ""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", default="genre", help="name or path (default: %(default)s)")
    add("--clip", default="bach", help="name or path (default: %(default)s)")
    add(
        "--layer",
        type=int,
        default=3,
        help="layer of the slider moves, from 1 (default: %(default)s)",
    )
    add("--moves", type=int, default=30, help="key presses per turn (default: %(default)s)")
    add(
        "--turns",
        type=int,
        default=4,
        help="turns that count, of each panel (default: %(default)s)",
    )
    add("--starts", type=int, default=3, help="panels opened cold, and warm (default: %(default)s)")
    add(
        "--lasting",
        type=int,
        default=5000,
        help="slider moves in a row, 0 for none (default: %(default)s)",
    )
    add(
        "--panels",
        type=int,
        default=20,
        help="panels open together, 0 for none (default: %(default)s)",
    )
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
    least = {"moves": 1, "turns": 1, "starts": 1, "lasting": 0, "panels": 0}
    for name, number in least.items():
        if getattr(options, name) < number:
            parser.error(f"--{name} must be at least {number}, not {getattr(options, name)}")
    return options


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    warn_if_busy()
    before = load()
    figures = {name: getattr(options, name) for name in ("model", "clip", "layer", "panels")}
    cells = {name: source.format(name=name, **figures) for name, source in CELLS.items()}
    report = Report()
    with open_notebook(cells) as notebook:
        browser = notebook.page.context.browser.version
        print(f"Python {platform.python_version()}, Chromium {browser}, load {before:.1f}")
        bench = Bench(notebook, options, report)
        wanted = set(options.families)
        if "first" in wanted:
            bench.first_sounds()
        else:
            notebook.run("banked")
            notebook.page.evaluate(PROBE)
        for family, measure in (
            ("moves", bench.moves),
            ("heard", bench.heard),
            ("mute", bench.mutes),
            ("layers", bench.layers),
        ):
            if family in wanted:
                measure()
        lasting = Lasting(notebook, report)
        if options.lasting and "lasting" in wanted:
            lasting.moves("banked", options.lasting)
            lasting.moves("kernel", options.lasting)
        if options.panels and "crowd" in wanted:
            lasting.crowd(options.panels)
    print(f"\nload {before:.1f} before, {load():.1f} after")
    missed = [line["what"] for line in report.lines if line["met"] is False]
    print(f"missed: {'; '.join(missed) or 'nothing'}")
    if options.json:
        figures |= {"load before": before, "browser": browser, "captum": HAS_CAPTUM}
        options.json.write_text(json.dumps(figures | {"lines": report.lines, "raw": report.raw}))


if __name__ == "__main__":
    main()
