"""Side by side: which rows there are, and that each is the projection that it says."""

import numpy as np
import pytest
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets import view

MODEL = make_model()


def parts(panel: aj.Comparison) -> list[bytes]:
    size = len(panel.answer) // len(panel.facts["takes"])
    return [panel.answer[n * size : (n + 1) * size] for n in range(len(panel.facts["takes"]))]


def expected(heard: aj.Listening, rule: str, layer: int, feature: int) -> bytes:
    source = np.asarray(heard.model.frontend.expand(heard.picture))
    shown = view.show(heard.project(layer, feature, rule), float(source.max()))
    return shown.pixels + shown.pcm


def test_three_rules_share_one_source() -> None:
    with aj.compare(MODEL, make_noise(0.37), layer=2, feature=1) as panel:
        assert [row["kind"] for row in panel.facts["rows"]] == ["source"] + 3 * ["feature"]
        assert [row["deck"] for row in panel.facts["rows"]] == list("abcd")
        wanted = [expected(panel.heard, rule, 2, 1) for rule in aj.RULES]
        assert parts(panel) == wanted
        assert len(set(wanted)) == 3
        panel.feature = 4
        Talk(panel).ask()
        assert parts(panel) == [expected(panel.heard, rule, 2, 4) for rule in aj.RULES]
        assert panel.facts["title"] == "tiny / noise: deconvnet | gradient | guided"


def test_two_clips_have_a_source_each() -> None:
    clips = [make_noise(0.37, seed=1), make_noise(0.37, seed=2)]
    with aj.compare(MODEL, clips, layer=3, rule="guided") as panel:
        assert [(row["kind"], row["take"]) for row in panel.facts["rows"]] == [
            ("source", 0),
            ("feature", 0),
            ("source", 1),
            ("feature", 1),
        ]
        assert parts(panel) == [expected(aj.listen(MODEL, one), "guided", 3, 0) for one in clips]


def test_two_models_before_and_after() -> None:
    other = aj.random_model(MODEL)
    with aj.compare([MODEL, other], make_noise(0.37), layer=1, feature=2) as panel:
        assert [take["name"] for take in panel.facts["takes"]] == [MODEL.name, other.name]
        heard = [aj.listen(one, make_noise(0.37)) for one in (MODEL, other)]
        assert parts(panel) == [expected(one, "deconvnet", 1, 2) for one in heard]


def test_its_banks_come_together() -> None:
    with aj.compare(MODEL, make_noise(0.37), layer=2) as panel:
        told, buffers = Talk(panel).bank()
        assert len(told["takes"]) == 3
        assert len(buffers) == 6
        wide = len(buffers[0]) // 5
        assert buffers[2][:wide] + buffers[3][: len(buffers[3]) // 5] == parts(panel)[1]


def test_a_feature_that_one_model_has_not_is_refused() -> None:
    small = make_model(features=(2, 5, 6))
    with aj.compare([MODEL, small], make_noise(0.37), layer=1) as panel:
        assert panel.facts["layers"][0]["features"] == 2
        panel.layer, panel.feature = 2, 4
        panel.layer = 1
        assert panel.feature == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": [MODEL, MODEL], "clip": ["bach", "dance"]}, "only one of model, clip and rule"),
        ({"clip": ["bach"] * 5, "rule": "guided"}, "at most 4 can stand side by side, not 5"),
        ({"clip": []}, "an empty list leaves nothing to show"),
        ({"rule": "x"}, "rule must be one of"),
        ({"position": "x"}, "position must be one of all, strongest"),
        ({"resynthesis": "x"}, "resynthesis must be one of phase, mask"),
        (
            {"model": [MODEL, make_model(aj.Frontend(2000, 64, 32, 0.5))], "rule": "guided"},
            "need the same front end",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        aj.compare(**({"model": MODEL, "clip": make_noise(0.37)} | arguments))


def test_the_address_opens_the_same_comparison() -> None:
    with aj.compare("genre", ["bach", "dance"], rule="deconvnet") as panel:
        assert panel.facts["call"] == 'aj.compare("genre", ["bach", "dance"]'
    with aj.compare("genre", "bach", rule=["guided", "gradient"]) as panel:
        assert panel.facts["call"] == 'aj.compare("genre", "bach", rule=["guided", "gradient"]'


def test_two_of_one_name_are_told_apart() -> None:
    clips = [make_noise(0.37, seed=seed) for seed in (1, 2, 3)]
    with aj.compare(MODEL, clips, layer=1, rule="guided") as panel:
        assert [take["name"] for take in panel.facts["takes"]] == [
            "noise",
            "noise (2)",
            "noise (3)",
        ]
        assert panel.facts["title"] == "tiny: noise | noise (2) | noise (3)"


def test_clips_may_come_from_a_generator() -> None:
    clips = (make_noise(0.37, seed=seed) for seed in (1, 2))
    with aj.compare((MODEL for _ in range(1)), clips, layer=1, rule="guided") as panel:
        assert [take["name"] for take in panel.facts["takes"]] == ["noise", "noise (2)"]
