"""The layer wall, the order of interest, and what is said of a feature among its layer's."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.image import imread
from panel import Panel
from playwright.sync_api import Locator, expect
from written import Written

_GREY = np.array([0.299, 0.587, 0.114])
_RISING = colormaps["magma"](np.arange(256))[:, :3] @ _GREY


def tiles(panel: Panel) -> Locator:
    return panel.root.get_by_role("listbox", name="Features").get_by_role("option")


def numbers(panel: Panel) -> list[int]:
    """The features of the wall, in the order in which they stand."""
    return [int(name.split(",")[0]) for name in names(panel)]


def names(panel: Panel) -> list[str]:
    return tiles(panel).evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")


def tile(panel: Panel, feature: int) -> Locator:
    return tiles(panel).nth(numbers(panel).index(feature))


def open_wall(panel: Panel) -> None:
    panel.root.press("w")
    expect(tiles(panel).first).to_be_visible()


def in_order(document: dict[str, Any], layer: int, order: str) -> list[int]:
    """The features of a layer that the page has, in one of the survey's orders."""
    here = document["facts"]["layers"][layer - 1]["available"]
    return [one for one in document["surveys"][str(layer)][order] if one in here]


def picture(one: Locator) -> np.ndarray:
    """A tile's picture, shape (height, width, 3), 0 to 1."""
    url = one.locator("canvas").evaluate("one => one.toDataURL()")
    return imread(io.BytesIO(base64.b64decode(url.split(",")[1])))[:, :, :3]


def painted(panel: Panel) -> None:
    """Wait until every tile that is not silent has something on it."""
    panel.wait(
        """[...root.querySelectorAll(".auralise-tile:not(.auralise-silent) canvas")].every((one) =>
          one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((x) => x > 0))"""
    )


def percent(share: float) -> str:
    return f"{math.floor(100 * share + 0.5)}\u00a0%"


def test_the_wall_opens_and_closes(panel: Panel) -> None:
    button = panel.root.get_by_role("button", name="Wall")
    wall = panel.root.get_by_role("region", name="Layer wall")
    expect(wall).to_be_hidden()
    for change, shown in (
        (lambda: panel.root.press("w"), True),
        (lambda: panel.root.press("W"), False),
        (button.click, True),
        (button.click, False),
    ):
        change()
        expect(wall).to_be_visible(visible=shown)
        expect(button).to_have_attribute("aria-pressed", f"{shown}".lower())


@pytest.mark.parametrize("layer", [1, 3])
def test_it_holds_every_feature_in_three_orders(panel: Panel, written: Written, layer: int) -> None:
    open_wall(panel)
    document = written.document
    if layer == 1:
        panel.root.press("Shift+ArrowLeft")
        expect(panel.root).to_have_attribute("data-layer", "1")
    order = panel.root.get_by_label("Order")
    expect(order).to_have_value("interest")
    assert numbers(panel) == in_order(document, layer, "order")
    order.select_option("similar")
    assert numbers(panel) == in_order(document, layer, "similar")
    # Where a group ends and the next begins is marked.
    group = document["surveys"][str(layer)]["group"]
    groups = [group[one] for one in numbers(panel)]
    marks = tiles(panel).evaluate_all(
        "all => all.map((one) => one.classList.contains('auralise-first'))"
    )
    assert marks == [i > 0 and one != groups[i - 1] for i, one in enumerate(groups)]
    order.select_option("number")
    assert numbers(panel) == written.features[layer]
    chosen = panel.root.get_by_role("option", selected=True).filter(
        has=panel.page.locator("canvas")
    )
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("aria-label", panel.root.get_attribute("data-feature") or "")


def test_what_is_said_of_the_layer_is_about_what_is_here(panel: Panel, written: Written) -> None:
    open_wall(panel)
    survey = written.document["surveys"]["3"]
    here = written.features[3]
    alive = [one for one in here if survey["group"][one] >= 0]
    groups = {survey["group"][one] for one in alive}
    words = panel.root.get_by_role("region", name="Layer wall").locator("p").inner_text()
    assert f"{len(alive)} of {len(here)} respond to this clip" in words
    assert f"groups that correlate by {survey['alike']} or more: {len(groups)}." in words


