"""Sound files for tests: written, taken apart, and heard with what was warned of."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

from auralise_jax.audio import Clip, load_clip


def write(path: Path, data: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(data)
    return path


def hear(path: Path, **asked: float) -> tuple[Clip, list[str]]:
    """Load a clip, and return with it what was warned of."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        clip = load_clip(path, **asked)
    return clip, [str(one.message) for one in said]


def run_ffmpeg(*arguments: str | Path) -> bytes:
    """Run FFmpeg and return what it writes to its standard output."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ogg_pages(data: bytes) -> list[bytes]:
    """Return the pages of an Ogg file (RFC 3533, section 6)."""
    pages, at = [], 0
    while at < len(data):
        size = 27 + data[at + 26] + sum(data[at + 27 : at + 27 + data[at + 26]])
        pages.append(data[at : at + size])
        at += size
    return pages


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the frames of each block that libsndfile decodes."""
    read, counts = soundfile.SoundFile.read, []

    def counting(self: soundfile.SoundFile, *args: object, **settings: object) -> np.ndarray:
        block = read(self, *args, **settings)
        counts.append(len(block))
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", counting)
    return counts
