"""Given filter banks: against NumPy, which channel is heard, and what is refused."""

import jax
import numpy as np
import pytest
from front_ends import FRONTENDS, small_log

from auralise_jax.frontend import LogFrequency, Spectrum
from auralise_jax.listening.resynthesis import resynthesise

THREE = FRONTENDS["log-frequency of three"]


def sound() -> np.ndarray:
    """Return a tone in noise."""
    noise = np.random.default_rng(5).normal(0, 0.05, THREE.samples)
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(THREE.samples) / 8000)
    return (tone + noise).astype(np.float32)


def test_channels_are_the_banks_over_their_stfts() -> None:
    assert isinstance(THREE, LogFrequency)
    samples = sound()
    wanted = []
    for bank, n_fft in zip(THREE.banks, (32, 64, 128), strict=True):
        padded = np.pad(samples.astype(float), n_fft // 2)
        window = np.hanning(n_fft + 1)[:-1]
        frames = [padded[16 * t : 16 * t + n_fft] * window for t in range(50)]
        wanted.append(np.log(bank @ np.abs(np.fft.rfft(frames)).T + 1e-8))
    found = np.asarray(THREE.picture(samples))
    assert found.shape == THREE.shape == (15, 50, 3)
    np.testing.assert_allclose(found, np.stack(wanted, -1), rtol=0, atol=1e-4)
    assert THREE.channel == 1  # the frames of 64 samples
    assert THREE.summary == "15 rows from 125 to 3175 Hz, log, n_fft 32 and 64 and 128, hop 16"
    assert THREE.axes.window == 128 / 8000
    assert THREE.axes.hz[np.argmax(found[:, 20, 1])] == pytest.approx(1000)


def test_only_the_channel_of_the_named_stft_is_heard() -> None:
    samples = sound()
    spectrum = THREE.analyse(samples)
    projection = np.random.default_rng(6).uniform(-1, 1, THREE.shape).astype(np.float32)
    other = projection.copy()
    other[..., [0, 2]] = 5
    made = [
        resynthesise(one, THREE.picture(spectrum), spectrum, THREE, len(samples), how)
        for one in (projection, other)
        for how in ("phase", "mask")
    ]
    for one, same in zip(made[:2], made[2:], strict=True):
        assert one.samples.any()
        np.testing.assert_array_equal(one.samples, same.samples)
        assert one.scale_db == same.scale_db


def test_banks_are_leaves() -> None:
    shapes = [np.shape(leaf) for leaf in jax.tree.leaves(THREE)]
    assert shapes == [(), (15, 17), (15, 33), (15, 65)]
    alone = small_log(64)
    assert (alone.channel, alone.shape, alone.samples) == (None, (15, 51), 800)
    assert alone == small_log(64) != small_log(64, gain=2)
    assert hash(alone) == hash(small_log(64))


def test_a_spectrum_of_another_front_end_is_refused() -> None:
    other = Spectrum(np.zeros((33, 51), np.complex64))
    for ask in (
        THREE.picture,
        THREE.floor,
        lambda one: THREE.to_magnitude(np.zeros(THREE.shape, np.float32), one),
    ):
        with pytest.raises(TypeError, match=r"^the spectrum is of another front end: take the one"):
            ask(other)


BANK = np.ones((3, 33))


@pytest.mark.parametrize(
    ("hz", "banks", "words"),
    [
        ([1], [BANK], "hz must be 2 to 1024 numbers, one a row"),
        ("low", [BANK], "hz must be 2 to 1024 numbers, one a row, not 'low'"),
        ([1, 3, 2], [BANK], "hz must be finite, 0 or more, and rising"),
        ([1, 2, np.inf], [BANK], "hz must be finite, 0 or more, and rising"),
        ([1, 2, 3], BANK, "banks must be 1 to 8 arrays in a list"),
        ([1, 2, 3], [], "banks must be 1 to 8 arrays in a list"),
        ([1, 2], [BANK], r"a bank must have 2 rows, .* not the shape \(3, 33\)"),
        ([1, 2, 3], ["x"], r"a bank must have 3 rows, .* not the shape \(0,\)"),
        ([1, 2, 3], [-BANK], "a bank's weights must be finite, and 0 or more"),
        ([1, 2, 3], [BANK[:, 1:]], "one of the banks must have 33 bins, as n_fft 64 says, not 0"),
        ([1, 2, 3], [BANK, BANK], "one of the banks must have 33 bins, as n_fft 64 says, not 2"),
    ],
)
def test_banks_that_do_not_fit_are_refused(hz: object, banks: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        LogFrequency(8000, 64, 16, hz, banks, duration=1)
