"""Make ``captum.npz``: projections of a small network as PyTorch and captum compute them.

A second opinion from outside. The oracle beside the tests was written from the papers; these
numbers come from a widely used implementation, so that one misreading of the papers cannot
hide in both. Only this script needs torch and captum, the tests read the file::

    pip install torch==2.13.0 captum==0.9.0
    python tests/data/make_captum.py

It compares every projection with the oracle and writes nothing if one disagrees.

Keys, all float32, read with ``numpy.load(path, allow_pickle=False)``:

``picture``
    (29, 23), freq by time: odd, so that pooling drops a row and a column.
``kernel1`` .. ``kernel3``, ``bias1`` .. ``bias3``
    (3, 3, in, out), axis 0 = freq, for cross-correlation with 'same' zero padding; (out,).
    Features: 4, 5, 6. ReLU, then max-pool 2 x 2, in every layer.
``maps1`` .. ``maps3``
    (freq, time, feature), after ReLU and pooling.
``{rule}.{position}.{layer}``
    (feature, 29, 23), signed projections: rule ``gradient``, ``deconvnet`` or ``guided``,
    position ``all`` or ``strongest``, layer 1, 2 or 3. For example ``deconvnet.all.2``.
``versions``
    Text: the versions of torch and captum that made the file.

How captum's conventions meet ours:

* captum differentiates one number per picture. Half the sum of squares of a map has the map
  itself as its derivative, so that sum as the last module is our seed; half the squared
  maximum seeds with the strongest position alone.
* ``Deconvolution`` rectifies what arrives at a ``nn.ReLU`` and ignores the forward sign there:
  our ``deconvnet``. ``GuidedBackprop`` rectifies what leaves it: our ``guided``. Neither
  rectifies at the picture, so both are signed, as here. ``Saliency`` takes absolute values
  unless told not to.
* captum hooks modules of type ``nn.ReLU``. ``torch.relu`` inside a ``forward`` is not seen and
  silently keeps the plain gradient, and a module used twice gives wrong numbers; hence one
  module per layer. The picture goes through alone, never in a batch.
"""

# ruff: noqa: T201  (a command, it reports what it found)

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import captum
import numpy as np
import torch
from captum.attr import Deconvolution, GuidedBackprop, Saliency
from torch import Tensor, nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import oracle  # noqa: E402  (it lies beside the tests, not in a package)

SEED = 31
SHAPE = (29, 23)
FEATURES = (4, 5, 6)

# Three layers of float32 sums (at most 45 products each) against float64: some 1e-7 relative to
# the peak. A switch that falls differently would show as 1e-2 or more.
TOLERANCE = 2e-6


class Seed(nn.Module):
    """Turn the pooled maps into the one number whose derivative is the wanted seed."""

    def __init__(self, feature: int, position: str) -> None:
        super().__init__()
        self.feature = feature
        self.position = position

    def forward(self, maps: Tensor) -> Tensor:
        squares = maps[:, self.feature] ** 2
        if self.position == "all":
            return 0.5 * squares.sum((1, 2))
        return 0.5 * squares.amax((1, 2))


def make_network(rng: np.random.Generator) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Draw kernels and biases; the negative biases silence whole pooling windows."""
    kernels, biases = [], []
    for n_in, n_out in zip((1, *FEATURES), FEATURES, strict=False):
        scale = np.sqrt(2 / (9 * n_in))
        kernels.append((scale * rng.standard_normal((3, 3, n_in, n_out))).astype(np.float32))
        biases.append(rng.uniform(-0.6, 0.0, n_out).astype(np.float32))
    return kernels, biases


def make_blocks(kernels: list[np.ndarray], biases: list[np.ndarray]) -> list[nn.Module]:
    """Build the torch twin, a flat list of convolution, ReLU and pool modules."""
    modules: list[nn.Module] = []
    for kernel, bias in zip(kernels, biases, strict=True):
        conv = nn.Conv2d(kernel.shape[2], kernel.shape[3], 3, padding="same")
        with torch.no_grad():
            conv.weight.copy_(torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy()))
            conv.bias.copy_(torch.from_numpy(bias))
        modules += [conv, nn.ReLU(), nn.MaxPool2d(2)]
    return modules


def attribute(rule: str, network: nn.Module, picture: Tensor) -> np.ndarray:
    """Ask captum for one projection."""
    batch = picture[None, None].clone().requires_grad_()
    if rule == "gradient":
        result = Saliency(network).attribute(batch, abs=False)
    else:
        method = {"deconvnet": Deconvolution, "guided": GuidedBackprop}[rule]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Setting backward hooks")
            result = method(network).attribute(batch)
    return result[0, 0].detach().numpy()


def cases() -> Iterator[tuple[str, str, int]]:
    """List rule, position and layer of every stored array of projections."""
    for rule in oracle.RULES:
        for position in oracle.POSITIONS:
            for layer in range(1, len(FEATURES) + 1):
                yield rule, position, layer


def main() -> None:
    """Compute, compare with the oracle, write."""
    rng = np.random.default_rng(SEED)
    picture = np.abs(rng.standard_normal(SHAPE)).astype(np.float32)
    kernels, biases = make_network(rng)
    modules = make_blocks(kernels, biases)
    out = {"picture": picture}

    blocks = oracle.forward(picture, kernels, biases)
    for layer, block in enumerate(blocks, start=1):
        out[f"kernel{layer}"], out[f"bias{layer}"] = kernels[layer - 1], biases[layer - 1]
        with torch.no_grad():
            maps = nn.Sequential(*modules[: 3 * layer])(torch.from_numpy(picture)[None, None])
        out[f"maps{layer}"] = maps[0].numpy().transpose(1, 2, 0).copy()
        np.testing.assert_allclose(out[f"maps{layer}"], block.pooled, atol=1e-5)
        silent = float((block.pooled == 0).mean())
        if silent == 0 or not block.pooled.any((0, 1)).all():
            raise SystemExit(f"layer {layer}: want silent windows but no silent feature; new SEED")
        print(f"layer {layer}: maps {block.pooled.shape}, {silent:.0%} of the windows all zero")

    for rule, position, layer in cases():
        stack, worst = [], 0.0
        for feature in range(FEATURES[layer - 1]):
            network = nn.Sequential(*modules[: 3 * layer], Seed(feature, position))
            theirs = attribute(rule, network, torch.from_numpy(picture))
            ours = oracle.project(picture, kernels, biases, layer, feature, rule, position)
            worst = max(worst, float(np.abs(theirs - ours).max() / np.abs(ours).max()))
            stack.append(theirs)
        print(f"{rule:9s} {position:9s} layer {layer}: largest difference / peak {worst:.1e}")
        if not worst < TOLERANCE:
            raise SystemExit("captum and the oracle disagree; nothing written")
        out[f"{rule}.{position}.{layer}"] = np.stack(stack).astype(np.float32)

    out["versions"] = np.array([f"torch {torch.__version__}", f"captum {captum.__version__}"])
    path = HERE / "captum.npz"
    np.savez_compressed(path, **out)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, {len(out)} arrays")


if __name__ == "__main__":
    main()
