"""SwiftF0: the pitch of a voice or instrument, and whether there is one, every 16 ms.

Rows of its pictures are equal steps of pitch, 17.15 to an octave, so that a harmonic lies as many
rows above its fundamental whatever the pitch is: 17, 27, 40 and 48 rows for harmonics 2, 3, 5 and
7. Convolutions with gaps of so many rows look there. There is no pool: a projection goes back
without switches.

References
----------
https://github.com/lars76/swift-f0 (MIT licence).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from auralise_jax.frontend import LogFrequency
from auralise_jax.network.foreign.onnx_file import OnnxFile, Operation, read_onnx
from auralise_jax.network.foreign.operations import Weights, convolved
from auralise_jax.network.model import Model
from auralise_jax.network.pitch import HIGHEST, LOWEST
from auralise_jax.network.tap import tap
from auralise_jax.network.wrapping import wrap

ROWS, STEPS = 128, 95
"""Of a picture, and of the pitch."""

COLUMNS = 250
"""Of a picture here: 4 s. The network takes any number."""

N_FFTS = (1024, 2048, 512)
"""Of a picture's channels."""

OPERATORS = frozenset(
    "Add And ArgMax Cast Clip Concat ConstantOfShape Conv Cos Div Exp Gather GatherElements "
    "GreaterOrEqual LessOrEqual Log MatMul Max Mul Pad ReduceMax ReduceMean ReduceSum Relu Reshape "
    "ScatterElements Shape Sigmoid Sin Slice Softmax Sqrt Squeeze Sub Transpose Unsqueeze "
    "Where".split()
)


class Block(NamedTuple):
    """Two convolutions of the same kind, around which the maps are handed on."""

    name: str
    size: tuple[int, int]
    gap: int
    """Rows from one row of the kernel to the next."""


BLOCKS = (
    Block("block1", (7, 3), 1),
    Block("harmonic2", (7, 1), 17),
    Block("harmonic3", (5, 1), 27),
    Block("harmonic5", (3, 1), 40),
    Block("harmonic7", (3, 1), 48),
    Block("block2", (7, 3), 2),
)


NAMES = (
    "conv1",
    *(f"{block.name}.{part}" for block in BLOCKS for part in ("inside", "outside")),
    "conv2",
    "voiced",
    "pitch",
    "hidden",
    "voicing",
)
"""Of the convolutions, in the file's order."""


def tracker(weights: Weights, picture: Float[Array, "128 time 3"]) -> tuple[Array, Array]:
    """Return the scores of steps of pitch and of voicing for a picture of three channels.

    Layers are conv1, the blocks of `BLOCKS`, conv2, and the scores themselves: pitch, of 95
    features over time, and voicing, of one.
    """

    def convolve(x: Array, name: str, gap: int = 1, padding: object = "SAME") -> Array:
        made = convolved(x, weights[f"{name}.kernel"], rhs_dilation=(gap, 1), padding=padding)
        return made + weights[f"{name}.bias"]

    x = tap(jax.nn.relu(convolve(picture, "conv1")), "conv1")
    for name, _, gap in BLOCKS:
        inner = jax.nn.relu(convolve(x, f"{name}.inside", gap))
        x = tap(jax.nn.relu(x + convolve(inner, f"{name}.outside", gap)), name)
    x = convolve(x[: STEPS + 1], "conv2", padding=((1, 0), (1, 1)))
    x = tap(jax.nn.relu(x), "conv2")
    pitch = tap(convolve(x, "pitch")[..., 0].T, "pitch")
    level = picture.mean((0, 2))[:, None]
    seen = jnp.concatenate([convolve(x, "voiced").max(0), level], axis=1)
    voicing = convolve(jax.nn.relu(convolve(seen[None], "hidden")), "voicing")[0]
    return pitch, tap(voicing, "voicing")


