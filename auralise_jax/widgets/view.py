"""What a panel is told: plain facts, uint8 pictures and int16 sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip
from auralise_jax.audio.display import decibels
from auralise_jax.listening import Auralised, Listening, Projection
from auralise_jax.network.rules import RULES

DB_RANGE = (-80.0, 0.0)
"""What the colours span, re the source's peak; one step of a byte is 0.31 dB."""


@dataclass(frozen=True)
class Shown:
    """One feature as a panel shows and plays it."""

    pixels: bytes
    sound: Auralised
    facts: dict[str, Any]


def pixels(magnitude: Float[np.ndarray, "freq time"], peak: float) -> bytes:
    """Quantise magnitudes to uint8 steps of dB re `peak`; row-major, row 0 = DC."""
    low, high = DB_RANGE
    steps = (decibels(magnitude, peak, low) - low) * (255 / (high - low))
    return np.clip(np.round(steps), 0, 255).astype(np.uint8).tobytes()


def full_scale(clip: Clip) -> float:
    """Return the value that full scale stands for when a clip is sent as whole numbers."""
    return max(1.0, clip.peak)


def pcm16(clip: Clip) -> bytes:
    """Return little-endian int16 samples; full scale stands for `full_scale`."""
    return np.round(clip.samples * (32767 / full_scale(clip))).astype("<i2").tobytes()


def source_magnitude(heard: Listening) -> Float[np.ndarray, "freq time"]:
    """Return the source's magnitudes, compression undone, as resynthesis would invert them."""
    return np.asarray(heard.model.frontend.expand(heard.picture))


def facts(heard: Listening, title: str) -> dict[str, Any]:
    """Return what stays the same while layer, feature and rule change."""
    model, frontend = heard.model, heard.model.frontend
    bins, frames = frontend.shape
    classes = list(heard.predict().items()) if model.classes else None
    notes = []
    if heard.padded:
        notes.append(
            f"the clip has {heard.clip.duration:.2f} s here; padded with silence to "
            f"{frontend.duration:g} s"
        )
    return {
        "model": model.name,
        "clip": title,
        "classes": classes,
        "layers": [_layer(heard, number) for number in range(1, len(model.layers) + 1)],
        "rules": list(RULES),
        "sample_rate": frontend.sample_rate,
        "n_fft": frontend.n_fft,
        "hop_length": frontend.hop_length,
        "bins": bins,
        "frames": frames,
        "start": heard.start,
        "duration": heard.clip.duration,
        "db_range": list(DB_RANGE),
        "codec": "pcm16",
        "source_scale": full_scale(heard.clip),
        "notes": notes,
    }


def _layer(heard: Listening, number: int) -> dict[str, Any]:
    architecture, frontend = heard.model.architecture, heard.model.frontend

    def seconds_and_hertz(rows: int, frames: int) -> tuple[float, float]:
        return frames * frontend.hop_length / frontend.sample_rate, (
            rows * frontend.sample_rate / frontend.n_fft
        )

    rows, frames = architecture.receptive_field(number)
    hops, hz = seconds_and_hertz(rows, frames - 1)  # a frame is a window long, the others add hops
    reported_s, reported_hz = seconds_and_hertz(*architecture.reported_field(number))
    return {
        "name": architecture.layers[number - 1],
        "features": architecture.features[number - 1],
        "map": list(architecture.map_size(frontend.shape, number)),
        "sees": {"ms": 1000 * (hops + frontend.n_fft / frontend.sample_rate), "hz": hz},
        "reported": {"ms": 1000 * reported_s, "hz": reported_hz},
        "available": None,
    }


def show(shot: Projection, peak: float) -> Shown:
    """Make a projection visible, in dB re the source's `peak`, and audible, level matched."""
    made = shot.resynthesise()
    sound = shot.finish(made)
    return Shown(
        pixels(np.asarray(made.magnitude), peak),
        sound,
        {
            "layer": shot.layer,
            "feature": shot.feature,
            "rule": shot.rule,
            "silent": sound.silent,
            "note": "silent for this clip" if sound.silent else sound.note,
            "scale": full_scale(sound),
            "scale_db": sound.scale_db,
            "gain_db": sound.gain_db,
            "limited_db": sound.limited_db,
            "loudness": _loudness(sound),
        },
    )


def _loudness(sound: Auralised) -> str:
    if sound.silent:
        return "silent"
    if sound.note:
        return "level not matched"
    return f"level matched, {sound.level}"
