"""Marks in an explorer, as Python sees them: set, checked, written into pages, and refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import traitlets
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.insight import Mark, MarkList, read_marks
from auralise_jax.widgets.marking_panel import weights_digest
from auralise_jax.widgets.page import Choice
from auralise_jax.widgets.still_page import StillPage

KICK = {"layer": 3, "feature": 2, "words": " kick, I\n think "}
WHOLE = Mark(3, 2, "kick, I think").as_dict()


@pytest.fixture(scope="module")
def model() -> aj.Model:
    return make_model()


@pytest.fixture
def panel(model):
    with aj.explore(model, make_noise(0.37), layer=2, feature=3) as panel:
        yield panel


def test_python_sets_marks_and_reads_what_a_page_set(panel, model, tmp_path) -> None:
    seen: list[Any] = []
    panel.observe(lambda change: seen.append(change["new"]), names="marks")
    panel.marks = [KICK]
    assert panel.marks == seen[-1] == [WHOLE]
    mine = WHOLE | {"words": "snare", "clip": "noise", "region": [0.1, 0.2]}
    panel.set_state({"marks": [WHOLE, mine], "student": "Ada"})
    assert (panel.marks, panel.student) == ([WHOLE, mine], "Ada")
    assert panel.error == ""
    first, second = (
        Mark(3, 2, "kick, I think"),
        Mark(3, 2, "snare", clip="noise", region=(0.1, 0.2)),
    )
    whole = MarkList(model.name, weights_digest(model), "Ada", (first, second))
    assert panel.marked() == whole
    assert read_marks(panel.marked().save(tmp_path / "ada.json")) == whole
    # What a list holds is taken as it is, also of features that this network lacks.
    panel.marks = [{"layer": 99, "feature": 1}, *whole.marks]
    assert panel.marks[0]["layer"] == 99


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ("3-2", r"marks must be a list|mark 1: must be a mapping"),
        ([3], "mark 1: must be a mapping with layer and feature"),
        ([{"layer": 3}], "mark 1: feature must be a whole number"),
        ([KICK | {"layer": True}], "mark 1: layer must be a whole number"),
        ([KICK | {"words": "x" * 201}], "mark 1: words must have at most 200 characters, not 201"),
        ([KICK | {"words": "\x1b[2J"}], "words must be printable"),
        ([KICK | {"start": float("nan")}], "start must be seconds"),
        ([KICK | {"start": float("inf")}], "start must be seconds"),
        ([KICK | {"region": [0, float("inf")]}], "region must be seconds"),
        ([KICK, KICK | {"html": "<b>"}], "mark 2: 'html' is not known"),
        ([KICK] * 501, "marks must be at most 500, not 501"),
    ],
)
def test_other_marks_are_refused_from_python_and_from_the_page(panel, marks, message) -> None:
    panel.marks = [KICK]
    with pytest.raises(traitlets.TraitError, match=message):
        panel.marks = marks
    with pytest.raises(traitlets.TraitError, match=r"marks?\b"):
        panel.set_state({"feature": 1, "marks": marks})
    assert (panel.marks, panel.feature) == ([WHOLE], 3)
    assert panel.error


@pytest.mark.parametrize("student", ["x" * 81, "\x00", "\ud800"])
def test_other_names_are_refused(panel, student) -> None:
    with pytest.raises(traitlets.TraitError, match="student must"):
        panel.student = student
    with pytest.raises(traitlets.TraitError, match="student must"):
        panel.set_state({"student": student})
    assert panel.student == ""


def test_whose_features_they_are_is_not_for_the_page_to_say(panel) -> None:
    with pytest.raises(traitlets.TraitError, match="'marking' cannot be set by the page"):
        panel.set_state({"marking": {"model": "another", "weights": ""}})


def written(path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        Parts(path.read_text("utf-8")).scripts["auralise-page"]
    )
    return [one.get("live", one) for one in found]


def test_marks_go_with_a_page_and_a_lesson(panel, model, tmp_path) -> None:
    panel.marks, panel.student = [KICK], "</script>"
    path = panel.to_html(tmp_path / "page.html", layers=[2], features=1)
    (one,) = written(path)
    marking = {"model": model.name, "weights": weights_digest(model), "panel": 1}
    assert (one["marks"], one["student"], one["marking"]) == ([WHOLE], "</script>", marking)
    assert panel.marking == {"model": model.name, "weights": weights_digest(model)}
    with aj.compare(model, make_noise(0.37), layer=2, feature=3) as beside:
        lesson = aj.Lesson([beside, panel], layers=[2], features=1)
    first, second = written(lesson.save(tmp_path / "lesson.html"))
    assert "marking" not in first  # a comparison marks nothing
    assert second["marking"] == marking | {"panel": 2}
    (computing,) = written(panel.to_html(tmp_path / "live.html", live=True, clips=[]))
    assert (computing["marks"], computing["marking"]) == ([WHOLE], marking)


def test_nothing_is_marked_where_random_weights_are_shown(panel, tmp_path) -> None:
    panel.model = next(name for name in panel.facts["models"] if "random" in name)
    path = panel.to_html(tmp_path / "page.html", layers=[2], features=1)
    assert "marking" not in written(path)[0]


def test_a_still_marks_nothing(panel) -> None:
    panel.marks = [KICK]
    frame, _ = StillPage(panel.figure(Choice()), "en").frame(400_000)
    (page,) = json.loads(Parts(Parts(frame).elements[0][1]["srcdoc"]).scripts["auralise-page"])
    assert "facts" in page
    assert not {"marks", "marking", "student"} & set(page)


def test_a_digest_tells_weights_apart_and_names_not(model) -> None:
    assert re.fullmatch("[0-9a-f]{16}", weights_digest(model))
    assert weights_digest(model) == weights_digest(make_model())
    assert weights_digest(model) != weights_digest(aj.untrained(model))
