"""A page that computes, and what Python says of the very samples that the page decoded.

What is asked of a page goes through `window.auralise`, in any browser; nothing here knows how the
page finds its answer.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import functools
import io
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from panel import _HELPERS, Panel
from playwright.sync_api import Page
from watched import TIMEOUT

import auralise_jax as aj
from auralise_jax.audio.loudness import integrated
from auralise_jax.network.rules import RULES
from auralise_jax.widgets.variant import Variant, ViewSettings

SHARE = 1e-4
"""Of the peak: how far pictures and projections may differ; probabilities, as they are."""
SOUND = 1e-3
"""Of the peak, -60 dB: how far sounds may differ."""
LOUDNESS = 0.1
"""dB."""

# Typed arrays travel as base64: as lists of numbers they would take twenty times as long.
_PACK = """
  const letters = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) {
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
  };
  const pack = (_, one) => !ArrayBuffer.isView(one) ? one
    : { kind: one.constructor.name,
        bytes64: letters(new Uint8Array(one.buffer, one.byteOffset, one.byteLength)) };
"""
_KINDS = {
    "Float32Array": np.float32,
    "Float64Array": np.float64,
    "Uint8Array": np.uint8,
    "Uint16Array": np.uint16,
}


def _unpack(found: dict[str, Any]) -> Any:
    if "bytes64" not in found:
        return found
    return np.frombuffer(base64.b64decode(found["bytes64"]), _KINDS[found["kind"]])


def blob(data: bytes, kind: str = "") -> str:
    """Return an expression for bytes as a page's blob."""
    text = base64.b64encode(data).decode()
    bytes_ = f"Uint8Array.from(atob('{text}'), (one) => one.charCodeAt(0))"
    return f"new Blob([{bytes_}], {{ type: {kind!r} }})"


def wav(samples: np.ndarray, rate: int, subtype: str = "FLOAT") -> bytes:
    """Return a WAV file of samples, (n,) or (n, channels)."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype=subtype)
    return buffer.getvalue()


@dataclass(frozen=True)
class Source:
    """What a page hears: the window at the model's rate, and the picture that it made of it."""

    picture: np.ndarray
    samples: np.ndarray
    rate: int

    def heard(self, model: aj.Model) -> aj.Listening:
        """Return Python's listening to the same samples."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*padded with")
            return aj.listen(model, aj.Clip(self.samples, self.rate), start=0.0)


class Computing:
    """`window.auralise` of an open page.

    Parameters
    ----------
    ask : function
        Returns the value of a JavaScript expression, which is a text; a promise is awaited.
    """

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask

    @classmethod
    def of(cls, page: Page) -> Computing:
        """Return that of a page in Playwright's browser."""
        return cls(lambda expression: page.evaluate(f"() => {expression}"))

    def ask(self, expression: str) -> Any:
        """Return the value of an expression; arrays of numbers come as NumPy's."""
        late = f"new Promise((_, no) => setTimeout(() => no(new Error('no answer')), {TIMEOUT}))"
        told = f"JSON.stringify({{ value: await Promise.race([{expression}, {late}]) }}, pack)"
        whole = f"(async () => {{ {_PACK} return {told}; }})()"
        return json.loads(self._ask(whole), object_hook=_unpack).get("value")

    def error(self, expression: str) -> str:
        """Return the message of the error that a promise ends with, empty without one."""
        caught = f"Promise.resolve({expression}).then(() => '', (error) => error.message)"
        return str(self.ask(f"(async () => {caught})()"))

    def call(self, method: str, *given: Any) -> Any:
        """Call a method with values."""
        told = ", ".join(json.dumps(one) for one in given)
        return self.ask(f"auralise.{method}({told})")

    def ready(self) -> None:
        """Wait until the network answers."""
        self.ask("auralise.ready.then(() => true)")

    def open(self, data: bytes) -> Any:
        """Let the page hear a sound file."""
        return self.ask(f"auralise.open({blob(data)})")

    def choose(self, trait: str, value: Any) -> None:
        """Choose another clip, model or start in the page's first panel; wait until it is there."""
        self.ask(
            f"""new Promise((done, late) => {{
              const {{ store }} = document.querySelector(".auralise").auralise;
              const [trait, value] = {json.dumps([trait, value])};
              const ends = performance.now() + {TIMEOUT};
              store.set(trait, value);
              const look = () => {{
                if (store.get("facts").chosen[trait] === value) done(true);
                else if (performance.now() > ends) late(new Error("never: " + value));
                else setTimeout(look, 16);
              }};
              look();
            }})"""
        )

    def source(self) -> Source:
        """Return what is heard."""
        found = self.call("source")
        picture = found["picture"].reshape(found["shape"])
        return Source(picture, found["samples"], int(found["rate"]))

    def project(self, layer: int, feature: int, rule: str, position: str) -> np.ndarray:
        """Return a signed projection."""
        found = self.call("project", layer, feature, rule, position)
        picture: np.ndarray = found["picture"].reshape(found["shape"])
        return picture


