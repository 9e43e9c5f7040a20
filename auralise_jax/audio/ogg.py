"""Ogg: pages found one by one, since several streams may follow one another in a file."""

from __future__ import annotations

import bisect
import struct
import zlib
from array import array
from dataclasses import dataclass, field

from auralise_jax.audio.spliced import ByteReader, Piece, cut

_VORBIS = b"\x01vorbis"
_SOUND = (_VORBIS, b"OpusHead", b"\x7fFLAC", b"Speex   ")
_PAGES = 3  # at the end, which trim it: libvorbis must not take them for the beginning
_HEAD = struct.Struct("<5xBq4sI5x")  # flags, position, serial number, page number
_FIRST, _LAST = 2, 4  # flags of a page
_FAR = 1 << 32  # samples, more than a page holds
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(page: bytes | bytearray) -> int:
    """Return the CRC-32 of RFC 3533: zlib's polynomial, but from the other end of each byte."""
    reversed_crc = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reversed_crc:032b}"[::-1], 2)


@dataclass
class Link:
    """One stream of sound; a chained file has several, one after the other.

    Attributes
    ----------
    runs : list of (int, int)
        Begin and end of its pages, without those of pictures and text.
    has_ended : bool
        Whether its last page is marked as the last.
    goes_on : bool
        Whether a page or a packet breaks off.
    granule : int
        The last position of a page, without the last page.
    last : tuple
        Begin, end and position of the last page.
    longest : int
        Samples of the longest Vorbis packet (a packet needs only its predecessor); 0 if it is not
        Vorbis.
    is_gapless : bool
        Whether numbers and positions of the pages have no gap.
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
        """Add a page."""
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

    def seek(self, reader: ByteReader, sample: int) -> tuple[list[Piece], int | None]:
        """Return the pieces from which a decoder gives `sample`, and their first sample.

        These are all pages, or the headers and the pages from shortly before the sample on; then
        the first sample is None, and follows from what the decoder counts less. (The first packet
        gives no sound.)
        """
        pieces = self.pieces(reader)
        headers = bisect.bisect_right(self.positions, 0)
        page = bisect.bisect_right(self.positions, sample - 2 * self.longest)
        page = min(page, len(self.places) - _PAGES)
        if not self.longest or not self.is_gapless or not 0 < headers < page:
            return pieces, 0
        return [*cut(pieces, 0, self.places[headers]), *cut(pieces, self.places[page])], None

    @property
    def is_in_order(self) -> bool:
        """Whether the last page has the largest position."""
        return self.last[2] >= self.granule

    def pieces(self, reader: ByteReader) -> list[Piece]:
        """Return the pages, with a last position that would trim earlier pages put out of reach."""
        begin, end, _ = self.last
        if self.is_in_order:
            return list(self.runs)
        page = bytearray(reader.read_at(begin, end - begin))
        page[6:14] = (self.granule + _FAR).to_bytes(8, "little")
        page[22:26] = bytes(4)
        page[22:26] = checksum(page).to_bytes(4, "little")
        return [*self.runs[:-1], (self.runs[-1][0], begin), bytes(page)]


def find_links(reader: ByteReader, at: int = 0) -> list[Link]:
    """Walk through an Ogg file's pages from `at` on."""
    links: list[Link] = []
    beginning = False
    while True:
        data, first = reader.around(at, _HEAD.size + 255)
        if data[first : first + 4] != b"OggS":
            if (at := reader.find(b"OggS", at)) >= reader.size:
                break
            continue
        end = first + _HEAD.size
        if end > len(data) or len(lengths := data[end : end + data[end - 1]]) < data[end - 1]:
            size = reader.size  # more than there is
        else:
            size = _HEAD.size + len(lengths) + sum(lengths)
        if at + size > reader.size:
            if links:
                links[-1].goes_on = True
            break
        flags, position, serial, number = _HEAD.unpack_from(data, first)
        if flags & _FIRST:
            if not beginning:
                links.append(Link())
            packet = reader.read_at(at + _HEAD.size + len(lengths), 29)
            if links[-1].serial is None and packet.startswith(_SOUND):
                links[-1].serial = serial
                if packet.startswith(_VORBIS):
                    links[-1].longest = 1 << (packet[-1] >> 4)
        beginning = bool(flags & _FIRST)
        if links and links[-1].serial == serial:
            links[-1].add(at, at + size, position, number)
            links[-1].has_ended = bool(flags & _LAST)
            links[-1].goes_on = lengths[-1:] == b"\xff"  # the last packet continues on another page
        at += size
    return [link for link in links if link.runs]
