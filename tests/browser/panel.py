"""The explorer as a person meets it: its controls by role and name, its picture, its sound."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from matplotlib import colormaps
from matplotlib.image import imread
from playwright.sync_api import Locator, Page, expect

import auralise_jax as aj

_GREY = np.array([0.299, 0.587, 0.114])
_RISING = colormaps["magma"](np.arange(256))[:, :3] @ _GREY  # magma only ever gets lighter

_HELPERS = """
  const player = root.auralise.player;
  const tail = (seconds) => {
    player.analyser.fftSize = 32768;
    const samples = new Float32Array(32768);
    player.analyser.getFloatTimeDomainData(samples);
    return samples.slice(-Math.round(seconds * player.context.sampleRate));
  };
  const rms = (seconds = 0.05) => {
    const samples = tail(seconds);
    return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  };
  // What goes into the loudspeaker now; position() is what comes out of it.
  const going = () => player.position() + (player.context.outputLatency || 0);
  // What is read while the clock stands: the sound may go on between two reads.
  const together = (read) => {
    for (;;) {
      const now = player.context.currentTime;
      const found = read();
      if (player.context.currentTime === now) return found;
    }
  };
"""

# All controls are in view, also when the page is loaded again.
UNFOLD = """root => {
  try { sessionStorage.setItem("auralise-more", "true"); } catch { /* a frame without an origin */ }
  root.auralise.more.show(true);
}"""


@dataclass(frozen=True)
class Heard:
    """A piece of what was played, and where in the sound it ended, s."""

    samples: np.ndarray
    rate: float
    end: float

    def match(self, clip: aj.Clip) -> tuple[float, float]:
        """Return the best correlation with `clip`, looped, and how far from its place, s."""
        size = len(self.samples)
        loop = np.asarray(soxr.resample(clip.samples, clip.sample_rate, self.rate), float)
        spectrum = np.fft.rfft(loop) * np.conj(np.fft.rfft(self.samples, len(loop)))
        products = np.fft.irfft(spectrum, len(loop))
        sums = np.cumsum(np.concatenate([[0], loop, loop[:size]]) ** 2)
        energy = (sums[size:] - sums[:-size])[: len(loop)]
        energy = np.maximum(energy, 1e-3 * energy.max())  # near silence anything correlates
        correlation = products / np.sqrt(energy * np.sum(self.samples**2) + 1e-20)
        at = int(np.argmax(correlation))
        half = clip.duration / 2
        late = ((at + size) / self.rate - self.end + half) % clip.duration - half
        return float(correlation[at]), float(late)


class Panel:
    """The one explorer on a page, or that which is given, with all controls in view."""

    def __init__(self, page: Page, root: Locator | None = None) -> None:
        self.page = page
        self.root = root or page.locator(".auralise")
        expect(self.root).to_have_attribute("data-feature", re.compile(r"\d+"))
        self.root.evaluate(UNFOLD)
        self.layer = self.root.get_by_role("slider", name="Layer")
        self.feature = self.root.get_by_role("slider", name="Feature")
        self.position = self.root.get_by_role("slider", name="Position")
        self.volume = self.root.get_by_role("slider", name="Volume")
        self.play = self.root.get_by_role("button", name="Play")
        self.pause = self.root.get_by_role("button", name="Pause")
        self.loop = self.root.get_by_role("button", name="Loop")
        self.a = self.root.get_by_role("radio", name="A source")
        self.b = self.root.get_by_role("radio", name="B feature")
        self.keys = self.root.get_by_role("dialog", name="Keys")
        self.alert = self.root.get_by_role("alert")

    def ask(self, expression: str, x: Any = None) -> Any:
        """Return a JavaScript expression of x, root, player and the helpers above."""
        return self.root.evaluate(f"(root, x) => {{ {_HELPERS} return {expression}; }}", x)

    def wait(self, condition: str, x: Any = None) -> None:
        """Wait until an expression as in `ask` is true."""
        handle = self.root.element_handle()
        self.page.wait_for_function(
            f"([root, x]) => {{ {_HELPERS} return {condition}; }}", arg=[handle, x]
        )

    def shows(self, layer: int, feature: int) -> None:
        """Wait until B shows this feature, then check that every word agrees."""
        expect(self.root).to_have_attribute("data-feature", str(feature))
        expect(self.root).to_have_attribute("data-layer", str(layer))
        expect(self.layer).to_have_value(str(layer))
        expect(self.feature).to_have_value(str(feature))
        caption = self.root.locator("[data-deck=b] .auralise-caption")
        expect(caption).to_contain_text(f"feature {layer}-{feature},")

    def drag(self, slider: Locator, value: int) -> None:
        """Take a slider's knob with the mouse and move it to `value`."""
        slider.scroll_into_view_if_needed()  # a click below may have scrolled it away
        box = slider.bounding_box()
        assert box is not None
        low, high, now = slider.evaluate("one => [+one.min, +one.max, one.valueAsNumber]")
        knob = self.root.locator(".auralise-knob").first.bounding_box()
        assert knob is not None

        def place(at: int) -> float:
            way = box["width"] - knob["width"]
            return box["x"] + knob["width"] / 2 + way * (at - low) / (high - low)

        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(place(now), middle)
        self.page.mouse.down()
        self.page.mouse.move(place(value), middle, steps=12)
        self.page.mouse.up()

    def levels(self, deck: str, bins: int, frames: int, facts: dict[str, Any]) -> np.ndarray:
        """Return the picture's levels, 0 to 255, read off the screen at each bin and frame."""
        canvas = self.root.locator(f"[data-deck={deck}] canvas")
        png = base64.b64decode(canvas.evaluate("one => one.toDataURL()").split(",")[1])
        pixels = imread(io.BytesIO(png))[:, :, :3] @ _GREY
        height, width = pixels.shape
        seconds = np.arange(frames) * facts["axes"]["hop"]
        hertz = np.arange(bins) * facts["axes"]["hz"]
        x = seconds / facts["duration"] * width - 0.5  # the first pixel's middle is 0
        y = (1 - hertz / (facts["sample_rate"] / 2)) * height - 0.5
        pixels = np.array([np.interp(x, np.arange(width), row) for row in pixels])
        pixels = np.array([np.interp(y, np.arange(height), column) for column in pixels.T]).T
        return np.interp(pixels, _RISING, np.arange(256))

    def pixels(self, deck: str) -> np.ndarray:
        """Return the picture as it is on the screen, shape (height, width, 3), 0 to 255."""
        canvas = self.root.locator(f"[data-deck={deck}] canvas")
        png = base64.b64decode(canvas.evaluate("one => one.toDataURL()").split(",")[1])
        return np.round(imread(io.BytesIO(png))[:, :, :3] * 255.0)

    def box(self, selector: str) -> dict[str, float]:
        """Return where something stands, px: x, y, width, height, not rounded."""
        return self.root.locator(selector).first.evaluate(
            "one => one.getBoundingClientRect().toJSON()"
        )

    def region(self) -> list[float] | None:
        """Return the loop region as its two handles tell it, s; also those out of sight."""
        return self.root.locator(".auralise-handle").evaluate_all(
            "all => all[0].hidden ? null : all.map((one) => +one.getAttribute('aria-valuenow'))"
        )

    def go(self, tenths: int) -> None:
        """Put the playhead at so many tenths of a second, exactly; for a whole of 4 s in sight."""
        self.position.press("Home")
        for _ in range(tenths):
            self.position.press("ArrowRight")

    def wait_played(self, seconds: float) -> None:
        """Wait until so much more sound has gone through the graph."""
        self.wait(
            "player.context.currentTime > x", self.ask("player.context.currentTime") + seconds
        )

    def zero(self) -> float:
        """Return how far the position is ahead of the clock, s: it changes by whole rounds only."""
        return self.ask("together(() => going() - player.context.currentTime)")

    def heard(self, seconds: float = 0.5) -> Heard:
        """Return what was played last."""
        found = self.ask(
            """together(() => {
              const { sampleRate: rate } = player.context;
              return { samples: [...tail(x)], rate, end: going() };
            })""",
            seconds,
        )
        return Heard(np.array(found["samples"]), found["rate"], found["end"])

    def hears(self, clip: aj.Clip, least: float) -> float:
        """Wait until `clip` is what is heard; return how far it is from its place, s."""
        for _ in range(40):
            self.wait_played(0.5)
            correlation, late = self.heard().match(clip)
            if correlation > least:
                return late
        raise AssertionError(f"correlation {correlation:.3f} with what is heard")
