"""Source and features side by side, on one frequency axis and one scale, each with its player."""

from __future__ import annotations

from html import escape

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.audio.display import decibels, new_figure, show_picture
from auralise_jax.audio.encode import encode
from auralise_jax.audio.figure import ShownFigure
from auralise_jax.document import data_url
from auralise_jax.listening.projection import Projection

RANGE_DB = 80.0
MOST = 6
"""Features that fit beside the source."""
_COLUMNS = 4


class SideBySide:
    """The source and some features of it, to be seen on one scale and heard.

    Made by `side_by_side`; a notebook shows the pictures with a player under each.

    Attributes
    ----------
    figure : matplotlib Figure
        The pictures: magnitudes that are inverted to sound, in dB re the source's peak.
    sounds : dict of Clip
        By name, the source first; features are at the loudness of the source.
    """

    def __init__(self, figure: ShownFigure, sounds: dict[str, Clip]) -> None:
        self.figure = figure
        self.sounds = sounds

    def __repr__(self) -> str:
        return f"<SideBySide: {'; '.join(self.sounds)}>"

    def _repr_html_(self) -> str:
        names = escape(", ".join(self.sounds))
        picture = data_url("image/png", self.figure.png())
        players = "".join(_player(name, clip) for name, clip in self.sounds.items())
        return (
            f"<figure style='margin:0'><img alt='spectrograms side by side: {names}' "
            f"src='{picture}' style='max-width:100%'>"
            f"<div style='display:flex;flex-wrap:wrap;gap:.4em 1em'>{players}</div></figure>"
        )


def side_by_side(
    *projections: Projection, resynthesis: str = "phase", **named: Projection
) -> SideBySide:
    """Show the source and features of it beside each other, and let them be heard.

    All pictures share one frequency axis and one scale, in dB re the peak of the source. Each
    feature's peak is at the source's, and its sound at the source's loudness: that a feature is
    faint is seen from `Survey.energy`, not here.

    Parameters
    ----------
    *projections : Projection
        Of the same window of the same clip; of several networks, if you like.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    **named : Projection
        More of them, shown under the names given here.

    Returns
    -------
    SideBySide

    Raises
    ------
    ValueError
        If there are none or more than six, or if they have different sources.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model, clip = aj.load_model("genre"), aj.example_clips()["bach"]
    >>> heard, control = (aj.listen(one, clip) for one in (model, aj.untrained(model)))
    >>> shown = aj.side_by_side(heard.project(2, 5), untrained=control.project(2, 5))
    >>> list(shown.sounds)
    ['source', 'feature 2-5, deconvnet', 'untrained']
    """
    # Titles of two networks' features may be the same, so pairs and no mapping.
    shots = [(shot.title, shot) for shot in projections] + list(named.items())
    if not 1 <= len(shots) <= MOST:
        raise ValueError(f"give 1 to {MOST} projections to be shown, not {len(shots)}")
    source = shots[0][1].source
    for name, shot in shots:
        if not _same(source.clip, shot.source.clip):
            raise ValueError(
                f"{name!r} is of another source than {shots[0][0]!r}; project the same window of "
                "the same clip"
            )
    sounds: dict[str, Clip] = {"source": source.clip}
    pictures = [source.magnitude]
    for name, shot in shots:
        pictures.append(np.asarray(shot.resynthesise(resynthesis).magnitude))
        sounds[_new_name(name, sounds)] = shot.auralise(resynthesis)
    return SideBySide(_figure(dict(zip(sounds, pictures, strict=True)), shots[0][1]), sounds)


def _same(one: Clip, other: Clip) -> bool:
    return one.sample_rate == other.sample_rate and np.array_equal(one.samples, other.samples)


def _new_name(name: str, taken: dict[str, Clip]) -> str:
    count = 2
    new = name
    while new in taken:
        new = f"{name} ({count})"
        count += 1
    return new


def _figure(pictures: dict[str, np.ndarray], shot: Projection) -> ShownFigure:
    source, frontend = shot.source, shot.source.frontend
    peak = float(source.magnitude.max())
    columns = min(len(pictures), _COLUMNS)
    rows = -(-len(pictures) // columns)
    figure = new_figure(max(7.0, 1.0 + 2.6 * columns), 0.4 + 2.4 * rows)
    tiles = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes in tiles[len(pictures) :]:
        axes.remove()
    for place, (name, magnitude) in enumerate(pictures.items()):
        axes = tiles[place]
        image = show_picture(
            axes,
            decibels(magnitude, peak, -RANGE_DB),
            magnitude.shape[1] * frontend.bins.hop,
            frontend.sample_rate / 2,
            cmap="magma",
            vmin=-RANGE_DB,
            vmax=0.0,
        )
        image.set_interpolation("antialiased")  # tiles are smaller than the picture
        axes.set_title(name, parse_math=False, size="medium")
        axes.label_outer()
        if place + columns >= len(pictures):  # nothing below it
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("Time (s)")
    tiles[0].set_xlim(0, source.clip.duration)
    figure.colorbar(image, ax=tiles[: len(pictures)], label="dB re peak of the source")
    return figure


def _player(name: str, clip: Clip) -> str:
    silent = getattr(clip, "silent", False)
    said = escape(f"{name}{' (silent)' if silent else ''}")
    sound = data_url("audio/wav", encode(clip.samples, clip.sample_rate, ".wav"))
    return (
        f"<div><div>{said}</div><audio controls aria-label='{said}' style='width:15em' "
        f"src='{sound}'></audio></div>"
    )