def test_silent_features_are_marked_and_passed_over(
    open_page: Callable[..., Panel], odd: Written
) -> None:
    panel = open_page(odd.path)
    survey = odd.document["surveys"]["2"]
    assert survey["group"][1] == -1
    open_wall(panel)
    painted(panel)
    assert names(panel) == ["0", "1, silent"]
    expect(tile(panel, 1)).to_contain_text("silent")
    expect(tile(panel, 0)).not_to_contain_text("silent")
    panel.feature.press("ArrowRight")
    panel.shows(2, 1)
    expect(panel.feature).to_have_attribute("aria-valuetext", "1, silent")
    expect(panel.root).to_contain_text("silent here")
    panel.root.press("n")
    panel.shows(2, 0)
    panel.root.press("n")
    panel.shows(2, 0)  # there is no other that answers
    assert panel.root.get_by_role("button", name="Next interesting feature").is_disabled()


def test_arrow_keys_audition(open_page: Callable[..., Panel], written: Written) -> None:
    panel = open_page(written.path, viewport={"width": 420, "height": 900})  # more than one row
    open_wall(panel)
    order = numbers(panel)
    tops = tiles(panel).evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    columns = tops.count(tops[0])
    assert 1 < columns < len(order)

    grid = panel.root.get_by_role("listbox", name="Features")
    grid.focus()
    now = order.index(int(panel.root.get_attribute("data-feature") or -1))
    for key, step in (
        *[("ArrowLeft", -1)] * len(order),
        ("ArrowRight", 1),
        ("ArrowDown", columns),
        ("ArrowUp", -columns),
        ("ArrowDown", columns),
        *[("ArrowRight", 1)] * len(order),
    ):
        grid.press(key)
        now = min(max(now + step, 0), len(order) - 1)
        panel.shows(3, order[now])
        chosen = tile(panel, order[now])
        expect(chosen).to_have_attribute("aria-selected", "true")
        expect(grid).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        expect(grid).to_be_focused()
    grid.press("Enter")
    panel.shows(3, order[-1])


def test_the_pointer_auditions_and_a_click_stays(panel: Panel) -> None:
    open_wall(panel)
    painted(panel)
    order = numbers(panel)
    first = int(panel.root.get_attribute("data-feature") or -1)
    others = [one for one in order if one != first]

    panel.play.click()
    panel.wait("rms() > 1e-3")
    for one in others[:2]:
        tile(panel, one).hover()
        panel.shows(3, one)
    panel.page.mouse.move(5, 5)
    panel.shows(3, first)  # leaving goes back to where it was
    expect(panel.pause).to_be_visible()

    tile(panel, others[2]).click()
    panel.shows(3, others[2])
    panel.page.mouse.move(5, 5)
    tile(panel, others[0]).hover()
    panel.shows(3, others[0])
    panel.page.mouse.move(5, 5)
    panel.shows(3, others[2])  # that is where one is now


def test_passing_over_tiles_auditions_none(panel: Panel) -> None:
    """Only a pointer that rests is meant: what it crosses on its way stays unheard."""
    open_wall(panel)
    before = panel.ask(
        """(() => {
          globalThis.seen = new Set();
          new MutationObserver(() => seen.add(root.dataset.feature))
            .observe(root, { attributes: true, attributeFilter: ["data-feature"] });
          return root.dataset.feature;
        })()"""
    )
    # In one go within the page, or a busy machine would rest on a tile.
    panel.ask(
        """(() => {
          const pointerType = "mouse";
          const send = (one, type) => one.dispatchEvent(new PointerEvent(type, { pointerType }));
          root.querySelectorAll(".auralise-tile").forEach((one) => send(one, "pointerenter"));
          send(root.querySelector(".auralise-tiles"), "pointerleave");
        })()"""
    )
    other = next(one for one in numbers(panel) if f"{one}" != before)
    tile(panel, other).hover()
    panel.shows(3, other)
    assert panel.page.evaluate("[...seen]") == [f"{other}"]


