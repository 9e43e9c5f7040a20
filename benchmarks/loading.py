"""Compare the cost of a step from a large data set with that from a small one.

    python benchmarks/loading.py

Fills a cache with noise, 1,000 and then 20,000 clips of 4 s (1.8 GB), and takes 200 shuffled steps
of 32 clips from each: the loader alone, and loading with a training step of the small network.
The runs take turns, so that a drift of the machine meets both. `training.py` has this as a part.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.loader import Loader
from auralise_jax.corpus.manifest import Row
from auralise_jax.training.devices import Devices
from auralise_jax.training.recipe import SMALL, Recipe
from auralise_jax.training.step import State, Trainer

SIZES = (1_000, 20_000)
STEPS, BATCH, PER_FILE, TURNS = 200, 32, 7, 4
CLASSES = ("a", "b", "c")


def fill(cache: SoundCache, clips: int) -> list[Row]:
    """Return clips of 28-s files of noise, written to the cache where they are missing."""
    rng = np.random.default_rng(0)
    noise = rng.uniform(-1, 1, 4 * 11_025 * PER_FILE).astype(np.float32)
    rows = []
    for number in tqdm(range(-(-clips // PER_FILE)), desc=f"{clips} clips", unit="file"):
        name = f"{number:064x}"
        if not cache.place(name).exists():
            cache.store(name, np.roll(noise, number))
        rows += [
            Row(name, 4.0 * place, CLASSES[number % 3], name, "train", name)
            for place in range(PER_FILE)
        ]
    return rows[:clips]


def run(folder: Path) -> None:
    """Measure and print."""
    cache = SoundCache(11_025, folder)
    recipe = Recipe(architecture=SMALL, steps=STEPS, batch=BATCH)
    trainer, devices = Trainer(recipe, [1, 1, 1]), Devices(BATCH)
    state = State(*devices.copy(tuple(trainer.start)))
    size = recipe.augmentation.samples(recipe.frontend)
    iterators, seconds = {}, {}
    for clips in SIZES:
        loader = Loader(fill(cache, clips), CLASSES, cache, size, BATCH)
        for what in ("loader", "step"):
            dataset = loader.shuffled(STEPS, 0, recipe.augmentation.shift)
            iterators[what, clips], seconds[what, clips] = iter(dataset), []
    blank = np.zeros((BATCH, size), np.int16), np.zeros(BATCH, np.int32)
    state, metrics = trainer.step(state, *devices.split(blank), np.int32(0))  # compiles
    metrics.loss.block_until_ready()
    for _ in range(TURNS):
        for (what, clips), batches in iterators.items():
            for number in range(STEPS // TURNS):
                start = time.perf_counter()
                batch = next(batches)
                if what == "step":
                    state, metrics = trainer.step(
                        state, *devices.split(tuple(batch)), np.int32(number)
                    )
                    metrics.loss.block_until_ready()
                seconds[what, clips].append(time.perf_counter() - start)
    for what in ("loader", "step"):
        few, many = (1e3 * np.array(seconds[what, clips]) for clips in SIZES)
        cells = (
            f"{clips} clips {np.median(ms):.1f} ms (mean {ms.mean():.1f})"
            for clips, ms in zip(SIZES, (few, many), strict=True)
        )
        ratios = np.median(many) / np.median(few), many.mean() / few.mean()
        print(f"{what:<7}", *cells, f"ratio {ratios[0]:.2f} (of means {ratios[1]:.2f})", sep="  ")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {peak:.1f} GB, the larger data set is {88.2e-6 * SIZES[1]:.1f} GB")


def run_in_temporary_folder() -> None:
    """Measure with a cache that is thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder))


if __name__ == "__main__":
    run_in_temporary_folder()
