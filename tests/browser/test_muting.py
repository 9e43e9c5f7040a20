"""Mute in a page: the button, the list, the class bars and their ghosts, the layers above."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import Live
from making import make_model, make_noise
from playwright.sync_api import Locator, Page, expect
from watched import Watched

import auralise_jax as aj

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Open a widget; the page must make no error."""
    opened: list[tuple[Watched, Any]] = []

    def live(model: aj.Model = MODEL, **told: Any) -> Live:
        page = new_page(permissions=["clipboard-read", "clipboard-write"])
        clip = make_noise(0.5, RATE)
        widget = aj.explore(model, clip, **({"layer": 2, "feature": 1} | told))
        opened.append((Watched(page), widget))
        one = Live(page, widget, tmp_path)
        settled(one, widget.layer)
        return one

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []


def mute_of(one: Live) -> Locator:
    return one.panel.root.get_by_role("button", name="Mute", exact=True)


def group(one: Live) -> Locator:
    return one.panel.root.get_by_role("group", name="Muted")


def bars(one: Live) -> list[tuple[str, float, float | None]]:
    """Each class with the widths of its bar and of its ghost, as shares."""
    return one.panel.root.locator(".auralise-classes li").evaluate_all(
        """(all) => all.map((one) => {
          const share = (node) => (node ? parseFloat(node.style.width) / 100 : null);
          const [name] = one.children;
          return [name.textContent, share(one.querySelector("i")), share(one.querySelector("b"))];
        })"""
    )


def near(found: list[tuple[str, float, float | None]], now: Any, was: Any = None) -> None:
    """The bars show these probabilities, and ghosts of those."""
    assert [name for name, _, _ in found] == list(now)
    for name, share, ghost in found:
        assert share == pytest.approx(now[name], abs=1e-4)
        assert (ghost is None) is (was is None)
        assert ghost is None or ghost == pytest.approx(was[name], abs=1e-4)


def kinds(asked: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(told["kind"], told["layer"]) for told in asked]


def settled(one: Live, layer: int) -> None:
    """Carry messages until the layer's bank is there, which is asked for after a rest."""
    one.pump(lambda: one.panel.ask("root.auralise.store.bank() !== null"))
    expect(one.panel.root).to_have_attribute("data-layer", str(layer))


def test_m_takes_the_feature_out_and_brings_it_back(live) -> None:
    one = live()
    root, widget = one.panel.root, one.widget
    plain = widget.heard.predict()
    picture = one.panel.pixels("b")
    caption = root.locator("[data-deck=b] .auralise-name")
    near(bars(one), plain)
    expect(group(one)).to_have_count(0)
    root.press("m")
    expect(mute_of(one)).to_have_attribute("aria-pressed", "true")  # at once
    expect(group(one)).to_contain_text("2-1")
    # What the page has of the layer is good; other effects are asked for after a rest.
    assert set(kinds(one.pump())) <= {("control", 2)}
    muted = MODEL.with_gains({(2, 1): 0})
    now = aj.listen(muted, make_noise(0.5, RATE)).predict()
    near(bars(one), now, plain)
    expect(caption).to_have_text("feature 2-1, deconvnet, muted")
    assert (one.panel.pixels("b") == picture).all()
    spoken = root.get_by_role("list", name="Class probabilities").get_by_role("listitem")
    for (name, was), line in zip(plain.items(), spoken.all(), strict=True):
        expect(line).to_have_text(re.compile(f"^{name}.* %, was {100 * was:.0f} %$"))
        expect(line).to_have_attribute("title", f"was {100 * was:.0f} % where nothing is muted")
    mute_of(one).click()
    one.pump()
    near(bars(one), plain)
    expect(mute_of(one)).to_have_attribute("aria-pressed", "false")
    expect(caption).to_have_text("feature 2-1, deconvnet")
    expect(group(one)).to_have_count(0)


def test_pictures_above_change_and_those_up_to_it_are_not_asked_for_again(live) -> None:
    one = live(feature=3)
    for layer in (1, 3, 2):
        one.panel.layer.fill(f"{layer}")
        one.pump()
    one.panel.layer.fill("3")
    one.pump()
    picture = one.panel.pixels("b")
    one.widget.muted = [(2, 1)]
    first, *later = kinds(one.pump())
    assert first == ("ask", 3)
    assert set(later) <= {("bank", 3)}  # after a rest
    assert (one.panel.pixels("b") != picture).any()
    settled(one, 3)
    for layer in (2, 1, 3):
        one.panel.layer.fill(f"{layer}")
        one.panel.shows(layer, 3)  # before anything was carried to Python
        assert set(kinds(one.pump())) <= {("control", layer)}  # other effects, no other pictures
    one.widget.muted = []
    assert one.pump() == []  # the bank without the mute is good again
    assert (one.panel.pixels("b") == picture).all()


