"""What a feature might listen to: concepts, and where in a sound each is present.

At every place of a picture a concept is present, absent, or undecided. Silent places are undecided,
or a feature that follows loudness would pass for a detector of anything that sounds; so are places
where the truth is unclear, such as the edges of an attack. A concept also has a strength, the
response of a perfect feature for it, such as spectral flux for onsets. Probes know where concepts
are (`Probe`); in other clips descriptors estimate it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from auralise_jax.audio import Clip
from auralise_jax.insight.analysis import Analysis, Parts, Picture
from auralise_jax.probes.sounding import Probe

Mask = Bool[np.ndarray, "_freq _time"]
"""Shape (1, time) for concepts of moments, (freq, time) for those of places."""

BASS, MELODY, BRIGHT = 130.0, 500.0, 2000.0
"""Hz: a bass tone lies below, a melody above, what is bright above."""
LOW, HIGH = 200.0, 3000.0
"""Hz: where kick drums and hi-hats have most of their attack; a snare is between."""
PITCHES = "C C# D D# E F F# G G# A A# B".split()


@dataclass(frozen=True)
class Concept:
    """Something that a feature may respond to.

    Attributes
    ----------
    name : str
        In plain words, such as ``"onsets"``.
    detector : str
        What a feature is called that responds to it, such as ``"onset detector"``.
    about : str
        What is compared with what.
    strength : str
        What a perfect feature would respond by.
    event : bool
        Whether a moment of it makes a longer stretch count; otherwise half of it must.
    """

    name: str
    detector: str
    about: str
    strength: str
    event: bool = False


CONCEPTS: tuple[Concept, ...] = (
    Concept("onsets", "onset detector", "attacks against held sound", "spectral flux", event=True),
    Concept(
        "sustained partials",
        "sustained-partial detector",
        "partials of held tones against all else that sounds",
        "edges along frequency",
        event=True,
    ),
    Concept("bass", "bass selector", "tones below 130 Hz against sound without", "below 200 Hz"),
    Concept(
        "melody", "melody selector", "the top note against those below", "the top note", event=True
    ),
    Concept(
        "kick", "kick detector", "kicks against other attacks", "flux below 200 Hz", event=True
    ),
    Concept(
        "snare",
        "snare detector",
        "snares against other attacks",
        "flux from 200 to 3000 Hz",
        event=True,
    ),
    Concept(
        "hat", "hi-hat detector", "hi-hats against other attacks", "flux above 3 kHz", event=True
    ),
    Concept(
        "harmonic",
        "harmonic-sound selector",
        "mostly harmonic against mostly percussive",
        "the harmonic part",
    ),
    Concept(
        "percussive",
        "percussive-sound selector",
        "mostly percussive against mostly harmonic",
        "the percussive part",
    ),
    Concept(
        "brightness",
        "brightness selector",
        "spectral centroid above 1.8 kHz against below 800 Hz",
        "above 2 kHz",
    ),
    Concept("noise", "noise-texture selector", "steady noise against held tones", "flatness"),
    Concept("silence", "silence detector", "silence against sound", "silence"),
    *(
        Concept(
            f"pitch class {name}",
            f"pitch-class {name} selector",
            f"tones on {name} against other tones",
            f"rows of {name}",
        )
        for name in PITCHES
    ),
)


class Marks(NamedTuple):
    """Where a concept is present and absent (elsewhere it is undecided), and how strong."""

    present: Mask
    absent: Mask
    strength: Parts
    """Strength of each place, 0 or more, in the model's own domain; the parts add up once they are
    pooled as the network pools."""


def marks_of(sound: Probe | Clip, window: Analysis) -> dict[str, Marks]:
    """Return the marks of every concept in the first window of a sound.

    Parameters
    ----------
    sound : Probe or Clip
        Of a probe the truth is taken, of a clip an estimate.
    window : Analysis
        Of the same sound, from `analyse`.

    Returns
    -------
    dict of str to Marks
        By the names of `CONCEPTS`.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> from auralise_jax.insight.analysis import analyse
    >>> clip = aj.example_clips()["bach"]
    >>> marks = marks_of(clip, analyse(clip, aj.load_model("genre").frontend))
    >>> marks["onsets"].present.shape, marks["melody"].present.shape
    ((1, 173), (257, 173))
    """
    import librosa

    parts = librosa.decompose.hpss(window.magnitude)
    known = _truth(sound, window) if isinstance(sound, Probe) else _estimate(window, *parts)
    strengths = _strengths(window, known.top)
    masks = known.masks | _described(window, _share(*parts))
    return {name: Marks(*masks[name], strengths[name]) for name in strengths}


class _Known(NamedTuple):
    masks: dict[str, tuple[Mask, Mask]]
    top: Bool[np.ndarray, "freq time"]
    """The top note's places."""


