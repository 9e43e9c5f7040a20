"""What a person does in a page that computes: the same comes of it as with a kernel."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from computing import (
    SHARE,
    Computing,
    ComputingPanel,
    Seen,
    current,
    only_itself,
    wanted,
    wav,
)
from making import make_model, make_noise
from playwright.sync_api import Locator, Page, expect
from test_access import BEST, found
from watched import Watched

import auralise_jax as aj
from auralise_jax.insight.ablation import effects
from auralise_jax.network.rules import RULES
from auralise_jax.widgets import view
from auralise_jax.widgets.variant import Variant, ViewSettings

RATE = 8000  # browsers play nothing below 3 kHz
FRONTEND = aj.Frontend(sample_rate=RATE, n_fft=128, hop_length=64, duration=0.5)
MODEL = make_model(FRONTEND)
NOISE = make_noise(0.5, RATE)
# Beats of growing noise: there is something to find in it.
_T = np.arange(6 * RATE) / RATE
SONG = aj.Clip(make_noise(6.0, RATE, 5).samples * (_T / 6) * (0.02 + (_T % 1 < 0.3)), RATE, "song")


class Opened:
    """A page that computes, its panel, and Python's word on what the page hears."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self.page, self.number = page, number
        self.panel = ComputingPanel(page, number)
        self.root = self.panel.root
        self.computing = Computing.of(page)
        self.computing.ready()

    def arrives(self, **asked: Any) -> Seen:
        """Wait until this is what is shown; return what is shown."""
        self.panel.wait(
            """(() => {
              const { store } = root.auralise;
              const { revision, revisions } = store.get("facts");
              const now = store.current();
              return now?.revision === (revisions?.[now?.layer - 1] ?? revision)
                && Object.entries(x).every(([name, value]) => now[name] === value);
            })()""",
            asked,
        )
        return current(self.computing, panel=self.number)[1]

    def is_pythons(self, heard: aj.Listening, layer: int, feature: int, **how: str) -> None:
        """Wait for a feature, and compare it with Python's."""
        found = self.arrives(layer=layer, feature=feature, **how)
        found.is_like(wanted(Variant(heard), layer, feature, **how))

    def heard(self, model: aj.Model = MODEL) -> aj.Listening:
        return self.computing.source().heard(model)

    def facts(self, name: str) -> Any:
        return self.panel.ask("root.auralise.store.get('facts')[x]", name)

    def add(self, clip: aj.Clip, folder: Path) -> None:
        """Add a sound file by the button; wait until it is heard."""
        path = folder / f"{clip.title}.wav"
        path.write_bytes(wav(clip.samples, clip.sample_rate))
        self.root.get_by_label("Sound files").set_input_files(path)
        expect(self.root.get_by_label("Clip")).to_have_value(clip.title)
        self.panel.wait("root.auralise.store.get('facts').chosen.clip === x", clip.title)

    def bars(self) -> dict[str, float]:
        """Return the class bars as shares."""
        return dict(
            self.root.locator(".auralise-classes li:has(i)").evaluate_all(
                """(all) => all.map((one) => [
                  one.children[0].textContent, parseFloat(one.querySelector("i").style.width) / 100
                ])"""
            )
        )

    def say(self, odds: dict[str, float]) -> None:
        """Wait until the class bars are these."""
        self.panel.wait(
            """[...root.querySelectorAll(".auralise-classes li:has(i)")].every((one) => Math.abs(
              parseFloat(one.querySelector("i").style.width) / 100 - x[one.children[0].textContent]
            ) <= 1e-4)""",
            odds,
        )
        assert list(self.bars()) == list(odds)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("panel") / "panel.html"
    with aj.explore(MODEL, [NOISE, SONG], layer=2, feature=1) as panel:
        return panel.to_html(path, live=True)


@pytest.fixture
def open_computing(new_page: Callable[..., Page], written: Path) -> Iterator[Callable[..., Opened]]:
    """Open a page; it must make no error and no request but for itself."""
    opened = []

    def open_computing(path: Path = written, link: str = "", **options: Any) -> Opened:
        page = new_page(**options)
        uri = path.as_uri() + link
        opened.append((uri, Watched(page)))
        page.goto(uri)
        return Opened(page)

    yield open_computing
    for uri, watched in opened:
        assert watched.problems == []
        assert only_itself(watched.requests, uri) == []


