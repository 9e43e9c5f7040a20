"""What the headers of uncompressed containers promise: where the sound stands, how many bytes.

Libsndfile quietly trims a file that was cut off to what is there, takes a size that a streaming
writer never filled in for no sound at all, and one beyond 4 GB modulo 2^32. So sizes are read here
too, and where they are wrong the decoder reads the sound behind a header that tells them right.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from auralise_jax.audio.spliced import Ahead, Piece

_MOST_CHUNKS = 1000  # before the sound; a file of zeros would have one every eight bytes
_SHORT = 0x7F000000  # bytes of sound that any WAV can hold
# What writers that could not know put down, less headers, or in whole frames.
# What writers that could not know put down, less headers, or in whole frames; SoX's for AIFF first.
_UNKNOWN = [
    range(about - (1 << 16), about + more)
    for about, more in ((0x7F000000, 1 << 16), (1 << 31, 1), ((1 << 32) - 1, 1))
]
_UNKNOWN_64 = 1 << 62
_4_GB = 1 << 32
_MPEG_CODES = (0x50, 0x55)  # of WAV: layers I and II, layer III
_PLAIN = (1, 3, 6, 7, 0xFFFE)  # whole numbers, floating point, A-law, mu-law, and their extension
_IN_BLOCKS = (0x02, 0x11, 0x31)  # MS and IMA ADPCM, GSM: the layout says how much a block holds


@dataclass(frozen=True)
class Promised:
    """What a header says of the sound behind it.

    Attributes
    ----------
    begin : int
        Where the sound begins.
    stated : int
        Bytes of sound, as the header has it, or what is there if it does not know.
    there : int
        Bytes of them that are there.
    frames : float or None
        What the stated bytes are in frames, if the header tells that too.
    pieces : list of Piece or None
        The file with its sizes put right, if they were not.
    is_mpeg : bool
        Whether the sound is MP3 or its like.
    is_packed : bool
        Whether the bytes of a second vary, so that lengths concluded from them are not exact.
    """

    begin: int
    stated: int
    there: int
    frames: float | None = None
    pieces: list[Piece] | None = None
    is_mpeg: bool = False
    is_packed: bool = False


class _Chunks(NamedTuple):
    """How chunks are laid out: a name, a size that may count more than the content, and it."""

    size: str
    name: int = 4
    counts: int = 0
    even: int = 2

    @property
    def head(self) -> int:
        return self.name + struct.calcsize(self.size)

    def walk(self, ahead: Ahead, at: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield the name, the size of the content and its place, chunk by chunk."""
        for _ in range(_MOST_CHUNKS):
            start = ahead.look(at, self.head)
            if len(start) < self.head:
                return
            size = struct.unpack(self.size, start[self.name :])[0] - self.counts
            yield start[: self.name], size, at + self.head
            if size < 0:
                return
            at = self.after(at + self.head, size)
        raise ValueError(
            f"holds no sound among its first {_MOST_CHUNKS} chunks; download or copy it again"
        )

    def after(self, begin: int, size: int) -> int:
        """Return where the chunk behind a chunk's content stands."""
        return begin - -size // self.even * self.even

    def fill(self, ahead: Ahead, at: int) -> bool:
        """Whether from `at` to the end there are chunks and nothing else."""
        with contextlib.suppress(ValueError):
            for name, size, begin in self.walk(ahead, at):
                is_name = name[:4].isascii() and name[:4].decode().isprintable()
                if not is_name or size < 0 or begin + size > ahead.size:
                    return False
                at = self.after(begin, size)
            return at >= ahead.size
        return False


_RIFF, _RIFX = _Chunks("<I"), _Chunks(">I")
_W64 = _Chunks("<Q", name=16, counts=24, even=8)
_W64_DATA = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_CAF = _Chunks(">q", even=1)


