"""A song as a figure."""

import dataclasses

import numpy as np
import pytest
from making import TINY, make_model, make_noise

import auralise_jax as aj

pytestmark = pytest.mark.usefixtures("compiled_quickly")


@pytest.fixture(scope="module")
def song() -> aj.SongListening:
    samples = make_noise(3.0).samples * np.linspace(0, 1, 6000, dtype=np.float32)
    clip = aj.Clip(samples, 2000, "A $ong_")
    return aj.listen_song(make_model(), clip, 0.5, progress=False)


def test_areas_of_classes_add_up(song: aj.SongListening) -> None:
    figure = song.plot(2, 1)
    wave, classes, ribbon = figure.axes
    assert wave.get_title("left") == "A $ong_"
    assert len(classes.collections) == 3
    top = classes.collections[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1.0)
    assert [text.get_text() for text in classes.get_legend().get_texts()] == ["a", "b", "c"]
    assert ribbon.get_title("left") == "activity of feature 2-1"
    high = ribbon.collections[0].get_paths()[0].vertices[:, 1].max()
    assert high == pytest.approx(song.activity(2)[:, 1].max())
    assert wave.get_xlim() == (0, 3.0)
    assert figure.png().startswith(b"\x89PNG")
    assert song._repr_png_().startswith(b"\x89PNG")


def test_stretches_without_an_answer_are_pale(song: aj.SongListening) -> None:
    assert not song.plot().axes[1].patches
    most = song.probabilities.max(axis=1)
    honest = dataclasses.replace(song.model, none_below=float(np.median(most)))
    heard = aj.listen_song(honest, make_noise(3.0), 0.5, progress=False)
    pale = [one == "none of these" for one in heard.answers]
    axes = heard.plot().axes[1]
    assert len(axes.patches) == sum(pale)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["a", "b", "c"] + ["pale: none of these"] * any(pale)


def test_without_a_layer_there_is_no_activity_and_with_it_all_features(song) -> None:
    assert len(song.plot().axes) == 2
    mesh = song.plot("conv2").axes[-1].collections[0]
    np.testing.assert_array_equal(mesh.get_array(), song.activity(2).T)


def test_beside_are_dashed_lines(song: aj.SongListening) -> None:
    muted = song.edited([(1, 1)], {(2, 0): 2.0}, progress=False)
    _, classes, ribbon = song.plot(3, 0, beside=muted).axes
    assert classes.get_title("right") == "dashed: without 1-1, 2-0 x 2"
    lines = np.array([line.get_ydata()[1:-1] for line in classes.lines])
    np.testing.assert_allclose(lines, muted.probabilities.cumsum(axis=1)[:, :2].T)
    assert {line.get_linestyle() for line in classes.lines} == {"--"}
    np.testing.assert_array_equal(ribbon.lines[0].get_ydata()[1:-1], muted.activity(3)[:, 0])
    wave, classes, _ = muted.plot(3, 0, beside=song).axes
    assert wave.get_title("left") == "A $ong_, without 1-1, 2-0 x 2"
    assert classes.get_title("right") == "dashed: tiny"


def test_tags_are_lines_the_most_probable_first(song: aj.SongListening) -> None:
    tags = dataclasses.replace(song.model, task="tags")
    heard = aj.listen_song(tags, make_noise(2.0), 0.5, progress=False)
    classes = heard.plot(beside=heard).axes[1]
    solid = [line for line in classes.lines if line.get_linestyle() == "-"]
    order = np.argsort(-heard.probabilities.max(axis=0))
    assert [line.get_label() for line in solid] == [heard.classes[n] for n in order]
    np.testing.assert_array_equal(solid[0].get_ydata(), heard.probabilities[:, order[0]])
    assert len(classes.lines) == 2 * len(solid)


def test_a_model_without_classes_has_features() -> None:
    heard = aj.listen_song(make_model(dense=()), make_noise(2.0), progress=False)
    assert len(heard.plot(1, 0).axes) == 2


def test_what_cannot_be_drawn(song: aj.SongListening) -> None:
    with pytest.raises(ValueError, match="give the layer that the feature is in"):
        song.plot(feature=3)
    with pytest.raises(ValueError, match="feature must be 0 to 3"):
        song.plot(1, 9)
    other = aj.listen_song(make_model(dense=()), make_noise(2.0), progress=False)
    with pytest.raises(ValueError, match="a model of other classes: none"):
        song.plot(beside=other)


def test_a_song_of_one_window_or_of_silence() -> None:
    silent = aj.Clip(np.zeros(TINY.samples), 2000)
    figure = aj.listen_song(make_model(), silent, progress=False).plot(1, 0)
    assert figure.axes[0].get_title("left") == "song"
    assert figure.png().startswith(b"\x89PNG")
    assert aj.listen_song(make_model(), silent, progress=False).plot(1).png()
