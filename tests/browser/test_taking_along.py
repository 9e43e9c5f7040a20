"""What can be taken along: sound as WAV, the pictures as PNG, the view as a line of code."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread
from panel import Panel
from playwright.sync_api import Download, Locator, expect
from watched import TIMEOUT
from written import Written

import auralise_jax as aj
from auralise_jax.widgets.variant import Variant, ViewSettings

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture(scope="session")
def lossless(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A page without loss, of a panel on which nothing stands where it does by itself."""
    path = tmp_path_factory.mktemp("lossless") / "panel.html"
    with aj.explore(
        "genre",
        "dance",
        layer=2,
        rule="guided",
        resynthesis="mask",
        position="strongest",
        start=1.5,
    ) as panel:
        strength = np.maximum(panel.heard.project_layer(2, "guided", "strongest"), 0)
        panel.feature = int(strength.sum(axis=(1, 2)).argmax())
        panel.to_html(path, layers=[2], features=[panel.feature], codec="flac")
        return Written(path, panel.heard)


def saved(panel: Panel, button: Locator) -> Download:
    with panel.page.expect_download(timeout=TIMEOUT) as waiting:
        button.click()
    return waiting.value


def wav(panel: Panel) -> tuple[str, np.ndarray, dict[str, Any]]:
    """Save what is heard; return the file's name, its samples and what it is."""
    download = saved(panel, panel.root.get_by_role("button", name="WAV"))
    data = Path(download.path()).read_bytes()
    info = soundfile.info(io.BytesIO(data))
    told = {"rate": info.samplerate, "channels": info.channels, "kind": info.subtype}
    samples, _ = soundfile.read(io.BytesIO(data))
    return download.suggested_filename, samples, told


def loss(samples: np.ndarray, clip: aj.Clip) -> float:
    """How far below the sound its difference to the file lies, dB."""
    assert samples.shape == clip.samples.shape
    off = np.sum((samples - clip.samples) ** 2) / np.sum(clip.samples**2)
    return float(10 * np.log10(off))


def test_the_sound_file_is_what_is_heard(panel: Panel, written: Written) -> None:
    feature = int(panel.root.get_attribute("data-feature") or -1)
    name, samples, told = wav(panel)
    rate = written.document["facts"]["sample_rate"]
    assert told == {"rate": rate, "channels": 1, "kind": "PCM_16"}
    assert f"feature-3-{feature}" in name
    assert "Bach" in name
    assert name.endswith(".wav")
    sound = written.shown(3, feature).sound
    # Vorbis at its usual quality is some 15 to 25 dB below what it codes.
    assert loss(samples, sound) < -12
    panel.a.check()
    name, samples, _ = wav(panel)
    assert "source" in name
    assert loss(samples, written.heard.clip) < -12
    assert loss(samples, sound) > -3


