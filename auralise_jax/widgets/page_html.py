"""The HTML around the panels of a page: texts, what the script reads, and the script."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt

from auralise_jax.document import document, packed_text
from auralise_jax.widgets import assets
from auralise_jax.widgets.computing import Engine, as_json


def page_html(
    blocks: Sequence[object],
    documents: Sequence[dict[str, Any]],
    title: str,
    engine: Engine,
    lang: str,
    words: Mapping[str, str],
) -> str:
    """Return a page.

    Parameters
    ----------
    blocks : sequence
        Texts in Markdown, and panels.
    documents : sequence of dict
        What the script reads of each panel.
    title : str
        Plain text.
    engine : Engine
        What the panels share that compute.
    lang : str
        The language of the controls.
    words : mapping of str to str
        Its words; English is in the script itself.
    """
    body = "\n".join(_body(blocks))
    if "<h1" not in body:
        body = f'<h1 class="auralise-unseen">{html.escape(title)}</h1>\n{body}'
    packed = not engine.is_needed
    column = "" if lang == "en" else f"{words_element(words, packed=packed)}\n"
    whole = f"""<main>
{body}
</main>
<noscript>{html.escape(words["page.noscript"])}</noscript>
{column}{_data("page", documents)}"""
    return document(
        title,
        f"{whole}\n{engine.elements()}" if engine.is_needed else whole,
        script=assets.page_module(computes=engine.is_needed),
        style=assets.style(),
        data="img-src data: blob:",
        body_class="auralise-page",
        computes=engine.is_needed,
        packed=packed,
        lang=lang,
    )


def words_element(words: Mapping[str, str], *, packed: bool) -> str:
    """Return the element that holds the words of a page; packed in a packed document."""
    if not packed:
        return _data("words", words)
    return f'<script type="text/plain" id="auralise-words">{packed_text(as_json(words))}</script>'


def _data(name: str, value: Any) -> str:
    return f'<script type="application/json" id="auralise-{name}">{as_json(value)}</script>'


def _body(blocks: Sequence[object]) -> Iterator[str]:
    # Raw HTML in the words is shown as text: the renderer escapes it.
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    for block in blocks:
        if isinstance(block, str):
            yield f'<article class="auralise-words">{renderer.render(block)}</article>'
        else:
            yield '<div class="auralise-host"></div>'
