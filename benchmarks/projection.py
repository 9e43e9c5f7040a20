"""How fast a feature is projected, next to captum and next to plain PyTorch, in one run.

One network (the model's, its weights copied to torch), one 4-second clip, one machine, the
same minutes: only ratios mean anything, so ours and the peers take turns and nothing is
asserted. The peers:

captum
    ``NeuronDeconvolution``, once per feature. It keeps nothing between calls, so each call pays
    for the forward pass again. It is given the network cut off above the layer: the kindest way.
loop
    What a PyTorch user writes by hand: a ReLU with a deconvnet backward, one forward pass, its
    graph retained, one backward pass per feature. Its forward pass is not in the times, and
    neither is ours: both keep it.

Run it on an idle machine. The column ``spread`` is the slowest round over the fastest, of the
contender that varied most: far above 1 something else was running, and torch suffers more from
that than JAX does, which would flatter our ratios.

For whole layers the table gives the arithmetic our projection gets through, too, and its share
of the machine's own float32 matrix product, measured in the same run.

Needs torch and captum besides the package::

    pip install torch==2.13.0 captum==0.9.0
    python benchmarks/projection.py
    python benchmarks/projection.py --layers 1 5 --repeats 15 --threads 1
"""

import argparse
import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import torch
from captum.attr import NeuronDeconvolution
from machine import add_threads, keep_to_threads, matmul_rate, warn_if_busy
from safetensors import safe_open
from torch import Tensor, nn

import auralise_jax as aj

# Called with a Listening and the number of the repeat, answers the projection or projections.
Contender = Callable[[Any, int], Any]


class DeconvnetReLU(torch.autograd.Function):
    """ReLU on the way up; on the way down rectify the signal, whatever went up."""

    @staticmethod
    def forward(_ctx: Any, maps: Tensor) -> Tensor:
        """Nothing is saved: the deconvnet rule does not look at the forward signs."""
        return maps.clamp(min=0)

    @staticmethod
    def backward(_ctx: Any, signal: Tensor) -> Tensor:
        """Pass the positive part."""
        return signal.clamp(min=0)


class DeconvnetModule(nn.Module):
    """The same as a module, to stand in a Sequential."""

    def forward(self, maps: Tensor) -> Tensor:
        """Apply it."""
        return DeconvnetReLU.apply(maps)


