"""The self-contained page: what is in it, and what must not be."""

import io
import json

import numpy as np
import pytest
import soundfile
from making import make_model, make_noise
from pages import Parts, assert_levels, sound_in

import auralise_jax as aj


def write(tmp_path, title: str = "noise", **options) -> tuple[str, dict]:
    clip = aj.Clip(make_noise(0.37).samples, 2000, title)
    with aj.explore(make_model(), clip, layer=2, feature=3) as panel:
        path = panel.to_html(tmp_path / "page.html", **options)
    text = path.read_text(encoding="utf-8")
    return text, json.loads(Parts(text).scripts["auralise-page"])[0]


def test_it_holds_the_features_asked_for_and_the_one_shown(tmp_path) -> None:
    _, page = write(tmp_path, layers=[1, 3], features=[0, 2])
    assert sorted(page["features"]) == ["1/0", "1/2", "2/0", "2/2", "2/3", "3/0", "3/2"]
    assert [one["available"] for one in page["facts"]["layers"]] == [[0, 2], [0, 2, 3], [0, 2]]


def test_by_default_every_feature_of_a_small_layer_is_in(tmp_path) -> None:
    _, page = write(tmp_path)
    assert len(page["features"]) == 4 + 5 + 6


def test_the_most_interesting_come_first(tmp_path) -> None:
    _, page = write(tmp_path, features=2)
    found = aj.survey(aj.listen(make_model(), make_noise(0.37)), 3)
    assert set(page["facts"]["layers"][2]["available"]) == set(found.order[:2].tolist())
    assert page["surveys"]["3"]["order"] == found.order.tolist()


def test_pictures_and_sounds_are_those_of_the_panel(tmp_path) -> None:
    _, page = write(tmp_path, layers=[2], features=[3])
    with aj.explore(make_model(), make_noise(0.37), layer=2, feature=3) as panel:
        (item,) = page["features"]["2/3"]
        assert_levels(item, panel.answer[: -2 * 740])
        assert item["shown"]["feature"] == 3
        sound, rate = soundfile.read(io.BytesIO(sound_in(page, item)))
        wanted = panel.heard.project(2, 3).auralise().samples
    assert rate == 2000
    assert len(sound) == len(wanted)
    # Vorbis is lossy; alike is enough.
    assert np.corrcoef(sound, wanted)[0, 1] > 0.8


def test_a_source_above_full_scale_keeps_its_level(tmp_path) -> None:
    loud = aj.Clip(make_noise(0.37).samples * 20, 2000)
    with aj.explore(make_model(), loud) as panel:
        path = panel.to_html(tmp_path / "page.html", layers=[1], features=1)
    (page,) = json.loads(Parts(path.read_text(encoding="utf-8")).scripts["auralise-page"])
    sent, _ = soundfile.read(io.BytesIO(sound_in(page, page["sources"][0])))
    assert page["facts"]["takes"][0]["source_scale"] == pytest.approx(loud.peak)
    level = np.sqrt(np.mean((sent * page["facts"]["takes"][0]["source_scale"]) ** 2))
    # Vorbis is lossy, by far less than the 17 dB that were taken off for the way.
    assert level == pytest.approx(np.sqrt(np.mean(loud.samples**2)), rel=0.2)


def test_the_same_panel_gives_the_same_page(tmp_path) -> None:
    one, _ = write(tmp_path, layers=[1], features=1)
    two, _ = write(tmp_path, layers=[1], features=1)
    keep = [json.loads(Parts(text).scripts["auralise-page"])[0] for text in (one, two)]
    for page in keep:  # an Ogg stream carries a random serial number
        page["sources"][0].pop("sound")
        for (item,) in page["features"].values():
            item.pop("sound")
    assert keep[0] == keep[1]


def test_names_are_escaped(tmp_path) -> None:
    evil = "</script><script>alert('&amp;')</script><!--"
    text, page = write(tmp_path, title=evil, layers=[1], features=1)
    parts = Parts(text)
    assert page["facts"]["takes"][0]["clip"] == evil
    assert sum(tag == "script" for tag, _ in parts.elements) == 4
    assert "<script>alert" not in text


def test_nothing_can_be_fetched(tmp_path) -> None:
    text, _ = write(tmp_path, layers=[1], features=1)
    parts = Parts(text)
    (policy,) = (a["content"] for t, a in parts.elements if t == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for tag, attributes in parts.elements:
        if tag == "link":  # the empty icon: without it a host is asked for another
            assert attributes == {"rel": "icon", "href": "data:,"}
            continue
        assert tag not in ("iframe", "object", "embed")
        assert "src" not in attributes
        assert "href" not in attributes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": [4]}, "layer must be 1 to 3"),
        ({"features": [9]}, "feature must be 0 to 3 in layer conv1"),
        ({"features": 0}, "features must be 1 or more"),
    ],
)
def test_what_is_not_legal_writes_nothing(tmp_path, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        write(tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said_before_the_work(tmp_path) -> None:
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        with pytest.raises(FileNotFoundError, match="there is no folder"):
            panel.to_html(tmp_path / "nowhere" / "page.html")
        with pytest.raises(ValueError, match=r"must end in \.html"):
            panel.to_html(tmp_path / "page.txt")
