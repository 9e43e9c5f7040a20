"""Make the shipped genre model: compose, render, train, score, save.

A first version, small on purpose: it knows its own generator's music and little else.

    python -m auralise_jax.learning.genre model.safetensors
"""

from __future__ import annotations

import argparse
import importlib.metadata
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Float, Int
from tqdm import tqdm

from auralise_jax.audio import Clip, Frontend
from auralise_jax.learning.grooves import GENRES, groove
from auralise_jax.learning.synth import find_soundfonts, render
from auralise_jax.network import Architecture, Model, save_model
from auralise_jax.network.cnn import CNN

FRONTEND = Frontend(compression="log1p")
UNSEEN_FONT = "sf_GMbank.sf2"
"""Kept out of training where it is installed, for a score on instruments never heard."""


@dataclass(frozen=True)
class Piece:
    """One rendered piece: int16 samples at the model's rate, and its genre's number."""

    samples: np.ndarray
    label: int


def _render(job: tuple[int, int, Path | None]) -> Piece:
    label, seed, font = job
    clip = render(groove(GENRES[label], seed), FRONTEND.sample_rate, soundfont=font, seed=seed)
    return Piece(np.round(clip.samples * 32767).astype(np.int16), label)


def make_pieces(seeds: Sequence[int], fonts: Sequence[Path], what: str) -> list[Piece]:
    """Render one piece per genre and seed, soundfonts in turn; additive where there are none."""
    jobs = [
        (label, seed, fonts[seed % len(fonts)] if fonts else None)
        for seed in seeds
        for label in range(len(GENRES))
    ]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        pieces = pool.map(_render, jobs, chunksize=8)
        return list(tqdm(pieces, total=len(jobs), desc=f"composing {what}", unit="piece"))


