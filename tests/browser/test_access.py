"""Access: for screen readers, keyboards, small windows, large letters and quiet eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import Page, expect
from watched import Watched
from written import Written

import auralise_jax as aj

WORDS = [
    "# Attacks\n\nFind a feature that *keeps* them; see [the course](https://example.org/course).\n",
    "## Then\n\n1. `listen`\n2. **compare**\n\n| layer | feature |\n|---|---|\n| 1 | 3 |\n\n"
    "```python\nimport auralise_jax as aj\npanel = aj.explore('genre', 'bach', layer=1)\n```\n",
]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
BEST = {"runOnly": {"type": "tag", "values": ["best-practice"]}}


@pytest.fixture(scope="session")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    with (
        aj.explore("genre", "bach", layer=1, feature=3) as first,
        aj.compare("genre", "bach", layer=1, feature=3) as second,
    ):
        blocks = [WORDS[0], first, WORDS[1], second]
        return aj.Lesson(blocks, layers=[1], features=[3]).save(path)


@pytest.fixture
def open_lesson(new_page: Callable[..., Page], lesson: Path) -> Iterator[Callable[..., Page]]:
    opened = []

    def open_lesson(**options: Any) -> Page:
        page = new_page(**options)
        opened.append(Watched(page))
        page.goto(lesson.as_uri())
        expect(page.locator(".auralise[data-feature]")).to_have_count(2)
        return page

    yield open_lesson
    for watched in opened:
        assert watched.problems == []
        assert watched.requests == [lesson.as_uri()]


def found(page: Page, options: dict[str, Any] = RULES) -> list[str]:
    """What axe-core has against the page: rule, and where."""
    response = Axe().run(page, options=options).response
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in response["violations"]
        for node in one["nodes"]
    ]


def nothing(panel: Panel) -> None:
    """As it opens."""


def folded(panel: Panel) -> None:
    """As it opens for who sees it first: with the few controls that a beginner needs."""
    panel.root.evaluate("root => root.auralise.more.show(false)")


def pointed(panel: Panel) -> None:
    """With a box around what a value of the layer sees."""
    panel.layer.focus()
    expect(panel.root.locator(".auralise-box")).to_be_visible()


def wall(panel: Panel) -> None:
    panel.root.press("w")
    expect(panel.root.get_by_role("listbox", name="Features")).to_be_visible()


def keys(panel: Panel) -> None:
    panel.root.press("?")
    expect(panel.keys).to_be_visible()


def region(panel: Panel) -> None:
    """A region from 1 to 2.5 s."""
    panel.go(10)
    panel.position.press("[")
    for _ in range(15):
        panel.position.press("ArrowRight")
    panel.position.press("]")
    assert panel.region() == [1, 2.5]


def zoomed(panel: Panel) -> None:
    """Zoomed in on the start of a region, so that its end is out of sight."""
    region(panel)
    for key in "++++":
        panel.root.press(key)


STATES = [nothing, folded, pointed, wall, keys, zoomed]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_has_nothing_against_a_panel(
    open_page: Callable[..., Panel], written: Written, scheme: str, state: Callable[[Panel], None]
) -> None:
    panel = open_page(written.path, color_scheme=scheme)
    state(panel)
    assert found(panel.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_has_nothing_against_a_lesson(
    open_lesson: Callable[..., Page], scheme: str, width: int
) -> None:
    page = open_lesson(color_scheme=scheme, viewport={"width": width, "height": 800})
    assert found(page) == []
    assert found(page, BEST) == []


def test_axe_finds_no_bad_habits_in_a_panel(open_page: Callable[..., Panel], odd: Written) -> None:
    panel = open_page(odd.path)
    wall(panel)
    assert found(panel.page, BEST) == []


def test_every_control_has_a_role_and_a_name(panel: Panel) -> None:
    wall(panel)
    region(panel)
    nameless = panel.root.evaluate(
        """root => [...root.querySelectorAll("button, input, select, [tabindex], [role]")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }))
          .filter((one) => !["status", "option", "alert"].includes(one.getAttribute("role")))
          .filter((one) => !(one.getAttribute("aria-label") || one.labels?.[0]?.textContent.trim()
            || (one.tagName === "BUTTON" && one.textContent.trim())))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    seen = panel.root.aria_snapshot()
    for line in (
        'slider "Layer"',
        'slider "Feature"',
        'button "Previous interesting feature (P)"',
        'button "Next interesting feature (N)"',
        'img "Spectrogram A, source, 4.0 s, 0 to 5.51 kHz"',
        'img "Spectrogram B, feature, 4.0 s, 0 to 5.51 kHz"',
        'slider "Position"',
        'slider "Loop start"',
        'button "Play"',
        'radiogroup "Heard"',
        'radio "A source"',
        'radio "B feature" [checked]',
        'button "Loop 1.50 s" [pressed]',
        'slider "Volume"',
        'button "More" [expanded]',
        'button "Keys"',
        'group "More controls"',
        'group "Save and share"',
        'button "WAV"',
        'button "PNG"',
        'button "Copy the address of this view"',
        'button "Wall" [pressed]',
        'combobox "Level"',
        'combobox "Axis"',
        'combobox "Range"',
        'combobox "Colours"',
        'group "Zoom"',
        'button "Zoom time out"',
        'button "Zoom time in"',
        'button "Zoom frequency out"',
        'button "Zoom frequency in"',
        'region "Layer wall"',
        'combobox "Order"',
        'listbox "Features"',
    ):
        assert f"- {line}" in seen, line


