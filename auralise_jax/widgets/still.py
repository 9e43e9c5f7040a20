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
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.document import data_url
from auralise_jax.options import Options
from auralise_jax.text import many
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

_PLAIN = "This viewer shows no frames: in JupyterLab, trust the notebook for a page that plays."

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

    All is inline. The features that it holds are computed for it, six at most.
    """
    if options.still == "none":
        return ""
    page, title, kind = StillPage(figure), _title(figure), ""
    if options.still == "page":
        plain = f"{_STYLE}<div class='auralise-plain'><p>{_PLAIN}</p>{_small(page, title)}</div>"
        around = _WORDS + saved_bytes(_still(title, "", plain))
        frame, count = page.frame(1000 * options.still_kb - around)
        kb = math.ceil((around + saved_bytes(frame)) / 1000)
        if kb <= options.still_kb:
            others = f" with {many(count - 1, 'other feature')} of the layer" if count > 1 else ""
            return _still(title, f" that plays{others}, {kb} kB", frame + plain)
        kind = f"; one that plays would take {kb} kB, which aj.set_options(still_kb={kb}) allows"
    return _still(title, kind, _picture(page, title))


def _title(figure: Figure) -> str:
    variant = figure.variants[0]
    projection = variant.projection(figure.settings, figure.feature)
    return html.escape(f"{variant.heard.clip.title or 'clip'}, {projection.title}")


def _still(title: str, kind: str, body: str) -> str:
    return (
        "<figure class='auralise-still' style='margin:0'>"
        f"<figcaption>{title}: a still{kind}. Run the cell for the panel.</figcaption>"
        f"{body}</figure>"
    )


def _picture(page: StillPage, title: str) -> str:
    """Return a picture with axes, and a player for each of its two sounds."""
    from auralise_jax.listening.figure import heard_figure  # with matplotlib

    figure = page.figure
    heard, settings = figure.variants[0].heard, figure.settings
    projection = figure.variants[0].projection(settings, figure.feature)
    png = heard_figure(projection, settings.resynthesis, heard.start).png()
    return _image("image/png", png, title) + _players(page)


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
    return _image("image/jpeg", data.getvalue(), title, "width=720 height=480") + _players(page)


def _image(kind: str, data: bytes, title: str, size: str = "") -> str:
    return (
        f"<img alt='spectrograms of source and feature: {title}' style='max-width:100%' {size} "
        f"src='{data_url(kind, data)}'>"
    )


def _players(page: StillPage) -> str:
    names = "A source", "B feature"
    return "".join(
        f"<p style='margin:4px 0'>{name} <audio controls preload='metadata' "
        f"src='data:audio/ogg;base64,{item['sound']}'></audio></p>"
        for name, item in zip(names, page.first, strict=True)
    )
