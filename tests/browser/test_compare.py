"""Side by side: several features over one clock, each heard on a deck of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from panel import Panel
from playwright.sync_api import expect

import auralise_jax as aj
from auralise_jax.network.rules import RULES
from auralise_jax.widgets.variant import Variant, ViewSettings


@dataclass(frozen=True)
class Compared:
    """A page, what its decks' captions say, and what their sounds are in Python."""

    path: Path
    layer: int
    captions: dict[str, str]
    switches: dict[str, str]
    sounds: dict[str, aj.Clip]


LAYER, FEATURE = 3, 20  # one that answers loudly to both clips, and differs by rule


def sound(model: aj.Model, clip: aj.Clip, rule: str = "deconvnet") -> aj.Clip:
    take = Variant(aj.listen(model, clip))
    return take.show(ViewSettings(LAYER, rule, "phase", "all"), FEATURE).sound


def write(panel: aj.Comparison, path: Path) -> Path:
    with panel:
        return panel.to_html(path, layers=[LAYER], features=[FEATURE])


@pytest.fixture(scope="session", params=["rules", "clips", "models"])
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    path = tmp_path_factory.mktemp("compare") / f"{request.param}.html"
    genre, bach = aj.load_model("genre"), aj.example_clips()["bach"]
    told = {"layer": LAYER, "feature": FEATURE}
    name = f"feature {LAYER}-{FEATURE}"
    if request.param == "rules":
        write(aj.compare("genre", "bach", **told), path)
        letters = dict(zip("bcd", RULES, strict=True))
        return Compared(
            path,
            LAYER,
            {"a": "source"} | {deck: f"{name}, {rule}" for deck, rule in letters.items()},
            {"a": "source"} | letters,
            {"a": aj.listen(genre, bach).clip}
            | {deck: sound(genre, bach, rule) for deck, rule in letters.items()},
        )
    if request.param == "clips":
        dance = aj.example_clips()["dance"]
        write(aj.compare("genre", ["bach", "dance"], rule="deconvnet", **told), path)
        titles = [bach.title, dance.title]
        return Compared(
            path,
            LAYER,
            {
                "a": f"source: {titles[0]}",
                "b": f"{name}, deconvnet, {titles[0]}",
                "c": f"source: {titles[1]}",
                "d": f"{name}, deconvnet, {titles[1]}",
            },
            {"a": titles[0], "b": "feature", "c": titles[1], "d": "feature"},
            {
                "a": aj.listen(genre, bach).clip,
                "b": sound(genre, bach),
                "c": aj.listen(genre, dance).clip,
                "d": sound(genre, dance),
            },
        )
    other = aj.random_model(genre)
    write(aj.compare([genre, other], "bach", rule="deconvnet", **told), path)
    return Compared(
        path,
        LAYER,
        {
            "a": "source",
            "b": f"{name}, deconvnet, {genre.name}",
            "c": f"{name}, deconvnet, {other.name}",
        },
        {"a": "source", "b": genre.name, "c": other.name},
        {
            "a": aj.listen(genre, bach).clip,
            "b": sound(genre, bach),
            "c": sound(other, bach),
        },
    )


def test_rows_are_named_and_switched(open_page: Callable[..., Panel], compared: Compared) -> None:
    panel = open_page(compared.path)
    panel.shows(LAYER, FEATURE)
    decks = panel.root.locator("[data-deck]").evaluate_all("all => all.map((d) => d.dataset.deck)")
    assert decks == list(compared.captions)
    captions = panel.root.locator(".auralise-caption").all_inner_texts()
    assert [" ".join(one.split()) for one in captions] == [
        f"{deck.upper()} {text}" for deck, text in compared.captions.items()
    ]
    radios = {
        deck: panel.root.get_by_role("radio", name=f"{deck.upper()} {text}", exact=True)
        for deck, text in compared.switches.items()
    }
    expect(radios["b"]).to_be_checked()
    for deck in [*radios, "a"]:
        panel.root.press(deck)
        expect(radios[deck]).to_be_checked()
        heard = panel.root.locator(".auralise-heard")
        expect(heard).to_have_count(1)
        expect(heard).to_have_attribute("data-deck", deck)
        expect(
            panel.root.get_by_role("img", name=f"Spectrogram {deck.upper()}", exact=False)
        ).to_be_visible()


def test_every_deck_sounds_as_it_should_on_one_clock(
    open_page: Callable[..., Panel], compared: Compared
) -> None:
    panel = open_page(compared.path)
    panel.play.click()
    panel.wait("rms() > 1e-3")
    zero = panel.zero()
    duration = panel.ask("player.duration")
    for deck, clip in compared.sounds.items():
        panel.root.press(deck)
        # Vorbis changes the waveform a little; another deck's differs far more.
        assert abs(panel.hears(clip, 0.9)) < 0.05
        piece = panel.heard()
        others = [piece.match(one)[0] for one in compared.sounds.values() if one is not clip]
        assert max(others) < piece.match(clip)[0] - 0.02
        slip = (panel.zero() - zero) / duration
        assert abs(slip - round(slip)) * duration < 0.02


def test_pictures_are_those_of_their_rows(
    open_page: Callable[..., Panel], compared: Compared
) -> None:
    panel = open_page(compared.path)
    panel.wait("root.auralise.figure.rows.every((one) => one.levels)")
    seen = [panel.pixels(deck) for deck in compared.captions]
    for i, one in enumerate(seen):
        for other in seen[:i]:
            assert one.shape == other.shape
            assert np.abs(one - other).mean() > 1  # no two show the same


def test_the_key_list_names_every_deck(open_page: Callable[..., Panel], compared: Compared) -> None:
    panel = open_page(compared.path)
    panel.root.press("?")
    words = panel.keys.inner_text()
    for deck in compared.captions:
        assert f" {deck.upper()} " in f" {' '.join(words.split())} "
