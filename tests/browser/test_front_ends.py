"""Pages of models that see mel bands, rows of pitch, or samples: true hertz, sound and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import jax
import librosa
import numpy as np
import pytest
from networks import convolved, draw
from panel import Panel
from playwright.sync_api import expect
from written import Written

import auralise_jax as aj
from auralise_jax.frontend import AnyFrontend
from auralise_jax.network.traced import TracedNetwork

RATE = 8000
TONE = 1500.0
HZ = 100 * 2 ** (np.arange(60) / 10)
READOUT = re.compile(r"[\d.]+ s, ([\d.]+) (k?)Hz.*, (?:≤ )?([−\d.]+) dB")


def bank(n_fft: int) -> np.ndarray:
    """Return rows of tenths of octaves, or of a bin."""
    width = np.maximum(HZ / 10, RATE / n_fft)[:, None]
    return np.maximum(0, 1 - np.abs(np.fft.rfftfreq(n_fft, 1 / RATE) - HZ[:, None]) / width)


FRONTS: dict[str, AnyFrontend] = {
    "mel": aj.LogMel(RATE, 512, 128, 40, frames=47, compression="log10", gain=1e4),
    "log": aj.LogFrequency(RATE, 512, 128, HZ, [bank(1024), bank(512)], frames=47),
    "linear": aj.Raw(RATE, 0.75),
}


def network(picture: jax.Array) -> jax.Array:
    """Return two scores of a picture of any kind, by way of one layer."""
    if picture.ndim == 1:
        x = jax.nn.relu(picture.reshape(-1, 8) @ draw(8, 2, seed=1))
    else:
        x = picture.reshape(*picture.shape[:2], -1)
        x = jax.nn.relu(convolved(x, draw(3, 3, x.shape[-1], 2, seed=1)))
    x = aj.tap(x, "layer")
    return x.mean(axis=range(x.ndim - 1))


@pytest.mark.parametrize("scale", FRONTS)
def test_the_axis_is_the_front_ends_and_its_hertz_are_true(
    tmp_path: Path, open_page: Callable[..., Panel], scale: str
) -> None:
    front = FRONTS[scale]
    traced = TracedNetwork(network, np.zeros(front.shape, np.float32)).warm()
    model = aj.Model(traced, front, ("a", "b"))
    tone = 0.5 * np.sin(2 * np.pi * TONE * np.arange(front.samples) / RATE)
    with aj.explore(model, aj.Clip(tone.astype(np.float32), RATE, "tone")) as explorer:
        written = Written(explorer.to_html(tmp_path / "page.html"), explorer.heard)
    panel = open_page(written.path)
    panel.wait("root.auralise.figure.rows.every((one) => one.levels)")
    expect(panel.root.get_by_label("Axis")).to_have_value(scale)

    canvas = panel.box("[data-deck=a] canvas")
    warp = {"mel": librosa.hz_to_mel, "log": np.log, "linear": float}[scale]
    bottom, top = warp(40.0 if scale == "log" else 0.0), warp(RATE / 2)
    share = (warp(TONE) - bottom) / (top - bottom)
    for place, level in ((share, 0.0), (share / 2, -60.0)):
        y = round(canvas["y"] + (1 - place) * canvas["height"])
        panel.page.mouse.move(canvas["x"] + canvas["width"] / 2, y)
        words = panel.root.locator("[data-deck=a] .auralise-readout").inner_text()
        found = READOUT.fullmatch(words.replace("\u00a0", " "))
        assert found is not None, words
        hertz = float(found[1]) * (1000 if found[2] else 1)
        seen = 1 - (y - canvas["y"]) / canvas["height"]
        wanted = bottom + seen * (top - bottom)
        assert float(warp(hertz)) == pytest.approx(wanted, abs=0.005 * (top - bottom))
        decibels = float(found[3].replace("−", "-"))
        # A pixel of a logarithmic axis is near two bins high; Hann's next bin is 6 dB below.
        assert decibels > -7 if level == 0 else decibels < level

    panel.play.click()
    panel.wait("player.position() > 0.05")
    expect(panel.alert).to_have_count(0)
