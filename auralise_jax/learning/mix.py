"""The mixing desk: parts to the loudness the score asks for, a room, a tone, one sound.

Each part is brought to its level by measured loudness, so the balance holds whatever the engine,
the soundfont and the instrument.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
        seed draws each part up to 4 dB up or down, no to much reverb, and half the time a
        low-pass (12 dB an octave) at 2.5 to 8 kHz.

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
    gains = [
        level - _loudness(stem, sample_rate) for stem, level in zip(stems, levels_db, strict=True)
    ]
    reverb, low_pass = 0.12, None
    if seed:
        gains = [gain + rng.uniform(-4, 4) for gain in gains]
        reverb = float(rng.choice([0.0, 0.06, 0.12, 0.25]))
        low_pass = 2_500 * 3.2 ** rng.random() if rng.random() < 0.5 else None
    sound = np.zeros(stems.shape[1])
    for stem, gain in zip(stems, gains, strict=True):
        sound += 10 ** (gain / 20) * stem
    sound = _room_and_tone(sound, sample_rate, reverb, low_pass, rng)
    fade = min(len(sound), round(_FADE * sample_rate))
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade)
    peak = np.abs(sound).max(initial=0.0)
    return (sound * (PEAK / peak if peak else 1.0)).astype(np.float32)


def _loudness(stem: Signal, sample_rate: int) -> float:
    """Loudness in LUFS while the part plays; 0 where there is none (silence, under 0.4 s)."""
    from auralise_jax.audio.loudness import integrated

    loudness = integrated(stem, sample_rate)
    return loudness if np.isfinite(loudness) else 0.0


def _room_and_tone(
    sound: NDArray[np.float64],
    sample_rate: int,
    reverb: float,
    low_pass: float | None,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Filter in one transform: every factor is causal, so nothing sounds before it is struck."""
    tail = _room(sample_rate, rng)
    # A power of two is fast; the length leaves room for the tail, so nothing wraps to the start.
    size = 1 << (len(sound) + len(tail)).bit_length()
    f = 1j * np.fft.rfftfreq(size, 1 / sample_rate)
    # The room loses its lows, or basses and kicks would turn to mud, and its highs, as air does.
    response = 1 + reverb * np.fft.rfft(tail, size) * f / (f + 250) / (1 + f / 4_000)
    # Some pulse waves in soundfonts are not centred: below 20 Hz their notes would thump.
    response *= (f / (f + 20)) ** 2
    if low_pass is not None:
        response /= (1 + f / low_pass) ** 2
    return np.fft.irfft(np.fft.rfft(sound, size) * response, size)[: len(sound)]


def _room(sample_rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Decaying noise of unit energy: the impulse response of a room of 1 s without echoes."""
    t = np.arange(round(1.2 * sample_rate)) / sample_rate
    tail = rng.standard_normal(len(t)) * np.exp(-t / 0.2)
    tail[: round(0.01 * sample_rate)] = 0  # walls are some metres away
    return np.asarray(tail / np.sqrt(np.sum(tail**2)))