@pytest.fixture
def one(open_computing: Callable[..., Opened]) -> Opened:
    return open_computing()


def test_sliders_and_keys_bring_pythons_features(one: Opened) -> None:
    heard, panel = one.heard(), one.panel
    panel.shows(2, 1)
    one.is_pythons(heard, 2, 1)
    for layer, count in ((3, 6), (2, 5), (1, 4)):
        panel.layer.fill(f"{layer}")
        for feature in (count - 1, 0, 2):
            panel.drag(panel.feature, feature)
            panel.shows(layer, feature)
            one.is_pythons(heard, layer, feature)
    one.root.focus()
    one.page.keyboard.press("Shift+ArrowRight")
    one.page.keyboard.press("ArrowRight")
    panel.shows(2, 3)
    one.is_pythons(heard, 2, 3)
    one.page.keyboard.press("?")
    expect(panel.keys).to_be_visible()


def test_rules_positions_and_resyntheses_are_pythons(one: Opened) -> None:
    heard = one.heard()
    for rule in RULES:
        one.root.get_by_label("Rule").select_option(rule)
        for position in ("strongest", "all"):
            one.root.get_by_label("Activations").select_option(position)
            one.is_pythons(heard, 2, 1, rule=rule, position=position)
    one.root.get_by_label("Resynthesis").select_option("mask")
    one.is_pythons(heard, 2, 1, rule=list(RULES)[-1], resynthesis="mask")


def test_the_source_and_the_feature_are_heard(one: Opened) -> None:
    heard, panel = one.heard(), one.panel
    panel.play.click()
    assert abs(panel.hears(heard.project(2, 1).auralise(), 0.95)) < 0.05
    one.root.press("a")
    expect(panel.a).to_be_checked()
    assert abs(panel.hears(heard.clip, 0.95)) < 0.05
    one.root.press("b")
    panel.feature.fill("4")
    panel.shows(2, 4)
    panel.hears(heard.project(2, 4).auralise(), 0.95)


def test_row_c_is_the_network_with_the_random_weights_that_python_draws(one: Opened) -> None:
    heard = one.heard()
    one.root.focus()
    one.page.keyboard.press("c")
    expect(one.root.get_by_role("radio", name="C random weights")).to_be_checked()
    one.arrives(layer=2, feature=1)
    control = Variant(heard).control
    for feature in (1, 4):
        one.panel.feature.fill(f"{feature}")
        one.arrives(layer=2, feature=feature)
        current(one.computing, take=1)[1].is_like(wanted(control, 2, feature))
    one.root.get_by_role("button", name="Take row C away").click()
    expect(one.root.locator(".auralise-picture")).to_have_count(2)


def group(one: Opened) -> Locator:
    return one.root.get_by_role("group", name="Muted")


def test_muting_moves_the_classes_and_the_layers_above(one: Opened) -> None:
    heard = one.heard()
    plain = heard.predict()
    one.say(plain)
    one.root.press("m")
    one.say(heard.edited(mute=[(2, 1)]).predict())
    expect(group(one)).to_contain_text("2-1")
    one.panel.layer.fill("3")
    one.panel.feature.fill("4")
    one.is_pythons(heard.edited(mute=[(2, 1)]), 3, 4)
    group(one).get_by_role("button", name="feature 2-1: change its gain").press("Enter")
    group(one).get_by_role("slider", name="Gain of feature 2-1").fill("150")
    louder = heard.edited(gains={(2, 1): 1.5})
    one.say(louder.predict())
    one.is_pythons(louder, 3, 4)
    group(one).get_by_role("button", name="Bring feature 2-1 back").click()
    one.say(plain)
    one.is_pythons(heard, 3, 4)


def test_a_part_of_the_source_is_taken_out(one: Opened) -> None:
    heard = one.heard()
    one.root.get_by_role("button", name="Mute part").click()
    for name, value in (("Lowest frequency, Hz", "500"), ("Highest frequency, Hz", "900"),
                        ("Beginning, s", "0.1"), ("End, s", "0.3")):  # fmt: skip
        one.root.get_by_role("spinbutton", name=name).fill(value)
    one.page.keyboard.press("Enter")
    left = heard.without(band=(500, 900), stretch=(0.1, 0.3))
    one.say(left.predict())
    one.is_pythons(left, 2, 1)
    one.root.get_by_role("spinbutton", name="Highest frequency, Hz").fill("9000")
    one.page.keyboard.press("Enter")
    expect(one.panel.alert).to_contain_text("band must begin at 0 Hz or later")
    group(one).get_by_role("button", name="Bring").first.click()
    one.say(heard.predict())
    one.is_pythons(heard, 2, 1)


