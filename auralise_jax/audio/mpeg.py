"""MP3, and MPEG audio's other layers: frames found one by one, since no header tells their number.

A frame says how long it is, nothing says how many there are: the "Xing" or "Info" frame that many
encoders put first is optional, often wrong, and speaks of one of several files that were joined.
So the frames are counted, and the decoder is given them alone: no tags, no pictures, no info frame.
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
from auralise_jax.audio.spliced import Ahead

_RUBBISH = 0.01  # share of a file behind the last frame that is worth a word
_TAGS = (b"TAG", b"APETAGEX", b"ID3", b"LYRICSBEGIN")  # what may stand behind the last frame
_IN_A_ROW = 4  # frames that must follow one another before they are believed
_MOST_ZEROS = 1 << 24  # bytes before the first frame


@dataclass(frozen=True)
class Frames:
    """What a file of MPEG frames holds, and how it breaks off, if it does."""

    stretches: list[Stretch]
    rough_end: str = ""


def _believed(ahead: Ahead, at: int) -> bool:
    """Whether several frames of one kind follow one another from here, or fill the file."""
    kind = None
    for number in range(_IN_A_ROW):
        found = frame_at(ahead, at)
        if found is None or (kind or kind_of(found[0])) != kind_of(found[0]):
            return number > 1 and (ahead.size - at < 4 or _is_tag(ahead, at))
        kind = kind_of(found[0])
        at += found[1]
    return True


def _is_tag(ahead: Ahead, at: int) -> bool:
    return ahead.look(at, 16).startswith(_TAGS)


def _next_frame(ahead: Ahead, at: int, last: float = math.inf) -> int:
    """Return where the next frames stand that can be believed, the file's size if nowhere."""
    tag = -1
    while at < ahead.size and not _believed(ahead, at):
        if at > last:
            return ahead.size
        if skip := _tag_size(ahead, at):
            at += skip
            continue
        if tag <= at:  # a picture in a tag may look like frames
            tag = ahead.find(b"ID3", at + 1, last)
        at = min(tag, ahead.find(b"\xff", at + 1, last))
    return min(at, ahead.size)


def _tag_size(ahead: Ahead, at: int) -> int:
    """Return how many bytes a tag at `at` takes, 0 if there is none."""
    head = ahead.look(at, 32)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        is_header = head[23] & 0x20
        return 32 + (int.from_bytes(head[12:16], "little") if is_header else 0)
    return tag_length(head[:10])


def tag_length(head: bytes) -> int:
    """Return how many bytes an ID3v2 tag takes whose first ten are given; 0 if it is none."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


def find_frames(ahead: Ahead, at: int = 0, within: int = 4096) -> Frames:
    """Walk through a file of MPEG frames from `at` on.

    The first must stand within so many bytes that are not zero. A stretch ends where the next
    begins with an info frame, as in files that were joined, and where rate or channels change.
    """
    stretches: list[Stretch] = []
    kind, rough_end = None, ""
    at = _after_zeros(ahead, at)
    at = _next_frame(ahead, at, at + within)
    while at < ahead.size:
        found = frame_at(ahead, at)
        if found is None or kind_of(found[0]) != kind:
            tail = at
            at = _next_frame(ahead, at)
            if (found := frame_at(ahead, at)) is None:
                if ahead.size - tail > ahead.size * _RUBBISH and not _is_tag(ahead, tail):
                    rough_end = f"its last {ahead.size - tail} bytes are not sound"
                break
        head, size = found
        if at + size > ahead.size:
            rough_end = "it ends inside a frame"
            break
        info = _info(ahead, at, head, size)
        if info is not None or kind != kind_of(head):
            kind = kind_of(head)
            stretches.append(info or Stretch())
            stretches[-1].size = (read_header(head[1], head[2]) or (0, 1152))[1]
            stretches[-1].overhead = 4 + 2 + (side_size(head) if is_layer_3(head) else 0)
        if info is None:
            stretches[-1].add(at, at + size)
        at = _follow(ahead, at + size, head, stretches[-1])
    return Frames(stretches, rough_end)


def _after_zeros(ahead: Ahead, at: int) -> int:
    """Return where something else than zeros stands, or a place behind very many of them."""
    last = at + _MOST_ZEROS
    while at < last and (zeros := ahead.look(at, 4096)):
        rest = zeros.lstrip(b"\0")
        at += len(zeros) - len(rest)
        if rest:
            break
    return at


def _follow(ahead: Ahead, at: int, head: bytes, stretch: Stretch) -> int:
    """Take in the frames like `head` that follow from `at` on, and return where they end.

    Hours have a million of them, so this loop does little; what is not plain (an info frame, the
    end of the file) is left to `find_frames`.
    """
    sizes, modes, second = *sizes_like(*kind_of(head)), head[1] & 0xFE
    mark = 4 + side_size(head) if is_layer_3(head) else 36  # of an info frame: Xing, Info, VBRI
    while True:
        data, first = ahead.around(at, 2 * LARGEST)
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


def _info(ahead: Ahead, at: int, head: bytes, size: int) -> Stretch | None:
    """Return the stretch that an info frame announces, None if this is a frame of sound."""
    if not is_layer_3(head):
        return None
    side, frame = side_size(head), ahead.look(at, size)
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
        both = int.from_bytes(rest[21:24], "big")
        announced.delay, announced.padding = both >> 12, both & 0xFFF
    return announced