def _truth(probe: Probe, window: Analysis) -> _Known:
    near, sounding, loud = window.near, window.sounding, window.loud
    spans = [(one.start, one.end) for one in probe.tones]
    moving = probe.kind in ("sweeps", "vibrato")  # a pitch that moves is a little onset everywhere
    strokes = [(one.time, one.time + one.rise) for one in probe.strokes]
    attack, around = near(strokes, 1.5, 1), near(strokes, 4, 5)
    tones, noise = near(spans), near([(one.start, one.end) for one in probe.bands], 2, 2)
    low = near([(one.start, one.end) for one in probe.tones if one.hz < BASS])
    steady = ~around & sounding
    still = np.full_like(sounding, not moving)
    found = {
        "onsets": (attack & sounding & ~noise & still, steady & ~noise & still),
        "bass": (low & sounding, ~low & sounding),
        "noise": (noise & ~tones & steady, tones & ~noise & steady),
    }
    for drum in ("kick", "snare", "hat"):
        own = [(one.time, one.time) for one in probe.strokes if one.kind == drum]
        found[drum] = (near(own, 0.5, 1.5) & sounding, attack & ~near(own, 3, 5) & sounding)
    classes = [round(69 + 12 * np.log2(one.hz / 440)) % 12 for one in probe.tones]
    for number, name in enumerate(PITCHES):
        own = [span for span, one in zip(spans, classes, strict=True) if one == number]
        here = near(own)
        found[f"pitch class {name}"] = (here & sounding, tones & ~here & sounding)
    masks: dict[str, tuple[Mask, Mask]] = {
        name: (present[None], absent[None]) for name, (present, absent) in found.items()
    }
    partials, top, below = (np.zeros_like(loud) for _ in range(3))
    for one in probe.tones:
        if one.end > one.start + 0.1 and not moving:
            lines = window.frontend.axes.row_at(np.arange(one.hz, window.rows[-1], one.hz))
            held = near([(one.start + 0.1, one.end)])
            partials |= np.isin(np.arange(len(loud)), np.round(lines))[:, None] & held
    sounds = (near(spans, 2, 2) & moving)[None]
    masks["sustained partials"] = (partials & loud, loud & ~_wider(partials, 5) & ~sounds)
    for column, time in enumerate(window.times):
        notes = sorted(one.hz for one in probe.tones if one.start <= time <= one.end)
        if notes and notes[-1] > MELODY:
            places = window.frontend.axes.row_at(np.array(notes))
            near_rows = np.abs(np.arange(len(loud)) - places[:, None]) <= 1.5
            top[:, column] = near_rows[-1]
            below[:, column] = near_rows[:-1].any(axis=0) & ~near_rows[-1]
    # Where the top note sounds alone, there is nothing to choose it from.
    both = below.any(axis=0, keepdims=True)
    masks["melody"] = (top & both & loud, below & loud)
    return _Known(masks, top)


def _estimate(window: Analysis, harmonic: Picture, percussive: Picture) -> _Known:
    """Estimate by what music information retrieval calls the usual descriptors."""
    import librosa

    sounding, loud, magnitude = window.sounding, window.loud, window.magnitude
    frontend = window.frontend
    flux = window.flux
    envelope = flux.mean(axis=0)
    onsets = librosa.onset.onset_detect(
        onset_envelope=envelope,
        units="frames",
        sr=frontend.sample_rate,
        hop_length=round(window.hop * frontend.sample_rate),
    )
    times = window.times[onsets]
    strokes = list(zip(times, times, strict=True))
    attack, around = window.near(strokes, 1.5, 1), window.near(strokes, 4, 5)
    steady = ~around & sounding
    tonal = _share(harmonic, percussive) > 0.5
    power = np.square(harmonic)
    low = power[window.rows < BASS].sum(axis=0) / np.maximum(power.sum(axis=0), _TINY)
    flatness = librosa.feature.spectral_flatness(S=np.maximum(magnitude, _TINY))[0]
    is_stft = window.bins is window.magnitude
    tones = harmonic if is_stft else librosa.decompose.hpss(window.bins)[0]
    chroma = librosa.feature.chroma_stft(
        S=np.square(tones), sr=frontend.sample_rate, n_fft=2 * (len(tones) - 1), tuning=0.0
    )
    found = {
        "onsets": (attack & sounding, steady),
        "bass": ((low > 0.2) & tonal & sounding, (low < 0.02) & sounding),
        "noise": ((flatness > 0.3) & steady, (flatness < 0.05) & steady),
    }
    shares = np.stack([_rows(flux, window.rows, *band).sum(axis=0) for band in _BANDS.values()])
    strongest = np.argmax(shares / np.maximum(shares.mean(axis=1, keepdims=True), _TINY), axis=0)
    for number, drum in enumerate(_BANDS):
        own = [(time, time) for frame, time in zip(onsets, times, strict=True)
               if strongest[frame] == number and not tonal[frame]]  # fmt: skip
        found[drum] = (
            window.near(own, 0.5, 1.5) & sounding,
            attack & ~window.near(own, 3, 5) & sounding,
        )
    for number, name in enumerate(PITCHES):
        found[f"pitch class {name}"] = (
            (chroma[number] > 0.9) & tonal & sounding,
            (chroma[number] < 0.3) & tonal & sounding,
        )
    masks: dict[str, tuple[Mask, Mask]] = {
        name: (present[None], absent[None]) for name, (present, absent) in found.items()
    }
    above, under = np.roll(magnitude, -1, axis=0), np.roll(magnitude, 1, axis=0)
    peaks = (magnitude >= above) & (magnitude > under) & loud
    held = peaks & (harmonic > percussive) & steady
    masks["sustained partials"] = (held, loud & ~_wider(held, 5))
    high = peaks & (harmonic > percussive) & (window.rows[:, None] > MELODY / 2)
    top = np.zeros_like(loud)
    # The highest peak within 12 dB of the frame's loudest: a fundamental more often than not.
    strong = high & (magnitude > 0.25 * magnitude.max(axis=0, keepdims=True))
    columns = np.flatnonzero(strong.any(axis=0))
    top[len(top) - 1 - np.argmax(strong[::-1, columns], axis=0), columns] = True
    below = strong & ~_wider(top, 3) & top.any(axis=0, keepdims=True)
    both = below.any(axis=0, keepdims=True)
    masks["melody"] = (_wider(top, 1) & both & loud, _wider(below, 1) & loud)
    return _Known(masks, _wider(top, 1))


