"""Panels and texts as one HTML file: no web, no Python, all features computed beforehand."""

from __future__ import annotations

import base64
import gzip
import html
import json
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from jaxtyping import Float32
from markdown_it import MarkdownIt
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.document import document
from auralise_jax.files import check_place, write_whole
from auralise_jax.network import Model
from auralise_jax.widgets import assets, view

if TYPE_CHECKING:
    from auralise_jax.listening import Projection
    from auralise_jax.widgets.variant import Variant, ViewSettings

_SURVEYED = 100
"""About how many bytes the survey of a layer takes a feature."""

STRONGEST = 16
"""Features per layer in a page, unless asked otherwise."""

CODECS = ("ogg", "flac")


@dataclass(frozen=True)
class Choice:
    """The part of a panel that a page holds; see `Panel.to_html`."""

    layers: Iterable[int] | None = None
    features: int | Iterable[int] = STRONGEST
    codec: str = "ogg"

    def __post_init__(self) -> None:
        one_of("codec", self.codec, CODECS)
        features = self.features
        if isinstance(features, SupportsIndex):
            features = operator.index(features)
            if features < 1:
                raise ValueError(f"features must be 1 or more per layer, or a list, not {features}")
        else:
            features = tuple(features)
        object.__setattr__(self, "features", features)

    def of(self, model: Model, also: tuple[int, int]) -> dict[int, list[int] | int]:
        """Return {layer: features, or how many}; the feature `also` is always in."""
        numbers = range(1, len(model.layers) + 1) if self.layers is None else self.layers
        numbers = sorted({model.number(number) for number in numbers} | {also[0]})
        if isinstance(self.features, int):
            return dict.fromkeys(numbers, self.features)
        return {
            number: [model.layer(number).check_feature(k) for k in self.features]
            for number in numbers
        }


