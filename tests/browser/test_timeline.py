"""The time line of a long clip, as a page shows it: what it draws, where it goes, what is heard."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soxr
from held import HELD, begins, go_on
from live import Live
from making import make_model, make_noise
from playwright.sync_api import expect
from test_access import found

import auralise_jax as aj
from auralise_jax.widgets import timeline

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=2.0)
MODEL = make_model(FRONTEND)
SONG = aj.Clip(soxr.resample(make_noise(20.0, 3000).samples, 3000, RATE), RATE, "song")


def explore(model: aj.Model = MODEL, clip: aj.Clip = SONG, **told: Any) -> aj.Explorer:
    return aj.explore(model, clip, **({"layer": 2, "feature": 1, "start": 0.0} | told))


def opened(live: Callable[..., Live], *given: Any, **told: Any) -> Live:
    """Open the panel and wait until the song was heard."""
    one = live(explore(*given, **told))
    one.pump()
    expect(one.panel.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    return one


def start(one: Live) -> Any:
    return one.panel.root.get_by_role("slider", name="Start")


def ribbon(one: Live) -> str:
    return one.panel.ask("root.querySelector('.auralise-lines[data-feature]').dataset.feature")


def heights(one: Live) -> list[float]:
    """Return the ribbon's heights at the middles of the windows, 0 to 1, as they are drawn."""
    path = one.panel.ask(
        "root.querySelector('.auralise-lines[data-feature] path').getAttribute('d')"
    )
    upper = path.removeprefix("M").split("L")[: path.count("L") // 2 + 1]
    return [1 - float(point.split()[1]) / 100 for point in upper[1:-1]]


def pointed(one: Live, seconds: float) -> tuple[float, float]:
    """Return where a moment stands on the screen."""
    one.panel.root.locator(".auralise-song").scroll_into_view_if_needed()
    box = one.panel.box(".auralise-song")
    return box["x"] + seconds / SONG.duration * box["width"], box["y"] + box["height"] / 2


def test_the_ribbon_follows_the_sliders_before_python_answers(live) -> None:
    one = opened(live)
    song = one.widget.song

    def drawn(layer: int, feature: int) -> None:
        expect(one.panel.root.locator(".auralise-lines[data-feature]")).to_have_attribute(
            "data-feature", f"{layer}-{feature}"
        )
        values = song.activity(layer)[:, feature]
        np.testing.assert_allclose(heights(one), values / values.max(), atol=1e-4)

    drawn(2, 1)
    one.panel.feature.press("ArrowRight")
    drawn(2, 2)
    one.panel.root.press("Shift+ArrowRight")
    drawn(3, 2)
    assert one.widget.feature == 1  # nothing was sent yet


def test_the_stack_is_what_the_network_says(live) -> None:
    one = opened(live)
    odds = one.widget.song.probabilities
    paths = one.panel.ask(
        "[...root.querySelectorAll('.auralise-song-said path')].map(one => one.getAttribute('d'))"
    )
    assert len(paths) == 3
    tops = [
        [1 - float(point.split()[1]) / 100 for point in path[1:].split("L")[1 : len(odds) + 1]]
        for path in paths
    ]
    np.testing.assert_allclose(tops[0], 1, atol=1e-4)
    np.testing.assert_allclose(tops[1], odds[:, 1:].sum(axis=1), atol=1e-4)
    np.testing.assert_allclose(tops[2], odds[:, 2], atol=1e-4)
    names = one.panel.root.get_by_role("group", name="Classes over the song").get_by_role("button")
    assert names.all_inner_texts() == ["a", "b", "c"]
    x, y = pointed(one, 10.0)
    one.page.mouse.move(x, y)
    tip = one.panel.root.locator(".auralise-song-tip")
    expect(tip).to_contain_text("10.0 s (window 9.0 to 11.0 s)")
    expect(tip).to_contain_text(f"b {round(100 * odds[9, 1])}\u00a0%")
    activity = one.widget.song.activity(2)[9, 1]
    said = re.search(r"activity of 2-1: ([\d.]+)", tip.inner_text())
    assert float(said[1]) == pytest.approx(activity, rel=5e-3)


def test_a_click_a_drag_and_keys_move_the_window(live) -> None:
    one = opened(live)
    mouse = one.page.mouse
    mouse.click(*pointed(one, 8.0))
    one.pump()
    assert one.widget.start == pytest.approx(7.0, abs=0.1)  # its middle is there
    expect(one.panel.root).to_contain_text(re.compile(r"7\.\d to 9\.\d of 20\.0 s"))
    expect(start(one)).to_be_focused()
    odds = one.widget.song.probabilities[round(one.widget.start)]
    said = [f"{name} {round(100 * odds[k])}\u00a0%" for k, name in enumerate("abc")]
    spoken = f"{one.widget.start:.1f} s, {', '.join(said)}, activity of 2-1"
    expect(start(one)).to_have_attribute("aria-valuetext", re.compile(f"^{re.escape(spoken)}"))
    mouse.move(*pointed(one, 7.5))
    mouse.down()
    mouse.move(*pointed(one, 12.5), steps=4)
    one.pump()
    before = one.widget.start  # while the button is down; a slow machine follows at the end alone
    assert any(before == pytest.approx(here, abs=0.2) for here in (12.0, 7.0))
    mouse.move(*pointed(one, 14.5), steps=4)
    mouse.up()
    one.pump()
    assert one.widget.start == pytest.approx(14.0, abs=0.2)
    mouse.click(*pointed(one, 19.9))
    one.pump()
    assert one.widget.start == 18.0
    for key, there in (("Home", 0.0), ("ArrowRight", 0.1), ("End", 18.0)):
        start(one).press(key)
        one.pump()
        assert one.widget.start == pytest.approx(there)
    pane = one.panel.box(".auralise-pane")
    box = one.panel.box(".auralise-song")
    assert pane["x"] + pane["width"] == pytest.approx(box["x"] + box["width"], abs=0.1)


def test_moving_the_window_does_not_stop_the_sound(live) -> None:
    one = opened(live)
    one.panel.play.click()
    one.panel.wait("rms() > 1e-3")
    for moment in (5.0, 12.0):
        one.page.mouse.click(*pointed(one, moment))
        one.pump()
        assert one.panel.ask("player.playing")
        one.panel.wait_played(0.1)
        one.panel.wait("rms() > 1e-3")
    expect(one.panel.root.locator(".auralise-time")).to_contain_text(re.compile(r"/ 13\.\d0 s"))


# Of the last two sounds of deck A: when they change over, how much of the first would have come,
# where in each that is, and how far they differ there.
CHANGED = """(() => {
  const [before, after] = begun.filter((_, i) => i % 2 === 0).slice(-2);
  const at = before.offset + after.when - before.when;
  const [one, other] = [before, after].map(({ buffer }) => buffer.getChannelData(0));
  const { sampleRate } = after.buffer;
  const [from, to] = [at, after.offset].map((seconds) => Math.round(seconds * sampleRate));
  let [most, peak] = [0, 0];
  for (let i = 0; i < 0.1 * sampleRate; i++) {
    most = Math.max(most, Math.abs(one[from + i] - other[to + i]));
    peak = Math.max(peak, Math.abs(one[from + i]));
  }
  const fades = before.ends - after.when;
  return { at, left: before.buffer.duration - at, offset: after.offset, most, peak, fades };
})()"""


def test_without_the_loop_the_song_plays_on_without_a_gap(live) -> None:
    """The sounds of two windows are laid on each other where they are the same, and crossfaded."""
    model = make_model(aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=8.0))
    one = opened(live, model)
    one.page.evaluate(HELD)
    one.panel.loop.click()
    one.panel.ask("player.seek(5.7)")
    one.panel.play.click()
    begins(one.panel, 2)  # a sound for each deck
    go_on(one.panel, 0.8)  # both windows have this
    one.pump(lambda: one.widget.start == 6.0)
    begins(one.panel, 4)
    found = one.panel.ask(CHANGED)
    assert found["left"] > 0.05  # it came in time: nothing was over
    assert found["offset"] + 6.0 == pytest.approx(found["at"], abs=1e-4)  # the same moment, s
    assert found["fades"] >= 0.015  # the mixer's crossfade
    assert found["most"] < 2e-3 * found["peak"]  # int16, resampled window by window
    assert one.panel.ask("player.playing")
    kinds = [request["kind"] for request in one.requests]
    assert kinds.count("ahead") == 1
    assert kinds.count("bank") == 1  # of no window that only passes
    # To the song's own end, where it stops.
    start(one).press("End")
    one.pump()
    one.panel.ask("player.seek(7.9)")
    go_on(one.panel, 2.0)
    one.panel.wait("!player.playing")
    assert one.widget.start == 12.0
    one.pump()


