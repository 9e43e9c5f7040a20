"""musicnn's VGG in NumPy, float64, over (time, mel) as its authors wrote it."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

POOLS = (((4, 1), (2, 2)), *[((2, 2), (2, 2))] * 3, ((4, 4), (4, 4)))


class Block(NamedTuple):
    """What projecting needs of a block: before its ReLU, its switches, and its maps."""

    pre: np.ndarray
    switches: np.ndarray
    maps: np.ndarray


def scale_and_shift(tensors: Mapping[str, np.ndarray], number: int) -> tuple[np.ndarray, ...]:
    name = "batch_normalization" + (f"_{number}" if number else "")
    gamma, beta, mean, variance = (
        tensors[f"{name}/{part}"].astype(float)
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + 0.001)
    return scale, beta - mean * scale


def convolve(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Correlate 3 x 3, zeros around the edge."""
    padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
    rows, columns, _ = maps.shape
    return sum(
        padded[i : i + rows, j : j + columns] @ kernel[i, j].astype(float)
        for i in range(3)
        for j in range(3)
    )


def cells(number: int, rows: int, columns: int) -> list[tuple[slice, slice]]:
    """Return each place within the windows of a pool: those of a mel band first, as in a picture
    (mel, time); of equal values the first is the maximum."""
    (height, width), (down, along) = POOLS[number - 1]
    rows, columns = (rows - height) // down, (columns - width) // along
    return [
        (slice(i, i + down * rows + 1, down), slice(j, j + along * columns + 1, along))
        for j in range(width)
        for i in range(height)
    ]


def forward(
    tensors: Mapping[str, np.ndarray], picture: np.ndarray
) -> tuple[np.ndarray, list[Block]]:
    """Return scores and blocks for a picture (mel, time)."""
    scale, shift = scale_and_shift(tensors, 0)
    maps = picture.T[..., None].astype(float) * scale + shift
    blocks = []
    for number in range(1, 6):
        pre = convolve(maps, tensors[f"{number}CNN/kernel"]) + tensors[f"{number}CNN/bias"]
        scale, shift = scale_and_shift(tensors, number)
        normed = np.maximum(pre, 0) * scale + shift
        places = np.stack([normed[cell] for cell in cells(number, *pre.shape[:2])])
        maps = places.max(0)
        blocks.append(Block(pre, places.argmax(0), maps))
    return maps.ravel() @ tensors["dense/kernel"] + tensors["dense/bias"], blocks


def project(
    tensors: Mapping[str, np.ndarray], blocks: list[Block], layer: int, feature: int, rule: str
) -> np.ndarray:
    """Bring a feature's map back to the picture (mel, time)."""
    signal = np.zeros_like(blocks[layer - 1].maps)
    signal[..., feature] = blocks[layer - 1].maps[..., feature]
    for number in range(layer, 0, -1):
        pre, switches, _ = blocks[number - 1]
        below = np.zeros_like(pre)
        for place, cell in enumerate(cells(number, *pre.shape[:2])):
            below[cell] += np.where(switches == place, signal, 0)
        signal = below * scale_and_shift(tensors, number)[0]
        if rule != "gradient":
            signal = np.maximum(signal, 0)
        if rule != "deconvnet":
            signal = np.where(pre > 0, signal, 0)
        turned = tensors[f"{number}CNN/kernel"][::-1, ::-1].transpose(0, 1, 3, 2)
        signal = convolve(signal, turned)
    return (signal[..., 0] * scale_and_shift(tensors, 0)[0]).T
