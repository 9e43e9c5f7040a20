"""How long it takes to mute every feature of a layer, next to captum's FeatureAblation.

The shipped model, 64 features a layer; the windows are those of the shipped clips, over and over.
Controls are not counted: each takes as long again. What compiles is compiled before.

captum runs on a twin in PyTorch with the same weights, in the kindest way: the network is cut above
the layer, so that what lies below runs once for all features; all logits come from one call; and of
several numbers of features in a batch the fastest counts. On the whole network, as
``LayerFeatureAblation`` has it for a class at a time, what lies below runs again for each feature.
captum gets few windows, and its seconds are scaled to as many as ours. Both take turns, and their
effects must agree.

Needs torch and captum besides the package::

    pip install torch==2.13.0 captum==0.9.0
    python benchmarks/ablation.py
    python benchmarks/ablation.py --layers 3 5 --windows 50 --threads 1
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from captum.attr import FeatureAblation
from machine import Others, add_threads, keep_to_threads, load, warn_if_busy
from projection import torch_blocks
from report import Report
from torch import Tensor, nn

import auralise_jax as aj
from auralise_jax.insight.ablation import effects
from auralise_jax.insight.ablation_windows import windows_of

AIMS = {1: "<= 120", 2: "<= 120", 3: "<= 60", 4: "<= 60", 5: "<= 60"}
"""Seconds for 200 windows on two processors."""

TOGETHER = (1, 8, 16, 64)
"""Features that captum mutes in one pass."""


class ChannelsLast(nn.Module):
    """Flatten maps with frequency slowest and the channel fastest, as a model file has them."""

    def forward(self, maps: Tensor) -> Tensor:
        """Flatten."""
        return maps.permute(0, 2, 3, 1).flatten(1)


def twin(model: aj.Model) -> nn.Sequential:
    """Return the same network in torch."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        aj.save_model(model, path)
        modules = [*torch_blocks(path, nn.ReLU), ChannelsLast()]
    for number in range(1, len(model.network.architecture.dense) + 1):
        kernel, bias = (
            model.network.tensors[f"dense{number}.{part}"] for part in ("kernel", "bias")
        )
        dense = nn.Linear(*kernel.shape)
        dense.weight.data, dense.bias.data = torch.tensor(kernel.T.copy()), torch.tensor(bias)
        modules += [dense, nn.ReLU()]
    return nn.Sequential(*modules[:-1]).eval().requires_grad_(False)


class Peer:
    """captum on the part of a network above a layer."""

    def __init__(self, network: nn.Sequential, layer: int) -> None:
        self.below, self.method = network[: 3 * layer], FeatureAblation(network[3 * layer :])

    def effects(self, picture: np.ndarray, together: int) -> np.ndarray:
        """Mute every feature; return (features, classes)."""
        maps = self.below(torch.from_numpy(picture)[None, None])
        mask = torch.arange(maps.shape[1])[None, :, None, None].expand_as(maps)
        found = self.method.attribute(maps, feature_mask=mask, perturbations_per_eval=together)
        return -found[:, :, 0, 0].numpy().T


def seconds(work, *arguments) -> tuple[float, np.ndarray]:
    """Return how long a call takes, and what it returns."""
    start = time.perf_counter()
    found = work(*arguments)
    return time.perf_counter() - start, found


def measure(model: aj.Model, network: nn.Sequential, layer: int, options, report: Report) -> None:
    """Measure a layer, and print a line for each figure."""
    shipped = windows_of(model, aj.example_clips(), 200, None).pictures
    pictures = np.stack([*itertools.islice(itertools.cycle(shipped), options.windows)])
    few = pictures[: options.peer_windows]
    peer = Peer(network, layer)
    wanted = effects(model, few, layer)  # compiles
    # The first pass of any size allocates: it does not count.
    trials = {n: min(seconds(peer.effects, few[0], n)[0] for _ in range(2)) for n in TOGETHER}
    best = min(trials, key=trials.__getitem__)
    ours, theirs, found = 0.0, 0.0, []
    with Others() as others:
        for part in np.array_split(pictures, options.peer_windows):  # taking turns
            ours += seconds(effects, model, part, layer)[0]
            took, one = seconds(peer.effects, few[len(found)], best)
            theirs += took
            found.append(one)
    theirs *= options.windows / options.peer_windows
    aim = AIMS[layer] if options.windows == 200 else ""
    what = f"layer {layer}, {options.windows} windows"
    report.line(what, ours, "s", aim=aim, others=others.share)
    report.line(f"  captum, {best} together", theirs, "s", others=others.share)
    report.line("  captum / ours", theirs / ours, "x", aim=">= 3", others=others.share)
    gap = np.abs(np.stack(found) - wanted).max() / np.ptp(model.network.scores(few))
    print(f"  they differ by {gap:.0e} of the logits' range")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layers", type=int, nargs="+", default=list(AIMS), choices=list(AIMS))
    parser.add_argument("--windows", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument(
        "--peer-windows", type=int, default=3, help="how many captum gets (default: %(default)s)"
    )
    add_threads(parser)
    options = parser.parse_args()
    if not 1 <= options.peer_windows <= min(options.windows, 10):
        parser.error("--peer-windows must be from 1 to 10, and no more than --windows")
    threads = keep_to_threads(parser, options.threads)
    torch.set_num_threads(threads)
    warn_if_busy()
    model = aj.load_model("genre")
    network = twin(model)
    report = Report()
    report.head(f"every feature of a layer muted alone, {threads} processors")
    for layer in options.layers:
        measure(model, network, layer, options, report)
    print(f"load at the end: {load():.1f}")


if __name__ == "__main__":
    main()