def test_the_strongest_places_one_after_the_other(live) -> None:
    one = opened(live)
    places = one.widget.song.strongest(2, 1)
    assert len(places) == 5
    for number in (1, 2, 3, 4, 5, 1):
        one.panel.root.press("t")
        one.pump()
        place = places[number - 1]
        assert one.widget.start == pytest.approx(min(place.start, 18.0))
        expect(one.panel.root).to_contain_text(f"{number} of 5, {place.start:.1f} s")
    one.panel.feature.press("ArrowRight")
    expect(one.panel.root).to_contain_text("5 places")
    one.pump()
    one.panel.root.get_by_role("button", name="strongest (T)").click()
    one.pump()
    assert one.widget.start == pytest.approx(min(one.widget.song.strongest(2, 2)[0].start, 18.0))


def test_a_class_alone_and_the_windows_that_carry_it_in_a_row(live) -> None:
    one = opened(live)
    root = one.panel.root
    places = [min(one.start, 18.0) for one in one.widget.song.likeliest("b")]
    hear = root.get_by_role("button", name="hear where")
    expect(hear).to_be_hidden()
    root.get_by_role("button", name="b", exact=True).click()
    expect(root.locator(".auralise-song-said path")).to_have_count(1)
    expect(hear).to_have_attribute("title", re.compile("Which part makes it b"))
    hear.click()
    one.pump(lambda: one.widget.start == pytest.approx(places[0]))
    expect(root).to_contain_text(f"1 of {len(places)}, ")
    one.panel.wait("player.playing && rms() > 1e-3")
    one.pump(lambda: one.widget.start == pytest.approx(places[1]))
    expect(root).to_contain_text(f"2 of {len(places)}, ")
    assert one.panel.ask("player.playing && player.loop")
    root.press("Escape")
    expect(hear).to_be_hidden()
    expect(root.locator(".auralise-song-said path")).to_have_count(3)
    assert one.panel.ask("player.playing")  # on in this window
    assert one.widget.start == pytest.approx(places[1])


