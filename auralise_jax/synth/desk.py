"""The settings of a mix: plain settings, and settings drawn from a seed.

What a seed draws covers what recordings differ in: balance, tone, room, noise, loudness, and the
apparatus they are played on. A network that hears all of it learns music rather than a mix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Desk:
    """How a mix is made; the defaults are the plain mix.

    Parameters
    ----------
    gains_db, tilts_db : tuple of float
        For each part, the gain and the tilt (highs up, lows down) in dB. Empty: none.
    reverb, room_seconds : float
        Share of the room's sound, and its length in seconds.
    shelves_db : (float, float)
        Gains of the shelves below 150 Hz and above 2.5 kHz.
    peaks : tuple of (float, float, float)
        Centre in Hz, gain in dB and Q of bands.
    high_pass, low_pass : float, optional
        Corner frequencies of the filters, in Hz.
    order : int
        Of both filters.
    lower_rate : float, optional
        Sampling rate in Hz of an old sampler, through which the mix goes.
    ratio : float
        Of the compressor.
    drive_db : float, optional
        Gain before the saturation.
    hiss_db, crackle_db : float, optional
        Level of noise and clicks, relative to the music's RMS.
    hiss_colour : float
        See `effects.hiss`.
    """

    gains_db: tuple[float, ...] = ()
    tilts_db: tuple[float, ...] = ()
    reverb: float = 0.12
    room_seconds: float = 1.2
    shelves_db: tuple[float, float] = (0.0, 0.0)
    peaks: tuple[tuple[float, float, float], ...] = ()
    high_pass: float | None = None
    low_pass: float | None = None
    order: int = 2
    lower_rate: float | None = None
    ratio: float = 1.0
    drive_db: float | None = None
    hiss_db: float | None = None
    hiss_colour: float = 0.0
    crackle_db: float | None = None


def draw_desk(rng: np.random.Generator, parts: int) -> Desk:
    """Draw settings for a number of parts.

    Examples
    --------
    >>> len(draw_desk(np.random.default_rng(1), parts=5).gains_db)
    5
    """

    def maybe(chance: float, low: float, high: float) -> float | None:
        value = float(rng.uniform(low, high))
        return value if rng.random() < chance else None

    wide = rng.random() < 0.6  # the rest is played through small loudspeakers
    bands = int(rng.integers(0, 4))
    return Desk(
        gains_db=tuple(np.clip(rng.normal(0, 2.8, parts), -6, 6).tolist()),
        tilts_db=tuple(np.clip(rng.normal(0, 4, parts), -9, 9).tolist()),
        reverb=float(rng.choice([0.0, 0.05, 0.12, 0.2, 0.35])),
        room_seconds=float(rng.uniform(0.3, 2.2)),
        shelves_db=(float(rng.normal(0, 3)), float(rng.normal(0, 4))),
        peaks=tuple(
            (float(100 * 40 ** rng.random()), float(rng.normal(0, 4)), float(rng.uniform(0.5, 3)))
            for _ in range(bands)
        ),
        high_pass=maybe(0.15, 20, 60) if wide else maybe(0.5, 60, 220),
        low_pass=None if wide else maybe(0.75, 2_000, 5_000),
        order=int(rng.integers(1, 5)),
        lower_rate=maybe(0.08, 5_000, 9_000),
        ratio=float(rng.choice([1.0, 1.0, rng.uniform(1.5, 6)])),
        drive_db=maybe(0.35, 0, 9),
        hiss_db=maybe(0.5, -60, -26),
        hiss_colour=float(rng.uniform(0, 0.95)),
        crackle_db=maybe(0.15, -40, -22),
    )