def _nothing(_layers: Sequence[int]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Figure:
    """A panel as it is now, for a page; `more` computes further facts about its layers."""

    variants: Sequence[Variant]
    facts: dict[str, Any]
    settings: ViewSettings
    feature: int
    choice: Choice
    more: Callable[[Sequence[int]], dict[str, Any]] = _nothing

    def __post_init__(self) -> None:
        self.chosen  # noqa: B018  # raises before any work is done

    @property
    def chosen(self) -> dict[int, list[int] | int]:
        """What the page will hold: {layer: features, or how many}."""
        models = [variant.heard.model for variant in self.variants]
        fewest = min(models, key=lambda model: len(model.layers))
        return self.choice.of(fewest, (self.settings.layer, self.feature))

    def document(self) -> dict[str, Any]:
        """Compute everything that the page's script reads."""
        facts = json.loads(json.dumps(self.facts | self.more(list(self.chosen))))
        facts |= {"codec": self.choice.codec, "live": False}
        if facts.get("no_call"):  # the call names files of this machine, the page goes to others
            facts["call"] = ""
        items: dict[str, Any] = {}
        surveys, controls = {}, {}
        for number, asked in tqdm(self.chosen.items(), desc="computing features", unit="layer"):
            settings = self.settings._replace(layer=number)
            projections = [variant.projections(settings) for variant in self.variants]
            controls[number] = [variant.control_likeness(settings) for variant in self.variants]
            found = self.variants[0].survey(settings, projections[0])
            chosen = set(found.order[:asked].tolist() if isinstance(asked, int) else asked)
            if number == self.settings.layer:
                chosen.add(self.feature)
            count = facts["layers"][number - 1]["features"]
            available = sorted(feature for feature in chosen if feature < count)
            facts["layers"][number - 1]["available"] = available
            for feature in available:
                items[f"{number}/{feature}"] = [
                    self._item(variant, of[feature], settings)
                    for variant, of in zip(self.variants, projections, strict=True)
                ]
            surveys[number] = view.survey(found)
        for layer in facts["layers"]:
            layer["available"] = layer["available"] or []
        return {
            "facts": facts,
            "asked": {**self.settings._asdict(), "feature": self.feature},
            "sources": [self._source(variant) for variant in self.variants],
            "features": items,
            "surveys": surveys,
            "controls": controls,
        }

    def _source(self, variant: Variant) -> dict[str, str]:
        return self._packed(view.pixels(variant.magnitude, variant.peak), variant.heard.clip)

    def _item(
        self, variant: Variant, projection: Projection, settings: ViewSettings
    ) -> dict[str, Any]:
        shown = view.show(projection, variant.peak, settings.resynthesis)
        return self._packed(shown.pixels, shown.sound) | {"shown": shown.facts}

    def _packed(self, pixels: bytes, sound: Clip) -> dict[str, str]:
        # Level 9 and no time stamp: the same panel gives the same page.
        packed = gzip.compress(pixels, 9, mtime=0)
        coded = view.coded(sound, f".{self.choice.codec}")
        return {
            "pixels": base64.b64encode(packed).decode(),
            "sound": base64.b64encode(coded).decode(),
        }

    def estimate(self) -> int:
        """Return about how many bytes the figure will take, from a sample of its features."""
        variant = self.variants[0]
        total = len(json.dumps(self._source(variant))) + len(json.dumps(self.facts))
        for number, asked in self.chosen.items():
            settings = self.settings._replace(layer=number)
            strongest = np.argsort(-_sums(variant.heard.activations(number)))
            held = strongest[:asked] if isinstance(asked, int) else np.array(sorted(set(asked)))
            sample = {int(held[0]), int(held[len(held) // 2])}
            sizes = [
                len(json.dumps(self._item(variant, variant.projection(settings, k), settings)))
                for k in sample
            ]
            total += len(held) * round(np.mean(sizes)) + len(strongest) * _SURVEYED
        return len(self.variants) * total


def _sums(maps: Float32[np.ndarray, "*size features"]) -> Float32[np.ndarray, " features"]:
    sums: Float32[np.ndarray, " features"] = maps.sum(tuple(range(maps.ndim - 1)))
    return sums


Block = str | Figure


def write(path: Path, blocks: Sequence[Block], *, title: str) -> Path:
    """Compute what the blocks show and write the page."""
    check_page(path)
    documents = [block.document() for block in blocks if isinstance(block, Figure)]
    # A name that is no UTF-8 gives letters that no page can hold.
    write_whole(path, _page(blocks, documents, title).encode("utf-8", "replace"))
    return path


def check_page(path: Path) -> None:
    """Raise ValueError or OSError if no page can be written at `path`."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"path must end in .html, not {path.name!r}")
    check_place(path)


def estimate(blocks: Sequence[Block]) -> int:
    """Return about how many bytes a page of these blocks will have."""
    frame = len(assets.page_module()) + len(assets.style())
    return frame + sum(len(b) if isinstance(b, str) else b.estimate() for b in blocks)


def _body(blocks: Sequence[Block]) -> Iterator[str]:
    # Raw HTML in the words is shown as text: the renderer escapes it.
    words = MarkdownIt("commonmark", {"html": False}).enable("table")
    for block in blocks:
        if isinstance(block, str):
            yield f'<article class="auralise-words">{words.render(block)}</article>'
        else:
            yield '<div class="auralise-host"></div>'


def _page(blocks: Sequence[Block], documents: Sequence[dict[str, Any]], title: str) -> str:
    # In a script element only "<" could end or open anything; JSON can spell it otherwise.
    data = json.dumps(documents, allow_nan=False).replace("<", "\\u003c")
    body = "\n".join(_body(blocks))
    if "<h1" not in body:
        body = f'<h1 class="auralise-unseen">{html.escape(title)}</h1>\n{body}'
    whole = f"""<main>
{body}
</main>
<noscript>This page needs JavaScript to draw the spectrograms and to play.</noscript>
<script type="application/json" id="auralise-page">{data}</script>"""
    return document(
        title,
        whole,
        script=assets.page_module(),
        style=assets.style(),
        data="img-src data: blob:",
        body_class="auralise-page",
    )
