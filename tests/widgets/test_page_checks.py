"""What a page that computes lets through its door: what a kernel does, or the same words."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking_node import Asked
from making import TINY, make_model, make_noise

import auralise_jax as aj
from auralise_jax.widgets.effects import why_no_effects
from auralise_jax.widgets.muting import as_traits, mutes, parts

pytestmark = pytest.mark.usefixtures("compiled_quickly")

JUNK: list[Any] = [None, True, 1.5, -1, "", "x", "it's", "y" * 300, [], {}, [1], {"a": 1}]
JUNK += [list(range(9)), {"long": "name" * 20}, [[[]]], '"both" and \'', "line\nand\ttab\\"]

FEATURE = [[1, 2], [3, 5, 1.5], [1, 2, 2], ["conv2", 0], [2, 1, 0.25], [1, 3, 1]]
NO_FEATURE = [
    [1, 4],
    [4, 0],
    [0, 0],
    [1, -1],
    [1],
    [1, 2, 3, 4],
    [1, 2, 2.5],
    [1, 2, -0.5],
    [1, 2, "x"],
]
NO_FEATURE += [["conv9", 1], [1, 2, None], [1, True], [1.5, 1], "12", [1, 2, True], [99, 1]]
PART = [{"band": [200, 800]}, {"stretch": [0.1, 0.3]}, {"band": [0, 1000], "stretch": [0, 0.37]}]
PART += [{"band": None, "stretch": [0.25, 0.3]}, {"band": [200.5, 800]}]
NO_PART = [{}, {"band": None}, {"band": [800, 200]}, {"band": [0, 2000]}, {"stretch": [-1, 0.2]}]
NO_PART += [
    {"stretch": [0, 9]},
    {"band": [1]},
    {"band": "ab"},
    {"bands": [1, 2]},
    7,
    {"band": [1, True]},
]
NO_PART += [{"stretch": [0.2, 0.2]}, {"band": [1, None]}, [200, 800]]

VALUES: dict[str, list[Any]] = {
    "layer": [1, 2, 3, 0, 4, 1.5],
    "feature": [0, 3, 4, 5, 6, -1],
    "rule": ["deconvnet", "gradient", "guided", "Guided"],
    "resynthesis": ["phase", "mask", "raw"],
    "position": ["all", "strongest", "weakest"],
    "error": ["", "mine"],
    "model": ["tiny", "tiny, random weights", "genre"],
    "clip": ["noise", "other"],
    "start": [0, 0.25, 0.5, 0.37, -1, 1e9],
    "control": [True, False],
    "order": ["interest", "effect", "name"],
    "wall": [True],
    "facts": [{}],
}


def drawn(rng: np.random.Generator) -> dict[str, Any]:
    """Return changes, most of them legal."""
    changes = {}
    names = [*VALUES, "muted", "removed"]
    for name in rng.choice(names, rng.integers(1, 4), replace=False):
        legal, illegal = (FEATURE, NO_FEATURE) if name == "muted" else (PART, NO_PART)
        if rng.uniform() < 0.1:
            changes[str(name)] = JUNK[rng.integers(len(JUNK))]
        elif name in VALUES:
            changes[str(name)] = VALUES[name][rng.integers(len(VALUES[name]))]
        else:
            pool = legal * 4 + illegal
            several = rng.integers(0, 4) if rng.uniform() < 0.9 else 40
            changes[str(name)] = [pool[at] for at in rng.integers(len(pool), size=several)]
    return changes


def as_a_kernel_says(panel: aj.Explorer, changes: Any) -> dict[str, Any]:
    try:
        panel._check_changes(changes)
    except ValueError as error:
        return {"refused": str(error)}
    model = panel.heard.model
    listed = as_traits(
        mutes(changes.get("muted", []), model), parts(changes.get("removed", []), model)
    )
    return {"legal": {**changes, **{name: listed[name] for name in listed if name in changes}}}


@pytest.mark.parametrize("classes", [True, False])
def test_a_page_refuses_what_a_kernel_refuses_in_its_words(classes: bool, tmp_path: Path) -> None:
    model = make_model(dense=(7, 3) if classes else ())
    rng = np.random.default_rng(0)
    cases = [drawn(rng) for _ in range(1500)] + JUNK
    cases += [{name: value} for value in JUNK for name in (*VALUES, "muted", "removed")]
    with aj.explore(model, make_noise(0.5)) as panel:
        panel.layer = 2
        wanted = [as_a_kernel_says(panel, json.loads(json.dumps(one))) for one in cases]
        layers = [{"name": layer.name, "features": layer.features} for layer in model.layers]
        doc = {
            "layers": layers,
            "seconds": model.seconds,
            "sample_rate": TINY.sample_rate,
            "untrained": False,
            "no_effects": why_no_effects(model),
            "control": {"seed": 1},
        }
        known = {
            "doc": doc,
            "state": {"layer": 2, "clip": panel.clip},
            "models": list(panel.facts["models"]),
            "clips": {name: (0.5 if name == panel.clip else 8.0) for name in panel.facts["clips"]},
        }
    asked = Asked(tmp_path, "explorer_answers.mjs")
    for one in cases:
        asked.ask("", changes=one, **known)
    differ = [
        (case, ours, theirs)
        for case, ours, theirs in zip(cases, asked.answers(), wanted, strict=True)
        if ours != theirs
    ]
    assert not differ, differ[:5]
    assert sum("legal" in one for one in wanted) > 200