def test_the_song_that_a_page_opens_on_is_heard_without_a_wish(
    open_computing: Callable[..., Opened], tmp_path: Path
) -> None:
    with aj.explore(MODEL, SONG, layer=2, feature=1) as panel:
        path = panel.to_html(tmp_path / "song.html", live=True)
    one = open_computing(path)
    one.panel.wait("root.auralise.store.song()?.heard?.times.length > 1")
    expect(one.root.get_by_role("button", name="strongest (T)")).to_be_enabled()


def test_a_song_has_a_time_line(one: Opened, tmp_path: Path) -> None:
    clip = aj.Clip(SONG.samples, RATE, "my song")
    one.add(clip, tmp_path)
    expect(one.root.get_by_role("button", name="strongest (T)")).to_be_enabled()
    hop = one.panel.ask("root.auralise.store.song().heard.hop")
    song = aj.listen_song(MODEL, clip, hop=hop)
    odds = one.computing.ask(
        "document.querySelector('.auralise').auralise.store.song().heard.probabilities"
    )
    np.testing.assert_allclose(
        odds.reshape(song.probabilities.shape), song.probabilities, atol=SHARE
    )
    with aj.explore(MODEL, clip, layer=2, feature=1) as panel:
        assert panel.start == one.facts("start")
    start = one.root.get_by_role("slider", name="Start")
    for key, there in (("Home", 0.0), ("End", 5.5)):
        start.press(key)
        one.panel.wait("root.auralise.store.get('facts').start === x", there)
        one.is_pythons(aj.listen(MODEL, clip, start=there), 2, 1)
    one.root.press("t")
    strongest = song.strongest(2, 1, n=1)[0].start
    one.panel.wait("root.auralise.store.get('facts').start === x", strongest)
    one.is_pythons(aj.listen(MODEL, clip, start=strongest), 2, 1)


def test_the_wall_fills_and_is_reordered(one: Opened) -> None:
    heard = one.heard()
    settings = ViewSettings(2, "deconvnet", "phase", "all")
    variant = Variant(heard)
    variant.control_likeness(settings)
    survey = view.survey(variant.survey(settings, variant.projections(settings)))
    one.root.press("w")
    tiles = one.root.get_by_role("listbox", name="Features").get_by_role("option")
    expect(tiles).to_have_count(5)
    one.panel.wait("root.auralise.store.bank()?.survey.order")
    found = one.panel.ask("root.auralise.store.bank().survey")
    for name in ("order", "similar", "group"):
        assert found[name] == survey[name]
    for name in ("interest", "energy", "likeness", "sparseness", "redundancy"):
        np.testing.assert_allclose(found[name], survey[name], atol=2e-3)
    assert found["verdict"] == survey["verdict"]
    for order, name in (("similar", "similar"), ("interest", "order")):
        one.root.get_by_label("Order").select_option(order)
        expect(tiles.first).to_have_attribute("aria-label", re.compile(f"^{survey[name][0]}(,|$)"))
        numbers = [
            int(re.match(r"\d+", tile.get_attribute("aria-label") or "")[0]) for tile in tiles.all()
        ]
        assert numbers == survey[name]
    tiles.last.click()
    one.is_pythons(heard, 2, survey["order"][-1])


def test_the_ranking_by_effect_is_pythons(one: Opened) -> None:
    heard = one.heard()
    plain = heard.predict()
    place = MODEL.classes.index(max(plain, key=lambda name: plain[name]))
    expected = effects(MODEL, heard.picture[None], 2)[0, :, place]
    one.root.get_by_label("Ranking").select_option("effect")
    one.panel.wait("root.auralise.store.effects()?.order")
    effect = one.panel.ask("root.auralise.store.effects()")
    assert effect["windows"] == 1
    np.testing.assert_allclose(effect["here"], expected, atol=1e-3 * np.abs(expected).max())
    one.root.press("w")
    tiles = one.root.get_by_role("listbox", name="Features").get_by_role("option")
    first = int(np.argmin(expected))  # it speaks most for the class: without it the logit falls
    expect(tiles.first).to_have_attribute("aria-label", re.compile(f"^{first}(,|$)"))


