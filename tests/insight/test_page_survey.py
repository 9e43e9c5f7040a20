"""Numbers about features that a page computes, against the package's own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking_node import Asked

import auralise_jax as aj
from auralise_jax.insight.comparison import compare, grouped
from auralise_jax.insight.control import Control
from auralise_jax.insight.likeness_interval import STRETCHES, likeness_intervals
from auralise_jax.insight.resampling import DRAWS
from auralise_jax.insight.survey import Survey
from auralise_jax.insight.window_effects import MOST, WindowEffects, spread_over
from auralise_jax.widgets import view

EXACT = ["order", "no_control", "verdict", "similar", "twin", "copies", "group", "alike"]
AGAINST = [
    None,
    {"control": 0.4, "why": "", "among": [0.12345, 0.7]},
    {"control": 0.0, "why": "", "among": None},
    {"control": None, "why": "it has no weights", "among": None},
]
ROUNDED = 1.001e-3  # a step of the third digit
DRAWN = 0.2  # of an interval's width: 2,000 draws of another generator, at ends of 1.4 % and less

Layer = tuple[np.ndarray, np.ndarray]


def drawn_layer(seed: int, features: int = 9, shape: tuple[int, ...] = (11, 13)) -> Layer:
    """Return signed projections that share three ingredients, and a source that holds them all."""
    rng = np.random.default_rng(seed)
    shared = rng.gamma(0.5, size=(3, *shape))
    mixed = np.tensordot(rng.dirichlet([0.3] * 3, features), shared, 1)
    loudness = rng.lognormal(0, 2, (features, *(1,) * len(shape)))
    layer = loudness * (mixed + rng.normal(0, 0.5, mixed.shape))
    return layer.astype(np.float32), shared.sum(axis=0).astype(np.float32)


def odd_layers() -> dict[str, Layer]:
    """Return layers in which something is missing, alike or of another shape."""
    layer, source = drawn_layer(3)
    twins = layer[[0, 1, 0, 2, 1, 0]]
    silent = layer.copy()
    silent[[2, 5]], silent[4] = 0, layer[0] * 1e-9
    nowhere = layer.copy()
    nowhere[1] = -abs(nowhere[1])
    ones = layer.copy()
    ones[3:] = 1
    single = np.zeros((8, 4, 6), np.float32)
    single.reshape(8, -1)[np.arange(8), np.arange(8) // 2] = 2.0 ** np.arange(8)
    return {
        "duplicates": (twins, source),
        "silent": (silent, source),
        "all silent": (0 * layer, source),
        "nowhere positive": (nowhere, source),
        "constant": (ones, source),
        "constant source": (layer, np.ones_like(source)),
        "single cells": (single, np.arange(24, dtype=np.float32).reshape(4, 6)),
        "one feature": (layer[:1], source),
        "two features": (layer[:2], source),
        "sixteen features": drawn_layer(4, 16, (24, 40)),
        "one column": drawn_layer(5, 7, (20, 1)),
        "two columns": drawn_layer(6, 7, (20, 2)),
        "many columns": drawn_layer(7, 7, (6, 173)),
        "channels": drawn_layer(8, 7, (6, 21, 3)),
        "waveforms": drawn_layer(9, 7, (400,)),
        "tiny": (layer * np.float32(1e-30), source * np.float32(1e-30)),
    }


def survey_of(layer: Layer) -> Survey:
    how: dict[str, Any] = {"layer": 1, "rule": "deconvnet", "position": "all"}
    return Survey.of(*layer, **how, alike=view.ALIKE)


def against(found: Survey, other: dict[str, Any] | None) -> dict[str, Any]:
    if other is None:
        return view.survey(found)
    return view.survey(found.against(other["control"], other["why"], other["among"]))


def assert_same(got: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert got.keys() == wanted.keys()
    assert {key: got[key] for key in EXACT} == {key: wanted[key] for key in EXACT}
    for key in ("interest", "energy", "likeness", "sparseness", "redundancy", "control_range"):
        if wanted[key] is None:
            assert got[key] is None
        else:
            np.testing.assert_allclose(got[key], wanted[key], atol=ROUNDED, err_msg=key)
    for ours, theirs in zip(got["likeness_interval"], wanted["likeness_interval"], strict=True):
        assert (ours is None) == (theirs is None)
        if theirs is not None:
            close = DRAWN * (theirs[1] - theirs[0]) + 2 * ROUNDED
            np.testing.assert_allclose(ours, theirs, atol=close)


@pytest.fixture(scope="module")
def heard() -> aj.Listening:
    return aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])


@pytest.fixture(scope="module")
def layers(heard: aj.Listening) -> dict[str, Layer]:
    """Return layers that were drawn, odd ones, and three of the shipped model."""
    found = {f"drawn {seed}": drawn_layer(seed, 40, (24, 48)) for seed in range(3)} | odd_layers()
    for layer, rule, position in ((1, "deconvnet", "all"), (3, "gradient", "all")):
        found[f"{layer} {rule}"] = heard.project_layer(layer, rule, position), heard.picture
    found["5 guided"] = heard.project_layer(5, "guided", "strongest"), heard.picture
    return {name: (np.asarray(all_), np.asarray(one)) for name, (all_, one) in found.items()}


def test_a_page_surveys_as_the_package_does(layers: dict[str, Layer], tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    for projections, source in layers.values():
        shape = source.shape
        of = {"projections": projections, "source": source, "shape": shape, "alike": view.ALIKE}
        asked.ask("survey", **of, against=AGAINST)
    for layer, answer in zip(layers.values(), asked.answers(), strict=True):
        found = survey_of(layer)
        for other, got in zip(AGAINST, answer, strict=True):
            assert_same(got, against(found, other))


def test_a_page_groups_as_the_package_does(layers: dict[str, Layer], tmp_path: Path) -> None:
    """Also where correlations are the same to the last digit."""
    asked, wanted = Asked(tmp_path), []
    rng = np.random.default_rng(0)
    tables = [(survey_of(layer).correlation, survey_of(layer).silent) for layer in layers.values()]
    for count in (*range(1, 9), 30, 64):
        steps = rng.integers(-2, 5, (count, count)) / 4
        table = np.maximum(steps, steps.T)
        np.fill_diagonal(table, 1)
        tables.append((table, rng.uniform(size=count) < 0.1))
    for table, silent in tables:
        for alike in (view.ALIKE, 0.7):
            given = {"correlation": table.ravel().tolist(), "silent": silent.tolist()}
            asked.ask("grouped", **given, alike=alike)
            wanted.append(grouped(table, silent, alike))
    for (group, similar), got in zip(wanted, asked.answers(), strict=True):
        assert got == {"group": group.tolist(), "similar": similar.tolist()}


def test_intervals_by_the_same_draws_are_the_same(layers: dict[str, Layer], tmp_path: Path) -> None:
    asked, wanted = Asked(tmp_path), []
    for projections, source in layers.values():
        compared = compare(projections, source)
        count = min(STRETCHES, source.shape[min(source.ndim - 1, 1)])
        if count == 1 or compared.silent.any():
            continue
        rng = np.random.default_rng(0)
        drawn = rng.multinomial(count, np.full(count, 1 / count), DRAWS).ravel().tolist()
        of = {"projections": projections, "source": source, "shape": source.shape}
        asked.ask("intervals", **of, drawn=drawn)
        wanted.append(likeness_intervals(compared, source))
    for theirs, ours in zip(wanted, asked.answers(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)  # float32 on the way


def test_a_page_knows_a_control_as_the_package_does(
    heard: aj.Listening, layers: dict[str, Layer], tmp_path: Path
) -> None:
    asked = Asked(tmp_path)
    control = Control(heard.model, heard.clip)
    found = control.heard.projections(4, "deconvnet", "all")
    pictures = np.stack([one.picture for one in found])
    control.take(4, "deconvnet", "all", found)
    source = np.asarray(control.heard.picture)
    asked.ask("likenesses", projections=pictures, source=source, shape=source.shape)
    names = [name for name in layers if " silent" not in name]
    for name in names:
        projections, one = layers[name]
        asked.ask("likenesses", projections=projections, source=one, shape=one.shape)
    first, *others = asked.answers()
    assert first["mean"] == pytest.approx(control.known(4, "deconvnet", "all"), abs=1e-5)
    assert first["among"] == pytest.approx(control.among(4, "deconvnet", "all"), abs=1e-5)
    for name, got in zip(names, others, strict=True):
        survey = survey_of(layers[name])
        own = survey.likeness[~survey.silent]
        assert got["mean"] == pytest.approx(own.mean(), abs=1e-5)
        assert got["among"] == pytest.approx(np.quantile(own, [0.1, 0.9]), abs=1e-5)


def test_a_page_knows_effects_as_the_package_does(tmp_path: Path) -> None:
    asked, wanted = Asked(tmp_path), []
    rng = np.random.default_rng(0)
    for windows, scale in ((0, 1), (1, 1), (2, 1), (3, 50), (7, 1e-4), (MOST, 1)):
        here, elsewhere = rng.normal(size=8) * scale, rng.normal(size=(windows, 8)) * scale
        elsewhere[:, :2] = here[:2] = 0  # equal
        asked.ask("effects", here=here.tolist(), elsewhere=elsewhere.tolist())
        wanted.append(WindowEffects.of(here, elsewhere))
    for found, got in zip(wanted, asked.answers(), strict=True):
        assert (got["windows"], got["order"]) == (found.windows, found.order.tolist())
        for ours, theirs in ((got["here"], found.here), (got["mean"], found.mean)):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3)
        if found.windows == 1:
            assert got["low"] is None
            assert got["high"] is None
            continue
        close = DRAWN * (found.high - found.low)
        assert (abs(got["low"] - found.low) <= close).all()
        assert (abs(got["high"] - found.high) <= close).all()


def test_windows_lie_where_the_package_has_them(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    sounds = [
        (10.0, 4.0),
        (4.0, 4.0),
        (3.0, 4.0),
        (8.0, 4.0),
        (244.3, 4.0),
        (12.0, 0.1),
        (0.3, 0.1),
    ]
    for duration, seconds in sounds:
        asked.ask("spread", duration=duration, seconds=seconds)
    for sound, got in zip(sounds, asked.answers(), strict=True):
        np.testing.assert_allclose(got, spread_over(*sound))
