"""Late windows: the same samples as in the whole, without decoding what comes before."""

import io
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import count_reads, ogg_pages, run_ffmpeg, write

from auralise_jax.audio import load_clip
from auralise_jax.audio.mpeg import find_frames
from auralise_jax.audio.ogg import checksum
from auralise_jax.audio.spliced import ByteReader

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")


def music(rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    """Return tones, noise that comes and goes, and silence, so that frames vary in size."""
    time = np.arange(round(rate * seconds)) / rate
    rng = np.random.default_rng(0)
    sound = 0.2 * np.sin(2 * np.pi * 440 * time * (1 + 0.1 * np.sin(time)))
    sound += rng.normal(0, 0.2, len(time)) * (np.sin(9 * time) > 0.5)
    sound *= np.sin(2 * time) > -0.8
    return np.stack([sound * (1 - 0.3 * number) for number in range(channels)], axis=1)


def mp3(rate: int, channels: int, mode: str, level: float, seconds: float = 7.0) -> bytes:
    """Encode the music; a level of 0 is the best quality, of nearly 1 the lowest rate."""
    file = io.BytesIO()
    how = {"bitrate_mode": mode, "compression_level": level}
    soundfile.write(file, music(rate, seconds, channels), rate, format="MP3", **how)
    return file.getvalue()


def layer_1(frames: int) -> bytes:
    """Return frames of layer I, mono, 160 kbit/s at 44.1 kHz: random, as no encoder is at hand.

    Each of 32 subbands has 2 bits a sample, so 16 bytes of allocation; then 32 scale factors of
    6 bits, and 96 bytes of samples (ISO 11172-3, 2.4.1.5).
    """
    rng = np.random.default_rng(0)
    data = []
    for _ in range(frames):
        factors = "".join(f"{factor:06b}" for factor in rng.integers(20, 60, 32))
        factor_bytes = int(factors, 2).to_bytes(24, "big")
        body = b"\x11" * 16 + factor_bytes + rng.bytes(96)
        data.append(b"\xff\xff\x50\xc0" + body.ljust(168, b"\0"))
    return b"".join(data)


FILES: dict[str, Callable[[], bytes]] = {
    "constant, stereo": lambda: mp3(44100, 2, "CONSTANT", 0.5),
    "constant, 320": lambda: mp3(48000, 2, "CONSTANT", 0.0),
    "constant, 32, mono": lambda: mp3(32000, 1, "CONSTANT", 0.99),
    "average": lambda: mp3(44100, 2, "AVERAGE", 0.6),
    "variable": lambda: mp3(44100, 1, "VARIABLE", 0.7),
    "MPEG-2, constant": lambda: mp3(22050, 2, "CONSTANT", 0.7),
    "MPEG-2, 8 kbit": lambda: mp3(24000, 1, "CONSTANT", 0.999, 20.0),
    "MPEG-2.5, variable": lambda: mp3(8000, 2, "VARIABLE", 0.9, 20.0),
    "joined": lambda: mp3(44100, 2, "VARIABLE", 0.5, 5.0) + mp3(44100, 2, "CONSTANT", 0.8, 5.0),
    "without an info frame": lambda: mp3(44100, 2, "CONSTANT", 0.5)[417:],
    "with rubbish between": lambda: bytes(999).join([mp3(44100, 1, "CONSTANT", 0.6)[627:]] * 2),
    "layer I": lambda: layer_1(900),
}


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The files, made once."""
    folder = tmp_path_factory.mktemp("seeking")

    def make(kind: str) -> Path:
        path = folder / kind.replace(" ", "-")
        return path if path.exists() else write(path, FILES[kind]())

    return make


VORBIS: dict[str, Callable[[], bytes]] = {
    "stereo": lambda: vorbis(44100, 2),
    "low rate": lambda: vorbis(8000, 1, seconds=40.0),
    "chained": lambda: vorbis(44100, 2) + vorbis(44100, 1) + vorbis(44100, 2),
    "without an end": lambda: b"".join(ogg_pages(vorbis(44100, 1))[:-1]),
    "position too high": lambda: moved(vorbis(44100, 1), 9000),
    "position too low": lambda: moved(vorbis(44100, 1), -9000),
    "begun late": lambda: without(vorbis(44100, 2), range(2, 9)),
    "a page missing": lambda: without(vorbis(44100, 2), range(12, 13)),
}


def vorbis(rate: int, channels: int, seconds: float = 9.0) -> bytes:
    """Encode the music as Ogg Vorbis."""
    file = io.BytesIO()
    soundfile.write(file, music(rate, seconds, channels), rate, format="OGG", subtype="VORBIS")
    return file.getvalue()


def moved(data: bytes, samples: int) -> bytes:
    """Return an Ogg file whose last page says that the sound ends so many samples later."""
    *pages, last = ogg_pages(data)
    page = bytearray(last)
    page[6:14] = (int.from_bytes(last[6:14], "little") + samples).to_bytes(8, "little")
    page[22:26] = bytes(4)
    page[22:26] = checksum(page).to_bytes(4, "little")
    return b"".join([*pages, page])


def without(data: bytes, numbers: range) -> bytes:
    """Return an Ogg file that lacks some pages."""
    pages = ogg_pages(data)
    return b"".join(page for number, page in enumerate(pages) if number not in numbers)


@pytest.mark.parametrize("kind", VORBIS)
def test_any_part_of_vorbis_is_bit_for_bit_that_of_the_whole(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "a.ogg", VORBIS[kind]())
    with warnings.catch_warnings():
        if kind in ("without an end", "position too high", "a page missing"):
            warnings.simplefilter("ignore")  # they are not quite whole
        check_parts(path)


@pytest.mark.skipif(not shutil.which("oggenc"), reason="needs oggenc")
@pytest.mark.parametrize("quality", ["-1", "3", "10"])
def test_any_part_of_oggencs_vorbis_is_that_of_the_whole(tmp_path: Path, quality: str) -> None:
    soundfile.write(tmp_path / "a.wav", music(44100, 9.0, 2), 44100)
    command = ["oggenc", "-Q", "-q", quality, tmp_path / "a.wav", "-o", tmp_path / "a.ogg"]
    subprocess.run(command, check=True)
    check_parts(tmp_path / "a.ogg")


@pytest.mark.skipif(not shutil.which("lame"), reason="needs LAME")
@pytest.mark.parametrize("how", [["-b", "128"], ["-b", "8", "-m", "m", "--resample", "22.05"]])
def test_any_part_of_mp3_with_checksums_is_that_of_the_whole(
    tmp_path: Path, how: list[str]
) -> None:
    soundfile.write(tmp_path / "a.wav", music(44100, 9.0, 2), 44100)
    command = ["lame", "--quiet", "-p", "-t", *how, tmp_path / "a.wav", tmp_path / "a.mp3"]
    subprocess.run(command, check=True)
    check_parts(tmp_path / "a.mp3")


def check_parts(path: Path) -> None:
    """Compare parts of a file with the whole, bit by bit."""
    whole = load_clip(path)
    size, rate = len(whole.samples), whole.sample_rate
    assert whole.peak > 0.01

    @settings(max_examples=40, deadline=None, database=None)
    @given(st.integers(0, size - 1), st.integers(1, 3000))
    def check(first: int, count: int) -> None:
        part = load_clip(path, offset=first / rate, duration=count / rate).samples
        np.testing.assert_array_equal(part, whole.samples[first : first + count])

    check()
    for first in range(0, size, size // 20):
        rest = load_clip(path, offset=first / rate).samples
        np.testing.assert_array_equal(rest, whole.samples[first:])


@pytest.mark.parametrize("kind", FILES)
def test_any_part_of_mpeg_is_bit_for_bit_that_of_the_whole(
    song: Callable[[str], Path], kind: str
) -> None:
    check_parts(song(kind))


@needs_ffmpeg
@pytest.mark.parametrize("rate", [48000, 16000])
def test_any_part_of_layer_2_is_bit_for_bit_that_of_the_whole(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", music(rate, 7.0, 2), rate)
    run_ffmpeg("-i", tmp_path / "a.wav", "-c:a", "mp2", "-b:a", "64k", tmp_path / "a.mp2")
    check_parts(tmp_path / "a.mp2")


@pytest.mark.parametrize(
    ("kind", "most"),
    [("constant, stereo", 1.0), ("variable", 1.0), ("MPEG-2, 8 kbit", 2.5), ("vorbis", 1.0)],
)
def test_a_late_window_is_sought(
    song: Callable[[str], Path],
    kind: str,
    most: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(tmp_path / "a.ogg", vorbis(44100, 2)) if kind == "vorbis" else song(kind)
    counts = count_reads(monkeypatch)
    clip = load_clip(path, offset=6.0, duration=0.5)
    assert sum(counts) <= (0.5 + most) * clip.sample_rate  # of 6.5 s


class Counting(io.FileIO):
    """A file that counts the bytes which are read."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read, and count."""
        data = super().read(size) or b""
        self.count += len(data)
        return data


@pytest.mark.parametrize(("zeros", "found"), [(16_000_000, 1), (18_000_000, 0), (1 << 33, 0)])
def test_zeros_before_the_first_frame_are_bounded(tmp_path: Path, zeros: int, found: int) -> None:
    path = tmp_path / "kept.mp3"
    with path.open("wb") as file:  # sparse where the file system can
        try:
            file.seek(zeros)
            file.write(layer_1(20))
        except OSError:
            pytest.skip("no room for such a file")
    with Counting(path) as counted:
        frames = find_frames(ByteReader(counted))
        assert [stretch.frames for stretch in frames.stretches] == [20] * found
        assert counted.count < 18_000_000
