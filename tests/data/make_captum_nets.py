"""Make ``captum_nets.npz``: projections of nine small networks as PyTorch and captum compute them.

As ``make_captum.py``, for networks that are not the paper's: a ReLU module used several times, a
functional ReLU, a shortcut, BatchNorm, overlapping pools, strides with holes and groups, one
dimension, averages, branches. Only this script needs torch and captum, the tests read the file::

    pip install torch==2.13.0 captum==0.9.0
    python tests/data/make_captum_nets.py

Every projection is computed twice, and nothing is written if the two disagree: by captum, and by an
autograd function that is written here from the papers' definitions. Captum hooks modules of type
``nn.ReLU`` and gives wrong numbers where one is used twice, and the plain gradient where
``torch.relu`` is called; so it is given a twin of the network with one module for each use, and one
picture at a time. The autograd function takes the batch of three.

Keys, all float32, read with ``numpy.load(path, allow_pickle=False)``:

``pictures``
    (3, 13, 10), example by freq by time.
``{network}.{weight}``
    In PyTorch's layouts: kernels (out, in, freq, time) or (out, in, time), matrices (out, in).
``{network}.maps.{layer}``
    (3, features, freq, time), (3, features, time) or (3, features): a layer's output, from 1.
``{network}.seed.{layer}``
    Of the same shape without the first axis: what comes back at the layer, for each example.
``{network}.{rule}.{layer}``
    (3, 13, 10), signed projections: rule ``gradient``, ``deconvnet`` or ``guided``.
``versions``
    Text: the versions of torch and captum that made the file.
"""

# ruff: noqa: T201  (a command, it reports what it found)

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import captum
import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import Deconvolution, GuidedBackprop, Saliency
from torch import Tensor, nn

PATH = Path(__file__).parent / "captum_nets.npz"
SEED = 7
SHAPE = (13, 10)
RULES = ("gradient", "deconvnet", "guided")

# Sums of at most some hundred products in float32 in two orders: some 1e-7 relative to the peak. A
# switch or a sign that falls differently would show as 1e-2 or more.
TOLERANCE = 2e-6

Relu = Callable[[Tensor], Tensor]
Weights = Mapping[str, Tensor]


