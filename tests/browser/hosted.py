"""Pages that compute, with a fake worker: what reaches it, and what the page makes of it."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path

WORKER = """
let doc;
const taken = [];
let key;
onmessage = ({ data }) => {
  const { kind, id, request, method, content } = data;
  if (kind === "start") postMessage({ kind: "ready", backend: "fake" });
  if (kind === "model") doc = data.doc;
  if (kind === "panel") postMessage({ kind: "state", id, state: { status: "" } });
  if (kind === "take") {
    const { samples, rate, name, notes } = data;
    const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
    key = data.key;
    taken.push({ rate, name, notes, length: samples.length, rms, first: [...samples.slice(0, 50)] });
    postMessage({ kind: "taken", id, name, error: "" });
  }
  if (kind === "decoded") postMessage({ kind: "answer", request, error: data.error, result: data.samples?.length });
  else if (method === "source") postMessage({ kind: "decode", request, clip: key });
  else if (kind === "call") postMessage({ kind: "answer", request, result: method === "predict" ? taken : data.args });
  if (kind !== "custom") return;
  if (content.kind === "ask") {
    const { layer, feature, rule, resynthesis, position, revision } = content;
    const item = { silent: false, note: "", scale: 1, scale_db: 0, gain_db: 0, limited_db: 0, picture_db: 0, matched: true };
    const shown = { layer, feature, rule, resynthesis, position, revision, takes: [item] };
    postMessage({ kind: "state", id, state: { shown, answer: new Uint8Array(doc.bins * doc.frames + 2 * doc.samples).fill(feature) } });
  }
  const done = { kind: "done", request: content.request, error: content.kind === "ask" ? "" : "the fake worker has none" };
  postMessage({ kind: "custom", id, content: done, buffers: [] });
};
"""  # noqa: E501
"""Answers as the page's worker does, at once, and lists what it was given as ``predict``.

As ``source`` it has the sound that it was given last decoded again, and says how long that is.
"""


def with_worker(path: Path, place: Path, script: str = WORKER) -> Path:
    """Write a page that computes anew, with another worker; its policy does not mind."""
    text = path.read_text("utf-8")
    found = re.search(r'"code": "(auralise-d\d+)"', text)
    assert found is not None
    packed = base64.b64encode(gzip.compress(script.encode())).decode()
    element = f'(<script type="text/plain" id="{found[1]}">)[^<]*'
    changed, count = re.subn(element, lambda start: start[1] + packed, text)
    assert count == 1
    place.write_text(changed, "utf-8")
    return place
