"""Whether names can be trusted: planted features must get theirs, random networks none.

Planted into a network with random weights are a first layer with edges in time and in frequency,
and a filter that hears the lowest bins only. Then so many random networks, none of which
set the bar, are dissected like any other model: of 100 at most 5 may get any name. Beside it the
time of a dissection, and of a small piece of one by hand: a single concept in a single layer, with
scikit-learn's ``roc_auc_score`` and a hundred time shifts by ``numpy.roll``.

    python benchmarks/dissection.py
    python benchmarks/dissection.py --networks 20 --judged 20   # sooner, and rougher
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
from machine import warn_if_busy
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

import auralise_jax as aj
from auralise_jax.insight.chance import chance
from auralise_jax.insight.concepts import CONCEPTS
from auralise_jax.insight.dissection import default_sounds, dissect_by
from auralise_jax.insight.evidence import Evidence, gather
from auralise_jax.network import Model

PREWITT = np.array([[-1, 0, 1]] * 3, np.float32)
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
PLANTED = {
    "onsets": (PREWITT, SOBEL),
    "sustained partials": (PREWITT.T, -PREWITT.T, SOBEL.T),
}


def edges(model: Model) -> tuple[Model, list[str]]:
    """Plant edges into the first layer; return what each feature should be called."""
    wanted = [concept for concept, kernels in PLANTED.items() for _ in kernels]
    kernels = [kernel for patterns in PLANTED.values() for kernel in patterns]
    tensors = {name: value.copy() for name, value in model.network.tensors.items()}
    for feature, kernel in enumerate(kernels):
        tensors["conv1.kernel"][:, :, 0, feature] = kernel
        tensors["conv1.bias"][feature] = 0
    return dataclasses.replace(model, tensors=tensors), wanted


def low_band(model: Model) -> Model:
    """Plant a filter that hears the lowest 8 bins, up to 162 Hz, as feature 0 of layer 3.

    A convolution is the same at all frequencies; only at the border it sees zeros. So one channel
    carries the picture, another finds the lowest row in layer 2, and in layer 3 the picture passes
    there and in the row above.
    """
    tensors = {name: value.copy() for name, value in model.network.tensors.items()}
    kernels = [tensors[f"conv{n}.kernel"] for n in (1, 2, 3)]
    biases = [tensors[f"conv{n}.bias"] for n in (1, 2, 3)]
    here, below = 1, 0
    for kernel in kernels:
        kernel[..., :2] = 0
        kernel[here, 1, 0, 0] = 1
    biases[0][:2] = 0, 1  # channel 1 is 1 everywhere
    kernels[1][below, 1, 1, 1], biases[1][1] = -1, 1  # and now only in the lowest row
    kernels[2][[here, below], 1, 1, 0], biases[2][0] = 1000, -1000
    return dataclasses.replace(model, tensors=tensors)


def by_hand(evidence: Evidence, model: Model, draws: int) -> float:
    """Return the seconds that the first layer's onsets take without the package."""
    (maps, *_), level = evidence.maps(model), evidence.levels[0]
    course = maps.mean(axis=1)
    onsets = level.labels[0]
    start = time.perf_counter()
    both = np.concatenate([onsets.present, onsets.absent])
    labels = np.arange(len(both)) < len(onsets.present)
    for feature in range(course.shape[2]):
        roc_auc_score(labels, course[..., feature].reshape(-1)[both])
    rng = np.random.default_rng(0)
    for _ in range(draws):
        shifts = rng.integers(course.shape[1], size=len(course))
        moved = np.stack([np.roll(x, n) for x, n in zip(level.contrast[0], shifts, strict=True)])
        np.tensordot(moved, course, 2)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--networks", type=int, default=100, help="random networks that set the bar"
    )
    parser.add_argument(
        "--judged", type=int, default=100, help="further random networks to dissect"
    )
    parser.add_argument("--json", type=Path, help="JSON file for the figures")
    options = parser.parse_args()
    warn_if_busy()
    model = aj.load_model("genre")
    figures: dict[str, object] = {}

    start = time.perf_counter()
    evidence = gather(default_sounds(model), model.frontend, model.network)
    gathered = time.perf_counter() - start
    start = time.perf_counter()
    bar = chance(model, evidence, options.networks, progress=True)
    per_network = (time.perf_counter() - start) / options.networks
    start = time.perf_counter()
    found = dissect_by(model, evidence, bar)
    per_model = time.perf_counter() - start
    print(found.table())
    hand = by_hand(evidence, model, draws=100)
    print(f"taking {len(evidence.pictures)} sounds apart {gathered:.1f} s, "
          f"a random network {per_network:.2f} s, a model {per_model:.1f} s")  # fmt: skip
    print(f"by hand: one concept in one layer with 100 shifts {hand:.1f} s; "
          f"here all {len(CONCEPTS)} in all layers with 10,000 {per_model:.1f} s")  # fmt: skip

    planted, wanted = edges(aj.random_model(model, 1001))
    names = dissect_by(planted, evidence, bar).names
    right = 0
    for feature, concept in enumerate(wanted):
        name = names[1, feature]
        right += name.named and name.concept == concept
        print(f"planted for {concept}: {name.name} ({name.excess:.1f} times the bar)")
    name = dissect_by(low_band(aj.random_model(model, 1001)), evidence, bar).names[3, 0]
    right += name.named and name.concept == "bass"
    print(f"planted for bass: {name.name} ({name.excess:.1f} times the bar)")
    print(f"planted features named right: {right} of {len(wanted) + 1}, aim: all")

    named = []
    for seed in tqdm(range(2001, 2001 + options.judged), "dissecting random networks"):
        dissection = dissect_by(aj.random_model(model, seed), evidence, bar)
        named.append([(name.layer, name.feature, name.name) for name in dissection.named])
    count = sum(map(bool, named))
    print(f"random networks with any name: {count} of {len(named)}, aim: at most 5 of 100")
    for false_names in filter(None, named):
        print("  ", *false_names)
    figures |= {"right": right, "named": named, "seconds": [gathered, per_network, per_model, hand]}
    if options.json:
        options.json.write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
