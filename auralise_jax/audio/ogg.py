"""Ogg: pages found one by one, since several files may stand behind one another in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from auralise_jax.audio.spliced import Ahead

_SOUND = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
_FIRST, _LAST = 2, 4  # flags of a page


@dataclass
class Link:
    """One stream of sound; a chained file has several, one behind the other.

    Attributes
    ----------
    runs : list of (int, int)
        Where its pages begin and end, those of pictures and text left out.
    is_whole : bool
        Whether its last page is there and says that it is the last.
    """

    serial: bytes | None = None
    runs: list[tuple[int, int]] = field(default_factory=list)
    is_whole: bool = False


def find_links(ahead: Ahead, at: int = 0) -> list[Link]:
    """Walk through an Ogg file's pages from `at` on."""
    links: list[Link] = []
    beginning = False
    while (at := ahead.find(b"OggS", at)) < ahead.size:
        head = ahead.look(at, 27 + 255)
        lengths = head[27 : 27 + head[26]] if len(head) >= 27 else b""
        size = 27 + len(lengths) + sum(lengths)
        if len(head) < 27 or len(lengths) < head[26] or at + size > ahead.size:
            break  # it breaks off inside a page
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
            links[-1].is_whole = bool(flags & _LAST)
        at += size
    return [link for link in links if link.runs]
