"""Decoded blocks: channels averaged as NumPy does it, and cut to what was asked for."""

import io
from pathlib import Path

import numpy as np
import pytest

from auralise_jax.audio.blocks import average, take
from auralise_jax.audio.spliced import Spliced, open_regular


@pytest.mark.parametrize("channels", [1, 2, 3, 5, 7, 8, 12])
def test_the_mean_of_channels_is_numpys_bit_for_bit(channels: int) -> None:
    frames = np.random.default_rng(0).normal(0, 1, (4000, channels)).astype(np.float32)
    frames[:3] = np.array([[np.finfo(np.float32).max], [np.inf], [np.nan]])
    frames[3:40] *= np.float32(1e-40)  # subnormal
    with np.errstate(over="ignore"):
        wanted = frames.mean(axis=1)
    found = average(frames)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, wanted)
    assert found.base is None  # the caller may keep it, and nothing else with it


@pytest.mark.parametrize("first", [0, 3, 10, 29, 30, 99])
@pytest.mark.parametrize("count", [1, 10, 12.0, float("inf")])
def test_what_is_taken_is_a_slice_of_the_whole(first: int, count: float) -> None:
    whole = np.arange(60, dtype=np.float32).reshape(30, 2)
    asked = []

    def decoded():
        for block in np.split(whole, [10, 11, 20]):
            asked.append(len(block))
            yield block

    taken = list(take(decoded(), first, count))
    stop = 30 if count == float("inf") else first + int(count)
    np.testing.assert_array_equal(np.concatenate([one for _, one in taken]), whole[first:stop])
    assert [end for end, _ in taken] == list(np.cumsum(asked))
    assert sum(asked) - asked[-1] < stop  # no block more than is needed


def test_pieces_of_a_file_read_in_any_steps(tmp_path: Path) -> None:
    data = np.random.default_rng(0).bytes(300_000)
    (tmp_path / "a").write_bytes(data)
    wanted = data[100:70_000] + b"between" + data[5:9] + data[200_000:]
    rng = np.random.default_rng(1)
    with open_regular(tmp_path / "a") as file:
        spliced = Spliced(file, [(100, 70_000), b"between", (5, 9), (200_000, 300_000)])
        plain = io.BytesIO(wanted)
        for step in rng.choice([1, 4, 400, 4095, 4096, 70_000], 600):
            if rng.random() < 0.2:
                at = int(rng.integers(0, len(wanted) + 10))
                assert spliced.seek(at) == plain.seek(at)
            into = bytearray(int(step))
            count = spliced.readinto(into)
            there = plain.read(int(step))
            assert bytes(into[:count]) == there[:count]
            assert count > 0 or not there  # it may give less, as any raw file
            assert spliced.tell() == plain.seek(spliced.tell())
