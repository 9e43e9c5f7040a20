"""Names of features in a panel: from a dissection, from a table, and those that are shipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.insight.concepts import CONCEPTS
from auralise_jax.insight.dissection import default_sounds
from auralise_jax.insight.evidence import gather
from auralise_jax.insight.scores import score

COLUMNS = "model,layer,feature,name,concept,auc\n"
TABLE = (
    COLUMNS
    + 'toy,2,3,"kick detector, AUC .93",kick,0.934\n'
    + "toy,2,0,no clear concept,bass,0.6\n"
    + "toy,2,4,<b>mine</b>,,\n"
)
FOUND = [
    {"feature": 3, "name": "kick detector", "auc": 0.93},
    {"feature": 4, "name": "<b>mine</b>", "auc": None},
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text(TABLE)
    return path


def names_in(panel: aj.Explorer) -> list[object]:
    return [layer.get("names") for layer in panel.facts["layers"]]


def test_a_panel_knows_the_names_of_a_table(table: Path) -> None:
    with aj.explore(make_model(), make_noise(0.37), names=table) as panel:
        assert names_in(panel) == [None, FOUND, None]
        panel.layer, panel.feature = 2, 3
        panel.model = panel.facts["models"][1]  # random weights: the page leaves names out there
        assert panel.facts["takes"][0]["untrained"]
        assert names_in(panel) == [None, FOUND, None]


def test_a_panel_without_a_table_has_no_names() -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        assert names_in(panel) == [None, None, None]


def test_a_dissection_gives_its_names() -> None:
    model = make_model()
    sounds = [make_noise(2.0, seed=seed) for seed in range(3)]
    found = aj.dissect(model, sounds, networks=20, draws=100, progress=False)
    with aj.explore(model, make_noise(0.37), names=found) as panel:
        known = [layer["names"] for layer in panel.facts["layers"] if "names" in layer]
    assert len(known) == len({layer for layer, _ in found.names})
    said = {(one["name"], one["auc"]) for layer in known for one in layer}
    assert said == {(one.name.split(", AUC")[0], round(one.auc, 2)) for one in found.named}


@pytest.mark.parametrize("live", [False, True])
def test_a_page_takes_the_names_along(table: Path, tmp_path: Path, live: bool) -> None:
    with aj.explore(make_model(), make_noise(0.37), names=table) as panel:
        text = panel.to_html(tmp_path / "page.html", live=live).read_text(encoding="utf-8")
    assert "<b>mine</b>" not in text
    (document,) = json.loads(Parts(text).scripts["auralise-page"])
    facts = document["state"]["facts"] if live else document["facts"]
    assert facts["layers"][1]["names"] == FOUND
    if live:
        engine = json.loads(Parts(text).scripts["auralise-engine"])
        assert engine["models"]["model0"]["layers"][1]["names"] == FOUND


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("toy,4,0,x,,", "feature 4-0, and the model has 3 layers"),
        ("toy,0,0,x,,", "feature 0-0, and the model has 3 layers"),
        ("toy,1,99,x,,", "feature 1-99, and the model's layer 1 has 4 features"),
        ("toy,1,-1,x,,", "feature 1--1, and"),
    ],
)
def test_names_of_another_model_are_refused(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(COLUMNS + line + "\n")
    with pytest.raises(ValueError, match=f"names must be of this model: .*{why}"):
        aj.explore(make_model(), make_noise(0.37), names=path)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", COLUMNS + "toy,one,0,x,,\n", "\0\xff"])
def test_a_file_that_is_no_table_of_names_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"names\.csv"):
        aj.explore(make_model(), make_noise(0.37), names=path)


def test_a_missing_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        aj.explore(make_model(), make_noise(0.37), names=tmp_path / "none.csv")


def test_the_shipped_names_are_those_of_the_shipped_model() -> None:
    """It took 100 random networks to find them; their AUC alone says whose features they are."""
    model = aj.load_model("genre")
    with aj.explore("genre", "bach", feature=0) as panel:
        facts = panel.facts["layers"]
    evidence = gather(default_sounds(model), model.frontend, model.network, seed=0, progress=False)
    scores = score(evidence, evidence.maps(model))
    detectors = [concept.detector for concept in CONCEPTS]
    named = [(n, one) for n, layer in enumerate(facts) for one in layer.get("names", [])]
    assert len(named) >= 5
    assert all("names" in layer for layer in facts)
    for layer, one in named:
        auc = scores[layer].auc[detectors.index(one["name"]), one["feature"]]
        np.testing.assert_allclose(one["auc"], auc, atol=0.006)
