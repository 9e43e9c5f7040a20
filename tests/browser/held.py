"""An audio graph whose clock only goes on when a test says so: what it plays is rendered offline.

However busy the machine is, a page has all the time it needs between two moments of its sound.
"""

from __future__ import annotations

import base64

import numpy as np
from panel import Panel

RATE = 8000  # Hz, of the sounds too: nothing is resampled
SECONDS = 8.0  # as far as the clock goes

HELD = f"""(() => {{
  globalThis.begun = []; // every source: when, from where in it, its samples, when it is to stop
  const {{ start, stop }} = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when, offset) {{
    begun.push((this.note = {{ when, offset, buffer: this.buffer, ends: Infinity }}));
    return start.call(this, when, offset);
  }};
  AudioBufferSourceNode.prototype.stop = function (when = 0) {{
    if (this.note) this.note.ends = when;
    return stop.call(this, when);
  }};
  globalThis.AudioContext = class extends OfflineAudioContext {{
    constructor() {{
      super(1, {SECONDS * RATE:.0f}, {RATE});
      globalThis.held = this;
    }}
    async resume() {{}} // the page asks; the test decides
    async goOn(until = null) {{
      const there = until === null ? null : this.suspend(until);
      if (this.played) super.resume();
      else this.played = this.startRendering();
      await (there ?? this.played);
    }}
  }};
}})()"""
"""Runs in a page before its first sound: a script for `open_page`, or for ``page.evaluate``."""


def begins(panel: Panel, sounds: int) -> None:
    """Wait until so many sounds have been begun, or will begin when the clock goes on."""
    panel.wait("begun.length >= x", sounds)
    assert panel.ask("begun.length") == sounds


def go_on(panel: Panel, until: float) -> None:
    """Let the clock run to a moment, s, where it stands again."""
    panel.ask("held.goOn(x)", until)


def played(panel: Panel) -> np.ndarray:
    """Let the clock run to the end; return all that was played, in float64."""
    panel.ask("held.goOn()")
    data = panel.ask(
        """held.played.then((buffer) => {
          const bytes = new Uint8Array(buffer.getChannelData(0).buffer);
          return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        })"""
    )
    return np.frombuffer(base64.b64decode(data), np.float32).astype(float)
