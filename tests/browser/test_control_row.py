"""Row C in a real browser: brought by one key, heard on the same clock, taken away again."""

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
from auralise_jax.insight.control import untrained_of

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)
CLIP = make_noise(0.5, RATE)

# In every frame: how loud it is, whether it plays, and how far the clock slips.
WATCH = """(() => {
  const notes = { least: 1, slip: 0, frames: 0, stopped: 0, contexts: new Set() };
  globalThis.notes = notes;
  let first = null;
  const look = () => {
    const now = player.context.currentTime;
    const zero = going() - now;
    if (player.context.currentTime === now) { // both were read at the same time
      first ??= zero;
      const off = (zero - first) / player.duration;
      notes.slip = Math.max(notes.slip, Math.abs(off - Math.round(off)) * player.duration);
      notes.frames++;
    }
    notes.least = Math.min(notes.least, rms(0.05));
    notes.stopped += !player.playing;
    notes.contexts.add(player.analyser);
    requestAnimationFrame(look);
  };
  look();
})()"""


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path):
    """Open a widget; the page must make no error."""
    opened = []

    def live(widget: aj.Explorer, **options: object) -> Live:
        page = new_page(**options)
        opened.append((Watched(page), widget))
        one = Live(page, widget, tmp_path)
        one.pump()
        return one

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []


def laid(one: Live, deck: str) -> list[int]:
    """Return the bytes of the sound that lies on a deck."""
    return one.panel.ask("player.laid[x] ? [...player.laid[x].bytes] : []", deck)


def sound_of_take(widget: aj.Explorer, take: int) -> list[int]:
    size = len(widget.answer) // len(widget.shown["takes"])
    wide = widget.facts["bins"] * widget.facts["frames"]
    return list(widget.answer[take * size + wide : (take + 1) * size])


def test_row_c_comes_is_heard_and_goes(live) -> None:
    widget = aj.explore(MODEL, [CLIP, make_noise(0.8, RATE, 3)], layer=2, feature=1)
    one = live(widget)
    root, panel, page = one.panel.root, one.panel, one.page
    status = root.get_by_role("status")
    c = root.get_by_role("radio", name="C random weights")
    leave = root.get_by_role("button", name="Take row C away")
    b = sound_of_take(widget, 0)

    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.ask("player.seek(0.1)")
    panel.wait_played(0.1)
    panel.ask(WATCH)
    pictures = root.locator(".auralise-picture")
    expect(pictures).to_have_count(2)
    expect(c).not_to_be_checked()
    expect(leave).to_have_count(0)

    # The key: words at once, the music goes on, then the row is there and is heard.
    root.focus()
    page.keyboard.press("c")
    expect(status).to_have_text("bringing row C: the same network with random weights\u2026")
    expect(panel.b).to_be_checked()
    expect(root).to_have_attribute("aria-busy", "false")
    one.pump()
    expect(pictures).to_have_count(3)
    expect(c).to_be_checked()
    expect(status).to_have_text("")
    caption = root.locator("[data-deck=c] .auralise-caption")
    expect(caption).to_contain_text("feature 2-1, deconvnet, random weights")
    panel.wait("player.laid.c")
    assert laid(one, "b") == b
    assert laid(one, "c") == sound_of_take(widget, 1)
    heard = widget._variants[1].show(widget._settings, 1).sound
    assert abs(panel.hears(heard, 0.95)) < 0.05
    tip = root.locator("label", has_text="random weights").get_attribute("title")
    assert "a number means nothing" in tip
    assert "(seed 0)" in tip

    # Both rows follow the slider from what the page has.
    panel.feature.press("ArrowLeft")
    panel.shows(2, 0)
    assert one.pump() == []
    expect(caption).to_contain_text("feature 2-0, deconvnet, random weights")
    panel.wait("player.laid.c")
    assert laid(one, "c") == list(widget._variants[1].show(widget._settings, 0).pcm)
    levels = panel.levels("c", widget.facts["bins"], widget.facts["frames"], widget.facts)
    pixels = np.frombuffer(widget._variants[1].show(widget._settings, 0).pixels, np.uint8)
    wanted = pixels.reshape(widget.facts["bins"], widget.facts["frames"]).astype(float)
    loud = wanted > 51  # 80 dB below the peak of the source: what is fainter is black
    assert np.corrcoef(levels[loud], wanted[loud])[0, 1] > 0.8

    # The switch, the other keys, and away: what is heard goes on in B.
    panel.a.check()
    page.keyboard.press("c")
    expect(c).to_be_checked()
    page.keyboard.press("a")
    expect(panel.a).to_be_checked()
    page.keyboard.press("c")
    page.keyboard.press("Shift+C")
    one.pump()
    expect(pictures).to_have_count(2)
    expect(panel.b).to_be_checked()
    expect(panel.b).to_be_focused()
    assert widget.control is False
    assert panel.ask("player.decks") == ["a", "b"]

    # Again, by the switch, and away by the cross; the page has everything.
    c.click()
    assert [told["kind"] for told in one.pump()] == []
    expect(pictures).to_have_count(3)
    expect(c).to_be_checked()
    panel.wait("player.laid.c")
    leave.click()
    one.pump()
    expect(pictures).to_have_count(2)
    expect(panel.b).to_be_focused()
    panel.wait_played(0.2)

    # A row that is no longer wanted when it comes is not heard.
    root.focus()
    page.keyboard.press("c")
    page.keyboard.press("a")
    one.pump()
    expect(pictures).to_have_count(3)
    expect(panel.a).to_be_checked()

    notes = page.evaluate("({...notes, contexts: notes.contexts.size})")
    assert notes["frames"] > 20
    assert notes["stopped"] == 0
    assert notes["contexts"] == 1  # one graph throughout
    assert notes["least"] > 1e-3
    assert notes["slip"] < 0.02  # the latency of the output may waver

    # Another clip: row C follows.
    root.get_by_label("Clip").select_option("noise (2)")
    one.pump()
    expect(root.get_by_label("Clip")).to_have_value("noise (2)")
    expect(pictures).to_have_count(3)

    # Random weights have no row C of their own, and the key says so.
    root.get_by_label("Model").select_option("tiny, random weights")
    one.pump()
    expect(pictures).to_have_count(2)
    expect(c).to_have_count(0)
    root.focus()
    page.keyboard.press("c")
    expect(status).to_contain_text("no row C: the network shown has random weights itself")
    assert one.pump() == []


