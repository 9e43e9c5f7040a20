"""The mixing desk: parts at the levels that the score gives, with a room and a tone, in one sound.

Each part is brought to its level by measured loudness, so the balance holds whatever the engine,
the soundfont and the instrument.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auralise_jax.synth import effects
from auralise_jax.synth.desk import Desk, draw_desk

Signal = NDArray[np.float32]
PEAK = 0.8
_FADE = 0.03  # seconds


def mix(stems: Signal, levels_db: Sequence[float], sample_rate: int, seed: int = 0) -> Signal:
    """Mix parts down to one sound.

    Parameters
    ----------
    stems : ndarray, shape (parts, n), float32
        The parts, dry.
    levels_db : sequence of float
        Loudness of each part relative to the others, in dB.
    sample_rate : int
        In Hz.
    seed : int
        At least 0. 0 is the plain mix: levels as written, some reverb, full bandwidth. Any other
        seed draws a `Desk`: balance, tone, room, noise, compression, bandwidth.

    Returns
    -------
    ndarray, shape (n,), float32
        Peak 0.8, silence stays silent; the last 30 ms fade out.

    Examples
    --------
    >>> hum = np.sin(np.arange(22_050, dtype=np.float32) / 20)
    >>> float(np.abs(mix(np.stack([hum, hum]), [0, -6], 22_050)).max())
    0.800000011920929
    """
    rng = np.random.default_rng(seed)
    desk = draw_desk(rng, len(stems)) if seed else Desk()
    sound = np.zeros(stems.shape[1])
    for index, (stem, level) in enumerate(zip(stems, levels_db, strict=True)):
        gain = level - _loudness(stem, sample_rate)
        if desk.gains_db:
            gain += desk.gains_db[index]
        track = effects.tilt(stem, desk.tilts_db[index], sample_rate) if desk.tilts_db else stem
        sound += 10 ** (gain / 20) * track
    sound = _room_and_tone(sound, sample_rate, desk, rng)
    sound = _on_tape(sound, sample_rate, desk, rng)
    fade = min(len(sound), round(_FADE * sample_rate))
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade)
    peak = np.abs(sound).max(initial=0.0)
    return (sound * (PEAK / peak if peak else 1.0)).astype(np.float32)


def _loudness(stem: Signal, sample_rate: int) -> float:
    """Return the loudness in LUFS while the part plays; 0 for silence and parts under 0.4 s."""
    from auralise_jax.audio.loudness import integrated

    loudness = integrated(stem, sample_rate)
    return loudness if np.isfinite(loudness) else 0.0


def _room_and_tone(
    sound: effects.Sound, sample_rate: int, desk: Desk, rng: np.random.Generator
) -> effects.Sound:
    """Filter in one transform: every factor is causal, so no note sounds before its onset."""
    tail = effects.room(rng, sample_rate, desk.room_seconds)
    # A power of two is fast; the length leaves room for the tail, so nothing wraps to the start.
    size = 1 << (len(sound) + len(tail)).bit_length()
    f = 1j * np.fft.rfftfreq(size, 1 / sample_rate)
    # The room loses its lows, or basses and kicks would turn to mud, and its highs, as air does.
    response = 1 + desk.reverb * np.fft.rfft(tail, size) * f / (f + 250) / (1 + f / 4_000)
    # Some pulse waves in soundfonts are not centred: below 20 Hz their notes would thump.
    response *= (f / (f + 20)) ** 2
    if any(desk.shelves_db):
        response *= effects.low_shelf(f, 150, desk.shelves_db[0])
        response *= effects.high_shelf(f, 2_500, desk.shelves_db[1])
    for centre, db, q in desk.peaks:
        response *= effects.peak(f, centre, db, q)
    if desk.high_pass is not None:
        response *= effects.high_pass(f, desk.high_pass, desk.order)
    if desk.low_pass is not None:
        response *= effects.low_pass(f, desk.low_pass, desk.order)
    return np.fft.irfft(np.fft.rfft(sound, size) * response, size)[: len(sound)]


def _on_tape(
    sound: effects.Sound, sample_rate: int, desk: Desk, rng: np.random.Generator
) -> effects.Sound:
    """Compress, saturate, degrade and add noise; silence stays silence."""
    if desk.lower_rate is not None and desk.lower_rate < sample_rate:
        sound = effects.sample_and_hold(sound, desk.lower_rate, sample_rate)
    sound = effects.compress(sound, desk.ratio, sample_rate)
    if desk.drive_db is not None:
        sound = effects.saturate(sound, desk.drive_db)
    rms = np.sqrt(np.mean(sound**2)) if len(sound) else 0.0
    if desk.hiss_db is not None:
        level = rms * 10 ** (desk.hiss_db / 20)
        sound = sound + level * effects.hiss(rng, len(sound), desk.hiss_colour)
    if desk.crackle_db is not None:
        level = rms * 10 ** (desk.crackle_db / 20)
        sound = sound + level * effects.crackle(rng, len(sound), sample_rate, rate=8.0)
    return sound
