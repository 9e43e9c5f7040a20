"""Every format by property: parts, cuts, streams, joined files, and FFmpeg's word for it."""

import io
import math
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import count_reads, hear, ogg_pages, run_ffmpeg, write

from auralise_jax.audio import load_clip
from auralise_jax.audio.decode import whole_duration

RATE = 22050
NOISE = np.random.default_rng(0).normal(0, 0.05, 3 * RATE).astype(np.float32)
STEREO = np.stack([NOISE, 0.5 * NOISE[::-1]], axis=1)
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs FFmpeg")

BY_LIBSNDFILE = {
    "8 bit": {"format": "WAV", "subtype": "PCM_U8"},
    "16 bit": {"format": "WAV", "subtype": "PCM_16"},
    "24 bit": {"format": "WAV", "subtype": "PCM_24"},
    "32 bit": {"format": "WAV", "subtype": "PCM_32"},
    "float": {"format": "WAV", "subtype": "FLOAT"},
    "MS ADPCM": {"format": "WAV", "subtype": "MS_ADPCM"},
    "IMA ADPCM": {"format": "WAV", "subtype": "IMA_ADPCM"},
    "GSM": {"format": "WAV", "subtype": "GSM610"},
    "RIFX": {"format": "WAV", "subtype": "PCM_16", "endian": "BIG"},
    "RF64": {"format": "RF64", "subtype": "PCM_16"},
    "W64": {"format": "W64", "subtype": "PCM_16"},
    "AIFF": {"format": "AIFF", "subtype": "PCM_16"},
    "AU": {"format": "AU", "subtype": "PCM_16"},
    "CAF": {"format": "CAF", "subtype": "PCM_16"},
    "SVX": {"format": "SVX", "subtype": "PCM_16"},
    "NIST": {"format": "NIST", "subtype": "PCM_16"},
    "VOC": {"format": "VOC", "subtype": "PCM_16"},
    "MAT5": {"format": "MAT5", "subtype": "FLOAT"},
    "FLAC": {"format": "FLAC", "subtype": "PCM_16"},
    "Vorbis": {"format": "OGG", "subtype": "VORBIS"},
    "Opus": {"format": "OGG", "subtype": "OPUS"},
    "constant MP3": {"format": "MP3", "bitrate_mode": "CONSTANT", "compression_level": 0.5},
    "variable MP3": {"format": "MP3", "bitrate_mode": "VARIABLE", "compression_level": 0.5},
}
BY_FFMPEG = {
    "m4a": ["-c:a", "aac", "-movflags", "+faststart", "-f", "ipod"],
    "ALAC": ["-c:a", "alac", "-movflags", "+faststart", "-f", "ipod"],
    "WMA": ["-c:a", "wmav2", "-f", "asf"],
    "Matroska": ["-c:a", "flac", "-f", "matroska"],
    "WavPack": ["-f", "wv"],
    "TTA": ["-f", "tta"],
    "Ogg FLAC": ["-c:a", "flac", "-f", "ogg"],
}
MONO = ("GSM", "SVX")
formats = pytest.mark.parametrize(
    "kind", [*BY_LIBSNDFILE, *(pytest.param(kind, marks=needs_ffmpeg) for kind in BY_FFMPEG)]
)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Three seconds of noise in any of the formats, made once."""
    folder = tmp_path_factory.mktemp("songs")

    def make(kind: str) -> Path:
        path = folder / kind.replace(" ", "-")
        if path.exists():
            return path
        if kind in BY_LIBSNDFILE:
            rate = 24000 if kind == "Opus" else RATE
            samples = NOISE if kind in MONO else STEREO
            with path.open("wb") as file:
                soundfile.write(file, samples, rate, **BY_LIBSNDFILE[kind])
        else:
            run_ffmpeg("-i", make("16 bit"), "-ac", "2", *BY_FFMPEG[kind], path)
        return path

    return make


# Any format


@formats
def test_a_part_is_the_same_samples_as_in_the_whole(song: Callable[[str], Path], kind: str) -> None:
    clip = load_clip(song(kind))
    size, rate = len(clip.samples), clip.sample_rate

    @settings(max_examples=6 if kind in BY_FFMPEG else 15, deadline=None, database=None)
    @given(st.integers(0, size - 1), st.integers(1, 9000))
    def check(first: int, count: int) -> None:
        part = load_clip(song(kind), offset=first / rate, duration=count / rate)
        np.testing.assert_array_equal(part.samples, clip.samples[first : first + count])

    check()
    end = load_clip(song(kind), offset=(size - 700) / rate)  # near the end, where seeks are off
    np.testing.assert_array_equal(end.samples, clip.samples[-700:])


@formats
@pytest.mark.parametrize("share", [0.6, 0.95])
def test_what_is_cut_off_is_refused_with_both_lengths(
    song: Callable[[str], Path], kind: str, share: float, tmp_path: Path
) -> None:
    data = song(kind).read_bytes()
    path = write(tmp_path / "cut", data[: int(share * len(data))])
    lengths = r"(about )?(\d+\.\d{3} s|more), but the sound ends at (\d+\.\d{3}) s"
    with pytest.raises(ValueError, match=rf"cut is cut off.*: its header promises {lengths};"):
        load_clip(path)


@needs_ffmpeg
@formats
def test_the_whole_is_what_ffmpeg_hears(song: Callable[[str], Path], kind: str) -> None:
    if kind in ("RIFX", "MAT5"):
        pytest.skip("FFmpeg does not know it")
    clip = load_clip(song(kind))
    rate = ["-ar", str(clip.sample_rate)]
    raw = run_ffmpeg("-i", song(kind), *rate, "-f", "f32le", "-c:a", "pcm_f32le", "-")
    samples = np.frombuffer(raw, "<f4")
    wanted = samples if kind in MONO else samples.reshape(-1, 2).mean(axis=1)
    # A decoder may end a block earlier or later (GSM has 320 samples in one); Opus is resampled
    # from 48 kHz; ADPCM is rounded otherwise.
    assert abs(len(wanted) - len(clip.samples)) <= 320
    both = min(len(wanted), len(clip.samples))
    error = np.abs(clip.samples[:both] - wanted[:both])
    assert np.sqrt(np.mean(error**2)) < (0.02 if kind in ("Opus", "MS ADPCM") else 2e-3)


STREAMED = {
    "wav": ["-f", "wav"],
    "rf64": ["-f", "wav", "-rf64", "always"],
    "w64": ["-f", "w64"],
    "au": ["-f", "au"],
    "caf": ["-f", "caf"],
    "aiff": ["-f", "aiff"],
    "flac": ["-f", "flac"],
    "mp3": ["-f", "mp3"],
    "ogg": ["-c:a", "libvorbis", "-f", "ogg"],
}


@needs_ffmpeg
@pytest.mark.parametrize("kind", STREAMED)
def test_what_was_written_into_a_pipe_is_heard_whole(
    song: Callable[[str], Path], kind: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "piped", run_ffmpeg("-i", song("16 bit"), *STREAMED[kind], "-"))
    clip, said = hear(path)
    slack = 3 * 1152 if kind == "mp3" else 0
    assert abs(len(clip.samples) - len(NOISE)) <= slack
    assert not said


def size_at(data: bytes, mark: bytes, form: str, behind: int = 4) -> tuple[int, int]:
    """Return where the size of a chunk stands, and how many bytes it takes."""
    return data.index(mark) + behind, struct.calcsize(form)


@pytest.mark.parametrize(
    ("kind", "mark", "form", "behind", "values"),
    [
        ("16 bit", b"data", "<I", 4, [0, 0x7FFFF000, 0x80000000, 0xFFFFFFFF]),
        ("RIFX", b"data", ">I", 4, [0, 0x7FFFF000, 0xFFFFFFFF]),
        ("IMA ADPCM", b"data", "<I", 4, [0, 0xFFFFFFFF]),
        ("W64", b"data", "<Q", 16, [0, 24, (1 << 63) - 1, (1 << 64) - 1]),
        ("AIFF", b"SSND", ">I", 4, [0, 8, 0x7F000008, 0xFFFFFFFF]),
        ("AU", b".snd", ">I", 8, [0, 0xFFFFFFFF]),
        ("CAF", b"data", ">q", 4, [-1, 0, 4]),
    ],
)
def test_sizes_that_were_never_filled_in(
    song: Callable[[str], Path],
    kind: str,
    mark: bytes,
    form: str,
    behind: int,
    values: list[int],
    tmp_path: Path,
) -> None:
    wanted = load_clip(song(kind)).samples
    for value in values:
        data = bytearray(song(kind).read_bytes())
        at, width = size_at(bytes(data), mark, form, behind)
        data[at : at + width] = struct.pack(form, value)
        clip, said = hear(write(tmp_path / "streamed", bytes(data)))
        np.testing.assert_array_equal(clip.samples, wanted)
        assert not said
        part = load_clip(tmp_path / "streamed", offset=1.0, duration=0.5).samples
        np.testing.assert_array_equal(part, wanted[RATE : RATE + RATE // 2])


def pcm(data_size: int, sound: bytes = b"") -> bytes:
    """Return a WAV of one channel and 16 bits that says so many bytes of sound."""
    layout = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    head = b"WAVEfmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", data_size)
    return b"RIFF" + struct.pack("<I", min(36 + data_size, 0xFFFFFFFF)) + head + sound


@pytest.mark.parametrize("size", [(1 << 32) + 40 * RATE, (1 << 33) + 40 * RATE])
@pytest.mark.parametrize("said", ["modulo", "unknown", "zero"])
def test_a_wav_beyond_4_gb(tmp_path: Path, size: int, said: str) -> None:
    stated = {"modulo": size % (1 << 32), "unknown": 0xFFFFFFFF, "zero": 0}[said]
    path = tmp_path / "long.wav"
    sound = (1000 * np.sin(np.arange(4 * RATE))).astype("<i2")
    with path.open("wb") as file:  # sparse where the file system can
        file.write(pcm(stated))
        file.seek(44 + size - 2 * len(sound))
        try:
            file.write(sound.tobytes())
        except OSError:
            pytest.skip("no room for such a file")
    assert whole_duration(path) == size / 2 / RATE
    part = load_clip(path, offset=size / 2 / RATE - 4)
    np.testing.assert_array_equal(part.samples, sound / np.float32(32768))
    with pytest.raises(ValueError, match=r"long\.wav is longer than 12174 s at 22050 Hz"):
        load_clip(path)


@pytest.mark.parametrize("size", [0x7F800000, 0x90000000, 0xF0000000])
def test_a_part_of_a_wav_of_gigabytes_is_refused(tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "half.wav", pcm(size, bytes(2 * RATE)))
    assert load_clip(path, duration=0.5).duration == 0.5
    words = rf"cut off: its header promises {size / 2 / RATE:.3f} s, but the sound ends at 1\.000 s"
    with pytest.raises(ValueError, match=words):
        load_clip(path, offset=0.5)


@pytest.mark.parametrize("more", [1, 2, 8, 36])
def test_a_size_off_by_a_few_bytes_is_taken_with_a_word(tmp_path: Path, more: int) -> None:
    sound = (1000 * np.sin(np.arange(RATE))).astype("<i2").tobytes()
    clip, said = hear(write(tmp_path / "a.wav", pcm(len(sound) + more, sound)))
    assert len(clip.samples) == RATE
    promised = RATE + more // 2
    words = f"promises {promised} samples, but the sound ends after {RATE}"
    assert [words in one for one in said] == ([True] if more > 1 else [])


@pytest.mark.parametrize("head", [b"RIFF\x24\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"caff\0\1\0\0"])
def test_a_header_with_nothing_but_zeros_behind(tmp_path: Path, head: bytes) -> None:
    path = write(tmp_path / "kept", head)
    with path.open("ab") as file:
        file.truncate(100_000_000)
    with pytest.raises(ValueError, match="kept holds no sound among its first 1000 chunks"):
        load_clip(path)


# MP3


def frames(**how: object) -> list[bytes]:
    """Encode the noise as MP3 and return its frames, the info frame first."""
    file = io.BytesIO()
    soundfile.write(file, NOISE, RATE, format="MP3", **how)
    data, at, found = file.getvalue(), 0, []
    kbits = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    while at < len(data):
        size = 72000 * kbits[data[at + 2] >> 4] // RATE + (data[at + 2] >> 1 & 1)
        found.append(data[at : at + size])
        at += size
    return found


CONSTANT = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}
VARIABLE = {"bitrate_mode": "VARIABLE", "compression_level": 0.5}
TAG = b"TAG" + bytes(125)
APE_HEAD, APE_FOOT = (
    b"APETAGEX" + struct.pack("<IIII", 2000, 3032, 1, flags) + bytes(8)
    for flags in (0xA0000000, 0x80000000)
)
APE = APE_HEAD + bytes(3000) + APE_FOOT


def cover(size: int) -> bytes:
    """Return an ID3v2 tag that holds so many bytes which look like frames."""
    parts = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\4\0\0" + parts + (b"\xff\xf3\x40\xc4" * size)[:size]


@pytest.mark.parametrize("how", [CONSTANT, VARIABLE])
@pytest.mark.parametrize(
    ("before", "behind"),
    [(b"", b""), (b"", TAG), (cover(200_001), b""), (cover(9) + cover(99), APE + TAG)],
)
def test_mp3_without_an_info_frame(
    tmp_path: Path, how: dict[str, object], before: bytes, behind: bytes
) -> None:
    sound = frames(**how)[1:]
    clip, said = hear(write(tmp_path / "a.mp3", before + b"".join(sound) + behind))
    assert len(clip.samples) == 576 * len(sound)
    assert not said
    assert whole_duration(tmp_path / "a.mp3") == clip.duration


@pytest.mark.parametrize("how", [CONSTANT, VARIABLE])
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99, 1.01, 2, 1000])
def test_the_count_of_an_info_frame_is_not_believed(
    tmp_path: Path, how: dict[str, object], share: float
) -> None:
    info, *sound = frames(**how)
    at = max(info.find(b"Info"), info.find(b"Xing")) + 8
    count = struct.pack(">I", round(share * len(sound)))
    data = info[:at] + count + info[at + 4 :] + b"".join(sound)
    clip, said = hear(write(tmp_path / "a.mp3", data))
    assert abs(len(clip.samples) - len(NOISE)) <= 3 * 1152  # the padding may be there
    assert not said
    good = load_clip(write(tmp_path / "b.mp3", info + b"".join(sound))).samples
    np.testing.assert_array_equal(clip.samples[: len(good)], good)


def test_joined_mp3s_are_heard_one_behind_the_other(tmp_path: Path) -> None:
    one, two = b"".join(frames(**CONSTANT)), b"".join(frames(**VARIABLE))
    first = load_clip(write(tmp_path / "1.mp3", one)).samples
    second = load_clip(write(tmp_path / "2.mp3", two)).samples
    path = write(tmp_path / "3.mp3", one + TAG + cover(70_000) + two + one)
    whole = load_clip(path).samples
    np.testing.assert_array_equal(whole, np.concatenate([first, second, first]))
    part = load_clip(path, offset=2.5, duration=4.0).samples
    np.testing.assert_array_equal(part, whole[round(2.5 * RATE) : round(6.5 * RATE)])


def test_an_mp3_that_breaks_off_says_so(tmp_path: Path) -> None:
    data = b"".join(frames(**CONSTANT)[1:])
    clip, said = hear(write(tmp_path / "a.mp3", data[:-100]))
    assert len(clip.samples) % 576 == 0
    assert said == [
        f"{tmp_path / 'a.mp3'} is not quite whole: it ends inside a frame; the sound ends at "
        f"{clip.duration:.3f} s"
    ]
    assert (
        "its last 9000 bytes are not sound" in hear(write(tmp_path / "b", data + bytes(9000)))[1][0]
    )


# Ogg


@pytest.mark.parametrize("kind", ["Vorbis", "Opus"])
def test_chained_ogg_is_heard_one_behind_the_other(
    song: Callable[[str], Path], kind: str, tmp_path: Path
) -> None:
    data, alone = song(kind).read_bytes(), load_clip(song(kind))
    path = write(tmp_path / "chain.ogg", 3 * data)  # of one serial number
    whole = load_clip(path)
    np.testing.assert_array_equal(whole.samples, np.tile(alone.samples, 3))
    first = len(alone.samples) - 500
    part = load_clip(path, offset=first / whole.sample_rate, duration=0.1).samples
    np.testing.assert_array_equal(part, whole.samples[first : first + len(part)])


def test_a_chain_of_two_rates_is_refused(song: Callable[[str], Path], tmp_path: Path) -> None:
    path = write(tmp_path / "a.ogg", song("Vorbis").read_bytes() + song("Opus").read_bytes())
    words = (
        r"a\.ogg: changes its rate from 22050 to 24000 Hz at 3\.000 s, where two files were joined"
    )
    with pytest.raises(ValueError, match=words):
        load_clip(path)


def checksum(page: bytes) -> int:
    """Return a page's checksum, bit by bit as RFC 3533 has it."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C11DB7 if crc >> 31 else 0)
    return crc


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0, False), (0.13, True), (0.45, True), (-2.0, False)]
)
def test_the_last_position_of_an_ogg_is_not_believed(
    song: Callable[[str], Path], tmp_path: Path, seconds: float, said: bool
) -> None:
    data = bytearray(song("Vorbis").read_bytes())
    last = data.rindex(b"OggS")
    (position,) = struct.unpack_from("<q", data, last + 6)
    struct.pack_into("<q", data, last + 6, position + round(seconds * RATE))
    data[last + 22 : last + 26] = bytes(4)
    struct.pack_into("<I", data, last + 22, checksum(bytes(data[last:])))
    clip, words = hear(write(tmp_path / "a.ogg", bytes(data)))
    assert abs(clip.duration - 3) < 0.05
    assert [f"promises {3 + seconds:.3f} s" in one for one in words] == [True] * said


