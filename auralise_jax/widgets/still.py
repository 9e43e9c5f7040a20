"""A still of a panel: pictures and plain players, for a notebook opened without a kernel.

The style sheet of a live panel hides the still below that panel.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from auralise_jax.document import data_url
from auralise_jax.listening.figure import heard_figure
from auralise_jax.widgets import view

if TYPE_CHECKING:
    from auralise_jax.listening import Projection


def show_with_still(
    data: dict[str, Any],
    metadata: dict[str, Any],
    projection: Projection,
    resynthesis: str,
    start: float,
) -> None:
    """Show a panel's MIME bundle as the output of a cell, and a still below it."""
    from IPython.display import display

    display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
    still = {"text/html": still_html(projection, resynthesis, start)}
    display(still, raw=True)  # type: ignore[no-untyped-call]


def still_html(projection: Projection, resynthesis: str, start: float = 0.0) -> str:
    """Return HTML with the pictures of source and feature and a player for each, all inline.

    The time axis begins at `start` seconds.
    """
    source = projection.source.clip
    sound = projection.auralise(resynthesis)
    picture = data_url("image/png", heard_figure(projection, resynthesis, start).png())
    sounds = {"A source": source, f"B {html.escape(projection.title)}": sound}
    coded = {name: data_url("audio/ogg", view.coded(clip, ".ogg")) for name, clip in sounds.items()}
    players = "".join(
        f"<p style='margin:4px 0'>{name} <audio controls preload='metadata' "
        f"src='{address}'></audio></p>"
        for name, address in coded.items()
    )
    title = html.escape(f"{source.title or 'clip'}, {projection.title}")
    return (
        f"<figure class='auralise-still' style='margin:0'>"
        f"<figcaption>{title}: a still. Run the cell for the panel.</figcaption>"
        f"<img alt='spectrograms of source and feature: {title}' style='max-width:100%' "
        f"src='{picture}'>{players}</figure>"
    )
