"""A model that keeps its answer to itself: "none of these" on the screen, with a kernel or not."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from computing import Computing, ComputingPanel, only_itself
from making import make_model, make_noise
from playwright.sync_api import Locator, Page, expect
from test_access import BEST, found
from watched import Watched

import auralise_jax as aj
from auralise_jax.network.answer import NONE, why_none

RATE = 8000  # browsers play nothing below 3 kHz
PLAIN = make_model(aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=2.0))
SURE = dataclasses.replace(PLAIN, none_below=0.99)
SONG = aj.Clip(soxr.resample(make_noise(12.0, 3000).samples, 3000, RATE), RATE, "song")
LOUD = aj.Clip(np.clip(50 * SONG.samples, -1, 1), RATE, "loud")


def explore(model: aj.Model = SURE, clip: Any = SONG) -> aj.Explorer:
    return aj.explore(model, clip, layer=2, feature=1, start=0.0)


def classes(root: Locator) -> Locator:
    return root.get_by_role("list", name="Class probabilities")


def says(root: Locator, why: str) -> None:
    """Wait until the panel says none of these, and why; no bar has the colour of an answer."""
    first = classes(root).get_by_role("listitem").first
    expect(first).to_have_text(f"{NONE}. {why}")
    expect(first).to_have_attribute("title", why)
    expect(classes(root).get_by_role("listitem")).to_have_count(4)
    assert colours(root)["bars"] == [colours(root)["quiet"]] * 3


def answers(root: Locator) -> None:
    """Wait until the panel shows its classes and nothing else, as it always did."""
    expect(classes(root).get_by_role("listitem")).to_have_count(3)
    expect(root).not_to_contain_text(NONE)
    assert colours(root)["bars"] == [colours(root)["accent"]] * 3


def colours(root: Locator) -> dict[str, Any]:
    """Return the colours of the bars, and of what they may be."""
    return root.evaluate(
        """(root) => {
          const colour = (name) => {
            const one = document.createElement("i");
            one.style.background = `var(--${name})`;
            root.append(one);
            const found = getComputedStyle(one).backgroundColor;
            one.remove();
            return found;
          };
          const bars = [...root.querySelectorAll(".auralise-meter i")];
          return { accent: colour("accent"), quiet: colour("quiet"),
                   bars: bars.map((one) => getComputedStyle(one).backgroundColor) };
        }"""
    )


def test_a_panel_with_a_kernel_says_none_of_these(live: Callable[..., Any]) -> None:
    one = live(explore(clip=[SONG, LOUD]))
    says(one.panel.root, why_none(one.widget.heard.predict(), 0.99))
    one.pump()
    expect(one.panel.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    pale = one.widget.song.answers.count(NONE)
    assert pale == len(one.widget.song.times)
    row = one.panel.root.locator(".auralise-song-said path")
    expect(row).to_have_count(4)  # three classes, and what makes them pale
    expect(row.last).to_have_attribute("d", re.compile(rf"^(M[^M]*Z){{{pale}}}$"))
    legend = one.panel.root.get_by_role("group", name="Classes over the song")
    expect(legend).to_have_text(f"abc{NONE}")
    expect(legend.get_by_role("button")).to_have_text(["a", "b", "c"])
    slider = one.panel.root.get_by_role("slider", name="Start")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(rf"s, {NONE}, a \d+"))
    for scheme in ("light", "dark"):
        one.page.emulate_media(color_scheme=scheme)
        assert found(one.page) == []


def test_a_panel_of_a_model_that_always_answers_is_as_before(live: Callable[..., Any]) -> None:
    one = live(explore(PLAIN))
    answers(one.panel.root)
    one.pump()
    expect(one.panel.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    expect(one.panel.root.locator(".auralise-song-said path")).to_have_count(3)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of the three kinds."""
    folder = tmp_path_factory.mktemp("none")
    with explore() as panel, explore(PLAIN) as plain:
        return {
            "held": panel.to_html(folder / "held.html", layers=[2], features=1),
            "computing": panel.to_html(folder / "computing.html", live=True),
            "plain": plain.to_html(folder / "plain.html", live=True),
        }


@pytest.fixture
def open_kind(
    new_page: Callable[..., Page], pages: dict[str, Path]
) -> Iterator[Callable[[str], ComputingPanel]]:
    """Open a page; it must make no error and no request but for itself."""
    opened = []

    def open_kind(kind: str) -> ComputingPanel:
        page = new_page()
        opened.append((pages[kind].as_uri(), Watched(page)))
        page.goto(pages[kind].as_uri())
        return ComputingPanel(page)

    yield open_kind
    for uri, watched in opened:
        assert watched.problems == []
        assert only_itself(watched.requests, uri) == []


def test_a_page_of_its_own_says_none_of_these(open_kind: Callable[[str], ComputingPanel]) -> None:
    panel = open_kind("held")
    says(panel.root, why_none(aj.listen(SURE, SONG).predict(), 0.99))
    assert found(panel.page) == []
    assert found(panel.page, BEST) == []


def test_a_page_that_computes_says_none_of_these_where_python_does(
    open_kind: Callable[[str], ComputingPanel],
) -> None:
    panel = open_kind("computing")
    computing = Computing.of(panel.page)
    computing.ready()
    for start in (0.0, 5.0):
        computing.choose("start", start)
        heard = computing.source().heard(SURE)
        assert computing.call("answer") == heard.answer() == NONE
        why = why_none(heard.predict(), 0.99)
        panel.wait("root.auralise.store.get('facts').takes[0].none === x", why)
        says(panel.root, why)
    expect(panel.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    windows = len(aj.listen_song(SURE, SONG, 1.0, progress=False).times)
    pale = panel.root.locator(".auralise-song-said path").last
    expect(pale).to_have_attribute("d", re.compile(rf"^(M[^M]*Z){{{windows}}}$"))
    # Random weights have no threshold: what they say is chance, and is called so.
    panel.root.focus()
    panel.page.keyboard.press("c")
    panel.wait("root.auralise.store.get('facts').takes.length === 2")
    facts = panel.ask("root.auralise.store.get('facts').takes.map(({ none }) => none ?? null)")
    assert facts == [why, None]


def test_a_page_that_computes_for_a_model_that_always_answers_is_as_before(
    open_kind: Callable[[str], ComputingPanel],
) -> None:
    panel = open_kind("plain")
    computing = Computing.of(panel.page)
    computing.ready()
    computing.choose("start", 5.0)
    answers(panel.root)
    odds = computing.call("predict")
    assert computing.call("answer") == max(odds, key=lambda name: odds[name])