def read_header(ahead: Ahead, at: int = 0) -> Promised | None:
    """Return what the header at `at` promises, None if it is of another kind.

    Raises
    ------
    ValueError
        If chunk follows chunk, and none is sound.
    """
    start = ahead.look(at, 40)
    if start[8:12] == b"WAVE" and start[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return _wav(ahead, at, _RIFX if start[:4] == b"RIFX" else _RIFF)
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC", b"8SVX", b"16SV"):
        return _aiff(ahead, at)
    if start[:4] == b"riff" and start[24:28] == b"wave":
        return _w64(ahead, at)
    readers = {b"caff": _caf, b".snd": _au, b"dns.": _au}
    return readers[start[:4]](ahead, at) if start[:4] in readers else None


def _known(ahead: Ahead, begin: int, stated: int, frames: float | None = None) -> Promised:
    return Promised(begin, stated, min(stated, max(0, ahead.size - begin)), frames)


def _unknown(ahead: Ahead, begin: int, pieces: list[Piece]) -> Promised:
    return Promised(begin, ahead.size - begin, ahead.size - begin, pieces=pieces)


def _is_unknown(size: int) -> bool:
    return any(size in sizes for sizes in _UNKNOWN)


def _wav(ahead: Ahead, at: int, chunks: _Chunks) -> Promised | None:
    layout, long = b"", None
    for name, size, begin in chunks.walk(ahead, at + 12):
        if name == b"ds64" and len(sizes := ahead.look(begin, 16)) == 16:
            (long,) = struct.unpack("<8xQ", sizes)
        elif name == b"fmt ":
            layout = ahead.look(begin, min(size, 1 << 16))
        elif name == b"data":
            break
    else:
        return None
    there = ahead.size - begin
    stated = size if long is None or size != 0xFFFFFFFF else long
    streamed = stated in (0x7FFFF000, 0xFFFFFFFF) or (
        stated >= _UNKNOWN_64 if long is not None else stated >= there and _is_unknown(stated)
    )
    if streamed or (stated == 0 and not chunks.fill(ahead, begin)):
        stated = there
    elif there - stated >= _4_GB and not chunks.fill(ahead, chunks.after(begin, stated)):
        stated += (there - stated) // _4_GB * _4_GB
    code, frames = _layout_frames(layout, stated, chunks.size[0])
    pieces: list[Piece] | None = None
    if stated not in (size, long) and layout:
        pieces = [_wav_head(layout, stated, chunks), (begin, begin + stated)]
    return Promised(begin, stated, min(stated, there), frames, pieces, code in _MPEG_CODES)


def _layout_frames(layout: bytes, size: int, order: str) -> tuple[int, float | None]:
    """Return the codec of a WAV's format chunk, and how many frames so many bytes are in it."""
    code, align, each = struct.unpack(order + "H10xH4xH", layout[:20].ljust(20, b"\0"))
    if code in _IN_BLOCKS and align:
        return code, size / align * each if each else None
    return code, size / align if code in _PLAIN and align else None


def _wav_head(layout: bytes, size: int, chunks: _Chunks) -> bytes:
    """Return a header for so many bytes of sound, of the kind that can say so."""
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


def _aiff(ahead: Ahead, at: int) -> Promised | None:
    frames_at, bytes_each = 0, 0
    for name, size, begin in _RIFX.walk(ahead, at + 12):
        if name == b"COMM" and len(fields := ahead.look(begin, 8)) == 8:
            channels, bits = struct.unpack(">H4xH", fields)
            frames_at, bytes_each = begin + 2, channels * -(-bits // 8)
        elif name == b"BODY":
            return _known(ahead, begin, size)
        elif name == b"SSND" and len(fields := ahead.look(begin, 8)) == 8:
            break
    else:
        return None
    sound = begin + 8 + struct.unpack(">I4x", fields)[0]
    there = ahead.size - sound
    streamed = (size >= there and _is_unknown(size)) or (
        size <= 8 and not _RIFX.fill(ahead, _RIFX.after(begin, size))
    )
    if not streamed or there <= 0:
        return _known(ahead, sound, max(0, size - (sound - begin)))
    sizes = struct.pack(">I", min(ahead.size - begin, 0xFFFFFFFF))
    pieces: list[Piece] = [(at, begin - 4), sizes, (begin, ahead.size)]
    if bytes_each and frames_at < begin:
        frames = struct.pack(">I", min(there // bytes_each, 0xFFFFFFFF))
        pieces[:1] = [(at, frames_at), frames, (frames_at + 4, begin - 4)]
    return _unknown(ahead, sound, pieces)


def _w64(ahead: Ahead, at: int) -> Promised | None:
    layout = b""
    for name, size, begin in _W64.walk(ahead, at + 40):
        if name[:4] == b"fmt ":
            layout = ahead.look(begin, 20)
        elif name == _W64_DATA:
            if 0 < size < _UNKNOWN_64 or (size == 0 and _W64.fill(ahead, begin)):
                return _known(ahead, begin, size, _layout_frames(layout, size, "<")[1])
            sizes = struct.pack("<Q", ahead.size - begin + 24)
            return _unknown(ahead, begin, [(at, begin - 8), sizes, (begin, ahead.size)])
    return None


def _caf(ahead: Ahead, at: int) -> Promised | None:
    is_packed = False
    for name, size, begin in _CAF.walk(ahead, at + 8):
        if name == b"desc":  # bytes of a packet, 0 if they vary
            is_packed = ahead.look(begin + 16, 4) == bytes(4)
        elif name == b"data":
            if size > 4 or (size in (0, 4) and _CAF.fill(ahead, begin + size)):
                known = _known(ahead, begin + 4, max(0, size - 4))
                known = replace(known, is_packed=is_packed)
                if known.there == known.stated:
                    return known
            else:
                known = _unknown(ahead, begin + 4, [])
            # Libsndfile refuses a size that is too large.
            sizes = struct.pack(">q", ahead.size - begin)
            return replace(known, pieces=[(at, begin - 8), sizes, (begin, ahead.size)])
    return None


def _au(ahead: Ahead, at: int) -> Promised | None:
    start = ahead.look(at, 12)
    if len(start) < 12:
        return None
    order = ">" if start[:4] == b".snd" else "<"
    offset, size = struct.unpack(order + "II", start[4:])
    begin = at + offset
    if 0 < size < 0xFFFFFFFF or begin >= ahead.size:
        return _known(ahead, begin, size)
    whole = struct.pack(order + "I", 0xFFFFFFFF)
    return _unknown(ahead, begin, [(at, at + 8), whole, (at + 12, ahead.size)])
