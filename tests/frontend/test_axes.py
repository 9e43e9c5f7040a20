"""Axes: places of rows in hertz, by hand and by laws."""

import librosa
import numpy as np
import pytest

from auralise_jax.frontend import Axes, Frontend

SECONDS = np.arange(4) * 0.1
AXES = {
    "linear": Axes("linear", np.arange(33) * 125.0, SECONDS, 0.1, 0.2),
    "mel": Axes("mel", librosa.mel_frequencies(40), SECONDS, 0.1, 0.2),
    "log": Axes("log", librosa.cqt_frequencies(48, fmin=55.0), SECONDS, 0.1, 0.2),
}

each_kind = pytest.mark.parametrize("axes", AXES.values(), ids=AXES)


@each_kind
def test_a_row_is_where_its_frequency_is(axes: Axes) -> None:
    rows = np.arange(len(axes.hz))
    np.testing.assert_allclose(axes.hz_at(rows), axes.hz)
    np.testing.assert_allclose(axes.row_at(axes.hz), rows, atol=1e-12)


@each_kind
def test_row_at_undoes_hz_at_between_rows_and_beyond_the_ends(axes: Axes) -> None:
    places = np.linspace(-3, len(axes.hz) + 2, 200)
    hz = axes.hz_at(places)
    assert (np.diff(hz) > 0).all()
    np.testing.assert_allclose(axes.row_at(hz), places, atol=1e-9)


@each_kind
def test_widths_add_up(axes: Axes) -> None:
    middle = (len(axes.hz) - 1) / 2
    assert axes.width(4) == pytest.approx(axes.hz_at(middle + 2) - axes.hz_at(middle - 2))
    assert (axes.spacing is None) == (axes.kind != "linear")


def test_by_hand() -> None:
    axes = Axes("log", np.array([100.0, 200.0, 400.0]), SECONDS, 0.1, 0.2)
    assert axes.hz_at(np.array([-1, 0.5, 3])).tolist() == [0, 150, 600]
    assert axes.row_at(300.0) == 1.5
    assert axes.width(2) == 300


def test_the_papers_axes() -> None:
    frontend = Frontend()
    axes = frontend.axes
    np.testing.assert_array_equal(axes.hz, frontend.frequencies)
    np.testing.assert_allclose(
        axes.seconds, librosa.frames_to_time(np.arange(173), sr=11025, hop_length=256)
    )
    assert axes.spacing == pytest.approx(11025 / 512)
    assert (axes.hop, axes.window) == (256 / 11025, 512 / 11025)
