"""Sound files that come from the page in pieces."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from auralise_jax.audio import Clip, load_clip

LARGEST = 200_000_000
"""Bytes of one file, at most."""

LONGEST = 900.0
"""Seconds of a file that are kept."""

AT_ONCE = 8
"""Files that may be on their way at the same time."""


@dataclass
class _Arriving:
    name: str
    size: int
    parts: list[bytes] = field(default_factory=list)
    have: int = 0


class Uploads:
    """Puts pieces together, checks every length, and decodes the whole."""

    def __init__(self) -> None:
        self._arriving: dict[str, _Arriving] = {}

    def take(self, told: dict[str, Any], buffers: Sequence[memoryview]) -> Clip | None:
        """Take one piece; return the clip when it was the last.

        Parameters
        ----------
        told : dict
            ``id`` of the file, its ``name`` and ``size`` in bytes, and ``at``, the piece's place.
        buffers : sequence of memoryview
            The piece, one buffer.

        Raises
        ------
        ValueError
            If a file is too large, a piece does not fit, or the file holds no sound.
        """
        key, name, size = str(told["id"]), str(told["name"])[:200], int(told["size"])
        if not 0 < size <= LARGEST:
            raise ValueError(
                f"{name}: {size / 1e6:.0f} MB; a file may have up to {LARGEST / 1e6:.0f} MB and "
                "must not be empty. Load a long one in Python: aj.load_clip(path, duration=...)"
            )
        if int(told["at"]) == 0:
            self._arriving.pop(key, None)
            if len(self._arriving) >= AT_ONCE:
                raise ValueError(f"{name}: only {AT_ONCE} files can be on their way at once")
            self._arriving[key] = _Arriving(name, size)
        arriving = self._arriving.get(key)
        piece = bytes(buffers[0]) if len(buffers) == 1 else b""
        fits = (
            arriving is not None
            and (arriving.name, arriving.size, arriving.have) == (name, size, int(told["at"]))
            and 0 < len(piece) <= size - arriving.have
        )
        if arriving is None or not fits:
            self._arriving.pop(key, None)
            raise ValueError(f"{name}: a piece of it does not fit; please choose the file again")
        arriving.parts.append(piece)
        arriving.have += len(piece)
        if arriving.have < size:
            return None
        del self._arriving[key]
        return _decode(name, b"".join(arriving.parts))


def _decode(name: str, data: bytes) -> Clip:
    """Decode a file's bytes; the decoders want a path, so it is on disk for that long."""
    known = PurePosixPath(name.replace("\\", "/"))
    with tempfile.TemporaryDirectory(prefix="auralise-") as folder:
        suffix = "".join(c for c in known.suffix if c.isalnum())[:8]
        path = Path(folder) / (f"upload.{suffix}" if suffix else "upload")
        path.write_bytes(data)
        try:
            clip = load_clip(path, duration=LONGEST)
        except (ValueError, OSError) as error:
            raise ValueError(f"{name}: {str(error).replace(str(path), name)}") from None
    return Clip(clip.samples, clip.sample_rate, known.stem or "upload")
