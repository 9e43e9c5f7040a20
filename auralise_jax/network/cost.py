"""What a model costs, known from its shapes before anything runs, and the limit to that.

Legal settings can ask for more than any machine has: 600 s at 768 kHz, kernels of 99 x 99, 65,536
maps. The limits leave room for 30 s at 44.1 kHz and 64 maps a layer, sixty times the shipped model.
"""

from __future__ import annotations

import math
import os
from typing import NamedTuple

import numpy as np

from auralise_jax.frontend import AnyFrontend
from auralise_jax.frontend.framed import Framed
from auralise_jax.network.layer import Layer

GIGABYTES = 4.0
"""Of memory, for a window or a layer's projections; ``AURALISE_MAX_GB`` names another limit."""

GIGAFLOP = 500.0
"""For hearing a window and projecting; ``AURALISE_MAX_GFLOP`` names another limit."""


class Cost(NamedTuple):
    """What a network asks of a machine."""

    window: int
    """Bytes of memory to hear a window and project a feature, roughly."""
    layer: int
    """Bytes of the largest layer's projections, all at once."""
    flop: int
    """Floating-point operations to hear a window and project a feature of the last layer."""


def check_window(network: Cost, frontend: AnyFrontend, windows: int = 1) -> None:
    """Make sure that hearing with a model keeps within the limits, and its gain within float32.

    Parameters
    ----------
    network : Cost
        What the network asks for.
    frontend : AnyFrontend
        Of the model.
    windows : int
        How many are in memory at once.

    Raises
    ------
    ValueError
        If it takes more memory or more operations than the limits allow; the message names both.
        If float32 does not hold the gain.
    """
    low, high = (float(one) for one in (np.finfo(np.float32).tiny, np.finfo(np.float32).max))
    gain = getattr(frontend, "gain", 1.0)
    if not low <= gain <= high:
        raise ValueError(
            f"this model's gain, {gain:g}, is outside of what float32 holds, "
            f"{low:.1e} to {high:.1e}"
        )
    check_cost(with_frontend(network, frontend), windows)


def check_cost(asked: Cost, windows: int = 1) -> None:
    """Make sure that a cost keeps within the limits; raise ValueError as `check_window` does."""
    _check("hearing a window", asked.window * windows, 1e9, "GB of memory", "MAX_GB", GIGABYTES)
    _check("hearing a window", asked.flop, 1e9, "GFLOP", "MAX_GFLOP", GIGAFLOP)


def with_frontend(network: Cost, frontend: AnyFrontend) -> Cost:
    """Return what a network costs together with its front end.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> model = aj.load_model("genre")
    >>> shipped = with_frontend(model.network.cost(), model.frontend)
    >>> round(shipped.window / 1e6), round(shipped.layer / 1e6), round(shipped.flop / 1e9, 1)
    (41, 11, 2.3)
    """
    if isinstance(frontend, Framed):  # counted, since the axes alone can be more than memory holds
        n_fft = sum(getattr(frontend, "n_ffts", (frontend.n_fft,)))
        frames = frontend.columns(frontend.samples)
    else:
        n_fft, frames = 2 * (len(frontend.bins.hz) - 1), len(frontend.bins.seconds)
    spectrum = frames * n_fft
    # The frames, where each begins, and their transform, there and back.
    window = 4 * (frontend.samples + 6 * spectrum)
    flop = 10 * spectrum * round(math.log2(n_fft))
    return Cost(network.window + window, network.layer, network.flop + flop)


def check_layer(layer: Layer, picture_shape: tuple[int, ...]) -> None:
    """Make sure that the projections of a whole layer keep within the limit.

    Raises
    ------
    ValueError
        If they take more memory than that.
    """
    size = 4 * math.prod(picture_shape) * layer.features
    _check(f"projecting layer {layer.name}", size, 1e9, "GB of memory", "MAX_GB", GIGABYTES)


def check_part(seconds: float, bytes_a_second: float) -> None:
    """Make sure that projecting a part of a song keeps within the limit.

    Raises
    ------
    ValueError
        If it takes more memory than that; the message says how long a part may be.

    Examples
    --------
    >>> check_part(180.0, 400e3)
    """
    most = _limit("MAX_GB", GIGABYTES)
    if seconds * bytes_a_second > most * 1e9:
        longest = most * 1e9 / bytes_a_second
        raise ValueError(
            f"projecting {seconds:.0f} s of a song with this model takes about "
            f"{seconds * bytes_a_second / 1e9:.3g} GB of memory, more than the limit of {most:g}; "
            f"project a part of at most {longest:.0f} s (start=, end=), or set the environment "
            "variable AURALISE_MAX_GB higher"
        )


def check_windows(windows: int, bytes_a_window: int) -> None:
    """Make sure that what is kept of a song's windows keeps within the limit.

    Raises
    ------
    ValueError
        If it takes more memory than that.

    Examples
    --------
    >>> check_windows(180, 2000)
    """
    most = _limit("MAX_GB", GIGABYTES)
    if windows * bytes_a_window > most * 1e9:
        raise ValueError(
            f"{windows:,} windows of this model take {windows * bytes_a_window / 1e9:.3g} GB of "
            f"memory, more than the limit of {most:g}; take a longer hop, or set the environment "
            "variable AURALISE_MAX_GB higher"
        )


def _limit(variable: str, usual: float) -> float:
    text = os.environ.get(f"AURALISE_{variable}") or f"{usual}"
    try:
        most = float(text)
    except ValueError:
        most = math.nan
    if not most > 0:
        raise ValueError(f"AURALISE_{variable} must be a number above 0, not {text!r}")
    return most


def _check(work: str, asked: float, unit: float, name: str, variable: str, usual: float) -> None:
    most = _limit(variable, usual)
    if asked > most * unit:
        needed = f"{asked / unit:.3g}"
        raise ValueError(
            f"{work} with this model takes about {needed} {name}, more than the limit of {most:g}; "
            f"use a smaller model, or set the environment variable AURALISE_{variable} higher"
        )
