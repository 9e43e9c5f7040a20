"""Containers of packets: what stands in them is not taken for an MP3, nor a part for the whole."""

import io
import math
import re
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sounds import hear, run_ffmpeg, write

from auralise_jax.audio import load_clip

RATE = 44100
NOISE = np.random.default_rng(0).normal(0, 0.05, 3 * RATE).astype(np.float32)
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")
PICTURES = ["-f", "lavfi", "-i", "testsrc=size=96x64:rate=25:duration=3"]


def mp3() -> bytes:
    """Return the noise as MP3."""
    file = io.BytesIO()
    soundfile.write(file, NOISE, RATE, format="MP3", bitrate_mode="CONSTANT")
    return file.getvalue()


def box(name: bytes, data: bytes) -> bytes:
    """Return a box of an MP4."""
    return struct.pack(">I", 8 + len(data)) + name + data


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """The noise as WAV."""
    soundfile.write(tmp_path / "noise.wav", NOISE, RATE)
    return tmp_path / "noise.wav"


def packed(data: bytes, size: int, head: bytes) -> bytes:
    """Return bytes in packets of one size, each behind a head."""
    step = size - len(head)
    pieces = [data[at : at + step].ljust(step, b"\xff") for at in range(0, len(data), step)]
    return b"".join(head + piece for piece in pieces)


@pytest.mark.parametrize(
    "kind",
    ["program", "transport", "disk", "parity", "QuickTime", "Flash", "NSV", "tar", "Matroska"],
)
def test_packets_are_not_spliced(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = mp3()
    data = {
        "program": b"\0\0\1\xba" + bytes(10) + packed(sound, 2048, b"\0\0\1\xc0" + bytes(10)),
        "transport": packed(sound, 188, b"G\x40\0\x10"),
        "disk": packed(sound, 192, bytes(4) + b"G\x40\0\x10"),
        "parity": packed(sound, 204, b"G\x40\0\x10"),
        "QuickTime": box(b"wide", b"") + box(b"mdat", sound),
        "Flash": b"FLV\1\4\0\0\0\x09" + bytes(4) + sound,
        "NSV": b"NSVf" + bytes(24) + sound,
        "tar": b"song.mp3".ljust(257, b"\0") + b"ustar" + bytes(250) + sound,
        "Matroska": b"\x1aE\xdf\xa3\x80" + b"\x18S\x80g\xff" + sound,
    }[kind]
    monkeypatch.setenv("PATH", str(tmp_path))  # FFmpeg makes of them what it can
    with pytest.raises(ValueError, match="song is not a sound file that can be read here"):
        load_clip(write(tmp_path / "song", data))


CONTAINERS = {
    "mpg": "mp2", "ts": "mp2", "m2ts": "mp2", "flv": "libmp3lame", "avi": "libmp3lame",
    "mkv": "libmp3lame", "mov": "libmp3lame", "nut": "mp2", "asf": "mp2",
}  # fmt: skip


@needs_ffmpeg
@pytest.mark.parametrize("kind", CONTAINERS)
def test_the_sound_of_a_film_is_what_ffmpeg_hears(noise: Path, kind: str) -> None:
    path = noise.with_suffix(f".{kind}")
    run_ffmpeg("-i", noise, *PICTURES, "-c:a", CONTAINERS[kind], path)
    clip, said = hear(path)
    wanted = np.frombuffer(run_ffmpeg("-i", path, "-vn", "-f", "f32le", "-"), "<f4")
    np.testing.assert_array_equal(clip.samples, wanted)
    assert abs(clip.duration - 3) < 0.1
    assert not said


FAST = ["-movflags", "+faststart"]


@needs_ffmpeg
@pytest.mark.parametrize(
    ("kind", "how", "share"),
    [
        ("mkv", ["-c:a", "libmp3lame"], 0.5),
        ("mkv", ["-c:a", "flac"], 0.9),
        ("mov", ["-c:a", "aac", *FAST], 0.5),
        ("mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"], 0.3),
        ("avi", ["-c:a", "libmp3lame"], 0.5),
        ("asf", ["-c:a", "wmav2"], 0.5),
    ],
)
def test_a_part_of_a_film_is_refused(noise: Path, kind: str, how: list[str], share: float) -> None:
    path = noise.with_suffix(f".{kind}")
    run_ffmpeg("-i", noise, *PICTURES, *how, path)
    assert abs(load_clip(path).duration - 3) < 0.1
    data = path.read_bytes()
    write(path, data[: int(share * len(data))])
    with pytest.raises(ValueError, match=r"is cut off.*promises .* but the sound ends at [012]\."):
        load_clip(path)


@needs_ffmpeg
@pytest.mark.parametrize("seconds", [1, 5])
def test_sound_may_be_shorter_or_longer_than_the_pictures(noise: Path, seconds: int) -> None:
    path = noise.with_suffix(".mkv")
    pictures = [*PICTURES[:-1], PICTURES[-1].replace("duration=3", f"duration={seconds}")]
    run_ffmpeg("-i", noise, *pictures, "-c:a", "flac", path)
    clip, said = hear(path)
    assert len(clip.samples) == len(NOISE)
    assert not said


@needs_ffmpeg
def test_matroska_says_how_long_its_sound_is(noise: Path) -> None:
    path = noise.with_suffix(".mkv")
    run_ffmpeg("-i", noise, *PICTURES, "-c:a", "flac", path)
    data = path.read_bytes()
    assert data.count(b"00:00:03.0") == 2  # of the pictures too
    write(path, data.replace(b"00:00:03.0", b"00:00:09.0"))
    words = r"cut off: its header promises 9\.000 s, but the sound ends at 3\.000 s"
    with pytest.raises(ValueError, match=words):
        load_clip(path)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_part_of_an_mp3_in_a_wav_is_refused(tmp_path: Path, share: float) -> None:
    sound = re.sub(b"Info|Xing", b"    ", mp3())  # nothing but the WAV's header knows the length
    layout = struct.pack("<HHIIHHHHIHHH", 0x55, 1, RATE, 16000, 1, 0, 12, 1, 2, 1152, 1, 1393)
    head = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout
    head += b"data" + struct.pack("<I", len(sound))
    data = b"RIFF" + struct.pack("<I", len(head) + len(sound)) + head + sound
    whole, said = hear(write(tmp_path / "a.wav", data))
    assert abs(whole.duration - 3) < 0.1
    assert not said
    path = write(tmp_path / "a.wav", data[: math.ceil(share * len(data))])
    words = r"promises about (\d\.\d+) s, but the sound ends at (\d\.\d+) s"
    with pytest.raises(ValueError, match=words) as error:
        load_clip(path)
    promised, end = (float(one) for one in re.search(words, str(error.value)).groups())
    assert abs(promised - 3) < 0.15
    assert abs(end - 3 * share) < 0.15


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_part_of_alac_in_caf_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.caf"
    soundfile.write(path, NOISE, RATE, subtype="ALAC_16")
    assert hear(path)[1] == []
    data = path.read_bytes()
    with pytest.raises(ValueError, match=r"promises about \d\.\d+ s, but the sound ends at"):
        load_clip(write(path, data[: int(share * len(data))]))
