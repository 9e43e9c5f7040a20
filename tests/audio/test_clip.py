"""Clips: what one may hold, cutting, resampling, and files out."""

import math
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from auralise_jax.audio import Clip, load_clip

STEP_8, STEP_16, STEP_24 = 2.0**-7, 2.0**-15, 2.0**-23
"""One step of whole-number PCM, full scale being 1."""


def tone(hertz: float, sample_rate: int, seconds: float = 1.0, peak: float = 0.5) -> np.ndarray:
    """Return a sine in float64."""
    return peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * sample_rate)) / sample_rate)


def noise(count: int, seed: int = 0) -> np.ndarray:
    """Return uniform noise within (-1, 1), on no PCM grid."""
    return np.random.default_rng(seed).uniform(-0.999, 0.999, count).astype(np.float32)


# What a clip holds


def test_samples_are_a_read_only_float32_copy() -> None:
    mine = np.array([0.0, 0.5, -1.0])
    clip = Clip(mine, 4)
    mine[0] = 9.0
    assert clip.samples.dtype == np.float32
    np.testing.assert_array_equal(clip.samples, [0.0, 0.5, -1.0])
    with pytest.raises(ValueError, match="read-only"):
        clip.samples[0] = 1.0
    single = np.array([0.25], np.float32)
    Clip(single, 4)
    single[0] = 0.5  # the caller's own array stays writable
    assert single[0] == 0.5


def test_duration_peak_and_rate() -> None:
    clip = Clip(np.array([0.25, -1.75, 0.5]), 2)
    assert clip.duration == 1.5
    assert clip.peak == 1.75
    assert clip.sample_rate == 2


@pytest.mark.parametrize("rate", [np.int64(8000), 8000.0], ids=["numpy", "float"])
def test_whole_rates_of_other_types_become_int(rate: float) -> None:
    clip = Clip(np.zeros(3), rate)
    assert clip.sample_rate == 8000
    assert type(clip.sample_rate) is int


