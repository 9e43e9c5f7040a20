"""Where on a feature's map a projection starts: everywhere, at one cell, or under a mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float32

from auralise_jax.choices import whole

PositionName = Literal["all", "strongest"]

POSITIONS: tuple[PositionName, ...] = get_args(PositionName)
"""Positions that have a name."""

Map = Float32[np.ndarray, "*size"]


@dataclass(frozen=True)
class Start:
    """Where a projection starts, checked against the size of a layer's maps.

    Two starts are equal if they name the same cells, as far as that is known without a map.
    """

    position: str | tuple[int, ...]
    """``"all"``, ``"strongest"``, a cell, or ``"mask"``."""
    mask: np.ndarray | None = field(default=None, compare=False)
    _digest: bytes = b""

    def seed(self, feature_map: Map, off: float) -> Map:
        """Return the part of a feature's map that is projected.

        Parameters
        ----------
        feature_map : array of float32
            After ReLU and pooling.
        off : float
            The map's value where the feature is silent. The strongest cell is the cell furthest
            from it, and the first of equals: the map's minimum where a BatchNorm turns the sign.
        """
        if self.mask is not None:
            weighed: Map = (feature_map * self.mask).astype(feature_map.dtype)
            return weighed
        cell = self.cell(feature_map, off)
        if cell is None:
            return feature_map
        seed = np.zeros_like(feature_map)
        seed[cell] = feature_map[cell]
        return seed

    def cell(self, feature_map: Map, off: float) -> tuple[int, ...] | None:
        """Return the only cell that is projected; None if there are several. See `seed`."""
        if not isinstance(self.position, str):
            return self.position
        if self.position != "strongest":
            return None
        found = np.unravel_index(np.argmax(np.abs(feature_map - off)), feature_map.shape)
        return tuple(int(place) for place in found)


def as_start(position: Any, size: tuple[int, ...]) -> Start:
    """Return where a projection starts.

    Parameters
    ----------
    position : {"all", "strongest"}, tuple of int, int, or array
        A cell is (row, column) of the layer's maps, counted from 0, or its number alone where maps
        have one axis; a mask has the size of a map, and weighs the map's cells.
    size : tuple of int
        Size of the layer's maps.

    Raises
    ------
    ValueError
        If the position is none of these or does not fit the maps.

    Examples
    --------
    >>> as_start((0, 2), (2, 3)).seed(np.ones((2, 3), np.float32), 0.0)
    array([[0., 0., 1.],
           [0., 0., 0.]], dtype=float32)
    >>> as_start(2, (5,)).position
    (2,)
    """
    if isinstance(position, Start):
        return position
    for name in POSITIONS:
        if isinstance(position, str) and position == name:
            return Start(name)
    if (
        len(size) == 1
        and isinstance(position, (int, np.integer))
        and not isinstance(position, bool)
    ):
        position = (position,)
    if isinstance(position, (tuple, list)) and len(position) == len(size):
        numbers = [whole(number) for number in position]
        if all(0 <= number < most for number, most in zip(numbers, size, strict=True)):
            return Start(tuple(numbers))
    if not isinstance(position, (str, tuple, list)) and np.shape(position) == size:
        mask = np.asarray(position, np.float32)
        if np.isfinite(mask).all():
            return Start("mask", mask, mask.tobytes())
    cells = " x ".join(map(str, size))
    raise ValueError(
        f"position must be one of {', '.join(POSITIONS)}, a cell of a map of {cells} counted from "
        f"0, or a finite mask of that size, not {position!r:.80}"
    )
