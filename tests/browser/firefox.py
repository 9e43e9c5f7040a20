"""Firefox, driven by WebDriver BiDi, which stock Firefox speaks; Playwright wants its own build.

Only what the tests need: https://w3c.github.io/webdriver-bidi/.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket
from watched import TIMEOUT

_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.default": 0,  # sound may begin: automation makes no gesture
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


def find_firefox() -> str | None:
    """Return the path of Firefox, or None."""
    return next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Firefox:
    """One page of one Firefox."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            f"{address}/session", timeout=TIMEOUT / 1000, suppress_origin=True
        )
        self._number = 0
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.send("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self.send("session.subscribe", events=events)
        tree = self.send("browsingContext.getTree")
        self._page = tree["contexts"][0]["context"]

    def send(self, method: str, **told: Any) -> Any:
        """Send a command and return its result; note what happens meanwhile."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": told}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == self._number:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
                return said["result"]
            self._note(said)

    def _note(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        if event.get("method") == "log.entryAdded" and told["level"] == "error":
            self.problems.append(told["text"])
        if event.get("method") == "network.beforeRequestSent":
            self.requests.append(told["request"]["url"])

    def size(self, width: int, height: int) -> None:
        """Set the window's inside, px."""
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self._page, viewport=viewport)

    def open(self, place: Path | str) -> None:
        """Open a file, or an address."""
        url = place if isinstance(place, str) else place.as_uri()
        told = {"context": self._page, "url": url, "wait": "complete"}
        self.send("browsingContext.navigate", **told)

    def ask(self, expression: str) -> Any:
        """Return the value of an expression; a promise is awaited."""
        found = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify({{ value: await ({expression}) }}))()",
            target={"context": self._page},
            awaitPromise=True,
            userActivation=True,
        )
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"]).get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true, looked at in every frame."""
        self.ask(
            f"""new Promise((done, late) => {{
              const ends = performance.now() + {TIMEOUT};
              const look = () => {{
                if ({condition}) done();
                else if (performance.now() > ends) late(new Error("never: " + {condition!r}));
                else setTimeout(look, 16);
              }};
              look();
            }})"""
        )

    def _middle(self, selector: str) -> tuple[int, int]:
        box = self.ask(
            f"""(() => {{
              const one = document.querySelector({selector!r});
              one.scrollIntoView({{ block: "center" }});
              return one.getBoundingClientRect();
            }})()"""
        )
        return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self.send("input.performActions", context=self._page, actions=[source])

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        x, y = self._middle(selector)
        self._act("pointer", [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ])  # fmt: skip

    def drag(self, selector: str, share: float) -> None:
        """Drag a slider's knob to a share of its way."""
        self._middle(selector)
        place = self.ask(
            f"""(() => {{
              const one = document.querySelector({selector!r});
              const box = one.getBoundingClientRect();
              const knob = one.parentNode.querySelector(".auralise-knob").getBoundingClientRect();
              const middle = [knob.x + knob.width / 2, box.y + box.height / 2];
              return [box.x, box.width, knob.width, ...middle];
            }})()"""
        )
        left, wide, knob, now, y = place
        to = left + knob / 2 + share * (wide - knob)
        steps = [round(now + (to - now) * step / 8) for step in range(9)]
        moves = [{"type": "pointerMove", "x": x, "y": round(y), "duration": 20} for x in steps[1:]]
        start = {"type": "pointerMove", "x": steps[0], "y": round(y)}
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._act("pointer", [start, down, *moves, up])

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act("key", strokes)

    def screenshot(self, path: Path) -> Path:
        """Save what is in the window."""
        found = self.send("browsingContext.captureScreenshot", context=self._page)
        path.write_bytes(base64.b64decode(found["data"]))
        return path

    def close(self) -> None:
        """End the session; Firefox ends with it."""
        with contextlib.suppress(websocket.WebSocketException, OSError, RuntimeError):
            self.send("browser.close")
        self._socket.close()


@contextlib.contextmanager
def firefox(program: str, folder: Path, **preferences: Any) -> Iterator[Firefox]:
    """Run Firefox on a profile of its own in `folder`."""
    known = _PREFERENCES | preferences
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in known.items()
    ]
    (folder / "user.js").write_text("\n".join(lines), "utf-8")
    command = [program, "--headless", "--no-remote", "--profile", str(folder)]
    running = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        env=os.environ | {"HOME": str(folder), "MOZ_HEADLESS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    assert running.stderr is not None
    said: queue.Queue[str] = queue.Queue()

    def read() -> None:  # to the end, or a full pipe would stop it
        for line in running.stderr or ():
            said.put(line)
        said.put("")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        log = ""
        while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log)):
            line = said.get(timeout=TIMEOUT / 1000)
            assert line, f"Firefox ended: {log}"
            log += line
        page = Firefox(found[1])
        yield page
        page.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(10)
    finally:
        running.kill()
        running.wait()
        reader.join()
        running.stderr.close()
