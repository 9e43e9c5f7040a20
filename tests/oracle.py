"""A slow, plain NumPy account of the network and of its projections, in float64.

The package computes projections with custom derivative rules and compiled convolutions. This
file computes the same numbers the long way, so that a test has something to disagree with: no
automatic differentiation, no library convolution, every step in the order in which the papers
take it.

Forward, block by block::

    maps -> convolution ('same', zero padding) + bias -> ReLU -> max-pool, noting the switches

Projection of one feature, block by block from its layer down to the picture::

    signal -> unpool by the switches -> rule at the ReLU -> transposed convolution

The three rules differ only in what they let through at the ReLU. With ``g`` the signal that
comes down and ``x`` the pre-activation that once went up:

=============  ==================================  =========================
rule           passes                              needs the forward signs?
=============  ==================================  =========================
``gradient``   ``g`` where ``x > 0``               yes
``deconvnet``  ``max(g, 0)``                       no
``guided``     ``max(g, 0)`` where ``x > 0``       yes
=============  ==================================  =========================

Pictures are (freq, time), maps (freq, time, channel), kernels (freq, time, in, out). Layers
count from 1, features from 0. Do not use this for work: it is slow on purpose.

References
----------
K. Choi, G. Fazekas, M. Sandler, "Explaining deep convolutional neural networks on music
classification", 2016, arXiv:1607.02444.
M. D. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", 2013,
arXiv:1311.2901.
J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller, "Striving for simplicity: the all
convolutional net", 2014, arXiv:1412.6806 (the guided rule).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

RULES = ("gradient", "deconvnet", "guided")
POSITIONS = ("all", "strongest")


class Block(NamedTuple):
    """What one block leaves behind on the way up.

    Attributes
    ----------
    pre : (freq, time, channel)
        Convolution plus bias, before the ReLU. Its sign is what two of the rules need.
    relu : (freq, time, channel)
        The same after the ReLU.
    switches : (freq // pool[0], time // pool[1], channel) of int
        Which cell of each pooling window won, counted row by row within the window.
    pooled : (freq // pool[0], time // pool[1], channel)
        The map of each feature, as the next block sees it.
    """

    pre: Array
    relu: Array
    switches: NDArray[np.intp]
    pooled: Array


def convolve(maps: Array, kernel: Array) -> Array:
    """Cross-correlate with zeros around the edge, so that the size stays.

    The kernel is not flipped: its first row meets the cells lower in frequency.
    """
    height, width, _ = maps.shape
    rows, columns, _, n_out = _checked(kernel).shape
    padded = np.pad(maps, ((rows // 2,) * 2, (columns // 2,) * 2, (0, 0)))
    out = np.zeros((height, width, n_out))
    for i in range(rows):
        for j in range(columns):
            out += padded[i : i + height, j : j + width] @ kernel[i, j]
    return out


def transpose_convolve(signal: Array, kernel: Array) -> Array:
    """Send every value back along the paths on which `convolve` collected it.

    `convolve` reads ``padded[f + i, t + j, c]`` with weight ``kernel[i, j, c, o]`` to make
    ``out[f, t, o]``; here ``signal[f, t, o]`` is added to ``padded[f + i, t + j, c]`` with that
    same weight. Reading turned into adding is the transpose of a linear map, so this is the
    exact adjoint. What lands in the padding came from no cell of the picture and is cut off.
    """
    height, width, _ = signal.shape
    rows, columns, n_in, _ = _checked(kernel).shape
    padded = np.zeros((height + rows - 1, width + columns - 1, n_in))
    for i in range(rows):
        for j in range(columns):
            padded[i : i + height, j : j + width] += signal @ kernel[i, j].T
    top, left = rows // 2, columns // 2
    return padded[top : top + height, left : left + width]


def max_pool(maps: Array, pool: tuple[int, int]) -> tuple[Array, NDArray[np.intp]]:
    """Keep the largest value of each window, and which cell held it.

    Windows touch and do not overlap; rows and columns left over at the end are dropped. Of
    equal values the first wins, row by row, so a window of zeros points at its first cell.
    """
    height, width, n_maps = maps.shape
    size = (height // pool[0], width // pool[1], n_maps)
    pooled, switches = np.zeros(size), np.zeros(size, dtype=np.intp)
    for f in range(size[0]):
        for t in range(size[1]):
            rows = slice(f * pool[0], (f + 1) * pool[0])
            columns = slice(t * pool[1], (t + 1) * pool[1])
            window = maps[rows, columns].reshape(-1, n_maps)
            switches[f, t] = window.argmax(axis=0)  # argmax answers the first of equals
            pooled[f, t] = window.max(axis=0)
    return pooled, switches


def unpool(
    signal: Array, switches: NDArray[np.intp], shape: tuple[int, ...], pool: tuple[int, int]
) -> Array:
    """Put each value back where its maximum came from; every other cell stays zero.

    `shape` is that of the maps before pooling: leftover rows and columns are zero, too.
    """
    maps = np.zeros(shape)
    channels = np.arange(shape[2])
    for f in range(signal.shape[0]):
        for t in range(signal.shape[1]):
            row, column = np.divmod(switches[f, t], pool[1])
            maps[f * pool[0] + row, t * pool[1] + column, channels] = signal[f, t]
    return maps


def apply_rule(signal: Array, pre: Array, rule: str) -> Array:
    """Bring a signal back through a ReLU whose input was `pre`."""
    if rule == "gradient":
        return np.where(pre > 0, signal, 0.0)
    if rule == "deconvnet":
        return np.maximum(signal, 0.0)
    if rule == "guided":
        return np.where(pre > 0, np.maximum(signal, 0.0), 0.0)
    raise ValueError(f"rule must be one of {RULES}, not {rule!r}")


def forward(
    picture: ArrayLike,
    kernels: Sequence[ArrayLike],
    biases: Sequence[ArrayLike],
    pool: tuple[int, int] = (2, 2),
) -> list[Block]:
    """Run the convolutional blocks on one picture.

    Parameters
    ----------
    picture : (freq, time)
        One clip in the network's own domain.
    kernels, biases : one per block
        (freq, time, in, out) with odd sizes, and (out,). The first block has one input channel.
    pool : (int, int)
        Size of a pooling window and, at once, its stride.

    Returns
    -------
    list of Block
        From the first layer up.
    """
    maps = np.asarray(picture, np.float64)[:, :, np.newaxis]
    blocks = []
    for kernel, bias in zip(kernels, biases, strict=True):
        pre = convolve(maps, np.asarray(kernel, np.float64)) + np.asarray(bias, np.float64)
        relu = np.maximum(pre, 0.0)
        # After the ReLU: in an all-negative window the largest value before it is no maximum.
        maps, switches = max_pool(relu, pool)
        blocks.append(Block(pre, relu, switches, maps))
    return blocks


def project(
    picture: ArrayLike,
    kernels: Sequence[ArrayLike],
    biases: Sequence[ArrayLike],
    layer: int,
    feature: int,
    rule: str,
    position: str = "all",
    pool: tuple[int, int] = (2, 2),
) -> Array:
    """Project one feature down to the picture.

    Parameters
    ----------
    picture, kernels, biases, pool
        As for `forward`.
    layer : int
        From 1.
    feature : int
        From 0.
    rule : {"gradient", "deconvnet", "guided"}
        What happens at each ReLU. With ``gradient`` the result is the derivative of half the
        sum of squares of the feature's pooled map.
    position : {"all", "strongest"}
        Start from the feature's whole pooled map (Choi et al.), or from its largest value only
        (Zeiler & Fergus); of equal values the first, row by row.

    Returns
    -------
    (freq, time)
        Signed: the rule acts at the ReLUs, and below the first convolution there is none.
    """
    if not 1 <= layer <= len(kernels):
        raise ValueError(f"layer must be from 1 to {len(kernels)}, not {layer}")
    if rule not in RULES:
        raise ValueError(f"rule must be one of {RULES}, not {rule!r}")
    if position not in POSITIONS:
        raise ValueError(f"position must be one of {POSITIONS}, not {position!r}")
    blocks = forward(picture, kernels[:layer], biases[:layer], pool)

    top = blocks[-1].pooled
    if not 0 <= feature < top.shape[2]:
        raise ValueError(f"feature must be from 0 to {top.shape[2] - 1}, not {feature}")
    signal = np.zeros_like(top)
    if position == "all":
        signal[:, :, feature] = top[:, :, feature]
    else:
        f, t = np.unravel_index(top[:, :, feature].argmax(), top.shape[:2])
        signal[f, t, feature] = top[f, t, feature]

    for block, kernel in zip(reversed(blocks), reversed(kernels[:layer]), strict=True):
        signal = unpool(signal, block.switches, block.pre.shape, pool)
        signal = apply_rule(signal, block.pre, rule)
        signal = transpose_convolve(signal, np.asarray(kernel, np.float64))
    return signal[:, :, 0]


def head(last_map: ArrayLike, denses: Sequence[tuple[ArrayLike, ArrayLike]]) -> Array:
    """Classify: flatten the last maps, then dense layers with a ReLU between.

    Parameters
    ----------
    last_map : (freq, time, channel)
        Pooled maps of the last block; frequency varies slowest, channel fastest.
    denses : sequence of (kernel, bias)
        (in, out) and (out,). No ReLU after the last.

    Returns
    -------
    (classes,)
        Logits, before any softmax.
    """
    values = np.asarray(last_map, np.float64).reshape(-1)
    for number, (kernel, bias) in enumerate(denses):
        if number > 0:
            values = np.maximum(values, 0.0)
        values = values @ np.asarray(kernel, np.float64) + np.asarray(bias, np.float64)
    return values


def _checked(kernel: Array) -> Array:
    """Refuse even sizes: 'same' padding has no middle there."""
    if kernel.ndim != 4 or kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0:
        raise ValueError(f"kernel must be (odd, odd, in, out), not {kernel.shape}")
    return kernel
