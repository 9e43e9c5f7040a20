"""A page with a time line: which windows of a song it holds, and what is in each."""

import base64
import gzip
import json

import numpy as np
import pytest
from making import make_model, make_noise
from pages import Parts, assert_levels

import auralise_jax as aj
from auralise_jax.listening.song_moments import Moment
from auralise_jax.widgets.page import Choice
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.windows import Window, windows_that_matter

SECONDS = 0.37
LONG = make_noise(3.0)


@pytest.fixture(scope="module")
def panel():
    with aj.explore(make_model(), LONG, layer=2, feature=3, start=1.1) as panel:
        yield panel


def read(path) -> dict:
    return json.loads(Parts(path.read_text(encoding="utf-8")).scripts["auralise-page"])[0]


@pytest.fixture(scope="module")
def written(panel, tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("page") / "page.html"
    return read(panel.to_html(path, layers=[1, 2], features=2, windows=[0, 1.1, 2.5, 0]))


def test_every_window_has_the_same_features(written) -> None:
    held = sorted(written["features"])
    assert held == sorted(held)
    assert "2/3" in held
    assert len(written["windows"]) == 2
    for window in written["windows"]:
        assert sorted(window["features"]) == held
        assert sorted(window["surveys"]) == ["1", "2"]
        assert set(window["controls"]) == {"1", "2"}


def test_windows_that_are_named_twice_or_shown_are_there_once(written) -> None:
    assert written["facts"]["song"]["windows"] == [
        {"start": start, "why": ""} for start in (1.1, 0.0, 2.5)
    ]
    assert [window["facts"]["start"] for window in written["windows"]] == [0.0, 2.5]


def test_a_window_is_what_a_panel_shows_there(written, panel) -> None:
    window = written["windows"][1]
    with aj.explore(make_model(), LONG, layer=2, feature=3, start=2.5) as there:
        assert_levels(window["sources"][0], there.source)
        assert_levels(window["features"]["2/3"][0], there.answer)
        facts = json.loads(json.dumps(there.facts))
        assert window["facts"]["takes"] == facts["takes"]
        assert window["facts"]["chosen"] == facts["chosen"]
        assert window["facts"]["duration"] == facts["duration"]
    assert panel.start == 1.1


def test_the_song_is_what_was_heard_of_the_layers_that_are_there(written, panel) -> None:
    song = aj.listen_song(panel.heard.model, LONG, written["song"]["hop"], progress=False)
    arrays = [gzip.decompress(base64.b64decode(one)) for one in written["song"]["arrays"]]
    np.testing.assert_allclose(
        np.frombuffer(arrays[0], "<f4").reshape(-1, 3), song.probabilities, atol=1e-6
    )
    layers = written["song"]["layers"]
    assert [layer["features"] for layer in layers] == [4, 5, 0]
    for number, layer in enumerate(layers[:2], start=1):
        halves = np.frombuffer(arrays[number], "<f2").reshape(-1, layer["features"])
        np.testing.assert_allclose(
            halves.astype(float) * layer["scale"], song.activity(number), rtol=1e-3
        )
    assert arrays[3] == b""


def test_a_page_without_a_time_line_is_as_before(panel, tmp_path) -> None:
    page = read(panel.to_html(tmp_path / "page.html", layers=[1], features=1))
    parts = {"facts", "asked", "sources", "features", "surveys", "controls", "beginning"}
    assert set(page) == parts | {"marks", "student", "marking"}
    assert "windows" not in page["facts"]["song"]


def test_by_default_a_page_has_the_windows_that_matter_and_few_features(panel) -> None:
    figure = panel.figure(Choice(timeline=True))
    assert figure.chosen == {1: 4, 2: 4, 3: 4}
    song = aj.listen_song(panel.heard.model, LONG, SECONDS / 2, progress=False)
    whole = [window for window in song.strongest(2, 3) if window.start <= 3 - SECONDS]
    likely = [song.likeliest(name, 1)[0] for name in song.classes]
    wanted = whole[:3] + [one for one in likely if one.value >= 0.05 and one.end < 3]
    assert len(wanted) > 3
    for moment in wanted:
        near = [abs(at.start - moment.start) for at in (Window(1.1), *figure.windows)]
        assert min(near) < SECONDS / 2


class Heard:
    """What `windows_that_matter` asks of a song."""

    duration, seconds, classes = 20.0, 4.0, ("a", "b", "c", "d", "e", "f")

    def __init__(self, task: str = "classes", none_below: float = 0.0) -> None:
        self.model = type("model", (), {"task": task, "none_below": none_below})
        self.probabilities = np.tile([0.02, 0.5, 0.1, 0.3, 0.2, 0.03], (3, 1))

    def strongest(self, _layer: int, _feature: int, n: int) -> tuple[Moment, ...]:
        return tuple(Moment(s, s + 4, v) for s, v in [(18, 9), (8, 7), (3, 6), (13, 5)])[:n]

    def likeliest(self, name: str, n: int) -> tuple[Moment, ...]:
        k = self.classes.index(name)
        return (Moment(8.5, 12.5, self.probabilities[0, k]), Moment(0.0, 4.0, 0.01))[:n]


def test_windows_near_each_other_are_one_and_say_both() -> None:
    why, others = windows_that_matter(Heard(), 3.5, 3, 7)  # type: ignore[arg-type]
    assert why == "3-7 strong"
    assert others == [
        Window(8, "3-7 strong, most b, 50 %, most d, 30 %, most e, 20 %, most c, 10 %"),
        Window(13, "3-7 strong"),
    ]


def test_a_class_that_is_said_nowhere_has_no_window() -> None:
    _, others = windows_that_matter(Heard(none_below=0.4), 3.5, 3, 7)  # type: ignore[arg-type]
    assert others[0] == Window(8, "3-7 strong, most b, 50 %")


def test_tempi_and_pitches_have_no_windows_of_their_own() -> None:
    for task in ("tempo", "pitch"):
        assert windows_that_matter(Heard(task), 3.0, 3, 7) == (  # type: ignore[arg-type]
            "3-7 strong",
            [Window(8, "3-7 strong"), Window(13, "3-7 strong")],
        )


def test_a_model_without_classes_has_the_windows_of_the_feature() -> None:
    with aj.explore(make_model(dense=()), LONG, layer=2, feature=1) as panel:
        figure = panel.figure(Choice(layers=[2], features=1, timeline=True))
        assert figure.windows
        assert all(window.why == "2-1 strong" for window in figure.windows)
        document = figure.document()
    assert document["song"]["classes"] == []
    strict = json.dumps(document, allow_nan=False)
    assert len(json.loads(strict)["windows"]) == len(figure.windows)


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ([0, 2.7], r"windows must begin at 0 to 2\.63 s of a clip of 3 s, .*, not at 2\.7 s"),
        ([-1], "not at -1 s"),
        ([float("nan")], "windows must be numbers of seconds, not nan"),
        (["1"], "windows must be numbers of seconds, not '1'"),
        ([True], "windows must be numbers of seconds, not True"),
    ],
)
def test_windows_that_cannot_be_are_said_before_the_song_is_heard(
    panel, tmp_path, windows, message
) -> None:
    with pytest.raises(ValueError, match=message):
        panel.to_html(tmp_path / "page.html", windows=windows)
    assert list(tmp_path.iterdir()) == []