def test_without_loss_every_sample_is_the_same(
    open_page: Callable[..., Panel], lossless: Written
) -> None:
    panel = open_page(lossless.path)
    (feature,) = lossless.features[2]
    panel.shows(2, feature)
    shown = Variant(lossless.heard).show(ViewSettings(2, "guided", "mask", "strongest"), feature)
    _, samples, _ = wav(panel)
    # Rounded to 16 bits twice, once with 32767 and once with 32768 steps to full scale.
    assert np.abs(samples - shown.sound.samples).max() < 2.5 / 32768
    panel.root.get_by_label("Level").select_option("raw")
    _, samples, _ = wav(panel)
    raw = shown.sound.samples * 10 ** (-shown.facts["gain_db"] / 20)
    assert abs(shown.facts["gain_db"]) > 1
    # What the louder of the two does not say, scaling makes larger.
    rounding = max(1, 10 ** (-shown.facts["gain_db"] / 20))
    assert np.abs(samples - raw / max(1, np.abs(raw).max())).max() < 2.5 * rounding / 32768
    panel.a.check()
    _, samples, _ = wav(panel)
    assert np.abs(samples - lossless.heard.clip.samples).max() < 2.5 / 32768


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_picture_file_holds_the_pictures(
    open_page: Callable[..., Panel], written: Written, ratio: int
) -> None:
    panel = open_page(written.path, device_scale_factor=ratio)
    panel.wait("root.auralise.figure.rows.every((one) => one.levels)")
    panel.root.get_by_label("Axis").select_option("log")
    shown = [panel.pixels(deck).astype(np.uint8) for deck in "ab"]
    download = saved(panel, panel.root.get_by_role("button", name="PNG"))
    assert download.suggested_filename.endswith(".png")
    data = Path(download.path()).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    picture = np.round(imread(io.BytesIO(data))[:, :, :3] * 255.0).astype(np.uint8)
    height, width = shown[0].shape[:2]
    assert width < picture.shape[1] < 1.6 * width
    assert 2 * height < picture.shape[0] < 3.2 * height
    assert picture[0].min() == 255  # a white page
    rows = []
    for one in shown:
        # The middle row of a picture is found once, at its place; then so is the whole.
        line = one[height // 2].tobytes()
        places = [(y, row.tobytes().find(line)) for y, row in enumerate(picture)]
        found = [(y, at // 3) for y, at in places if at >= 0]
        assert len(found) == 1
        top, left = found[0][0] - height // 2, found[0][1]
        assert (picture[top : top + height, left : left + width] == one).all()
        rows.append((top, left))
    assert rows[0][1] == rows[1][1]
    assert rows[1][0] - rows[0][0] > height


def copied(panel: Panel) -> str:
    """Copy the address and return it, from the clipboard or, without one, as it is shown."""
    status = panel.root.get_by_role("status")
    status.evaluate("one => (one.textContent = '')")  # what was said before is no answer
    panel.root.get_by_role("button", name="Copy the address").click()
    expect(status).to_contain_text("aj.")
    code = status.inner_text().removeprefix("copied: ")
    if status.inner_text().startswith("copied"):
        assert panel.page.evaluate("navigator.clipboard.readText()") == code
    return code


def reopened(code: str) -> Any:
    imports, opens = code.split("; ")
    assert imports == "import auralise_jax as aj"
    assert opens.startswith(("aj.explore(", "aj.compare("))
    namespace: dict[str, Any] = {}
    exec(f"{imports}; panel = {opens}", namespace)  # noqa: S102  # as a person would
    return namespace["panel"]


def test_the_address_opens_the_same_view(open_page: Callable[..., Panel], written: Written) -> None:
    panel = open_page(written.path, **CLIPBOARD)
    panel.root.press("Shift+ArrowLeft")
    panel.feature.press("End")
    panel.shows(1, written.features[1][-1])
    with reopened(copied(panel)) as again:
        assert (again.layer, again.feature) == (1, written.features[1][-1])
        assert (again.rule, again.resynthesis, again.position) == ("deconvnet", "phase", "all")
        assert not again.wall
        assert again.facts["title"] == written.document["facts"]["title"]
    panel.root.press("w")
    assert copied(panel).endswith("wall=True)")
    with reopened(copied(panel)) as again:
        assert again.wall


def test_the_address_tells_every_choice(open_page: Callable[..., Panel], lossless: Written) -> None:
    panel = open_page(lossless.path, **CLIPBOARD)
    with reopened(copied(panel)) as again:
        assert (again.layer, again.feature, again.start) == (2, *lossless.features[2], 1.5)
        assert (again.rule, again.resynthesis, again.position) == ("guided", "mask", "strongest")
        assert again.clip == lossless.document["facts"]["takes"][0]["clip"]


def test_without_a_clipboard_the_address_is_shown(panel: Panel) -> None:
    panel.ask("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    code = copied(panel)
    expect(panel.root.get_by_role("status")).to_have_text(code)


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"rule": ["guided", "gradient"]},
        {"clip": ["bach", "dance"], "rule": "gradient"},
    ],
)
def test_the_address_of_a_comparison(
    open_page: Callable[..., Panel], tmp_path: Path, made: dict[str, Any]
) -> None:
    with aj.compare(layer=1, feature=3, **made) as first:
        path = first.to_html(tmp_path / "page.html", layers=[1], features=[3])
        facts = first.facts
    panel = open_page(path, **CLIPBOARD)
    with reopened(copied(panel)) as again:
        assert (again.layer, again.feature) == (1, 3)
        for told in ("takes", "rows", "title"):
            assert again.facts[told] == facts[told]
        assert again.rule == first.rule
    panel.root.press("w")
    expect(panel.root.get_by_role("listbox", name="Features")).to_be_visible()
    with reopened(copied(panel)) as again:
        assert again.feature == 3


def test_files_of_a_comparison_have_names_of_their_own(
    open_page: Callable[..., Panel], tmp_path: Path
) -> None:
    with aj.compare("genre", ["bach", "dance"], rule="deconvnet", layer=1, feature=3) as made:
        path = made.to_html(tmp_path / "page.html", layers=[1], features=[3])
    panel = open_page(path)
    names = []
    for deck in "abcd":
        panel.root.press(deck)
        names.append(wav(panel)[0])
    assert len(set(names)) == 4
    assert [("source" in name) for name in names] == [True, False, True, False]
    assert [("Dance" in name) for name in names] == [False, False, True, True]
