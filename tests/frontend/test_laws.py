"""What every front end promises: the way there and back, and that silence stays silent."""

import dataclasses
from collections.abc import Callable

import jax
import numpy as np
import pytest
from configured import settings
from front_ends import FRONTENDS, seen

from auralise_jax.frontend import AnyFrontend, Frontend, Raw
from auralise_jax.frontend.banked import Banked
from auralise_jax.frontend.frontend import channel_of
from auralise_jax.listening.resynthesis import Resynthesised, resynthesise

pytestmark = pytest.mark.parametrize("kind", FRONTENDS)


def noise(frontend: AnyFrontend) -> np.ndarray:
    samples = np.random.default_rng(0).normal(0, 0.1, frontend.samples)
    return samples.astype(np.float32)


def resound(frontend: AnyFrontend, projection: np.ndarray, how: str = "phase") -> Resynthesised:
    samples = noise(frontend)
    spectrum = frontend.analyse(samples)
    return resynthesise(
        projection.astype(np.float32),
        frontend.picture(spectrum),
        spectrum,
        frontend,
        len(samples),
        how,
    )


def test_shapes_and_axes_belong_together(kind: str) -> None:
    frontend = FRONTENDS[kind]
    spectrum = frontend.analyse(noise(frontend))
    picture = frontend.picture(spectrum)
    assert picture.shape == frontend.shape
    size = len(frontend.axes.hz), len(frontend.axes.seconds)
    assert size[picture.ndim == 1 :] == channel_of(picture, frontend.channel).shape
    bins, frames = spectrum.stft.shape
    assert (len(frontend.bins.hz), len(frontend.bins.seconds)) == (bins, frames - 1)
    assert frontend.floor(spectrum).shape == frontend.axes.hz.shape
    assert frontend.to_magnitude(picture, spectrum).shape == (bins, frames)
    assert frontend.spread(picture, spectrum).shape == (bins, frames)


def test_a_picture_is_the_same_of_samples_and_of_their_spectrum(kind: str) -> None:
    frontend = FRONTENDS[kind]
    samples = noise(frontend)
    found = frontend.picture(frontend.analyse(samples))
    # The same sums, but compiled apart, and decibels of them.
    np.testing.assert_allclose(found, frontend.picture(samples), rtol=1e-4, atol=1e-5)


def test_pictures_can_be_made_under_jit_and_vmap(kind: str) -> None:
    frontend = FRONTENDS[kind]
    two = np.stack([noise(frontend), 0.3 * noise(frontend)[::-1]])
    made = jax.jit(lambda frontend, two: jax.vmap(frontend.picture)(two))(frontend, two)
    wanted = np.stack([frontend.picture(one) for one in two])
    # The same sums, but compiled apart, and decibels of them.
    np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=2e-5)


def test_the_picture_of_silence_is_the_floor(kind: str) -> None:
    frontend = FRONTENDS[kind]
    silence = frontend.analyse(np.zeros(frontend.samples, np.float32))
    picture, floor = (np.asarray(one(silence)) for one in (frontend.picture, frontend.floor))
    floor = floor.reshape(-1, *[1] * (picture.ndim - 1))
    np.testing.assert_array_equal(picture, np.broadcast_to(floor, picture.shape))


def test_the_sources_own_picture_gives_back_its_magnitudes(kind: str) -> None:
    frontend = FRONTENDS[kind]
    spectrum = frontend.analyse(noise(frontend))
    wanted = np.abs(spectrum.stft)
    found = np.asarray(frontend.to_magnitude(frontend.picture(spectrum), spectrum))
    heard = np.asarray(frontend.spread(np.ones(frontend.shape, np.float32), spectrum)) > 0
    # Where a row holds the bin (no mel band has 0 Hz in it); logarithms cost two digits.
    np.testing.assert_allclose(
        found[:, :-1], (wanted * heard)[:, :-1], rtol=0, atol=1e-5 * wanted.max()
    )


