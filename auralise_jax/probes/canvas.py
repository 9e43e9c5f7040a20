"""A canvas: sounds are put onto silence, and noted down as they are."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

import numpy as np

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.probes.sounding import Array, Band, Probe, Stroke, StrokeKind, Tone

Glide = Literal["linear", "exponential"]

SECONDS = 4.0
"""Length of every probe: the clip of arXiv:1607.02444."""
RMS = 0.1
"""Level of a tone or a noise band at 0 dB while it sounds."""
PEAK = 0.3
"""Largest sample of a click or a drum stroke at 0 dB."""
RELEASE = 0.02
"""Seconds in which a canvas's tones and bands fade away after their end."""
STEP = 0.05
"""Seconds: a glide is noted down as tones of this length, each at the pitch of its middle."""

_FADE = 0.03  # seconds at the clip's end, as in `mix`
_DRUMS = {"kick": 36, "snare": 38, "hat": 42}
_DRUM_SECONDS = 1.2


class Canvas:
    """Silence, onto which sounds are put, each noted down as a `Tone`, `Stroke` or `Band`.

    What the truth says and what is heard thus come from the same numbers. 0 dB is `RMS` for tones
    and bands, `PEAK` for clicks and drums.

    Parameters
    ----------
    sample_rate : int
        In Hz, 8000-96000. Partials and noise above 0.45 times this are left out.
    seed : sequence of int
        Draws the noise; it changes nothing of what is noted down.

    Raises
    ------
    ValueError
        If the rate is out of range.

    Examples
    --------
    >>> canvas = Canvas(11_025)
    >>> canvas.tone(0.5, 1.5, 440.0)
    >>> canvas.stroke(2.0, "kick")
    >>> canvas.probe("example", {"what": "one of each"})
    <Probe example: what one of each; 2 onsets in 4.00 s>
    """

    def __init__(self, sample_rate: int, seed: tuple[int, ...] = (0,)) -> None:
        check_sample_rate(sample_rate)
        self.sample_rate = sample_rate
        self.top_hz = 0.45 * sample_rate
        self._sound = np.zeros(round(SECONDS * sample_rate))
        self._noise = np.random.default_rng(seed)
        self._tones: list[Tone] = []
        self._strokes: list[Stroke] = []
        self._bands: list[Band] = []

    def tone(
        self,
        start: float,
        end: float,
        hz: float,
        level_db: float = 0.0,
        *,
        rise: float = 0.01,
        partials: int = 1,
        vibrato: float = 0.0,
        vibrato_hz: float = 5.5,
        struck: bool = True,
    ) -> None:
        """Put a tone of `hz`, whose k-th partial has amplitude 1 / k.

        `vibrato` is its depth to either side in cents; `struck` says whether it is an onset of
        its own, which only one tone of a chord should be.
        """
        self._tones.append(Tone(start, end, hz, level_db))
        if struck:
            self._strokes.append(Stroke(start, rise, "note", level_db))
        t = self._times(start, end)
        phase = 2 * np.pi * hz * t
        if vibrato:
            swing = hz * (2 ** (vibrato / 1200) - 1)
            phase += swing / vibrato_hz * np.sin(2 * np.pi * vibrato_hz * t)
        self._pitched(start, end, phase, hz * 2 ** (vibrato / 1200), level_db, rise, partials)

    def sweep(
        self,
        start: float,
        end: float,
        start_hz: float,
        stop_hz: float,
        level_db: float = 0.0,
        *,
        shape: Glide = "linear",
        rise: float = 0.01,
    ) -> None:
        """Put a pure glide, linear in Hz or in octaves; noted as one stroke and tones of `STEP`."""
        length = end - start

        def hz_at(x: Array) -> Array:
            if shape == "linear":
                return np.asarray(start_hz + (stop_hz - start_hz) * x / length)
            return np.asarray(start_hz * (stop_hz / start_hz) ** (x / length))

        t = self._times(start, end)
        # It stays at its last pitch while it fades away.
        hz = hz_at(np.minimum(t, length))
        phase = 2 * np.pi * np.cumsum(hz) / self.sample_rate
        self._pitched(start, end, phase, float(hz.max()), level_db, rise, partials=1)
        steps = max(1, round(length / STEP))
        edges = start + length * np.arange(steps + 1) / steps
        pitches = hz_at(length * (np.arange(steps) + 0.5) / steps)
        for begin, stop, pitch in zip(edges[:-1], edges[1:], pitches, strict=True):
            self._tones.append(Tone(float(begin), float(stop), float(pitch), level_db))
        self._strokes.append(Stroke(start, rise, "note", level_db))

    def band(
        self,
        start: float,
        end: float,
        low: float,
        high: float,
        level_db: float = 0.0,
        *,
        rise: float = 0.01,
    ) -> None:
        """Put noise between `low` and `high` Hz; what the sampling rate cannot hold is cut off."""
        high = min(high, self.top_hz)
        self._bands.append(Band(start, end, low, high, level_db))
        self._strokes.append(Stroke(start, rise, "noise", level_db))
        white = self._noise.standard_normal(len(self._times(start, end)))
        spectrum = np.fft.rfft(white)
        hz = np.fft.rfftfreq(len(white), 1 / self.sample_rate)
        spectrum[(hz < low) | (hz > high)] = 0
        noise = np.fft.irfft(spectrum, len(white))
        noise *= RMS / np.sqrt(np.mean(noise**2))
        self._lay(start, noise * self._envelope(start, end, rise), level_db)

    def stroke(self, time: float, kind: StrokeKind, level_db: float = 0.0, *, kit: int = 0) -> None:
        """Put a click (10 ms of white noise, falling) or a drum of the additive engine.

        `kit` 0 is the plain drum; any other number draws one of the same kind.
        """
        if kind == "click":
            t = np.arange(round(0.01 * self.sample_rate)) / self.sample_rate
            sound = self._noise.standard_normal(len(t)) * np.exp(-t / 0.002)
        else:
            sound = _drum(one_of("kind", kind, tuple(_DRUMS)), kit, self.sample_rate)
        self._lay(time, PEAK / np.abs(sound).max() * sound, level_db)
        self._strokes.append(Stroke(time, 0.0, kind, level_db))

    def probe(self, kind: str, attributes: Mapping[str, str | float]) -> Probe:
        """Return what was put here; the last 30 ms of the clip fade out."""
        sound = self._sound.copy()
        fade = round(_FADE * self.sample_rate)
        sound[-fade:] *= np.linspace(1, 0, fade)
        truth = tuple(self._tones), tuple(self._strokes), tuple(self._bands)
        unnamed = Probe(Clip(sound, self.sample_rate), kind, attributes, *truth)
        return Probe(Clip(sound, self.sample_rate, unnamed.name), kind, attributes, *truth)

    def _times(self, start: float, end: float) -> Array:
        return np.arange(round((end - start + RELEASE) * self.sample_rate)) / self.sample_rate

    def _envelope(self, start: float, end: float, rise: float) -> Array:
        t = self._times(start, end)
        up = np.minimum(t / rise, 1) if rise else np.ones_like(t)
        down = np.clip((end - start + RELEASE - t) / RELEASE, 0, 1)
        # Raised cosines: a straight ramp's corners would sound into other frequencies.
        return np.asarray(np.sin(np.pi / 2 * up) ** 2 * np.sin(np.pi / 2 * down) ** 2)

    def _pitched(
        self,
        start: float,
        end: float,
        phase: Array,
        highest: float,
        level_db: float,
        rise: float,
        partials: int,
    ) -> None:
        count = max(1, min(partials, int(self.top_hz / highest)))
        k = np.arange(1, count + 1)
        # Schroeder's phases (1970) keep the peak low; a lone partial starts at zero.
        shifts = np.pi * k * (k - 1) / count
        wave = np.zeros_like(phase)
        for n, shift in zip(k, shifts, strict=True):
            wave += np.sin(n * phase + shift) / n
        wave *= RMS / np.sqrt(np.sum(1 / k**2) / 2)
        self._lay(start, wave * self._envelope(start, end, rise), level_db)

    def _lay(self, time: float, sound: Array, level_db: float) -> None:
        first = round(time * self.sample_rate)
        place = self._sound[first : first + len(sound)]
        place += 10 ** (level_db / 20) * sound[: len(place)]


def check_sample_rate(sample_rate: int) -> None:
    """Raise ValueError if a rate is not one that probes are made at.

    Examples
    --------
    >>> check_sample_rate(22_050)
    """
    if not 8_000 <= sample_rate <= 96_000:
        raise ValueError(f"sample_rate must be 8000-96000 Hz, got {sample_rate}")


@functools.lru_cache(maxsize=64)
def _drum(kind: str, kit: int, sample_rate: int) -> Array:
    from auralise_jax.synth.additive import additive_stems
    from auralise_jax.synth.score import Note, Part, Score

    note = Note(0.0, 0.1, _DRUMS[kind], velocity=127)
    score = Score(60.0, (Part("drums", 0, (note,), is_drum=True),), _DRUM_SECONDS)
    sound = np.array(additive_stems(score, sample_rate, seed=kit)[0], np.float64)
    fade = round(_FADE * sample_rate)
    sound[-fade:] *= np.linspace(1, 0, fade)
    sound.flags.writeable = False
    return sound