def test_the_last_window_may_be_named(panel) -> None:
    figure = panel.figure(Choice(layers=[2], features=1, windows=[2.63]))
    assert figure.windows == [Window(2.63)]


def test_a_clip_that_fits_has_no_time_line_and_the_page_is_as_before(tmp_path) -> None:
    with aj.explore(make_model(), make_noise(SECONDS), layer=2, feature=3) as short:
        plain = read(short.to_html(tmp_path / "plain.html", layers=[2], features=1))
        with pytest.warns(UserWarning, match="the clip fits the 0.37 s that the model hears"):
            path = short.to_html(
                tmp_path / "page.html", layers=[2], features=1, timeline=True, windows=[9]
            )
        page = read(path)
        assert page == plain


def test_a_comparison_says_that_it_has_none(tmp_path) -> None:
    with (
        aj.compare(make_model(), LONG, layer=2) as both,
        pytest.warns(UserWarning, match="only a panel made by explore has one"),
    ):
        both.to_html(tmp_path / "page.html", layers=[2], features=1, timeline=True)


def test_a_lesson_warns_of_clips_that_fit_only(panel, recwarn) -> None:
    with (
        aj.explore(make_model(), make_noise(SECONDS), layer=2) as short,
        aj.compare(make_model(), LONG, layer=2) as both,
    ):
        lesson = aj.Lesson(["words", panel, both], timeline=True, layers=[2])
        assert not recwarn.list
        assert [figure.whole is None for figure in lesson.figures] == [False, True]
        assert [list(figure.chosen.values()) for figure in lesson.figures] == [[4], [12]]
        for blocks in ([panel, short], [both], [short]):
            with pytest.warns(UserWarning, match="has no time line: "):
                aj.Lesson(blocks, timeline=True)


