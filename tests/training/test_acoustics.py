"""Speed, pitch, rooms and filters: each law on small pictures, and NumPy as the oracle."""

import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY

import auralise_jax as aj
from auralise_jax.training.acoustics import low_pass_gains, reverberated, stretched, transposed
from auralise_jax.training.augment import Augmentation

RNG = np.random.default_rng(0)
NOISE = jnp.asarray(RNG.uniform(0, 1, (3, 9, 14)).astype(np.float32))


def column(frames, at, value=1.0):
    """A batch of three pictures of one frame of sound."""
    return jnp.zeros((3, 4, frames)).at[..., at].set(value)


def test_as_they_are_pictures_are_the_same_to_the_bit():
    ones = jnp.ones(3)
    assert (stretched(NOISE, ones, 14) == NOISE).all()
    assert (stretched(NOISE, ones, 5) == NOISE[..., :5]).all()
    assert (transposed(NOISE, ones) == NOISE).all()


def test_an_onset_is_where_the_speed_puts_it():
    speed = jnp.array([0.8, 1.0, 1.25])
    moved = np.asarray(stretched(column(120, 100), speed, 130))
    assert moved[:, 0].argmax(1).tolist() == [125, 100, 80]
    assert (moved == moved[:, :1]).all()


def test_what_lies_beyond_the_end_is_silence():
    fast = np.asarray(stretched(jnp.ones((1, 4, 100)), jnp.array([1.25]), 100))
    assert (fast[..., :80] == 1).all()
    assert (fast[..., 80:] == 0).all()
    low = np.asarray(transposed(jnp.ones((1, 100, 4)), jnp.array([0.5])))
    assert (low[:, :50] == 1).all()
    assert (low[:, 50:] == 0).all()


def test_speed_and_pitch_interpolate_as_numpy_does():
    speed, ratio = np.array([0.7, 1.1, 1.3]), np.array([0.8, 1.12, 1.5])
    fast = stretched(NOISE, jnp.asarray(speed, jnp.float32), 10)
    high = transposed(NOISE, jnp.asarray(ratio, jnp.float32))
    for clip in range(3):
        for row in range(9):
            want = np.interp(speed[clip] * np.arange(10), np.arange(15), [*NOISE[clip, row], 0])
            np.testing.assert_allclose(fast[clip, row], want, atol=1e-5)
        for frame in range(14):
            line = np.append(NOISE[clip, :, frame], 0)
            want = np.interp(np.arange(9) / ratio[clip], np.arange(10), line)
            np.testing.assert_allclose(high[clip, :, frame], want, atol=1e-5)


def test_a_sine_goes_up_by_the_ratio():
    front = aj.Frontend()
    tone = np.sin(2 * np.pi * 1000 * np.arange(front.samples) / front.sample_rate)
    magnitude = jnp.abs(front.stft(tone.astype(np.float32)))[None]
    hertz = front.bins.hz[int(transposed(magnitude, jnp.array([1.12]))[0, :, 80].argmax())]
    assert hertz == pytest.approx(1120, abs=front.sample_rate / front.n_fft)


def test_a_room_makes_no_sound_before_an_onset_and_its_tail_falls_evenly():
    decay, share = jnp.array([0.5, 0.8, 0.9]), jnp.array([0.2, 0.4, 0.6])
    heard = np.asarray(reverberated(column(40, 10, 3.0), decay, share))[:, 0]
    assert (heard[:, :10] == 0).all()
    fall = heard[:, 12:] ** 2 / heard[:, 11:-1] ** 2
    np.testing.assert_allclose(fall, np.asarray(decay)[:, None] * np.ones_like(fall), rtol=1e-4)
    power = (heard**2).sum(1) + heard[:, -1] ** 2 * decay / (1 - decay)  # with what was cut off
    np.testing.assert_allclose(power, 9, rtol=1e-4)


def test_a_steady_sound_ends_up_as_loud_as_it_was_and_no_share_is_no_room():
    decay = jnp.full(3, 0.5)
    steady = reverberated(jnp.full((3, 4, 40), 2.0), decay, jnp.full(3, 0.6))
    np.testing.assert_allclose(steady[..., -1], 2, rtol=1e-5)
    np.testing.assert_allclose(reverberated(NOISE, decay, jnp.zeros(3)), NOISE, rtol=1e-6)


def test_a_low_pass_falls_and_is_at_minus_3_db_at_its_corner():
    hertz = jnp.linspace(0, 20_000, 401)
    gains = np.asarray(low_pass_gains(hertz, jnp.array([1000.0, 2500.0]), jnp.array([1.0, 8.0])))
    assert (np.diff(gains) <= 0).all()
    assert (gains[:, 0] == 1).all()
    np.testing.assert_allclose(gains[0, 20] ** 2, 0.5, rtol=1e-5)
    np.testing.assert_allclose(gains[1, 50] ** 2, 0.5, rtol=1e-5)
    octave_db = 20 * np.log10(gains[:, 400] / gains[:, 200])
    np.testing.assert_allclose(octave_db, [-6, -48], rtol=0.01)


@pytest.mark.parametrize("stretch", [0.0, 0.001, 0.08, 0.5])
@pytest.mark.parametrize("front", [TINY, aj.Frontend(), aj.Frontend(hop_length=100, duration=1.3)])
def test_a_clip_is_long_enough_for_the_fastest_speed(front, stretch):
    size = Augmentation(stretch=stretch).samples(front)
    assert size >= front.samples
    assert front.columns(size) - 1 >= (front.shape[1] - 1) * (1 + stretch)
    assert size - front.samples <= front.samples * stretch + front.hop_length
    fastest = jnp.array([1 + stretch])
    whole = stretched(jnp.ones((1, 2, front.columns(size))), fastest, front.shape[1])
    np.testing.assert_allclose(whole, 1, rtol=1e-4)  # no frame is cut off


def test_without_stretch_clips_are_the_front_ends():
    assert Augmentation(stretch=0).samples(TINY) == TINY.samples
