"""A page of its own, opened from a file: what is heard there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import expect
from written import Written


def test_play_becomes_pause(panel: Panel) -> None:
    panel.play.click()
    expect(panel.pause).to_be_visible()
    expect(panel.play).to_have_count(0)
    panel.pause.click()
    expect(panel.play).to_be_visible()


def test_playing_sounds_and_pausing_is_silent(panel: Panel) -> None:
    assert panel.ask("player.context") is None  # nothing is asked of the machine before Play
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.pause.click()
    panel.wait("rms() < 1e-7")
    here = panel.ask("player.position()")
    panel.play.click()
    panel.wait("rms() > 1e-3")
    assert 0 <= panel.ask("going()") - here < 2  # goes on from where it was


def test_what_is_heard_is_what_is_shown(panel: Panel, written: Written) -> None:
    sounds = [written.shown(3, feature).sound for feature in written.features[3][:3]]
    panel.feature.press("Home")
    panel.play.click()
    # Vorbis changes the waveform a little; another feature's differs far more.
    for i, sound in enumerate(sounds):
        panel.shows(3, written.features[3][i])
        assert abs(panel.hears(sound, 0.9)) < 0.05
        piece = panel.heard()
        others = [piece.match(other)[0] for other in sounds if other is not sound]
        assert max(others) < piece.match(sound)[0] - 0.02
        panel.feature.press("ArrowRight")
    panel.a.check()
    assert abs(panel.hears(written.heard.clip, 0.9)) < 0.05


def test_a_click_on_the_picture_seeks(panel: Panel) -> None:
    box = panel.root.locator(".auralise-stage").bounding_box()
    assert box is not None

    def point(share: float, deck: float) -> tuple[float, float]:
        return box["x"] + share * box["width"], box["y"] + deck * box["height"]

    panel.page.mouse.click(*point(0.25, 0.75))
    assert panel.ask("player.position()") == pytest.approx(1.0, abs=0.01)
    expect(panel.position).to_have_attribute("aria-valuenow", "1.00")
    expect(panel.root).to_contain_text("1.00 / 4.00 s")
    panel.position.press("ArrowRight")
    assert panel.ask("player.position()") == pytest.approx(1.1, abs=0.01)

    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.page.mouse.move(*point(0.25, 0.25))
    panel.page.mouse.down()
    panel.page.mouse.move(*point(0.75, 0.25), steps=10)
    panel.page.mouse.up()
    panel.wait("player.position() >= 3 && rms() > 1e-3")


def test_the_playhead_follows_the_sound(panel: Panel) -> None:
    panel.play.click()
    at = "parseFloat(root.querySelector('.auralise-playhead').style.left) / 100 * player.duration"
    for moment in (0.5, 1.5):
        panel.wait(f"player.position() > x && Math.abs({at} - player.position()) < 0.1", moment)


def test_without_loop_it_ends_and_starts_again(panel: Panel) -> None:
    panel.loop.click()
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.position.press("End")
    expect(panel.play).to_be_visible()
    assert panel.ask("player.position()") == 0
    panel.play.click()
    panel.wait("rms() > 1e-3")


def test_moving_and_switching_never_stop_the_sound(
    open_page: Callable[..., Panel], written: Written, tmp_path: Path
) -> None:
    """With the source's sound on every feature, nothing that is done can be heard."""

    def same_sound(document: dict[str, Any]) -> None:
        for (item,) in document["features"].values():
            item["sound"] = document["sources"][0]["sound"]
            item["shown"]["scale"] = document["facts"]["takes"][0]["source_scale"]

    panel = open_page(written.with_document(tmp_path / "same.html", same_sound))
    features = written.features[3]
    panel.feature.press("Home")
    panel.shows(3, features[0])
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.wait_played(0.3)
    # Note in every frame how loud it is, and whether time has run on.
    panel.ask(
        """(() => {
          const notes = (globalThis.notes = { least: 1, first: null, slip: 0, frames: 0 });
          const look = () => {
            const zero = together(() => going() - player.context.currentTime);
            notes.first ??= zero;
            const off = (zero - notes.first) / player.duration;
            notes.slip = Math.max(notes.slip, Math.abs(off - Math.round(off)) * player.duration);
            notes.least = Math.min(notes.least, rms(0.05));
            notes.frames++;
            requestAnimationFrame(look);
          };
          look();
        })()"""
    )
    for feature in features[1:]:
        panel.feature.press("ArrowRight")
        panel.shows(3, feature)
        panel.page.keyboard.press("a" if feature % 2 else "b")
    panel.drag(panel.feature, features[0])
    panel.page.keyboard.press("Shift+ArrowLeft")
    expect(panel.root).to_have_attribute("data-layer", "1")
    panel.wait_played(0.5)
    notes = panel.ask("globalThis.notes")
    assert notes["frames"] > 5
    clip = written.heard.clip
    loop = np.tile(np.square(clip.samples), 2)
    power = np.convolve(loop, np.ones(551) / 551, "valid").min()  # 0.05 s at 11,025 Hz
    assert notes["least"] > 0.5 * 0.25 * np.sqrt(power)  # the volume slider's middle is 0.25
    assert notes["slip"] < 0.02
    expect(panel.pause).to_be_visible()


