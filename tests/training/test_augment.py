import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY

import auralise_jax as aj
from auralise_jax.training.augment import NO_AUGMENTATION, Augmentation, mask, mix_up, pictures

KEY = jax.random.key(0)
LINEAR = dataclasses.replace(TINY, compression="linear")


@pytest.fixture(scope="module")
def samples():
    noise = np.random.default_rng(0).normal(0, 3000, (6, TINY.samples))
    return jnp.asarray(noise.astype(np.int16))


@pytest.mark.parametrize("frontend", [TINY, LINEAR, dataclasses.replace(TINY, compression="log1p")])
def test_without_a_key_pictures_are_the_front_ends(samples, frontend):
    for one, picture in zip(samples, pictures(samples, frontend), strict=True):
        want = frontend.picture(np.asarray(one, np.float32) / 32767)
        np.testing.assert_allclose(picture, want, rtol=1e-5, atol=1e-6)  # XLA may fuse otherwise


def test_no_augmentation_changes_nothing(samples):
    plain = pictures(samples, LINEAR)
    np.testing.assert_allclose(
        pictures(samples, LINEAR, NO_AUGMENTATION, KEY), plain, rtol=1e-6, atol=0
    )
    targets = jnp.eye(3)[jnp.arange(6) % 3]
    assert (mix_up(plain, targets, 0.0, KEY)[0] == plain).all()
    assert (mask(plain, NO_AUGMENTATION, KEY) == plain).all()


def test_the_level_moves_within_its_range_before_compression(samples):
    only = dataclasses.replace(NO_AUGMENTATION, gain_db=(-20.0, 5.0))
    plain = pictures(samples, LINEAR)
    moved = pictures(samples, LINEAR, only, KEY)
    ratio = moved / plain
    gain_db = 20 * np.log10(np.asarray(ratio[:, 5, 5]))
    assert (gain_db > -20).all()
    assert (gain_db < 5).all()
    assert np.ptp(gain_db) > 1
    np.testing.assert_allclose(ratio / ratio[:, :1, :1], 1, rtol=1e-4)
    log = dataclasses.replace(TINY, compression="log1p")
    np.testing.assert_allclose(
        pictures(samples, log, only, KEY), jnp.log1p(moved), rtol=1e-5, atol=1e-6
    )


def test_the_tone_moves_smoothly_over_frequency_and_not_over_time(samples):
    only = dataclasses.replace(NO_AUGMENTATION, tone_db=6.0)
    ratio = pictures(samples, LINEAR, only, KEY) / pictures(samples, LINEAR)
    np.testing.assert_allclose(ratio, ratio[..., :1] * jnp.ones_like(ratio), rtol=1e-3)
    curve_db = 20 * np.log10(np.asarray(ratio[..., 0]))
    assert curve_db.std() > 2
    assert np.abs(np.diff(curve_db[:, 16:], axis=1)).max() < 4  # within the top octave


def changed(samples, key=KEY, **settings):
    """Pictures with one augmentation alone, and without any."""
    only = dataclasses.replace(NO_AUGMENTATION, **settings)
    return np.asarray(pictures(samples, LINEAR, only, key)), np.asarray(pictures(samples, LINEAR))