@pytest.mark.parametrize("kind", ["Vorbis", "Opus"])
def test_an_ogg_without_a_last_page_is_heard_with_a_word(
    song: Callable[[str], Path], kind: str, tmp_path: Path
) -> None:
    whole, pages = load_clip(song(kind)), ogg_pages(song(kind).read_bytes())
    for count in range(3, len(pages)):
        clip, said = hear(write(tmp_path / "a.ogg", b"".join(pages[:count])))
        (position,) = struct.unpack_from("<q", pages[count - 1], 6)
        heard = position if kind == "Vorbis" else position / 2  # Opus counts at 48 kHz,
        assert abs(len(clip.samples) - heard) <= (0 if kind == "Vorbis" else 312)  # from before
        np.testing.assert_array_equal(clip.samples, whole.samples[: len(clip.samples)])
        assert len(said) == 1
        assert "is not marked as the last; the sound ends at" in said[0]
        for more in (1, 27, len(pages[count]) - 1):
            write(tmp_path / "b.ogg", b"".join(pages[:count]) + pages[count][:more])
            if more < 4:  # not even the mark of a page
                assert hear(tmp_path / "b.ogg")[1]
            else:
                with pytest.raises(ValueError, match="cut off: its header promises more, but"):
                    load_clip(tmp_path / "b.ogg")


