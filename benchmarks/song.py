"""A whole song next to the same done by hand: heard window by window, projected, and how large.

    python benchmarks/song.py
    python benchmarks/song.py --minutes 3 30 --threads 2

A song is made of the shipped clips, one after another, and written as FLAC. `aj.listen_song` hears
it from the file, a window a second; by hand each window is heard by `aj.listen`. Then a feature of
layers 1 and 5 is projected over the song by `song.project`; by hand each window of four seconds is
heard and projected, and the pictures are put side by side, which is wrong near every seam: by how
much is printed. The two take turns. Last, in a process of its own for each length, by how much
memory grows at most: while the song is heard, while a feature is projected, and while that is made
a sound. Each line says what is aimed at, and whether it was met.
"""

from __future__ import annotations

import argparse
import functools
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from machine import add_threads, keep_to_threads, warn_if_busy

import auralise_jax as aj

FEATURES = {1: 47, 5: 43}
"""One of each layer that responds."""

HEARD, PROJECTED = 6.0, 6.0
"""Seconds at most, for three minutes."""

TIMES = 30.0
"""Times as fast as it sounds, at least."""


def make_song(path: Path, minutes: float) -> Path:
    """Write a song of so many minutes, a block at a time."""
    import soundfile

    clips = list(aj.example_clips().values())
    rate = clips[0].sample_rate
    left = round(minutes * 60 * rate)
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        number = 0
        while left > 0:
            samples = clips[number % len(clips)].samples[:left]
            file.write(samples)
            left, number = left - len(samples), number + 1
    return path


class Taken(NamedTuple):
    """Seconds, on the clock and of all processors together."""

    clock: float
    processors: float

    def __str__(self) -> str:
        return f"{self.clock:.2f} s ({self.processors:.2f} s of processors)"


def timed(work: Callable[..., Any], *args: Any) -> tuple[Taken, Any]:
    """Return how long a call takes, and what it returns."""
    before = time.perf_counter(), time.process_time()
    found = work(*args)
    return Taken(time.perf_counter() - before[0], time.process_time() - before[1]), found


def turns(
    runs: int, own: Callable[[], Any], hand: Callable[[], Any]
) -> tuple[Taken, Taken, Any, Any]:
    """Return the medians of two ways that take turns, and what they return."""
    taken: tuple[list[Taken], list[Taken]] = ([], [])
    made = [None, None]
    for _ in range(runs):
        for number, work in enumerate((own, hand)):
            once, made[number] = timed(work)
            taken[number].append(once)
    first, second = (Taken(*map(statistics.median, zip(*one, strict=True))) for one in taken)
    return first, second, *made


def by_hand(model: aj.Model, path: Path, times: np.ndarray) -> np.ndarray:
    """Return the probabilities of every window, each heard by itself from the file."""
    from auralise_jax.audio.recording import Recording

    song = Recording.of(path)
    return np.array([list(aj.listen(model, song, at).predict().values()) for at in times])


def side_by_side(model: aj.Model, path: Path, layer: int, duration: float) -> np.ndarray:
    """Return the projections of windows end to end, one after another."""
    from auralise_jax.audio.recording import Recording

    song = Recording.of(path)
    hop = model.frontend.hop_length / model.frontend.sample_rate
    columns = model.frontend.shape[1] - 1
    starts = np.arange(0, duration - model.seconds, columns * hop)
    return np.concatenate(
        [
            aj.listen(model, song, at).project(layer, FEATURES[layer]).picture[:, :columns]
            for at in starts
        ],
        axis=1,
    )


def said(aim: float, found: float, unit: str, *, most: bool = True) -> str:
    met = found <= aim if most else found >= aim
    return f"aim {'<=' if most else '>='} {aim:g} {unit}: {'met' if met else 'MISSED'}"


def compare(model: aj.Model, path: Path, runs: int) -> None:
    """Print how long a song takes, and how long by hand."""
    song = aj.listen_song(model, path, progress=False)  # compiles
    aj.listen(model, aj.example_clips()["bach"]).predict()
    times = song.times[:-2]  # the last are padded
    own, hand, _, odds = turns(
        runs,
        functools.partial(aj.listen_song, model, path, progress=False),
        functools.partial(by_hand, model, path, times),
    )
    off = np.abs(odds - song.probabilities[: len(times)]).max()
    fast = song.duration / own.clock
    print(
        f"hearing {song.duration:.0f} s, {len(song.times)} windows: {own}, {fast:.0f} times as "
        f"fast as it sounds; by hand {hand}, {hand.clock / own.clock:.1f} times as long "
        f"(probabilities within {off:.1g})"
    )
    print(f"  {said(HEARD, own.clock, 's')}; {said(TIMES, fast, 'times', most=False)}")
    for layer, feature in FEATURES.items():
        first, _ = timed(song.project, layer, feature)
        aj.listen(model, aj.example_clips()["bach"]).project(layer, feature)
        own, hand, projection, pictures = turns(
            runs,
            functools.partial(song.project, layer, feature),
            functools.partial(side_by_side, model, path, layer, song.duration),
        )
        wanted = projection.picture[:, : pictures.shape[1]]
        error = np.abs(pictures - wanted).max() / np.abs(wanted).max()
        sound, _ = timed(projection.auralise)
        print(
            f"projecting {projection.title}: {own}, the first time {first}; by hand {hand}, "
            f"{hand.clock / own.clock:.1f} times as long, and off by {100 * error:.0f} % of the "
            f"peak near seams; its sound {sound}"
        )
        first_said = said(PROJECTED, first.clock, "s")
        print(f"  {said(PROJECTED, own.clock, 's')}; the first time {first_said}")


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def measure_memory(path: Path) -> None:
    """Print by how much memory grows; in a process that does nothing else."""
    model = aj.load_model("genre")
    for layer, feature in FEATURES.items():
        aj.listen(model, aj.example_clips()["bach"]).project(layer, feature).auralise()
    before = peak()
    song = aj.listen_song(model, path, progress=False)
    heard = peak()
    projection = song.project(5, FEATURES[5])
    projected = peak()
    projection.auralise()
    print(
        f"memory for {song.duration / 60:.0f} min, beyond {before:.0f} MB with the model: hearing "
        f"+{heard - before:.0f} MB, projecting +{projected - before:.0f} MB, its sound "
        f"+{peak() - before:.0f} MB",
        flush=True,
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, nargs="+", default=[3.0, 30.0])
    parser.add_argument("--runs", type=int, default=3, help="of each, in turns")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    add_threads(parser)
    options = parser.parse_args()
    threads = keep_to_threads(parser, options.threads)
    if options.memory is not None:
        measure_memory(options.memory)
        return
    warn_if_busy()
    print(f"{threads} threads, JAX {jax.__version__} on {jax.default_backend()}")
    with tempfile.TemporaryDirectory() as folder:
        songs = [
            make_song(Path(folder) / f"{minutes:g}.flac", minutes) for minutes in options.minutes
        ]
        compare(aj.load_model("genre"), songs[0], options.runs)
        for song in songs:
            command = [sys.executable, __file__, "--memory", str(song)]
            subprocess.run([*command, "--threads", str(threads)], check=True)


if __name__ == "__main__":
    main()
