"""Uploads: sound files come from the page in pieces and are decoded when complete."""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.audio.stream import Sound, open_sound
from auralise_jax.widgets import door

LARGEST = 200_000_000
"""Bytes of a file, at most."""

LONGEST = 900.0
"""Seconds of a file that are kept."""

MOST_SAMPLES = 48_000 * 900
"""Samples of a file that are kept: `LONGEST` at 48 kHz, less at higher rates."""

LOWEST_RATE = 1000
"""Hertz; half of a file's sampling rate is the highest frequency that it can hold."""

AT_ONCE = 8
"""Files that may be uploaded at the same time."""

ABANDONED = 60.0
"""Seconds without a piece after which a file makes room for another."""


class _Arriving:
    """A file on its way; its folder on disk is deleted by `forget`, or with this object."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size, self.have, self.seen = name, size, 0, 0.0
        folder = tempfile.mkdtemp(prefix="auralise-")
        self.forget = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        suffix = "".join(c for c in _base(name).suffix if c.isalnum())[:8]
        self.path = Path(folder) / (f"upload.{suffix}" if suffix else "upload")

    def fits(self, name: str, size: int, at: int, piece: memoryview | bytes) -> bool:
        """Return whether a piece is the next of this file."""
        is_next = (self.name, self.size, self.have) == (name, size, at)
        return is_next and 0 < len(piece) <= size - self.have

    def add(self, piece: memoryview | bytes, now: float) -> None:
        """Append the next piece."""
        with self.path.open("ab") as file:
            file.write(piece)
        self.have += len(piece)
        self.seen = now


class Uploads:
    """Joins the pieces of uploaded files, checks every length, and decodes complete files.

    Parameters
    ----------
    clock : callable
        Returns seconds; files without a new piece for `ABANDONED` seconds may be dropped.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._arriving: dict[str, _Arriving] = {}
        self._clock = clock

    def take(
        self,
        message: Mapping[str, Any],
        buffers: Sequence[memoryview],
        say: Callable[[str], object] = lambda _: None,
    ) -> Clip | None:
        """Take a piece; return the clip if this was the last piece.

        Parameters
        ----------
        message : mapping
            ``id`` of the file, its ``name`` and ``size`` in bytes, and ``at``, the number of its
            bytes that came before the piece.
        buffers : sequence of memoryview
            The piece, one buffer.
        say : callable
            Called with a sentence if the file is read although it is not quite whole.

        Returns
        -------
        Clip or None
            At most `LONGEST` seconds and `MOST_SAMPLES` samples of the file, at the file's
            sampling rate; its title is the file's name without its ending. None as long as pieces
            are missing.

        Raises
        ------
        ValueError
            If a file is too large, a piece does not fit, the pieces cannot be kept on disk, or the
            file holds no sound; the file is forgotten then.

        Examples
        --------
        >>> uploads = Uploads()
        >>> message = {"id": "1", "name": "song.wav", "size": 1000, "at": 0}
        >>> uploads.take(message, [memoryview(b"RIFF")]) is None
        True
        >>> uploads.take(message | {"at": 900}, [memoryview(b"more")])
        Traceback (most recent call last):
        ValueError: song.wav: a piece of it does not fit; please choose the file again
        """
        key, name = door.text(message, "id"), door.text(message, "name")
        size, at = door.whole(message, "size"), door.whole(message, "at")
        if size <= 0:
            raise ValueError(f"{name} holds nothing; a sound file must not be empty")
        if size > LARGEST:
            raise ValueError(
                f"{name}: {size / 1e6:.0f} MB; a file may have up to {LARGEST / 1e6:.0f} MB. "
                "Load a long file in Python: aj.load_clip(path, duration=...)"
            )
        piece = buffers[0] if len(buffers) == 1 else b""
        try:
            arriving = self._begin(key, name, size) if at == 0 else self._arriving.get(key)
            if arriving is None or not arriving.fits(name, size, at, piece):
                self._forget(key)
                raise ValueError(
                    f"{name}: a piece of it does not fit; please choose the file again"
                )
            arriving.add(piece, self._clock())
        except OSError as error:
            self._forget(key)
            raise ValueError(
                f"{name} cannot be kept on disk while it arrives: {error.strerror}; make room for "
                "temporary files where Python runs, then choose the file again"
            ) from None
        if arriving.have < size:
            return None
        try:
            return _decode(arriving, say)
        finally:
            self._forget(key)

    def cancel(self, message: Mapping[str, Any]) -> None:
        """Drop an unfinished file by its ``id``."""
        self._forget(door.text(message, "id"))

    def clear(self) -> None:
        """Drop all unfinished files."""
        for key in list(self._arriving):
            self._forget(key)

    def _begin(self, key: str, name: str, size: int) -> _Arriving:
        self._forget(key)
        oldest = self._clock() - ABANDONED
        for other in [other for other, file in self._arriving.items() if file.seen < oldest]:
            self._forget(other)
        if len(self._arriving) >= AT_ONCE:
            raise ValueError(
                f"{name}: only {AT_ONCE} files can be on their way at once; "
                "wait until another has arrived, then choose this file again"
            )
        self._arriving[key] = arriving = _Arriving(name, size)
        return arriving

    def _forget(self, key: str) -> None:
        if arriving := self._arriving.pop(key, None):
            arriving.forget()


def shortened(clip: Clip) -> bool:
    """Return whether a clip has the largest length that is kept of a file."""
    return len(clip.samples) >= _most(clip.sample_rate)


def _most(rate: int) -> int:
    """Return how many samples of a file are kept."""
    return min(round(LONGEST * rate), MOST_SAMPLES)


def _base(name: str) -> PurePosixPath:
    return PurePosixPath(PurePosixPath(name.replace("\\", "/")).name)


def _decode(arriving: _Arriving, say: Callable[[str], object]) -> Clip:
    name, path = arriving.name, arriving.path
    try:
        with open_sound(path, warn=lambda words: say(_named(words, str(path), name))) as sound:
            if sound.sample_rate < LOWEST_RATE:
                raise ValueError(
                    f"its sampling rate is {sound.sample_rate} Hz; a sound file needs "
                    f"{LOWEST_RATE} Hz or more"
                )
            samples = _beginning(sound)
    except (ValueError, OSError) as error:
        raise ValueError(_named(str(error), str(path), name)) from None
    return Clip(samples, sound.sample_rate, _base(name).stem or "upload")


def _beginning(sound: Sound) -> np.ndarray:
    """Decode the part of a file that is kept, into a single array."""
    most = _most(sound.sample_rate)
    known = min(sound.duration * sound.sample_rate, most)
    samples, count = np.empty(math.ceil(known), np.float32), 0
    for block in sound.blocks(duration=most / sound.sample_rate):
        if count + len(block) > len(samples):  # a header that promised less
            samples = np.concatenate([samples[:count], np.empty(most - count, np.float32)])
        samples[count : count + len(block)] = block
        count += len(block)
    return samples[:count]  # a clip copies it


def _named(words: str, path: str, name: str) -> str:
    """Return an error's words with the file's name in front, instead of the path."""
    about = re.sub(rf" ?['\"]?{re.escape(path)}['\"]?", "", words)
    return name + about if about.startswith((" ", ":")) else f"{name}: {about}"
