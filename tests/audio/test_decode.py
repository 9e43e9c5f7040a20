"""Sound files in: every format, unusual but legal ones, and bad input."""

import contextlib
import math
import os
import struct
import sys
import tracemalloc
import wave
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from auralise_jax.audio import Clip, example_clips, load_clip
from auralise_jax.audio.decode import quiet_decoders, whole_duration

FORMATS = ["wav", "flac", "ogg", "mp3"]
UNKNOWN = 0xFFFFFFFF
"""What a writer that cannot go back puts for a size."""


def wav(
    data: bytes,
    *,
    rate: int = 8000,
    bits: int = 16,
    channels: int = 1,
    code: int = 1,
    before: bytes = b"",
    after: bytes = b"",
    riff_size: int | None = None,
    data_size: int | None = None,
) -> bytes:
    """Build a WAV file by hand; code 1 is whole-number PCM, 3 floating point."""
    align = channels * bits // 8
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * align, align, bits)
    size = len(data) if data_size is None else data_size
    body = b"WAVE" + chunk(b"fmt ", layout) + before + b"data" + struct.pack("<I", size)
    body += data + after
    return b"RIFF" + struct.pack("<I", len(body) if riff_size is None else riff_size) + body


def chunk(name: bytes, data: bytes) -> bytes:
    """Build a chunk of a WAV file; odd ones are filled up to even length."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def write(path: Path, data: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(data)
    return path


def melody(sample_rate: int, seconds: float = 2.0) -> np.ndarray:
    """Return two tones and a little noise, which no codec can make small."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    rough = np.random.default_rng(0).normal(0, 0.02, len(time))
    return 0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 1500 * time) + rough


STEPS = np.array([0, 1, -1, 8192, -16384, 32767, -32768], "<i2")
HEARD = [0.0, 1 / 32768, -1 / 32768, 0.25, -0.5, 32767 / 32768, -1.0]
"""What 16-bit steps mean: a step is 1 / 32768."""


# Every format


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_every_format(tmp_path: Path, ending: str, rate: int, channels: int) -> None:
    mono = melody(rate, 0.5)
    # The channels differ, and their mean is the melody.
    samples = mono if channels == 1 else np.stack([1.5 * mono, 0.5 * mono], axis=1)
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, samples, rate)
    clip = load_clip(path)
    assert (clip.sample_rate, clip.title, len(clip.samples)) == (rate, "song", len(mono))
    error = np.sqrt(np.mean((clip.samples - mono) ** 2))
    # 16-bit steps of 3e-5, rounded down. The lossy ones may lose the noise (0.02) and, in MP3's
    # joint stereo, as much again; a channel left out would be off by half the melody, 0.11.
    assert error < (3.1e-5 if ending in ("wav", "flac") else 0.04)


@pytest.mark.parametrize("ending", ["aiff", "au", "caf", "w64", "rf64"])
def test_reads_whatever_libsndfile_reads(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, STEPS, 8000)
    np.testing.assert_array_equal(load_clip(path).samples, np.float32(HEARD))


def test_path_may_be_text_and_the_ending_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "Ångström.dat", wav(STEPS.tobytes()))
    clip = load_clip(str(path))
    np.testing.assert_array_equal(clip.samples, np.float32(HEARD))
    assert clip.title == "Ångström"


@pytest.mark.parametrize("ending", FORMATS)
def test_offset_and_duration_cut_what_the_whole_file_holds(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, melody(22050), 22050)
    whole = load_clip(path).samples
    part = load_clip(path, offset=0.7, duration=0.25).samples
    assert len(part) == 5512  # 0.25 s are 5512.5 samples
    # Exact, but for MP3: its decoder starts anew at the offset, which may change a last bit.
    np.testing.assert_allclose(part, whole[15435:20947], rtol=0, atol=1e-6)


