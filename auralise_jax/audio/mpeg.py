"""MP3, and MPEG audio's other layers: frames found one by one, since no header tells their number.

A frame says how long it is, nothing says how many there are: the "Xing" or "Info" frame that many
encoders put first is optional, often wrong, and speaks of one of several files that were joined.
So the frames are counted, and the decoder is given them alone: no tags, no pictures, no info frame.
"""

from __future__ import annotations

import functools
import math
import struct
from dataclasses import dataclass, field

from auralise_jax.audio.spliced import Ahead

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITRATES = {  # kbit/s by version 1 or not, and layer
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_DECODER_DELAY = 529  # samples by which every decoder is late: 528 of the filter bank, and one
_SLIP = 2  # frames by which a count may be off without a word: some count the info frame
_RUBBISH = 0.01  # share of a file behind the last frame that is worth a word
_TAGS = (b"TAG", b"APETAGEX", b"ID3", b"LYRICSBEGIN")  # what may stand behind the last frame
_IN_A_ROW = 4  # frames that must follow one another before they are believed


@dataclass
class Stretch:
    """Frames that one decoder reads from the first to the last.

    Attributes
    ----------
    runs : list of (int, int)
        Where they begin and end.
    frames : int
        How many.
    size : int
        Samples of a frame, for each channel.
    rate : int
        In hertz.
    count, length : int or None
        Frames and bytes, without the info frame, that the info frame says there are.
    delay, padding : int or None
        Samples that the encoder put before and behind the sound.
    """

    runs: list[tuple[int, int]] = field(default_factory=list)
    frames: int = 0
    size: int = 1152
    rate: int = 44100
    count: int | None = None
    length: int | None = None
    delay: int | None = None
    padding: int = 0

    @property
    def skip(self) -> int:
        """Samples to drop before the sound."""
        return 0 if self.delay is None else self.delay + _DECODER_DELAY

    @property
    def samples(self) -> int:
        """Samples of the sound."""
        end = self.frames * self.size
        if abs(self.frames - (self.count or 0)) <= _SLIP:  # otherwise the padding is not there
            end = min(end, self._end(self.frames))
        return max(0, end - self.skip)

    @property
    def promised(self) -> int:
        """Samples that the info frame speaks of, if it speaks of more than there are."""
        bytes_here = sum(end - begin for begin, end in self.runs)
        is_cut = self.length is None or bytes_here < self.length * 0.99
        if self.count is None or self.count <= self.frames + _SLIP or not is_cut:
            return self.samples
        return self._end(self.count) - self.skip

    def _end(self, frames: int) -> int:
        """Return the sample, of so many frames, at which the sound ends."""
        return frames * self.size - (
            0 if self.delay is None else max(0, self.padding - _DECODER_DELAY)
        )


@dataclass(frozen=True)
class Frames:
    """What a file of MPEG frames holds, and how it breaks off, if it does."""

    stretches: list[Stretch]
    rough_end: str = ""


@functools.lru_cache(maxsize=1 << 12)
def _header(second: int, third: int) -> tuple[int, int, int] | None:
    """Return a frame's bytes, samples and rate from bytes 1 and 2 of its header."""
    version, layer = second >> 3 & 3, 4 - (second >> 1 & 3)
    bits, pace, padding = third >> 4, third >> 2 & 3, third >> 1 & 1
    if second < 0xE0 or version == 1 or layer == 4 or bits in (0, 15) or pace == 3:
        return None
    rate = _RATES[version][pace]
    bitrate = 1000 * _BITRATES[version == 3, layer][bits - 1]
    if layer == 1:
        return (12 * bitrate // rate + padding) * 4, 384, rate
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * bitrate // rate + padding, samples, rate


def _kind(head: bytes) -> tuple[int, int, bool]:
    """Return what all frames of a stretch share: version, layer, rate, and whether it is mono."""
    return head[1] & 0xFE, head[2] & 0x0C, head[3] >> 6 == 3


def _frame(ahead: Ahead, at: int) -> tuple[bytes, int] | None:
    head = ahead.look(at, 4)
    found = _header(head[1], head[2]) if len(head) == 4 and head[0] == 0xFF else None
    return None if found is None else (head, found[0])


def _believed(ahead: Ahead, at: int) -> bool:
    """Whether several frames of one kind follow one another from here, or fill the file."""
    kind = None
    for number in range(_IN_A_ROW):
        found = _frame(ahead, at)
        if found is None or (kind or _kind(found[0])) != _kind(found[0]):
            return number > 1 and (ahead.size - at < 4 or _is_tag(ahead, at))
        kind = _kind(found[0])
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
            tag = ahead.find(b"ID3", at + 1)
        at = min(tag, ahead.find(b"\xff", at + 1))
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
    while (zeros := ahead.look(at, 4096)) and not any(zeros):
        at += len(zeros)
    first = at + len(zeros) - len(zeros.lstrip(b"\0"))
    at = _next_frame(ahead, first, first + within)
    while at < ahead.size:
        found = _frame(ahead, at)
        if found is None or _kind(found[0]) != kind:
            tail = at
            at = _next_frame(ahead, at)
            if (found := _frame(ahead, at)) is None:
                if ahead.size - tail > ahead.size * _RUBBISH and not _is_tag(ahead, tail):
                    rough_end = f"its last {ahead.size - tail} bytes are no sound"
                break
        head, size = found
        if at + size > ahead.size:
            rough_end = "it ends inside a frame"
            break
        info = _info(ahead, at, head, size)
        if info is not None or kind != _kind(head):
            kind = _kind(head)
            _, samples, rate = _header(head[1], head[2]) or (0, 1152, 44100)
            stretches.append(info or Stretch())
            stretches[-1].size, stretches[-1].rate = samples, rate
        if info is None:
            last = stretches[-1]
            last.frames += 1
            if last.runs and last.runs[-1][1] == at:
                last.runs[-1] = (last.runs[-1][0], at + size)
            else:
                last.runs.append((at, at + size))
        at += size
    return Frames(stretches, rough_end)


def _info(ahead: Ahead, at: int, head: bytes, size: int) -> Stretch | None:
    """Return the stretch that an info frame announces, None if this is a frame of sound."""
    if head[1] & 0x06 != 0x02:  # layer 3
        return None
    first, mono = head[1] >> 3 & 3 == 3, head[3] >> 6 == 3
    side = (17 if mono else 32) if first else (9 if mono else 17)
    frame = ahead.look(at, size)
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
