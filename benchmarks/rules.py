"""Measure the backward rules of any function: `aj.with_rule`, and a function cut at its layers.

    python benchmarks/rules.py

The paper's CNN with the shipped weights, written as anybody would in `jax.lax`. `aj.with_rule` is
timed in turns with JAX's own VJP of the same function at full float32 precision: as it is; with
average pools, where no switches help; with ReLU6, and with leaky ReLUs for which it is stated what
comes back; with layers in a `jax.lax.scan`. Then the function's segments, in turns with the fast
form of the package's own network: the forward pass, and one feature of each layer.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from machine import add_threads, keep_to_threads, warn_if_busy

import auralise_jax as aj
from auralise_jax.network.segments import Feature, Segments

FEATURE = 20


Fn = Callable[[jax.Array], jax.Array]


def network(model: aj.Model, average: bool = False, activation: Fn = jax.nn.relu) -> Fn:
    def maps(picture: jax.Array) -> jax.Array:
        x = picture[None, :, :, None]
        for name in map(str, model.layers):
            x = jax.lax.conv_general_dilated(
                x,
                model.network.tensors[f"{name}.kernel"],
                (1, 1),
                "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
                precision="highest",
            )
            x = activation(x + model.network.tensors[f"{name}.bias"].reshape(1, 1, 1, -1))
            start, step = (0.0, jax.lax.add) if average else (-jnp.inf, jax.lax.max)
            x = jax.lax.reduce_window(x, start, step, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            x = aj.tap(x[0], name, axes=("freq", "time"))[None]
        return x[0]

    return maps


def looped(model: aj.Model) -> Fn:
    """Return all layers but the first in a loop, without their pools, of the picture made small."""
    names = list(map(str, model.layers))[1:]
    weights = [
        jnp.stack([jnp.asarray(model.network.tensors[f"{name}.{kind}"]) for name in names])
        for kind in ("kernel", "bias")
    ]

    def maps(picture: jax.Array) -> jax.Array:
        x = picture[:256, :172].reshape(64, 4, 43, 4).mean((1, 3))[None, ..., None]

        def layer(x: jax.Array, weights: list[jax.Array]) -> tuple[jax.Array, None]:
            kernel, bias = weights
            x = jax.lax.conv_general_dilated(
                x,
                kernel,
                (1, 1),
                "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
                precision="highest",
            )
            return jax.nn.relu(x + bias.reshape(1, 1, 1, -1)), None

        return jax.lax.scan(layer, x * jnp.ones((1, 1, 1, 64)), weights)[0]

    return maps


def in_turns(forms: dict[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Return the milliseconds of each form, one after the other, again and again."""
    taken: dict[str, list[float]] = {name: [] for name in forms}
    for form in forms.values():
        jax.block_until_ready(form())
    for _ in range(turns):
        for name, form in forms.items():
            start = time.perf_counter()
            jax.block_until_ready(form())
            taken[name].append(1e3 * (time.perf_counter() - start))
    return taken


def tell(what: str, taken: dict[str, list[float]]) -> None:
    """Print the medians, and the ratio of each form to the first, turn by turn."""
    first, *_ = taken.values()
    said = []
    for name, times in taken.items():
        ratio = statistics.median(a / b for a, b in zip(times, first, strict=True))
        said.append(f"{name} {statistics.median(times):.2f} ms ({ratio:.2f} x)")
    print(f"{what}: {', '.join(said)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=30, help="how often each form is timed")
    add_threads(parser)
    arguments = parser.parse_args()
    keep_to_threads(parser, arguments.threads)
    warn_if_busy()
    turns = arguments.turns
    model = aj.load_model("genre")
    picture = jnp.asarray(aj.listen(model, aj.example_clips()["bach"]).picture)
    leaky = network(model, activation=jax.nn.leaky_relu)
    for what, fn, allow in (
        ("max-pools", network(model), {}),
        ("average pools", network(model, average=True), {}),
        ("ReLU6", network(model, activation=jax.nn.relu6), {}),
        ("leaky ReLU as ReLU", leaky, {"leaky_relu": "relu"}),
        ("leaky ReLU by its derivative", leaky, {"leaky_relu": "gradient"}),
        ("layers in a loop", looped(model), {}),
    ):
        g = fn(picture)

        def back(fn: Fn, g: jax.Array = g) -> Callable[[], object]:
            compiled = jax.jit(lambda x, g: jax.vjp(fn, x)[1](g)[0])
            return lambda: compiled(picture, g)

        forms = {"JAX's VJP": back(fn)}
        forms |= {
            f"with_rule, {rule}": back(aj.with_rule(fn, rule, allow=allow)) for rule in aj.RULES
        }
        tell(what, in_turns(forms, turns))

    segments = Segments(network(model), picture)
    forms = {
        "fast form": lambda: model.network.forward(picture),
        "segments": lambda: segments.forward(segments.weights, picture),
    }
    tell("forward", in_turns(forms, turns))
    state, blocks = segments.forward(segments.weights, picture), model.network.forward(picture)
    number = jnp.int32(FEATURE)
    for name in map(str, model.layers):
        seed = Feature(number, state.maps[name][..., FEATURE])

        def fast(name: str = name, seed: Feature = seed) -> object:
            return model.network.project(blocks, name, seed, "deconvnet")

        def traced(name: str = name, seed: Feature = seed) -> object:
            return segments.project(segments.weights, state, name, seed, "deconvnet")

        wanted = np.asarray(fast())
        off = np.abs(np.asarray(traced()) - wanted).max() / max(np.abs(wanted).max(), 1e-30)
        tell(f"one feature of {name}", in_turns({"fast form": fast, "segments": traced}, turns))
        print(f"  they differ by {off:.0e} of the peak")


if __name__ == "__main__":
    main()
