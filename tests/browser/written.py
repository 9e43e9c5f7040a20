"""A page on disk, and what Python knows about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import auralise_jax as aj
from auralise_jax.widgets import view
from auralise_jax.widgets.variant import Variant, ViewSettings

NAUGHTY = "</script><script>alert(1)</script> & <b>Bach</b>"


@dataclass(frozen=True)
class Written:
    """A page and the listening it was made from."""

    path: Path
    heard: aj.Listening

    @property
    def document(self) -> dict[str, Any]:
        pattern = r'id="auralise-page">(.*?)</script>'
        found = re.search(pattern, self.path.read_text("utf-8"), re.DOTALL)
        assert found is not None
        return json.loads(found[1])[0]

    @property
    def features(self) -> dict[int, list[int]]:
        """The features that the page holds, per layer."""
        layers = enumerate(self.document["facts"]["layers"], start=1)
        return {number: layer["available"] for number, layer in layers if layer["available"]}

    def shown(self, layer: int, feature: int) -> view.Shown:
        return Variant(self.heard).show(ViewSettings(layer, "deconvnet", "phase", "all"), feature)

    @property
    def source(self) -> bytes:
        """The source's levels."""
        return view.pixels(Variant(self.heard).magnitude, Variant(self.heard).peak)

    def with_document(self, path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
        """Write the page once more with other data in it."""
        document = self.document
        change(document)
        data = json.dumps([document]).replace("<", "\\u003c")
        text = self.path.read_text("utf-8")
        pattern = r'(id="auralise-page">).*?(</script>)'
        path.write_text(
            re.sub(pattern, lambda m: m[1] + data + m[2], text, count=1, flags=re.DOTALL), "utf-8"
        )
        return path
