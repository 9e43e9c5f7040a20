"""Make ``captum_ablation.npz``: features of a small network muted as PyTorch and captum do it.

A second opinion from outside, beside the oracle in ``tests/network/stack/test_ablation.py``. Only
this script needs torch and captum, the tests read the file::

    pip install torch==2.13.0 captum==0.9.0
    python tests/data/make_captum_ablation.py

Keys, all float32, read with ``numpy.load(path, allow_pickle=False)``:

``picture``
    (29, 23), freq by time.
``conv1.kernel``, ``conv1.bias``, ..., ``dense2.bias``
    As in a model file: (freq, time, in, out), (in, out), (out,). Features: 4, 5, 6; 7 hidden units,
    3 classes.
``scores``
    (3,), logits of the picture.
``values{layer}``
    (features,), what a map is set to in ``set{layer}``.
``muted{layer}``, ``set{layer}``
    (features, 3), by how much each logit changes (after less before) where a feature's map is set
    to 0, or to its entry of ``values{layer}``.
``versions``
    Text: the versions of torch and captum that made the file.

captum's attribution of `LayerFeatureAblation` is the logit before less the logit after, one number
for each group of cells that is ablated together: here all cells of a map.
"""

# ruff: noqa: T201  (a command, it reports what it found)

from pathlib import Path

import captum
import numpy as np
import torch
from captum.attr import LayerFeatureAblation
from torch import Tensor, nn

SEED = 14
SHAPE = (29, 23)
FEATURES = (4, 5, 6)
DENSE = (7, 3)


class ChannelsLast(nn.Module):
    """Flatten maps with frequency slowest and the channel fastest, as a model file has them."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.permute(0, 2, 3, 1).flatten(1)


def make_tensors(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw weights; negative biases silence some pooling windows."""
    tensors = {}
    for number, (n_in, n_out) in enumerate(zip((1, *FEATURES), FEATURES, strict=False), start=1):
        scale = np.sqrt(2 / (9 * n_in))
        tensors[f"conv{number}.kernel"] = scale * rng.standard_normal((3, 3, n_in, n_out))
        tensors[f"conv{number}.bias"] = rng.uniform(-0.2, 0.2, n_out)
    n_in = (SHAPE[0] // 8) * (SHAPE[1] // 8) * FEATURES[-1]
    for number, n_out in enumerate(DENSE, start=1):
        tensors[f"dense{number}.kernel"] = np.sqrt(2 / n_in) * rng.standard_normal((n_in, n_out))
        tensors[f"dense{number}.bias"] = rng.uniform(-0.2, 0.2, n_out)
        n_in = n_out
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def make_network(tensors: dict[str, np.ndarray]) -> nn.Sequential:
    """Build the torch twin, a flat list of modules."""
    modules: list[nn.Module] = []
    for number in range(1, len(FEATURES) + 1):
        kernel = tensors[f"conv{number}.kernel"].transpose(3, 2, 0, 1).copy()
        conv = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding="same")
        conv.weight.data = torch.from_numpy(kernel)
        conv.bias.data = torch.from_numpy(tensors[f"conv{number}.bias"])
        modules += [conv, nn.ReLU(), nn.MaxPool2d(2)]
    modules.append(ChannelsLast())
    for number in range(1, len(DENSE) + 1):
        kernel = tensors[f"dense{number}.kernel"].T.copy()
        dense = nn.Linear(kernel.shape[1], kernel.shape[0])
        dense.weight.data = torch.from_numpy(kernel)
        dense.bias.data = torch.from_numpy(tensors[f"dense{number}.bias"])
        modules += [dense, nn.ReLU()]
    return nn.Sequential(*modules[:-1]).eval()


def changes(network: nn.Sequential, layer: int, picture: Tensor, values: Tensor) -> np.ndarray:
    """Ask captum for the change of every logit by every feature."""
    module = network[3 * layer - 1]
    maps = network[: 3 * layer](picture)
    count = maps.shape[1]
    mask = torch.arange(count)[None, :, None, None].expand_as(maps)
    baseline = values[None, :, None, None].expand_as(maps)
    method = LayerFeatureAblation(network, module)
    found = []
    for target in range(DENSE[-1]):
        attribution = method.attribute(
            picture, layer_baselines=baseline, target=target, layer_mask=mask
        )
        found.append(-attribution[0, :, 0, 0].numpy())
    return np.stack(found, axis=1)


def main() -> None:
    """Compute and write."""
    rng = np.random.default_rng(SEED)
    picture = np.abs(rng.standard_normal(SHAPE)).astype(np.float32)
    out = {"picture": picture} | make_tensors(rng)
    network = make_network(out)
    sent = torch.from_numpy(picture)[None, None]
    with torch.no_grad():
        out["scores"] = network(sent)[0].numpy()
        for layer, count in enumerate(FEATURES, start=1):
            values = rng.uniform(0, 1, count).astype(np.float32)
            out[f"values{layer}"] = values
            for name, own in (("muted", np.zeros_like(values)), ("set", values)):
                out[f"{name}{layer}"] = changes(network, layer, sent, torch.from_numpy(own))
            smallest = np.abs(out[f"muted{layer}"]).max(axis=1).min()
            print(f"layer {layer}: every feature changes some logit by {smallest:.3f} or more")
            if not smallest > 1e-3:
                raise SystemExit("a feature does nothing; new SEED")
    out["versions"] = np.array([f"torch {torch.__version__}", f"captum {captum.__version__}"])
    path = Path(__file__).parent / "captum_ablation.npz"
    np.savez_compressed(path, **out)
    print(f"{path.name}: {path.stat().st_size / 1e3:.1f} kB, {len(out)} arrays")


if __name__ == "__main__":
    main()
