"""Where the sound stands in a file, and how long it should be.

One rule for all formats: the length that a file states is compared with what was decoded. Only a
size that a writer put down when it was done counts; a guess from a bit rate does not.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from auralise_jax.audio.containers import available_share, is_container
from auralise_jax.audio.headers import read_header
from auralise_jax.audio.mpeg import find_frames, tag_length
from auralise_jax.audio.ogg import find_links
from auralise_jax.audio.spliced import ByteReader, Piece

GOES_ON = math.inf
"""An expected number of frames that says only that the sound goes on."""

_AT_LATEST = 4096  # bytes that may precede the first frame, besides zeros


@dataclass(frozen=True)
class Part:
    """A part of a file that one decoder reads from front to back.

    Attributes
    ----------
    pieces : sequence of Piece
        Pieces of the file to read.
    skip : int
        Frames to drop first.
    take : float
        Frames to take after that.
    endless : bool
        Whether the decoder must not guess where the end is.
    seek : callable or None
        Returns, for a frame, the pieces from which a decoder gives that frame exactly, and the
        first frame that it gives then; None instead of the frame if the decoder's count tells it.
    """

    pieces: Sequence[Piece]
    skip: int = 0
    take: float = math.inf
    endless: bool = False
    seek: Callable[[int], tuple[list[Piece], int | None]] | None = None


@dataclass(frozen=True)
class ExpectedLength:
    """How long a sound should be by its file.

    Attributes
    ----------
    frames : float or None
        How many; `GOES_ON` if the file only says that the sound goes on, None if it says nothing.
    tolerance : float
        Frames by which such headers are often wrong: so many may be missing without a warning.
    has_all : bool
        Whether no byte is missing, so that only the count can be wrong.
    rough_end : str
        The sign that the file breaks off, if nothing states its length.
    is_estimate : bool
        Whether the number of frames was estimated from bytes that are not all sound.
    """

    frames: float | None = None
    tolerance: float = 0.0
    has_all: bool = False
    rough_end: str = ""
    is_estimate: bool = False


@dataclass(frozen=True)
class Layout:
    """The parts of a file in order, and how long they should be.

    Attributes
    ----------
    parts : list of Part
        All of the sound.
    sought : list of Piece or None
        The pieces for a decoder that seeks, if they differ.
    frames : float or None
        How many there are, None if only a decoder knows.
    expected : float or None
        How many there should be, None if the file does not say.
    share : float
        The share of the stated bytes that the file holds.
    tolerance, has_all, rough_end, is_estimate
        As in `ExpectedLength`.
    """

    parts: list[Part]
    sought: list[Piece] | None = None
    frames: float | None = None
    expected: float | None = None
    share: float = 1.0
    tolerance: float = 0.0
    has_all: bool = False
    rough_end: str = ""
    is_estimate: bool = False

    def expected_length(self, end: int, count: float | None = None) -> ExpectedLength:
        """Return the expected length, once the file was decoded up to frame `end`.

        `count` is the number of frames that a decoder read in the header.
        """
        expected = count if self.expected is None else self.expected
        if self.share < 1 and self.expected is None:
            expected = end / self.share if end and self.share else GOES_ON
        return ExpectedLength(
            expected, self.tolerance, self.has_all, self.rough_end, self.is_estimate
        )


def read_layout(reader: ByteReader) -> Layout:
    """Find out where a file's sound stands.

    Raises
    ------
    ValueError
        If a header leads nowhere.
    """
    begin = 0
    while tag := tag_length(reader.read_at(begin, 10)):
        begin += tag
    start = reader.read_at(begin, 16)
    if start[:4] == b"OggS":
        return _ogg(reader, begin)
    if start[:4] == b"fLaC":
        return _flac(reader, begin)
    if start[:8] == b"NIST_1A\n":
        count = re.search(rb"\nsample_count -i (\d+)", reader.read_at(begin, 1024))
        return Layout([Part([(begin, reader.size)])], expected=int(count[1]) if count else None)
    if chunked := _chunked(reader, begin):
        return chunked
    if is_container(reader, begin):
        share = available_share(reader, begin)
        return Layout([Part([(begin, reader.size)])], share=share, is_estimate=True)
    return _mpeg(reader, begin) or Layout([Part([(begin, reader.size)])])


def _chunked(reader: ByteReader, begin: int) -> Layout | None:
    if (header := read_header(reader, begin)) is None:
        return None
    share = header.available / header.stated if header.stated else 1.0
    if header.is_mpeg and (mpeg := _mpeg(reader, header.begin)):
        is_cut = share < 1 and mpeg.expected == mpeg.frames
        return replace(mpeg, expected=None, share=share, is_estimate=True) if is_cut else mpeg
    parts = [Part(header.pieces or [(begin, reader.size)])]
    expected = header.frames if share < 1 else None
    return Layout(parts, expected=expected, share=share, is_estimate=header.is_packed)


def _mpeg(reader: ByteReader, begin: int) -> Layout | None:
    found = find_frames(reader, begin, _AT_LATEST)
    stretches = [stretch for stretch in found.stretches if stretch.frames]
    if not stretches:
        return None
    parts = [
        Part(
            stretch.runs,
            stretch.skip,
            stretch.samples,
            True,
            functools.partial(stretch.seek, reader),
        )
        for stretch in stretches
    ]
    return Layout(
        parts,
        frames=sum(stretch.samples for stretch in stretches),
        expected=sum(stretch.expected for stretch in stretches),
        tolerance=0 if found.rough_end else 2 * stretches[0].size,
        rough_end=found.rough_end,
    )


def _ogg(reader: ByteReader, begin: int) -> Layout:
    links = find_links(reader, begin)
    if not links:
        return Layout([Part([(begin, reader.size)])])
    goes_on = any(link.goes_on for link in links)
    has_ended = all(link.has_ended for link in links)
    return Layout(
        [Part(link.pieces(reader), seek=functools.partial(link.seek, reader)) for link in links],
        frames=None if all(link.is_in_order for link in links) else math.inf,
        expected=GOES_ON if goes_on else None,
        has_all=not goes_on,
        rough_end="" if has_ended else "its last page is not marked as the last",
    )


def _flac(reader: ByteReader, begin: int) -> Layout:
    """Read STREAMINFO; a total that is unknown or too small must not end the decoding."""
    as_is: list[Piece] = [(begin, _untagged(reader))]
    fields = reader.read_at(begin + 21, 5)
    total = int.from_bytes(fields, "big") & 0xFFFFFFFFF
    unknown_total = bytes([fields[0] & 0xF0]) + bytes(4) if len(fields) == 5 else b""
    pieces: list[Piece] = [(begin, begin + 21), unknown_total, (begin + 26, _untagged(reader))]
    return Layout(
        [Part(pieces)],
        sought=as_is if total else None,
        frames=total or math.inf,
        expected=total or None,
    )


def _untagged(reader: ByteReader) -> int:
    """Return the end of a file without its ID3v1 and APE tags."""
    end = reader.size
    if reader.read_at(max(0, end - 128), 3) == b"TAG":
        end -= 128
    footer = reader.read_at(max(0, end - 32), 32)
    if footer[:8] == b"APETAGEX":
        size = int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
        end -= min(size, end)
    return end
