"""Measure front ends: LogMel against librosa, and what listening asks of every kind.

    python benchmarks/front_ends.py

A picture of 3 s at 16 kHz, as musicnn sees it (96 mel bands, 187 columns), in turns with librosa's,
and by how much they differ. Then, for every kind, the way back from a projection to sound, beside
that of the paper's STFT for as much sound.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import librosa
import numpy as np
from machine import add_threads, keep_to_threads, warn_if_busy
from rules import in_turns, tell

import auralise_jax as aj
from auralise_jax.frontend import AnyFrontend
from auralise_jax.listening.resynthesis import resynthesise

RATE, N_FFT, HOP, FRAMES = 16_000, 512, 256, 187
MEL = aj.LogMel(RATE, N_FFT, HOP, 96, frames=FRAMES, compression="log10", gain=10_000)


def nearest(n_fft: int, hz: np.ndarray) -> np.ndarray:
    """Return a bank that gives each bin to the row that is nearest in pitch."""
    bins = np.fft.rfftfreq(n_fft, 1 / RATE)[1:]
    rows = np.abs(np.log(bins) - np.log(hz)[:, None]).argmin(axis=0)
    return np.pad(rows == np.arange(len(hz))[:, None], ((0, 0), (1, 0))).astype(np.float32)


def kinds() -> dict[str, AnyFrontend]:
    """Return front ends of as much sound as `MEL` takes."""
    hz = 46.875 * 2 ** (np.arange(128) / 17.15)
    banks = [nearest(n_fft, hz) for n_fft in (512, 1024, 2048)]
    return {
        "STFT": aj.STFT(RATE, N_FFT, HOP, MEL.duration),
        "LogMel": MEL,
        "LogFrequency of three": aj.LogFrequency(
            RATE, 1024, HOP, hz, banks, frames=FRAMES, power=1, compression="log", amin=1e-8
        ),
        "Raw": aj.Raw(RATE, MEL.duration),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=30, help="how often each form is timed")
    add_threads(parser)
    arguments = parser.parse_args()
    keep_to_threads(parser, arguments.threads)
    warn_if_busy()
    clip = aj.example_clips()["dance"].resample(RATE)
    samples = MEL.fit(clip.samples)

    def peer() -> np.ndarray:
        mel = librosa.feature.melspectrogram(
            y=samples, sr=RATE, n_fft=N_FFT, hop_length=HOP, n_mels=96
        )
        return np.log10(10_000 * mel[:, :FRAMES] + 1)

    forms = {"librosa": peer, "LogMel": lambda: MEL.picture(samples)}
    tell("a picture of 3 s", in_turns(forms, arguments.turns))
    off = np.abs(np.asarray(MEL.picture(samples)) - peer()).max()
    print(f"  they differ by {off:.0e}, of values to {peer().max():.1f}")

    def analysis(frontend: AnyFrontend) -> Callable[[], object]:
        return lambda: frontend.picture(frontend.analyse(samples))

    def way_back(frontend: AnyFrontend) -> Callable[[], object]:
        spectrum = frontend.analyse(samples)
        picture = frontend.picture(spectrum)
        projection = np.random.default_rng(0).uniform(-1, 1, frontend.shape).astype(np.float32)
        return lambda: (
            resynthesise(projection, picture, spectrum, frontend, len(samples), "phase").samples
        )

    for what, make in (("to a picture", analysis), ("back to sound", way_back)):
        made = {name: make(frontend) for name, frontend in kinds().items()}
        tell(what, in_turns(made, arguments.turns))
    for name, frontend in kinds().items():
        spectrum = frontend.analyse(samples)
        own = np.asarray(frontend.to_magnitude(frontend.picture(spectrum), spectrum))
        held = np.asarray(frontend.spread(np.ones(frontend.shape, np.float32), spectrum)) > 0
        wanted = np.abs(np.asarray(spectrum.stft)) * held
        off = np.abs(own - wanted)[:, :-1].max() / wanted.max()
        print(f"{name}: the source's own picture gives its magnitudes to {off:.0e} of their peak")


if __name__ == "__main__":
    main()
