"""Whether panels stay what they are: thousands of moves, a crowd of panels opened and closed.

Part of `latency.py`, in its notebook. Memory is read after a collection of garbage, the kernel's by
its operating system (resident), the page's by the browser (heap of JavaScript, without canvases and
sounds) and in nodes of its document. Changes are in per cent; below the aim is fine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from machine import Others
from notebook import Notebook
from report import Report

CROWD = (
    "import auralise_jax as aj\n"
    "crowd = [aj.explore({model!r}, {clip!r}, layer={layer}) for _ in range({panels})]\n"
    "display(*crowd)"
)
"""A cell that opens many panels."""

MOVES = """
async ([at, moves, waits]) => {
  const root = document.querySelector(`${at} .auralise`);
  const slider = root.querySelector("input[id$='feature']");
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const move = (feature) => {
    slider.value = feature;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const shown = async (feature) => {
    for (const limit = performance.now() + 5000; performance.now() < limit; await frame()) {
      if (root.dataset.feature === String(feature)) return true;
    }
    return false;
  };
  let lost = 0;
  for (let i = 0; i < moves; i++) {
    const feature = (7 * i + 3) % 64; // never twice the same
    move(feature);
    if (waits) lost += !(await shown(feature));
    else await frame();
  }
  move(33);
  return { lost, last: await shown(33) };
}
"""
"""Moves of the slider, one a frame, or each when the one before is shown."""

LAST = """
async (at) => {
  const roots = [...document.querySelectorAll(`${at} .auralise`)];
  const root = roots.at(-1);
  const slider = root.querySelector("input[id$='feature']");
  const times = [];
  for (let feature = 1; feature < 60; feature++) {
    await new Promise((go) => setTimeout(go, 40 + 17 * Math.random()));
    const start = performance.now();
    slider.value = feature;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    while (root.dataset.feature !== String(feature)) {
      await new Promise((go) => requestAnimationFrame(go));
    }
    await scheduler.postTask(() => times.push(performance.now() - start));
  }
  return times;
}
"""


class Lasting:
    """What lasts in the open notebook.

    Parameters
    ----------
    notebook : Notebook
        It has the cells ``banked``, ``kernel`` (both run, their panels idle) and ``crowd``.
    report : Report
        Where the figures go.
    """

    def __init__(self, notebook: Notebook, report: Report) -> None:
        self.notebook, self.page, self.report = notebook, notebook.page, report

    def moves(self, name: str, moves: int) -> None:
        """Make thousands of moves in a panel; in the one without banks wait for each."""
        ask = [self.notebook.place(name), moves // 10, name == "kernel"]
        self.page.evaluate(MOVES, ask)  # caches fill
        before = self.notebook.memory()
        with Others() as others:
            result = self.page.evaluate(MOVES, [ask[0], moves, ask[2]])
        after = self.notebook.memory()
        words = {"banked": "one a frame", "kernel": "through the kernel"}[name]
        self.report.head(f"{moves} moves, {words}: what they leave")
        self._changes(before, after, others)
        kept = self.notebook.ask(f"{name}.feature")
        self.report.line("moves that were not shown", result["lost"], "", aim="<= 0", others=0)
        stale = int(not result["last"]) + int(kept != 33)
        self.report.line("last value stale (page, kernel)", stale, "", aim="<= 0", others=0)
        self.report.raw[f"lasting {name}"] = {"before": before, "after": after}

    def crowd(self, panels: int) -> None:
        """Open and close many panels, twice: what the second time leaves is what leaks."""
        found: dict[str, Any] = {"before": self.notebook.memory()}
        for turn in ("first", "second"):
            with Others() as others:
                self._open(panels)
                found[f"{turn} open"] = self.notebook.memory()
                times = self.page.evaluate(LAST, self.notebook.place("crowd"))
            alive = self._close()
            found[f"{turn} closed"] = self.notebook.memory()
            found[f"{turn} times"], found[f"{turn} alive"] = times, alive
        self.report.raw["crowd"] = found
        self.report.head(f"{panels} explorers in one cell, each with its layer in the page")
        share = others.share
        for words, value in (
            ("a move in the last, median", np.median(times)),
            ("a move in the last, p95", np.percentile(times, 95)),
        ):
            self.report.line(words, float(value), others=share)
        self.report.line("panels alive when closed", alive, "", aim="<= 0", others=0)
        for what in found["before"]:
            for when in ("before", "first open", "first closed", "second open", "second closed"):
                unit = "MB" if what != "nodes" else ""
                self.report.line(f"{what}, {when}", found[when][what], unit, others=0)
        print("closed once, closed twice:")
        self._changes(found["first closed"], found["second closed"], others)

    def _changes(self, before: dict[str, float], after: dict[str, float], others: Others) -> None:
        for what, value in before.items():
            change = 100 * (after[what] / value - 1)
            words = f"{what}, {value:,.0f} to {after[what]:,.0f}"
            self.report.line(words, change, "%", aim="<= 5", others=others.share)

    def _open(self, panels: int) -> None:
        self.notebook.run("crowd")
        place = self.notebook.place("crowd")
        roots = self.page.locator(f"{place} .auralise[data-feature]")
        for i in range(panels):
            roots.nth(i).scroll_into_view_if_needed()
        self.page.wait_for_function(
            """([at, panels]) => {
              const roots = [...document.querySelectorAll(`${at} .auralise`)];
              return roots.length === panels && roots.every((root) => root.auralise.store.bank());
            }""",
            arg=[place, panels],
        )
        self.notebook.ask("None", "for one in crowd: one._worker.join()")

    def _close(self) -> int:
        """Close all; return how many panels of the crowd are still alive in the kernel."""
        before = (
            "import gc, weakref\n"
            "left = [weakref.ref(one) for one in crowd]\n"
            "for one in crowd: one.close()\n"
            "del one, crowd\n"
            "gc.collect()"
        )
        self.notebook.ask("None", before)
        at = self.notebook.place("crowd")
        self.page.wait_for_function(
            "(at) => !document.querySelector(`${at} .auralise`)", arg=at, timeout=60_000
        )
        left = self.notebook.ask("sum(one() is not None for one in left)")
        return int(left)
