"""Small pictures: levels in a palette of colours, as PNG."""

from __future__ import annotations

import functools
import io

import numpy as np
from jaxtyping import Float, UInt8

RANGE_DB = 80.0


def encode_png(levels: UInt8[np.ndarray, "height width"], palette: bytes) -> bytes:
    r"""Encode a picture of palette indices; row 0 is the top.

    Parameters
    ----------
    levels : array of uint8, shape (height, width)
        Numbers of colours.
    palette : bytes
        Red, green and blue of 256 colours.

    Examples
    --------
    >>> encode_png(np.zeros((2, 3), np.uint8), bytes(768))[:4]
    b'\x89PNG'
    """
    from PIL import Image

    picture = Image.fromarray(levels)
    picture.putpalette(palette)
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=9)
    return data.getvalue()


def spectrogram_png(decibels: Float[np.ndarray, "freq time"]) -> bytes:
    """Encode levels from -`RANGE_DB` to 0 dB in the colours of the panels; row 0 is the bottom."""
    steps = np.round((decibels + RANGE_DB) * (255 / RANGE_DB))
    return encode_png(np.clip(steps, 0, 255).astype(np.uint8)[::-1], _magma())


@functools.cache
def _magma() -> bytes:
    from matplotlib import colormaps

    colours = colormaps["magma"](np.arange(256), bytes=True)[:, :3]
    palette: bytes = colours.astype(np.uint8).tobytes()
    return palette
