"""Bands, stretches and rectangles taken out of a sound: what goes and what stays."""

import numpy as np
import pytest

from auralise_jax.audio.removal import FADE, Removed, take_out

FRAME = 0.065  # seconds: the longest frame at these rates, and a little


def tone(hertz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + 0.7)


def noise(rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * rate)).astype(np.float32)


def middle(samples: np.ndarray, rate: int) -> np.ndarray:
    """Leave out what lies within a frame of the ends."""
    frame = round(FRAME * rate)
    return samples[frame:-frame]


@pytest.mark.parametrize("rate", [2000, 11025, 48000])
@pytest.mark.parametrize("hertz", [310.0, 437.5, 700.0])
def test_a_tone_in_a_band_is_gone_and_one_outside_stays(rate: int, hertz: float) -> None:
    inside = tone(hertz, rate)
    left = middle(take_out(inside, rate, band=(hertz - 100, hertz + 100)), rate)
    assert 20 * np.log10(np.abs(left).max()) < -70
    for band in ((hertz + 150, hertz + 300), (0, hertz - 150)):
        beyond = take_out(inside, rate, band=band)
        np.testing.assert_allclose(middle(beyond, rate), middle(inside, rate), atol=1e-3)


@pytest.mark.parametrize("rate", [2000, 44100])
def test_a_stretch_alone_becomes_silence_between_fades(rate: int) -> None:
    sound = noise(rate)
    left = take_out(sound, rate, stretch=(0.25, 0.5))
    first, last, fade = rate // 4, rate // 2, round(FADE * rate) + 1
    np.testing.assert_array_equal(left[:first], sound[:first])
    np.testing.assert_array_equal(left[last:], sound[last:])
    assert not left[first + fade : last - fade].any()
    # No step is larger than a step of the gains: the wave of a constant has no jump.
    gains = take_out(np.ones(rate, np.float32), rate, stretch=(0.25, 0.5))
    assert np.abs(np.diff(gains)).max() < 2 / (FADE * rate)
    assert (np.diff(gains[first : first + fade]) <= 0).all()


@pytest.mark.parametrize("rate", [2000, 11025])
def test_a_rectangle_leaves_what_is_before_and_after_it(rate: int) -> None:
    low, high = tone(400, rate), tone(850, rate)
    left = take_out(low + high, rate, (300, 500), (0.4, 0.7))
    before, after = round((0.4 - FRAME) * rate), round((0.7 + FRAME) * rate)
    for part in (slice(0, before), slice(after, None)):
        np.testing.assert_allclose(left[part], (low + high)[part], atol=1e-6)
    inside = slice(round((0.4 + FRAME) * rate), round((0.7 - FRAME) * rate))
    np.testing.assert_allclose(left[inside], high[inside], atol=1e-3)


@pytest.mark.parametrize("rate", [2000, 11025])
def test_taking_out_everything_leaves_silence(rate: int) -> None:
    sound = noise(rate, 0.5)
    for part in (
        {"band": (0, rate / 2)},
        {"stretch": (0, 0.5)},
        {"band": (0, rate / 2), "stretch": (0, 0.5)},
    ):
        assert not take_out(sound, rate, **part).any()


def test_what_is_taken_out_and_what_is_left_are_the_sound() -> None:
    """The STFT is linear, and a band and the rest of a sound's bands have no cell in common."""
    rate, sound = 8000, noise(8000)
    left = take_out(sound, rate, (1000, 2000))
    again = take_out(left, rate, (1000, 2000))
    parts = [middle(one, rate) for one in (sound, left, again)]
    spectra = [np.abs(np.fft.rfft(part * np.hanning(len(part)))) for part in parts]
    hertz = np.fft.rfftfreq(len(parts[0]), 1 / rate)
    inside, outside = (hertz > 1100) & (hertz < 1900), (hertz < 850) | (hertz > 2150)
    assert spectra[1][inside].max() < 1e-2 * spectra[0][inside].max()
    for one in spectra[1:]:
        difference = np.abs(one - spectra[0])[outside].max()
        assert difference < 1e-2 * spectra[0][outside].max()


@pytest.mark.parametrize("length", [1, 3, 40, 127])
def test_short_sounds_and_short_stretches(length: int) -> None:
    sound, seconds = noise(2000)[:length] + 1, length / 2000
    for part in (
        Removed((0.0, 500.0), None),
        Removed(None, (0.0, seconds)),
        Removed(None, (seconds / 2, seconds / 2 + 1e-6)),
        Removed((0.0, 500.0), (seconds / 2, seconds / 2 + 1e-6)),
    ):
        left = take_out(sound, 2000, *part)
        assert left.shape == sound.shape
        assert left.dtype == np.float32
        assert np.abs(left - sound).max() > 0.01  # never nothing, without a word


BAD = {
    "neither": ({}, r"name a band, such as band=\(200.0, 800.0\) in hertz, or a stretch"),
    "empty band": ({"band": (200, 200)}, "band must begin at 0 Hz or later, .* by 1000 Hz, not be"),
    "reversed band": ({"band": (800, 200)}, "not be 800 to 200 Hz"),
    "negative band": ({"band": (-1, 200)}, "band must begin at 0 Hz or later"),
    "too high": ({"band": (200, 1001)}, "by 1000 Hz, not be 200 to 1001 Hz"),
    "NaN": ({"band": (200, float("nan"))}, "not be 200 to nan Hz"),
    "infinite": ({"band": (0, float("inf"))}, "not be 0 to inf Hz"),
    "empty stretch": ({"stretch": (0.2, 0.2)}, "stretch must begin at 0 s or later, .* by 0.5 s"),
    "too long": ({"stretch": (0.2, 0.6)}, "by 0.5 s, not be 0.2 to 0.6 s"),
    "NaN seconds": ({"stretch": (float("nan"), 0.3)}, "not be nan to 0.3 s"),
    "one number": ({"band": 200}, "band must be a pair of numbers, such as .*, not 200"),
    "three": ({"stretch": (0, 1, 2)}, r"stretch must be a pair of numbers, .* not \(0, 1, 2\)"),
    "text": ({"band": "ab"}, "band must be a pair of numbers"),
    "bool": ({"band": (False, True)}, "band must be a pair of numbers"),
    "good and bad": ({"band": (200, 300), "stretch": (0.3, 0.1)}, "not be 0.3 to 0.1 s"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_legal(name: str) -> None:
    part, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        take_out(noise(2000, 0.5), 2000, **part)