def off(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference as a share of the peak."""
    assert found.shape == expected.shape
    assert np.isfinite(found).all()
    peak = float(np.abs(expected).max())
    return float(np.abs(found - expected).max()) / peak if peak else float(np.abs(found).max())


def alike(found: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether two projections are equal; check that they are but for a few switches.

    Where the two largest values of a pooling window differ in the last bits of float32 only, either
    may be the switch. Then a receptive field differs, here or there, and nothing else does.
    """
    assert found.shape == expected.shape
    assert np.isfinite(found).all()
    wrong = np.abs(found - expected) / np.abs(expected).max()
    assert np.mean(wrong > SHARE) <= 0.01
    assert np.sqrt(np.mean(wrong**2)) <= 1e-3
    return bool(wrong.max() <= SHARE)


def hears_alike(page: Computing, heard: aj.Listening, source: Source) -> None:
    """Check the picture and what the network says of it."""
    assert off(source.picture, np.asarray(heard.picture)) <= SHARE
    expected = heard.predict()
    found = page.call("predict")
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), list(expected.values()), atol=SHARE)


def sounds_alike(
    page: Computing, heard: aj.Listening, layer: int, feature: int, how: str, rule: str
) -> None:
    """Check the sound of a feature and its loudness.

    Of the page's own projection, which may differ in a few switches (see `alike`).
    """
    found = page.call("auralise", layer, feature, rule, "all", how)
    shot = heard.project(layer, feature, rule)
    projection = page.project(layer, feature, rule, "all")
    alike(projection, shot.picture)
    expected = dataclasses.replace(shot, picture=projection).auralise(how)
    rate = expected.sample_rate
    assert found["rate"] == rate
    assert found["silent"] == expected.silent
    assert off(found["samples"], expected.samples) <= SOUND
    for name, decibels in (("scaleDb", expected.scale_db), ("gainDb", expected.gain_db),
                           ("limitedDb", expected.limited_db)):  # fmt: skip
        assert abs(found[name] - decibels) <= LOUDNESS
    loud = [integrated(one, rate) for one in (found["samples"], expected.samples)]
    assert loud[0] == loud[1] or abs(loud[0] - loud[1]) <= LOUDNESS


