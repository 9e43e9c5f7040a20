"""A page of its own, opened from a file: what can be done and seen there."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import Page, expect
from written import NAUGHTY, Written


def test_controls_have_roles_and_names(panel: Panel, written: Written) -> None:
    expect(panel.layer).to_have_value("3")
    expect(panel.layer).to_have_attribute("max", "5")
    expect(panel.feature).to_have_attribute("max", "63")
    expect(panel.position).to_have_attribute("aria-valuemax", "4.00")
    expect(panel.volume).to_be_visible()
    expect(panel.a).not_to_be_checked()
    expect(panel.b).to_be_checked()
    expect(panel.loop).to_have_attribute("aria-pressed", "true")
    expect(panel.alert).to_have_count(0)
    for letter in ("A, source", "B, feature"):
        expect(panel.root.get_by_role("img", name=f"Spectrogram {letter}")).to_be_visible()
    for name, share in written.heard.predict().items():
        chances = panel.root.get_by_role("list", name="Class probabilities")
        line = chances.locator("li:not(.auralise-answer)").filter(has_text=name)
        expect(line).to_contain_text(f"{100 * share:.0f} %")


def test_a_focused_slider_keeps_its_own_keys(panel: Panel, written: Written) -> None:
    features = written.features[3]
    panel.feature.press("Home")
    panel.shows(3, features[0])
    panel.feature.press("ArrowLeft")  # there is nothing before the first
    for feature in features[1:]:
        panel.feature.press("ArrowRight")
        panel.shows(3, feature)
    panel.feature.press("ArrowLeft")
    panel.shows(3, features[-2])
    panel.feature.press("End")
    panel.shows(3, features[-1])
    assert panel.ask("player.position()") == 0

    below = written.features[1]
    arrived = next((one for one in below if one >= features[-1]), below[-1])
    panel.feature.press("Shift+ArrowLeft")
    panel.shows(1, arrived)
    panel.layer.press("ArrowRight")  # layer 2 is not in this page
    panel.shows(3, next((one for one in features if one >= arrived), features[-1]))


def test_keys_work_before_anything_has_been_clicked(panel: Panel, written: Written) -> None:
    features, keys = written.features[3], panel.page.keyboard
    keys.press("Shift+ArrowLeft")
    expect(panel.root).to_have_attribute("data-layer", "1")
    keys.press("Shift+ArrowRight")
    expect(panel.root).to_have_attribute("data-layer", "3")
    panel.feature.press("Home")
    panel.root.focus()
    keys.press("ArrowRight")
    panel.shows(3, features[1])
    keys.press("ArrowLeft")
    panel.shows(3, features[0])

    keys.press("a")
    expect(panel.a).to_be_checked()
    keys.press("B")
    expect(panel.b).to_be_checked()
    keys.press("l")
    expect(panel.loop).to_have_attribute("aria-pressed", "false")
    keys.press("l")
    expect(panel.loop).to_have_attribute("aria-pressed", "true")
    keys.press(" ")
    expect(panel.pause).to_be_visible()
    panel.wait("player.position() > 0.3")
    keys.press(" ")
    expect(panel.play).to_be_visible()
    assert panel.ask("player.position()") > 0.3
    keys.press("Home")
    assert panel.ask("player.position()") == 0

    keys.press("?")
    expect(panel.keys).to_be_visible()
    expect(panel.keys).to_contain_text("Shift")
    keys.press("a")  # the list is in front: the panel's keys rest
    expect(panel.b).to_be_checked()
    keys.press("Escape")
    expect(panel.keys).to_be_hidden()


def test_sliders_follow_the_mouse(panel: Panel, written: Written) -> None:
    features = written.features[3]
    for feature in (features[0], features[-1], features[2]):
        panel.drag(panel.feature, feature)
        panel.shows(3, feature)
    panel.drag(panel.layer, 1)
    expect(panel.root).to_have_attribute("data-layer", "1")
    panel.drag(panel.layer, 5)  # the nearest that this page has
    expect(panel.root).to_have_attribute("data-layer", "3")


def test_pictures_are_the_right_ones_the_right_way_up(
    open_page: Callable[..., Panel], written: Written
) -> None:
    panel = open_page(written.path, device_scale_factor=2)  # more pixels than bins
    facts = written.document["facts"]
    bins, frames = facts["bins"], facts["frames"]
    panel.root.get_by_label("Range").select_option("100")  # all that a byte spans
    wanted = [written.source]
    seen = [panel.levels("a", bins, frames, facts)]
    for layer in (1, 3):
        panel.drag(panel.layer, layer)
        panel.feature.press("Home")
        for feature in written.features[layer][:2]:
            panel.shows(layer, feature)
            wanted.append(written.shown(layer, feature).pixels)
            seen.append(panel.levels("b", bins, frames, facts))
            panel.feature.press("ArrowRight")

    def alike(one: np.ndarray, other: np.ndarray) -> float:
        inner = np.s_[3:-3, 3:-3]
        return float(np.corrcoef(one[inner].ravel(), other[inner].ravel())[0, 1])

    pictures = [np.frombuffer(one, np.uint8).reshape(bins, frames).astype(float) for one in wanted]
    checked = 0
    for i, read in enumerate(seen):
        picture = pictures[i]
        # The screen smooths between cells, which noise feels: 0.98 and more is what is left.
        assert alike(read, picture) > 0.97
        # One bin or frame off, or upside down, is another picture, and so are the others.
        for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            assert alike(read, np.roll(picture, shift, axis)) < alike(read, picture) - 0.01
        assert alike(read, picture[::-1]) < 0.9
        assert int(np.argmax([alike(read, other) for other in pictures])) == i
        # Where the neighbours are alike, the screen's smoothing leaves the level as it was.
        near = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
        flat = (np.ptp(near, axis=(2, 3)) < 12) & (near[:, :, 1, 1] > 0)
        checked += int(flat.sum())
        assert np.abs((read - picture)[1:-1, 1:-1][flat]).max(initial=0) < 6
    assert checked >= 20


def test_markup_in_names_stays_text(open_page: Callable[..., Panel], odd: Written) -> None:
    panel = open_page(odd.path)
    assert panel.page.title() == f"{NAUGHTY} / {NAUGHTY}"
    expect(panel.root.locator(".auralise-title")).to_have_text(f"{NAUGHTY} / {NAUGHTY}")
    chances = panel.root.get_by_role("list", name="Class probabilities")
    expect(chances.get_by_role("listitem").first).to_contain_text(NAUGHTY)
    assert panel.page.locator("script:not([type='text/plain'])").count() == 3
    assert panel.page.locator(".auralise-host :is(script, b:text('Bach'))").count() == 0


def test_nothing_but_the_page_itself_may_run_or_load(
    new_page: Callable[..., Page], written: Written
) -> None:
    page = new_page()
    page.goto(written.path.as_uri())
    Panel(page)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"
    }  # fmt: skip
    for name, count in (("script-src", 2), ("style-src", 1)):  # a script unpacks the program
        digests = rules[name].split()
        assert len(digests) == count
        assert all(re.fullmatch(r"'sha256-[\w+/]+=*'", one) for one in digests)
    stopped = page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          const stopped = new Promise((resolve) => {
            const found = new Set();
            document.addEventListener("securitypolicyviolation", (event) => {
              if (found.add(event.effectiveDirective).size === 2) resolve([...found]);
            });
          });
          document.body.append(script);
          await fetch("http://127.0.0.1:9/").catch(() => {});
          return [(await stopped).toSorted(), globalThis.ran === true];
        }"""
    )
    assert stopped == [["connect-src", "script-src-elem"], False]


@pytest.mark.parametrize("width", [320, 400])
def test_nothing_sticks_out_of_a_narrow_window(
    open_page: Callable[..., Panel], written: Written, width: int
) -> None:
    panel = open_page(written.path, viewport={"width": width, "height": 800})
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= width
    for control in panel.root.locator("button, input, select, canvas").filter(visible=True).all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_nothing_jumps(panel: Panel, written: Written) -> None:
    """The rows stand where they stood, whatever feature is shown."""
    rows = "[...root.firstElementChild.children].map((row) => row.getBoundingClientRect().top)"
    before = panel.ask(rows)
    for layer in (1, 3):
        panel.drag(panel.layer, layer)
        expect(panel.root).to_have_attribute("data-layer", str(layer))
        panel.feature.press("Home")
        for feature in written.features[layer]:
            panel.shows(layer, feature)
            assert panel.ask(rows) == before
            panel.feature.press("ArrowRight")