def torch_blocks(path: Path, relu: type[nn.Module]) -> list[nn.Module]:
    """Build the model's blocks in torch: convolution, `relu` and pool, once per layer."""
    modules: list[nn.Module] = []
    with safe_open(path, framework="numpy") as file:
        pool = tuple(json.loads(file.metadata()["architecture"])["pool"])
        names = set(file.keys())
        number = 1
        while f"conv{number}.kernel" in names:
            kernel = file.get_tensor(f"conv{number}.kernel").astype(np.float32)
            bias = file.get_tensor(f"conv{number}.bias").astype(np.float32)
            rows, columns, n_in, n_out = kernel.shape
            conv = nn.Conv2d(n_in, n_out, (rows, columns), padding=(rows // 2, columns // 2))
            conv.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
            conv.bias.data = torch.from_numpy(bias.copy())
            # Nobody asks for derivatives by the weights; torch need not compute them.
            modules += [conv.requires_grad_(False), relu(), nn.MaxPool2d(pool)]
            number += 1
    return modules


def half_square(feature: int) -> Callable[[Tensor], Tensor]:
    """Make captum's selector for our seed: its derivative is the feature's own map."""
    return lambda maps: 0.5 * (maps[:, feature] ** 2).sum((1, 2))


class Captum:
    """Deconvolution of single features of one layer."""

    def __init__(self, modules: list[nn.Module], layer: int, picture: Tensor) -> None:
        network = nn.Sequential(*modules[: 3 * layer])
        self.method = NeuronDeconvolution(network, network[-1])
        self.picture = picture.clone().requires_grad_()

    def project(self, feature: int) -> np.ndarray:
        """Run forward and backward."""
        return self.method.attribute(self.picture, half_square(feature))[0, 0].detach().numpy()


class Loop:
    """One retained graph, one backward pass per feature."""

    def __init__(self, modules: list[nn.Module], layer: int, picture: Tensor) -> None:
        self.picture = picture.clone().requires_grad_()
        self.maps = nn.Sequential(*modules[: 3 * layer])(self.picture)

    def project_layer(self) -> np.ndarray:
        """Seed with every map in turn."""
        values = self.maps.detach()
        stack = np.empty((values.shape[1], *self.picture.shape[2:]), np.float32)
        for feature in range(values.shape[1]):
            seed = torch.zeros_like(values)
            seed[:, feature] = values[:, feature]
            (result,) = torch.autograd.grad(self.maps, self.picture, seed, retain_graph=True)
            stack[feature] = result[0, 0].numpy()
        return stack


class Outcome(NamedTuple):
    """What a few rounds of taking turns gave.

    Attributes
    ----------
    times : dict
        Median of each contender in milliseconds. The first round warms up (ours compiles) and
        does not count.
    spread : float
        Slowest round over fastest, of the contender that varied most.
    results : dict
        What each contender answered in the last round.
    """

    times: dict[str, float]
    spread: float
    results: dict[str, np.ndarray]


def take_turns(
    contenders: dict[str, Contender], listen: Callable[[], Any], repeats: int
) -> Outcome:
    """Time the contenders one after another, again and again."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    results: dict[str, np.ndarray] = {}
    names = list(contenders)
    for repeat in range(repeats + 1):
        # A new listening each time: an answer kept from the round before would cost nothing.
        heard = listen()
        first = repeat % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(0.02)  # torch's threads spin on for a while and would be in the way
            start = time.perf_counter()
            results[name] = np.asarray(contenders[name](heard, repeat))
            times[name].append(1e3 * (time.perf_counter() - start))
    counted = {name: some[1:] for name, some in times.items()}
    return Outcome(
        {name: statistics.median(some) for name, some in counted.items()},
        max(max(some) / min(some) for some in counted.values()),
        results,
    )


def difference(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Give each feature's largest difference, relative to the peak of its projection."""
    peak = np.abs(theirs).max((-2, -1))
    gap = np.abs(ours - theirs).max((-2, -1))
    return np.divide(gap, peak, out=np.where(gap > 0, np.inf, 0.0), where=peak > 0)


def arithmetic(modules: list[nn.Module], layer: int, shape: tuple[int, int]) -> int:
    """Count the multiplications and additions that project one feature, as if dense.

    Only the transposed convolutions: unpooling and the rule move numbers, they hardly compute.
    The topmost convolution has one map to send down, since all others are zero.
    """
    total = 0
    height, width = shape
    for number in range(1, layer + 1):
        conv, _, pool = modules[3 * number - 3 : 3 * number]
        maps_above = 1 if number == layer else conv.out_channels
        weights = conv.kernel_size[0] * conv.kernel_size[1] * conv.in_channels * maps_above
        total += 2 * height * width * weights
        height, width = height // pool.kernel_size[0], width // pool.kernel_size[1]
    return total


def make_clip(duration: float = 4.0, sample_rate: int = 11025) -> Any:
    """Make tones that start and stop over a little noise, the same in every run.

    Without the noise, silent stretches would tie whole pooling windows, and rounding alone
    would decide which cell wins: the results could not be compared.
    """
    rng = np.random.default_rng(0)
    seconds = np.arange(int(duration * sample_rate)) / sample_rate
    samples = 0.01 * rng.standard_normal(seconds.size)
    for pitch, start in zip((110, 220, 331, 523, 880, 1760), np.arange(6) * 0.6, strict=True):
        since = seconds - start
        samples += np.where(since > 0, np.exp(-2 * since.clip(0)), 0) * np.sin(
            2 * np.pi * pitch * since
        )
    return aj.Clip((samples / np.abs(samples).max() / 2).astype(np.float32), sample_rate)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "--model", default="genre", help="name or path of a model (default: %(default)s)"
    )
    parser.add_argument(
        "--repeats", type=int, default=5, help="timed rounds per layer (default: %(default)s)"
    )
    parser.add_argument(
        "--layers", type=int, nargs="+", default=None, help="layers from 1 (default: all)"
    )
    add_threads(parser)
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error(f"--repeats must be at least 1, not {arguments.repeats}")
    arguments.threads = keep_to_threads(parser, arguments.threads)
    return arguments


class Bench:
    """The model, its twins in torch, and the clip that all of them project.

    Attributes
    ----------
    plain, deconvnet : list of modules
        The torch twins: with ``nn.ReLU``, which captum looks for, and with our ReLU.
    """

    def __init__(self, name: str, repeats: int) -> None:
        self.model = aj.load_model(name)
        self.clip = make_clip()
        self.repeats = repeats
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            aj.save_model(self.model, path)
            self.plain = torch_blocks(path, nn.ReLU)
            self.deconvnet = torch_blocks(path, DeconvnetModule)
        self.depth = len(self.model.layers)
        self.features = [conv.out_channels for conv in self.plain[::3]]
        picture = np.array(self.listen().picture)
        self.shape = picture.shape
        self.picture = torch.from_numpy(picture)[None, None]

    def listen(self) -> Any:
        """Run our forward pass to its end."""
        heard = aj.listen(self.model, self.clip)
        np.asarray(heard.activations(self.depth))
        return heard

    def forward(self) -> Outcome:
        """Time what the tables leave out."""
        network = nn.Sequential(*self.plain)
        contenders: dict[str, Contender] = {
            "ours": lambda *_: self.listen().activations(self.depth),
            "torch": lambda *_: network(self.picture),
        }
        return take_turns(contenders, lambda: None, self.repeats)

    def one_feature(self, layer: int) -> Outcome:
        """Time a slider move: another feature each time."""
        captum = Captum(self.plain, layer, self.picture)
        count = self.features[layer - 1]
        contenders: dict[str, Contender] = {
            "ours": lambda heard, repeat: (
                heard.project(layer, 7 * repeat % count, rule="deconvnet").picture
            ),
            "captum": lambda _, repeat: captum.project(7 * repeat % count),
        }
        return take_turns(contenders, self.listen, 3 * self.repeats)

    def whole_layer(self, layer: int) -> Outcome:
        """Time the projections of all features of a layer."""
        captum = Captum(self.plain, layer, self.picture)
        loop = Loop(self.deconvnet, layer, self.picture)
        count = self.features[layer - 1]
        contenders: dict[str, Contender] = {
            "ours": lambda heard, _: heard.project_layer(layer, rule="deconvnet"),
            "captum": lambda *_: np.stack([captum.project(feature) for feature in range(count)]),
            "loop": lambda *_: loop.project_layer(),
        }
        return take_turns(contenders, self.listen, self.repeats)


def print_features(bench: Bench, layers: list[int]) -> None:
    """Print the table of single features."""
    print("\nOne feature: ms (median), how often faster, largest difference / peak")
    print(f"{'layer':>5} {'ours':>8} {'captum':>8} {'ratio':>7} {'spread':>7} {'differs':>9}")
    for layer in layers:
        times, spread, results = bench.one_feature(layer)
        print(
            f"{layer:5d} {times['ours']:8.1f} {times['captum']:8.1f} "
            f"{times['captum'] / times['ours']:7.1f} {spread:7.1f} "
            f"{difference(results['ours'], results['captum']):9.1e}"
        )


def print_layers(bench: Bench, layers: list[int]) -> None:
    """Print the table of whole layers."""
    rate = matmul_rate()
    measured = [(layer, bench.whole_layer(layer)) for layer in layers]
    # Before and after: were the machine busy just then, the share would flatter us.
    rate = max(rate, matmul_rate())
    print("\nWhole layer: ms (median), how often faster, our arithmetic and its share of the")
    print(f"matrix product's {rate:.0f} GFLOP/s, difference / peak of the worst and middle feature")
    print(
        f"{'layer':>5} {'ours':>8} {'captum':>8} {'ratio':>7} {'loop':>8} {'ratio':>7} "
        f"{'spread':>7} {'GFLOP/s':>8} {'share':>6} {'worst':>9} {'middle':>9}"
    )
    for layer, (times, spread, results) in measured:
        work = bench.features[layer - 1] * arithmetic(bench.plain, layer, bench.shape) / 1e9
        reached = work / (times["ours"] / 1e3)
        apart = np.maximum(
            difference(results["ours"], results["captum"]),
            difference(results["ours"], results["loop"]),
        )
        print(
            f"{layer:5d} {times['ours']:8.1f} {times['captum']:8.1f} "
            f"{times['captum'] / times['ours']:7.1f} {times['loop']:8.1f} "
            f"{times['loop'] / times['ours']:7.1f} {spread:7.1f} "
            f"{reached:8.1f} {reached / rate:6.1%} "
            f"{apart.max():9.1e} {np.median(apart):9.1e}"
        )


def main() -> None:
    """Measure and print."""
    arguments = parse_arguments()
    warn_if_busy()
    torch.set_num_threads(arguments.threads)
    warnings.filterwarnings("ignore", "Setting backward hooks")  # captum, at every call

    bench = Bench(arguments.model, arguments.repeats)
    layers = arguments.layers or list(range(1, bench.depth + 1))
    if not all(1 <= layer <= bench.depth for layer in layers):
        raise SystemExit(f"--layers must be from 1 to {bench.depth}, not {layers}")
    print(
        f"picture {bench.shape[0]} x {bench.shape[1]}, features {bench.features}, "
        f"{arguments.threads} threads, {arguments.repeats} repeats, "
        f"jax {jax.__version__}, torch {torch.__version__}"
    )
    times, spread, _ = bench.forward()
    print(
        f"forward pass, not in the tables: ours {times['ours']:.1f} ms (spectrogram included), "
        f"torch {times['torch']:.1f} ms, spread {spread:.1f}"
    )
    print_features(bench, layers)
    print_layers(bench, layers)


if __name__ == "__main__":
    main()
