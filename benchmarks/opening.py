"""Measure what it takes to open a network of one's own: `aj.wrap`, and what it prints.

    python benchmarks/opening.py

Five convolutions of 128 features with BatchNorm after the ReLU and overlapping pools, as musicnn
has them, with random weights. Each form runs in a fresh process, since JAX remembers what it has
compiled; its time is beside that of JAX tracing, compiling and running the function once.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from machine import warn_if_busy

import auralise_jax as aj

FRONT = aj.Frontend(sample_rate=16_000, n_fft=190, hop_length=95, duration=187 * 95 / 16_000)
POOLS = (((1, 4), (2, 2)), *[((2, 2), (2, 2))] * 3, ((4, 4), (4, 4)))


def weights() -> dict[str, dict[str, np.ndarray]]:
    rng, found, inputs = np.random.default_rng(0), {}, 1
    for number in range(1, 1 + len(POOLS)):
        kernel = rng.normal(0, np.sqrt(2 / (9 * inputs)), (3, 3, inputs, 128)).astype(np.float32)
        found[f"conv{number}"] = {"kernel": kernel, "bias": np.zeros(128, np.float32)}
        mean, var, scale, shift = rng.uniform(0.1, 1, (4, 128)).astype(np.float32)
        found[f"norm{number}"] = {"mean": mean, "var": var, "scale": scale, "shift": shift}
        inputs = 128
    found["head"] = {"kernel": rng.normal(0, 0.1, (128, 50)).astype(np.float32)}
    return found


def network(w: dict[str, dict[str, jax.Array]], picture: jax.Array) -> jax.Array:
    x = picture[None, ..., None]
    for number, (size, strides) in enumerate(POOLS, 1):
        conv, norm = w[f"conv{number}"], w[f"norm{number}"]
        x = jax.lax.conv_general_dilated(
            x, conv["kernel"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"),
            precision="highest",
        )  # fmt: skip
        x = jax.nn.relu(x + conv["bias"])
        x = (x - norm["mean"]) / jnp.sqrt(norm["var"] + 1e-3) * norm["scale"] + norm["shift"]
        x = jax.lax.reduce_window(
            x, -jnp.inf, jax.lax.max, (1, *size, 1), (1, *strides, 1), "VALID"
        )
    return x.mean((0, 1, 2)) @ w["head"]["kernel"]


def once(form: str) -> None:
    """Print the seconds that one form takes in this process."""
    held, picture = weights(), jnp.ones(FRONT.shape)
    aj.wrap  # noqa: B018  (what is imported on first use is not timed)
    jax.block_until_ready(picture)
    start = time.perf_counter()
    if form == "JAX":
        jax.block_until_ready(jax.jit(network)(held, picture))
    else:
        model = aj.wrap(network, params=held, frontend=FRONT, example=np.ones(FRONT.shape))
        if form == "print(aj.wrap(...))":
            str(model)
    print(time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5, help="how often each form is timed")
    parser.add_argument("--once", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        once(arguments.once)
        return
    warn_if_busy()
    forms = ("JAX", "aj.wrap", "print(aj.wrap(...))")
    taken: dict[str, list[float]] = {form: [] for form in forms}
    for _ in range(arguments.turns):
        for form in forms:
            command = [sys.executable, __file__, "--once", form]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            taken[form].append(float(out))
    for form, times in taken.items():
        ratios = [one / first for one, first in zip(times, taken["JAX"], strict=True)]
        print(f"{form}: {statistics.median(times):.2f} s ({statistics.median(ratios):.2f} x)")


if __name__ == "__main__":
    main()
