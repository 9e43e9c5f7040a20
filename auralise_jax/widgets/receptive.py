"""Which part of the sound each value of a layer's maps is computed from, for a panel to frame."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from auralise_jax.frontend import Axes
from auralise_jax.network.layer import Layer

Edges: TypeAlias = dict[str, Any]
"""``from``, ``step`` and ``size`` of regular windows, or all their ``low`` and ``high`` edges."""


def field_facts(
    layer: Layer, axes: Axes, map_size: tuple[int, ...]
) -> dict[str, Edges | None] | None:
    """Return where the receptive field of each cell of a layer's maps lies.

    Parameters
    ----------
    layer : Layer
        Whose field, stride and place in the picture are asked for.
    axes : Axes
        Of the pictures that the network sees.
    map_size : tuple of int
        Of the layer's maps, along its axes.

    Returns
    -------
    dict or None
        ``time`` in seconds from the start of the window, ``freq`` in hertz: how cell 0 lies, and
        each cell after it. None for an axis that maps lack: a cell sees all of it. None alone if
        cells see the whole picture, or it is not known what they see.

    Examples
    --------
    >>> axes = Axes("linear", np.arange(5) * 100.0, np.arange(8) / 10, 0.1, 0.2)
    >>> layer = Layer("low", 4, ("time",), stride=(2,), field=(3,), before=(1,))
    >>> field_facts(layer, axes, (4,))
    {'freq': None, 'time': {'from': -0.2, 'step': 0.2, 'size': 0.4}}
    """
    if layer.field is None or layer.stride is None or layer.before is None:
        return None
    found: dict[str, Edges | None] = {"freq": None, "time": None}
    places = zip(layer.axes, layer.field, layer.stride, layer.before, map_size, strict=True)
    for axis, field, stride, before, count in places:
        along = _seconds if axis == "time" else _hertz
        found[axis] = along(axes, field, stride, before, count)
    return found


def _seconds(axes: Axes, field: int, stride: int, before: int, _count: int) -> Edges:
    """Return windows of columns, each of which sees a window of sound around its centre."""
    first = float(axes.seconds[0]) if len(axes.seconds) else 0.0
    return {
        "from": _rounded(first - before * axes.hop - axes.window / 2),
        "step": _rounded(stride * axes.hop),
        "size": _rounded((field - 1) * axes.hop + axes.window),
    }


def _hertz(axes: Axes, field: int, stride: int, before: int, count: int) -> Edges:
    """Return windows of rows, each from the lower edge of its lowest to the upper of its last."""
    lowest = stride * np.arange(count) - before
    if axes.spacing is None:
        low, high = axes.hz_at(lowest - 0.5), axes.hz_at(lowest + field - 0.5)
        return {"low": low.round(2).tolist(), "high": high.round(2).tolist()}
    return {
        "from": _rounded(float(axes.hz_at(lowest[0] - 0.5))),
        "step": _rounded(stride * axes.spacing),
        "size": _rounded(field * axes.spacing),
    }


def _rounded(value: float) -> float:
    return round(float(value), 6)
