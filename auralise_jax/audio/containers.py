"""Containers whose sound comes in packets: which files are such, and how much of one is there.

Libsndfile reads none of them. Frames of MPEG that are found in one are pieces of frames, or chance
in a picture: they must not be taken for an MP3.
"""

from __future__ import annotations

from auralise_jax.audio.spliced import Ahead

_MATROSKA = b"\x1aE\xdf\xa3"
_SEGMENT = b"\x18S\x80g"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MARKS = (_MATROSKA, _ASF, b"RIFF", b"FLV", b".RMF", b"NSVf", b"NSVs", b"nut/", b"FWS", b"\6\x0e+4")
_ARCHIVES = (b"PK\3\4", b"Rar!")
_BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pnot")
_MOST_BOXES = 100_000
_PACKETS = (188, 192, 204)  # bytes, in a transport stream: on the air, on a disk, with parity


def is_container(ahead: Ahead, begin: int) -> bool:
    """Whether a container of packets, or an archive, begins there."""
    start = ahead.look(begin, 16)
    is_program_stream = start[:3] == b"\0\0\1" and start[3:4] >= b"\xb0"
    return (
        start.startswith(_MARKS + _ARCHIVES)
        or start[4:8] in _BOXES
        or is_program_stream
        or ahead.look(begin + 257, 5) == b"ustar"
        or any(_is_transport_stream(ahead, begin + size - 188, size) for size in _PACKETS)
    )


def _is_transport_stream(ahead: Ahead, at: int, size: int) -> bool:
    return all(ahead.look(at + size * number, 1) == b"G" for number in range(5))


def share_there(ahead: Ahead, begin: int) -> float:
    """Return which part of the size that a container gives for itself is there."""
    start = ahead.look(begin, 4096)
    stated = 0
    if start[:4] == b"RIFF":
        stated = 8 + int.from_bytes(start[4:8], "little")
    elif start[:16] == _ASF:
        at = start.find(_ASF_FILE)
        stated = int.from_bytes(start[at + 40 : at + 48], "little") if at > 0 else 0
    elif start[:4] == _MATROSKA:
        stated = _matroska(start)
    elif start[4:8] in _BOXES:
        stated = _boxes(ahead, begin)
    return min(1.0, (ahead.size - begin) / stated) if stated else 1.0


def _matroska(start: bytes) -> int:
    """Return where the segment behind the header ends, 0 if it does not say."""
    size, begin = _number(start, 4)
    segment = begin + (size or 0)
    if start[segment : segment + 4] != _SEGMENT:
        return 0
    size, begin = _number(start, segment + 4)
    return 0 if size is None else begin + size


def _number(data: bytes, at: int) -> tuple[int | None, int]:
    """Return a number of EBML, None if it is the one for "unknown", and where it ends."""
    width = 9 - data[at].bit_length() if at < len(data) and data[at] else 8
    most = (1 << 7 * width) - 1
    value = int.from_bytes(data[at : at + width], "big") & most
    return None if value == most else value, at + width


def _boxes(ahead: Ahead, begin: int) -> int:
    """Return where the last box of an MP4 ends."""
    at = begin
    for _ in range(_MOST_BOXES):
        head = ahead.look(at, 16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8 or at + size > ahead.size:
            return at + size - begin if size >= 8 else 0
        at += size
    return 0