def test_a_row_that_fails_is_taken_back(live, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no memory left")

    one = live(aj.explore(MODEL, CLIP, layer=2, feature=1))
    monkeypatch.setattr("auralise_jax.widgets.explorer.with_control", broken)
    one.panel.root.focus()
    one.page.keyboard.press("c")
    one.pump()
    expect(one.panel.alert).to_contain_text("no memory left")
    expect(one.panel.root.get_by_role("status")).to_have_text("")
    expect(one.panel.root.locator(".auralise-picture")).to_have_count(2)
    one.panel.root.get_by_role("button", name="Dismiss").click()
    monkeypatch.undo()
    one.panel.root.focus()
    one.page.keyboard.press("c")
    one.pump()
    expect(one.panel.root.get_by_role("radio", name="C random weights")).to_be_checked()


def test_pages_have_the_row_if_it_was_open(open_page: Callable[..., Panel], tmp_path: Path) -> None:
    with aj.explore(MODEL, CLIP, layer=2, feature=1, control=True) as widget:
        widget.to_html(tmp_path / "with.html", layers=[2], features=[1, 2], codec="flac")
        heard = aj.listen(untrained_of(MODEL), CLIP).project(2, 1).auralise()
    with aj.explore(MODEL, CLIP, layer=2, feature=1) as widget:
        widget.to_html(tmp_path / "without.html", layers=[2], features=[1, 2])
    panel = open_page(tmp_path / "with.html")
    expect(panel.root.locator(".auralise-picture")).to_have_count(3)
    panel.play.click()
    panel.page.keyboard.press("c")
    expect(panel.root.get_by_role("radio", name="C random weights")).to_be_checked()
    assert abs(panel.hears(heard, 0.9)) < 0.05
    panel.page.keyboard.press("Shift+C")  # the page has no kernel to bring it back
    expect(panel.root.locator(".auralise-picture")).to_have_count(3)
    expect(panel.root.get_by_role("button", name="Take row C away")).to_have_count(0)

    panel = open_page(tmp_path / "without.html")
    expect(panel.root.get_by_role("radio")).to_have_count(2)
    panel.page.keyboard.press("c")
    expect(panel.root.get_by_role("status")).to_have_text(
        "this page was written without row C, the network with random weights; pages written with "
        "--live have it"
    )