def test_progress_is_shown_and_can_be_stopped(live, monkeypatch) -> None:
    reached, go = threading.Event(), threading.Event()
    listen_song = timeline.listen_song

    def slow(*given: Any, each: Any, **more: Any) -> Any:
        def one(done: int, of: int) -> None:
            each(done, of)
            if done == 10:
                reached.set()
                assert go.wait(60)

        return listen_song(*given, each=one, **more)

    monkeypatch.setattr(timeline, "listen_song", slow)
    one = live(explore())
    one.page.wait_for_function("() => live.out.some(({ content }) => content?.kind === 'song')")
    for told in one.page.evaluate("() => live.out.splice(0)"):
        one.take(told)
    assert reached.wait(60)
    one.deliver()
    root = one.panel.root
    bar = root.get_by_role("progressbar", name="Hearing the song")
    expect(bar).to_be_visible()
    expect(root).to_contain_text("hearing the song: 10 of 20 s")
    root.locator(".auralise-song-working").get_by_role("button", name="stop").click()
    for told in one.page.evaluate("() => live.out.splice(0)"):
        one.take(told)
    go.set()
    one.pump()
    assert one.widget.song is None
    expect(bar).to_be_hidden()
    root.get_by_role("button", name="hear the whole song").click()
    one.pump()
    assert one.widget.song is not None
    expect(root.get_by_role("button", name="hear the whole song")).to_be_hidden()


def test_what_goes_wrong_stands_in_the_time_line(live, monkeypatch) -> None:
    def broken(*_given: Any, **_more: Any) -> None:
        raise ValueError("song.wav is damaged after 63.0 s")

    with monkeypatch.context() as patched:
        patched.setattr(timeline, "listen_song", broken)
        one = live(explore())
        one.pump()
    root = one.panel.root
    expect(root.locator(".auralise-song-error")).to_contain_text("damaged after 63.0 s")
    expect(one.panel.alert).to_have_count(0)
    one.panel.feature.press("ArrowRight")
    one.pump()
    one.panel.shows(2, 2)
    root.get_by_role("button", name="again").click()
    one.pump()
    expect(root.locator(".auralise-song-error")).to_have_count(0)
    expect(root.get_by_role("button", name="strongest (T)")).to_be_enabled()


@pytest.mark.parametrize(
    ("task", "classes", "caption", "entries", "paths"),
    [
        ("tags", ("rock", "<i>vocal", "slow"), "Tags", 3, 3),
        ("tempo", ("60 BPM", "90 BPM", "120 BPM"), "Tempo", 0, 1),
        ("classes", (), None, 0, 1),
    ],
)
def test_other_networks(live, task, classes, caption, entries, paths) -> None:
    model = make_model(FRONTEND, dense=(7, 3) if classes else ())
    one = opened(live, dataclasses.replace(model, classes=classes, task=task))
    line = one.panel.root.locator(".auralise-timeline")
    shown = line.locator(".auralise-song-caption").all_inner_texts()
    assert [words for words in shown if words] == [*([caption] if caption else []), "Activity"]
    legend = line.get_by_role("group", name="Classes over the song")
    assert legend.get_by_role("button").count() == entries
    assert line.locator(".auralise-song-said path").count() == paths
    if task == "tempo":
        tempi = [float(classes[k].split()[0]) for k in one.widget.song.probabilities.argmax(axis=1)]
        expect(legend).to_contain_text(f"{min(tempi):.0f} to {max(tempi):.0f} BPM")


def test_under_a_mute_the_old_lines_stay_as_outlines(live) -> None:
    one = opened(live)
    dashed = one.panel.root.locator(".auralise-song-said path[data-dashed]")
    expect(dashed).to_have_count(0)
    one.widget.muted = [(2, feature) for feature in range(4)]
    one.pump(lambda: one.widget.song is not None)  # after a rest: more may be muted at once
    expect(dashed).to_have_count(2)
    assert one.widget.song.model.gains
    one.widget.muted = []
    one.pump(lambda: one.panel.ask("root.auralise.store.song().before === null"))
    expect(dashed).to_have_count(0)


def test_it_can_be_read_by_everybody(live) -> None:
    one = opened(live)
    root = one.panel.root
    root.get_by_role("button", name="b", exact=True).click()
    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 320), ("light", 320)):
        one.page.emulate_media(color_scheme=scheme)
        one.page.set_viewport_size({"width": width, "height": 900})
        assert found(one.page) == [], (scheme, width)
        assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for name in ("a", "hear where", "strongest (T)"):
            box = root.get_by_role("button", name=name, exact=True).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
