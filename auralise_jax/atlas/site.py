"""The site of an atlas: a page to search and a page per feature, each whole in itself.

Pictures and sounds stand in the pages, so that a page can be opened from a disk, sent by mail or
put on any server, and makes no request; its content security policy forbids any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tqdm.auto import tqdm

from auralise_jax.atlas.cells import Cell
from auralise_jax.atlas.feature_page import Rendering, feature_body
from auralise_jax.atlas.index_page import cover, index_body
from auralise_jax.atlas.opened import Atlas, Excerpt
from auralise_jax.atlas.rendering import excerpt_key, get_excerpt
from auralise_jax.atlas.store import Store
from auralise_jax.document import document, static_text
from auralise_jax.files import make_folder, write_whole

PAGES = "features"
_OURS = re.compile(r"\d+-\d+\.html")


def write_site(
    atlas: Atlas, chosen: Sequence[tuple[int, int]], excerpts: Store, *, progress: bool = True
) -> None:
    """Write ``index.html``, and ``features/3-12.html`` for the chosen layers and features.

    A page whose content did not change is not touched; pages of features that are not chosen any
    more are removed.
    """
    folder = atlas.folder / PAGES
    make_folder(folder)
    by_place = {(feature.layer, feature.feature): feature for feature in atlas.features}
    covers: dict[str, Rendering | None] = {}
    found = [by_place[place] for place in chosen]
    names = [feature.name for feature in found]
    bar = tqdm(found, desc="writing", unit="page", disable=not progress)
    for number, feature in enumerate(bar):
        renderings = [
            get_excerpt(excerpts, excerpt_key(_cell(excerpt), atlas.key, excerpt.sha256))
            for excerpt in feature.excerpts
        ]
        if (best := cover(feature)) is not None:
            covers[feature.name] = renderings[best.rank - 1]
        before = names[number - 1] if number else ""
        after = names[number + 1] if number + 1 < len(names) else ""
        pages, layer = frozenset(names), atlas.layers[feature.layer - 1]
        body = feature_body(
            feature, renderings, before, after, pages, atlas.model, layer, rank=atlas.rank
        )
        title = f"Feature {feature.name}, {atlas.model}"
        _write(folder / f"{feature.name}.html", page(title, body, "feature.js"))
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path.stem not in names:
            path.unlink()
    index = page(f"Atlas of {atlas.model}", index_body(atlas, found, covers), "index.js")
    _write(atlas.page, index)


def _cell(excerpt: Excerpt) -> Cell:
    place = excerpt.window, excerpt.row, excerpt.column
    return Cell(excerpt.layer, excerpt.feature, *place)


def page(title: str, body: str, script: str) -> str:
    """Return a page of its own, that may do no more than show, play and run its own script.

    Examples
    --------
    >>> "<title>a &lt;b&gt;</title>" in page("a <b>", "<p>words</p>", "index.js")
    True
    """
    return document(
        title,
        body,
        script=static_text("atlas", script),
        style=static_text("atlas", "atlas.css"),
        data="img-src data:; media-src data:",
    )


def site_bytes(folder: Path) -> int:
    """Return how many bytes the pages of an atlas have."""
    pages = [folder / "index.html", *(folder / PAGES).glob("*.html")]
    return sum(path.stat().st_size for path in pages if path.exists())


def _write(path: Path, text: str) -> None:
    data = text.encode()
    if not (path.is_file() and path.read_bytes() == data):
        write_whole(path, data)
