"""A still picture: the spectrogram of the source above the feature's, with one colour scale."""

from __future__ import annotations

from auralise_jax.audio.display import decibels, new_figure, show_picture
from auralise_jax.audio.figure import ShownFigure
from auralise_jax.listening.projection import Projection

RANGE_DB = 80.0


def heard_figure(
    projection: Projection, resynthesis: str = "phase", start: float = 0.0
) -> ShownFigure:
    """Draw the magnitudes of source and feature, in dB re the source's peak.

    Parameters
    ----------
    projection : Projection
        The feature and its source.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    start : float
        Seconds into the clip where the window begins, for the time axis: `Listening.start`.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with ``figure.savefig(path)``.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> len(heard_figure(heard.project(3, 7)).axes)  # two pictures and their colour bar
    3
    """
    source = projection.source
    magnitudes = {
        f"A  {source.clip.title or 'source'}": source.magnitude,
        f"B  {projection.title}": projection.resynthesise(resynthesis).magnitude,
    }
    figure = new_figure(9, 6)
    rows = figure.subplots(2, 1, sharex=True)
    for axes, (title, magnitude) in zip(rows, magnitudes.items(), strict=True):
        image = show_picture(
            axes,
            decibels(magnitude, float(source.magnitude.max()), -RANGE_DB),
            magnitude.shape[1] * source.frontend.bins.hop,
            source.frontend.sample_rate / 2,
            cmap="magma",
            vmin=-RANGE_DB,
            vmax=0.0,
        )
        left, right, bottom, top = image.get_extent()
        image.set_extent((left + start, right + start, bottom, top))
        axes.set_title(title, loc="left", parse_math=False)
    rows[0].set_xlabel("")
    rows[0].set_xlim(start, start + source.clip.duration)
    figure.colorbar(image, ax=rows, label="dB re peak of A")
    return figure
