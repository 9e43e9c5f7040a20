"""A page that computes in Firefox, from disk and from a static host, against Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from computing import (
    Computing,
    ComputingPanel,
    alike,
    hears_alike,
    only_itself,
    serve_folder,
    sounds_alike,
    telling,
    wav,
)
from making import make_noise
from person import moves, plays
from playwright.sync_api import Page
from watched import Watched

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.network.rules import RULES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("computing")
    assert main(["page", "--out", str(folder / "explore.html"), "--no-open"]) == 0
    return folder


def compare(page: Computing, model: aj.Model, seed: int) -> None:
    source = page.source()
    heard = source.heard(model)
    hears_alike(page, heard, source)
    for layer in range(1, 6):
        features = telling(heard, layer, seed + layer)
        for count, rule in enumerate(RULES):
            feature, position = features[count % 2], ("all", "strongest")[(count + layer) % 2]
            wanted = heard.project(layer, feature, rule, position).picture
            alike(page.project(layer, feature, rule, position), wanted)
        sounds_alike(page, heard, layer, features[0], ("phase", "mask")[layer % 2], "deconvnet")


@pytest.mark.parametrize("place", ["disk", "host"])
def test_firefox_computes_what_python_does(fox_page: Page, folder: Path, place: str) -> None:
    model = aj.load_model("genre")
    watched = Watched(fox_page)
    with serve_folder(folder) as address:
        path = folder / "explore.html"
        uri = path.as_uri() if place == "disk" else f"{address}/{path.name}"
        fox_page.goto(uri)
        page = Computing.of(fox_page)
        page.ready()
        if place == "host":
            page.choose("clip", "Hip-hop")
        compare(page, model, seed=1)
        panel = ComputingPanel(fox_page)
        moves(panel)
        plays(panel, aloud=False)
        page.open(wav(make_noise(4.0, 44_100, seed=2).samples, 44_100))
        compare(page, model, seed=2)
    assert watched.problems == []
    assert only_itself(watched.requests, uri) == []
