"""Pieces of a file, read as if they were a file, so that a decoder is given only the sound."""

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
"""Literal bytes, or begin and end of a section of the file."""

_BUFFER_BYTES = 1 << 16  # bytes that `Spliced` reads at once for a decoder that asks for few
_SMALL_READ = 1 << 12
_READ_AHEAD = 1 << 18  # bytes that `ByteReader` reads at once


def open_regular(path: Path) -> io.FileIO:
    """Open a regular file for reading; other files (pipes, devices) are refused without waiting.

    The file object has no name, so that no decoder guesses a format from the suffix.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        If the path is a folder.
    ValueError
        If the path is a named pipe, a device or a socket.
    OSError
        If the file may not be read.
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


class ByteReader:
    """Reads a few bytes anywhere in a file, cheaply where the positions follow one another."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._at, self._buffer = 0, b""
        self.size = os.fstat(file.fileno()).st_size

    def read_at(self, at: int, count: int) -> bytes:
        """Return `count` bytes from `at` on, fewer at the end of the file."""
        data, first = self.around(at, count)
        return data[first : first + count]

    def around(self, at: int, count: int) -> tuple[bytes, int]:
        """Return bytes around `at`, and the index of `at` in them.

        At least `count` bytes follow it, unless the file ends.
        """
        if at >= self.size:  # where a header may lead
            return b"", 0
        first = at - self._at
        if first < 0 or first + count > len(self._buffer):
            self._file.seek(at)
            self._buffer = self._file.read(max(count, _READ_AHEAD)) or b""
            self._at, first = at, 0
        return self._buffer, first

    def find(self, mark: bytes, at: int, last: float = math.inf) -> int:
        """Return the next position of `mark`, the file's size if there is none up to `last`."""
        while at < self.size and at <= last:
            self.read_at(at, len(mark))
            place = self._buffer.find(mark, at - self._at)
            if place >= 0:
                return self._at + place
            at = max(at + 1, self._at + len(self._buffer) - len(mark) + 1)
        return self.size


class Spliced(io.RawIOBase):
    """Some pieces of a file, one behind the other.

    Parameters
    ----------
    file : FileIO
        The file that sections are read from. It stays open when this object is closed.
    pieces : sequence of Piece
        In the order in which they are read.
    endless : bool
        Whether to report a size of an exabyte, for a decoder that would otherwise stop at an end
        that it guesses. Reading still ends where the pieces end.
    """

    def __init__(self, file: io.FileIO, pieces: Sequence[Piece], endless: bool = False) -> None:
        self._file, self._pieces = file, [piece for piece in pieces if _length(piece)]
        self._begins = [0, *itertools.accumulate(map(_length, self._pieces))]
        self._size = self._begins[-1]
        self._stated_size = self._size + (1 << 60 if endless else 0)
        self._at = 0
        self._buffer, self._buffer_at = b"", 0

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
        """Move to a position, which may lie behind the end."""
        self._at = max(0, offset + (0, self._at, self._stated_size)[whence])
        return self._at

    def tell(self) -> int:
        """Return the position that is read next."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, and return their number."""
        count, first = len(buffer), self._at - self._buffer_at
        if first >= 0 and first + count <= len(
            self._buffer
        ):  # the MP3 decoder reads frame by frame
            buffer[:] = self._buffer[first : first + count]
            self._at += count
            return count
        if count < _SMALL_READ and self._at < self._size:
            data, at = bytearray(_BUFFER_BYTES), self._at
            self._buffer, self._buffer_at = b"", at
            self._buffer = bytes(data[: self._read(memoryview(data))])
            self._at = at
            count = min(count, len(self._buffer))
            buffer[:count] = self._buffer[:count]
            self._at += count
            return count
        return self._read(memoryview(buffer).cast("B"))

    def _read(self, into: memoryview) -> int:
        if self._at >= self._size:
            # MP3's decoder looks for a tag in the last bytes, and gives up if there are none.
            parts = max(0, self._stated_size - self._at)
            tail = min(len(into), parts) if parts <= 256 else 0
            into[:tail] = bytes(tail)
            self._at += tail
            return tail
        done = 0
        while done < len(into) and self._at < self._size:
            number = bisect.bisect_right(self._begins, self._at) - 1
            piece, inside = self._pieces[number], self._at - self._begins[number]
            size = min(len(into) - done, _length(piece) - inside)
            if isinstance(piece, bytes):
                into[done : done + size] = piece[inside : inside + size]
                got = size
            else:
                self._file.seek(piece[0] + inside)
                got = self._file.readinto(into[done : done + size]) or 0
            done += got
            self._at += got
            if got == 0:  # the file has become shorter
                break
        return done


def cut(pieces: Sequence[Piece], begin: int, end: float = math.inf) -> list[Piece]:
    """Return the pieces that hold bytes `begin` to `end` of the joined pieces."""
    inside: list[Piece] = []
    for piece in pieces:
        size = _length(piece)
        first, last = max(0, begin), int(min(size, end))
        if first < last:
            inside.append(
                piece[first:last]
                if isinstance(piece, bytes)
                else (piece[0] + first, piece[0] + last)
            )
        begin, end = begin - size, end - size
    return inside


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else max(0, piece[1] - piece[0])
