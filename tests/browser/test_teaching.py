"""What a beginner meets: few controls, a box around what a layer sees, a frame around a speck."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from live import Live
from making import make_model, make_noise
from panel import Panel
from playwright.sync_api import Page, expect
from watched import Watched

import auralise_jax as aj

RATE = 8000
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=2.0)
MODEL = make_model(FRONTEND)
CLIP = make_noise(2.0, RATE)

BOX = """root => [...root.querySelectorAll(".auralise-box")].map((one) => {
  const [box, frame] = [one, one.parentElement].map((node) => node.getBoundingClientRect());
  return { deck: one.parentElement.dataset.deck, words: one.textContent,
    from: (box.left - frame.left) / frame.width, to: (box.right - frame.left) / frame.width,
    low: (frame.bottom - box.bottom) / frame.height,
    high: (frame.bottom - box.top) / frame.height };
})"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("teaching") / "page.html"
    with aj.explore(MODEL, CLIP, layer=2, feature=1) as panel:
        panel.to_html(path, features=2)
    return path


@pytest.fixture
def as_it_opens(new_page: Callable[..., Page], page_file: Path) -> Page:
    """The page as a person opens it first."""
    page = new_page()
    watched = Watched(page)
    page.goto(page_file.as_uri())
    expect(page.locator(".auralise[data-feature]")).to_have_count(1)
    assert watched.problems == []
    return page


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path):
    opened = []

    def live(widget: aj.Explorer) -> Live:
        page = new_page()
        opened.append((Watched(page), widget))
        one = Live(page, widget, tmp_path)
        one.pump()
        return one

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []


def seconds_of(columns: int, first: int) -> tuple[float, float]:
    """Return what so many columns see of the sound, from the first on, in seconds."""
    start = (first * 64 - 64) / RATE
    return start, start + ((columns - 1) * 64 + 128) / RATE


