"""The architecture of the paper's CNN, with sizes of maps and receptive fields."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """The paper's CNN: blocks of convolution, ReLU and max-pool, then dense layers.

    Defaults are the five blocks of 64 maps of Choi, Fazekas and Sandler 2016 (arXiv:1607.02444).
    The 2015 code's local response normalisation is left out.

    Parameters
    ----------
    features : tuple of int
        Maps per block.
    kernel_size : (int, int)
        (freq, time); odd, so that zero padding keeps the size.
    pool : (int, int)
        (freq, time); the stride too.
    dense : tuple of int
        Widths of the dense layers; the last is the number of classes. Empty: no head.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, or out of range.

    Examples
    --------
    >>> paper = Architecture()
    >>> paper.map_size((257, 173), layer=5)
    (8, 5)
    >>> paper.receptive_field(layer=1)
    (4, 4)
    """

    features: tuple[int, ...] = (64, 64, 64, 64, 64)
    kernel_size: tuple[int, int] = (3, 3)
    pool: tuple[int, int] = (2, 2)
    dense: tuple[int, ...] = (512, 256, 3)

    def __post_init__(self) -> None:
        for name in ("features", "kernel_size", "pool", "dense"):
            object.__setattr__(self, name, _sizes(name, getattr(self, name)))
        if not 1 <= len(self.features) <= 32:
            raise ValueError(f"features must list 1 to 32 blocks, not {len(self.features)}")
        if len(self.kernel_size) != 2 or any(n % 2 == 0 or n > 99 for n in self.kernel_size):
            raise ValueError(
                f"kernel_size must be two odd numbers up to 99, (freq, time), "
                f"not {self.kernel_size}"
            )
        if len(self.pool) != 2 or math.prod(self.pool) > 256:
            raise ValueError(
                f"pool must be two numbers whose product is at most 256, since a switch is one "
                f"byte, not {self.pool}"
            )

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, ``("conv1", ...)``."""
        return tuple(f"conv{n}" for n in range(1, len(self.features) + 1))

    def map_size(self, picture: tuple[int, int], layer: int) -> tuple[int, int]:
        """Return the size (freq, time) of a layer's maps, after pooling."""
        freq, time = (size // by**layer for size, by in zip(picture, self.pool, strict=True))
        return freq, time

    def receptive_field(self, layer: int) -> tuple[int, int]:
        """Return the receptive field of a cell of a layer's pooled maps: (rows, frames).

        Exact; the paper reports a smaller "effective kernel size", see `reported_field`.
        """
        freq, time = (
            1 + sum((kernel - 1 + pool - 1) * pool**n for n in range(layer))
            for kernel, pool in zip(self.kernel_size, self.pool, strict=True)
        )
        return freq, time

    def reported_field(self, layer: int) -> tuple[int, int]:
        """Return the "effective kernel size" (rows, frames) by a formula that fits the paper's.

        ``kernel * pool**(layer - 1) + 1`` gives the figures reported for the paper's network (93 ms
        x 86 Hz for layer 1, and so on); the formula itself is not published.
        """
        freq, time = (
            kernel * pool ** (layer - 1) + 1
            for kernel, pool in zip(self.kernel_size, self.pool, strict=True)
        )
        return freq, time

    def unpooled_field(self, layer: int) -> tuple[int, int]:
        """Return `receptive_field` of a cell before the layer's pooling."""
        # A pooled cell joins `pool` cells, each a stride of the layer before from the next.
        freq, time = (
            seen - (pool - 1) * pool ** (layer - 1)
            for seen, pool in zip(self.receptive_field(layer), self.pool, strict=True)
        )
        return freq, time

    def before(self, layer: int) -> tuple[int, int]:
        """Return how much the first cell of a layer's maps sees before the picture's first."""
        freq, time = (
            sum(pool**n for n in range(layer)) * (kernel // 2)
            for kernel, pool in zip(self.kernel_size, self.pool, strict=True)
        )
        return freq, time

    def shapes(self, picture: tuple[int, int]) -> dict[str, tuple[int, ...]]:
        """Return the shape of every tensor of a model file, for pictures of this (freq, time).

        Raises
        ------
        ValueError
            If pooling leaves nothing of the picture.
        """
        freq, time = self.map_size(picture, len(self.features))
        if freq == 0 or time == 0:
            raise ValueError(
                f"{len(self.features)} blocks of pool {self.pool} leave nothing of a picture of "
                f"{picture}; use fewer blocks or a longer duration"
            )
        shapes: dict[str, tuple[int, ...]] = {}
        inputs = 1
        for name, outputs in zip(self.layers, self.features, strict=True):
            shapes[f"{name}.kernel"] = (*self.kernel_size, inputs, outputs)
            shapes[f"{name}.bias"] = (outputs,)
            inputs = outputs
        inputs *= freq * time
        for number, outputs in enumerate(self.dense, start=1):
            shapes[f"dense{number}.kernel"] = (inputs, outputs)
            shapes[f"dense{number}.bias"] = (outputs,)
            inputs = outputs
        return shapes


def _sizes(name: str, values: object) -> tuple[int, ...]:
    if not isinstance(values, (list, tuple)):
        raise ValueError(f"{name} must be a list of whole numbers, not {values!r}")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65536:
            raise ValueError(
                f"{name} must be a list of whole numbers, 1 to 65536, not {list(values)!r}"
            )
    return tuple(values)
