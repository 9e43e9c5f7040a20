"""How much of the clip a layer sees: as the paper reports it, and exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from auralise_jax.network import Model
from auralise_jax.network.layer import Layer
from auralise_jax.tables import Table


@dataclass(frozen=True)
class Field:
    """The part of the clip that a cell of a layer's maps sees; made by `fields`.

    Pairs are (freq, time), as in pictures.

    Attributes
    ----------
    layer : int
        From 1.
    name : str
        Such as ``"conv1"``.
    reported_ms, reported_hz : float
        "Effective kernel size" as the paper reports it, by a formula that fits; not verified. See
        `Architecture.reported_field`. NaN for a network that no paper reports on.
    ms, hz : float
        Exact, for a cell of the pooled maps, which projections start from.
    before_pooling_ms, before_pooling_hz : float
        Exact, for a cell of the maps after the convolution.
    stride : tuple of int
        Bins and frames between neighbouring cells of the pooled maps; frames only where maps have
        no frequency axis.
    map : tuple of int
        Size of the pooled maps.
    """

    layer: int
    name: str
    reported_ms: float
    reported_hz: float
    ms: float
    hz: float
    before_pooling_ms: float
    before_pooling_hz: float
    stride: tuple[int, ...]
    map: tuple[int, ...]


def fields(model: Model) -> tuple[Field, ...]:
    """Return what each layer of a model sees, layer 1 first.

    Exact times are (frames - 1) hops and one window, since a frame is a window long; exact
    frequencies are rows times the width of a row, for mel or logarithmic rows in the middle of the
    picture. A reported time is frames times the hop.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> deepest = fields(aj.load_model("genre"))[-1]
    >>> round(deepest.reported_ms), round(deepest.reported_hz)
    (1138, 1055)
    >>> round(deepest.ms), round(deepest.hz)
    (2206, 2024)
    """
    frontend, sizes = model.frontend, model.network.sizes(model.frontend.shape)
    axes = frontend.axes
    hop, window = 1000 * axes.hop, 1000 * axes.window
    found = []
    whole = len(axes.hz), len(axes.seconds)

    def time(frames: int) -> float:
        return (frames - 1) * hop + window

    def rows_and_frames(layer: Layer, field: tuple[int, ...] | None) -> tuple[int, int]:
        """Return a field along both axes; all of the picture along an axis that maps lack."""
        along = dict(zip(layer.axes, field or (), strict=False))
        return along.get("freq", whole[0]), along.get("time", whole[1])

    for number, layer in enumerate(model.layers, start=1):
        rows, frames = rows_and_frames(layer, layer.field)
        rows_before, frames_before = rows_and_frames(layer, layer.unpooled or layer.field)
        reported_rows, reported_frames = layer.reported or (math.nan, math.nan)
        found.append(
            Field(
                number,
                layer.name,
                reported_frames * hop,
                axes.width(reported_rows),
                time(frames),
                axes.width(rows),
                time(frames_before),
                axes.width(rows_before),
                layer.stride or tuple(whole[-len(layer.axes) :]),
                sizes[layer.name],
            )
        )
    return tuple(found)


def fields_table(model: Model) -> Table:
    """Return `fields` as a table that says which figures are exact.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> print(fields_table(aj.load_model("genre")).splitlines()[3])
    conv3  302 ms x 280 Hz    534 ms x 474 Hz    441 ms x 388 Hz     8 x 8       32 x 21
    """
    from auralise_jax.text import Rows

    def extent(ms: float, hz: float) -> str:
        return "-" if math.isnan(ms) else f"{ms:.0f} ms x {hz:.0f} Hz"

    rows: Rows = [
        ("layer", "reported [1]", "exact [2]", "before pooling [2]", "stride [3]", "map [3]")
    ]
    for field in fields(model):
        rows.append(
            (
                field.name,
                extent(field.reported_ms, field.reported_hz),
                extent(field.ms, field.hz),
                extent(field.before_pooling_ms, field.before_pooling_hz),
                " x ".join(map(str, field.stride)),
                " x ".join(map(str, field.map)),
            )
        )
    notes = (
        "[1] the paper's effective kernel size as reported, by a formula that fits it; unverified",
        "[2] exact: what one cell of the pooled maps sees, and one after the convolution alone",
        "[3] frequency x time: bins and frames from cell to cell, and cells of the pooled maps",
    )
    return Table.of_text(rows, left=len(rows[0]), notes=notes)
