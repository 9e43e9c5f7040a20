"""Panels and pages of a network without weights: they say that there is no control, and why."""

import json

import numpy as np
import pytest
from making import TINY, make_noise
from networks import unlearnt_function
from talking import Talk

import auralise_jax as aj
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.widgets import probe, varied

CLIP = make_noise(TINY.duration)


@pytest.fixture(scope="module")
def model() -> aj.Model:
    network = TracedNetwork(unlearnt_function, np.zeros(TINY.shape, np.float32))
    return aj.Model(network, TINY, tuple("abcd"), name="edges")


@pytest.fixture(scope="module")
def why(model: aj.Model) -> str:
    with pytest.raises(aj.NoControl) as error:
        aj.untrained(model)
    return str(error.value)


@pytest.mark.parametrize("feature", [None, 2])
def test_the_explorer_offers_no_random_weights_and_says_why(model, why, feature) -> None:
    with aj.explore(model, CLIP, feature=feature) as panel:
        assert panel.facts["models"] == ["edges"]
        assert f"no control: {why}" in panel.facts["notes"]
        talk = Talk(panel)
        talk.bank()
        assert not panel.error
        (control,) = (one for one, _ in talk.sent if one["kind"] == "control")
        assert (control["takes"], control["no_control"]) == ([None], why)
        (survey,) = control["surveys"]
        assert sorted(survey["order"]) == [0, 1, 2, 3]
        assert survey["verdict"] == f"No control: {why}; ranked by energy."


def test_a_page_and_a_lesson_say_why(model, why, tmp_path) -> None:
    with aj.explore(model, CLIP) as one, aj.compare(model, CLIP, layer=2) as other:
        lesson = aj.Lesson(["# Edges", one, other], features=1)
        for path in (one.to_html(tmp_path / "page.html"), lesson.save(tmp_path / "lesson.html")):
            text = path.read_text("utf-8")
            start = text.index('id="auralise-page">') + len('id="auralise-page">')
            documents = json.loads(text[start : text.index("</script>", start)])
            for document in documents:
                assert set(document["controls"]) == {"1", "2"}
                assert all(not any(one) for one in document["controls"].values())
                assert {one["no_control"] for one in document["surveys"].values()} == {why}
                assert all(one["order"] for one in document["surveys"].values())
            assert f"no control: {why}" in documents[0]["facts"]["notes"]


def test_probing_says_why(model, why, monkeypatch) -> None:
    monkeypatch.setattr(varied, "GRID", (("sine",), ("Bb3", "A4"), ("major",)))
    with probe(model, instrument="sine") as panel:
        talk = Talk(panel)
        talk.say({"kind": "attributes"})
        panel._patient.join()
        assert not panel.error
        controls = [one for one, _ in talk.sent if one["kind"] == "attributes-control"]
        assert sorted(one["layer"] for one in controls) == [1, 2]
        assert all((one["control"], one["no_control"]) == ([None], why) for one in controls)
