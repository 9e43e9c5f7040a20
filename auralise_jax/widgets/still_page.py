"""A page small enough to be saved with a notebook: the feature shown and its strongest neighbours.

Neighbours are other features of the layer, in the order of the sums of their activations. They are
projected one by one: a layer is not computed for a still. So there is no wall, and no ranking.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import cast

from auralise_jax.document import document
from auralise_jax.languages import words
from auralise_jax.listening.strongest import by_activation
from auralise_jax.widgets import assets
from auralise_jax.widgets.computing import as_json
from auralise_jax.widgets.packing import Packed, packed_feature, packed_sources
from auralise_jax.widgets.page import Figure
from auralise_jax.widgets.page_html import words_element

NEIGHBOURS = 5
"""Neighbours at most: each takes a projection, a resynthesis and an encoding, while a cell runs."""

CODEC = "ogg"

STEP = 4
"""Levels that become one: a still tells them in steps of 1.6 dB, and takes a fifth fewer bytes."""


class StillPage:
    """A page with one layer of a panel, or a part of one.

    Parameters
    ----------
    figure : Figure
        The panel as it is now.
    lang : {"en", "de", "fr"}
        Language of the controls.

    Attributes
    ----------
    first : tuple of dict
        The source of the first row, and its feature, as pages have them.
    """

    def __init__(self, figure: Figure, lang: str) -> None:
        self.figure, self.lang = figure, lang
        self._sources = packed_sources(figure.variants, CODEC, STEP)
        self._held = {figure.feature: self._items(figure.feature)}
        # Only a later source may be the number of an earlier one.
        self.first = cast(Packed, self._sources[0]), self._held[figure.feature][0]

    def frame(self, size: int) -> tuple[str, int]:
        """Return a frame with as many features as fit, and how many these are; at least one.

        `size` is what the frame may take in a notebook file, in bytes: see `saved_bytes`.
        """
        layer, held = self.figure.settings.layer, self._held.copy()
        free = size - saved_bytes(self._frame(held))
        for feature in self._neighbours() if free > 0 else ():
            items = self._items(feature)
            free -= saved_bytes(_escaped(f'"{layer}/{feature}": {as_json(items)}, 123, '))
            if free < 0:
                break
            held[feature] = items
        return self._frame(held), len(held)

    def _neighbours(self) -> list[int]:
        order, sums = by_activation(self.figure.variants[0].heard, self.figure.settings.layer)
        others = [int(k) for k in order if k != self.figure.feature and sums[k] > 0]
        return others[:NEIGHBOURS]

    def _items(self, feature: int) -> list[Packed]:
        figure = self.figure
        return [
            packed_feature(variant, feature, figure.settings, CODEC, STEP)
            for variant in figure.variants
        ]

    def _frame(self, held: Mapping[int, list[Packed]]) -> str:
        layer = self.figure.settings.layer
        facts = self.figure.page_facts({"still": True, "song": None})
        for whole in ("effect", "attributes"):  # of the layer
            facts.pop(whole, None)
        for number, about in enumerate(facts["layers"], start=1):
            about["available"] = sorted(held) if number == layer else []
        page = {
            "facts": facts,
            "asked": {**self.figure.settings._asdict(), "feature": self.figure.feature},
            "sources": self._sources,
            "features": {f"{layer}/{feature}": items for feature, items in held.items()},
            "surveys": {},
            "controls": {},
        }
        title, column = html.escape(facts["title"]), words(self.lang)
        body = _BODY.format(
            title=title, pages=as_json([page]), noscript=html.escape(column["page.noscript"])
        )
        if self.lang != "en":
            body += words_element(column, packed=True)
        text = document(
            facts["title"],
            body,
            script=assets.page_module(),
            style=assets.style(),
            data="img-src data: blob:",
            body_class="auralise-page",
            packed=True,
            lang=self.lang,
        )
        rows = len(facts["rows"])
        height = 770 if rows < 3 else max(1060, 400 + 112 * rows)  # px, at 1100 px or less
        return (
            f"<iframe title='{title}' loading='lazy' sandbox='allow-scripts allow-downloads' "
            f"style='width:100%;min-height:{height}px;aspect-ratio:1100/{height};border:0' "
            f"srcdoc='{_escaped(text)}'></iframe>"
        )


_BODY = """<main>
<h1 class="auralise-unseen">{title}</h1>
<div class="auralise-host"></div>
</main>
<noscript>{noscript}</noscript>
<script type="application/json" id="auralise-page">{pages}</script>"""


def _escaped(text: str) -> str:
    """Escape text for an attribute in single quotes: the many double ones stay as they are."""
    return text.replace("&", "&amp;").replace("'", "&#39;")


def saved_bytes(text: str) -> int:
    """Return how many bytes a text takes in a notebook file.

    Examples
    --------
    >>> saved_bytes("a <p class='b'>"), saved_bytes('"')
    (17, 4)
    """
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))