def test_speed_varies_from_clip_to_clip_within_its_range():
    size = Augmentation(stretch=0.3).samples(LINEAR)
    ticks = np.zeros((40, size), np.int16)
    ticks[:, size // 2] = 30_000
    heard, _ = changed(jnp.asarray(ticks), stretch=0.3)
    assert heard.shape == (40, *LINEAR.shape)
    speed = size // 2 / LINEAR.hop_length / heard[:, 3].argmax(1)
    assert speed.min() == pytest.approx(0.7, abs=0.1)
    assert speed.max() == pytest.approx(1.3, abs=0.1)


def test_speed_pitch_and_level_are_drawn_apart(monkeypatch):
    """Each of the numbers that a clip is changed by comes from bits of its own."""
    drawn = []
    uniform = jax.random.uniform

    def draws(key, shape=(), **limits):
        drawn.append(np.asarray(uniform(key, shape)).reshape(-1)[:400])
        return uniform(key, shape, **limits)

    monkeypatch.setattr(jax.random, "uniform", draws)
    quiet = jnp.zeros((400, Augmentation().samples(TINY)), jnp.int16)
    pictures(quiet, TINY, Augmentation(), KEY)
    assert len(drawn) == 9  # eight of the way, and the level
    likeness = np.abs(np.corrcoef(drawn) - np.eye(9))
    assert likeness.max() < 0.25  # five standard errors


def test_pitch_varies_from_clip_to_clip_within_its_range():
    tone = 9000 * np.sin(2 * np.pi * 300 * np.arange(LINEAR.samples) / LINEAR.sample_rate)
    heard, _ = changed(jnp.asarray(np.tile(tone.astype(np.int16), (40, 1))), pitch=12.0)
    octaves = np.log2(LINEAR.bins.hz[heard[..., 8].argmax(1)] / 300)
    assert octaves.min() == pytest.approx(-1, abs=0.2)
    assert octaves.max() == pytest.approx(1, abs=0.2)


def test_rooms_and_low_passes_come_as_often_as_their_chance():
    noise = np.random.default_rng(1).normal(0, 3000, (200, LINEAR.samples)).astype(np.int16)
    for setting in ({"room": 0.25}, {"low_pass": 0.25}):
        heard, plain = changed(jnp.asarray(noise), **setting)
        share = (np.abs(heard / plain - 1) > 1e-3).any((1, 2)).mean()
        assert share == pytest.approx(0.25, abs=0.1)


def test_a_dull_clip_has_no_row_louder_than_before_and_keeps_its_bass(samples):
    heard, plain = changed(samples, low_pass=1.0)
    ratio = heard / plain
    assert (ratio <= 1 + 1e-6).all()
    np.testing.assert_allclose(ratio, ratio[..., :1] * np.ones_like(ratio), rtol=1e-3)
    assert (np.diff(ratio[..., 0], axis=1) <= 1e-6).all()
    np.testing.assert_allclose(ratio[:, 0], 1, rtol=1e-5)


def test_what_is_silent_stays_silent():
    quiet = jnp.zeros((4, Augmentation().samples(TINY)), jnp.int16)
    assert (pictures(quiet, TINY, Augmentation(), KEY) == 0).all()


def test_mixup_keeps_the_larger_share_and_mixes_targets_alike(samples):
    seen = pictures(samples, LINEAR)
    targets = jnp.eye(6)
    mixed, shares = mix_up(seen, targets, 0.5, KEY)
    assert (shares.argmax(1) == jnp.arange(6)).all()
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed, jnp.einsum("bk,kft->bft", shares, seen), rtol=1e-5, atol=1e-6)
    assert float(shares.max(1).min()) < 0.95
    some, theirs = mix_up(seen, targets, 0.5, KEY, 4)
    np.testing.assert_allclose(some[4:], seen[4:], rtol=1e-6)
    np.testing.assert_allclose(theirs[:4, :4].sum(1), 1, rtol=1e-6)  # mixed with each other alone


def test_masks_silence_bands_no_wider_than_told():
    ones = jnp.ones((200, 40, 50))
    only = dataclasses.replace(NO_AUGMENTATION, time_masks=(1, 0.2))
    masked = np.asarray(mask(ones, only, KEY))
    assert (masked == masked[:, :1]).all()  # whole frames
    widths = (masked[:, 0] == 0).sum(1)
    assert widths.max() <= 11
    assert widths.max() >= 8
    both = dataclasses.replace(only, freq_masks=(2, 0.2))
    silenced = 1 - np.asarray(mask(ones, both, KEY)).mean()
    assert 0.2 < silenced < 0.32  # 1 - .9 * .9**2 less what overlaps, in the mean


def test_the_same_key_gives_the_same_and_jit_changes_nothing(samples):
    told = Augmentation()
    once = pictures(samples, TINY, told, KEY)
    assert (pictures(samples, TINY, told, KEY) == once).all()
    assert not (pictures(samples, TINY, told, jax.random.key(1)) == once).all()
    jitted = jax.jit(lambda x, key: pictures(x, TINY, told, key))(samples, KEY)
    np.testing.assert_allclose(jitted, once, rtol=1e-5, atol=1e-6)


def test_the_papers_front_end_has_knots_for_all_rows():
    seen = pictures(jnp.zeros((2, 44100), jnp.int16), aj.Frontend(), Augmentation(), KEY)
    assert seen.shape == (2, 257, 173)
    assert (seen == 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mixup": -1.0}, "mixup must be at least 0, not -1.0"),
        ({"gain_db": (3.0, -3.0)}, "gain_db must be .lowest, highest. in dB"),
        ({"time_masks": (1, 1.5)}, "time_masks must be"),
        ({"shift": float("nan")}, "shift must be at least 0"),
        ({"stretch": 0.6}, "stretch must be 0 to 0.5, not 0.6"),
        ({"pitch": float("nan")}, "pitch must be 0 to 24, not nan"),
        ({"room": 1.5}, "room must be 0 to 1, not 1.5"),
        ({"low_pass": -0.1}, "low_pass must be 0 to 1, not -0.1"),
    ],
)
def test_settings_out_of_range(settings, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**settings)
