"""Sound of any length: compiled for a few lengths only, since what is compiled is kept for ever."""

from collections.abc import Callable

import jax
import numpy as np
import pytest
from making import TINY, make_model, make_noise

import auralise_jax as aj
from auralise_jax.insight.evidence import Evidence


def noise(samples: int) -> aj.Clip:
    return make_noise(samples / 2000, seed=samples)


def test_the_count_counts(compiled: Callable[[], int]) -> None:
    # Were this to fail, the tests below would prove nothing.
    jax.jit(lambda x: x + 1)(np.zeros(7))
    jax.jit(lambda x: x + 2)(np.zeros(7))
    assert compiled() >= 2


@pytest.mark.filterwarnings("ignore:the clip has")
def test_a_clip_of_another_length_compiles_nothing(compiled: Callable[[], int]) -> None:
    model = make_model()

    def use(samples: int) -> None:
        clip = noise(samples)
        heard = aj.listen(model, clip)
        shot = heard.project(2, 1)
        for resynthesis in ("phase", "mask"):
            assert len(shot.auralise(resynthesis).samples) == len(heard.clip.samples)
        model.predict(clip)
        aj.survey(heard, 1)

    use(740)  # a whole window
    use(600)
    before = compiled()
    for samples in (1, 2, 31, 64, 333, *range(700, 740, 3), 741, 1000, 2000, 9001):
        use(samples)
    assert compiled() == before


@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
@pytest.mark.filterwarnings("ignore:the clip has")
def test_a_short_clip_sounds_as_with_silence_behind_it(resynthesis: str) -> None:
    model, clip = make_model(), noise(500)
    silence = np.zeros(TINY.samples - 500, np.float32)
    longer = aj.Clip(np.concatenate([clip.samples, silence]), 2000)
    short, whole = (
        aj.listen(model, one).project(1, 2).auralise(resynthesis, "raw").samples
        for one in (clip, longer)
    )
    assert len(short) == 500
    np.testing.assert_array_equal(short, whole[:500])


def test_a_front_end_compiles_for_powers_of_two_of_frames(compiled: Callable[[], int]) -> None:
    for samples in range(1, 2000, 61):  # 33 lengths, 1 to 62 frames: 7 sizes
        sound = noise(samples).samples
        TINY.picture(sound)
        TINY.istft(TINY.stft(sound, tail=1), samples)
    # Frames, magnitude, compression, and the way back.
    assert compiled() <= 7 * 4


def test_any_number_of_sounds_compiles_for_few(compiled: Callable[[], int]) -> None:
    model = make_model(features=(2,))
    pictures = np.random.default_rng(0).random((24, *TINY.shape), np.float32)
    whole = Evidence(pictures, ()).maps(model)[0]
    for count in range(17, 24):
        some = Evidence(pictures[:count], ()).maps(model)[0]
        # Sums of 9 products, compiled for other numbers of pictures.
        np.testing.assert_allclose(some, whole[:count], atol=1e-6 * whole.max())
    assert compiled() == 4  # for 18, 20, 22 and 24
