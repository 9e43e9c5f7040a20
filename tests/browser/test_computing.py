"""A page that computes against Python: the same samples, the same pictures, words and sounds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from computing import (
    SOUND,
    Computing,
    alike,
    hears_alike,
    off,
    only_itself,
    serve_folder,
    sounds_alike,
    telling,
    wav,
)
from making import make_noise
from playwright.sync_api import Browser
from watched import TIMEOUT, Watched

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.network.foreign import musicnn
from auralise_jax.network.rules import RULES

CLIPS = ("Bach, Prelude in C", "Ballad", "Dance", "Hip-hop")
POSITIONS = ("all", "strongest")
RATE = 11_025


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("computing")


@pytest.fixture(scope="module")
def explorer(folder: Path) -> Path:
    """The stand-alone explorer, as the command writes it."""
    path = folder / "explore.html"
    assert main(["page", "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Any]:
    """Open an address once for all tests; in the end it must have done nothing wrong."""
    pages: dict[str, tuple[Watched, Computing]] = {}

    def opened(uri: str) -> Computing:
        if uri not in pages:
            page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
            page.set_default_timeout(TIMEOUT)
            pages[uri] = Watched(page), Computing.of(page)
            page.goto(uri)
            pages[uri][1].ready()
        return pages[uri][1]

    yield opened
    for uri, (watched, _) in pages.items():
        assert watched.problems == []
        assert only_itself(watched.requests, uri) == []
    for context in list(browser.contexts):
        context.close()


@pytest.fixture(scope="module")
def genre() -> aj.Model:
    return aj.load_model("genre")


def check_all(page: Computing, model: aj.Model, seed: int, *, whole: bool = False) -> float:
    """Compare the picture, the classes, and in every layer projections and a sound.

    Of the rules and positions half, or the `whole`. Return the share of projections that are equal,
    with every switch.
    """
    source = page.source()
    heard = source.heard(model)
    hears_alike(page, heard, source)
    equal = []
    for layer in range(1, len(model.layers) + 1):
        features = telling(heard, layer, seed + layer)
        for count, (rule, position) in enumerate(itertools.product(RULES, POSITIONS)):
            if (count + layer + seed) % 2 and not whole:
                continue
            feature = features[(count + seed) // 2 % len(features)]
            found = page.project(layer, feature, rule, position)
            equal.append(alike(found, heard.project(layer, feature, rule, position).picture))
        how = ("phase", "mask")[(seed + layer) % 2]
        sounds_alike(page, heard, layer, features[0], how, "deconvnet")
    return float(np.mean(equal))


@pytest.mark.parametrize("clip", CLIPS)
def test_a_shipped_clip(opened, explorer: Path, genre: aj.Model, clip: str) -> None:
    page = opened(explorer.as_uri())
    page.choose("clip", clip)
    assert check_all(page, genre, seed=CLIPS.index(clip)) >= 0.3


def bursts() -> np.ndarray:
    """Return bursts of noise with digital silence between, where windows are full of ties."""
    samples = make_noise(4.0, RATE, seed=5).samples.copy()
    samples[np.arange(4 * RATE) // 4000 % 2 == 1] = 0
    return samples


SIGNALS = {
    "noise": make_noise(4.0, RATE, seed=3).samples,
    "bursts": bursts(),
    "short": make_noise(1.3, RATE, seed=4).samples * np.linspace(0, 1, round(1.3 * RATE)),
}


@pytest.mark.parametrize("name", list(SIGNALS))
def test_a_signal_that_no_model_was_trained_on(
    opened, explorer: Path, genre: aj.Model, name: str
) -> None:
    page = opened(explorer.as_uri())
    page.open(wav(SIGNALS[name], RATE))
    source = page.source()
    assert source.rate == RATE
    # Decoded at its own rate a file of floats is what it was.
    assert off(source.samples, SIGNALS[name].astype(np.float32)) <= 1e-6
    assert check_all(page, genre, seed=len(name), whole=name == "noise") >= 0.9


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (48_000, 1), (8_000, 1)])
def test_files_are_mixed_down_and_resampled_as_well_as_python_does(
    opened, explorer: Path, rate: int, channels: int
) -> None:
    """Below the edge of both filters the sound is soxr's; above it nothing is left to fold back."""
    page = opened(explorer.as_uri())
    t = np.arange(4 * rate) / rate
    top = 0.42 * min(rate, RATE)
    sweep = 0.4 * np.sin(2 * np.pi * (50 * t + (top - 50) / 8 * t**2)) * np.hanning(len(t))
    above = 0.4 * np.sin(2 * np.pi * 0.35 * rate * t) * np.hanning(len(t)) if rate > 3 * RATE else 0
    left_and_right = np.stack([sweep + above, 0.5 * sweep + above][:channels], axis=1)
    page.open(wav(left_and_right, rate))
    found = page.source().samples
    expected = soxr.resample(left_and_right.mean(axis=1), rate, RATE, "HQ")
    assert abs(len(found) - len(expected)) <= 1
    count = min(len(found), len(expected))
    assert off(found[:count], expected[:count].astype(np.float32)) <= SOUND


def test_from_a_static_host(opened, folder: Path, explorer: Path, genre: aj.Model) -> None:
    with serve_folder(folder) as address:
        page = opened(f"{address}/{explorer.name}")
        check_all(page, genre, seed=9)


# A network of another kind ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tagger(folder: Path) -> aj.Model:
    """musicnn's network with four features and random weights, saved as a list of operations."""
    rng = np.random.default_rng(5)
    tensors = {}
    for name, shape in musicnn.tensor_shapes(4, 6).items():
        tensors[name] = rng.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
        if name.endswith("variance"):
            tensors[name] = rng.uniform(0.5, 2, shape)
        if name.endswith("gamma") and shape != (1,):  # half of the scales are negative
            tensors[name] = rng.uniform(0.5, 2, shape) * (-1.0) ** np.arange(4)
    weights = musicnn.weights({name: one.astype(np.float32) for name, one in tensors.items()})
    frontend = aj.LogMel(
        16_000, 512, 256, 96, frames=187, pad_mode="reflect", compression="log10", gain=10_000
    )
    made = aj.wrap(
        musicnn.tagger,
        params=weights,
        frontend=frontend,
        classes=tuple("abcdef"),
        task="tags",
        name="tagger",
    )
    path = aj.save_model(made, folder / "tagger.safetensors", dtype="float16")
    return aj.load_model(path)


def test_a_list_of_operations(opened, folder: Path, tagger: aj.Model) -> None:
    path = folder / "tagger.html"
    with aj.explore(tagger, "bach") as panel:
        panel.to_html(path, live=True)
    page = opened(path.as_uri())
    assert check_all(page, tagger, seed=2) >= 0.9
    page.open(wav(make_noise(3.0, 16_000).samples, 16_000))
    assert check_all(page, tagger, seed=3) >= 0.9
