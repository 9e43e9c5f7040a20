"""The mel front end: against librosa, settings that are refused, and as JAX sees it."""

import dataclasses
from types import ModuleType

import jax
import numpy as np
import pytest

from auralise_jax.frontend import LogMel

MUSICNN = LogMel(16_000, 512, 256, 96, frames=187, compression="log10", gain=1e4)
"""As musicnn hears: 3 s, in 187 columns."""

TEMPOCNN = LogMel(
    11_025, 1024, 512, 40, fmin=20, fmax=5000, power=1, frames=256, normalise="picture"
)


@pytest.fixture(scope="module")
def librosa() -> ModuleType:
    """The peer; imported late since it is slow."""
    import librosa

    return librosa


def sound(frontend: LogMel, seed: int = 0) -> np.ndarray:
    """Return noise that fades away, so that there are loud and faint cells."""
    rng = np.random.default_rng(seed)
    fading = 10 ** np.linspace(-0.5, -5, frontend.samples)
    return (rng.normal(0, 1, frontend.samples) * fading).astype(np.float32)


def peer(librosa: ModuleType, frontend: LogMel) -> np.ndarray:
    """Return librosa's mel spectrogram of `sound`."""
    names = "n_fft hop_length n_mels fmin fmax htk norm power pad_mode".split()
    settings = {name: getattr(frontend, name) for name in names}
    mel = librosa.feature.melspectrogram(y=sound(frontend), sr=frontend.sample_rate, **settings)
    return np.asarray(mel[:, : frontend.shape[1]])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"htk": True, "norm": None, "fmin": 30.0, "fmax": 3000.0},
        {"power": 1, "pad_mode": "reflect"},
        {"frames": 25, "duration": None},
    ],
)
def test_rows_are_librosas(librosa: ModuleType, settings: dict[str, object]) -> None:
    frontend = LogMel(8000, 256, 80, 24, **({"duration": 0.25} | settings))
    wanted = peer(librosa, frontend)
    assert frontend.shape == wanted.shape
    found = np.asarray(frontend.picture(sound(frontend)))
    # Asked for is 1e-4; rounding takes 5e-7.
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * wanted.max())


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("ref", [1.0, 0.25, "max"])
@pytest.mark.parametrize("top_db", [None, 40.0])
def test_decibels_are_librosas(
    librosa: ModuleType, power: int, ref: float | str, top_db: float | None
) -> None:
    frontend = LogMel(
        8000, 256, 80, 24, duration=0.25, power=power, compression="db", ref=ref, top_db=top_db
    )
    to_db = librosa.power_to_db if power == 2 else librosa.amplitude_to_db
    wanted = to_db(peer(librosa, frontend), ref=np.max if ref == "max" else ref, top_db=top_db)
    # Asked for is 1e-4; of 100 dB, float32 rounds off 1e-5.
    np.testing.assert_allclose(frontend.picture(sound(frontend)), wanted, rtol=0, atol=1e-4)


def test_other_compressions_by_their_formulas(librosa: ModuleType) -> None:
    frontend = LogMel(8000, 256, 80, 24, duration=0.25)
    rows = peer(librosa, frontend).astype(float)
    wanted = {
        "linear": 50 * rows,
        "log1p": np.log(1 + 50 * rows),
        "log10": np.log10(1 + 50 * rows),
        "log": np.log(50 * rows + 1e-3),
    }
    for compression, values in wanted.items():
        one = dataclasses.replace(frontend, compression=compression, gain=50, amin=1e-3)
        found = np.asarray(one.picture(sound(one)))
        np.testing.assert_allclose(found, values, rtol=1e-4, atol=1e-5)


def test_normalised_rows_and_pictures(librosa: ModuleType) -> None:
    mel = peer(librosa, TEMPOCNN)
    found = np.asarray(TEMPOCNN.picture(sound(TEMPOCNN)))
    np.testing.assert_allclose(found, (mel - mel.mean()) / mel.std(), rtol=0, atol=1e-4)
    assert (found.mean(), found.std()) == pytest.approx((0, 1), abs=1e-5)
    mean, std = np.arange(96) / 10, np.arange(1, 97) / 5
    rows = dataclasses.replace(MUSICNN, mean=mean, std=std)
    wanted = (np.asarray(MUSICNN.picture(sound(MUSICNN))) - mean[:, None]) / std[:, None]
    np.testing.assert_allclose(rows.picture(sound(rows)), wanted, rtol=1e-5, atol=1e-5)


def test_sizes_of_known_networks() -> None:
    assert (MUSICNN.shape, MUSICNN.samples, MUSICNN.seconds) == ((96, 187), 47_872, 2.992)
    assert (TEMPOCNN.shape, TEMPOCNN.samples) == ((40, 256), 131_072)
    assert LogMel(16_000, 512, 256, 96, duration=3).shape == (96, 188)  # as librosa has it
    assert LogMel(16_000, 512, 256, 96, duration=4).shape == (96, 251)
    assert LogMel(16_000, 512, 256, 96, frames=250).samples == 64_000


