"""What layers see: the figures of the method page, and an experiment on the network itself."""

import numpy as np
import pytest
from making import make_model, stack_model, with_tensors

import auralise_jax as aj
from auralise_jax.insight.fields import fields, fields_table

HOP_MS, WINDOW_MS, BIN_HZ = 256 / 11.025, 512 / 11.025, 11025 / 512


@pytest.fixture
def paper() -> aj.Model:
    """The paper's front end and five blocks, fewer maps, no head."""
    return make_model(aj.Frontend(), features=(2, 2, 2, 2, 2), dense=())


def test_the_papers_figures(paper: aj.Model) -> None:
    found = fields(paper)
    assert [field.layer for field in found] == [1, 2, 3, 4, 5]
    assert [field.name for field in found] == list(paper.layers)
    # The paper cuts some off where it rounds others: 162 of 162.5, 1137 of 1137.8.
    reported = [(93, 86), (162, 151), (302, 280), (580, 538), (1137, 1055)]
    for field, (ms, hz) in zip(found, reported, strict=True):
        assert field.reported_ms == pytest.approx(ms, abs=1)
        assert field.reported_hz == pytest.approx(hz, abs=0.5)
    for field, frames in zip(found, [3, 8, 18, 38, 78], strict=True):
        assert field.before_pooling_ms == pytest.approx((frames - 1) * HOP_MS + WINDOW_MS)
        assert field.before_pooling_hz == pytest.approx(frames * BIN_HZ)
    for field, frames in zip(found, [4, 10, 22, 46, 94], strict=True):
        assert field.ms == pytest.approx((frames - 1) * HOP_MS + WINDOW_MS)
        assert field.hz == pytest.approx(frames * BIN_HZ)
    assert [field.stride for field in found] == [(n, n) for n in (2, 4, 8, 16, 32)]
    assert [field.map for field in found] == [(128, 86), (64, 43), (32, 21), (16, 10), (8, 5)]


def test_a_cell_sees_just_so_much_of_the_picture() -> None:
    """All weights positive, one cell changed at a time: whatever arrives was seen."""
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.7)
    model = make_model(front, features=(1, 1), dense=())
    tensors = {
        name: np.ones_like(tensor) if name.endswith("kernel") else np.zeros_like(tensor)
        for name, tensor in model.network.tensors.items()
    }
    model = with_tensors(model, tensors)
    layer, cell = 2, (4, 5)
    seen = []
    for row, frame in np.ndindex(front.shape):
        picture = np.zeros(front.shape, np.float32)
        picture[row, frame] = 1
        if model.network.forward(picture)[layer - 1].maps[(*cell, 0)] > 0:
            seen.append((row, frame))
    rows, frames = np.ptp(seen, axis=0) + 1
    field = fields(model)[layer - 1]
    assert field.hz == pytest.approx(rows * 2000 / 64)
    assert field.ms == pytest.approx((frames - 1) * 16 + 32)


def test_frequency_and_time_are_not_mixed_up() -> None:
    architecture = aj.Architecture(features=(2, 3), kernel_size=(5, 3), pool=(1, 4), dense=())
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=16, duration=0.7)
    shapes = architecture.shapes(front.shape)
    model = stack_model({n: np.ones(s, np.float32) for n, s in shapes.items()}, architecture, front)
    first, second = fields(model)
    assert (first.stride, second.stride) == ((1, 4), (1, 16))
    assert second.map == (33, 5)
    # Bins: 5, then 9, since pooling joins none. Frames: 3 and 6, then 6 + 2 * 4 and 6 + 5 * 4.
    assert (first.before_pooling_hz, first.hz) == (5 * 31.25, 5 * 31.25)
    assert (second.before_pooling_hz, second.hz) == (9 * 31.25, 9 * 31.25)
    assert (first.before_pooling_ms, first.ms) == (2 * 8 + 32, 5 * 8 + 32)
    assert (second.before_pooling_ms, second.ms) == (13 * 8 + 32, 25 * 8 + 32)


def test_the_table_says_what_is_exact(paper: aj.Model) -> None:
    lines = fields_table(paper).splitlines()
    assert len(lines) == 1 + 5 + 3
    assert lines[0].split("  ")[0] == "layer"
    assert lines[5] == (
        "conv5  1138 ms x 1055 Hz  2206 ms x 2024 Hz  1834 ms x 1680 Hz   32 x 32     8 x 5"
    )
    assert lines[0].index("reported [1]") == lines[5].index("1138 ms")
    assert lines[0].index("exact [2]") == lines[5].index("2206 ms")
    assert lines[6].startswith("[1] the paper's effective kernel size as reported")
    assert lines[6].endswith("unverified")
    assert lines[7].startswith("[2] exact")
