"""A page of its own with a time line: where it goes, and what is heard on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from held import HELD, begins, go_on, played
from making import make_model, make_noise
from panel import Panel
from playwright.sync_api import expect
from test_access import found
from test_timeline import FRONTEND, RATE
from written import Written

import auralise_jax as aj

SONG = aj.Clip(soxr.resample(make_noise(12.0, 3000).samples, 3000, RATE), RATE, "song")
STARTS = [0.0, 1.5, 3.5, 9.5]  # the second overlaps the first, the third follows on the second


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("windows") / "song.html"
    with aj.explore(make_model(FRONTEND), SONG, layer=2, feature=1, start=0.0) as panel:
        panel.to_html(path, layers=[2, 3], features=2, codec="flac", windows=STARTS)
        return Written(path, panel.heard)


@pytest.fixture(scope="module")
def song() -> aj.SongListening:
    return aj.listen_song(make_model(FRONTEND), SONG, 1.0, progress=False)


@pytest.fixture
def panel(open_page: Callable[..., Panel], page_file: Written) -> Panel:
    return opened(open_page, page_file)


def opened(open_page: Callable[..., Panel], page_file: Written, **options: Any) -> Panel:
    panel = open_page(page_file.path, **options)
    expect(panel.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    return panel


def shows(panel: Panel, start: float) -> None:
    """Wait until the window that begins there is shown, and all words agree."""
    expect(panel.root).to_contain_text(f"{start:.1f} to {start + 2:.1f} of 12.0 s")
    expect(panel.root.locator(".auralise-time")).to_contain_text(f"/ {start + 2:.2f} s")
    expect(panel.root.get_by_role("slider", name="Start")).to_have_attribute(
        "aria-valuetext", re.compile(f"^{start:.1f} s")
    )


def named(panel: Panel, start: float) -> None:
    """Wait until that window is shown while the frame is dragged, or named, on a slow machine."""
    there = rf"{start:.1f} to {start + 2:.1f} of 12\.0 s|; next from {start:.1f} s"
    expect(panel.root).to_contain_text(re.compile(there))


def pointed(panel: Panel, seconds: float) -> tuple[float, float]:
    panel.root.locator(".auralise-song").scroll_into_view_if_needed()
    box = panel.box(".auralise-song")
    return box["x"] + seconds / SONG.duration * box["width"], box["y"] + box["height"] / 2


def test_the_windows_that_are_here_are_marked_and_keys_go_from_one_to_the_next(
    panel: Panel, page_file: Written
) -> None:
    root = panel.root
    expect(root).to_contain_text("4 windows here")
    frames = root.locator(".auralise-song-here i")
    line = panel.box(".auralise-song")
    for frame, start in zip(frames.all(), STARTS, strict=True):
        box = frame.bounding_box()
        assert box is not None
        assert box["x"] - line["x"] == pytest.approx(start / 12 * line["width"], abs=1)
        assert box["width"] == pytest.approx(line["width"] / 6, abs=1)
    slider = root.get_by_role("slider", name="Start")
    for key, start in (
        *(("ArrowRight", start) for start in [*STARTS[1:], STARTS[-1]]),
        *(("ArrowLeft", start) for start in STARTS[2::-1]),
        ("End", STARTS[-1]),
        ("Home", 0.0),
    ):
        slider.press(key)
        shows(panel, start)
        panel.shows(2, 1)
    slider.press("ArrowRight")
    shows(panel, 1.5)
    panel.root.press("s")  # to where the page opened
    shows(panel, 0.0)
    facts = page_file.document["facts"]
    slider.press("End")
    shows(panel, STARTS[-1])
    panel.root.get_by_label("Range").select_option("100")
    seen = panel.levels("a", facts["bins"], facts["frames"], facts)
    there = aj.listen(make_model(FRONTEND), SONG, STARTS[-1])
    wanted = np.frombuffer(Written(page_file.path, there).source, np.uint8).reshape(seen.shape)
    assert np.corrcoef(seen[3:-3, 3:-3].ravel(), wanted[3:-3, 3:-3].ravel())[0, 1] > 0.95


def test_a_click_near_a_window_shows_and_plays_it(panel: Panel) -> None:
    mouse = panel.page.mouse
    mouse.click(*pointed(panel, 8.3))
    shows(panel, 9.5)
    expect(panel.pause).to_be_visible()
    panel.wait("rms() > 1e-3")
    mouse.click(*pointed(panel, 2.6))  # what plays plays on
    shows(panel, 1.5)
    assert panel.ask("player.playing")
    panel.pause.click()
    mouse.click(*pointed(panel, 2.6))  # the same window again
    expect(panel.pause).to_be_visible()
    panel.pause.click()
    mouse.move(*pointed(panel, 3.0))
    mouse.down()
    for moment, start in ((4.6, 3.5), (11.0, 9.5), (0.5, 0.0)):
        mouse.move(*pointed(panel, moment), steps=3)
        named(panel, start)
    mouse.up()
    shows(panel, 0.0)


def test_changing_windows_makes_no_gap(open_page: Callable[..., Panel], page_file: Written) -> None:
    panel = opened(open_page, page_file, script=HELD)
    panel.a.check()
    panel.play.click()
    begins(panel, 2)  # a sound for each deck
    for number, (start, moment) in enumerate(((3.5, 4.5), (9.5, 10.0), (0.0, 0.9)), start=1):
        go_on(panel, 0.4 * number)
        panel.page.mouse.click(*pointed(panel, moment))
        shows(panel, start)
        begins(panel, 2 * number + 2)
    sound = played(panel)[round(0.05 * RATE) : round(2.0 * RATE)]
    size = round(0.02 * RATE)
    level = np.sqrt(np.convolve(sound**2, np.ones(size) / size, "valid"))
    assert level.min() > 0.4 * np.median(level)


def test_the_strongest_of_those_that_are_here(panel: Panel, song: aj.SongListening) -> None:
    values = song.activity(2)[[0, 2, 4, 10], 1]  # of the windows that are heard, the nearest
    order = [STARTS[i] for i in np.argsort(-values)]
    expect(panel.root).to_contain_text("4 places")
    for number, start in enumerate([*order, order[0]]):
        panel.root.press("t")
        shows(panel, start)
        expect(panel.root).to_contain_text(f"{number % 4 + 1} of 4, {start:.1f} s")


def test_a_class_in_a_row_over_those_that_are_here(panel: Panel, song: aj.SongListening) -> None:
    values = song.probabilities[[0, 2, 4, 10], 1]
    order = [STARTS[i] for i in np.argsort(-values) if values[i] >= values.max() / 2]
    panel.root.get_by_role("button", name="b", exact=True).click()
    panel.root.get_by_role("button", name="hear where").click()
    for number, start in enumerate(order[:2], start=1):
        expect(panel.root).to_contain_text(f"{number} of {len(order)}, {start:.1f} s")
        shows(panel, start)
    panel.wait("player.playing && rms() > 1e-3")


def test_without_the_loop_the_song_plays_on_as_far_as_the_windows_go(
    open_page: Callable[..., Panel], page_file: Written
) -> None:
    panel = opened(open_page, page_file, script=HELD)
    panel.a.check()
    panel.loop.click()
    panel.play.click()
    begins(panel, 2)  # a sound for each deck
    go_on(panel, 1.7)  # both windows have this
    begins(panel, 4)
    shows(panel, 1.5)
    go_on(panel, 3.3)  # the next begins when this ends
    begins(panel, 6)
    shows(panel, 3.5)
    sound = played(panel)
    panel.wait("!player.playing")
    shows(panel, 3.5)  # the window behind it is too far away
    follows(sound, end=5.5, seam=3.5)


def follows(sound: np.ndarray, end: float, seam: float) -> None:
    """Check that the song is what was played from its first sample to `end`, s, then nothing.

    At `seam`, s, a window begins that has nothing in common with the one before: both are faded.
    """
    first = round(0.02 * RATE)  # the mixer looks so far ahead
    assert np.flatnonzero(sound)[0] - first in (0, 1)  # the first is faded in from 0
    sound, silence = np.split(sound[first:], [round(end * RATE)])
    assert not silence.any()
    song = SONG.samples[: len(sound)].astype(float)
    whole = np.full(len(song), True)  # but for where it is faded
    for moment in (0.0, seam, end):
        whole[max(0, round((moment - 0.003) * RATE)) : round((moment + 0.016) * RATE)] = False
    sound, song = sound[whole], song[whole]
    song *= np.dot(song, sound) / np.dot(song, song)
    difference = np.abs(sound - song)
    assert difference.max() < 2e-4 * np.abs(song).max()


def test_a_window_that_follows_on_another_begins_when_that_ends(
    open_page: Callable[..., Panel], tmp_path: Path
) -> None:
    with aj.explore(make_model(FRONTEND), SONG, layer=2, feature=1, start=0.0) as made:
        path = made.to_html(
            tmp_path / "page.html", layers=[2], features=1, codec="flac", windows=[2]
        )
    panel = open_page(path, script=HELD)
    panel.a.check()
    panel.play.click()
    begins(panel, 2)
    go_on(panel, 0.5)
    assert panel.ask("""(async () => {
      const page = document.getElementById("auralise-page").textContent;
      const [{ windows, facts, beginning }] = JSON.parse(page);
      const [source] = windows[0].sources;
      const bytes = Uint8Array.from(atob(beginning + source.sound), (c) => c.charCodeAt(0));
      const sound = { bytes, codec: "flac", rate: facts.sample_rate, scale: 1 };
      const sounds = Object.fromEntries(player.decks.map((deck) => [deck, sound]));
      await player.prepare([sound]);
      player.setLoop(false);
      return player.move(sounds, (position) => position - 2);
    })()""")
    sound = played(panel)
    panel.wait("!player.playing")
    follows(sound, end=4.0, seam=2.0)


def test_it_can_be_read_by_everybody(panel: Panel) -> None:
    root = panel.root
    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 320), ("light", 320)):
        panel.page.emulate_media(color_scheme=scheme)
        panel.page.set_viewport_size({"width": width, "height": 900})
        assert found(panel.page) == [], (scheme, width)
        assert panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel.page.set_viewport_size({"width": 1280, "height": 900})
    panel.page.mouse.move(*pointed(panel, 7.0))
    expect(root.locator(".auralise-song-tip")).to_contain_text("here from 3.5 s")


def test_a_lesson_says_why_its_windows_are_there(
    open_page: Callable[..., Panel], tmp_path: Path
) -> None:
    with aj.explore(make_model(FRONTEND), SONG, layer=2, feature=1, start=0.0) as panel:
        lesson = aj.Lesson(["# A song", panel], layers=[2], features=1, timeline=True)
        (figure,) = lesson.figures
        page = open_page(lesson.save(tmp_path / "lesson.html"))
    expect(page.root).to_contain_text(f"{1 + len(figure.windows)} windows here")
    slider = page.root.get_by_role("slider", name="Start")
    for window in sorted(figure.windows):
        slider.press("ArrowRight")
        expect(slider).to_have_attribute(
            "aria-valuetext", re.compile(rf"^{window.start:.1f} s: {re.escape(window.why)}")
        )


def test_a_page_without_a_time_line_has_none(
    open_page: Callable[..., Panel], tmp_path: Path
) -> None:
    with aj.explore(make_model(FRONTEND), SONG, layer=2, feature=1, start=0.0) as panel:
        page = open_page(panel.to_html(tmp_path / "page.html", layers=[2], features=1))
    expect(page.root.locator(".auralise-timeline")).to_be_hidden()
    page.root.press("t")
    page.shows(2, 1)
