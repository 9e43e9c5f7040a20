"""What the headers of uncompressed containers promise: where the sound stands, how many bytes.

Libsndfile quietly trims a file that was cut off to what is there, takes a size that a streaming
writer never filled in for no sound at all, and one beyond 4 GB modulo 2^32. So sizes are read here
too, and where they are wrong the decoder reads the sound behind a header that tells them right.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from auralise_jax.audio.spliced import Ahead, Piece

_MOST_CHUNKS = 1000  # before the sound; a file of zeros would have one every eight bytes
_UNKNOWN = 0x7FFFF000  # and above: a streaming writer could not know
_UNKNOWN_64 = 1 << 62
_4_GB = 1 << 32
_W64 = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"  # what all but the first GUID end in


@dataclass(frozen=True)
class Promised:
    """What a header says of the sound behind it.

    Attributes
    ----------
    stated : int
        Bytes of sound, as the header has it, or what is there if it does not know.
    there : int
        Bytes of them that are there.
    pieces : list of Piece or None
        The file with its sizes put right, if they were not.
    """

    stated: int
    there: int
    pieces: list[Piece] | None = None


def read_header(ahead: Ahead, at: int = 0) -> Promised | None:
    """Return what the header at `at` promises, None if it is of another kind.

    Raises
    ------
    ValueError
        If chunk follows chunk, and none is sound.
    """
    start = ahead.look(at, 40)
    if start[8:12] == b"WAVE" and start[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return _wav(ahead, at, ">" if start[:4] == b"RIFX" else "<")
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC", b"8SVX", b"16SV"):
        return _aiff(ahead, at)
    if start[:4] == b"riff" and start[24:28] == b"wave":
        return _w64(ahead, at)
    if start[:4] == b"caff":
        return _caf(ahead, at)
    if start[:4] in (b".snd", b"dns."):
        offset, size = struct.unpack((">" if start[:4] == b".snd" else "<") + "II", start[4:12])
        begin = at + offset
        return _known(ahead, begin, size if size < 0xFFFFFFFF else None)
    return None


def _known(ahead: Ahead, begin: int, stated: int | None) -> Promised:
    there = max(0, ahead.size - begin)
    return Promised(there, there) if stated is None else Promised(stated, min(stated, there))


def _chunks(
    ahead: Ahead, at: int, form: str, name: int = 4, whole: int = 0, even: int = 2
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, size and place of what is in each chunk.

    `form` is how a size is packed, `name` how many bytes a name has, `whole` what a size counts
    besides the chunk's content, and `even` to what chunks are filled up.
    """
    head = name + struct.calcsize(form)
    for _ in range(_MOST_CHUNKS):
        start = ahead.look(at, head)
        if len(start) < head:
            return
        (size,) = struct.unpack(form, start[name:])
        yield start[:name], size - whole, at + head
        if size < whole:
            return
        at += head + -(-(size - whole) // even) * even
    raise ValueError(f"holds no sound among its first {_MOST_CHUNKS} chunks; fetch it anew")


def _wav(ahead: Ahead, at: int, order: str) -> Promised | None:
    layout, long = b"", None
    for name, size, begin in _chunks(ahead, at + 12, order + "I"):
        if name == b"ds64" and len(sizes := ahead.look(begin, 16)) == 16:
            long = struct.unpack(order + "8xQ", sizes)[0]
        elif name == b"fmt ":
            layout = ahead.look(begin, min(size, 1 << 16))
        elif name == b"data":
            break
    else:
        return None
    there = ahead.size - begin
    stated = size if long is None or size != 0xFFFFFFFF else long
    is_unknown = stated in (_UNKNOWN, 0xFFFFFFFF) or stated >= (
        max(_UNKNOWN, there) if long is None else _UNKNOWN_64
    )
    if is_unknown or (stated == 0 and not _only_chunks(ahead, begin, order)):
        stated = there
    elif there - stated >= _4_GB and not _is_chunk(ahead, begin + stated + stated % 2, order):
        stated += (there - stated) // _4_GB * _4_GB
    if stated == size or stated > there or not layout:
        return Promised(stated, min(stated, there))
    return Promised(stated, stated, [_wav_head(layout, stated, order), (begin, begin + stated)])


def _wav_head(layout: bytes, size: int, order: str) -> bytes:
    layout = b"fmt " + struct.pack(order + "I", len(layout)) + layout + b"\0" * (len(layout) % 2)
    if size + len(layout) + 20 < _UNKNOWN or order == ">":
        size = min(size, _4_GB - 1 - len(layout) - 20)
        head = struct.pack(order + "I", 12 + len(layout) + size) + b"WAVE" + layout
        return (
            (b"RIFF" if order == "<" else b"RIFX") + head + b"data" + struct.pack(order + "I", size)
        )
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, 48 + len(layout) + size, size, 0, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + sizes + layout + b"data\xff\xff\xff\xff"


def _is_chunk(ahead: Ahead, at: int, order: str) -> bool:
    """Whether a chunk stands at `at`, or the end of the file."""
    head = ahead.look(at, 8)
    if len(head) < 8:
        return at == ahead.size
    (size,) = struct.unpack(order + "I", head[4:])
    return head[:4].isascii() and head[:4].decode().isprintable() and at + 8 + size <= ahead.size


def _only_chunks(ahead: Ahead, at: int, order: str) -> bool:
    """Whether from `at` on there are chunks and nothing else, so that what is before is whole."""
    for _ in range(_MOST_CHUNKS):
        if at >= ahead.size or not _is_chunk(ahead, at, order):
            return at == ahead.size
        (size,) = struct.unpack(order + "I", ahead.look(at + 4, 4))
        at += 8 + size + size % 2
    return False


def _aiff(ahead: Ahead, at: int) -> Promised | None:
    frames_at, bytes_each = 0, 0
    for name, size, begin in _chunks(ahead, at + 12, ">I"):
        if name == b"COMM" and len(fields := ahead.look(begin, 8)) == 8:
            channels, bits = struct.unpack(">H4xH", fields)
            frames_at, bytes_each = begin + 2, channels * -(-bits // 8)
        elif name == b"BODY":
            return _known(ahead, begin, size)
        elif name == b"SSND" and len(fields := ahead.look(begin, 8)) == 8:
            break
    else:
        return None
    offset = 8 + struct.unpack(">I4x", fields)[0]
    there = ahead.size - begin - offset
    if 8 < size < _UNKNOWN or there <= 0:
        return _known(ahead, begin + offset, size - offset)
    pieces: list[Piece] = [(at, begin - 4), struct.pack(">I", there + offset), (begin, ahead.size)]
    if bytes_each and frames_at < begin:
        frames = struct.pack(">I", there // bytes_each)
        pieces[:1] = [(at, frames_at), frames, (frames_at + 4, begin - 4)]
    return Promised(there, there, pieces)


def _w64(ahead: Ahead, at: int) -> Promised | None:
    for name, size, begin in _chunks(ahead, at + 40, "<Q", name=16, whole=24, even=8):
        if name == b"data" + _W64:
            there = ahead.size - begin
            if 0 < size < _UNKNOWN_64 or there <= 0:
                return _known(ahead, begin, max(0, size))
            sizes = struct.pack("<Q", there + 24)
            return Promised(there, there, [(at, begin - 8), sizes, (begin, ahead.size)])
    return None


def _caf(ahead: Ahead, at: int) -> Promised | None:
    for name, size, begin in _chunks(ahead, at + 8, ">q", even=1):
        if name == b"data":
            if size >= 4:
                return _known(ahead, begin + 4, size - 4)
            there = ahead.size - begin
            sizes = struct.pack(">q", there)
            return Promised(there - 4, there - 4, [(at, begin - 8), sizes, (begin, ahead.size)])
    return None
