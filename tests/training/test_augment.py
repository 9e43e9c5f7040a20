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


def test_mixup_keeps_the_larger_share_and_mixes_targets_alike(samples):
    seen = pictures(samples, LINEAR)
    targets = jnp.eye(6)
    mixed, shares = mix_up(seen, targets, 0.5, KEY)
    assert (shares.argmax(1) == jnp.arange(6)).all()
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed, jnp.einsum("bk,kft->bft", shares, seen), rtol=1e-5, atol=1e-6)
    assert float(shares.max(1).min()) < 0.95


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
    ],
)
def test_settings_out_of_range(settings, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**settings)
