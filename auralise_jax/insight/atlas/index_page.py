"""The page to search: every feature on a line, found by its number, by files or by words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from auralise_jax.insight.atlas.feature_page import clock, facts_of
from auralise_jax.insight.atlas.opened import Atlas, Feature, many

_SHOWN = 200
"""Skipped files that are listed; the rest is counted."""


def index_body(atlas: Atlas, features: Sequence[Feature]) -> str:
    """Return what stands between the page's body tags; `features` are those that have a page."""
    return "\n".join(_body(atlas, features))


def _body(atlas: Atlas, features: Sequence[Feature]) -> Iterator[str]:
    heard = [row for row in atlas.files if not row["reason"]]
    minutes = sum(row["seconds"] for row in heard) / 60
    yield '<main class="index">'
    yield f"<h1>What the features of {escape(atlas.model)} respond to</h1>"
    yield f'<p class="quiet">{many(len(heard), "file")}, {minutes:,.1f} minutes. Open a '
    yield "feature to see and hear where in them it responded most.</p>"
    yield '<div class="controls" role="search">'
    yield '<p><label for="words">Search</label><input id="words" type="search" '
    yield 'placeholder="3-12, a file, a word" autocomplete="off" spellcheck="false"></p>'
    layers = sorted({one.layer for one in features})
    yield '<p><label for="layer">Layer</label><select id="layer"><option value="">all</option>'
    yield "".join(f"<option>{layer}</option>" for layer in layers) + "</select></p>"
    yield '<p><label for="order">Sort by</label><select id="order">'
    for value, words in (
        ("place", "layer and number"),
        ("mean", "response, strongest first"),
        ("share", "share of windows"),
    ):
        yield f'<option value="{value}">{words}</option>'
    yield "</select></p></div>"
    yield f'<p id="found" class="quiet" role="status">{many(len(features), "feature")}</p>'
    yield "<noscript><p>Search and order need JavaScript; the links do not.</p></noscript>"
    yield '<table><thead><tr><th scope="col">Feature</th><th scope="col">Responds in</th>'
    yield '<th scope="col">Mean</th><th scope="col">Most in</th></tr></thead><tbody id="features">'
    for number, one in enumerate(features):
        yield from _row(number, one)
    yield "</tbody></table>"
    yield from _skipped(atlas)
    yield "</main>"


def _row(number: int, feature: Feature) -> Iterator[str]:
    files = dict.fromkeys(excerpt.file for excerpt in feature.excerpts)
    told = facts_of(feature.notes)
    words = [feature.name, f"conv{feature.layer}", "dead" if feature.dead else "", told, *files]
    yield (
        f'<tr data-place="{number}" data-layer="{feature.layer}" data-mean="{feature.mean:.9g}" '
        f'data-share="{feature.share:.9g}" data-words="{escape(" ".join(words).casefold())}">'
    )
    yield f'<th scope="row"><a href="features/{feature.name}.html">{feature.name}</a>'
    yield (f' <span class="told">{escape(told)}</span>' if told else "") + "</th>"
    yield '<td class="share"><svg class="bar" viewBox="0 0 100 8" aria-hidden="true">'
    yield f'<rect width="{100 * feature.share:.1f}" height="8"/></svg> '
    yield f"{100 * feature.share:.0f} %</td>"
    yield f"<td>{feature.mean:.3g}</td><td>"
    if feature.dead:
        yield '<span class="quiet">responds nowhere</span>'
    else:
        best = feature.excerpts[0]
        yield f'{escape(best.file)} <span class="quiet">{clock(best.start)}</span>'
    yield "</td></tr>"


def _skipped(atlas: Atlas) -> Iterator[str]:
    skipped = atlas.skipped
    if not skipped:
        return
    were = "was" if len(skipped) == 1 else "were"
    yield f"<details><summary>{many(len(skipped), 'file')} {were} skipped</summary><ul>"
    for one in skipped[:_SHOWN]:
        yield f"<li>{escape(one.file)}: {escape(one.reason)}</li>"
    yield "</ul>"
    if len(skipped) > _SHOWN:
        yield f"<p>{len(skipped) - _SHOWN:,} more are in files.parquet.</p>"
    yield "</details>"
