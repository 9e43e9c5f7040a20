"""How the pictures look: axes, zoom, colours, and the readout under the pointer."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Callable
from typing import Any

import librosa
import numpy as np
import pytest
from matplotlib import colormaps
from panel import Panel
from playwright.sync_api import expect
from written import Written

from auralise_jax.widgets.page import STEP

LOWEST = 40.0  # Hz, where the logarithmic axis begins

_GREY = np.array([0.299, 0.587, 0.114]) * 255
_RISING = colormaps["magma"](np.arange(256))[:, :3] @ _GREY  # magma only ever gets lighter


def to_share(scale: str, hertz: Any, top: float) -> Any:
    """Where a frequency stands on an axis that shows everything, 0 bottom, 1 top."""
    if scale == "log":
        return np.log(np.asarray(hertz) / LOWEST) / np.log(top / LOWEST)
    if scale == "mel":
        return librosa.hz_to_mel(hertz, htk=False) / librosa.hz_to_mel(top, htk=False)
    return np.asarray(hertz) / top


def to_hertz(scale: str, share: Any, top: float, lowest: float = LOWEST) -> Any:
    if scale == "log":
        return lowest * (top / lowest) ** np.asarray(share)
    if scale == "mel":
        return librosa.mel_to_hz(np.asarray(share) * librosa.hz_to_mel(top), htk=False)
    return np.asarray(share) * top


class Screen:
    """What a panel's pictures show, read off the screen, and what they should."""

    def __init__(self, panel: Panel, written: Written) -> None:
        self.panel = panel
        panel.wait("root.auralise.figure.rows.every((one) => one.levels)")
        self.facts = written.document["facts"]
        self.shape = (self.facts["bins"], self.facts["frames"])
        self.top = self.facts["sample_rate"] / 2
        shown = written.shown(written.document["asked"]["layer"], self.feature)
        made = {"a": written.source, "b": shown.pixels}
        self.levels = {
            deck: np.frombuffer(one, np.uint8).reshape(self.shape).astype(float)
            for deck, one in made.items()
        }

    @property
    def feature(self) -> int:
        return int(self.panel.root.get_attribute("data-feature") or -1)

    def labels(self, axis: str) -> list[tuple[str, dict[str, float]]]:
        """Texts of an axis' labels and where they stand, px."""
        return self.panel.root.locator(f".auralise-axis-{axis}").first.evaluate(
            """axis => [...axis.children].map((one) =>
                 [one.textContent, one.getBoundingClientRect().toJSON()])"""
        )

    @property
    def seconds(self) -> tuple[float, float]:
        """First and last moment in sight, by the labels of the time axis."""
        stage = self.panel.box(".auralise-stage")
        found = [(float(text.split()[0]), box) for text, box in self.labels("time")]
        middles = [box["x"] + box["width"] / 2 for _, box in found]
        scale, zero = np.polyfit(middles, [second for second, _ in found], 1)
        edges = zero + scale * np.array([stage["x"], stage["x"] + stage["width"]])
        return float(edges[0]), float(edges[1])

    def read(self, deck: str) -> np.ndarray:
        """Levels on the screen, one for every pixel, 0 to 255 over -100 to 0 dB."""
        grey = self.panel.pixels(deck) @ (_GREY / 255)
        return np.interp(grey, _RISING, np.arange(256))

    def frames(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Frames in sight, and the pixel in which each has its middle."""
        low, high = self.seconds
        seconds = np.arange(self.shape[1]) * self.facts["axes"]["hop"]
        inside = np.flatnonzero((seconds > low + 0.02) & (seconds < high - 0.02))
        return inside, ((seconds[inside] - low) / (high - low) * width).astype(int)

    def bins(self, hertz: np.ndarray) -> np.ndarray:
        return np.clip(hertz / self.facts["axes"]["hz"], 0, self.shape[0])

    def wanted(self, deck: str, frames: np.ndarray, bins: np.ndarray) -> np.ndarray:
        """Levels at these frames and (broken) bins."""
        whole = self.levels[deck][:, frames]
        return np.array([np.interp(bins, np.arange(self.shape[0]), one) for one in whole.T]).T


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def agree(screen: Screen, hertz_of: Callable[[np.ndarray], np.ndarray]) -> None:
    """Both pictures show the right frequencies in their rows and the right frames in sight.

    `hertz_of` maps shares of the height, 0 bottom, to frequencies.
    """
    for deck in "ab":
        read = screen.read(deck)
        height, width = read.shape
        frames, columns = screen.frames(width)
        # A row is the mean over its height: here of eight lines in it.
        lines = hertz_of(1 - (np.arange(8 * height) + 0.5) / (8 * height))

        def rows(
            shift: float = 0,
            frames: np.ndarray = frames,
            lines: np.ndarray = lines,
            deck: str = deck,
            height: int = height,
        ) -> np.ndarray:
            found = screen.wanted(deck, frames, screen.bins(lines) + shift)
            return found.reshape(height, 8, len(frames)).mean(axis=1)

        seen = read[:, columns]
        best = alike(seen, rows())
        # The screen smooths between frames, and that of colours is not that of levels.
        assert best > 0.97, f"{deck}: {best:.3f}"
        for shift in (-1, 1):  # a bin or a frame off is another picture
            assert alike(seen, rows(shift)) < best - 0.005
            moved = np.clip(frames + shift, 0, screen.shape[1] - 1)
            assert alike(seen, rows(frames=moved)) < best - 0.005


@pytest.fixture
def screen(open_page: Callable[..., Panel], written: Written) -> Screen:
    panel = open_page(written.path, device_scale_factor=2)  # more pixels than bins
    panel.root.get_by_label("Range").select_option("100")  # all that a byte spans
    return Screen(panel, written)


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
def test_each_frequency_stands_where_its_axis_says(screen: Screen, scale: str) -> None:
    screen.panel.root.get_by_label("Axis").select_option(scale)
    agree(screen, lambda share: to_hertz(scale, share, screen.top))
    if scale == "log":
        read = screen.read("a")
        frames, columns = screen.frames(read.shape[1])
        share = 1 - (np.arange(read.shape[0]) + 0.5) / read.shape[0]
        fits = {
            lowest: alike(
                read[:, columns],
                screen.wanted("a", frames, screen.bins(to_hertz("log", share, screen.top, lowest))),
            )
            for lowest in (30, 36, 40, 44, 50)
        }
        assert max(fits, key=fits.__getitem__) == LOWEST


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
@pytest.mark.parametrize("height", [860, 1400])
def test_labels_stand_where_their_frequency_is(
    open_page: Callable[..., Panel], written: Written, scale: str, height: int
) -> None:
    panel = open_page(written.path, viewport={"width": 1280, "height": height})
    screen = Screen(panel, written)
    panel.root.get_by_label("Axis").select_option(scale)
    canvas = panel.box("[data-deck=a] canvas")
    found = screen.labels("frequency")
    assert len(found) >= 4
    assert [" kHz" in text for text, _ in found].count(True) == 1  # the unit is told once
    for text, box in found:
        share = to_share(scale, 1000 * float(text.removesuffix(" kHz")), screen.top)
        place = canvas["y"] + canvas["height"] * (1 - float(share))
        # At the very ends a label is moved inside by half its height.
        half = box["height"] / 2
        place = np.clip(place, canvas["y"] + half, canvas["y"] + canvas["height"] - half)
        assert box["y"] + half == pytest.approx(place, abs=1), text  # px
    bottoms = sorted(box["y"] for _, box in found)
    assert np.diff(bottoms).min() > max(box["height"] for _, box in found)  # none covers another


@pytest.mark.parametrize("scale", ["log", "mel"])
def test_a_zoomed_axis_still_has_labels(
    open_page: Callable[..., Panel], written: Written, scale: str
) -> None:
    panel = open_page(written.path)
    screen = Screen(panel, written)
    panel.root.get_by_label("Axis").select_option(scale)
    button = panel.root.get_by_role("button", name="Zoom frequency in")
    for _ in range(8):
        button.click()
        # With fewer than two nobody can tell what is seen.
        assert len(screen.labels("frequency")) >= 2


def test_keys_zoom_time_around_the_playhead(screen: Screen) -> None:
    panel, keys = screen.panel, screen.panel.page.keyboard
    stage = panel.box(".auralise-stage")
    panel.go(13)
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)
    panel.root.focus()
    widths = [4.0]
    for key in ("+", "=", "+"):
        keys.press(key)
        low, high = screen.seconds
        widths.append(high - low)
        # The playhead stays where it was, and its slider's number and place agree.
        assert (1.3 - low) / (high - low) == pytest.approx(1.3 / 4, abs=0.002)
        head = panel.box(".auralise-playhead")
        at = (head["x"] + head["width"] / 2 - stage["x"]) / stage["width"]
        assert at == pytest.approx(1.3 / 4, abs=0.002)
        expect(panel.position).to_have_attribute("aria-valuenow", "1.30")
    steps = np.divide(widths[1:], widths[:-1])
    assert steps == pytest.approx([steps[0]] * 3, rel=0.01)
    assert 0.4 < steps[0] < 0.8
    agree(screen, lambda share: to_hertz("linear", share, screen.top))
    assert panel.ask("player.position()") == pytest.approx(1.3)  # nothing moved but the window

    for width in widths[-2::-1]:
        keys.press("-")
        low, high = screen.seconds
        assert high - low == pytest.approx(width, abs=0.01)
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)
    keys.press("+")
    keys.press("0")
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)


def test_buttons_zoom_both_axes(screen: Screen) -> None:
    panel = screen.panel
    click = {
        name: panel.root.get_by_role("button", name=name, exact=True).click
        for name in (
            *(f"Zoom {a} {w}" for a in ("time", "frequency") for w in ("in", "out")),
            "all",
        )
    }
    click["Zoom time in"]()
    low, high = screen.seconds
    assert high - low < 3
    click["Zoom time out"]()
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)

    before = screen.labels("frequency")
    click["Zoom frequency in"]()
    canvas = panel.box("[data-deck=a] canvas")

    def hertz(share: np.ndarray) -> np.ndarray:
        """By the labels, but for the lowest, which may have been moved inside."""
        found = screen.labels("frequency")[1:]
        values = [1000 * float(text.removesuffix(" kHz")) for text, _ in found]
        bottom = canvas["y"] + canvas["height"]
        places = [(bottom - box["y"] - box["height"] / 2) / canvas["height"] for _, box in found]
        return np.polyval(np.polyfit(places, values, 1), share)

    low, high = hertz(np.array([0, 1]))
    assert 0 < low < high < screen.top
    assert low + high == pytest.approx(screen.top, rel=0.01)  # around the middle
    agree(screen, hertz)
    click["Zoom time in"]()
    click["Zoom frequency in"]()
    agree(screen, hertz)
    click["all"]()
    assert screen.labels("frequency") == before
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)


def turn_wheel(panel: Panel, axis: str, turn: tuple[float, float], key: str) -> None:
    """Turn the wheel with a key held, and wait until the axis has other labels."""
    before = panel.root.locator(f".auralise-axis-{axis}").first.inner_html()
    panel.page.keyboard.down(key)
    panel.page.mouse.wheel(*turn)
    panel.wait(f"root.querySelector('.auralise-axis-{axis}').innerHTML !== x", before)
    panel.page.keyboard.up(key)


def test_the_wheel_zooms_around_the_pointer_and_pans(screen: Screen) -> None:
    panel = screen.panel
    stage = panel.box(".auralise-stage")
    share = 0.7
    panel.page.mouse.move(stage["x"] + share * stage["width"], stage["y"] + 0.3 * stage["height"])
    widths = [4.0]
    for _ in range(6):
        turn_wheel(panel, "time", (0, -100), "Control")
        low, high = screen.seconds
        assert low + share * (high - low) == pytest.approx(0.7 * 4, abs=0.01)
        widths.append(high - low)
    assert np.diff(widths).max() < 0
    agree(screen, lambda share: to_hertz("linear", share, screen.top))
    zoom = panel.page.evaluate("[devicePixelRatio, visualViewport.scale]")
    assert zoom == [2, 1]  # the page itself does not zoom

    low, high = screen.seconds
    panel.ask("root.addEventListener('wheel', (e) => (globalThis.turn = e.deltaX || e.deltaY))")
    turn_wheel(panel, "time", (0, 100), "Shift")
    moved = screen.seconds
    assert moved[1] - moved[0] == pytest.approx(high - low, abs=0.005)
    turn = panel.page.evaluate("globalThis.turn")  # px: the picture goes with the fingers
    assert moved[0] - low == pytest.approx(turn / stage["width"] * (high - low), abs=0.005)
    agree(screen, lambda share: to_hertz("linear", share, screen.top))
    turn_wheel(panel, "time", (0, -100), "Shift")
    assert screen.seconds == pytest.approx((low, high), abs=0.005)
    for _ in range(10):
        panel.page.keyboard.down("Control")
        panel.page.mouse.wheel(0, 100)
        panel.page.keyboard.up("Control")
    panel.wait("root.querySelector('.auralise-axis-time').textContent.startsWith('0 s')")
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)  # never more than there is


def test_the_wheel_over_the_frequency_axis_zooms_frequency(screen: Screen) -> None:
    panel = screen.panel
    left = panel.box(".auralise-left")
    canvas = panel.box("[data-deck=b] canvas")
    share = 0.25
    panel.page.mouse.move(
        left["x"] + left["width"] / 2, canvas["y"] + (1 - share) * canvas["height"]
    )
    for _ in range(4):
        turn_wheel(panel, "frequency", (0, -100), "Control")
    found = [
        (1000 * float(text.removesuffix(" kHz")), box["y"] + box["height"] / 2)
        for text, box in screen.labels("frequency")[1:]
    ]
    above = panel.box("[data-deck=a] canvas")
    line = np.polyfit([y for _, y in found], [hz for hz, _ in found], 1)
    seen = np.polyval(line, above["y"] + (1 - share) * above["height"])
    # Within 3 px: where the axes' two rows join is not told to the wheel.
    assert seen == pytest.approx(share * screen.top, abs=3 * abs(line[0]))
    assert screen.seconds == pytest.approx((0, 4), abs=0.01)


def test_pictures_are_drawn_anew_when_the_window_changes(screen: Screen) -> None:
    panel = screen.panel
    for _ in range(2):
        panel.root.press("+")
    for width in (700, 1500):
        panel.page.set_viewport_size({"width": width, "height": 900})
        panel.wait(
            "[...root.querySelectorAll('.auralise-canvas')].every((one) => "
            "one.width === Math.round(2 * one.clientWidth) && "
            "one.height === Math.round(2 * one.clientHeight)) && root.clientWidth < x",
            width,
        )
        agree(screen, lambda share: to_hertz("linear", share, screen.top))


MAPS = ["magma", "viridis", "cividis", "grey"]
HALF = 0.5 + 1e-6  # of a step of red, green or blue: to the nearest


@pytest.fixture(scope="session")
def blocks(written: Written, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The page with a test picture for a source: 16 x 16 blocks of every level there is."""
    facts = written.document["facts"]
    bins, frames = facts["bins"], facts["frames"]
    column = np.minimum(np.arange(frames) // 10, 15)
    row = np.minimum(np.arange(bins) // 16, 15)
    levels = (16 * row[:, None] + column).astype(np.uint8)

    def change(document: dict[str, Any]) -> None:
        document["sources"][0]["pixels"] = base64.b64encode(
            gzip.compress(levels.tobytes())
        ).decode()

    path = written.with_document(tmp_path_factory.mktemp("blocks") / "blocks.html", change)
    return Written(path, written.heard)


def test_colours_are_those_of_matplotlib(
    open_page: Callable[..., Panel], blocks: Written, written: Written
) -> None:
    panel = open_page(blocks.path)
    Screen(panel, written)  # waits until everything has arrived
    facts = written.document["facts"]
    db = -100 + np.arange(256) * 100 / 255
    names = panel.root.get_by_label("Colours").evaluate("one => [...one.options].map(o => o.value)")
    assert names == MAPS
    for name in names:
        panel.root.get_by_label("Colours").select_option(name)
        for span in (40, 60, 80, 100):
            panel.root.get_by_label("Range").select_option(str(span))
            pixels = panel.pixels("a")
            height, width = pixels.shape[:2]
            seconds = (10 * np.arange(16) + 4.5) * facts["axes"]["hop"]
            hertz = (16 * np.arange(16) + 7.5) * facts["axes"]["hz"]
            x = (seconds / facts["duration"] * width).astype(int)
            y = ((1 - 2 * hertz / facts["sample_rate"]) * height).astype(int)
            seen = pixels[y[:, None], x].reshape(256, 3)
            named = {"grey": "gray"}.get(name, name)
            exact = np.clip(255 * (db + span) / span, 0, 255)
            # Just between two steps of the map, either is right.
            near = [np.round(exact + half).astype(int) for half in (-1e-6, 1e-6)]
            off = [np.abs(seen - 255 * colormaps[named](one)[:, :3]) for one in near]
            assert np.minimum(*off).max() < HALF, (name, span)
            labels = panel.root.locator(".auralise-axis-level span").all_inner_texts()
            assert labels[0] == f"−{span}"
            assert labels[-1] == "0 dB"
        bar = panel.root.locator(".auralise-bar canvas").evaluate(
            "one => [...one.getContext('2d').getImageData(0, 0, 1, one.height).data]"
        )
        wanted = 255 * colormaps[named](np.arange(255, -1, -1))[:, :3]
        seen = np.array(bar).reshape(-1, 4)[:, :3]
        assert np.abs(seen - wanted).max() < HALF


READOUT = re.compile(r"([\d.]+) s, ([\d.]+) (k?)Hz(?: \((\S+)\))?, (≤ )?([−\d.]+) dB")


@pytest.mark.parametrize(("scale", "zoomed"), [("linear", False), ("log", False), ("mel", True)])
def test_the_readout_tells_what_is_under_the_pointer(
    open_page: Callable[..., Panel], written: Written, scale: str, zoomed: bool
) -> None:
    panel = open_page(written.path)
    screen = Screen(panel, written)
    panel.root.get_by_label("Axis").select_option(scale)
    if zoomed:
        panel.go(20)
        for key in "+++":
            panel.root.press(key)
    low, high = screen.seconds
    rng = np.random.default_rng(1)
    facts = screen.facts
    checked = 0
    while checked < 12:
        deck = "ab"[checked % 2]
        canvas = panel.box(f"[data-deck={deck}] canvas")
        x, y = (
            int(canvas[at] + rng.uniform(0.01, 0.99) * canvas[size])
            for at, size in (("x", "width"), ("y", "height"))
        )
        seconds = low + (high - low) * (x - canvas["x"]) / canvas["width"]
        share = 1 - (y - canvas["y"]) / canvas["height"]
        hertz = float(to_hertz(scale, share, screen.top))
        frame = seconds / facts["axes"]["hop"]
        one_bin = hertz / facts["axes"]["hz"]
        midi = float(librosa.hz_to_midi(hertz))
        if any(abs(value % 1 - 0.5) < 0.05 for value in (frame, one_bin, midi)):
            continue  # on the border of two a hundredth of a pixel would decide
        checked += 1
        panel.page.mouse.move(x, y)
        for one in "ab":
            words = panel.root.locator(f"[data-deck={one}] .auralise-readout").inner_text()
            found = READOUT.fullmatch(words.replace("\u00a0", " "))
            assert found is not None, words
            # Told with two decimals: half a step off at most, and 1 s is some 300 px.
            assert float(found[1]) == pytest.approx(seconds, abs=0.0051)
            unit = 1000 if found[3] else 1
            assert unit * float(found[2]) == pytest.approx(hertz, abs=6 if found[3] else 0.6)
            note = librosa.hz_to_note(hertz) if 21 <= round(midi) <= 120 else None
            assert found[4] == note
            level = screen.levels[one][min(round(one_bin), 255), min(round(frame), 171)]
            level = min(round(level / STEP) * STEP, 255)  # as a page tells it
            decibels = float(found[6].replace("−", "-"))
            assert decibels == pytest.approx(-100 + level * 100 / 255, abs=0.051)
            assert (found[5] is not None) == (level == 0)
            expect(panel.root.locator(f"[data-deck={one}] .auralise-readout")).to_be_visible()


WATCH = """(() => {
  const notes = (globalThis.notes = { frames: 0, lost: 0 });
  const look = () => {
    const stage = root.querySelector(".auralise-stage").getBoundingClientRect();
    const head = root.querySelector(".auralise-playhead");
    const { left, right } = head.getBoundingClientRect();
    const inside = left >= stage.left - 2 && right <= stage.right + 2;
    notes.lost += !(inside && getComputedStyle(head).visibility === "visible");
    notes.frames++;
    requestAnimationFrame(look);
  };
  look();
})()"""


def zoomed_and_playing(panel: Panel, written: Written, tenths: int) -> Screen:
    screen = Screen(panel, written)
    panel.go(tenths)
    for key in "++++":
        panel.root.press(key)
    low, high = screen.seconds
    assert high - low < 1
    panel.play.click()
    return screen


def test_the_playhead_stays_in_sight_while_playing(panel: Panel, written: Written) -> None:
    screen = zoomed_and_playing(panel, written, 3)
    before = screen.seconds
    panel.ask(WATCH)
    panel.wait("player.position() > x", before[1] + 0.7)
    low, high = screen.seconds
    assert high - low == pytest.approx(before[1] - before[0], abs=0.01)
    assert low > before[0] + 0.3
    notes = panel.ask("globalThis.notes")
    assert notes["frames"] > 5
    assert notes["lost"] == 0
    agree_where_playing(panel)


def agree_where_playing(panel: Panel) -> None:
    """The playhead stands over the label of the moment that is told."""
    panel.pause.click()
    stage, head = panel.box(".auralise-stage"), panel.box(".auralise-playhead")
    now = panel.ask("player.position()")
    at = (head["x"] + head["width"] / 2 - stage["x"]) / stage["width"]
    low, high = panel.ask("[root.auralise.figure.time.low, root.auralise.figure.time.high]")
    assert low + at * (high - low) == pytest.approx(now, abs=0.01)


def test_the_playhead_is_followed_round_the_loop(panel: Panel, written: Written) -> None:
    zoomed_and_playing(panel, written, 36)
    panel.ask(WATCH)
    panel.wait("player.position() > 0.3 && player.position() < 1")
    notes = panel.ask("globalThis.notes")
    assert notes["frames"] > 5
    assert notes["lost"] <= 1  # the frame in which it jumps
