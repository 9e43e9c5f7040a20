"""Loudness: against the standard's own figures, and the gain that matches two sounds."""

import math

import numpy as np
import pyloudnorm
import pytest
import soxr

from auralise_jax.audio import Clip, loudness

RATE = 48000

# The K weighting of ITU-R BS.1770 at 48 kHz, as the Recommendation prints it: a shelf for the
# head, then a high-pass.
SHELF = (
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [1.0, -1.69065929318241, 0.73248077421585],
)
HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def sine(peak: float, seconds: float, hertz: float = 997.0, rate: int = RATE) -> np.ndarray:
    """Return a sine as float32."""
    time = np.arange(round(seconds * rate)) / rate
    return (peak * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def peak_of(lufs: float) -> float:
    """Return the peak of a 997 Hz sine of that loudness: full scale reads -3.01 LKFS."""
    return 10 ** ((lufs + 3.01) / 20)


# Measuring


@pytest.mark.parametrize("lufs", [-10.0, -23.0, -33.0, -50.0])
def test_reference_sine(lufs: float) -> None:
    # EBU Tech 3341 grants a meter 0.1 LU.
    assert loudness.integrated(sine(peak_of(lufs), 2.0), RATE) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100])
def test_reference_sine_at_other_rates(rate: int) -> None:
    # The shelf at 1.7 kHz is bent where Nyquist's frequency is near it: 0.2 LU at 8 kHz, measured.
    found = loudness.integrated(sine(peak_of(-23.0), 2.0, rate=rate), rate)
    assert found == pytest.approx(-23.0, abs=0.25)


@pytest.mark.parametrize("rate", [1000, 2000, 4000])
def test_low_rates_are_measured_as_if_resampled(rate: int) -> None:
    slow = loudness.integrated(sine(0.1, 2.0, 200.0, rate), rate)
    fast = loudness.integrated(sine(0.1, 2.0, 200.0, RATE), RATE)
    # 0.1 LU as above, and 0.1 for the weighting at the rate between.
    assert slow == pytest.approx(fast, abs=0.2)


@pytest.mark.parametrize("hertz", [40.0, 100.0, 500.0, 2000.0, 10000.0])
def test_weighting_is_that_of_the_standard(hertz: float) -> None:
    from scipy.signal import lfilter

    samples = sine(0.1, 2.0, hertz)
    weighted = lfilter(*HIGH_PASS, lfilter(*SHELF, samples.astype(np.float64)))
    # Steady sound passes both gates, so that the mean square is all there is to it. A block or two
    # hold the filter's first swing; 0.1 LU again.
    wanted = -0.691 + 10 * math.log10(np.mean(weighted**2))
    assert loudness.integrated(samples, RATE) == pytest.approx(wanted, abs=0.1)


def test_gates_as_in_ebu_tech_3341() -> None:
    # Its third test: -36, -23 and -36 LUFS. The relative gate leaves the quiet ends out.
    quiet, loud = sine(peak_of(-36.0), 10.0), sine(peak_of(-23.0), 60.0)
    found = loudness.integrated(np.concatenate([quiet, loud, quiet]), RATE)
    assert found == pytest.approx(-23.0, abs=0.1)


def test_silence_between_does_not_count() -> None:
    loud, silence = sine(peak_of(-23.0), 20.0), np.zeros(20 * RATE, np.float32)
    # Blocks of 0.4 s overlap the edge: at most three of 200 are partly silent, 0.05 LU.
    found = loudness.integrated(np.concatenate([loud, silence]), RATE)
    assert found == pytest.approx(-23.0, abs=0.15)


def test_ten_times_the_peak_is_20_lu_more() -> None:
    rough = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
    one, ten = (loudness.integrated(gain * rough, RATE) for gain in (1, 10))
    assert ten - one == pytest.approx(20.0, abs=1e-4)  # rounding of float32 only


def test_silence_is_minus_infinity() -> None:
    assert loudness.integrated(np.zeros(RATE, np.float32), RATE) == -math.inf


def test_below_the_absolute_gate_is_minus_infinity() -> None:
    assert loudness.integrated(sine(peak_of(-80.0), 2.0), RATE) == -math.inf


@pytest.mark.parametrize("rate", [11025, 44100, 48000])
def test_under_a_block_is_nan(rate: int) -> None:
    block = math.ceil(0.4 * rate)
    assert math.isnan(loudness.integrated(np.full(block - 1, 0.1, np.float32), rate))
    assert math.isfinite(loudness.integrated(sine(0.1, 1.0, rate=rate)[:block], rate))


def test_a_clip_knows_its_loudness() -> None:
    assert Clip(sine(peak_of(-23.0), 1.0), RATE).loudness == pytest.approx(-23.0, abs=0.1)
    assert Clip(np.zeros(RATE), RATE).loudness == -math.inf
    assert math.isnan(Clip(np.zeros(100), RATE).loudness)


# Matching


def test_match_brings_one_sound_to_the_level_of_another() -> None:
    found = loudness.match(sine(0.05, 1.0), loudness.integrated(sine(0.2, 1.0), RATE), RATE)
    # Four times the peak; float32 keeps seven digits.
    assert found.gain_db == pytest.approx(12.0412, abs=1e-3)
    assert (found.limited_db, found.note) == (0.0, "")
    assert found.samples.dtype == np.float32
    np.testing.assert_allclose(found.samples, sine(0.2, 1.0), rtol=0, atol=1e-5)


