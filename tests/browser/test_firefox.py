"""A lesson page in Firefox, opened from disk: it draws, its controls move it, its sounds decode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firefox import Firefox
from written import Written

ROOT = "document.querySelector('.auralise')"
PLAYER = f"{ROOT}.auralise.player"


@pytest.fixture
def page(running: Firefox) -> Iterator[Firefox]:
    running.size(1280, 860)
    running.problems.clear()
    yield running
    assert running.problems == []


def test_a_page_is_used(page: Firefox, written: Written, tmp_path: Path) -> None:
    page.open(written.path)
    page.wait(f"{ROOT}?.dataset.feature !== undefined")
    features = written.features[3]
    assert page.ask(f"{ROOT}.dataset.layer") == "3"

    # What is drawn is the picture: not one colour, and not the one of another feature.
    def picture(deck: str) -> str:
        canvas = f"{ROOT}.querySelector('[data-deck={deck}] canvas')"
        return str(page.ask(f"{canvas}.toDataURL()"))

    source, first = picture("a"), picture("b")
    assert source != first
    assert min(len(source), len(first)) > 50_000

    # Play: every deck has its sound, decoded. A machine without a sound card plays none in Firefox.
    page.click(".auralise-play")
    page.wait(f"{PLAYER}.playing && Object.keys({PLAYER}.laid).length === 2")
    assert page.ask(f"{ROOT}.classList.contains('auralise-playing')")
    assert page.ask(f"{ROOT}.querySelector('[role=alert]').hidden")
    seen = {int(page.ask(f"{ROOT}.dataset.feature")): first}

    # By mouse and by keys.
    page.drag("input[id$=feature]", 1.0)
    page.wait(f"{ROOT}.dataset.feature === '{features[-1]}'")
    page.wait(f"{PLAYER}.swaps >= 2")
    last = page.ask(f"{PLAYER}.laid.b.bytes.join()")
    seen[features[-1]] = picture("b")
    page.press("\ue012")  # arrow left
    page.wait(f"{ROOT}.dataset.feature === '{features[-2]}'")
    seen[features[-2]] = picture("b")
    assert len(set(seen.values())) == len(seen) >= 2
    page.wait(f"{PLAYER}.laid.b.bytes.join() !== {last!r}")  # and so is the sound on the deck
    page.click("input[id$='-a']")
    assert page.ask(f"{PLAYER}.heard") == "a"
    page.press("b", "w")
    assert page.ask(f"{PLAYER}.heard") == "b"
    assert page.ask(f"!{ROOT}.querySelector('.auralise-wall').hidden")
    assert page.ask(f"{ROOT}.querySelectorAll('.auralise-tile').length") == len(features)
    picture_file = page.screenshot(tmp_path / "firefox.png")
    assert picture_file.read_bytes().startswith(b"\x89PNG")


def test_nothing_sticks_out_of_a_narrow_window(page: Firefox, written: Written) -> None:
    page.size(500, 800)
    page.open(written.path)
    page.wait(f"{ROOT}?.dataset.feature !== undefined")
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")


def test_the_sound_that_is_saved_is_the_sound(page: Firefox, written: Written) -> None:
    """Firefox decodes what was coded: as loud and as long as what was written."""
    page.open(written.path)
    page.wait(f"{ROOT}?.dataset.feature !== undefined")
    page.click(".auralise-play")
    page.wait(f"Object.keys({PLAYER}.laid).length === 2")
    feature = int(page.ask(f"{ROOT}.dataset.feature"))
    sound = written.shown(3, feature).sound
    rate = sound.sample_rate
    rms, seconds = page.ask(
        f"""(async () => {{
          const {{ bytes }} = {PLAYER}.laid.b;
          const context = new OfflineAudioContext(1, 1, {rate});
          const decoded = await context.decodeAudioData(bytes.slice().buffer);
          const samples = decoded.getChannelData(0);
          const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
          return [Math.sqrt(power), decoded.duration];
        }})()"""
    )
    assert seconds == pytest.approx(sound.duration, abs=0.05)
    scale = max(1.0, sound.peak)
    wanted = float((sound.samples.astype(float) ** 2).mean() ** 0.5) / scale
    assert rms == pytest.approx(wanted, rel=0.05)  # Vorbis keeps levels to a few per cent
