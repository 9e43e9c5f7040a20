"""A page's side of the talk with a panel, without a page."""

from collections.abc import Sequence
from typing import Any

from auralise_jax.widgets.panel import Panel


class Talk:
    """Say what a page says; ``sent`` is what Python said, with its buffers."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        panel.send = lambda content, buffers=(): self.sent.append((content, list(buffers or ())))

    def say(self, content: Any, buffers: Sequence[bytes] = ()) -> None:
        self.panel._handle_custom_msg(content, [memoryview(one) for one in buffers])

    def _named(self) -> dict[str, Any]:
        return {"revision": self.panel.facts["revision"], **self.panel._settings._asdict()}

    def ask(self, **changes: Any) -> None:
        """Ask for the feature of the moment."""
        self.say({"kind": "ask", **self._named(), "feature": self.panel.feature} | changes)

    def want(self, layer: int | None = None) -> None:
        """Ask for a layer's bank; do not wait."""
        self.say({"kind": "bank", **self._named()} | ({"layer": layer} if layer else {}))

    def bank(self, layer: int | None = None) -> tuple[dict[str, Any], list[bytes]] | None:
        """Ask for a layer's bank and return the message that brought it, if one came."""
        before = len(self.sent)
        self.want(layer)
        self.panel._worker.join()
        found = [one for one in self.sent[before:] if one[0]["kind"] == "bank"]
        return found[-1] if found else None

    def bank_of(self, revision: int) -> list[bytes]:
        """Ask for the layer's bank under another revision; return what it holds."""
        self.say({"kind": "bank", **self._named()} | {"revision": revision})
        self.panel._worker.join()
        return [one for one in self.sent if one[0]["kind"] == "bank"][-1][1]

    def upload(self, name: str, data: bytes, chunk: int = 2**16, **changes: Any) -> None:
        """Send a file in pieces."""
        for at in range(0, max(len(data), 1), chunk):
            told = {"kind": "upload", "id": name, "name": name, "size": len(data), "at": at}
            self.say(told | changes, [data[at : at + chunk]])
