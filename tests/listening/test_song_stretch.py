"""Pieces of a song put together are the picture, and the sound, of the whole at once."""

import weakref
from collections.abc import Iterator

import numpy as np
import pytest
from front_ends import FRONTENDS
from making import make_noise

from auralise_jax.frontend import Raw
from auralise_jax.frontend.banked import Banked
from auralise_jax.listening.resynthesis import resynthesise
from auralise_jax.listening.song_stretch import Stretch, columns_of, cut, framed, step_of

pytestmark = pytest.mark.usefixtures("compiled_quickly")

ALIKE = {
    name: frontend
    for name, frontend in FRONTENDS.items()
    if name != "mel decibels"
    and not (isinstance(frontend, Banked) and frontend.scales_each_picture)
}


@pytest.fixture(params=ALIKE)
def frontend(request):
    return ALIKE[request.param]


def noise(count: int) -> np.ndarray:
    """Return noise that comes and goes."""
    samples = make_noise(1.0, count).samples
    return samples * np.linspace(0.3, 1, count, dtype=np.float32) ** 2


def stretch_of(frontend, samples: np.ndarray, first: int, end: int, **how: bool) -> Stretch:
    blocks = np.split(samples, [7, 5000])
    return Stretch(frontend, iter(blocks), len(samples), first, end, **how)


def on_columns(picture: np.ndarray, first: int, end: int) -> np.ndarray:
    return picture[first:end] if picture.ndim == 1 else picture[:, first:end]


@pytest.mark.parametrize("count", [40, 700, 20_011])
def test_the_picture_is_that_of_all_samples_at_once(frontend, count: int) -> None:
    samples = noise(count)
    wanted = np.asarray(frontend.picture(samples))
    total = columns_of(frontend, count)
    assert wanted.shape[min(1, wanted.ndim - 1)] == total
    peak = np.abs(wanted).max()
    for first, end in {(0, total), (total // 3, total // 2 + 1), (total - 1, total)}:
        found = stretch_of(frontend, samples, first, end).picture()
        np.testing.assert_allclose(found, on_columns(wanted, first, end), atol=1e-5 * peak)


def test_after_the_song_stands_silence_if_that_is_asked_for(frontend) -> None:
    samples = noise(6000)
    total = columns_of(frontend, 6000)
    longer = np.pad(samples, (0, 3000))
    wanted = np.asarray(frontend.picture(longer))
    found = stretch_of(frontend, samples, 0, total + 20, silence=True).picture()
    wanted = on_columns(wanted, 0, total + 20)
    np.testing.assert_allclose(found, wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
def test_the_sound_is_that_of_one_inverse(frontend, resynthesis: str) -> None:
    samples = noise(20_011)
    total = columns_of(frontend, len(samples))
    stretch = stretch_of(frontend, samples, 0, total)
    picture = stretch.picture()
    rng = np.random.default_rng(3)
    projection = rng.normal(0, 1, picture.shape).astype(np.float32)
    spectrum = frontend.analyse(samples)
    whole = resynthesise(
        projection, frontend.picture(spectrum), spectrum, frontend, len(samples), resynthesis
    )
    found = stretch.resynthesise(projection, picture, 0, resynthesis)
    assert found.scale_db == pytest.approx(whole.scale_db, abs=1e-3)
    assert len(found.samples) == len(samples)
    # What lies at the ends is inverted together with a few frames beyond them.
    ends = 0 if isinstance(frontend, Raw) else 2 * frontend.longest
    inside = slice(ends, len(samples) - ends)
    peak = np.abs(whole.samples).max()
    np.testing.assert_allclose(found.samples[inside], whole.samples[inside], atol=1e-4 * peak)
    own = np.abs(np.asarray(spectrum.stft))[:, :-1]
    np.testing.assert_allclose(stretch.magnitude(0, total), own, atol=1e-5 * own.max())
    edge = ends // frontend.hop_length or 1
    np.testing.assert_allclose(
        found.magnitude[:, edge:-edge],
        whole.magnitude[:, edge:-edge],
        atol=1e-4 * whole.magnitude.max(),
    )


def test_a_part_of_the_sound_is_that_part(frontend) -> None:
    samples = noise(20_011)
    total, step = columns_of(frontend, len(samples)), step_of(frontend)
    first, end = total // 3, total // 2
    whole = stretch_of(frontend, samples, 0, total)
    part = stretch_of(frontend, samples, first - 5, end + 9)
    np.testing.assert_array_equal(part.clip(first, end), samples[first * step : end * step])
    picture = whole.picture()
    wanted = whole.resynthesise(picture, picture, 0, "mask").samples[first * step : end * step]
    own = on_columns(picture, first, end)
    found = part.resynthesise(own, own, first, "mask").samples
    ends = slice(2 * frontend.longest, -2 * frontend.longest)
    peak = np.abs(wanted).max()
    np.testing.assert_allclose(found[ends], wanted[ends], atol=1e-4 * peak)


def test_no_more_is_read_than_is_needed() -> None:
    def blocks():
        yield np.zeros(100, np.float32)
        yield np.ones(100, np.float32)
        raise AssertionError("read on")

    np.testing.assert_array_equal(cut(blocks(), 90, 110), np.repeat([0, 1], 10))


def test_front_ends_that_have_no_picture_of_a_song() -> None:
    with pytest.raises(ValueError, match=r"this LogMel scales each picture by itself"):
        framed(FRONTENDS["log-mel of one picture"])
    with pytest.raises(ValueError, match=r"not with a MelDecibels; song\.at"):
        framed(FRONTENDS["mel decibels"])


def test_blocks_before_a_part_are_let_go() -> None:
    alive: list[weakref.ref[np.ndarray]] = []

    def blocks() -> Iterator[np.ndarray]:
        for number in range(9):
            assert sum(one() is not None for one in alive[:4]) <= 1
            block = np.full(10, number, np.float32)
            alive.append(weakref.ref(block))
            yield block
            del block

    assert cut(blocks(), 40, 75).tolist() == [4] * 10 + [5] * 10 + [6] * 10 + [7] * 5
    assert len(cut(blocks(), 30, 30)) == 0
