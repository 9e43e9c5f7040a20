"""The loader: clips of a manifest in batches, shuffled and cropped by Grain.

Everything is a function of the seed and the position in an endless shuffled sequence, so what a
step sees does not depend on threads, processes, or where a killed run stopped. Only the current
batch is in memory: clips are read from the memory-mapped cache as they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import grain
import numpy as np
from jaxtyping import Float32, Int16, Int32

from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.manifest import Row, label_numbers

_READING = grain.ReadOptions(num_threads=2, prefetch_buffer_size=4)


Clip = tuple[Int16[np.ndarray, " n"] | Float32[np.ndarray, "freq time features"], int]
"""Samples, or maps in their place, and the number of a class."""


class Batch(NamedTuple):
    """Clips and the numbers of their classes."""

    samples: Int16[np.ndarray, "clips n"] | Float32[np.ndarray, "clips freq time features"]
    labels: Int32[np.ndarray, " clips"]
    """-1: of no class."""


class Others(NamedTuple):
    """Sounds of no class, which stand behind the clips of each training batch."""

    sounds: Int16[np.ndarray, "sounds n"]
    each: int
    """How many stand in a batch."""
    padding: int = 0
    """Rows of silence behind them, so that all devices get the same number of rows."""


class Loader:
    """Hand out batches of clips.

    Parameters
    ----------
    rows : sequence of Row
        The clips, not empty.
    classes : tuple of str
        Their order numbers the labels.
    cache : SoundCache
        Holds their sound.
    size : int
        Samples in a clip.
    batch : int
        Rows of a batch, over all processes together.
    process, processes : int
        Which part of each batch this process reads: part `process` of `processes`.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        classes: tuple[str, ...],
        cache: SoundCache,
        size: int,
        batch: int,
        *,
        process: int = 0,
        processes: int = 1,
    ) -> None:
        if not rows:
            raise ValueError("rows is empty; a loader needs at least one clip")
        if batch < 1 or batch % processes:
            raise ValueError(
                f"batch must be a positive multiple of the {processes} processes, not {batch}"
            )
        self._rows = rows
        self._labels = label_numbers(rows, classes)
        self._cache = cache
        self._size = size
        self._batch = batch
        self._local_places = range(process * batch // processes, (process + 1) * batch // processes)

    def shuffled(
        self, steps: int, seed: int, shift: float, others: Others | None = None
    ) -> grain.IterDataset[Batch]:
        """Return `steps` training batches, every clip once an epoch, each epoch in a new order.

        A crop starts up to `shift` clip lengths earlier or later than its row says, within the
        file. The `others` are taken in an order of their own, each once before any comes again.
        The iterator's state is a small dict: save it to repeat the remaining steps.
        """
        silence = np.zeros(self._size, np.int16), -1
        sounds, each, padding = others or Others(silence[0][None], 0)
        end = self._batch - padding
        size = end - each
        clips: grain.MapDataset[Clip] = (
            grain.MapDataset.range(len(self._rows))
            .seed(seed)
            .shuffle()
            .repeat()
            .random_map(lambda index, rng: self.clip(index, shift * rng.uniform(-1, 1)))
        )
        order = grain.MapDataset.range(len(sounds)).seed(seed).shuffle().repeat()

        def row(step: int, place: int) -> Clip:
            if place < size:
                found: Clip = clips[step * size + place]
                return found
            number = order[step * each + place - size]
            return (sounds[number], -1) if place < end else silence

        def batch(step: int) -> Batch:
            return _stack([row(step, place) for place in self._local_places])

        return grain.MapDataset.range(steps).map(batch).to_iter_dataset(_READING)

    def in_order(self) -> grain.IterDataset[Batch]:
        """Return every clip once, as its row says; labels of -1 fill up the last batch."""
        padding = np.zeros(self._size, np.int16), -1

        def batch(number: int) -> Batch:
            places = (number * self._batch + place for place in self._local_places)
            return _stack([self.clip(n) if n < len(self._rows) else padding for n in places])

        count = -(-len(self._rows) // self._batch)
        return grain.MapDataset.range(count).map(batch).to_iter_dataset(_READING)

    def clip(self, index: int, shift: float = 0.0) -> Clip:
        """Return the samples and the class of a clip.

        A `shift`, in clip lengths, moves the clip within its file; without a shift it starts where
        its row says, with zeros after the end of the file.
        """
        row = self._rows[index]
        sound = self._cache.sound(row.sha256)
        start = round(row.offset * self._cache.sample_rate)
        if shift:
            last = max(0, len(sound) - self._size)
            start = min(max(0, start + round(shift * self._size)), last)
        samples = np.asarray(sound[start : start + self._size])
        if len(samples) < self._size:
            samples = np.pad(samples, (0, self._size - len(samples)))
        return samples, self._labels[index]


def _stack(clips: Sequence[Clip]) -> Batch:
    samples, labels = zip(*clips, strict=True)
    return Batch(np.stack(samples), np.array(labels, np.int32))
