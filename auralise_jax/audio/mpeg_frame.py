"""Frames of MPEG audio, and their headers of four bytes (ISO 11172-3, 13818-3)."""

from __future__ import annotations

import functools

from auralise_jax.audio.spliced import ByteReader

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITRATES = {  # kbit/s by version 1 or not, and layer
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
LARGEST = 2885
"""Bytes of the largest frame, and of the header behind it."""


@functools.lru_cache(maxsize=1 << 12)
def read_header(second: int, third: int) -> tuple[int, int, int] | None:
    """Return a frame's bytes, samples and rate from bytes 1 and 2 of its header."""
    version, layer = second >> 3 & 3, 4 - (second >> 1 & 3)
    bits, rate_index, padding = third >> 4, third >> 2 & 3, third >> 1 & 1
    if second < 0xE0 or version == 1 or layer == 4 or bits in (0, 15) or rate_index == 3:
        return None
    rate = _RATES[version][rate_index]
    bitrate = 1000 * _BITRATES[version == 3, layer][bits - 1]
    if layer == 1:
        return (12 * bitrate // rate + padding) * 4, 384, rate
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * bitrate // rate + padding, samples, rate


def kind_of(head: bytes) -> tuple[int, int, bool]:
    """Return what all frames of a stretch share: version and layer, rate, whether they are mono."""
    return head[1] & 0xFE, head[2] & 0x0C, head[3] >> 6 == 3


def frame_at(reader: ByteReader, at: int) -> tuple[bytes, int] | None:
    """Return header and size in bytes of the frame at `at`, None if there is none."""
    head = reader.read_at(at, 4)
    found = read_header(head[1], head[2]) if len(head) == 4 and head[0] == 0xFF else None
    return None if found is None else (head, found[0])


@functools.lru_cache(maxsize=64)
def sizes_like(second: int, rate_index: int, mono: bool) -> tuple[list[int], list[bool]]:
    """Return a frame's size by its third byte (0: other rate), and whether its fourth byte fits."""
    sizes = [(read_header(second, third) or (0,))[0] for third in range(256)]
    return (
        [size if third & 0x0C == rate_index else 0 for third, size in enumerate(sizes)],
        [(fourth >> 6 == 3) == mono for fourth in range(256)],
    )


def is_layer_3(head: bytes) -> bool:
    """Whether a header is that of an MP3."""
    return head[1] & 0x06 == 0x02


def side_size(head: bytes) -> int:
    """Return the bytes of side information in a frame of layer 3."""
    is_first, is_mono = head[1] >> 3 & 3 == 3, head[3] >> 6 == 3
    return (17 if is_mono else 32) if is_first else (9 if is_mono else 17)


def silenced_head(start: bytes) -> bytes:
    """Return header and side information of a silent frame; `start` begins the frame to silence.

    Its main data stay for later frames to borrow. How far back its own main data would begin
    (main_data_begin) stays, too, since mpg123 passes older data on by that number.
    """
    head, has_checksum = start[:4], not start[1] & 1
    main_data_begin = start[6:8] if has_checksum else start[4:6]
    side = main_data_begin[:1] + (
        bytes([main_data_begin[1] & 0x80]) if start[1] >> 3 & 3 == 3 else b"\0"
    )
    side = side.ljust(side_size(head), b"\0")
    return head + _checksum(head[2:] + side) * has_checksum + side


def _checksum(data: bytes) -> bytes:
    """Return the CRC-16 of a frame (ISO 11172-3, 2.4.3.1)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x8005 if crc >> 15 else 0)) & 0xFFFF
    return crc.to_bytes(2, "big")
