"""What decoders give, many channels at a time, made into what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

Block = Float32[np.ndarray, " samples"]
Frames = Float32[np.ndarray, "samples channels"]

_IN_ORDER = 8  # channels; NumPy adds fewer one after another, too


def average(frames: Frames) -> Block:
    """Return the mean of all channels, the same numbers as ``frames.mean(axis=1)``, but sooner."""
    channels = frames.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused later
        if channels >= _IN_ORDER:
            return np.asarray(frames.mean(axis=1))
        mean = frames[:, 0].copy()
        for channel in range(1, channels):
            mean += frames[:, channel]
        if channels > 1:
            mean /= np.float32(channels)
        return mean


def take(decoded: Iterator[Frames], first: int, count: float) -> Iterator[tuple[int, Frames]]:
    """Yield what lies in `count` frames from `first` on, and how many were decoded until then.

    Blocks before `first` are empty. Nothing is asked of the decoder that is not needed.
    """
    end = 0
    for frames in decoded:
        wanted = frames[max(0, first - end) :]
        wanted = wanted[: int(min(count, len(wanted)))]
        end += len(frames)
        count -= len(wanted)
        yield end, wanted
        if count <= 0:
            return