@pytest.mark.parametrize("sign", [0, -1])
def test_a_projection_without_anything_positive_is_silence(kind: str, sign: int) -> None:
    frontend = FRONTENDS[kind]
    if sign < 0 and isinstance(frontend, Raw):
        pytest.skip("a waveform is heard whatever its sign")
    made = resound(frontend, np.full(frontend.shape, sign))
    assert not made.samples.any()
    assert not made.magnitude.any()
    assert made.scale_db == 0


def test_the_strongest_cell_is_the_loudest_and_reaches_the_pictures_peak(kind: str) -> None:
    frontend = FRONTENDS[kind]
    if isinstance(frontend, Raw):
        pytest.skip("has no rows")
    rng = np.random.default_rng(1)
    projection = rng.uniform(-1, 0.5, frontend.shape)
    row, column = frontend.shape[0] // 2, frontend.shape[1] // 2
    projection[row, column, ...] = 0.9
    spectrum = frontend.analyse(noise(frontend))
    made = resound(frontend, projection)
    again = seen(frontend, made.magnitude)
    assert np.unravel_index(again.argmax(), again.shape) == (row, column)
    peak = float(np.asarray(frontend.picture(spectrum)).max())
    if isinstance(frontend, Frontend):  # rows that share bins share what they want, too
        assert float(again.max()) == pytest.approx(peak, rel=1e-5)


def test_a_mask_of_ones_is_the_source_and_of_minus_ones_its_negative(kind: str) -> None:
    frontend = FRONTENDS[kind]
    made = resound(frontend, np.ones(frontend.shape), "mask")
    turned = resound(frontend, -np.ones(frontend.shape), "mask")
    spectrum = frontend.analyse(noise(frontend))
    heard = np.asarray(frontend.spread(np.ones(frontend.shape, np.float32), spectrum))
    bins = FRONTENDS["linear"] if kind == "mel decibels" else frontend
    wanted = np.asarray(bins.istft(spectrum.stft * heard, frontend.samples))
    np.testing.assert_allclose(made.samples, wanted, rtol=0, atol=1e-6)  # float32, peak 0.4
    np.testing.assert_allclose(turned.samples, -wanted, rtol=0, atol=1e-6)
    assert made.scale_db == 0


def test_what_jax_is_set_to_changes_nothing(kind: str) -> None:
    frontend = FRONTENDS[kind]
    if kind == "mel decibels":
        pytest.skip("is no front end of the package")
    projection = np.random.default_rng(4).uniform(-1, 1, frontend.shape)
    fresh = dataclasses.replace(frontend)  # nothing of it is on the device yet
    wanted = resound(frontend, projection)
    strict = {
        "jax_enable_x64": True,
        "jax_numpy_rank_promotion": "raise",
        "jax_numpy_dtype_promotion": "strict",
        "jax_transfer_guard": "disallow",
        "jax_default_matmul_precision": "bfloat16",
    }
    with settings(**strict):
        found = resound(fresh, projection)
    assert found.samples.dtype == np.float32
    # Compiled anew, so float32 may round another way.
    largest = np.abs(wanted.samples).max()
    np.testing.assert_allclose(found.samples, wanted.samples, rtol=0, atol=1e-5 * largest)


@pytest.mark.parametrize("how", ["phase", "mask"])
def test_another_gain_compiles_nothing(kind: str, how: str, compiled: Callable[[], int]) -> None:
    frontend = FRONTENDS[kind]
    if not isinstance(frontend, (Frontend, Banked)):
        pytest.skip("has no gain")
    projection = np.random.default_rng(2).uniform(-1, 1, frontend.shape)
    size, settings = len(jax.tree.leaves(frontend)), jax.tree.structure(frontend)
    resound(frontend, projection, how)
    before = compiled()
    louder = dataclasses.replace(frontend, gain=7.0)
    made = resound(louder, projection, how)
    assert compiled() == before
    assert jax.tree.structure(louder) == settings
    assert size == 1 if isinstance(frontend, Frontend) else size > 1
    assert np.isfinite(made.samples).all()
