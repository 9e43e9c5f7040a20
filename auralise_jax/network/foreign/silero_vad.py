"""Silero VAD's convolutions: what they hear of a voice, in blocks of 32 ms.

The network begins with a convolution by the windows of an STFT, which is the front end here. Above
its other convolutions an LSTM decides from block to block whether there is a voice. No rule says
what comes back through the gates of an LSTM, so that it is left out, and there are no scores.

Blocks are cut 4 ms earlier than in the original. The last of a block's four columns hears the first
4 ms of the next block, where the original hears the block's own end reflected.

References
----------
https://github.com/snakers4/silero-vad (MIT licence).
"""

from __future__ import annotations

import jax
from jaxtyping import Array, Float

from auralise_jax.frontend import Frontend
from auralise_jax.network.foreign.operations import Weights, checked
from auralise_jax.network.model import Model
from auralise_jax.network.tap import tap
from auralise_jax.network.wrapping import wrap

BLOCKS, COLUMNS, BINS = 100, 4, 129
"""Of a picture, 3.2 s of sound; of a block; of a column."""

STRIDES = {"conv1": 1, "conv2": 2, "conv3": 2, "conv4": 1}

SHAPES = {
    "conv1.weight": (128, BINS, 3),
    "conv2.weight": (64, 128, 3),
    "conv3.weight": (64, 64, 3),
    "conv4.weight": (128, 64, 3),
    "conv1.bias": (128,),
    "conv2.bias": (64,),
    "conv3.bias": (64,),
    "conv4.bias": (128,),
}


def features(weights: Weights, picture: Float[Array, "129 columns"]) -> Float[Array, "blocks 128"]:
    """Return what the LSTM would see of a picture; each block is padded with zeros by itself."""
    x = picture.T.reshape(-1, COLUMNS, BINS)
    for name, stride in STRIDES.items():
        x = jax.lax.conv_general_dilated(
            x,
            weights[f"{name}.weight"],
            (stride,),
            ((1, 1),),
            dimension_numbers=("NWC", "OIW", "NWC"),
        )
        x = jax.nn.relu(x + weights[f"{name}.bias"])
        x = tap(x.reshape(-1, x.shape[-1]), name).reshape(x.shape)
    return x[:, 0]


def model(data: bytes, name: str) -> Model:
    """Return the convolutions with their front end: 3.2 s at 16 kHz, magnitudes of 129 bins.

    Raises
    ------
    ValueError
        If the file is damaged, or a tensor is missing or does not fit.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
    except SafetensorError as error:
        raise ValueError(f"it is cut off, damaged or not safetensors ({error})") from None
    hop = 128
    frontend = Frontend(16_000, 2 * (BINS - 1), hop, (BLOCKS * COLUMNS - 1) * hop / 16_000)
    return wrap(features, params=checked(tensors, SHAPES), frontend=frontend, name=name)