NAME = """one => one.getAttribute("aria-label")?.replace(/ \\(.*| with .*| of this .*/, "")
  ?? one.labels?.[0]?.textContent.trim() ?? one.textContent.trim()"""

RING = """() => {
  const one = document.activeElement;
  const ring = (node) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(node);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && outlineColor;
  };
  const near = [one, one.nextElementSibling, one.closest(".auralise-song")].filter(Boolean);
  return near.some(ring);
}"""


def test_tab_goes_through_all_controls_in_order_and_shows_where_it_is(panel: Panel) -> None:
    panel.go(10)
    panel.position.press("[")
    panel.root.press("w")
    panel.root.press("n")  # in the middle of the order, so that there is one before and one after
    panel.page.mouse.click(2, 2)  # beside the panel: from there it starts
    order = []
    for _ in range(60):
        panel.page.keyboard.press("Tab")
        focused = panel.page.evaluate_handle("document.activeElement").as_element()
        assert focused is not None
        if focused.evaluate("one => one === document.body"):
            break
        name = focused.evaluate(NAME)
        order.append(name)
        assert panel.page.evaluate(RING), f"{name} shows no ring"
        # What is under the focus can be seen: it is in the window.
        box = focused.bounding_box()
        assert box is not None
        assert box["y"] < 860
    # The panel as a whole is a stop too, unless a key has put the focus on it already.
    if order[0].startswith("Explorer"):
        order.pop(0)
    assert order == [
        *("Layer", "Feature", "Previous interesting feature", "Next interesting feature"),
        *("Position", "Loop start", "Loop end"),
        *("Play", "B feature", "Loop 3.00 s", "Volume"),
        *("Wall", "More", "Keys", "Level", "Axis", "Range", "Colours"),
        *("Zoom time out", "Zoom time in", "Zoom frequency out", "Zoom frequency in", "all"),
        *("WAV", "PNG", "Copy the address"),
        *("Mark", "Marks: 0"),
        *("Order", "Features"),
    ]


def test_the_key_list_gives_the_focus_back(panel: Panel) -> None:
    opener = panel.root.get_by_role("button", name="Keys")
    opener.focus()
    opener.press("Enter")
    expect(panel.keys).to_be_visible()
    for _ in range(3):  # the focus stays inside, or leaves the page for the browser's own
        panel.page.keyboard.press("Tab")
        inside = "one => one === document.body || one.closest('dialog') !== null"
        assert panel.page.evaluate_handle("document.activeElement").evaluate(inside)
    panel.page.keyboard.press("Escape")
    expect(panel.keys).to_be_hidden()
    expect(opener).to_be_focused()


def test_in_a_frame_higher_than_the_window_the_key_list_opens_in_sight(
    page: Page, written: Written, tmp_path: Path
) -> None:
    """A frame of the site is as high as what is in it; the middle of it may be far below."""
    frame = f'<iframe src="{written.path.as_uri()}" style="width: 100%; height: 4000px"></iframe>'
    (tmp_path / "around.html").write_text(frame)
    page.goto((tmp_path / "around.html").as_uri())
    inner = page.frame_locator("iframe")
    inner.get_by_role("button", name="Keys").click()
    keys = inner.get_by_role("dialog", name="Keys")
    expect(keys).to_be_in_viewport(ratio=1)
    keys.get_by_role("button", name="Close").click()
    inner.get_by_role("slider", name="Feature").press("?")
    expect(keys).to_be_in_viewport(ratio=1)