def test_offset_alone_and_duration_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", wav(STEPS.tobytes(), rate=2))
    np.testing.assert_array_equal(load_clip(path, offset=2.5).samples, np.float32(HEARD[5:]))
    np.testing.assert_array_equal(load_clip(path, duration=1).samples, np.float32(HEARD[:2]))
    np.testing.assert_array_equal(load_clip(path, offset=0).samples, np.float32(HEARD))


@pytest.mark.parametrize("duration", [99.0, 1e300, math.inf])
def test_a_duration_past_the_end_gives_what_there_is(tmp_path: Path, duration: float) -> None:
    path = write(tmp_path / "a.wav", wav(STEPS.tobytes(), rate=2))
    clip = load_clip(path, offset=2.5, duration=duration)
    np.testing.assert_array_equal(clip.samples, np.float32(HEARD[5:]))


def test_resamples_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    time = np.arange(48000) / 48000
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * time), 48000, subtype="FLOAT")
    clip = load_clip(path, sample_rate=11025, offset=0.2)
    assert (clip.sample_rate, clip.title, len(clip.samples)) == (11025, "tone", 8820)
    wanted = 0.5 * np.sin(2 * np.pi * 440 * (0.2 + np.arange(8820) / 11025))
    # The resampler's 20-bit quality; its filter sees silence past the ends, hence the middle.
    np.testing.assert_allclose(clip.samples[500:-500], wanted[500:-500], atol=2e-6)


# Unusual, but legal


def test_eight_channels_are_averaged(tmp_path: Path) -> None:
    # Channel k holds k * 4096 steps, an eighth of full scale each: mean 3.5 / 8.
    frames = np.tile(np.arange(8, dtype="<i2") * 4096, (50, 1))
    path = write(tmp_path / "a.wav", wav(frames.tobytes(), channels=8))
    clip = load_clip(path)
    np.testing.assert_array_equal(clip.samples, np.full(50, 0.4375, np.float32))


def test_averaging_keeps_opposite_channels_apart_from_silence(tmp_path: Path) -> None:
    frames = np.array([[16384, -16384], [16384, 0], [0, -8192]], "<i2")
    path = write(tmp_path / "a.wav", wav(frames.tobytes(), channels=2))
    np.testing.assert_array_equal(load_clip(path).samples, [0.0, 0.25, -0.125])


def test_more_frames_than_are_read_at_once(tmp_path: Path) -> None:
    count = 600_001  # more than two blocks of 2**18
    frames = np.random.default_rng(0).integers(-9999, 9999, (count, 2)).astype("<i2")
    path = write(tmp_path / "a.wav", wav(frames.tobytes(), channels=2))
    wanted = frames.astype(np.float64).mean(axis=1) / 32768
    # Exact: the mean of two 16-bit numbers fits float32.
    np.testing.assert_array_equal(load_clip(path).samples, wanted.astype(np.float32))


@pytest.mark.parametrize("rate", [1, 192_000, 768_000])
def test_unusual_rates(tmp_path: Path, rate: int) -> None:
    clip = load_clip(write(tmp_path / "a.wav", wav(STEPS.tobytes(), rate=rate)))
    assert clip.sample_rate == rate
    np.testing.assert_array_equal(clip.samples, np.float32(HEARD))


def test_192_khz_to_the_models_rate(tmp_path: Path) -> None:
    time = np.arange(192_000) / 192_000
    data = (0.5 * np.sin(2 * np.pi * 440 * time)).astype("<f4").tobytes()
    path = write(tmp_path / "a.wav", wav(data, rate=192_000, bits=32, code=3))
    clip = load_clip(path, sample_rate=11025)
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(11025) / 11025)
    np.testing.assert_allclose(clip.samples[500:-500], wanted[500:-500], atol=2e-6)  # 20 bit


