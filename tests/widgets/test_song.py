"""A song: windows of a file that stays on disk, and where in it most is going on."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from making import make_noise

import auralise_jax as aj
from auralise_jax.widgets.song import LOOKED, Song, look_over

RATE = 2000


def bursts(*parts: tuple[float, float], seed: int = 0) -> np.ndarray:
    """Return one part of noise after the other: (seconds, level)."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(0, level, round(s * RATE)) for s, level in parts])


@pytest.mark.parametrize(
    ("parts", "start"),
    [
        ([(10, 0), (8, 0.1), (5, 0)], 10.0),  # silence, sound, silence: all of it in the sound
        ([(10.3, 0), (8, 0.1), (5, 0)], 10.5),  # the next whole half second
        ([(6, 0.01), (8, 0.1)], 6.0),  # a quiet beginning
        ([(20, 0.1)], 0.0),  # much the same all over
        ([(8, 0.09), (8, 0.1)], 0.0),  # the beginning is good enough
        ([(20, 0)], 0.0),  # nothing at all
        ([(3, 0.1)], 0.0),  # shorter than the window
        ([(9, 0), (3, 0.1)], 8.0),  # the last window that fits
    ],
)
def test_it_opens_where_most_is_going_on(parts: list[tuple[float, float]], start: float) -> None:
    found = Song(aj.Clip(bursts(*parts), RATE), "x").opening(4.0)
    # A second of the noise may hold a few per cent more than another.
    assert start <= found <= start + (1.0 if start else 0.0)


def test_what_changes_counts_and_not_what_is_loud() -> None:
    t = np.arange(10 * RATE) / RATE
    tone = 0.8 * np.sin(2 * np.pi * 200 * t)  # loud, and always the same
    notes = 0.4 * np.sin(2 * np.pi * 50 * (4 + np.floor(4 * t)) * t)  # four a second
    assert Song(aj.Clip(np.concatenate([tone, notes]), RATE), "x").opening(4.0) >= 9.5


def test_flux_is_what_spectra_gain() -> None:
    samples = make_noise(3.0).samples
    look = look_over([samples], RATE)
    size = round(look.step * RATE)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    spectra = np.abs([np.fft.rfft(frame * np.hanning(size)) for frame in frames])
    gains = np.maximum(0, spectra[1:] - spectra[:-1]).sum(axis=1)
    np.testing.assert_allclose(look.flux[1 : len(frames)], gains, rtol=1e-4)
    assert look.peaks.max() == np.abs(samples).max()


@pytest.mark.parametrize("sizes", [[1], [7, 1000], [5000], [127, 3, 4000]])
def test_blocks_of_any_size_are_the_same_sound(sizes: list[int]) -> None:
    samples = make_noise(5.0).samples
    ends = np.cumsum(np.resize(sizes, len(samples) // min(sizes) + 1))
    blocks = np.split(samples, ends[ends < len(samples)])
    one, many = look_over([samples], RATE), look_over(blocks, RATE)
    np.testing.assert_allclose(many.flux, one.flux, rtol=1e-5)
    np.testing.assert_array_equal(many.peaks, one.peaks)
    assert many[:2] == one[:2]


def test_the_overview_shows_where_it_is_loud() -> None:
    song = Song(aj.Clip(bursts((5, 0), (5, 0.1), (10, 0)), RATE), "x")
    columns = np.array(song.overview)
    assert len(columns) == 400
    assert columns.max() == 255
    loud = np.flatnonzero(columns)
    assert loud[0] == pytest.approx(100, abs=1)
    assert loud[-1] == pytest.approx(200, abs=1)


def test_an_overview_of_a_moment() -> None:
    assert max(Song(aj.Clip([0.5], RATE), "x").overview) == 255
    assert Song(aj.Clip([0.0] * 9, RATE), "x").overview == [0] * len(
        Song(aj.Clip([0.0] * 9, RATE), "x").overview
    )


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_a_window_of_a_file_is_that_of_the_clip(tmp_path: Path, suffix: str) -> None:
    path = aj.Clip(make_noise(3.0, 16000).samples, 16000).save(tmp_path / f"song{suffix}")
    whole, song = aj.load_clip(path), Song.of(path)
    assert song.title == "song"
    assert song.duration == pytest.approx(whole.duration, abs=1e-9)
    for start, duration in ((0.0, 1.0), (0.7, 1.0), (2.3, 4.0), (2.999, 1.0)):
        wanted = whole.window(start, duration)
        found = song.named("other").window(start, duration)
        np.testing.assert_array_equal(found.samples, wanted.samples)
        assert (found.sample_rate, found.title) == (16000, "other")
    for clip in (song, Song.of(whole)):
        with pytest.raises(
            ValueError, match=r"^start must be at least 0 s and less than 3\.000 s, .* not 3\.0$"
        ):
            clip.window(3.0, 1.0)
    assert song.overview == Song.of(whole).overview
    assert song.opening(1.0) == Song.of(whole).opening(1.0)


def test_a_path_is_still_right_in_another_folder(tmp_path: Path, monkeypatch) -> None:
    make_noise(1.0).save(tmp_path / "song.wav")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    song = Song.of("song.wav")
    monkeypatch.chdir(tmp_path / "other")
    assert len(song.window(0.5, 0.25).samples) == 500


def test_what_is_no_sound_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "junk.wav").write_bytes(b"no sound" * 1000)
    with pytest.raises(ValueError, match=r"junk\.wav"):
        Song.of(tmp_path / "junk.wav")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Song.of(tmp_path / "nothing.wav")


def test_hours_of_sound_cost_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        for _ in range(90):
            file.write(np.zeros(60 * 8000, "int16"))
    song = Song.of(path)
    assert song.duration == 5400
    tracemalloc.start()
    assert song.opening(4.0) == 0
    assert len(song.window(5000.0, 4.0).samples) == 32000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert song.look.seconds == pytest.approx(LOOKED, abs=60)  # whole blocks are read
    assert len(song.overview) == 400
    assert peak < 40e6  # of 173 MB
