"""Ogg: pages found one by one, since several files may stand behind one another in one."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from auralise_jax.audio.spliced import Ahead, Piece

_SOUND = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
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
    """

    serial: bytes | None = None
    runs: list[tuple[int, int]] = field(default_factory=list)
    has_ended: bool = False
    goes_on: bool = False
    granule: int = 0
    last: tuple[int, int, int] = (0, 0, 0)

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
    while (at := ahead.find(b"OggS", at)) < ahead.size:
        head = ahead.look(at, 27 + 255)
        lengths = head[27 : 27 + head[26]] if len(head) >= 27 else b""
        size = 27 + len(lengths) + sum(lengths)
        if len(head) < 27 or len(lengths) < head[26] or at + size > ahead.size:
            if links:
                links[-1].goes_on = True
            break
        flags, serial = head[5], head[14:18]
        if flags & _FIRST:
            if not beginning:
                links.append(Link())
            begins = ahead.look(at + 27 + len(lengths), 8)
            if links[-1].serial is None and begins.startswith(_SOUND):
                links[-1].serial = serial
        beginning = bool(flags & _FIRST)
        if links and links[-1].serial == serial:
            runs = links[-1].runs
            if runs and runs[-1][1] == at:
                runs[-1] = (runs[-1][0], at + size)
            else:
                runs.append((at, at + size))
            links[-1].has_ended = bool(flags & _LAST)
            links[-1].goes_on = lengths[-1:] == b"\xff"  # the last packet goes on in another page
            links[-1].granule = max(links[-1].granule, links[-1].last[2])
            links[-1].last = (at, at + size, int.from_bytes(head[6:14], "little", signed=True))
        at += size
    return [link for link in links if link.runs]
