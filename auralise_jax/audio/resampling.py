"""Resampling block by block, and its limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from auralise_jax.audio.blocks import Block

RATES = (1_000, 768_000)
"""Lowest and highest rate in hertz; a header with a lower rate would turn a file into gigabytes."""

MOST_SAMPLES = 1 << 28
"""Samples of the longest clip: 101 minutes at 44.1 kHz, 1 GB."""


def check_rates(old: int, new: int) -> None:
    """Raise ValueError if sound is not resampled from `old` to `new` hertz."""
    for rate, subject in ((old, "its rate is"), (new, "the rate to resample to is")):
        if not RATES[0] <= rate <= RATES[1]:
            raise ValueError(f"{subject} {rate} Hz; expected {RATES[0]} to {RATES[1]} Hz")


class TooLongError(ValueError):
    """A sound has more samples than a clip may hold."""


def check_length(samples: float, rate: int) -> None:
    """Raise TooLongError if `samples` is more than a clip may have."""
    if samples > MOST_SAMPLES:
        raise TooLongError(
            f"longer than {MOST_SAMPLES / rate:.0f} s at {rate} Hz, the most that is held in "
            "memory at once; pass offset= and duration="
        )


def resampled(blocks: Iterator[Block], old: int, new: int) -> Iterator[Block]:
    """Yield blocks at another rate (soxr, high quality): at least one sample."""
    import soxr

    stream = soxr.ResampleStream(old, new, 1, dtype="float32", quality="HQ")
    done = 0
    for block in blocks:
        chunk = stream.resample_chunk(block)
        done += len(chunk)
        if len(chunk):
            yield chunk
    chunk = stream.resample_chunk(np.zeros(0, np.float32), last=True)
    if len(chunk):
        yield chunk
    elif not done:  # a few samples at a high rate can round to none
        yield np.zeros(1, np.float32)
