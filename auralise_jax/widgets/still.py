"""What a notebook saves below a panel, for a reader without a kernel.

Among a cell's outputs the still comes after the panel; the style sheet of a live panel hides it. It
is HTML: a frame with a page that plays, and a picture with two players for viewers that show no
frames, such as JupyterLab before somebody else's notebook is trusted. Where a panel has no kernel,
JupyterLab says that there is an error: the style sheet of the still hides that.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.document import data_url
from auralise_jax.languages import words
from auralise_jax.options import Options
from auralise_jax.widgets.still_page import StillPage, saved_bytes

if TYPE_CHECKING:
    from auralise_jax.widgets.page import Figure

_STYLE = (
    "<style>"
    # Whatever says only that the panel loads, or that it is not found.
    ".jp-OutputArea-child:has(+ .jp-OutputArea-child .auralise-still) "
    ".jp-OutputArea-output:not(:has(:not(:empty))),"
    # What viewers without frames need.
    ".auralise-still:has(iframe) .auralise-plain{display:none}"
    # A panel that runs has two seconds to come, and the still is not even loaded.
    ".lm-Widget .auralise-still{animation:auralise-still 2s}"
    "@keyframes auralise-still{from,to{position:absolute;left:-9999px}}"
    "</style>"
)

_BLACK, _MIDDLE, _WHITE = "#000004", "#b73779", "#fcfdbf"
"""The first, the middle and the last of a panel's colours."""

_SHOWN = 0.8
"""The part of a picture's 100 dB that the small picture shows."""

_WORDS = 200
"""Bytes kept for the words that say how large a page is."""


def show_with_still(data: dict[str, Any], metadata: dict[str, Any], still: str) -> None:
    """Show a panel's MIME bundle as the output of a cell, and a still below it.

    Programs that show neither have words instead: once, with the still.
    """
    from IPython.display import display

    if not still:
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        return
    words = {"text/plain": data["text/plain"]}
    display(data | {"text/plain": ""}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
    display({"text/html": still} | words, raw=True)  # type: ignore[no-untyped-call]


def still_html(figure: Figure, options: Options) -> str:
    """Return the still of a panel as it is now, as the options say; empty if there is to be none.

    All is inline, in the language of the options. The features that it holds are computed for it,
    six at most.
    """
    if options.still == "none":
        return ""
    page, column = StillPage(figure, options.lang), words(options.lang)
    title, kind = _title(figure, column), column["still.picture"]
    if options.still == "page":
        told = html.escape(column["still.frames"])
        plain = f"{_STYLE}<div class='auralise-plain'><p>{told}</p>{_small(page, title)}</div>"
        around = _WORDS + saved_bytes(_still(page, title, "", plain))
        frame, count = page.frame(1000 * options.still_kb - around)
        kb = math.ceil((around + saved_bytes(frame)) / 1000)
        if kb <= options.still_kb:
            others = ("still.alone", "still.other")[count - 1] if count < 3 else "still.others"
            kind = column[others].format(count=count - 1, kb=kb)
            return _still(page, title, kind, frame + plain)
        kind = column["still.large"].format(kb=kb, code=f"aj.set_options(still_kb={kb})")
    return _still(page, title, kind, _picture(page, title))


def _title(figure: Figure, column: Mapping[str, str]) -> str:
    clip, settings = figure.variants[0].heard.clip, figure.settings
    number = f"{settings.layer}-{figure.feature}"
    caption = column["feature.caption"].format(feature=number, rule=settings.rule)
    return html.escape(f"{clip.title or 'clip'}, {caption}")


def _still(page: StillPage, title: str, kind: str, body: str) -> str:
    caption = words(page.lang)["still"].format(title=title, kind=html.escape(kind))
    return (
        f"<figure class='auralise-still' style='margin:0' lang='{page.lang}'>"
        f"<figcaption>{caption}</figcaption>{body}</figure>"
    )


def _picture(page: StillPage, title: str) -> str:
    """Return a picture with axes, and a player for each of its two sounds."""
    from auralise_jax.listening.figure import heard_figure  # with matplotlib

    figure = page.figure
    heard, settings = figure.variants[0].heard, figure.settings
    projection = figure.variants[0].projection(settings, figure.feature)
    png = heard_figure(projection, settings.resynthesis, heard.start).png()
    return _image(page, "image/png", png, title) + _players(page)


def _small(page: StillPage, title: str) -> str:
    """Return the same in a tenth of the bytes: pictures without axes, a pixel a cell."""
    from PIL import Image, ImageOps

    facts = page.figure.facts
    size = facts["bins"], facts["frames"]
    low = 255 * (1 - _SHOWN)
    rows = []
    for item in page.first:
        levels = np.frombuffer(gzip.decompress(base64.b64decode(item["pixels"])), np.uint8)
        shown = (levels.reshape(size)[::-1] - low).clip(0) / _SHOWN
        rows += [shown, np.full((4, size[1]), 255.0)]
    picture = Image.fromarray(np.concatenate(rows[:-1]).round().astype(np.uint8))
    data = io.BytesIO()
    ImageOps.colorize(picture, _BLACK, _WHITE, _MIDDLE).save(data, "JPEG", quality=40)
    size_html = "width=720 height=480"
    return _image(page, "image/jpeg", data.getvalue(), title, size_html) + _players(page)


def _image(page: StillPage, kind: str, data: bytes, title: str, size: str = "") -> str:
    alt = html.escape(words(page.lang)["still.alt"]).format(title=title)
    return f"<img alt='{alt}' style='max-width:100%' {size} src='{data_url(kind, data)}'>"


def _players(page: StillPage) -> str:
    column = words(page.lang)
    names = f"A {column['source']}", f"B {column['row.feature']}"
    return "".join(
        f"<p style='margin:4px 0'>{name} <audio controls preload='metadata' "
        f"src='data:audio/ogg;base64,{item['sound']}'></audio></p>"
        for name, item in zip(names, page.first, strict=True)
    )