def test_the_box_is_what_the_layer_sees_from_under_the_pointer(
    open_page: Callable[..., Panel], page_file: Path
) -> None:
    panel = open_page(page_file)
    panel.root.locator("[data-deck=b]").scroll_into_view_if_needed()
    for layer, deck in ((1, "a"), (2, "b"), (3, "b")):
        panel.drag(panel.layer, layer)
        known = MODEL.layers[layer - 1]
        (rows, columns), (up, along), (below, left) = known.field, known.stride, known.before
        size = MODEL.network.sizes(FRONTEND.shape)[known]
        picture = panel.box(f"[data-deck={deck}]")
        cell = (size[0] // 2, size[1] // 3)
        # Over the middle of what that cell sees.
        middle = (
            sum(seconds_of(columns, cell[1] * along - left)) / 2 / 2.0,
            (cell[0] * up - below + (rows - 1) / 2) / 64,
        )
        panel.page.mouse.move(
            picture["x"] + middle[0] * picture["width"],
            picture["y"] + (1 - middle[1]) * picture["height"],
        )
        (box,) = panel.root.evaluate(BOX)
        assert box["deck"] == "a"
        assert box["words"] == f"what one value of layer {layer} sees"
        times = np.clip(np.array(seconds_of(columns, cell[1] * along - left)) / 2.0, 0, 1)
        np.testing.assert_allclose([box["from"], box["to"]], times, atol=0.004)  # 3 px
        band = np.array([-0.5, rows - 0.5]) + cell[0] * up - below
        np.testing.assert_allclose([box["low"], box["high"]], np.clip(band / 64, 0, 1), atol=0.02)
    panel.page.mouse.move(2, 2)
    expect(panel.root.locator(".auralise-box")).to_have_count(0)


def test_with_keys_the_box_is_there_while_a_layer_is_chosen(panel: Panel) -> None:
    box = panel.root.locator(".auralise-box")
    panel.layer.focus()
    expect(box).to_contain_text("layer 3")
    small = box.bounding_box()
    panel.layer.press("ArrowLeft")
    expect(box).to_contain_text("layer 1")
    smaller = box.bounding_box()
    assert small
    assert smaller
    assert smaller["width"] < small["width"]
    assert panel.layer.get_attribute("aria-describedby")
    expect(panel.root.locator(".auralise-about")).to_contain_text("an attack but not for a rhythm")
    panel.layer.blur()
    expect(box).to_have_count(0)


def test_the_strongest_place_is_framed_and_looped(live: Callable[..., Live]) -> None:
    widget = aj.explore(MODEL, CLIP, layer=2, feature=1)
    one = live(widget)
    panel, root = one.panel, one.panel.root
    panel.loop.click()  # off: choosing the place puts it on again
    root.get_by_label("Activations").select_option("strongest")
    one.pump()
    expect(root).to_have_attribute("data-position", "strongest")
    source, feature = root.evaluate(BOX)
    assert (source["deck"], feature["deck"]) == ("a", "b")
    assert feature["words"] == "where 2-1 is strongest"
    # Nearly all that is projected lies in the frame.
    shot = widget.heard.project(2, 1, position="strongest").picture ** 2
    share = np.array([feature["from"], feature["to"]]) * 2.0 * RATE / 64
    inside = shot[:, max(0, int(share[0]) - 1) : int(share[1]) + 2]
    assert inside.sum() > 0.99 * shot.sum()
    region = panel.region()
    assert region
    assert region[1] - region[0] >= 0.59
    assert region[0] / 2.0 <= feature["from"] + 0.004
    assert region[1] / 2.0 >= feature["to"] - 0.004
    expect(panel.loop).to_have_attribute("aria-pressed", "true")
    # A region of one's own stays, and all of the map takes away only what came with the place.
    root.press("x")
    assert panel.region() is None
    panel.go(5)
    panel.position.press("[")
    own = panel.region()
    root.get_by_label("Activations").select_option("all")
    one.pump()
    expect(root.locator(".auralise-box")).to_have_count(0)
    assert panel.region() == own
    root.press("x")
    root.get_by_label("Activations").select_option("strongest")
    one.pump()
    assert panel.region() == region
    root.get_by_label("Activations").select_option("all")
    one.pump()
    assert panel.region() is None


def test_a_page_opens_with_the_few_controls_that_a_beginner_needs(as_it_opens: Page) -> None:
    root = as_it_opens.locator(".auralise")
    seen = root.get_by_role("button").filter(visible=True).all_inner_texts()
    names = [name.strip() for name in seen if name.strip()]
    assert names == ["Loop", "Wall", "More", "?", "Mark", "Marks: 0"]
    expect(root.get_by_role("combobox").filter(visible=True)).to_have_count(0)
    more = root.get_by_role("button", name="More", exact=True)
    expect(more).to_have_attribute("aria-expanded", "false")
    group = root.locator(f"#{more.get_attribute('aria-controls')}")
    expect(group).to_be_hidden()
    root.press("+")  # keys work, and bring what takes back what they did
    expect(root.get_by_role("button", name="all", exact=True)).to_be_visible()
    expect(root.get_by_label("Colours")).to_be_hidden()
    root.press("0")
    expect(group).to_be_hidden()


def test_more_is_kept_and_what_is_in_use_is_never_hidden(as_it_opens: Page) -> None:
    root = as_it_opens.locator(".auralise")
    more = root.get_by_role("button", name="More", exact=True)
    colours = root.get_by_label("Colours")
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(colours).to_be_visible()
    as_it_opens.reload()
    expect(more).to_have_attribute("aria-expanded", "true")
    colours.select_option("grey")
    more.click()
    expect(colours).to_be_visible()
    expect(root.get_by_label("Range")).to_be_hidden()
    # Folded away under the focus, it gives the focus to what unfolds it.
    colours.focus()
    colours.select_option("magma")
    expect(colours).to_be_hidden()
    expect(more).to_be_focused()
    as_it_opens.reload()
    expect(more).to_have_attribute("aria-expanded", "false")


def test_on_a_wide_screen_the_wall_stands_beside_the_pictures(
    open_page: Callable[..., Panel], page_file: Path
) -> None:
    panel = open_page(page_file, viewport={"width": 1600, "height": 900})
    wall = panel.root.get_by_role("region", name="Layer wall")
    panel.root.press("w")
    expect(wall).to_be_visible()
    stage, beside = panel.box(".auralise-stage"), panel.box(".auralise-wall")
    assert beside["x"] > stage["x"] + stage["width"]
    assert beside["y"] < stage["y"] + stage["height"]
    assert beside["y"] + beside["height"] < panel.box(".auralise-play")["y"]
    tile = panel.box(".auralise-tile")
    assert tile["width"] / tile["height"] == pytest.approx(4 / 3, rel=0.1)
    # It keeps the focus where it goes when the window is made smaller.
    panel.root.get_by_role("listbox", name="Features").focus()
    panel.page.set_viewport_size({"width": 900, "height": 900})
    panel.wait("!root.querySelector('.auralise-beside')")
    assert panel.box(".auralise-wall")["y"] > panel.box(".auralise-play")["y"]
    expect(panel.root.get_by_role("listbox", name="Features")).to_be_focused()
    panel.page.set_viewport_size({"width": 1600, "height": 900})
    panel.wait("root.querySelector('.auralise-beside .auralise-wall')")
    panel.root.press("w")
    expect(wall).to_be_hidden()
    panel.wait("!root.querySelector('.auralise-beside')")


NAMES = """model,layer,feature,name,concept,auc
toy,2,0,"kick detector, AUC .93",kick,0.934
toy,2,1,no clear concept,bass,0.6
toy,2,3,"bass selector, AUC .80",bass,0.8
toy,2,4,"kick detector, AUC .77",kick,0.77
toy,2,2,<b>mine</b>,,
"""


def test_a_dissection_names_features_and_the_wall_shows_those(
    new_page: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / "names.csv").write_text(NAMES)
    with aj.explore(MODEL, CLIP, layer=2, feature=0, names=tmp_path / "names.csv") as panel:
        path = panel.to_html(tmp_path / "page.html")
    page = new_page()
    watched = Watched(page)
    page.goto(path.as_uri())
    root = page.locator(".auralise[data-feature]")
    feature = root.get_by_role("slider", name="Feature")
    expect(root.locator(".auralise-likeness")).to_be_visible()
    expect(root.locator(".auralise-effect")).to_be_hidden()  # the page does not have it
    for asked, words in (
        (0, "2-0: kick detector, AUC 0.93"),
        (1, "2-1: no clear concept"),
        (2, "2-2: <b>mine</b>"),
    ):
        feature.fill(f"{asked}")
        expect(root.get_by_text(words, exact=True)).to_be_visible()
        expect(feature).to_have_accessible_description(words)
    root.press("w")
    show = root.get_by_label("Show", exact=True)
    assert show.locator("option").all_inner_texts() == [
        "all 5",
        "with a name (4)",
        "kick detector (2)",
        "<b>mine</b> (1)",
        "bass selector (1)",
    ]
    tiles = root.get_by_role("listbox", name="Features").get_by_role("option")
    expect(tiles).to_have_count(5)
    root.get_by_label("Order", exact=True).select_option("number")
    show.select_option("with a name (4)")
    assert tiles.locator("span").all_inner_texts() == ["0", "2", "3", "4"]
    show.select_option("kick detector (2)")
    assert tiles.locator("span").all_inner_texts() == ["0", "4"]
    root.get_by_role("listbox", name="Features").press("ArrowRight")  # from 2, which is not there
    expect(feature).to_have_value("0")
    root.get_by_role("listbox", name="Features").press("ArrowRight")
    expect(feature).to_have_value("4")
    root.press("Shift+ArrowRight")  # nobody looked for names in layer 3
    expect(root.get_by_role("slider", name="Layer")).to_have_value("3")
    expect(show).to_be_hidden()
    expect(tiles).to_have_count(6)
    expect(feature).to_have_accessible_description("")
    root.press("Shift+ArrowLeft")
    expect(tiles).to_have_count(5)
    assert watched.problems == []
