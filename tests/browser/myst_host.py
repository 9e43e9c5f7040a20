"""A site that shows modules as MyST's theme does: in a shadow tree, on a model that only holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_PAGE = """<!DOCTYPE html>
<html lang="en" class="light">
<meta charset="utf-8"><title>A chapter</title><link rel="icon" href="data:,">
<body>
<h1>A chapter</h1>
<script type="module">
class Model {
  #state;
  constructor(state) { this.#state = state; }
  get(name) { return this.#state[name]; }
  set() { throw new Error("nobody hears of it"); }
  on() {}
  off() { throw new Error("not implemented"); }
  save_changes() { throw new Error("not implemented"); }
  send() { throw new Error("not implemented"); }
}
globalThis.leave = [];
for (const { esm, model } of NODES) {
  const { default: widget } = await import(esm);
  const held = new Model(model);
  await widget.initialize?.({ model: held });
  const place = document.body.appendChild(document.createElement("div"));
  const shadow = place.attachShadow({ mode: "open" });
  const el = shadow.appendChild(document.createElement("div"));
  leave.push(await widget.render?.({ model: held, el }));
}
globalThis.shown = true;
</script>
"""


def write_site(path: Path, nodes: list[dict[str, Any]]) -> Path:
    """Write a page that shows the nodes ``anywidget`` of a chapter, as MyST parsed them."""
    told = [{"esm": node["esm"], "model": node["model"]} for node in nodes]
    path.write_text(_PAGE.replace("NODES", json.dumps(told).replace("<", "\\u003c")), "utf-8")
    return path
