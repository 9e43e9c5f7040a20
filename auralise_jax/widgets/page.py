"""Panels and texts as one HTML file: no web, no Python.

A panel's features are computed beforehand, or by its network in the page; see `Live`.
"""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from tqdm.auto import tqdm

from auralise_jax.choices import one_of
from auralise_jax.document import packed_text
from auralise_jax.files import check_place, write_whole
from auralise_jax.languages import words
from auralise_jax.listening.strongest import by_activation
from auralise_jax.network import Model
from auralise_jax.widgets import assets, view
from auralise_jax.widgets.computing import Engine, Live
from auralise_jax.widgets.facts import notes
from auralise_jax.widgets.packing import (
    Packed,
    packed_feature,
    packed_projection,
    packed_sources,
    without_beginning,
)
from auralise_jax.widgets.page_html import page_html
from auralise_jax.widgets.windows import (
    Whole,
    Window,
    check_starts,
    moved,
    named_windows,
    packed_song,
    starts_of,
    takes_of,
    windows_that_matter,
)

if TYPE_CHECKING:
    from auralise_jax.listening import SongListening
    from auralise_jax.widgets.variant import Variant, ViewSettings

_SURVEYED = 120
"""About how many bytes the survey of a layer takes a feature."""

STRONGEST = 16
"""Features per layer in a page, unless asked otherwise."""

IN_EVERY_WINDOW = 4
"""Likewise in a page with a time line, where every window has them."""

STEP = 2
"""Levels that become one: a page tells them in steps of 0.8 dB, and takes a tenth fewer bytes."""

CODECS = ("ogg", "flac")

NOT_LIVE = (
    "only a panel made by explore can compute in its page: without live=True the page holds "
    "features of the others that are computed beforehand"
)


@dataclass(frozen=True)
class Choice:
    """The part of a panel that a page holds; see `Panel.to_html`."""

    layers: Iterable[int] | None = None
    features: int | Iterable[int] | None = None
    codec: str = "ogg"
    timeline: bool = False
    windows: Iterable[float] | None = None
    usual: int = STRONGEST
    """Features per layer of one window, unless asked otherwise."""
    live: bool = False
    clips: Iterable[str] | None = None
    """Of a live panel, beside the clip shown; None: all of its list."""

    def __post_init__(self) -> None:
        one_of("codec", self.codec, CODECS)
        if self.clips is not None:
            clips = (self.clips,) if isinstance(self.clips, str) else tuple(self.clips)
            object.__setattr__(self, "clips", clips)
        if self.windows is not None:
            object.__setattr__(self, "windows", starts_of(self.windows))
            object.__setattr__(self, "timeline", True)
        features = self.features
        if features is None:
            return
        if isinstance(features, SupportsIndex):
            features = operator.index(features)
            if features < 1:
                raise ValueError(f"features must be 1 or more per layer, or a list, not {features}")
        else:
            features = tuple(features)
        object.__setattr__(self, "features", features)

    def check_live(self, *, beforehand: bool = False) -> None:
        """Raise ValueError if what is chosen does not go with a page that computes, or needs one.

        `beforehand`: there are panels whose features are computed beforehand, too.
        """
        if not self.live:
            if self.clips is not None:
                raise ValueError("clips are for pages that compute: ask for live=True, too")
            return
        given = {"timeline": self.timeline, "windows": self.windows is not None}
        if not beforehand:
            given |= {"layers": self.layers is not None, "features": self.features is not None}
        if wrong := [name for name, is_given in given.items() if is_given]:
            raise ValueError(
                f"{' and '.join(wrong)} cannot go with live=True: a page that computes has all "
                "layers and features of any window, and the time line"
            )

    def of(
        self, model: Model, also: tuple[int, int], *, several: bool
    ) -> dict[int, list[int] | int]:
        """Return {layer: features, or how many}; the feature `also` is always in.

        `several`: there is more than one window.
        """
        numbers = range(1, len(model.layers) + 1) if self.layers is None else self.layers
        numbers = sorted({model.number(number) for number in numbers} | {also[0]})
        features = self.features
        if features is None:
            features = IN_EVERY_WINDOW if several else self.usual
        if isinstance(features, int):
            return dict.fromkeys(numbers, features)
        return {
            number: [model.layer(number).check_feature(k) for k in features] for number in numbers
        }


