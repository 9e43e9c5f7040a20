"""Sound files that come from the page in pieces."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from auralise_jax.audio import Clip, load_clip
from auralise_jax.widgets import door

LARGEST = 200_000_000
"""Bytes of one file, at most."""

LONGEST = 900.0
"""Seconds of a file that are kept."""

MOST_SAMPLES = 48_000 * 900
"""Samples of a file that are kept: `LONGEST` at 48 kHz, less at higher rates."""

LOWEST_RATE = 1000
"""Hertz below which a file is no sound: half of that is the highest frequency in it."""

AT_ONCE = 8
"""Files that may be on their way at the same time."""

ABANDONED = 60.0
"""Seconds without a piece after which a file makes room for another."""


@dataclass
class _Arriving:
    name: str
    size: int
    seen: float
    parts: list[bytes] = field(default_factory=list)
    have: int = 0


class Uploads:
    """Puts pieces together, checks every length, and decodes the whole.

    Parameters
    ----------
    clock : callable
        Seconds, for files that stop coming.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._arriving: dict[str, _Arriving] = {}
        self._clock = clock

    def take(self, told: Mapping[str, Any], buffers: Sequence[memoryview]) -> Clip | None:
        """Take one piece; return the clip when it was the last.

        Parameters
        ----------
        told : mapping
            ``id`` of the file, its ``name`` and ``size`` in bytes, and ``at``, the piece's place.
        buffers : sequence of memoryview
            The piece, one buffer.

        Raises
        ------
        ValueError
            If a file is too large, a piece does not fit, or the file holds no sound.
        """
        key, name = door.text(told, "id"), door.text(told, "name")
        size, at = door.whole(told, "size"), door.whole(told, "at")
        if size <= 0:
            raise ValueError(f"{name} holds nothing; a sound file must not be empty")
        if size > LARGEST:
            raise ValueError(
                f"{name}: {size / 1e6:.0f} MB; a file may have up to {LARGEST / 1e6:.0f} MB. "
                "Load a long one in Python: aj.load_clip(path, duration=...)"
            )
        if at == 0:
            self._arriving.pop(key, None)
            self._drop_abandoned()
            if len(self._arriving) >= AT_ONCE:
                raise ValueError(
                    f"{name}: only {AT_ONCE} files can be on their way at once; "
                    "wait until one has arrived, then choose it again"
                )
            self._arriving[key] = _Arriving(name, size, self._clock())
        arriving = self._arriving.get(key)
        piece = bytes(buffers[0]) if len(buffers) == 1 else b""
        fits = (
            arriving is not None
            and (arriving.name, arriving.size, arriving.have) == (name, size, at)
            and 0 < len(piece) <= size - arriving.have
        )
        if arriving is None or not fits:
            self._arriving.pop(key, None)
            raise ValueError(f"{name}: a piece of it does not fit; please choose the file again")
        arriving.parts.append(piece)
        arriving.have += len(piece)
        arriving.seen = self._clock()
        if arriving.have < size:
            return None
        del self._arriving[key]
        return _decode(name, b"".join(arriving.parts))

    def cancel(self, told: Mapping[str, Any]) -> None:
        """Forget a file that is on its way, by its ``id``."""
        self._arriving.pop(door.text(told, "id"), None)

    def _drop_abandoned(self) -> None:
        oldest = self._clock() - ABANDONED
        for key in [key for key, one in self._arriving.items() if one.seen < oldest]:
            del self._arriving[key]


def shortened(clip: Clip) -> bool:
    """Return whether a clip is as long as what is kept of a file."""
    return len(clip.samples) >= _most(clip.sample_rate)


def _most(rate: int) -> int:
    """Return how many samples of a file are kept."""
    return min(round(LONGEST * rate), MOST_SAMPLES)


def _decode(name: str, data: bytes) -> Clip:
    """Decode a file's bytes; the decoders want a path, so it is on disk for that long."""
    known = PurePosixPath(name.replace("\\", "/"))
    with tempfile.TemporaryDirectory(prefix="auralise-") as folder:
        suffix = "".join(c for c in known.suffix if c.isalnum())[:8]
        path = Path(folder) / (f"upload.{suffix}" if suffix else "upload")
        path.write_bytes(data)
        try:
            clip = load_clip(path, duration=_seconds(path))
        except (ValueError, OSError) as error:
            raise ValueError(_named(str(error), str(path), name)) from None
    if clip.sample_rate < LOWEST_RATE:
        raise ValueError(
            f"{name} has {clip.sample_rate} samples a second, which is no music; a file needs "
            f"{LOWEST_RATE} or more"
        )
    most = _most(clip.sample_rate)
    return Clip(clip.samples[:most], clip.sample_rate, known.stem or "upload")


def _seconds(path: Path) -> float:
    """Return how much of a file is decoded: what is kept, and no more where its rate is known."""
    import soundfile

    try:
        rate = float(soundfile.info(path).samplerate)
    except (soundfile.LibsndfileError, TypeError):  # a format for another decoder
        return LONGEST
    return min(LONGEST, MOST_SAMPLES / rate)


def _named(words: str, path: str, name: str) -> str:
    """Return what is wrong with a file: its name instead of the path, once, in front."""
    about = re.sub(rf" ?['\"]?{re.escape(path)}['\"]?", "", words)
    return name + about if about.startswith((" ", ":")) else f"{name}: {about}"
