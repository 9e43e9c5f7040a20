"""The evidence for concepts: sounds with their marks, brought to the grid of each layer's maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from tqdm.auto import tqdm

from auralise_jax.audio import Clip
from auralise_jax.frontend import AnyFrontend
from auralise_jax.insight.analysis import analyse
from auralise_jax.insight.concepts import CONCEPTS, Marks, marks_of
from auralise_jax.insight.pearson import standardise
from auralise_jax.network import Model
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Network
from auralise_jax.probes.sounding import Probe

PER_SIDE = 4000
"""The largest number of places with a concept, and without, that are compared; drawn once."""
LEAST = 30
"""Places, with and without, that a concept needs in a layer to be scored there."""
TOLERANCE = 2
"""Bins by which a response may lie beside a marked place: an edge is beside its partial."""


class Labels(NamedTuple):
    """A concept in a layer: the places of all flattened maps with the concept, and without."""

    of_places: bool
    """Whether the concept marks places; otherwise columns: maps are averaged over frequency."""
    present: Int[np.ndarray, " present"]
    absent: Int[np.ndarray, " absent"]

    @property
    def enough(self) -> bool:
        """Whether there are `LEAST` places with, and `LEAST` without."""
        return min(len(self.present), len(self.absent)) >= LEAST


class Level(NamedTuple):
    """The evidence on the grid of a layer."""

    labels: tuple[Labels, ...]
    """Per concept, in the order of `CONCEPTS`."""
    strength: Float[np.ndarray, "concepts sounds columns"]
    """Of mean 0 over the columns that count, 0 elsewhere, and length 1."""
    counts: Bool[np.ndarray, "concepts sounds columns"]
    """Columns that sound; for silence all."""
    contrast: Float[np.ndarray, "concepts sounds columns"]
    """What is shifted for p: 1 / columns with the concept less 1 / columns without; for concepts of
    places, which no column has or lacks, the strength."""
    reach: int
    """Rows by which a response may lie beside a marked place."""


class Evidence(NamedTuple):
    """Sounds that were taken apart; made by `gather`."""

    pictures: Float32[np.ndarray, "sounds freq time"]
    levels: tuple[Level, ...]
    layers: tuple[int, ...] | None = None
    """Numbers of the levels' layers, from 1; None: all of a network."""

    def maps(self, model: Model) -> list[Float32[np.ndarray, "sounds _freq _time _features"]]:
        """Return the maps of all sounds, of every layer that has a level."""
        maps = model.network.maps(self.pictures)
        return list(maps if self.layers is None else (maps[number - 1] for number in self.layers))


def gather(
    sounds: Iterable[Probe | Clip],
    frontend: AnyFrontend,
    network: Network,
    *,
    seed: int = 0,
    progress: bool = False,
) -> Evidence:
    """Take sounds apart and bring their marks to the grids of a network's layers.

    Parameters
    ----------
    sounds : iterable of Probe or Clip
        Only the first window of each counts.
    frontend, network
        Those of the models to be scored, or their like.
    seed : int
        Draws the places that are compared, where there are more than `PER_SIDE`.
    progress : bool
        Whether to show a bar.

    Raises
    ------
    ValueError
        If there are no sounds, or no layer's maps lie on a grid of frequency and time.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> from auralise_jax.probes.stimuli import stimuli
    >>> model = aj.load_model("genre")
    >>> evidence = gather(stimuli(11_025, kinds=["drums"]), model.frontend, model.network)
    >>> evidence.pictures.shape, len(evidence.levels)
    ((6, 257, 173), 5)
    """
    sounds = list(sounds)
    if not sounds:
        raise ValueError("there are no sounds to score features on")
    numbers = dissectable(network.layers)
    pictures, marks, sounding = [], [], []
    for sound in tqdm(sounds, "taking sounds apart", unit="sound", disable=not progress):
        window = analyse(sound.clip if isinstance(sound, Probe) else sound, frontend)
        pictures.append(window.picture.astype(np.float32))
        marks.append(marks_of(sound, window))
        sounding.append(window.sounding)
    rng = np.random.default_rng(seed)
    sizes, layers = network.sizes(frontend.shape), [network.layers[n - 1] for n in numbers]
    levels = [_level(marks, np.stack(sounding), layer, sizes[layer.name], rng) for layer in layers]
    return Evidence(np.stack(pictures), tuple(levels), numbers)


