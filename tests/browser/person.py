"""What a person does with an explorer, the same in every host and every browser."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import numpy as np
import soundfile
from panel import Panel
from playwright.sync_api import Locator, expect
from watched import TIMEOUT


def held(panel: Panel, layer: int) -> list[int]:
    """Return the features of a layer that are here."""
    return panel.ask(
        """(() => {
          const layer = root.auralise.store.get("facts").layers[x - 1];
          const { features, available } = layer ?? { features: 0 };
          return available ?? Array.from({ length: features }, (_, k) => k);
        })()""",
        layer,
    )


def place(panel: Panel) -> tuple[int, int]:
    """Return the layer and the feature shown."""
    names = ("data-layer", "data-feature")
    layer, feature = (int(panel.root.get_attribute(name) or -1) for name in names)
    return layer, feature


def within_reach(panel: Panel, control: Locator) -> Locator:
    """Open what the control is folded into, if it is; return it."""
    if not control.is_visible():
        panel.root.get_by_role("button", name="More").click()
    expect(control).to_be_visible()
    return control


def moves(panel: Panel) -> None:
    """Move through features by keys and by the mouse, and through layers; picture B follows."""
    layer, _ = place(panel)
    features = held(panel, layer)
    panel.feature.press("Home")
    panel.shows(layer, features[0])
    first = panel.pixels("b")
    panel.drag(panel.feature, features[-1])
    panel.shows(layer, features[-1])
    last = panel.pixels("b")
    panel.feature.press("ArrowLeft")
    panel.shows(layer, features[-2])
    source = panel.pixels("a")
    assert source.std() > 10  # not of one colour
    pictures = [first, last, panel.pixels("b"), source]
    assert len({one.tobytes() for one in pictures}) > 2  # a silent feature may be like another
    layers = [number for number in range(1, 6) if held(panel, number)]
    if len(layers) > 1:
        key = "ArrowRight" if layer < layers[-1] else "ArrowLeft"
        back = "ArrowLeft" if key == "ArrowRight" else "ArrowRight"
        panel.layer.press(key)
        expect(panel.root).not_to_have_attribute("data-layer", str(layer))
        panel.layer.press(back)
        expect(panel.root).to_have_attribute("data-layer", str(layer))


def plays(panel: Panel, *, aloud: bool = True) -> None:
    """Play, go to the source and back, and pause; every row has its sound on its deck.

    `aloud`: there is a loudspeaker, if only one that nobody hears.
    """
    panel.play.click()
    expect(panel.pause).to_be_visible()
    panel.wait("player.playing && Object.keys(player.laid).length >= 2")
    expect(panel.root).to_have_class(re.compile("auralise-playing"))
    expect(panel.alert).to_have_count(0)
    panel.a.check()
    panel.wait("player.heard === 'a'")
    if aloud:
        panel.wait("rms() > 1e-3")
    panel.root.press("b")
    expect(panel.b).to_be_checked()
    panel.wait("player.heard === 'b'")
    panel.pause.click()
    expect(panel.play).to_be_visible()


def loops(panel: Panel) -> None:
    """Loop a second by keys, and the whole again; for a window of 4 s."""
    panel.root.press("\\")
    panel.go(10)
    panel.position.press("[")
    for _ in range(10):
        panel.position.press("ArrowRight")
    panel.position.press("]")
    region = panel.region()
    assert region is not None
    np.testing.assert_allclose(region, [1, 2], atol=0.02)  # whole pixels and whole hops
    expect(panel.loop).to_contain_text("Loop 1.0")
    panel.root.press("\\")
    expect(panel.loop).to_have_text("Loop")


def walks_the_wall(panel: Panel) -> None:
    """Open the wall by its key, choose a tile, and close it."""
    layer, _ = place(panel)
    features = held(panel, layer)
    panel.root.press("w")
    tiles = panel.root.get_by_role("listbox").get_by_role("option")
    expect(tiles).to_have_count(len(features))
    for tile in (tiles.first, tiles.last):
        feature = int((tile.get_attribute("id") or "").rpartition("-")[2])
        assert feature in features
        tile.click()
        panel.shows(layer, feature)
    panel.root.press("w")
    expect(tiles).to_have_count(0)


def uses(panel: Panel, *, aloud: bool = True) -> None:
    """Do all of it, with what was computed beforehand or with a kernel."""
    moves(panel)
    plays(panel, aloud=aloud)
    loops(panel)
    walks_the_wall(panel)


def saves(panel: Panel, folder: Path | None = None) -> np.ndarray:
    """Save the sound that is heard; return its samples.

    `folder`: where a browser puts it that tells Playwright of no download.
    """
    button = within_reach(panel, panel.root.get_by_role("button", name="WAV"))
    if folder is None:
        with panel.page.expect_download(timeout=TIMEOUT) as waiting:
            button.click()
        data = Path(waiting.value.path()).read_bytes()
    else:
        before = set(folder.glob("*.wav"))
        button.click()
        data = arrived(panel, folder, before)
    samples, _ = soundfile.read(io.BytesIO(data))
    return samples


def arrived(panel: Panel, folder: Path, before: set[Path]) -> bytes:
    """Wait for a new WAV file that is whole; return it."""
    deadline = time.monotonic() + TIMEOUT / 1000
    while time.monotonic() < deadline:
        for path in set(folder.glob("*.wav")) - before:
            data = path.read_bytes()
            if len(data) > 8 and len(data) == 8 + int.from_bytes(data[4:8], "little"):
                return data
        panel.ask("null")  # a folder tells nobody; the browser has a moment
    raise AssertionError(f"no sound was saved in {folder}")


def uploads(panel: Panel, path: Path) -> None:
    """Send a sound file, and see it become the clip."""
    panel.root.get_by_label("Sound files").set_input_files(path)
    expect(panel.root.get_by_label("Clip").locator("option:checked")).to_contain_text(path.stem)
    panel.wait("root.auralise.store.get('facts').takes[0].clip.includes(x)", path.stem)
