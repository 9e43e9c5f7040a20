"""Sound files out: encoding to bytes, and writing a file whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path

import numpy as np

# Libvorbis takes the process down above this rate, and when it is handed minutes at once.
_OGG_FASTEST = 192_000
_BLOCK = 1 << 16

_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}


def encode(
    samples: np.ndarray, sample_rate: int, suffix: str, *, subtype: str | None = None
) -> bytes:
    """Encode mono float samples as the sound file that `suffix` names.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the peak is above 1 and the format would clip it.
    """
    import soundfile

    kind = _FORMATS.get(suffix.lower())
    if kind is None:
        raise ValueError(
            f"cannot write {suffix or 'a file without ending'!r}: "
            f"the name must end in one of {', '.join(_FORMATS)}"
        )
    peak = float(np.abs(samples).max())
    if subtype is None and kind == "WAV" and peak > 1:
        subtype = "FLOAT"
    if peak > 1 and subtype not in ("FLOAT", "DOUBLE"):
        raise ValueError(
            f"the peak is {peak:.3g}, above 1, and {kind} would clip it; "
            "save it as .wav (32-bit float then), or turn it down first"
        )
    if kind == "OGG" and subtype is None:
        subtype = "VORBIS"
    buffer = io.BytesIO()
    try:
        if kind == "OGG" and sample_rate > _OGG_FASTEST:
            raise ValueError(f"more than {_OGG_FASTEST} Hz")
        with soundfile.SoundFile(
            buffer, "w", sample_rate, channels=1, format=kind, subtype=subtype
        ) as file:
            for first in range(0, len(samples), _BLOCK):
                file.write(samples[first : first + _BLOCK])
    except (soundfile.LibsndfileError, ValueError) as error:
        raise ValueError(
            f"{kind} cannot hold {sample_rate} Hz"
            f"{f' as {subtype}' if subtype else ''} ({error}); try .wav or .flac"
        ) from None
    return buffer.getvalue()


def check_place(path: Path) -> None:
    """Raise OSError if a file cannot be written at `path`; for asking before long work."""
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot write {path.name}: there is no folder {folder}")
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder; name a file in it")
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(f"cannot write {path}: the file is read-only")


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` in one step, so that a failure leaves nothing half-written."""
    check_place(path)
    folder = path.parent
    draft = folder / f".{secrets.token_hex(8)}{path.suffix}"
    try:
        file = draft.open("xb")
    except OSError as error:
        raise type(error)(f"cannot write in {folder}: {error.strerror}") from None
    try:
        with file:
            file.write(data)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
