"""Is this version of the package slower than an older one? Both in turns, in one run.

    python benchmarks/versions.py main~20
    python benchmarks/versions.py v0.1.0 --only project load --turns 30

The older commit is checked out beside this one (a git worktree in a temporary folder), and each
version gets a Python process of its own, which imports it and does what it is asked to: one round
of a task, old and new by turns, the one that begins changing. The table gives the median of both
and of the ratio within each turn, with its quartiles. Above 1 the new version is slower; what lies
within the quartiles of a comparison of a commit with itself says nothing.

Tasks use names that both versions know. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from machine import Others, warn_if_busy

AIM = 1.05
Task = Callable[[], object]


# What the processes do ------------------------------------------------------------------------


def _model_and_clip() -> tuple[Any, Any]:
    import auralise_jax as aj

    return aj.load_model("genre"), aj.example_clips()["bach"]


def forward(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield the forward pass, with what asks for its result."""
    import auralise_jax as aj

    model, clip = _model_and_clip()
    yield "listen, one projection", lambda: aj.listen(model, clip).project(5, 0).picture


def project(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield single projections and whole layers."""
    import auralise_jax as aj

    heard = aj.listen(*_model_and_clip())
    for layer in range(1, 6):
        number = iter(range(10**9))
        yield (
            f"project, layer {layer}, 8 of them",
            lambda layer=layer, number=number: [
                heard.project(layer, next(number) % 64).picture for _ in range(8)
            ],
        )
    for layer in range(1, 6):
        yield f"project_layer {layer}", lambda layer=layer: heard.project_layer(layer)


def sound(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield resynthesis by both ways."""
    import auralise_jax as aj

    heard = aj.listen(*_model_and_clip())
    shot = heard.project(3, int(heard.activations(3).sum((0, 1)).argmax()))  # one that responds
    for resynthesis in ("phase", "mask"):
        yield f"auralise, {resynthesis}", lambda how=resynthesis: shot.auralise(how)


def load(folder: Path) -> Iterator[tuple[str, Task]]:
    """Yield decoding of whole files and of a window."""
    import auralise_jax as aj

    for path in sorted(folder.glob("short.*")):
        yield (
            f"load_clip, 6 s, {path.suffix}",
            lambda path=path: [aj.load_clip(path) for _ in range(5)],
        )
    for path in sorted(folder.glob("long.*")):
        yield f"load_clip, 300 s, {path.suffix}", lambda path=path: aj.load_clip(path)
        yield (
            f"4 s at 30 s of 300 s, {path.suffix}",
            lambda path=path: aj.load_clip(path, offset=30, duration=4),
        )


def survey(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield a survey of a layer, its control computed before."""
    import auralise_jax as aj

    heard = aj.listen(*_model_and_clip())
    yield "survey, layer 4", lambda: aj.survey(heard, 4)


def attributes(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield the paper's second experiment on six probes."""
    import auralise_jax as aj

    model, _clip = _model_and_clip()
    probes = aj.chord_probes(engine="additive", instruments=("piano",), keys=("A4",))
    clips, facts = [probe.clip for probe in probes], [probe.attributes for probe in probes]
    yield (
        "attribute_correlations, 6 probes, layers 4 and 5",
        lambda: aj.attribute_correlations(
            model, clips, facts, layers=(4, 5), draws=100, progress=False
        ),
    )


def training(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield a step of training."""
    from importlib import import_module
    from importlib.util import find_spec

    import jax

    room = "training" if find_spec("auralise_jax.training") else "learning"  # as it was before
    devices_, recipe_, step_ = (
        import_module(f"auralise_jax.{room}.{name}") for name in ("devices", "recipe", "step")
    )
    Devices, Recipe, State, Trainer = (devices_.Devices, recipe_.Recipe, step_.State, step_.Trainer)

    recipe = Recipe(steps=100, batch=32)
    trainer, devices = Trainer(recipe, [1, 1, 1]), Devices(32)
    state = State(*devices.copy(tuple(trainer.start)))
    noise = np.random.default_rng(0).integers(-9999, 9999, (32, recipe.frontend.samples))
    batch = noise.astype(np.int16), np.zeros(32, np.int32)

    def step() -> None:
        nonlocal state
        state, metrics = trainer.step(state, *devices.split(batch), np.int32(1))
        jax.block_until_ready((state, metrics))

    yield "training step, 32 clips", step


def atlas(folder: Path) -> Iterator[tuple[str, Task]]:
    """Yield hearing of files for an atlas."""
    import auralise_jax as aj
    from auralise_jax.atlas import hearing

    model = aj.load_model("genre")
    if hasattr(hearing, "FileListener"):
        listen = hearing.FileListener(model).listen
    else:  # what it was called before
        listen = hearing.Ear(model).hear
    long = folder / "long.wav"
    shorts = [folder / "short.wav", folder / "short.flac"]
    yield "atlas, hearing 300 s", lambda: listen(long)
    yield "atlas, hearing 2 x 6 s", lambda: [listen(path) for path in shorts]


def panel(_: Path) -> Iterator[tuple[str, Task]]:
    """Yield opening an explorer, in a process that has done so before."""
    import auralise_jax as aj

    def opened(**choices: Any) -> None:
        with aj.explore("genre", "hiphop", **choices) as explorer:
            explorer.shot.auralise()

    yield "explore, feature given", lambda: opened(layer=3, feature=20, start=0.0)
    yield "explore, as it comes", opened


TASKS = (forward, project, sound, load, survey, attributes, training, atlas, panel)


def serve(folder: Path) -> None:
    """Read the name of a family or the number of a task; do it, and answer in JSON lines."""
    out, sys.stdout = sys.stdout, sys.stderr
    by_name = {task.__name__: task for task in TASKS}
    tasks: list[Task] = []
    for line in sys.stdin:
        word = line.strip()
        answer: object
        try:
            if word in by_name:
                found = list(by_name[word](folder))
                tasks = [task for _, task in found]
                answer = [name for name, _ in found]
            else:
                start = time.perf_counter(), time.process_time()
                tasks[int(word)]()
                answer = [time.perf_counter() - start[0], time.process_time() - start[1]]
        except Exception as error:  # an older version may lack something: its row says so
            answer = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), file=out, flush=True)


# Who asks them --------------------------------------------------------------------------------


class Version:
    """A process that works with one tree of the package."""

    def __init__(self, tree: Path, folder: Path) -> None:
        environment = os.environ | {"PYTHONPATH": str(tree)}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def ask(self, word: object) -> Any:
        """Return the answer to a word; a str is an error."""
        print(word, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def write_sounds(folder: Path) -> None:
    """Write files of 6 and of 300 s, 44.1 kHz stereo."""
    import soundfile

    rng = np.random.default_rng(0)
    for name, seconds in (("short", 6), ("long", 300)):
        t = np.arange(seconds * 44_100) / 44_100
        tones = sum(np.sin(2 * np.pi * hertz * t) for hertz in rng.uniform(60, 4000, 6))
        samples = 0.08 * tones[:, None] + rng.normal(0, 0.05, (len(t), 2))
        for ending in ("wav", "flac", "ogg", "mp3"):
            with soundfile.SoundFile(folder / f"{name}.{ending}", "w", 44_100, 2) as file:
                for first in range(0, len(samples), 1 << 16):  # libvorbis dislikes minutes at once
                    file.write(samples[first : first + (1 << 16)])


def compare(old: Version, new: Version, family: str, turns: int) -> None:
    """Print the rows of a family of tasks."""
    names = old.ask(family), new.ask(family)
    if names[0] != names[1] or isinstance(names[0], str):
        print(f"{family}: not comparable, {names[0]!r} and {names[1]!r}")
        return
    for number, name in enumerate(names[1]):
        times: list[tuple[list[float], list[float]]] = []
        with Others() as others:
            for turn in range(turns + 1):  # the first warms up
                both = (old, new) if turn % 2 else (new, old)
                found = {version: version.ask(number) for version in both}
                wrong = [answer for answer in found.values() if isinstance(answer, str)]
                if wrong:
                    print(f"{name:<52} {wrong[0][:80]}")
                    break
                times.append((found[old], found[new]))
            else:
                row(name, times[1:], others.share)


def row(name: str, times: list[tuple[list[float], list[float]]], others: float) -> None:
    """Print one row: medians in ms and the ratio new / old, by the clock and the processor."""
    was, now = (statistics.median(pair[i][0] for pair in times) for i in (0, 1))
    clock, processor = ([new[k] / old[k] for old, new in times] for k in (0, 1))
    quarter, half, three = np.percentile(clock, (25, 50, 75))
    print(
        f"{name:<52}{1e3 * was:9.1f}{1e3 * now:9.1f}  {half:5.2f} ({quarter:.2f}-{three:.2f})"
        f"  {statistics.median(processor):5.2f}  {others:4.0%}  {'' if half <= AIM else 'slower'}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=inspect.getdoc(sys.modules[__name__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("commit", nargs="?", help="the older version: a commit, tag or branch")
    known = [task.__name__ for task in TASKS]
    parser.add_argument("--only", nargs="+", choices=known, default=known, metavar="FAMILY",
                        help=f"tasks, of {', '.join(known)} (default: all)")  # fmt: skip
    parser.add_argument(
        "--turns", type=int, default=11, help="timed turns of each task (default: 11)"
    )
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    if not options.commit:
        parser.error("name the commit to compare with, such as main~20")
    warn_if_busy()
    here = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as place:
        folder, tree = Path(place) / "sounds", Path(place) / "old"
        folder.mkdir()
        git = ["git", "-C", str(here), "worktree"]
        subprocess.run([*git, "add", "--detach", str(tree), options.commit], check=True)
        try:
            write_sounds(folder)
            versions = Version(tree, folder), Version(here, folder)
            print(f"\n{'':<52}{'old ms':>9}{'new ms':>9}  new / old (quartiles)  CPU  others")
            for family in options.only:
                compare(*versions, family, options.turns)
            for version in versions:
                version.close()
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


if __name__ == "__main__":
    main()
