"""The page to search: a picture of every feature, which plays under the pointer."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np

from auralise_jax.atlas.feature_page import (
    Rendering,
    clock,
    concept_of,
    effect_of,
    facts_of,
    picture,
)
from auralise_jax.atlas.opened import Atlas, Excerpt, Feature
from auralise_jax.text import many

_SHOWN = 200
"""Skipped files that are listed; the rest is counted."""


def cover(feature: Feature) -> Excerpt | None:
    """Return the excerpt that stands for a feature: the first that is at no file's edge."""
    inside = (excerpt for excerpt in feature.excerpts if not excerpt.edge)
    return next(inside, feature.excerpts[0] if feature.excerpts else None)


def index_body(
    atlas: Atlas, features: Sequence[Feature], covers: Mapping[str, Rendering | None]
) -> str:
    """Return what stands between the page's body tags.

    Parameters
    ----------
    atlas : Atlas
        The atlas with the page.
    features : sequence of Feature
        Features that have a page.
    covers : mapping of str to (arrays, facts) or None
        The rendering of each feature's `cover`, by the feature's name; see `render`.
    """
    return "\n".join(_body(atlas, features, covers))


def _body(
    atlas: Atlas, features: Sequence[Feature], covers: Mapping[str, Rendering | None]
) -> Iterator[str]:
    heard = [row for row in atlas.files if not row["reason"]]
    by_effect = atlas.rank == "effect"
    minutes = sum(row["seconds"] for row in heard) / 60
    yield '<main class="index">'
    yield f"<h1>What the features of {escape(atlas.model)} respond to</h1>"
    yield f'<p class="quiet">{many(len(heard), "file")}, {minutes:,.1f} minutes. Each picture is '
    first = "the excerpt with the largest effect" if by_effect else "its strongest excerpt"
    yield f"what a feature responded to in {first}. Point at it, or go there with the "
    yield "Tab key, to hear it; open the feature for the other excerpts and their sources.</p>"
    if by_effect:
        yield f'<p class="quiet">{escape(_sizes(atlas))}</p>'
    for number, why in atlas.left_out.items():
        text = f"Layer {number}, {atlas.layers[number - 1]}, is left out: {why}."
        yield f'<p class="quiet">{escape(text)}</p>'
    yield '<div class="controls" role="search">'
    yield '<p><label for="words">Search</label><input id="words" type="search" '
    yield 'placeholder="3-12, a file, a word" autocomplete="off" spellcheck="false"></p>'
    layers = sorted({feature.layer for feature in features})
    yield '<p><label for="layer">Layer</label><select id="layer"><option value="">all</option>'
    yield "".join(f"<option>{layer}</option>" for layer in layers) + "</select></p>"
    yield '<p><label for="order">Sort by</label><select id="order">'
    for value, words in (
        ("place", "layer and number"),
        ("mean", "response, strongest first"),
        ("share", "share of windows"),
        *([("effect", "effect, largest first")] if by_effect else []),
    ):
        yield f'<option value="{value}">{words}</option>'
    yield "</select></p>"
    yield '<p class="switch"><input id="sound" type="checkbox" checked>'
    yield '<label for="sound">Play under the pointer</label></p></div>'
    yield f'<p id="found" class="quiet" role="status">{many(len(features), "feature")}</p>'
    yield '<p id="said" class="said" role="alert"></p>'
    yield "<noscript><p>Search, order and sound need JavaScript; the links do not.</p></noscript>"
    yield '<ul id="features" class="cards">'
    for number, feature in enumerate(features):
        layer = atlas.layers[feature.layer - 1]
        yield from _card(number, feature, layer, covers.get(feature.name), by_effect)
    yield "</ul>"
    yield from _skipped(atlas)
    yield "</main>"


def _card(
    number: int, feature: Feature, layer: str, rendering: Rendering | None, by_effect: bool
) -> Iterator[str]:
    files = dict.fromkeys(excerpt.file for excerpt in feature.excerpts)
    facts_text = facts_of(feature.notes)
    dead = "dead" if feature.dead else ""
    words = [feature.name, layer, dead, facts_text, *files]
    excerpt = cover(feature)
    size = 0.0 if excerpt is None or excerpt.effect is None else abs(excerpt.effect)
    effect = f'data-effect="{size:.9g}" ' if by_effect else ""
    sound = "" if rendering is None else _base64(rendering[0]["feature_ogg"])
    yield (
        f'<li class="card" data-place="{number}" data-layer="{feature.layer}" '
        f'data-mean="{feature.mean:.9g}" data-share="{feature.share:.9g}" {effect}'
        f'data-words="{escape(" ".join(words).casefold())}" data-sound="{sound}">'
    )
    yield f'<h2><a href="features/{feature.name}.html">{feature.name}</a></h2>'
    if excerpt is None:
        yield '<p class="quiet">Responds nowhere</p></li>'
        return
    where = f"{excerpt.file}, {clock(excerpt.start)}"
    if rendering is not None:
        arrays, facts = rendering
        label = f"Spectrogram of what {feature.name} responded to in {where}"
        yield picture(arrays["feature_png"], facts["box"], label)
    if concept := concept_of(feature.notes):
        yield f'<p class="concept">{escape(concept)}</p>'
    change = effect_of(excerpt)
    what = f"effect {change}" if change else "most"
    file = excerpt.file.rpartition("/")[2]
    most = f"{100 * feature.share:.0f} % of windows; {what} in {file}"
    yield f'<p class="quiet" title="{escape(where)}">{escape(most)}</p></li>'


def _sizes(atlas: Atlas) -> str:
    """Return how large effects are, in words."""
    excerpts = [excerpt for feature in atlas.features for excerpt in feature.excerpts]
    known = [abs(one.effect) for one in excerpts if one.effect is not None]
    control = [abs(one.control) for one in excerpts if one.control is not None]
    text = (
        "Excerpts are those where muting the feature changes the prediction most. The effect is "
        "the change of the logit of the class that is predicted there"
    )
    if known:
        text += f"; the median of its size is {np.median(known):.2f}"
    if control:
        text += f", and {np.median(control):.2f} with random weights, for which none was chosen"
    return text + (f". Without a control: {atlas.no_control}" if atlas.no_control else ".")


def _base64(data: np.ndarray) -> str:
    return base64.b64encode(data.tobytes()).decode()


def _skipped(atlas: Atlas) -> Iterator[str]:
    skipped = atlas.skipped
    if not skipped:
        return
    were = "was" if len(skipped) == 1 else "were"
    yield f"<details><summary>{many(len(skipped), 'file')} {were} skipped</summary><ul>"
    for left in skipped[:_SHOWN]:
        yield f"<li>{escape(left.file)}: {escape(left.reason)}</li>"
    yield "</ul>"
    if len(skipped) > _SHOWN:
        yield f"<p>{len(skipped) - _SHOWN:,} more are in files.parquet.</p>"
    yield "</details>"
