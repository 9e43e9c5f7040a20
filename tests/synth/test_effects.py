import functools

import numpy as np
import pytest

from auralise_jax.synth import effects
from auralise_jax.synth.desk import Desk, draw_desk
from auralise_jax.synth.mix import PEAK, mix

RATE = 11_025
HZ = np.array([20.0, 50.0, 100.0, 300.0, 1_000.0, 3_000.0, 5_000.0])


def db(amplitude):
    return 20 * np.log10(np.abs(amplitude))


def noise(seconds=2.0, seed=0):
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def crest_db(sound):
    return db(np.abs(sound).max() / np.sqrt(np.mean(sound**2)))


@pytest.mark.parametrize("order", [1, 2, 4])
def test_low_pass_falls_by_6_db_an_octave_and_order(order):
    response = effects.low_pass(1j * np.array([1.0, 1e5, 2e5]), 1_000, order)
    assert db(response[0]) == pytest.approx(0, abs=0.01)
    assert db(response[1] / response[2]) == pytest.approx(6.02 * order, abs=0.01)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_high_pass_is_the_mirror_of_low_pass(order):
    low = effects.low_pass(1j * HZ, 500, order)
    high = effects.high_pass(1j * 500 * 500 / HZ, 500, order)
    np.testing.assert_allclose(np.abs(low), np.abs(high))  # f -> corner² / f


@pytest.mark.parametrize("gain", [-9.0, 0.0, 6.0])
def test_shelves_and_peaks_change_their_band_and_no_other(gain):
    f = 1j * np.array([0.01, 1_000.0, 1e8])
    assert db(effects.low_shelf(f, 1_000, gain)) == pytest.approx([gain, gain / 2, 0], abs=0.01)
    assert db(effects.high_shelf(f, 1_000, gain)) == pytest.approx([0, gain / 2, gain], abs=0.01)
    assert db(effects.peak(f, 1_000, gain)) == pytest.approx([0, gain, 0], abs=0.01)


def test_opposite_gains_undo_each_other():
    f = 1j * HZ
    for effect in (effects.low_shelf, effects.high_shelf, effects.peak):
        np.testing.assert_allclose(effect(f, 700, 5.0) * effect(f, 700, -5.0), 1)


def test_tilt_raises_highs_lowers_lows_and_can_be_undone():
    impulse = np.eye(1, 4096)[0]
    spectrum = db(np.fft.rfft(effects.tilt(impulse, 6.0, RATE)))
    assert spectrum[[0, -1]] == pytest.approx([-6, 6], abs=0.1)
    sound = noise()
    np.testing.assert_allclose(
        effects.tilt(effects.tilt(sound, 6.0, RATE), -6.0, RATE), sound, atol=1e-9
    )


def test_a_longer_room_rings_longer():
    def half_energy(seconds):
        tail = effects.room(np.random.default_rng(0), RATE, seconds)
        return np.searchsorted(np.cumsum(tail**2), 0.5)

    assert half_energy(0.4) < half_energy(0.8) < half_energy(1.6)