def test_a_summary_says_what_pictures_show() -> None:
    assert MUSICNN.summary == "96 mel bands, log10, n_fft 512, hop 256"
    assert TEMPOCNN.summary == "40 mel bands, linear, n_fft 1024, hop 512"


def test_rows_are_where_their_triangles_are() -> None:
    hz = MUSICNN.axes.hz
    assert (np.diff(hz) > 0).all()
    wide = MUSICNN.banks[0].sum(axis=1) > 0
    peaks = MUSICNN.frequencies[MUSICNN.banks[0].argmax(axis=1)]
    # A triangle's largest weight is at the bin next to its peak.
    assert np.abs(peaks - hz)[wide].max() <= 16_000 / 512
    assert MUSICNN.axes.kind == "mel"


def test_it_is_a_pytree_whose_numbers_are_leaves() -> None:
    louder = dataclasses.replace(MUSICNN, gain=5.0)
    assert jax.tree.structure(louder) == jax.tree.structure(MUSICNN)
    assert sorted(np.shape(leaf) for leaf in jax.tree.leaves(louder)) == [(), (96, 257)]
    samples = sound(MUSICNN)
    traced = jax.jit(lambda frontend, samples: frontend.picture(frontend.analyse(samples)))
    for frontend in (MUSICNN, louder):
        # Sums in another order.
        np.testing.assert_allclose(
            traced(frontend, samples), frontend.picture(samples), rtol=1e-5, atol=1e-6
        )
    assert traced._cache_size() == 1


def test_it_is_hashable_and_equal_by_its_settings() -> None:
    same = dataclasses.replace(MUSICNN)
    again = jax.tree.map(lambda leaf: leaf, MUSICNN)
    assert MUSICNN == same == again
    assert len({MUSICNN, same, again}) == 1
    others = [
        dataclasses.replace(MUSICNN, **{name: value})
        for name, value in {"gain": 2, "mean": 1.0, "htk": True, "fmin": 10}.items()
    ]
    assert len({MUSICNN, *others}) == 5
    assert MUSICNN != "LogMel"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_mels": 1}, "n_mels must be 2 to 1024, not 1"),
        ({"n_mels": 2.0}, "n_mels must be a whole number, not 2.0"),
        ({"fmin": 5000}, "fmin and fmax must be 0 to 4000 Hz, .* not 5000 and 4000"),
        ({"fmax": 4001}, "fmin and fmax must be 0 to 4000 Hz, .* not 0 and 4001"),
        ({"fmin": float("nan")}, "fmin and fmax must be 0 to 4000 Hz, .* not nan and 4000"),
        ({"htk": 1}, "htk must be True or False, not 1"),
        ({"norm": "l1"}, "norm must be 'slaney' or None, not 'l1'"),
        ({"duration": None}, "give the length of a picture: duration in seconds, or frames"),
        ({"frames": 5}, "give duration or frames, not both"),
        ({"frames": 0}, "frames must be 1 or more, of at most 600 s, not 0"),
        ({"duration": 601}, "duration must be above 0 and at most 600 s, not 601"),
        ({"pad_mode": "edge"}, "pad_mode must be one of reflect, constant, not 'edge'"),
        ({"power": 3}, r"power must be 1 \(magnitudes\) or 2 \(powers\), not 3"),
        ({"compression": "mu"}, "compression must be one of linear, log1p, log10, log, db"),
        ({"gain": 0}, "gain must be positive and finite, not 0"),
        ({"amin": 1e-38}, "amin must be 1e-37 or more, not 1e-38"),
        ({"mean": 1e39}, "mean must be finite"),
        ({"amin": -1.0}, "amin must be positive and finite, not -1"),
        ({"compression": "db", "ref": "mean"}, "ref must be a number or 'max', not 'mean'"),
        ({"compression": "db", "top_db": 0}, "top_db must be positive and finite, not 0"),
        ({"top_db": 80}, "ref and top_db belong to compression 'db', not to 'linear'"),
        ({"normalise": "row"}, "normalise must be one of picture, not 'row'"),
        ({"normalise": "picture", "std": 2.0}, "give normalise='picture', or mean and std, not"),
        ({"mean": [1, 2]}, "mean must be a number or 8 of them, one a row"),
        ({"mean": "loud"}, "mean must be a number or 8 of them, one a row, not 'loud'"),
        ({"std": 0}, "std must be finite, and positive"),
    ],
)
def test_settings_out_of_range_say_so(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        LogMel(8000, 256, 64, **({"n_mels": 8, "duration": 1} | settings))
