"""Figures for papers: all features of a layer, and the kernels of the first layer."""

from __future__ import annotations

import operator
import textwrap
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from auralise_jax.audio.display import decibels, new_figure, show_picture
from auralise_jax.choices import one_of
from auralise_jax.insight.control import control_of
from auralise_jax.insight.survey import Survey
from auralise_jax.listening import Listening
from auralise_jax.listening.position import POSITIONS
from auralise_jax.network import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from auralise_jax.audio.figure import ShownFigure

Order = Literal["interest", "number", "similar"]

ORDERS: tuple[Order, ...] = get_args(Order)

_RANGE_DB = 80.0
_SILENT: dict[str, Any] = {"color": "0.8", "size": 8, "ha": "center", "va": "center"}
_IN_WORDS: dict[Order, str] = {
    "interest": "most interesting first",
    "number": "by number",
    "similar": "similar ones side by side",
}


def wall_figure(
    heard: Listening,
    layer: int | str,
    rule: str = "deconvnet",
    position: str = "all",
    *,
    order: str = "interest",
    columns: int = 8,
) -> ShownFigure:
    """Draw every feature of a layer, in dB re the source's peak.

    Shown are the magnitudes that are inverted to sound: compression undone, each feature's peak
    at the source's. So faint and strong features look equally bright; see `Survey.energy` for
    their strength.

    Parameters
    ----------
    heard : Listening
        A model's forward pass over a clip, by `listen`.
    layer : int or str
        From 1, or a name such as ``"conv3"``.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    position : {"all", "strongest"}
        Start from each feature's whole map, or from the strongest position only.
    order : {"interest", "number", "similar"}
        Row by row; see `Survey`. ``"similar"`` also writes the groups of two or more features.
    columns : int
        Pictures in a row.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ValueError
        If a choice is not legal; the message lists the legal values.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> len(wall_figure(heard, 5).axes)  # 64 pictures and their colour bar
    65
    """
    chosen = one_of("order", order, ORDERS)
    columns = _whole_columns(columns)
    one_of("position", position, POSITIONS)
    projections = heard.projections(layer, rule, position)
    control = control_of(heard)
    likeness = control.likeness(projections[0].layer, rule, position)
    found = Survey.of(
        np.stack([projection.picture for projection in projections]),
        heard.picture,
        layer=projections[0].layer,
        rule=rule,
        position=position,
        control=likeness,
        no_control=control.why,
    )
    frontend = heard.model.frontend
    peak = float(heard.source_magnitude.max())
    numbers = {
        "interest": found.order,
        "number": np.arange(len(projections)),
        "similar": found.similar,
    }[chosen]
    company = np.bincount(found.group[~found.silent])
    figure, tiles = _tiles(len(projections), columns, 1.0, 0.95)
    for axes, k in zip(tiles, numbers.tolist(), strict=True):
        projection = projections[k]
        image = show_picture(
            axes,
            decibels(np.asarray(projection.resynthesise().magnitude), peak, -_RANGE_DB),
            heard.source_magnitude.shape[1] * frontend.bins.hop,
            frontend.sample_rate / 2,
            cmap="magma",
            vmin=-_RANGE_DB,
            vmax=0.0,
        )
        image.set_interpolation("none")  # a .pdf or .svg then holds every pixel, to zoom into
        axes.set_xlim(0, heard.clip.duration)
        axes.set(xlabel="", ylabel="")  # written once, outside
        title = f"{k}"
        if projection.silent:
            axes.text(0.5, 0.5, "silent", transform=axes.transAxes, **_SILENT)
        elif chosen == "similar" and company[found.group[k]] > 1:
            title += f", group {found.group[k]}"
        axes.set_title(title, size=8, pad=2.5)
    in_words, caption = _IN_WORDS[chosen], ""
    if chosen == "interest" and found.no_control:
        in_words, words = "strongest first", f"no control: {found.no_control}"
        caption = "\n\n" + textwrap.fill(words, round(14 * figure.get_figwidth()))
    _label(figure, f"Time (s){caption}", "Frequency (kHz)")
    _colour_bar(figure, image, tiles, "dB re peak of the source")
    end = heard.start + heard.clip.duration
    parts = [heard.clip.title or "clip", f"{heard.start:g}-{end:g} s", f"model {heard.model.name}"]
    parts += [f"layer {found.layer}", rule]
    if position != "all":
        parts.append(f"{position} position")
    _headline(figure, [*parts, in_words])
    return figure


