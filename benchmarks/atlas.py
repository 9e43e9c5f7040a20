"""Measure an atlas: hearing beside a plain way of hearing, memory, and looking a feature up.

    python benchmarks/atlas.py

Synthesises a corpus of 30-s files (44.1 kHz stereo; WAV, FLAC, Ogg and MP3) in a temporary folder,
and hears it with the shipped model: processor seconds of decoding and of the activations, as times
real time per core. The peer, in turns with it, is what one writes first: `librosa.load`, and
`Model.forward` (plain XLA) window by window. Then a whole atlas, its peak memory for 10 and for
1,000 files of 5 s, and one feature's look-up.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from machine import Others, add_threads, keep_to_threads, warn_if_busy

SECONDS, SHORT = 30.0, 5.0
ENDINGS = ("wav", "flac", "ogg", "mp3")


def music(seconds: float, rate: int, seed: int) -> np.ndarray:
    """Return something with notes, beats and noise in it, shape (samples, 2)."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    beat = np.exp(-8 * (t * rng.uniform(1.5, 2.5) % 1))
    tones = sum(
        np.sin(2 * np.pi * hertz * t) * np.roll(beat, rng.integers(rate))
        for hertz in rng.uniform(60, 4000, 6)
    )
    noise = rng.normal(0, 1, (len(t), 2)) * np.roll(beat, rate // 4)[:, None]
    return 0.08 * tones[:, None] + 0.05 * noise


def write(path: Path, samples: np.ndarray, rate: int) -> None:
    with soundfile.SoundFile(path, "w", rate, samples.shape[1]) as file:
        for first in range(0, len(samples), 1 << 16):  # libvorbis dislikes minutes at once
            file.write(samples[first : first + (1 << 16)])


def corpus(folder: Path, count: int) -> list[Path]:
    """Write so many files of each kind."""
    folder.mkdir()
    paths = []
    for number in range(count):
        samples = music(SECONDS, 44_100, number)
        for ending in ENDINGS:
            paths.append(folder / f"{number}.{ending}")
            write(paths[-1], samples, 44_100)
    return paths


def used(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def hear(paths: list[Path], turns: int) -> None:
    """Measure both ways of hearing, per kind of file, in turns."""
    import librosa

    import auralise_jax as aj
    from auralise_jax.atlas.hearing import FileListener
    from auralise_jax.atlas.windows import blocks

    model = aj.load_model("genre")
    front, listener = model.frontend, FileListener(model)

    def plain(path: Path) -> None:
        samples, _ = librosa.load(path, sr=front.sample_rate)
        for start in range(0, len(samples), front.samples):
            window = samples[start : start + front.samples]
            if len(window) >= front.samples / 2:
                window = np.pad(window, (0, front.samples - len(window)))
                for block in model.network.forward(front.picture(window)):
                    maps = np.asarray(block.maps)
                    maps.mean(axis=(0, 1)), maps.reshape(-1, maps.shape[2]).argmax(axis=0)

    for path in paths[: len(ENDINGS)]:  # compiles, imports
        listener.listen(path)
        plain(path)
    print(f"{'':<6}{'decoding':>12}{'the rest':>12}{'together':>12}{'plain way':>12}{'ratio':>8}")
    of_all: list[tuple[float, float, float]] = []
    for ending in ENDINGS:
        same_kind = [path for path in paths if path.suffix == f".{ending}"]
        turn_times = []
        for _ in range(turns):
            decoding = used(
                lambda same_kind=same_kind: [
                    sum(map(len, blocks(path, front.sample_rate))) for path in same_kind
                ]
            )
            whole = used(lambda same_kind=same_kind: [listener.listen(path) for path in same_kind])
            peer = used(lambda same_kind=same_kind: [plain(path) for path in same_kind])
            turn_times.append((decoding, whole, peer))
        decoding, whole, peer = (
            statistics.median(column) for column in zip(*turn_times, strict=True)
        )
        of_all.append((decoding, whole, peer))
        _row(ending, len(same_kind) * SECONDS, decoding, whole, peer)
    _row("all", len(paths) * SECONDS, *(sum(column) for column in zip(*of_all, strict=True)))


def _row(name: str, seconds: float, decoding: float, whole: float, peer: float) -> None:
    rest = whole - decoding
    rates = (f"{seconds / seconds_taken:.0f} x" for seconds_taken in (decoding, rest, whole, peer))
    print(f"{name:<6}" + "".join(f"{seconds_taken:>12}" for seconds_taken in rates), end="")
    print(f"{peer / whole:>8.1f}   (decoding {100 * decoding / whole:.0f} % of the time)")


def make(folder: Path, paths: list[Path]) -> None:
    """Make an atlas of it all, and look features up."""
    from auralise_jax.atlas import Atlas, atlas

    with Others() as others:
        start = time.perf_counter()
        atlas(folder, folder.parent / "atlas", site=False, progress=False)
        lasted = time.perf_counter() - start
    total = len(paths) * SECONDS
    print(
        f"tables of {len(paths)} files, {total / 60:.0f} minutes: {lasted:.1f} s, "
        f"{total / lasted:.0f} x real time, after compiling; others used {others.share:.0%}"
    )
    opened = Atlas(folder.parent / "atlas")
    times = []
    for number in range(64):
        for layer in range(1, 6):
            start = time.perf_counter()
            opened.feature(layer, number)
            times.append(1e3 * (time.perf_counter() - start))
    start = time.perf_counter()
    Atlas(folder.parent / "atlas").feature(3, 12)
    first = 1e3 * (time.perf_counter() - start)
    print(
        f"look-up of a feature: median {statistics.median(times):.1f} ms, "
        f"most {max(times):.1f} ms; with opening the atlas {first:.1f} ms"
    )


def peak() -> float:
    """Return the largest memory of this process by now, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage includes the parent's peak
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def memory(count: int) -> None:
    """Print the peak memory of an atlas of so many short files; runs in a process of its own."""
    from auralise_jax.atlas import atlas

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "music"
        folder.mkdir()
        for number in range(count):
            write(folder / f"{number}.wav", music(SHORT, 11_025, number), 11_025)
        before = peak()
        atlas(folder, Path(place) / "atlas", features=2, progress=False)
    print(f"{count:>6} files of {SHORT:g} s: peak {peak():.0f} MB, {before:.0f} before the first")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_threads(parser)
    parser.add_argument("--files", type=int, default=6, help="files of each kind (default: 6)")
    parser.add_argument(
        "--turns", type=int, default=3, help="timed turns of either way (default: 3)"
    )
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        memory(options.memory)
        return
    warn_if_busy()
    threads = keep_to_threads(parser, options.threads)
    print(f"times real time per core, processor time of {threads} threads")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "music"
        paths = corpus(folder, options.files)
        with Others() as others:
            hear(paths, options.turns)
        print(f"others used {others.share:.0%} of the processors meanwhile")
        make(folder, paths)
    for count in (10, 1_000):
        subprocess.run([sys.executable, __file__, "--memory", str(count)], check=True)


if __name__ == "__main__":
    main()