def test_match_can_turn_down() -> None:
    found = loudness.match(sine(0.8, 1.0), loudness.integrated(sine(0.1, 1.0), RATE), RATE)
    assert found.gain_db == pytest.approx(-18.0618, abs=1e-3)  # an eighth of the peak


def test_match_measures_and_does_not_only_scale() -> None:
    source, sound = sine(0.2, 2.0), sine(0.2, 2.0, 100.0)  # the ear hears less of 100 Hz
    found = loudness.match(sound, loudness.integrated(source, RATE), RATE)
    after = loudness.integrated(found.samples, RATE)
    assert found.gain_db > 0.5
    assert after == pytest.approx(loudness.integrated(source, RATE), abs=1e-3)  # float32 again


@pytest.mark.parametrize("loud", [-62.0, -69.5, -45.0, -20.0])
@pytest.mark.parametrize("target", [-69.9, -66.0, -50.0, -23.0])
def test_what_the_gate_left_out_counts_once_it_is_loud_enough(loud: float, target: float) -> None:
    """Ten seconds in which each is 1 dB softer than the one before: some under -70 LUFS."""
    steps = [sine(peak_of(loud - step), 1.0) for step in range(10)]
    found = loudness.match(np.concatenate(steps), target, RATE)
    if found.limited_db == 0:
        assert loudness.integrated(found.samples, RATE) == pytest.approx(target, abs=0.02)


@pytest.mark.parametrize("loud", [-69.9, -65.0, -23.0])
def test_a_source_at_the_gate_itself_has_a_gain(loud: float) -> None:
    found = loudness.match(sine(peak_of(loud), 1.0), -70.0, RATE)
    assert found.gain_db == pytest.approx(-70.0 - loud, abs=0.1)
    assert found.note == ""


def test_a_peak_above_the_ceiling_lowers_the_gain_and_says_so() -> None:
    # From 0.9 to 1.5 would be +4.437 dB; from 1.5 back to 0.99 is 3.609 dB.
    found = loudness.match(sine(0.9, 1.0), loudness.integrated(sine(1.5, 1.0), RATE), RATE)
    assert found.gain_db == pytest.approx(0.8279, abs=1e-3)
    assert found.limited_db == pytest.approx(3.6091, abs=1e-3)
    assert found.note == ""
    # The peak is the ceiling, but for float32's rounding.
    assert np.abs(found.samples).max() == pytest.approx(0.99, abs=1e-6)


def test_a_peak_at_the_ceiling_is_not_limited() -> None:
    found = loudness.match(sine(0.4, 1.0), loudness.integrated(sine(0.98, 1.0), RATE), RATE)
    assert found.limited_db == 0.0


@pytest.mark.parametrize(
    ("sound", "source", "note"),
    [
        (sine(0.1, 1.0), np.zeros(RATE, np.float32), "the source is silent: level not matched"),
        (np.zeros(RATE, np.float32), sine(0.1, 1.0), "the sound is silent: level not matched"),
        (np.zeros(RATE, np.float32), np.zeros(RATE, np.float32), "silent: level not matched"),
        (sine(0.1, 0.3), sine(0.2, 0.3), "shorter than 0.4 s, too short to measure loudness"),
    ],
    ids=["silent source", "silent sound", "both silent", "short"],
)
def test_where_loudness_is_unknown_the_gain_is_zero_and_said(
    sound: np.ndarray, source: np.ndarray, note: str
) -> None:
    found = loudness.match(sound, loudness.integrated(source, RATE), RATE)
    assert (found.gain_db, found.limited_db) == (0.0, 0.0)
    assert note in found.note
    np.testing.assert_array_equal(found.samples, sound)


def test_the_ceiling_holds_where_loudness_is_unknown() -> None:
    found = loudness.match(sine(1.98, 0.3), loudness.integrated(sine(0.2, 0.3), RATE), RATE)
    assert found.gain_db == pytest.approx(-6.0206, abs=1e-3)  # half of 1.98
    assert found.limited_db == pytest.approx(6.0206, abs=1e-3)
    assert "too short" in found.note
    assert np.abs(found.samples).max() <= 0.99 + 1e-6  # float32's rounding


# A sound that comes block by block


def whole_by_pyloudnorm(samples: np.ndarray, rate: int) -> float:
    if len(samples) < 0.4 * rate:
        return math.nan
    if rate < loudness.LOWEST_RATE:
        samples, rate = soxr.resample(samples, rate, 16000), 16000
    return float(pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64)))


@pytest.mark.parametrize("rate", [2000, 11025, 44100])
@pytest.mark.parametrize("seconds", [0.3, 0.4, 0.46, 3.33])
def test_the_meter_reads_the_same_whatever_the_blocks(rate: int, seconds: float) -> None:
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, round(seconds * rate)).astype(np.float32)
    samples *= np.linspace(0, 1, len(samples), dtype=np.float32) ** 3  # the gates close
    wanted = whole_by_pyloudnorm(samples, rate)
    assert loudness.integrated(samples, rate) == pytest.approx(wanted, abs=1e-6, nan_ok=True)
    for cuts in ([], [1, 1, 2], rng.integers(0, len(samples), 9)):
        meter = loudness.Meter(rate)
        for block in np.split(samples, np.sort(cuts)):
            meter.add(block)
        assert meter.integrated() == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_the_meter_reads_nothing_in_silence() -> None:
    meter = loudness.Meter(RATE)
    meter.add(np.zeros(2 * RATE))
    assert meter.integrated() == -math.inf
