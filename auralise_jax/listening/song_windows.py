"""Hearing a song: one pass over its sound, a forward pass a window, and what is kept of that.

The sound comes block by block at the model's rate. Of every window are kept its scores and, of each
map, how far it is on average from silence: a song of an hour leaves a few megabytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float16, Float32
from tqdm.auto import tqdm

from auralise_jax.audio.loudness import Meter
from auralise_jax.audio.recording import Recording
from auralise_jax.device import on_device
from auralise_jax.listening.projection import SILENT
from auralise_jax.network import Model
from auralise_jax.network.cost import check_windows
from auralise_jax.network.task import probabilities

Samples = Float32[np.ndarray, " samples"]

WAVE = 20
"""Values a second of the wave."""

_HALVES = 15
"""Activities are kept as float16, the largest of a layer between 2**15 and 2**16."""


class Activity(NamedTuple):
    """How much a layer's features responded, in half the memory of float32."""

    halves: Float16[np.ndarray, "windows features"]
    scale: float
    """A power of two, so that only float16 rounds."""

    @classmethod
    def of(cls, values: Float32[np.ndarray, "windows features"]) -> Activity:
        """Keep values of any size: float16 itself ends at 65504, and at 6e-8."""
        largest = float(values.max())
        scale = 2.0 ** (math.frexp(largest)[1] - _HALVES) if largest > 0 else 1.0
        return cls((values.astype(np.float64) / scale).astype(np.float16), scale)

    @property
    def values(self) -> Float32[np.ndarray, "windows features"]:
        """The values, each to 1 part in 2000."""
        return (self.halves.astype(np.float64) * self.scale).astype(np.float32)


class Heard(NamedTuple):
    """What a pass over a song leaves behind."""

    starts: Float[np.ndarray, " windows"]
    """In seconds."""
    probabilities: Float[np.ndarray, "windows classes"]
    activities: dict[str, Activity]
    """By the layer's name."""
    samples: int
    """Of the whole, at the model's rate."""
    loudness: float
    """Of the whole, in LUFS."""
    wave: Float32[np.ndarray, " pieces"]
    """Largest magnitudes of twentieths of a second."""


def count_windows(samples: float, size: int, hop: float) -> int:
    """Return how many windows of `size` samples a song has, one every `hop` samples.

    As in `Model.predict`, a last window of which less than half is sound is left out, unless it is
    the only one.

    Examples
    --------
    >>> [count_windows(samples, 100, 100) for samples in (10, 249, 250, 349)]
    [1, 2, 3, 3]
    >>> count_windows(400, 100, 25)
    15
    """
    count = 2 + max(0, math.floor((samples - size / 2) / hop))
    while count > 1 and 2 * (samples - round((count - 1) * hop)) < size:  # places are rounded
        count -= 1
    return count


def sliding(blocks: Iterable[Samples], size: int, hop: float) -> Iterator[tuple[int, Samples]]:
    """Yield a window of `size` samples every `hop` samples, shorter at the end, and its place.

    Examples
    --------
    >>> blocks = np.split(np.arange(10.0), [3, 4, 9])
    >>> [(start, window.tolist()) for start, window in sliding(blocks, 4, 3.5)]
    [(0, [0.0, 1.0, 2.0, 3.0]), (4, [4.0, 5.0, 6.0, 7.0]), (7, [7.0, 8.0, 9.0])]
    """
    held, first, number = np.zeros(0, np.float32), 0, 0

    def place() -> int:
        return round(number * hop)

    for block in blocks:
        held = np.concatenate([held, block])
        while place() + size <= first + len(held):
            yield place(), held[place() - first :][:size]
            number += 1
        gone = min(len(held), max(0, place() - first))
        held, first = held[gone:], first + gone
    end = first + len(held)
    while number == 0 or 2 * (end - place()) >= size:
        yield place(), held[place() - first :]
        number += 1