def test_the_volume_is_heard(panel: Panel) -> None:
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.volume.press("Home")
    panel.wait("rms() < 1e-7")
    panel.volume.press("End")
    panel.wait("rms() > 1e-3")


def test_sound_that_the_browser_withholds_is_asked_for(
    open_page: Callable[..., Panel], written: Written
) -> None:
    # Automation counts as a gesture, so the browser's own rule cannot be met here.
    panel = open_page(
        written.path,
        """
        const [Context, { resume }] = [AudioContext, AudioContext.prototype];
        globalThis.allowed = false;
        Context.prototype.resume = function () {
          return allowed ? resume.call(this) : new Promise(() => {});
        };
        globalThis.AudioContext = class extends Context {
          constructor(options) { super(options); this.suspend(); }
        };
        """,
    )
    enable = panel.root.get_by_role("button", name="click to enable sound")
    expect(enable).to_have_count(0)
    panel.play.click()
    expect(enable).to_be_visible()
    assert panel.ask("player.position()") == 0
    panel.page.evaluate("globalThis.allowed = true")
    enable.click()
    expect(enable).to_have_count(0)
    panel.wait("rms() > 1e-3")


def test_a_damaged_sound_is_told_and_passes(
    open_page: Callable[..., Panel], written: Written, tmp_path: Path
) -> None:
    first, second, third, fourth = written.features[3][:4]

    def damage(document: dict[str, Any]) -> None:
        document["asked"]["feature"] = first
        document["features"][f"3/{second}"][0]["sound"] = "bm90IGEgc291bmQ="
        document["features"][f"3/{third}"][0]["pixels"] = "bm90IGd6aXA="

    panel = open_page(written.with_document(tmp_path / "damaged.html", damage))
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.feature.press("ArrowRight")
    expect(panel.alert).to_contain_text(f"The sound of feature 3-{second} cannot be decoded")
    panel.shows(3, second)  # its picture is good
    panel.wait("rms() < 1e-7")
    panel.a.check()
    panel.wait("rms() > 1e-3")  # A is good too
    panel.feature.focus()
    panel.feature.press("ArrowRight")
    expect(panel.alert).to_contain_text(
        f"Feature 3-{third} in this page cannot be read: its data are damaged"
    )
    panel.feature.press("ArrowRight")
    panel.shows(3, fourth)
    expect(panel.alert).to_have_count(0)  # what was wrong is no longer asked for
    panel.feature.press("ArrowLeft")
    expect(panel.alert).to_be_visible()
    panel.root.get_by_role("button", name="Dismiss").click()
    expect(panel.alert).to_have_count(0)
    panel.feature.press("ArrowLeft")
    expect(panel.alert).to_contain_text(f"The sound of feature 3-{second}")
    panel.feature.press("ArrowLeft")
    panel.shows(3, first)
    expect(panel.alert).to_have_count(0)
    panel.b.check()
    panel.wait("rms() > 1e-3")


def test_a_silent_feature_says_so_and_is_silent(
    open_page: Callable[..., Panel], odd: Written
) -> None:
    panel = open_page(odd.path)
    panel.shows(2, 0)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    panel.feature.press("ArrowRight")
    panel.shows(2, 1)
    expect(panel.root.locator("[data-deck=b]")).to_contain_text("silent for this clip")
    panel.wait("rms() < 1e-7")
    panel.feature.press("ArrowLeft")
    panel.shows(2, 0)
    expect(panel.root).not_to_contain_text("silent for this clip")
    panel.wait("rms() > 1e-3")