def test_8_bit_is_unsigned(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", wav(bytes([0, 64, 128, 129, 255]), bits=8))
    np.testing.assert_array_equal(load_clip(path).samples, [-1.0, -0.5, 0.0, 1 / 128, 127 / 128])


def test_24_bit(tmp_path: Path) -> None:
    steps = [0, 1, -1, 2**22, -(2**23), 2**23 - 1]
    data = b"".join(struct.pack("<i", step)[:3] for step in steps)
    path = write(tmp_path / "a.wav", wav(data, bits=24))
    # Exact: 24 bits fit a float32.
    np.testing.assert_array_equal(load_clip(path).samples, np.float32(np.array(steps) / 2**23))


def test_32_bit(tmp_path: Path) -> None:
    data = np.array([0, 2**30, -(2**31), 2**24], "<i4").tobytes()
    path = write(tmp_path / "a.wav", wav(data, bits=32))
    np.testing.assert_array_equal(load_clip(path).samples, [0.0, 0.5, -1.0, 2.0**-7])


@pytest.mark.parametrize("bits", [32, 64])
def test_floating_point_keeps_what_is_above_full_scale(tmp_path: Path, bits: int) -> None:
    values = np.array([0.0, -0.25, 1.5, -3.0, 1e-20], f"<f{bits // 8}")
    path = write(tmp_path / "a.wav", wav(values.tobytes(), bits=bits, code=3))
    np.testing.assert_array_equal(load_clip(path).samples, values.astype(np.float32))


@pytest.mark.parametrize(
    ("riff_size", "data_size"),
    [
        (UNKNOWN, UNKNOWN),  # FFmpeg into a pipe
        (0, 0),
        (36, 0),  # as if the sound ended with the header: written first, never corrected
        (0x7FFFFFFF, 0x7FFFF000),  # SoX into a pipe
        (0, UNKNOWN),
    ],
)
def test_streamed_wav_with_unknown_sizes(tmp_path: Path, riff_size: int, data_size: int) -> None:
    data = wav(STEPS.tobytes(), rate=2, riff_size=riff_size, data_size=data_size)
    path = write(tmp_path / "a.wav", data)
    np.testing.assert_array_equal(load_clip(path).samples, np.float32(HEARD))
    part = load_clip(path, offset=1.5, duration=1.0)
    np.testing.assert_array_equal(part.samples, np.float32(HEARD[3:5]))


@pytest.mark.parametrize("riff_size", [0, 36, UNKNOWN])
def test_streamed_silence_is_sound_too(tmp_path: Path, riff_size: int) -> None:
    # Zeros could be taken for a row of empty chunks behind an empty sound.
    data = wav(bytes(1600), riff_size=riff_size, data_size=0)
    clip = load_clip(write(tmp_path / "a.wav", data))
    np.testing.assert_array_equal(clip.samples, np.zeros(800))


@pytest.mark.parametrize("place", ["before", "after"])
def test_wav_with_an_odd_chunk(tmp_path: Path, place: str) -> None:
    odd = chunk(b"note", b"abc") + chunk(b"LIST", b"INFO" + chunk(b"INAM", b"a song\0"))
    path = write(tmp_path / "a.wav", wav(STEPS.tobytes(), **{place: odd}))
    np.testing.assert_array_equal(load_clip(path).samples, np.float32(HEARD))


def test_wav_without_seeking_inside_its_codec(tmp_path: Path) -> None:
    path = tmp_path / "phone.wav"
    soundfile.write(path, melody(8000, 0.5), 8000, subtype="GSM610")
    assert load_clip(path, duration=0.25).duration == 0.25


@pytest.mark.parametrize("streamed", [False, True])
def test_three_hours_are_sought_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streamed: bool
) -> None:
    rate, offset = 1000, 9000.0
    count = 3 * 3600 * rate
    path = tmp_path / "long.wav"
    with path.open("wb") as file:  # 8 bit, and sparse where the file system can
        sizes = (0, 0) if streamed else (36 + count, count)
        file.write(wav(b"", rate=rate, bits=8, riff_size=sizes[0], data_size=sizes[1]))
        file.seek(44 + int(offset) * rate)
        file.write(bytes([192, 64] * rate))  # two seconds of +0.5, -0.5
        file.truncate(44 + count)
    frames = []
    whole = soundfile.SoundFile.read

    def read(self: soundfile.SoundFile, *args: object, **settings: object) -> np.ndarray:
        block = whole(self, *args, **settings)
        frames.append(len(block))
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", read)
    tracemalloc.start()
    try:
        clip = load_clip(path, offset=offset, duration=2.0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(clip.samples, [0.5, -0.5] * rate)
    assert sum(frames) == 2 * rate  # of 10.8 million
    assert peak < 2_000_000  # bytes; the file has 10.8 million, the clip 8000


def test_a_clip_shorter_than_any_window(tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "a.wav", wav(STEPS[:1].tobytes())))
    np.testing.assert_array_equal(clip.samples, [0.0])


