"""Small pictures: levels in a palette of colours, as PNG."""

from __future__ import annotations

import functools
import struct
import zlib

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
    height, width = levels.shape
    rows = np.pad(levels, ((0, 0), (1, 0)))  # each row begins with its filter: none
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def spectrogram_png(decibels: Float[np.ndarray, "freq time"]) -> bytes:
    """Encode levels from -`RANGE_DB` to 0 dB in the colours of the panels; row 0 is the bottom."""
    steps = np.round((decibels + RANGE_DB) * (255 / RANGE_DB))
    return encode_png(np.clip(steps, 0, 255).astype(np.uint8)[::-1], _magma())


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


@functools.cache
def _magma() -> bytes:
    from matplotlib import colormaps

    colours = colormaps["magma"](np.arange(256), bytes=True)[:, :3]
    palette: bytes = colours.astype(np.uint8).tobytes()
    return palette