def hear(
    model: Model,
    recording: Recording,
    hop: float,
    each: Callable[[int, int], object] | None,
    progress: bool,
) -> Heard:
    """Run a model over a whole recording, a window every `hop` seconds.

    Parameters
    ----------
    model : Model
        Whose front end gives rate and length of the windows.
    recording : Recording
        Streams past once.
    hop : float
        In seconds; at least a sample.
    each, progress
        As for `listen_song`.

    Raises
    ------
    ValueError
        If a result is not finite (the message says at which second), or as `Recording.blocks`.
    OSError
        As `Recording.blocks`.
    """
    frontend, network = model.frontend, model.network
    rate = frontend.sample_rate
    meter, wave, samples = Meter(rate), _Wave(rate), 0

    def passing() -> Iterator[Samples]:
        nonlocal samples
        for block in recording.blocks(rate):
            samples += len(block)
            meter.add(block)
            wave.add(block)
            yield block

    offs = tuple(on_device(network.off(layer.name)) for layer in model.layers)
    starts, odds, activities = list[float](), list[np.ndarray](), list[list[np.ndarray]]()
    total = count_windows(recording.duration * rate, frontend.samples, hop * rate)
    check_windows(total, 4 * sum(layer.features for layer in model.layers) + 8 * len(model.classes))
    windows = sliding(passing(), frontend.samples, hop * rate)
    bar = tqdm(windows, "listening", total, unit="window", disable=not progress)
    for place, window in bar:
        start = place / rate
        state = network.forward(frontend.picture(frontend.fit(window)))
        maps = tuple(network.activations(state, layer.name) for layer in model.layers)
        found = jax.device_get(distances(maps, offs))
        for number, one in enumerate(found, start=1):
            model.check_finite(one, f"layer {number}, {_window_at(start)}")
        if model.classes:
            scores = np.asarray(jax.device_get(network.outputs(state)))
            model.check_finite(scores, f"its classes, {_window_at(start)}")
            odds.append(probabilities(model.task, scores))
        starts.append(start)
        activities.append(found)
        if each is not None:
            each(len(starts), total)
    kept = {
        layer.name: Activity.of(without_rounding(np.stack(values)))
        for layer, values in zip(model.layers, zip(*activities, strict=True), strict=True)
    }
    seen = np.stack(odds) if odds else np.zeros((len(starts), 0))
    return Heard(np.array(starts), seen, kept, samples, meter.integrated(), wave.values())


def _window_at(start: float) -> str:
    return f"in the window at {start:.2f} s"


@jax.jit
def distances(
    maps: tuple[Float[Array, "*_size _features"], ...], offs: tuple[Float[Array, " _features"], ...]
) -> tuple[Float[Array, " _features"], ...]:
    """Return how far each map is from silence, the mean over its cells.

    A cell within a millionth of a value in silence that is not 0 is silent but for rounding.
    """

    def distance(one: Array, off: Array) -> Array:
        cells = tuple(range(one.ndim - 1))
        silence = jnp.expand_dims(off, cells)
        away = jnp.abs(one - silence)
        return jnp.where(away <= SILENT * jnp.abs(silence), 0, away).mean(cells)

    return tuple(map(distance, maps, offs))


def without_rounding(
    activity: Float32[np.ndarray, "windows features"],
) -> Float32[np.ndarray, "windows features"]:
    """Return activities of a layer with 0 for what is below a millionth of the largest.

    Examples
    --------
    >>> without_rounding(np.array([[0.5, 6e-8]], np.float32)).tolist()
    [[0.5, 0.0]]
    """
    return np.where(activity < SILENT * activity.max(), np.float32(0), activity)


class _Wave:
    """Largest magnitudes of pieces of a sound that comes block by block."""

    def __init__(self, rate: int) -> None:
        self._size = max(1, rate // WAVE)
        self._held = np.zeros(0, np.float32)
        self._found: list[np.ndarray] = []

    def add(self, block: Samples) -> None:
        held = np.concatenate([self._held, np.abs(block)])
        whole = len(held) - len(held) % self._size
        self._found.append(held[:whole].reshape(-1, self._size).max(axis=1))
        self._held = held[whole:]

    def values(self) -> Float32[np.ndarray, " pieces"]:
        last = [self._held.max()] if len(self._held) else []
        return np.concatenate([*self._found, np.array(last, np.float32)])
