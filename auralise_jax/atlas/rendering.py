"""Rendering excerpts: the source around a strongest place, and what of it the feature responded to.

A window around the place is listened to once more, by the same plain forward pass as everywhere
else, and the feature's map projected (Choi, Fazekas and Sandler 2016, arXiv:1607.02444), but for
the cells that see the window's rim: what is shown and played follows from the music alone.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float32

from auralise_jax.atlas.cells import Cell, Grid, grids
from auralise_jax.atlas.columns import responses
from auralise_jax.atlas.png import RANGE_DB, spectrogram_png
from auralise_jax.atlas.store import Store, packed
from auralise_jax.atlas.windows import stretches
from auralise_jax.audio import Clip
from auralise_jax.audio.display import decibels
from auralise_jax.audio.encode import encode
from auralise_jax.device import on_device
from auralise_jax.frontend import Frontend
from auralise_jax.listening import Listening, Projection
from auralise_jax.network import Model
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Feature, Network
from auralise_jax.network.rules import RuleName
from auralise_jax.network.streaming import Streaming

VERSION = 2
"""Of how an excerpt is rendered; raise it when that changes."""

RULE: RuleName = "deconvnet"
"""What projects excerpts."""

AROUND = 1.0
"""Seconds of sound before and after what the cell sees: 70 ms alone cannot be heard."""

NARROWEST = 0.25
"""Share of the band that a picture shows, at least; a first layer's cell sees few of 257 rows."""

ROUNDING = 1e-4
"""Of a maximum; both forward passes agree to some 3e-6 of a map's peak."""

FADE = 0.005
"""Seconds at either end of a sound, against clicks."""


def excerpt_key(cell: Cell, model_key: str, sha256: str) -> str:
    """Return what names the rendering of a cell of a file: all that it follows from."""
    origin = json.dumps([VERSION, model_key, sha256, *cell])
    return hashlib.sha256(origin.encode()).hexdigest()


def render(path: Path, model: Model, cells: Sequence[Cell]) -> list[bytes]:
    """Render an excerpt for each cell of one file, as the bytes of a store's entry.

    Arrays are ``source_png``, ``feature_png``, ``source_ogg`` and ``feature_ogg``; facts say where
    the sounds lie in the file, which band the pictures show, where in them the cell's field is,
    which gain was applied, and how the cell stands in its window (see `Excerpt`).

    Raises
    ------
    OSError, ValueError
        As `windows.blocks` does, or if the file has no such window any more.
    """
    viewer = showing(model)
    layers = grids(model.network, model.frontend)
    by_window: dict[int, list[Cell]] = {}
    for cell in sorted(cells, key=lambda cell: cell.window):
        by_window.setdefault(cell.window, []).append(cell)
    first = next(iter(layers.values()))
    stride, length = first.stride, first.length
    starts = [window * stride for window in by_window]
    made: dict[Cell, bytes] = {}
    windows = stretches(path, model.frontend.sample_rate, starts, length)
    for samples, inside in zip(windows, by_window.values(), strict=True):
        for cell in inside:
            if cell.column * layers[cell.layer].step >= len(samples):
                raise ValueError(f"{path} changed: it has no window {cell.window} any more")
        clip = Clip(samples, model.frontend.sample_rate, path.stem)
        heard = Listening(viewer, clip, 0.0)
        made |= {cell: _excerpt(heard, layers[cell.layer], cell) for cell in inside}
    return [made[cell] for cell in cells]


def showing(model: Model) -> Model:
    """Return a model whose windows are as long as excerpts need them; most often the same.

    Where a cell does not fit into the model's own window, the model returned is a `Streaming`
    network without the head, which takes a single length; `grids` leaves such layers of other
    networks out.
    """
    network, frontend = model.network, model.frontend
    length = next(iter(grids(network, frontend).values())).length
    if length == frontend.samples:
        return model
    if not (isinstance(network, Streaming) and isinstance(frontend, Frontend)):
        return model
    longer = dataclasses.replace(frontend, duration=length / frontend.sample_rate)
    return Model(network.headless(longer.shape), longer, name=model.name)


def check_projections(network: Network, layers: Iterable[Layer]) -> None:
    """Raise UnsupportedOperation if a layer cannot be projected; nothing is computed for that."""

    def project(network: Network, picture: Any, layer: str) -> Any:
        return network.project(network.forward(picture), layer, Feature(0), RULE)

    picture = on_device(np.zeros(network.picture_shape, np.float32))
    for layer in layers:
        jax.eval_shape(functools.partial(project, layer=layer.name), network, picture)


def project_columns(heard: Listening, layer: int, feature: int, columns: slice) -> Projection:
    """Project a feature from some columns of its map, all others silent."""
    mask = np.zeros(heard.activations(layer).shape[:-1], np.float32)
    mask[..., columns] = 1
    projection = heard.project(layer, feature, RULE, position=mask)
    # No peak of the layer is needed: a strongest place is never silent.
    return dataclasses.replace(projection, is_silent=lambda _: False)


