"""The loop region: how it is chosen, how it is shown, and that it is what is heard."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import Locator, Page, expect
from shipped import bring_sound
from written import Written

import auralise_jax as aj

RATE = 48000  # Hz, of what is rendered offline

# One pixel of the picture at 1280 px is 4 ms; what is told has two decimals.
NEAR = 0.012  # s


def point(panel: Panel, selector: str, share: float, height: float = 0.5) -> tuple[float, float]:
    box = panel.box(selector)
    return box["x"] + share * box["width"], box["y"] + height * box["height"]


def sweep(panel: Panel, selector: str, start: float, end: float) -> None:
    """Press at a share of the width, move to another, and let go."""
    mouse = panel.page.mouse
    mouse.move(*point(panel, selector, start))
    mouse.down()
    mouse.move(*point(panel, selector, end), steps=8)
    mouse.up()


def handle(panel: Panel, end: str) -> Locator:
    return panel.root.get_by_role("slider", name=f"Loop {end}")


def choose(panel: Panel, start: int, end: int) -> None:
    """Choose a region with the keys, in tenths of a second, exactly."""
    panel.page.keyboard.press("\\")
    panel.go(start)
    panel.position.press("[")
    for _ in range(end - start):  # going outside would end it
        panel.position.press("ArrowRight")
    panel.position.press("]")
    assert panel.region() == [start / 10, end / 10]


def piece(clip: aj.Clip, start: float, end: float) -> aj.Clip:
    first, last = round(start * clip.sample_rate), round(end * clip.sample_rate)
    return aj.Clip(clip.samples[first:last], clip.sample_rate)


def hears_piece(panel: Panel, clip: aj.Clip, start: float, end: float) -> None:
    """Wait until the piece is what is heard, and is heard at its place."""
    part = piece(clip, start, end)
    # `hears` measures from the start of the piece, the player from the start of the sound.
    late = panel.hears(part, 0.9) + start
    half = part.duration / 2
    assert abs((late + half) % part.duration - half) < 0.05


@pytest.mark.parametrize("way", ["axis", "picture"])
def test_a_drag_chooses_a_region(panel: Panel, way: str) -> None:
    assert panel.region() is None
    if way == "axis":
        sweep(panel, ".auralise-axis-time", 0.25, 0.5)
    else:
        panel.page.keyboard.down("Shift")
        sweep(panel, "[data-deck=b]", 0.5, 0.25)  # from right to left
        panel.page.keyboard.up("Shift")
    region = panel.region()
    assert region == pytest.approx([1, 2], abs=NEAR)
    expect(panel.loop).to_contain_text(f"Loop {region[1] - region[0]:.2f} s")
    for end, share in (("start", 0.25), ("end", 0.5)):
        box = handle(panel, end).bounding_box()
        assert box is not None
        middle = point(panel, ".auralise-stage", share)[0]
        assert box["x"] + box["width"] / 2 == pytest.approx(middle, abs=3)  # px
        expect(handle(panel, end)).to_have_attribute("aria-valuemax", "4.00")
    assert region[0] <= panel.ask("player.position()") < region[1]


def test_keys_choose_and_clear_a_region(panel: Panel) -> None:
    keys = panel.page.keyboard
    panel.go(10)
    keys.press("[")
    assert panel.region() == [1, 4]
    panel.go(25)
    assert panel.region() is None  # that went outside, to the start
    keys.press("]")
    assert panel.region() == [0, 2.5]
    panel.go(10)
    keys.press("[")
    assert panel.region() == [1, 2.5]
    expect(panel.loop).to_have_text("Loop 1.50 s")
    assert panel.ask("player.position()") == pytest.approx(1)
    keys.press("\\")
    assert panel.region() is None
    expect(panel.loop).to_have_text("Loop")
    assert panel.ask("player.position()") == pytest.approx(1)


def test_handles_follow_keys_and_mouse(panel: Panel) -> None:
    choose(panel, 10, 25)
    handle(panel, "start").press("ArrowRight")
    assert panel.region() == [1.1, 2.5]
    handle(panel, "start").press("ArrowLeft")
    handle(panel, "start").press("ArrowLeft")
    assert panel.region() == [0.9, 2.5]
    handle(panel, "end").press("PageUp")
    assert panel.region() == [0.9, 3.5]
    handle(panel, "end").press("ArrowDown")
    assert panel.region() == [0.9, 3.4]
    handle(panel, "start").press("Home")
    assert panel.region() == [0, 3.4]
    handle(panel, "start").press("ArrowRight")

    mouse = panel.page.mouse
    for end, to, wanted in (("end", 0.5, [0.1, 2]), ("start", 0.25, [1, 2])):
        box = handle(panel, end).bounding_box()
        assert box is not None
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(*point(panel, ".auralise-stage", to), steps=8)
        mouse.up()
        assert panel.region() == pytest.approx(wanted, abs=NEAR)


def test_a_handle_that_reaches_the_other_does_not_pass_it(panel: Panel) -> None:
    choose(panel, 10, 15)
    for _ in range(8):
        handle(panel, "start").press("ArrowRight")
    start, end = panel.region() or [np.nan, np.nan]
    assert end == 1.5  # the other stays
    assert 1.4 <= start < end


def test_a_handle_pulled_beyond_the_picture_keeps_the_page_whole(panel: Panel) -> None:
    """With a region from the start, its end pulled to the end leaves no region."""
    panel.go(20)
    panel.page.keyboard.press("]")
    box = handle(panel, "end").bounding_box()
    assert box is not None
    mouse = panel.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(*point(panel, ".auralise-stage", 1.02), steps=8)
    mouse.move(*point(panel, ".auralise-stage", 0.9), steps=4)
    mouse.up()  # afterwards the fixture looks for errors
    assert panel.region() in (None, pytest.approx([0, 3.6], abs=NEAR))


def test_a_double_click_on_the_time_axis_clears(panel: Panel) -> None:
    choose(panel, 10, 25)
    panel.page.mouse.dblclick(*point(panel, ".auralise-axis-time", 0.4))
    assert panel.region() is None


def test_a_click_outside_clears_and_one_inside_does_not(panel: Panel) -> None:
    choose(panel, 10, 25)
    panel.page.mouse.click(*point(panel, ".auralise-stage", 0.5))
    assert panel.region() == [1, 2.5]
    assert panel.ask("player.position()") == pytest.approx(2, abs=NEAR)
    panel.page.mouse.click(*point(panel, ".auralise-stage", 0.75))
    assert panel.region() is None
    assert panel.ask("player.position()") == pytest.approx(3, abs=NEAR)


def test_a_region_is_played_round_and_round(panel: Panel, written: Written) -> None:
    choose(panel, 10, 17)
    first, second = written.features[3][:2]
    panel.feature.press("Home")
    panel.shows(3, first)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.ask(
        """(() => {
          const notes = (globalThis.notes = { low: 9, high: 0, rounds: 0, last: 0 });
          const look = () => {
            const now = player.position();
            notes.low = Math.min(notes.low, now);
            notes.high = Math.max(notes.high, now);
            notes.rounds += now < notes.last - 0.3;
            notes.last = now;
            requestAnimationFrame(look);
          };
          look();
        })()"""
    )
    panel.wait("notes.rounds >= 3")
    notes = panel.page.evaluate("notes")
    assert 1 - 1e-6 <= notes["low"] < 1.2
    assert 1.5 < notes["high"] <= 1.7 + 1e-6
    hears_piece(panel, written.shown(3, first).sound, 1, 1.7)

    panel.page.keyboard.press("a")
    hears_piece(panel, written.heard.clip, 1, 1.7)
    panel.page.keyboard.press("b")
    panel.feature.press("ArrowRight")
    panel.shows(3, second)
    hears_piece(panel, written.shown(3, second).sound, 1, 1.7)
    assert panel.region() == [1, 1.7]
    notes = panel.page.evaluate("notes")
    assert notes["low"] >= 1 - 1e-6
    assert notes["high"] <= 1.7 + 1e-6

    panel.page.keyboard.press("\\")
    assert panel.region() is None
    panel.wait("player.position() > 1.8")
    assert abs(panel.hears(written.shown(3, second).sound, 0.9)) < 0.05


def test_a_region_chosen_while_playing_is_heard_at_once(panel: Panel, written: Written) -> None:
    panel.a.check()
    panel.play.click()
    panel.wait("rms() > 1e-3")
    sweep(panel, ".auralise-axis-time", 0.5, 0.7)
    region = panel.region()
    assert region == pytest.approx([2, 2.8], abs=NEAR)
    panel.wait_played(0.6)
    now = panel.ask("player.position()")
    assert region[0] <= now <= region[1]
    start, end = panel.ask("player.region")  # as it is, not as it is told
    hears_piece(panel, written.heard.clip, start, end)


def test_without_loop_a_region_is_played_once(panel: Panel) -> None:
    choose(panel, 10, 16)
    panel.loop.click()
    panel.play.click()
    panel.wait("rms() > 1e-3")
    expect(panel.play).to_be_visible()
    assert panel.ask("player.position()") == pytest.approx(1)
    assert panel.region() == [1, 1.6]
    panel.play.click()
    panel.wait("rms() > 1e-3")
    expect(panel.play).to_be_visible()
    assert panel.ask("player.position()") == pytest.approx(1)


def test_home_goes_to_the_start_of_the_region(panel: Panel) -> None:
    choose(panel, 10, 16)
    panel.page.mouse.click(*point(panel, ".auralise-stage", 0.35))
    panel.root.press("Home")
    assert panel.ask("player.position()") == pytest.approx(1)
    assert panel.region() == [1, 1.6]


def test_raw_level_is_what_the_document_says(panel: Panel, written: Written) -> None:
    """A region of half a second, heard for half a second, is a whole round from wherever."""
    choose(panel, 10, 15)
    shown = int(panel.root.get_attribute("data-feature") or -1)
    told = written.document["features"][f"3/{shown}"][0]["shown"]
    assert abs(told["gain_db"]) > 1
    panel.play.click()

    def loudness() -> float:
        panel.wait_played(1)
        return 20 * np.log10(panel.ask("rms(0.5)"))

    matched = loudness()
    select = panel.root.get_by_label("Level")
    select.select_option("raw")
    level = panel.root.locator(".auralise-level")
    expect(level).to_contain_text("raw level")
    expect(level).to_contain_text(f"{-told['gain_db']:+.1f}".replace("-", "−"))
    # The analyser's window is a whole number of samples, the region's round one more or less,
    # and Vorbis is the same in both: a hundredth of a decibel is more than there is.
    assert loudness() - matched == pytest.approx(-told["gain_db"], abs=0.02)
    select.select_option("match")
    expect(level).to_contain_text("level matched")
    assert loudness() == pytest.approx(matched, abs=0.02)

    panel.a.check()  # the source has nothing to be matched to
    matched = loudness()
    select.select_option("raw")
    assert loudness() == pytest.approx(matched, abs=0.02)


_RENDER = """
async ({ tones, rate, duration, start, end, seconds }) => {
  const context = new OfflineAudioContext(1, rate * seconds, rate);
  const samples = new Float32Array(rate * duration);
  for (const [amplitude, hertz] of tones) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] += amplitude * Math.cos((2 * Math.PI * hertz * i) / rate);
    }
  }
  const mixer = new Mixer(context, { heard: "b", volume: 1 });
  for (const deck of ["a", "b"]) {
    mixer.put(deck, fitBuffer(context, { samples, rate, scale: 1 }, end - start, start), 0);
  }
  mixer.start(0.1, 0);
  const played = (await context.startRendering()).getChannelData(0);
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([played]));
  });
  return url.split(",")[1];
}
"""


@pytest.fixture
def rendered(page: Page) -> Callable[..., np.ndarray]:
    """Render a region of some tones with the graph as it is shipped, from 0.1 s on."""
    bring_sound(page)

    def rendered(tones: list[list[float]], start: float, end: float) -> np.ndarray:
        asked = {"tones": tones, "start": start, "end": end}
        more = {"rate": RATE, "duration": 4, "seconds": 3}
        data = page.evaluate(_RENDER, asked | more)
        return np.frombuffer(base64.b64decode(data), np.float32).astype(float)

    return rendered


@pytest.mark.parametrize(("start", "end"), [(1.2345, 1.9), (0.0, 0.05), (3.4, 4.0)])
def test_the_seam_of_a_region_is_soft(
    rendered: Callable[..., np.ndarray], start: float, end: float
) -> None:
    tones = [[0.3, 440.0], [0.2, 1234.5]]
    first, length = round(start * RATE), round((end - start) * RATE)
    edge = round(0.003 * RATE)  # samples, at either end
    n = np.arange(round(0.1 * RATE) + edge, round(2.9 * RATE))
    at = (n - round(0.1 * RATE)) % length

    played = rendered(tones, start, end)[n]
    sound = sum(a * np.cos(2 * np.pi * hertz * (first + at) / RATE) for a, hertz in tones)
    inside = (at > edge) & (at < length - 1 - edge)
    fading_in = n < round(0.1 * RATE) + round(0.016 * RATE)  # after Play
    steady = inside & ~fading_in
    # Float32 sums: a few roundings at 2**-24 of full scale, and times up to 4 s in a cosine.
    assert np.abs(played - sound)[steady].max() < 1e-5
    # Two lines of 3 ms add 0.5 / 144 to the steepest step of the tones themselves.
    steepest = np.abs(np.diff(sound[steady & np.roll(steady, 1)])).max()
    assert np.abs(np.diff(played)).max() < steepest + 1.05 * 0.5 / edge

    constant = rendered([[0.5, 0]], start, end)[n][~fading_in]
    assert constant.max() == pytest.approx(0.5)
    assert constant.min() == 0
    assert np.abs(np.diff(constant)).max() < 1.05 * 0.5 / edge
