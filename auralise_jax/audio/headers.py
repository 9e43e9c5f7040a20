"""Headers of uncompressed containers: where the sound begins, and how many bytes it has.

Libsndfile quietly shortens a file that was cut off, takes a size that a streaming writer never
filled in for no sound at all, and a size beyond 4 GB modulo 2^32. So sizes are read here, too, and
where they are wrong the decoder gets a header with the right sizes in front of the sound.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from auralise_jax.audio.spliced import ByteReader, Piece

_MAX_CHUNKS = 1000  # before the sound; a file of zeros would have one every eight bytes
_SHORT = 0x7F000000  # bytes of sound that any WAV can hold
# Sizes of writers that could not know, less headers, or in whole frames; SoX's for AIFF first.
_UNKNOWN = [
    range(about - (1 << 16), about + more)
    for about, more in ((0x7F000000, 1 << 16), (1 << 31, 1), ((1 << 32) - 1, 1))
]
_UNKNOWN_64 = 1 << 62
_4_GB = 1 << 32
_MPEG_CODES = (0x50, 0x55)  # of WAV: layers I and II, layer III
_FIXED_SIZE = (
    1,
    3,
    6,
    7,
    0xFFFE,
)  # whole numbers, floating point, A-law, mu-law, and their extension
_IN_BLOCKS = (0x02, 0x11, 0x31)  # MS and IMA ADPCM, GSM: the layout says how much a block holds


@dataclass(frozen=True)
class HeaderInfo:
    """The sound behind a header, by that header.

    Attributes
    ----------
    begin : int
        Byte at which the sound begins.
    stated : int
        Bytes of sound by the header; those that the file holds if the header does not know.
    available : int
        How many of them the file holds.
    frames : float or None
        The stated bytes in frames, if the header tells that too.
    pieces : list of Piece or None
        The file with corrected sizes, if they were wrong.
    is_mpeg : bool
        Whether the sound is MP3 or its like.
    is_packed : bool
        Whether the bit rate varies, so that lengths derived from bytes are not exact.
    """

    begin: int
    stated: int
    available: int
    frames: float | None = None
    pieces: list[Piece] | None = None
    is_mpeg: bool = False
    is_packed: bool = False


class _Chunks(NamedTuple):
    """The layout of chunks: a name, a size that may count more than the content, the content."""

    size: str
    name: int = 4
    counts: int = 0
    even: int = 2

    @property
    def head(self) -> int:
        return self.name + struct.calcsize(self.size)

    def walk(self, reader: ByteReader, at: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield the name, the size of the content and its place, chunk by chunk."""
        for _ in range(_MAX_CHUNKS):
            start = reader.read_at(at, self.head)
            if len(start) < self.head:
                return
            size = struct.unpack(self.size, start[self.name :])[0] - self.counts
            yield start[: self.name], size, at + self.head
            if size < 0:
                return
            at = self.after(at + self.head, size)
        raise ValueError(
            f"holds no sound among its first {_MAX_CHUNKS} chunks; download or copy it again"
        )

    def after(self, begin: int, size: int) -> int:
        """Return where the chunk behind a chunk's content stands."""
        return begin - -size // self.even * self.even

    def fill(self, reader: ByteReader, at: int) -> bool:
        """Whether from `at` to the end there are chunks and nothing else."""
        with contextlib.suppress(ValueError):
            for name, size, begin in self.walk(reader, at):
                is_name = name[:4].isascii() and name[:4].decode().isprintable()
                if not is_name or size < 0 or begin + size > reader.size:
                    return False
                at = self.after(begin, size)
            return at >= reader.size
        return False


_RIFF, _RIFX = _Chunks("<I"), _Chunks(">I")
_W64 = _Chunks("<Q", name=16, counts=24, even=8)
_W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_CAF = _Chunks(">q", even=1)