def telling(heard: aj.Listening, layer: int, seed: int) -> list[int]:
    """Return the strongest feature of a layer and another, both with something to project."""
    maps = heard.activations(layer)
    order = np.argsort(-np.abs(maps - np.median(maps, axis=(0, 1))).sum((0, 1)))
    strong = order[: 1 + len(order) // 2].tolist()
    others = np.random.default_rng(seed).permutation(strong[1:]).tolist()
    rows = (strong, others)
    return [next(one for one in row if projects(heard, layer, one)) for row in rows]


def projects(heard: aj.Listening, layer: int, feature: int) -> bool:
    """Return whether every rule has something to show of a feature."""
    return all(heard.project(layer, feature, rule).picture.any() for rule in RULES)


# Panels -------------------------------------------------------------------------------------------


class ComputingPanel(Panel):
    """An explorer of a page that computes; its policy forbids what waits by evaluating a text."""

    def __init__(self, page: Page, number: int = 0) -> None:
        super().__init__(page, page.locator(".auralise").nth(number))

    def wait(self, condition: str, x: Any = None) -> None:
        """Wait until an expression as in `ask` is true, looked at every few milliseconds."""
        self.root.evaluate(
            f"""(root, x) => {{ {_HELPERS} return new Promise((done, late) => {{
              const ends = performance.now() + {TIMEOUT};
              const look = () => {{
                if ({condition}) done();
                else if (performance.now() > ends) late(new Error("never: " + {condition!r}));
                else setTimeout(look, 16);
              }};
              look();
            }}); }}""",
            x,
        )


# Servers ------------------------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def only_itself(requests: list[str], uri: str) -> list[str]:
    """Return what a page asked for beside itself and what is in it already."""
    own = (uri.partition("#")[0], "blob:", "data:")
    return [one for one in requests if not one.startswith(own)]


# What a panel shows -------------------------------------------------------------------------------

_CURRENT = """(() => {
  const { store } = document.querySelectorAll(".auralise")[NUMBER].auralise;
  const { layer, feature, rule, resynthesis, position, takes } = store.current();
  return { layer, feature, rule, resynthesis, position, takes };
})()"""


@dataclass(frozen=True)
class Seen:
    """A feature as it came to a panel: its picture's levels, its sound in whole numbers."""

    pixels: np.ndarray
    pcm: np.ndarray
    facts: dict[str, Any]

    @classmethod
    def of(cls, pixels: bytes, pcm: bytes, facts: dict[str, Any]) -> Seen:
        """Return it from bytes."""
        levels = np.frombuffer(pixels, np.uint8).astype(int)
        return cls(levels, np.frombuffer(pcm, "<i2").astype(int), facts)

    def is_like(self, other: Seen) -> None:
        """Check that levels differ by a rounding, and sounds by less than can be heard."""
        assert self.facts["silent"] == other.facts["silent"]
        assert self.pixels.shape == other.pixels.shape
        # Of what lies 60 dB and more below the peak the last bits of float32 are heard of.
        loud = other.pixels > 0.4 * 255
        assert np.abs(self.pixels - other.pixels)[loud].max(initial=0) <= 1
        assert self.pcm.shape == other.pcm.shape
        scale = [one.facts["scale"] for one in (self, other)]
        peak = max(int(np.abs(other.pcm).max()), 1)
        wrong = np.abs(self.pcm * (scale[0] / scale[1]) - other.pcm).max()
        assert wrong <= max(2, SOUND * peak)
        for name in ("gain_db", "limited_db", "scale_db", "picture_db"):
            assert abs(self.facts[name] - other.facts[name]) <= LOUDNESS


def current(computing: Computing, take: int = 0, panel: int = 0) -> tuple[dict[str, Any], Seen]:
    """Return what is asked for in a panel, and what is on its screen and decks."""
    found = computing.ask(_CURRENT.replace("NUMBER", str(panel)))
    one = found.pop("takes")[take]
    return found, Seen.of(one["pixels"].tobytes(), one["sound"].tobytes(), one["shown"])


def wanted(variant: Variant, layer: int, feature: int, rule: str = "deconvnet",
             resynthesis: str = "phase", position: str = "all") -> Seen:  # fmt: skip
    """Return what Python's panel would show."""
    shown = variant.show(ViewSettings(layer, rule, resynthesis, position), feature)
    return Seen.of(shown.pixels, shown.pcm, shown.facts)
