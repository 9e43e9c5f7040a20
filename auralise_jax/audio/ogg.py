"""Ogg: pages found one by one, since several files may stand behind one another in one."""

from __future__ import annotations

import bisect
import struct
import zlib
from array import array
from dataclasses import dataclass, field

from auralise_jax.audio.spliced import Ahead, Piece, cut

_VORBIS = b"\x01vorbis"
_SOUND = (_VORBIS, b"OpusHead", b"\x7fFLAC", b"Speex   ")
_PAGES = 3  # of the end, which trims: libvorbis must not take them for the beginning
_HEAD = struct.Struct("<5xBq4sI5x")  # flags, position, serial number, page number
_FIRST, _LAST = 2, 4  # flags of a page
_FAR = 1 << 32  # samples, more than a page holds
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(page: bytes | bytearray) -> int:
    """Return the CRC-32 of RFC 3533: zlib's polynomial, but from the other end of each byte."""
    turned = zlib.crc32(page.translate(_TURNED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{turned:032b}"[::-1], 2)


@dataclass
class Link:
    """One stream of sound; a chained file has several, one behind the other.

    Attributes
    ----------
    runs : list of (int, int)
        Where its pages begin and end, those of pictures and text left out.
    has_ended : bool
        Whether its last page says that it is the last.
    goes_on : bool
        Whether a page or a packet breaks off.
    granule : int
        The last position that a page gives, the last page left out.
    last : tuple
        Where the last page begins and ends, and the position that it gives.
    longest : int
        Samples of the longest packet of Vorbis, which needs no more than the packet before it; 0 if
        it is not Vorbis.
    is_gapless : bool
        Whether pages are numbered and positioned one behind the other.
    positions, places : array of int
        For every page, the last position up to its end, and the bytes of the pages before it.
    total : int
        Bytes of all pages.
    """

    serial: bytes | None = None
    runs: list[tuple[int, int]] = field(default_factory=list)
    has_ended: bool = False
    goes_on: bool = False
    granule: int = 0
    last: tuple[int, int, int] = (0, 0, 0)
    longest: int = 0
    is_gapless: bool = True
    positions: array[int] = field(default_factory=lambda: array("q"))
    places: array[int] = field(default_factory=lambda: array("q"))
    total: int = 0

    def add(self, begin: int, end: int, position: int, number: int) -> None:
        """Take in a page."""
        last = self.last[2]
        self.is_gapless &= (last == -1 or last >= self.granule) and number == len(self.places)
        self.granule = max(self.granule, last)
        self.last = (begin, end, position)
        self.places.append(self.total)
        self.positions.append(max(self.granule, position))
        self.total += end - begin
        if self.runs and self.runs[-1][1] == begin:
            begin = self.runs.pop()[0]
        self.runs.append((begin, end))

    def seek(self, ahead: Ahead, sample: int) -> tuple[list[Piece], int | None]:
        """Return what a decoder reads that is to give `sample`, and which it then gives first.

        That is everything, or the headers and the pages from some before the sample on: then the
        decoder has to say, by what is missing from its count. The first packet gives no sound.
        """
        pieces = self.pieces(ahead)
        headers = bisect.bisect_right(self.positions, 0)
        page = bisect.bisect_right(self.positions, sample - 2 * self.longest)
        page = min(page, len(self.places) - _PAGES)
        if not self.longest or not self.is_gapless or not 0 < headers < page:
            return pieces, 0
        return [*cut(pieces, 0, self.places[headers]), *cut(pieces, self.places[page])], None

    @property
    def is_in_order(self) -> bool:
        """Whether the last page's position does not lie before the others'."""
        return self.last[2] >= self.granule

    def pieces(self, ahead: Ahead) -> list[Piece]:
        """Return the pages. A last position that would trim what is there is put out of reach."""
        begin, end, _ = self.last
        if self.is_in_order:
            return list(self.runs)
        page = bytearray(ahead.look(begin, end - begin))
        page[6:14] = (self.granule + _FAR).to_bytes(8, "little")
        page[22:26] = bytes(4)
        page[22:26] = checksum(page).to_bytes(4, "little")
        return [*self.runs[:-1], (self.runs[-1][0], begin), bytes(page)]


def find_links(ahead: Ahead, at: int = 0) -> list[Link]:
    """Walk through an Ogg file's pages from `at` on."""
    links: list[Link] = []
    beginning = False
    while True:
        data, first = ahead.around(at, _HEAD.size + 255)
        if data[first : first + 4] != b"OggS":
            if (at := ahead.find(b"OggS", at)) >= ahead.size:
                break
            continue
        end = first + _HEAD.size
        if end > len(data) or len(lengths := data[end : end + data[end - 1]]) < data[end - 1]:
            size = ahead.size  # more than there is
        else:
            size = _HEAD.size + len(lengths) + sum(lengths)
        if at + size > ahead.size:
            if links:
                links[-1].goes_on = True
            break
        flags, position, serial, number = _HEAD.unpack_from(data, first)
        if flags & _FIRST:
            if not beginning:
                links.append(Link())
            begins = ahead.look(at + _HEAD.size + len(lengths), 29)
            if links[-1].serial is None and begins.startswith(_SOUND):
                links[-1].serial = serial
                if begins.startswith(_VORBIS):
                    links[-1].longest = 1 << (begins[-1] >> 4)
        beginning = bool(flags & _FIRST)
        if links and links[-1].serial == serial:
            links[-1].add(at, at + size, position, number)
            links[-1].has_ended = bool(flags & _LAST)
            links[-1].goes_on = lengths[-1:] == b"\xff"  # the last packet goes on in another page
        at += size
    return [link for link in links if link.runs]
