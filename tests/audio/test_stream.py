"""Sound block by block: parts, rates, bounded memory, and the verdict at the end."""

import os
import shutil
import subprocess
import sys
import tracemalloc
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from auralise_jax.audio import load_clip, resampling
from auralise_jax.audio.spliced import ByteReader, Spliced, open_regular
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


needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")


@pytest.mark.parametrize("kind", ["wav", pytest.param("mka", marks=needs_ffmpeg)])
def test_a_sound_that_was_closed_is_not_read_on(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "noise.wav", np.tile(NOISE, (20, 1)), RATE)
    path = tmp_path / f"noise.{kind}"
    if kind != "wav":
        command = ["ffmpeg", "-v", "error", "-i", tmp_path / "noise.wav", "-c:a", "copy", path]
        subprocess.run(command, check=True)
    begin, children = subprocess.Popen.__init__, []

    def beginning(self: subprocess.Popen[bytes], *args: object, **settings: object) -> None:
        children.append(self)
        begin(self, *args, **settings)

    monkeypatch.setattr(subprocess.Popen, "__init__", beginning)
    with open_sound(path) as sound:
        readers = [sound.blocks(), sound.blocks(sample_rate=4000), sound.blocks(offset=1.0)]
        for blocks in readers[:2]:
            next(blocks)
    assert len(children) == (0 if kind == "wav" else 2)
    assert all(child.returncode is not None for child in children)
    for blocks in readers:
        with pytest.raises(ValueError, match=rf"noise\.{kind} was closed while it was read"):
            next(blocks)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(tmp_path / "pipe.wav")
    for name in ("pipe.wav", "link.wav"):
        with pytest.raises(ValueError, match=rf"{name} is a pipe or a device, not a file; write"):
            load_clip(tmp_path / name)


@pytest.mark.parametrize(
    "name", [b"caf\xe9.wav", b"\xff\xfe.wav", b"-i.wav", b"a:b.wav", b".38.wav"]
)
def test_any_name_is_read(tmp_path: Path, name: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(os.fsdecode(name))
    try:
        file = path.open("wb")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    with file:
        soundfile.write(file, NOISE, RATE, format="WAV")
    clip = load_clip(path)
    assert len(clip.samples) == len(NOISE)
    assert clip.title == name[:-4].decode("utf-8", "replace")


def test_a_clip_has_a_most_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "MOST_SAMPLES", 20_000)
    path = tmp_path / "noise.flac"
    soundfile.write(path, NOISE, RATE)
    words = r"noise\.flac is longer than 2 s at 8000 Hz, the most .* pass offset= and duration="
    with pytest.raises(ValueError, match=words):
        load_clip(path)
    assert load_clip(path, offset=1.0, duration=2.0).duration == 2.0
    with pytest.raises(ValueError, match="longer than 1 s at 16000 Hz"):
        load_clip(path, duration=2.0, sample_rate=16_000)
    with pytest.raises(ValueError, match="the clip is longer than 1 s at 16000 Hz"):
        load_clip(path, duration=2.0).resample(16_000)


def test_a_most_holds_where_no_length_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resampling, "MOST_SAMPLES", 20_000)
    path = tmp_path / "noise.flac"
    soundfile.write(path, NOISE, RATE)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # of STREAMINFO, the 36 bits that say how many samples there are
    data[22:26] = bytes(4)
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is longer than 2 s at 8000 Hz"):
        load_clip(path)


@pytest.mark.parametrize("rate", [1, 999, 768_001])
def test_absurd_rates_are_heard_and_not_resampled(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, NOISE[:100], rate)
    assert load_clip(path).sample_rate == rate
    with pytest.raises(ValueError, match=rf"its rate is {rate} Hz; expected 1000 to 768000 Hz"):
        load_clip(path, sample_rate=11025)
    with pytest.raises(ValueError, match=rf"its rate is {rate} Hz"):
        load_clip(path).resample(11025)


def test_threads_leave_the_warnings_as_they_were(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "good.wav", NOISE, RATE)
    for number in range(12):
        (tmp_path / f"{number}.m4a").write_bytes(bytes([number]) * 3000)
    before = list(warnings.filters)

    def read(path: Path) -> str:
        try:
            return str(load_clip(path).duration)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(read, sorted(tmp_path.iterdir())))
    assert sum("is not a sound file that can be read here" in one for one in told) == 12
    assert warnings.filters == before


def test_a_library_that_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(types.ModuleType):
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setitem(sys.modules, "audioread", types.ModuleType("audioread"))
    for name, part in (("ffdec", "FFmpegAudioFile"), ("rawread", "RawAudioFile")):
        module = types.ModuleType(f"audioread.{name}")
        setattr(module, part, object)
        monkeypatch.setitem(sys.modules, f"audioread.{name}", module)
    monkeypatch.setitem(sys.modules, "librosa", Broken("librosa"))
    path = tmp_path / "song.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    words = r"song\.m4a is not .*; librosa: cannot cache function: no locator available\)"
    with pytest.raises(ValueError, match=words):
        load_clip(path)


def test_without_ffmpeg_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "song.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    words = r"FFmpeg: it is not installed.*or install FFmpeg, which reads more formats$"
    with pytest.raises(ValueError, match=words):
        load_clip(path)


def test_places_behind_the_end_of_a_file_hold_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"some bytes")
    with open_regular(path) as file:
        assert ByteReader(file).read_at(1 << 63, 4) == b""
        assert [ByteReader(file).find(mark, 1) for mark in (b"e", b"s", b"z")] == [3, 9, 10]
        spliced = Spliced(file, [(0, 10)])
        spliced.seek(99)
        assert spliced.readinto(bytearray(4)) == 0
