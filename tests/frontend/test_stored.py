"""Front ends taken apart and put together again, and what of a file is refused."""

import json

import jax
import numpy as np
import pytest
from front_ends import FRONTENDS

from auralise_jax.frontend import restored, stored

KINDS = {name: one for name, one in FRONTENDS.items() if name != "mel decibels"}


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_through_json(kind: str) -> None:
    for frontend in (KINDS[kind], jax.tree.map(lambda leaf: leaf, KINDS[kind])):
        settings, arrays = stored(frontend)
        assert {array.dtype for array in arrays.values()} <= {np.dtype(np.float32)}
        again = restored(json.loads(json.dumps(settings)), arrays)
        assert again == KINDS[kind]
        assert hash(again) == hash(KINDS[kind])
        samples = np.random.default_rng(3).normal(0, 0.1, again.samples).astype(np.float32)
        np.testing.assert_array_equal(again.picture(samples), KINDS[kind].picture(samples))


def test_of_others_nothing_is_stored() -> None:
    with pytest.raises(
        ValueError, match=r"^a MelDecibels cannot be saved; front ends that can: Fr"
    ):
        stored(FRONTENDS["mel decibels"])
    changed = jax.tree.map(lambda leaf: 2 * leaf, FRONTENDS["log-mel db"])
    with pytest.raises(ValueError, match=r"^this LogMel cannot be saved: its filter bank is not"):
        stored(changed)


SETTINGS, _ = stored(FRONTENDS["log-mel db"])


@pytest.mark.parametrize(
    ("changes", "arrays", "words"),
    [
        ({"kind": None}, {}, "front ends are of the kinds stft, log-mel.*, not None"),
        ({"kind": ["stft"]}, {}, r"front ends are of the kinds stft, log-mel.*, not \['stft'\]"),
        ({"window": "hann"}, {}, "the log-mel front end has no setting 'window'"),
        ({}, {"gain": np.ones(())}, "the log-mel front end has no array 'gain', or has it twice"),
        ({}, {"mean": np.ones(12)}, "the log-mel front end has no array 'mean', or has it twice"),
        ({"mean": "x"}, {}, "mean must be a number or 12 of them"),
        ({"mean": [[0.0] * 12]}, {}, "mean must be a number or 12 of them"),
        ({"mean": [float("nan")] * 12}, {}, "mean must be finite"),
        ({"n_fft": 64.0}, {}, "n_fft must be a whole number"),
        ({"n_mels": 10**30}, {}, "n_mels must be 2 to 1024"),
        ({"gain": 10**400}, {}, "gain must be positive and finite"),
        ({"compression": {}}, {}, "compression must be one of"),
        ({"norm": []}, {}, r"norm must be 'slaney' or None, not \[\]"),
        ({"duration": 1e300}, {}, "duration must be above 0 and at most 600 s"),
    ],
)
def test_what_a_file_says_is_checked(
    changes: dict[str, object], arrays: dict[str, np.ndarray], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        restored(SETTINGS | changes, arrays)


def test_what_is_missing_is_named() -> None:
    few = {name: SETTINGS[name] for name in ("kind", "hop_length", "sample_rate")}
    with pytest.raises(ValueError, match=r"^the log-mel front end lacks n_fft, n_mels$"):
        restored(few, {})
