"""A clip in a notebook: a player above a spectrogram."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.audio.encode import encode
from auralise_jax.document import data_url

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from auralise_jax.audio.figure import ShownFigure

_LONGEST = 60.0
"""Seconds of sound put in a notebook; more would bloat the saved file."""

_RANGE_DB = 80.0


def new_figure(width: float = 8.0, height: float = 3.0) -> ShownFigure:
    """Return a figure; matplotlib takes long to import, so it is imported only here."""
    from auralise_jax.audio.figure import ShownFigure

    return ShownFigure(width, height)


def show_picture(
    axes: Axes,
    picture: np.ndarray,
    seconds: float,
    nyquist: float,
    hz: np.ndarray | None = None,
    **settings: Any,
) -> Any:
    """Draw a (freq, time) picture with its axes in seconds and kilohertz; return the image.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    picture : array, shape (freq, time)
        Row 0 lowest.
    seconds, nyquist : float
        Width of the picture, and the frequency at its top if its rows are equally spaced in hertz.
    hz : array of float, shape (freq,), optional
        Centre of each row, rising, if they are not: they are drawn at equal heights all the same.
    **settings
        For ``Axes.imshow``.
    """
    top = nyquist / 1000 if hz is None else float(len(hz))
    image = axes.imshow(
        picture,
        origin="lower",
        aspect="auto",
        extent=(0.0, seconds, 0.0, top),
        interpolation="nearest",
        **settings,
    )
    if hz is not None:
        rows = np.arange(len(hz)) + 0.5
        steps = [step * 10.0**k for k in range(1, 5) for step in (1, 2, 5)]
        ticks = [tick for tick in steps if hz[0] <= tick <= hz[-1]]
        axes.set_yticks(np.interp(ticks, hz, rows), [f"{tick / 1000:g}" for tick in ticks])
    axes.set(xlabel="Time (s)", ylabel="Frequency (kHz)")
    return image


def signed_norm(limit: float) -> Any:
    """Return a matplotlib norm from -limit to limit in which a hundredth of it can still be seen.

    Colours go by the square root of the magnitude, so that a hundredth has a tenth of the colour;
    a colour bar made of it has the values themselves at its ticks.
    """
    from matplotlib.colors import FuncNorm

    return FuncNorm((_signed_root, _signed_square), vmin=-limit, vmax=limit)


def _signed_root(value: np.ndarray) -> np.ndarray:
    root: np.ndarray = np.sign(value) * np.sqrt(np.abs(value))
    return root


def _signed_square(value: np.ndarray) -> np.ndarray:
    square: np.ndarray = np.sign(value) * np.square(value)
    return square


def decibels(magnitude: np.ndarray, peak: float, floor_db: float) -> np.ndarray:
    """Return magnitudes in dB re `peak` (re 1 if it is 0), not below `floor_db`."""
    share = np.asarray(magnitude) / (peak or 1.0)
    return 20 * np.log10(np.maximum(share, 10 ** (floor_db / 20)))


def spectrogram_db(samples: np.ndarray, n_fft: int = 1024) -> np.ndarray:
    """Return a plain magnitude spectrogram (freq, time) in dB re its peak, at most 1000 wide."""
    padded = np.pad(samples, n_fft // 2)
    hop = max(n_fft // 4, -(-len(samples) // 1000))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    magnitude = np.abs(np.fft.rfft(frames * np.hanning(n_fft), axis=1)).T
    return decibels(magnitude, float(magnitude.max()), -_RANGE_DB)


def clip_html(samples: np.ndarray, sample_rate: int, title: str) -> str:
    """Return HTML with a player and a spectrogram, everything inline."""
    excerpt = samples[: int(_LONGEST * sample_rate)]
    sound = encode(excerpt, sample_rate, ".wav")
    figure = new_figure()
    axes = figure.add_subplot()
    image = show_picture(
        axes,
        spectrogram_db(excerpt),
        len(excerpt) / sample_rate,
        sample_rate / 2,
        cmap="magma",
        vmin=-_RANGE_DB,
        vmax=0.0,
    )
    figure.colorbar(image, ax=axes, label="dB re peak")
    name = html.escape(title or "clip")
    cut = f" (first {_LONGEST:.0f} s)" if len(excerpt) < len(samples) else ""
    length = f"{len(samples) / sample_rate:.2f} s at {sample_rate} Hz{cut}"
    return (
        f"<figure style='margin:0'><figcaption>{name}, {length}</figcaption>"
        f"<audio controls src='{data_url('audio/wav', sound)}'></audio>"
        f"<br><img alt='spectrogram of {name}' "
        f"src='{data_url('image/png', figure.png())}'></figure>"
    )