def _described(window: Analysis, share: Float[np.ndarray, " time"]) -> dict[str, tuple[Mask, Mask]]:
    """Mark what the picture itself says, of probes too; `share` is what of a frame is harmonic."""
    sounding, magnitude = window.sounding, window.magnitude
    centroid = (window.rows[:, None] * magnitude).sum(axis=0)
    centroid /= np.maximum(magnitude.sum(axis=0), _TINY)
    found = {
        "harmonic": ((share > 0.7) & sounding, (share < 0.3) & sounding),
        "percussive": ((share < 0.3) & sounding, (share > 0.7) & sounding),
        "brightness": ((centroid > 1800) & sounding, (centroid < 800) & sounding),
        "silence": (~sounding, sounding),
    }
    return {name: (present[None], absent[None]) for name, (present, absent) in found.items()}


def _strengths(window: Analysis, top: Bool[np.ndarray, "freq time"]) -> dict[str, Parts]:
    import librosa

    picture, rows, flux = window.above, window.rows, window.flux
    harmonic, percussive = librosa.decompose.hpss(picture)
    flatness = librosa.feature.spectral_flatness(S=np.maximum(window.magnitude, _TINY))
    nearest = np.round(69 + 12 * np.log2(np.maximum(rows, 1) / 440)).astype(int) % 12
    found = {
        "onsets": flux,
        "sustained partials": window.edges,
        "bass": _rows(picture, rows, 0, LOW),
        "melody": picture * top,
        **{drum: _rows(flux, rows, *band) for drum, band in _BANDS.items()},
        "harmonic": harmonic,
        "percussive": percussive,
        "brightness": _rows(picture, rows, BRIGHT, np.inf),
        "noise": picture * flatness,
        "silence": np.where(window.sounding, 0.0, 1.0) * np.ones_like(picture),
        **{
            f"pitch class {name}": picture * (nearest == number)[:, None]
            for number, name in enumerate(PITCHES)
        },
    }
    return {name: one if one.ndim == 3 else one[None] for name, one in found.items()}


_BANDS = {"kick": (0.0, LOW), "snare": (LOW, HIGH), "hat": (HIGH, np.inf)}
_TINY = float(np.finfo(np.float32).tiny)


def _rows(picture: Picture, rows: Float[np.ndarray, " freq"], low: float, high: float) -> Picture:
    return picture * ((rows >= low) & (rows < high))[:, None]


def _share(harmonic: Picture, percussive: Picture) -> Float[np.ndarray, " time"]:
    """Return how much of each frame's energy is harmonic."""
    first, second = (np.square(part).sum(axis=0) for part in (harmonic, percussive))
    found: Float[np.ndarray, " time"] = first / np.maximum(first + second, _TINY)
    return found


def _wider(mask: Bool[np.ndarray, "freq time"], bins: int) -> Bool[np.ndarray, "freq time"]:
    """Widen along frequency."""
    found = mask.copy()
    for step in range(1, bins + 1):
        found[step:] |= mask[:-step]
        found[:-step] |= mask[step:]
    return found
