"""Lessons: words between panels, sizes said, nothing foreign run."""

import json

import pytest
from making import make_model, make_noise
from pages import Parts, sound_in

import auralise_jax as aj


@pytest.fixture(scope="module")
def panel():
    with aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as panel:
        yield panel


def save(lesson: aj.Lesson, tmp_path) -> tuple[str, Parts]:
    text = lesson.save(tmp_path / "lesson.html").read_text(encoding="utf-8")
    return text, Parts(text)


def test_words_and_panels_stand_in_order(panel, tmp_path) -> None:
    lesson = aj.Lesson(["# One\n\nA *word*.", panel, "| a |\n|---|\n| b |", panel], features=2)
    text, parts = save(lesson, tmp_path)
    order = [
        attributes["class"]
        for tag, attributes in parts.elements
        if attributes.get("class") in ("auralise-words", "auralise-host")
    ]
    assert order == ["auralise-words", "auralise-host"] * 2
    assert "<em>word</em>" in text
    assert "<td>b</td>" in text
    assert "<title>One</title>" in text
    documents = json.loads(parts.scripts["auralise-page"])
    assert len(documents) == 2
    assert len(documents[0]["facts"]["layers"][0]["available"]) == 2


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<img src="http://example.org/x.png" onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "</main></body><iframe src='http://example.org'>",
    ],
)
def test_html_in_words_is_text(panel, tmp_path, evil) -> None:
    _, parts = save(aj.Lesson([evil, panel], layers=[2], features=1), tmp_path)
    assert [tag for tag, _ in parts.elements].count("script") == 4
    for tag, attributes in parts.elements:
        assert tag not in ("img", "iframe")
        assert not str(attributes.get("href", "")).startswith("javascript")
        assert not any(name.startswith("on") for name in attributes)


def test_the_size_is_known_before(panel, tmp_path) -> None:
    lesson = aj.Lesson(["Words.", panel], layers=[1, 2], features=3)
    said = lesson.size
    text, _ = save(lesson, tmp_path)
    assert said == pytest.approx(len(text.encode()), rel=0.15)


def test_flac_is_without_loss(panel, tmp_path) -> None:
    import io

    import numpy as np
    import soundfile

    _, parts = save(aj.Lesson([panel], layers=[2], features=[3], codec="flac"), tmp_path)
    (page,) = json.loads(parts.scripts["auralise-page"])
    assert page["facts"]["codec"] == "flac"
    sent, _ = soundfile.read(io.BytesIO(sound_in(page, page["features"]["2/3"][0])))
    np.testing.assert_allclose(sent, panel.shot.auralise().samples, atol=1.01 / 32768)


@pytest.mark.parametrize(
    ("blocks", "options", "error", "message"),
    [
        ([], {}, ValueError, "a lesson needs at least one block"),
        ([3], {}, TypeError, "a block is Markdown text or a panel from explore or compare, not 3"),
        (["panel"], {"layers": [9]}, ValueError, "layer must be 1 to 3"),
        (["panel"], {"features": 0}, ValueError, "features must be 1 or more per layer"),
        (["panel"], {"codec": "opus"}, ValueError, "codec must be one of ogg, flac"),
    ],
)
def test_what_is_no_lesson_is_said_at_once(panel, blocks, options, error, message) -> None:
    blocks = [panel if block == "panel" else block for block in blocks]
    with pytest.raises(error, match=message):
        aj.Lesson(blocks, **options)


def test_a_title_may_be_given_or_is_the_panels(panel) -> None:
    assert aj.Lesson(["x", panel], title="T").title == "T"
    assert aj.Lesson(["x", panel]).title == "tiny / noise"
    assert aj.Lesson(["x"]).title == "Lesson"


def test_a_text_may_begin_with_a_byte_order_mark(panel) -> None:
    lesson = aj.Lesson(["\ufeff# One", panel])
    assert lesson.title == "One"
    assert lesson.blocks[0] == "# One"


def test_a_title_that_is_no_text_is_written_as_far_as_it_is(panel, tmp_path) -> None:
    # As the names of files are read that are no UTF-8.
    path = aj.Lesson(["caf\udce9", panel], title="th\udce9").save(tmp_path / "a.html")
    assert "<title>th?</title>" in path.read_text("utf-8")


def test_a_lesson_keeps_what_the_panel_showed_then(panel) -> None:
    lesson = aj.Lesson([panel], layers=[2], features=1)
    panel.feature = 1
    assert lesson.blocks[0].feature == 3
    panel.feature = 3


def test_five_layers_of_twelve_features_fit_in_three_megabytes(tmp_path) -> None:
    with aj.explore("genre", "bach", feature=0) as panel:
        lesson = aj.Lesson(["# The paper's network", panel])
    assert lesson.size < 3.1e6
    text, parts = save(lesson, tmp_path)
    (page,) = json.loads(parts.scripts["auralise-page"])
    assert [len(layer["available"]) for layer in page["facts"]["layers"]] == [13, 12, 12, 12, 12]
    assert len(text.encode()) < 3e6