def test_the_size_counts_the_windows(panel, tmp_path) -> None:
    lesson = aj.Lesson([panel], layers=[1, 2], features=3, windows=[0, 0.6, 1.7, 2.5])
    said = lesson.size
    assert said == pytest.approx(lesson.save(tmp_path / "lesson.html").stat().st_size, rel=0.15)
    less = aj.Lesson([panel], layers=[1, 2], features=3, windows=[0]).size
    assert said - less == pytest.approx(3 * lesson.figures[0].window_bytes, abs=10)


def test_a_part_that_was_taken_out_is_missing_in_every_window(panel) -> None:
    from auralise_jax.widgets.windows import moved

    variant = Variant(panel.heard.without(band=(200.0, 600.0)))
    there = moved(variant, panel._song, 2.0)
    wanted = aj.listen(panel.heard.model, LONG, 2.0).without(band=(200.0, 600.0))
    np.testing.assert_array_equal(there.heard.clip.samples, wanted.clip.samples)
    assert there.heard.removed == wanted.removed


def test_what_is_muted_is_muted_in_every_window() -> None:
    with aj.explore(make_model(), LONG, layer=2, feature=3, start=1.1, mute=[(1, 0)]) as panel:
        document = panel.figure(Choice(layers=[2], features=1, windows=[0])).document()
        song = panel.heard.model
    (window,) = document["windows"]
    there = aj.listen(song, LONG, 0.0)
    (take,) = window["facts"]["takes"]
    assert dict(take["classes"]) == pytest.approx(there.predict())
    assert [odds for _, odds in take["unmuted"]] == pytest.approx(
        list(there.predict(mute=[], gains={}).values())
    )
    assert document["facts"]["muted"] == [[1, 0, 0.0]]
    for name, model in (("song", song), ("unmuted", make_model())):
        heard = aj.listen_song(model, LONG, document[name]["hop"], progress=False)
        said = np.frombuffer(gzip.decompress(base64.b64decode(document[name]["arrays"][0])), "<f4")
        np.testing.assert_allclose(said.reshape(-1, 3), heard.probabilities, atol=1e-6)


def test_row_c_is_in_every_window() -> None:
    with aj.explore(make_model(), LONG, layer=2, feature=3, start=1.1, control=True) as panel:
        document = panel.figure(Choice(layers=[2], features=[3], windows=[0])).document()
    (window,) = document["windows"]
    assert len(window["sources"]) == len(window["features"]["2/3"]) == 2
    with aj.explore(make_model(), LONG, layer=2, feature=3, start=0.0, control=True) as there:
        size = there.facts["bins"] * there.facts["frames"]
        first = 2 * len(there.heard.clip.samples)  # the sound of the feature in row B
        assert_levels(window["features"]["2/3"][1], there.answer[size + first :])
        assert window["facts"]["takes"] == there.facts["takes"]
