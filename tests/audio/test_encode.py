"""Sounds as bytes: the same samples are the same bytes."""

import io
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from auralise_jax.audio.encode import encode


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


def crc(data: bytes) -> int:
    """Return Ogg's checksum, bit by bit as RFC 3533 has it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value >> 31 else 0)
            value &= 0xFFFFFFFF
    return value


def pages(data: bytes) -> list[bytes]:
    return [b"OggS" + page for page in data.split(b"OggS")[1:]]


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_the_same_samples_are_the_same_bytes(subtype: str) -> None:
    samples = noise(9000)
    data = encode(samples, 8000, ".ogg", subtype=subtype)
    assert data == encode(samples, 8000, ".ogg", subtype=subtype)
    (serial,) = {page[14:18] for page in pages(data)}
    others = [encode(noise(9000, seed), 8000, ".ogg", subtype=subtype) for seed in range(1, 6)]
    assert len({serial, *(pages(other)[0][14:18] for other in others)}) == 6


def test_each_page_has_its_checksum() -> None:
    data = encode(noise(30_000), 8000, ".ogg")
    assert len(pages(data)) > 4
    for page in pages(data):
        blank = page[:22] + bytes(4) + page[26:]
        assert int.from_bytes(page[22:26], "little") == crc(blank)


@pytest.mark.parametrize(
    "command", ["ffmpeg -v warning -xerror -i - -f s16le -ac 1 -", "oggdec -Q -R -o - -"]
)
def test_other_decoders_read_what_libsndfile_reads(command: str) -> None:
    words = command.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"needs {words[0]}")
    data = encode(noise(30_000), 8000, ".ogg")
    done = subprocess.run(words, input=data, capture_output=True, check=True)
    assert not done.stderr
    read, rate = soundfile.read(io.BytesIO(data))
    assert rate == 8000
    other = np.frombuffer(done.stdout, "<i2") / 32768
    assert len(read) == len(other) == 30_000
    np.testing.assert_allclose(other, read, atol=2 / 32768)  # two roundings
