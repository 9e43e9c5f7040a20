"""Three figures beside a feature in a real browser, and features in the order of their effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from live import Live
from making import make_model, make_noise
from playwright.sync_api import Page, expect
from watched import Watched

import auralise_jax as aj
from auralise_jax.widgets.effects import effects_message

RATE = 8000
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)
LONG = aj.Clip(make_noise(2.2, RATE, 3).samples, RATE, "long")


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path):
    """Open a widget; the page must make no error."""
    opened = []

    def live(widget: aj.Explorer, **options: object) -> Live:
        page = new_page(**options)
        opened.append((Watched(page), widget))
        return Live(page, widget, tmp_path)

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []


def number(change: float) -> str:
    text = f"{change:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "\u2212")


def percent(share: float) -> str:
    return f"{int(100 * share + 0.5)}\u00a0%"


PLACES = """() => ['effect', 'likeness', 'control', 'effect b', 'likeness b', 'control b',
  'effect em', 'stage'].map((one) => `.auralise-${one}`)
  .map((one) => document.querySelector(one).getBoundingClientRect())
  .map(({ left, top }) => [left, top])"""


def test_effect_likeness_and_control(live) -> None:
    widget = aj.explore(MODEL, [make_noise(0.5, RATE), LONG], layer=2, feature=0)
    one = live(widget)
    root, panel, page = one.panel.root, one.panel, one.page
    effect, likeness, control = (
        root.locator(f".auralise-{name}") for name in ("effect", "likeness", "control")
    )
    name = widget.facts["effect"]["name"]

    # Before anything is known there is a place for everything.
    expect(effect).to_contain_text(f"muting it changes {name} by\u2026being computed")
    expect(likeness).to_contain_text("like the source\u2026")
    expect(control).to_contain_text("an untrained network (random weights)\u2026")
    places = page.evaluate(PLACES)
    one.pump()
    expect(effect).to_contain_text("one window, no interval")

    # Each feature has its own, from what the page has, and nothing moves.
    found = effects_message(widget.heard, widget._song, 2, lambda: None)
    survey = widget._layers.get((0, widget._settings)).survey
    for k in range(5):
        panel.feature.fill(str(k))
        panel.shows(2, k)
        expect(effect.locator("b")).to_have_text(number(found["mean"][k]))
        expect(control).to_contain_text(percent(survey.control))
        if survey.silent[k]:
            expect(likeness).to_contain_text("silent for this clip")
        else:
            low, high = survey.likeness_interval[k]
            expect(likeness.locator("b")).to_have_text(percent(round(survey.likeness[k], 3)))
            side = "less" if survey.likeness[k] < survey.control else "more"
            told = re.compile(f"(no more|{side}) than an untrained network")  # or inside its range
            expect(likeness.locator("em")).to_have_text(told)
            words = f"{int(100 * round(low, 3) + 0.5)} to {percent(round(high, 3))}"
            expect(likeness).to_contain_text(words)
        assert page.evaluate(PLACES) == places
    assert effect.get_attribute("title").startswith("Muting feature 4 changes the logit of")

    # The order by effect: keys, ranks and wall follow.
    order = root.get_by_label("Ranking")
    expect(order.locator("option")).to_have_text(["interest", f"effect on {name}"])
    order.select_option("effect")
    one.pump()
    assert widget.order == "effect"
    walk = [k for k in found["order"] if not survey.silent[k]]
    panel.feature.fill(str(walk[0]))
    for step, k in enumerate(walk):
        panel.shows(2, k)
        rank = found["order"].index(k) + 1
        expect(root).to_contain_text(f"place {rank} of 5, by effect on {name}")
        root.press("n" if step < len(walk) - 1 else "w")
    tiles = root.get_by_role("listbox", name="Features").get_by_role("option")
    expect(tiles).to_have_count(5)
    labels = [tile.get_attribute("aria-label") for tile in tiles.all()]
    assert [int(label.split(",")[0]) for label in labels] == found["order"]
    order.select_option("interest")
    expect(root).to_contain_text("stand")
    one.pump()
    root.press("w")

    # A clip of several windows has an interval.
    root.get_by_label("Clip").select_option("long")
    one.pump(lambda: "windows" in effect.inner_text())
    expect(effect).to_contain_text(
        re.compile(r"[+\u2212]?\d\.\d\d to [+\u2212]?\d\.\d\d, 4 windows")
    )

    # Row C changes no figure.
    before = [cell.inner_text() for cell in (effect, likeness, control)]
    root.focus()
    page.keyboard.press("c")
    one.pump()
    expect(root.locator(".auralise-picture")).to_have_count(3)
    assert [cell.inner_text() for cell in (effect, likeness, control)] == before

    # Narrow and wide: no word is cut without a way to read it, nothing is wider than the panel.
    for width in (420, 800, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_network_without_classes_says_so(live) -> None:
    widget = aj.explore(make_model(FRONTEND, dense=()), make_noise(0.5, RATE), layer=2, feature=0)
    one = live(widget)
    one.pump()
    root = one.panel.root
    expect(root.locator(".auralise-effect")).to_contain_text(
        "effect of muting it\u2013this network gives no classes, so no score that could change"
    )
    expect(root.locator(".auralise-likeness em")).to_contain_text("than an untrained network")
    expect(root.locator(".auralise-view").get_by_label("Ranking")).to_be_hidden()


def test_comparisons_have_the_figures_of_their_first_row(open_page, tmp_path: Path) -> None:
    with aj.compare(MODEL, make_noise(0.5, RATE), layer=2, feature=0) as widget:
        panel = open_page(widget.to_html(tmp_path / "compare.html", layers=[2], features=[0]))
    expect(panel.root.locator(".auralise-effect")).to_be_hidden()
    expect(panel.root.locator(".auralise-likeness")).to_contain_text("like the source: B")
    panel.root.press("c")  # a row of its own here
    expect(panel.root.get_by_role("radio", name="C gradient")).to_be_checked()
