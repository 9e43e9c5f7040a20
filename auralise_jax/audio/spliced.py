"""Pieces of a file, read as if they were a file: so a decoder is given only what is sound."""

from __future__ import annotations

import bisect
import io
import itertools
import math
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Piece = bytes | tuple[int, int]
"""Bytes as they stand, or where a stretch of the file begins and ends."""

_HELD = 1 << 16  # bytes that `Spliced` reads at once for a decoder that asks for a few
_FEW = 1 << 12
_AHEAD = 1 << 18  # bytes that `Ahead` reads at once


def open_regular(path: Path) -> io.FileIO:
    """Open a file for reading, if it is one: what is no regular file is never waited for.

    The file object has no name, so that no decoder concludes anything from its ending.

    Raises
    ------
    FileNotFoundError
        If there is nothing of that name.
    IsADirectoryError
        If it is a folder.
    ValueError
        If it is a named pipe, a device or a socket.
    OSError
        If it may not be read.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a zero in the name
        raise FileNotFoundError(f"there is no file {path}") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder; name a sound file in it")
    if not stat.S_ISREG(mode):
        raise ValueError(
            f"{path} is a pipe or a device, not a file; write the sound to a file first"
        )
    return io.FileIO(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb")


class Ahead:
    """Looks at a few bytes anywhere in a file, cheaply where the places follow one another."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._at, self._held = 0, b""
        self.size = os.fstat(file.fileno()).st_size

    def look(self, at: int, count: int) -> bytes:
        """Return `count` bytes from `at` on, fewer at the end of the file."""
        held, first = self.around(at, count)
        return held[first : first + count]

    def around(self, at: int, count: int) -> tuple[bytes, int]:
        """Return bytes from before and behind `at`, and where in them it stands.

        There are at least `count` behind it, unless the file ends.
        """
        if at >= self.size:  # where a header may lead
            return b"", 0
        first = at - self._at
        if first < 0 or first + count > len(self._held):
            self._file.seek(at)
            self._held = self._file.read(max(count, _AHEAD)) or b""
            self._at, first = at, 0
        return self._held, first

    def find(self, mark: bytes, at: int, last: float = math.inf) -> int:
        """Return where `mark` stands next, the file's size if nowhere or far behind `last`."""
        while at < self.size and at <= last:
            self.look(at, len(mark))
            place = self._held.find(mark, at - self._at)
            if place >= 0:
                return self._at + place
            at = max(at + 1, self._at + len(self._held) - len(mark) + 1)
        return self.size


class Spliced(io.RawIOBase):
    """Some pieces of a file, one behind the other.

    Parameters
    ----------
    file : FileIO
        Where stretches are read from. It stays open when this is closed.
    pieces : sequence of Piece
        In the order in which they are read.
    endless : bool
        Whether to pretend to be an exabyte long, for a decoder that would stop where it guesses
        that the end is. Reading ends where the pieces end, all the same.
    """

    def __init__(self, file: io.FileIO, pieces: Sequence[Piece], endless: bool = False) -> None:
        self._file, self._pieces = file, [piece for piece in pieces if _length(piece)]
        self._begins = [0, *itertools.accumulate(map(_length, self._pieces))]
        self._size = self._begins[-1]
        self._told = self._size + (1 << 60 if endless else 0)
        self._at = 0
        self._held, self._held_at = b"", 0

    @property
    def is_used_up(self) -> bool:
        """Whether everything up to the end was read."""
        return self._at >= self._size

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place, which may lie behind the end."""
        self._at = max(0, offset + (0, self._at, self._told)[whence])
        return self._at

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next, and return how many bytes that was."""
        count, first = len(buffer), self._at - self._held_at
        if first >= 0 and first + count <= len(self._held):  # MP3's asks for each frame by itself
            buffer[:] = self._held[first : first + count]
            self._at += count
            return count
        if count < _FEW and self._at < self._size:
            held, at = bytearray(_HELD), self._at
            self._held, self._held_at = b"", at
            self._held = bytes(held[: self._read(memoryview(held))])
            self._at = at
            count = min(count, len(self._held))
            buffer[:count] = self._held[:count]
            self._at += count
            return count
        return self._read(memoryview(buffer).cast("B"))

    def _read(self, into: memoryview) -> int:
        if self._at >= self._size:
            # MP3's decoder looks for a tag in the last bytes, and gives up if there are none.
            left = max(0, self._told - self._at)
            tail = min(len(into), left) if left <= 256 else 0
            into[:tail] = bytes(tail)
            self._at += tail
            return tail
        done = 0
        while done < len(into) and self._at < self._size:
            number = bisect.bisect_right(self._begins, self._at) - 1
            piece, inside = self._pieces[number], self._at - self._begins[number]
            want = min(len(into) - done, _length(piece) - inside)
            if isinstance(piece, bytes):
                into[done : done + want] = piece[inside : inside + want]
                have = want
            else:
                self._file.seek(piece[0] + inside)
                have = self._file.readinto(into[done : done + want]) or 0
            done += have
            self._at += have
            if have == 0:  # the file has become shorter
                break
        return done


def cut(pieces: Sequence[Piece], begin: int, end: float = math.inf) -> list[Piece]:
    """Return the pieces of bytes `begin` to `end` of some pieces."""
    left: list[Piece] = []
    for piece in pieces:
        size = _length(piece)
        first, last = max(0, begin), int(min(size, end))
        if first < last:
            left.append(
                piece[first:last]
                if isinstance(piece, bytes)
                else (piece[0] + first, piece[0] + last)
            )
        begin, end = begin - size, end - size
    return left


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else max(0, piece[1] - piece[0])
