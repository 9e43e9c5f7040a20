"""The language of a page: what is written, and that Python's sentences stand in the table."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from making import TINY, make_model, make_noise
from networks import unlearnt_function
from pages import Parts

import auralise_jax as aj
from auralise_jax.audio.loudness import match
from auralise_jax.cli import main
from auralise_jax.insight import Survey
from auralise_jax.insight.control import why_no_control
from auralise_jax.languages import LANGUAGES, words
from auralise_jax.network.traced import TracedNetwork
from auralise_jax.options import options
from auralise_jax.widgets import in_browser
from auralise_jax.widgets.uploads import Uploads


def unpacked(text: str) -> dict[str, str]:
    return json.loads(gzip.decompress(base64.b64decode(text)))


@pytest.fixture(scope="module")
def panel():
    with aj.explore(make_model(), make_noise(0.37), layer=1) as made:
        yield made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_has_english_and_its_own_language(panel, tmp_path, lang) -> None:
    lesson = aj.Lesson([panel], layers=[1], features=1, lang=lang).save(tmp_path / "lesson.html")
    page = panel.to_html(tmp_path / "page.html", layers=[1], features=1, lang=lang)
    for path in (lesson, page):
        text = path.read_text("utf-8")
        assert text.startswith(f'<!DOCTYPE html>\n<html lang="{lang}">')
        column = Parts(text).scripts.get("auralise-words")
        assert (column and unpacked(column)) == (None if lang == "en" else words(lang))
        others = [words(other)["mute.tip"] for other in LANGUAGES if other not in (lang, "en")]
        assert not [other for other in others if other in text]
        assert words(lang)["page.noscript"].replace("'", "&#x27;") in text


def test_an_unknown_language_is_refused_with_those_there_are(panel, tmp_path, capsys) -> None:
    message = "lang must be one of en, de, fr, not 'it'"
    with pytest.raises(ValueError, match=message):
        aj.Lesson(["# Words"], lang="it")
    with pytest.raises(ValueError, match=message):
        panel.to_html(tmp_path / "page.html", lang="it")
    with pytest.raises(ValueError, match=message):
        panel.to_myst(tmp_path, lang="it")
    with pytest.raises(ValueError, match=message):
        aj.set_options(lang="it")
    assert not list(tmp_path.iterdir())
    for command in ("lesson bach", "demo", "page"):
        with pytest.raises(SystemExit):
            main([*command.split(), "--lang", "it"])
        said = capsys.readouterr().err
        assert all(lang in said.split("invalid choice: 'it'")[1] for lang in LANGUAGES)


@pytest.fixture
def german():
    before = options().lang
    aj.set_options(lang="de")
    yield
    aj.set_options(lang=before)


MAKERS = {
    "explore": lambda **given: aj.explore(make_model(), make_noise(0.37), **given),
    "compare": lambda **given: aj.compare(make_model(), make_noise(0.37), layer=1, **given),
    "probe": lambda **given: aj.probe(make_model(), **given),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_panel_speaks_the_language_of_the_option_unless_told_another(make, german) -> None:
    with make() as german_panel, make(lang="fr") as french, make(lang="en") as english:
        for panel, lang in ((german_panel, "de"), (french, "fr"), (english, "en")):
            state = panel.get_state()
            assert panel.lang == state["_lang"] == lang
            assert state["_words"] == ({} if lang == "en" else words(lang))
    with pytest.raises(ValueError, match="lang must be one of en, de, fr, not 'it'"):
        make(lang="it")


def test_what_is_written_of_a_panel_speaks_its_language_and_a_lesson_that_of_the_option(
    german, tmp_path, monkeypatch
) -> None:
    few = {"layers": [1], "features": 1}
    monkeypatch.setattr(in_browser, "show", str)
    with MAKERS["explore"](lang="fr") as panel:
        pages = [panel.to_html(tmp_path / "page.html", **few), panel.open(**few)]
        module = panel.to_myst(tmp_path, **few).path.read_text("utf-8")
        lesson = aj.Lesson([panel], **few)
        still = panel._still_html()
    assert all('<html lang="fr">' in path.read_text("utf-8") for path in pages)
    assert (
        words("fr")["mute.tip"]
        in json.loads(json.loads(re.match(r"const AURALISE = JSON.parse\((.*)\);", module)[1]))[
            "words"
        ].values()
    )
    assert lesson.lang == "de"
    assert '<html lang="de">' in lesson.save(tmp_path / "lesson.html").read_text("utf-8")
    caption = words("fr")["still"].split("{kind}")[1]
    assert caption in still
    (frame,) = [attrs for tag, attrs in Parts(still).elements if tag == "iframe"]
    page = Parts(frame["srcdoc"])
    assert ("html", {"lang": "fr"}) in page.elements
    assert unpacked(page.scripts["auralise-words"]) == words("fr")


def test_text_stands_above_a_panel_and_is_no_html(panel, tmp_path) -> None:
    page = panel.to_html(tmp_path / "page.html", layers=[1], features=1, text="# A\n\n<b>bold</b>")
    text = page.read_text("utf-8")
    assert "<h1>A</h1>" in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert text.index("<h1>A</h1>") < text.index('<div class="auralise-host">')


def pattern(sentence: str) -> str:
    return re.sub(r"\\\{\w+\\\}", ".+", re.escape(sentence))


@pytest.mark.parametrize(
    ("key", "control", "count", "why"),
    [
        ("no_control", None, 0, "nothing to draw"),
        ("energy", None, 0, ""),
        ("none", 0.4, 0, ""),
        ("one", 0.4, 1, ""),
        ("many", 0.4, 2, ""),
    ],
)
def test_verdicts_stand_in_the_table(key, control, count, why) -> None:
    interest = np.arange(4) < count
    found = SimpleNamespace(control=control, no_control=why, interest=interest, energy=np.ones(4))
    verdict = Survey.verdict.fget(found)
    assert re.fullmatch(pattern(words("en")[f"from.verdict.{key}"]), verdict)


def in_table(sentence: str) -> bool:
    known = [text for key, text in words("en").items() if key.startswith("from.")]
    return any(re.fullmatch(pattern(text), sentence) for text in known)


def wav(samples: np.ndarray, rate: int = 8000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="FLOAT")
    return buffer.getvalue()


FILES = {
    "half": wav(np.ones(8000))[:9000],
    "slow": wav(np.ones(900), rate=900),
    "infinite": wav(np.full(8000, np.inf)),
    "none": wav(np.zeros(0)),
    "text": b"These are words.\n" * 9,
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_what_is_wrong_with_an_upload_stands_in_the_table(data) -> None:
    message = {"id": "1", "name": "song.wav", "size": len(data), "at": 0}
    with pytest.raises(ValueError, match=r"song\.wav") as caught:
        Uploads().take(message, [memoryview(data)])
    assert in_table(str(caught.value)), caught.value


def test_notes_on_levels_and_what_a_network_lacks_stand_in_the_table() -> None:
    notes = [
        match(np.ones(10), -20.0, 8000).note,
        match(np.zeros(8000), -20.0, 8000).note,
        match(np.ones(8000), -np.inf, 8000).note,
    ]
    model = aj.Model(
        TracedNetwork(unlearnt_function, np.zeros(TINY.shape, np.float32)), TINY, tuple("abcd")
    )
    assert all(map(in_table, [*notes, why_no_control(model)])), notes
    with aj.explore(make_model(), make_noise(0.37)) as panel:
        assert all(map(in_table, panel.facts["models"][1:]))
        assert in_table(panel.facts["no_call"])
