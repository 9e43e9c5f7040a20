"""Encode samples as the bytes of a sound file."""

from __future__ import annotations

import hashlib
import io

import numpy as np

from auralise_jax.audio.ogg import checksum

# Libvorbis crashes the process above this rate, and when it gets minutes at once.
_OGG_MAX_RATE = 192_000
_BLOCK = 1 << 16

_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}


def encode(
    samples: np.ndarray,
    sample_rate: int,
    suffix: str,
    *,
    subtype: str | None = None,
    level: float | None = None,
) -> bytes:
    """Encode mono float samples as the sound file that `suffix` names.

    `level` is libsndfile's: of Vorbis from 0.0, the best and largest, to 1.0; by default its own.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the peak is above 1 and the format would clip it.
    """
    import soundfile

    kind = check_suffix(suffix)
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
        if kind == "OGG" and sample_rate > _OGG_MAX_RATE:
            raise ValueError(f"more than {_OGG_MAX_RATE} Hz")
        with soundfile.SoundFile(
            buffer,
            "w",
            sample_rate,
            channels=1,
            format=kind,
            subtype=subtype,
            compression_level=level,
        ) as file:
            for first in range(0, len(samples), _BLOCK):
                file.write(samples[first : first + _BLOCK])
    except (soundfile.LibsndfileError, ValueError) as error:
        raise ValueError(
            f"{kind} cannot hold {sample_rate} Hz"
            f"{f' as {subtype}' if subtype else ''} ({error}); try .wav or .flac"
        ) from None
    data = buffer.getvalue()
    return with_serial(data) if kind == "OGG" else data


def check_suffix(suffix: str) -> str:
    """Return the format that a name's ending chooses, or raise ValueError that says which can."""
    kind = _FORMATS.get(suffix.lower())
    if kind is None:
        raise ValueError(
            f"cannot write {suffix or 'a file without ending'!r}: "
            f"the name must end in one of {', '.join(_FORMATS)}"
        )
    return kind


def ogg_pages(data: bytes) -> list[bytearray]:
    """Return the pages of an Ogg file that `encode` made."""
    pages = []
    at = 0
    while at < len(data):
        lengths = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lengths) + sum(lengths)
        pages.append(bytearray(data[at:end]))
        at = end
    return pages


def with_serial(data: bytes, serial: bytes = b"") -> bytes:
    """Give an Ogg stream that `encode` made a serial number of four bytes.

    By default it is a hash of the content: libsndfile draws a random number, and this way the same
    samples become the same bytes. Streams of one number, rate and quality begin with the same
    bytes, the tables of Vorbis; they must not be chained. The number stands in each page (RFC 3533,
    section 6), as does a checksum of the page.
    """
    pages = ogg_pages(data)
    for page in pages:
        page[14:18] = page[22:26] = bytes(4)
    serial = serial or hashlib.sha256(b"".join(pages)).digest()[:4]
    for page in pages:
        page[14:18] = serial
        page[22:26] = checksum(page).to_bytes(4, "little")
    return b"".join(pages)
