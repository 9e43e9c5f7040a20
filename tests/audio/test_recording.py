"""Recordings: clips and files by windows and by blocks; panels' songs are tested as such too."""

from pathlib import Path

import numpy as np
import pytest
from making import make_noise

import auralise_jax as aj
from auralise_jax.audio.recording import Recording


@pytest.mark.parametrize("rate", [16000, 11025])
def test_blocks_of_a_file_are_its_clip(tmp_path: Path, rate: int) -> None:
    path = make_noise(40.0, 16000).save(tmp_path / "song.flac")
    blocks = list(Recording.of(path).blocks(rate))
    assert len(blocks) > 1
    wanted = aj.load_clip(path, sample_rate=rate).samples
    np.testing.assert_array_equal(np.concatenate(blocks), wanted)
    clip = Recording.of(aj.load_clip(path))
    assert clip.duration == 40.0
    # soxr's stream and its one call may differ in the last bit.
    np.testing.assert_allclose(np.concatenate(list(clip.blocks(rate))), wanted, atol=1e-6)
