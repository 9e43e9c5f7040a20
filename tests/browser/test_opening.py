"""How a live panel opens in a page: start, feature, ranking, class bars, the copied line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import Live
from making import make_model, make_noise
from playwright.sync_api import Page, expect
from watched import Watched

import auralise_jax as aj

RATE = 8000
MODEL = make_model(aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5))


@pytest.fixture
def live(new_page: Callable[..., Page], tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Open a widget; the page must make no error."""
    opened: list[tuple[Watched, Any]] = []

    def live(widget: Any) -> Live:
        page = new_page(permissions=["clipboard-read", "clipboard-write"])
        opened.append((Watched(page), widget))
        return Live(page, widget, tmp_path)

    yield live
    for watched, widget in opened:
        widget.close()
        assert watched.problems == []


@pytest.fixture
def song(tmp_path: Path) -> Path:
    samples = np.concatenate([np.zeros(3 * RATE), make_noise(3.0, RATE).samples])
    return aj.Clip(samples, RATE).save(tmp_path / "my song.wav")


def copied(one: Live) -> str:
    one.panel.root.get_by_role("button", name="Copy the address").click()
    expect(one.panel.root.get_by_role("status")).to_contain_text("aj.")
    return one.panel.root.get_by_role("status").inner_text().removeprefix("copied: ")


def test_a_song_opens_where_most_is_going_on_and_0_is_one_key_away(live, song: Path) -> None:
    model = aj.save_model(MODEL, song.parent / "tiny.safetensors")
    widget = aj.explore(model, song)
    opened = widget.start
    assert opened >= 3
    one = live(widget)
    one.pump()
    root, start = one.panel.root, one.panel.root.get_by_role("slider", name="Start")
    words = f"opened at {opened:g} s, where most is going on"
    expect(root).to_contain_text(words)
    expect(start).to_have_value(f"{opened:g}")
    code = copied(one)
    namespace: dict[str, Any] = {}
    exec(code.replace("; ", "; again = ", 1), namespace)  # noqa: S102  # as a person would
    with namespace["again"] as again:
        assert again.answer == widget.answer
        assert (again.start, again.feature) == (opened, widget.feature)
    for there in (lambda: root.press("s"), root.get_by_role("button", name="from 0 s").click):
        there()
        one.pump()
        assert widget.start == 0
        expect(start).to_have_value("0")
        expect(root).not_to_contain_text(words)
        root.get_by_role("button", name="busiest").click()
        one.pump()
        assert widget.start == opened
        expect(root).to_contain_text(words)
    root.press("s")
    one.pump()
    expect(root).not_to_contain_text(words)
    root.get_by_role("button", name="Copy the address").click()
    expect(root.get_by_role("status")).to_contain_text("start=0)")


def test_what_has_no_line_of_code_says_so(live) -> None:
    one = live(aj.explore(MODEL, make_noise(0.5, RATE)))
    one.pump()
    words = copied(one)
    assert words.startswith("No line of code opens this: the model is not a file: aj.save_model(")
    assert "clip.save(path)" in words


def test_the_ranking_says_how_many_stand_out(live) -> None:
    widget = aj.explore(MODEL, make_noise(0.5, RATE), layer=3)
    one = live(widget)
    one.pump()
    found = aj.survey(widget.heard, 3)
    count = np.count_nonzero(found.interest)
    expect(one.panel.root).to_contain_text("place 1 of 6,")
    said = {0: "none stands out", 1: "1 stands out"}.get(count, f"{count} stand out")
    expect(one.panel.root).to_contain_text(said)
    one.panel.root.press("w")
    expect(one.panel.root.get_by_role("region", name="Layer wall")).to_contain_text(found.verdict)


def test_class_bars_of_random_weights_are_called_chance(live) -> None:
    one = live(aj.explore(MODEL, make_noise(0.5, RATE)))
    one.pump()
    root = one.panel.root
    expect(root.get_by_role("list", name="Class probabilities", exact=True)).to_be_visible()
    expect(root).not_to_contain_text("untrained, so by chance:")
    fill = root.locator(".auralise-meter i").first
    colour = fill.evaluate("one => getComputedStyle(one).backgroundColor")
    root.get_by_label("Model").select_option("tiny, random weights")
    one.pump()
    bars = root.get_by_role("list", name="Class probabilities of random weights")
    expect(bars).to_contain_text("untrained, so by chance:")
    grey = root.locator(".auralise-meter i").first
    assert grey.evaluate("one => getComputedStyle(one).backgroundColor") != colour


def listed(root: Any) -> list[str]:
    """Open the list of keys and return the first word of each row."""
    root.press("?")
    rows = root.get_by_role("dialog", name="Keys").locator("dt").all()
    found = [row.inner_text().split()[0] for row in rows if row.is_visible()]
    root.page.keyboard.press("Escape")
    return found


def test_the_list_of_keys_has_those_that_do_something(
    live, song: Path, open_page: Callable[..., Any]
) -> None:
    everywhere = ["Space", "\u2190", "P", "A", "L", "I", "+", "W", "K", "Home", "?"]
    widget = aj.explore(MODEL, [song, make_noise(0.5, RATE)])
    one = live(widget)
    one.pump()
    root = one.panel.root
    assert sorted(listed(root)) == sorted([*everywhere, "Shift", "C", "M", "S", "T"])
    widget.clip = "noise"  # all of it is heard at once
    one.pump()
    expect(root.get_by_role("slider", name="Start")).to_be_hidden()
    assert sorted(listed(root)) == sorted([*everywhere, "Shift", "C", "M"])
    widget.clip = "my song"
    page = open_page(widget.to_html(song.parent / "page.html", layers=[widget.layer]))
    assert sorted(listed(page.root)) == sorted(everywhere)
