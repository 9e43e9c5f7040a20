"""Figures hold what they say they show, and become files that a paper can use."""

import dataclasses
import re
import subprocess
import sys

import numpy as np
import pytest
from making import TINY, make_model, make_noise, with_tensors
from matplotlib.backends.backend_agg import FigureCanvasAgg

import auralise_jax as aj
from auralise_jax.figures import save_figure
from auralise_jax.insight import kernels_figure, survey, wall_figure

LOG = dataclasses.replace(TINY, compression="log1p", gain=3.0)


def titles(figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


@pytest.mark.parametrize("frontend", [TINY, LOG], ids=["linear", "log1p"])
@pytest.mark.parametrize("order", ["interest", "number", "similar"])
def test_the_wall_shows_the_magnitudes_that_are_heard(frontend: aj.Frontend, order: str) -> None:
    heard = aj.listen(make_model(frontend), make_noise(0.37))
    *tiles, bar = wall_figure(heard, "conv3", order=order).axes
    assert len(tiles) == 6
    assert bar.get_ylabel() == "dB re peak of the source"
    found = survey(heard, 3)
    wanted = {"interest": found.order, "number": np.arange(6), "similar": found.similar}[order]
    peak = np.asarray(heard.model.frontend.expand(heard.picture)).max()
    for axes, k in zip(tiles, wanted, strict=True):
        assert re.split(",", axes.get_title())[0] == str(k)
        (image,) = axes.images
        magnitude = np.asarray(heard.project(3, int(k)).resynthesise().magnitude)
        shown = peak * 10 ** (np.asarray(image.get_array()) / 20)
        # Below -80 dB the colours end.
        np.testing.assert_allclose(shown, np.maximum(magnitude, 1e-4 * peak), rtol=1e-4)
        assert image.get_clim() == (-80, 0)
        assert image.origin == "lower"
        assert axes.get_xlim() == (0, heard.clip.duration)
        assert axes.get_ylim() == (0, 1)  # kHz
        assert image.get_array().max() == pytest.approx(0, abs=1e-4)  # each at the source's peak


def test_a_wall_says_what_it_is_and_labels_the_outside_alone(tiny_heard: aj.Listening) -> None:
    figure = wall_figure(tiny_heard, 2, "guided", "strongest", columns=3)
    assert " ".join(figure.get_suptitle().split()) == (
        "noise, 0-0.37 s, model tiny, layer 2, guided, strongest position, most interesting first"
    )
    assert figure.get_supxlabel() == "Time (s)"
    assert figure.get_supylabel() == "Frequency (kHz)"
    *tiles, _ = figure.axes
    assert {axes.get_xlabel() + axes.get_ylabel() for axes in tiles} == {""}
    below = [axes.xaxis.get_tick_params()["labelbottom"] for axes in tiles]
    beside = [axes.yaxis.get_tick_params()["labelleft"] for axes in tiles]
    assert below == [False, False, True, True, True]  # two rows, of three and of two
    assert beside == [True, False, False, True, False]


def test_groups_are_written_where_similar_ones_stand_together() -> None:
    model = make_model()
    tensors = dict(model.network.tensors)
    for name in ("conv1.kernel", "conv1.bias"):
        tensors[name] = tensors[name].copy()
        tensors[name][..., 3] = tensors[name][..., 1]  # a twin
    heard = aj.listen(with_tensors(model, tensors), make_noise(0.37))
    found = survey(heard, 1)
    assert found.group[1] == found.group[3]
    shown = titles(wall_figure(heard, 1, order="similar"))
    assert f"1, group {found.group[1]}" in shown
    assert f"3, group {found.group[3]}" in shown
    alone = [k for k in range(4) if np.count_nonzero(found.group == found.group[k]) == 1]
    assert all(str(k) in shown for k in alone)
    assert not any("group" in title for title in titles(wall_figure(heard, 1)))


def test_a_silent_feature_is_an_empty_tile_that_says_so() -> None:
    model = make_model()
    bias = model.network.tensors["conv2.bias"].copy()
    bias[1] = -1e6
    dead = with_tensors(model, {**model.network.tensors, "conv2.bias": bias})
    *tiles, _ = wall_figure(aj.listen(dead, make_noise(0.37)), 2, order="similar").axes
    assert tiles[-1].get_title() == "1"
    assert [text.get_text() for text in tiles[-1].texts] == ["silent"]
    assert (tiles[-1].images[0].get_array() == -80).all()
    assert not any(axes.texts for axes in tiles[:-1])


def test_silence_makes_a_wall_too() -> None:
    heard = aj.listen(make_model(), aj.Clip(np.zeros(740), 2000))
    for order in ("interest", "number", "similar"):
        assert wall_figure(heard, 3, order=order).png().startswith(b"\x89PNG")


def test_a_layer_of_one_feature_makes_a_wall() -> None:
    heard = aj.listen(make_model(features=(1, 1), dense=()), make_noise(0.37))
    assert len(wall_figure(heard, 2).axes) == 2


def test_kernels_are_the_models(tiny_model: aj.Model) -> None:
    figure = kernels_figure(tiny_model, "conv1", columns=2)
    *tiles, bar = figure.axes
    kernels = tiny_model.network.tensors["conv1.kernel"]
    limit = np.abs(kernels).max()
    for k, axes in enumerate(tiles):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), kernels[:, :, 0, k])
        assert image.origin == "lower"
        assert image.get_clim() == (-limit, limit)
    assert titles(figure) == ["0", "1", "2", "3", ""]
    assert bar.get_ylabel() == "weight"
    assert figure.get_suptitle() == "model tiny, kernels of layer 1, one colour scale for all"
    assert figure.get_supxlabel() == "Time (3 frames, 16.0 ms apart)"
    assert figure.get_supylabel() == "Frequency (3 bins,\n31.2 Hz apart)"