def test_sound_and_picture_are_saved(one: Opened) -> None:
    heard = one.heard()
    one.arrives(layer=2, feature=1)
    with one.page.expect_download() as waiting:
        one.root.get_by_role("button", name="WAV").click()
    samples, rate = soundfile.read(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    sound = heard.project(2, 1).auralise()
    assert rate == RATE
    assert "feature-2-1" in waiting.value.suggested_filename
    assert np.abs(samples - sound.samples).max() < 2e-3 * max(1, sound.peak)
    with one.page.expect_download() as waiting:
        one.root.get_by_role("button", name="PNG").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_file_is_added_or_dropped_and_stays_in_the_list(one: Opened, tmp_path: Path) -> None:
    mine = make_noise(0.5, RATE, 8)
    one.add(aj.Clip(mine.samples, RATE, "My <b>song"), tmp_path)
    heard = one.heard()
    assert np.array_equal(heard.clip.samples, mine.samples)
    one.say(heard.predict())
    one.is_pythons(heard, 2, 1)
    other = make_noise(0.5, RATE, 9)
    one.root.evaluate(
        """(root, [name, text]) => {
          const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], name));
          const told = { dataTransfer: data, bubbles: true, cancelable: true };
          root.dispatchEvent(new DragEvent("dragover", told));
          root.dispatchEvent(new DragEvent("drop", told));
        }""",
        ["dropped.wav", base64.b64encode(wav(other.samples, RATE)).decode()],
    )
    expect(one.root.get_by_label("Clip")).to_have_value("dropped")
    one.panel.wait("root.auralise.store.get('facts').chosen.clip === 'dropped'")
    one.say(aj.listen(MODEL, other).predict())
    one.root.get_by_label("Clip").select_option("noise")
    one.panel.wait("root.auralise.store.get('facts').chosen.clip === 'noise'")
    names = one.root.get_by_label("Clip").locator("option").all_inner_texts()
    assert names[:2] == ["noise", "song"]
    assert names[-2:] == ["My <b>song", "dropped"]


def test_a_link_opens_the_view_that_it_names(open_computing: Callable[..., Opened]) -> None:
    one = open_computing(link="#layer=3&feature=5&rule=guided")
    one.panel.shows(3, 5)
    one.is_pythons(one.heard(), 3, 5, rule="guided")
    one.page.evaluate("location.hash = '#layer=1&feature=2'")
    one.panel.shows(1, 2)
    one.page.evaluate("location.hash = '#layer=99&feature=no'")  # the nearest that there is
    one.panel.shows(3, 2)
    expect(one.root).to_contain_text("layer 99")


def test_the_model_with_random_weights_can_be_chosen(one: Opened) -> None:
    one.root.get_by_label("Model").select_option("tiny, random weights")
    one.panel.wait("root.auralise.store.get('facts').takes[0].untrained")
    random = one.heard(aj.untrained(MODEL))
    one.say(random.predict())
    one.is_pythons(random, 2, 1)


def test_a_lesson_has_two_panels_and_its_text(
    open_computing: Callable[..., Opened], tmp_path: Path
) -> None:
    with (
        aj.explore(MODEL, [NOISE, SONG], layer=2, feature=1) as first,
        aj.explore(MODEL, [NOISE], layer=3, feature=4) as second,
    ):
        blocks = ["# Attacks\n\nFind a feature that *keeps* them.", first, "## Then", second]
        path = aj.Lesson(blocks, live=True).save(tmp_path / "lesson.html")
    both = [open_computing(path)]
    both.append(Opened(both[0].page, 1))
    expect(both[0].page.locator("article em")).to_have_text("keeps")
    expect(both[0].page.locator(".auralise[data-feature]")).to_have_count(2)
    heard = both[0].heard()
    for one, layer, features in zip(both, (2, 3), ((3, 4), (2, 5)), strict=True):
        for feature in features:
            one.panel.feature.fill(f"{feature}")
            one.is_pythons(heard, layer, feature)
    both[1].root.press("m")
    both[1].say(heard.edited(mute=[(3, 5)]).predict())
    both[0].say(heard.predict())  # each panel has mutes of its own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_against_the_page(
    open_computing: Callable[..., Opened], scheme: str
) -> None:
    one = open_computing(color_scheme=scheme)
    one.root.press("w")
    one.panel.wait("root.auralise.store.bank()?.survey.order")
    assert found(one.page) == []
    assert found(one.page, BEST) == []
