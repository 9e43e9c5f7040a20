"""Checkpoints of TensorFlow, read by a reader that trusts nothing in them."""

import re

import bundles
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auralise_jax.network.foreign.crc32c import crc32c
from auralise_jax.network.foreign.tensorflow_bundle import LONGEST_KEY, read_bundle

TENSORS = {
    "conv/kernel": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "conv/bias": np.array([0.5, -1], np.float16),
    "conv/bias/Adam": np.zeros(2, np.float64),
    "dense/bias": np.array(3, np.int64),
    "dense/kernel": np.ones((3, 2), np.float32),
}
BUNDLE = bundles.write_bundle(TENSORS)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=40), st.integers(0, 3000))
def test_the_crc_is_that_of_a_division_byte_by_byte(pattern: bytes, count: int) -> None:
    data = (pattern * 75)[:count]
    assert crc32c(data) == bundles.slow_crc32c(data)


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_is_what_was_written(name: str) -> None:
    found = read_bundle(BUNDLE.index, [BUNDLE.data], [name])
    assert list(found) == [name]
    assert found[name].dtype == TENSORS[name].dtype
    np.testing.assert_array_equal(found[name], TENSORS[name])


def test_whatever_is_cut_off_is_an_error() -> None:
    for size in range(0, len(BUNDLE.index), 5):
        with pytest.raises(ValueError, match="index"):
            read_bundle(BUNDLE.index[:size], [BUNDLE.data], TENSORS)
    for size in range(0, len(BUNDLE.data), 5):
        with pytest.raises(ValueError, match="beyond the end of its file"):
            read_bundle(BUNDLE.index, [BUNDLE.data[:size]], TENSORS)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_flipped_bit_is_an_error_or_changes_nothing(data: st.DataObject) -> None:
    parts = [bytearray(part) for part in BUNDLE]
    part = data.draw(st.sampled_from(parts))
    part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    index, numbers = map(bytes, parts)
    try:
        found = read_bundle(index, [numbers], TENSORS)
    except ValueError:
        return
    assert numbers == BUNDLE.data  # every byte of it is covered by a CRC
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(found[name], tensor)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=300))
def test_any_bytes_in_the_place_of_the_index_are_an_error(noise: bytes) -> None:
    for index in (noise, noise + BUNDLE.index[-8:]):
        with pytest.raises(ValueError, match=r"index|checkpoint"):
            read_bundle(index, [BUNDLE.data], TENSORS)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=60))
def test_any_bytes_in_the_place_of_an_entry_are_an_error(noise: bytes) -> None:
    """With CRCs that fit: somebody meant it."""
    index = bundles.table([{b"": b"\x08\x01"}, {b"a": noise}])
    try:
        found = read_bundle(index, [b"1234" * 40], ["a"])
    except ValueError:
        return
    assert found["a"].nbytes <= 160


KERNEL = TENSORS["conv/kernel"]
ENTRY = bundles.entry(KERNEL, 0)
LONG = b"k" * (LONGEST_KEY + 1)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({b"": b"\x08\x02", b"a": ENTRY}, "the checkpoint has 2 files, not 1"),
        ({b"": b"\x08\x01\x10\x01", b"a": ENTRY}, "the checkpoint is big-endian"),
        ({b"": b"\x08\x01", b"b": ENTRY}, "the checkpoint holds no tensor 'a'"),
        ({b"": b"\x08\x01", b"a": bundles.entry(KERNEL, 1 << 60)}, "beyond the end of its file"),
        ({b"": b"\x08\x01", b"a": ENTRY + b"\x18\x05"}, "beyond the end of its file"),
        ({b"": b"\x08\x01", b"a": ENTRY + b"\x28\x05"}, "and 5 bytes, which do not fit"),
        ({b"": b"\x08\x01", b"a": ENTRY + b"\x08\x07"}, "of TensorFlow's type 7"),
        ({b"": b"\x08\x01", b"a": ENTRY + b"\x3a\x00"}, "in slices"),
        ({b"": b"\x08\x01", b"a": ENTRY + b"\x35\x00\x00\x00\x00"}, "its CRC differs"),
        ({b"": b"\x08\x01", LONG: b"", b"a": ENTRY}, "longer than its block"),
    ],
)
def test_what_does_not_fit_is_said(entries: dict[bytes, bytes], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_bundle(bundles.table([entries]), [KERNEL.tobytes()], ["a"])


def test_a_compressed_index_is_refused() -> None:
    index = bundles.table([{b"": b"\x08\x01", b"a": ENTRY}], compression=1)
    with pytest.raises(ValueError, match="the index is compressed"):
        read_bundle(index, [KERNEL.tobytes()], ["a"])