def compare_cell(maps: Float32[np.ndarray, "rows columns"], row: int, column: int) -> str:
    """Return how a cell compares with the others of a map.

    ``"same"`` if the cell is the strongest; ``"moved"`` if rounding made another as strong;
    ``"second"`` if another is stronger.

    Examples
    --------
    >>> maps = np.float32([[3, 1], [2.9999, 4]])
    >>> compare_cell(maps, 1, 1), compare_cell(maps, 0, 0), compare_cell(maps[:, :1], 1, 0)
    ('same', 'second', 'moved')
    """
    value, largest = float(maps[row, column]), float(maps.max())
    if divmod(int(maps.argmax()), maps.shape[1]) == (row, column):
        return "same"
    return "moved" if largest - value <= ROUNDING * largest else "second"


def _excerpt(heard: Listening, grid: Grid, cell: Cell) -> bytes:
    front = grid.frontend
    rate, hop = front.sample_rate, front.hop_length
    columns = grid.whole(cell.window)
    shot = project_columns(heard, cell.layer, cell.feature, columns)
    only = slice(cell.feature, cell.feature + 1)
    off = np.asarray(heard.model.network.off(grid.layer.name))[only]
    maps = responses(heard.activations(cell.layer)[..., only], off)[:, columns, 0]
    comparison = compare_cell(maps, cell.row, cell.column - columns.start)
    made = shot.resynthesise()
    sound = shot.finish(made)

    seen, frames = grid.frames(cell.row, cell.column)
    bins = front.bins.row_at(front.axes.hz_at(np.array(seen))).round().astype(int)
    rows = int(bins[0]), int(bins[1])  # of the magnitudes that are shown
    around = round(AROUND * rate)
    begin, end = grid.samples(cell.column)
    first, last = max(0, begin - around), min(len(heard.clip.samples), end + around)
    part = slice(first, last)
    left, right = first // hop, min(len(front.bins.seconds), -(-last // hop) + 1)
    band = len(front.bins.hz)
    high = min(band, max(rows[1] - rows[0] + 1, math.ceil(NARROWEST * band)))
    bottom = min(max(0, (sum(rows) + 1 - high) // 2), band - high)

    source = heard.source_magnitude
    peak = float(source.max())
    arrays = {}
    for name, magnitude, samples in (
        ("source", source, heard.clip.samples),
        ("feature", np.asarray(made.magnitude), sound.samples),
    ):
        picture = decibels(magnitude[bottom : bottom + high, left:right], peak, -RANGE_DB)
        arrays[f"{name}_png"] = spectrogram_png(picture)
        arrays[f"{name}_ogg"] = _coded(samples[part], rate)
    start = cell.window * grid.stride
    low_hz, high_hz = front.bins.hz_at(np.array([bottom, bottom + high]) - 0.5).tolist()
    facts = {
        "cell": comparison,
        "start": (start + first) / rate,
        "end": (start + last) / rate,
        "gain": sound.level,
        "note": sound.note,
        "low_hz": max(0.0, low_hz),
        "high_hz": min(rate / 2, high_hz),
        # Of the field in the picture, as shares of it: left, width, bottom, height.
        "box": [*_share(frames, left, right), *_share(rows, bottom, bottom + high)],
    }
    return packed({name: np.frombuffer(data, np.uint8) for name, data in arrays.items()}, facts)


def get_excerpt(store: Store, key: str) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """Return the arrays and facts of a rendering; None if it is not there, or damaged."""
    entry = store.get(key)
    if entry is None:
        return None
    arrays, facts = entry
    names = {f"{name}_{kind}" for name in ("source", "feature") for kind in ("png", "ogg")}
    is_sound = set(arrays) == names and all(
        array.dtype == np.uint8 and array.ndim == 1 and len(array) for array in arrays.values()
    )
    numbers = [facts.get(name, math.nan) for name in ("start", "end", "low_hz", "high_hz")]
    box = facts.get("box")
    shares = box if isinstance(box, list) and len(box) == 4 else [None]
    fits = (
        is_sound
        and facts.get("cell") in ("same", "moved", "second")
        and all(isinstance(facts.get(name), str) for name in ("gain", "note"))
        and all(isinstance(number, float) and 0 <= number < math.inf for number in numbers)
        and facts["start"] < facts["end"]
        and facts["low_hz"] < facts["high_hz"]
        and all(isinstance(share, int | float) and 0 <= share <= 1 for share in shares)
    )
    return entry if fits else None


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


def in_parts(cells: Sequence[Cell], most: int = 128) -> Iterator[tuple[Cell, ...]]:
    """Cut the cells of one file into parts, so that no answer grows without bound."""
    for first in range(0, len(cells), most):
        yield tuple(cells[first : first + most])