# FLAC


def counted(data: bytes, total: int) -> bytes:
    """Return a FLAC that says it has so many samples; 0 is unknown."""
    return data[:21] + bytes([data[21] & 0xF0 | total >> 32]) + struct.pack(">I", total) + data[26:]


def test_flac_of_any_count(song: Callable[[str], Path], tmp_path: Path) -> None:
    data, whole = song("FLAC").read_bytes(), load_clip(song("FLAC")).samples
    for total in (0, 1, len(NOISE) // 2, len(NOISE)):
        path = write(tmp_path / "a.flac", cover(999) + counted(data, total) + APE + TAG)
        np.testing.assert_array_equal(load_clip(path).samples, whole)
        part = load_clip(path, offset=2.0, duration=9.0)
        np.testing.assert_array_equal(part.samples, whole[2 * RATE :])
        rest = load_clip(path, offset=2.0)
        np.testing.assert_array_equal(rest.samples, whole[2 * RATE :])
    assert whole_duration(write(tmp_path / "b.flac", counted(data, 0))) == math.inf
    with pytest.raises(ValueError, match=r"promises 6\.000 s, but the sound ends at 3\.000 s"):
        load_clip(write(tmp_path / "b.flac", counted(data, 2 * len(NOISE))))
    clip, said = hear(write(tmp_path / "c.flac", counted(data, 0)[: len(data) // 2]))
    assert 1.2 < clip.duration < 1.6
    assert "lost sync; the sound ends at" in said[0]


@pytest.mark.parametrize("duration", [None, 1.0, 99.0])
def test_the_end_of_a_flac_is_sought(
    song: Callable[[str], Path], duration: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = count_reads(monkeypatch)
    assert len(load_clip(song("FLAC"), offset=2.5, duration=duration).samples) == RATE // 2
    assert sum(counts) == RATE // 2  # of 3 s


def test_a_flac_with_rubbish_behind_is_whole(song: Callable[[str], Path], tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", song("FLAC").read_bytes() + b"rubbish" * 99)
    clip, said = hear(path)
    np.testing.assert_array_equal(clip.samples, load_clip(song("FLAC")).samples)
    assert len(said) == 1


# What only FFmpeg reads


@needs_ffmpeg
def test_a_picture_is_not_heard(song: Callable[[str], Path], tmp_path: Path) -> None:
    picture = tmp_path / "cover.png"
    run_ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64:duration=1", "-frames:v", "1", picture)
    path = tmp_path / "a.m4a"
    attached = ["-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic"]
    run_ffmpeg("-i", song("16 bit"), "-i", picture, *attached, path)
    clip, said = hear(path)
    assert abs(clip.duration - 3) < 0.1
    assert not said


@needs_ffmpeg
def test_a_playlist_leads_nowhere(song: Callable[[str], Path], tmp_path: Path) -> None:
    write(tmp_path / "secret.wav", song("16 bit").read_bytes())
    lists = {
        "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n",
        "a.m4a": "ffconcat version 1.0\nfile secret.wav\n",
    }
    for name, text in lists.items():
        path = write(tmp_path / name, text.encode())
        with pytest.raises(ValueError, match="no sound found in it; FFmpeg: no sound found in it"):
            load_clip(path)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a:b.m4a", "http:a.m4a", "-i.m4a", "%03d.m4a", "caf\udce9.m4a"])
def test_ffmpeg_takes_any_name(
    song: Callable[[str], Path], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        Path(name).write_bytes(song("m4a").read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    clip = load_clip(name)
    assert abs(clip.duration - 3) < 0.1
    clip.title.encode()


def test_a_later_link_that_cannot_be_opened_is_refused(
    song: Callable[[str], Path], tmp_path: Path
) -> None:
    data = song("Vorbis").read_bytes()
    path = write(tmp_path / "chain.ogg", data + data[:3000])
    with pytest.raises(ValueError, match=r"chain\.ogg is cut off"):
        load_clip(path)
