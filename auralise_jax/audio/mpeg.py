"""MP3, and MPEG audio's other layers: frames found one by one, since no header tells their number.

A frame states its length, nothing states the number of frames: the "Xing" or "Info" frame that
many encoders put first is optional, often wrong, and counts only the first of several joined files.
So the frames are counted, and the decoder gets nothing else: no tags, pictures or info frames.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from auralise_jax.audio.mpeg_frame import (
    LARGEST,
    frame_at,
    is_layer_3,
    kind_of,
    read_header,
    side_size,
    sizes_like,
)
from auralise_jax.audio.mpeg_stretch import STEP, Stretch
from auralise_jax.audio.spliced import ByteReader

_MIN_RUBBISH = 0.01  # share of a file behind the last frame that is worth a warning
_TAGS = (b"TAG", b"APETAGEX", b"ID3", b"LYRICSBEGIN")  # may follow the last frame
_CONFIRMING_FRAMES = 4  # frames that must follow one another to count as frames
_MAX_ZEROS = 1 << 24  # bytes before the first frame


@dataclass(frozen=True)
class Frames:
    """The stretches of MPEG frames in a file, and the sign that it breaks off, if it does."""

    stretches: list[Stretch]
    rough_end: str = ""


def _is_confirmed(reader: ByteReader, at: int) -> bool:
    """Whether several frames of one kind follow one another from here, or fill the file."""
    kind = None
    for number in range(_CONFIRMING_FRAMES):
        found = frame_at(reader, at)
        if found is None or (kind or kind_of(found[0])) != kind_of(found[0]):
            return number > 1 and (reader.size - at < 4 or _is_tag(reader, at))
        kind = kind_of(found[0])
        at += found[1]
    return True


def _is_tag(reader: ByteReader, at: int) -> bool:
    return reader.read_at(at, 16).startswith(_TAGS)


def _next_frame(reader: ByteReader, at: int, last: float = math.inf) -> int:
    """Return the position of the next confirmed frames, the file's size if there are none."""
    tag = -1
    while at < reader.size and not _is_confirmed(reader, at):
        if at > last:
            return reader.size
        if skip := _tag_size(reader, at):
            at += skip
            continue
        if tag <= at:  # a picture in a tag may look like frames
            tag = reader.find(b"ID3", at + 1, last)
        at = min(tag, reader.find(b"\xff", at + 1, last))
    return min(at, reader.size)


def _tag_size(reader: ByteReader, at: int) -> int:
    """Return the size of a tag at `at` in bytes, 0 if there is none."""
    head = reader.read_at(at, 32)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        is_header = head[23] & 0x20
        return 32 + (int.from_bytes(head[12:16], "little") if is_header else 0)
    return tag_length(head[:10])


def tag_length(head: bytes) -> int:
    """Return the size in bytes of an ID3v2 tag that begins with `head`; 0 if it is no tag."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


def find_frames(reader: ByteReader, at: int = 0, within: int = 4096) -> Frames:
    """Walk through a file of MPEG frames from `at` on.

    The first must stand within so many bytes that are not zero. A stretch ends where the next
    begins with an info frame, as in files that were joined, and where rate or channels change.
    """
    stretches: list[Stretch] = []
    kind, rough_end = None, ""
    at = _after_zeros(reader, at)
    at = _next_frame(reader, at, at + within)
    while at < reader.size:
        found = frame_at(reader, at)
        if found is None or kind_of(found[0]) != kind:
            tail = at
            at = _next_frame(reader, at)
            if (found := frame_at(reader, at)) is None:
                if reader.size - tail > reader.size * _MIN_RUBBISH and not _is_tag(reader, tail):
                    rough_end = f"its last {reader.size - tail} bytes are not sound"
                break
        head, size = found
        if at + size > reader.size:
            rough_end = "it ends inside a frame"
            break
        info = _info_stretch(reader, at, head, size)
        if info is not None or kind != kind_of(head):
            kind = kind_of(head)
            stretches.append(info or Stretch())
            stretches[-1].size = (read_header(head[1], head[2]) or (0, 1152))[1]
            stretches[-1].overhead = 4 + 2 + (side_size(head) if is_layer_3(head) else 0)
        if info is None:
            stretches[-1].add(at, at + size)
        at = _follow(reader, at + size, head, stretches[-1])
    return Frames(stretches, rough_end)


def _after_zeros(reader: ByteReader, at: int) -> int:
    """Return the first byte that is not zero, or a position behind very many zeros."""
    last = at + _MAX_ZEROS
    while at < last and (zeros := reader.read_at(at, 4096)):
        rest = zeros.lstrip(b"\0")
        at += len(zeros) - len(rest)
        if rest:
            break
    return at


def _follow(reader: ByteReader, at: int, head: bytes, stretch: Stretch) -> int:
    """Add the frames like `head` that follow from `at` on, and return where they end.

    Hours have a million frames, so this loop does little; special cases (an info frame, the end of
    the file) are left to `find_frames`.
    """
    sizes, modes, second = *sizes_like(*kind_of(head)), head[1] & 0xFE
    mark = 4 + side_size(head) if is_layer_3(head) else 36  # of an info frame: Xing, Info, VBRI
    while True:
        data, first = reader.around(at, 2 * LARGEST)
        place, size, limit = first, 0, len(data) - LARGEST
        frames, places, before = stretch.frames, stretch.places, stretch.bytes - first
        while place < limit:
            if data[place] != 0xFF or data[place + 1] & 0xFE != second:
                break
            size = sizes[data[place + 2]]
            if not size or not modes[data[place + 3]]:
                break
            if data[place + mark] in b"XIV" or data[place + 36] == 86:  # V
                break
            if not frames % STEP:
                places.append(before + place)
            frames += 1
            place += size
        stretch.frames = frames
        if place > first:
            stretch.reach(at, at + place - first)
        at += place - first
        if place < limit or place == first:
            return at


def _info_stretch(reader: ByteReader, at: int, head: bytes, size: int) -> Stretch | None:
    """Return the stretch that an info frame announces, None if this is a frame of sound."""
    if not is_layer_3(head):
        return None
    side, frame = side_size(head), reader.read_at(at, size)
    if frame[36:40] == b"VBRI" and len(frame) >= 54:
        length, count = struct.unpack(">II", frame[46:54])
        return Stretch(count=count, length=length - size)
    if frame[4 + side : 8 + side] not in (b"Xing", b"Info"):
        return None
    rest = frame[8 + side :]
    (flags,) = struct.unpack(">I", rest[:4].ljust(4, b"\0"))
    rest = rest[4:]
    values: list[int | None] = []
    for bit, width in ((1, 4), (2, 4), (4, 100), (8, 4)):
        value, rest = (rest[:width], rest[width:]) if flags & bit else (b"", rest)
        values.append(int.from_bytes(value, "big") if value else None)
    announced = Stretch(count=values[0], length=None if values[1] is None else values[1] - size)
    if rest[:4] in (b"LAME", b"Lavf", b"Lavc") and len(rest) >= 24:
        delay_and_padding = int.from_bytes(rest[21:24], "big")
        announced.delay, announced.padding = delay_and_padding >> 12, delay_and_padding & 0xFFF
    return announced