def read_header(reader: ByteReader, at: int = 0) -> HeaderInfo | None:
    """Read the header at `at`; None if it is of another kind.

    Raises
    ------
    ValueError
        If chunk follows chunk, and none is sound.
    """
    start = reader.read_at(at, 40)
    if start[8:12] == b"WAVE" and start[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return _wav(reader, at, _RIFX if start[:4] == b"RIFX" else _RIFF)
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC", b"8SVX", b"16SV"):
        return _aiff(reader, at)
    if start[:4] == b"riff" and start[24:28] == b"wave":
        return _w64(reader, at)
    readers = {b"caff": _caf, b".snd": _au, b"dns.": _au}
    return readers[start[:4]](reader, at) if start[:4] in readers else None


def _with_size(
    reader: ByteReader, begin: int, stated: int, frames: float | None = None
) -> HeaderInfo:
    return HeaderInfo(begin, stated, min(stated, max(0, reader.size - begin)), frames)


def _without_size(reader: ByteReader, begin: int, pieces: list[Piece]) -> HeaderInfo:
    return HeaderInfo(begin, reader.size - begin, reader.size - begin, pieces=pieces)


def _is_unknown(size: int) -> bool:
    return any(size in sizes for sizes in _UNKNOWN)


def _wav(reader: ByteReader, at: int, chunks: _Chunks) -> HeaderInfo | None:
    layout, long = b"", None
    for name, size, begin in chunks.walk(reader, at + 12):
        if name == b"ds64" and len(sizes := reader.read_at(begin, 16)) == 16:
            (long,) = struct.unpack("<8xQ", sizes)
        elif name == b"fmt ":
            layout = reader.read_at(begin, min(size, 1 << 16))
        elif name == b"data":
            break
    else:
        return None
    available = reader.size - begin
    stated = size if long is None or size != 0xFFFFFFFF else long
    streamed = stated in (0x7FFFF000, 0xFFFFFFFF) or (
        stated >= _UNKNOWN_64 if long is not None else stated >= available and _is_unknown(stated)
    )
    if streamed or (stated == 0 and not chunks.fill(reader, begin)):
        stated = available
    elif available - stated >= _4_GB and not chunks.fill(reader, chunks.after(begin, stated)):
        stated += (available - stated) // _4_GB * _4_GB
    code, frames = _layout_frames(layout, stated, chunks.size[0])
    pieces: list[Piece] | None = None
    if stated not in (size, long) and layout:
        pieces = [_wav_head(layout, stated, chunks), (begin, begin + stated)]
    return HeaderInfo(begin, stated, min(stated, available), frames, pieces, code in _MPEG_CODES)


def _layout_frames(layout: bytes, size: int, order: str) -> tuple[int, float | None]:
    """Return the codec of a WAV's format chunk, and the frames in `size` bytes of it."""
    code, align, frames_per_block = struct.unpack(order + "H10xH4xH", layout[:20].ljust(20, b"\0"))
    if code in _IN_BLOCKS and align:
        return code, size / align * frames_per_block if frames_per_block else None
    return code, size / align if code in _FIXED_SIZE and align else None


def _wav_head(layout: bytes, size: int, chunks: _Chunks) -> bytes:
    """Return a header for `size` bytes of sound, of a kind whose size field can hold them."""
    form = chunks.size
    layout = b"WAVEfmt " + struct.pack(form, len(layout)) + layout + b"\0" * (len(layout) % 2)
    room = 0xFFFFFFFE - len(layout) - 8
    if size < _SHORT or chunks is _RIFX:
        size = min(size, room)
        head = struct.pack(form, len(layout) + 8 + size) + layout
        kind = b"RIFX" if chunks is _RIFX else b"RIFF"
        return kind + head + b"data" + struct.pack(form, size)
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, len(layout) + 44 + size, size, 0, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + sizes + layout[4:] + b"data\xff\xff\xff\xff"


def _aiff(reader: ByteReader, at: int) -> HeaderInfo | None:
    frames_at, frame_bytes = 0, 0
    for name, size, begin in _RIFX.walk(reader, at + 12):
        if name == b"COMM" and len(fields := reader.read_at(begin, 8)) == 8:
            channels, bits = struct.unpack(">H4xH", fields)
            frames_at, frame_bytes = begin + 2, channels * -(-bits // 8)
        elif name == b"BODY":
            return _with_size(reader, begin, size)
        elif name == b"SSND" and len(fields := reader.read_at(begin, 8)) == 8:
            break
    else:
        return None
    sound = begin + 8 + struct.unpack(">I4x", fields)[0]
    available = reader.size - sound
    streamed = (size >= available and _is_unknown(size)) or (
        size <= 8 and not _RIFX.fill(reader, _RIFX.after(begin, size))
    )
    if not streamed or available <= 0:
        return _with_size(reader, sound, max(0, size - (sound - begin)))
    sizes = struct.pack(">I", min(reader.size - begin, 0xFFFFFFFF))
    pieces: list[Piece] = [(at, begin - 4), sizes, (begin, reader.size)]
    if frame_bytes and frames_at < begin:
        frames = struct.pack(">I", min(available // frame_bytes, 0xFFFFFFFF))
        pieces[:1] = [(at, frames_at), frames, (frames_at + 4, begin - 4)]
    return _without_size(reader, sound, pieces)


def _w64(reader: ByteReader, at: int) -> HeaderInfo | None:
    layout = b""
    for name, size, begin in _W64.walk(reader, at + 40):
        if name[:4] == b"fmt ":
            layout = reader.read_at(begin, 20)
        elif name == _W64_DATA:
            if 0 < size < _UNKNOWN_64 or (size == 0 and _W64.fill(reader, begin)):
                return _with_size(reader, begin, size, _layout_frames(layout, size, "<")[1])
            sizes = struct.pack("<Q", reader.size - begin + 24)
            return _without_size(reader, begin, [(at, begin - 8), sizes, (begin, reader.size)])
    return None


def _caf(reader: ByteReader, at: int) -> HeaderInfo | None:
    is_packed = False
    for name, size, begin in _CAF.walk(reader, at + 8):
        if name == b"desc":  # bytes of a packet, 0 if they vary
            is_packed = reader.read_at(begin + 16, 4) == bytes(4)
        elif name == b"data":
            if size > 4 or (size in (0, 4) and _CAF.fill(reader, begin + size)):
                info = _with_size(reader, begin + 4, max(0, size - 4))
                info = replace(info, is_packed=is_packed)
                if info.available == info.stated:
                    return info
            else:
                info = _without_size(reader, begin + 4, [])
            # Libsndfile refuses a size that is too large.
            sizes = struct.pack(">q", reader.size - begin)
            return replace(info, pieces=[(at, begin - 8), sizes, (begin, reader.size)])
    return None


def _au(reader: ByteReader, at: int) -> HeaderInfo | None:
    start = reader.read_at(at, 12)
    if len(start) < 12:
        return None
    order = ">" if start[:4] == b".snd" else "<"
    offset, size = struct.unpack(order + "II", start[4:])
    begin = at + offset
    if 0 < size < 0xFFFFFFFF or begin >= reader.size:
        return _with_size(reader, begin, size)
    whole = struct.pack(order + "I", 0xFFFFFFFF)
    return _without_size(reader, begin, [(at, at + 8), whole, (at + 12, reader.size)])