def test_tiles_show_their_features(panel: Panel, written: Written) -> None:
    """Every dot of a tile is the loudest of a block: more than of one that is a bit smaller."""
    open_wall(panel)
    painted(panel)
    panel.root.get_by_label("Range").select_option("100")
    facts = written.document["facts"]
    bins, frames = facts["bins"], facts["frames"]

    def loudest(levels: np.ndarray, shape: tuple[int, int], margin: int) -> np.ndarray:
        """The maximum of every block, made larger on each side by a margin."""
        spans = [
            [
                slice(
                    max(0, math.ceil(i * size / n) - margin),
                    math.floor((i + 1) * size / n) + margin,
                )
                for i in range(n)
            ]
            for size, n in zip((bins, frames), shape, strict=True)
        ]
        found = [[levels[f, t].max(initial=0) for t in spans[1]] for f in spans[0]]
        return np.array(found)[::-1].astype(float)

    order = numbers(panel)
    seen = {
        one: np.interp(picture(tile(panel, one)) @ _GREY, _RISING, np.arange(256)) for one in order
    }
    for one in order:
        levels = np.frombuffer(written.shown(3, one).pixels, np.uint8).reshape(bins, frames)
        least, most = (loudest(levels, seen[one].shape, margin) for margin in (-1, 2))
        # Colours between every 16th of matplotlib's are off by up to 4 levels.
        assert np.all((least - 4 <= seen[one]) & (seen[one] <= most + 4))
        blocks = loudest(levels, seen[one].shape, 1).ravel()
        others = [dots for other, dots in seen.items() if other != one]
        own, *rest = (
            np.corrcoef(blocks, dots.ravel())[0, 1]
            for dots in (seen[one], seen[one][::-1], *others)
        )
        assert own > 0.5
        assert own > max(rest) + 0.1


def test_tiles_follow_colours_and_axis(panel: Panel) -> None:
    open_wall(panel)
    painted(panel)
    some = numbers(panel)[0]

    first = picture(tile(panel, some))
    panel.root.get_by_label("Colours").select_option("grey")
    panel.wait(  # all of them: red, green and blue are one
        """[...root.querySelectorAll(".auralise-tile canvas")].every((one) => {
          const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
          return data.every((x, i) => i % 4 === 3 || x === data[i - (i % 4)]);
        })"""
    )
    grey = picture(tile(panel, some))
    assert np.ptp(grey, axis=2).max() == 0
    assert np.ptp(first, axis=2).max() > 0.2
    # magma and grey both rise: what is brighter in one is so in the other.
    assert np.corrcoef((first @ _GREY).ravel(), grey[:, :, 0].ravel())[0, 1] > 0.9

    url = tile(panel, some).locator("canvas").evaluate("one => one.toDataURL()")
    panel.root.get_by_label("Axis").select_option("log")
    panel.wait("root.querySelector('.auralise-tile canvas').toDataURL() !== x", url)


@pytest.mark.parametrize("way", ["keys", "buttons"])
def test_interesting_features_one_after_the_other(panel: Panel, written: Written, way: str) -> None:
    document = written.document
    order = in_order(document, 3, "order")
    everything = document["surveys"]["3"]["order"]
    likeness = document["surveys"]["3"]["likeness"]
    control = document["controls"]["3"][0]
    low, high = document["surveys"]["3"]["control_range"]
    buttons = {
        -1: panel.root.get_by_role("button", name="Previous interesting feature"),
        1: panel.root.get_by_role("button", name="Next interesting feature"),
    }

    def move(step: int) -> None:
        if way == "keys":
            panel.root.press("n" if step > 0 else "p")
        else:
            buttons[step].click()

    def says(feature: int) -> None:
        panel.shows(3, feature)
        rank = everything.index(feature) + 1
        expect(panel.root).to_contain_text(f"place {rank} of {len(everything)}")
        own = panel.root.locator(".auralise-likeness")
        expect(own).to_contain_text(f"like the source{percent(likeness[feature])}")
        if low <= likeness[feature] <= high:
            mark = "no more than"
        else:
            mark = "less than" if likeness[feature] < control else "more than"
        expect(own).to_contain_text(f"{mark} an untrained network")
        words = panel.root.locator(".auralise-control")
        expect(words).to_contain_text(f"an untrained network (random weights){percent(control)}")

    at = order.index(int(panel.root.get_attribute("data-feature") or -1))
    for one in order[at + 1 :]:
        move(1)
        says(one)
    assert buttons[1].is_disabled()  # nothing further is in this page
    for one in order[-2::-1]:
        move(-1)
        says(one)
    assert buttons[-1].is_disabled()
    says(order[0])


def test_a_copy_says_of_what(open_page: Callable[..., Panel], odd: Written, tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        survey = document["surveys"]["2"]
        survey["group"][1], survey["copies"][1] = 0, 0
        survey["twin"][:2], survey["redundancy"][:2] = [1, 0], [0.97, 0.97]

    panel = open_page(odd.with_document(tmp_path / "copy.html", change))
    open_wall(panel)
    assert sorted(names(panel)) == ["0", "1, a copy of 0"]
    expect(tile(panel, 1).locator("em")).to_have_text("= 0")
    assert "most like 0, r 0.97: a copy" in (tile(panel, 1).get_attribute("title") or "")
    assert "a copy" not in (tile(panel, 0).get_attribute("title") or "")