def _nothing(_layers: Sequence[int]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Figure:
    """A panel as it is now, for a page; `more` computes further facts about its layers.

    `whole` is there if the page is to have a time line; `opens` are further traits that the page
    opens with.
    """

    variants: Sequence[Variant]
    facts: dict[str, Any]
    settings: ViewSettings
    feature: int
    choice: Choice
    more: Callable[[Sequence[int]], dict[str, Any]] = _nothing
    whole: Whole | None = None
    opens: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chosen  # noqa: B018  # raises before any work is done
        if self.whole and self.choice.windows is not None:
            heard = self.variants[0].heard
            check_starts(self._named, self.whole.recording.duration, heard.model.seconds)

    @property
    def chosen(self) -> dict[int, list[int] | int]:
        """What the page will hold: {layer: features, or how many}."""
        models = [variant.heard.model for variant in self.variants]
        fewest = min(models, key=lambda model: len(model.layers))
        also = (self.settings.layer, self.feature)
        return self.choice.of(fewest, also, several=self.whole is not None)

    @property
    def _named(self) -> tuple[float, ...]:
        return tuple(self.choice.windows or ())

    @property
    def _start(self) -> float:
        return self.variants[0].heard.start

    @functools.cached_property
    def _song(self) -> SongListening | None:
        return self.whole.hear(self.variants[0].heard.model) if self.whole else None

    @functools.cached_property
    def _unmuted(self) -> SongListening | None:
        """The song without gains, if some features have gains."""
        model = self.variants[0].heard.model
        return self.whole.hear(model.under()) if self.whole and model.gains else None

    @functools.cached_property
    def _windows(self) -> tuple[str, list[Window]]:
        """Return why the window shown matters, and the other windows."""
        if self._song is None:
            return "", []
        if self.choice.windows is not None:
            return "", named_windows(self._start, self._named)
        return windows_that_matter(self._song, self._start, self.settings.layer, self.feature)

    @property
    def windows(self) -> list[Window]:
        """The windows that the page will hold beside the one shown; the song is heard for it."""
        return self._windows[1]

    def document(self) -> dict[str, Any]:
        """Compute everything that the page's script reads."""
        facts = self.page_facts(self.more(list(self.chosen)))
        total = len(self.chosen) * (1 + len(self.windows))
        with tqdm(total=total, desc="computing features", unit="layer") as bar:
            shown, held = self._window(self.variants, self.chosen, bar.update)
            for number, layer in enumerate(facts["layers"], start=1):
                layer["available"] = held.get(number, [])
            document = {
                "facts": facts,
                "asked": {**self.settings._asdict(), "feature": self.feature},
                **self.opens,
                **shown,
            }
            if self.whole and self._song:
                why, others = self._windows
                places = [Window(self._start, why), *others]
                facts["song"]["windows"] = [place._asdict() for place in places]
                document["song"] = packed_song(self._song, held)
                if self._unmuted:
                    document["unmuted"] = packed_song(self._unmuted, ())
                document["windows"] = []
                for place in others:
                    at = [moved(one, self.whole.recording, place.start) for one in self.variants]
                    found, _ = self._window(at, held, bar.update)
                    document["windows"].append({"facts": self._facts_of(at, self.whole), **found})
        document["beginning"] = without_beginning([document, *document.get("windows", ())])
        return document

    def page_facts(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts as a page may have them, and `more`."""
        facts: dict[str, Any] = json.loads(json.dumps(self.facts | dict(more)))
        facts |= {"codec": self.choice.codec, "live": False}
        if facts.get("no_call"):  # the call names files of this machine, the page goes to others
            facts["call"] = ""
        return facts

    def _facts_of(self, variants: Sequence[Variant], whole: Whole) -> dict[str, Any]:
        """Return the facts of another window, as far as they differ."""
        heard = variants[0].heard
        others = [note for note in self.facts["notes"] if note not in whole.only_here]
        return {
            "start": heard.start,
            "duration": heard.clip.duration,
            "takes": takes_of(variants, whole.recording),
            "chosen": self.facts["chosen"] | {"start": heard.start},
            "notes": [*notes(heard), *others],
        }

    def _window(
        self,
        variants: Sequence[Variant],
        chosen: Mapping[int, list[int] | int],
        each: Callable[[], object],
    ) -> tuple[dict[str, Any], dict[int, list[int]]]:
        """Compute sources and features of a window; return them, and {layer: features}."""
        surveys, controls, held = {}, {}, {}
        pool = ThreadPoolExecutor(2)  # what packs and codes leaves Python to others
        packing: dict[str, list[Future[Packed]]] = {}
        try:
            for number, asked in chosen.items():
                settings = self.settings._replace(layer=number)
                projections = [variant.projections(settings) for variant in variants]
                controls[number] = [variant.control_likeness(settings) for variant in variants]
                found = variants[0].survey(settings, projections[0])
                features = set(found.order[:asked].tolist() if isinstance(asked, int) else asked)
                if number == self.settings.layer:
                    features.add(self.feature)
                count = self.facts["layers"][number - 1]["features"]
                held[number] = sorted(feature for feature in features if feature < count)
                for feature in held[number]:
                    packing[f"{number}/{feature}"] = [
                        pool.submit(
                            packed_projection,
                            variant,
                            of[feature],
                            settings,
                            self.choice.codec,
                            STEP,
                        )
                        for variant, of in zip(variants, projections, strict=True)
                    ]
                surveys[number] = view.survey(found)
                each()
            items = {key: [one.result() for one in row] for key, row in packing.items()}
        finally:
            pool.shutdown(cancel_futures=True)
        window = {
            "sources": packed_sources(variants, self.choice.codec, STEP),
            "features": items,
            "surveys": surveys,
            "controls": controls,
        }
        return window, held

    def estimate(self) -> int:
        """Return about how many bytes the figure will take, from a sample of its features."""
        total = len(self.variants) * len(json.dumps(self.facts)) + self.window_bytes
        for song in (self._song, self._unmuted):
            total += len(json.dumps(packed_song(song, self.chosen))) if song else 0
        return total + len(self.windows) * self.window_bytes

    @functools.cached_property
    def window_bytes(self) -> int:
        """About how many bytes a window takes."""
        variant, codec = self.variants[0], self.choice.codec
        sources = packed_sources([variant], codec, STEP)
        samples: dict[str, list[Packed]] = {}
        counts: dict[str, int] = {}
        total = 0
        for number, asked in self.chosen.items():
            settings = self.settings._replace(layer=number)
            strongest, _ = by_activation(variant.heard, number)
            held = strongest[:asked] if isinstance(asked, int) else np.array(sorted(set(asked)))
            sample = {int(held[0]), int(held[len(held) // 2])}
            samples[f"{number}"] = [
                packed_feature(variant, k, settings, codec, STEP) for k in sample
            ]
            counts[f"{number}"] = len(held)
            total += len(strongest) * _SURVEYED
        without_beginning([{"sources": sources, "features": samples}])
        total += len(json.dumps(sources))
        for key, items in samples.items():
            total += counts[key] * round(len(json.dumps(items)) / len(items))
        return len(self.variants) * total


Block = str | Figure | Live


def write(
    path: Path, blocks: Sequence[Block], *, title: str, lang: str, alone: bool = False
) -> Path:
    """Compute what the blocks show and write the page; `alone`: of one panel, no lesson."""
    check_page(path)
    column, engine = words(lang), Engine()
    alone = alone or len(blocks) == 1
    documents = [
        block.document(engine, alone=alone) if isinstance(block, Live) else block.document()
        for block in blocks
        if not isinstance(block, str)
    ]
    for number, one in enumerate(documents, start=1):  # a page keeps each panel's marks apart
        if marking := one.get("live", one).get("marking"):
            one.get("live", one)["marking"] = {**marking, "panel": number}
    # A name that is no UTF-8 gives letters that no page can hold.
    html = page_html(blocks, documents, title, engine, lang, column)
    write_whole(path, html.encode("utf-8", "replace"))
    return path


def no_time_line(figure: Figure) -> str:
    """Return why a panel has no time line to show."""
    if "song" not in figure.facts:
        return "only a panel made by explore has one"
    seconds = figure.variants[0].heard.model.seconds
    return f"the clip fits the {seconds:g} s that the model hears at a time"


def check_page(path: Path) -> None:
    """Raise ValueError or OSError if no page can be written at `path`."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"path must end in .html, not {path.name!r}")
    check_place(path)


def estimate(blocks: Sequence[Block]) -> int:
    """Return about how many bytes a page of these blocks will have."""
    engine, total = Engine(), 0
    for block in blocks:
        if isinstance(block, str):
            total += len(block)
        else:
            total += block.estimate(engine) if isinstance(block, Live) else block.estimate()
    frame = assets.page_module(computes=engine.is_needed), assets.style()
    if engine.is_needed:
        return total + sum(map(len, frame)) + len(engine.elements())
    return total + sum(len(packed_text(text)) for text in frame)
