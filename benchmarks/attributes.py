"""The paper's second experiment at full size: 192 probes, 5 layers, 64 features.

Times it by activation and by projection, with the arithmetic that the projections would take as
plain convolutions, and its share of the machine's own float32 matrix product, measured in the same
run. The peer projects by JAX's own gradient of a network whose ReLU passes what is positive, as one
would write it without the package: a few probes and features, times the rest.

    python benchmarks/attributes.py
    python benchmarks/attributes.py --control    # and a network with random weights, beside it
"""

from __future__ import annotations

import argparse
import resource
import time

import jax
import jax.numpy as jnp
import numpy as np
from machine import Others, matmul_rate, warn_if_busy

import auralise_jax as aj
from auralise_jax.network.pooling import max_pool
from auralise_jax.network.rules import relu


def dense_flop(model: aj.Model) -> float:
    """Return the operations of projecting every feature of every layer once, as convolutions."""
    shape, total = model.frontend.shape, 0.0
    sizes = [shape, *model.network.sizes(shape).values()]
    inputs = [1, *(layer.features for layer in model.layers)]
    taps = np.prod(model.network.architecture.kernel_size)
    for layer, features in enumerate(inputs[1:], start=1):
        for step in range(1, layer + 1):
            outputs = 1 if step == layer else inputs[step]
            total += features * 2 * taps * np.prod(sizes[step - 1]) * inputs[step - 1] * outputs
    return float(total)


def by_hand(model: aj.Model, clips: list[aj.Clip], features: int) -> float:
    """Return the seconds of a projection by `jax.grad`, the mean over layers."""
    front = model.frontend
    pictures = [front.picture(clip.resample(front.sample_rate).samples) for clip in clips]

    def make(layer: int):
        @jax.jit
        def project(picture, feature):
            def energy(x):
                x = x[None, ..., None]
                kernels, biases = model.network.kernels, model.network.biases
                for kernel, bias in zip(kernels[:layer], biases, strict=False):
                    x = jax.lax.conv_general_dilated(
                        x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
                    )
                    x = max_pool(relu(x + bias, "deconvnet"))
                maps = jax.lax.dynamic_index_in_dim(x, feature, 3)
                return 0.5 * (maps**2).sum()

            return jax.grad(energy)(picture)

        return project

    times = []
    for layer in range(1, len(model.layers) + 1):
        project = make(layer)
        project(pictures[0], jnp.int32(0)).block_until_ready()
        start = time.perf_counter()
        for picture in pictures:
            for feature in range(features):
                project(picture, jnp.int32(feature)).block_until_ready()
        times.append((time.perf_counter() - start) / len(pictures) / features)
    return float(np.mean(times))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--control", action="store_true", help="measure a network with random weights, too"
    )
    options = parser.parse_args()
    warn_if_busy()
    model = aj.load_model("genre")
    start = time.perf_counter()
    probes = aj.chord_probes(model.frontend.sample_rate, progress=True)
    print(f"{len(probes)} probes rendered in {time.perf_counter() - start:.1f} s")
    clips, attributes = [probe.clip for probe in probes], [probe.attributes for probe in probes]

    def run(model: aj.Model, by: str) -> tuple[float, float]:
        start = time.perf_counter()
        with Others() as others:
            found = aj.attribute_correlations(model, clips, attributes, by)
        print(found.table())
        return time.perf_counter() - start, others.share

    took, share = run(model, "activation")
    print(f"by activation: {took:.1f} s (aim 15; others used {share:.0%})")
    rate = matmul_rate()
    took, share = run(model, "projection")
    rate = max(rate, matmul_rate())
    flop = dense_flop(model) * len(probes)
    achieved = flop / took / 1e9
    print(f"by projection: {took:.1f} s (aim 300; others used {share:.0%})")
    print(f"{flop / 1e12:.1f} TFLOP as plain convolutions: {achieved:.0f} GFLOP/s, "
          f"{achieved / rate:.0%} of this machine's matrix product, {rate:.0f} "
          "(aim 50 %)")  # fmt: skip
    each = by_hand(model, clips[:3], 4)
    count = len(probes) * sum(model.network.architecture.features)
    print(f"jax.grad by hand: {1000 * each:.1f} ms a projection, {each * count:.0f} s for all: "
          f"{each * count / took:.1f}x")  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"peak memory {peak:.0f} MB")
    if options.control:
        run(aj.untrained(model), "projection")


if __name__ == "__main__":
    main()
