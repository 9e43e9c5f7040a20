"""What the paper's CNN costs, from shapes alone."""

from __future__ import annotations

import math

from auralise_jax.network.cost import Cost
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.convolution import FEW


def cost(architecture: Architecture, picture: tuple[int, int]) -> Cost:
    """Return what a network costs for pictures of some shape (freq, time).

    Examples
    --------
    >>> shipped = cost(Architecture(), (257, 173))
    >>> round(shipped.window / 1e6), round(shipped.layer / 1e6), round(shipped.flop / 1e9, 1)
    (39, 11, 2.3)
    """
    window, flop = 0, 0
    inputs, taps, largest = 1, math.prod(architecture.kernel_size), 0
    size = picture
    for number, outputs in enumerate(architecture.features, start=1):
        places = math.prod(size)
        flop += 4 * taps * inputs * outputs * places  # forward and back
        largest = max(largest, places * max(inputs, outputs))
        if taps > FEW and 1 in (inputs, outputs):  # by Fourier transforms, kernels' too
            wide = math.prod(n + k for n, k in zip(size, architecture.kernel_size, strict=True))
            largest = max(largest, 2 * wide * max(inputs, outputs))
        size = architecture.map_size(picture, number)
        window += 5 * math.prod(size) * outputs  # maps and switches, which are kept
        inputs = outputs
    inputs *= math.prod(size)
    for outputs in architecture.dense:
        flop += 2 * inputs * outputs
        inputs = outputs
    window += 3 * 4 * largest  # before pooling, and what the largest convolution needs beside it
    return Cost(window, 4 * math.prod(picture) * max(architecture.features), flop)