def test_a_gain_is_dragged_and_the_latest_counts(live) -> None:
    one = live()
    one.panel.root.press("m")
    one.pump()
    name = group(one).get_by_role("button", name="feature 2-1: change its gain")
    gain = group(one).get_by_role("slider", name="Gain of feature 2-1")
    expect(gain).to_have_count(0)
    name.press("Enter")
    expect(name).to_have_attribute("aria-expanded", "true")
    heard: list[Any] = []
    one.widget.observe(lambda change: heard.append(change["new"]), names="facts")
    gain.evaluate(
        """(one) => {
          for (let value = 0; value <= 150; value += 5) {
            one.value = value;
            one.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }"""
    )
    one.pump()
    assert one.widget.muted == [[2, 1, 1.5]]
    assert len(heard) <= 2  # what was on its way, and the latest
    expect(gain).to_have_attribute("aria-valuetext", "150\u00a0%")
    expect(one.panel.root.locator("[data-deck=b] .auralise-name")).to_contain_text("at 150")
    gain.press("ArrowLeft")
    one.pump()
    assert one.widget.muted == [[2, 1, 1.45]]
    for _ in range(9):
        gain.press("ArrowLeft")
    one.pump()
    assert one.widget.muted == [[2, 1, 1.0]]  # still there, and the network is the trained one
    assert one.widget.heard.gains == {}
    expect(gain).to_be_focused()
    name.press("Enter")
    expect(gain).to_have_count(0)
    name = group(one).get_by_role("button", name="feature 2-1 at 100\u00a0%: change its gain")
    expect(name).to_have_text("2-1 at 100\u00a0%")


def test_each_can_be_brought_back_by_keyboard_and_all_at_once(live) -> None:
    one = live()
    for feature in (1, 2, 3):
        one.panel.feature.fill(f"{feature}")
        one.panel.root.press("m")
    one.pump()
    assert one.widget.muted == [[2, 1, 0.0], [2, 2, 0.0], [2, 3, 0.0]]
    group(one).get_by_role("button", name="Bring feature 2-2 back").press("Enter")
    one.pump()
    assert one.widget.muted == [[2, 1, 0.0], [2, 3, 0.0]]
    expect(group(one).get_by_role("button", name="Bring feature 2-3 back")).to_be_focused()
    group(one).get_by_role("button", name="clear all").press("Enter")
    one.pump()
    assert one.widget.muted == []
    expect(group(one)).to_have_count(0)
    expect(mute_of(one)).to_be_focused()
    expect(mute_of(one)).to_have_attribute("aria-pressed", "true" if one.widget.muted else "false")