def test_repr_says_title_length_and_rate() -> None:
    assert repr(Clip(np.zeros(11025), 22050, "A4")) == "<Clip 'A4': 0.50 s at 22050 Hz>"
    assert repr(Clip(np.zeros(8), 8)) == "<Clip: 1.00 s at 8 Hz>"


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((2, 9)), r"samples must have shape \(n,\).*not \(2, 9\); average the channels"),
        (np.zeros((9, 1)), r"shape \(n,\).*not \(9, 1\)"),
        (np.float32(0.5), r"shape \(n,\).*not \(\)"),
        (np.zeros(0), "samples is empty"),
        (np.zeros(9, np.int16), "samples must be floating point.*not int16; divide.*full scale"),
        (np.zeros(9, bool), "floating point.*not bool"),
        (np.zeros(9, complex), "floating point.*not complex128"),
        (np.array(["loud"]), "floating point"),
        (np.array([0.0, 0.0, np.nan]), r"samples must be finite, but sample 2 \(2.000 s\) is nan"),
        (np.array([0.0, -np.inf]), "finite, but sample 1 .*is -inf"),
        (np.array([0.0, 1e300]), "finite, but sample 1 .*is inf"),  # more than float32 holds
    ],
    ids=[
        "two rows",
        "column",
        "scalar",
        "empty",
        "int16",
        "bool",
        "complex",
        "text",
        "nan",
        "inf",
        "too large",
    ],
)
def test_bad_samples_are_refused(samples: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Clip(samples, 1)


BAD_RATES = [0, -44100, 11025.5, math.nan, math.inf, True, "44100"]


@pytest.mark.parametrize("rate", BAD_RATES)
def test_bad_sample_rate_is_refused(rate: object) -> None:
    with pytest.raises(ValueError, match="sample_rate must be a positive whole number of hertz"):
        Clip(np.zeros(3), rate)


# Resampling


@pytest.mark.parametrize(("old", "new"), [(44100, 11025), (8000, 44100), (192000, 11025)])
def test_resampling_keeps_a_tone(old: int, new: int) -> None:
    clip = Clip(tone(440, old), old, "a").resample(new)
    assert (clip.sample_rate, clip.title, len(clip.samples)) == (new, "a", new)
    middle = slice(new // 20, -new // 20)  # the resampler's filter sees silence past the ends
    # soxr's high quality is that of 20-bit sound, 1e-6 of full scale; float32 adds little.
    np.testing.assert_allclose(clip.samples[middle], tone(440, new)[middle], atol=2e-6)


def test_resampling_removes_what_the_new_rate_cannot_hold() -> None:
    clip = Clip(tone(4000, 44100), 44100).resample(6000)  # above its 3 kHz, it would fold to 2 kHz
    # 20-bit quality again: what is left of a tone of 0.5 lies below 1e-6.
    assert np.abs(clip.samples[300:-300]).max() < 1e-6


def test_resampling_to_its_own_rate_changes_nothing() -> None:
    clip = Clip(noise(100), 8000)
    assert clip.resample(8000) is clip


def test_resampling_a_few_samples_leaves_one() -> None:
    assert len(Clip(np.full(3, 0.5), 192000).resample(8000).samples) == 1


@pytest.mark.parametrize("rate", BAD_RATES)
def test_resampling_refuses_a_bad_rate(rate: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("the resampler was asked; with a rate of nan it never returns")

    monkeypatch.setattr(soxr, "resample", never)
    with pytest.raises(ValueError, match="sample_rate must be a positive whole number of hertz"):
        Clip(np.zeros(3000), 8000).resample(rate)


# Cutting


def test_window_takes_what_is_asked() -> None:
    clip = Clip(np.arange(8) / 8, 2, "ramp")
    part = clip.window(1.0, 1.5)
    np.testing.assert_array_equal(part.samples, [0.25, 0.375, 0.5])
    assert (part.sample_rate, part.title) == (2, "ramp")


def test_window_ends_with_the_clip() -> None:
    clip = Clip(np.arange(8) / 8, 2)
    np.testing.assert_array_equal(clip.window(3.0, 99.0).samples, [0.75, 0.875])
    np.testing.assert_array_equal(clip.window(3.0, math.inf).samples, [0.75, 0.875])
    np.testing.assert_array_equal(clip.window(3.9999, 1.0).samples, [0.875])


@pytest.mark.parametrize("start", [-0.5, 4.0, 1e9, math.nan, math.inf])
def test_window_refuses_a_start_outside(start: float) -> None:
    with pytest.raises(ValueError, match=r"start must be at least 0 s and less than 4\.000 s"):
        Clip(np.zeros(8), 2).window(start, 1.0)


@pytest.mark.parametrize("duration", [0.0, -1.0, 1e-9, math.nan, -math.inf])
def test_window_refuses_a_duration_that_holds_nothing(duration: float) -> None:
    with pytest.raises(ValueError, match="duration must be positive and hold a sample"):
        Clip(np.zeros(8), 2).window(0.0, duration)


# Files out


@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        # 16 bits hold k / 32768. libsndfile rounds down for WAV, to the nearest for FLAC; float32
        # itself is 2**-24 from the number meant.
        ("a.wav", None, STEP_16),
        ("a.flac", None, STEP_16 / 2 + 2.0**-24),
        ("a.wav", "PCM_24", STEP_24),
        ("a.flac", "PCM_24", STEP_24),
        ("a.wav", "PCM_U8", STEP_8),
        ("a.wav", "FLOAT", 0.0),  # the very numbers a clip holds
        ("a.wav", "DOUBLE", 0.0),
        ("A.WAV", None, STEP_16),
    ],
)
def test_lossless_round_trip(
    tmp_path: Path, name: str, subtype: str | None, tolerance: float
) -> None:
    clip = Clip(noise(4001), 11025)
    path = clip.save(tmp_path / name, subtype=subtype)
    assert path == tmp_path / name
    back = load_clip(path)
    assert (back.sample_rate, back.title) == (11025, name[0])
    np.testing.assert_allclose(back.samples, clip.samples, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_every_16_bit_value_returns_exactly(tmp_path: Path, name: str) -> None:
    clip = Clip(np.arange(-32768, 32768) / 32768, 44100)  # so saving twice loses nothing more
    np.testing.assert_array_equal(load_clip(clip.save(tmp_path / name)).samples, clip.samples)


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3"])
@pytest.mark.parametrize("rate", [11025, 44100])
def test_lossy_round_trip(tmp_path: Path, name: str, rate: int) -> None:
    clip = Clip(tone(440, rate, peak=0.3) + tone(1500, rate, peak=0.1), rate)
    back = load_clip(clip.save(tmp_path / name))
    assert (len(back.samples), back.sample_rate) == (len(clip.samples), rate)
    error = np.mean((back.samples - clip.samples) ** 2) / np.mean(clip.samples**2)
    # Measured 32 to 46 dB below the sound. One sample early or late would leave 21 dB at 44.1 kHz
    # and 9 dB at 11 kHz, so 25 dB tells a codec's noise from a codec's delay.
    assert 10 * math.log10(error) < -25


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
def test_one_sample_can_be_saved(tmp_path: Path, name: str) -> None:
    assert len(load_clip(Clip(np.zeros(1), 11025).save(tmp_path / name)).samples) == 1


def test_path_may_be_text(tmp_path: Path) -> None:
    assert Clip(np.zeros(9), 8000).save(str(tmp_path / "a.wav")) == tmp_path / "a.wav"


def test_wav_above_full_scale_becomes_float_and_is_not_clipped(tmp_path: Path) -> None:
    clip = Clip(tone(440, 8000, peak=1.5), 8000)
    path = clip.save(tmp_path / "loud.wav")
    assert soundfile.info(path).subtype == "FLOAT"
    np.testing.assert_array_equal(load_clip(path).samples, clip.samples)


def test_full_scale_stays_16_bit(tmp_path: Path) -> None:
    path = Clip(np.array([1.0, -1.0]), 8000).save(tmp_path / "full.wav")
    assert soundfile.info(path).subtype == "PCM_16"
    # The largest value 16 bits hold is 32767 / 32768; and nothing wraps round to the negative.
    np.testing.assert_array_equal(load_clip(path).samples, [32767 / 32768, -1.0])


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.flac", None), ("a.ogg", None), ("a.mp3", None), ("a.wav", "PCM_16")],
)
def test_formats_that_would_clip_refuse_a_peak_above_1(
    tmp_path: Path, name: str, subtype: str | None
) -> None:
    with pytest.raises(ValueError, match=r"the peak is 1\.5, above 1, and .* would clip it"):
        Clip(tone(440, 8000, peak=1.5), 8000).save(tmp_path / name, subtype=subtype)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.txt", "a", "a.wav.bak", ".wav"])
def test_unknown_ending_lists_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot write .*must end in .*\.wav, \.flac, \.ogg"):
        Clip(np.zeros(9), 8000).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "rate", "subtype", "message"),
    [
        ("a.mp3", 96000, None, "MP3 cannot hold 96000 Hz.*try .wav or .flac"),
        ("a.flac", 768000, None, "FLAC cannot hold 768000 Hz"),
        ("a.wav", 8000, "PCM_17", "WAV cannot hold .*PCM_17"),
        ("a.flac", 8000, "FLOAT", "FLAC cannot hold .*FLOAT"),
    ],
)
def test_what_a_format_cannot_hold_is_said(
    tmp_path: Path, name: str, rate: int, subtype: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Clip(np.zeros(9), rate).save(tmp_path / name, subtype=subtype)
    assert not list(tmp_path.iterdir())


# Libvorbis takes the whole process down for these two; so another process tries.
OGG = """
import sys
import numpy as np
from auralise_jax.audio import Clip, load_clip

rate, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
try:
    Clip(np.zeros(count), rate).save(path)
except ValueError as error:
    print(error)
else:
    print(len(load_clip(path).samples))
"""


def save_ogg(tmp_path: Path, rate: int, count: int) -> str:
    """Save silence as Ogg in another process, which must live; return what it says."""
    command = [sys.executable, "-c", OGG, str(rate), str(count), str(tmp_path / "a.ogg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-500:]}"
    return done.stdout.strip()


def test_a_long_clip_can_be_saved_as_ogg(tmp_path: Path) -> None:
    # Libvorbis puts what it is handed at once on the stack, four bytes a sample, and eight
    # megabytes are a usual stack: 95 s at 44.1 kHz handed over whole would end the process.
    assert save_ogg(tmp_path, 44100, 4_200_000) == "4200000"


def test_ogg_refuses_a_rate_above_its_own_limit(tmp_path: Path) -> None:
    assert re.search("OGG cannot hold 250000 Hz", save_ogg(tmp_path, 250_000, 30_000))


# Whole or not at all


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"something else")
    assert load_clip(Clip(np.full(9, 0.5), 8000).save(tmp_path / "a.wav")).peak == 0.5
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are a POSIX matter")
def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    path = Clip(np.zeros(9), 8000).save(tmp_path / "a.wav")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"cannot write a.wav: there is no folder .*nowhere"
    ):
        Clip(np.zeros(9), 8000).save(tmp_path / "nowhere" / "a.wav")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OSError, match=r"cannot write a.wav: there is no folder .*file"):
        Clip(np.zeros(9), 8000).save(tmp_path / "file" / "a.wav")
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(IsADirectoryError, match=r"a.wav: it is a folder; name a file in it"):
        Clip(np.zeros(9), 8000).save(tmp_path / "a.wav")
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]
    assert not list((tmp_path / "a.wav").iterdir())


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")
    path.chmod(0o444)

    def access(place: os.PathLike[str], mode: int) -> bool:
        """Answer as for an ordinary user, even where root runs the tests."""
        return not mode & os.W_OK or bool(Path(place).stat().st_mode & stat.S_IWUSR)

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(PermissionError, match=r"cannot write .*a.wav: the file is read-only"):
        Clip(np.zeros(9), 8000).save(path)
    assert path.read_bytes() == b"mine"
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("old", [None, b"mine"], ids=["new", "existing"])
def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path, old: bytes | None) -> None:
    resource = pytest.importorskip("resource", reason="POSIX limits stand in for a full disk")
    path = tmp_path / "a.wav"
    if old is not None:
        path.write_bytes(old)
    clip = Clip(noise(44100), 44100)  # 88 kB
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # root obeys this, too
    try:
        with pytest.raises(OSError, match=r"(?i)too large|no space"):
            clip.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    left = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert left == ({} if old is None else {"a.wav": old})


# Shown in a notebook


def test_shows_a_player_and_a_picture_with_everything_inside() -> None:
    html = Clip(tone(440, 8000), 8000, "<b> & co")._repr_html_()
    assert "<figcaption>&lt;b&gt; &amp; co, 1.00 s at 8000 Hz</figcaption>" in html
    sources = re.findall(r"src='([^']*)'", html)
    assert [source.partition(",")[0] for source in sources] == [
        "data:audio/wav;base64",
        "data:image/png;base64",
    ]


@pytest.mark.parametrize("samples", [np.zeros(2000), np.full(3, 0.5)], ids=["silent", "short"])
def test_shows_what_has_hardly_a_picture(samples: np.ndarray) -> None:
    assert "<audio controls" in Clip(samples, 8000)._repr_html_()


def test_shows_and_says_that_it_shows_only_the_first_minute() -> None:
    html = Clip(np.zeros(61 * 100), 100)._repr_html_()
    assert "61.00 s at 100 Hz (first 60 s)" in html
