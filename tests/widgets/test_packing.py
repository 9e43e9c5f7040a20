"""Pictures in a page: what is packed comes back, the same each time, in fewer bytes."""

import base64
import gzip

import numpy as np
import pytest

import auralise_jax as aj
from auralise_jax.listening.strongest import by_activation
from auralise_jax.widgets.packing import packed_feature
from auralise_jax.widgets.variant import Variant, ViewSettings


@pytest.mark.parametrize("step", [1, 4])
def test_a_picture_comes_back_from_fewer_bytes(genre_heard: aj.Listening, step: int) -> None:
    variant, settings = Variant(genre_heard), ViewSettings(3, "deconvnet", "phase", "all")
    feature = int(by_activation(genre_heard, 3)[0][0])
    packed = packed_feature(variant, feature, settings, "ogg", step)
    assert packed_feature(variant, feature, settings, "ogg", step) == packed
    data = base64.b64decode(packed["pixels"])
    levels = np.frombuffer(gzip.decompress(data), np.uint8)
    wanted = np.frombuffer(variant.show(settings, feature).pixels, np.uint8)
    assert np.abs(levels.astype(int) - wanted).max() <= step // 2
    # Than by a search for repetition, which takes 80 times as long.
    assert len(data) < len(gzip.compress(levels.tobytes(), 9))
