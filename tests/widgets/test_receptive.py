"""Receptive fields as panels frame them, against what gradients reach."""

from __future__ import annotations

import numpy as np
import pytest
from making import TINY, make_model, make_noise
from networks import make_flat_network, make_other_network

import auralise_jax as aj
from auralise_jax.frontend import Axes
from auralise_jax.insight.fields import fields
from auralise_jax.network.layer import Layer
from auralise_jax.widgets.receptive import field_facts

OTHER = aj.Model(make_other_network(TINY.shape), TINY, tuple("abcd"), name="other")
FLAT = aj.Model(make_flat_network(TINY.shape), TINY, ("a", "b"), name="flat")
CLIP = make_noise(TINY.duration)


def seen_by(heard: aj.Listening, layer: Layer, cell: tuple[int, ...]) -> np.ndarray:
    """Return which cells of the picture any feature's cell has a gradient to."""
    shots = heard.projections(layer, rule="gradient", position=cell)
    return np.any([shot.picture != 0 for shot in shots], axis=0)


@pytest.mark.parametrize(
    ("model", "clip"), [(OTHER, CLIP), (FLAT, CLIP), (make_model(), make_noise(0.37))]
)
def test_a_gradient_reaches_no_further_than_the_frame(model: aj.Model, clip: aj.Clip) -> None:
    heard, axes = aj.listen(model, clip), model.frontend.axes
    framed = 0
    for layer, known in zip(model.layers, fields(model), strict=True):
        found = field_facts(layer, axes, known.map)
        if found is None:
            assert layer.field is None
            continue
        cell = tuple(size // 2 for size in known.map)
        seen = seen_by(heard, layer, cell)
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        place = dict(zip(layer.axes, cell, strict=True))
        time, freq = found["time"], found["freq"]
        assert time is not None
        start = time["from"] + place["time"] * time["step"]
        assert axes.seconds[columns[0]] >= start
        assert axes.seconds[columns[-1]] <= start + time["size"]
        # No more than columns see at both ends is left over; the edge of the picture cuts.
        assert start <= axes.seconds[columns[0]] + axes.hop
        if freq is None:
            assert "freq" not in layer.axes
            continue
        low = freq["from"] + place["freq"] * freq["step"]
        assert axes.hz[rows[0]] >= low
        assert axes.hz[rows[-1]] <= low + freq["size"]
        framed += 1
    assert framed or model is FLAT


def test_bands_that_are_not_alike_are_told_one_by_one() -> None:
    axes = Axes("log", 55.0 * 2.0 ** np.arange(6), np.arange(4) / 10, 0.1, 0.1)
    layer = Layer("low", 2, stride=(2, 1), field=(3, 1), before=(1, 0))
    found = field_facts(layer, axes, (3, 4))
    assert found is not None
    # Rows -1 to 1, 1 to 3 and 3 to 5: from half a row below to half a row above.
    edges = axes.hz_at(np.array([-1.5, 0.5, 2.5]))
    assert found["freq"] == {
        "low": edges.round(2).tolist(),
        "high": axes.hz_at(np.array([1.5, 3.5, 5.5])).round(2).tolist(),
    }
    assert found["time"] == {"from": -0.05, "step": 0.1, "size": 0.1}


def test_a_field_without_a_place_is_not_framed() -> None:
    axes = Axes("linear", np.arange(4) * 10.0, np.arange(4) / 10, 0.1, 0.1)
    assert field_facts(Layer("top", 2), axes, (3, 3)) is None
    assert field_facts(Layer("low", 2, stride=(1, 1), field=(2, 2)), axes, (3, 3)) is None


def test_the_strongest_cell_is_told_and_only_where_it_is_alone() -> None:
    with aj.explore(OTHER, CLIP, layer=2, position="strongest") as panel:
        shown = panel.shown["takes"][0]
        maps = panel.heard.activations(2)[..., panel.feature]
        if not shown["silent"]:
            assert shown["cell"] == list(np.unravel_index(np.abs(maps).argmax(), maps.shape))
        shot = panel.heard.project(2, panel.feature, position=(1, 2))
        assert shot.cell == (1, 2)
    with aj.explore(OTHER, CLIP, layer=2) as panel:
        assert "cell" not in panel.shown["takes"][0]
