"""German and French: nothing is left in English, nothing is cut off, panels keep their own."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from making import make_model, make_noise
from playwright.sync_api import Page, expect
from test_access import BEST, RULES
from watched import Watched

import auralise_jax as aj
from auralise_jax.languages import LANGUAGES, words
from auralise_jax.widgets import assets

# What is seen, and what is spoken: texts, titles, names and values, hidden ones as well.
_SAID = """root => {
  const said = [];
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) said.push(walk.currentNode.data);
  const names = ["title", "aria-label", "aria-valuetext", "placeholder", "data-drop", "data-late"];
  for (const node of [root, ...root.querySelectorAll("*")])
    for (const name of names) said.push(...(node.getAttribute(name) ?? "").split("\\n"));
  return said.map((one) => one.trim()).filter(Boolean);
}"""

_CUT_OFF = """root => [...root.querySelectorAll("button, label, select, .auralise-fact, dt, dd")]
  .filter((node) => node.clientWidth && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.outerHTML.slice(0, 120))"""

_HEIGHTS = """(root, sentences) => {
  const about = root.querySelector(".auralise-about");
  const before = about.textContent;
  const heights = sentences.map((one) => {
    about.textContent = one;
    return about.getBoundingClientRect().height;
  });
  about.textContent = before;
  return heights;
}"""


@pytest.fixture(scope="module", params=["de", "fr"])
def lang(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def lesson(lang: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with aj.explore("genre", "bach", layer=1, feature=3) as panel:
        made = aj.Lesson(["# Wo?", panel], layers=[1], features=[3, 4], lang=lang)
        return made.save(tmp_path_factory.mktemp(lang) / "lesson.html")


@pytest.fixture
def opened(new_page: Callable[..., Page], lesson: Path) -> Callable[..., Page]:
    def opened(**options: object) -> Page:
        page = new_page(**options)
        watched = Watched(page)
        page.goto(lesson.as_uri())
        expect(page.locator(".auralise[data-feature]")).to_have_count(1)
        assert (watched.problems, watched.requests) == ([], [lesson.as_uri()])
        return page

    return opened


def letters(text: str) -> str:
    return re.sub(r"\{\w+\}|[^a-z]", "", text.lower())


def english(lang: str) -> list[re.Pattern[str]]:
    """What the table says in English alone, line by line."""
    own = words(lang)
    lines = [
        line
        for key, text in words("en").items()
        if text != own[key] and len(letters(text)) > 2
        for line in text.split("\n")
        if len(letters(line)) > 2
    ]
    whole = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(line.strip())) for line in lines]
    return [re.compile(line.replace(r"\ ", r"\s")) for line in whole]


def of_layers(lang: str) -> Iterator[str]:
    """Whatever a panel may say of what a layer sees."""
    column = words(lang)
    times, bands = (
        [text for key, text in column.items() if key.startswith(f"about.{what}.")]
        for what in ("time", "band")
    )
    for time, band in itertools.product(times, bands):
        yield column["about.layer"].format(layer=5, time=time, band=band)
    yield column["about.whole"].format(layer=5)


def test_no_english_is_left(opened: Callable[..., Page], lang: str) -> None:
    page = opened()
    assert page.locator("html").get_attribute("lang") == lang
    root, column = page.locator(".auralise"), words(lang)
    said: list[str] = []
    for key in ["", "w", "l", "i", "?"]:
        if key:
            root.press(key)
        said += root.evaluate(_SAID)
    page.keyboard.press("Escape")
    root.get_by_role("button", name=column["play"], exact=True).click()
    expect(root.get_by_role("button", name=column["pause"], exact=True)).to_be_visible()
    said += root.evaluate(_SAID)
    assert len(set(said)) > 100
    patterns = english(lang)
    own = set(column.values())
    left = [one for one in said if one not in own and any(p.fullmatch(one) for p in patterns)]
    assert left == []
    assert not [one for one in said if re.search(r"\d\.\d", one)]  # numbers have commas


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000, 1280])
def test_nothing_is_cut_off_and_axe_is_content(
    opened: Callable[..., Page], width: int, scheme: str
) -> None:
    page = opened(viewport={"width": width, "height": 860}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    root = page.locator(".auralise")
    assert root.evaluate(_CUT_OFF) == []
    heights = root.evaluate(_HEIGHTS, list(of_layers(page.locator("html").get_attribute("lang"))))
    assert max(heights) - min(heights) < 1  # px: nothing below moves with the layer
    for options in (RULES, BEST):
        assert Axe().run(page, options=options).response["violations"] == []
    root.press("?")
    assert root.evaluate(_CUT_OFF) == []
    assert Axe().run(page, options=RULES).response["violations"] == []


def test_loops_are_set_on_every_keyboard(opened: Callable[..., Page]) -> None:
    page = opened()
    root, handles = page.locator(".auralise"), page.locator(".auralise-handle")
    for _ in range(10):
        page.get_by_role("slider", name="Position").press("ArrowRight")
    root.press("i")
    expect(handles.first).to_be_visible()
    root.press("x")
    expect(handles.first).to_be_hidden()
    # As macOS writes a bracket with Option, and Windows a backslash with AltGr.
    root.dispatch_event("keydown", {"key": "[", "altKey": True})
    expect(handles.first).to_be_visible()
    root.dispatch_event("keydown", {"key": "\\", "altKey": True, "ctrlKey": True})
    expect(handles.first).to_be_hidden()
    root.press("o")
    expect(handles.first).to_be_visible()


def test_a_shortcut_of_the_browser_stays_one(opened: Callable[..., Page]) -> None:
    root = opened().locator(".auralise")
    for held in ("ctrlKey", "altKey", "metaKey"):
        taken = """(node, held) => !node.dispatchEvent(
          new KeyboardEvent("keydown", { key: "l", [held]: true, cancelable: true }))"""
        assert not root.evaluate(taken, held)


_NOTEBOOK = """async ([loader, code, states]) => {
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const nothing = () => {};
  for (const state of states) {
    for (const name of ["source", "answer"]) state[name] = bytes(state[name]);
    const model = { set: nothing, on: nothing, off: nothing, send: nothing, save_changes: nothing };
    model.get = (name) => (name === "_code" ? code : state[name]);
    const url = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
    const hooks = (await import(url)).default();
    hooks.initialize({ model });
    const el = document.body.appendChild(document.createElement("div"));
    await hooks.render({ model, el });
  }
}"""


def test_panels_of_a_notebook_speak_each_its_language(page: Page) -> None:
    states = []
    for lang in LANGUAGES:
        with aj.explore(make_model(), make_noise(0.37), layer=1, lang=lang) as panel:
            state = panel.get_state()
        coded = {name: base64.b64encode(state[name]).decode() for name in ("source", "answer")}
        states.append(state | coded)
    page.evaluate(_NOTEBOOK, [assets.loader(), assets.notebook_module(), states])
    roots = [(page.locator(f"div[lang={lang}] > .auralise"), words(lang)) for lang in LANGUAGES]
    for root, column in roots:  # what is said when all of them are there
        root.get_by_role("button", name=column["play"], exact=True).click()
        expect(root.get_by_role("button", name=column["pause"], exact=True)).to_be_visible()
        root.press("w")
        expect(root).to_contain_text(column["wall.waits"])
    names = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(names)) == len(names)
