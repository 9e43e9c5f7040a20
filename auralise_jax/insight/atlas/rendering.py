"""Rendering excerpts: the source around a strongest place, and what of it the feature responded to.

The window is listened to once more, by the same plain forward pass as everywhere else, and the
feature projected from that one cell (Choi, Fazekas and Sandler 2016, arXiv:1607.02444).
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.audio.display import decibels
from auralise_jax.audio.encode import encode
from auralise_jax.insight.atlas.cells import Grid
from auralise_jax.insight.atlas.png import RANGE_DB, spectrogram_png
from auralise_jax.insight.atlas.store import packed
from auralise_jax.insight.atlas.windows import windows
from auralise_jax.listening import Listening, Projection
from auralise_jax.network import Model
from auralise_jax.network.passes import Block, backward

VERSION = 1
"""Of how an excerpt is rendered; raise it when that changes."""

SHORTEST = 1.0
"""Seconds of an excerpt, at least."""

NARROWEST = 0.25
"""Share of the band that a picture shows, at least; a first layer's cell sees few of 257 rows."""

ROUNDING = 1e-4
"""Of a maximum; both forward passes agree to some 3e-6 of a map's peak."""

FADE = 0.005
"""Seconds at either end of a sound, against clicks."""


class Ask(NamedTuple):
    """An excerpt to render: a cell of a feature's map in one window of a file."""

    layer: int
    feature: int
    window: int
    row: int
    column: int

    def key(self, model_key: str, sha256: str) -> str:
        """Return what names the rendering: all that it follows from."""
        told = json.dumps([VERSION, model_key, sha256, *self])
        return hashlib.sha256(told.encode()).hexdigest()


def render(path: Path, model: Model, asks: Sequence[Ask]) -> list[bytes]:
    """Render excerpts of one file, each as the bytes of a store's entry.

    Arrays are ``source_png``, ``feature_png``, ``source_ogg`` and ``feature_ogg``; facts say where
    the sounds lie in the file, which band the pictures show, where in them the cell's field is,
    which gain was applied, and how the cell stands in its window (see `Excerpt`).

    Raises
    ------
    OSError, ValueError
        As `windows` does, or if the file has no such window any more.
    """
    by_window: dict[int, list[Ask]] = {}
    for ask in asks:
        by_window.setdefault(ask.window, []).append(ask)
    made: dict[Ask, bytes] = {}
    heard = itertools.islice(windows(path, model.frontend), max(by_window) + 1)
    for number, samples in enumerate(heard):
        if number in by_window:
            clip = Clip(samples, model.frontend.sample_rate, path.stem)
            listening = Listening(model, clip, 0.0)
            made |= {ask: _excerpt(listening, ask) for ask in by_window[number]}
    if missing := [ask for ask in asks if ask not in made]:
        raise ValueError(f"{path} changed: it has no window {missing[0].window} any more")
    return [made[ask] for ask in asks]


def project_cell(
    heard: Listening, layer: int, feature: int, row: int, column: int
) -> tuple[Projection, str]:
    """Project one cell of a feature's map; also return how it stands in its window.

    That is ``"same"`` if it is the strongest, so that this is ``project(position="strongest")``;
    ``"moved"`` if rounding made another one as strong; ``"second"`` if another is stronger.
    """
    shot = heard.project(layer, feature, position="strongest")
    maps = heard.activations(layer)[:, :, feature]
    best = divmod(int(maps.argmax()), maps.shape[1])
    value, largest = float(maps[row, column]), float(maps[best])
    # The largest projection of the layer is not asked for: a strongest place is never silent.
    shot = dataclasses.replace(shot, layer_peak=lambda: 0.0)
    if best == (row, column):
        return shot, "same"
    only = np.zeros_like(heard.activations(layer))
    only[row, column, feature] = value
    blocks = list(heard.blocks)
    blocks[layer - 1] = Block(jnp.asarray(only), blocks[layer - 1].switches)
    architecture = heard.model.architecture
    picture = backward(
        heard.model.kernels,
        tuple(blocks),
        np.int32(feature),
        layer=layer,
        rule=shot.rule,
        position=shot.position,
        pool=architecture.pool,
        shape=heard.model.frontend.shape,
    )
    shot = dataclasses.replace(shot, picture=np.asarray(picture))
    return shot, "moved" if largest - value <= ROUNDING * largest else "second"


def _excerpt(heard: Listening, ask: Ask) -> bytes:
    front = heard.model.frontend
    rate, hop = front.sample_rate, front.hop_length
    grid = Grid(heard.model.architecture, front, ask.layer)
    shot, cell = project_cell(heard, ask.layer, ask.feature, ask.row, ask.column)
    made = shot.resynthesise()
    sound = shot.finish(made)

    rows, frames = grid.frames(ask.row, ask.column)
    there = len(heard.clip.samples)
    length = min(there, max(grid.reach, round(SHORTEST * rate)))
    middle = round(sum(frames) * hop / 2)
    first = min(max(0, middle - length // 2), there - length)
    own = slice(first, first + length)
    left, right = first // hop, min(front.shape[1], -(-(first + length) // hop) + 1)
    band = front.shape[0]
    high = min(band, max(rows[1] - rows[0] + 1, math.ceil(NARROWEST * band)))
    bottom = min(max(0, (sum(rows) + 1 - high) // 2), band - high)

    source = np.asarray(front.expand(heard.picture))
    peak = float(source.max())
    arrays = {}
    for name, magnitude, samples in (
        ("source", source, heard.clip.samples),
        ("feature", np.asarray(made.magnitude), sound.samples),
    ):
        picture = decibels(magnitude[bottom : bottom + high, left:right], peak, -RANGE_DB)
        arrays[f"{name}_png"] = spectrogram_png(picture)
        arrays[f"{name}_ogg"] = _coded(samples[own], rate)
    begin = ask.window * front.samples
    facts = {
        "cell": cell,
        "start": (begin + first) / rate,
        "end": (begin + first + length) / rate,
        "gain": sound.level,
        "note": sound.note,
        "low_hz": max(0.0, (bottom - 0.5) * rate / front.n_fft),
        "high_hz": min(rate / 2, (bottom + high - 0.5) * rate / front.n_fft),
        # Of the field in the picture, as shares of it: left, width, bottom, height.
        "box": [*_share(frames, left, right), *_share(rows, bottom, bottom + high)],
    }
    return packed({name: np.frombuffer(data, np.uint8) for name, data in arrays.items()}, facts)


def _share(seen: tuple[int, int], begin: int, end: int) -> tuple[float, float]:
    """Return where a range (both ends in it) begins in another (the end out of it), how long."""
    low, high = (min(max(place, begin), end) for place in (seen[0], seen[1] + 1))
    return (low - begin) / (end - begin), (high - low) / (end - begin)


def _coded(samples: np.ndarray, rate: int) -> bytes:
    count = min(round(FADE * rate), len(samples) // 2)
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    faded = samples / max(1.0, float(np.abs(samples).max()))
    faded[:count] *= ramp
    faded[len(faded) - count :] *= ramp[::-1]
    return encode(faded, rate, ".ogg")


def in_parts(asks: Sequence[Ask], most: int = 128) -> Iterator[tuple[Ask, ...]]:
    """Cut what is asked of one file, so that no answer grows without bound."""
    for first in range(0, len(asks), most):
        yield tuple(asks[first : first + most])
