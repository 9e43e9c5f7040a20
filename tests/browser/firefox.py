"""Stock Firefox, driven by Playwright over WebDriver BiDi.

Playwright's own Firefox is another build. Its channel ``moz-firefox`` drives the stock one, and
asks it for more than Debian's knows: `main` runs between the two, and answers what may be left out.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright
from watched import TIMEOUT
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import Server, ServerConnection, serve

DISPENSABLE = {"emulation.setMediaFeaturesOverride"}
"""Commands for which a Firefox that does not know them is forgiven: it shows its own colours."""

_PREFERENCES: dict[str, Any] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.download.alwaysOpenPanel": False,  # the panel would take the keys from the page
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


@contextlib.contextmanager
def firefox(
    playwright: Playwright, program: str, folder: Path, **preferences: Any
) -> Iterator[Browser]:
    """Run Firefox; it saves files in ``folder / "saved"`` and tells Playwright of none."""
    stand_in = folder / "firefox"
    words = shlex.join([sys.executable, str(Path(__file__).resolve()), program])
    stand_in.write_text(f'#!/bin/sh\nexec {words} "$@"\n', "utf-8")
    stand_in.chmod(0o755)
    browser = playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=stand_in,
        downloads_path=folder / "saved",
        firefox_user_prefs=_PREFERENCES | preferences,
        timeout=TIMEOUT,
    )
    yield browser
    browser.close()


def _relay(client: ServerConnection, address: str) -> None:
    """Pass messages on, both ways, until one side ends."""
    asked: set[int] = set()

    def answer(browser: ClientConnection) -> None:
        for text in browser:
            said = json.loads(text)
            if said.get("id") in asked and said.get("error") == "unknown command":
                said = {"type": "success", "id": said["id"], "result": {}}
                client.send(json.dumps(said))
            else:
                client.send(text)
        client.close()

    with connect(f"{address}/session", max_size=None, compression=None) as browser:
        threading.Thread(target=answer, args=(browser,), daemon=True).start()
        for text in client:
            told = json.loads(text)
            if told.get("method") in DISPENSABLE:
                asked.add(told["id"])
            browser.send(text)


def _server(address: str) -> Server:
    """Return a server on loopback whose clients are passed on to `address`."""
    return serve(
        lambda client: _relay(client, address), "127.0.0.1", 0, max_size=None, compression=None
    )


def main(command: list[str]) -> int:
    """Run Firefox, and say that it listens where `_server` does."""
    running = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    assert running.stderr is not None
    for line in running.stderr:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            server = _server(found[1])
            threading.Thread(target=server.serve_forever, daemon=True).start()
            port = server.socket.getsockname()[1]
            sys.stderr.write(f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n")
        else:
            sys.stderr.write(line)
        sys.stderr.flush()
    return running.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