MOVING = """() => [...document.querySelectorAll(".auralise, .auralise *")].flatMap((one) =>
  ["", "::before", "::after"].map((part) => {
    const { transitionDuration, animationName, animationDuration } = getComputedStyle(one, part);
    const longest = (text) => Math.max(...text.split(",").map(parseFloat));
    return Math.max(longest(transitionDuration),
                    animationName === "none" ? 0 : longest(animationDuration));
  })).reduce((most, seconds) => Math.max(most, seconds), 0)"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_who_wants_no_motion_gets_none(
    open_page: Callable[..., Panel], written: Written, motion: str
) -> None:
    panel = open_page(written.path, reduced_motion=motion)
    panel.ask("root.querySelector('[data-deck=b]').classList.add('auralise-late')")
    longest = panel.page.evaluate(MOVING)  # s
    assert (longest > 0.001) == (motion == "no-preference")


# 1280 px at 200 % and at 400 % are 640 and 320 px wide, with pixels so much larger.
@pytest.mark.parametrize(("width", "ratio"), [(640, 2), (320, 4), (320, 1)])
@pytest.mark.parametrize("state", STATES)
def test_nothing_needs_scrolling_sideways(
    open_page: Callable[..., Panel],
    written: Written,
    width: int,
    ratio: int,
    state: Callable[[Panel], None],
) -> None:
    size = {"width": width, "height": 720}
    panel = open_page(written.path, viewport=size, device_scale_factor=ratio)
    state(panel)
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_a_lesson_needs_no_scrolling_sideways(open_lesson: Callable[..., Page], width: int) -> None:
    page = open_lesson(viewport={"width": width, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stick_out = (
        page.locator(".auralise :is(button, input, select, canvas)")
        .filter(visible=True)
        .evaluate_all(
            """(all, width) => all.filter((one) => one.getBoundingClientRect().right > width + 0.5)
          .map((one) => one.outerHTML.slice(0, 90))""",
            width,
        )
    )
    assert stick_out == []


def test_words_are_not_cut_off_at_the_usual_width(panel: Panel) -> None:
    cut = panel.root.evaluate(
        """root => [...root.querySelectorAll(".auralise-said > *, .auralise-fact, .auralise-name")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""
    )
    assert cut == []


# In forced colours --------------------------------------------------------------------------------

# How far a state or a control stands out from what is around it: WCAG's contrast of two colours.
CONTRAST = """(root) => {
  const luminance = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255);
    const [r, g, b] = parts.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const style = (selector, pseudo) => getComputedStyle(root.querySelector(selector), pseudo);
  const [paper, ink] = [style(".auralise-time").color, "Canvas"].map((_, i) => {
    const probe = document.createElement("i");
    probe.style.cssText = `forced-color-adjust: none; color: ${["Canvas", "CanvasText"][i]}`;
    root.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });
  const back = (selector) => style(selector).backgroundColor;
  const letter = ".auralise-caption b";
  const on = ".auralise-switch input:checked + label";
  const off = ".auralise-switch input:not(:checked) + label";
  const groove = style(".auralise-volume input").getPropertyValue("--groove");
  return {
    paper, ink, groove,
    track: contrast(style(".auralise-track", "::before").borderTopColor, paper),
    dot: contrast(style(".auralise-dot").borderTopColor, paper),
    knob: contrast(back(".auralise-knob"), paper),
    number: contrast(style(".auralise-knob").color, back(".auralise-knob")),
    bar: contrast(back(".auralise-meter i"), back(".auralise-meter")),
    frame: contrast(style(".auralise-meter").borderTopColor, paper),
    heard: contrast(back(on), back(off).includes(", 0)") ? paper : back(off)),
    words: contrast(style(on).color, back(on)),
    loop: contrast(back(".auralise-loop"), paper),
    wall: contrast(back(".auralise-doors .auralise-plain"), paper),
    caption: contrast(style(".auralise-name").color, back(".auralise-caption")),
    letter: contrast(back(`.auralise-heard ${letter}`), back(`:not(.auralise-heard) > ${letter}`)),
    tile: contrast(style(".auralise-tile[aria-selected=true]").outlineColor, paper),
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_show_every_control_and_what_is_on(
    open_page: Callable[..., Panel], written: Written, scheme: str
) -> None:
    panel = open_page(written.path, color_scheme=scheme, forced_colors="active")
    wall(panel)
    found = panel.root.evaluate(CONTRAST)
    dark = scheme == "dark"
    assert (found.pop("paper"), found.pop("ink")) == (
        ("rgb(0, 0, 0)", "rgb(255, 255, 255)") if dark else ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    )
    assert "Highlight" in found["groove"]
    assert "CanvasText" in found.pop("groove")
    assert {name: value for name, value in found.items() if value < 3} == {}
    # Pressed off, they look like what is not on.
    loop = panel.root.locator(".auralise-loop")
    on = loop.evaluate("one => getComputedStyle(one).backgroundColor")
    panel.loop.click()
    assert loop.evaluate("one => getComputedStyle(one).backgroundColor") != on