def dissectable(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Return the numbers, from 1, of layers whose maps lie on a grid of frequency and time.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    found = tuple(
        number
        for number, layer in enumerate(layers, start=1)
        if layer.stride is not None and layer.axes == ("freq", "time")
    )
    if not found:
        raise ValueError(
            "no layer can be dissected: no maps lie on a grid over the picture's frequency and "
            f"time, neither those of {' nor of '.join(map(str, layers))}"
        )
    return found


def _level(
    marks: Sequence[dict[str, Marks]],
    sounding: Bool[np.ndarray, "sounds time"],
    layer: Layer,
    size: tuple[int, ...],
    rng: np.random.Generator,
) -> Level:
    stride = layer.stride or ()
    labels, strength, counts, contrast = [], [], [], []
    first = _first_places(layer)
    blocks = _blocks(sounding[:, None], (1, stride[1]), (1, size[1]), (0, first[1]))
    columns: Bool[np.ndarray, "sounds columns"] = np.any(blocks, axis=(2, 4))[:, 0]
    for concept in CONCEPTS:
        own = [one[concept.name] for one in marks]
        of_places = own[0].present.shape[0] > 1
        grid = (stride, size, first)
        if not of_places:
            grid = ((1, stride[1]), (1, size[1]), (0, first[1]))
        shares = [
            _blocks(np.stack(masks), *grid).mean(axis=(2, 4))
            for masks in ([one.present for one in own], [one.absent for one in own])
        ]
        some = shares[0] > 0 if concept.event else shares[0] >= 0.5
        none = (shares[0] == 0) & (shares[1] > 0 if concept.event else shares[1] >= 0.5)
        labels.append(
            Labels(of_places, *(_drawn(np.flatnonzero(one), rng) for one in (some, none)))
        )
        # As the network pools: the largest in each block, then the mean over frequency.
        parts = zip(*(one.strength for one in own), strict=True)
        pooled = [_blocks(np.stack(part), stride, size, first).max(axis=(2, 4)) for part in parts]
        count = np.ones_like(columns) if concept.name == "silence" else columns
        level = np.sum(pooled, axis=0).mean(axis=1)
        varying = level[None, count]
        if varying.size:
            standardise(varying)
        strength.append(np.zeros_like(level))
        strength[-1][count] = varying[0]
        counts.append(count)
        sides = [one[:, 0] / max(1, one[:, 0].sum()) for one in (some, none)]
        contrast.append(strength[-1] if of_places else sides[0] - sides[1])
    reach = round(TOLERANCE / stride[0] - 0.1)
    return Level(tuple(labels), np.stack(strength), np.stack(counts), np.stack(contrast), reach)


def _first_places(layer: Layer) -> tuple[int, ...]:
    """Return where the block of a map's first cell begins: the blocks lie amid the cells' fields.

    Of the paper's CNN that is 0; with other padding it may lie outside of the picture.
    """
    return tuple(
        (field - stride) // 2 - before
        for field, stride, before in zip(
            layer.field or (), layer.stride or (), layer.before or (), strict=True
        )
    )


def _blocks(
    masks: np.ndarray, step: tuple[int, ...], cells: tuple[int, ...], first: tuple[int, ...]
) -> np.ndarray:
    """Cut (sounds, freq, time) into blocks: (sounds, rows, high, columns, wide).

    Places outside of the picture hold nothing.
    """
    ends = [place + size * count for place, size, count in zip(first, step, cells, strict=True)]
    sides = [
        (max(0, -place), max(0, end - size))
        for place, end, size in zip(first, ends, masks.shape[1:], strict=True)
    ]
    rows, columns = (
        slice(place + before, end + before)
        for place, end, (before, _) in zip(first, ends, sides, strict=True)
    )
    cut = np.pad(masks, [(0, 0), *sides])[:, rows, columns]
    return cut.reshape(len(masks), cells[0], step[0], cells[1], step[1])


def _drawn(places: Int[np.ndarray, " n"], rng: np.random.Generator) -> Int[np.ndarray, " some"]:
    return rng.choice(places, PER_SIDE, replace=False) if len(places) > PER_SIDE else places