class Ruled(torch.autograd.Function):
    """A ReLU with a rule, by its definition."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rule: str) -> Tensor:
        ctx.save_for_backward(x)
        ctx.rule = rule
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        if ctx.rule in ("deconvnet", "guided"):
            g = g.clamp(min=0)
        if ctx.rule in ("gradient", "guided"):
            g = g * (x > 0)
        return g, None


def reused(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    """In PyTorch one ``nn.ReLU`` for all three places."""
    one = relu(F.conv2d(x, w["a"], w["a_bias"], padding=1))
    two = F.max_pool2d(relu(F.conv2d(one, w["b"], padding=1)), 2)
    return [one, two, relu(F.conv2d(two, w["c"], padding=1))]


def functional(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    """In PyTorch ``torch.relu``."""
    one = F.max_pool2d(relu(F.conv2d(x, w["a"], w["a_bias"])), (2, 3))
    return [one, relu(F.conv2d(one, w["b"], w["b_bias"], padding=1))]


def residual(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    one = relu(F.conv2d(x, w["a"], padding=1))
    y = F.conv2d(relu(F.conv2d(one, w["b"], stride=2, padding=1)), w["c"], padding=1)
    two = relu(y + F.conv2d(one, w["shortcut"], stride=2))
    return [one, two, relu(two + F.conv2d(two, w["d"], padding=1))]


def norm(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    def normalised(x: Tensor, name: str) -> Tensor:
        mean, var, scale, shift = w[name]
        return F.batch_norm(x, mean, var, scale, shift)

    one = relu(normalised(F.conv2d(x, w["a"], padding=1), "first"))
    two = F.max_pool2d(normalised(relu(F.conv2d(one, w["b"], padding=1)), "second"), 2)
    return [one, two, relu(F.conv2d(two, w["c"], padding=1))]


def overlapping(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    one = F.max_pool2d(relu(F.conv2d(x, w["a"], padding=1)), 3, stride=2, padding=1)
    two = F.max_pool2d(relu(F.conv2d(one, w["b"], padding=1)), (4, 1), stride=(2, 1))
    return [one, two]


def strided(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    one = relu(F.conv2d(x, w["a"], stride=(2, 1), padding=(2, 1)))
    two = relu(F.conv2d(one, w["b"], dilation=(2, 1), padding=(2, 1), groups=2))
    return [one, two, relu(F.conv2d(two, w["c"], stride=2))]


def lines(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    """Rows are channels; only time is left."""
    one = F.max_pool1d(relu(F.conv1d(x[:, 0], w["a"], w["a_bias"], padding=1)), 3, stride=1)
    return [one, relu(F.conv1d(one, w["b"], stride=2))]


def averages(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    one = F.avg_pool2d(relu(F.conv2d(x, w["a"], padding=1)), 3, stride=2, padding=1)
    two = F.avg_pool2d(relu(F.conv2d(one, w["b"], w["b_bias"])), (2, 1))
    return [one, two, relu(F.linear(two.mean((2, 3)), w["head"]))]


def branches(x: Tensor, w: Weights, relu: Relu) -> list[Tensor]:
    one = relu(F.conv2d(x, w["a"], padding=1))
    wide = relu(F.conv2d(one, w["wide"], padding=(0, 2)))
    pooled = F.max_pool2d(one, 3, stride=1, padding=1)
    two = relu(F.conv2d(torch.cat([wide, pooled], 1), w["b"], padding=1))
    return [one, two, two.amax((2, 3))]


NETWORKS: dict[Callable[[Tensor, Weights, Relu], list[Tensor]], dict[str, tuple[int, ...]]] = {
    reused: {"a": (4, 1, 3, 3), "a_bias": (4,), "b": (5, 4, 3, 3), "c": (4, 5, 3, 3)},
    functional: {"a": (4, 1, 3, 3), "a_bias": (4,), "b": (5, 4, 3, 3), "b_bias": (5,)},
    residual: {
        "a": (4, 1, 3, 3), "b": (6, 4, 3, 3), "c": (6, 6, 3, 3), "shortcut": (6, 4, 1, 1),
        "d": (6, 6, 3, 3),
    },
    norm: {
        "a": (4, 1, 3, 3), "first": (4, 4), "b": (5, 4, 3, 3), "second": (4, 5), "c": (4, 5, 3, 3)
    },
    overlapping: {"a": (4, 1, 3, 3), "b": (5, 4, 3, 3)},
    strided: {"a": (4, 1, 5, 3), "b": (6, 2, 3, 3), "c": (5, 6, 2, 2)},
    lines: {"a": (5, 13, 3), "a_bias": (5,), "b": (4, 5, 3)},
    averages: {"a": (4, 1, 3, 3), "b": (5, 4, 3, 3), "b_bias": (5,), "head": (3, 5)},
    branches: {"a": (4, 1, 3, 3), "wide": (3, 4, 1, 5), "b": (4, 7, 3, 3)},
}  # fmt: skip
"""The shapes of their weights."""


def draw(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    if name in ("first", "second"):  # mean, variance, scale, shift
        mean, var, scale, shift = rng.uniform(0.2, 1.5, shape)
        scale[::2] *= -1
        return np.stack([mean - 0.5, var, scale, shift - 0.7]).astype(np.float32)
    if name.endswith("_bias"):
        return rng.uniform(-0.4, 0.1, shape).astype(np.float32)
    scale = np.sqrt(2 / np.prod(shape[1:]))
    return (scale * rng.standard_normal(shape)).astype(np.float32)


class Twin(nn.Module):
    """A network with one module for each use of a ReLU, up to a layer, seeded."""

    def __init__(self, network: Callable, weights: Weights, layer: int, seed: Tensor) -> None:
        super().__init__()
        self.network, self.weights, self.layer, self.seed = network, weights, layer, seed
        self.relus = nn.ModuleList(nn.ReLU() for _ in range(8))

    def forward(self, x: Tensor) -> Tensor:
        unused = iter(self.relus)

        def relu(one: Tensor) -> Tensor:
            return next(unused)(one)

        maps = self.network(x, self.weights, relu)[self.layer]
        return (maps * self.seed).flatten(1).sum(1)


def by_captum(rule: str, twin: nn.Module, picture: Tensor) -> np.ndarray:
    batch = picture[None, None].clone().requires_grad_()
    if rule == "gradient":
        found = Saliency(twin).attribute(batch, abs=False)
    else:
        method = {"deconvnet": Deconvolution, "guided": GuidedBackprop}[rule]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Setting backward hooks")
            found = method(twin).attribute(batch)
    return found[0, 0].detach().numpy()


def by_definition(
    rule: str, network: Callable, weights: Weights, layer: int, seed: Tensor, pictures: Tensor
) -> np.ndarray:
    batch = pictures[:, None].clone().requires_grad_()
    maps = network(batch, weights, lambda one: Ruled.apply(one, rule))[layer]
    (maps * seed).sum().backward()
    assert batch.grad is not None
    return batch.grad[:, 0].numpy()


def main() -> None:
    """Compute, compare the two, write."""
    rng = np.random.default_rng(SEED)
    pictures = np.abs(rng.standard_normal((3, *SHAPE))).astype(np.float32)
    out = {"pictures": pictures}
    seen = torch.from_numpy(pictures)
    for network, shapes in NETWORKS.items():
        name, worst = network.__name__, 0.0
        drawn = {key: draw(key, shape, rng) for key, shape in shapes.items()}
        out |= {f"{name}.{key}": one for key, one in drawn.items()}
        weights = {key: torch.from_numpy(one) for key, one in drawn.items()}
        with torch.no_grad():
            made = network(seen[:, None], weights, torch.relu)
        for layer, maps in enumerate(made):
            seed = rng.standard_normal(maps.shape[1:]).astype(np.float32)
            out[f"{name}.maps.{layer + 1}"] = maps.numpy()
            out[f"{name}.seed.{layer + 1}"] = seed
            for rule in RULES:
                found = by_definition(rule, network, weights, layer, torch.from_numpy(seed), seen)
                for number in range(len(pictures)):
                    twin = Twin(network, weights, layer, torch.from_numpy(seed))
                    theirs = by_captum(rule, twin, seen[number])
                    if not (peak := np.abs(theirs).max()):
                        raise SystemExit(f"{name}, layer {layer + 1}, {rule}: all zero; new SEED")
                    worst = max(worst, float(np.abs(theirs - found[number]).max() / peak))
                out[f"{name}.{rule}.{layer + 1}"] = found
        print(f"{name:11s} {len(made)} layers: largest difference / peak {worst:.1e}")
        if not worst < TOLERANCE:
            raise SystemExit("captum and the definitions disagree; nothing written")
    out["versions"] = np.array([f"torch {torch.__version__}", f"captum {captum.__version__}"])
    np.savez_compressed(PATH, **out)
    print(f"{PATH.name}: {PATH.stat().st_size / 1e3:.0f} kB, {len(out)} arrays")


if __name__ == "__main__":
    main()