def batches(
    pieces: Sequence[Piece], size: int, steps: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (samples (batch, n), labels (batch,)): random windows at random levels."""
    rng = np.random.default_rng(seed)
    length = FRONTEND.samples
    for _ in range(steps):
        chosen = rng.integers(len(pieces), size=size)
        starts = [rng.integers(len(pieces[n].samples) - length + 1) for n in chosen]
        windows = np.stack(
            [pieces[n].samples[s : s + length] for n, s in zip(chosen, starts, strict=True)]
        )
        level = 10 ** (rng.uniform(-15, 3, (size, 1)) / 20) / 32767
        yield (windows * level).astype(np.float32), np.array([pieces[n].label for n in chosen])


Pictures = Float[Array, "batch freq time"]
Labels = Int[Array, " batch"]


def _loss(module: CNN, pictures: Pictures, labels: Labels) -> tuple[Array, Array]:
    logits = module(pictures)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    return loss, (logits.argmax(-1) == labels).mean()


@nnx.jit
def _step(
    module: CNN, optimizer: nnx.Optimizer[CNN], samples: Array, labels: Labels
) -> tuple[Array, Array]:
    pictures = jax.vmap(FRONTEND.picture)(samples)
    grad = nnx.value_and_grad(_loss, has_aux=True)
    (loss, accuracy), gradients = grad(module, pictures, labels)
    optimizer.update(module, gradients)
    return loss, accuracy


def score(model: Model, pieces: Sequence[Piece]) -> dict[str, float]:
    """Return accuracy by clip (consecutive windows) and by piece (their mean), and the counts."""
    by_clip, by_piece = [], []
    size = FRONTEND.samples
    for piece in tqdm(pieces, desc="scoring", unit="piece", leave=False):
        samples = (piece.samples / 32767).astype(np.float32)
        truth = GENRES[piece.label]
        odds = [
            model.predict(Clip(samples[n : n + size], FRONTEND.sample_rate))
            for n in range(0, len(samples) - size + 1, size)
        ]
        by_clip += [max(one, key=one.__getitem__) == truth for one in odds]
        whole = {name: sum(one[name] for one in odds) for name in GENRES}
        by_piece.append(max(whole, key=whole.__getitem__) == truth)
    return {
        "clip_accuracy": round(float(np.mean(by_clip)), 4),
        "piece_accuracy": round(float(np.mean(by_piece)), 4),
        "clips": len(by_clip),
        "pieces": len(by_piece),
    }


def rounded(module: CNN, training: dict[str, Any]) -> Model:
    """Return the model with float16-rounded weights, which is the one that is shipped."""
    tensors = {
        name: value.astype(np.float16).astype(np.float32)
        for name, value in module.tensors().items()
    }
    return Model(tensors, module.architecture, FRONTEND, GENRES, training, "genre")


def train(
    out: Path, *, pieces: int, held_out: int, steps: int, batch: int, rate: float, seed: int
) -> Model:
    """Train the paper's network on composed music and write it, with its scores, to `out`."""
    fonts = find_soundfonts()
    unseen = [font for font in fonts if font.name == UNSEEN_FONT]
    seen = [font for font in fonts if font.name != UNSEEN_FONT]
    learn = make_pieces(range(pieces), seen, "training pieces")
    tests = {"unseen pieces": make_pieces(range(10**6, 10**6 + held_out), seen, "test pieces")}
    if unseen:
        other = make_pieces(range(2 * 10**6, 2 * 10**6 + held_out), unseen, "unseen-font pieces")
        tests["unseen pieces, unseen soundfont"] = other

    module = CNN(
        Architecture(), FRONTEND.shape, rngs=nnx.Rngs(seed), conv_dropout=0.25, dense_dropout=0.5
    )
    schedule = optax.warmup_cosine_decay_schedule(0, rate, max(1, steps // 20), steps)
    optimizer = nnx.Optimizer(
        module,
        optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=1e-3)),
        wrt=nnx.Param,
    )
    bar = tqdm(batches(learn, batch, steps, seed), total=steps, desc="training", unit="step")
    mean_loss, mean_accuracy = math.nan, math.nan
    for number, (samples, labels) in enumerate(bar):
        loss, accuracy = _step(module, optimizer, jnp.asarray(samples), jnp.asarray(labels))
        keep = 0.0 if number == 0 else 0.95
        if not math.isfinite(float(loss)):
            raise FloatingPointError(f"the loss is {float(loss)} at step {number}; lower --rate")
        mean_loss = _blend(keep, mean_loss, float(loss))
        mean_accuracy = _blend(keep, mean_accuracy, float(accuracy))
        bar.set_postfix(loss=f"{mean_loss:.3f}", accuracy=f"{mean_accuracy:.3f}")
        if number % 250 == 249:
            save_model(rounded(module, {"unfinished": number + 1}), out, dtype="float16")
    module.eval()  # type: ignore[no-untyped-call]
    training: dict[str, Any] = {
        "command": "python -m auralise_jax.learning.genre",
        "data": f"{pieces} pieces per genre from auralise_jax.learning.groove, seeds 0 to "
        f"{pieces - 1}; soundfonts {[font.name for font in seen] or 'none (additive)'}",
        "split": f"by piece: {held_out} pieces per genre and test, other seeds",
        "steps": steps,
        "batch": batch,
        "rate": rate,
        "seed": seed,
        "train_accuracy": round(mean_accuracy, 4),
        "versions": {name: importlib.metadata.version(name) for name in ("jax", "flax", "optax")},
    }
    model = rounded(module, training)
    training["scores"] = {name: score(model, pieces) for name, pieces in tests.items()}
    save_model(model, out, dtype="float16")
    return model


def _blend(keep: float, old: float, new: float) -> float:
    return new if keep == 0 else keep * old + (1 - keep) * new


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m auralise_jax.learning.genre",
        description="Train the shipped genre model on music composed by this package.",
        epilog="About 20 minutes on two cores. The same seed, soundfonts and versions give the "
        "same model.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("out", type=Path, help="model file to write (.safetensors)")
    parser.add_argument("--pieces", type=int, default=250, help="training pieces per genre")
    parser.add_argument("--held-out", type=int, default=40, help="test pieces per genre and test")
    parser.add_argument("--steps", type=int, default=500, help="optimiser steps")
    parser.add_argument("--batch", type=int, default=24, help="4-s windows per step")
    parser.add_argument("--rate", type=float, default=5e-4, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=0)
    model = train(**vars(parser.parse_args(arguments)))
    for name, result in model.training["scores"].items():
        print(f"{name}: {result}")


if __name__ == "__main__":
    main()