def test_ducking_is_deepest_at_the_onset_and_leaves_what_came_before():
    ducked = effects.duck(np.ones(RATE), [0.5], 12.0, RATE)
    assert np.all(ducked[: RATE // 2] == 1)
    assert db(ducked.min()) == pytest.approx(-12, abs=0.1)
    assert np.argmin(ducked) / RATE == pytest.approx(0.5, abs=0.001)
    assert np.all(np.diff(ducked[RATE // 2 + 1 :]) > 0)


def test_no_ducking_without_onsets():
    sound = noise()
    assert effects.duck(sound, [], 12.0, RATE) is sound
    assert effects.duck(sound, [0.5], 0.0, RATE) is sound


@pytest.mark.parametrize("ratio", [2.0, 6.0])
def test_compression_reduces_the_crest_factor(ratio):
    t = np.arange(2 * RATE) / RATE
    verses = noise() * np.where(t % 1 < 0.25, 1.0, 0.25)  # a quarter of the time 12 dB louder
    assert crest_db(effects.compress(verses, ratio, RATE)) < crest_db(verses) - 1


def test_compression_by_one_changes_nothing():
    sound = noise()
    np.testing.assert_array_equal(effects.compress(sound, 1.0, RATE), sound)


def test_saturation_reduces_the_crest_factor_and_keeps_signs():
    sound = noise()
    bent = effects.saturate(sound, 6.0)
    assert crest_db(bent) < crest_db(sound) - 1
    np.testing.assert_array_equal(np.sign(bent), np.sign(sound))
    assert np.all(np.diff(bent[np.argsort(sound)]) >= 0)


def test_saturation_leaves_soft_sounds_as_they_are():
    sound = np.array([1e-3, -1e-3, 1.0, -1.0])
    np.testing.assert_allclose(effects.saturate(sound, 0.0)[:2], sound[:2], rtol=1e-3)


def test_an_old_sampler_repeats_values_and_never_looks_ahead():
    sound = np.arange(1_000.0)
    held = effects.sample_and_hold(sound, 4_000, RATE)
    assert np.all(held <= sound)
    assert np.all(sound - held < RATE / 4_000 + 1)
    assert len(np.unique(held)) == pytest.approx(1_000 * 4_000 / RATE, abs=1)
    np.testing.assert_array_equal(effects.sample_and_hold(sound, RATE, RATE), sound)


def test_hiss_has_its_colour():
    def highs(colour):
        power = np.abs(np.fft.rfft(effects.hiss(np.random.default_rng(0), RATE, colour))) ** 2
        return power[RATE // 4 :].sum() / power.sum()

    assert highs(0.95) < 0.1 < highs(0.0)


def test_crackle_is_clicks_not_noise():
    clicks = effects.crackle(np.random.default_rng(0), 10 * RATE, RATE, rate=8)
    assert 40 < np.count_nonzero(clicks) < 120  # Poisson of mean 80
    assert np.sqrt(np.mean(clicks**2)) == pytest.approx(1)


def test_silence_stays_silent_through_every_effect():
    silence = np.zeros(RATE)
    for result in (
        effects.tilt(silence, 6, RATE),
        effects.duck(silence, [0.1], 6, RATE),
        effects.compress(silence, 4, RATE),
        effects.saturate(silence, 6),
        effects.sample_and_hold(silence, 4_000, RATE),
    ):
        assert not result.any()
    for seed in range(20):
        assert not mix(np.zeros((2, RATE), np.float32), [0, 0], RATE, seed).any()


@pytest.mark.parametrize("seed", range(20))
def test_every_desk_peaks_alike(seed):
    stems = np.stack([noise(seed=1), noise(seed=2)]).astype(np.float32)
    mixed = mix(stems, [0, -6], RATE, seed)
    assert np.abs(mixed).max() == pytest.approx(PEAK)
    assert mixed.dtype == np.float32
    assert mixed[-1] == 0


def test_the_plain_desk_does_nothing_but_a_room(monkeypatch):
    click = np.zeros((1, 3 * RATE), np.float32)
    click[0, RATE] = 1
    plain = mix(click, [0], RATE)[RATE:] / PEAK
    monkeypatch.setattr("auralise_jax.synth.mix.Desk", functools.partial(Desk, reverb=0))
    dry = mix(click, [0], RATE)
    # Without the room every frequency passes alike, but for what is cut below 20 Hz.
    response = db(np.abs(np.fft.rfft(dry)) / PEAK)
    hertz = np.fft.rfftfreq(len(dry), 1 / RATE)
    assert np.ptp(response[hertz > 300]) < 0.1
    # The room begins after 10 ms, falls, and is over after 1.2 s.
    room = plain - dry[RATE:] / PEAK
    early, late, after = (
        np.abs(part).max()
        for part in (
            room[RATE // 50 : RATE // 5],
            room[RATE : 6 * RATE // 5],
            room[5 * RATE // 4 :],
        )
    )
    assert np.abs(room[: RATE // 100]).max() < 1e-3
    assert 0.001 < early < 0.1
    assert late < 0.01 * early
    assert after < 1e-4 * early


def test_desks_cover_what_recordings_differ_in():
    desks = [draw_desk(np.random.default_rng(seed), 3) for seed in range(1, 300)]
    for name in ("low_pass", "high_pass", "lower_rate", "drive_db", "hiss_db", "crackle_db"):
        share = np.mean([getattr(desk, name) is not None for desk in desks])
        assert 0.03 < share < 0.7, name
    assert 0.2 < np.mean([desk.ratio > 1 for desk in desks]) < 0.5
    assert len({desk.gains_db for desk in desks}) == len(desks)
    assert max(abs(gain) for desk in desks for gain in desk.gains_db) <= 6


def test_empty_sound_passes():
    assert effects.compress(np.zeros(0), 4, RATE).shape == (0,)
    assert effects.saturate(np.zeros(0), 4).shape == (0,)
    assert effects.crackle(np.random.default_rng(0), 0, RATE, 8).shape == (0,)
