"""What sounds when: the ground truth of a probe.

A probe is a simple sound about which everything is known, so that a feature's response can be
compared with a cause. `probes` makes chords on instruments, `stimuli` everything else, on a
`canvas` that notes down what it plays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of

Array = NDArray[np.float64]
StrokeKind = Literal["note", "click", "kick", "snare", "hat", "noise"]
STROKES: tuple[StrokeKind, ...] = get_args(StrokeKind)


@dataclass(frozen=True)
class Tone:
    """A pitched sound, with or without partials.

    Parameters
    ----------
    start, end : float
        Seconds; `end` is when the key is released.
    hz : float
        Fundamental, more than 0.
    level_db : float
        At most 0; 0 is the probe's loudest.

    Raises
    ------
    ValueError
        If a value lies outside its range.

    Examples
    --------
    >>> Tone(0.0, 1.0, 440.0).level_db
    0.0
    """

    start: float
    end: float
    hz: float
    level_db: float = 0.0

    def __post_init__(self) -> None:
        _check_span(self.start, self.end)
        if not 0 < self.hz < math.inf:
            raise ValueError(f"hz must be more than 0, got {self.hz}")
        _check_level(self.level_db)


@dataclass(frozen=True)
class Stroke:
    """An attack.

    Parameters
    ----------
    time : float
        Seconds at which the sound begins to rise.
    rise : float
        Seconds until it is at its loudest; 0 is as sharp as a click.
    kind : {"note", "click", "kick", "snare", "hat", "noise"}
        What is struck; chords are one "note".
    level_db : float
        At most 0; 0 is the probe's loudest.

    Raises
    ------
    ValueError
        If a value lies outside its range, or the kind is unknown.

    Examples
    --------
    >>> Stroke(0.5, kind="kick").rise
    0.0
    """

    time: float
    rise: float = 0.0
    kind: StrokeKind = "note"
    level_db: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.time < math.inf:
            raise ValueError(f"time must be at least 0 s, got {self.time}")
        if not 0 <= self.rise < math.inf:
            raise ValueError(f"rise must be at least 0 s, got {self.rise}")
        one_of("kind", self.kind, STROKES)
        _check_level(self.level_db)


@dataclass(frozen=True)
class Band:
    """Noise that fills a range of frequencies.

    Parameters
    ----------
    start, end : float
        Seconds.
    low, high : float
        In Hz, 0 or more, `low` below `high`.
    level_db : float
        At most 0; 0 is the probe's loudest.

    Raises
    ------
    ValueError
        If a value lies outside its range.

    Examples
    --------
    >>> Band(0.0, 1.0, low=100, high=400).high
    400
    """

    start: float
    end: float
    low: float
    high: float
    level_db: float = 0.0

    def __post_init__(self) -> None:
        _check_span(self.start, self.end)
        if not 0 <= self.low < self.high < math.inf:
            raise ValueError(
                f"low must be at least 0 Hz and below high, got {self.low} and {self.high}"
            )
        _check_level(self.level_db)


@dataclass(frozen=True, eq=False, repr=False)
class Probe:
    """A sound, and what is in it.

    Parameters
    ----------
    clip : Clip
        The sound; 4 s long where this package makes it.
    kind : str
        Its group: "chords", "clicks", ...
    attributes : mapping of str to str or float
        What distinguishes it within its group, as ``{"instrument": "piano", "key": "Bb3"}``.
    tones, strokes, bands : tuple of Tone, Stroke, Band
        What sounds when, in any order; kept sorted by time.

    Raises
    ------
    ValueError
        If something happens after the clip's end.

    Examples
    --------
    >>> clip = Clip(np.zeros(44_100), 11_025)
    >>> Probe(clip, "clicks", {"tempo": 60.0}, strokes=(Stroke(2.5), Stroke(1.5)))
    <Probe clicks: tempo 60; 2 onsets in 4.00 s>
    """

    clip: Clip
    kind: str
    attributes: Mapping[str, str | float] = field(default_factory=dict)
    tones: tuple[Tone, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    bands: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", dict(self.attributes))
        tones = sorted(self.tones, key=lambda tone: (tone.start, tone.end, tone.hz))
        strokes = sorted(self.strokes, key=lambda stroke: stroke.time)
        bands = sorted(self.bands, key=lambda band: (band.start, band.end, band.low))
        for name, sounds in (("tones", tones), ("strokes", strokes), ("bands", bands)):
            object.__setattr__(self, name, tuple(sounds))
        ends = [tone.end for tone in tones] + [band.end for band in bands]
        last = max(ends + [stroke.time for stroke in strokes], default=0.0)
        # A microsecond forgives the rounding of a length in samples.
        if last > self.clip.duration + 1e-6:
            raise ValueError(
                f"everything must lie within the clip's {self.clip.duration:.3f} s, but something "
                f"ends at {last:.3f} s"
            )

    @property
    def onsets(self) -> Array:
        """Times of the strokes in seconds, ascending, shape (n,); simultaneous ones count once."""
        return np.unique(np.array([stroke.time for stroke in self.strokes]))

    @property
    def name(self) -> str:
        """Its attributes in words, or its kind if it has none."""
        words = [
            f"{key} {value if isinstance(value, str) else format(value, 'g')}"
            for key, value in self.attributes.items()
        ]
        return ", ".join(words) or self.kind

    def __repr__(self) -> str:
        return (
            f"<Probe {self.kind}: {self.name}; {len(self.onsets)} onsets in "
            f"{self.clip.duration:.2f} s>"
        )


def _check_span(start: float, end: float) -> None:
    if not 0 <= start < end < math.inf:
        raise ValueError(
            f"start must be at least 0 s and before end, got start {start} and end {end}"
        )


def _check_level(level_db: float) -> None:
    if not -math.inf < level_db <= 0:
        raise ValueError(f"level_db must be at most 0 dB, the probe's loudest, got {level_db}")
