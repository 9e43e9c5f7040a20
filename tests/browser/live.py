"""A live panel in a page, without a notebook: the test carries every message between the two.

Nothing comes or goes but by `Live.pump`, so what is slow elsewhere can be looked at here as long as
one likes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from panel import Panel
from playwright.sync_api import Page

from auralise_jax.widgets import assets
from auralise_jax.widgets.explorer import Explorer
from auralise_jax.widgets.panel import Panel as Widget

MOST_TURNS = 1000
"""Turns that page and Python take in one conversation, at most."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>live</title>
<style>STYLE</style>
<body class="auralise-page"><div id="host" class="auralise-host"></div></body>"""

# What of an anywidget's model the panel uses. What is sent waits in `out` for the test.
_MODEL = """async ([code, state]) => {
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const revive = (one) => (one && one.bytes64 !== undefined ? bytes(one.bytes64) : one);
  const letters = (buffer) => Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b));
  const text = (buffer) => btoa(letters(buffer).join(""));
  const heard = new Map();
  const values = {};
  let changed = {};
  const emit = (name, ...told) => {
    for (const callback of [...(heard.get(name) ?? [])]) callback(...told);
  };
  const live = (globalThis.live = {
    out: [],
    put(state) {
      for (const [name, value] of Object.entries(state)) values[name] = revive(value);
      for (const name of Object.keys(state)) emit(`change:${name}`);
    },
    say: (content, buffers) => emit("msg:custom", content, buffers.map(bytes)),
    lose: () => emit("comm_live_update"),
  });
  live.put(state);
  const model = {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = changed[name] = value;
      emit(`change:${name}`);
    },
    on: (name, callback) => heard.set(name, (heard.get(name) ?? new Set()).add(callback)),
    off: (name, callback) => heard.get(name)?.delete(callback),
    save_changes() {
      const told = { method: "update", state: changed, buffer_paths: [] };
      if (Object.keys(changed).length) live.out.push(told);
      changed = {};
    },
    send(content, _, buffers = []) {
      live.out.push({ method: "custom", content, buffers: buffers.map(text) });
    },
  };
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const hooks = (await import(url)).default();
  live.forget = hooks.initialize({ model });
  live.mount = (el) => hooks.render({ model, el });
  live.unmount = live.mount(document.getElementById("host"));
}"""


def _json(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"bytes64": base64.b64encode(value).decode()}
    return value


class Live:
    """A widget of this process and its view in a page."""

    def __init__(self, page: Page, widget: Widget, folder: Path) -> None:
        self.page, self.widget = page, widget
        self._in: list[tuple[dict[str, Any], list[Any]]] = []
        self.requests: list[dict[str, Any]] = []  # what the page asked for, but for traits
        widget._send = lambda told, buffers=None: self._in.append((told, list(buffers or ())))
        path = folder / "live.html"
        path.write_text(_PAGE.replace("STYLE", assets.style()), "utf-8")
        page.goto(path.as_uri())
        state = {name: _json(value) for name, value in widget.get_state().items()}
        page.evaluate(_MODEL, [assets.notebook_module(), state])
        self.panel = Panel(page)

    def pump(self, done: Callable[[], bool] = lambda: True) -> list[dict[str, Any]]:
        """Carry messages until there are none and nothing is computed; return what was asked.

        `done` says whether enough was carried, where the page itself needs time.
        """
        asked: list[dict[str, Any]] = []
        for _ in range(MOST_TURNS):
            # Traits are sent by a timer that a frame sets; one that the next sets comes after it.
            self.page.evaluate(
                """() => new Promise((done) => {
                  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
                })"""
            )
            said = self.page.evaluate("() => live.out.splice(0)")
            for told in said:
                self.take(told)
                if told["method"] == "custom":
                    asked.append(told["content"])
            self.widget._worker.join()
            if isinstance(self.widget, Explorer):
                self.widget._timeline.worker.join()
            if not said and not self._in:
                if done():
                    self.requests += asked
                    return asked
                self.page.wait_for_function("() => live.out.length")
            self.deliver()
        raise AssertionError("page and Python do not stop talking")

    def take(self, told: dict[str, Any]) -> None:
        """Let Python have one message."""
        buffers = [memoryview(base64.b64decode(one)) for one in told.pop("buffers", ())]
        message = {"content": {"data": told}, "buffers": buffers}
        try:
            self.widget._handle_msg(message)
        except Exception:  # as a kernel does: it is logged, and what the page is told, it is told
            return

    def deliver(self) -> None:
        """Let the page have what Python said."""
        coming, self._in = self._in, []
        for told, buffers in coming:
            texts = [base64.b64encode(one).decode() for one in buffers]
            if told["method"] == "custom":
                content = json.loads(json.dumps(told["content"]))
                self.page.evaluate(
                    "([content, texts]) => live.say(content, texts)", [content, texts]
                )
            elif told["method"] == "update":
                state = dict(told["state"])
                for place, text in zip(told["buffer_paths"], texts, strict=True):
                    state[place[0]] = {"bytes64": text}
                self.page.evaluate("(state) => live.put(state)", state)