@pytest.mark.parametrize("ending", FORMATS)
def test_the_whole_duration_is_known_without_reading(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, melody(22050), 22050)
    assert whole_duration(path) == load_clip(path).duration == 2.0


def test_the_whole_duration_of_a_streamed_wav(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", wav(STEPS.tobytes(), rate=2, riff_size=0, data_size=0))
    assert whole_duration(path) == 3.5


def test_the_whole_duration_of_a_streamed_flac_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    soundfile.write(path, melody(8000), 8000)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # of STREAMINFO, the 36 bits that say how many samples there are
    data[22:26] = bytes(4)
    assert whole_duration(write(path, bytes(data))) == math.inf


@pytest.mark.parametrize("ending", ["m4a", "raw"])
def test_the_whole_duration_of_what_libsndfile_cannot_read(tmp_path: Path, ending: str) -> None:
    assert whole_duration(write(tmp_path / f"song.{ending}", bytes(5000))) == math.inf


# Remarks of C libraries


def test_decoders_are_quiet_only_inside(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stderr.write("Python before\n")
    with contextlib.suppress(OSError), quiet_decoders():
        os.write(2, b"C inside\n")
        raise OSError
    os.write(2, b"C after\n")
    assert capfd.readouterr().err == "Python before\nC after\n"


def test_decoders_are_quiet_where_there_is_no_standard_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw
    with quiet_decoders():
        pass


# Bad arguments


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A file of four samples, 2 s."""
    return write(tmp_path / "short.wav", wav(STEPS[:4].tobytes(), rate=2))


@pytest.mark.parametrize("offset", [-0.001, -math.inf, math.nan, math.inf])
def test_a_bad_offset_is_refused(short: Path, offset: float) -> None:
    with pytest.raises(ValueError, match="offset must be zero or more seconds, not"):
        load_clip(short, offset=offset)


@pytest.mark.parametrize("offset", [2.0, 99.0, 1e308])
def test_an_offset_past_the_end_is_refused(short: Path, offset: float) -> None:
    with pytest.raises(ValueError, match=r"short\.wav has no sample at .* s: it is 2\.000 s long"):
        load_clip(short, offset=offset)


@pytest.mark.parametrize("duration", [0, 0.0, -1.0, -math.inf, math.nan])
def test_a_bad_duration_is_refused(short: Path, duration: float) -> None:
    with pytest.raises(ValueError, match="duration must be more than zero seconds, not"):
        load_clip(short, duration=duration)


def test_a_duration_under_one_sample_is_refused(short: Path) -> None:
    with pytest.raises(ValueError, match=r"duration 0\.001 s holds no sample at 2 Hz"):
        load_clip(short, duration=0.001)


@pytest.mark.parametrize("rate", [0, -8000, 0.5, math.nan, math.inf])
def test_a_bad_sample_rate_is_refused(
    short: Path, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("the resampler was asked; with a rate of nan it never returns")

    monkeypatch.setattr(soxr, "resample", never)
    with pytest.raises(ValueError, match="sample_rate must be a positive whole number of hertz"):
        load_clip(short, sample_rate=rate)


# Bad files


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nothing\.wav"):
        load_clip(tmp_path / "nothing.wav")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder; name a sound file in it"):
        load_clip(tmp_path)


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_file(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ValueError, match=r"nothing\.\w+ is empty \(0 bytes\)"):
        load_clip(write(tmp_path / f"nothing.{ending}", b""))


@pytest.mark.parametrize("ending", ["wav", "aiff"])
def test_a_sound_file_of_zero_length(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"nothing.{ending}"
    soundfile.write(path, np.zeros(0), 8000)
    with pytest.raises(ValueError, match=r"nothing\.\w+ holds no sample"):
        load_clip(path)


def test_a_wav_of_zero_length_with_chunks_behind(tmp_path: Path) -> None:
    data = wav(b"", after=chunk(b"LIST", b"INFO"))  # 12 bytes that are no sound
    with pytest.raises(ValueError, match=r"nothing\.wav holds no sample"):
        load_clip(write(tmp_path / "nothing.wav", data))


def png() -> bytes:
    """Return a picture of one black point."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


NO_SOUND = {
    "text": b"Dear listener, this is a letter.\n" * 99,
    "one byte": b"R",
    "picture": png(),
    "random": np.random.default_rng(0).bytes(5000),
    "zeros": bytes(5000),
    "zip": b"PK\3\4" + bytes(999),
    "WAV without data": b"RIFF\x04\0\0\0WAVE",
    "WAV of no channel": wav(STEPS.tobytes(), channels=0),
    "WAV of another kind": wav(STEPS.tobytes(), code=0x4242),
    "streamed WAV of another kind": wav(STEPS.tobytes(), code=0x4242, riff_size=0, data_size=0),
}


@pytest.mark.parametrize("kind", NO_SOUND)
@pytest.mark.parametrize("ending", ["wav", "mp3", "raw"])
def test_what_is_no_sound_file_is_refused(tmp_path: Path, kind: str, ending: str) -> None:
    path = write(tmp_path / f"song.{ending}", NO_SOUND[kind])
    with pytest.raises(ValueError, match=r"song\.\w+ is not a sound file that can be read here"):
        load_clip(path)


def test_a_wav_of_rate_zero_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "song.wav", wav(STEPS.tobytes(), rate=0))
    with pytest.raises(ValueError, match=r"song\.wav.*(sample_rate|not a sound file)"):
        load_clip(path)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_samples_that_are_no_number_are_refused(tmp_path: Path, bits: int, value: float) -> None:
    values = np.array([0.0, 0.5, value, 0.25], f"<f{bits // 8}")
    path = write(tmp_path / "song.wav", wav(values.tobytes(), rate=2, bits=bits, code=3))
    with pytest.raises(ValueError, match=r"song\.wav: samples must be finite, but sample 2 \(1\."):
        load_clip(path)
    np.testing.assert_array_equal(load_clip(path, duration=1.0).samples, [0.0, 0.5])


def test_infinities_of_both_signs_are_refused(tmp_path: Path) -> None:
    frames = np.array([[0.5, 0.5], [math.inf, -math.inf]], "<f4")
    path = write(tmp_path / "song.wav", wav(frames.tobytes(), channels=2, bits=32, code=3))
    with pytest.raises(ValueError, match=r"song\.wav: samples must be finite, but sample 1"):
        load_clip(path)


# Files that end too early

DAMAGED = "is cut off|is damaged|is not a sound file that can be read here"


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The same 6 s in every format."""
    folder = tmp_path_factory.mktemp("songs")
    for ending in FORMATS:
        soundfile.write(folder / f"song.{ending}", melody(22050, 6.0), 22050)
    return {ending: (folder / f"song.{ending}").read_bytes() for ending in FORMATS}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("share", [0.95, 0.5, 0.1, 0.002])
def test_a_cut_off_file_is_refused(
    tmp_path: Path, songs: dict[str, bytes], ending: str, share: float
) -> None:
    data = songs[ending]
    path = write(tmp_path / f"song.{ending}", data[: int(share * len(data))])
    with pytest.raises(ValueError, match=rf"song\.{ending} ({DAMAGED})"):
        load_clip(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_whole_part_of_a_cut_off_file_can_be_read(
    tmp_path: Path, songs: dict[str, bytes], ending: str
) -> None:
    whole = load_clip(write(tmp_path / f"whole.{ending}", songs[ending]), duration=0.25)
    path = write(tmp_path / f"half.{ending}", songs[ending][: len(songs[ending]) // 2])
    np.testing.assert_array_equal(load_clip(path, duration=0.25).samples, whole.samples)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_part_that_a_cut_off_file_lacks_is_refused(
    tmp_path: Path, songs: dict[str, bytes], ending: str
) -> None:
    path = write(tmp_path / f"song.{ending}", songs[ending][: len(songs[ending]) // 2])
    with pytest.raises(ValueError, match=rf"song\.{ending} ({DAMAGED}|has no sample at)"):
        load_clip(path, offset=5.0, duration=0.1)


def test_a_cut_off_wav_says_how_long_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "song.wav", wav(bytes(4000), rate=1000)[: 44 + 1000])
    with pytest.raises(
        ValueError, match=r"is cut off: .* promises 2\.000 s, but the sound ends at 0\.500 s"
    ):
        load_clip(path)
    with pytest.raises(ValueError, match=r"(sound ends at|no sample at 1 s: it is) 0\.500 s"):
        load_clip(path, offset=1.0)


@pytest.mark.parametrize("cut", [44, 45])
def test_a_wav_cut_off_behind_its_header(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path / "song.wav", wav(STEPS.tobytes())[:cut])
    with pytest.raises(ValueError, match=r"song\.wav (is cut off|holds no sample)"):
        load_clip(path)


def test_what_to_pass_is_said_to_who_can_pass_it(tmp_path: Path) -> None:
    path = write(tmp_path / "song.wav", wav(bytes(4000), rate=1000)[: 44 + 1000])
    with pytest.raises(ValueError, match="is cut off") as caught:
        load_clip(path)
    assert str(caught.value).endswith("at 0.500 s; download or copy it again")  # in a panel
    assert caught.value.__notes__ == [
        "To read what is there, pass a duration that ends before that."
    ]


def test_a_cut_off_wav_with_an_odd_chunk(tmp_path: Path) -> None:
    data = wav(STEPS.tobytes(), before=chunk(b"note", b"abc"))
    with pytest.raises(ValueError, match=r"song\.wav is cut off"):
        load_clip(write(tmp_path / "song.wav", data[:-4]))


def test_a_wav_that_python_wrote_and_cut(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    with wave.open(str(path), "wb") as file:  # a writer that is not libsndfile
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.repeat(STEPS, 2).tobytes())
    np.testing.assert_array_equal(load_clip(path).samples, np.float32(HEARD))
    cut = write(tmp_path / "cut.wav", path.read_bytes()[:-5])
    with pytest.raises(ValueError, match=r"cut\.wav is cut off"):
        load_clip(cut)


# Examples that travel with the package


def test_example_clips_are_a_mapping() -> None:
    clips = example_clips()
    assert {"bach", "ballad", "dance", "hiphop"} <= set(clips)
    assert len(clips) == len(list(clips))
    assert "bach" in clips
    assert "polka" not in clips
    assert "bach" in repr(clips)


@pytest.mark.parametrize("name", ["bach", "ballad", "dance", "hiphop"])
def test_example_clips_are_sound(name: str) -> None:
    clip = example_clips()[name]
    assert isinstance(clip, Clip)
    assert clip.title
    assert clip.duration >= 4.0  # one window of the paper's network
    assert 0.05 < clip.peak <= 1.0


def test_an_unknown_example_lists_the_known() -> None:
    with pytest.raises(KeyError, match=r"no example clip 'polka'; there are bach, .*hiphop"):
        example_clips()["polka"]