def kernels_figure(model: Model, layer: int | str = 1, *, columns: int = 16) -> ShownFigure:
    """Draw kernels on the picture: red where sound excites the feature, blue where it inhibits.

    Kernels are drawn as the network applies them (by cross-correlation): low frequencies at the
    bottom, time to the right. They share a colour scale, symmetric about 0, so that a weak kernel
    looks weak.

    Parameters
    ----------
    model : Model
        The network with the kernels.
    layer : int or str
        1 or ``"conv1"``: kernels of other layers have a slice per feature of the layer before.
    columns : int
        Kernels in a row.

    Returns
    -------
    matplotlib Figure
        Not tied to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ValueError
        If the layer does not see the picture itself, or `columns` is not a whole number from 1.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> len(kernels_figure(aj.load_model("genre")).axes)  # 64 kernels and their colour bar
    65
    """
    name = model.layer(layer).name
    weights = model.network.kernel(name)
    if weights is None:
        seen = [one.name for one in model.layers if model.network.kernel(one.name) is not None]
        if not seen:
            raise ValueError(f"no layer of model {model.name!r} is a convolution of the picture")
        raise ValueError(
            f"layer must be {' or '.join(seen)}, not {layer!r}: only kernels that see the picture "
            "itself can be drawn, others have a slice for each feature of the layer before"
        )
    columns = _whole_columns(columns)
    kernels = np.asarray(weights)  # (freq, time, features)
    bins, frames, count = kernels.shape
    limit = float(np.abs(kernels).max()) or 1.0
    figure, tiles = _tiles(count, columns, 0.56, 0.7)
    for k, axes in enumerate(tiles):
        image = axes.imshow(
            kernels[:, :, k],
            origin="lower",
            interpolation="none",
            cmap="RdBu_r",
            vmin=-limit,
            vmax=limit,
        )
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{k}", size=8, pad=2.5)
    rows = model.frontend.axes
    apart = f"bins,\n{rows.spacing:.1f} Hz apart" if rows.spacing else f"{rows.kind} rows"
    _label(
        figure,
        f"Time ({frames} frames, {1000 * rows.hop:.1f} ms apart)",
        f"Frequency ({bins} {apart})",
    )
    _colour_bar(figure, image, tiles, "weight")
    _headline(
        figure,
        [
            f"model {model.name}",
            f"kernels of layer {model.number(name)}",
            "one colour scale for all",
        ],
    )
    return figure


def _tiles(count: int, columns: int, width: float, height: float) -> tuple[ShownFigure, list[Axes]]:
    """Return a figure of small axes, row by row, and room around them; sizes in inches."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = new_figure(max(4.5, columns * width + 1.1), max(2.2, rows * height + 0.9))
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    grid = figure.add_gridspec(rows, columns)
    tiles = []
    for place in range(count):
        axes = figure.add_subplot(grid[divmod(place, columns)])
        axes.tick_params(
            labelsize=7,
            length=2,
            pad=1.5,
            labelleft=place % columns == 0,
            labelbottom=place + columns >= count,  # nothing below it
        )
        tiles.append(axes)
    return figure, tiles


def _label(figure: ShownFigure, x: str, y: str) -> None:
    figure.supxlabel(x, size=9, parse_math=False)
    figure.supylabel(y, size=9)


def _colour_bar(figure: ShownFigure, image: Any, tiles: list[Axes], label: str) -> None:
    bar = figure.colorbar(image, ax=tiles, fraction=0.03, pad=0.01, aspect=30)
    bar.set_label(label, size=9)
    bar.ax.tick_params(labelsize=7, length=2)


def _headline(figure: ShownFigure, parts: list[str]) -> None:
    """Write a title, broken between its parts; about 14 characters of its size fill an inch."""
    from auralise_jax.text import shorten

    lines = [""]
    for part in (shorten(part, 50) for part in parts):
        joined = f"{lines[-1]}, {part}".removeprefix(", ")
        if lines[-1] and len(joined) > 14 * figure.get_figwidth():
            lines[-1] += ","
            lines.append(part)
        else:
            lines[-1] = joined
    figure.suptitle("\n".join(lines), size=10, parse_math=False)


def _whole_columns(columns: int) -> int:
    whole = hasattr(columns, "__index__") and not isinstance(columns, bool)
    if not whole or columns < 1:
        raise ValueError(f"columns must be a whole number from 1, not {columns!r}")
    return operator.index(columns)
