"""Containers whose sound comes in packets: how to recognise them, and whether one is complete.

Libsndfile reads none of them. MPEG frames that are found in a container are parts of frames, or
chance bytes of a picture: they must not be taken for an MP3.
"""

from __future__ import annotations

from auralise_jax.audio.spliced import ByteReader

_MATROSKA = b"\x1aE\xdf\xa3"
_SEGMENT = b"\x18S\x80g"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MARKS = (_MATROSKA, _ASF, b"RIFF", b"FLV", b".RMF", b"NSVf", b"NSVs", b"nut/", b"FWS", b"\6\x0e+4")
_ARCHIVES = (b"PK\3\4", b"Rar!")
_BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pnot")
_MAX_BOXES = 100_000
_PACKETS = (188, 192, 204)  # bytes, in a transport stream: on the air, on a disk, with parity


def is_container(reader: ByteReader, begin: int) -> bool:
    """Whether a container of packets, or an archive, begins at `begin`."""
    start = reader.read_at(begin, 16)
    is_program_stream = start[:3] == b"\0\0\1" and start[3:4] >= b"\xb0"
    return (
        start.startswith(_MARKS + _ARCHIVES)
        or start[4:8] in _BOXES
        or is_program_stream
        or reader.read_at(begin + 257, 5) == b"ustar"
        or any(_is_transport_stream(reader, begin + size - 188, size) for size in _PACKETS)
    )


def _is_transport_stream(reader: ByteReader, at: int, size: int) -> bool:
    return all(reader.read_at(at + size * number, 1) == b"G" for number in range(5))


def available_share(reader: ByteReader, begin: int) -> float:
    """Return the share of a container's stated size that the file holds."""
    start = reader.read_at(begin, 4096)
    stated = 0
    if start[:4] == b"RIFF":
        stated = 8 + int.from_bytes(start[4:8], "little")
    elif start[:16] == _ASF:
        at = start.find(_ASF_FILE)
        stated = int.from_bytes(start[at + 40 : at + 48], "little") if at > 0 else 0
    elif start[:4] == _MATROSKA:
        stated = _matroska(start)
    elif start[4:8] in _BOXES:
        stated = _boxes(reader, begin)
    return min(1.0, (reader.size - begin) / stated) if stated else 1.0


def _matroska(start: bytes) -> int:
    """Return the end of the segment behind the header, 0 if it is not stated."""
    size, begin = _number(start, 4)
    segment = begin + (size or 0)
    if start[segment : segment + 4] != _SEGMENT:
        return 0
    size, begin = _number(start, segment + 4)
    return 0 if size is None else begin + size


def _number(data: bytes, at: int) -> tuple[int | None, int]:
    """Return a number in EBML and its end; None instead of the number if it means "unknown"."""
    width = 9 - data[at].bit_length() if at < len(data) and data[at] else 8
    unknown = (1 << 7 * width) - 1
    value = int.from_bytes(data[at : at + width], "big") & unknown
    return None if value == unknown else value, at + width


def _boxes(reader: ByteReader, begin: int) -> int:
    """Return the end of the last box of an MP4."""
    at = begin
    for _ in range(_MAX_BOXES):
        head = reader.read_at(at, 16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8 or at + size > reader.size:
            return at + size - begin if size >= 8 else 0
        at += size
    return 0