def banks(file: OnnxFile) -> list[Float[np.ndarray, "128 bins"]]:
    """Return the matrices from bins to rows, which the file stores by their places and values."""
    found = []
    scattered = file.named("ScatterElements")
    for n_fft, one in zip(N_FFTS, scattered, strict=False):
        bank = np.zeros((n_fft // 2 + 1) * ROWS, np.float32)
        places, values = (file.weight(name) for name in one.inputs[1:3])
        fitting = places.shape == values.shape and places.ndim == 1
        if not fitting or not np.all((places >= 0) & (places < bank.size)):
            raise ValueError(f"the filter bank of frames of {n_fft} does not fit")
        bank[places] = values
        found.append(bank.reshape(-1, ROWS).T)
    if len(found) != len(scattered) or len(found) != len(N_FFTS):
        raise ValueError(f"the file holds {len(scattered)} filter banks, not {len(N_FFTS)}")
    return found


def model(data: bytes, name: str) -> Model:
    """Return the network with its front end: 4 s at 16 kHz, three STFTs at 128 steps of pitch.

    The frames of 1,024 samples are inverted to sound.
    """
    file = read_onnx(data, OPERATORS)
    hz = LOWEST * (HIGHEST / LOWEST) ** (np.arange(ROWS) / (STEPS - 1))
    frontend = LogFrequency(
        16_000,
        N_FFTS[0],
        256,
        hz.tolist(),
        tuple(banks(file)),
        frames=COLUMNS,
        pad_mode="constant",
        power=1,
        compression="log",
        amin=1e-8,
    )
    made = wrap(tracker, params=weights(file), frontend=frontend, name=name)
    return replace(made, task="pitch")


def weights(file: OnnxFile) -> dict[str, np.ndarray]:
    """Return the weights that `tracker` takes.

    Raises
    ------
    ValueError
        If the file does not hold the convolutions that are expected.
    """
    shapes: list[tuple[int, ...]] = [(12, 3, 3, 3)]
    gaps, pads = [1], [[1, 1, 1, 1]]
    for _, (rows, columns), gap in BLOCKS:
        shapes += [(12, 12, rows, columns)] * 2
        gaps += [gap] * 2
        around = [gap * (rows // 2), columns // 2]
        pads += [around * 2] * 2
    shapes += [(4, 12, 3, 3), (4, 4, 5, 1), (1, 4, 1, 1), (16, 5, 3), (1, 16, 1)]
    gaps += [1] * 5
    pads += [[1, 1, 0, 1], [2, 0, 2, 0], [0] * 4, [1, 1], [0, 0]]
    found = file.named("Conv")
    if len(found) != len(shapes):
        raise ValueError(f"the file holds {len(found)} convolutions, not {len(shapes)}")
    made: dict[str, np.ndarray] = {}
    for name, one, shape, gap, around in zip(NAMES, found, shapes, gaps, pads, strict=True):
        kernel, bias = _kernel(file, one, shape, gap, around)
        made |= {f"{name}.kernel": kernel, f"{name}.bias": bias}
    return made


def _kernel(
    file: OnnxFile, operation: Operation, shape: tuple[int, ...], gap: int, pads: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias = (file.weight(name) for name in (*operation.inputs, "", "")[1:3])
    how = operation.attributes
    axes = len(shape) - 2
    as_expected = {
        "dilations": [gap, 1][:axes],
        "pads": pads,
        "strides": [1] * axes,
        "group": 1,
    }
    wrong = [name for name, value in as_expected.items() if how.get(name, value) != value]
    if kernel.shape != shape or bias.shape != shape[:1] or wrong:
        what = f"{wrong[0]} {how[wrong[0]]}" if wrong else f"shape {kernel.shape}"
        raise ValueError(f"a convolution has {what}, where one of shape {shape} was expected")
    if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
        raise ValueError("a convolution holds NaN or what is not finite")
    kernel = kernel.astype(np.float32).reshape(*shape[:2], *(1,) * (2 - axes), *shape[2:])
    return kernel.transpose(2, 3, 1, 0), bias.astype(np.float32)
