"""Contents of a panel: plain facts, uint8 pictures and int16 sound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip
from auralise_jax.audio.display import decibels
from auralise_jax.audio.encode import encode
from auralise_jax.insight.likeness_interval import Ends
from auralise_jax.insight.survey import Survey
from auralise_jax.listening import Auralised, Projection

DB_RANGE = (-100.0, 0.0)
"""Range of a byte, re the source's peak; a step is 0.39 dB."""

ALIKE = 0.3
"""Average correlation within a group; with a higher value deep layers have few groups."""


@dataclass(frozen=True)
class Shown:
    """A feature as a panel shows and plays it."""

    pixels: bytes
    sound: Auralised
    facts: dict[str, Any]

    @property
    def pcm(self) -> bytes:
        """The sound as `pcm16` sends it."""
        return pcm16(self.sound)


def pixels(magnitude: Float[np.ndarray, "freq time"], peak: float) -> bytes:
    """Quantise magnitudes to uint8 steps of dB re `peak`; row-major, row 0 lowest."""
    low, high = DB_RANGE
    steps = (decibels(magnitude, peak, low) - low) * (255 / (high - low))
    return np.clip(np.round(steps), 0, 255).astype(np.uint8).tobytes()


def full_scale(clip: Clip) -> float:
    """Return the value that full scale stands for when a clip is sent as whole numbers."""
    return max(1.0, clip.peak)


def pcm16(clip: Clip) -> bytes:
    """Return little-endian int16 samples; full scale stands for `full_scale`."""
    return np.round(clip.samples * (32767 / full_scale(clip))).astype("<i2").tobytes()


def coded(clip: Clip, suffix: str) -> bytes:
    """Return a sound as a file of that kind; full scale stands for `full_scale`."""
    return encode(clip.samples / full_scale(clip), clip.sample_rate, suffix)


def survey(found: Survey) -> dict[str, Any]:
    """Return the facts about the features of a layer, ranked and grouped.

    Until its control is known, or why there is none, there is no ranking: `order` is None.
    """
    waits = found.control is None and not found.no_control
    return {
        "order": None if waits else found.order.tolist(),
        "no_control": found.no_control,
        "verdict": found.verdict,
        "similar": found.similar.tolist(),
        "interest": _rounded(found.interest, 5),
        "energy": _rounded(found.energy, 5),
        "likeness": _rounded(found.likeness),
        "likeness_interval": _ends(found.likeness_interval),
        "control_range": found.control_range and [round(end, 3) for end in found.control_range],
        "sparseness": _rounded(found.sparseness),
        "twin": found.twin.tolist(),
        "redundancy": _rounded(found.redundancy),
        "copies": found.copies.tolist(),
        "group": found.group.tolist(),
        "alike": found.alike,
    }


def _rounded(values: np.ndarray, digits: int = 3) -> list[float]:
    numbers: list[float] = values.astype(float).round(digits).tolist()
    return numbers


def _ends(intervals: Ends | None) -> list[list[float] | None] | None:
    if intervals is None:
        return None
    return [None if np.isnan(low) else [low, high] for low, high in intervals.round(3).tolist()]


def show(projection: Projection, peak: float, resynthesis: str = "phase") -> Shown:
    """Make a projection visible, in dB re the source's `peak`, and audible, level matched.

    Magnitudes by "mask" may be of any size, since no peak is matched: the picture is brought to the
    peak of the source; ``picture_db`` says by how much.
    """
    made = projection.resynthesise(resynthesis)
    sound = projection.finish(made)
    magnitude = np.asarray(made.magnitude)
    own, picture_db = float(magnitude.max()), 0.0
    if resynthesis != "phase" and own > 0 and peak > 0:
        picture_db = 20 * math.log10(peak / own)
    return Shown(
        pixels(magnitude, peak * 10 ** (-picture_db / 20)),
        sound,
        {
            "feature": projection.feature,
            "silent": sound.silent,
            "note": "silent for this clip" if sound.silent else sound.note,
            "scale": full_scale(sound),
            "scale_db": sound.scale_db,
            "gain_db": sound.gain_db,
            "limited_db": sound.limited_db,
            "picture_db": picture_db,
            "matched": not (sound.silent or sound.note),
            **({} if projection.cell is None else {"cell": list(projection.cell)}),
        },
    )
