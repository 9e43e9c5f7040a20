"""Where the sound stands in a file, and what the file promises about its length.

One rule for all formats: what a file promises is compared with what was decoded. A promise is a
size that a writer put down when it was done; a guess from a bit rate is none.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from auralise_jax.audio.containers import is_container, share_there
from auralise_jax.audio.headers import read_header
from auralise_jax.audio.mpeg import find_frames, tag_length
from auralise_jax.audio.ogg import find_links
from auralise_jax.audio.spliced import Ahead, Piece

MORE = math.inf
"""A promise that says only that the sound goes on."""

_AT_LATEST = 4096  # bytes that may precede the first frame, besides zeros


@dataclass(frozen=True)
class Part:
    """What one decoder reads from front to back.

    Attributes
    ----------
    pieces : sequence of Piece
        Of the file.
    skip : int
        Frames to drop first.
    take : float
        Frames to take then.
    endless : bool
        Whether the decoder must not guess where the end is.
    seek : callable or None
        Gives, for a frame, what a decoder reads that is to give that frame exactly, and the frame
        that it then gives first; None if that follows from the frames that it then counts less.
    """

    pieces: Sequence[Piece]
    skip: int = 0
    take: float = math.inf
    endless: bool = False
    seek: Callable[[int], tuple[list[Piece], int | None]] | None = None


@dataclass(frozen=True)
class Promise:
    """What a file promised about its length.

    Attributes
    ----------
    frames : float or None
        How many; `MORE` if it only says that it goes on, None if it says nothing.
    slip : float
        Frames by which such a promise is often wrong: so many may be missing without a word.
    has_all : bool
        Whether nothing is missing between beginning and end, so that only the count can be wrong.
    rough_end : str
        How it shows that the file breaks off, if nothing tells its length.
    about : bool
        Whether the number of frames was concluded from bytes of all kinds.
    """

    frames: float | None = None
    slip: float = 0.0
    has_all: bool = False
    rough_end: str = ""
    about: bool = False


@dataclass(frozen=True)
class Layout:
    """Parts of a file one behind the other, and what tells whether they are whole.

    Attributes
    ----------
    parts : list of Part
        All of the sound.
    sought : list of Piece or None
        The file as a decoder wants it that is to seek, if that differs.
    frames : float or None
        How many there are, None if a decoder must say.
    promised : float or None
        How many there should be, None if nothing says so.
    share : float
        The part of the promised bytes that is there.
    slip, has_all, rough_end, about
        As in `Promise`.
    """

    parts: list[Part]
    sought: list[Piece] | None = None
    frames: float | None = None
    promised: float | None = None
    share: float = 1.0
    slip: float = 0.0
    has_all: bool = False
    rough_end: str = ""
    about: bool = False

    def promise(self, end: int, count: float | None = None) -> Promise:
        """Return what the file promised, once it was decoded up to frame `end`.

        `count` is what a decoder says that the header says.
        """
        promised = count if self.promised is None else self.promised
        if self.share < 1 and self.promised is None:
            promised = end / self.share if end and self.share else MORE
        return Promise(promised, self.slip, self.has_all, self.rough_end, self.about)


def read_layout(ahead: Ahead) -> Layout:
    """Find out where a file's sound stands.

    Raises
    ------
    ValueError
        If a header leads nowhere.
    """
    begin = 0
    while tag := tag_length(ahead.look(begin, 10)):
        begin += tag
    start = ahead.look(begin, 16)
    if start[:4] == b"OggS":
        return _ogg(ahead, begin)
    if start[:4] == b"fLaC":
        return _flac(ahead, begin)
    if start[:8] == b"NIST_1A\n":
        count = re.search(rb"\nsample_count -i (\d+)", ahead.look(begin, 1024))
        return Layout([Part([(begin, ahead.size)])], promised=int(count[1]) if count else None)
    if chunked := _chunked(ahead, begin):
        return chunked
    if is_container(ahead, begin):
        share = share_there(ahead, begin)
        return Layout([Part([(begin, ahead.size)])], share=share, about=True)
    return _mpeg(ahead, begin) or Layout([Part([(begin, ahead.size)])])


def _chunked(ahead: Ahead, begin: int) -> Layout | None:
    if (header := read_header(ahead, begin)) is None:
        return None
    share = header.there / header.stated if header.stated else 1.0
    if header.is_mpeg and (mpeg := _mpeg(ahead, header.begin)):
        is_cut = share < 1 and mpeg.promised == mpeg.frames
        return replace(mpeg, promised=None, share=share, about=True) if is_cut else mpeg
    parts = [Part(header.pieces or [(begin, ahead.size)])]
    promised = header.frames if share < 1 else None
    return Layout(parts, promised=promised, share=share, about=header.is_packed)


def _mpeg(ahead: Ahead, begin: int) -> Layout | None:
    found = find_frames(ahead, begin, _AT_LATEST)
    stretches = [one for one in found.stretches if one.frames]
    if not stretches:
        return None
    parts = [
        Part(one.runs, one.skip, one.samples, True, functools.partial(one.seek, ahead))
        for one in stretches
    ]
    return Layout(
        parts,
        frames=sum(one.samples for one in stretches),
        promised=sum(one.promised for one in stretches),
        slip=0 if found.rough_end else 2 * stretches[0].size,
        rough_end=found.rough_end,
    )


def _ogg(ahead: Ahead, begin: int) -> Layout:
    links = find_links(ahead, begin)
    if not links:
        return Layout([Part([(begin, ahead.size)])])
    goes_on = any(link.goes_on for link in links)
    has_ended = all(link.has_ended for link in links)
    return Layout(
        [Part(link.pieces(ahead), seek=functools.partial(link.seek, ahead)) for link in links],
        frames=None if all(link.is_in_order for link in links) else math.inf,
        promised=MORE if goes_on else None,
        has_all=not goes_on,
        rough_end="" if has_ended else "its last page is not marked as the last",
    )


def _flac(ahead: Ahead, begin: int) -> Layout:
    """Read STREAMINFO: a length that is not known, or too short, must not end the decoding."""
    plain: list[Piece] = [(begin, _untagged(ahead))]
    counts = ahead.look(begin + 21, 5)
    total = int.from_bytes(counts, "big") & 0xFFFFFFFFF
    without = bytes([counts[0] & 0xF0]) + bytes(4) if len(counts) == 5 else b""
    pieces: list[Piece] = [(begin, begin + 21), without, (begin + 26, _untagged(ahead))]
    return Layout(
        [Part(pieces)],
        sought=plain if total else None,
        frames=total or math.inf,
        promised=total or None,
    )


def _untagged(ahead: Ahead) -> int:
    """Return where a file ends without the ID3v1 and APE tags behind it."""
    end = ahead.size
    if ahead.look(max(0, end - 128), 3) == b"TAG":
        end -= 128
    footer = ahead.look(max(0, end - 32), 32)
    if footer[:8] == b"APETAGEX":
        size = int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
        end -= min(size, end)
    return end