def test_the_music_goes_on(live) -> None:
    """Through muted features, and through parts of the source that are taken out."""
    one = live(layer=3, feature=4)
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    one.page.evaluate(
        """() => {
          const root = document.querySelector(".auralise");
          const { player } = root.auralise;
          const notes = (globalThis.notes = { least: 1, stopped: 0, slip: 0, frames: 0 });
          let first = null;
          const look = () => {
            player.analyser.fftSize = 2048;
            const samples = new Float32Array(2048);
            player.analyser.getFloatTimeDomainData(samples);
            notes.least = Math.min(notes.least, Math.max(...samples.map(Math.abs)));
            notes.stopped += !player.playing;
            const now = player.context.currentTime;
            const zero = player.position() + (player.context.outputLatency || 0) - now;
            if (player.context.currentTime === now) { // both were read at the same time
              first ??= zero;
              const off = (zero - first) / player.duration;
              notes.slip = Math.max(notes.slip, Math.abs(off - Math.round(off)) * player.duration);
              notes.frames++;
            }
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    one.panel.wait_played(0.1)
    sounds = set()
    for _ in range(3):
        one.widget.muted = [] if one.widget.muted else [(1, 0), (2, 1)]
        one.pump()
        one.panel.wait_played(0.2)
        sounds.add(one.panel.ask("player.laid.b.bytes.reduce((h, x) => (h * 31 + x) | 0, 0)"))
    notes = one.page.evaluate("() => globalThis.notes")
    assert len(sounds) == 2
    for removed in ([{"band": [500, 900]}], [{"stretch": [0.1, 0.15]}], []):
        one.widget.removed = removed
        one.pump()
        one.panel.wait_played(0.2)
        sounds.add(one.panel.ask("player.laid.a.bytes.reduce((h, x) => (h * 31 + x) | 0, 0)"))
    assert len(sounds) == 2 + 3
    assert notes["stopped"] == 0
    assert notes["frames"] > 10
    assert notes["least"] > 1e-3
    assert notes["slip"] < 0.03  # the latency of the output may waver


def test_a_mute_that_python_refuses_is_taken_back(live, monkeypatch) -> None:
    one = live()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(aj.Listening, "edited", fails)
    one.panel.root.press("m")
    one.pump()
    expect(one.panel.alert).to_contain_text("RuntimeError: no memory left")
    expect(mute_of(one)).to_have_attribute("aria-pressed", "false")
    expect(group(one)).to_have_count(0)
    monkeypatch.undo()
    one.panel.root.press("m")
    one.pump()
    assert one.widget.muted == [[2, 1, 0.0]]
    expect(one.panel.alert).to_have_count(0)


def test_a_lost_kernel_mutes_nothing_and_the_list_says_what_is_heard(live) -> None:
    one = live()
    one.panel.root.press("m")
    one.pump()
    now = bars(one)
    one.panel.feature.fill("2")
    one.panel.root.press("m")  # it never arrives
    one.page.evaluate("() => live.lose()")
    expect(group(one)).to_contain_text("2-1")
    expect(group(one)).not_to_contain_text("2-2")
    expect(mute_of(one)).to_be_disabled()
    one.panel.root.press("m")
    expect(mute_of(one)).to_have_attribute("aria-pressed", "false")
    assert bars(one) == now
    expect(one.panel.root.get_by_role("status")).to_contain_text("run the cell again")


def test_another_model_brings_back_what_it_does_not_have(live) -> None:
    small = make_model(FRONTEND, features=(4, 2), seed=3)
    one = live(mute=[(3, 5), (1, 2)])
    one.widget._models["small"] = lambda: small
    one.widget._addresses["model", "small"] = one.widget._addresses["model", "tiny"]
    one.widget.facts = one.widget.facts | {"models": ["tiny", "small"]}
    expect(group(one)).to_contain_text("3-5")
    one.widget.model = "small"
    one.pump()
    expect(group(one)).not_to_contain_text("3-5")
    expect(group(one)).to_contain_text("1-2")
    expect(one.panel.root).to_contain_text("not muted here, so brought back: 3-5")


def test_a_network_without_classes_says_what_muting_still_does(live) -> None:
    one = live(make_model(FRONTEND, dense=()), layer=3, feature=3)
    picture = one.panel.pixels("b")
    one.widget.muted = [(1, 0)]
    one.pump()
    expect(one.panel.root).to_contain_text(
        "this network gives no classes: muting changes pictures and sounds of the layers above"
    )
    expect(one.panel.root.locator(".auralise-classes")).to_be_hidden()
    assert (one.panel.pixels("b") != picture).any()


def drag(one: Live, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a rectangle on picture A; shares from its left and its top."""
    box = one.panel.box("[data-deck=a]")
    for step, (x, y) in enumerate((start, end)):
        place = box["x"] + x * box["width"], box["y"] + y * box["height"]
        one.page.mouse.move(*place, steps=4 if step else 1)
        if not step:
            one.page.mouse.down()


def test_a_part_of_the_source_is_drawn_and_brought_back(live) -> None:
    one = live()
    root, widget = one.panel.root, one.widget
    plain, source = widget.heard.predict(), one.panel.pixels("a")
    mode = root.get_by_role("button", name="Mute part")
    label = root.locator(".auralise-part-box")
    drag(one, (0.2, 0.5), (0.4, 0.5))  # not in the mode: it seeks
    one.page.mouse.up()
    assert one.pump() == []
    assert one.panel.ask("player.position()") == pytest.approx(0.2, abs=0.01)
    mode.click()
    expect(mode).to_have_attribute("aria-pressed", "true")
    drag(one, (0.6, 0.02), (0.8, 0.98))
    expect(label).to_have_text("0.30 to 0.40\u00a0s")  # all frequencies
    one.page.mouse.up()
    expect(label).to_be_hidden()
    assert one.panel.ask("player.position()") == pytest.approx(0.2, abs=0.01)
    one.pump()
    (tall,) = widget.removed
    assert tall["band"] is None
    assert tall["stretch"] == pytest.approx([0.3, 0.4], abs=0.011)
    heard = aj.listen(MODEL, make_noise(0.5, RATE)).without(stretch=tall["stretch"])
    near(bars(one), heard.predict(), plain)
    np.testing.assert_allclose(widget.heard.clip.samples, heard.clip.samples)
    dark = one.panel.pixels("a")[:, :, 0].mean(axis=0)
    width = len(dark)
    assert dark[int(0.65 * width) : int(0.75 * width)].max() < 5 < dark[: int(0.55 * width)].min()
    drag(one, (0.01, 0.75), (0.99, 0.5))
    one.page.mouse.up()
    one.pump()
    flat = widget.removed[1]
    assert flat["stretch"] is None
    assert flat["band"] == pytest.approx([1000, 2000], abs=20)
    expect(group(one)).to_contain_text(f"{flat['band'][0]:.0f} to {flat['band'][1]:.0f}\u00a0Hz")
    expect(root.locator("[data-deck=a] .auralise-part-out")).to_have_count(2)
    settled(one, 2)  # what is asked for after a rest is here, and not mistaken for what follows
    drag(one, (0.01, 0.01), (0.99, 0.99))
    expect(label).to_have_text("draw a rectangle")  # it is all of the source
    one.page.mouse.up()
    assert one.pump() == []
    assert widget.removed == [tall, flat]
    for cross in group(one).get_by_role("button", name="Bring").all()[::-1]:
        cross.click()
        one.pump()
    assert widget.removed == []
    near(bars(one), plain)
    assert (one.panel.pixels("a") == source).all()
    root.press("Escape")
    expect(mode).to_have_attribute("aria-pressed", "false")


def test_a_part_is_given_in_numbers_by_keyboard(live) -> None:
    one = live()
    root, widget = one.panel.root, one.widget
    root.get_by_role("button", name="Mute part").press("Enter")
    low = root.get_by_role("spinbutton", name="Lowest frequency, Hz")
    expect(low).to_be_focused()
    keys = one.page.keyboard
    keys.press("Enter")
    expect(root.get_by_role("form", name="Mute part")).to_contain_text("give a band, a time, or")
    keys.type("500")
    keys.press("Tab")
    keys.type("300")
    keys.press("Enter")
    expect(root.get_by_role("form", name="Mute part")).to_contain_text("above the first")
    assert one.pump() == []
    root.get_by_role("spinbutton", name="Highest frequency, Hz").fill("900")
    root.get_by_role("spinbutton", name="Beginning, s").fill("0.1")
    keys.press("Enter")
    expect(root.get_by_role("form", name="Mute part")).to_contain_text("give both ends")
    root.get_by_role("spinbutton", name="End, s").fill("0.3")
    keys.press("Enter")
    one.pump()
    assert widget.removed == [{"band": [500.0, 900.0], "stretch": [0.1, 0.3]}]
    assert widget.feature == 1  # digits and arrows in a field are the field's
    root.get_by_role("spinbutton", name="Highest frequency, Hz").fill("9000")
    keys.press("Enter")
    one.pump()
    expect(one.panel.alert).to_contain_text("band must begin at 0 Hz or later")
    assert len(widget.removed) == 1
    expect(group(one)).not_to_contain_text("9000")
    keys.press("Escape")
    expect(root.get_by_role("button", name="Mute part")).to_be_focused()


def test_a_page_of_its_own_says_what_was_muted_and_has_no_button(
    open_page: Callable[..., Any], tmp_path: Path
) -> None:
    with aj.explore(MODEL, make_noise(0.5, RATE), layer=2, feature=1) as widget:
        plain = widget.heard.predict()
        widget.muted = [(2, 1), (1, 3, 1.5)]
        widget.removed = [{"band": [500, 900], "stretch": [0.1, 0.3]}]
        path = widget.to_html(tmp_path / "page.html", layers=[2])
        now = widget.heard.predict()
    page = open_page(path)
    said = page.root.get_by_role("group", name="Muted")
    part = "500 to 900\u00a0Hz from 0.10 to 0.30\u00a0s"
    assert said.inner_text() == f"muted: 2-1, 1-3 at 150\u00a0%, {part}"
    expect(page.root.get_by_role("button", name="Mute")).to_have_count(0)
    page.root.press("m")
    expect(page.root.locator("[data-deck=b] .auralise-name")).to_have_text(
        "feature 2-1, deconvnet, muted"
    )
    expect(page.root.locator(".auralise-late")).to_have_count(0)
    line = page.root.get_by_role("list", name="Class probabilities").get_by_role("listitem").first
    name = next(iter(plain))
    expect(line).to_contain_text(f"{100 * now[name]:.0f} %, was {100 * plain[name]:.0f} %")


def test_the_copied_line_mutes_the_same(live) -> None:
    one = live(mute=[(3, 4), (1, 2, 1.5)])
    one.widget.facts = one.widget.facts | {"call": 'aj.explore("genre", "bach"', "no_call": ""}
    one.pump()
    one.panel.root.get_by_role("button", name="Copy the address").click()
    expect(one.panel.root.get_by_role("status")).to_contain_text("mute=[(3, 4), (1, 2, 1.5)])")
