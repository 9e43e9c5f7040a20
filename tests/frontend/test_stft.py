"""The front end: against librosa, by laws, and at the ends where inverses burst."""

import dataclasses
import importlib.util
import inspect
import math
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

from auralise_jax.frontend import Frontend

SMALL = Frontend(sample_rate=8000, n_fft=64, hop_length=17, duration=0.1)
"""Odd hop, and three quarters of overlap."""

PAPER = Frontend()

CASES = [
    *((PAPER, count) for count in (1, 100, 511, 512, 1023, 11025)),
    *((SMALL, count) for count in (1, 31, 800, 1019)),
]
"""Lengths even and odd, shorter than a window, one short of a hop, and just a hop."""

each_case = pytest.mark.parametrize(
    ("frontend", "count"), CASES, ids=[f"{f.n_fft}-{n}" for f, n in CASES]
)


def noise(count: int, seed: int = 0) -> np.ndarray:
    """Return white noise."""
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


def largest(values: object) -> float:
    """Return the largest magnitude."""
    return float(np.abs(np.asarray(values)).max())


@pytest.fixture(scope="module")
def librosa() -> ModuleType:
    """The peer; imported late since it is slow."""
    import librosa

    return librosa


def peer_stft(librosa: ModuleType, samples: np.ndarray, frontend: Frontend) -> np.ndarray:
    """Return librosa's STFT."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large for input signal")
        return librosa.stft(
            samples, n_fft=frontend.n_fft, hop_length=frontend.hop_length, pad_mode="reflect"
        )


# The contract's numbers


def test_the_papers_picture() -> None:
    frontend = PAPER
    assert (frontend.samples, frontend.shape) == (44100, (257, 173))
    assert frontend.frequencies[[0, 1, 256]] == pytest.approx([0.0, 21.533203125, 5512.5])
    assert frontend.picture(noise(44100)).shape == (257, 173)
    assert frontend.stft(noise(44100), tail=1).shape == (257, 174)


@pytest.mark.parametrize(
    ("settings", "samples", "shape"),
    [
        ({"sample_rate": 8000, "n_fft": 64, "hop_length": 32, "duration": 0.1}, 800, (33, 26)),
        ({"sample_rate": 22050, "n_fft": 1024, "hop_length": 256}, 88200, (513, 345)),
        ({"duration": 1e-9}, 1, (257, 1)),
    ],
)
def test_shape_follows_from_the_settings(
    settings: dict[str, float], samples: int, shape: tuple[int, int]
) -> None:
    frontend = Frontend(**settings)
    assert (frontend.samples, frontend.shape) == (samples, shape)
    assert frontend.picture(noise(samples)).shape == shape


# Windows


@hypothesis.settings(max_examples=50, deadline=None, derandomize=True, database=None)
@hypothesis.given(
    count=st.integers(0, 90), size=st.integers(1, 30), dtype=st.sampled_from(["int16", "float32"])
)
def test_windows_are_the_sound_in_pieces(count: int, size: int, dtype: str) -> None:
    frontend = Frontend(sample_rate=1, n_fft=2, hop_length=1, duration=float(size))
    samples = np.arange(1, count + 1).astype(dtype)
    windows = list(frontend.windows(samples))
    assert {window.shape for window in windows} == {(size,)}
    assert {window.dtype for window in windows} == {np.dtype(dtype)}
    joined = np.concatenate(windows)
    kept = min(count, len(joined))
    np.testing.assert_array_equal(joined[:kept], samples[:kept])
    np.testing.assert_array_equal(joined[kept:], 0)
    whole, rest = divmod(count, size)
    assert len(windows) == max(1, whole + (2 * rest >= size and rest > 0))
    np.testing.assert_array_equal(windows[0], frontend.fit(samples))


# Against librosa


@each_case
def test_stft_is_librosas(librosa: ModuleType, frontend: Frontend, count: int) -> None:
    samples = noise(count)
    wanted = peer_stft(librosa, samples, frontend)
    found = frontend.stft(samples)
    assert found.dtype == np.complex64
    assert found.shape == wanted.shape
    # The contract's 1e-4 of the peak; measured 2e-7, float32's rounding.
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * largest(wanted))


@each_case
def test_istft_is_librosas(librosa: ModuleType, frontend: Frontend, count: int) -> None:
    samples = noise(count)
    spectrum = peer_stft(librosa, samples, frontend)
    wanted = librosa.istft(
        spectrum, n_fft=frontend.n_fft, hop_length=frontend.hop_length, length=count
    )
    found = np.asarray(frontend.istft(jnp.asarray(spectrum), count))
    assert found.shape == (count,)
    # Both divide the last samples after the last frame's centre by a window that is near zero
    # there (4e-5 at the worst), which makes 1e-7 of rounding 3e-3: so 5e-3 there, 1e-4 elsewhere.
    last = (count // frontend.hop_length) * frontend.hop_length + 1
    peak = largest(samples)
    np.testing.assert_allclose(found[:last], wanted[:last], rtol=0, atol=1e-4 * peak)
    np.testing.assert_allclose(found[last:], wanted[last:], rtol=0, atol=5e-3 * peak)


@pytest.mark.parametrize("length", [100, 1000, 1500])
def test_istft_cuts_and_fills_up_as_librosa_does(librosa: ModuleType, length: int) -> None:
    spectrum = peer_stft(librosa, noise(1024), PAPER)
    wanted = librosa.istft(spectrum, n_fft=512, hop_length=256, length=length)
    found = np.asarray(PAPER.istft(jnp.asarray(spectrum), length))
    # Up to the last frame's centre; behind it the window's edge divides (see above).
    np.testing.assert_allclose(found[:1025], wanted[:1025], rtol=0, atol=1e-5)
    assert found.shape == (length,)
    np.testing.assert_array_equal(found[1280:], 0.0)  # no frame reaches there


# Round trips and masks


@each_case
def test_a_mask_of_ones_returns_the_input(frontend: Frontend, count: int) -> None:
    samples = noise(count)
    spectrum = frontend.stft(samples, tail=1)
    back = frontend.istft(spectrum * jnp.ones(spectrum.shape), count)
    # The contract's 1e-5 of the peak: nothing is divided by less than half the window's square.
    np.testing.assert_allclose(back, samples, rtol=0, atol=1e-5 * largest(samples))


def test_a_mask_of_zeros_is_silence() -> None:
    spectrum = PAPER.stft(noise(1023), tail=1)
    np.testing.assert_array_equal(PAPER.istft(spectrum * 0, 1023), np.zeros(1023))


@pytest.mark.parametrize("count", [511, 512, 1023])
def test_without_a_tail_the_round_trip_is_rougher_at_the_end(count: int) -> None:
    samples = noise(count)
    back = np.asarray(PAPER.istft(PAPER.stft(samples), count))
    last = (count // 256) * 256 + 1  # up to the last frame's centre
    peak = largest(samples)
    np.testing.assert_allclose(back[:last], samples[:last], rtol=0, atol=1e-5 * peak)
    # Behind it, rounding (1e-7) is divided by the window's edge (4e-5).
    np.testing.assert_allclose(back, samples, rtol=0, atol=5e-3 * peak)


@pytest.mark.parametrize("count", [255, 511, 1000, 1023, 11007])
@pytest.mark.parametrize("seed", range(4))
def test_a_random_mask_leaves_no_burst_at_the_ends(count: int, seed: int) -> None:
    samples = noise(count)
    mask = np.random.default_rng(seed).random((257, 2 + count // 256)).astype(np.float32)
    masked = PAPER.istft(PAPER.stft(samples, tail=1) * mask, count)
    # A mask of 0 to 1 takes energy away; what it smears stays under the input's peak (measured 0.5
    # to 0.6 of it), while the burst is 4 to 460 times it.
    assert largest(masked) < largest(samples)


def test_without_a_tail_there_is_a_burst() -> None:
    # Were this to fail, the test above would prove nothing.
    samples = noise(1023)
    mask = np.random.default_rng(0).random((257, 4)).astype(np.float32)
    masked = PAPER.istft(PAPER.stft(samples) * mask, 1023)
    assert largest(masked) > 10 * largest(samples)


def test_a_tail_is_one_more_frame_and_changes_no_other() -> None:
    samples = noise(1023)
    plain, tailed = PAPER.stft(samples), PAPER.stft(samples, tail=1)
    assert tailed.shape == (257, plain.shape[1] + 1)
    # The same sums, but compiled apart: float32's rounding of a sum of 512.
    np.testing.assert_allclose(tailed[:, :-1], plain, rtol=0, atol=1e-5 * largest(plain))


def test_a_constant_has_only_dc() -> None:
    # By hand: a periodic Hann window of 512 sums to 256, and its transform ends at row 1 (-128).
    spectrum = np.asarray(PAPER.stft(np.full(2048, 0.5, np.float32)))
    wanted = np.zeros((257, 9))
    wanted[0], wanted[1] = 128.0, -64.0
    np.testing.assert_allclose(spectrum, wanted, rtol=0, atol=1e-3)  # float32: 1e-5 of the peak


def test_a_tone_lies_in_its_row() -> None:
    frontend = PAPER
    tone = np.cos(2 * np.pi * frontend.frequencies[40] * np.arange(44100) / 11025)
    picture = np.asarray(frontend.picture(tone.astype(np.float32)))[:, 5:-5]
    np.testing.assert_array_equal(picture.argmax(axis=0), 40)
    # A cosine of peak 1 is half of the window's sum, 256.
    np.testing.assert_allclose(picture[40], 128.0, rtol=1e-4)  # float32 phases of 44100 samples


# Compression


def test_compression_by_hand() -> None:
    magnitude = jnp.array([0.0, 1.0, 3.0])
    linear = Frontend(gain=2.0)
    np.testing.assert_array_equal(linear.compress(magnitude), [0.0, 2.0, 6.0])
    np.testing.assert_array_equal(linear.expand(jnp.array([0.0, 2.0, 6.0])), magnitude)
    curved = Frontend(compression="log1p", gain=2.0)
    logs = [0.0, 1.0986123, 1.9459101]  # ln 1, ln 3, ln 7
    np.testing.assert_allclose(curved.compress(magnitude), logs, rtol=1e-6)  # float32
    np.testing.assert_allclose(curved.expand(jnp.array(logs)), magnitude, rtol=1e-6)


@hypothesis.settings(max_examples=30, deadline=None, derandomize=True, database=None)
@hypothesis.given(
    compression=st.sampled_from(["linear", "log1p"]),
    gain=st.floats(1e-3, 1e3),
    magnitude=st.floats(2.0**-17, 2.0**10, width=32),
)
def test_expand_undoes_compress(compression: str, gain: float, magnitude: float) -> None:
    frontend = Frontend(compression=compression, gain=gain)
    back = float(frontend.expand(frontend.compress(jnp.float32(magnitude))))
    # The logarithm is below 14 here; half a float32 step of it, 5e-7, is a relative error of the
    # exponential. Ten times that leaves room for the functions' own rounding.
    assert back == pytest.approx(magnitude, rel=5e-6)


@pytest.mark.parametrize("compression", ["linear", "log1p"])
def test_picture_is_the_compressed_magnitude(compression: str) -> None:
    frontend = dataclasses.replace(SMALL, compression=compression, gain=3.0)
    samples = noise(800)
    magnitude = np.abs(np.asarray(SMALL.stft(samples)))
    wanted = 3 * magnitude if compression == "linear" else np.log(1 + 3 * magnitude)
    picture = frontend.picture(samples)
    assert picture.dtype == np.float32
    np.testing.assert_allclose(picture, wanted, rtol=0, atol=1e-6 * largest(wanted))  # float32


# Eager, compiled, batched


@pytest.mark.parametrize("way", ["eager", "jit", "vmap"])
def test_transforms_are_the_same_eager_compiled_and_batched(way: str) -> None:
    samples = np.stack([noise(321, seed) for seed in range(3)])
    spectra = jnp.stack([SMALL.stft(one, tail=1) for one in samples])
    pictures = np.stack([SMALL.picture(one) for one in samples])

    def stft(one: jax.Array) -> jax.Array:
        return SMALL.stft(one, tail=1)

    def istft(spectrum: jax.Array) -> jax.Array:
        return SMALL.istft(spectrum, 321)

    if way == "vmap":
        found = [jax.vmap(f)(x) for f, x in ((stft, samples), (SMALL.picture, samples))]
        back = jax.vmap(istft)(spectra)
    elif way == "jit":
        found = [np.stack([*map(jax.jit(f), samples)]) for f in (stft, SMALL.picture)]
        back = np.stack([*map(jax.jit(istft), spectra)])
    else:
        with jax.disable_jit():
            found = [np.stack([*map(f, samples)]) for f in (stft, SMALL.picture)]
            back = np.stack([*map(istft, spectra)])
    # Sums of 64 float32 products, taken in another order.
    np.testing.assert_allclose(found[0], spectra, rtol=0, atol=2e-6 * largest(spectra))
    np.testing.assert_allclose(found[1], pictures, rtol=0, atol=2e-6 * largest(pictures))
    np.testing.assert_allclose(back, samples, rtol=0, atol=1e-5 * largest(samples))


def test_a_picture_can_be_differentiated() -> None:
    # Half the energy of all frames: its gradient, times the samples, is twice that (Euler).
    samples = noise(100)

    def half(x: jax.Array) -> jax.Array:
        return 0.5 * jnp.sum(SMALL.picture(x) ** 2)

    value, gradient = jax.value_and_grad(half)(samples)
    assert float(gradient @ samples) == pytest.approx(2 * float(value), rel=1e-5)  # float32


# Settings


@pytest.fixture(scope="module")
def plain() -> Iterator[type[Frontend]]:
    """The class as users have it, without the checks of types that tests add.

    Those would refuse a number of another type before the class can say what it wants.
    """
    spec = importlib.util.spec_from_file_location("plain_frontend", inspect.getfile(Frontend))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    yield module.Frontend
    del sys.modules[spec.name]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sample_rate": 0}, "sample_rate must be 1 to 768000 Hz, not 0"),
        ({"sample_rate": -11025}, "sample_rate must be 1 to 768000 Hz"),
        ({"sample_rate": 10**9}, "sample_rate must be 1 to 768000 Hz"),
        ({"sample_rate": 11025.5}, "sample_rate must be"),
        ({"sample_rate": "11025"}, "sample_rate must be"),
        ({"sample_rate": True}, "sample_rate must be"),
        ({"n_fft": 511}, "n_fft must be even, 2 to 65536, not 511"),
        ({"n_fft": 0}, "n_fft must be even, 2 to 65536"),
        ({"n_fft": 1 << 20}, "n_fft must be even, 2 to 65536"),
        ({"n_fft": 512.0}, "n_fft must be"),
        ({"n_fft": None}, "n_fft must be"),
        ({"hop_length": 0}, "hop_length must be 1 to 256, half of n_fft, not 0"),
        ({"hop_length": 257}, "hop_length must be 1 to 256, half of n_fft, not 257"),
        ({"hop_length": 128.0}, "hop_length must be"),
        ({"duration": 0}, "duration must be above 0 and at most 600 s, not 0"),
        ({"duration": -4.0}, "duration must be above 0"),
        ({"duration": math.nan}, "duration must be above 0"),
        ({"duration": math.inf}, "duration must be above 0 and at most 600 s"),
        ({"duration": "4"}, "duration must be"),
        ({"compression": "mel"}, "compression must be one of linear, log1p, not 'mel'"),
        ({"compression": None}, "compression must be one of linear, log1p, not None"),
        ({"gain": 0}, "gain must be positive and finite, not 0"),
        ({"gain": -1.0}, "gain must be positive and finite"),
        ({"gain": math.nan}, "gain must be positive and finite"),
        ({"gain": math.inf}, "gain must be positive and finite"),
        ({"gain": "2"}, "gain must be"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(
    plain: type[Frontend], settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        plain(**settings)


def test_equal_settings_are_equal_and_hash_alike() -> None:
    # Compiled functions take a front end as a static argument.
    assert Frontend(gain=2.0) == Frontend(gain=2.0)
    assert hash(Frontend(gain=2.0)) == hash(Frontend(gain=2.0))
    assert Frontend(gain=2.0) != Frontend()


def test_numpy_whole_numbers_become_int(plain: type[Frontend]) -> None:
    # Settings go into model files as JSON, which knows no other.
    frontend = plain(np.int64(8000), np.int32(64), np.int64(32), 0.1)
    assert frontend == plain(8000, 64, 32, 0.1)
    for value in (frontend.sample_rate, frontend.n_fft, frontend.hop_length):
        assert type(value) is int


def test_a_front_end_taken_apart_while_tracing_leaves_no_tracer_behind() -> None:
    frontend = Frontend(gain=1.2345)  # of no other test: what is sent is kept
    tree = jax.jit(lambda x: x * jax.tree.leaves(frontend)[0])
    assert float(tree(jnp.float32(2))) == pytest.approx(2.469)
    (gain,), structure = jax.tree.flatten(frontend)
    assert not isinstance(gain, jax.core.Tracer)
    back = jax.tree.unflatten(structure, [2.0])
    assert back == Frontend(gain=2.0)
