"""Pictures in matplotlib: what stands beside their rows."""

import librosa
import numpy as np

from auralise_jax.audio.display import new_figure, show_picture


def test_rows_that_are_not_equally_spaced_have_their_own_frequencies_beside_them() -> None:
    hz = librosa.mel_frequencies(40, fmax=4000)
    axes = new_figure().add_subplot()
    image = show_picture(axes, np.zeros((40, 7)), 2.0, 4000.0, hz)
    assert list(image.get_extent()) == [0, 2, 0, 40]
    labels = [float(label.get_text()) * 1000 for label in axes.get_yticklabels()]
    assert {100, 1000, 2000} <= set(labels)
    for place, wanted in zip(axes.get_yticks(), labels, strict=True):
        row = int(place)  # rows are one high, so this one holds the tick
        low, high = (np.interp(row + beside, np.arange(40), hz) for beside in (-0.5, 0.5))
        assert low <= wanted <= high


def test_a_plain_picture_goes_from_nothing_to_the_nyquist_frequency() -> None:
    axes = new_figure().add_subplot()
    image = show_picture(axes, np.zeros((33, 7)), 2.0, 4000.0)
    assert list(image.get_extent()) == [0, 2, 0, 4]