def test_red_is_what_speaks_for_a_feature(tiny_model: aj.Model) -> None:
    image = kernels_figure(tiny_model).axes[0].images[0]
    red, _, blue, _ = image.cmap(image.norm(image.norm.vmax))
    assert red > blue


def test_kernels_of_zeros_can_be_drawn(tiny_model: aj.Model) -> None:
    zeros = np.zeros_like(tiny_model.network.tensors["conv1.kernel"])
    model = with_tensors(tiny_model, {**tiny_model.network.tensors, "conv1.kernel": zeros})
    assert kernels_figure(model).png().startswith(b"\x89PNG")


@pytest.mark.parametrize("ending", [".pdf", ".svg"])
def test_files_for_papers_hold_vector_text(tiny_heard, tiny_model, tmp_path, ending: str) -> None:
    for name, figure in (
        ("wall", wall_figure(tiny_heard, 1)),
        ("kernels", kernels_figure(tiny_model)),
    ):
        data = save_figure(figure, tmp_path / f"{name}{ending}").read_bytes()
        if ending == ".pdf":
            assert data.startswith(b"%PDF-")
            assert b"/Type /Font" in data
        else:
            assert data.startswith(b"<?xml")
            assert b"model tiny" in data  # text as a comment, then its glyphs as paths
            assert b"<image" in data


def test_a_wall_in_a_pdf_holds_every_pixel(genre_heard: aj.Listening, tmp_path) -> None:
    """Not one at the file's resolution, in which thin lines of a spectrogram vanish."""
    data = save_figure(wall_figure(genre_heard, 5), tmp_path / "wall.pdf").read_bytes()
    widths = re.findall(rb"/Width (\d+)", data)
    heights = re.findall(rb"/Height (\d+)", data)
    assert list(zip(widths, heights, strict=True)).count((b"173", b"257")) == 64


def test_nothing_of_a_wall_overlaps(genre_heard: aj.Listening) -> None:
    figure = wall_figure(genre_heard, 1, order="similar")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [axes.get_tightbbox(renderer) for axes in figure.axes]
    outside = (figure._suptitle, figure._supxlabel, figure._supylabel)
    boxes += [text.get_window_extent(renderer) for text in outside]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def test_a_headline_breaks_between_its_parts(tiny_model: aj.Model) -> None:
    clip = dataclasses.replace(make_noise(0.37), title="a very long $title$ of a piece " * 5)
    long = dataclasses.replace(tiny_model, name="a model with a name of its own")
    lines = wall_figure(aj.listen(long, clip), 1).get_suptitle().split("\n")
    assert len(lines) > 2
    assert lines[0].startswith("a very long $title$ of a")
    assert all(len(line) <= 70 for line in lines)
    assert all(line.endswith(",") for line in lines[:-1])


@pytest.mark.parametrize("columns", [0, -3, 2.5, True, None])
def test_columns_that_are_none_are_refused(tiny_heard, tiny_model, columns) -> None:
    message = rf"^columns must be a whole number from 1, not {re.escape(repr(columns))}$"
    with pytest.raises(ValueError, match=message):
        wall_figure(tiny_heard, 1, columns=columns)
    with pytest.raises(ValueError, match=message):
        kernels_figure(tiny_model, columns=columns)


def test_other_choices_are_refused_with_what_is_legal(tiny_heard, tiny_model) -> None:
    with pytest.raises(
        ValueError, match=r"^order must be one of interest, number, similar, not 'loud'$"
    ):
        wall_figure(tiny_heard, 1, order="loud")
    with pytest.raises(
        ValueError, match=r"^layer must be 1 to 3, or one of conv1, conv2, conv3, not 9$"
    ):
        wall_figure(tiny_heard, 9)
    with pytest.raises(
        ValueError,
        match=r"^layer must be conv1, not 'conv3': only kernels that see the picture itself can be "
        r"drawn, others have a slice for each feature of the layer before$",
    ):
        kernels_figure(tiny_model, "conv3")
    with pytest.raises(ValueError, match=r"^layer must be 1 to 3, or one of"):
        kernels_figure(tiny_model, 0)


def test_matplotlib_and_scipy_wait_until_they_are_used() -> None:
    code = (
        "import sys, auralise_jax.insight; print({'matplotlib', 'scipy.cluster'} & {*sys.modules})"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told.strip() == "set()"
