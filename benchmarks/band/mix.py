"""From the notes of a band to a plain mix, for ``band_music.py``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile as sf
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

RATE = 22050  # Hz, of the files
SECONDS = 20.0  # of a piece
_PLAYED_AT = 2 * RATE  # Hz; FluidSynth plays at twice the rate, so that nothing is aliased


class Note(NamedTuple):
    """A note as it is played: seconds, the channel of its player, pitch and velocity of MIDI."""

    start: float
    end: float
    channel: int
    pitch: int
    velocity: int


class Player(NamedTuple):
    """Who plays on a channel, with which preset, and at which volume (controller 7)."""

    channel: int
    bank: int
    program: int
    volume: int


def sound(notes: list[Note], players: list[Player], soundfont: Path) -> np.ndarray:
    """Play notes by FluidSynth, dry; return mono sound at `RATE`, of `SECONDS`.

    A new synthesiser for each piece, since FluidSynth's dither goes on from piece to piece.
    """
    import fluidsynth

    settings = {f"synth.{name}.active": 0 for name in ("reverb", "chorus")}
    settings["synth.dynamic-sample-loading"] = 1  # an .sf3 takes long to decode as a whole
    synth = fluidsynth.Synth(gain=0.3, samplerate=_PLAYED_AT, channels=16, **settings)
    bank_of_sounds = synth.sfload(str(soundfont))
    if bank_of_sounds < 0:
        synth.delete()
        raise ValueError(f"{soundfont} isn't a soundfont that FluidSynth can read: name another")
    for channel, bank, program, volume in players:
        if (
            synth.program_select(channel, bank_of_sounds, bank, program) < 0
        ):  # not in each soundfont
            synth.program_select(channel, bank_of_sounds, bank, 0)
        synth.cc(channel, 7, volume)
    events = [(note.start, 1, note) for note in notes] + [(note.end, 0, note) for note in notes]
    length = int(SECONDS * _PLAYED_AT)
    pieces, place = [], 0
    for at, on, note in sorted(events):
        sample = min(int(at * _PLAYED_AT), length)
        if sample > place:
            pieces.append(synth.get_samples(sample - place))
            place = sample
        if on:
            synth.noteon(note.channel, note.pitch, note.velocity)
        else:
            synth.noteoff(note.channel, note.pitch)
    pieces.append(synth.get_samples(max(length - place, 1)))
    synth.delete()
    stereo = np.concatenate(pieces)[: 2 * length].reshape(-1, 2) / 2**15
    return resample_poly(stereo.mean(axis=1), 1, 2)


def room(rng: np.random.Generator) -> np.ndarray:
    """Return what the walls of a rectangular room give back to a microphone (image sources)."""
    size = rng.uniform([3.5, 3, 2.3], [9, 7, 3.5])  # m
    source, microphone = rng.uniform(0.2, 0.8, (2, 3)) * size
    order = np.arange(-10, 11)
    images = np.where(order % 2, order + 1, order) * size[:, None] + np.where(
        order % 2, -source[:, None], source[:, None]
    )
    x, y, z = (images[axis] - microphone[axis] for axis in range(3))
    distance = np.sqrt(x[:, None, None] ** 2 + y[:, None] ** 2 + z**2)
    bounces = sum(abs(each) for each in np.meshgrid(order, order, order, indexing="ij"))
    heard = rng.uniform(0.5, 0.85) ** bounces / distance
    heard[bounces == 0] = 0  # the direct sound is the dry one
    delay = (distance / 343 * RATE).astype(int)
    return np.bincount(delay.ravel(), heard.ravel())[: RATE // 2]


def plate(rng: np.random.Generator) -> np.ndarray:
    """Return noise that dies away within 0.5 to 2.2 s, as a plate or a studio's reverb does."""
    seconds = rng.uniform(0.5, 2.2)
    time = np.arange(int(seconds * RATE)) / RATE
    return rng.normal(size=len(time)) * 10 ** (-3 * time / seconds)


def filtered(y: np.ndarray, kind: str, hertz: float, order: int = 1) -> np.ndarray:
    """Return sound through a Butterworth filter."""
    return sosfilt(butter(order, hertz, kind, fs=RATE, output="sos"), y)


def mixed(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a plain mix: a room or a plate, and in some pieces tone, tape and a low bit-rate."""
    if rng.random() < 0.8:
        answer = room(rng) if rng.random() < 0.6 else plate(rng)
        answer = filtered(filtered(answer, "high", 180), "low", rng.uniform(2500, 7000))
        wet = fftconvolve(y, answer)[: len(y)]
        y = y + wet * rms(y) / rms(wet) * 10 ** (rng.uniform(-22, -9) / 20)
    if rng.random() < 0.5:
        low, high = 10 ** (rng.uniform(-5, 5, 2) / 20) - 1
        y = y + low * filtered(y, "low", 250) + high * filtered(y, "high", 3000)
    if rng.random() < 0.25:
        y = np.tanh(y / rms(y) * rng.uniform(0.15, 0.5))
        hiss = rng.normal(size=len(y)) * rms(y) * 10 ** (rng.uniform(-58, -44) / 20)
        y = filtered(y + hiss, "low", rng.uniform(6000, 10000), order=2)
    y = y / abs(y).max() * 10 ** (rng.uniform(-9, -1.5) / 20)
    return low_rate(y, rng.uniform(0.8, 1.0)) if rng.random() < 0.25 else y


def low_rate(y: np.ndarray, compression: float) -> np.ndarray:
    """Return sound that went through Vorbis, at the low bit-rates that downloads had."""
    file = io.BytesIO()
    sf.write(file, y, RATE, format="OGG", subtype="VORBIS", compression_level=compression)
    file.seek(0)
    decoded, _ = sf.read(file)
    return decoded / max(abs(decoded).max() / 0.95, 1.0)


def rms(y: np.ndarray) -> float:
    """Return the root mean square of a sound, above zero."""
    return float(np.sqrt(np.mean(y**2))) + 1e-12
