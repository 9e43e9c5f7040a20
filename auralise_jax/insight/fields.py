"""How much of the clip a layer sees: as the paper reports it, and exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from auralise_jax.network import Model


@dataclass(frozen=True)
class Field:
    """What one cell of a layer's maps sees of the clip; made by `fields`.

    Pairs are (freq, time), as in pictures.

    Attributes
    ----------
    layer : int
        From 1.
    name : str
        Such as ``"conv1"``.
    reported_ms, reported_hz : float
        "Effective kernel size" as the paper reports it, by a formula that fits; not verified. See
        `Architecture.reported_field`.
    ms, hz : float
        Exact, for a cell of the pooled maps, which projections start from.
    before_pooling_ms, before_pooling_hz : float
        Exact, for a cell of the maps after the convolution.
    stride : (int, int)
        Bins and frames between neighbouring cells of the pooled maps.
    map : (int, int)
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
    whole = frontend.shape

    def time(frames: int) -> float:
        return (frames - 1) * hop + window

    for number, layer in enumerate(model.layers, start=1):
        rows, frames = whole if layer.field is None else layer.field
        rows_before, frames_before = layer.unpooled or (rows, frames)
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
                layer.stride or whole,
                sizes[layer.name],
            )
        )
    return tuple(found)


def fields_table(model: Model) -> str:
    """Return `fields` as a text table that says which figures are exact.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> print(fields_table(aj.load_model("genre")).splitlines()[3])
    conv3  302 ms x 280 Hz    534 ms x 474 Hz    441 ms x 388 Hz     8 x 8       32 x 21
    """
    from auralise_jax.text import Rows, aligned

    rows: Rows = [
        ("layer", "reported [1]", "exact [2]", "before pooling [2]", "stride [3]", "map [3]")
    ]
    for field in fields(model):
        rows.append(
            (
                field.name,
                f"{field.reported_ms:.0f} ms x {field.reported_hz:.0f} Hz",
                f"{field.ms:.0f} ms x {field.hz:.0f} Hz",
                f"{field.before_pooling_ms:.0f} ms x {field.before_pooling_hz:.0f} Hz",
                "{} x {}".format(*field.stride),
                "{} x {}".format(*field.map),
            )
        )
    notes = (
        "[1] the paper's effective kernel size as reported, by a formula that fits it; unverified",
        "[2] exact: what one cell of the pooled maps sees, and one after the convolution alone",
        "[3] frequency x time: bins and frames from cell to cell, and cells of the pooled maps",
    )
    return "\n".join([*aligned(rows, left=len(rows[0])), *notes])
