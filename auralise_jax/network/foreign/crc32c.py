"""CRC-32C (Castagnoli), by which TensorFlow's files know damage."""

from __future__ import annotations

import functools

import numpy as np
from jaxtyping import UInt32

_REFLECTED = 0x82F63B78
_ALL = 0xFFFFFFFF
_STRIP = 1024
"""Bytes that are gone through one by one, of all strips at once."""


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of some bytes.

    Without the conditioning at both ends the code is linear: that of a string is that of its first
    part, moved on by the second part's length in zeros, plus that of the second part. Strips are
    gone through side by side and then joined, a hundred times faster than byte by byte.

    Examples
    --------
    >>> hex(crc32c(b"123456789"))  # the check value of RFC 3720
    '0xe3069283'
    """
    head = len(data) % _STRIP
    crc = _ALL
    for byte in data[:head]:
        crc = int(_bytewise()[(crc ^ byte) & 0xFF]) ^ (crc >> 8)
    strips = np.frombuffer(data, np.uint8, offset=head).reshape(-1, _STRIP).T
    codes = np.zeros(strips.shape[1], np.uint32)
    for column in strips:
        codes = _bytewise()[(codes ^ column) & 0xFF] ^ (codes >> 8)
    moved = _moved_on()
    for code in codes.tolist():
        crc = (
            moved[0][crc & 0xFF]
            ^ moved[1][crc >> 8 & 0xFF]
            ^ moved[2][crc >> 16 & 0xFF]
            ^ moved[3][crc >> 24]
            ^ code
        )
    return crc ^ _ALL


def masked_crc32c(data: bytes) -> int:
    """Return the CRC-32C as LevelDB's and TensorFlow's files store it, turned and shifted."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & _ALL


@functools.cache
def _bytewise() -> UInt32[np.ndarray, " 256"]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(_REFLECTED), table >> 1)
    return table


@functools.cache
def _moved_on() -> list[list[int]]:
    """Return what a strip of zeros makes of each value of each byte of a code."""
    codes = np.arange(256, dtype=np.uint32) << np.arange(0, 32, 8, dtype=np.uint32)[:, None]
    for _ in range(_STRIP):
        codes = _bytewise()[codes & 0xFF] ^ (codes >> 8)
    return codes.tolist()  # type: ignore[no-any-return]
