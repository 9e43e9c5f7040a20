"""TensorFlow checkpoints, written from the description of their format."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

TYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "float16": 19}


class Bundle(NamedTuple):
    """A checkpoint's index and its one file of numbers."""

    index: bytes
    data: bytes


def divided(crc: int) -> int:
    """Divide eight bits by Castagnoli's polynomial, one after the other."""
    for _ in range(8):
        crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc


TABLE = [divided(byte) for byte in range(256)]


def slow_crc32c(data: bytes) -> int:
    """Go through the bytes one by one."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = slow_crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(number: int) -> bytes:
    rest, low = divmod(number, 128)
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def shape_of(tensor: np.ndarray) -> bytes:
    dims = (b"\x08" + varint(size) for size in tensor.shape)
    return b"".join(b"\x12" + varint(len(dim)) + dim for dim in dims)


def entry(tensor: np.ndarray, offset: int) -> bytes:
    data, shape = tensor.tobytes(), shape_of(tensor)
    return (
        b"\x08" + varint(TYPES[tensor.dtype.name])
        + b"\x12" + varint(len(shape)) + shape
        + b"\x20" + varint(offset)
        + b"\x28" + varint(len(data))
        + b"\x35" + masked(data)
    )  # fmt: skip


def block(entries: Mapping[bytes, bytes], every: int = 4) -> bytes:
    """Write entries by what differs from the key before; every fourth key is whole."""
    written, restarts, last = b"", [], b""
    for number, (key, value) in enumerate(entries.items()):
        shared = 0
        if number % every == 0:
            restarts.append(len(written))
        else:
            while key[: shared + 1] == last[: shared + 1] and shared < len(key):
                shared += 1
        own = key[shared:]
        written += varint(shared) + varint(len(own)) + varint(len(value)) + own + value
        last = key
    return written + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def table(blocks: list[Mapping[bytes, bytes]], compression: int = 0) -> bytes:
    """Write an index of several blocks."""
    index, handles = b"", {}
    for entries in [*blocks, None]:
        made = block(handles if entries is None else entries)
        kind = bytes([compression if entries is not None else 0])
        place = varint(len(index)) + varint(len(made))
        index += made + kind + masked(made + kind)
        if entries is not None:
            handles[max(entries)] = place
    footer = varint(0) + varint(0) + place
    return index + footer.ljust(40, b"\0") + 0xDB4775248B80FB57.to_bytes(8, "little")


def write_bundle(tensors: Mapping[str, np.ndarray], header: bytes = b"\x08\x01") -> Bundle:
    """Write tensors as a checkpoint, two blocks of them."""
    entries, data = {b"": header}, b""
    for name, tensor in sorted(tensors.items()):
        entries[name.encode()] = entry(tensor, len(data))
        data += tensor.tobytes()
    names = sorted(entries)
    half = (len(names) + 1) // 2
    blocks = [{name: entries[name] for name in part} for part in (names[:half], names[half:])]
    return Bundle(table(blocks), data)
