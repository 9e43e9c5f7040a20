"""A page of a network that is nothing like the paper's: every control works, nothing goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from making import make_noise
from networks import make_flat_network, make_other_network, unlearnt_function
from panel import Panel
from playwright.sync_api import expect
from written import Written

import auralise_jax as aj
from auralise_jax.network.traced import TracedNetwork

FRONT = aj.Frontend(sample_rate=8000, n_fft=256, hop_length=128, duration=0.37)


@pytest.mark.parametrize("make", [make_other_network, make_flat_network])
def test_sliders_wall_and_player_work_for_any_network(
    tmp_path: Path, open_page: Callable[..., Panel], make: Callable[..., object]
) -> None:
    network = make(FRONT.shape)
    model = aj.Model(network, FRONT, tuple("abcd")[: network.outputs_count])
    with aj.explore(model, make_noise(FRONT.duration, 8000), layer=2) as explorer:
        written = Written(explorer.to_html(tmp_path / "page.html"), explorer.heard)
        most = explorer.feature
    panel = open_page(written.path)
    panel.shows(2, most)
    shown = np.frombuffer(written.shown(2, most).pixels, np.uint8).reshape(FRONT.shape)
    found = panel.levels("b", *FRONT.shape, written.document["facts"])
    loud = shown > 60  # above what the colours tell apart
    # The picture of noise, drawn smaller than it is; any other picture comes nowhere near.
    assert np.corrcoef(found[loud], shown[loud])[0, 1] > 0.7
    assert np.corrcoef(found[::-1][loud], shown[loud])[0, 1] < 0.5

    expect(panel.layer).to_have_attribute("max", "3")
    for number, layer in enumerate(model.layers, start=1):
        panel.drag(panel.layer, number)
        expect(panel.layer).to_have_attribute("aria-valuetext", f"{number}, {layer.name}")
        expect(panel.feature).to_have_attribute("max", str(layer.features - 1))
        sees = "sees " if layer.field else "sees the whole picture at a time"
        words = panel.root.locator(".auralise-fact").filter(has_text=sees)
        steps = "a value every " if layer.field else "at a time"
        expect(words).to_contain_text(steps)
        about = panel.root.locator(".auralise-about")
        expect(about).to_contain_text(
            f"One value of layer {number} sees"
            if layer.field
            else f"A value of layer {number} may see all of A"
        )
        # Its field is framed while the layer is chosen; where it is not known, nothing is.
        expect(panel.root.locator(".auralise-box")).to_have_count(1 if layer.field else 0)
        for size in network.sizes(FRONT.shape)[layer.name]:
            expect(words).to_have_attribute("title", re.compile(rf"\b{size} (rows|columns)"))
        tip = words.get_attribute("title")
        assert tip
        assert not any(word in tip for word in ("reported", "undefined", "null", "NaN"))
        for feature in (layer.features - 1, 0):
            panel.drag(panel.feature, feature)
            panel.shows(number, feature)
        kernel = panel.root.locator(".auralise-kernel")
        if number == 1:
            rows, columns, _ = network.kernel(layer.name).shape
            expect(kernel).to_have_js_property("width", columns)
            expect(kernel).to_have_js_property("height", rows)
        else:
            expect(kernel).to_be_hidden()

    panel.root.press("w")
    tiles = panel.root.get_by_role("listbox", name="Features").get_by_role("option")
    for number, layer in enumerate(model.layers, start=1):
        panel.drag(panel.layer, number)
        expect(tiles).to_have_count(layer.features)

    panel.play.click()
    panel.wait("player.position() > 0.05")
    expect(panel.alert).to_have_count(0)


def test_a_page_says_that_there_is_no_control_and_why(
    tmp_path: Path, open_page: Callable[..., Panel]
) -> None:
    network = TracedNetwork(unlearnt_function, np.zeros(FRONT.shape, np.float32))
    model = aj.Model(network, FRONT, tuple("abcd"))
    with pytest.raises(aj.NoControl) as error:
        aj.untrained(model)
    why = f"no control: {error.value}"
    with aj.explore(model, make_noise(FRONT.duration, 8000)) as explorer:
        panel = open_page(explorer.to_html(tmp_path / "page.html"))
    expect(panel.root).to_contain_text(why)  # among the notes
    words = panel.root.locator(".auralise-control")
    expect(words).to_contain_text("none")
    expect(words).to_have_attribute("title", why)
    expect(panel.root).to_contain_text("by energy")
    panel.root.press("w")
    wall = panel.root.get_by_role("region", name="Layer wall")
    expect(wall).to_contain_text(f"N{why[1:]}; ranked by energy.")
    expect(panel.root).not_to_contain_text("random net")
    expect(panel.alert).to_have_count(0)


def test_tags_are_shown_with_the_most_probable_first(
    tmp_path: Path, open_page: Callable[..., Panel]
) -> None:
    network = make_other_network(FRONT.shape)
    model = aj.Model(network, FRONT, ("<i>harp", "flute", "slow", "loud"), name="mine", task="tags")
    with aj.explore(model, make_noise(FRONT.duration, 8000)) as explorer:
        path = explorer.to_html(tmp_path / "page.html", features=1)
        odds = explorer.heard.predict()
    tags = open_page(path).root.get_by_role("list", name="Most probable tags", exact=True)
    expected = [
        f"{name}{round(100 * share)} %" for name, share in sorted(odds.items(), key=lambda x: -x[1])
    ]
    expect(tags.get_by_role("listitem")).to_have_text(expected)
