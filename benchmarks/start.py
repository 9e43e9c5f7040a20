"""Measure what it takes from nothing to sound: first projections, and commands.

    python benchmarks/start.py

Each runs in a fresh process that finds nothing compiled. The first projection of every layer of the
shipped model stands beside that of the same network written plainly, by `jax.vjp`; the commands
stand beside a process that imports JAX. Ratios are of processor time, which other work disturbs
less than it does the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import warn_if_busy

PLAIN, OURS, JAX = "first projections by jax.vjp", "first projections", "import jax"
COMMANDS = {
    "auralise-jax listen": ["listen", "bach", "--layer", "3", "--feature", "20", "--out", "a.wav"],
    "auralise-jax demo": ["demo", "--no-open", "--out", "a.html"],
}


def plainly() -> None:
    """Project the first feature of each layer by JAX's own derivative: the gradient rule."""
    import jax
    import jax.numpy as jnp

    import auralise_jax as aj

    model = aj.load_model("genre")
    weights = model.network.kernels, model.network.biases
    picture = model.frontend.picture(aj.example_clips()["bach"].samples[: model.frontend.samples])

    def maps(weights: tuple, picture: jax.Array, layer: int) -> jax.Array:
        x = picture[None, ..., None]
        for kernel, bias in list(zip(*weights, strict=True))[:layer]:
            x = jax.lax.conv_general_dilated(
                x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = jax.lax.reduce_window(
                jax.nn.relu(x + bias), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"
            )
        return x[0]

    for layer in range(1, 1 + len(weights[0])):

        @jax.jit
        def project(weights: tuple, picture: jax.Array, feature: int, layer: int = layer):
            own, back = jax.vjp(lambda x: maps(weights, x, layer)[..., feature], picture)
            return back(own)[0]

        jax.block_until_ready(project(weights, picture, 0))


def ours() -> None:
    """Project the first feature of each layer."""
    import auralise_jax as aj

    heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    for layer in heard.model.layers:
        heard.project(layer, 0, "gradient")


def seconds(command: list[str], folder: str) -> tuple[float, float]:
    """Run a program; return its seconds by the clock, and of processor time."""
    environment = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
    after, taken = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=3, help="how often each is timed")
    parser.add_argument("--once", choices=(PLAIN, OURS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        (plainly if arguments.once == PLAIN else ours)()
        return
    warn_if_busy()
    this, cli = str(Path(__file__).resolve()), ["-m", "auralise_jax.cli"]
    beside = {OURS: PLAIN} | dict.fromkeys(COMMANDS, JAX)
    programs = {JAX: ["-c", "import jax; jax.devices()"]}
    programs |= {form: [this, "--once", form] for form in (PLAIN, OURS)}
    programs |= {name: [*cli, *words] for name, words in COMMANDS.items()}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.turns):
            for name, words in programs.items():
                taken[name].append(seconds([sys.executable, *words], folder))
    used = {name: [one for _, one in turns] for name, turns in taken.items()}
    for name, turns in taken.items():
        clock = statistics.median(one for one, _ in turns)
        line = f"{name}: {clock:.1f} s, {statistics.median(used[name]):.1f} s of processor time"
        if peer := beside.get(name):
            pairs = zip(used[name], used[peer], strict=True)
            line += f", {statistics.median(a / b for a, b in pairs):.2f} x {peer}"
        print(line)


if __name__ == "__main__":
    main()
