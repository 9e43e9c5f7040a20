"""TensorFlow's checkpoints (V2, "tensor bundles"), read without TensorFlow.

A checkpoint is an index, which says of each tensor where it lies, and files of raw numbers. The
index is a table as in LevelDB: a footer leads to a block of blocks, those to blocks of entries, and
an entry's value is a small protocol buffer.

References
----------
tensorflow/core/util/tensor_bundle, tensorflow/core/protobuf/tensor_bundle.proto;
LevelDB, doc/table_format.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from auralise_jax.network.foreign.crc32c import masked_crc32c

_MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
_FOOTER = 48
_TRAILER = 5
"""Bytes behind a block: how it is compressed, and its CRC."""

LARGEST_INDEX = 2**24
LONGEST_KEY = 2**12
"""Bytes, at most: keys are stored by what differs from the last, so that few bytes could make many
long keys."""

_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 19: "<f2"}
"""By TensorFlow's numbers."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_Fields: TypeAlias = Mapping[int, list[int | bytes]]


def read_bundle(
    index: bytes, shards: Sequence[bytes], names: Collection[str]
) -> dict[str, np.ndarray]:
    """Return tensors of a checkpoint.

    Parameters
    ----------
    index : bytes
        The file ``PREFIX.index``.
    shards : sequence of bytes
        The files ``PREFIX.data-00000-of-00001`` and so on, all of them.
    names : collection of str
        Which tensors; optimisers leave more in a checkpoint than its network.

    Returns
    -------
    dict of str to array
        As they are stored: float16, float32, float64, int32 or int64, little-endian.

    Raises
    ------
    ValueError
        If a tensor is missing or of another type, something is cut off, a length leads out of a
        file, or a CRC differs.
    """
    if len(index) > LARGEST_INDEX:
        raise ValueError(f"the index has {len(index)} bytes, more than {LARGEST_INDEX}")
    if len(index) < _FOOTER or not index.endswith(_MAGIC):
        raise ValueError("the index does not end as a TensorFlow checkpoint's does; it is cut off")
    entries: dict[str, bytes] = {}
    place = _footer(index[-_FOOTER:])
    for _, handle in _entries(_block(index, *place)):
        for key, value in _entries(_block(index, *_handle(handle))):
            entries[key.decode("utf-8", "replace")] = value
    header = _fields(entries.get("", b""))
    if _number(header, 1) != len(shards):
        raise ValueError(f"the checkpoint has {_number(header, 1)} files, not {len(shards)}")
    if _number(header, 2):
        raise ValueError("the checkpoint is big-endian")
    missing = [name for name in names if name not in entries]
    if missing:
        raise ValueError(f"the checkpoint holds no tensor {missing[0]!r}")
    return {name: _tensor(name, _fields(entries[name]), shards) for name in names}


def _tensor(name: str, entry: _Fields, shards: Sequence[bytes]) -> np.ndarray:
    dtype = _DTYPES.get(_number(entry, 1))
    if dtype is None or 7 in entry:
        kind = "in slices" if dtype else f"of TensorFlow's type {_number(entry, 1)}"
        raise ValueError(f"tensor {name!r} is stored {kind}, which is not read")
    sizes = _fields(_bytes(entry, 2)).get(2, [])
    shape = tuple(_number(_fields(one if isinstance(one, bytes) else b""), 1) for one in sizes)
    shard, offset, size = (_number(entry, number) for number in (3, 4, 5))
    if size != math.prod(shape) * np.dtype(dtype).itemsize:
        raise ValueError(f"tensor {name!r} has shape {shape} and {size} bytes, which do not fit")
    if shard >= len(shards) or offset + size > len(shards[shard]):
        raise ValueError(f"tensor {name!r} lies beyond the end of its file, which may be cut off")
    data = shards[shard][offset : offset + size]
    if masked_crc32c(data) != _number(entry, 6):
        raise ValueError(f"tensor {name!r} is damaged: its CRC differs")
    return np.frombuffer(data, dtype).reshape(shape)


def _footer(footer: bytes) -> tuple[int, int]:
    """Return where the block of blocks lies; a handle of metadata stands before that."""
    places, at = [], 0
    for _ in range(4):
        number, at = _varint(footer, at)
        places.append(number)
    return places[2], places[3]


def _handle(value: bytes) -> tuple[int, int]:
    offset, at = _varint(value, 0)
    return offset, _varint(value, at)[0]


def _block(index: bytes, offset: int, size: int) -> bytes:
    if offset + size + _TRAILER > len(index):
        raise ValueError("a block of the index lies beyond its end; the file may be cut off")
    block, trailer = index[offset : offset + size], index[offset + size :][:_TRAILER]
    if masked_crc32c(block + trailer[:1]) != int.from_bytes(trailer[1:], "little"):
        raise ValueError("the index is damaged: a block's CRC differs")
    if trailer[0]:
        raise ValueError("the index is compressed, which is not read")
    return block


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Go through the keys and values of a block; at its end stand offsets, and their number."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise ValueError("a block of the index is shorter than it says")
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        size, at = _varint(block, at)
        if shared > len(key) or shared + own > LONGEST_KEY or at + own + size > end:
            raise ValueError("an entry of the index is longer than its block, or has no whole key")
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + size]
        at += own + size


def _fields(message: bytes) -> _Fields:
    """Return the fields of a protocol buffer by their numbers."""
    found: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value: int | bytes
        if tag & 7 == _VARINT:
            value, at = _varint(message, at)
        else:
            widths = {_FIXED64: 8, _FIXED32: 4}
            if tag & 7 == _BYTES:
                width, at = _varint(message, at)
            elif tag & 7 in widths:
                width = widths[tag & 7]
            else:
                raise ValueError("an entry of the index is no protocol buffer")
            value = message[at : at + width]
            if len(value) < width:
                raise ValueError("an entry of the index is cut off")
            at += width
            if tag & 7 != _BYTES:
                value = int.from_bytes(value, "little")
        found.setdefault(tag >> 3, []).append(value)
    return found


def _number(fields: _Fields, number: int) -> int:
    value = fields.get(number, [0])[-1]
    if not isinstance(value, int):
        raise ValueError("an entry of the index holds bytes in the place of a number")
    return value


def _bytes(fields: _Fields, number: int) -> bytes:
    value = fields.get(number, [b""])[-1]
    if not isinstance(value, bytes):
        raise ValueError("an entry of the index holds a number in the place of bytes")
    return value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits to a byte, at most 64 bits, and the place behind it."""
    number = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            raise ValueError("the index is cut off within a number")
        number |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return number, at
    raise ValueError("the index holds a number of more than 64 bits")
