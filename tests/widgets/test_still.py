"""What a notebook saves below a panel: its size, what is in it, and what must not be."""

import base64
import gzip
import hashlib
import html
import json
import re

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.listening import Listening
from auralise_jax.options import Options, options
from auralise_jax.widgets.page import Choice
from auralise_jax.widgets.still import still_html

HOSTILE = "'\"></iframe></script><script>alert(1)</script>&amp; <b>song</b>"


@pytest.fixture
def panel():
    clip = aj.Clip(make_noise(0.37).samples, 2000, HOSTILE)
    with aj.explore(make_model(), clip, layer=2, feature=3) as panel:
        yield panel


@pytest.fixture(autouse=True)
def unchanged():
    before = options()
    yield
    aj.set_options(still=before.still, still_kb=before.still_kb)


def still(panel, **chosen) -> str:
    return still_html(panel.figure(Choice()), Options(**chosen))


def page_of(text: str) -> tuple[Parts, dict]:
    (frame,) = [attrs for tag, attrs in Parts(text).elements if tag == "iframe"]
    page = Parts(frame["srcdoc"])
    return page, json.loads(page.scripts["auralise-page"])[0]


def strongest(panel) -> list[int]:
    sums = panel.heard.activations(panel.layer).sum((0, 1))
    return [k for k in sorted(range(len(sums)), key=lambda k: -sums[k]) if sums[k] > 0]


def test_it_has_the_feature_shown_and_the_strongest_others(panel) -> None:
    _, page = page_of(still(panel))
    held = sorted({3, *[k for k in strongest(panel) if k != 3][:5]})
    assert [one["available"] for one in page["facts"]["layers"]] == [[], held, []]
    assert sorted(page["features"]) == [f"2/{k}" for k in held]
    assert page["asked"]["feature"] == 3
    assert page["facts"]["still"] is True
    packed = base64.b64decode(page["features"]["2/3"][0]["pixels"])
    levels = np.frombuffer(gzip.decompress(packed), "u1")
    exact = np.frombuffer(panel.answer, "u1", len(levels))
    assert np.abs(levels.astype(int) - exact).max() <= 3  # to a multiple of 4, 255 being the last


def test_its_policy_allows_just_what_is_packed_in_it_and_what_unpacks_that(panel) -> None:
    page, _ = page_of(text := still(panel))
    whole = html.unescape(text)
    (unpacking,) = re.findall('<script type="module">(.*?)</script>', whole, re.DOTALL)
    packed = [
        gzip.decompress(base64.b64decode(page.scripts[f"auralise-{name}"]))
        for name in ("program", "style")
    ]
    unpack, program, style = (
        f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'"
        for code in (unpacking.encode(), *packed)
    )
    (policy,) = [
        attrs["content"] for tag, attrs in page.elements if tag == "meta" and "http-equiv" in attrs
    ]
    assert policy.split("; ")[:3] == [
        "default-src 'none'",
        f"script-src {unpack} {program}",
        f"style-src {style}",
    ]


def test_a_hostile_title_is_text(panel) -> None:
    text = still(panel)
    outer = Parts(text)
    assert [tag for tag, _ in outer.elements if tag in ("iframe", "script", "b")] == ["iframe"]
    (frame,) = [attrs for tag, attrs in outer.elements if tag == "iframe"]
    assert set(frame) == {"title", "loading", "sandbox", "style", "srcdoc"}
    assert frame["sandbox"] == "allow-scripts allow-downloads"
    assert HOSTILE in frame["title"]
    page, document = page_of(text)
    assert document["facts"]["title"] == frame["title"]
    assert [tag for tag, _ in page.elements if tag in ("b", "iframe")] == []
    assert len(page.scripts) == 4  # of the page, the style, the program, and what unpacks them


@pytest.mark.parametrize("kb", [150, 160, 400])
def test_it_says_its_size_and_keeps_to_the_limit(panel, kb) -> None:
    text = still(panel, still_kb=kb)
    said = int(re.search(r"([\d,]+) kB\. Run the cell", text)[1])
    size = len(json.dumps(text)) / 1000
    assert size <= said <= kb
    assert said - size < 1.3  # it is rounded up, and the words themselves are counted generously


def test_the_genre_model_keeps_to_the_limit_by_default() -> None:
    with aj.explore("genre", "hiphop", layer=3) as panel:
        text = still(panel)
        assert len(json.dumps(text)) <= 400_000
        assert len(page_of(text)[1]["features"]) > 1


def test_where_no_page_fits_there_is_a_picture_and_the_size_that_would_do(panel) -> None:
    text = still(panel, still_kb=20)
    assert "data:image/png" in text
    assert "<iframe" not in text
    enough = int(re.search(r"set_options\(still_kb=(\d+)\)", text)[1])
    assert "<iframe" in still(panel, still_kb=enough)
    assert "<iframe" not in still(panel, still_kb=enough - 1)


def test_no_layer_is_computed_for_it(panel, monkeypatch) -> None:
    def computed(*_: object, **__: object) -> None:
        raise AssertionError("a whole layer")

    monkeypatch.setattr(Listening, "projections", computed)
    monkeypatch.setattr(Listening, "project_layer", computed)
    assert "<iframe" in still(panel)


def test_the_sources_of_rows_that_have_the_same_are_there_once(tmp_path) -> None:
    with aj.compare(make_model(), make_noise(0.37), layer=2) as rules:
        _, page = page_of(still(rules))
        first, *others = page["sources"]
        assert (set(first), others) == ({"pixels", "sound"}, [0, 0])
    clips = [make_noise(0.37, seed=seed) for seed in (1, 2)]
    with aj.compare(make_model(), clips, rule="deconvnet", layer=2) as panel:
        _, page = page_of(still(panel))
        assert [isinstance(one, dict) for one in page["sources"]] == [True, True]


def test_what_is_displayed_goes_by_the_option(panel, monkeypatch) -> None:
    monkeypatch.setattr(InteractiveShell, "initialized", lambda: True)
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    view = "application/vnd.jupyter.widget-view+json"
    found = {}
    for kind in ("page", "picture", "none"):
        shown.clear()
        aj.set_options(still=kind)
        panel._ipython_display_()
        found[kind] = [(sorted(one), one["text/plain"]) for one in shown]
        assert ("<iframe" in shown[-1].get("text/html", "")) == (kind == "page")
    words = repr(panel)
    both = [([view, "text/plain"], ""), (["text/html", "text/plain"], words)]
    assert found == {"page": both, "picture": both, "none": [([view, "text/plain"], words)]}


def test_an_unknown_option_or_value_says_what_there_is() -> None:
    with pytest.raises(ValueError, match="there is no option 'stil'; there are still, still_kb"):
        aj.set_options(stil="page")
    with pytest.raises(ValueError, match="still must be one of page, picture, none, not 'html'"):
        aj.set_options(still="html")
    for wrong in (0, 1.5, True):
        with pytest.raises(ValueError, match="still_kb must be a whole number of kB from 1, not"):
            aj.set_options(still_kb=wrong)
    assert options() == Options()
