"""How fast the network trains, next to plain PyTorch on the same processor, in one run.

The paper's network, random pictures, the same start: forward, softmax cross entropy, backward to
all parameters, AdamW, with dropout after the hidden dense layers, all in float32. Ours and torch
take turns, torch in both its memory formats, since on a processor the one it does not use by
default is much the faster. Only the ratios mean anything, and nothing is asserted.

Run it on an idle machine. The column ``spread`` is the slowest round over the fastest: far above 1
something else was running, and torch suffers more from that than JAX does, which would flatter our
ratios. The last columns are the arithmetic a step would take without Winograd's algorithm, forward
and both gradients, and its share of the machine's own float32 matrix product, measured in the same
run.

The part ``loading`` compares the cost of a step from a small data set with that from a large one;
see `loading.py`, which also runs alone, without torch.

Needs torch besides the package::

    pip install torch==2.13.0
    python benchmarks/training.py
    python benchmarks/training.py --batch 16 --repeats 10 --threads 1
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from loading import run_in_temporary_folder
from machine import add_threads, keep_to_threads, matmul_rate, warn_if_busy

from auralise_jax.network import Architecture
from auralise_jax.network.stack.cnn import CNN

try:
    import torch
except ModuleNotFoundError as missing:
    raise SystemExit("this compares with PyTorch: pip install torch==2.13.0") from missing

PICTURE = (257, 173)
DROPOUT, RATE, DECAY = 0.5, 5e-4, 1e-3


class Batch(NamedTuple):
    """What all contenders learn from."""

    pictures: np.ndarray
    """(batch, freq, time)."""
    labels: np.ndarray
    """(batch,)."""


class Ours:
    """The step of this package, compiled once, its state written over."""

    def __init__(self, module: CNN, batch: Batch) -> None:
        graph, self.weights, rest = nnx.split(module, nnx.Param, ...)
        optimizer = optax.adamw(RATE, weight_decay=DECAY)
        self.moments = optimizer.init(self.weights)
        self.number = 0
        self.batch = Batch(*map(jnp.asarray, batch))

        def step(weights, moments, number, batch):
            def loss(weights):
                drop = nnx.Rngs(dropout=jax.random.fold_in(jax.random.key(0), number))
                logits = nnx.merge(graph, weights, rest)(batch.pictures, rngs=drop)
                losses = optax.softmax_cross_entropy_with_integer_labels(logits, batch.labels)
                return losses.mean()

            value, gradient = jax.value_and_grad(loss)(weights)
            updates, moments = optimizer.update(gradient, moments, weights)
            return optax.apply_updates(weights, updates), moments, value

        self.compiled = jax.jit(step, donate_argnums=(0, 1))

    def __call__(self) -> float:
        """Take a step to its end; return the loss."""
        self.weights, self.moments, loss = self.compiled(
            self.weights, self.moments, self.number, self.batch
        )
        self.number += 1
        jax.block_until_ready(self.weights)
        return float(loss)


class Torch:
    """What a PyTorch user writes, in one of the memory formats."""

    def __init__(self, module: CNN, batch: Batch, memory_format: torch.memory_format) -> None:
        self.network = torch_network(module).to(memory_format=memory_format)
        pictures = torch.from_numpy(batch.pictures)[:, None]
        self.pictures = pictures.contiguous(memory_format=memory_format)
        self.labels = torch.from_numpy(batch.labels)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), RATE, weight_decay=DECAY)

    def __call__(self) -> float:
        """Take a step; return the loss."""
        self.optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.network(self.pictures), self.labels)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())


def torch_network(module: CNN) -> torch.nn.Sequential:
    """Build the same network in torch, with the same weights."""
    tensors = {name: torch.from_numpy(value.copy()) for name, value in module.tensors().items()}
    architecture, nn = module.architecture, torch.nn
    layers: list[torch.nn.Module] = []
    for name in architecture.layers:
        kernel = tensors[f"{name}.kernel"].permute(3, 2, 0, 1)
        conv = nn.Conv2d(kernel.shape[1], kernel.shape[0], kernel.shape[2:], padding="same")
        conv.weight.data, conv.bias.data = kernel.contiguous(), tensors[f"{name}.bias"]
        layers += [conv, nn.ReLU(), nn.MaxPool2d(architecture.pool)]
    layers.append(nn.Flatten())
    freq, t = architecture.map_size(PICTURE, len(architecture.features))
    for number in range(1, len(architecture.dense) + 1):
        kernel = tensors[f"dense{number}.kernel"]
        if number == 1:  # torch flattens channels first
            kernel = kernel.reshape(freq, t, -1, kernel.shape[1]).permute(2, 0, 1, 3).flatten(0, 2)
        dense = nn.Linear(*kernel.shape)
        dense.weight.data, dense.bias.data = kernel.T.contiguous(), tensors[f"dense{number}.bias"]
        layers += [dense, nn.ReLU(), nn.Dropout(DROPOUT)]
    return nn.Sequential(*layers[:-2])


def arithmetic(architecture: Architecture) -> float:
    """Count the multiplications and additions of a clip's step, as if every sum were written out.

    Pictures need no gradient, so the first layer counts twice, the others three times.
    """
    shapes = architecture.shapes(PICTURE)
    total = 0
    for number in range(1, len(architecture.features) + 1):
        size = PICTURE if number == 1 else architecture.map_size(PICTURE, number - 1)
        work = 2 * math.prod(size) * math.prod(shapes[f"conv{number}.kernel"])
        total += work * (2 if number == 1 else 3)
    for number in range(1, len(architecture.dense) + 1):
        total += 3 * 2 * math.prod(shapes[f"dense{number}.kernel"])
    return float(total)


def take_turns(contenders: dict[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Time the contenders one after another, again and again; return seconds.

    The first round warms up (ours compiles) and does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for repeat in range(repeats + 1):
        first = repeat % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(0.05)  # torch's threads spin on for a while and would be in the way
            start = time.perf_counter()
            contenders[name]()
            times[name].append(time.perf_counter() - start)
    return {name: some[1:] for name, some in times.items()}


def print_steps(arguments: argparse.Namespace) -> None:
    """Print the table of training steps."""
    architecture = Architecture()
    rng = np.random.default_rng(0)
    batch = Batch(
        np.abs(rng.normal(size=(arguments.batch, *PICTURE))).astype(np.float32),
        rng.integers(architecture.dense[-1], size=arguments.batch),
    )
    module = CNN(architecture, PICTURE, rngs=nnx.Rngs(0), dense_dropout=DROPOUT)
    peers = {"torch": torch.contiguous_format, "torch, channels last": torch.channels_last}
    contenders: dict[str, Callable[[], float]] = {"ours": Ours(module, batch)}
    for name, memory_format in peers.items():
        contenders[name] = Torch(module, batch, memory_format)

    network = torch_network(module).eval()
    module.eval()
    with torch.no_grad():
        theirs = network(torch.from_numpy(batch.pictures[:4])[:, None]).numpy()
    logits = np.asarray(module(jnp.asarray(batch.pictures[:4])))
    apart = np.abs(logits - theirs).max() / np.abs(theirs).max()
    print(f"\nTraining step, batch {arguments.batch}; before it, logits differ by {apart:.0e}")

    rate = matmul_rate()
    times = take_turns(contenders, arguments.repeats)
    # Before and after: were the machine busy just then, the share would flatter us.
    rate = max(rate, matmul_rate())
    print(f"{'':22} {'ms':>8} {'clips/s':>8} {'spread':>7} {'GFLOP/s':>8} of {rate:.0f}  ours is")
    ours = statistics.median(times["ours"])
    for name, some in times.items():
        median = statistics.median(some)
        reached = arguments.batch * arithmetic(architecture) / median / 1e9
        print(
            f"{name:22} {1e3 * median:8.0f} {arguments.batch / median:8.1f} "
            f"{max(some) / min(some):7.1f} {reached:8.0f} {reached / rate:6.0%} "
            f"{median / ours:8.2f} x"
        )


# A part by name: what it measures is its own affair, all get the command line.
PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "step": print_steps,
    "loading": lambda _: run_in_temporary_folder(),
}


def parse_arguments() -> argparse.Namespace:
    """Read the command line, and keep to the processors it allows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "parts", nargs="*", help=f"parts to run, of {', '.join(PARTS)} (default: all)"
    )
    for name, default, about in (
        ("batch", 32, "clips per step"),
        ("repeats", 7, "timed rounds"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{about}")
    add_threads(parser)
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or list(PARTS)
    if not set(arguments.parts) <= set(PARTS):
        parser.error(f"parts must be of {', '.join(PARTS)}, not {' '.join(arguments.parts)}")
    for name in ("batch", "repeats"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} must be at least 1, not {getattr(arguments, name)}")
    arguments.threads = keep_to_threads(parser, arguments.threads)
    return arguments


def main() -> None:
    """Measure and print."""
    arguments = parse_arguments()
    warn_if_busy()
    torch.set_num_threads(arguments.threads)
    print(
        f"picture {PICTURE[0]} x {PICTURE[1]}, {arguments.threads} threads, "
        f"{arguments.repeats} repeats, jax {jax.__version__}, torch {torch.__version__}"
    )
    for part in arguments.parts:
        PARTS[part](arguments)


if __name__ == "__main__":
    main()
