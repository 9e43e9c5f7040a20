"""Sounds of no class: as many as asked for, from the seed alone, of the kinds that are named."""

import numpy as np
import pytest
from scipy.signal import welch

import auralise_jax as aj
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.training.outliers import KINDS, outliers, sounds_of
from auralise_jax.training.speech_like import _filtered

RATE, SIZE = 4000, 6000


def made(kind, count=6, **settings):
    return outliers(count, RATE, SIZE, kinds=[kind], **settings).astype(float)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rate", "size"), [(RATE, SIZE), (2000, 740), (8000, 1)])
def test_each_kind_at_any_rate_and_length(kind, rate, size):
    sounds = outliers(5, rate, size, kinds=[kind])
    assert sounds.shape == (5, size)
    assert sounds.dtype == np.int16
    if size > 1 and kind != "silence":
        peaks = np.abs(sounds.astype(int)).max(1)
        assert (peaks >= 32767 * 10 ** (-40 / 20) - 1).all()
        assert (peaks <= 32767 * 10 ** (-1 / 20) + 1).all()
        assert peaks.max() > 2 * peaks.min()


def test_a_sound_depends_on_seed_number_and_kind_alone():
    kinds = len(KINDS)
    few, many = outliers(kinds, RATE, SIZE), outliers(2 * kinds, RATE, SIZE)
    assert (many[:kinds] == few).all()
    assert (outliers(kinds, RATE, SIZE, seed=1) != few).any(1).sum() >= kinds - 1  # zeros are zeros
    assert len({one.tobytes() for one in many}) >= 2 * kinds - 1
    assert (outliers(1, RATE, SIZE, kinds=["noise"]) == few[0]).all()


def test_silence_is_quiet_or_nothing():
    peaks = np.abs(made("silence", 20)).max(1)
    assert (peaks <= 3 * 32767 * 10 ** (-60 / 20)).all()
    assert (peaks == 0).any()
    assert (peaks > 0).any()


def test_a_band_is_narrower_than_noise_and_a_tone_than_a_band():
    def rows(kind):  # how many rows hold nine tenths of the power
        _, power = welch(made(kind, 30), RATE, nperseg=512)
        shares = np.sort(power, axis=1)[:, ::-1].cumsum(1) / power.sum(1, keepdims=True)
        return np.median((shares < 0.9).sum(1))

    assert rows("noise") > 2 * rows("bands") > 2 * rows("tones")


def test_sweeps_move():
    for one in made("sweeps", 8):
        power = np.abs(np.fft.rfft(one.reshape(12, -1) * np.hanning(500), axis=1))
        assert np.ptp(power.argmax(1)) >= 2


def test_hum_stands_on_harmonics_of_the_mains():
    for one in made("hum", 8):
        power = np.abs(np.fft.rfft(one * np.hanning(SIZE))) ** 2
        hertz = np.fft.rfftfreq(SIZE, 1 / RATE)
        strongest = hertz[power[1:].argmax() + 1]
        off = [abs(strongest / mains - round(strongest / mains)) for mains in (50, 60)]
        assert min(off) < 0.05 * max(1, strongest / 60)


def test_clicks_and_bursts_leave_gaps_and_so_does_speech():
    for kind in ("clicks", "bursts", "speech"):
        loudness = np.abs(made(kind, 20)).reshape(20, 30, -1).max(2)
        assert ((loudness < 0.1 * loudness.max(1, keepdims=True)).sum(1) >= 3).mean() > 0.3


def test_speech_has_a_voice_with_a_pitch():
    """Where it is loudest it repeats itself after 1/300 to 1/60 s."""
    pitched = 0
    for one in outliers(10, 11025, 33075, kinds=["speech"]).astype(float):
        frames = one[: 33075 // 662 * 662].reshape(-1, 662)  # 60 ms
        frame = frames[(frames**2).sum(1).argmax()]
        likeness = np.correlate(frame, frame, "full")[len(frame) - 1 :]
        pitched += likeness[36:184].max() > 0.4 * likeness[0]
    assert pitched >= 8


def test_speech_filters_of_gain_1_change_nothing():
    wave = np.random.default_rng(0).normal(size=3001)
    same = _filtered(wave, RATE, lambda times, hertz: np.ones((len(times), len(hertz))))
    np.testing.assert_allclose(same, wave, atol=1e-12)


def test_none_is_none_and_kinds_are_checked():
    assert outliers(0, RATE, SIZE).shape == (0, SIZE)
    with pytest.raises(ValueError, match=r"kinds must be one of noise, bands, .*, not 'music'"):
        outliers(1, RATE, SIZE, kinds=["music"])
    with pytest.raises(ValueError, match="kinds is empty; choose from noise"):
        outliers(1, RATE, SIZE, kinds=[])


def test_sounds_of_a_folder_are_cut_into_windows(tmp_path):
    tone = np.sin(np.arange(2500) / 5).astype(np.float32) / 2
    aj.Clip(tone, 8000).save(tmp_path / "b.wav")  # two windows of 1000, and half of a third
    aj.Clip(tone[:300], 8000).save(tmp_path / "a.wav")  # less than half, but the only one
    (tmp_path / "notes.txt").write_text("no sound")
    cache = SoundCache(8000, tmp_path / "cache")
    found = sounds_of(tmp_path, cache, 1000, progress=False)
    assert found.shape == (4, 1000)
    assert (found[0, 300:] == 0).all()
    assert (found[3, 500:] == 0).all()
    np.testing.assert_allclose(found[1] / 32767, tone[:1000], atol=1e-4)


def test_a_folder_without_sounds_is_refused(tmp_path):
    cache = SoundCache(8000, tmp_path / "cache")
    with pytest.raises(ValueError, match="holds no sound that can be read"):
        sounds_of(tmp_path, cache, 1000, progress=False)
    with pytest.raises(NotADirectoryError, match="name one that holds sounds of no class"):
        sounds_of(tmp_path / "missing", cache, 1000, progress=False)
