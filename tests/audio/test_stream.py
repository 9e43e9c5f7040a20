"""Sound block by block: parts, rates, bounded memory, and the verdict at the end."""

import shutil
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from auralise_jax.audio import load_clip
from auralise_jax.audio.stream import open_sound

RATE = 8000
NOISE = np.random.default_rng(0).normal(0, 0.1, (5 * RATE, 2)).astype(np.float32)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate", [RATE, 11025])
def test_blocks_joined_are_the_clip(tmp_path: Path, ending: str, rate: int) -> None:
    path = tmp_path / f"noise.{ending}"
    soundfile.write(path, NOISE, RATE)
    with open_sound(path) as sound:
        assert (sound.sample_rate, sound.duration) == (RATE, 5.0)
        found = np.concatenate(list(sound.blocks(offset=1.25, duration=2.0, sample_rate=rate)))
        again = np.concatenate(list(sound.blocks(offset=1.25, duration=2.0, sample_rate=rate)))
    clip = load_clip(path, offset=1.25, duration=2.0, sample_rate=rate)
    np.testing.assert_array_equal(found, clip.samples)
    np.testing.assert_array_equal(again, clip.samples)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", RATE, 2) as file:
        for _ in range(60):
            file.write(np.tile(NOISE, (12, 1)) if _ == 0 else np.zeros((60 * RATE, 2)))
    with open_sound(path) as sound:
        list(sound.blocks(duration=1.0))  # imports
        tracemalloc.start()
        count = sum(len(block) for block in sound.blocks(sample_rate=4000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 60 * 60 * 4000
    assert peak < 5e6  # bytes; an hour of two channels would be 230 million


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")
def test_ffmpeg_gives_parts_of_the_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "noise.wav", NOISE, RATE)
    path = tmp_path / "noise.m4a"
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "noise.wav", path]
    subprocess.run(command, check=True)
    with open_sound(path) as sound:
        whole = np.concatenate(list(sound.blocks()))
        part = np.concatenate(list(sound.blocks(offset=2.0, duration=1.0)))
    assert abs(len(whole) - 5 * RATE) <= 2048  # two frames of AAC
    np.testing.assert_array_equal(part, whole[2 * RATE : 3 * RATE])
